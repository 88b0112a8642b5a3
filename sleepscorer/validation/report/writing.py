"""The files of the report, written whole and read back, or not at all."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from sleepscorer.core.errors import ExportError, OutputRefused
from sleepscorer.core.progress import Progress, silent
from sleepscorer.files.beginnings import beginning_of
from sleepscorer.files.exports import is_own_output, workbook_output
from sleepscorer.files.verified_write import Output, check_targets, make_folder, write_verified
from sleepscorer.validation.found import Validation
from sleepscorer.validation.report.page import GENERATOR, page
from sleepscorer.validation.report.workbook import TITLE, sheets

REPORT_NAMES = ("validation.html", "validation.xlsx")
"""The files of a report."""
REPORT_FOLDER = "validation"
"""Where they go, within the folder of the nights, unless somebody names another."""


def write_report(
    validation: Validation,
    folder: Path,
    *,
    force: bool = False,
    sources: Sequence[Path] = (),
    progress: Progress = silent,
) -> tuple[Path, ...]:
    """Write the report of a validation as a page and as a workbook.

    Parameters
    ----------
    validation
        What was found.
    folder
        Made where it does not exist.
    force
        Replace existing files that sleepscorer made.
    sources
        The files that were judged: no output replaces them, or is open to more people.
    progress
        Called for each file; may raise Cancelled, and nothing has then been written.

    Returns
    -------
    The files of :data:`REPORT_NAMES`.

    Raises
    ------
    ExportError
        If a file exists, is not ours, can't be written or does not read back as it was meant. No
        file has then been changed.
    """
    paths = check_report(folder, force=force, sources=sources)
    written = page(validation).encode("utf-8")
    outputs = (
        Output(paths[0], partial(_write, written), partial(_verify, written)),
        workbook_output(paths[1], TITLE, sheets(validation)),
    )
    make_folder(folder)
    write_verified(outputs, force=force, sources=sources, is_own=is_own_report, progress=progress)
    return paths


def check_report(
    folder: Path, *, force: bool = False, sources: Sequence[Path] = ()
) -> tuple[Path, ...]:
    """Return the files that a report would be, having made sure that they can be written.

    It is for those who stage for an hour first. Parameters and errors are those of
    :func:`write_report`.
    """
    paths = tuple(folder / name for name in REPORT_NAMES)
    check_targets(paths, force=force, sources=sources, is_own=is_own_report)
    _check_folder(folder)
    return paths


def is_own_report(path: Path) -> bool:
    """Tell by its content whether sleepscorer wrote this page or workbook."""
    if path.suffix.lower() == ".html":
        return GENERATOR.encode("ascii") in beginning_of(path)
    return is_own_output(path)


def _check_folder(folder: Path) -> None:
    """Refuse a folder that can't be made or written to; nothing is made yet."""
    there = next((one for one in (folder, *folder.absolute().parents) if one.exists()), folder)
    if not there.is_dir():
        raise OutputRefused("no folder can be made in what is none", path=there)
    if not os.access(there, os.W_OK | os.X_OK):
        raise OutputRefused("this folder may not be written to", path=there)


def _write(written: bytes, file: BinaryIO) -> None:
    file.write(written)


def _verify(written: bytes, path: Path) -> None:
    if path.read_bytes() != written:
        raise ExportError("the page did not read back as it was written", path=path)
