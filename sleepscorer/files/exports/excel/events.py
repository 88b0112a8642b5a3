"""The sheet of events of the Excel report."""

import math
from collections.abc import Iterator
from datetime import timedelta

from openpyxl import Workbook

from sleepscorer.core.edits import Edit, EditKind
from sleepscorer.core.events import Event
from sleepscorer.files.exports.excel.cells import (
    FIRST_ROW,
    new_sheet,
    put_rows,
    put_sentence,
    set_print_area,
)
from sleepscorer.files.exports.excel.columns import (
    CLOCK,
    DATE_AND_CLOCK,
    DURATION,
    WHOLE,
    Column,
    Value,
)
from sleepscorer.files.exports.excel.epochs import clock_value
from sleepscorer.files.exports.night import Night

_FROM = {EditKind.MANUAL: "marked here", EditKind.IMPORT: "imported", EditKind.AUTO: "machine"}


def add_events(workbook: Workbook, night: Night) -> None:
    """Add everything that happened at a time of the night, in order of onset."""
    columns = (
        Column("Onset (s)", 11),
        Column("Onset (hh:mm:ss)", 11, DURATION),
        Column(
            "Clock (hh:mm:ss)" if night.deidentify else "Clock (local time)",
            20,
            CLOCK if night.deidentify else DATE_AND_CLOCK,
        ),
        Column("Epoch (n)", 9, WHOLE),
        Column("Duration (s)", 11),
        Column("Event", 50, is_set_off=True),
        Column("Channel", 20),
        Column("From", 13),
    )
    sheet = new_sheet(workbook, "Events", "Events of the whole recording", columns)
    put_rows(sheet, columns, _rows(night))
    if not night.events:
        put_sentence(sheet, FIRST_ROW, "No events.", len(columns))
    set_print_area(sheet, len(columns))


def _rows(night: Night) -> Iterator[tuple[Value, ...]]:
    sources = _sources(night.edits)
    # Without the log of a session nobody knows who marked what.
    other = None if night.deidentify else "recording"
    for event in sorted(night.events, key=lambda event: event.onset_s):
        yield (
            event.onset_s,
            # Excel shows no time below 0.
            timedelta(seconds=event.onset_s) if event.onset_s >= 0 else None,
            clock_value(night, event.onset_s),
            _epoch(night, event.onset_s),
            event.duration_s,
            event.text,
            event.channel,
            sources.get(event, other),
        )


def _sources(edits: tuple[Edit, ...]) -> dict[Event, str]:
    """By whom each event of the log came into it; an undo or redo only brings it back."""
    return {
        event: _FROM[edit.kind]
        for edit in edits
        if edit.kind in _FROM
        for event in edit.change.events_added
    }


def _epoch(night: Night, onset_s: float) -> int | None:
    """Number of the epoch from 1; None outside whole epochs."""
    epoch = math.floor(onset_s / night.hypnogram.epoch_s)
    return epoch + 1 if 0 <= epoch < night.hypnogram.n_epochs else None
