"""One stage a line, without times; comments may stand before and behind."""

import re
from collections.abc import Sequence

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.scorings.bare_stages import scoring_of_words
from sleepscorer.files.scorings.commented_head import (
    codes_in_comments,
    epoch_s_in_comments,
    is_comment,
    without_comments,
)
from sleepscorer.files.scorings.stage_codes import StageCodes
from sleepscorer.files.scorings.stage_spans import check_n_epochs

_HINT = "export the scoring as EDF+, as a table with columns, or as one stage a line"


def read_stage_lines(
    lines: Sequence[str], codes: StageCodes | None = None, epoch_s: float | None = None
) -> Scoring:
    """Read the lines of a file that holds nothing but stages; blank lines may end it.

    Lines that begin with ``#``, ``%`` or ``//`` may stand before and behind. What they say on the
    numbers (``# 0: Wake, 1: N1``) and on the length of epochs (``1 value per 30 seconds``) holds,
    where a person does not say it.

    Parameters
    ----------
    lines
        The lines of the file.
    codes
        What its numbers stand for, if they are.
    epoch_s
        Length of its epochs, seconds, where a person says it.

    Raises
    ------
    CodesNeeded
        If they are numbers and no code was named.
    EpochLengthNeeded
        If they are numbers, too many for epochs of 30 s, and nobody says how long they last.
    ScoringError
        If a line is no stage, naming it.
    """
    _refuse_markup(lines)
    first, stop, comments = without_comments(lines)
    length_s = epoch_s or epoch_s_in_comments(comments)
    check_n_epochs(stop - first, *(() if length_s is None else (length_s,)))
    words = list(enumerate(lines[first:stop], start=first + 1))
    for number, line in words:
        if not line.strip():
            raise ScoringError(f"line {number} is blank", hint="an unscored epoch is written ?")
        if is_comment(line):
            raise ScoringError(
                f"line {number} is a comment between stages",
                hint="comments may stand before the first and behind the last",
            )
    return scoring_of_words(
        words,
        codes=codes,
        codes_told=codes_in_comments(comments),
        epoch_s=epoch_s,
        epoch_s_told=length_s,
    )


def _refuse_markup(lines: Sequence[str]) -> None:
    """Say what a file is that no line of stages begins like."""
    text = "\n".join(lines[:100]).lstrip()
    if text.startswith("<"):
        root = re.search(r"<([A-Za-z_][\w.:-]{0,60})", text)
        kind = f" (<{root[1]}>)" if root else ""
        raise ScoringError(f"it is XML of a kind that is not read{kind}", hint=_HINT)
