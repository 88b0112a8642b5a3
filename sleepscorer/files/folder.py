"""What lies in a folder: recordings, and what of their scoring lies beside them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sleepscorer.core.errors import RecordingError, SleepScorerError, UsageError
from sleepscorer.core.progress import Progress
from sleepscorer.core.recording import Recording
from sleepscorer.faults import in_words
from sleepscorer.files.beginnings import beginning_of
from sleepscorer.files.edf import holds_annotations_alone
from sleepscorer.files.exports import EXPORT_FORMATS, INTERCHANGE_SUFFIXES, is_own_output
from sleepscorer.files.other_formats import format_suffix
from sleepscorer.files.recordings import EDF_SUFFIXES, RECORDING_SUFFIXES
from sleepscorer.files.scorings import READERS, holds_stages
from sleepscorer.files.sessions import SUFFIX

_OUR_SUFFIXES = [
    form.suffix
    for form in sorted(
        (form for form in EXPORT_FORMATS if form.read_back is not None),
        key=lambda form: form.read_back or 0,
    )
]
SCORING_ENDS = (*(end for reader in READERS for end in reader.ends), *_OUR_SUFFIXES)
"""How a scoring is called beside its recording, after the recording's stem, in small letters: the
names that people and other programs use first, then what the program itself wrote."""

# Sleep-EDF's names: subject, night, then a letter for the recording's version or for the scorer.
_SLEEP_EDF = re.compile(r"(.*\w)\w-psg")
_SLEEP_EDF_SCORING = re.compile(r"(.*)\w-hypnogram\.edf")
_SLEEP_EDF_END = "-hypnogram.edf"
# Files of EDF that are scorings by their name, where their content does not say otherwise.
_SCORING_STEMS = tuple(Path(end).stem for end in SCORING_ENDS if end.endswith(".edf"))


@dataclass(frozen=True)
class FoundRecording:
    """A file that may be a recording.

    Parameters
    ----------
    path
        Where it lies.
    scoring
        What lies beside it, in words; empty where nothing does.
    """

    path: Path
    scoring: str


def recordings_in(folder: Path, progress: Progress) -> tuple[FoundRecording, ...]:
    """List the recordings of a folder by name; scorings and our own files are left out.

    Raises
    ------
    RecordingError
        If the folder can't be read.
    """
    try:
        paths = sorted(folder.iterdir(), key=lambda path: path.name.casefold())
    except OSError as error:
        raise RecordingError(
            f"the folder can't be read: {error.strerror or error}", path=folder
        ) from error
    beside = _Neighbours(paths)
    found = []
    for number, path in enumerate(paths):
        progress(number / len(paths), path.name)
        try:
            if is_recording(path):
                found.append(FoundRecording(path, _scored(path, beside)))
        except Exception as error:  # noqa: BLE001 - one file never hides the others
            said = in_words(error, path)
            found.append(FoundRecording(path, f"can't be read: {said.what}"))
    return tuple(found)


def files_in(folder: Path, ends: Iterable[str]) -> list[Path]:
    """Files of a folder and all below whose names end like this, in order.

    Raises
    ------
    UsageError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise UsageError("there is no such folder", path=folder)
    wanted = tuple(end.casefold() for end in ends)
    return sorted(path for path in folder.rglob("*") if path.name.casefold().endswith(wanted))


def scoring_beside(recording: Recording) -> Path | None:
    """Return a scoring that lies beside a recording, or the recording itself if it holds stages.

    Its name is the recording's stem with one of :data:`SCORING_ENDS`. Sleep-EDF's
    ``SC4001E0-PSG.edf`` has ``SC4001EC-Hypnogram.edf``.
    """
    return next(iter(scorings_beside(recording)), None)


def scorings_beside(recording: Recording) -> tuple[Path, ...]:
    """Return all that :func:`scoring_beside` would take, in the order of preference."""
    try:
        beside = _Neighbours(recording.path.parent.iterdir())
    except OSError:
        beside = _Neighbours(())
    itself = (recording.path,) if holds_stages(recording.events) else ()
    return (*beside.scorings_of(recording.path), *itself)


def recording_of(scoring: Path) -> Path | None:
    """Return the recording beside a scoring that it evidently belongs to; None where none does.

    That is the one by whose name the scoring is called, or else the only one in the folder.
    """
    try:
        others = [path for path in scoring.parent.iterdir() if _may_be(path) and path != scoring]
        named = [path for path in others if is_called_scoring_of(scoring, path)]
        found = list(islice(filter(is_recording, named or others), 2))
    except (OSError, SleepScorerError):
        return None
    return found[0] if len(found) == 1 else None


def stem_of_scored(scoring: Path) -> str:
    """Tell by its name alone how the recording is called that a scoring is of, in small letters.

    Without an ending of :data:`SCORING_ENDS`, or else without its suffix. Sleep-EDF's
    ``SC4001EC-Hypnogram.edf`` is of ``sc4001e``, whoever scored it.
    """
    name = scoring.name.casefold()
    of_sleep_edf = _SLEEP_EDF_SCORING.fullmatch(name)
    if of_sleep_edf:
        return of_sleep_edf[1]
    end = next((end for end in SCORING_ENDS if name.endswith(end) and name != end), "")
    return name.removesuffix(end) if end else scoring.stem.casefold()


def is_called_scoring_of(path: Path, recording: Path) -> bool:
    """Tell by the names alone whether this would be offered as the scoring of a recording."""
    own = path.name.casefold()
    names = _Neighbours((path,)).names_for(recording.stem.casefold())
    return own != recording.name.casefold() and own in names


class _Neighbours:
    """The files of a folder by their names; letter case tells no two apart."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._by_name = {path.name.casefold(): path for path in paths}
        self._of_sleep_edf: dict[str, list[str]] = {}
        for name in sorted(self._by_name):
            of_sleep_edf = _SLEEP_EDF_SCORING.fullmatch(name)
            if of_sleep_edf:
                self._of_sleep_edf.setdefault(of_sleep_edf[1], []).append(name)

    def has(self, name: str) -> bool:
        """Tell whether a file of this name lies here."""
        return name.casefold() in self._by_name

    def scoring_of(self, recording: Path) -> Path | None:
        """Return what opening this recording offers to import, told by names alone."""
        return next(self.scorings_of(recording), None)

    def scorings_of(self, recording: Path) -> Iterator[Path]:
        """Yield all scorings of this recording, told by names alone."""
        own = recording.name.casefold()
        for name in dict.fromkeys(self.names_for(recording.stem.casefold())):
            path = self._by_name.get(name)
            if path is not None and name != own and path.is_file() and not _is_for_others(path):
                yield path

    def names_for(self, stem: str) -> Iterator[str]:
        """Yield how a scoring of a recording of this stem is called, in the order of preference."""
        for end in SCORING_ENDS:
            yield stem + end
            sleep_edf = _SLEEP_EDF.fullmatch(stem)
            if end == _SLEEP_EDF_END and sleep_edf:
                yield from self._of_sleep_edf.get(sleep_edf[1], ())
                yield stem.removesuffix("-psg") + end


def _is_for_others(path: Path) -> bool:
    """Tell what the program wrote for other programs: its own files hold more of the night."""
    return path.name.casefold().endswith(INTERCHANGE_SUFFIXES) and is_own_output(path)


def _may_be(path: Path) -> bool:
    """Tell by the name alone whether this may be a recording."""
    return format_suffix(path) in RECORDING_SUFFIXES


def is_recording(path: Path) -> bool:
    """Tell by the name, and where that leaves it open by the first bytes.

    Raises
    ------
    SleepScorerError
        If those can't be read.
    """
    if not _may_be(path) or not path.is_file():
        return False
    suffix = format_suffix(path)
    # The drive may be slow: only where it can be a scoring, ours among them, is a file looked into.
    annotations_alone = (
        holds_annotations_alone(beginning_of(path)) if suffix in EDF_SUFFIXES else None
    )
    if path.stem.casefold().endswith(_SCORING_STEMS):
        # A recording may be called like a scoring: its signals tell.
        return annotations_alone is False
    return not annotations_alone


def _scored(path: Path, beside: _Neighbours) -> str:
    if beside.has(f"{path.stem}{SUFFIX}"):
        return "session"
    return "" if beside.scoring_of(path) is None else "scoring"
