"""A residual network with squeeze-and-excitation.

He et al. 2016 (CVPR, deep residual learning) and Hu et al. 2018 (CVPR, squeeze-and-excitation), in
one dimension, as in the SE-ResNet-BiLSTM stagers of single-channel EEG.
"""

from itertools import pairwise

from torch import Tensor, nn

from sleepscorer.staging.networks.front_ends import FrontEnd

_STEM_KERNEL, _STEM_STRIDE = 50, 6
_WIDTHS = (24, 48, 64)
_KERNEL = 7
_SQUEEZE = 4


class SqueezeExcitation(nn.Module):
    """Weighs the maps of an epoch by what all of them hold on average."""

    def __init__(self, n_maps: int) -> None:
        super().__init__()
        self.weigh = nn.Sequential(
            nn.Linear(n_maps, n_maps // _SQUEEZE),
            nn.GELU(),
            nn.Linear(n_maps // _SQUEEZE, n_maps),
            nn.Sigmoid(),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """(n, n_maps, n_frames), weighed."""
        weights: Tensor = self.weigh(maps.mean(dim=2))  # (n, n_maps)
        return maps * weights[:, :, None]


class _ResidualBlock(nn.Module):
    def __init__(self, n_in: int, n_out: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(n_in, n_out, _KERNEL, stride=stride, padding=_KERNEL // 2, bias=False),
            nn.BatchNorm1d(n_out),
            nn.GELU(),
            nn.Conv1d(n_out, n_out, _KERNEL, padding=_KERNEL // 2, bias=False),
            nn.BatchNorm1d(n_out),
            SqueezeExcitation(n_out),
        )
        self.shortcut = nn.Conv1d(n_in, n_out, 1, stride=stride)
        self.after = nn.GELU()

    def forward(self, maps: Tensor) -> Tensor:
        """(n, n_in, n_frames) to (n, n_out, n_frames / stride)."""
        result: Tensor = self.after(self.body(maps) + self.shortcut(maps))
        return result


class SeResNet(FrontEnd):
    """A wide first convolution and three residual blocks with squeeze-and-excitation."""

    n_maps = _WIDTHS[-1]

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv1d(1, _WIDTHS[0], _STEM_KERNEL, stride=_STEM_STRIDE, padding=_STEM_KERNEL // 2),
            nn.BatchNorm1d(_WIDTHS[0]),
            nn.GELU(),
            nn.MaxPool1d(2),
        )
        widths = (_WIDTHS[0], *_WIDTHS)
        self.blocks = nn.Sequential(
            *(
                _ResidualBlock(n_in, n_out, stride=1 if index == 0 else 2)
                for index, (n_in, n_out) in enumerate(pairwise(widths))
            )
        )

    def forward(self, unit: Tensor) -> Tensor:
        """(n, 64, 63) maps of (n, 3000) epochs."""
        stem = self.stem(unit[:, None])  # (n, 24, 250)
        maps: Tensor = self.blocks(stem)
        return maps
