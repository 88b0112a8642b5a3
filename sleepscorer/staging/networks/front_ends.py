"""What all front-ends share: raw epochs in, feature maps out, and the measures made of them."""

from abc import abstractmethod

import torch
from torch import Tensor, nn

from sleepscorer.staging.bands import N_BANDS


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


class EpochEncoder(nn.Module):
    """Log band powers of raw epochs, and learned features beside them, from a front-end's maps.

    The epoch is brought to unit power before the front-end and its log power added to the bands
    after it, so a gain in the signal is the same offset in every band, exactly, and changes no
    learned feature.
    """

    def __init__(self, front_end: FrontEnd, *, n_learned: int = 0) -> None:
        super().__init__()
        self.front_end = front_end
        n_pooled, n_hidden = 3 * front_end.n_maps, 2 * front_end.n_maps
        self.output = nn.Sequential(
            nn.Linear(n_pooled, n_hidden), nn.GELU(), nn.Linear(n_hidden, N_BANDS + n_learned)
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

    def maps(self, epochs: Tensor) -> tuple[Tensor, Tensor]:
        """(n, n_maps, n_frames) feature maps and (n, 1) log power of (n, 3000) epochs."""
        mean_square = epochs.square().mean(dim=1, keepdim=True) + 1e-20  # (n, 1)
        maps: Tensor = self.front_end(epochs / mean_square.sqrt())
        return maps, mean_square.log()

    def measures(self, maps: Tensor, log_power: Tensor) -> Tensor:
        """(n, 5 + n_learned) from what :meth:`maps` gave."""
        pooled = torch.cat(
            [maps.mean(dim=2), maps.median(dim=2).values, maps.std(dim=2)], dim=1
        )  # (n, 3 * n_maps)
        raw: Tensor = self.output(pooled)
        return torch.cat([raw[:, :N_BANDS] + log_power, raw[:, N_BANDS:]], dim=1)
