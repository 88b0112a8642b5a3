"""Epochs folded by several periods, seen by two-dimensional kernels of several sizes.

Wu et al. 2023 (ICLR, TimesNet): a series laid out with one period in each row shows what happens
within a period along the rows and what changes from one to the next along the columns. The periods
here are fixed to the rhythms of sleep rather than searched for in each epoch.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from sleepscorer.staging.networks.front_ends import FrontEnd

# At 50 Hz after the first convolution: 2 s, 0.5 s and 0.16 s.
_PERIODS = (100, 25, 8)
_N_STEM, _N_FOLDED, _N_FRAMES = 12, 16, 60
_KERNELS = ((3, 3), (3, 7))


class _Folded(nn.Module):
    """Maps of a series folded by one period."""

    def __init__(self, period: int) -> None:
        super().__init__()
        self.period = period
        self.scales = nn.ModuleList(
            nn.Conv2d(_N_STEM, _N_FOLDED, kernel, padding=(kernel[0] // 2, kernel[1] // 2))
            for kernel in _KERNELS
        )
        self.after = nn.Sequential(
            nn.BatchNorm2d(_N_FOLDED),
            nn.GELU(),
            nn.Conv2d(_N_FOLDED, _N_FOLDED, 3, stride=(1, 2), padding=1),
            nn.BatchNorm2d(_N_FOLDED),
            nn.GELU(),
        )

    def forward(self, series: Tensor) -> Tensor:
        """(n, 12, 1500) series to (n, 32, 60) maps."""
        n, n_maps, n_samples = series.shape
        n_rows = -(-n_samples // self.period)
        padded = functional.pad(series, (0, n_rows * self.period - n_samples))
        folded = padded.reshape(n, n_maps, n_rows, self.period)
        both = torch.stack([scale(folded) for scale in self.scales]).sum(dim=0)
        maps = self.after(both)  # (n, 16, n_rows, period / 2)
        rows = torch.cat([maps.mean(dim=3), maps.amax(dim=3)], dim=1)  # (n, 32, n_rows)
        result: Tensor = functional.interpolate(rows, _N_FRAMES, mode="linear", align_corners=False)
        return result


class MultiPeriodCnn(FrontEnd):
    """A short convolution, then the series folded by three periods."""

    n_maps = 2 * _N_FOLDED * len(_PERIODS)

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv1d(1, _N_STEM, 25, stride=2, padding=12), nn.BatchNorm1d(_N_STEM), nn.GELU()
        )
        self.folded = nn.ModuleList(_Folded(period) for period in _PERIODS)

    def forward(self, unit: Tensor) -> Tensor:
        """(n, 96, 60) maps of (n, 3000) epochs."""
        series = self.stem(unit[:, None])  # (n, 12, 1500)
        return torch.cat([folded(series) for folded in self.folded], dim=1)
