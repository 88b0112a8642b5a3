"""A montage with one thing about its rows changed: what the label gutter and the wheel ask for."""

from collections.abc import Callable
from dataclasses import replace

from sleepscorer.analysis.display import DisplayFilter, DisplayMontage, DisplayTrace
from sleepscorer.analysis.filters import AASM_FILTERS
from sleepscorer.analysis.laboratory import Laboratory
from sleepscorer.gui.traces.geometry import stepped_height


def with_trace(montage: DisplayMontage, old: DisplayTrace, new: DisplayTrace) -> DisplayMontage:
    """Put one row in the place of another."""
    return _each(montage, lambda trace: new if trace is old else trace)


def turned(montage: DisplayMontage, steps: int, *, kind: str | None = None) -> DisplayMontage:
    """Make rows more (or, below 0, less) sensitive by tenths of a decade.

    Those of one kind, or of all where it is None; what is read off keeps its scale.
    """

    def changed(trace: DisplayTrace) -> DisplayTrace:
        is_meant = kind is None or trace.channel.kind == kind
        return trace_turned(trace, steps) if is_meant and not trace.is_read_off else trace

    return _each(montage, changed)


def trace_turned(trace: DisplayTrace, steps: int) -> DisplayTrace:
    """Make a row more (or less) sensitive by tenths of a decade."""
    return replace(trace, height_uv=stepped_height(trace.height_uv, steps))


def like(montage: DisplayMontage, model: DisplayTrace) -> DisplayMontage:
    """Give all rows of the same kind and unit the scale, filter and polarity of this one."""

    def changed(trace: DisplayTrace) -> DisplayTrace:
        same = (trace.channel.kind, trace.channel.unit) == (model.channel.kind, model.channel.unit)
        if not same:
            return trace
        return replace(
            trace, height_uv=model.height_uv, filter=model.filter, inverted=model.inverted
        )

    return _each(montage, changed)


def all_visible(montage: DisplayMontage) -> DisplayMontage:
    """Show the hidden rows again."""
    return _each(montage, lambda trace: replace(trace, visible=True))


def filtered_alike(montage: DisplayMontage, *, aasm: bool) -> DisplayMontage:
    """Give each row the AASM manual's filter for its kind, or none; a notch stays."""

    def changed(trace: DisplayTrace) -> DisplayTrace:
        standard = AASM_FILTERS.get(trace.channel.kind)
        if standard is None:
            return trace
        wanted = standard if aasm else DisplayFilter()
        return replace(trace, filter=replace(wanted, notch_hz=trace.filter.notch_hz))

    return _each(montage, changed)


def notched(montage: DisplayMontage, laboratory: Laboratory) -> DisplayMontage:
    """Take the laboratory's mains out of each row of a kind that it takes them out of."""

    def changed(trace: DisplayTrace) -> DisplayTrace:
        if not laboratory.has_notch(trace.channel.kind):
            return trace
        return replace(trace, filter=replace(trace.filter, notch_hz=laboratory.mains_hz))

    return _each(montage, changed)


def moved(montage: DisplayMontage, trace: DisplayTrace, rows: int) -> DisplayMontage:
    """Move a visible row up (below 0) or down past other visible rows; not past the ends."""
    visible = list(montage.visible)
    here = next(i for i, other in enumerate(visible) if other is trace)
    there = min(max(here + rows, 0), len(visible) - 1)
    others = [other for other in montage.traces if other is not trace]
    beside = visible[there]
    if there == here:
        return montage
    place = next(i for i, other in enumerate(others) if other is beside)
    others.insert(place + 1 if rows > 0 else place, trace)
    return replace(montage, traces=tuple(others))


def _each(
    montage: DisplayMontage, change: Callable[[DisplayTrace], DisplayTrace]
) -> DisplayMontage:
    return replace(montage, traces=tuple(change(trace) for trace in montage.traces))
