"""Two resolutions and adaptive feature recalibration, of AttnSleep.

Eldele et al. 2021 (IEEE TNSRE 29:809): a branch of short kernels for fast waves and one of long
kernels for slow ones, then a residual block that weighs the maps. There the two branches are joined
along time; here the slow one is stretched to the frames of the fast one and joined as further maps,
so that a frame has one place in the epoch and an explanation can be drawn over the trace.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from sleepscorer.staging.networks.front_ends import FrontEnd
from sleepscorer.staging.networks.se_resnet import SqueezeExcitation

_N_BRANCH, _N_RECALIBRATED = 48, 48


def _branch(kernel: int, stride: int, later_kernel: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(1, 32, kernel, stride=stride, padding=kernel // 2, bias=False),
        nn.BatchNorm1d(32),
        nn.GELU(),
        nn.MaxPool1d(4, stride=2),
        nn.Conv1d(32, _N_BRANCH, later_kernel, padding=later_kernel // 2, bias=False),
        nn.BatchNorm1d(_N_BRANCH),
        nn.GELU(),
        nn.Conv1d(_N_BRANCH, _N_BRANCH, later_kernel, padding=later_kernel // 2, bias=False),
        nn.BatchNorm1d(_N_BRANCH),
        nn.GELU(),
        nn.MaxPool1d(4, stride=2),
    )


class MultiResolutionCnn(FrontEnd):
    """Fast and slow branch, joined and recalibrated."""

    n_maps = _N_RECALIBRATED

    def __init__(self) -> None:
        super().__init__()
        self.fast = _branch(50, 6, 7)
        self.slow = _branch(400, 25, 7)
        self.recalibration = nn.Sequential(
            nn.Conv1d(2 * _N_BRANCH, _N_RECALIBRATED, 1, bias=False),
            nn.BatchNorm1d(_N_RECALIBRATED),
            nn.GELU(),
            nn.Conv1d(_N_RECALIBRATED, _N_RECALIBRATED, 1, bias=False),
            nn.BatchNorm1d(_N_RECALIBRATED),
            SqueezeExcitation(_N_RECALIBRATED),
        )
        self.shortcut = nn.Conv1d(2 * _N_BRANCH, _N_RECALIBRATED, 1)

    def forward(self, unit: Tensor) -> Tensor:
        """(n, 48, 123) maps of (n, 3000) epochs."""
        fast = self.fast(unit[:, None])  # (n, 48, 123)
        slow = self.slow(unit[:, None])  # (n, 48, 28)
        slow = functional.interpolate(slow, fast.shape[2], mode="linear", align_corners=False)
        both = torch.cat([fast, slow], dim=1)  # (n, 96, 123)
        maps: Tensor = functional.gelu(self.recalibration(both) + self.shortcut(both))
        return maps
