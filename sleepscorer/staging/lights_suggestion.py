"""When the lights may have gone off and on, by the restlessness of the signal.

Nobody sees light in an EEG. People who are up move, blink and tense their muscles, which is fast
and large in EEG and EOG; once they lie down to sleep that stops. So the end of the last restless
stretch before the main sleep may be lights off, and the beginning of the first one after it lights
on. A suggestion for a person to look at: on the four nights of Sleep-EDF for which the features,
the start and the published lights off were at hand, lights off came 3, 4 and 10 minutes too late,
and 47 minutes too early for somebody who had dozed all evening.
"""

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.stages import EPOCH_S
from sleepscorer.staging.measured_night import MeasuredNight
from sleepscorer.staging.preprocess import Band
from sleepscorer.staging.scaling import main_sleep

_SHORTEST_EPOCHS = round(60 * 60 / EPOCH_S)
_SMOOTH_EPOCHS = 5
_RESTLESS_SPREADS = 3.0
_DELTA, _BETA = 0, 4


def restlessness(night: MeasuredNight) -> NDArray[np.float64]:
    """Fast EEG activity and large eye movements of each epoch.

    Returns
    -------
    (n_epochs,) mean over the channels of the log power of EEG from 16 to 30 Hz and EOG below 4 Hz,
    each against its median in the night; NaN where no channel is usable.
    """
    rows = []
    bands: tuple[tuple[Band, int], ...] = (("eeg", _BETA), ("eog", _DELTA))
    for kind, band in bands:
        for channel in night.channels[kind]:
            usable = channel.quality.usable
            values = np.where(usable, channel.log_powers[:, band].astype(np.float64), np.nan)
            if usable.any():
                rows.append(values - np.nanmedian(values))
    counted = np.isfinite(rows).sum(axis=0)
    total = np.nansum(rows, axis=0)
    return np.where(counted > 0, total / np.maximum(counted, 1), np.nan)


def suggested_lights(
    sleep_probability: NDArray[np.floating], restless: NDArray[np.floating]
) -> tuple[float, ...]:
    """Suggest lights off and lights on.

    Parameters
    ----------
    sleep_probability
        (n_epochs,) NaN where nothing was staged.
    restless
        (n_epochs,) of :func:`restlessness`.

    Returns
    -------
    Two times, seconds from the start; empty where there is no main sleep of an hour, or nothing
    restless on either side of it: the recording may then be of the time in bed alone.
    """
    n_epochs = sleep_probability.size
    asleep = _smooth(np.nan_to_num(sleep_probability)) > 0.5
    period = main_sleep(asleep)
    if period is None or period[1] - period[0] < _SHORTEST_EPOCHS:
        return ()
    start, stop = period
    inside = restless[start:stop][asleep[start:stop]]
    low, middle, high = np.nanpercentile(inside, (25, 50, 75))
    above = np.nan_to_num(restless, nan=-np.inf) > middle + _RESTLESS_SPREADS * (high - low) / 1.35
    active = _smooth(above.astype(np.float64)) > 0.5
    before, after = np.flatnonzero(active[:start]), np.flatnonzero(active[stop:])
    if not before.size and not after.size:
        return ()
    off = int(before[-1]) + 1 if before.size else 0
    on = stop + int(after[0]) if after.size else n_epochs
    return off * EPOCH_S, on * EPOCH_S


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    width = min(_SMOOTH_EPOCHS, values.size)
    if width == 0:
        return values
    kernel = np.ones(width)
    around = np.convolve(np.ones(values.size), kernel, mode="same")
    smooth: NDArray[np.float64] = np.convolve(values, kernel, mode="same") / around
    return smooth
