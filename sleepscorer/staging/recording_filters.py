"""What the filters of a recording cost our own stager: said in words, and in confidence.

The header is asked, and the spectrum (:mod:`sleepscorer.staging.measured_filters`): headers are
copied from templates, and recordings are filtered when they are exported. Our stager measures power
from 0.5 to 30 Hz; others, which look at shapes, may lose nothing.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.prefilters import Prefilter, stated_prefilter
from sleepscorer.staging.measured_filters import MeasuredFilter
from sleepscorer.staging.preprocess import PASS_BANDS_HZ, Band

_TOLD_HIGH_PASS_HZ = 0.5

# Kappa of the stager on recordings of other laboratories, .390 as they are, was .312 behind a
# high-pass of 1 Hz and .239 behind a low-pass of 15 Hz. Kappa falls by a share where that share of
# the epochs is drawn at random, and so a confidence is lowered. At 0.5 Hz nothing is: the
# recordings of Sleep-EDF, which the weights learned from, were high-passed there.
_UNHARMED_HZ = {"high-pass": 0.5, "low-pass": 30.0}
_LOST_AN_OCTAVE = {"high-pass": 1 - 0.312 / 0.390, "low-pass": 1 - 0.239 / 0.390}
_MOST_LOST = 0.8

_ALIKE = 1.6
"""A measured cut-off within this factor of a stated one agrees with it."""
_HIGHEST_BELOW_DB, _HIGHEST_BEYOND_DB = 12.0, 0.5
"""Of a :class:`MeasuredFilter` where nothing is filtered: at most 11 and 0.4 dB."""
_BELOW_HZ, _REFERENCE_HZ = 0.3, 1.2
_BEFORE_HZ, _BEYOND_HZ = 19.5, 31.5

_HARM = {
    ("high-pass", "eeg"): "weakens slow waves: N3 may be called N2. Look at N2 and N3 first",
    ("high-pass", "eog"): "weakens slow eye movements. Look at wake and N1 first",
    ("low-pass", "eeg"): "takes beta away: wake and N1 are uncertain. Review wake and N1 first",
    ("low-pass", "eog"): "weakens fast eye movements. Look at wake and R first",
}
# A sampling rate below 60 Hz is told of by itself, and no rate passes more than 0.4 times it.
_FULL_RATE_HZ, _PASSED_BY_RATE = 60.0, 0.4
_BETTER = {"high-pass": "0.3 Hz or less", "low-pass": "35 Hz or more"}


@dataclass(frozen=True)
class FilterFinding:
    """A filter of a channel, by what its header states and what its spectrum shows.

    Parameters
    ----------
    name
        ``"high-pass"`` or ``"low-pass"``.
    stated_hz, measured_hz
        Cut-offs; None where none is stated, or shown.
    is_refuted
        The spectrum holds more beyond the stated cut-off than the gentlest such filter leaves.
    """

    name: str
    stated_hz: float | None
    measured_hz: float | None
    is_refuted: bool = False

    @property
    def is_unstated(self) -> bool:
        """Whether the spectrum shows a filter that the header does not tell of."""
        if self.measured_hz is None or self.stated_hz is None:
            return self.measured_hz is not None
        ratio = self.measured_hz / self.stated_hz
        return (ratio if self.name == "high-pass" else 1 / ratio) > _ALIKE

    @property
    def cut_off_hz(self) -> float | None:
        """What counts: as stated, unless the spectrum shows otherwise; it is the less exact."""
        return self.measured_hz if self.is_refuted or self.is_unstated else self.stated_hz

    @property
    def lost_share(self) -> float:
        """How much less a stage is worth, 0 to 1."""
        if self.cut_off_hz is None:
            return 0.0
        octaves = math.log2(self.cut_off_hz / _UNHARMED_HZ[self.name])
        lost = _LOST_AN_OCTAVE[self.name] * (octaves if self.name == "high-pass" else -octaves)
        return min(max(lost, 0.0), _MOST_LOST)

    def is_told(self, kind: Band) -> bool:
        """Whether it reaches into what the stager looks at, by either source."""
        sources = [hz for hz in (self.stated_hz, self.cut_off_hz) if hz is not None]
        if self.name == "high-pass":
            # 1 / (2 pi 0.3 s) and the like are decimals without end.
            return any(hz > _TOLD_HIGH_PASS_HZ - 1e-6 for hz in sources)
        return any(hz < PASS_BANDS_HZ[kind][1] for hz in sources)

    def words(self, kind: Band) -> str:
        """A sentence or two that follow the channel's name."""
        if self.is_refuted:
            return (
                f"the header says a {self.name} at {self.stated_hz:.3g} Hz, but the spectrum holds"
                " more beyond that than such a filter leaves. Check what was recorded; the"
                " confidence is not lowered for it."
            )
        if not self.is_unstated:
            both = " and by its spectrum" if self.measured_hz is not None else ""
            at, source = f"at {self.stated_hz:.3g} Hz", f"by the header{both}"
        else:
            stated = "none" if self.stated_hz is None else f"{self.stated_hz:.3g} Hz"
            digits = 1 if self.name == "high-pass" else 2
            at = f"near {float(f'{self.measured_hz:.{digits}g}'):g} Hz"
            source = f"by the spectrum; the header says {stated}"
        lowered = kind == "eeg" and self.lost_share > 0
        confidence = "the confidence is lowered" if lowered else "the confidence is not lowered"
        return (
            f"a {self.name} {at} ({source}) {_HARM[self.name, kind]}; {confidence}. Better is"
            f" {_BETTER[self.name]} in the recording and its export."
        )


def findings_of(channel: ResolvedDerivation, measured: MeasuredFilter) -> tuple[FilterFinding, ...]:
    """Return the high-pass and the low-pass of a channel; of a difference the stricter of both."""
    stated = reduce(
        Prefilter.stricter, (stated_prefilter(signal.prefilter) for signal, _ in channel.parts)
    )
    rate_hz, stated_low_hz = channel.sampling_rate_hz, stated.low_pass_hz
    if stated_low_hz is not None and rate_hz < _FULL_RATE_HZ:
        stated_low_hz = stated_low_hz if stated_low_hz < _PASSED_BY_RATE * rate_hz else None
    return (
        FilterFinding(
            "high-pass",
            stated.high_pass_hz,
            measured.high_pass_hz,
            _is_refuted_high_pass(stated.high_pass_hz, measured.below_db),
        ),
        FilterFinding(
            "low-pass",
            stated_low_hz,
            measured.low_pass_hz,
            _is_refuted_low_pass(stated_low_hz, measured.beyond_db),
        ),
    )


def _is_refuted_high_pass(stated_hz: float | None, below_db: float | None) -> bool:
    if stated_hz is None or below_db is None:
        return False
    gentlest_db = _passed_db(stated_hz / _BELOW_HZ) - _passed_db(stated_hz / _REFERENCE_HZ)
    return below_db > gentlest_db + _HIGHEST_BELOW_DB


def _is_refuted_low_pass(stated_hz: float | None, beyond_db: float | None) -> bool:
    if stated_hz is None or beyond_db is None:
        return False
    gentlest_db = _passed_db(_BEYOND_HZ / stated_hz) - _passed_db(_BEFORE_HZ / stated_hz)
    return beyond_db > gentlest_db + _HIGHEST_BEYOND_DB


def _passed_db(beyond: float) -> float:
    """Power that a filter of first order passes, so many times beyond its cut-off."""
    return -10 * math.log10(1 + beyond**2)


def lost_share(filters: Iterable[Sequence[FilterFinding]]) -> float:
    """How much less a stage by these EEG channels is worth, 0 to 1.

    The stager takes the mean over the channels, so what one of them lost counts for its part.
    """
    kept = [math.prod(1 - found.lost_share for found in findings) for findings in filters]
    return 1 - sum(kept) / len(kept) if kept else 0.0


def filter_warnings(
    channels: Iterable[tuple[str, Band, Sequence[FilterFinding]]],
) -> tuple[str, ...]:
    """Return a warning on each filter that matters; channels with the same one share it.

    Parameters
    ----------
    channels
        Name, kind and filters of each that is staged by.
    """
    named: dict[str, list[str]] = {}
    for name, kind, findings in channels:
        for found in findings:
            if (found.name, kind) in _HARM and found.is_told(kind):
                named.setdefault(found.words(kind), []).append(name)
    return tuple(f"{', '.join(names)}: {words}" for words, names in named.items())
