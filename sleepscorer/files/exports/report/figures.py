"""The figures of the first page: the five that count, all others, the stages."""

import math
from collections.abc import Iterator, Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from sleepscorer.core.metrics import Definition, FigureGroup
from sleepscorer.core.stages import Stage
from sleepscorer.core.undefined import figure_of, figures_of, why_undefined
from sleepscorer.files.exports.report.content import (
    GAP,
    LABEL,
    LARGE,
    LINE,
    SHADE,
    SMALL,
    STRONG,
    STRONG_NUMBER,
    Cell,
    Content,
    heading,
    paragraph,
    side_by_side,
    table,
)
from sleepscorer.files.exports.report.hypnogram import colour_of, hours_text
from sleepscorer.files.exports.report.languages import DASH

_BELOW_HEADING = Spacer(0, 0.8 * mm)
_GROUPS = tuple(FigureGroup)
_TABLES = ("cycles", "transitions")
_SHADED = (
    ("BACKGROUND", (0, 0), (-1, -1), SHADE),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 5),
    ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ("TOPPADDING", (0, 0), (-1, -1), 0.6),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0.8),
)


def key_figures(content: Content) -> list[Flowable]:
    """The five figures that count, large."""
    statistics = content.night.statistics
    main = [d for d in statistics.definitions if d.group is FigureGroup.MAIN]
    order = ("tst_min", "se_pct", "sl_min", "rem_latency_min", "waso_min")
    main.sort(key=lambda definition: order.index(definition.key))
    parts = [_key_figure(content, definition) for definition in main]
    common = _common_reason(content)
    if content.is_narrow:
        made = _below_each_other(parts, content.width_pt)
        said = [paragraph(f"{DASH} {common}", SMALL)] if common else []
        return [made, *said, Spacer(0, GAP)]
    labels, values, beside = (list(row) for row in zip(*parts, strict=True))
    spans: list[tuple[object, ...]] = []
    if common:
        beside[0] = paragraph(f"{DASH} {common}", SMALL)
        spans.append(("SPAN", (0, 2), (-1, 2)))
    widths = [content.width_pt * share for share in (0.21, 0.19, 0.18, 0.18, 0.24)]
    made = Table(
        [labels, values, beside],
        widths,
        hAlign="LEFT",
        style=[
            *_SHADED,
            ("BOTTOMPADDING", (0, 1), (-1, 1), 2.5),
            ("LINEBEFORE", (1, 0), (-1, -1), 0.5, LINE),
            *spans,
        ],
    )
    return [made, Spacer(0, GAP)]


def _key_figure(content: Content, definition: Definition) -> tuple[Flowable, ...]:
    """Its name, its value in large letters, and what is to be said of it."""
    words = content.words
    value = figure_of(content.night.statistics, definition.key)
    said = ""
    if value is None:
        shown, said = DASH, _own_reason_of(content, definition.key)
    else:
        shown = f"{words.figure(value, definition.unit)} {words.unit(definition.unit)}"
        if definition.key == "tst_min":
            whole = math.floor(value + 0.5)
            said = words("figures.hours_and_minutes", hours=whole // 60, minutes=whole % 60)
    return (
        paragraph(words.label(definition), LABEL),
        paragraph(shown, LARGE),
        paragraph(said, SMALL),
    )


def _below_each_other(parts: Sequence[tuple[Flowable, ...]], width_pt: float) -> Table:
    """In half a page five large numbers beside each other would be broken."""
    rows = [[[label, said], value] for label, value, said in parts]
    lines = ("LINEBELOW", (0, 0), (-1, -2), 0.5, LINE)
    middle = ("VALIGN", (0, 0), (-1, -1), "MIDDLE")
    widths = (0.5 * width_pt, 0.5 * width_pt)
    return Table(rows, widths, hAlign="LEFT", style=[*_SHADED, middle, lines])


def tables(content: Content) -> list[Flowable]:
    """All other figures at the left, the stages and what is of research at the right.

    In half a page they stand below each other.
    """
    width = content.width_pt
    left_width, right_width = (width, width) if content.is_narrow else (0.46 * width, 0.51 * width)
    words = content.words
    left_groups = (
        FigureGroup.TIME,
        FigureGroup.LATENCIES,
        FigureGroup.CONTINUITY,
        FigureGroup.AROUSALS,
    )
    left: list[Flowable] = [heading(_figures_heading(content)), _BELOW_HEADING]
    if common := _common_reason(content):
        left.append(paragraph(f"{DASH} {common}", SMALL))
    left.append(_figures_table(content, left_groups, left_width))
    right = [*_stages_parts(content, right_width), Spacer(0, GAP)]
    right += [heading(words("figures.research")), _BELOW_HEADING]
    right.append(_figures_table(content, (FigureGroup.RESEARCH,), right_width))
    if content.is_narrow:
        return [*left, Spacer(0, GAP), *right, Spacer(0, GAP)]
    widths, gap = (left_width, right_width), 0.03 * width
    return [side_by_side(left, right, widths, gap), Spacer(0, GAP)]


def _figures_heading(content: Content) -> str:
    hypnogram = content.night.hypnogram
    is_whole = (hypnogram.lights_off_s, hypnogram.lights_on_s) == (None, None)
    return content.words("figures.heading_whole" if is_whole else "figures.heading")


def _figures_table(content: Content, groups: Sequence[FigureGroup], width: float) -> Table:
    words, statistics = content.words, content.night.statistics
    rows: list[list[Cell]] = []
    for definition in sorted(statistics.definitions, key=lambda one: _GROUPS.index(one.group)):
        if definition.group not in groups or definition.key in _TABLES:
            continue
        if definition.stage is not None:
            continue
        value = figure_of(statistics, definition.key)
        label = _label_cell(content, definition)
        unit = "" if value is None or definition.unit == "n" else words.unit(definition.unit)
        rows.append([label, paragraph(words.figure(value, definition.unit), STRONG_NUMBER), unit])
    cycles = next((one for one in statistics.definitions if one.key == "cycles"), None)
    if cycles is not None and cycles.group in groups:
        n_cycles = words.figure(figure_of(statistics, "cycles"), "n")
        label = _label_cell(content, cycles)
        rows.append([label, paragraph(n_cycles, STRONG_NUMBER), ""])
    return table(rows, (0.72 * width, 0.16 * width, 0.12 * width), numbers_from=3, head=False)


def _label_cell(content: Content, definition: Definition) -> Cell:
    """The name of a figure, and below it why it has no value."""
    label, reason = content.words.label(definition), _own_reason_of(content, definition.key)
    return [paragraph(label), paragraph(reason, SMALL)] if reason else label


def _stages_parts(content: Content, width: float) -> list[Flowable]:
    words, statistics = content.words, content.night.statistics
    heads = ("stage", "minutes", "duration", "of_tst", "of_trt", "latency", "onset_latency")
    rows: list[list[Cell]] = [["", *(words(f"stages.{key}") for key in heads)]]
    rows += [_stage_row(content, stage) for stage in statistics.transition_stages]
    trt_min = statistics.trt_min
    of_trt = words.figure(100.0 if trt_min else None, "%")
    total: list[Cell] = ["", paragraph(words("stages.total"), STRONG)]
    rows.append([*total, words.figure(trt_min, "min"), hours_text(60 * trt_min), "", of_trt])
    rows[-1] += ["", ""]
    colours = [
        ("BACKGROUND", (0, number), (0, number), colour_of(stage))
        for number, stage in enumerate(statistics.transition_stages, start=1)
    ]
    shares = (0.02, 0.125, 0.12, 0.165, 0.125, 0.125, 0.16, 0.16)
    made = table(rows, [share * width for share in shares], numbers_from=2, more=colours)
    parts: list[Flowable] = [heading(words("stages.heading")), _BELOW_HEADING, made]
    reasons = tuple(dict.fromkeys(_stage_reasons(content)))
    if reasons and not _common_reason(content):
        parts.append(paragraph(f"{DASH} {', '.join(reasons)}", SMALL))
    return parts


def _stage_row(content: Content, stage: Stage) -> list[Cell]:
    words, statistics = content.words, content.night.statistics
    values, key = figures_of(statistics), stage.name.lower()
    minutes, trt_min = values[f"{key}_min"], statistics.trt_min
    of_trt_pct = 100 * minutes / trt_min if trt_min and minutes is not None else None
    row: list[Cell] = [
        "",
        paragraph(stage.text, STRONG),
        words.figure(minutes, "min"),
        DASH if minutes is None else hours_text(60 * minutes),
    ]
    of_trt = words.figure(of_trt_pct, "%")
    if not stage.is_sleep:
        return [*row, "", of_trt, "", ""]
    return [
        *row,
        paragraph(words.figure(values[f"{key}_pct"], "%"), STRONG_NUMBER),
        of_trt,
        words.figure(values[f"latency_{key}_min"], "min"),
        words.figure(values[f"latency_{key}_onset_min"], "min"),
    ]


def _stage_reasons(content: Content) -> Iterator[str]:
    statistics = content.night.statistics
    for stage in statistics.stage_set:
        for key in (f"{stage.name.lower()}_pct", f"latency_{stage.name.lower()}_min"):
            if stage.is_sleep and figure_of(statistics, key) is None:
                yield reason_of(content, key)


def _common_reason(content: Content) -> str:
    """Why no figure but those of the marks has a value; empty where some have one."""
    why = why_undefined(content.night.statistics, "tst_min")
    return "" if why is None else content.words(f"undefined.{why.reason.value}")


def _own_reason_of(content: Content, key: str) -> str:
    """Why a figure is a dash, where that is not said once for all."""
    return "" if _common_reason(content) else reason_of(content, key)


def reason_of(content: Content, key: str) -> str:
    """Why a figure is a dash, in the words of the language."""
    why = why_undefined(content.night.statistics, key)
    if why is None:
        return ""
    gaps: dict[str, object] = {}
    if why.stage is not None:
        gaps["stage"] = why.stage.text
    if why.minutes is not None:
        gaps["minutes"] = why.minutes
    return content.words(f"undefined.{why.reason.value}", **gaps)
