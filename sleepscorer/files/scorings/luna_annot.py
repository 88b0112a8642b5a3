"""Annotation files of Luna (``.annot``): a class of events and an interval a line.

By the documentation of Luna ("Annotations"): three columns (class, start, stop), four (class,
instance, start, stop) or six (class, instance, channel, start, stop, meta), between tabs or
blanks, with or without a line that heads them, behind lines of ``#`` on the classes. Intervals are
half open. Times are seconds from the start, clock times, ``0+hh:mm:ss`` from the start, or epochs
(``e:1``); a stop may be a duration (``+30``) or that of the next line's start (``...``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.clock_column import clock_column, is_clock_time
from sleepscorer.files.scorings.clock_night import NO_DATE_NOTE, night_of
from sleepscorer.files.scorings.labels import Label, LabelKind, label_of
from sleepscorer.files.scorings.stage_annotations import scoring_of_list
from sleepscorer.files.scorings.stage_spans import StageSpan

_NUMBER = r"\d{1,9}(?:\.\d{0,12})?(?:[eE][+-]?\d{1,2})?"
_SECONDS = re.compile(_NUMBER, re.ASCII)
_ELAPSED = re.compile(r"0\+(\d{1,3})[:.](\d\d)[:.](\d\d(?:\.\d{1,9})?)", re.ASCII)
_EPOCH = re.compile(r"e:(\d{1,7})(?::(\d{1,5}(?:\.\d{1,6})?))?(?::(\d{1,5}(?:\.\d{1,6})?))?")
_DURATION = re.compile(rf"\+({_NUMBER})", re.ASCII)
_HEADS = (
    ("class", "start", "stop"),
    ("class", "instance", "start", "stop"),
    ("class", "instance", "channel", "start", "stop", "meta"),
)
_NONE, _UNTIL_NEXT = ".", "..."
_LARGEST_S = 1e7
_MOST_ROWS = 200_000
_LOOKED_AT = 50
_LONGEST_ROW = 10_000
# What Luna calls stages beside the names of others; "L" is lights on.
_OF_LUNA = {
    "u": Label(LabelKind.UNSCORED),
    "unknown": Label(LabelKind.UNSCORED),
    "l": Label(LabelKind.UNSCORED),
    "m": Label(LabelKind.MOVEMENT_TIME),
}
_CLASSES_OF_STAGES = frozenset({"sleepstage", "sleep_stage", "stage", "stages"})


@dataclass(frozen=True)
class _Row:
    line: int
    name: str
    instance: str
    channel: str
    start: str
    stop: str


def is_luna_annot(lines: Sequence[str]) -> bool:
    """Tell whether the first rows are of classes and intervals, as Luna spells them."""
    n_rows = 0
    for line in lines[:1000]:
        if not line.strip() or line.startswith("#"):
            continue
        cells = _cells(line) if len(line) <= _LONGEST_ROW else []
        if not n_rows and tuple(cell.casefold() for cell in cells) in _HEADS:
            return True
        row = _row(0, cells)
        if row is None or not _is_time(row.start) or not _is_stop(row.stop):
            return False
        if _SECONDS.fullmatch(row.name):  # numbers alone are no class
            return False
        n_rows += 1
        if n_rows == _LOOKED_AT:
            break
    return n_rows > 0


def read_luna_annot(lines: Sequence[str]) -> Scoring:
    """Read the stages of a file of annotations; its other classes come as events.

    Where its times are those of a clock, the first epoch is the first stage.

    Raises
    ------
    ScoringError
        If it holds no stages, a row is none, naming the line, or some times are those of a clock
        and others count from the start of the recording.
    """
    rows = _rows(lines)
    if not rows:
        raise ScoringError("the file of annotations has no rows")
    labels = [_label(row) for row in rows]
    if not any(label is not None for label in labels):
        names = dict.fromkeys(row.name for row in rows)
        raise ScoringError(
            f"it holds {len(rows)} annotations of Luna and no sleep stages among them"
            f" ({len(names)} classes, such as {next(iter(names))[:40]!r})"
        )
    intervals, start, notes = _intervals(rows, labels)
    spans, events = [], []
    for row, label, (start_s, duration_s) in zip(rows, labels, intervals, strict=True):
        if label is not None:
            text = row.name if label_of(row.name) or _own(row.name) else row.instance
            spans.append(StageSpan(start_s, duration_s, label, text))
        else:
            channel = None if row.channel in (_NONE, "") else row.channel
            events.append(Event(start_s, duration_s or None, row.name, channel))
    return scoring_of_list(spans, events, start=start, notes=notes)


def _label(row: _Row) -> Label | None:
    if (label := label_of(row.name) or _own(row.name)) is not None:
        return label
    is_of_stages = row.name.casefold() in _CLASSES_OF_STAGES
    return label_of(row.instance) or _own(row.instance) if is_of_stages else None


def _own(name: str) -> Label | None:
    return _OF_LUNA.get(name.casefold())


def _rows(lines: Sequence[str]) -> list[_Row]:
    rows: list[_Row] = []
    is_first = True
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = _cells(line)
        if is_first and tuple(cell.casefold() for cell in cells) in _HEADS:
            is_first = False
            continue
        is_first = False
        row = _row(number, cells)
        if row is None:
            raise ScoringError(
                f"line {number} has {len(cells)} columns: annotations of Luna have 3, 4 or 6"
            )
        if not _is_time(row.start) or not _is_stop(row.stop):
            cell = row.stop if _is_time(row.start) else row.start
            raise ScoringError(f"line {number}: {cell[:40]!r} is no time as Luna spells it")
        rows.append(row)
        if len(rows) > _MOST_ROWS:
            raise ScoringError(f"the file has more than {_MOST_ROWS} annotations")
    return rows


def _cells(line: str) -> list[str]:
    if "\t" in line:
        return [cell.strip() for cell in line.rstrip().split("\t")]
    return line.split()


def _row(number: int, cells: Sequence[str]) -> _Row | None:
    if len(cells) == 3:
        return _Row(number, cells[0], "", "", cells[1], cells[2])
    if len(cells) == 4:
        return _Row(number, cells[0], cells[1], "", cells[2], cells[3])
    # Five where the metadata is left out, more where it has columns of its own.
    if len(cells) >= 5:
        return _Row(number, cells[0], cells[1], cells[2], cells[3], cells[4])
    return None


def _is_time(cell: str) -> bool:
    forms = (_SECONDS, _ELAPSED, _EPOCH)
    return any(form.fullmatch(cell) for form in forms) or is_clock_time(cell)


def _is_stop(cell: str) -> bool:
    return cell in (_NONE, _UNTIL_NEXT) or bool(_DURATION.fullmatch(cell)) or _is_time(cell)


def _intervals(
    rows: Sequence[_Row], labels: Sequence[Label | None]
) -> tuple[list[tuple[float, float]], datetime | None, list[str]]:
    """Return start and duration of each row, when they count from, and notes."""
    is_clock = [_elapsed_s(row.line, row.start) is None for row in rows]
    if any(is_clock) and not all(is_clock):
        line = rows[is_clock.index(not is_clock[0])].line
        raise ScoringError(
            f"line {line}: some annotations are by the clock and others count from the start of"
            " the recording, which this file does not tell",
            hint="write the annotations with times of one kind",
        )
    ends_s: dict[int, float] = {}
    start, notes = None, list[str]()
    if any(is_clock):
        starts_s, ends_s, start, notes = _by_clock(rows, labels)
    else:
        starts_s = [s for row in rows if (s := _elapsed_s(row.line, row.start)) is not None]
    intervals = [
        (start_s, _duration_s(rows, starts_s, i, ends_s.get(i)))
        for i, start_s in enumerate(starts_s)
    ]
    return intervals, start, notes


def _by_clock(
    rows: Sequence[_Row], labels: Sequence[Label | None]
) -> tuple[list[float], dict[int, float], datetime, list[str]]:
    """Return starts and stops by the clock, counted from the first stage."""
    stops = [i for i, row in enumerate(rows) if _is_clock(row.stop)]
    cells = [(row.line, row.start) for row in rows] + [(rows[i].line, rows[i].stop) for i in stops]
    # Luna writes the day first.
    clock = clock_column(cells, day_first=True)
    moments, end_moments = clock.moments[: len(rows)], clock.moments[len(rows) :]
    notes: list[str] = []
    if not clock.has_date:
        moments = night_of([m.time() for m in moments], [label is not None for label in labels])
        notes.append(NO_DATE_NOTE)
    start = min(m for m, label in zip(moments, labels, strict=True) if label is not None)
    ends_s = {}
    for i, moment in zip(stops, end_moments, strict=True):
        length_s = (moment - moments[i]).total_seconds()
        length_s = length_s if clock.has_date else length_s % 86_400
        ends_s[i] = (moments[i] - start).total_seconds() + length_s
    return [(moment - start).total_seconds() for moment in moments], ends_s, start, notes


def _is_clock(cell: str) -> bool:
    return _elapsed_s(0, cell) is None and is_clock_time(cell)


def _duration_s(
    rows: Sequence[_Row], starts_s: Sequence[float], i: int, end_s: float | None
) -> float:
    row, start_s = rows[i], starts_s[i]
    if found := _DURATION.fullmatch(row.stop):
        duration_s = float(found[1])
    elif row.stop == _UNTIL_NEXT:
        duration_s = starts_s[i + 1] - start_s if i + 1 < len(rows) else 0.0
    elif row.stop == _NONE:
        duration_s = _epoch_s(row.start) or 0.0
    elif end_s is not None:
        duration_s = end_s - start_s
    else:
        stop_s = _elapsed_s(row.line, row.stop)
        if stop_s is None:
            raise ScoringError(f"line {row.line}: it stops by the clock and does not start by it")
        duration_s = stop_s + (_epoch_s(row.stop) or 0.0) - start_s
    if not 0 <= duration_s <= _LARGEST_S:
        raise ScoringError(f"line {row.line}: the annotation lasts {duration_s:g} s")
    return duration_s


def _elapsed_s(line: int, cell: str) -> float | None:
    """Return seconds from the start of the recording, None for a clock time."""
    if _SECONDS.fullmatch(cell):
        seconds = float(cell)
    elif found := _ELAPSED.fullmatch(cell):
        seconds = int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])
    elif found := _EPOCH.fullmatch(cell):
        if int(found[1]) < 1:
            raise ScoringError(f"line {line}: {cell[:40]!r} is no epoch: Luna counts from 1")
        seconds = (int(found[1]) - 1) * float(found[3] or found[2] or EPOCH_S)
    else:
        return None
    if not seconds <= _LARGEST_S:
        raise ScoringError(f"line {line}: {cell[:40]} is no time of a night")
    return seconds


def _epoch_s(cell: str) -> float | None:
    """Return the length of the epoch that a cell names."""
    found = _EPOCH.fullmatch(cell)
    return None if found is None else float(found[2] or EPOCH_S)
