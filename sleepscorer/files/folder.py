"""What recordings lie in a folder; looked at beside the window."""

from dataclasses import dataclass
from pathlib import Path

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.progress import Progress
from sleepscorer.files.exports.own_files import is_own_output
from sleepscorer.files.other_formats import OTHER_FORMATS, format_suffix
from sleepscorer.files.sessions.file import SUFFIX

RECORDING_SUFFIXES = (".edf", ".bdf", ".rec", *OTHER_FORMATS)
"""Ends of the names of files that can be opened."""

_ANNOTATION_ENDS = ("-hypnogram", "_hypnogram", "_scoring")


@dataclass(frozen=True)
class FoundRecording:
    """A file that may be a recording.

    Parameters
    ----------
    path
        Where it lies.
    size_bytes
        How large it is.
    scoring
        What lies beside it, in words; empty where nothing does.
    """

    path: Path
    size_bytes: int
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
    names = {path.name.casefold() for path in paths}
    found = []
    for number, path in enumerate(paths):
        progress(number / len(paths), path.name)
        if _is_recording(path):
            found.append(FoundRecording(path, _size(path), _scoring_of(path, names)))
    return tuple(found)


def _is_recording(path: Path) -> bool:
    return (
        format_suffix(path) in RECORDING_SUFFIXES
        and path.is_file()
        and not path.stem.casefold().endswith(_ANNOTATION_ENDS)
        and not is_own_output(path)
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _scoring_of(path: Path, names: set[str]) -> str:
    if f"{path.stem}{SUFFIX}".casefold() in names:
        return "session"
    stem = path.stem.casefold()
    # Sleep-EDF's "SC4001E0-PSG.edf" has "SC4001EC-Hypnogram.edf": all but the scorer's letter.
    begins = {stem, stem.removesuffix("-psg")[:7] if stem.endswith("-psg") else stem}
    if any(
        Path(name).stem.endswith(_ANNOTATION_ENDS) and name.startswith(tuple(begins))
        for name in names
    ):
        return "scoring"
    return ""
