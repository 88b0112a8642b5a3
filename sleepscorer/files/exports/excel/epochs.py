"""The sheet of epochs of the Excel report."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sleepscorer.core.stages import STAGES
from sleepscorer.files.exports.epochs_csv import (
    PROBABILITY_COLUMNS,
    SECOND_COLUMNS,
    THREE_COLUMNS,
    answer_columns,
    confidence_column,
    epochs_table,
)
from sleepscorer.files.exports.excel.answers import SECOND_OPINION, consensus_columns
from sleepscorer.files.exports.excel.cells import FIRST_ROW, new_sheet, put_rows
from sleepscorer.files.exports.excel.columns import (
    CLOCK,
    DATE_AND_CLOCK,
    DURATION,
    PLAIN,
    THOUSANDTHS,
    WHOLE,
    Column,
    Value,
)
from sleepscorer.files.exports.night import Night

_CERTAINTY = {
    "confidence": "Machine's confidence (0–1)",
    "probability": "Probability of the machine's stage (0–1)",
}
FIRST_YEAR = 1900
"""Excel counts days from here; times of this year and before are texts."""


def add_epochs(workbook: Workbook, night: Night) -> Worksheet:
    """Add one row an epoch, the columns of the CSV file with elapsed time beside them."""
    clock_format = CLOCK if night.deidentify else DATE_AND_CLOCK
    columns = (
        Column("Epoch (n)", 9, WHOLE),
        Column("Start (s)", 10, PLAIN),
        Column("Start (hh:mm:ss)", 11, DURATION),
        Column("Clock (hh:mm:ss)" if night.deidentify else "Clock (local time)", 20, clock_format),
        Column("Stage", 8, is_stage=True),
        Column("Scored by", 10),
        Column("Reviewed", 10),
        Column("Machine's stage", 10, is_stage=True),
        *((Column("Smoothed stage", 10, is_stage=True),) if night.smoothing else ()),
        Column(_CERTAINTY[confidence_column(night)], 13, THOUSANDTHS),
        Column("Equivocal", 10),
        Column("Signal", 12),
        *_probability_columns(night),
        *(() if night.second is None else SECOND_OPINION),
        *consensus_columns(night),
    )
    title = ". ".join(("Epochs of the whole recording", *night.confidence_notes))
    sheet = new_sheet(workbook, "Epochs", title, columns)
    put_rows(sheet, columns, _epoch_rows(night))
    sheet.page_setup.orientation = "portrait"
    last = get_column_letter(len(columns))
    sheet.print_area = f"A1:{last}{FIRST_ROW + max(night.hypnogram.n_epochs, 1) - 1}"
    return sheet


def _probability_columns(night: Night) -> tuple[Column, ...]:
    if night.hypnogram.stage_set == STAGES:
        names = [f"P({stage.text})" for stage in STAGES]
    else:
        three = [stage.text for stage in night.hypnogram.stage_set]
        names = [f"P({n}), {way}" for way in ("summed", "hierarchy") for n in three]
    return tuple(Column(f"{name} (0–1)", 12, THOUSANDTHS) for name in names)


def _epoch_rows(night: Night) -> Iterator[tuple[Value, ...]]:
    columns = PROBABILITY_COLUMNS if night.hypnogram.stage_set == STAGES else THREE_COLUMNS
    others = (*(SECOND_COLUMNS if night.second is not None else ()), *answer_columns(night))
    certainty = confidence_column(night)
    for row in epochs_table(night).to_dict("records"):
        start_s = row["start_s"]
        probabilities = (None if math.isnan(row[name]) else float(row[name]) for name in columns)
        yield (
            int(row["epoch"]),
            start_s,
            timedelta(seconds=start_s),
            clock_value(night, start_s),
            row["stage"],
            row["scored_by"],
            row["reviewed"],
            row["machine_stage"] or None,
            *((row["smoothed_stage"] or None,) if night.smoothing else ()),
            None if math.isnan(row[certainty]) else float(row[certainty]),
            row["equivocal"] or None,
            row["signal"] or None,
            *probabilities,
            *(_cell(row[name]) for name in others),
        )


def _cell(value: str | float) -> Value:
    """Empty where undefined."""
    is_undefined = value == "" or (isinstance(value, float) and math.isnan(value))
    return None if is_undefined else value


def clock_value(night: Night, onset_s: float) -> Value:
    """Return a time as Excel stores it: a date with time, or a time of day alone."""
    moment = night.time_of(onset_s)
    if moment is None:
        return None
    if night.deidentify:
        return (moment - datetime.combine(moment.date(), datetime.min.time())) / timedelta(days=1)
    return moment if moment.year > FIRST_YEAR else night.clock_text(onset_s)
