"""A temporal convolutional network with attention.

Bai et al. 2018 (arXiv 1803.01271): residual convolutions whose reach doubles from layer to layer,
here to both sides; then one layer of attention (Vaswani et al. 2017) over the whole window.
"""

from torch import Tensor, nn
from torch.nn import functional

from sleepscorer.staging.networks.sequence_models import SequenceModel

_N_LAYERS, _KERNEL, _N_ATTENTION_HEADS = 6, 3, 4


class TcnAttention(SequenceModel):
    """Six dilated convolutions, which reach 63 epochs to each side, and attention."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, width, _KERNEL, dilation=2**i, padding=2**i) for i in range(_N_LAYERS)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(_N_LAYERS))
        self.dropout = nn.Dropout(dropout / 2)
        self.before = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(
            width, _N_ATTENTION_HEADS, dropout=0.1, batch_first=True
        )

    def forward(self, epochs: Tensor) -> Tensor:
        """(batch, n_epochs, width) to the same shape."""
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            # Convolutions want (batch, width, n_epochs).
            seen = convolution(norm(epochs).transpose(1, 2)).transpose(1, 2)
            epochs = epochs + self.dropout(functional.gelu(seen))
        asked = self.before(epochs)
        attended, _ = self.attention(asked, asked, asked, need_weights=False)
        result: Tensor = epochs + attended
        return result
