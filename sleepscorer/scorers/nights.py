"""Reads the nights of several scorers and lays them side by side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sleepscorer.core.comparison import Comparison, compared
from sleepscorer.core.errors import ScoringError, UsageError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.lights import LightsMarks
from sleepscorer.core.people import subject_pattern
from sleepscorer.core.progress import Cancelled, Progress, silent
from sleepscorer.faults import in_words
from sleepscorer.files.edf import UNKNOWN_START
from sleepscorer.files.scorings import read_scoring
from sleepscorer.scorers.matching import MatchedFiles, NotCompared

_SEVERAL = 2


@dataclass(frozen=True, eq=False)
class ScoredNight:
    """A night that two or more scored.

    Parameters
    ----------
    name
        Of its files.
    person
        Whose night it is.
    comparison
        The scorings, by the names of the scorers.
    lights
        The marks of the first scoring, whose epochs are the grid.
    day
        On which it began; None where no file says.
    notes
        What had to be decided on reading and aligning, one sentence each.
    """

    name: str
    person: str
    comparison: Comparison
    lights: LightsMarks
    day: date | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ScoredNights:
    """All that was read.

    Parameters
    ----------
    scorers
        Names, the reference first.
    nights
        By name.
    not_compared
        What is in no figure, and why.
    files
        All that were read.
    """

    scorers: tuple[str, ...]
    nights: tuple[ScoredNight, ...]
    not_compared: tuple[NotCompared, ...] = ()
    files: tuple[Path, ...] = ()


def read_nights(
    matched: MatchedFiles, *, subject: str | None = None, progress: Progress = silent
) -> ScoredNights:
    """Read and align the scorings of each night; what can't be is said, and the others go on.

    Parameters
    ----------
    matched
        Files, night by night.
    subject
        A regular expression whose first group, in a night's name, is whose night it is; None
        takes each night for another person's.
    progress
        Called for each night.

    Raises
    ------
    UsageError
        If the expression is none or does not match, or no night can be compared.
    """
    pattern = subject_pattern(subject)
    nights: list[ScoredNight] = []
    not_compared = list(matched.not_compared)
    for number, (name, files) in enumerate(matched.nights.items()):
        progress(number / len(matched.nights), name)
        person = name
        if pattern is not None:
            found = pattern.search(name)
            if found is None:
                raise UsageError(f"the pattern of the subject does not match {name!r}")
            person = found[1]
        read = dict(_read(name, files, not_compared))
        night = night_of(name, read, not_compared, person=person)
        if night is not None:
            nights.append(night)
    if not nights:
        raise UsageError("no night can be compared", hint=_why_none(not_compared))
    every = tuple(path for files in matched.nights.values() for path in files.values())
    return ScoredNights(matched.scorers, tuple(nights), tuple(not_compared), every)


def night_of(
    name: str,
    scorings: Mapping[str, Scoring],
    not_compared: list[NotCompared],
    *,
    person: str = "",
) -> ScoredNight | None:
    """Lay the scorings of a night side by side; those that can't be go to ``not_compared``.

    None where fewer than two are left.
    """
    fitting: dict[str, Scoring] = {}
    for scorer, scoring in scorings.items():
        try:
            if fitting:
                reference = next(iter(fitting))
                compared(
                    [(reference, reference, fitting[reference]), (scorer, "the other", scoring)]
                )
            fitting[scorer] = scoring
        except ScoringError as error:
            not_compared.append(NotCompared(name, scorer, error.what))
    if len(fitting) < _SEVERAL:
        if fitting and len(scorings) < _SEVERAL:
            why = "no other scoring of this night can be read"
            not_compared.append(NotCompared(name, next(iter(fitting)), why))
        return None
    found = compared([(scorer, scorer, scoring) for scorer, scoring in fitting.items()])
    if not any(found.agreement_of(*pair) for pair in found.pairs):
        not_compared.append(NotCompared(name, "all", "no epoch is scored in two of the scorings"))
        return None
    notes = (f"{scorer}: {note}" for scorer, one in fitting.items() for note in one.notes)
    return ScoredNight(
        name,
        person or name,
        found,
        _lights(fitting),
        _day(fitting.values()),
        (*found.notes, *notes),
    )


def _read(
    name: str, files: Mapping[str, Path], not_compared: list[NotCompared]
) -> Iterable[tuple[str, Scoring]]:
    for scorer, path in files.items():
        try:
            yield scorer, read_scoring(path)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - one file never ends the others
            why = f"{path.name} can't be read as a scoring: {in_words(error, path).what}"
            not_compared.append(NotCompared(name, scorer, why))


def _why_none(not_compared: Sequence[NotCompared]) -> str:
    return f"{not_compared[0].name}: {not_compared[0].why}" if not_compared else ""


def _lights(scorings: Mapping[str, Scoring]) -> LightsMarks:
    first = next(iter(scorings.values()))
    marked = first.hypnogram
    return LightsMarks(marked.lights_off_s, marked.lights_on_s)


def _day(scorings: Iterable[Scoring]) -> date | None:
    starts = (one.start for one in scorings)
    known = (one for one in starts if one is not None and one.date() != UNKNOWN_START.date())
    return next((one.date() for one in known), None)
