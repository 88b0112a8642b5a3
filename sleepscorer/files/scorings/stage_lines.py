"""One stage a line, without times."""

import re
from collections.abc import Sequence

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.scorings.made_scoring import scoring_of_epochs
from sleepscorer.files.scorings.stage_codes import StageCodes, labels_of_words
from sleepscorer.files.scorings.stage_spans import check_n_epochs

_HINT = "export the scoring as EDF+, as a table with columns, or as one stage a line"


def read_stage_lines(lines: Sequence[str], codes: StageCodes | None = None) -> Scoring:
    """Read the lines of a file that holds nothing but stages; blank lines may end it.

    Parameters
    ----------
    lines
        The lines of the file.
    codes
        What its numbers stand for, if they are.

    Raises
    ------
    CodesNeeded
        If they are numbers and no code was named.
    ScoringError
        If a line is no stage, naming it.
    """
    _refuse_markup(lines)
    n_lines = max((i for i, line in enumerate(lines, start=1) if line.strip()), default=0)
    check_n_epochs(n_lines)
    words = list(enumerate(lines[:n_lines], start=1))
    for number, line in words:
        if not line.strip():
            raise ScoringError(f"line {number} is blank", hint="an unscored epoch is written ?")
    return scoring_of_epochs([word for _, word in words], labels_of_words(words, codes))


def _refuse_markup(lines: Sequence[str]) -> None:
    """Say what a file is that no line of stages begins like."""
    text = "\n".join(lines[:100]).lstrip()
    if text.startswith("<"):
        root = re.search(r"<([A-Za-z_][\w.:-]{0,60})", text)
        kind = f" (<{root[1]}>)" if root else ""
        raise ScoringError(f"it is XML of a kind that is not read{kind}", hint=_HINT)
    if text.startswith(("{", "[")):
        raise ScoringError("it is JSON of a kind that is not read", hint=_HINT)
