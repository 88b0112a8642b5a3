"""Hypnograms of Visbrain by time: a stage and the second at which it ends, a line each.

The first lines begin with ``*``: ``*Duration_sec`` is the length of the recording, in seconds.
"""

import re
from collections.abc import Sequence

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.scorings.labels import label_of_word
from sleepscorer.files.scorings.made_scoring import scoring_of_spans
from sleepscorer.files.scorings.stage_spans import StageSpan, epoch_length
from sleepscorer.files.scorings.table_columns import number_of

_DURATION = re.compile(r"\s*\*\s*duration_sec\b[\s,;:]*(.*)", re.IGNORECASE)
_ROW = re.compile(r"\s*(\S[^\t,;]{0,60}?)\s*[\t,; ]\s*([\d.,]+)\s*", re.ASCII)
_LARGEST_S = 1e7
_LONGEST_ROW = 300


def is_visbrain_txt(lines: Sequence[str]) -> bool:
    """Tell whether one of the first lines tells the duration as Visbrain writes it."""
    return any(_DURATION.match(line[:_LONGEST_ROW]) for line in lines[:20])


def read_visbrain_txt(lines: Sequence[str]) -> Scoring:
    """Read the stretches of stages; what lies behind the last of them is unscored.

    Raises
    ------
    ScoringError
        If a line is no stage with the second of its end, naming it, or ends before the one before.
    """
    spans: list[StageSpan] = []
    duration_s, begin_s = None, 0.0
    for number, line in enumerate(lines, start=1):
        if found := _DURATION.match(line[:_LONGEST_ROW]):
            duration_s = number_of(found[1])
            continue
        if not line.strip() or line.lstrip().startswith(("*", "#")):
            continue
        row = _ROW.fullmatch(line) if len(line) <= _LONGEST_ROW else None
        end_s = number_of(row[2]) if row else None
        if row is None or end_s is None:
            raise ScoringError(
                f"line {number}: {line.strip()[:40]!r} is no stage with the second of its end"
            )
        if not begin_s < end_s <= _LARGEST_S:
            raise ScoringError(
                f"line {number}: the stage ends at {end_s:g} s, where {begin_s:g} s were told"
            )
        spans.append(StageSpan(begin_s, end_s - begin_s, label_of_word(row[1], number), row[1]))
        begin_s = end_s
    notes = []
    if duration_s is not None and spans and abs(duration_s - begin_s) > 1:
        notes.append(f"the last stage ends at {begin_s:g} s, and the recording at {duration_s:g} s")
    return scoring_of_spans(spans, epoch_s=epoch_length(spans), notes=notes)
