"""Hypnograms of the DREAMS databases (University of Mons, Université Libre de Bruxelles).

A line ``[hypnogram]``, and then a number for every 5 s: 5 wake, 4 R, 3 to 0 stages 1 to 4 of
Rechtschaffen & Kales, or 3 to 1 those of the AASM; negative ones are movement or unknown.
"""

from collections.abc import Sequence

from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings.labels import Label, LabelKind
from sleepscorer.files.scorings.made_scoring import scoring_of_epochs
from sleepscorer.files.scorings.stage_codes import StageCodes, labels_of_words

_HEAD = "[hypnogram]"
_EPOCH_S = 5.0
_DEEP, _UNSCORED = Label(LabelKind.DEEP_R_AND_K, Stage.N3), Label(LabelKind.UNSCORED)
_CODES = StageCodes(
    "",
    "DREAMS",
    {
        5: Label(LabelKind.STAGE, Stage.W),
        4: Label(LabelKind.STAGE, Stage.R),
        3: Label(LabelKind.STAGE, Stage.N1),
        2: Label(LabelKind.STAGE, Stage.N2),
        1: Label(LabelKind.STAGE, Stage.N3),
        0: _DEEP,
        -1: Label(LabelKind.MOVEMENT_TIME),
        -2: _UNSCORED,
        -3: _UNSCORED,
    },
)


def is_dreams_txt(lines: Sequence[str]) -> bool:
    """Tell whether these are the lines of such a hypnogram."""
    return bool(lines) and lines[0].strip().casefold() == _HEAD


def read_dreams_txt(lines: Sequence[str]) -> Scoring:
    """Read the stages of every 5 s.

    Raises
    ------
    ScoringError
        If there are none, or a line is no number of the code.
    """
    words = [(i, line) for i, line in enumerate(lines, start=1) if i > 1 and line.strip()]
    labels = labels_of_words(words, _CODES)
    return scoring_of_epochs([word for _, word in words], labels, epoch_s=_EPOCH_S)
