"""Figures of events and of slow channels in the Excel report."""

from collections.abc import Iterator

from openpyxl import Workbook

from sleepscorer.core.event_statistics import (
    COUNTED_FAMILIES,
    EVENT_FIGURES,
    FAMILY_WORDS,
    EventStatistics,
    reason_text,
)
from sleepscorer.core.metrics import Definition
from sleepscorer.core.stages import Stage
from sleepscorer.files.exports.excel.cells import (
    FIRST_ROW,
    new_sheet,
    put,
    put_rows,
    put_section,
    put_sentence,
    set_print_area,
)
from sleepscorer.files.exports.excel.columns import PLAIN, TENTHS, WHOLE, Column, Value
from sleepscorer.files.exports.night import Night

FORMAT_OF_UNIT = {"min": TENTHS, "%": TENTHS, "1/h": TENTHS, "1/min": TENTHS, "n": WHOLE}
"""How a figure is shown, by its unit."""

_FIGURES = (
    Column("Quantity", 46),
    Column("Value", 12),
    Column("Unit", 8),
    Column("Why there is none", 60),
)
# Of the first sheet: those that a physician reads first.
_HEADLINES = (
    "ai_per_h",
    "hi_per_h",
    "ahi_per_h",
    "rdi_per_h",
    "arousal_respiratory_index_per_h",
    "plmi_per_h",
    "plmai_per_h",
    "spo2_mean_pct",
    "spo2_lowest_pct",
    "t90_min",
    "odi3_per_h",
    "odi4_per_h",
    "pulse_mean_per_min",
)


def headline_rows(night: Night) -> Iterator[tuple[Definition, Value]]:
    """Return the figures of the first sheet, without those of what was not scored."""
    found = night.event_statistics
    if found is None:
        return
    for figure in EVENT_FIGURES:
        key = figure.definition.key
        is_scored = found.scored.issuperset(figure.families)
        is_read = figure.source is None or figure.source in found.channels
        if key in _HEADLINES and is_scored and is_read:
            yield figure.definition, found.values[key]


def add_event_figures(workbook: Workbook, night: Night) -> None:
    """Add two sheets, one of every figure, one of every kind; none where nothing is told."""
    found = night.event_statistics
    if found is None:
        return
    _add_figures(workbook, found)
    _add_kinds(workbook, found)


def _add_figures(workbook: Workbook, found: EventStatistics) -> None:
    title = "Events, saturation and pulse between lights off and lights on"
    sheet = new_sheet(workbook, "Event figures", title, _FIGURES)
    row, group = FIRST_ROW, None
    for figure in EVENT_FIGURES:
        definition = figure.definition
        if definition.group is not group:
            group = definition.group
            put_section(sheet, row, group.value, len(_FIGURES))
            row += 1
        value, why = found.values[definition.key], found.reasons.get(definition.key)
        put(sheet.cell(row, 1), definition.label)
        put(sheet.cell(row, 2), value, FORMAT_OF_UNIT.get(definition.unit, PLAIN))
        put(sheet.cell(row, 3), definition.unit)
        put(sheet.cell(row, 4), None if why is None else reason_text(definition.key, why))
        row += 1
    if found.position_min:
        put_section(sheet, row, "Sleep by body position", len(_FIGURES))
        row += 1
        for name, minutes in found.position_min.items():
            put(sheet.cell(row, 1), name.capitalize())
            put(sheet.cell(row, 2), minutes, TENTHS)
            put(sheet.cell(row, 3), "min")
            row += 1
    for sentence in event_sentences(found):
        put_sentence(sheet, row, sentence, len(_FIGURES))
        row += 1
    set_print_area(sheet, len(_FIGURES))


def event_sentences(found: EventStatistics) -> list[str]:
    """Return what is to be said of the figures: what was scored, by which rule, and notes."""
    scored = [FAMILY_WORDS[family] for family in COUNTED_FAMILIES if family in found.scored]
    channels = [f"{source.value}: {label}" for source, label in found.channels.items()]
    return [
        f"Said to be scored in the whole night: {', '.join(scored) or 'nothing'}.",
        f"Rule of hypopneas: {found.rules.hypopnea_text}.",
        *([f"Channels: {', '.join(channels)}."] if channels else []),
        *(f"{note[:1].upper()}{note[1:]}." for note in found.notes),
    ]


def _add_kinds(workbook: Workbook, found: EventStatistics) -> None:
    stages = tuple(found.kinds[0].by_stage) if found.kinds else ()
    places = tuple(found.position_min)
    parts = [*(stage.text for stage in stages), *(place.capitalize() for place in places)]
    columns = (
        Column("Kind", 26),
        Column("Family", 13),
        Column("Counted (n)", 9, WHOLE),
        Column("Index (1/h)", 9, TENTHS),
        Column("Mean length (s)", 9, TENTHS),
        Column("Longest (s)", 9, TENTHS),
        Column("Begin in W (n)", 9, WHOLE),
        Column("Begin unscored (n)", 9, WHOLE),
        *(
            column
            for part in parts
            for column in (Column(f"{part} (n)", 9, WHOLE), Column(f"{part} (1/h)", 9, TENTHS))
        ),
    )
    title = "Kinds of events that were scored, between lights off and lights on"
    sheet = new_sheet(workbook, "Event kinds", title, columns)
    put_rows(sheet, columns, _kind_rows(found, stages, places))
    if not found.kinds:
        put_sentence(sheet, FIRST_ROW, "Nobody said that events were scored.", len(columns))
    set_print_area(sheet, len(columns))


def _kind_rows(
    found: EventStatistics, stages: tuple[Stage, ...], places: tuple[str, ...]
) -> Iterator[tuple[Value, ...]]:
    for kind in found.kinds:
        shares = [kind.by_stage[one] for one in stages]
        shares += [kind.by_position[one] for one in places]
        yield (
            kind.label,
            kind.family.value,
            kind.all.n,
            kind.all.index_per_h,
            kind.mean_s,
            kind.longest_s,
            kind.n_awake,
            kind.n_unscored,
            *(value for share in shares for value in (share.n, share.index_per_h)),
        )
