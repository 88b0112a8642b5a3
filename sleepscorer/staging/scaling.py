"""The scale of a recording: what a z-score is to samples, to band powers.

The head learned from z-scored nights that were cropped to half an hour around sleep. Dividing a
signal by its root mean square subtracts the logarithm of its mean power from every log band power.
The power is taken from the band powers themselves, a median over the parts of each epoch; epochs
far above the usual power don't count, so that a loose lead does not move the scale of a whole
night; nor does anything but the time around the main sleep period, so that hours of wake before
the night don't either.
"""

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.runs import joined_runs, runs_of
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.staging.bands import N_BANDS

N_LEVELS = 4
"""Levels of a night that each epoch is compared with, see :func:`night_levels`."""

AROUND_SLEEP_EPOCHS = round(30 * 60 / EPOCH_S)
_ARTEFACT_LOG_POWER = 4.0
"""Above the median by this much an epoch is left out of the scale. On 153 nights of Sleep-EDF these
are 0.04 % of the EEG's epochs and 1.2 % of the EOG's; kappa changes by less than 0.003."""
_SMOOTH_EPOCHS = round(30 * 60 / EPOCH_S)
_BRIDGE_EPOCHS = round(60 * 60 / EPOCH_S)


def log_scale(log_powers: NDArray[np.float32], usable: NDArray[np.bool_]) -> float:
    """Natural log of the mean power, artefacts left out.

    Parameters
    ----------
    log_powers
        (n_epochs, 5) natural log band powers.
    usable
        (n_epochs,) the epochs that count.

    Returns
    -------
    Zero where no epoch is usable.
    """
    if not usable.any():
        return 0.0
    total = np.logaddexp.reduce(log_powers[usable].astype(np.float64), axis=1)
    total = total[total <= np.median(total) + _ARTEFACT_LOG_POWER]
    return float(np.logaddexp.reduce(total) - np.log(total.size))


def night_levels(log_powers: NDArray[np.float32], usable: NDArray[np.bool_]) -> NDArray[np.float32]:
    """What is usual in a night: the levels that its epochs are compared with.

    People differ in how much of each rhythm they have; within one night the lowest delta power is
    wake or REM whoever it is. On cross-validated nights of Sleep-EDF the last three rows raised
    kappa by .02.

    Parameters
    ----------
    log_powers
        (n_epochs, 5) natural log band powers.
    usable
        (n_epochs,) the epochs that count.

    Returns
    -------
    (4, 5): the scale (:func:`log_scale`) in every band; then the median, the 5th and the 95th
    percentile of each band. Zeros where no epoch is usable.
    """
    levels = np.zeros((N_LEVELS, N_BANDS), dtype=np.float32)
    if usable.any():
        levels[0] = log_scale(log_powers, usable)
        levels[1:] = np.percentile(log_powers[usable], (50, 5, 95), axis=0)
    return levels


def around_main_sleep(sleep_probability: NDArray[np.floating]) -> NDArray[np.bool_]:
    """The main sleep period and half an hour on both sides.

    Parameters
    ----------
    sleep_probability
        (n_epochs,) NaN where unknown.

    Returns
    -------
    (n_epochs,) bool; all true where there is no sustained sleep.
    """
    n_epochs = sleep_probability.size
    known = np.isfinite(sleep_probability)
    if not known.any():
        return np.ones(n_epochs, dtype=bool)
    kernel = np.ones(min(_SMOOTH_EPOCHS, n_epochs))
    weight = np.convolve(known, kernel, mode="same")
    smooth = np.convolve(np.nan_to_num(sleep_probability), kernel, mode="same")
    period = main_sleep(smooth > 0.5 * weight)
    if period is None:
        return np.ones(n_epochs, dtype=bool)
    start, stop = period
    result = np.zeros(n_epochs, dtype=bool)
    result[max(start - AROUND_SLEEP_EPOCHS, 0) : stop + AROUND_SLEEP_EPOCHS] = True
    return result


def main_sleep(asleep: NDArray[np.bool_]) -> tuple[int, int] | None:
    """First epoch of the longest sleep, and the one after its last; None where there is none.

    Up to an hour awake does not end it.

    Parameters
    ----------
    asleep
        (n_epochs,) where sleep is sustained.
    """
    periods = joined_runs(runs_of(asleep), _BRIDGE_EPOCHS + 1)
    if len(periods) == 0:
        return None
    start, stop = periods[np.argmax(periods[:, 1] - periods[:, 0])].tolist()
    return start, stop
