"""What may be staged, what is staged with a warning, and what is refused.

A network is just as confident about nonsense: signals a million times too large, flat or clipped
ones. So this is asked of the signals themselves, and answered in words.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.stages import EPOCH_S

MIN_RATE_HZ = 50.0
_FULL_RATE_HZ = 60.0
"""Twice 30 Hz, the upper edge of the fastest band the network measures."""

_TYPICAL_RMS_UV = (2.0, 300.0)
_UNIT_FACTORS = (("volts", 1e-6), ("millivolts", 1e-3), ("nanovolts", 1e3), ("picovolts", 1e6))
_WORTH_SAYING = 0.05
_SHORT_EPOCHS = 20
_SWAPPED_LOG_RATIO = 0.4


@dataclass(frozen=True, eq=False)
class ChannelQuality:
    """What reading a channel showed.

    Parameters
    ----------
    channel
        The derivation.
    rms
        (n_epochs,) root mean square of each filtered epoch, in the channel's unit.
    missing, flat, clipped
        (n_epochs,) fractions of each epoch.
    usable
        (n_epochs,) bool.
    """

    channel: ResolvedDerivation
    rms: NDArray[np.float32]
    missing: NDArray[np.float32]
    flat: NDArray[np.float32]
    clipped: NDArray[np.float32]
    usable: NDArray[np.bool_]


def reason_against(channel: ResolvedDerivation) -> str:
    """Why a channel can't be used at all, or an empty string; asked before reading it."""
    if channel.sampling_rate_hz < MIN_RATE_HZ:
        return (
            f"{channel.name} is stored at {channel.sampling_rate_hz:g} Hz;"
            f" staging needs at least {MIN_RATE_HZ:g} Hz"
        )
    return ""


def warnings_before(channel: ResolvedDerivation) -> tuple[str, ...]:
    """What the header alone says about a channel."""
    warnings = []
    if channel.sampling_rate_hz < _FULL_RATE_HZ:
        warnings.append(
            f"{channel.name} is stored at {channel.sampling_rate_hz:g} Hz, which loses part of the"
            " beta band; staging may be less certain."
        )
    for signal, _ in channel.parts:
        if signal.unit != "uV":
            named = f"the unit {signal.stored_unit!r}" if signal.stored_unit else "no unit"
            warnings.append(
                f"{signal.label} names {named}, not a voltage; it was read as microvolts."
            )
        elif signal.stored_unit.strip().lower() in {"v", "mv", "nv"}:
            warnings.append(
                f"{signal.label} is stored in {signal.stored_unit} and was converted to microvolts."
            )
    return tuple(warnings)


def warnings_on_length(n_epochs: int) -> tuple[str, ...]:
    """A warning where there is little to scale the signals by."""
    if n_epochs >= _SHORT_EPOCHS:
        return ()
    return (
        f"The recording has only {n_epochs} epochs ({n_epochs * EPOCH_S / 60:g} min): stages are"
        " uncertain, because signals are scaled by the recording and read in context.",
    )


def reason_after(quality: ChannelQuality) -> str:
    """Why a channel that was read can't be used, or an empty string."""
    if quality.usable.any():
        return ""
    name = quality.channel.name
    worst = max(
        ("missing", float(quality.missing.mean())),
        ("flat", float(quality.flat.mean())),
        ("clipped", float(quality.clipped.mean())),
        key=lambda item: item[1],
    )
    if worst[1] > _WORTH_SAYING:
        return f"{name} is {worst[0]} for {100 * worst[1]:.0f} % of the recording"
    return f"{name} has no epoch with a signal"


def warnings_after(quality: ChannelQuality) -> tuple[str, ...]:
    """What is doubtful about a channel that can be used."""
    name = quality.channel.name
    warnings = []
    for word, fractions in (
        ("missing", quality.missing),
        ("flat", quality.flat),
        ("clipped", quality.clipped),
    ):
        share = float(fractions.mean())
        if share > _WORTH_SAYING:
            warnings.append(
                f"{name} is {word} for {100 * share:.0f} % of the recording; epochs that are more"
                " than half so were left out of it."
            )
    warnings.extend(_amplitude_warning(name, float(np.median(quality.rms[quality.usable]))))
    return tuple(warnings)


def _amplitude_warning(name: str, rms_uv: float) -> list[str]:
    low, high = _TYPICAL_RMS_UV
    if low <= rms_uv <= high:
        return []
    guess = next(
        (word for word, factor in _UNIT_FACTORS if low <= rms_uv / factor <= high),
        None,
    )
    likely = f"the values look like {guess}, not microvolts" if guess else "check its unit and gain"
    return [
        f"{name} has a median amplitude of {rms_uv:.3g} µV, outside the {low:g} to {high:g} µV of"
        f" EEG and EOG: {likely}. Staging does not depend on the gain, but check the recording."
    ]


def swap_warning(
    eeg_name: str,
    eeg_log_powers: NDArray[np.float32],
    eog_name: str,
    eog_log_powers: NDArray[np.float32],
) -> tuple[str, ...]:
    """A warning where the EOG looks more like EEG than the EEG does.

    Compared by the median of log sigma over delta power: on 153 nights of Sleep-EDF that of the
    EEG is below the EOG's by more than 0.4 in 1.3 % (Fpz-Cz) and 0.7 % (Pz-Oz), and a swap would
    be noticed in about 60 % and 85 %.

    Parameters
    ----------
    eeg_log_powers, eog_log_powers
        (n_epochs, 5) natural log band powers of the usable epochs.
    """
    delta, sigma = 0, 3
    eeg = float(np.median(eeg_log_powers[:, sigma] - eeg_log_powers[:, delta]))
    eog = float(np.median(eog_log_powers[:, sigma] - eog_log_powers[:, delta]))
    if eeg - eog >= -_SWAPPED_LOG_RATIO:
        return ()
    return (
        f"{eog_name} has more of the EEG's fast rhythms than {eeg_name}:"
        " check that EEG and EOG are not swapped.",
    )
