"""Montage presets: which traces to show of whatever recording comes, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sleepscorer.analysis.display import DisplayFilter, DisplayMontage, DisplayTrace
from sleepscorer.analysis.filters import effective, filtered
from sleepscorer.analysis.laboratory import AASM, KIND_WORDS, Laboratory
from sleepscorer.core.derivation import ResolvedDerivation, as_stored, resolve
from sleepscorer.core.errors import MontageError
from sleepscorer.core.recording import FloatArray, Recording

# By kind and unit, where the value itself is read off: the row shows the usual part of the scale.
_HEIGHTS_IN_OTHER_UNITS = {("spo2", "%"): 40.0, ("position", ""): 8.0, ("pulse", "bpm"): 80.0}
# Silent most of the night: what is looked at for a height is the loudest, not the usual.
_SPARSE_KINDS = frozenset({"snore"})
_HIDDEN_KINDS = frozenset({"impedance"})
_LOOKED_AT = (0.1, 0.3, 0.5, 0.7, 0.9)
_LOOK_S = 30.0
_ROOM, _LEVEL_ROOM = 1.5, 1.1


@dataclass(frozen=True)
class TraceRule:
    """One row, or the rows of some kinds.

    Parameters
    ----------
    wants
        Derivations, names or stored labels; the first that the recording provides is shown.
    kinds
        Kinds of channel; where the recording has none of ``wants``, those not shown yet are shown.
    most
        At most so many by ``kinds``; None is all.
    height_uv
        Of the row; None chooses by kind, or by the signal where it is no voltage.
    filter
        None takes the AASM manual's for the kind. What a laboratory chose counts before both, see
        :mod:`sleepscorer.analysis.laboratory`.
    inverted, colour, visible, amplitude_lines
        As of :class:`~sleepscorer.analysis.display.DisplayTrace`.
    """

    wants: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    most: int | None = None
    height_uv: float | None = None
    filter: DisplayFilter | None = None
    inverted: bool = False
    colour: str | None = None
    visible: bool = True
    amplitude_lines: bool = False

    @property
    def name(self) -> str:
        """What the rule is for, in words: ``"F4-M1"``, ``"nasal pressure or airflow"``."""
        words = (KIND_WORDS.get(kind, kind) for kind in self.kinds)
        return self.wants[0] if self.wants else " or ".join(words)


@dataclass(frozen=True)
class MontagePreset:
    """A montage for any recording.

    Parameters
    ----------
    name
        As chosen from a list.
    rules
        From the top.
    all_signals
        Show below them every signal that no rule has shown, in the file's order.
    path
        The file of a preset of the user's own; None for one of the program's.
    """

    name: str
    rules: tuple[TraceRule, ...] = ()
    all_signals: bool = False
    path: Path | None = None

    def resolve(self, recording: Recording, laboratory: Laboratory = AASM) -> DisplayMontage:
        """Return the rows that the recording provides; :meth:`lacking` tells the others.

        A laboratory's defaults count before the rules' own filters and heights.

        Signals that are no voltages are looked at for 30 s in five places to choose the height
        of their rows.

        Raises
        ------
        RecordingError
            If the file can't be read.
        """
        rows = _matched(self, recording)
        traces = [_trace(rule, one, recording, laboratory) for rule, found in rows for one in found]
        return DisplayMontage(self.name, tuple(traces))

    def lacking(self, recording: Recording) -> tuple[str, ...]:
        """Names of the rules for which the recording has no signal."""
        return tuple(rule.name for rule, found in _matched(self, recording) if not found)

    @classmethod
    def of(cls, montage: DisplayMontage, name: str) -> "MontagePreset":
        """Make a preset of what is shown, to be saved: each row by derivation, else by label."""
        return cls(name, tuple(_rule(trace) for trace in montage.traces))


_Found = Sequence[ResolvedDerivation]


def _matched(preset: MontagePreset, recording: Recording) -> list[tuple[TraceRule, _Found]]:
    """Each rule with what it shows, no derivation twice."""
    shown: set[tuple[tuple[str, float], ...]] = set()
    stored = [as_stored(signal, recording) for signal in recording.signals]
    rows: list[tuple[TraceRule, _Found]] = []

    def take(candidates: _Found, most: int | None) -> list[ResolvedDerivation]:
        taken: list[ResolvedDerivation] = []
        for one in candidates:
            if _parts(one) not in shown and (most is None or len(taken) < most):
                shown.add(_parts(one))
                taken.append(one)
        return taken

    for rule in preset.rules:
        wanted = next(filter(None, (_found(recording, text) for text in rule.wants)), None)
        of_kind = [one for one in stored if one.kind in rule.kinds]
        candidates = of_kind if wanted is None else [wanted]
        found = take(candidates, rule.most if wanted is None else 1)
        # What another row shows already is neither shown again nor lacking.
        if found or not candidates:
            rows.append((rule, found))
    if preset.all_signals:
        rows += [
            (TraceRule(kinds=(one.kind,), visible=one.kind not in _HIDDEN_KINDS), (one,))
            for one in take(stored, None)
        ]
    return rows


def _found(recording: Recording, text: str) -> ResolvedDerivation | None:
    try:
        return resolve(recording, text)
    except MontageError:
        return None


def _parts(one: ResolvedDerivation) -> tuple[tuple[str, float], ...]:
    return tuple((signal.label, weight) for signal, weight in one.parts)


def _trace(
    rule: TraceRule, one: ResolvedDerivation, recording: Recording, laboratory: Laboratory
) -> DisplayTrace:
    wanted = laboratory.filter_of(one.kind, rule.filter)
    height = laboratory.height_of(one.kind, one.unit, rule.height_uv)
    if height is None:
        height = _HEIGHTS_IN_OTHER_UNITS.get((one.kind, one.unit))
    if height is None:
        height = _fitting_height(one, wanted, recording.duration_s)
    return DisplayTrace(
        channel=one,
        filter=wanted,
        height_uv=height,
        inverted=rule.inverted,
        colour=rule.colour,
        visible=rule.visible,
        amplitude_lines=rule.amplitude_lines,
    )


def _fitting_height(one: ResolvedDerivation, wanted: DisplayFilter, duration_s: float) -> float:
    """Choose a height in which the ordinary swing of the signal fills two thirds of the row.

    What has a standing level keeps one scale for the whole night, and what it does in the night
    must fit: a temperature hardly moves within a page, and falls by many times that until morning.
    """
    swings: list[float] = []
    seen: list[FloatArray] = []
    for place in _LOOKED_AT:
        start_s = max(0.0, place * duration_s - _LOOK_S / 2)
        samples = one.read(start_s, min(start_s + _LOOK_S, duration_s))
        samples = filtered(samples, one.sampling_rate_hz, wanted)
        samples = samples[np.isfinite(samples)]
        if samples.size:
            low, high = np.percentile(samples, (1, 99))
            swings.append(float(high - low))
            seen.append(samples)
    if seen and effective(wanted, one.sampling_rate_hz).low_hz is None and one.unit != "uV":
        low, middle, high = np.percentile(np.concatenate(seen), (1, 50, 99))
        reach = 2 * float(max(high - middle, middle - low))
        return _rounded(_LEVEL_ROOM * reach) if reach > 0 else 1.0
    typical = np.max if one.kind in _SPARSE_KINDS else np.median
    swing = float(typical(swings)) if swings else 0.0
    return _rounded(_ROOM * swing) if swing > 0 else 1.0


def _rounded(value: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    step = next(step for step in (1, 2, 5, 10) if step * power >= value * (1 - 1e-9))
    return float(step * power)


def _rule(trace: DisplayTrace) -> TraceRule:
    return TraceRule(
        wants=wants_of(trace.channel),
        height_uv=trace.height_uv,
        filter=trace.filter,
        inverted=trace.inverted,
        colour=trace.colour,
        visible=trace.visible,
        amplitude_lines=trace.amplitude_lines,
    )


def wants_of(one: ResolvedDerivation) -> tuple[str, ...]:
    """Return what a rule wants in order to show this: its derivation, else its label."""
    if one.name in one.stored_labels:
        return one.stored_labels
    return tuple(dict.fromkeys((one.plain_name, *_label(one))))


def _label(one: ResolvedDerivation) -> tuple[str, ...]:
    """The stored label, where it alone and as it is stands for the derivation."""
    upright = not one.is_derived and one.parts[0][1] > 0
    return one.stored_labels if upright else ()
