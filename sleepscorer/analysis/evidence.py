"""What speaks for a stage and what against it: classical measures against this night's own range.

The criteria are those of the AASM manual (v3, chapter IV) as far as they can be measured: rhythms
by band power, spindles and slow waves by the aids of :mod:`sleepscorer.analysis.waves`, eye
movements and chin tone by amplitude. They explain and never decide: the network sees none of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sleepscorer.analysis.display import DisplayFilter
from sleepscorer.analysis.filters import filtered
from sleepscorer.analysis.spectra import band_powers, epoch_spectrum
from sleepscorer.analysis.waves import Eyes, slow_wave_seconds, spindle_marks
from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.stages import EPOCH_S, Stage

_CONTEXT_S = 5.0
_EYE_FILTER = DisplayFilter(0.3, 5.0)
_CHIN_FILTER = DisplayFilter(10.0, None)
_MIN_CHIN_RATE_HZ = 50.0
_HIGH, _LOW = 0.7, 0.3

_MEASURES = ("delta", "theta", "alpha", "sigma", "beta", "spindles", "slow waves",
             "eye movements", "chin tone")  # fmt: skip
_WORDS = {
    "spindles": "spindle-like trains",
    "slow waves": "slow waves over 75 µV",
    "eye movements": "eye movements",
    "chin tone": "chin muscle tone",
}

# +1: more of it than in most of the night speaks for the stage; -1: less of it does.
_EXPECTED: Mapping[Stage, Mapping[str, int]] = MappingProxyType(
    {
        Stage.W: {"alpha": 1, "beta": 1, "chin tone": 1, "eye movements": 1, "delta": -1,
                  "spindles": -1, "slow waves": -1},
        Stage.N1: {"theta": 1, "alpha": -1, "spindles": -1, "slow waves": -1, "delta": -1},
        Stage.N2: {"spindles": 1, "sigma": 1, "eye movements": -1, "beta": -1},
        Stage.N3: {"slow waves": 1, "delta": 1, "beta": -1, "alpha": -1, "eye movements": -1},
        Stage.R: {"chin tone": -1, "eye movements": 1, "spindles": -1, "slow waves": -1,
                  "sigma": -1, "theta": 1},
    }
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class NightMeasures:
    """Measures of every epoch of a night.

    Parameters
    ----------
    values
        For each name (n_epochs,) float64, NaN where it could not be measured. Bands are shares of
        the power from 0.5 to 30 Hz; spindles are counted; slow waves are seconds; eye movements
        and chin tone are µV root mean square.
    channels
        For each name the derivation it was measured on.
    """

    values: Mapping[str, NDArray[np.float64]]
    channels: Mapping[str, str]


@dataclass(frozen=True)
class Evidence:
    """One measure of an epoch, and what it says of a stage.

    Parameters
    ----------
    name, words
        Of the measure: ``"sigma"``, ``"sigma power"``.
    value
        As in :class:`NightMeasures`.
    share_below
        Share of the night's epochs that have less, 0 to 1.
    speaks
        +1 for the stage, -1 against it, 0 neither.
    channel
        The derivation.
    """

    name: str
    words: str
    value: float
    share_below: float
    speaks: int
    channel: str

    @property
    def sentence(self) -> str:
        """For people: ``"more sigma power than 83 % of the night, on C4-M1"``."""
        is_more = self.share_below >= 0.5
        percent = round(100 * (self.share_below if is_more else 1 - self.share_below))
        than = f"than {percent} % of the night, on {self.channel}"
        return f"{'more' if is_more else 'less'} {self.words} {than}"


def measure_night(
    n_epochs: int,
    *,
    eeg: ResolvedDerivation | None,
    frontal: ResolvedDerivation | None = None,
    eog: ResolvedDerivation | None = None,
    emg: ResolvedDerivation | None = None,
    eyes: ResolvedDerivation | None = None,
    progress: Progress = silent,
) -> NightMeasures:
    """Measure every epoch.

    Parameters
    ----------
    n_epochs
        Of the recording.
    eeg
        For bands and spindles, a central derivation by preference.
    frontal
        For slow waves; ``eeg`` where None.
    eog, emg
        For eye movements and chin tone; left out where None or too slowly sampled.
    eyes
        One eye against the other, to tell eye movements from slow waves.

    Raises
    ------
    RecordingError
        If the file can't be read.
    """
    values = {name: np.full(n_epochs, np.nan) for name in _MEASURES}
    slow = frontal or eeg
    chin = emg if emg is not None and emg.sampling_rate_hz >= _MIN_CHIN_RATE_HZ else None
    for epoch in range(n_epochs):
        if eeg is not None:
            _measure_eeg(values, epoch, eeg)
        if slow is not None and slow.unit == "uV":
            around = _around(slow, epoch)
            if np.isfinite(around).all():
                values["slow waves"][epoch] = slow_wave_seconds(
                    around,
                    slow.sampling_rate_hz,
                    context_s=_CONTEXT_S,
                    eyes=None if eyes is None else eyes_around(eyes, epoch),
                )
        for name, channel, passed in (
            ("eye movements", eog, _EYE_FILTER),
            ("chin tone", chin, _CHIN_FILTER),
        ):
            if channel is not None:
                values[name][epoch] = _amplitude(channel, epoch, passed)
        progress((epoch + 1) / n_epochs, "measuring the night")
    on_eeg = dict.fromkeys(_MEASURES, eeg)
    measured_on = on_eeg | {"slow waves": slow, "eye movements": eog, "chin tone": chin}
    channels = {name: found.name for name, found in measured_on.items() if found is not None}
    return NightMeasures(values, channels)


def evidence(measures: NightMeasures, epoch: int, stage: Stage) -> tuple[Evidence, ...]:
    """What speaks for a stage of an epoch, then what against, then the rest; strongest first."""
    expected = _EXPECTED.get(stage, {})
    found = []
    for name, channel in measures.channels.items():
        night = measures.values[name]
        known = night[np.isfinite(night)]
        value = float(night[epoch])
        if not np.isfinite(value) or known.size < 2:
            continue
        # Counts are often equal: those count half.
        below = float(((known < value).sum() + 0.5 * (known == value).sum()) / known.size)
        sign = 1 if below >= _HIGH else -1 if below <= _LOW else 0
        words = _WORDS.get(name, f"{name} power")
        found.append(Evidence(name, words, value, below, sign * expected.get(name, 0), channel))
    return tuple(sorted(found, key=lambda e: (-e.speaks, -abs(e.share_below - 0.5))))


def sentences(found: Sequence[Evidence], speaks: int) -> tuple[str, ...]:
    """The sentences of what speaks for (1) or against (-1) the stage."""
    return tuple(each.sentence for each in found if each.speaks == speaks)


def _measure_eeg(
    values: Mapping[str, NDArray[np.float64]], epoch: int, eeg: ResolvedDerivation
) -> None:
    around = _around(eeg, epoch)
    if not np.isfinite(around).all():
        return
    context = round(_CONTEXT_S * eeg.sampling_rate_hz)
    inner = around[context : around.size - context]
    for name, power in band_powers(epoch_spectrum(inner, eeg.sampling_rate_hz)).items():
        if power.relative is not None:
            values[name][epoch] = power.relative
    marks = spindle_marks(around, eeg.sampling_rate_hz, context_s=_CONTEXT_S)
    values["spindles"][epoch] = len(marks)


def eyes_around(channel: ResolvedDerivation, epoch: int) -> Eyes | None:
    """Read what tells eye movements from the slow waves of an epoch; None where it is no voltage.

    Parameters
    ----------
    channel
        One eye against the other.
    epoch
        Its index; five seconds on both sides are read with it.
    """
    if channel.unit != "uV":
        return None
    return Eyes(_around(channel, epoch), channel.sampling_rate_hz)


def _around(channel: ResolvedDerivation, epoch: int) -> NDArray[np.float32]:
    """An epoch and its context; where the night begins or ends, its mirror image."""
    start_s = epoch * EPOCH_S
    samples = channel.read(start_s - _CONTEXT_S, start_s + EPOCH_S + _CONTEXT_S)
    context = round(_CONTEXT_S * channel.sampling_rate_hz)
    if np.isnan(samples[:context]).all():
        samples[:context] = samples[2 * context : context : -1]
    if np.isnan(samples[-context:]).all():
        samples[-context:] = samples[-context - 2 : -2 * context - 2 : -1]
    return samples


def _amplitude(channel: ResolvedDerivation, epoch: int, passed: DisplayFilter) -> float:
    around = _around(channel, epoch)
    if not np.isfinite(around).all():
        return float("nan")
    context = round(_CONTEXT_S * channel.sampling_rate_hz)
    inner = filtered(around, channel.sampling_rate_hz, passed)[context : around.size - context]
    return float(np.sqrt(np.mean(np.square(inner, dtype=np.float64))))
