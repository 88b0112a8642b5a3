"""Answers of several stagers side by side: in which epochs they are unanimous, and who says what."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.staging_result import Staging

_SEVERAL = 2


def compared(staging: Staging, others: Sequence[Staging]) -> tuple[Staging, ...]:
    """Return the stagers' own answers: a consensus itself is none.

    Parameters
    ----------
    staging
        What fills the epochs: of one stager, or a consensus of the ``others``.
    others
        What stands beside it.
    """
    return tuple(others) if staging.provenance.consensus_of else (staging, *others)


def not_unanimous(
    answers: Sequence[Staging], stage_set: tuple[Stage, ...] = STAGES
) -> NDArray[np.bool_]:
    """(n_epochs,) True where two or more stage an epoch and not all alike.

    Parameters
    ----------
    answers
        One or more, of the same night.
    stage_set
        Five stages or three: what is N2 or N3 in five is one in three.
    """
    stages = _stages(answers, stage_set)
    # A stage is never larger than NREM: what says nothing counts as neither extreme.
    is_answer = stages >= 0
    highest = stages.max(axis=0)
    lowest = np.where(is_answer, stages, np.iinfo(np.int8).max).min(axis=0)
    return np.asarray((is_answer.sum(axis=0) >= _SEVERAL) & (lowest != highest))


def compared_epochs(
    answers: Sequence[Staging], stage_set: tuple[Stage, ...] = STAGES
) -> NDArray[np.bool_]:
    """(n_epochs,) True where two or more stage an epoch, so that they can be unanimous or not."""
    return np.asarray((_stages(answers, stage_set) >= 0).sum(axis=0) >= _SEVERAL)


def answers_text(
    answers: Sequence[Staging], epoch: int, stage_set: tuple[Stage, ...] = STAGES
) -> str:
    """Say who gives an epoch which stage: ``"sleepscorer N2, yasa N1, calm none"``."""
    said = _stages(answers, stage_set)[:, epoch].tolist()
    return ", ".join(
        f"{answer.name} {'none' if stage == Stage.UNSCORED else Stage(stage).text}"
        for answer, stage in zip(answers, said, strict=True)
    )


def _stages(answers: Sequence[Staging], stage_set: tuple[Stage, ...]) -> NDArray[np.int8]:
    """(n_answers, n_epochs) int8 values of Stage."""
    return np.stack([machine_answer(answer, stage_set).stages for answer in answers])
