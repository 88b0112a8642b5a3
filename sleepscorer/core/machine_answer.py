"""A staging as it is read: in five stages or three, as it is or smoothed.

The staging itself never changes; all of this is derived from it when it is shown or exported.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.site_calibration import calibrated
from sleepscorer.core.stages import STAGES, THREE_STAGES, Stage
from sleepscorer.core.staging_result import (
    EQUIVOCAL_TEXT,
    EQUIVOCAL_WITHIN,
    Staging,
    equivocal_rows,
    lowered,
)
from sleepscorer.core.wording import of_counted, probability_text, sure_text

SMOOTHING_RULE = (
    "a single equivocal epoch of sleep between two stretches of one other stage of sleep, each of"
    " two epochs or more, takes their stage where the machine gives that at most"
    f" {EQUIVOCAL_TEXT} less than its own; wake, and what lies beside unscored epochs, never"
    " change"
)
"""What :attr:`MachineAnswer.smoothed` does, in words, for every output that holds it."""


@dataclass(frozen=True, eq=False)
class MachineAnswer:
    """What the machine says of each epoch.

    Parameters
    ----------
    stage_set
        The stages that are told apart.
    probabilities
        (n_epochs, n_told) float32 in this order; NaN where nothing could be staged.
    confidence
        (n_epochs,) float32: how likely the most probable stage is right, or NaN.
    is_measured
        Whether it was measured how often such a stage is right; else the confidence is the
        probability of the stage and no more.
    measured_sentence
        Where it was measured, :attr:`~sleepscorer.core.staging_result.Staging.measured_sentence`.
    """

    stage_set: tuple[Stage, ...]
    probabilities: NDArray[np.float32]
    confidence: NDArray[np.float32]
    is_measured: bool = True
    measured_sentence: str = ""

    @property
    def stages(self) -> NDArray[np.int8]:
        """(n_epochs,) int8 values of Stage: the most probable one, or UNSCORED."""
        best = np.nan_to_num(self.probabilities).argmax(axis=1)
        values = np.array(self.stage_set, dtype=np.int8)[best]
        return np.where(np.isnan(self.probabilities[:, 0]), np.int8(Stage.UNSCORED), values)

    @property
    def equivocal(self) -> NDArray[np.bool_]:
        """(n_epochs,) bool: the two most probable stages are nearly as probable."""
        return equivocal_rows(self.probabilities)

    @property
    def smoothed(self) -> NDArray[np.int8]:
        """(n_epochs,) int8: the stages by :data:`SMOOTHING_RULE`.

        Stagers have long set single epochs right by those around them (Liang et al. 2012, J
        Neurosci Methods 205, 169-176). Here only the machine's own doubt lets them: a decoding
        with the stage transitions of the training nights (Viterbi) changed kappa on the
        validation nights by less than 0.01 and left a quarter of the awakenings, which a report
        counts. This rule gains no agreement either; it makes a hypnogram easier to read.
        """
        stages = self.stages
        # In runs of one stage: x x y x x, with y alone and each x at least twice.
        at = np.arange(2, stages.size - 2)
        around = stages[at - 1]
        alone = (stages[at] != around) & (stages[at + 1] == around)
        alone &= (stages[at - 2] == around) & (stages[at + 2] == around)
        alone &= (stages[at] > Stage.W) & (around > Stage.W)
        at, around = at[alone], around[alone]
        column = {int(stage): index for index, stage in enumerate(self.stage_set)}
        theirs = self.probabilities[at, [column[int(stage)] for stage in around]]
        doubt = self.probabilities[at].max(axis=1) - theirs
        close = doubt <= EQUIVOCAL_WITHIN + 1e-6
        stages[at[close]] = around[close]
        return stages

    def ranked(self, epoch: int) -> tuple[tuple[Stage, float], ...]:
        """Stages of an epoch with their probabilities, best first; none where unstaged."""
        row = self.probabilities[epoch]
        if np.isnan(row[0]):
            return ()
        order = np.argsort(-row, kind="stable")
        return tuple((self.stage_set[column], float(row[column])) for column in order)

    def sure_text(self, epoch: int) -> str:
        """``"N2, 79 % sure"``: the stage and how likely it is right; empty where unstaged.

        Where that was not measured it is ``"N2, probability 79 %"``.
        """
        if np.isnan(self.confidence[epoch]):
            return ""
        stage = Stage(int(self.stages[epoch]))
        return f"{stage.text}, {self.certainty_text(epoch)}"

    def certainty_text(self, epoch: int) -> str:
        """``"79 % sure"``, or ``"probability 79 %"`` where no more than that is known."""
        in_words = sure_text if self.is_measured else probability_text
        return in_words(float(self.confidence[epoch]))

    def equivocal_text(self, epoch: int) -> str:
        """``"N2/N1 equivocal"`` with the more probable stage first; empty where it is clear."""
        if not self.equivocal[epoch]:
            return ""
        (first, _), (second, _) = self.ranked(epoch)[:2]
        return f"{first.text}/{second.text} equivocal"


def machine_answer(staging: Staging, stage_set: tuple[Stage, ...] = STAGES) -> MachineAnswer:
    """Read a staging in five stages or in three.

    Three are those of the trained hierarchy (wake against sleep, then REM against NREM), which
    agrees slightly better with experts than adding up; sums where the staging has none.
    """
    measured = (staging.is_measured, staging.measured_sentence)
    if stage_set == STAGES:
        return MachineAnswer(STAGES, staging.probabilities, staging.confidence, *measured)
    three = staging.summed if staging.hierarchy is None else staging.hierarchy
    confidence = lowered(three.max(axis=1), staging.doubted, len(THREE_STAGES))
    confidence = calibrated(confidence, staging.provenance.confidence_temperature)
    return MachineAnswer(THREE_STAGES, three, confidence, *measured)


def smoothed_sentence(answer: MachineAnswer) -> str:
    """Say in an output that its stages are smoothed, by which rule, and how much that changed."""
    n_changed = int(np.count_nonzero(answer.smoothed != answer.stages))
    return (
        f"Smoothed stages: {of_counted(n_changed, answer.stages.size, 'epoch')} differ from the"
        f" machine's own answer, which stands beside them; {SMOOTHING_RULE}."
    )


def in_three(stages: NDArray[np.int8]) -> NDArray[np.int8]:
    """(n_epochs,) stages of five as those of three: N1, N2 and N3 become NREM."""
    is_nrem = np.isin(stages, (Stage.N1, Stage.N2, Stage.N3))
    return np.where(is_nrem, np.int8(Stage.NREM), stages)
