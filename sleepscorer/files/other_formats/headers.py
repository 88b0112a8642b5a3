"""Headers in sections of ``key=value``, as BrainVision and Persyst write them."""

import codecs
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PureWindowsPath
from types import MappingProxyType

from sleepscorer.core.errors import RecordingError
from sleepscorer.files.edf import file_size, read_bytes

# A night of triggers has some hundred thousand lines.
_MAX_BYTES = 64 * 2**20
_LONGEST_SHOWN = 60
_CODEPAGE = re.compile(rb"^\s*Codepage\s*=\s*([\w-]+)", re.IGNORECASE | re.MULTILINE)
_LINE_ENDS = re.compile(r"\r\n|\n|\r")
_WINDOWS = "cp1252"


class Sections:
    """The sections of a header, by their names in small letters."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, list[str]] = {}
        lines: list[str] = []
        for raw in _LINE_ENDS.split(text):
            line = raw.strip("\ufeff\0 \t")
            if line.startswith("[") and line.endswith("]"):
                lines = self._lines.setdefault(line[1:-1].strip().casefold(), [])
            elif line and not line.startswith(";"):
                lines.append(line)

    def lines(self, name: str) -> list[str]:
        """The lines of a section that are neither empty nor a remark."""
        return self._lines.get(name, [])

    def pairs(self, name: str) -> list[tuple[str, str]]:
        """What stands before and behind the first "=" of each line that has one."""
        split = (line.partition("=") for line in self.lines(name))
        return [(key.strip(), value.strip()) for key, equals, value in split if equals]

    def values(self, name: str) -> Mapping[str, str]:
        """The value of each key in small letters; of several the last."""
        return MappingProxyType({key.casefold(): value for key, value in self.pairs(name)})


def read_sections(path: Path) -> Sections:
    """Read a header whatever its letters are written in.

    UTF-8 is tried first, whatever the header calls itself; what is none is read by the code page
    that it names ("ANSI" is that of Western Windows), else as Western text.

    Raises
    ------
    RecordingError
        If it can't be read, or is too long for a header.
    """
    size = file_size(path)
    if size > _MAX_BYTES:
        raise RecordingError(f"it is too long to be a header ({size / 2**20:.0f} MB)", path=path)
    return Sections(_decoded(read_bytes(path, 0, size)))


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    named = _CODEPAGE.search(content)
    for codepage in ("utf-8-sig", named[1].decode("ascii", "replace") if named else "", _WINDOWS):
        with suppress(LookupError, UnicodeError):
            return content.decode(codepage)
    return content.decode("latin-1")


def shown(text: str) -> str:
    """Return what a header says in quotation marks, and of much only the beginning."""
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def companion(
    path: Path, named: str, endings: tuple[str, ...], *, what: str, warnings: list[str]
) -> Path | None:
    """Find a file that a header names beside itself, or one called like the header.

    Parameters
    ----------
    path
        The header.
    named
        Its words; ``$b`` stands for the header's own name.
    endings
        Of files beside a header that was renamed together with them.
    what
        It holds, for the warning where the name is another.
    warnings
        Grows by that.
    """
    # The path of the computer that wrote it says nothing here.
    name = PureWindowsPath(named.replace("$b", path.stem)).name
    candidates = [path.parent / name] if name else []
    candidates += [path.with_suffix(ending) for ending in endings]
    found = next(filter(_is_file, candidates), None)
    if found is not None and name and found.name != name:
        warnings.append(
            f"the file of its {what} that the header names, {shown(name)}, is not there;"
            f" {found.name} beside it was taken"
        )
    return found


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def samples_file(path: Path, named: str, endings: tuple[str, ...], *, warnings: list[str]) -> Path:
    """Find the file of the samples; see :func:`companion`.

    Raises
    ------
    RecordingError
        If there is none.
    """
    found = companion(path, named, endings, what="samples", warnings=warnings)
    if found is None:
        raise RecordingError(
            f"the file of its samples, {shown(named)}, is not there"
            if named
            else "its header does not name the file of its samples",
            path=path,
            hint="put all files of the recording into one folder, named as when they were written",
        )
    return found
