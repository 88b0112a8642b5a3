"""Chin EMG for nights that have none: what the EMG branch of the multimodal profile learns from.

No night with labelled chin EMG is at hand. The tone here follows the AASM manual's description
(highest in wake, lowest in REM, in between otherwise), and is wrong on purpose for many nights: in
a third it tells nothing, in the others its contrast is drawn at random. A network that was given
textbook atonia took real REM for wake.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sleepscorer.staging.bands import N_BANDS
from sleepscorer.training.nights import TrainingNight

_TONE = np.array([1.2, 0.5, 0.1, 0.0, -0.8])
"""Natural log of the power by stage, W N1 N2 N3 R, against N3."""

_SHARE_UNINFORMATIVE = 1 / 3
_DRIFT_SD, _EPOCH_SD = 0.05, 0.35
_SHARE_BURSTS, _BURST = 0.05, 2.0
_BAND_TILT_SD = 0.3


def with_simulated_emg(nights: Sequence[TrainingNight], *, seed: int) -> tuple[TrainingNight, ...]:
    """The same nights with the band powers of a chin EMG that nobody recorded."""
    rng = np.random.default_rng(seed)
    return tuple(
        replace(night, powers={**night.powers, "emg": _powers(rng, night.labels)})
        for night in nights
    )


def _powers(rng: np.random.Generator, labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """(n_epochs, 1, 5) natural log band powers."""
    n_epochs = len(labels)
    contrast = 0.0 if rng.random() < _SHARE_UNINFORMATIVE else rng.uniform(0.2, 1.8)
    tone = contrast * (_TONE + rng.normal(0, 0.3, _TONE.size))[np.maximum(labels, 0)]
    tone += np.cumsum(rng.normal(0, _DRIFT_SD, n_epochs))
    tone += rng.normal(0, rng.uniform(0.5, 1.5) * _EPOCH_SD, n_epochs)
    tone += (rng.random(n_epochs) < _SHARE_BURSTS) * rng.exponential(_BURST, n_epochs)
    tilt = rng.normal(0, _BAND_TILT_SD, N_BANDS)
    powers = tone[:, None] + tilt + rng.normal(0, 0.1, (n_epochs, N_BANDS))
    return powers[:, None].astype(np.float32)
