"""How far each candidate agrees with the scoring of one night."""

from sleepscorer.core.agreement import Agreement
from sleepscorer.core.stages import Stage
from sleepscorer.validation.candidates import Candidate, JudgedNight
from sleepscorer.validation.compared import comparisons


def night_agreement(night: JudgedNight, candidate: Candidate) -> Agreement | None:
    """Return what a candidate's means over nights are made of, of this one.

    Returns
    -------
    None where it gave no answer, or none in an epoch that the person scored.
    """
    return next((one.agreement for one in comparisons([night], candidate)), None)


def no_agreement_reason(night: JudgedNight, candidate: Candidate) -> str:
    """Say shortly why :func:`night_agreement` has nothing to compare."""
    if candidate in night.failures:
        return "failed"
    return "no epoch staged by both" if candidate in night.answers else "not asked"


def n_scored(night: JudgedNight) -> int:
    """Count the epochs that a person scored."""
    return int((night.reference != Stage.UNSCORED).sum())
