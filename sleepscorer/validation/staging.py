"""A night staged by all who are asked, by each montage, and by the consensus of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sleepscorer import __version__
from sleepscorer.core.consensus import consensus
from sleepscorer.core.errors import MontageError
from sleepscorer.core.progress import Cancelled, Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import ChannelNames, ChannelParts, StagerChannels
from sleepscorer.core.staging_result import OWN_STAGER, Staging
from sleepscorer.faults import in_words
from sleepscorer.staging.stagers import offered_stager
from sleepscorer.validation.candidates import Candidate, JudgedNight, Montage, NightAnswer
from sleepscorer.validation.nights import FoundNight

if TYPE_CHECKING:
    from sleepscorer.staging.stager import Stager


@dataclass(frozen=True, eq=False)
class StagedNight:
    """A night with what all candidates say of it.

    Parameters
    ----------
    night
        The same, with answers and failures.
    full_names
        Of the stagers that answered, with program and weights, by name.
    """

    night: JudgedNight
    full_names: dict[str, str]


@dataclass
class _Answers:
    """What was answered so far of a night; montages that are the same in it are staged once."""

    stagings: dict[tuple[str, ChannelParts], Staging] = field(default_factory=dict)
    failures: dict[tuple[str, ChannelParts], str] = field(default_factory=dict)


def staged_night(
    found: FoundNight,
    names: Sequence[str],
    montages: Sequence[Montage],
    *,
    stager: "Stager | None",
    progress: Progress = silent,
) -> StagedNight:
    """Stage a night by every stager and every montage, and join the answers of each montage.

    What fails is kept by candidate and stops nothing. The consensus is of those that answer, as
    everywhere in the program; a note says so where it is not of all.

    Parameters
    ----------
    found
        The night.
    names
        Of the stagers that are asked; several have a consensus.
    montages
        By which channels.
    stager
        Our own; None where it is not asked. It measures each channel once.
    progress
        May raise Cancelled.
    """
    recording = found.recording
    own = None if stager is None else stager.remembering()
    known = _Answers()
    answers: dict[Candidate, NightAnswer] = {}
    failures: dict[Candidate, str] = {}
    notes: list[str] = []
    used: dict[Montage, ChannelNames] = {}
    n_steps = len(names) * len(montages)
    for at, montage in enumerate(montages):
        candidates = [Candidate((name,), montage) for name in names]
        together = Candidate(tuple(names), montage)
        try:
            channels = montage.channels.resolve(recording)
        except MontageError as error:
            failures |= dict.fromkeys((*candidates, together), error.what)
            continue
        used[montage] = channels.names
        stagings: list[Staging] = []
        for number, one in enumerate(candidates):
            step = at * len(names) + number
            part = part_of(progress, step / n_steps, (step + 1) / n_steps)
            given = _asked(one, own, recording, channels, known, _said(part, found, one))
            if isinstance(given, Staging):
                stagings.append(given)
                answers[one] = _answer(given)
            else:
                failures[one] = given
        if together.is_consensus and stagings:
            joined = consensus(stagings, software=f"sleepscorer {__version__}")
            answers[together] = _answer(joined)
            notes += [
                _lacking(together, one.stagers[0], failures[one])
                for one in candidates
                if one in failures
            ]
        elif together.is_consensus:
            failures[together] = "; ".join(f"{o.stagers[0]}: {failures[o]}" for o in candidates)
    if Montage() in used:
        by = ", ".join(name for role in used[Montage()] for name in role)
        notes.insert(0, f"the program chose {by}")
    night = replace(
        found.night,
        answers=answers,
        failures=failures,
        notes=(*found.night.notes, *notes),
        channels=used,
    )
    full_names = {name: staging.full_name for (name, _), staging in known.stagings.items()}
    return StagedNight(night, full_names)


def silent_stagers(nights: Sequence[JudgedNight], names: Sequence[str]) -> tuple[str, ...]:
    """Those that answered on no night, by no channels."""
    answered = {one.stagers[0] for night in nights for one in night.answers if not one.is_consensus}
    return tuple(name for name in names if name not in answered)


def without_silent(night: JudgedNight, silent: Sequence[str]) -> JudgedNight:
    """Take out of each consensus who never answers: it was judged without them all along.

    A site that trusts the consensus would else ask them of every night, and nothing that was
    measured would count for what the others say. Of a single stager there is no consensus.
    """

    def left(one: Candidate) -> Candidate | None:
        if not one.is_consensus:
            return one
        stagers = tuple(name for name in one.stagers if name not in silent)
        return replace(one, stagers=stagers) if len(stagers) > 1 else None

    gone = {
        _lacking(one, name, night.failures[alone])
        for one in (*night.answers, *night.failures)
        if one.is_consensus
        for name in silent
        if (alone := Candidate((name,), one.montage)) in night.failures
    }
    return replace(
        night,
        answers={kept: given for one, given in night.answers.items() if (kept := left(one))},
        failures={kept: why for one, why in night.failures.items() if (kept := left(one))},
        notes=tuple(note for note in night.notes if note not in gone),
    )


def _asked(
    candidate: Candidate,
    own: "Stager | None",
    recording: Recording,
    channels: StagerChannels,
    known: _Answers,
    progress: Progress,
) -> Staging | str:
    """What a stager answers, or in words why it does not."""
    (name,) = candidate.stagers
    key = (name, channels.parts)
    if key not in known.stagings and key not in known.failures:
        progress(0.0, "")
        try:
            if name == OWN_STAGER and own is not None:
                known.stagings[key] = own.stage(recording, channels, progress)
            else:
                known.stagings[key] = offered_stager(name).stage(recording, channels, progress)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - one stager never ends the others
            known.failures[key] = in_words(error, recording.path).what
    return known.stagings.get(key) or known.failures[key]


def _said(progress: Progress, found: FoundNight, candidate: Candidate) -> Progress:
    """Say of which night and by whom, and not only which epoch."""

    def said(fraction: float, text: str) -> None:
        what = f"{found.night.name}: {candidate.name}"
        progress(fraction, f"{what}, {text}" if text else what)

    return said


def _answer(staging: Staging) -> NightAnswer:
    return NightAnswer(staging.probabilities, staging.confidence)


def _lacking(together: Candidate, name: str, why: str) -> str:
    return f"the {together.name} is without {name}: {why}"
