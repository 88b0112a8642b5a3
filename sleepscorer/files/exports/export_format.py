"""One kind of file that a scored night is handed on in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from sleepscorer.files.exports.night import Night


class Writer(Protocol):
    """Writes one night in one format."""

    def write(self, file: BinaryIO) -> None:
        """Write it to an empty binary file."""
        ...

    def verify(self, path: Path) -> None:
        """Refuse a file that differs from it."""
        ...


@dataclass(frozen=True)
class ExportFormat:
    """One kind of file.

    Parameters
    ----------
    name
        As options and settings spell it.
    title
        As the window calls it.
    suffix
        End of its files' names, after the stem.
    writer
        Imports what writes and checks a night; pandas and openpyxl take half a second, so that
        happens when the format is first used.
    is_ours
        Tells by the content whether sleepscorer made a file of this kind: such a file may be
        replaced.
    read_back
        Its place, from 1, among our files that are offered for import beside a recording; None
        where it holds no scoring that can be read.
    is_default
        It is written unless others are asked for.
    is_for_others
        It is read by other programs, and holds nothing that other files don't.
    may_replace
        Where it has no room for a mark of who wrote it: tells by the content which file may be
        replaced by one of its kind. None leaves that to ``is_ours``.
    beside
        What is written with it under the same name; its suffix ends that instead.
    """

    name: str
    title: str
    suffix: str
    writer: Callable[[Night], Writer]
    is_ours: Callable[[Path], bool]
    read_back: int | None = None
    is_default: bool = True
    is_for_others: bool = False
    may_replace: Callable[[Path], bool] | None = None
    beside: "ExportFormat | None" = None

    @property
    def ending(self) -> str:
        """The suffix of its files' names as paths have it: ``".edf"``."""
        return f".{self.suffix.rpartition('.')[2]}"
