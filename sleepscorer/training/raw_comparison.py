"""Stagers and their consensus beside each other on the same raw recordings, in one run."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer import __version__
from sleepscorer.core.agreement import Agreement, agreement
from sleepscorer.core.consensus import CONSENSUS, consensus
from sleepscorer.core.errors import SleepScorerError, UsageError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.reliability import reliability
from sleepscorer.core.stager_channels import StagerChannels, choose_stager_channels
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.training.raw_found import RawComparison, RawRow, StagerOnRaw, WakeCalledSleep
from sleepscorer.training.real_recordings import JudgedRecording, scored_recordings, unscored_wake
from sleepscorer.validation.people_means import mean_over_people

_CENTRAL = ("C3-", "C4-", "CZ-")
_FEWEST = 2


@dataclass(frozen=True)
class AskedStager:
    """A stager to be judged.

    Parameters
    ----------
    name
        Tells it from the others.
    title
        For people.
    stage
        Stages a recording by some of its channels; may raise SleepScorerError.
    in_consensus
        Whether it is one of those that the consensus is made of.
    is_own
        Whether it is weights of this program.
    """

    name: str
    title: str
    stage: Callable[[Recording, StagerChannels], Staging]
    in_consensus: bool = False
    is_own: bool = False


@dataclass(frozen=True, eq=False)
class _Night:
    """A recording and all answers; ``labels`` are UNSCORED wherever one of these says nothing."""

    name: str
    labels: NDArray[np.int8]
    is_central: bool
    answers: Mapping[str, Staging]
    failures: Mapping[str, str]


def compare_on_raw(
    stagers: Sequence[AskedStager], data: Path, *, reference: str, progress: Progress = silent
) -> RawComparison:
    """Ask all stagers to stage what ``data`` holds of scored recordings, and of wake.

    An epoch counts where the expert and every stager that answered on the recording staged it, so
    that nobody gains by leaving out what is difficult. Who fails on a recording is told, and has no
    pooled row.

    Parameters
    ----------
    stagers
        Two of them or more that are in the consensus are judged as such as well.
    data
        Maybe holds ``dreams``, ``female57`` and ``pz_oz_wake``.
    reference
        The name of the one that the others are compared with.

    Raises
    ------
    UsageError
        If two have the same name.
    """
    names = [one.name for one in stagers]
    if len(set(names)) < len(names) or CONSENSUS in names:
        raise UsageError(f"two stagers of one name can't be told apart: {', '.join(names)}")
    members = [one for one in stagers if one.in_consensus]
    titles = {one.name: one.title for one in stagers}
    own = {one.name for one in stagers if one.is_own}
    if len(members) >= _FEWEST:
        titles[CONSENSUS] = f"consensus of {', '.join(one.title for one in members)}"
    scored = list(scored_recordings(data))
    nights = []
    for index, one in enumerate(scored):
        progress(0.5 * index / len(scored), one.name)
        nights.append(_night(stagers, one))
    wake = _on_wake(stagers, data / "pz_oz_wake", tuple(titles), part_of(progress, 0.5, 1.0))
    kappas = {name: [_kappa(night, name) for night in nights] for name in titles}
    return RawComparison(
        stagers=tuple(
            _judged((name, title, name in own), nights, kappas, reference, wake[name])
            for name, title in titles.items()
        ),
        reference=reference,
        recordings=tuple(night.name for night in nights),
        stages=tuple(one.scoring.hypnogram.stages for one in scored),
    )


def _ask(
    stagers: Sequence[AskedStager], recording: Recording, seconds: dict[str, float] | None = None
) -> tuple[dict[str, Staging], dict[str, str]]:
    """What each says, and why others say nothing; the consensus is one of them."""
    channels = choose_stager_channels(recording)
    answers: dict[str, Staging] = {}
    failures: dict[str, str] = {}
    for one in stagers:
        began_s = time.process_time()
        try:
            answers[one.name] = one.stage(recording, channels)
        except SleepScorerError as error:
            failures[one.name] = error.what
        if seconds is not None and one.name in answers:
            seconds[one.name] = seconds.get(one.name, 0.0) + time.process_time() - began_s
    members = [one.name for one in stagers if one.in_consensus]
    answering = [name for name in members if name in answers]
    if len(members) < _FEWEST:
        return answers, failures
    if len(answering) < _FEWEST:
        failures[CONSENSUS] = "fewer than two of its stagers answered"
    else:
        answers[CONSENSUS] = consensus(
            [answers[name] for name in answering], software=f"sleepscorer {__version__}"
        )
        if len(answering) < len(members):
            left_out = (name for name in members if name not in answers)
            failures[CONSENSUS] = f"without {', '.join(left_out)}"
    return answers, failures


def _night(stagers: Sequence[AskedStager], one: JudgedRecording) -> _Night:
    answers, failures = _ask(stagers, one.recording)
    expert = one.scoring.hypnogram.stages
    labels = np.full(one.recording.n_epochs, Stage.UNSCORED, np.int8)
    n_both = min(len(labels), len(expert))
    labels[:n_both] = expert[:n_both]
    for name in list(answers):
        if not (answers[name].stages[labels >= 0] >= 0).any():
            del answers[name]
            failures[name] = "it staged no epoch that the expert scored"
    for answer in answers.values():
        labels[answer.stages < 0] = Stage.UNSCORED
    channels = choose_stager_channels(one.recording)
    names = [derivation.name.upper() for derivation in channels.eeg]
    is_central = not channels.eog and all(name.startswith(_CENTRAL) for name in names)
    return _Night(f"{one.group}, {one.name}", labels, is_central, answers, failures)


def _agreement(
    nights: Sequence[_Night], name: str
) -> tuple[Agreement, NDArray[np.int8], NDArray[np.int8]] | None:
    """Agreement over nights that it answered on, the expert's stages and its own; None of none."""
    labels = np.concatenate([night.labels for night in nights])
    counts = labels >= 0
    if not counts.any():
        return None
    stages = np.concatenate([night.answers[name].stages for night in nights])
    both = labels[counts], stages[counts]
    return agreement(*(Scoring(Hypnogram(one)) for one in both)), *both


def _kappa(night: _Night, name: str) -> float | None:
    found = _agreement([night], name) if name in night.answers else None
    return None if found is None else found[0].kappa


def _judged(
    who: tuple[str, str, bool],
    nights: Sequence[_Night],
    kappas: Mapping[str, Sequence[float | None]],
    reference: str,
    wake: WakeCalledSleep,
) -> StagerOnRaw:
    name, title, is_own = who
    answered = [night for night in nights if name in night.answers]
    central = [night for night in answered if night.is_central]
    differences = tuple(
        None if mine is None or its is None else mine - its
        for mine, its in zip(kappas[name], kappas[reference], strict=True)
    )
    mean = mean_over_people(zip((night.name for night in nights), differences, strict=True))
    found = _agreement(central, name) if central else None
    wake_found = (0, 0) if found is None else _wake_of(found[0])
    errors = _calibration_errors(answered, name) if answered else None
    return StagerOnRaw(
        name=name,
        title=title,
        is_own=is_own,
        rows=tuple(_rows(nights, name)),
        calibration_error=None if errors is None else errors[0],
        confidence_error=None if errors is None else errors[1],
        differences=differences,
        difference=None if name == reference else mean,
        wake_found=wake_found,
        wake=wake,
    )


def _wake_of(found: Agreement) -> tuple[int, int]:
    return found.confusion[Stage.W][Stage.W], found.support[Stage.W]


def _rows(nights: Sequence[_Night], name: str) -> Iterator[RawRow]:
    for night in nights:
        answer = night.answers.get(name)
        found = _agreement([night], name) if answer is not None else None
        channels = "" if answer is None else _channels(answer)
        yield RawRow(
            night.name,
            channels,
            None if found is None else found[0],
            night.failures.get(name, ""),
        )
    failed = [night.name for night in nights if name not in night.answers]
    if failed:
        yield RawRow("all together", "", None, f"no answer on {', '.join(failed)}")
    elif nights:
        found = _agreement(nights, name)
        yield RawRow("all together", "", None if found is None else found[0])


def _channels(answer: Staging) -> str:
    used = answer.provenance
    return ", ".join(used.eeg + used.eog + used.emg)


def _calibration_errors(nights: Sequence[_Night], name: str) -> tuple[float, float] | None:
    labels = np.concatenate([night.labels for night in nights])
    counts = labels >= 0
    if not counts.any():
        return None
    answers = [night.answers[name] for night in nights]
    right = np.concatenate([one.stages for one in answers])[counts] == labels[counts]
    probability = np.concatenate([one.probabilities.max(axis=1) for one in answers])[counts]
    confidence = np.concatenate([one.confidence for one in answers])[counts]
    return reliability(probability, right).error, reliability(confidence, right).error


def _on_wake(
    stagers: Sequence[AskedStager], folder: Path, names: Sequence[str], progress: Progress
) -> dict[str, WakeCalledSleep]:
    called, staged, failed, n_epochs = (dict.fromkeys(names, 0) for _ in range(4))
    seconds: dict[str, float] = {}
    for recording in unscored_wake(folder):
        progress(0.5, recording.path.name)
        answers, _ = _ask(stagers, recording, seconds)
        for name in names:
            if name not in answers:
                failed[name] += 1
                continue
            stages = answers[name].stages
            called[name] += int((stages > Stage.W).sum())
            staged[name] += int((stages >= Stage.W).sum())
            n_epochs[name] += recording.n_epochs
    return {
        name: WakeCalledSleep(
            called[name],
            staged[name],
            failed[name],
            960 * seconds[name] / n_epochs[name] if n_epochs[name] and name in seconds else None,
        )
        for name in names
    }
