"""A workbook as a file: the same one gives the same bytes, and every cell is read back."""

import math
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import to_excel
from openpyxl.writer.excel import ExcelWriter

from sleepscorer.core.errors import ExportError
from sleepscorer.files.edf import UNKNOWN_START
from sleepscorer.files.exports.excel.cells import cell_values
from sleepscorer.files.exports.own_files import PROGRAM


def empty_workbook(title: str) -> Workbook:
    """Return a workbook without sheets that says who made it, and not when."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    properties = workbook.properties
    properties.creator = properties.lastModifiedBy = PROGRAM
    properties.title = title
    # When a report was made says when the patient was there; Provenance has the time of staging.
    properties.created = properties.modified = UNKNOWN_START
    return workbook


def write_workbook(workbook: Workbook, file: BinaryIO) -> None:
    """Write it into an open binary file."""
    with _DatelessZip(file, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(workbook, archive).save()


def verify_workbook(workbook: Workbook, path: Path, *, n_charts: int = 0) -> None:
    """Reopen a written workbook and compare every cell with the one that was meant.

    Raises
    ------
    ExportError
        Where the file differs.
    """
    with path.open("rb") as file, ZipFile(file) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        if archive.testzip() is not None or len(charts) != n_charts:
            raise ExportError("the workbook did not read back whole", path=path)
        found = load_workbook(file, read_only=True)
        if found.sheetnames != workbook.sheetnames:
            raise ExportError(f"the sheets read back as {found.sheetnames}", path=path)
        for sheet in workbook.worksheets:
            _compare(path, sheet.title, cell_values(sheet), cell_values(found[sheet.title]))


def _compare(
    path: Path, title: str, meant: list[tuple[Any, ...]], found: list[tuple[Any, ...]]
) -> None:
    if len(meant) != len(found):
        raise ExportError(
            f"{len(found)} rows of sheet {title} read back of {len(meant)} written", path=path
        )
    for row, (meant_row, found_row) in enumerate(zip(meant, found, strict=True), start=1):
        is_same = len(meant_row) == len(found_row) and all(map(_same, meant_row, found_row))
        if not is_same:
            raise ExportError(f"row {row} of sheet {title} did not read back as written", path=path)


def _same(meant: Any, found: Any) -> bool:
    meant, found = _plain(meant), _plain(found)
    if isinstance(meant, float) and isinstance(found, float):
        # Excel keeps times to the millisecond, as parts of a day.
        return math.isclose(meant, found, rel_tol=1e-9, abs_tol=1e-8)
    return bool(meant == found)


def _plain(value: Any) -> Any:
    """Return numbers and times as the one kind of number that Excel knows."""
    if isinstance(value, (datetime, time, timedelta)):
        return float(to_excel(value))
    return float(value) if isinstance(value, int) else value


class _DatelessZip(ZipFile):
    """A zip archive whose entries do not say when it was made."""

    def writestr(
        self,
        zinfo_or_arcname: str | ZipInfo,
        data: Any,
        compress_type: int | None = None,
        compresslevel: int | None = None,
    ) -> None:
        # A ZipInfo made from a name alone is dated 1980-01-01.
        if isinstance(zinfo_or_arcname, str):
            zinfo_or_arcname = ZipInfo(zinfo_or_arcname)
        super().writestr(zinfo_or_arcname, data, compress_type or ZIP_DEFLATED, compresslevel)

    def write(
        self,
        filename: Any,
        arcname: Any = None,
        compress_type: int | None = None,
        compresslevel: int | None = None,
    ) -> None:
        data = Path(filename).read_bytes()
        self.writestr(str(arcname or filename), data, compress_type, compresslevel)
