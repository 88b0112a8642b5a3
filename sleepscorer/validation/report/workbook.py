"""The same report as an Excel workbook: every figure as a number."""

import math
from collections.abc import Callable, Iterable, Iterator

from sleepscorer.core.wording import counted, percent
from sleepscorer.files.exports import TENTHS, THOUSANDTHS, WHOLE, Column, Sheet, Value
from sleepscorer.validation.candidates import Candidate, JudgedNight
from sleepscorer.validation.found import CandidateFigures, Estimate, HumanCeiling, Validation
from sleepscorer.validation.report.front_page import NOTHING_COUNTS
from sleepscorer.validation.report.methods import HOLDS_NAMES, METHODS, provenance
from sleepscorer.validation.report.night_figures import (
    n_scored,
    night_agreement,
    no_agreement_reason,
)
from sleepscorer.validation.report.words import (
    REVIEWED,
    confusion_shares,
    counted_nights,
    counted_sentence,
    definition_of,
    errors_found,
    figures_of,
    power_sentences,
    stage_texts,
    temperature_sentence,
)

TITLE = "Validation on the nights of one's own site"

_CANDIDATE = Column("Candidate", 34)
_VERDICT = (
    Column("What", 34),
    Column("Which", 90, wraps=True),
    Column("Value", 12, THOUSANDTHS),
    Column("Low (95 %)", 12, THOUSANDTHS),
    Column("High (95 %)", 12, THOUSANDTHS),
)
_CANDIDATES = (
    _CANDIDATE,
    Column("Role", 14),
    *(Column(f"{what} (n)", 9, WHOLE) for what in ("Nights", "People", "Epochs")),
    *(
        Column(f"{what}{end}", 13, THOUSANDTHS)
        for what in ("Kappa", "Difference of kappa", "Accuracy (0–1)", "Macro-F1 (0–1)")
        for end in ("", ", low", ", high")
    ),
    Column("Compared with", 24),
    Column("People compared (n)", 14, WHOLE),
    *(
        Column(f"F1 {stage} (0–1){end}", 10, THOUSANDTHS)
        for stage in stage_texts()
        for end in ("", ", low", ", high")
    ),
    Column("Expected calibration error (0–1)", 27, THOUSANDTHS),
)
_NIGHTS = (
    Column("Night", 28),
    Column("Person", 16),
    Column("Candidate", 34),
    Column("Epochs scored (n)", 13, WHOLE),
    Column("Epochs judged (n)", 13, WHOLE),
    Column("Kappa", 9, THOUSANDTHS),
    Column("Accuracy (0–1)", 11, THOUSANDTHS),
    Column("Macro-F1 (0–1)", 11, THOUSANDTHS),
    Column("Why it has no figure, and notes", 60, wraps=True),
)
_CONFUSION = (
    _CANDIDATE,
    Column("Scored as", 10),
    *(Column(f"{stage} (n)", 9, WHOLE) for stage in stage_texts()),
    *(Column(f"{stage} (% of row)", 11, TENTHS) for stage in stage_texts()),
)
_METRICS = (
    _CANDIDATE,
    Column("Figure", 34),
    Column("Unit", 8),
    Column("Nights (n)", 9, WHOLE),
    Column("Bias", 10, TENTHS),
    Column("Lower limit", 10, TENTHS),
    Column("Upper limit", 10, TENTHS),
)
_RELIABILITY = (
    _CANDIDATE,
    Column("Mean confidence (%)", 12, TENTHS),
    Column("Accuracy (%)", 12, TENTHS),
    Column("Share of epochs (%)", 12, TENTHS),
)
_REVIEW = (
    _CANDIDATE,
    Column("Epochs reviewed (%)", 12, TENTHS),
    Column("Errors found (%)", 12, TENTHS),
)
_LEFT_OUT = (Column("Name", 34), Column("Person", 16), Column("Why", 90, wraps=True))

_Row = tuple[Value, ...]


def sheets(validation: Validation) -> tuple[Sheet, ...]:
    """Return all sheets, the verdict first."""
    return (
        Sheet("Verdict", TITLE, _VERDICT, list(_verdict_rows(validation)), (HOLDS_NAMES,)),
        Sheet(
            "Candidates",
            "Candidates: means over people with 95 % intervals",
            _CANDIDATES,
            [_candidate_row(validation, one) for one in validation.figures],
            pages_wide=2,
        ),
        Sheet("Nights", "Nights that count", _NIGHTS, list(_night_rows(validation))),
        Sheet(
            "Confusion",
            "Epochs: the scoring in rows, the candidate in columns",
            _CONFUSION,
            list(_confusion_rows(validation)),
        ),
        Sheet(
            "Sleep figures",
            "Figures of sleep, machine minus person: bias and limits of agreement",
            _METRICS,
            list(_metric_rows(validation)),
        ),
        Sheet(
            "Reliability",
            "How often each confidence is right, before any local temperature",
            _RELIABILITY,
            list(_points(validation, lambda one: one.reliability)),
        ),
        Sheet(
            "Review",
            "Errors found by the share of epochs reviewed, least confident first",
            _REVIEW,
            list(_points(validation, lambda one: one.review)),
        ),
        Sheet(
            "Left out",
            "Nights left out of every figure, and files not judged",
            _LEFT_OUT,
            list(_left_out_rows(validation)),
        ),
    )


def _points(
    validation: Validation, curve: Callable[[CandidateFigures], Iterable[tuple[float, ...]]]
) -> Iterator[_Row]:
    """The points of a curve of shares, in percent, of one candidate after the other."""
    for one in validation.figures:
        for point in curve(one):
            yield (one.candidate.name, *(100 * value for value in point))


def _verdict_rows(validation: Validation) -> Iterator[_Row]:
    for name, text in _said(validation):
        yield (name, text, None, None, None)
    verdict = validation.verdict
    chosen = None if verdict is None else figures_of(validation, verdict.choice)
    if chosen is not None:
        yield ("Kappa of whom is kept", None, *_bounds(chosen.kappa))
        yield ("Accuracy of whom is kept (0–1)", None, *_bounds(chosen.accuracy))
        for share in REVIEWED:
            found = errors_found(chosen, share)
            yield (f"Errors found by reviewing {percent(share)} (0–1)", None, found, None, None)
    if validation.calibration is not None:
        temperature = validation.calibration.temperature
        yield (
            "Local temperature",
            temperature_sentence(validation.calibration),
            temperature,
            None,
            None,
        )
        yield ("Measured on", validation.calibration.measured_on, None, None, None)
    yield from _ceiling_rows(validation.ceiling)
    for name, text in (*provenance(validation), *METHODS):
        yield (name, text, None, None, None)


def _said(validation: Validation) -> Iterator[tuple[str, str]]:
    verdict = validation.verdict
    if verdict is None:
        yield "Verdict", NOTHING_COUNTS
    else:
        yield "Verdict", verdict.sentences[0]
        for sentence in verdict.sentences[1:]:
            yield "Why", sentence
        yield "Kept for this site", verdict.choice.name
        yield "Baseline", verdict.baseline.name
        yield "Enough people for the rule to decide", "yes" if verdict.is_decisive else "no"
    yield "Counted", counted_sentence(validation)
    for sentence in power_sentences(validation):
        yield "What that can show", sentence
    yield "Rule, said before any figure", validation.rule
    for note in validation.notes:
        yield "Note", note


def _ceiling_rows(ceiling: HumanCeiling | None) -> Iterator[_Row]:
    if ceiling is None:
        yield ("Two people on the same nights", "No night has two scorings.", None, None, None)
        return
    yield ("Kappa of two people", None, *_bounds(ceiling.kappa))
    yield ("Accuracy of two people (0–1)", None, *_bounds(ceiling.accuracy))
    nights = counted(ceiling.n_nights, "night")
    people = counted(ceiling.n_people, "person", "people")
    yield ("Scored by two people", f"{nights} of {people}", None, None, None)


def _candidate_row(validation: Validation, one: CandidateFigures) -> _Row:
    other = one.compared_with
    return (
        one.candidate.name,
        _role(validation, one.candidate),
        one.n_nights,
        one.n_people,
        one.n_epochs,
        *_bounds(one.kappa),
        *_bounds(one.difference or Estimate(None)),
        *_bounds(one.accuracy),
        *_bounds(one.macro_f1),
        None if other is None else other.name,
        None if other is None else one.n_compared,
        *(bound for f1 in one.f1 for bound in _bounds(f1)),
        _defined(one.calibration_error),
    )


def _role(validation: Validation, candidate: Candidate) -> str | None:
    verdict = validation.verdict
    if verdict is None:
        return None
    roles = [
        *(["baseline"] if candidate == verdict.baseline else []),
        *(["kept"] if candidate == verdict.choice else []),
    ]
    return ", ".join(roles) or None


def _night_rows(validation: Validation) -> Iterator[_Row]:
    for night in counted_nights(validation):
        for one in validation.figures:
            yield _night_row(night, one.candidate)


def _night_row(night: JudgedNight, candidate: Candidate) -> _Row:
    found = night_agreement(night, candidate)
    remarks = [night.failures[candidate]] if candidate in night.failures else []
    if found is None and not remarks:
        remarks = [no_agreement_reason(night, candidate)]
    figures = (
        (0, None, None, None)
        if found is None
        else (found.n_epochs, found.kappa, found.accuracy, found.macro_f1)
    )
    text = "\n".join((*remarks, *night.notes)) or None
    return (night.name, night.person, candidate.name, n_scored(night), *figures, text)


def _confusion_rows(validation: Validation) -> Iterator[_Row]:
    for one in validation.figures:
        shares = confusion_shares(one.confusion)
        for stage, counts, of_row in zip(stage_texts(), one.confusion, shares, strict=True):
            percents = (None if share is None else 100 * share for share in of_row)
            yield (one.candidate.name, stage, *counts, *percents)


def _metric_rows(validation: Validation) -> Iterator[_Row]:
    for one in validation.figures:
        for metric in one.metrics:
            definition = definition_of(metric.key)
            figures = (metric.n_nights, metric.bias, metric.low, metric.high)
            yield (one.candidate.name, definition.label, definition.unit, *figures)


def _left_out_rows(validation: Validation) -> Iterator[_Row]:
    for night in validation.nights:
        if night.left_out:
            yield (night.name, night.person, night.left_out)
    for one in validation.not_judged:
        yield (one.name, None, one.why)


def _bounds(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    return estimate.value, estimate.low, estimate.high


def _defined(value: float) -> float | None:
    return None if math.isnan(value) else value
