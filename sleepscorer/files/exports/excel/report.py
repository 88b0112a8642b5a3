"""The Excel report: nine sheets and more of real numbers with two charts native to Excel."""

from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from openpyxl import Workbook

from sleepscorer.files.exports.excel.charts import add_hypnogram_chart, add_stage_chart
from sleepscorer.files.exports.excel.edits import add_edits
from sleepscorer.files.exports.excel.epochs import add_epochs
from sleepscorer.files.exports.excel.event_figures import add_event_figures
from sleepscorer.files.exports.excel.events import add_events
from sleepscorer.files.exports.excel.sheets import (
    add_cycles,
    add_definitions,
    add_provenance,
    add_stages,
    add_summary,
    add_transitions,
)
from sleepscorer.files.exports.excel.workbook_file import (
    empty_workbook,
    verify_workbook,
    write_workbook,
)
from sleepscorer.files.exports.night import Night

_N_CHARTS = 2


class WorkbookReport:
    """The report of a night, built once: to write it, and to compare with it what was written."""

    def __init__(self, night: Night) -> None:
        self._night = night

    def write(self, file: BinaryIO) -> None:
        """Write it into an open binary file; the same night gives the same bytes."""
        write_workbook(self._workbook, file)

    def verify(self, path: Path) -> None:
        """Reopen a written report and compare every cell with the night.

        Raises
        ------
        ExportError
            Where the file differs.
        """
        verify_workbook(self._workbook, path, n_charts=_N_CHARTS)

    @cached_property
    def _workbook(self) -> Workbook:
        return _report(self._night)


def _report(night: Night) -> Workbook:
    workbook = empty_workbook("Sleep report")
    summary = add_summary(workbook, night)
    stages = add_stages(workbook, night)
    epochs = add_epochs(workbook, night)
    add_transitions(workbook, night)
    add_cycles(workbook, night)
    add_events(workbook, night)
    add_event_figures(workbook, night)
    add_edits(workbook, night)
    add_provenance(workbook, night)
    add_definitions(workbook, night)
    add_hypnogram_chart(summary, epochs, night)
    add_stage_chart(summary, stages, night)
    return workbook
