"""Whom a site should trust: a rule said before any figure, and what it gives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sleepscorer.core.staging_result import OWN_STAGER
from sleepscorer.core.wording import counted, of_counted, percent
from sleepscorer.validation.candidates import Candidate, JudgedNight
from sleepscorer.validation.compared import comparisons, kappa_difference, staged_by_all
from sleepscorer.validation.figures import mean_kappa
from sleepscorer.validation.found import Estimate, Verdict
from sleepscorer.validation.people_means import PeopleMean, t_half_width

_BY_ITS_CHANNELS = "by the channels that the program chooses"

LEAST_PEOPLE = 5
"""Fewer than these choose nobody but the baseline."""
_FEW = "So few people only reveal disasters: look at the figures of each, and score more nights."
_ERROR_SHARE = 0.05
_MOST_FAILED = 0.2
# Of kappa between nights, as it was measured of several stagers.
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
        " Two questions are asked. First, who stages best by the channels that the program"
        " chooses: the consensus of all stagers (our own stager where there is none) stays unless"
        " another is better. Second, by which channels that one stages best: the program's choice"
        " stays unless others are better."
        " Better means a higher Cohen's kappa with the site's scorings on the nights, and over the"
        " epochs, that the person and both staged: the difference is averaged over the nights of"
        " each person, who count as one each, and the interval of its mean over people (Student's"
        " t) must lie above zero. Its level is 95 % for one comparison and 1 - .05/K where a"
        " question takes K of them (Bonferroni). Of several that are better the one with the"
        f" largest difference is chosen. At least {LEAST_PEOPLE} people are needed for a change."
        " A stager that gives no answer for more than a fifth of the nights can't be chosen, nor"
        " one that leaves out more than a fifth of the epochs that the one in place staged."
        " What so many nights can show: where kappa varies between people by"
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
            _conclusion(who, where, n_people),
            *([] if n_people >= LEAST_PEOPLE else [_FEW]),
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
        reasons = {one: _bar(nights, one, kept) for one in others}
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

    def gap(self) -> str:
        """By how much the choice is better."""
        return self._gap(dict(self.compared)[self.choice])

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
            if difference.n_people < LEAST_PEOPLE:
                return f"better, but {_too_few(difference.n_people)}"
            return "better, but another is more so"
        return "worse" if high is not None and high < 0 else "not shown to be better"

    def _gap(self, difference: PeopleMean) -> str:
        """``.06 higher than the consensus's (99 % interval .02 to .10, 10 people)``."""
        value = difference.estimate.value
        people = counted(difference.n_people, "person", "people")
        if value is None:
            return f"could not be compared with {self.whose}: it is undefined on these nights"
        by = _plain(abs(value))
        way = f"{by} {'higher' if value > 0 else 'lower'} than" if by.strip(".0") else "the same as"
        return f"{way} {self.whose} ({_interval(difference.estimate, self.level)}{people})"


def _conclusion(who: _Step, where: _Step, n_people: int) -> str:
    """The verdict itself."""
    name, channels = _the(who.choice), where.choice.montage.name
    if who.is_change and where.is_change:
        return (
            f"Use {name}, and stage by {channels}: its kappa is {who.gap()}, and by these channels"
            f" {where.gap()}."
        )
    if where.is_change:
        return f"Keep {name}, but stage by {channels}: its kappa is {where.gap()}."
    if who.is_change:
        return f"Use {name}: its kappa is {who.gap()}."
    return f"Keep {name}: {_why_kept(who, where, n_people)}."


def _why_kept(who: _Step, where: _Step, n_people: int) -> str:
    if not (who.compared or where.compared):
        barred = who.barred or where.barred
        return "no other can be chosen" if barred else "there is no other to compare it with"
    if n_people < LEAST_PEOPLE:
        return f"{_too_few(n_people)}, which needs at least {LEAST_PEOPLE}"
    return "no other was shown to be better"


def _too_few(n_people: int) -> str:
    return f"{'1 person is' if n_people == 1 else f'{n_people} people are'} too few for a change"


def _standing(nights: Sequence[JudgedNight], candidate: Candidate) -> str:
    """How far the baseline agrees with the scorings."""
    found = [(one.night.person, one.agreement) for one in comparisons(nights, candidate)]
    kappa = mean_kappa(found)
    if kappa.estimate.value is None:
        return f"The kappa of {_the(candidate)} is undefined on these nights."
    n_failed = len(nights) - len(found)
    nights_failed = of_counted(n_failed, len(nights), "night")
    failed = f"; it gave no answer for {nights_failed}" if n_failed else ""
    people = counted(kappa.n_people, "person", "people")
    return (
        f"{_capital(_the(candidate))} agrees with the scorings by a kappa of"
        f" {_plain(kappa.estimate.value)} ({_interval(kappa.estimate, 0.95)}{people}){failed}."
    )


def _bar(nights: Sequence[JudgedNight], candidate: Candidate, kept: Candidate) -> str:
    """Why a candidate can't be chosen; empty where it can."""
    n_failed = sum(not staged_by_all(night, candidate).any() for night in nights)
    name = _capital(_the(candidate))
    if n_failed > _MOST_FAILED * len(nights):
        return (
            f"{name} can't be chosen: it gave no answer for"
            f" {of_counted(n_failed, len(nights), 'night')}, more than a fifth."
        )
    # What the signals of a night don't hold is nobody's fault.
    answered = [night for night in nights if candidate in night.answers]
    n_kept = sum(int(staged_by_all(night, kept).sum()) for night in answered)
    n_both = sum(int(staged_by_all(night, kept, candidate).sum()) for night in answered)
    if n_kept - n_both > _MOST_FAILED * n_kept:
        return (
            f"{name} can't be chosen: it gave no stage to {percent(1 - n_both / n_kept)} of the"
            f" epochs that {_the(kept)} staged, more than a fifth."
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
