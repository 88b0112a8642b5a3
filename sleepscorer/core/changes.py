"""What an edit would change: a person's stages, and what comes with another scoring."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.edits import Change, ScoringState
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.core.staging_result import Staging


def staged_change(
    state: ScoringState,
    index: tuple[int, ...],
    after: NDArray[np.int8],
    *,
    person: NDArray[np.bool_],
    kept: NDArray[np.bool_] | None = None,
) -> Change:
    """Return the change that gives some epochs stages, less those that stay as they are.

    Parameters
    ----------
    state
        Before.
    index
        The epochs.
    after, person
        (n,) their stages, and whether a person gives them.
    kept
        (n_epochs,) bool: epochs that stay in, though stage and origin are the same; None means
        none.
    """
    old, by_person = state.stages, state.by_person
    rows = [
        (epoch, int(old[epoch]), int(stage), bool(by_person[epoch]), bool(of_person))
        for epoch, stage, of_person in zip(index, after, person, strict=True)
        if old[epoch] != stage
        or by_person[epoch] != of_person
        or (kept is not None and kept[epoch])
    ]
    return Change(*zip(*rows, strict=True)) if rows else Change()


def change_between(before: ScoringState, after: ScoringState) -> Change:
    """Return the change that leads from one state to another of as many epochs."""
    differs = (before.stages != after.stages) | (before.by_person != after.by_person)
    index = tuple(int(epoch) for epoch in np.flatnonzero(differs))
    chosen = list(index)
    change = staged_change(before, index, after.stages[chosen], person=after.by_person[chosen])
    old, new = set(before.events), set(after.events)
    lights = (before.lights_off_s, before.lights_on_s), (after.lights_off_s, after.lights_on_s)
    if lights[0] != lights[1]:
        change = replace(change, lights_before=lights[0], lights_after=lights[1])
    return replace(
        change,
        events_removed=tuple(event for event in before.events if event not in new),
        events_added=tuple(event for event in after.events if event not in old),
    )


def imported_change(
    state: ScoringState, scoring: Scoring, *, staging: Staging | None, smoothed: bool
) -> Change:
    """Return what another scoring brings; see ``ScoringSession.import_scoring``.

    Raises
    ------
    ScoringError
        If a lights mark lies outside the recording, or off is not before on.
    """
    stages = scoring.hypnogram.stages[: state.stages.size]
    index = tuple(int(i) for i in np.flatnonzero(stages != Stage.UNSCORED))
    person = np.ones(len(index), bool)
    if staging is not None:
        given = machine_answer(staging).smoothed if smoothed else staging.stages
        person = stages[list(index)] != given[list(index)]
    change = staged_change(state, index, stages[list(index)], person=person)
    before = after = (state.lights_off_s, state.lights_on_s)
    if scoring.hypnogram.lights_off_s is not None:
        after = (scoring.hypnogram.lights_off_s, after[1])
    if scoring.hypnogram.lights_on_s is not None:
        after = (after[0], scoring.hypnogram.lights_on_s)
    if after != before:
        Hypnogram(state.stages, EPOCH_S, *after)
        change = replace(change, lights_before=before, lights_after=after)
    new = tuple(event for event in scoring.events if event not in state.events)
    return replace(change, events_added=new)
