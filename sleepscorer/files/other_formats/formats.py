"""The table of formats: what opens a file by the end of its name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.recording import Recording
from sleepscorer.files.edf import file_size
from sleepscorer.files.other_formats.brainvision import open_brainvision
from sleepscorer.files.other_formats.eeglab import open_eeglab
from sleepscorer.files.other_formats.persyst import open_persyst
from sleepscorer.files.other_formats.through_mne import open_through_mne


@dataclass(frozen=True)
class _Format:
    """One format: its name for people, and what opens it."""

    name: str
    open: Callable[[Path, str], Recording]


_FORMATS = {
    ".vhdr": _Format("BrainVision", open_brainvision),
    ".ahdr": _Format("BrainVision", open_brainvision),
    ".set": _Format("EEGLAB", open_eeglab),
    ".fif": _Format("FIF", open_through_mne),
    ".fif.gz": _Format("FIF", open_through_mne),
    ".gdf": _Format("GDF", open_through_mne),
    ".cnt": _Format("CNT", open_through_mne),
    ".nedf": _Format("Neuroelectrics", open_through_mne),
    ".lay": _Format("Persyst", open_persyst),
}

OTHER_FORMATS = MappingProxyType({suffix: one.name for suffix, one in _FORMATS.items()})
"""Name of each format by the end of the file name.

Only those that need no further package: EGI's MFF, ANT's CNT and others do.
"""

_COMPANIONS = {".eeg": ".vhdr", ".vmrk": ".vhdr", ".fdt": ".set", ".dat": ".lay"}


def format_suffix(path: Path) -> str:
    """Return the end of the file name that tells the format, in lower case."""
    name = path.name.lower()
    return ".fif.gz" if name.endswith(".fif.gz") else path.suffix.lower()


def companion_hint(path: Path) -> str:
    """Return which file to open instead, where this one holds a part of a recording."""
    suffix = _COMPANIONS.get(format_suffix(path))
    header = path.with_suffix(suffix) if suffix else None
    return f"open {header.name} instead" if header is not None and header.is_file() else ""


def open_other(path: Path | str) -> Recording:
    """Open a recording in one of :data:`OTHER_FORMATS`.

    Raises
    ------
    RecordingError
        If it can't be read.
    """
    path = Path(path)
    one = _FORMATS[format_suffix(path)]
    file_size(path)
    try:
        return one.open(path, one.name)
    except MemoryError:
        raise RecordingError(
            f"there is not enough memory to open this {one.name} file", path=path
        ) from None
