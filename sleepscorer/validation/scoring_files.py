"""The files in which people scored a recording, and what stands in them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import SeveralScorers, SleepScorerError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.lights import LightsMarks, lights_of_events
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.faults import in_words
from sleepscorer.files.epochs_npz import NPZ_SUFFIX, scoring_in_npz
from sleepscorer.files.folder import is_called_scoring_of, is_recording, scorings_beside
from sleepscorer.files.recordings import EDF_SUFFIXES, open_recording
from sleepscorer.files.scorings import fitted, read_scoring, scoring_of_recording
from sleepscorer.session_documents import scores
from sleepscorer.session_documents.drafts import is_draft, is_export_of_session

SCORING_SUFFIXES = (".edf", ".xml", ".rml", ".csv", ".tsv", ".txt")
"""How files end in which people may have scored a night."""
# What programs call their own scoring of a night, beside the recording's name.
_OF_MACHINES = frozenset({"auto", "autoscore", "machine", "usleep", "yasa"})

_ITSELF = "the recording itself"


@dataclass(frozen=True, eq=False)
class PersonsScoring:
    """What a person gave the epochs of a recording.

    Parameters
    ----------
    source
        For people: ``"night_scoring.edf"``, ``"night.csv, scorer 'B'"``.
    stages
        (n_epochs,) int8 values of Stage, UNSCORED where there is none.
    lights
        The marks of the scoring, or else of the recording.
    notes
        What had to be decided on reading, one sentence each.
    is_export
        This program wrote it, from a session that a person scored by hand.
    """

    source: str
    stages: NDArray[np.int8]
    lights: LightsMarks
    notes: tuple[str, ...] = ()
    is_export: bool = False


@dataclass(frozen=True, eq=False)
class FoundScorings:
    """What lies beside a recording.

    Parameters
    ----------
    people
        Scorings by people, no two alike, the one that counts first.
    drafts
        Files that this program wrote, and that nothing says people scored.
    unread
        Why other files can't be read, one sentence each.
    """

    people: tuple[PersonsScoring, ...] = ()
    drafts: tuple[Path, ...] = ()
    unread: tuple[str, ...] = ()


def found_scorings(recording: Recording, names: Sequence[str]) -> FoundScorings:
    """Read all that people scored of a recording, in itself and in files beside it.

    Parameters
    ----------
    recording
        What is scored.
    names
        Stems of the recordings of its folder: a file belongs to the longest that it begins with.
    """
    try:
        others = sorted(recording.path.parent.iterdir())
    except OSError:
        others = []
    fitting = (path for path in others if _fits(path, recording.path, names))
    itself = (recording.path,) if recording.path.suffix.lower() == NPZ_SUFFIX else ()
    return _read(recording, dict.fromkeys((*scorings_beside(recording), *fitting, *itself)))


def second_scorings(
    recording: Recording, names: Sequence[str], files: Iterable[Path]
) -> FoundScorings:
    """Read what lies under the recording's name among other files; as :func:`found_scorings`."""
    return _read(recording, (path for path in files if _fits(path, recording.path, names)))


def rest_of_name(path: Path, stem: str) -> str | None:
    """What follows the name of a recording in that of a file; None where it begins otherwise."""
    name, stem = path.stem.casefold(), stem.casefold()
    rest = name.removeprefix(stem)
    return rest if name.startswith(stem) and not rest[:1].isalnum() else None


def fits(path: Path, recording: Path, names: Sequence[str]) -> bool:
    """Tell by the name whether a file may belong to this recording and to no other."""
    if is_called_scoring_of(path, recording):
        return True
    rest = rest_of_name(path, recording.stem)
    # A file of signals may be a scoring all the same: then its own name says nothing.
    own = path.stem if path.suffix.lower() in EDF_SUFFIXES else None
    longer = (one for one in names if len(one) > len(recording.stem) and one != own)
    return rest is not None and all(rest_of_name(path, one) is None for one in longer)


def _fits(path: Path, recording: Path, names: Sequence[str]) -> bool:
    is_kind = path.suffix.lower() in SCORING_SUFFIXES and path != recording and path.is_file()
    return is_kind and fits(path, recording, names)


def _read(recording: Recording, files: Iterable[Path]) -> FoundScorings:
    people: list[PersonsScoring] = []
    drafts: list[Path] = []
    unread: list[str] = []
    for path in files:
        try:
            if path != recording.path and is_draft(path):
                drafts.append(path)
            elif machine := _machine_in_name(path, recording.path):
                unread.append(f"{path.name} was not used: by its name, {machine} made it")
            elif path == recording.path or not _is_other_night(path, recording):
                is_export = path != recording.path and is_export_of_session(path)
                found = scorings_in(path, recording)
                people += [replace(o, is_export=is_export) for o in found if _is_new(o, people)]
        except Exception as error:  # noqa: BLE001 - one file never ends the others
            unread.append(f"{path.name} can't be read as a scoring: {in_words(error, path).what}")
    return FoundScorings(tuple(people), tuple(drafts), tuple(unread))


def _machine_in_name(path: Path, recording: Path) -> str:
    words = (rest_of_name(path, recording.stem) or "").replace("-", "_").split("_")
    return next((word for word in words if word in _OF_MACHINES), "")


def _is_other_night(path: Path, recording: Recording) -> bool:
    """Tell a recording that is no scoring of this one, though some programs put signals in both."""
    try:
        is_one = path.suffix.lower() in EDF_SUFFIXES and is_recording(path)
        return is_one and not scores(open_recording(path), recording)
    except SleepScorerError:
        return False


def _is_new(one: PersonsScoring, others: Iterable[PersonsScoring]) -> bool:
    return not any(np.array_equal(one.stages, other.stages) for other in others)


def scorings_in(path: Path, recording: Recording) -> Iterator[PersonsScoring]:
    """Yield what stands in a file, fitted to the recording: one scoring of each scorer.

    Raises
    ------
    SleepScorerError
        If it can't be read or does not fit.
    """
    if path == recording.path:
        scoring = _of_itself(recording)
        if scoring is not None:
            yield _scoring(_ITSELF, scoring, recording)
        return
    try:
        yield _scoring(path.name, read_scoring(path), recording)
    except SeveralScorers as several:
        for name in several.scorers:
            scoring = read_scoring(path, scorer=name)
            yield _scoring(f"{path.name}, scorer {name!r}", scoring, recording)


def _of_itself(recording: Recording) -> Scoring | None:
    if recording.path.suffix.lower() == NPZ_SUFFIX:
        return scoring_in_npz(recording.path)
    return scoring_of_recording(recording)


def _scoring(source: str, read: Scoring, recording: Recording) -> PersonsScoring:
    scoring = fitted(read, recording)
    hypnogram = scoring.hypnogram
    stages = np.where(np.isin(hypnogram.stages, STAGES), hypnogram.stages, Stage.UNSCORED)
    lights = LightsMarks(hypnogram.lights_off_s, hypnogram.lights_on_s, source=source)
    if lights.off_s is None and lights.on_s is None:
        lights = lights_of_events(recording.events, recording.n_epochs * EPOCH_S)
    # How the recording fits to itself is nobody's question.
    notes = read.notes if source == _ITSELF else scoring.notes
    told = tuple(f"{source}: {note}" for note in notes)
    return PersonsScoring(source, stages.astype(np.int8), lights, told)
