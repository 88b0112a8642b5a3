"""What may be staged, what is staged with a warning, and what is refused.

A network is just as confident about nonsense: signals a million times too large, flat or clipped
ones, noise and tones. So this is asked of the signals themselves, and answered in words.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.stager_channels import MIN_EEG_EOG_RATE_HZ
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.core.wording import counted, of_counted
from sleepscorer.staging.channel_quality import TYPICAL_RMS_UV, ChannelQuality

_FULL_RATE_HZ = 60.0
"""Twice 30 Hz, the upper edge of the fastest band the network measures."""

_UNITS = (("volts", 1e6), ("millivolts", 1e3), ("nanovolts", 1e-3), ("picovolts", 1e-6))
_WORTH_SAYING = 0.05
_SHORT_EPOCHS = 20
_SWAPPED_LOG_RATIO = 0.4
# Of two hours of sleep some are always of another stage; people lie awake for longer than that.
_ONE_STAGE_EPOCHS, _ONE_STAGE_WAKE_EPOCHS = 240, 720
_ONE_STAGE_SHARE, _ONE_STAGE_UNSOUND = 0.98, 0.5


def reason_against(channel: ResolvedDerivation) -> str:
    """Why a channel can't be used at all, or an empty string; asked before reading it."""
    if channel.sampling_rate_hz < MIN_EEG_EOG_RATE_HZ:
        return (
            f"{channel.name} is stored at {channel.sampling_rate_hz:g} Hz;"
            f" staging needs at least {MIN_EEG_EOG_RATE_HZ:g} Hz"
        )
    return ""


def notes_on_units(channel: ResolvedDerivation) -> tuple[str, ...]:
    """What was set right with certainty: voltages converted by the header's own unit."""
    return tuple(
        f"{signal.label} is stored in {signal.stored_unit} and was converted to microvolts."
        for signal, _ in channel.parts
        if signal.unit == "uV" and signal.stored_unit and not _is_microvolts(signal.stored_unit)
    )


def _is_microvolts(unit: str) -> bool:
    plain = unit.strip().casefold().replace("\N{GREEK SMALL LETTER MU}", "u")
    return plain.replace("\N{MICRO SIGN}", "u") in {"uv", "microv", "microvolt", "microvolts"}


def warnings_before(channel: ResolvedDerivation) -> tuple[str, ...]:
    """What is doubtful by the header alone."""
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
    return tuple(warnings)


def warnings_on_length(n_epochs: int) -> tuple[str, ...]:
    """A warning where there is little to scale the signals by."""
    if n_epochs >= _SHORT_EPOCHS:
        return ()
    return (
        f"The recording has only {counted(n_epochs, 'epoch')} ({n_epochs * EPOCH_S / 60:g}"
        f" min): stages are"
        " uncertain, because signals are scaled by the recording and read in context.",
    )


def reason_after(quality: ChannelQuality) -> str:
    """Why a channel that was read can't be used, or an empty string."""
    if quality.usable.any():
        return ""
    name = quality.channel.name
    word, share = max(_faults(quality), key=lambda fault: fault[1])
    if share > _WORTH_SAYING:
        return f"{name} is {word} for {100 * share:.0f} % of the recording"
    return f"{name} has no epoch with a signal"


def warnings_after(quality: ChannelQuality) -> tuple[str, ...]:
    """What is doubtful about a channel that can be used."""
    name = quality.channel.name
    warnings = [
        f"{name} is {word} for {100 * share:.0f} % of the recording; epochs that are more"
        " than half so were left out of it."
        for word, share in _faults(quality)
        if share > _WORTH_SAYING
    ]
    for found, words in (
        (quality.too_large, "far above its usual power (movement, a loose lead)"),
        (quality.too_small, "far below its usual power (a lead that is off)"),
    ):
        n_found = int(found.sum())
        if n_found:
            warnings.append(
                f"{of_counted(n_found, found.size, 'epoch')} of {name} are {words} and were"
                f" left out of it."
            )
    n_humming = int(quality.humming.sum())
    if n_humming:
        warnings.append(
            f"{of_counted(n_humming, quality.humming.size, 'epoch')} of {name} have more mains hum"
            " than signal (a loose electrode); their confidence is lowered."
        )
    warnings.extend(_doubt_warnings(quality))
    if quality.channel.kind != "emg":
        # A chin at rest has a microvolt, and it says nothing of the gain.
        warnings.extend(_amplitude_warnings(quality))
    return tuple(warnings)


def _doubt_warnings(quality: ChannelQuality) -> list[str]:
    if not quality.doubts:
        return []
    n_found, name = int(quality.implausible.sum()), quality.channel.name
    return [
        f"{n_found} of {quality.too_large.size} epochs of {name} are unlike EEG or EOG"
        f" ({'; '.join(quality.doubts)}): check what was recorded there. Stages that rest on them"
        " mean nothing, and their confidence is lowered."
    ]


def left_out_as_implausible(
    eeg: Sequence[ChannelQuality], eog: Sequence[ChannelQuality]
) -> tuple[ChannelQuality, ...]:
    """What is better left out: the channels that are no EEG or EOG, where any EEG is one."""
    if all(quality.is_implausible for quality in eeg):
        return ()
    return tuple(quality for quality in (*eeg, *eog) if quality.is_implausible)


def warnings_on_stages(stages: NDArray[np.int8]) -> tuple[str, ...]:
    """A warning where hours were given hardly anything but one stage.

    Parameters
    ----------
    stages
        (n_epochs,) of the network.
    """
    stage, share = _only_stage(stages)
    if stage is None:
        return ()
    n_staged = int((stages != Stage.UNSCORED).sum())
    return (
        f"{100 * share:.0f} % of the {n_staged} staged epochs are {stage.text}; no night is like"
        " that: check that the channels are EEG and EOG. The confidence is lowered.",
    )


def one_stage_share(stages: NDArray[np.int8]) -> NDArray[np.float32]:
    """(n_epochs,) how much a night of one stage takes from its confidence, 0 to 1."""
    stage, _ = _only_stage(stages)
    return np.asarray(_ONE_STAGE_UNSOUND * (stages == stage), dtype=np.float32)


def _only_stage(stages: NDArray[np.int8]) -> tuple[Stage | None, float]:
    staged = stages[stages != Stage.UNSCORED]
    for stage in STAGES:
        least = _ONE_STAGE_WAKE_EPOCHS if stage == Stage.W else _ONE_STAGE_EPOCHS
        if staged.size < least:
            continue
        share = float((staged == stage).mean())
        if share >= _ONE_STAGE_SHARE:
            return stage, share
    return None, 0.0


def _faults(quality: ChannelQuality) -> list[tuple[str, float]]:
    epochs = quality.epochs
    return [
        ("missing", float(epochs.missing.mean())),
        ("flat", float(epochs.flat.mean())),
        ("clipped", float(epochs.clipped.mean())),
    ]


def _amplitude_warnings(quality: ChannelQuality) -> list[str]:
    name = quality.channel.name
    rms_uv = float(np.median(quality.epochs.rms[quality.usable]))
    low, high = TYPICAL_RMS_UV
    if low <= rms_uv <= high:
        return []
    likely = "check its unit and gain"
    for unit, factor in _UNITS:
        if low <= rms_uv * factor <= high:
            # 1e6 too small: volts that were written as if they were microvolts.
            likely = f"its values look like {unit}, which its header calls microvolts"
    stored = {signal.stored_unit for signal, _ in quality.channel.parts if signal.stored_unit}
    if not all(map(_is_microvolts, stored)) and "look like" in likely:
        likely = f"its values look like microvolts, which its header calls {', '.join(stored)}"
    return [
        f"{name} has a median amplitude of {rms_uv:.3g} µV, outside the {low:g} to {high:g} µV of"
        f" EEG and EOG: {likely}. Staging does not depend on the gain, but check the recording."
    ]


def faults_of(channels: Iterable[ChannelQuality]) -> NDArray[np.uint8]:
    """(n_epochs,) of SignalFault: the faults of all channels together."""
    return np.asarray(np.bitwise_or.reduce([quality.faults for quality in channels]), np.uint8)


def unsound_shares(
    eeg: Sequence[ChannelQuality], eog: Sequence[ChannelQuality], n_epochs: int
) -> NDArray[np.float32]:
    """(n_epochs,) how much of each epoch is no signal in what its stage rests on, 0 to 1.

    That is the soundest EEG; where no EEG is usable, the soundest EOG.
    """
    by_eeg, by_eog = (_soundest(qualities, n_epochs) for qualities in (eeg, eog))
    unsound = np.minimum(np.where(np.isfinite(by_eeg), by_eeg, by_eog), 1.0)
    return np.asarray(unsound, dtype=np.float32)


def _soundest(qualities: Iterable[ChannelQuality], n_epochs: int) -> NDArray[np.float64]:
    """(n_epochs,) the least unsound share of the channels usable there; infinite where none is."""
    result = np.full(n_epochs, np.inf)
    for quality in qualities:
        result = np.where(quality.usable, np.minimum(result, quality.unsound_share), result)
    return result


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
