"""The EEG that goes on all the time: a background of 1/f shape by stage, and the alpha rhythm.

Densities are those of the mean band powers by stage of some 150 published nights (Sleep-EDF
Expanded, Kemp 2000), less what :mod:`~sleepscorer.simulation.waves` adds as single waves; the
topography follows Finelli 2001 (delta frontal in sleep, alpha occipital in wake).
"""

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.recording import FloatArray
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.simulation import noise
from sleepscorer.simulation.electrodes import N_CORTICAL, Electrodes
from sleepscorer.simulation.timeline import (
    GRID_HZ,
    PAGE_S,
    Timeline,
    Track,
    Window,
    running_mean,
)

_HIGHEST_HZ = 60.0
_KNOTS_HZ = (0.2, 1, 2, 4, 6, 8, 10, 12, 14, 16, 20, 30, 45, 60)
_DENSITY = {  # µV²/Hz at the knots, scalp electrode against a silent reference
    Stage.W: (16, 22, 11, 4.2, 2.6, 1.8, 1.5, 1.2, 1.1, 1.0, 0.85, 0.7, 0.55, 0.45),
    Stage.N1: (12, 17, 8.4, 3.0, 2.0, 1.1, 0.8, 0.55, 0.45, 0.36, 0.26, 0.15, 0.09, 0.06),
    Stage.N2: (26, 36, 20, 5.4, 2.9, 1.6, 1.0, 0.65, 0.45, 0.3, 0.18, 0.08, 0.04, 0.03),
    Stage.N3: (60, 130, 55, 9.5, 4.5, 2.2, 1.2, 0.7, 0.45, 0.28, 0.15, 0.06, 0.03, 0.02),
    Stage.R: (10, 15, 7.6, 2.7, 1.9, 1.2, 0.8, 0.46, 0.36, 0.3, 0.24, 0.16, 0.09, 0.06),
}
_TILT_HZ = (2.0, 8.0, 16.0)
_TILT_LOG_POWER = (0.5, -0.3, 0.1)
"""Log power gained from vertex to forehead, at the frequencies above."""

_BANDS_HZ = (1.0, 3.0, 6.0, 10.0, 14.0, 24.0)
_BAND_SD = 0.3
"""Epochs of one stage differ by about this much in the log power of each band."""

_ALPHA_BY_STAGE = (1.0, 0.22, 0.0, 0.0, 0.12)
_ALPHA_BANDWIDTH_HZ = 0.55


def spectral_density(stage: Stage, frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_frequencies,) background density of a stage, µV²/Hz, at as many frequencies above 0 Hz."""
    knots, log_f = np.log(_KNOTS_HZ), np.log(frequency_hz)
    density = np.exp(np.interp(log_f, knots, np.log(_DENSITY[stage])))
    # The 0.3-Hz high-pass filter of the amplifier, second order.
    return np.asarray(density / (1 + (0.25 / frequency_hz) ** 4))


class Background:
    """Noise with the spectrum of the stage at each moment, correlated between electrodes."""

    def __init__(self, timeline: Timeline, electrodes: Electrodes, rate_hz: float) -> None:
        self._timeline = timeline
        self._electrodes = electrodes
        self._rate_hz = rate_hz
        self._frequency = noise.bin_frequencies(rate_hz, _HIGHEST_HZ)
        self._shape = {stage: self._stage_shape(stage) for stage in STAGES}
        self._band_log_gain = _band_fluctuations(timeline)
        self._mixing = electrodes.cortical.astype(np.float32)
        self._noise = noise.FadedNoise(self._segment, rate_hz)

    def page(self, page: int) -> FloatArray:
        """(n_electrodes, n_samples) µV."""
        return self._noise.page(page)

    def _stage_shape(self, stage: Stage) -> FloatArray:
        tilt = np.interp(self._frequency, _TILT_HZ, _TILT_LOG_POWER)
        log_gain = 0.5 * np.outer(self._electrodes.front, tilt)
        gain = self._electrodes.brain[:, None] * np.exp(log_gain) * self._timeline.person.eeg_gain
        density = spectral_density(stage, self._frequency)
        return np.asarray(gain * noise.amplitude(density, self._rate_hz), dtype=np.float32)

    def _segment(self, page: int) -> FloatArray:
        window = Window(page, self._rate_hz, noise.SEGMENT_S)
        rng = self._timeline.rng("background", page)
        bins = noise.random_bins(rng, N_CORTICAL, self._frequency.size)
        index = int(np.clip(page, 0, self._band_log_gain.shape[0] - 1))
        log_gain = np.interp(self._frequency, _BANDS_HZ, self._band_log_gain[index])
        mixed = (self._mixing @ bins) * np.exp(0.5 * log_gain).astype(np.float32)
        weights = window.slow(self._timeline.weights)
        made = np.zeros((len(self._electrodes.names), window.n_samples), dtype=np.float32)
        for stage in STAGES:
            if weights[stage].max() <= 0:
                continue
            part = noise.from_bins(mixed * self._shape[stage], self._rate_hz)
            if weights[stage].min() < 1:
                part *= window.values(self._timeline.weights[stage]).astype(np.float32)
            made += part
        return made


def _band_fluctuations(timeline: Timeline) -> NDArray[np.float64]:
    """(n_pages, n_bands) log power of each page about its stage's mean, drifting slowly."""
    n_pages = int(np.ceil(timeline.duration_s / PAGE_S)) + 1
    fresh = timeline.rng("band gains").standard_normal((n_pages, len(_BANDS_HZ)))
    drift = fresh.copy()
    for page in range(1, n_pages):
        drift[page] = 0.7 * drift[page - 1] + np.sqrt(1 - 0.7**2) * fresh[page]
    gains = _BAND_SD * drift
    # Delta builds up towards N3 and lingers after it, also in the N2 about it.
    deep = running_mean(timeline.weights[Stage.N3], 120, 120)
    middles = np.arange(n_pages) * PAGE_S * GRID_HZ + PAGE_S * GRID_HZ // 2
    in_n2 = timeline.weights[Stage.N2] * deep
    gains[:, :2] += 0.8 * in_n2[np.clip(middles, 0, deep.size - 1)][:, None]
    return np.asarray(gains)


class AlphaRhythm:
    """Posterior rhythm: strong awake with closed eyes, waxing and waning, slower in N1 and R."""

    def __init__(self, timeline: Timeline, electrodes: Electrodes, rate_hz: float) -> None:
        self._timeline = timeline
        self._rate_hz = rate_hz
        self._envelope = _alpha_envelope(timeline)
        person = timeline.person
        self._frequency = noise.bin_frequencies(rate_hz, 20.0)
        z = (self._frequency - person.alpha_hz) / _ALPHA_BANDWIDTH_HZ
        density = np.exp(-0.5 * z**2) / (_ALPHA_BANDWIDTH_HZ * np.sqrt(2 * np.pi))
        self._shape = noise.amplitude(density, rate_hz)
        gain = electrodes.posterior() * person.alpha_uv * person.eeg_gain
        self._gain = (gain[:, None] * _hemispheres(electrodes)).astype(np.float32)
        self._noise = noise.FadedNoise(self._segment, rate_hz)

    def page(self, page: int) -> FloatArray:
        """(n_electrodes, n_samples) µV."""
        window = Window(page, self._rate_hz)
        rhythm = self._noise.page(page)
        rhythm *= window.values(self._envelope).astype(np.float32)
        return self._gain @ rhythm

    def _segment(self, page: int) -> FloatArray:
        bins = noise.random_bins(self._timeline.rng("alpha", page), 3, self._frequency.size)
        return noise.from_bins(bins * self._shape, self._rate_hz)


def _hemispheres(electrodes: Electrodes) -> NDArray[np.float64]:
    """(n_electrodes, 3) shares of a common, a left and a right rhythm, of unit power."""
    left, right = electrodes.right < -0.05, electrodes.right > 0.05
    common = np.where(left | right, 0.85, 1.0)
    return np.stack([common, 0.53 * left, 0.53 * right], axis=1)


def _alpha_envelope(timeline: Timeline) -> Track:
    by_stage = np.array(_ALPHA_BY_STAGE) @ timeline.weights
    blocked = 1 - 0.8 * timeline.eyes_open * timeline.weights[Stage.W]
    waxing = np.exp(0.4 * timeline.fluctuation("alpha waxing", time_constant_s=5.0) - 0.08)
    return np.asarray(by_stage * blocked * waxing)
