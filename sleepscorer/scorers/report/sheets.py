"""The agreement of scorers as sheets of an Excel workbook."""

from collections.abc import Iterator
from datetime import datetime, time

from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.files.exports import (
    DATE,
    TENTHS,
    THOUSANDTHS,
    WHOLE,
    Chart,
    Column,
    Sheet,
    Value,
)
from sleepscorer.scorers.bland_altman import Bounds
from sleepscorer.scorers.figures import PairFigures, ScorersFigures
from sleepscorer.scorers.report.words import METHODS, NO_DAYS, OF_STAGE, TITLE, pair_name, summary
from sleepscorer.validation.report.words import definition_of

_PAIR = (Column("Reference", 18), Column("Other", 18))
_METRICS = (
    *_PAIR,
    Column("Figure", 34),
    Column("Unit", 8),
    Column("Nights (n)", 9, WHOLE),
    Column("Left out (n)", 9, WHOLE),
    *(Column(name, 10, TENTHS) for name in ("Bias", "Bias, low", "Bias, high", "SD")),
    *(
        Column(f"{name} limit{end}", 11, TENTHS)
        for name in ("Lower", "Upper")
        for end in ("", ", low", ", high")
    ),
)
_DIFFERENCES = (
    *_PAIR,
    Column("Figure", 34),
    Column("Unit", 8),
    Column("Mean of both", 12, TENTHS),
    Column("Other minus reference", 14, TENTHS),
)
_QUARTERS = (
    *_PAIR,
    Column("Quarter", 11),
    Column("Nights (n)", 9, WHOLE),
    Column("Epochs (n)", 10, WHOLE),
    Column("Agreement (%)", 11, TENTHS),
    Column("Kappa", 9, THOUSANDTHS),
)
_DATES = (
    *_PAIR,
    Column("Night", 28),
    Column("Date", 12, DATE),
    Column("Agreement (%)", 11, TENTHS),
    Column("Kappa", 9, THOUSANDTHS),
)
_LEFT_OUT = (Column("Night or file", 34), Column("Scorer", 18), Column("Why", 90, wraps=True))

_Row = tuple[Value, ...]


def sheets(figures: ScorersFigures) -> tuple[Sheet, ...]:
    """Return all sheets, the summary first."""
    told = figures.pairs[0].stage_set if figures.pairs else STAGES
    of_time = list(_date_rows(figures))
    return (
        Sheet(
            "Summary",
            TITLE,
            _summary_columns(told),
            [_summary_row(pair) for pair in figures.pairs],
            (*summary(figures), *_fleiss(figures), *METHODS),
            pages_wide=2,
        ),
        Sheet(
            "Nights",
            f"Night by night; {OF_STAGE}",
            _night_columns(told),
            list(_night_rows(figures)),
            pages_wide=2,
        ),
        Sheet(
            "Confusion",
            "Epochs of all nights: the reference in rows, the other in columns",
            _confusion_columns(told),
            list(_confusion_rows(figures)),
        ),
        Sheet(
            "Sleep figures",
            "Figures of sleep, other minus reference: bias and limits of agreement, 95 % intervals",
            _METRICS,
            list(_metric_rows(figures)),
            pages_wide=2,
        ),
        _differences(figures),
        Sheet(
            "By quarter",
            "Agreement of each scorer with the reference, quarter by quarter",
            _QUARTERS,
            list(_quarter_rows(figures)),
            () if of_time else (NO_DAYS,),
        ),
        Sheet(
            "Over time",
            "Agreement of each scorer with the reference over time, by the date of the recording",
            _DATES,
            of_time,
            () if of_time else (NO_DAYS,),
            charts=_time_charts(of_time),
        ),
        Sheet(
            "Left out",
            "Nights and files that could not be compared",
            _LEFT_OUT,
            [(one.name, one.scorer, one.why) for one in figures.read.not_compared],
        ),
    )


def _of_each(told: tuple[Stage, ...], what: str, number_format: str) -> tuple[Column, ...]:
    return tuple(Column(f"{what} {stage.text}", 9, number_format) for stage in told)


def _summary_columns(told: tuple[Stage, ...]) -> tuple[Column, ...]:
    return (
        *_PAIR,
        *(Column(f"{what} (n)", 9, WHOLE) for what in ("Nights", "People", "Epochs")),
        *(Column(f"Agreement (%), mean{end}", 12, TENTHS) for end in ("", ", low", ", high")),
        *(Column(f"Kappa, mean{end}", 12, THOUSANDTHS) for end in ("", ", low", ", high")),
        Column("Agreement (%), all epochs", 13, TENTHS),
        *(Column(f"Kappa, all epochs{end}", 13, THOUSANDTHS) for end in ("", ", low", ", high")),
        *_of_each(told, "% of", TENTHS),
        *_of_each(told, "Kappa", THOUSANDTHS),
    )


def _summary_row(pair: PairFigures) -> _Row:
    kappa, pooled = pair.kappa, pair.pooled_kappa
    shares = (pair.accuracy.value, pair.accuracy.low, pair.accuracy.high)
    return (
        pair.reference,
        pair.other,
        len(pair.nights),
        pair.n_people,
        pair.n_epochs,
        *map(_percent, shares),
        kappa.value,
        kappa.low,
        kappa.high,
        100 * pair.pooled_accuracy,
        pooled.value,
        pooled.low,
        pooled.high,
        *map(_percent, pair.agreement_by_stage),
        *pair.kappa_by_stage,
    )


def _fleiss(figures: ScorersFigures) -> Iterator[str]:
    fleiss = figures.fleiss
    if fleiss.value is not None:
        interval = ""
        if fleiss.low is not None and fleiss.high is not None:
            interval = f" (95 % interval {fleiss.low:.3f} to {fleiss.high:.3f})"
        what = "Fleiss' kappa of three or more scorers, mean over people"
        yield f"{what}: {fleiss.value:.3f}{interval}."


def _night_columns(told: tuple[Stage, ...]) -> tuple[Column, ...]:
    return (
        Column("Night", 28),
        *_PAIR,
        Column("Person", 16),
        Column("Date", 12, DATE),
        Column("Epochs (n)", 10, WHOLE),
        Column("Not in both (n)", 10, WHOLE),
        Column("Agreement (%)", 11, TENTHS),
        *(Column(f"Kappa{end}", 9, THOUSANDTHS) for end in ("", ", low", ", high")),
        Column("Macro-F1 (0–1)", 11, THOUSANDTHS),
        *_of_each(told, "% of", TENTHS),
        *_of_each(told, "Kappa", THOUSANDTHS),
        Column("Fleiss' kappa", 9, THOUSANDTHS),
        Column("Notes", 60, wraps=True),
    )


def _night_rows(figures: ScorersFigures) -> Iterator[_Row]:
    for pair in figures.pairs:
        for one in pair.nights:
            night, found = one.night, one.found
            told = [note for note in found.notes if not note.startswith("aligned from")]
            several = len(night.comparison.scorings) > len(_PAIR)
            yield (
                night.name,
                pair.reference,
                pair.other,
                night.person,
                None if night.day is None else datetime.combine(night.day, time()),
                found.n_epochs,
                found.n_excluded,
                100 * found.accuracy,
                found.kappa,
                found.kappa_low,
                found.kappa_high,
                found.macro_f1,
                *map(_percent, found.recall),
                *found.kappa_by_stage,
                night.comparison.fleiss_kappa if several else None,
                "\n".join((*night.notes, *told)) or None,
            )


def _confusion_columns(told: tuple[Stage, ...]) -> tuple[Column, ...]:
    return (
        *_PAIR,
        Column("Scored as", 10, is_stage=True),
        *(Column(f"{stage.text} (n)", 9, WHOLE) for stage in told),
        *(Column(f"{stage.text} (% of row)", 11, TENTHS) for stage in told),
    )


def _confusion_rows(figures: ScorersFigures) -> Iterator[_Row]:
    for pair in figures.pairs:
        for stage, counts in zip(pair.stage_set, pair.confusion, strict=True):
            n = sum(counts)
            shares = (100 * count / n if n else None for count in counts)
            yield (pair.reference, pair.other, stage.text, *counts, *shares)


def _metric_rows(figures: ScorersFigures) -> Iterator[_Row]:
    for pair in figures.pairs:
        for key, found in pair.metrics.items():
            definition = definition_of(key)
            yield (
                pair.reference,
                pair.other,
                definition.label,
                definition.unit,
                found.n_nights,
                found.n_left_out,
                found.bias,
                *_ends(found.bias_interval),
                found.sd,
                found.low,
                *_ends(found.low_interval),
                found.high,
                *_ends(found.high_interval),
            )


def _differences(figures: ScorersFigures) -> Sheet:
    """Every difference of two figures of sleep, with a chart of each figure by the reference."""
    rows: list[_Row] = []
    charts = []
    for pair in figures.pairs:
        for key, found in pair.metrics.items():
            definition = definition_of(key)
            first = len(rows)
            rows += [
                (pair.reference, pair.other, definition.label, definition.unit, mean, difference)
                for mean, difference in zip(found.means, found.differences, strict=True)
            ]
            if pair in figures.with_reference and found.n_nights:
                charts.append(
                    Chart(
                        f"{definition.label}: {pair_name(pair)}",
                        f"Mean of both ({definition.unit})",
                        f"Difference ({definition.unit})",
                        ((pair_name(pair), first, len(rows)),),
                        4,
                        5,
                    )
                )
    return Sheet(
        "Differences",
        "Figures of sleep night by night: mean of both, and other minus reference",
        _DIFFERENCES,
        rows,
        charts=tuple(charts),
    )


def _quarter_rows(figures: ScorersFigures) -> Iterator[_Row]:
    for pair in figures.with_reference:
        for one in pair.quarters:
            yield (
                pair.reference,
                pair.other,
                one.name,
                one.n_nights,
                one.n_epochs,
                100 * one.accuracy,
                one.kappa,
            )


def _date_rows(figures: ScorersFigures) -> Iterator[_Row]:
    for pair in figures.with_reference:
        dated = [(one.night.day, one) for one in pair.nights if one.night.day is not None]
        for day, one in sorted(dated, key=lambda found: found[0]):
            yield (
                pair.reference,
                pair.other,
                one.night.name,
                datetime.combine(day, time()),
                100 * one.found.accuracy,
                one.found.kappa,
            )


def _time_charts(rows: list[_Row]) -> tuple[Chart, ...]:
    others = list(dict.fromkeys(str(row[1]) for row in rows))
    if not others:
        return ()
    places = {name: [n for n, row in enumerate(rows) if row[1] == name] for name in others}
    series = tuple((name, at[0], at[-1] + 1) for name, at in places.items())
    title = "Agreement with the reference over time"
    return (Chart(title, "Date of the recording", "Agreement (%)", series, 3, 4, (0, 100)),)


def _ends(bounds: Bounds | None) -> tuple[float | None, float | None]:
    return (None, None) if bounds is None else bounds


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
