"""Whose the stages of a night are, told alike in every report."""

from enum import StrEnum

from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import counted, of_counted
from sleepscorer.files.exports.night import Night


class ScoreState(StrEnum):
    """Whose they are; values name the sentence in the languages of a report."""

    UNKNOWN = "origin_unknown"
    SIMULATED = "simulated"
    BY_PEOPLE = "by_people"
    CONFIRMED = "confirmed"
    AUTOMATIC = "automatic"
    EDITED = "edited"


def score_state(night: Night) -> ScoreState:
    """Return whose the stages are."""
    by_person = night.by_person
    if night.is_simulated:
        return ScoreState.SIMULATED
    if night.n_edited is None:
        is_known = by_person is None or not by_person.size or by_person.any()
        return ScoreState.BY_PEOPLE if is_known else ScoreState.UNKNOWN
    is_scored = night.hypnogram.stages != Stage.UNSCORED
    if is_scored.any() and by_person is not None and by_person[is_scored].all():
        return ScoreState.CONFIRMED
    return ScoreState.EDITED if night.n_edited else ScoreState.AUTOMATIC


def score_state_text(night: Night) -> str:
    """Return it in words."""
    n_epochs, n_edited = night.hypnogram.n_epochs, night.n_edited or 0
    edited = of_counted(n_edited, n_epochs, "epoch")
    return {
        ScoreState.UNKNOWN: "not known: a scoring that names neither people nor a machine",
        ScoreState.SIMULATED: "simulated: the true stages of a synthetic night",
        ScoreState.BY_PEOPLE: "scored by people",
        ScoreState.CONFIRMED: (
            f"scored or confirmed by people, {edited} otherwise than by the machine"
        ),
        ScoreState.AUTOMATIC: f"automatic, none of {counted(n_epochs, 'epoch')} edited",
        ScoreState.EDITED: f"automatic, {edited} edited",
    }[score_state(night)]
