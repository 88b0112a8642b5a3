"""What all front-ends share: raw epochs in, feature maps out, and the measures made of them."""

from abc import abstractmethod

import torch
from torch import Tensor, nn

from sleepscorer.staging.bands import N_BANDS

_LEARNED_DROPOUT, _USUAL_MOMENTUM = 0.1, 0.1


class FrontEnd(nn.Module):
    """Turns raw epochs into feature maps over the 30 s.

    Attributes
    ----------
    n_maps
        How many maps it gives.
    """

    n_maps: int

    @abstractmethod
    def forward(self, unit: Tensor) -> Tensor:
        """Describe epochs.

        Parameters
        ----------
        unit
            (n, 3000) at 100 Hz, each epoch at unit mean square.

        Returns
        -------
        (n, n_maps, n_frames); frame i is centred at (i + 0.5) / n_frames of the epoch.
        """

    def refine(self) -> None:
        """Give finer frames by the same weights, where the frames are coarse."""


class EpochEncoder(nn.Module):
    """Log band powers of raw epochs, and learned features beside them, from a front-end's maps.

    The epoch is brought to unit power before the front-end and its log power added to the bands
    after it, so a gain in the signal is the same offset in every band, exactly, and changes no
    learned feature.

    Parameters
    ----------
    front_end
        Gives the maps.
    n_learned
        Features beside the band powers.
    detailed
        For learning from waves: finer frames; also the highest value of each map, by which a
        single spindle or K-complex is seen; learned features brought to unit spread (Ioffe and
        Szegedy 2015), so that the heads see them at one size however they grow, and some of them
        left out in training (Srivastava et al. 2014).
    """

    def __init__(self, front_end: FrontEnd, *, n_learned: int = 0, detailed: bool = False) -> None:
        super().__init__()
        self.front_end = front_end
        self._detailed = detailed
        n_pooled, n_hidden = (4 if detailed else 3) * front_end.n_maps, 2 * front_end.n_maps
        self.output = nn.Sequential(
            nn.Linear(n_pooled, n_hidden), nn.GELU(), nn.Linear(n_hidden, N_BANDS + n_learned)
        )
        self.learned: nn.Module = nn.Identity()
        if detailed:
            front_end.refine()
            self.learned = nn.Sequential(
                nn.BatchNorm1d(n_learned, affine=False), nn.Dropout(_LEARNED_DROPOUT)
            )

    def forward(self, epochs: Tensor) -> Tensor:
        """Measure epochs.

        Parameters
        ----------
        epochs
            (n, 3000) at 100 Hz, any unit.

        Returns
        -------
        (n, 5 + n_learned) natural log of the power in each band, in the square of that unit; then
        the learned features.
        """
        maps, log_power = self.maps(epochs)
        return self.measures(maps, log_power)

    def average_norm(self, n_before: int | None) -> None:
        """Make the next batch count among the norms like each of those before it.

        Parameters
        ----------
        n_before
            How many batches came before; None goes on with the usual running average.
        """
        for module in self.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.momentum = _USUAL_MOMENTUM if n_before is None else 1 / (n_before + 1)

    def maps(self, epochs: Tensor) -> tuple[Tensor, Tensor]:
        """(n, n_maps, n_frames) feature maps and (n, 1) log power of (n, 3000) epochs."""
        mean_square = epochs.square().mean(dim=1, keepdim=True) + 1e-20  # (n, 1)
        maps: Tensor = self.front_end(epochs / mean_square.sqrt())
        return maps, mean_square.log()

    def measures(self, maps: Tensor, log_power: Tensor) -> Tensor:
        """(n, 5 + n_learned) from what :meth:`maps` gave."""
        poolings = [maps.mean(dim=2), maps.median(dim=2).values, maps.std(dim=2)]
        if self._detailed:
            poolings.append(maps.amax(dim=2))
        raw: Tensor = self.output(torch.cat(poolings, dim=1))
        learned = self.learned(raw[:, N_BANDS:])
        return torch.cat([raw[:, :N_BANDS] + log_power, learned], dim=1)
