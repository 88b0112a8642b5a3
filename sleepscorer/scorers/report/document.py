"""The agreement of scorers as a document to print."""

from collections.abc import Iterator
from datetime import date

from sleepscorer.core.wording import counted
from sleepscorer.files.exports import (
    Document,
    Level,
    Part,
    Plot,
    Plots,
    Points,
    Section,
    Table,
    Text,
)
from sleepscorer.scorers.bland_altman import BlandAltman
from sleepscorer.scorers.figures import PairFigures, ScorersFigures
from sleepscorer.scorers.report.words import (
    METHODS,
    NO_DAYS,
    TITLE,
    metric_label,
    pair_name,
    summary,
)
from sleepscorer.validation.found import Estimate
from sleepscorer.validation.report.words import DASH, definition_of, number

_FEWEST_FOR_A_PLOT = 2
_PERCENT = (0.0, 100.0)
_MOST_DAY_TICKS = 8


def document(figures: ScorersFigures, paper: str = "a4") -> Document:
    """Return the document: the summary, agreement over time, each pair, nights, what is left out.

    Parameters
    ----------
    figures
        What was found.
    paper
        A name of PAPERS.
    """
    sections = [
        Section("Summary", [*map(Text, summary(figures)), *_summary_parts(figures)]),
        Section("Each scorer over time", list(_time_parts(figures))),
    ]
    sections += [_pair_section(pair) for pair in figures.pairs]
    sections.append(Section("Nights", [_nights_table(figures)], begins_page=True))
    sections.append(Section("What could not be compared", list(_left_out(figures))))
    sections.append(Section("Methods", [Text(text, is_small=True) for text in METHODS]))
    return Document(TITLE, sections, paper)


def _summary_parts(figures: ScorersFigures) -> Iterator[Part]:
    heads = ("Reference", "Other", "Nights", "People", "Epochs", "Agreement, %", "Kappa")
    rows: list[tuple[str, ...]] = [(*heads, "Kappa, all epochs")]
    for pair in figures.pairs:
        counts = (len(pair.nights), pair.n_people, pair.n_epochs)
        rows.append(
            (
                pair.reference,
                pair.other,
                *map(str, counts),
                _estimate(pair.accuracy, 100, 1),
                _estimate(pair.kappa, 1, 2),
                _estimate(pair.pooled_kappa, 1, 2),
            )
        )
    yield Table(rows, (13, 13, 7, 7, 8, 19, 18, 18), numbers_from=2)
    yield Text("Means over people with 95 % intervals; – has no value.", is_small=True)
    told = [stage.text for stage in figures.pairs[0].stage_set] if figures.pairs else []
    heads_by_stage = (*(f"{name}, %" for name in told), *(f"{name}, kappa" for name in told))
    by_stage = [("Reference", "Other", *heads_by_stage)]
    by_stage += [
        (
            pair.reference,
            pair.other,
            *(_times(share, 100, 1) for share in pair.agreement_by_stage),
            *(number(kappa) for kappa in pair.kappa_by_stage),
        )
        for pair in figures.pairs
    ]
    yield Table(by_stage, (16, 16, *([8] * len(heads_by_stage))), numbers_from=2)
    if figures.fleiss.value is not None:
        written = _estimate(figures.fleiss, 1, 2)
        yield Text(f"Fleiss' kappa of three or more scorers, mean over people: {written}")


def _time_parts(figures: ScorersFigures) -> Iterator[Part]:
    series = []
    for pair in figures.with_reference:
        dated = ((one.night.day, one.found) for one in pair.nights)
        places = [(day.toordinal(), 100 * one.accuracy) for day, one in dated if day is not None]
        if places:
            series.append(Points(pair.other, sorted(places)))
    if not series:
        yield Text(NO_DAYS)
        return
    plot = Plot(
        f"Percent agreement with {figures.read.scorers[0]}",
        "Date of the recording",
        "% of epochs; a point is a night",
        series,
        x_ticks=_day_ticks([int(x) for one in series for x, _ in one.xy]),
        y_range=_PERCENT,
    )
    yield Plots([plot], n_beside=1, height_mm=58)
    rows = [("Scorer", "Quarter", "Nights", "Epochs", "Agreement, %", "Kappa")]
    rows += [
        (
            pair.other,
            one.name,
            str(one.n_nights),
            str(one.n_epochs),
            number(100 * one.accuracy, 1),
            number(one.kappa),
        )
        for pair in figures.with_reference
        for one in pair.quarters
    ]
    yield Table(rows, (24, 16, 10, 12, 16, 12), numbers_from=2)
    yield Text("Quarters: all epochs of the quarter's nights together.", is_small=True)


def _day_ticks(days: list[int]) -> list[tuple[float, str]]:
    first, last = min(days), max(days)
    n_ticks = min(_MOST_DAY_TICKS, last - first + 1)
    step = (last - first) / max(n_ticks - 1, 1)
    places = dict.fromkeys(round(first + step * number) for number in range(n_ticks))
    return [(day, date.fromordinal(day).isoformat()) for day in places]


def _pair_section(pair: PairFigures) -> Section:
    parts: list[Part] = [
        Text(f"{counted(len(pair.nights), 'night')}, {counted(pair.n_epochs, 'epoch')}."),
        _confusion(pair),
        Text(f"Epochs: {pair.reference} in rows, {pair.other} in columns.", is_small=True),
        _metrics(pair),
        Text(f"{pair.other} minus {pair.reference}, with 95 % intervals in brackets.", True),
    ]
    plots = [
        _bland_altman(key, found)
        for key, found in pair.metrics.items()
        if found.n_nights >= _FEWEST_FOR_A_PLOT
    ]
    if plots:
        parts.append(Plots(plots, n_beside=3, height_mm=36))
        parts.append(
            Text(
                "Bland-Altman plots: difference over mean of both, a point is a night; bias and"
                " limits of agreement, their 95 % intervals shaded.",
                is_small=True,
            )
        )
    else:
        parts.append(Text("Fewer than two nights have figures of sleep: there is no plot."))
    return Section(pair_name(pair), parts, begins_page=True)


def _confusion(pair: PairFigures) -> Table:
    told = [stage.text for stage in pair.stage_set]
    rows: list[tuple[str, ...]] = [("", *told, "Epochs", "Agreement, %", "Kappa")]
    for name, counts, share, kappa in zip(
        told, pair.confusion, pair.agreement_by_stage, pair.kappa_by_stage, strict=True
    ):
        figures = (str(sum(counts)), _times(share, 100, 1), number(kappa))
        rows.append((name, *map(str, counts), *figures))
    return Table(rows, (8, *([9] * len(told)), 10, 14, 10))


def _metrics(pair: PairFigures) -> Table:
    rows: list[tuple[str, ...]] = [
        ("Figure", "Nights", "Left out", "Bias", "SD", "Lower limit", "Upper limit")
    ]
    for key, found in pair.metrics.items():
        rows.append(
            (
                metric_label(key),
                str(found.n_nights),
                str(found.n_left_out),
                _with_interval(found.bias, found.bias_interval),
                number(found.sd, 1),
                _with_interval(found.low, found.low_interval),
                _with_interval(found.high, found.high_interval),
            )
        )
    return Table(rows, (27, 6, 7, 22, 6, 23, 23))


def _bland_altman(key: str, found: BlandAltman) -> Plot:
    levels = []
    for name, value, interval, is_dashed in (
        ("bias", found.bias, found.bias_interval, False),
        ("lower", found.low, found.low_interval, True),
        ("upper", found.high, found.high_interval, True),
    ):
        if value is not None:
            low, high = interval or (None, None)
            levels.append(Level(value, f"{name} {number(value, 1)}", low, high, is_dashed))
    unit = definition_of(key).unit
    points = list(zip(found.means, found.differences, strict=True))
    title = definition_of(key).label
    return Plot(title, f"mean, {unit}", f"difference, {unit}", [Points("", points)], levels)


def _nights_table(figures: ScorersFigures) -> Table:
    heads = ("Night", "Date", "Reference", "Other", "Epochs", "Agreement, %", "Kappa")
    told = [stage.text for stage in figures.pairs[0].stage_set] if figures.pairs else []
    rows: list[tuple[str, ...]] = [(*heads, *(f"{name}, %" for name in told))]
    for pair in figures.pairs:
        for one in pair.nights:
            found, day = one.found, one.night.day
            kappa = Estimate(found.kappa, found.kappa_low, found.kappa_high)
            rows.append(
                (
                    one.night.name,
                    DASH if day is None else day.isoformat(),
                    pair.reference,
                    pair.other,
                    str(found.n_epochs),
                    number(100 * found.accuracy, 1),
                    _estimate(kappa, 1, 2),
                    *(_times(share, 100, 0) for share in found.recall),
                )
            )
    return Table(rows, (15, 11, 10, 10, 8, 12, 20, *([6] * len(told))), numbers_from=4)


def _left_out(figures: ScorersFigures) -> Iterator[Part]:
    left_out = figures.read.not_compared
    if not left_out:
        yield Text("Everything was compared.")
        return
    rows = [("Night or file", "Scorer", "Why")]
    yield Table([*rows, *((one.name, one.scorer, one.why) for one in left_out)], (25, 15, 60), 3)


def _estimate(estimate: Estimate, factor: float, digits: int) -> str:
    if estimate.value is None:
        return DASH
    text = number(factor * estimate.value, digits)
    if estimate.low is None or estimate.high is None:
        return text
    ends = (number(factor * end, digits) for end in (estimate.low, estimate.high))
    return f"{text} ({' to '.join(ends)})"


def _with_interval(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None or interval is None:
        return number(value, 1)
    return f"{number(value, 1)} [{' to '.join(number(end, 1) for end in interval)}]"


def _times(share: float | None, factor: float, digits: int) -> str:
    return DASH if share is None else number(factor * share, digits)
