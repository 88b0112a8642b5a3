"""A night as the encoder saw it: what was measured of each epoch of each channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.staging.bands import N_BANDS
from sleepscorer.staging.channel_quality import ChannelQuality
from sleepscorer.staging.networks.staging_network import night_features
from sleepscorer.staging.preprocess import Band
from sleepscorer.staging.scaling import N_LEVELS, night_levels


@dataclass(frozen=True, eq=False)
class MeasuredChannel:
    """One channel.

    Parameters
    ----------
    measures
        (n_epochs, 5 + n_learned) of the encoder, log band powers first.
    quality
        Of its epochs.
    """

    measures: NDArray[np.float32]
    quality: ChannelQuality

    @property
    def log_powers(self) -> NDArray[np.float32]:
        """(n_epochs, 5) natural log band powers."""
        return self.measures[:, :N_BANDS]

    @property
    def derivation(self) -> ResolvedDerivation:
        """What was measured."""
        return self.quality.channel

    def levels(self, around: NDArray[np.bool_]) -> NDArray[np.float32]:
        """(4, 5) levels of the night, by the epochs around the main sleep that are usable."""
        usable = self.quality.usable
        return night_levels(self.log_powers, usable & around if (usable & around).any() else usable)


@dataclass(frozen=True, eq=False)
class MeasuredNight:
    """All channels that can be used.

    Parameters
    ----------
    channels
        Of each kind that the network can use.
    around
        (n_epochs,) bool: the main sleep period and half an hour on both sides, which set the
        levels of the night.
    notes, warnings
        What was found on measuring, one sentence each.
    """

    channels: Mapping[Band, Sequence[MeasuredChannel]]
    around: NDArray[np.bool_]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @property
    def n_epochs(self) -> int:
        """Of the recording."""
        return int(self.around.size)

    @property
    def all_channels(self) -> tuple[MeasuredChannel, ...]:
        """Of every kind."""
        return tuple(channel for channels in self.channels.values() for channel in channels)

    def inputs(
        self, chosen: Mapping[Band, int | None], kinds: Sequence[Band]
    ) -> tuple[Tensor, Tensor]:
        """What the heads see of one channel of each kind.

        Parameters
        ----------
        chosen
            Index of the channel of each kind; None or lacking leaves it out.
        kinds
            Of the network, in order.

        Returns
        -------
        (n_epochs, n_kinds, n_features) features and (n_epochs, n_kinds) presence.
        """
        features: list[Tensor] = []
        present = torch.zeros(self.n_epochs, len(kinds))
        width = N_LEVELS * N_BANDS + self._n_learned
        for index, kind in enumerate(kinds):
            which = chosen.get(kind)
            if which is None:
                features.append(torch.zeros(self.n_epochs, width))
                continue
            channel = self.channels[kind][which]
            usable = torch.from_numpy(channel.quality.usable)
            levels = torch.from_numpy(channel.levels(self.around))
            relative = night_features(torch.from_numpy(channel.measures), levels)
            features.append(torch.where(usable[:, None], relative, 0.0))
            present[:, index] = usable
        return torch.stack(features, dim=1), present

    @property
    def _n_learned(self) -> int:
        return int(self.all_channels[0].measures.shape[1]) - N_BANDS
