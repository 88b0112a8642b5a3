"""Annotations that EDFbrowser exports as text: a line each, stages and all else mixed.

The first line is ``Onset,Duration,Annotation``; newer releases write ``#Onset``, may give the
``End`` instead of the duration or neither, and separate by tabs. Onsets are seconds from the start
of the recording, times of day, or dates and times. Texts are not quoted.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.scorings.clock_column import clock_column
from sleepscorer.files.scorings.stage_annotations import is_stage, scoring_of_events
from sleepscorer.files.scorings.stage_spans import MAX_EPOCHS

_HEADER = re.compile(
    r'#?\s*"?onset"?\s*([,;\t])(?:\s*"?(duration|end)"?\s*\1)?\s*"?annotations?"?\s*',
    re.IGNORECASE,
)
_SECONDS = re.compile(r"[+-]?\d{1,8}(?:\.\d{0,12})?", re.ASCII)
# Stages of ten days and twenty times as many events.
_MOST_LINES = 20 * MAX_EPOCHS

Cells = list[tuple[int, str]]


def is_edfbrowser_csv(lines: Sequence[str]) -> bool:
    """Tell by the first line whether this is such a list."""
    return bool(lines) and _HEADER.fullmatch(lines[0]) is not None


def read_edfbrowser_csv(lines: Sequence[str]) -> Scoring:
    """Read stages, lights marks and events.

    It begins with the recording where the times are seconds, and with the first stage where they
    are those of a clock.

    Raises
    ------
    ScoringError
        If it holds no stages, a line is none of such a list, naming it, or the stages are those
        of no epochs.
    """
    header = _HEADER.fullmatch(lines[0]) if lines else None
    if header is None:
        raise ScoringError("line 1 heads no list of EDFbrowser: Onset,Duration,Annotation")
    if len(lines) > _MOST_LINES:
        raise ScoringError(f"the list has more than {_MOST_LINES} lines")
    delimiter, second = header[1], (header[2] or "").casefold()
    n_columns = 3 if second else 2
    rows = [
        (number, [cell.strip() for cell in line.split(delimiter, n_columns - 1)])
        for number, line in enumerate(lines[1:], start=2)
        if line.strip()
    ]
    for number, row in rows:
        if len(row) < n_columns:
            raise ScoringError(f"line {number} has {len(row)} columns instead of {n_columns}")
    texts = [_unquoted(row[-1]) for _, row in rows]
    if not any(map(is_stage, texts)):
        raise ScoringError("it holds no sleep stages")
    cells = [(number, row[0]) for number, row in rows]
    others = [(number, row[1]) for number, row in rows] if second else []
    start, onsets_s, notes = _onsets(cells, texts)
    durations_s = _durations(others, cells, is_end=second == "end")
    events = [
        Event(onset_s, duration_s, text)
        for onset_s, duration_s, text in zip(onsets_s, durations_s, texts, strict=True)
    ]
    return scoring_of_events(events, start=start, notes=notes)


def _onsets(
    cells: Cells, texts: Sequence[str]
) -> tuple[datetime | None, list[float], tuple[str, ...]]:
    """Return from when times count, the times in seconds, and what had to be decided."""
    if _SECONDS.fullmatch(cells[0][1]):
        return None, [_seconds(cell) for cell in cells], ()
    column = clock_column(cells)
    stages = (at for at, text in zip(column.moments, texts, strict=True) if is_stage(text))
    start = min(stages)
    notes = [] if column.note == "" else [column.note]
    if not column.has_date:
        notes.append("the clock times have no date: taken as 1 January 1985")
    return start, [(at - start).total_seconds() for at in column.moments], tuple(notes)


def _durations(others: Cells, cells: Cells, *, is_end: bool) -> list[float | None]:
    """Return how long each lasts, seconds; None where that is not told."""
    if not others:
        return [None] * len(cells)
    if not is_end:
        return [(_seconds(cell) if cell[1] else 0.0) or None for cell in others]
    if _SECONDS.fullmatch(cells[0][1]):
        apart_s = [_seconds(b) - _seconds(a) for a, b in zip(cells, others, strict=True)]
    else:
        pairs = [clock_column([a, b]) for a, b in zip(cells, others, strict=True)]
        apart_s = [(pair.moments[1] - pair.moments[0]).total_seconds() for pair in pairs]
    for (number, _), seconds in zip(others, apart_s, strict=True):
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
