"""A laboratory's defaults: its mains frequency, and filters and heights by kind of signal.

How a trace looks is decided here. Low edge, high edge, notch and height are each taken from the
first of these that says something:

1. what a person set on the trace in this night, as its session keeps it;
2. the laboratory's defaults, from the preferences;
3. the montage preset's own;
4. the filters of the AASM manual, and the program's heights.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from sleepscorer.analysis.display import DisplayFilter, DisplayMontage, DisplayTrace
from sleepscorer.analysis.filters import AASM_FILTERS, LOWEST_EDGE_HZ
from sleepscorer.core.errors import UsageError

HEIGHTS_UV: Mapping[str, float] = MappingProxyType(
    {
        "eeg": 200.0,
        "eog": 300.0,
        "reference": 200.0,
        "emg": 100.0,
        "emg_leg": 200.0,
        "emg_other": 200.0,
        "ecg": 2000.0,
    }
)
"""What the height of a row stands for by kind, where nothing else says, in µV."""

KIND_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "eeg": "EEG",
        "eog": "EOG",
        "reference": "mastoids",
        "emg": "chin EMG",
        "emg_leg": "leg EMG",
        "emg_other": "other EMG",
        "ecg": "ECG",
        "flow": "airflow",
        "pressure": "nasal pressure",
        "effort": "breathing effort",
        "snore": "snore",
        "spo2": "SpO2",
        "pulse": "pulse rate",
        "position": "body position",
        "cpap": "CPAP",
    }
)
"""Kinds of signal as people call them."""

KINDS_WITH_DEFAULTS = tuple(AASM_FILTERS)
"""The kinds whose filter and height a laboratory can choose."""

MAINS_HZ = (None, 50.0, 60.0)
"""The frequencies of the mains there are; None is not set, so that nothing is taken out."""

_HIGHEST_EDGE_HZ = 1000.0
_SMALLEST_HEIGHT_UV, _LARGEST_HEIGHT_UV = 0.01, 1_000_000.0


@dataclass(frozen=True)
class KindDefaults:
    """What a laboratory chose for one kind of signal; None where it chose nothing.

    Parameters
    ----------
    low_hz, high_hz
        Edges of the pass band; 0 leaves that side open.
    notch
        Whether the mains are taken out, where their frequency is set; None does.
    height_uv
        Of a row whose signal is a voltage.
    """

    low_hz: float | None = None
    high_hz: float | None = None
    notch: bool | None = None
    height_uv: float | None = None


@dataclass(frozen=True)
class Laboratory:
    """The defaults of a laboratory; without any they are the AASM manual's and the program's.

    Parameters
    ----------
    mains_hz
        One of :data:`MAINS_HZ`.
    kinds
        What was chosen for some of :data:`KINDS_WITH_DEFAULTS`.

    Raises
    ------
    UsageError
        If a value is beyond what can be shown; the message says which.
    """

    mains_hz: float | None = None
    kinds: Mapping[str, KindDefaults] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.mains_hz not in MAINS_HZ:
            raise UsageError(f"the mains have 50 or 60 Hz, not {self.mains_hz:g}")
        for kind, chosen in self.kinds.items():
            if kind not in KINDS_WITH_DEFAULTS:
                raise UsageError(f"there are no defaults for the kind of signal {kind!r}")
            self._check(kind, chosen)

    def _check(self, kind: str, chosen: KindDefaults) -> None:
        name = KIND_WORDS[kind]
        for edge in (chosen.low_hz, chosen.high_hz):
            if edge and not LOWEST_EDGE_HZ <= edge <= _HIGHEST_EDGE_HZ:
                raise UsageError(f"{name}: no filter has its edge at {edge:g} Hz")
        used = self.filter_of(kind)
        if _passes_nothing(used):
            edges = f"{used.low_hz:g} Hz is not below the high edge, {used.high_hz:g} Hz"
            raise UsageError(f"{name}: the low edge of {edges}")
        height_uv = chosen.height_uv
        if height_uv is not None and not _SMALLEST_HEIGHT_UV <= height_uv <= _LARGEST_HEIGHT_UV:
            raise UsageError(f"{name}: a row can't be {height_uv:g} µV high")

    def filter_of(self, kind: str, preset: DisplayFilter | None = None) -> DisplayFilter:
        """Return the filter of a kind of signal, where a preset has this one of its own."""
        usual = AASM_FILTERS.get(kind)
        if usual is None:
            return preset or DisplayFilter()
        result, chosen = preset or usual, self.kinds.get(kind, KindDefaults())
        if chosen.low_hz is not None:
            result = replace(result, low_hz=chosen.low_hz or None)
        if chosen.high_hz is not None:
            result = replace(result, high_hz=chosen.high_hz or None)
        if self.mains_hz is not None:
            result = replace(result, notch_hz=self.mains_hz if self.has_notch(kind) else None)
        if preset is not None and _passes_nothing(result):
            return self.filter_of(kind)
        return result

    def has_notch(self, kind: str) -> bool:
        """Tell whether the mains are taken out of a kind of signal, where they are set."""
        return kind in AASM_FILTERS and self.kinds.get(kind, KindDefaults()).notch is not False

    def height_of(self, kind: str, unit: str, preset_uv: float | None = None) -> float | None:
        """Return the height of a row, where a preset has this one; None where the signal decides.

        Heights by kind are those of voltages: what other units mean differs between recorders.
        """
        chosen = self.kinds.get(kind, KindDefaults()).height_uv if unit == "uV" else None
        if chosen is None and preset_uv is None and unit == "uV":
            return HEIGHTS_UV.get(kind)
        return preset_uv if chosen is None else chosen

    def as_values(self) -> dict[str, Any]:
        """Return the defaults as values that JSON knows; only what was chosen is in them."""
        chosen = {kind: asdict(defaults) for kind, defaults in self.kinds.items()}
        kinds = {
            kind: {name: value for name, value in values.items() if value is not None}
            for kind, values in chosen.items()
        }
        return {"mains_hz": self.mains_hz, "kinds": kinds}

    @classmethod
    def from_values(cls, values: object) -> "Laboratory":
        """Read what :meth:`as_values` returns.

        Raises
        ------
        UsageError
            If it is something else; the message says what.
        """
        content = _table(values, ("mains_hz", "kinds"), "the laboratory's defaults")
        kinds = content.get("kinds", {})
        if not isinstance(kinds, dict):
            raise UsageError("the kinds of signal are no table")
        read = {kind: _kind_defaults(kind, chosen) for kind, chosen in kinds.items()}
        return cls(_number(content.get("mains_hz"), "the mains"), read)


AASM = Laboratory()
"""What holds where a laboratory chose nothing."""


def in_step(montage: DisplayMontage, before: Laboratory, now: Laboratory) -> DisplayMontage:
    """Give traces that look as the old defaults say the look of the new ones.

    What was set otherwise, by a person or by a preset, stays; see the top of this module.
    """
    if before == now:
        return montage
    return replace(montage, traces=tuple(_in_step(t, before, now) for t in montage.traces))


def as_laboratory(montage: DisplayMontage, laboratory: Laboratory) -> DisplayMontage:
    """Give all traces the filters and heights of the laboratory's defaults, whatever they had."""

    def changed(trace: DisplayTrace) -> DisplayTrace:
        kind, unit = trace.channel.kind, trace.channel.unit
        if kind not in KINDS_WITH_DEFAULTS:
            return trace
        height = laboratory.height_of(kind, unit) or trace.height_uv
        return replace(trace, filter=laboratory.filter_of(kind), height_uv=height)

    return replace(montage, traces=tuple(map(changed, montage.traces)))


def _in_step(trace: DisplayTrace, before: Laboratory, now: Laboratory) -> DisplayTrace:
    kind, unit = trace.channel.kind, trace.channel.unit
    if kind not in KINDS_WITH_DEFAULTS:
        return trace
    old, new, shown = before.filter_of(kind), now.filter_of(kind), trace.filter
    wanted = shown
    for edge in ("low_hz", "high_hz", "notch_hz"):
        if getattr(shown, edge) == getattr(old, edge):
            wanted = replace(wanted, **{edge: getattr(new, edge)})
    if _passes_nothing(wanted):
        wanted = replace(shown, notch_hz=wanted.notch_hz)
    old_uv, new_uv = before.height_of(kind, unit), now.height_of(kind, unit)
    height = trace.height_uv
    # Where nothing decided before, the height came from the signal.
    if new_uv is not None and new_uv != old_uv and old_uv in (None, height):
        height = new_uv
    return replace(trace, filter=wanted, height_uv=height)


def _passes_nothing(wanted: DisplayFilter) -> bool:
    return bool(wanted.low_hz and wanted.high_hz and wanted.low_hz >= wanted.high_hz)


def _kind_defaults(kind: str, values: object) -> KindDefaults:
    where = f"the defaults of {KIND_WORDS.get(kind, repr(kind))}"
    content = _table(values, tuple(one.name for one in fields(KindDefaults)), where)
    notch = content.get("notch")
    if not isinstance(notch, bool | None):
        raise UsageError(f"{where}: notch must be true or false")
    names = ("low_hz", "high_hz", "height_uv")
    numbers = {name: _number(content.get(name), f"{where}: {name}") for name in names}
    return KindDefaults(**numbers, notch=notch)


def _table(values: object, known: tuple[str, ...], where: str) -> Mapping[str, Any]:
    if not isinstance(values, dict):
        raise UsageError(f"{where} are no table")
    unknown = [name for name in values if name not in known]
    if unknown:
        raise UsageError(f"{where} have an unknown entry {unknown[0]!r}")
    return values


def _number(value: object, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(f"{where} must be a number")
    return float(value)
