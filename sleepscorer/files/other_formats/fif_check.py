"""Checks that the tags of a FIF file lead to its end before mne follows them.

mne follows the place of the next tag wherever it leads: one damaged byte makes it go round and
round, and remember every tag it meets.
"""

import gzip
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

from sleepscorer.core.errors import RecordingError

_TAG = struct.Struct(">iIii")  # kind, type, bytes of data, place of the next tag


def check_fif(path: Path, name: str) -> None:
    """Follow the tags of a file.

    Raises
    ------
    RecordingError
        If they go back to where they were.
    """
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
            is_sound = _ends(file)
    except (OSError, EOFError, zlib.error):
        # What is cut short or not packed as its name says is mne's to refuse.
        return
    if not is_sound:
        raise RecordingError(
            f"it can't be read as {name}: its content is damaged",
            path=path,
            hint="copy it once more from where it was written",
        )


def _ends(file: BinaryIO | gzip.GzipFile) -> bool:
    """Tell whether the tags come to an end, each behind the one before."""
    at = 0
    while True:
        file.seek(at)
        header = file.read(_TAG.size)
        if len(header) < _TAG.size:
            return True
        _, _, size, following = _TAG.unpack(header)
        if following < 0:
            return True
        after = following or at + _TAG.size + size
        if after <= at:
            return False
        at = after
