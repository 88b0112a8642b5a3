"""Two columns of numbers: the epoch and its stage, or the stage and whether it is artefact.

Neither says which it is: where the first column counts, it numbers the epochs (Stanford STAGES'
``.sta``); otherwise it holds the stages, and the second flags artefacts (SpiSOP, SleepTrip).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.bare_stages import scoring_of_words
from sleepscorer.files.scorings.commented_head import (
    codes_in_comments,
    epoch_s_in_comments,
    head_of,
    without_comments,
)
from sleepscorer.files.scorings.labels import LabelKind, label_of
from sleepscorer.files.scorings.stage_codes import StageCodes, number_in
from sleepscorer.files.scorings.stage_spans import check_n_epochs
from sleepscorer.files.scorings.table_columns import Column, Role, number_of

_SEPARATORS = re.compile(r"\s*[,;\t]\s*|\s+")
_LOOKED_AT = 50
_LEAST_SHARE = 0.8
_LONGEST_LINE = 500
# Fewer rows than that may be stages that go up by one as well as numbers of epochs.
_LEAST_COUNTED = 10
_LONGEST_S = 120.0
# Flags of artefacts are 0 and 1, and sometimes a few kinds.
_MOST_FLAGS = 4
_ARTEFACT = "Artefact"
_HINT = "save it as a table whose first line heads the columns, such as epoch,stage"


@dataclass(frozen=True)
class _Rows:
    """The lines as pairs, with their numbers, and what heads them."""

    rows: tuple[tuple[int, str, str], ...]
    heads: tuple[str, str] | None


def is_two_columns(lines: Sequence[str]) -> bool:
    """Tell whether lines hold two numbers, or a number and a stage, without a comma in them."""
    # The heading of a table may begin as a comment does: "#,stage".
    if _heads_stages(re.split("[,;\t]", lines[0][:_LONGEST_LINE])):
        return False
    first = head_of(lines)
    shown = [line for line in lines[first : first + _LOOKED_AT] if line.strip()]
    if shown and _headings(shown[0]):
        shown = shown[1:]
    rows = [_is_row(line) for line in shown]
    return len(rows) > 1 and all(rows[:2]) and sum(rows) >= _LEAST_SHARE * len(rows)


def read_two_columns(
    lines: Sequence[str], codes: StageCodes | None = None, epoch_s: float | None = None
) -> Scoring:
    """Read them; numbers of epochs count from 0 or 1, or are their starts in seconds.

    Artefacts are events, and the stage of their epoch is kept.

    Parameters
    ----------
    lines
        The lines of the file.
    codes
        What the numbers of stages stand for.
    epoch_s
        Length of its epochs, seconds, where a person says it.

    Raises
    ------
    CodesNeeded
        If the stages are numbers and no code was named.
    EpochLengthNeeded
        If they are too many for epochs of 30 s, and nobody says how long they last.
    ScoringError
        If a line has not two columns, or they can be read in both ways.
    """
    first, stop, comments = without_comments(lines)
    told_s = epoch_s_in_comments(comments)
    check_n_epochs(stop - first, epoch_s or told_s or 1.0)
    found = _rows(lines, first, stop)
    step = _step(found)
    events: list[Event] = []
    if step is None:
        if found.heads is None:
            _refuse_stages_on_the_right(found.rows)
        words = [(line, left or "?") for line, left, _ in found.rows]
        events = _artefacts(found.rows, epoch_s or told_s or EPOCH_S)
    else:
        words = [(line, right) for line, _, right in found.rows]
        if 1 < step <= _LONGEST_S:
            told_s = step
    notes = [f"epochs marked as artefact keep their stage: {len(events)}"] if events else []
    return scoring_of_words(
        words,
        codes=codes,
        codes_told=codes_in_comments(comments),
        epoch_s=epoch_s,
        epoch_s_told=told_s,
        events=events,
        notes=notes,
    )


def _is_row(line: str) -> bool:
    if len(line) > _LONGEST_LINE:
        return False
    cells = _cells(line)
    if len(cells) != 2:
        return False
    left, right = cells
    if number_of(left) is None and left:
        return False
    label = label_of(right)
    return number_in(right) is not None or (
        bool(left) and label is not None and label.kind is not LabelKind.UNKNOWN
    )


def _cells(line: str) -> list[str]:
    return _SEPARATORS.split(line.rstrip(" \r\n").lstrip(" "), maxsplit=2)


def _headings(line: str) -> tuple[str, str] | None:
    """Return the headings of two columns, of which one is that of stages; None where it is none."""
    cells = _cells(line)
    if len(cells) != 2 or any(number_of(cell) is not None for cell in cells):
        return None
    # Commas and the like are a table's, which the reader of tables knows better.
    is_table = re.search(r"[,;\t]", line) is not None
    return (cells[0], cells[1]) if _heads_stages(cells) and not is_table else None


def _heads_stages(cells: Sequence[str]) -> bool:
    return any(Column.headed(i, cell).role is Role.STAGE for i, cell in enumerate(cells))


def _rows(lines: Sequence[str], first: int, stop: int) -> _Rows:
    heads = _headings(lines[first]) if first < stop else None
    first += heads is not None
    rows = []
    for number, line in enumerate(lines[first:stop], start=first + 1):
        if not line.strip():
            raise ScoringError(f"line {number} is blank", hint="an unscored epoch is written ?")
        cells = _cells(line)
        if len(cells) != 2:
            raise ScoringError(f"line {number} has {len(cells)} columns instead of 2", hint=_HINT)
        rows.append((number, cells[0], cells[1]))
    return _Rows(tuple(rows), heads)


def _step(found: _Rows) -> float | None:
    """Return by what the first column counts up; None where it holds the stages."""
    if found.heads is not None:
        roles = [Column.headed(i, heading).role for i, heading in enumerate(found.heads)]
        if roles[0] is Role.STAGE:
            return None
    numbers = [number_of(left) for _, left, _ in found.rows]
    known = [number for number in numbers if number is not None]
    steps = {round(b - a, 6) for a, b in pairwise(known)}
    counts = len(known) == len(numbers) and len(steps) == 1 and min(steps) > 0
    if not counts:
        if found.heads is not None:
            raise ScoringError("its first column does not count the epochs one by one", hint=_HINT)
        _refuse_gaps(known, found)
        return None
    step = steps.pop()
    if known[0] not in ((0, 1) if step == 1 else (0,)):
        begins = f"the first of two columns begins with {known[0]:g} and counts by {step:g}"
        raise ScoringError(f"{begins}: epochs count from 0 or 1, seconds from 0", hint=_HINT)
    if len(known) < _LEAST_COUNTED and found.heads is None:
        raise ScoringError(
            f"the first of two columns may number {len(known)} epochs or hold their stages",
            hint=_HINT,
        )
    return step


def _refuse_gaps(known: Sequence[float], found: _Rows) -> None:
    """Refuse a first column that counts, but not evenly, and so holds no stages."""
    if len(known) >= _LEAST_COUNTED and all(a < b for a, b in pairwise(known)):
        line = found.rows[0][0]
        raise ScoringError(
            f"the first of two columns counts from line {line} on, but leaves epochs out",
            hint=_HINT,
        )


def _refuse_stages_on_the_right(rows: Sequence[tuple[int, str, str]]) -> None:
    """Refuse a second column that looks more like stages than like flags."""
    lefts, rights = ({row[column] for row in rows} for column in (1, 2))
    if len(rights) > _MOST_FLAGS or (len(lefts) < len(rights) and len(rights) > 2):
        raise ScoringError(
            f"both columns may hold stages: the second has {len(rights)} different values",
            hint=_HINT,
        )


def _artefacts(rows: Sequence[tuple[int, str, str]], epoch_s: float) -> list[Event]:
    events = []
    for i, (line, _, flag) in enumerate(rows):
        number = number_in(flag)
        if number is None:
            raise ScoringError(
                f"line {line}: {flag[:20]!r} does not say whether the epoch is artefact", hint=_HINT
            )
        if number:
            events.append(Event(i * epoch_s, epoch_s, _ARTEFACT))
    return events
