"""Answers of several stagers side by side: where they are unanimous, and who says what."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.staging_result import OWN_STAGER, Staging

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


def second_opinion(staging: Staging | None, others: Sequence[Staging]) -> Staging | None:
    """Return what another stager says beside one's own answer; None beside a consensus."""
    is_consensus = staging is not None and bool(staging.provenance.consensus_of)
    return others[-1] if others and not is_consensus else None


def own_answer(staging: Staging | None, others: Sequence[Staging]) -> Staging | None:
    """Return what our own stager said, alone or in a consensus; None where it said nothing."""
    answers = () if staging is None else compared(staging, others)
    return next((one for one in answers if one.provenance.stager in ("", OWN_STAGER)), None)


def left_beside(staging: Staging, others: Sequence[Staging]) -> tuple[Staging, ...]:
    """Return what still stands beside when a later staging comes alone, in place of this one.

    A second opinion is one of the night; answers that a consensus was made of go with it.
    """
    return () if staging.provenance.consensus_of else tuple(others)


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


def unanimous_epochs(
    answers: Sequence[Staging], stage_set: tuple[Stage, ...] = STAGES
) -> tuple[bool | None, ...]:
    """Whether those that stage an epoch all stage it alike; None where not two of them do."""
    is_told = (_stages(answers, stage_set) >= 0).sum(axis=0) >= _SEVERAL
    differ = not_unanimous(answers, stage_set)
    return tuple(
        not one if told else None
        for one, told in zip(differ.tolist(), is_told.tolist(), strict=True)
    )


def unanimity_text(
    answers: Sequence[Staging], epoch: int, stage_set: tuple[Stage, ...] = STAGES
) -> str:
    """Say whether the stagers are unanimous in an epoch, and who says what.

    ``"not unanimous: sleepscorer N2, yasa N3"``; who says what alone where not two answer.
    """
    is_one = unanimous_epochs(answers, stage_set)[epoch]
    beginning = {True: "unanimous: ", False: "not unanimous: ", None: ""}[is_one]
    return beginning + answers_text(answers, epoch, stage_set)


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
