"""Stages of Respironics Alice 5 as CSV: a head with dates and times, then one code a second.

The head ends with the date and time of the start and of the end. 11 is W, 12 R, 13 N1, 14 N2 and
15 N3.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.alignment import folded
from sleepscorer.files.scorings.bare_stages import scoring_of_words
from sleepscorer.files.scorings.clock_column import ClockColumn, clock_column
from sleepscorer.files.scorings.stage_codes import ALICE_CODES, StageCodes, knows_all, number_in
from sleepscorer.files.scorings.stage_spans import check_n_epochs

_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", re.ASCII)
_TIME = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?:\s*[AaPp][Mm])?", re.ASCII)
_LONGEST_HEAD = 1000
_LOOKED_AT = 50


def is_alice_codes(lines: Sequence[str]) -> bool:
    """Tell whether the first line ends with two dates and times, and numbers follow."""
    if not lines or not _ends(lines[0]):
        return False
    shown = [line for line in lines[1:_LOOKED_AT] if line.strip()]
    return bool(shown) and all(number_in(line) is not None for line in shown)


def read_alice_codes(lines: Sequence[str], codes: StageCodes | None = None) -> Scoring:
    """Read the codes; where every 30 of them are of one stage, they become epochs of 30 s.

    Parameters
    ----------
    lines
        The lines of the file.
    codes
        What its numbers stand for, where a person says that they are not Alice's.

    Raises
    ------
    CodesNeeded
        If a number is none of Alice's, and nobody said what the numbers stand for.
    ScoringError
        If the head has no start and end, or they contradict the number of codes.
    """
    cells = _ends(lines[0]) if lines else ()
    if not cells:
        raise ScoringError("line 1 does not end with the dates and times of the start and the end")
    stop = max((i for i, line in enumerate(lines, start=1) if line.strip()), default=1)
    clock = clock_column([(1, f"{date} {time}") for date, time in cells])
    epoch_s = _epoch_s(clock, stop - 1)
    check_n_epochs(stop - 1, epoch_s)
    words = list(enumerate(lines[1:stop], start=2))
    scoring = scoring_of_words(
        words,
        codes=codes or (ALICE_CODES if knows_all(ALICE_CODES, words) else None),
        epoch_s=epoch_s,
        notes=[clock.note] if clock.note else [],
    )
    scoring = replace(scoring, start=clock.moments[0])
    return folded(scoring, EPOCH_S) or scoring


def _ends(line: str) -> tuple[tuple[str, str], ...]:
    """Return date and time of the start and the end; empty where the line does not end so."""
    line = line[:_LONGEST_HEAD]
    delimiter = ";" if line.count(";") > line.count(",") else ","
    cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    while cells and not cells[-1]:
        cells.pop()
    date, time, end_date, end_time = ["", "", "", "", *cells][-4:]
    is_one = all(_DATE.fullmatch(cell) for cell in (date, end_date)) and all(
        _TIME.fullmatch(cell) for cell in (time, end_time)
    )
    return ((date, time), (end_date, end_time)) if is_one else ()


def _epoch_s(clock: ClockColumn, n_codes: int) -> float:
    """Return how long a code stands for: a second, or as long as the times of the head say."""
    start, end = clock.moments
    lasts_s = (end - start).total_seconds()
    for epoch_s in (1.0, EPOCH_S):
        if abs(lasts_s - n_codes * epoch_s) <= max(2.0, epoch_s):
            return epoch_s
    raise ScoringError(
        f"its head says {_in_words(lasts_s)} from start to end, and {n_codes} codes follow:"
        " neither one a second nor one every 30"
    )


def _in_words(seconds: float) -> str:
    sign = "-" if seconds < 0 else ""
    return f"{sign}{timedelta(seconds=abs(round(seconds)))} h"
