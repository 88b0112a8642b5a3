"""How far each candidate agrees with the scoring of one night."""

from sleepscorer.core.agreement import Agreement, agreement
from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import most_probable
from sleepscorer.validation.candidates import Candidate, JudgedNight


def night_agreement(night: JudgedNight, candidate: Candidate) -> Agreement | None:
    """Compare a candidate with the site's scoring of a night.

    Returns
    -------
    None where it gave no answer, or none in an epoch that the person scored.
    """
    answer = night.answers.get(candidate)
    if answer is None:
        return None
    stages = most_probable(answer.probabilities)
    try:
        return agreement(Scoring(Hypnogram(night.reference)), Scoring(Hypnogram(stages)))
    except ScoringError:
        return None


def no_agreement_reason(night: JudgedNight, candidate: Candidate) -> str:
    """Say shortly why :func:`night_agreement` has nothing to compare."""
    if candidate in night.failures:
        return "failed"
    return "no epoch staged by both" if candidate in night.answers else "not asked"


def n_scored(night: JudgedNight) -> int:
    """Count the epochs that a person scored."""
    return int((night.reference != Stage.UNSCORED).sum())
