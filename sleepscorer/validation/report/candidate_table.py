"""All candidates beside each other: their figures, and how far each lies from its like."""

from sleepscorer.core.stage_colours import ON_LIGHT
from sleepscorer.core.stages import STAGES
from sleepscorer.core.wording import counted
from sleepscorer.validation.candidates import Candidate
from sleepscorer.validation.found import CandidateFigures, Estimate, Validation
from sleepscorer.validation.report.drawings import forest_plot
from sleepscorer.validation.report.front_page import ceiling_sentence
from sleepscorer.validation.report.markup import (
    Markup,
    element,
    joined,
    number_cell,
    row_head,
    table,
)
from sleepscorer.validation.report.words import figures_of, interval, number

_HEADINGS = ("Candidate", "Kappa", "Difference of kappa", "Accuracy", "Macro-F1")


def candidates_section(validation: Validation) -> Markup:
    """Return the table of candidates, the forest plots and what people reach."""
    if not validation.figures:
        return Markup()
    heads = [
        *_HEADINGS,
        *(stage_name(place, "F1 ") for place in range(len(STAGES))),
    ]
    rows = [_row(validation, one) for one in validation.figures]
    return element(
        "section",
        element("h2", "All candidates"),
        table(heads, rows, class_="candidates"),
        element(
            "p",
            "Mean over people of each one's nights; below it the 95 % interval (Student's t over"
            " people; one person has none). Differences are paired by person. – means that a figure"
            " has no value.",
            class_="faint",
        ),
        *_forests(validation),
        element("h2", "Two people on the same nights"),
        element("p", ceiling_sentence(validation.ceiling)),
        class_="page",
    )


def stage_name(place: int, before: str = "") -> Markup:
    """Return a stage's name beside its colour, with a word before the name."""
    stage = STAGES[place]
    swatch = element("span", "", class_="swatch", style=f"background:{ON_LIGHT[stage]}")
    return joined((swatch, f"{before}{stage.text}"))


def _row(validation: Validation, one: CandidateFigures) -> list[Markup]:
    people = counted(one.n_people, "person", "people")
    role = _role(validation, one.candidate)
    counts = f"{role}{counted(one.n_nights, 'night')}, {people}"
    return [
        row_head(one.candidate.name, counts),
        _estimate(one.kappa, "undefined" if one.n_nights else "no night"),
        _difference(one),
        _estimate(one.accuracy, "no night"),
        _estimate(one.macro_f1, "no night"),
        *(_estimate(f1, "in no night") for f1 in one.f1),
    ]


def _role(validation: Validation, candidate: Candidate) -> str:
    verdict = validation.verdict
    if verdict is None:
        return ""
    if candidate == verdict.choice:
        return "kept; " if candidate != verdict.baseline else "baseline, kept; "
    return "baseline; " if candidate == verdict.baseline else ""


def _estimate(estimate: Estimate, reason: str) -> Markup:
    below = interval(estimate) if estimate.value is not None else reason
    return number_cell(number(estimate.value), below)


def _difference(one: CandidateFigures) -> Markup:
    if one.difference is None or one.compared_with is None:
        return number_cell("–", "others are compared with it")
    if one.difference.value is None:
        return number_cell("–", "nobody judged by both")
    bounds = interval(one.difference, 3, signed=True)
    return number_cell(number(one.difference.value, 3, signed=True), bounds)


def _forests(validation: Validation) -> list[Markup]:
    """One plot of the stagers, and one of each stager's further montages."""
    chosen = None
    if validation.verdict is not None:
        chosen = figures_of(validation, validation.verdict.choice)
    groups: dict[tuple[Candidate, bool], list[CandidateFigures]] = {}
    for one in validation.figures:
        other = one.compared_with
        if other is not None:
            groups.setdefault((other, one.candidate.stagers == other.stagers), []).append(one)
    drawn = [
        _forest(compared, other, chosen, is_same=is_same)
        for (other, is_same), compared in groups.items()
    ]
    return [element("h2", "Who is better, and by how much"), *drawn] if drawn else []


def _forest(
    compared: list[CandidateFigures],
    other: Candidate,
    chosen: CandidateFigures | None,
    *,
    is_same: bool,
) -> Markup:
    fewest, most = (end(one.n_compared for one in compared) for end in (min, max))
    people = counted(most, "person", "people")
    if fewest != most:
        people = f"{fewest} to {people}"
    what = f"{other.name} by other channels" if is_same else f"Other stagers than {other.name}"
    said = (
        f"Kappa minus that of {other.name}, paired by person, of {people}, with 95 %"
        " intervals. An interval that holds 0 does not tell the two apart."
    )
    return element(
        "figure",
        element("h3", what),
        forest_plot(compared, against=other, chosen=chosen),
        element("figcaption", said),
    )
