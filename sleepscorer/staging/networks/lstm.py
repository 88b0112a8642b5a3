"""A long short-term memory over the night, in one direction or both.

Hochreiter and Schmidhuber 1997 (Neural Computation 9:1735); over the epochs of a night as in
Supratak et al. 2017 and, in one direction, TinySleepNet (Supratak and Guo 2020, EMBC).
"""

from torch import Tensor, nn

from sleepscorer.staging.networks.sequence_models import SequenceModel

_N_LAYERS = 2


class Lstm(SequenceModel):
    """Two layers; from both sides, or only from the past."""

    def __init__(self, width: int, dropout: float, *, both_ways: bool = True) -> None:
        super().__init__()
        self.lstm = nn.LSTM(
            width,
            width // 2 if both_ways else width,
            num_layers=_N_LAYERS,
            dropout=dropout,
            bidirectional=both_ways,
            batch_first=True,
        )

    def forward(self, epochs: Tensor) -> Tensor:
        """(batch, n_epochs, width) to the same shape."""
        result: Tensor = self.lstm(epochs)[0]
        return result
