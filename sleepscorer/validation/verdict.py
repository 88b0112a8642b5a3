"""Whom a site should trust: a rule said before any figure, and what it gives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import OWN_STAGER
from sleepscorer.core.wording import counted, of_counted, percent
from sleepscorer.validation.candidates import Candidate, JudgedNight
from sleepscorer.validation.compared import (
    KAPPA_RANGE,
    agreement_within,
    kappa_difference,
    staged_by_all,
    stages_by,
)
from sleepscorer.validation.found import Estimate, Verdict
from sleepscorer.validation.people import PeopleMean, mean_over_people, t_half_width

_BY_ITS_CHANNELS = "by the channels that the program chooses"

LEAST_PEOPLE = 5
"""Fewer than these choose nobody but the baseline."""
_ERROR_SHARE = 0.05
_MOST_FAILED = 0.2
# Between nights, as measured of several stagers; how far that of a site's nights is from it is
# told by the intervals of its own figures.
_USUAL_SPREAD = 0.09


def rule(n_nights: int, n_people: int) -> str:
    """Say how the verdict is made, before any figure is known.

    Parameters
    ----------
    n_nights, n_people
        That count.
    """
    widths = ", ".join(f"{_plain(t_half_width(_USUAL_SPREAD, n))} with {n}" for n in (3, 5, 10, 20))
    return (
        f"{counted(n_nights, 'night')} of {counted(n_people, 'person', 'people')}"
        f" {'counts' if n_nights == 1 else 'count'}; nights that a machine drafted do not."
        " First it is asked who stages best on the channels that the program chooses by itself:"
        " the consensus of all stagers (our own stager where there is none) stays unless another"
        " is better. Then it is asked by which channels that one stages best: the program's own"
        " choice stays unless others are better."
        " Better means a higher Cohen's kappa with the site's scorings, over the epochs that the"
        " person and both staged, on the nights that both staged: the difference is averaged over"
        " the nights of each person, who count as one each, and the interval of its mean over"
        " people (Student's t) must lie above zero. Its level is 95 % for one comparison and"
        " 1 - .05/K for K of them in a step (Bonferroni). Of several that are better the one with"
        " the largest difference is chosen."
        f" At least {LEAST_PEOPLE} people are needed for a change. Who gives no answer for more"
        " than a fifth of the nights, or of their scored epochs, can't be chosen."
        f" What so many nights can show: where kappa varies between people by"
        f" {_plain(_USUAL_SPREAD)} (standard deviation), the half width of the 95 % interval of its"
        f" mean is {widths} people. Three nights reveal disasters only; ten can decide."
    )


def baseline_of(candidates: Iterable[Candidate]) -> Candidate | None:
    """Who stays unless another is better, on the program's own choice of channels.

    The consensus of the most stagers; else our own stager; else the first. None where nobody
    staged by that choice.
    """
    plain = [one for one in candidates if not one.montage.name]
    together = [one for one in plain if one.is_consensus]
    if together:
        return max(together, key=lambda one: len(one.stagers))
    return next((one for one in plain if one.stagers == (OWN_STAGER,)), next(iter(plain), None))


def verdict(nights: Sequence[JudgedNight], candidates: Sequence[Candidate]) -> Verdict | None:
    """Apply the rule.

    Parameters
    ----------
    nights
        Those that count.
    candidates
        Who is to be compared.

    Returns
    -------
    None where nobody staged any of the nights by the program's own choice of channels.
    """
    baseline = baseline_of(candidates)
    if baseline is None:
        return None
    n_people = len({night.person for night in nights})
    plain = [one for one in candidates if not one.montage.name and one != baseline]
    who = _Step.taken(nights, baseline, plain, whose=f"{_the(baseline)}'s")
    same = [one for one in candidates if one.montage.name and one.stagers == who.choice.stagers]
    where = _Step.taken(nights, who.choice, same, whose=_BY_ITS_CHANNELS)
    return Verdict(
        baseline=baseline,
        choice=where.choice,
        sentences=(
            *_conclusion(who, where, n_people),
            _standing(nights, baseline),
            *who.details(),
            *where.details(),
        ),
        is_decisive=n_people >= LEAST_PEOPLE,
    )


@dataclass(frozen=True)
class _Step:
    """One of the two questions: whom it began with, whom it compared, and whom it chose.

    Parameters
    ----------
    kept
        Who stays unless another is better.
    whose
        Its kappa in words: ``"the consensus's"``.
    level
        Of the intervals.
    compared
        Difference in kappa of each one who may be chosen.
    barred
        Why the others may not, one sentence each.
    """

    kept: Candidate
    whose: str
    level: float
    compared: tuple[tuple[Candidate, PeopleMean], ...]
    barred: tuple[str, ...]

    @classmethod
    def taken(
        cls,
        nights: Sequence[JudgedNight],
        kept: Candidate,
        others: Sequence[Candidate],
        *,
        whose: str,
    ) -> "_Step":
        """Compare those who may be chosen with the one who else stays."""
        reasons = {one: _bar(nights, one) for one in others}
        free = [one for one, reason in reasons.items() if not reason]
        level = 1 - _ERROR_SHARE / max(1, len(free))
        found = ((one, kappa_difference(nights, one, kept, level=level)) for one in free)
        return cls(kept, whose, level, tuple(found), tuple(filter(None, reasons.values())))

    @property
    def choice(self) -> Candidate:
        """Who is better with an interval above zero, by most; else the one who stays."""
        better = [
            (difference.estimate.value or 0.0, one)
            for one, difference in self.compared
            if difference.n_people >= LEAST_PEOPLE and (difference.estimate.low or 0.0) > 0
        ]
        return max(better, key=lambda pair: pair[0])[1] if better else self.kept

    @property
    def is_change(self) -> bool:
        """Whether another is better."""
        return self.choice != self.kept

    def reason(self) -> str:
        """Why the choice is better."""
        difference = dict(self.compared)[self.choice]
        return f"its kappa is {self._gap(difference)}"

    def details(self) -> tuple[str, ...]:
        """Each comparison in words, and why others were not made."""
        return (
            *(
                f"{_capital(_the(one))}: kappa {self._gap(difference)}; {self._so(one)}."
                for one, difference in self.compared
            ),
            *self.barred,
        )

    def _so(self, candidate: Candidate) -> str:
        difference = dict(self.compared)[candidate]
        low, high = difference.estimate.low, difference.estimate.high
        if candidate == self.choice:
            return "chosen"
        if low is not None and low > 0:
            few = difference.n_people < LEAST_PEOPLE
            return f"but {_few(difference.n_people)}" if few else "better, but another is more so"
        return "worse" if high is not None and high < 0 else "not shown to be better"

    def _gap(self, difference: PeopleMean) -> str:
        """``.06 higher than the consensus's (99 % interval .02 to .10, 10 people)``."""
        value = difference.estimate.value
        people = counted(difference.n_people, "person", "people")
        if value is None:
            return f"could not be compared with {self.whose}: it is undefined on these nights"
        way = "higher" if value >= 0 else "lower"
        return (
            f"{_plain(abs(value))} {way} than {self.whose}"
            f" ({_interval(difference.estimate, self.level)}{people})"
        )


def _conclusion(who: _Step, where: _Step, n_people: int) -> Iterable[str]:
    choice = where.choice
    if not (who.is_change or where.is_change):
        yield f"Keep {_the(who.kept)}: {_why_kept(who, where, n_people)}."
    elif who.is_change:
        yield f"Use {_the(choice)}: {who.reason()}."
        if where.is_change:
            yield f"By {choice.montage.name}: {where.reason()}."
    else:
        yield f"Keep {_the(who.kept)}, but stage by {choice.montage.name}: {where.reason()}."


def _why_kept(who: _Step, where: _Step, n_people: int) -> str:
    if not (who.compared or where.compared):
        none = "no other could be chosen" if who.barred or where.barred else "there is no other"
        return f"{none} to compare it with" if none == "there is no other" else none
    if n_people < LEAST_PEOPLE:
        return _few(n_people)
    return "no other was shown to be better"


def _few(n_people: int) -> str:
    return (
        f"{counted(n_people, 'person is', 'people are')} too few for a change (at least"
        f" {LEAST_PEOPLE} are needed), they can only reveal disasters"
    )


def _standing(nights: Sequence[JudgedNight], candidate: Candidate) -> str:
    """How far the baseline agrees with the person."""
    values = []
    for night in nights:
        epochs = staged_by_all(night, candidate)
        if epochs.any():
            found = agreement_within(night.reference, stages_by(night, candidate), epochs)
            values.append((night.person, found.kappa))
    mean = mean_over_people(values, within=KAPPA_RANGE)
    if mean.estimate.value is None:
        return f"The kappa of {_the(candidate)} is undefined on these nights."
    people = counted(mean.n_people, "person", "people")
    failed = len(nights) - len(values)
    without = f"; it gave no answer for {of_counted(failed, len(nights), 'night')}"
    return (
        f"{_capital(_the(candidate))} agrees with the scorings by a kappa of"
        f" {_plain(mean.estimate.value)} ({_interval(mean.estimate, 0.95)}{people})"
        f"{without if failed else ''}."
    )


def _bar(nights: Sequence[JudgedNight], candidate: Candidate) -> str:
    """Why a candidate can't be chosen; empty where it can."""
    staged = [staged_by_all(night, candidate) for night in nights]
    n_failed = sum(not epochs.any() for epochs in staged)
    name = _capital(_the(candidate))
    if n_failed > _MOST_FAILED * len(nights):
        return (
            f"{name} can't be chosen: it gave no answer for"
            f" {of_counted(n_failed, len(nights), 'night')}, more than a fifth."
        )
    n_scored = sum(int(np.count_nonzero(night.reference != Stage.UNSCORED)) for night in nights)
    share = 1 - sum(int(epochs.sum()) for epochs in staged) / max(1, n_scored)
    if share > _MOST_FAILED:
        return (
            f"{name} can't be chosen: it gave no stage to {percent(share)} of the scored epochs,"
            " more than a fifth."
        )
    return ""


def _the(candidate: Candidate) -> str:
    return f"the {candidate.name}" if candidate.is_consensus else candidate.name


def _capital(text: str) -> str:
    """A sentence begins with a capital, but a stager's name is as it is."""
    return "T" + text[1:] if text.startswith("the ") else text


def _interval(estimate: Estimate, level: float) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{100 * level:.3g} % interval {_plain(estimate.low)} to {_plain(estimate.high)}, "


def _plain(value: float) -> str:
    """``.06``, and ``.004`` where two digits would tell nothing."""
    n_digits = 2 if abs(value) >= 0.01 or value == 0 else 3
    text = f"{abs(value):.{n_digits}f}".removeprefix("0")
    return f"-{text}" if value < 0 and text.strip(".0") else text
