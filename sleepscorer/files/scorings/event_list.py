"""Lists of events with stages among them: a row an event, with its time and its words.

RemLogic and Embla (text), Noxturnal (CSV, in the language of its user), Sandman (text), Snooz
(TSV), BIDS (``events.tsv``), YASA and programs alike: they differ in what stands
before the table, in its headings and in its clock.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from statistics import median

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.clock_column import clock_column, is_clock_time
from sleepscorer.files.scorings.clock_night import NO_DATE_NOTE, night_of
from sleepscorer.files.scorings.event_rows import (
    EventRow,
    EventTable,
    event_table,
    heads_event_list,
)
from sleepscorer.files.scorings.labels import Label, LabelKind, label_in_stages, label_of
from sleepscorer.files.scorings.stage_annotations import scoring_of_list
from sleepscorer.files.scorings.stage_codes import RK_CODES, number_in
from sleepscorer.files.scorings.stage_spans import (
    TOLERANCE_S,
    StageSpan,
    apart_s,
)
from sleepscorer.files.scorings.table_columns import Column, length_of, number_of, words_of

_DATE = re.compile(r"(?<![\d/.-])(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})(?![\d/.-])", re.ASCII)
_DATE_WORDS = ("date", "datum", "fecha", "data", "dato", "paivamaara", "dagsetning")
_OF_BIRTH = ("birth", "geburt", "naissance", "nacimiento", "nascita", "nascimento", "geboorte")
_OF_RECORDING = (
    *("recording", "study", "aufnahme", "aufzeichnung", "messung", "enregistrement", "registra"),
    *("grabacion", "opname", "estudio", "etude", "studio", "inspelning"),
)
# A recording of this date may have begun in the evening before its first stage.
_MORNING_H = 6
_LARGEST_S = 1e7
_CONTRADICTION_S = 1.0
# So many epochs of one unknown word before the first stage are stages as well.
_LEAST_REPEATS = 3
_STAGE_GROUPS = frozenset({"stage", "stages"})
# BIDS writes so what is not there.
_NOT_TOLD = frozenset({"n/a", "nan"})
_NO_VALUE = frozenset({"", "n/a", "na", "nan", "-", "."})


@dataclass(frozen=True)
class _Timed:
    row: EventRow
    start_s: float
    duration_s: float | None
    label: Label | None


def is_event_list(lines: Sequence[str]) -> bool:
    """Tell whether this is a list of events: not all that it lists are stages, or more is told.

    A table of stages and nothing else, with its head in the first line, is one of epochs.
    """
    if not heads_event_list(lines):
        return False
    try:
        table = event_table(lines)
    except ScoringError:
        return True
    if table is None:
        return False
    if table.is_plain and table.has_stages:
        return False
    are_stages = all(label_of(row.text) is not None for row in table.rows)
    return not table.is_plain or not are_stages


def read_event_list(lines: Sequence[str]) -> Scoring:
    """Read the stages of a list of events; its other events and lights marks come with them.

    Times are those of a clock, and the first epoch then is the first stage, or seconds from the
    start of the recording. Times of day get the date that stands before the table, where it can't
    be that of another day or order, else 1 January 1985, with a note.

    Raises
    ------
    ScoringError
        If it lists no stages or those of several scorers, or a row has no time, naming the line.
    """
    table = event_table(lines)
    if table is None:
        raise ScoringError("it is no list of events: no line heads columns for times and events")
    if not table.rows:
        raise ScoringError("the list of events has no rows")
    labels = [_label(row) for row in table.rows]
    if not any(labels):
        raise ScoringError(
            f"it lists {len(labels)} events and no sleep stages among them",
            hint="export the sleep stages with the events",
        )
    if len(table.scorers) > 1:
        raise ScoringError(
            f"it lists the stages of {len(table.scorers)} scorers",
            hint="save those of one in a file of their own",
        )
    if any(":" in row.start or is_clock_time(row.start) for row in table.rows[:20]):
        timed, start, notes = _by_clock(table, labels)
        timed, start = _from_the_first(timed, start)
    else:
        timed, start, notes = _by_seconds(table, labels), None, []
    timed = _with_short_words(timed)
    spans = [
        StageSpan(one.start_s, one.duration_s or 0.0, one.label, one.row.text)
        for one in timed
        if one.label is not None
    ]
    events = [
        Event(one.start_s, one.duration_s, one.row.text, _channel(one.row.channel))
        for one in timed
        if one.label is None and one.row.text
    ]
    return scoring_of_list(spans, events, start=start, notes=notes)


def _with_short_words(timed: list[_Timed]) -> list[_Timed]:
    """Take words that are stages only in a column of stages, as ``ART``, where none is told beside.

    Amid stages they are events: a movement, an artefact of some seconds.
    """
    staged = sorted((one.start_s, one.duration_s or 0.0) for one in timed if one.label is not None)
    starts = [start_s for start_s, _ in staged]
    stops = list(accumulate((start_s + length_s for start_s, length_s in staged), max))

    def is_beside(one: _Timed) -> bool:
        stop_s = one.start_s + (one.duration_s or 0.0)
        n_before = bisect_left(starts, stop_s - TOLERANCE_S)
        return not n_before or stops[n_before - 1] <= one.start_s + TOLERANCE_S

    words = {one.row.text: label_in_stages(one.row.text) for one in timed if one.label is None}
    amid = {one.row.text for one in timed if words.get(one.row.text) and not is_beside(one)}
    return [
        replace(one, label=words[one.row.text])
        if one.label is None and one.duration_s and one.row.text not in amid
        else one
        for one in timed
    ]


def _label(row: EventRow) -> Label | None:
    if row.text.casefold() in _NOT_TOLD:
        return Label(LabelKind.UNSCORED)
    number = number_in(row.text)
    if row.group.casefold() in _STAGE_GROUPS and number is not None:
        # Snooz numbers the stages in a group of their own, as Rechtschaffen & Kales did.
        return RK_CODES.labels.get(number)
    return label_of(row.text)


def _by_seconds(table: EventTable, labels: Sequence[Label | None]) -> list[_Timed]:
    timed = []
    for row, label in zip(table.rows, labels, strict=True):
        if row.start.casefold() in _NO_VALUE and label is None:
            continue
        start_s = _number(row.line, table.start, row.start)
        duration_s = _duration(table, row)
        end_s = number_of(row.end)
        if end_s is not None:
            end_s *= table.start.unit_s
            duration_s = _checked(row, label, duration_s, end_s - start_s)
        timed.append(_Timed(row, start_s, duration_s, label))
    return timed


def _by_clock(
    table: EventTable, labels: Sequence[Label | None]
) -> tuple[list[_Timed], datetime, list[str]]:
    """Return the rows, counted from the first stage, when that is, and notes."""
    rows = [
        (row, label)
        for row, label in zip(table.rows, labels, strict=True)
        if label is not None or row.start
    ]
    has_ends = all(is_clock_time(row.end) for row, _ in rows)
    cells = [(row.line, row.start) for row, _ in rows]
    ends = [(row.line, row.end) for row, _ in rows] if has_ends else []
    clock = clock_column([*cells, *ends])
    notes = [clock.note] if clock.note else []
    moments, end_moments = clock.moments[: len(rows)], clock.moments[len(rows) :]
    if not clock.has_date:
        moments, day, day_notes = _dated(table, rows, moments)
        notes += day_notes
    else:
        day = None
    start = min(m for m, (_, label) in zip(moments, rows, strict=True) if label is not None)
    timed = []
    for i, (row, label) in enumerate(rows):
        duration_s = _duration(table, row)
        if has_ends:
            by_end_s = (end_moments[i] - moments[i]).total_seconds()
            if not clock.has_date:
                by_end_s %= 86_400
            duration_s = _checked(row, label, duration_s, by_end_s)
        timed.append(_Timed(row, (moments[i] - start).total_seconds(), duration_s, label))
    if day is not None:
        start = datetime.combine(day, start.time())
    return timed, start, notes


def _from_the_first(timed: list[_Timed], start: datetime) -> tuple[list[_Timed], datetime]:
    """Count from the first epoch, also where its stage is a word that is not known here."""
    staged = sorted((one.start_s, one.duration_s or 0.0) for one in timed if one.label is not None)
    epoch_s = median(length_s for _, length_s in staged) or EPOCH_S
    by_text: dict[str, list[_Timed]] = {}
    for one in timed:
        if one.label is None and one.start_s < 0:
            by_text.setdefault(one.row.text, []).append(one)
    first_s = 0.0
    for of_text in by_text.values():
        fill = all(
            apart_s(one.start_s, 0.0, epoch_s) <= TOLERANCE_S
            and abs((one.duration_s or 0.0) - epoch_s) <= TOLERANCE_S
            for one in of_text
        )
        if fill and len(of_text) >= _LEAST_REPEATS:
            first_s = min(first_s, *(one.start_s for one in of_text))
    if not first_s:
        return timed, start
    moved = [replace(one, start_s=one.start_s - first_s) for one in timed]
    return moved, start + timedelta(seconds=first_s)


def _dated(
    table: EventTable,
    rows: Sequence[tuple[EventRow, Label | None]],
    moments: Sequence[datetime],
) -> tuple[tuple[datetime, ...], date | None, list[str]]:
    """Put times of day into one night, and find its date before the table."""
    is_stage = [label is not None for _, label in rows]
    night = night_of([moment.time() for moment in moments], is_stage)
    first = min(m for m, is_one in zip(night, is_stage, strict=True) if is_one)
    day, note = _date_before(table.before, first)
    if day is None:
        return night, None, [note, NO_DATE_NOTE] if note else [NO_DATE_NOTE]
    return night, day, [note] if note else []


def _date_before(before: Sequence[str], first: datetime) -> tuple[date | None, str]:
    """Return the date of the recording where a line before the table tells it without doubt."""
    told: dict[str, bool] = {}
    for line in before:
        words = words_of(line.split(":")[0])
        found = _DATE.search(line)
        if found is None or not any(word.endswith(_DATE_WORDS) for word in words):
            continue
        if not any(word.startswith(_OF_BIRTH) for word in words):
            told[found[1]] = any(word.startswith(_OF_RECORDING) for word in words)
    days = [day for day, is_of_recording in told.items() if is_of_recording] or list(told)
    if len(days) != 1:
        return None, ""
    try:
        clock = clock_column([(0, f"{days[0]} {first:%H:%M:%S}")])
    except ScoringError:
        return None, ""
    if not clock.has_date:
        return None, f"the date {days[0]} can be read in two ways and was left out"
    if first.hour < _MORNING_H:
        # The recording of that date may have begun before midnight.
        return None, f"the date {days[0]} may be that of the evening before: it was left out"
    return clock.moments[0].date(), ""


def _duration(table: EventTable, row: EventRow) -> float | None:
    cell = row.duration
    if table.duration is None or cell.casefold() in _NO_VALUE:
        return None
    if (length_s := length_of(cell, hours=True)) is not None:
        return length_s
    return _number(row.line, table.duration, cell)


def _number(line: int, column: Column, cell: str) -> float:
    number = number_of(cell)
    if number is None:
        raise ScoringError(f"line {line}: {column.heading[:40]} is not a number but {cell[:40]!r}")
    if not abs(number * column.unit_s) <= _LARGEST_S:
        raise ScoringError(
            f"line {line}: {column.heading[:40]} is {cell[:40]}, which no time of a night is"
        )
    return number * column.unit_s


def _checked(
    row: EventRow, label: Label | None, duration_s: float | None, by_end_s: float
) -> float:
    """Return how long a row lasts by its end; a stage must not last otherwise by its duration."""
    if label is None:
        return duration_s if duration_s is not None else max(by_end_s, 0.0)
    if by_end_s < 0:
        raise ScoringError(f"line {row.line}: the stage ends before it starts")
    if duration_s is not None and abs(by_end_s - duration_s) > _CONTRADICTION_S:
        raise ScoringError(
            f"line {row.line}: the stage lasts {duration_s:g} s by its duration, and"
            f" {by_end_s:g} s by its start and end"
        )
    return by_end_s


def _channel(cell: str) -> str | None:
    channel = cell.strip("[]'\" ")
    return None if channel.casefold() in _NO_VALUE else channel
