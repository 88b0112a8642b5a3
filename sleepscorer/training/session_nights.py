"""A site's own reviewed sessions as nights to learn from: what people scored or confirmed."""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from re import Pattern
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.derivation import resolve_again
from sleepscorer.core.errors import SleepScorerError, UsageError
from sleepscorer.core.people import is_nobody, person_of, subject_pattern, told_of_unknown
from sleepscorer.core.progress import Cancelled, Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stager_channels import StagerChannels, choose_stager_channels
from sleepscorer.core.stages import STAGES
from sleepscorer.core.unanimity import own_answer
from sleepscorer.core.wording import counted as n_of
from sleepscorer.faults import in_words
from sleepscorer.files.folder import files_in
from sleepscorer.files.sessions import SUFFIX, Fingerprint, fingerprint_of
from sleepscorer.files.verified_write import make_folder, write_state
from sleepscorer.session_documents import Document, current_author, open_document
from sleepscorer.session_documents.drafts import of_own_export
from sleepscorer.staging.bands import N_BANDS
from sleepscorer.staging.measured_night import MeasuredChannel
from sleepscorer.staging.preprocess import PASS_BANDS_HZ, Band
from sleepscorer.staging.stager import Stager
from sleepscorer.training.nights import NO_LABEL, ScoredNight, TrainingNight
from sleepscorer.training.scored_recordings import NAME_THEM

MIN_EPOCHS = 60
"""Reviewed epochs of a night; of fewer nothing is learned."""

# Where only doubtful epochs were looked at, the others teach nothing and judge nothing.
_MIN_SHARE_REVIEWED = 0.5
_EXPORTED = (
    "; what was imported from an export of this program, without its _staging.json beside it, may"
    " be the machine's"
)
# What a torn archive of measures raises; it is measured anew.
_TORN = (OSError, ValueError, LookupError, EOFError, RuntimeError, BadZipFile, zlib.error)


@dataclass(frozen=True, eq=False)
class ReviewedNight:
    """A recording that people reviewed.

    Parameters
    ----------
    name, subject
        Of the night; whose it is.
    recording
        Open for reading.
    fingerprint
        Of the recording.
    channels
        Those that the session was staged by, else those chosen for it.
    labels
        (n_epochs,) what a person scored or confirmed, else NO_LABEL.
    """

    name: str
    subject: str
    recording: Recording
    fingerprint: Fingerprint
    channels: StagerChannels
    labels: NDArray[np.int64]

    @property
    def n_reviewed(self) -> int:
        """Epochs with a label."""
        return int((self.labels != NO_LABEL).sum())


def reviewed_nights(
    folder: Path, *, subject: str | None = None
) -> tuple[tuple[ReviewedNight, ...], tuple[str, ...]]:
    """Find the sessions of a folder and all below, and what people reviewed in them.

    Parameters
    ----------
    folder
        Nothing in it changes, and sessions may be open in the window.
    subject
        See :func:`~sleepscorer.core.people.subject_pattern`; None goes by the patient field.

    Returns
    -------
    The nights; and a sentence on each session that teaches nothing, or that one should know of.

    Raises
    ------
    UsageError
        If there is no session, or the pattern is wrong.
    """
    pattern = subject_pattern(subject)
    paths = files_in(folder, (SUFFIX,))
    if not paths:
        raise UsageError(f"the folder holds no sessions (*{SUFFIX})", path=folder)
    found: dict[Fingerprint, ReviewedNight] = {}
    told = []
    for path in paths:
        try:
            night = _reviewed(path, pattern)
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001 - one file never ends the others
            told.append(f"{path.name}: {in_words(error, path).what}")
            continue
        other = found.setdefault(night.fingerprint, night)
        if other is not night:
            # Twice the same night would be on both sides of a split.
            told.append(f"{path.name}: a session of the recording of {other.name}; one counts")
            found[night.fingerprint] = max(other, night, key=lambda each: each.n_reviewed)
    nights = tuple(found.values())
    return nights, (*told, *_anonymous(nights, pattern))


def check_enough(
    nights: Sequence[ScoredNight],
    folder: Path,
    at_least: int,
) -> None:
    """Refuse nights of fewer people than anything could be learned of that holds for others.

    Raises
    ------
    UsageError
        Saying what lacks.
    """
    n_people = len({night.subject for night in nights})
    if n_people < at_least:
        raise UsageError(
            f"{n_of(len(nights), 'reviewed night')} of {n_of(n_people, 'person', 'people')} are"
            f" here, and at least {at_least} nights of {at_least} people are needed",
            path=folder,
            hint="review more nights, or name the people with --subject",
        )


def measured_nights(
    nights: Sequence[ReviewedNight], stager: Stager, cache: Path, progress: Progress = silent
) -> tuple[tuple[TrainingNight, ...], tuple[str, ...]]:
    """Measure each night once by the front-end, as on scoring, and keep what was measured.

    Parameters
    ----------
    nights
        To measure.
    stager
        With the weights that are to be tuned; its front-end stays as it is.
    cache
        Folder for the measures; what lies there of the same recording is not measured again.

    Returns
    -------
    Nights of what the front-end measures, the main sleep and half an hour on both sides; and a
    sentence on each that can't be measured.
    """
    make_folder(cache, 0o700)
    measured, refused = [], []
    for index, night in enumerate(nights):
        part = part_of(progress, index / len(nights), (index + 1) / len(nights))
        try:
            arrays = _measures(night, stager, cache, part)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - one file never ends the others
            refused.append(f"{night.name}: {in_words(error, night.recording.path).what}")
            continue
        kept = slice(*arrays["kept"].tolist())
        held: list[Band] = [kind for kind in PASS_BANDS_HZ if kind in arrays]
        powers = {kind: arrays[kind][..., :N_BANDS] for kind in held}
        learned = {
            kind: arrays[kind][..., N_BANDS:] for kind in held if arrays[kind].shape[-1] > N_BANDS
        }
        usable = {kind: arrays[f"{kind}_usable"].astype(bool) for kind in held}
        is_staged = np.any([part.any(axis=1) for part in usable.values()], axis=0)
        labels = np.where(is_staged, night.labels[kept], NO_LABEL)
        if (n_left := int((labels != NO_LABEL).sum())) < MIN_EPOCHS:
            refused.append(
                f"{night.name}: {n_of(n_left, 'reviewed epoch')} around its sleep hold a signal"
            )
            continue
        eeg = tuple(each.name for each in night.channels.eeg)
        measured.append(
            TrainingNight(night.name, night.subject, labels, powers, {}, usable, learned, eeg)
        )
    return tuple(measured), tuple(refused)


def _reviewed(path: Path, pattern: Pattern[str] | None) -> ReviewedNight:
    document = open_document(path, author=current_author(), read_only=True)
    try:
        if document.needs_locating:
            raise SleepScorerError(document.problems[0].rstrip("."))
        recording = document.recording
        return ReviewedNight(
            name=path.stem,
            subject=person_of(recording, pattern),
            recording=recording,
            fingerprint=fingerprint_of(recording.all_files),
            channels=_channels(document),
            labels=_labels(document.session),
        )
    finally:
        document.close()


def _labels(session: ScoringSession) -> NDArray[np.int64]:
    state, exported = session.state, of_own_export(session)
    is_scored = np.isin(state.stages, STAGES)
    labels = np.where(state.by_person & is_scored & ~exported, state.stages, NO_LABEL)
    n_reviewed, n_scored = int((labels >= 0).sum()), int(is_scored.sum())
    if n_reviewed < max(MIN_EPOCHS, _MIN_SHARE_REVIEWED * n_scored):
        raise SleepScorerError(
            f"people reviewed {n_reviewed} of its {n_scored} scored epochs; at least"
            f" {MIN_EPOCHS} and half of them are needed{_EXPORTED if exported.any() else ''}"
        )
    return labels.astype(np.int64)


def _channels(document: Document) -> StagerChannels:
    """What the machine was shown: people may have chosen it."""
    session, recording = document.session, document.recording
    ours = own_answer(session.machine, session.others)
    if ours is not None:
        made = ours.provenance
        try:
            eeg, eog, emg = (
                tuple(resolve_again(recording, name) for name in names)
                for names in (made.eeg, made.eog, made.emg)
            )
            return StagerChannels(eeg, eog, emg)
        except SleepScorerError:
            # Staged elsewhere, by names of its own: chosen anew.
            pass
    return choose_stager_channels(recording)


def _anonymous(nights: Sequence[ReviewedNight], pattern: Pattern[str] | None) -> tuple[str, ...]:
    n_nobody = sum(is_nobody(night.recording.patient_id) for night in nights)
    return told_of_unknown(n_nobody if pattern is None else 0, remedy=NAME_THEM)


def _measures(
    night: ReviewedNight, stager: Stager, cache: Path, progress: Progress
) -> dict[str, NDArray[np.float32]]:
    path = cache / f"{night.name}-{measured_key(night, stager.info.sha256)}.npz"
    try:
        # Opened here: numpy leaves a torn file open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return dict(kept)
    except _TORN:
        arrays = _measured(night, stager, progress)
    write_state(path, lambda file: np.savez(file, allow_pickle=False, **arrays))
    return arrays


def measured_key(night: ReviewedNight, measured_by: str) -> str:
    """Tells what is measured of a night: of which recording, which channels, and by what."""
    channels = night.channels
    names = [[each.name for each in kind] for kind in (channels.eeg, channels.eog, channels.emg)]
    content = [night.fingerprint.size_bytes, night.fingerprint.head_sha256]
    described = json.dumps([content, names, measured_by])
    return hashlib.sha256(described.encode()).hexdigest()[:12]


def _measured(
    night: ReviewedNight, stager: Stager, progress: Progress
) -> dict[str, NDArray[np.float32]]:
    seen = stager.located(stager.measure(night.recording, night.channels, progress))
    around = np.flatnonzero(seen.around)
    kept = slice(int(around[0]), int(around[-1]) + 1)
    arrays = {"kept": np.array([kept.start, kept.stop])}
    for kind, channels in seen.channels.items():
        if channels:
            arrays[kind] = np.stack([_filled(each) for each in channels], axis=1)[kept]
            usable = np.stack([each.quality.usable for each in channels], axis=1)
            arrays[f"{kind}_usable"] = usable[kept]
    return arrays


def _filled(channel: MeasuredChannel) -> NDArray[np.float32]:
    """(n_epochs, 5 + n_learned); what is unusable must not move the levels of the night."""
    usable = channel.quality.usable
    middle = np.median(channel.measures[usable], axis=0) if usable.any() else 0.0
    return np.where(usable[:, None], channel.measures, middle).astype(np.float32)
