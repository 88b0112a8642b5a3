"""Hypnograms of the U-Sleep web service as text: the length of an epoch, the start, the stages.

The first line is ``EPOCH=30.0s``, the next tells when the recording started
(``...=2018/10/09-14:19:10``), and every other line is the stage of an epoch.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.clock_column import clock_column, is_clock_time
from sleepscorer.files.scorings.made_scoring import scoring_of_epochs
from sleepscorer.files.scorings.stage_codes import StageCodes, labels_of_words

_EPOCH_LINE = re.compile(r"\s*epoch\w*\s*[=:]\s*(\d{1,4}(?:\.\d{1,6})?)\s*s?(?:ec\w*)?\s*", re.I)
_HEAD_LINE = re.compile(r"\s*[A-Za-z_][\w .-]{0,60}[=:]\s*(.*)")
_LONGEST_EPOCH_S = 120.0
_MOST_LINES_OF_HEAD = 10
_LONGEST_LINE = 300


def is_usleep_txt(lines: Sequence[str]) -> bool:
    """Tell whether the first line tells the length of an epoch, as U-Sleep writes it."""
    first = next((line for line in lines[:5] if line.strip()), "")
    return _EPOCH_LINE.fullmatch(first[:_LONGEST_LINE]) is not None


def read_usleep_txt(lines: Sequence[str], codes: StageCodes | None = None) -> Scoring:
    """Read the stages behind the head.

    Raises
    ------
    CodesNeeded
        If they are numbers and no code was named.
    ScoringError
        If there are none or a line is no stage, naming it.
    """
    epoch_s, start = EPOCH_S, None
    n_head = 0
    for line in (line[:_LONGEST_LINE] for line in lines[:_MOST_LINES_OF_HEAD]):
        found = _HEAD_LINE.fullmatch(line)
        if found is None and line.strip():
            break
        n_head += 1
        if length := _EPOCH_LINE.fullmatch(line):
            epoch_s = float(length[1])
        elif found is not None:
            start = _start(n_head, found[1]) or start
    if not 0 < epoch_s <= _LONGEST_EPOCH_S:
        raise ScoringError(f"its epochs last {epoch_s:g} s by its first line")
    n_lines = max((i for i, line in enumerate(lines, start=1) if line.strip()), default=0)
    words = [(i, line.strip()) for i, line in enumerate(lines[:n_lines], start=1) if i > n_head]
    for number, word in words:
        if not word:
            raise ScoringError(f"line {number} is blank", hint="an unscored epoch is written ?")
    labels = labels_of_words(words, codes)
    return scoring_of_epochs([word for _, word in words], labels, epoch_s=epoch_s, start=start)


def _start(line: int, value: str) -> datetime | None:
    """Return the date and time that a line of the head tells; a zone behind it is left out."""
    for text in (value.strip(), " ".join(value.split()[:1]), " ".join(value.split()[:2])):
        if text and is_clock_time(text):
            clock = clock_column([(line, text)])
            return clock.moments[0] if clock.has_date else None
    return None
