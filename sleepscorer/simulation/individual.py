"""How one sleeper differs from another, drawn once a night."""

from dataclasses import dataclass

import numpy as np

from sleepscorer.simulation.chance import generator


@dataclass(frozen=True)
class Individual:
    """One sleeper on one night.

    Parameters
    ----------
    age_years
        Slow waves, N3 and spindles decline with it, awakenings rise (Ohayon 2004).
    depth
        Propensity to N3, about 0.2 to 1.3.
    restlessness
        Factor on awakenings and arousals.
    eeg_gain
        Factor on all brain potentials (skull, skin).
    alpha_hz, alpha_uv
        Posterior rhythm with eyes closed: frequency, and root mean square at the occiput.
    spindle_hz, spindles_per_min
        Centroparietal spindles in N2.
    slow_wave_uv
        Median peak-to-peak amplitude of the slow waves of the first N3, frontal.
    chin_uv
        Root mean square of the chin EMG in quiet wake.
    heart_rate_bpm, breaths_per_min
        In quiet wake, and in NREM sleep.
    hypopnoeas_per_h
        Mild: up to 8.
    """

    age_years: float
    depth: float
    restlessness: float
    eeg_gain: float
    alpha_hz: float
    alpha_uv: float
    spindle_hz: float
    spindles_per_min: float
    slow_wave_uv: float
    chin_uv: float
    heart_rate_bpm: float
    breaths_per_min: float
    hypopnoeas_per_h: float

    @classmethod
    def of(cls, seed: int) -> "Individual":
        """Draw the sleeper of this seed."""
        rng = generator(seed, "individual")
        age = rng.uniform(20, 70)
        young = (70 - age) / 50
        return cls(
            age_years=age,
            depth=float(np.clip(0.45 + 0.6 * young + rng.normal(0, 0.15), 0.2, 1.3)),
            restlessness=float((1.35 - 0.6 * young) * rng.lognormal(0, 0.3)),
            eeg_gain=float(rng.lognormal(0, 0.12)),
            alpha_hz=float(np.clip(rng.normal(9.7 + 0.5 * young, 0.6), 8.2, 11.8)),
            alpha_uv=float(np.clip(rng.lognormal(np.log(13), 0.35), 5, 26)),
            spindle_hz=float(rng.normal(13.4, 0.4)),
            spindles_per_min=float(rng.lognormal(np.log(2.5 + 2.5 * young), 0.25)),
            slow_wave_uv=float(np.clip(rng.normal(97 + 24 * young, 8), 86, 150)),
            chin_uv=float(rng.lognormal(np.log(14), 0.3)),
            heart_rate_bpm=float(np.clip(rng.normal(67, 7), 50, 88)),
            breaths_per_min=float(rng.normal(14.5, 1.5)),
            hypopnoeas_per_h=float(rng.uniform(0, 8) ** 2 / 8),
        )
