"""Multi-head attention whose queries, keys and values come from causal convolutions.

Eldele et al. 2021 (AttnSleep, IEEE TNSRE 29:809), the temporal context encoder: there over the
frames of one epoch, here over the epochs of a window.
"""

from torch import Tensor, nn
from torch.nn import functional

from sleepscorer.staging.networks.sequence_models import SequenceModel

_N_LAYERS, _KERNEL, _N_ATTENTION_HEADS = 2, 7, 4


class _Layer(nn.Module):
    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.queries, self.keys, self.values = (
            nn.Conv1d(width, width, _KERNEL, groups=_N_ATTENTION_HEADS) for _ in range(3)
        )
        self.attention = nn.MultiheadAttention(
            width, _N_ATTENTION_HEADS, dropout=0.1, batch_first=True
        )
        self.before_attention, self.before_forward = nn.LayerNorm(width), nn.LayerNorm(width)
        self.feed_forward = nn.Sequential(
            nn.Linear(width, 2 * width),
            nn.GELU(),
            nn.Dropout(dropout / 2),
            nn.Linear(2 * width, width),
        )

    def forward(self, epochs: Tensor) -> Tensor:
        """(batch, n_epochs, width) to the same shape."""
        before = self.before_attention(epochs).transpose(1, 2)  # (batch, width, n_epochs)
        # Only the epoch itself and the six before it.
        past = functional.pad(before, (_KERNEL - 1, 0))
        queries, keys, values = (
            part(past).transpose(1, 2) for part in (self.queries, self.keys, self.values)
        )
        attended, _ = self.attention(queries, keys, values, need_weights=False)
        epochs = epochs + attended
        result: Tensor = epochs + self.feed_forward(self.before_forward(epochs))
        return result


class CausalAttention(SequenceModel):
    """Two layers of attention over the window."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(_Layer(width, dropout) for _ in range(_N_LAYERS)))

    def forward(self, epochs: Tensor) -> Tensor:
        """(batch, n_epochs, width) to the same shape."""
        result: Tensor = self.layers(epochs)
        return result
