"""The files of the report, written whole and read back, or not at all."""

from collections.abc import Sequence
from pathlib import Path

from sleepscorer.core.errors import UsageError
from sleepscorer.files.exports import document_output, is_own_output, workbook_output
from sleepscorer.files.verified_write import Output, check_targets, make_folder, write_verified
from sleepscorer.scorers.figures import ScorersFigures
from sleepscorer.scorers.report.document import document
from sleepscorer.scorers.report.sheets import sheets
from sleepscorer.scorers.report.words import TITLE

REPORT_NAMES = ("agreement.pdf", "agreement.xlsx")
"""What the files of a report are called in a folder."""

_ENDINGS = (".pdf", ".xlsx")


def check_report(
    paths: Sequence[Path], *, force: bool = False, sources: Sequence[Path] = ()
) -> None:
    """Refuse, before the work, files that can't be written.

    Parameters
    ----------
    paths
        What is to be written: ``.pdf`` and ``.xlsx``.
    force
        Replace existing files that sleepscorer made.
    sources
        The scorings: no output replaces them.

    Raises
    ------
    UsageError
        If a name has another ending.
    ExportError
        If a file exists, or is not ours.
    """
    for path in paths:
        if path.suffix.lower() not in _ENDINGS:
            raise UsageError("a report ends in .pdf or .xlsx", path=path)
    check_targets(paths, force=force, sources=sources, is_own=is_own_output)


def write_report(
    figures: ScorersFigures,
    paths: Sequence[Path],
    *,
    paper: str = "a4",
    force: bool = False,
    sources: Sequence[Path] = (),
) -> None:
    """Write what was found as a PDF, as a workbook, or both.

    Parameters
    ----------
    figures
        What was found.
    paper
        Of the PDF: a name of PAPERS.
    paths, force, sources
        As for :func:`check_report`; folders are made.

    Raises
    ------
    UsageError, ExportError
        As for :func:`check_report`, or if a file can't be written; none has then been changed.
    """
    check_report(paths, force=force, sources=sources)
    outputs = [_output(figures, path, paper) for path in paths]
    for path in paths:
        make_folder(path.parent)
    write_verified(outputs, force=force, sources=sources, is_own=is_own_output)


def _output(figures: ScorersFigures, path: Path, paper: str) -> Output:
    if path.suffix.lower() == ".pdf":
        return document_output(path, document(figures, paper))
    return workbook_output(path, TITLE, sheets(figures))
