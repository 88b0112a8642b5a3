"""The first page: the verdict, what the site keeps, and how much it rests on."""

from collections.abc import Sequence

from sleepscorer.core.wording import counted, percent
from sleepscorer.validation.found import CandidateFigures, HumanCeiling, Validation, Verdict
from sleepscorer.validation.report.markup import Markup, element, number_cell, table
from sleepscorer.validation.report.words import (
    DASH,
    REVIEWED,
    counted_sentence,
    errors_found,
    figures_of,
    interval,
    number,
    power_sentences,
    temperature_sentence,
)

NOTHING_COUNTS = "No night counts, so nothing can be said of any stager."


def front_page(validation: Validation) -> Markup:
    """Return the section that is read in ten seconds."""
    verdict = validation.verdict
    parts = [element("p", "Validation on the nights of one's own site", class_="kind")]
    if verdict is None:
        parts.append(element("h1", NOTHING_COUNTS))
    else:
        parts += [*_head(verdict), element("div", *_cards(validation, verdict), class_="cards")]
    parts += [
        element("h2", "What this rests on"),
        *(
            element("p", sentence)
            for sentence in (counted_sentence(validation), *power_sentences(validation))
        ),
        *_listed("Why", () if verdict is None else verdict.sentences[1:]),
        element("h2", "The rule, said before any figure was seen"),
        element("p", validation.rule, class_="rule"),
        *_listed("Notes", validation.notes),
    ]
    return element("section", *parts, class_="front")


def _head(verdict: Verdict) -> tuple[Markup, Markup]:
    kind, state = "decisive", "Enough people for the rule to decide"
    if not verdict.is_decisive:
        kind, state = "open", "Too few people for the rule to decide"
    return (
        element("h1", verdict.sentences[0]),
        element("p", element("strong", state, class_=kind)),
    )


def _cards(validation: Validation, verdict: Verdict) -> list[Markup]:
    chosen = figures_of(validation, verdict.choice)
    cards = [_kept_card(validation, verdict)]
    if chosen is not None:
        cards += [_agreement_card(chosen, validation.ceiling), _review_card(chosen)]
    return cards


def _kept_card(validation: Validation, verdict: Verdict) -> Markup:
    choice = verdict.choice
    whose = "This was the baseline and stays."
    if choice != verdict.baseline:
        whose = f"In place of the baseline: {verdict.baseline.name}."
    parts = [
        element("h2", "Kept for this site"),
        element("p", choice.name, class_="large"),
        element("p", whose),
    ]
    if choice.is_consensus:
        parts.append(element("p", f"The consensus of {', '.join(choice.stagers)}."))
    if validation.calibration is not None:
        parts.append(element("h3", "Its confidence"))
        parts.append(element("p", temperature_sentence(validation.calibration)))
        measured = f"Measured on {validation.calibration.measured_on}."
        parts.append(element("p", measured, class_="faint"))
    return element("div", *parts, class_="card")


def _agreement_card(chosen: CandidateFigures, ceiling: HumanCeiling | None) -> Markup:
    return element(
        "div",
        element("h2", "Its agreement with your scorings"),
        element("p", f"kappa {number(chosen.kappa.value)}", class_="large"),
        element("p", _interval_sentence(chosen)),
        element("p", f"{percent_or_dash(chosen.accuracy.value)} of the epochs of a night alike."),
        element("h3", "Two people on the same nights"),
        element("p", ceiling_sentence(ceiling)),
        class_="card",
    )


def _interval_sentence(chosen: CandidateFigures) -> str:
    kappa = chosen.kappa
    if kappa.value is None:
        return "It has no value on these nights."
    if kappa.low is None:
        return "Of one person only, so there is no interval."
    people = counted(chosen.n_people, "person", "people")
    return f"95 % interval {interval(kappa)}, over {people}."


def _review_card(chosen: CandidateFigures) -> Markup:
    rows = []
    for share in REVIEWED:
        found = errors_found(chosen, share)
        rows.append(
            (number_cell(percent(share)), number_cell(DASH if found is None else percent(found)))
        )
    explained = "Of all epochs, its least confident first; of all its errors on your nights."
    if not chosen.review:
        explained = "There were no errors to find, or none was measured."
    return element(
        "div",
        element("h2", "What a review finds"),
        table(("Review", "Errors found"), rows, class_="review"),
        element("p", explained, class_="faint"),
        class_="card",
    )


def ceiling_sentence(ceiling: HumanCeiling | None) -> str:
    """Say how far people agree among themselves."""
    if ceiling is None:
        return "No night has two scorings, so how far people agree here is not known."
    nights = counted(ceiling.n_nights, "night")
    people = counted(ceiling.n_people, "person", "people")
    bounds = interval(ceiling.kappa)
    shown = f" ({bounds})" if bounds else ""
    return (
        f"kappa {number(ceiling.kappa.value)}{shown}, {percent_or_dash(ceiling.accuracy.value)} of"
        f" the epochs alike, on {nights} of {people}."
    )


def percent_or_dash(share: float | None) -> str:
    """Write a share as whole percent, a dash where it has no value."""
    return DASH if share is None else percent(share)


def _listed(title: str, sentences: Sequence[str]) -> tuple[Markup, ...]:
    """A heading and a list of sentences; nothing where there are none."""
    if not sentences:
        return ()
    return element("h2", title), element("ul", *(element("li", one) for one in sentences))
