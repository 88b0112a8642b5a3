"""``sleepscorer statistics`` and ``sleepscorer agreement``: figures from scorings."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sleepscorer.cli.event_lines import event_lines
from sleepscorer.cli.output import complain, say
from sleepscorer.cli.reading import choice_of, naming_options
from sleepscorer.cli.scored import scored_of
from sleepscorer.core.agreement import Agreement, agreement
from sleepscorer.core.arousals import count_arousals
from sleepscorer.core.errors import UsageError
from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.event_statistics import event_statistics
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.lights import LightsMarks, parse_time_mark, resolve_lights
from sleepscorer.core.metrics import SleepStatistics
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.core.undefined import figures_of
from sleepscorer.core.wording import rounded
from sleepscorer.files.event_rules import event_rules
from sleepscorer.files.scorings import read_scoring

_TABLES = ("cycles", "transitions")


def print_statistics(options: argparse.Namespace) -> int:
    """Print the sleep statistics of a scoring; where the lights marks come from goes with them."""
    if options.arousals is not None and options.arousals < 0:
        raise UsageError("the number of arousals can't be negative")
    with naming_options():
        scoring = choice_of(options).read(options.scoring)
    scored = scoring.hypnogram

    def typed(text: str | None) -> float | None:
        return None if text is None else parse_time_mark(text, scoring.start, scored.duration_s)

    marked = scoring.lights or LightsMarks(scored.lights_off_s, scored.lights_on_s)
    lights = resolve_lights(
        marked,
        off_s=typed(options.lights_off),
        on_s=typed(options.lights_on),
        duration_s=scored.duration_s,
    )
    hypnogram = Hypnogram(scored.stages, scored.epoch_s, lights.off_s, lights.on_s)
    families = scored_of(options)
    n_arousals = options.arousals
    if n_arousals is None and EventFamily.AROUSAL in families:
        n_arousals = count_arousals(scoring.events, hypnogram)
    statistics = sleep_statistics(hypnogram, n_arousals)
    counted = None
    if families:
        counted = event_statistics(hypnogram, scoring.events, scored=families, rules=event_rules())
    others = (note for note in scoring.notes if note not in marked.notes)
    notes = (lights.source, *lights.notes, *_epoch_notes(scored), *others, *statistics.notes)
    if options.json:
        # The window goes to the error stream: standard output holds the agreed keys only.
        _print_notes(notes)
        # As the published vectors have it: of a night that nobody scored 0 min are sleep.
        told = statistics.as_dict()
        if counted is not None:
            told["event_statistics"] = counted.as_dict()
        say(*json.dumps(told, indent=2, allow_nan=False).splitlines())
    else:
        say(*_statistics_lines(statistics, notes))
        if counted is not None:
            say("", *event_lines(counted))
    return 0


def _epoch_notes(scored: Hypnogram) -> tuple[str, ...]:
    return () if scored.epoch_s == EPOCH_S else (f"epochs of {scored.epoch_s:g} s",)


def _statistics_lines(statistics: SleepStatistics, notes: Sequence[str]) -> list[str]:
    values = figures_of(statistics)
    shown = [d for d in statistics.definitions if d.key not in _TABLES]
    width = max(len(definition.label) for definition in shown)
    lines = [
        f"{d.label:<{width}}  {_shown(values[d.key]):>8} {_unit(d.unit)}".rstrip() for d in shown
    ]
    for number, cycle in enumerate(values.get("cycles") or (), start=1):
        lines.append(f"cycle {number}: {cycle['start_min']:g} to {cycle['end_min']:g} min")
    lines += ["", "transitions (from row to column)"]
    names = list(values["transitions"])
    lines.append("    " + "".join(f"{name:>6}" for name in names))
    lines += [
        f"{name:<4}" + "".join(f"{values['transitions'][name][to]:>6}" for to in names)
        for name in names
    ]
    return [*lines, "", *(f"note: {note}" for note in notes)]


def _unit(unit: str) -> str:
    return "" if unit == "n" else unit


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else rounded(value)


def print_agreement(options: argparse.Namespace) -> int:
    """Print how far two scorings agree."""
    reference = read_scoring(options.reference, scorer=options.scorer)
    (name,) = options.other_scorer or [None]
    other = read_scoring(options.other, scorer=name)
    found = agreement(reference, other)
    found = replace(found, notes=(*_epoch_notes(reference.hypnogram), *found.notes))
    # What was left out of a file is left out of the figures.
    _print_notes(
        tuple(
            f"{path}: {note}"
            for path, read in ((options.reference, reference), (options.other, other))
            for note in read.notes
        )
    )
    if options.json:
        say(*json.dumps(found.as_dict(), indent=2, allow_nan=False).splitlines())
    else:
        say(*agreement_lines(found))
    return 0


def agreement_lines(found: Agreement, *, columns: str = "OTHER") -> list[str]:
    """Agreement, figures by stage and the confusion matrix, as printed."""
    values: dict[str, Any] = found.as_dict()
    kappa = "–"
    if found.kappa is not None:
        kappa = f"{found.kappa:.3f}"
        if found.kappa_low is not None and found.kappa_high is not None:
            kappa += f" (95 % CI {found.kappa_low:.3f} to {found.kappa_high:.3f})"
    names = [stage.text for stage in found.stage_set]
    lines = [
        f"epochs     {found.n_epochs} compared, {found.n_excluded} not scored in both",
        f"agreement  {100 * found.accuracy:.1f} %",
        f"kappa      {kappa}",
        f"macro-F1   {found.macro_f1:.3f}",
        "",
        "          " + "".join(f"{name:>8}" for name in names),
    ]
    for key, label in (("recall", "sensitivity"), ("precision", "precision"), ("f1", "F1")):
        cells = (values[key][name] for name in names)
        lines.append(f"{label:<11}" + "".join(f"{_share(cell):>8}" for cell in cells)[1:])
    lines += ["", f"confusion (rows REFERENCE, columns {columns})"]
    lines += [
        f"{name:<10}" + "".join(f"{count:>8}" for count in row)
        for name, row in zip(names, found.confusion, strict=True)
    ]
    return [*lines, *(["", *(f"note: {note}" for note in found.notes)] if found.notes else [])]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _print_notes(notes: Sequence[str]) -> None:
    for note in notes:
        complain(f"note: {note}")
