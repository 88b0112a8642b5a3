"""Annotations that EDFbrowser and Polyman export as text: a line each, stages and all else mixed.

EDFbrowser's first line is ``Onset,Duration,Annotation``; newer releases write ``#Onset``, may give
the ``End`` instead of the duration or neither, and separate by tabs. Its onsets are seconds from
the start of the recording, times of day, or dates and times. Polyman has
``Date, Time, Recording onset, Duration, Annotation, Linked channel``. Texts are not quoted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.scorings.clock_column import clock_column
from sleepscorer.files.scorings.stage_annotations import is_stage, scoring_of_events
from sleepscorer.files.scorings.stage_spans import MAX_EPOCHS

_HEADINGS = {
    "onset": "onset",
    "recording onset": "onset",
    "duration": "duration",
    "end": "end",
    "annotation": "text",
    "annotations": "text",
    "date": "date",
    "time": "time",
    "linked channel": "channel",
}
_SECONDS = re.compile(r"[+-]?\d{1,8}(?:\.\d{0,12})?", re.ASCII)
# Stages of ten days and twenty times as many events.
_MOST_LINES = 20 * MAX_EPOCHS
# How far clock times that are cut to seconds may be off.
_CLOCK_TOLERANCE_S = 1.0
_DATELESS = "the clock times have no date: taken as 1 January 1985"

Cells = list[tuple[int, str]]


@dataclass(frozen=True)
class _Rows:
    """The rows of a list: the numbers of their lines, and the cells by what they tell."""

    lines: list[int]
    cells: dict[str, list[str]]

    def of(self, name: str) -> Cells:
        """Return the cells of a column with the numbers of their lines; none where it lacks."""
        return list(zip(self.lines, self.cells.get(name, ()), strict=False))


def is_edfbrowser_csv(lines: Sequence[str]) -> bool:
    """Tell by the first line whether this is such a list."""
    return bool(lines) and bool(_header(lines[0])[1])


def read_edfbrowser_csv(lines: Sequence[str]) -> Scoring:
    """Read stages, lights marks and events.

    It begins with the recording where the times are seconds, and with the first stage where they
    are those of a clock alone.

    Raises
    ------
    ScoringError
        If it holds no stages, a line is none of such a list, naming it, or the stages are those
        of no epochs.
    """
    rows = _rows(lines)
    texts = [text for _, text in rows.of("text")]
    if not any(map(is_stage, texts)):
        raise ScoringError("it holds no sleep stages")
    start, onsets_s, notes = _onsets(rows, texts)
    channels = [channel or None for _, channel in rows.of("channel")] or [None] * len(texts)
    events = [
        Event(onset_s, duration_s, text, None if is_stage(text) else channel)
        for onset_s, duration_s, text, channel in zip(
            onsets_s, _durations(rows), texts, channels, strict=True
        )
    ]
    return scoring_of_events(events, start=start, notes=notes)


def _header(line: str) -> tuple[str, list[str]]:
    """Return what separates the columns and what they tell; nothing where it heads no list."""
    delimiter = max(",;\t", key=line.count)
    headings = (cell.strip().strip('"').casefold() for cell in line.lstrip("# ").split(delimiter))
    names = [_HEADINGS.get(heading, "") for heading in headings]
    is_list = "" not in names and len(set(names)) == len(names) and {"onset", "text"} <= set(names)
    return delimiter, names if is_list else []


def _rows(lines: Sequence[str]) -> _Rows:
    delimiter, names = _header(lines[0]) if lines else ("", [])
    if not names:
        raise ScoringError("line 1 heads no list of EDFbrowser: Onset,Duration,Annotation")
    if len(lines) > _MOST_LINES:
        raise ScoringError(f"the list has more than {_MOST_LINES} lines")
    text_at, n_behind = names.index("text"), len(names) - 1 - names.index("text")
    numbers: list[int] = []
    rows: list[list[str]] = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        parts = line.split(delimiter)
        if len(parts) <= text_at:
            raise ScoringError(f"line {number} has {len(parts)} columns instead of {len(names)}")
        # The text may hold what separates, and what stands behind it may lack.
        text_stop = max(len(parts) - n_behind, text_at + 1)
        text = _unquoted(delimiter.join(parts[text_at:text_stop]).strip())
        behind = parts[text_stop:] + [""] * n_behind
        cells = (*parts[:text_at], text, *behind[:n_behind])
        rows.append([cell.strip() for cell in cells])
        numbers.append(number)
    return _Rows(numbers, {name: [row[i] for row in rows] for i, name in enumerate(names)})


def _onsets(
    rows: _Rows, texts: Sequence[str]
) -> tuple[datetime | None, list[float], tuple[str, ...]]:
    """Return from when times count, the times in seconds, and what had to be decided."""
    cells = rows.of("onset")
    if _SECONDS.fullmatch(cells[0][1]):
        onsets_s = [_seconds(cell) for cell in cells]
        began, said = _start(rows, onsets_s)
        return began, onsets_s, said
    column = clock_column(cells)
    stages = (at for at, text in zip(column.moments, texts, strict=True) if is_stage(text))
    start = min(stages)
    notes = [column.note] if column.note else []
    if not column.has_date:
        notes.append(_DATELESS)
    return start, [(at - start).total_seconds() for at in column.moments], tuple(notes)


def _start(rows: _Rows, onsets_s: Sequence[float]) -> tuple[datetime | None, tuple[str, ...]]:
    """Return when the recording began, where clock times stand beside the seconds."""
    days, times = rows.of("date"), rows.of("time")
    if not times or not all(text for _, text in times):
        return None, ()
    cells = [
        (number, f"{day} {text}".strip())
        for (number, text), (_, day) in zip(times, days or [(0, "")] * len(times), strict=True)
    ]
    try:
        column = clock_column(cells)
    except ScoringError as error:
        return None, (f"the clock times were left out: {error}",)
    first = column.moments[0] - timedelta(seconds=onsets_s[0])
    for (number, _), moment, onset_s in zip(cells, column.moments, onsets_s, strict=True):
        apart_s = (moment - first).total_seconds() - onset_s
        if abs(apart_s) > _CLOCK_TOLERANCE_S:
            return None, (f"the clock times were left out: line {number} is not as late by them",)
    notes = (column.note,) if column.note else ()
    return first, notes if column.has_date else (*notes, _DATELESS)


def _durations(rows: _Rows) -> list[float | None]:
    """Return how long each lasts, seconds; None where that is not told."""
    onsets, ends, lasting = rows.of("onset"), rows.of("end"), rows.of("duration")
    if lasting:
        return [(_seconds(cell) if cell[1] else 0.0) or None for cell in lasting]
    if not ends:
        return [None] * len(onsets)
    pairs = zip(onsets, ends, strict=True)
    if _SECONDS.fullmatch(onsets[0][1]):
        apart_s = [_seconds(end) - _seconds(onset) for onset, end in pairs]
    else:
        moments = (clock_column([onset, end]).moments for onset, end in pairs)
        apart_s = [(end - onset).total_seconds() for onset, end in moments]
    for (number, _), seconds in zip(ends, apart_s, strict=True):
        if seconds < 0:
            raise ScoringError(f"line {number} ends before it starts")
    return [seconds or None for seconds in apart_s]


def _seconds(cell: tuple[int, str]) -> float:
    number, text = cell
    if _SECONDS.fullmatch(text) is None:
        raise ScoringError(f"line {number}: {text[:40]!r} is no time in seconds")
    return float(text)


def _unquoted(text: str) -> str:
    return text[1:-1].replace('""', '"') if re.fullmatch('".*"', text) else text
