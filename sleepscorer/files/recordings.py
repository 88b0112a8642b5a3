"""Opens a recording, whatever its format."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sleepscorer.core.errors import RecordingError, UnknownFormat
from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.recording import Recording
from sleepscorer.files.edf import (
    BDF_VERSION,
    EDF_VERSION,
    EdfFile,
    edf_extent,
    file_size,
    open_edf,
    read_bytes,
)
from sleepscorer.files.epochs_npz import NPZ_SUFFIX, open_npz
from sleepscorer.files.other_formats import (
    OTHER_FORMATS,
    companion_hint,
    format_suffix,
    keep_passing,
    open_other,
)
from sleepscorer.files.sessions import file_states, sha256_of

EDF_SUFFIXES = (".edf", ".bdf", ".rec")

RECORDING_SUFFIXES = (*EDF_SUFFIXES, NPZ_SUFFIX, *OTHER_FORMATS)
"""Ends of the names of files that can be opened, in small letters."""


def open_recording(path: Path | str) -> Recording:
    """Open a recording for reading.

    EDF and BDF are known by their first bytes, whatever the file is called; other formats by the
    end of the file name.

    Raises
    ------
    RecordingError
        If the file does not exist, can't be read, or has a format that is not supported.
    """
    path = Path(path)
    suffix = format_suffix(path)
    if _is_folder(path):
        raise RecordingError("this is a folder, not a recording", path=path, hint=_supported())
    if _begins_as_edf(path):
        return open_edf(path)
    if suffix in EDF_SUFFIXES:
        raise RecordingError(
            "despite its name this is not an EDF or BDF file: its first bytes are not theirs",
            path=path,
        )
    if suffix == NPZ_SUFFIX:
        return open_npz(path)
    if suffix in OTHER_FORMATS:
        return open_other(path)
    what = "this is not a recording of a supported format"
    companion = companion_hint(path)
    if companion:
        raise RecordingError(what, path=path, hint=companion)
    raise UnknownFormat(what, path=path, hint=_supported())


@dataclass(frozen=True, eq=False)
class HashedRecording:
    """A recording of which every byte was read.

    Parameters
    ----------
    recording
        As :func:`open_recording` opens it.
    sha256
        Of its file, of several one after the other.
    file_states
        Sizes and times of its files before they were hashed.
    let_go
        Gives the memory back that its signals hold; they are read from the file from then on.
    """

    recording: Recording
    sha256: str
    file_states: tuple[tuple[int, int], ...]
    let_go: Callable[[], None] = lambda: None


def open_hashed(
    path: Path,
    wanted: Callable[[Recording], Collection[str]],
    progress: Progress = silent,
) -> HashedRecording:
    """Open a recording that is going to be read, and hash it.

    What is wanted of it stays in memory, as far as 128 MiB go, so that the file is read once; but
    not where a library reads it.

    Parameters
    ----------
    path
        The file.
    wanted
        Names signals of the recording, of which it may know no more than the header tells; what
        it raises ends the opening before the file is read.
    progress
        Called for each MiB; may raise Cancelled.

    Raises
    ------
    RecordingError
        As :func:`open_recording`.
    """
    if not is_edf(path):
        return _other_hashed(path, wanted, progress)
    states = file_states([path])
    file = EdfFile(path)
    file.keep(wanted(file.outline))
    sha256 = sha256_of([path], progress, passing=lambda _path, *block: file.take(*block))
    return HashedRecording(file.recording(), sha256, states, file.let_go)


def _other_hashed(
    path: Path, wanted: Callable[[Recording], Collection[str]], progress: Progress
) -> HashedRecording:
    recording = open_recording(path)
    labels = wanted(recording)
    states = file_states(recording.all_files)
    keeping = keep_passing(one for one in recording.signals if one.label in labels)

    def pass_on(path: Path, offset: int, block: bytes) -> None:
        for file in keeping:
            if file.path == path:
                file.take(offset, block)

    def let_go() -> None:
        for file in keeping:
            file.let_go()

    sha256 = sha256_of(recording.all_files, progress, passing=pass_on)
    return HashedRecording(recording, sha256, states, let_go)


def is_edf(path: Path) -> bool:
    """Tell by its first bytes whether a file is EDF or BDF.

    Raises
    ------
    RecordingError
        If it can't be read.
    """
    return not _is_folder(path) and _begins_as_edf(path)


def recorded_extent(path: Path) -> tuple[datetime | None, float | None]:
    """Tell when a recording began and how many seconds it lasts, without opening it.

    Returns
    -------
    None for what is not known before a recording of this format is opened.

    Raises
    ------
    RecordingError
        If the file can't be read, or the header of an EDF or BDF file is damaged.
    """
    is_edf = _begins_as_edf(path) or format_suffix(path) in EDF_SUFFIXES
    return edf_extent(path) if is_edf else (None, None)


def _begins_as_edf(path: Path) -> bool:
    return read_bytes(path, 0, min(8, file_size(path))) in (EDF_VERSION, BDF_VERSION)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _supported() -> str:
    others = sorted({f"{name} ({suffix})" for suffix, name in OTHER_FORMATS.items()})
    return "supported are EDF, BDF, " + ", ".join(others)
