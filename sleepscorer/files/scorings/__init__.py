"""Scorings of other people and programs: one reader a format, chosen by content."""

import codecs
import stat
from pathlib import Path

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.edf.header import BDF_VERSION, EDF_VERSION
from sleepscorer.files.edf.reader import open_edf
from sleepscorer.files.recordings import EDF_SUFFIXES
from sleepscorer.files.scorings.nsrr_xml import is_nsrr_xml, read_nsrr_xml
from sleepscorer.files.scorings.stage_annotations import scoring_of_recording
from sleepscorer.files.scorings.stage_lines import read_stage_lines
from sleepscorer.files.scorings.stage_table import is_epoch_table, read_epoch_table

__all__ = ["read_scoring", "scoring_of_recording"]

# Ten days of epochs with every column take a few MB.
_MAX_TEXT_BYTES = 20_000_000
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_KNOWN = "an EDF+ hypnogram, a table of epochs (CSV), NSRR's XML or one stage a line"


def read_scoring(path: str | Path) -> Scoring:
    """Read an EDF+ hypnogram, our table of epochs, the XML of the NSRR, or one stage a line.

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
        If it is an EDF or BDF file that can't be opened.
    """
    path = Path(path)
    try:
        content = _read(path)
        if content is None:
            return scoring_of_recording(open_edf(path))
        return _scoring_of_text(content)
    except OSError as error:
        raise ScoringError(
            f"the file can't be read: {error.strerror or error}", path=path
        ) from error
    except ScoringError as error:
        if error.path is not None:
            raise
        raise ScoringError(error.what, path=path, hint=error.hint) from error


def _read(path: Path) -> bytes | None:
    """Read a file that may be text, at once and not without bound; None where it is EDF."""
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
        if version in (EDF_VERSION, BDF_VERSION) or path.suffix.lower() in EDF_SUFFIXES:
            return None
        content = version + file.read(_MAX_TEXT_BYTES)
    if len(content) > _MAX_TEXT_BYTES:
        raise ScoringError("the file is too long to be a scoring", hint=f"expected {_KNOWN}")
    return content


def _scoring_of_text(content: bytes) -> Scoring:
    text = _decoded(content)
    if "\0" in text:
        raise ScoringError("the file is neither EDF+ nor text", hint=f"expected {_KNOWN}")
    if not text.strip():
        raise ScoringError("the file is empty", hint=f"expected {_KNOWN}")
    if is_nsrr_xml(text):
        return read_nsrr_xml(text)
    lines = text.splitlines()
    return read_epoch_table(lines) if is_epoch_table(lines) else read_stage_lines(lines)


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF16_MARKS):  # Excel's "Unicode text"
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
