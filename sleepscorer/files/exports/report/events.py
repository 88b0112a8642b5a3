"""Sections of scored events and of slow channels."""

from collections.abc import Sequence

from reportlab.platypus import Flowable, Spacer

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.event_statistics import (
    ALL_RESPIRATORY,
    APNEAS_AND_HYPOPNEAS,
    EVENT_FIGURES,
    EventStatistics,
    KindCount,
)
from sleepscorer.core.metrics import FigureGroup
from sleepscorer.core.stages import Stage
from sleepscorer.core.undefined import Reason, Undefined
from sleepscorer.files.exports.report.content import (
    GAP,
    SMALL,
    STRONG_NUMBER,
    Cell,
    Content,
    facts_table,
    paragraph,
    section,
    table,
)
from sleepscorer.files.exports.report.languages import DASH

_NAMED_AS = {
    "Obstructive apnea": "counted_figures.apneas_obstructive",
    "Central apnea": "counted_figures.apneas_central",
    "Mixed apnea": "counted_figures.apneas_mixed",
    "Hypopnea": "counted_figures.hypopneas",
    "RERA": "counted_figures.reras",
    APNEAS_AND_HYPOPNEAS: "counted_figures.ahi_per_h",
    ALL_RESPIRATORY: "counted.all_respiratory",
}
_PARTS = (Stage.NREM, Stage.R)


def respiratory(content: Content) -> list[Flowable]:
    """Respiratory events by kind, stage and position, with the rule of hypopneas."""
    words, found = content.words, content.night.event_statistics
    if found is None:
        return []
    title = words("counted.respiratory")
    if EventFamily.RESPIRATORY not in found.scored:
        return section(title, *_not_scored(content), *_positions(content, found))
    rule = words("counted.rule", rule=words(f"counted.rule_{found.hypopnea_rule.lower()}"))
    keys = ("ai_per_h", "hi_per_h", "ahi_per_h", "rdi_per_h", "ahi_nrem_per_h", "ahi_rem_per_h")
    return section(
        title,
        _facts(content, found, keys),
        Spacer(0, GAP),
        _kinds(content, found),
        *_positions(content, found),
        paragraph(f"{rule} {words('counted.where_asleep')}", SMALL),
    )


def arousals(content: Content) -> list[Flowable]:
    """Arousals by their cause."""
    found = content.night.event_statistics
    if found is None:
        return []
    title = content.words("counted.arousals")
    if EventFamily.AROUSAL not in found.scored:
        return section(title, *_not_scored(content))
    said = content.words(
        "counted.arousal_rule",
        respiratory=_number(content, found.rules.arousals.after_respiratory_s),
        limb=_number(content, found.rules.arousals.beside_limb_s),
    )
    figures = _figures(content, found, FigureGroup.AROUSALS)
    return section(title, figures, paragraph(said, SMALL))


def movements(content: Content) -> list[Flowable]:
    """Limb movements and their periodic series."""
    found = content.night.event_statistics
    if found is None:
        return []
    title = content.words("counted.movements")
    if EventFamily.MOVEMENT not in found.scored:
        return section(title, *_not_scored(content))
    rules = found.rules.limbs
    said = content.words(
        "counted.movement_rule",
        shortest=_number(content, rules.shortest_s),
        longest=_number(content, rules.longest_s),
        gap=_number(content, rules.shortest_gap_s),
        longest_gap=_number(content, rules.longest_gap_s),
        least=rules.at_least,
    )
    figures = _figures(content, found, FigureGroup.MOVEMENTS)
    return section(title, figures, paragraph(said, SMALL))


def oximetry(content: Content) -> list[Flowable]:
    """Saturation with its desaturations, and the pulse."""
    words, found = content.words, content.night.event_statistics
    if found is None:
        return []
    title = words("counted.oximetry")
    if not found.channels:
        return section(title, paragraph(f"{DASH} ({words('undefined.no_signal')})"))
    rules = found.rules.oximetry
    said = words(
        "counted.oximetry_rule",
        lowest=_number(content, rules.lowest_pct),
        highest=_number(content, rules.highest_pct),
        fastest=_number(content, rules.fastest_pct_per_s),
    )
    figures = _figures(content, found, FigureGroup.OXIMETRY, FigureGroup.HEART)
    return section(title, figures, paragraph(said, SMALL))


def _not_scored(content: Content) -> list[Flowable]:
    return [paragraph(f"{DASH} ({content.words('counted.not_scored')})")]


def _number(content: Content, value: float) -> str:
    return content.words.number(value, 0 if value == int(value) else 1)


def _value(content: Content, found: EventStatistics, key: str, unit: str) -> str:
    return content.words.figure(found.values[key], unit)


def _reason(content: Content, why: Undefined | None) -> str:
    if why is None:
        return ""
    gaps: dict[str, object] = {} if why.stage is None else {"stage": why.stage.text}
    text = content.words(f"undefined.{why.reason.value}", **gaps)
    if why.reason is not Reason.EVENTS_NOT_SCORED:
        return text
    names = (content.words(f"events.{family.value}") for family in why.families)
    return f"{', '.join(names)}: {text}"


def _facts(content: Content, found: EventStatistics, keys: Sequence[str]) -> Flowable:
    """Some indices in a row or two."""
    words = content.words
    facts = []
    for key in keys:
        reason = _reason(content, found.reasons.get(key))
        value = words.figure(found.values[key], "1/h")
        unit = f"({reason})" if reason else words.unit("1/h")
        facts.append((words(f"counted_figures.{key}"), f"{value} {unit}"))
    return facts_table(facts, content.width_pt, in_row=2)


def _figures(content: Content, found: EventStatistics, *groups: FigureGroup) -> Flowable:
    """All figures of some groups, one below the other."""
    words, width = content.words, content.width_pt
    rows: list[list[Cell]] = []
    for figure in EVENT_FIGURES:
        definition = figure.definition
        if definition.group not in groups:
            continue
        label = words(f"counted_figures.{definition.key}")
        reason = _reason(content, found.reasons.get(definition.key))
        cell: Cell = [paragraph(label), paragraph(reason, SMALL)] if reason else label
        value = _value(content, found, definition.key, definition.unit)
        unit = "" if reason or definition.unit == "n" else words.unit(definition.unit)
        rows.append([cell, paragraph(value, STRONG_NUMBER), unit])
    return table(rows, (0.70 * width, 0.16 * width, 0.14 * width), numbers_from=3, head=False)


def _kinds(content: Content, found: EventStatistics) -> Flowable:
    """A row a kind of respiratory event: number, index, lengths, indices by stage and position."""
    words = content.words
    places = tuple(found.position_min)
    heads = [words(f"counted.{key}") for key in ("kind", "number", "index", "mean", "longest")]
    heads += [f"{stage.text} 1/h" for stage in _PARTS]
    heads += [f"{words(f'counted.{place}')} 1/h" for place in places]
    rows: list[list[Cell]] = [[*heads]]
    rows += [
        _kind_row(content, kind, places)
        for kind in found.kinds
        if kind.family is EventFamily.RESPIRATORY
    ]
    first, rest = 0.32 * content.width_pt, 0.68 * content.width_pt
    return table(rows, (first, *[rest / (len(heads) - 1)] * (len(heads) - 1)))


def _kind_row(content: Content, kind: KindCount, places: Sequence[str]) -> list[Cell]:
    words = content.words
    name = words(_NAMED_AS[kind.label]) if kind.label in _NAMED_AS else kind.label
    shares = [kind.by_stage[stage] for stage in _PARTS] + [kind.by_position[one] for one in places]
    return [
        name,
        str(kind.all.n),
        words.figure(kind.all.index_per_h, "1/h"),
        words.number(kind.mean_s),
        words.number(kind.longest_s),
        *(words.figure(share.index_per_h, "1/h") for share in shares),
    ]


def _positions(content: Content, found: EventStatistics) -> list[Flowable]:
    if not found.position_min:
        return []
    words = content.words
    told = (
        f"{words(f'counted.{name}')} {words.number(minutes)}"
        for name, minutes in found.position_min.items()
    )
    return [paragraph(f"{words('counted.positions')}: {', '.join(told)}")]
