"""Convolution-augmented transformer.

Gulati et al. 2020 (Interspeech, Conformer): in each block half a feed-forward step, attention, a
gated depthwise convolution, and the other half step. The convolutions tell the epochs' order.
"""

from torch import Tensor, nn
from torch.nn import functional

from sleepscorer.staging.networks.sequence_models import SequenceModel

_N_BLOCKS, _KERNEL, _N_ATTENTION_HEADS = 3, 15, 4


def _feed_forward(width: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(width),
        nn.Linear(width, 2 * width),
        nn.SiLU(),
        nn.Dropout(dropout / 2),
        nn.Linear(2 * width, width),
        nn.Dropout(dropout / 2),
    )


class _Convolution(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.before = nn.LayerNorm(width)
        self.gated = nn.Linear(width, 2 * width)
        self.depthwise = nn.Conv1d(width, width, _KERNEL, padding=_KERNEL // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.output = nn.Linear(width, width)

    def forward(self, epochs: Tensor) -> Tensor:
        """(batch, n_epochs, width) to the same shape."""
        gated = functional.glu(self.gated(self.before(epochs)), dim=-1)
        seen = self.depthwise(gated.transpose(1, 2)).transpose(1, 2)
        result: Tensor = self.output(functional.silu(self.norm(seen)))
        return result


class _Block(nn.Module):
    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.first_half, self.second_half = (_feed_forward(width, dropout) for _ in range(2))
        self.before_attention, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(
            width, _N_ATTENTION_HEADS, dropout=0.1, batch_first=True
        )
        self.convolution = _Convolution(width)

    def forward(self, epochs: Tensor) -> Tensor:
        """(batch, n_epochs, width) to the same shape."""
        epochs = epochs + 0.5 * self.first_half(epochs)
        asked = self.before_attention(epochs)
        attended, _ = self.attention(asked, asked, asked, need_weights=False)
        epochs = epochs + attended
        epochs = epochs + self.convolution(epochs)
        result: Tensor = self.after(epochs + 0.5 * self.second_half(epochs))
        return result


class Conformer(SequenceModel):
    """Three blocks over the window."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(_Block(width, dropout) for _ in range(_N_BLOCKS)))

    def forward(self, epochs: Tensor) -> Tensor:
        """(batch, n_epochs, width) to the same shape."""
        result: Tensor = self.blocks(epochs)
        return result
