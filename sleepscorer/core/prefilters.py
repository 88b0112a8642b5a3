"""What a file says of the filters that a signal went through before it was stored."""

import math
import re
from dataclasses import dataclass

_NUMBER = r"(\d+(?:[.,]\d+)?|[.,]\d+)"
_UNIT = r"\s*(hz|mhz|khz|ms|msec|s|sec|c/s|cps)?(?![a-z])"
_BETWEEN = r"[\s:=<>(\[]*"
_VALUE = _BETWEEN + _NUMBER + _UNIT

# American amplifiers name a filter by what it takes away: the "low-frequency filter" is the
# high-pass. "Tiefpass" and "passe-bas" are low-passes.
_HIGH_PASS = re.compile(
    rf"(?<![a-z])(?:hpf?|hi(?:gh)?[\s_-]*pass(?:[\s_-]*filter)?|hochpass|passe[\s_-]*haut"
    rf"|lff|lf|low[\s_-]*(?:freq\w*[\s_-]*filter|cut[\s_-]*off|cut)){_VALUE}"
)
_LOW_PASS = re.compile(
    rf"(?<![a-z])(?:lpf?|lo(?:w)?[\s_-]*pass(?:[\s_-]*filter)?|tiefpass|tp"
    rf"|passe[\s_-]*bas|hff|hf|high[\s_-]*(?:freq\w*[\s_-]*filter|cut[\s_-]*off|cut)){_VALUE}"
)
_TIME_CONSTANT = re.compile(
    rf"(?<![a-z])(?:tc|t\.c\.|tau|time[\s_-]*const(?:ant)?|zeitkonstante){_VALUE}"
)
_TO = r"\s*(?:-|\u2013|\.\.+|to)\s*"
_BAND = re.compile(
    rf"(?:(?<![a-z])(?:bpf?|band[\s_-]*pass|bandpass){_BETWEEN}|^\s*)"
    rf"{_NUMBER}\s*(?:hz)?{_TO}{_NUMBER}{_UNIT}"
)
_TO_HZ = {"mhz": 1e-3, "khz": 1e3}
_TO_S = {"ms": 1e-3, "msec": 1e-3, "s": 1.0, "sec": 1.0}


@dataclass(frozen=True)
class Prefilter:
    """The pass band of a stored signal, as far as it is known.

    Parameters
    ----------
    high_pass_hz, low_pass_hz
        Cut-off frequencies; None where there is no such filter, or nobody tells.
    """

    high_pass_hz: float | None = None
    low_pass_hz: float | None = None

    def stricter(self, other: "Prefilter") -> "Prefilter":
        """What is left of a difference of two signals, one of which went through each."""
        highs = [hz for hz in (self.high_pass_hz, other.high_pass_hz) if hz is not None]
        lows = [hz for hz in (self.low_pass_hz, other.low_pass_hz) if hz is not None]
        return Prefilter(max(highs, default=None), min(lows, default=None))


def stated_prefilter(words: str) -> Prefilter:
    """Read the words of a header: ``"HP:0.1Hz LP:75Hz N:50Hz"`` (EDF+ specification, 2.1.3.2).

    Laboratories write them in their own ways: "HP 0,5 Hz", "BP:0.2-128Hz", "HP: DC; LP: 417 Hz",
    "TC:0.3s", "LFF 0.3 HFF 70". A time constant t is a high-pass at 1 / (2 pi t). Of several
    filters the strictest counts. What passes nothing, as the "HP:16Hz Rectification LP:0.7Hz" of
    an envelope, is no pass band of a signal.
    """
    text = words.casefold()
    highs = [_cut_off(found) for found in _HIGH_PASS.finditer(text)]
    highs += [_cut_off(found, is_time=True) for found in _TIME_CONSTANT.finditer(text)]
    lows = [_cut_off(found) for found in _LOW_PASS.finditer(text)]
    for band in _BAND.finditer(text):
        factor = _TO_HZ.get(band[3] or "", 1.0)
        highs.append(_positive(_number(band[1]) * factor))
        lows.append(_positive(_number(band[2]) * factor))
    high_pass = max((hz for hz in highs if hz is not None), default=None)
    low_pass = min((hz for hz in lows if hz is not None), default=None)
    if high_pass is not None and low_pass is not None and high_pass >= low_pass:
        return Prefilter()
    return Prefilter(high_pass, low_pass)


def _cut_off(found: re.Match[str], *, is_time: bool = False) -> float | None:
    value, unit = _number(found[1]), found[2] or ""
    if is_time or unit in _TO_S:
        seconds = value * _TO_S.get(unit, 1.0)
        return 1 / (2 * math.pi * seconds) if seconds > 0 else None
    return _positive(value * _TO_HZ.get(unit, 1.0))


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _positive(value: float) -> float | None:
    """A high-pass at 0 Hz is none."""
    return value if 0 < value < math.inf else None
