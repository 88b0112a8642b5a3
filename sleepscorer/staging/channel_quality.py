"""What reading a channel showed: which of its epochs say something of sleep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.signal_faults import SignalFault
from sleepscorer.staging.measured_filters import MeasuredFilter, measured_filter
from sleepscorer.staging.plausibility import Doubt, EpochTraits, doubts_about
from sleepscorer.staging.preprocess import Band, EpochQuality
from sleepscorer.staging.recording_filters import FilterFinding, findings_of

TYPICAL_RMS_UV = (2.0, 300.0)
_FAULTY_SHARE = 0.1
# Hum is filtered out before the network; but where it is that strong the electrode is in doubt.
_SUDDEN_HUM, _HUM_SHARE = 10.0, 0.5
_OUTLYING_LOG_POWER = 6.0
"""No EEG or EOG epoch of 153 Sleep-EDF nights is this far above its night's median power, and one
in a hundred thousand is this far below."""


@dataclass(frozen=True, eq=False)
class ChannelQuality:
    """What reading a channel showed.

    Parameters
    ----------
    channel
        The derivation.
    epochs
        How much of each epoch is a signal.
    too_large, too_small
        (n_epochs,) bool: artefacts far above the channel's usual power, and epochs far below it
        (a lead that fell off), which are not used.
    humming
        (n_epochs,) bool: mains hum that is stronger than the signal and much stronger than is
        usual in this channel, as where an electrode is loose or off.
    doubts
        (n_epochs,) bool of each reason to doubt that the channel is an EEG or EOG there.
    filters
        What its spectrum shows of the filters that it went through.
    """

    channel: ResolvedDerivation
    epochs: EpochQuality
    too_large: NDArray[np.bool_]
    too_small: NDArray[np.bool_]
    humming: NDArray[np.bool_]
    doubts: Mapping[Doubt, NDArray[np.bool_]] = field(default_factory=dict)
    filters: MeasuredFilter = field(default_factory=MeasuredFilter)

    @property
    def implausible(self) -> NDArray[np.bool_]:
        """(n_epochs,) True where any of the doubts holds."""
        result = np.zeros(self.too_large.size, dtype=bool)
        for where in self.doubts.values():
            result |= where
        return result

    @property
    def is_implausible(self) -> bool:
        """True where most of what can be used is no EEG or EOG."""
        return bool(2 * self.implausible.sum() > self.usable.sum())

    @property
    def usable(self) -> NDArray[np.bool_]:
        """(n_epochs,) True where the channel can be staged by."""
        return self.epochs.usable & ~self.too_large & ~self.too_small

    @property
    def unsound_share(self) -> NDArray[np.float32]:
        """(n_epochs,) how much of each epoch says nothing of sleep, 0 to 1."""
        sound = self.usable & ~self.implausible
        share = np.where(sound, self.epochs.unusable_share, 1.0)
        return np.asarray(np.maximum(share, _HUM_SHARE * self.humming), dtype=np.float32)

    @property
    def filter_findings(self) -> tuple[FilterFinding, ...]:
        """The filters that it went through, by its header and its spectrum."""
        return findings_of(self.channel, self.filters)

    @property
    def faults(self) -> NDArray[np.uint8]:
        """(n_epochs,) of :class:`~sleepscorer.core.signal_faults.SignalFault`."""
        epochs = self.epochs
        found = (
            (SignalFault.MISSING, (epochs.missing > _FAULTY_SHARE) | epochs.in_gap),
            (SignalFault.FLAT, epochs.flat > _FAULTY_SHARE),
            (SignalFault.CLIPPED, epochs.clipped > _FAULTY_SHARE),
            (SignalFault.TOO_LARGE, self.too_large),
            (SignalFault.TOO_SMALL, self.too_small),
            (SignalFault.MAINS, self.humming),
            (SignalFault.IMPLAUSIBLE, self.implausible),
        )
        total = np.zeros(self.too_large.size, dtype=np.uint8)
        for fault, where in found:
            total |= np.where(where, np.uint8(fault), np.uint8(0))
        return total


def judged(
    channel: ResolvedDerivation,
    kind: Band,
    log_powers: NDArray[np.float32],
    parts: Sequence[tuple[EpochQuality, EpochTraits]],
) -> ChannelQuality:
    """Judge a channel that was read.

    Parameters
    ----------
    kind
        What it is taken for.
    log_powers
        (n_epochs, 5) natural log band powers.
    parts
        The quality and the traits of its epochs, in order.
    """
    epochs = EpochQuality.joined([quality for quality, _ in parts])
    traits = EpochTraits.joined([traits for _, traits in parts])
    total = np.logaddexp.reduce(log_powers.astype(np.float64), axis=1)
    low, high = TYPICAL_RMS_UV
    typical = epochs.usable & (epochs.rms >= low) & (epochs.rms <= high)
    # Where a lead was off for most of the night the median is its noise: epochs that look like
    # EEG or EOG, if there are any to speak of, say what is usual.
    counted = typical if typical.sum() > 0.1 * epochs.usable.sum() else epochs.usable
    usual = float(np.median(total[counted])) if counted.any() else 0.0
    quality = ChannelQuality(
        channel,
        epochs,
        too_large=epochs.usable & (total > usual + _OUTLYING_LOG_POWER),
        too_small=epochs.usable & (total < usual - _OUTLYING_LOG_POWER),
        humming=epochs.usable & _humming(epochs),
    )
    doubts = doubts_about(traits, epochs.in_band, quality.usable, kind)
    quality = replace(quality, doubts=doubts)
    sound = quality.usable & ~quality.implausible
    filters = measured_filter(traits.profile, sound, kind, channel.sampling_rate_hz)
    return replace(quality, filters=filters)


def _humming(epochs: EpochQuality) -> NDArray[np.bool_]:
    usual = float(np.median(epochs.hum[epochs.usable])) if epochs.usable.any() else 0.0
    return epochs.hum > max(1.0, _SUDDEN_HUM * usual)
