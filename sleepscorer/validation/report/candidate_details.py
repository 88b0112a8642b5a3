"""Each candidate by itself: where it errs, what that does to figures of sleep, how sure it is."""

from sleepscorer.core.stages import STAGES
from sleepscorer.core.wording import counted, percent
from sleepscorer.validation.found import CandidateFigures, MetricDifference, Validation
from sleepscorer.validation.report.candidate_table import stage_name
from sleepscorer.validation.report.drawings import reliability_plot, review_plot
from sleepscorer.validation.report.markup import (
    Markup,
    element,
    joined,
    number_cell,
    row_head,
    table,
)
from sleepscorer.validation.report.words import (
    DASH,
    REVIEWED,
    confusion_shares,
    definition_of,
    metric_reason,
    number,
    review_sentence,
)

# So strong is the ground of a cell that holds all of its row; its writing must stay readable.
_STRONGEST = 0.5


def details_sections(validation: Validation) -> Markup:
    """Return one section of each candidate, those on further montages folded."""
    shown = [_section(one) for one in validation.figures if _is_open(validation, one)]
    folded = [_folded(one) for one in validation.figures if not _is_open(validation, one)]
    if folded:
        what = f"{counted(len(folded), 'further candidate')}, by other channels"
        folded = [
            element("h2", what),
            element("p", "Not printed: the workbook holds their figures.", class_="print-only"),
            *folded,
        ]
    return joined((*shown, element("section", *folded) if folded else Markup()))


def _section(one: CandidateFigures) -> Markup:
    return element(
        "section", element("h2", one.candidate.name), *_content(one), class_="page candidate"
    )


def _folded(one: CandidateFigures) -> Markup:
    head = element("summary", one.candidate.name)
    return element("details", head, *_content(one), class_="candidate")


def _is_open(validation: Validation, one: CandidateFigures) -> bool:
    verdict = validation.verdict
    kept = () if verdict is None else (verdict.baseline, verdict.choice)
    return one.candidate in kept or not one.candidate.montage.name


def _content(one: CandidateFigures) -> list[Markup]:
    people = counted(one.n_people, "person", "people")
    counts = f"{counted(one.n_epochs, 'epoch')} of {counted(one.n_nights, 'night')} of {people}."
    if not one.n_epochs:
        return [element("p", "It staged no epoch that a person scored.")]
    return [
        element("p", counts, class_="faint"),
        element("h3", "Where it errs: your scoring (rows) and what it says (columns)"),
        _confusion(one),
        element("h3", "Figures of sleep: machine minus person"),
        _metrics(one),
        _plots(one),
    ]


def _confusion(one: CandidateFigures) -> Markup:
    heads = ["Scored", *(stage_name(place) for place in range(len(STAGES))), "Epochs"]
    shares = confusion_shares(one.confusion)
    rows = []
    for place, (counts, of_row) in enumerate(zip(one.confusion, shares, strict=True)):
        cells = [
            _confusion_cell(count, share, is_right=column == place)
            for column, (count, share) in enumerate(zip(counts, of_row, strict=True))
        ]
        head = element("th", stage_name(place), scope="row")
        rows.append([head, *cells, number_cell(str(sum(counts)))])
    return table(heads, rows, class_="confusion")


def _confusion_cell(count: int, share: float | None, *, is_right: bool) -> Markup:
    if not share:
        text = DASH if share is None else percent(share)
        return element("td", text, element("small", "0"), class_="number none")
    hue = "0,90,160" if is_right else "190,80,0"
    ground = f"background:rgba({hue},{_STRONGEST * share:.3f})"
    below = element("small", str(count))
    return element("td", percent(share), below, class_="number", style=ground)


def _metrics(one: CandidateFigures) -> Markup:
    heads = ("Figure", "Unit", "Nights", "Bias", "Limits of agreement")
    return table(heads, [_metric_row(metric) for metric in one.metrics], class_="metrics")


def _metric_row(metric: MetricDifference) -> list[Markup]:
    definition = definition_of(metric.key)
    limits = DASH
    reason = metric_reason(metric.n_nights)
    if metric.low is not None and metric.high is not None:
        limits = " to ".join(number(end, 1, signed=True) for end in (metric.low, metric.high))
        reason = ""
    return [
        row_head(definition.label),
        element("td", definition.unit),
        number_cell(str(metric.n_nights)),
        number_cell(number(metric.bias, 1, signed=True)),
        number_cell(limits, reason),
    ]


def _plots(one: CandidateFigures) -> Markup:
    error = f"Expected calibration error {number(one.calibration_error, 3)}"
    reliability = element(
        "figure",
        element("h3", "How often it is right by how sure it is"),
        reliability_plot(one),
        element("figcaption", f"{error}, before any local temperature. On the dashed line"
                " confidence and accuracy are the same; large points hold more epochs."),
    )  # fmt: skip
    found = " ".join(review_sentence(one, share) for share in REVIEWED)
    if not one.review:
        return element("div", reliability, element("p", "It made no error here, so there is none"
                       " that a review could find."), class_="pair")  # fmt: skip
    review = element(
        "figure",
        element("h3", "Errors found by the share reviewed"),
        review_plot(one),
        element("figcaption", f"Least confident epochs first; the dashed line is chance. {found}"),
    )
    return element("div", reliability, review, class_="pair")
