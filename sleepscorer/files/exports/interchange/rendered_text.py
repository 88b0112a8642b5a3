"""A text that is written whole, and read back byte by byte; and what stands in many of them."""

from pathlib import Path
from typing import BinaryIO

from sleepscorer import __version__
from sleepscorer.core.errors import ExportError
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.own_files import PROGRAM

WRITTEN_BY = f"{PROGRAM} {__version__}"
"""Stands in the files that have a place for it; by the first word they are known again."""

_DECIMALS = 6


class RenderedText:
    """Writes a text as UTF-8 with line feeds, and compares what was written.

    Parameters
    ----------
    text
        The whole of the file.
    """

    def __init__(self, text: str) -> None:
        self._content = text.encode("utf-8")

    def write(self, file: BinaryIO) -> None:
        """Write it to an empty binary file."""
        file.write(self._content)

    def verify(self, path: Path) -> None:
        """Reopen a written file and compare all of it.

        Raises
        ------
        ExportError
            Where it differs.
        """
        if path.read_bytes() != self._content:
            raise ExportError("the file did not read back as it was written", path=path)


def seconds_text(time_s: float) -> str:
    """Return seconds to the microsecond, as short as they can be written: ``30``, ``12.75``."""
    text = f"{time_s:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def epoch_starts(night: Night) -> list[float]:
    """Seconds from the start of the recording at which each epoch begins."""
    hypnogram = night.hypnogram
    return [epoch * hypnogram.epoch_s for epoch in range(hypnogram.n_epochs)]
