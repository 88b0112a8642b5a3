"""A measured night as plain arrays, to be kept, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from numpy.typing import NDArray

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.staging.channel_quality import ChannelQuality
from sleepscorer.staging.measured_night import MeasuredChannel, MeasuredNight
from sleepscorer.staging.preprocess import Band, EpochQuality

_PER_EPOCH = ("too_large", "too_small", "humming")
_OF_EPOCHS = tuple(column.name for column in fields(EpochQuality))


def night_arrays(night: MeasuredNight) -> dict[str, NDArray[Any]]:
    """Return what :func:`restored_night` needs; doubts about channels, notes and warnings don't."""
    arrays: dict[str, NDArray[Any]] = {"around": night.around}
    for kind, channels in night.channels.items():
        for index, channel in enumerate(channels):
            quality = channel.quality
            place = f"{kind}.{index}"
            arrays[f"{place}.measures"] = channel.measures
            arrays |= {f"{place}.{name}": getattr(quality, name) for name in _PER_EPOCH}
            arrays |= {f"{place}.{name}": getattr(quality.epochs, name) for name in _OF_EPOCHS}
    return arrays


def restored_night(
    arrays: Mapping[str, NDArray[Any]], channels: Mapping[Band, Sequence[ResolvedDerivation]]
) -> MeasuredNight:
    """Put a night together again.

    Parameters
    ----------
    arrays
        As of :func:`night_arrays`.
    channels
        Those it was measured on, in order.

    Raises
    ------
    KeyError
        If an array is missing.
    ValueError
        If one does not have the night's length.
    """
    around = arrays["around"]

    def of_night(name: str) -> NDArray[Any]:
        found = arrays[name]
        if len(found) != around.size:
            raise ValueError(f"{name} is of {len(found)} epochs, the night of {around.size}")
        return found

    def restored(place: str, channel: ResolvedDerivation) -> MeasuredChannel:
        epochs = EpochQuality(*(of_night(f"{place}.{name}") for name in _OF_EPOCHS))
        too_large, too_small, humming = (of_night(f"{place}.{name}") for name in _PER_EPOCH)
        quality = ChannelQuality(channel, epochs, too_large, too_small, humming)
        return MeasuredChannel(of_night(f"{place}.measures"), quality)

    return MeasuredNight(
        {
            kind: [restored(f"{kind}.{index}", one) for index, one in enumerate(of_kind)]
            for kind, of_kind in channels.items()
        },
        around,
    )
