"""Figures of events as lines of text."""

from sleepscorer.core.event_statistics import EVENT_FIGURES, EventStatistics, reason_text
from sleepscorer.core.undefined import Reason
from sleepscorer.core.wording import rounded


def event_lines(found: EventStatistics) -> list[str]:
    """Return the figures, the kinds and what is to be said of them.

    Figures of what was not scored, and of channels that are not at hand, are told together.
    """
    width = max(len(one.definition.label) for one in EVENT_FIGURES)
    missing: dict[str, list[str]] = {}
    lines = [f"hypopnea rule: {found.rules.hypopnea_text}"]
    for figure in EVENT_FIGURES:
        definition = figure.definition
        why = found.reasons.get(definition.key)
        if why is not None and why.reason in (Reason.EVENTS_NOT_SCORED, Reason.NO_SIGNAL):
            reason = reason_text(definition.key, why)
            missing.setdefault(reason, []).append(definition.label)
            continue
        value = found.values[definition.key]
        text = "–" if value is None else _number(value)
        said = definition.unit if why is None else f"({reason_text(definition.key, why)})"
        unit = "" if said == "n" else said
        lines.append(f"{definition.label:<{width}}  {text:>8} {unit}".rstrip())
    lines += ["", f"{'kind':<{width}}  {'n':>8} {'1/h':>8} {'mean s':>8} {'longest s':>10}"]
    for kind in found.kinds:
        cells = (kind.all.n, kind.all.index_per_h, kind.mean_s, kind.longest_s)
        n, index, mean, longest = ("–" if cell is None else _number(cell) for cell in cells)
        lines.append(f"{kind.label:<{width}}  {n:>8} {index:>8} {mean:>8} {longest:>10}")
    for name, minutes in found.position_min.items():
        lines.append(f"{name:<{width}}  {rounded(minutes):>8} min")
    said_of = [f"note: {note}" for note in found.notes] + [
        f"note: {reason} ({'; '.join(labels)})" for reason, labels in missing.items()
    ]
    return [*lines, *(["", *said_of] if said_of else [])]


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else rounded(value)
