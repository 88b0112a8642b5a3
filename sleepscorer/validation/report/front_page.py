"""The first page: the verdict, what the site keeps, and how much it rests on."""

from sleepscorer.core.wording import counted, percent
from sleepscorer.validation.found import CandidateFigures, HumanCeiling, Validation, Verdict
from sleepscorer.validation.report.markup import Markup, element, joined, number_cell, table
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
    if verdict is None:
        head = element("h1", NOTHING_COUNTS)
        cards = Markup()
    else:
        head = _head(verdict)
        cards = element("div", *_cards(validation, verdict), class_="cards")
    return element(
        "section",
        element("p", "Validation on the nights of one's own site", class_="kind"),
        head,
        cards,
        element("h2", "What this rests on"),
        _paragraphs((counted_sentence(validation), *power_sentences(validation))),
        element("h2", "The rule, said before any figure was seen"),
        element("p", validation.rule, class_="rule"),
        *_notes(validation),
        class_="front",
    )


def _head(verdict: Verdict) -> Markup:
    first, *others = verdict.sentences
    state = ("decisive", "Enough people for the rule to decide")
    if not verdict.is_decisive:
        state = ("open", "Too few people for the rule to decide")
    return joined(
        (
            element("h1", first),
            element("p", element("strong", state[1], class_=state[0])),
            _paragraphs(others),
        )
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
        whose = f"In place of the baseline, {verdict.baseline.name}."
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
    people = counted(chosen.n_people, "person", "people")
    kappa = number(chosen.kappa.value)
    said = interval(chosen.kappa)
    return element(
        "div",
        element("h2", "Its agreement with your scorings"),
        element("p", f"kappa {kappa}", class_="large"),
        element("p", _interval_sentence(said, people)),
        element("p", f"{percent_or_dash(chosen.accuracy.value)} of the epochs of a night alike."),
        element("h3", "Two people on the same nights"),
        element("p", ceiling_sentence(ceiling)),
        class_="card",
    )


def _interval_sentence(said: str, people: str) -> str:
    if " to " in said:
        return f"95 % interval {said}, over {people}."
    return f"{said[:1].upper()}{said[1:]}." if said else "It has no value here."


def _review_card(chosen: CandidateFigures) -> Markup:
    rows = []
    for share in REVIEWED:
        found = errors_found(chosen, share)
        rows.append(
            (number_cell(percent(share)), number_cell(DASH if found is None else percent(found)))
        )
    explained = "Its least confident epochs come first."
    if not chosen.review:
        explained = "There were no errors to find, or none was measured."
    return element(
        "div",
        element("h2", "What a review finds"),
        table(("Review", "find of the errors on your nights"), rows, class_="review"),
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


def _notes(validation: Validation) -> list[Markup]:
    if not validation.notes:
        return []
    items = joined(element("li", note) for note in validation.notes)
    return [element("h2", "Notes"), element("ul", items)]


def _paragraphs(sentences: tuple[str, ...] | list[str]) -> Markup:
    return joined(element("p", sentence) for sentence in sentences)
