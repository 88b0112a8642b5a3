"""The formats that scorings come in: a table of readers, chosen by content."""

import codecs
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.edf import BDF_VERSION, EDF_VERSION
from sleepscorer.files.other_formats import OTHER_FORMATS, format_suffix
from sleepscorer.files.recordings import EDF_SUFFIXES, open_recording
from sleepscorer.files.scorings.nsrr_xml import is_nsrr_xml, read_nsrr_xml
from sleepscorer.files.scorings.stage_annotations import scoring_of_recording
from sleepscorer.files.scorings.stage_lines import read_stage_lines
from sleepscorer.files.scorings.stage_table import is_epoch_table, read_epoch_table

_WITH_ANNOTATIONS = (*EDF_SUFFIXES, *OTHER_FORMATS)
# Ten days of epochs with every column take a few MB.
_MAX_TEXT_BYTES = 20_000_000
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Content:
    """What stands in a file that may be a scoring.

    Parameters
    ----------
    path
        The file.
    text
        Its text; empty where it is a recording.
    is_recording
        It is EDF or BDF, by its first bytes or its name, or by its name another recording.
    """

    path: Path
    text: str = ""
    is_recording: bool = False

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.splitlines()


@dataclass(frozen=True)
class Reader:
    """One format that scorings come in.

    Parameters
    ----------
    title
        For people, after "expected".
    is_one
        Tells by the content whether a file has this format.
    read
        Reads it; raises ScoringError where it holds no stages, with the line concerned.
    ends
        How others name such files beside a recording, after its stem, in small letters.
    """

    title: str
    is_one: Callable[[Content], bool]
    read: Callable[[Content], Scoring]
    ends: tuple[str, ...] = ()


READERS = (
    Reader(
        "an EDF+ hypnogram",
        is_one=lambda content: content.is_recording,
        read=lambda content: scoring_of_recording(open_recording(content.path)),
        ends=("_scoring.edf", "-hypnogram.edf"),
    ),
    Reader(
        "NSRR's XML",
        is_one=lambda content: is_nsrr_xml(content.text),
        read=lambda content: read_nsrr_xml(content.text),
        ends=("-nsrr.xml",),
    ),
    Reader(
        "a table of epochs (CSV)",
        is_one=lambda content: is_epoch_table(content.lines),
        read=lambda content: read_epoch_table(content.lines),
    ),
    Reader(
        "one stage a line",
        is_one=lambda _: True,
        read=lambda content: read_stage_lines(content.lines),
    ),
)
"""The first that knows the content reads it; what knows any text comes last."""

_TITLES = [reader.title for reader in READERS]
_KNOWN = f"{', '.join(_TITLES[:-1])} or {_TITLES[-1]}"


def read_scoring(path: str | Path) -> Scoring:
    """Read a scoring in one of the formats of :data:`READERS`.

    The content decides, not the name. Stages of Rechtschaffen & Kales become those of the AASM
    manual (3 and 4 are N3); movement time and whatever else is no stage is unscored. ``notes``
    of the result say what had to be decided.

    Parameters
    ----------
    path
        The file; it is only read.

    Raises
    ------
    ScoringError
        If it can't be read or holds no stages, with the line concerned.
    RecordingError
        If it is a recording that can't be opened.
    """
    path = Path(path)
    try:
        content = _content(path)
        reader = next(reader for reader in READERS if reader.is_one(content))
        return reader.read(content)
    except OSError as error:
        raise ScoringError(
            f"the file can't be read: {error.strerror or error}", path=path
        ) from error
    except ScoringError as error:
        if error.path is not None:
            raise
        raise ScoringError(error.what, path=path, hint=error.hint) from error


def _content(path: Path) -> Content:
    """Read a file that may be text, at once and not without bound."""
    # Opening a pipe waits for somebody to write, and a device never ends.
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a pipe or device"
        raise ScoringError(
            f"the scoring can't be read: it is {what}, not an ordinary file",
            hint="save the scoring in a file and name that",
        )
    with path.open("rb") as file:
        version = file.read(len(EDF_VERSION))
        if version in (EDF_VERSION, BDF_VERSION) or format_suffix(path) in _WITH_ANNOTATIONS:
            return Content(path, is_recording=True)
        raw = version + file.read(_MAX_TEXT_BYTES)
    if len(raw) > _MAX_TEXT_BYTES:
        raise ScoringError("the file is too long to be a scoring", hint=f"expected {_KNOWN}")
    text = _decoded(raw)
    if "\0" in text:
        raise ScoringError("the file is neither EDF+ nor text", hint=f"expected {_KNOWN}")
    if not text.strip():
        raise ScoringError("the file is empty", hint=f"expected {_KNOWN}")
    return Content(path, text)


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF16_MARKS):  # Excel's "Unicode text"
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
