"""The sheet of edits of the Excel report: who did what when, as the log of the session holds it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from openpyxl import Workbook

from sleepscorer.core.edits import Edit
from sleepscorer.core.history import history_steps, in_order
from sleepscorer.core.signing import Signing
from sleepscorer.files.exports.excel.cells import (
    FIRST_ROW,
    new_sheet,
    put_rows,
    put_sentence,
    set_print_area,
)
from sleepscorer.files.exports.excel.columns import DATE_AND_CLOCK, WHOLE, Column, Value
from sleepscorer.files.exports.night import Night

_COLUMNS = (
    Column("Edit (n)", 8, WHOLE),
    Column("Time (UTC)", 20, DATE_AND_CLOCK),
    Column("Who", 16, is_set_off=True),
    Column("Workstation", 16),
    Column("Kind", 10),
    Column("What", 50),
    # Not always a number: "133–140", "5 from 133".
    Column("Epochs", 13, is_set_off=True),
    Column("From", 28),
    Column("To", 28),
)
_LEFT_OUT = (
    "Left out, since this report is de-identified: edits name people, files and times of editing."
)
_NONE = "No edits: the scoring was not changed in a session."


def add_edits(workbook: Workbook, night: Night) -> None:
    """Add what was done to the scoring, oldest first, or why nothing stands here."""
    title = "Edits, signatures, unlockings and report forms, oldest first"
    sheet = new_sheet(workbook, "Edits", title, _COLUMNS)
    if night.deidentify:
        put_sentence(sheet, FIRST_ROW, _LEFT_OUT, len(_COLUMNS))
    elif not (night.edits or night.signatures or night.forms):
        put_sentence(sheet, FIRST_ROW, _NONE, len(_COLUMNS))
    else:
        put_rows(sheet, _COLUMNS, _rows(night))
    set_print_area(sheet, len(_COLUMNS))


def _rows(night: Night) -> Iterator[tuple[Value, ...]]:
    done = in_order(night.edits, Signing(night.signatures, night.unlockings, night.forms))

    def clock(time_s: float) -> str:
        moment = night.time_of(time_s)
        return f"{moment:%H:%M:%S}" if moment else str(timedelta(seconds=round(time_s)))

    for one, step in zip(done, history_steps(done, clock), strict=True):
        number = one.number if isinstance(one, Edit) else None
        epochs = int(step.epochs) if step.epochs.isdecimal() else step.epochs
        yield (
            number,
            _utc(step.utc),
            step.author.user,
            step.author.workstation,
            step.kind.value,
            step.what,
            epochs or None,
            step.before or None,
            step.after or None,
        )


def _utc(text: str) -> datetime:
    """Return a time of the log as Excel counts it: without an offset."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None, microsecond=0)
