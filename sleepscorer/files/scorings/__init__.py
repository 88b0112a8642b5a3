"""Scorings of other people and programs: one reader a format, chosen by content."""

from pathlib import Path

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.edf import open_edf
from sleepscorer.files.scorings.epoch_table import is_epoch_table, read_epoch_table
from sleepscorer.files.scorings.stage_annotations import scoring_of_recording
from sleepscorer.files.scorings.stage_lines import read_stage_lines

__all__ = ["read_scoring", "scoring_of_recording"]

_EDF_VERSIONS = (b"0       ", b"\xffBIOSEMI")
_EDF_SUFFIXES = (".edf", ".bdf", ".rec")
# Ten days of epochs with every column take a few MB.
_MAX_TEXT_BYTES = 20_000_000
_KNOWN = "an EDF+ hypnogram, a table of epochs (CSV) or one stage a line"


def read_scoring(path: str | Path) -> Scoring:
    """Read an EDF+ hypnogram, our table of epochs, or one stage a line.

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
        with path.open("rb") as file:
            version = file.read(8)
        if version in _EDF_VERSIONS or path.suffix.lower() in _EDF_SUFFIXES:
            return scoring_of_recording(open_edf(path))
        return _read_text(path)
    except OSError as error:
        raise ScoringError(
            f"the file can't be read: {error.strerror or error}", path=path
        ) from error
    except ScoringError as error:
        if error.path is not None:
            raise
        raise ScoringError(error.what, path=path, hint=error.hint) from error


def _read_text(path: Path) -> Scoring:
    if path.stat().st_size > _MAX_TEXT_BYTES:
        raise ScoringError("the file is too long to be a scoring", hint=f"expected {_KNOWN}")
    content = path.read_bytes()
    if b"\0" in content:
        raise ScoringError("the file is neither EDF+ nor text", hint=f"expected {_KNOWN}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if not text.strip():
        raise ScoringError("the file is empty", hint=f"expected {_KNOWN}")
    lines = text.splitlines()
    return read_epoch_table(lines) if is_epoch_table(lines) else read_stage_lines(lines)
