"""Which scored nights judge a stager: none that a machine drafted or that is hardly scored."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.lights import LightsMarks
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.core.wording import of_counted
from sleepscorer.validation.candidates import JudgedNight

_MOST_DRAFTED = 0.05
# As of a session that is to be learned from.
_MIN_EPOCHS = 60
_MIN_SHARE_SCORED = 0.5


def night_of_draft(name: str, person: str, recording: Recording, draft: Path) -> JudgedNight:
    """A night of which there is nothing but what this program wrote; it does not count."""
    return JudgedNight(
        name=name,
        person=person,
        reference=np.full(recording.n_epochs, Stage.UNSCORED, np.int8),
        answers={},
        left_out=(
            f"drafted by a machine: the program wrote {draft.name}, and nothing says that a person"
            " scored all of it"
        ),
    )


def without_drafts(night: JudgedNight, drafted: NDArray[np.bool_]) -> JudgedNight:
    """Leave a night out that a machine drafted or that is hardly scored; of others the drafts.

    Parameters
    ----------
    night
        With all that is scored of it.
    drafted
        (n_epochs,) where the stage is a machine's, or was given over a machine's.
    """
    if why := reason_drafted(night.reference, drafted):
        return replace(night, left_out=why)
    of_machine = drafted & (night.reference != Stage.UNSCORED)
    if of_machine.any():
        by_people = np.where(of_machine, Stage.UNSCORED, night.reference).astype(np.int8)
        told = f"{_share(night.reference, of_machine)}, left out"
        night = replace(night, reference=by_people, notes=(*night.notes, told))
    is_scored = night.reference != Stage.UNSCORED
    within = _between(night.lights, is_scored.size)
    n_scored, n_epochs = int(is_scored[within].sum()), within.stop - within.start
    if is_scored.sum() < _MIN_EPOCHS or n_scored < _MIN_SHARE_SCORED * n_epochs:
        too_few = (
            f"people scored {of_counted(n_scored, n_epochs, 'epoch')} of the night; at least"
            f" {_MIN_EPOCHS} and half of them are needed"
        )
        return replace(night, left_out=too_few)
    return night


def reason_drafted(stages: NDArray[np.int8], drafted: NDArray[np.bool_]) -> str:
    """Say how much a machine drafted, where that is more than a little; else empty."""
    is_scored = stages != Stage.UNSCORED
    of_machine = drafted & is_scored
    is_much = of_machine.sum() > _MOST_DRAFTED * is_scored.sum()
    return _share(stages, of_machine) if is_much else ""


def _share(stages: NDArray[np.int8], of_machine: NDArray[np.bool_]) -> str:
    n_scored = int((stages != Stage.UNSCORED).sum())
    return f"drafted by a machine: {of_counted(int(of_machine.sum()), n_scored, 'epoch')}"


def _between(lights: LightsMarks, n_epochs: int) -> slice:
    """Epochs of the night: between the lights marks where there are such."""
    first = 0 if lights.off_s is None else int(lights.off_s // EPOCH_S)
    stop = n_epochs if lights.on_s is None else int(-(-lights.on_s // EPOCH_S))
    first, stop = max(first, 0), min(stop, n_epochs)
    return slice(first, stop) if first < stop else slice(0, n_epochs)
