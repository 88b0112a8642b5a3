"""Pictures that the program draws: PNG files that say so, written like all other outputs."""

import struct
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from sleepscorer.core.errors import ExportError
from sleepscorer.files.beginnings import beginning_of
from sleepscorer.files.exports.own_files import PROGRAM
from sleepscorer.files.verified_write import Output

SOFTWARE_KEY = "Software"
"""Keyword of the PNG text that names the program (PNG specification 1.2, section 4.2.3.1)."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">4sII")
_AFTER_LENGTH = len(_SIGNATURE) + 4
_OWN_TEXT = f"{SOFTWARE_KEY}\0{PROGRAM} ".encode("ascii")


def is_own_picture(path: Path) -> bool:
    """Tell whether sleepscorer drew this picture."""
    start = beginning_of(path)
    return start.startswith(_SIGNATURE) and _OWN_TEXT in start


def picture_output(path: Path, png: bytes) -> Output:
    """Return the output that writes a PNG picture and reads it back.

    Parameters
    ----------
    path
        Where it shall appear.
    png
        The file's content, with a text of :data:`SOFTWARE_KEY` that names this program first.
    """
    return Output(path, partial(_write, png), partial(_verify, png))


def _write(png: bytes, file: BinaryIO) -> None:
    file.write(png)


def _verify(png: bytes, path: Path) -> None:
    """Compare what was written, and see that it is a picture of the size its header names."""
    written = path.read_bytes()
    from matplotlib.image import imread

    height, width = imread(BytesIO(written), format="png").shape[:2]
    if written != png or (b"IHDR", width, height) != _HEADER.unpack_from(written, _AFTER_LENGTH):
        raise ExportError("the picture did not read back as it was drawn and was discarded")
