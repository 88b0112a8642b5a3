"""The average over the last weights of a training, which does better than any of them."""

import copy

from sleepscorer.staging.networks.staging_network import StagingNetwork


class WeightAverage:
    """Exponential moving average of a network (Polyak and Juditsky 1992; Tarvainen et al. 2017).

    Parameters
    ----------
    network
        Begins as the average.
    n_batches
        Over about how many of the last batches it goes.
    """

    def __init__(self, network: StagingNetwork, n_batches: float) -> None:
        self.network = copy.deepcopy(network).eval()
        self._share = 1 / max(n_batches, 1.0)

    def update(self, network: StagingNetwork) -> None:
        """Take the weights after a batch in."""
        theirs = network.state_dict()
        for name, mine in self.network.state_dict().items():
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs[name], self._share)
            else:
                mine.copy_(theirs[name])
