"""One stage a line, without times."""

from collections.abc import Sequence

import numpy as np

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings.labels import label_of_word


def read_stage_lines(lines: Sequence[str]) -> Scoring:
    """Read the lines of a file that holds nothing but stages; blank lines may end it.

    Raises
    ------
    ScoringError
        If a line is no stage, naming it.
    """
    n_lines = max((i for i, line in enumerate(lines, start=1) if line.strip()), default=0)
    stages: list[Stage] = []
    for number, line in enumerate(lines[:n_lines], start=1):
        if not line.strip():
            raise ScoringError(f"line {number} is blank", hint="an unscored epoch is written ?")
        stages.append(label_of_word(line, number).stage)
    return Scoring(Hypnogram(np.array(stages, dtype=np.int8)))
