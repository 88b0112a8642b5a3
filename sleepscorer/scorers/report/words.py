"""What the workbook and the document say alike."""

from collections.abc import Iterator

from sleepscorer.core.kappa import INTERVAL_METHOD
from sleepscorer.core.wording import counted
from sleepscorer.scorers.bland_altman import METHOD
from sleepscorer.scorers.figures import PairFigures, ScorersFigures
from sleepscorer.validation.report.words import definition_of

TITLE = "Agreement of scorers"
OF_STAGE = "percent agreement of a stage: of the epochs that the reference gives it"
NO_DAYS = "No scoring says when its night was: there is no agreement over time."

METHODS = (
    "Percent agreement is the share of equal epochs among those that both scorers scored; for a"
    " stage, the share of the reference's epochs of that stage to which the other gives it too."
    " Kappa is Cohen's; kappa of a stage is that of the stage against all others.",
    "Means over people: the nights of one person are averaged first; the 95 % interval is"
    " Student's t over people. All epochs together weigh long nights more.",
    INTERVAL_METHOD,
    METHOD,
    "Figures of sleep are between the lights marks of the first scoring of a night; epochs that"
    " one of the two left out are unscored in both.",
    "Fleiss' kappa (1971) is over the epochs that every scorer of a night scored.",
)


def pair_name(pair: PairFigures) -> str:
    """``"AB and CD"``, the reference first."""
    return f"{pair.reference} and {pair.other}"


def metric_label(key: str) -> str:
    """The name of a figure of sleep with its unit: ``"Total sleep time (TST), min"``."""
    definition = definition_of(key)
    return f"{definition.label}, {definition.unit}"


def summary(figures: ScorersFigures) -> Iterator[str]:
    """Say who and how much was compared, one sentence each."""
    read = figures.read
    people = len({night.person for night in read.nights})
    yield (
        f"{counted(len(read.nights), 'night')} of {counted(people, 'person', 'people')}, scored by"
        f" {', '.join(read.scorers)}; {read.scorers[0]} is the reference."
    )
    for one, other in figures.without:
        yield f"{one} and {other} share no night that can be compared."
    if read.not_compared:
        n_left = counted(len(read.not_compared), "file or scoring", "files or scorings")
        yield f"{n_left} could not be compared; they are listed with the reason."
