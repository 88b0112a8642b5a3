"""Sleep profiles of SOMNOmedics DOMINO: a text with a head and a clock time and stage a line.

The head has a line each for signal, start, unit, type, names and rate, in the language of its
user; then ``23:57:00,000; Wake``, by the clock and without a date. The lists of events that the
same export writes (``start-end; duration;type``) hold no stages.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.clock_column import clock_column, is_clock_time
from sleepscorer.files.scorings.clock_night import NO_DATE_NOTE
from sleepscorer.files.scorings.labels import label_of
from sleepscorer.files.scorings.made_scoring import scoring_of_spans
from sleepscorer.files.scorings.stage_codes import StageCodes, labels_of_words, number_in
from sleepscorer.files.scorings.stage_spans import MAX_EPOCHS, StageSpan, gap_notes

_DATE = r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\s+)?"
_TIME = rf"{_DATE}\d{{1,2}}:\d\d:\d\d(?:[,.]\d{{1,6}})?(?:\s?[AaPp][Mm])?"
_ROW_PATTERN = re.compile(rf"\s*({_TIME})\s*;\s*([^;]*?)\s*;?\s*", re.ASCII)
_EVENT_PATTERN = re.compile(rf"\s*{_TIME}\s*-\s*{_TIME}\s*;", re.ASCII)
_FIRST_LINE = re.compile(r"\s*signal[\s_-]*id\s*:", re.IGNORECASE)
_RATE = re.compile(r"(\d{1,5}(?:[.,]\d{1,3})?)\s*(ms|msec|s|sec|sek|min)\b", re.IGNORECASE)
_UNITS_S = {"ms": 1e-3, "msec": 1e-3, "min": 60.0}
_MOST_LINES_OF_HEAD = 30
_LONGEST_ROW = 300
_LONGEST_EPOCH_S = 120.0
_DAY = timedelta(days=1)


def is_domino(lines: Sequence[str]) -> bool:
    """Tell whether this is an export of DOMINO, a sleep profile or another.

    Its first line names a signal, or rows of DOMINO follow lines of a name and a value each.
    """
    first = next((line for line in lines[:_MOST_LINES_OF_HEAD] if line.strip()), "")
    if _FIRST_LINE.match(first[:_LONGEST_ROW]):
        return True
    n_head = 0
    for line in lines[:_MOST_LINES_OF_HEAD]:
        if _row(line) or _is_event(line):
            return n_head >= 2
        if line.strip():
            if ":" not in line:
                return False
            n_head += 1
    return False


def read_domino(lines: Sequence[str], codes: StageCodes | None = None) -> Scoring:
    """Read a sleep profile; artefact and movement are unscored.

    It begins with its first stage, on the date of the head; where that can be read in two ways, on
    1 January 1985, with a note.

    Parameters
    ----------
    lines
        The lines of the file.
    codes
        What numbers stand for, if it has numbers for stages.

    Raises
    ------
    CodesNeeded
        If it has numbers and no code was named.
    ScoringError
        If it is another export of DOMINO, or a line is no stage, naming it.
    """
    n_head = next(
        (i for i, line in enumerate(lines) if _row(line) or _is_event(line)),
        len(lines),
    )
    head = [line for line in lines[: min(n_head, _MOST_LINES_OF_HEAD)] if ":" in line]
    what = _signal(head)
    if n_head == len(lines):
        raise ScoringError(f"the DOMINO export of {what} has no rows of a time and a stage")
    if _is_event(lines[n_head]):
        raise ScoringError(
            f"it is the DOMINO export of {what}, a list of events, and not of a sleep profile",
            hint="export the sleep profile",
        )
    cells, words = _cells(lines, n_head)
    labels = labels_of_words(_spelt(words, what), codes)
    clock = clock_column(cells)
    moments = clock.moments
    notes = [clock.note] if clock.note else []
    start = moments[0]
    for (line, cell), (a, b) in zip(cells[1:], pairwise(moments), strict=True):
        if b <= a:
            raise ScoringError(f"line {line}: the clock goes back to {cell}")
    if not clock.has_date:
        dated, date_notes = _start(head, moments[0])
        notes += date_notes
        start = dated or start
    epoch_s = _rate(head) or _step(moments)
    spans = [
        StageSpan((moment - moments[0]).total_seconds(), epoch_s, label, word)
        for moment, label, (_, word) in zip(moments, labels, words, strict=True)
    ]
    notes += gap_notes(spans, epoch_s)
    return scoring_of_spans(spans, epoch_s=epoch_s, start=start, notes=notes)


def _cells(
    lines: Sequence[str], n_head: int
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the clock time and the word of each row, with the number of the line."""
    cells: list[tuple[int, str]] = []
    words: list[tuple[int, str]] = []
    for number, line in enumerate(lines[n_head:], start=n_head + 1):
        if not line.strip():
            continue
        row = _row(line)
        if row is None:
            raise ScoringError(
                f"line {number}: {line.strip()[:40]!r} is no time and stage of DOMINO",
                hint="expected lines such as 23:57:00,000; Wake",
            )
        if len(cells) > 30 * MAX_EPOCHS:
            raise ScoringError("the sleep profile has more rows than ten days have epochs")
        cells.append((number, row[1]))
        words.append((number, row[2]))
    return cells, words


def _spelt(words: Sequence[tuple[int, str]], what: str) -> list[tuple[int, str]]:
    """Return the words as others spell them: A is what DOMINO calls an artefact."""
    is_profile = any(label_of(word) is not None for _, word in words)
    if not is_profile and not ("profil" in what.casefold() and any(map(_is_code, words))):
        raise ScoringError(
            f"it is the DOMINO export of {what}, and not of a sleep profile",
            hint="export the sleep profile",
        )
    return [(line, "?" if word.casefold() in ("a", "") else word) for line, word in words]


def _is_code(word: tuple[int, str]) -> bool:
    return number_in(word[1]) is not None


def _row(line: str) -> re.Match[str] | None:
    return _ROW_PATTERN.fullmatch(line) if len(line) <= _LONGEST_ROW else None


def _is_event(line: str) -> bool:
    return _EVENT_PATTERN.match(line[:_LONGEST_ROW]) is not None


def _signal(head: Sequence[str]) -> str:
    name = head[0].partition(":")[2].strip() if head else ""
    return repr(name[:40]) if name else "a signal"


def _rate(head: Sequence[str]) -> float | None:
    """Return the length of an epoch that the head tells, seconds."""
    for line in head:
        value = line[:_LONGEST_ROW].partition(":")[2].strip()
        if found := _RATE.fullmatch(value):
            rate_s = float(found[1].replace(",", ".")) * _UNITS_S.get(found[2].casefold(), 1.0)
            if not 0 < rate_s <= _LONGEST_EPOCH_S:
                raise ScoringError(f"its epochs last {rate_s:g} s by {line.strip()[:40]!r}")
            return rate_s
    return None


def _step(moments: Sequence[datetime]) -> float:
    steps = [(b - a).total_seconds() for a, b in pairwise(moments)]
    step_s = median(steps) if steps else EPOCH_S
    if not 0 < step_s <= _LONGEST_EPOCH_S:
        raise ScoringError(f"its rows follow each other after {step_s:g} s: no epoch lasts so long")
    return step_s


def _start(head: Sequence[str], first: datetime) -> tuple[datetime | None, list[str]]:
    """Return when the first row is by the start in the head, None where no date is told."""
    for number, line in enumerate(head, start=1):
        value = line[:_LONGEST_ROW].partition(":")[2].strip()
        if not re.match(r"\d{1,4}[-/.]\d", value) or not is_clock_time(value):
            continue
        clock = clock_column([(number, value)])
        if not clock.has_date:
            return None, [clock.note, NO_DATE_NOTE]
        told = clock.moments[0]
        days = (datetime.combine(told.date(), first.time()) + n * _DAY for n in (-1, 0, 1))
        return min(days, key=lambda day: abs(day - told)), []
    return None, [NO_DATE_NOTE]
