"""A filter bank of three kernel lengths: the default front-end.

Two sizes of kernel, one for when a wave occurs and one for its frequency, are those of Supratak et
al. 2017 (DeepSleepNet, IEEE TNSRE 25:1998); the square and the logarithm after the first layer,
with which a convolution measures power, those of Schirrmeister et al. 2017 (Human Brain Mapping
38:5391).
"""

import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sleepscorer.staging.networks.front_ends import FrontEnd
from sleepscorer.staging.preprocess import RATE_HZ

# Kernel in samples, filters, and the frequencies they start from: each kernel holds two periods of
# its slowest wave and more.
_SCALES = ((400, 16, (0.5, 2.5)), (160, 24, (2.5, 12.0)), (64, 24, (10.0, 32.0)))
_STRIDE, _FINE_STRIDE = 32, 16


class MultiScaleCnn(FrontEnd):
    """Log power behind learned filters, which begin as wavelets from 0.5 to 32 Hz."""

    n_maps = sum(n_filters for _, n_filters, _ in _SCALES)

    def __init__(self) -> None:
        super().__init__()
        self.filters = nn.ModuleList(
            nn.Conv1d(1, n_filters, kernel, stride=_STRIDE, padding=kernel // 2, bias=False)
            for kernel, n_filters, _ in _SCALES
        )
        self.mixing = nn.Conv1d(self.n_maps, self.n_maps, 1)
        self.context = nn.Conv1d(self.n_maps, self.n_maps, 5, padding=2)
        with torch.no_grad():
            for convolution, (kernel, n_filters, edges_hz) in zip(
                self.filters, _SCALES, strict=True
            ):
                weight = cast("nn.Conv1d", convolution).weight
                weight.copy_(_wavelets(n_filters, kernel, edges_hz)[:, None])

    def refine(self) -> None:
        """Twice as many frames: one every 0.32 s, where a spindle lasts half a second and more.

        The 4-s kernels, which take as long as the others together, see nothing that fast.
        """
        for filters in list(self.filters)[1:]:
            cast("nn.Conv1d", filters).stride = (_FINE_STRIDE,)

    def forward(self, unit: Tensor) -> Tensor:
        """(n, 64, 46) maps of (n, 3000) epochs, or (n, 64, 93) refined."""
        powers = [filters(unit[:, None]).square() for filters in self.filters]
        n_frames = max(power.shape[2] for power in powers)
        powers = [_stretched(power, n_frames) for power in powers]
        power = torch.cat(powers, dim=1)  # (n, 64, 94 or 188)
        # Two neighbouring frames hold the sine and cosine phases of slow filters: smooth over them.
        power = functional.avg_pool1d(power, 4, stride=2)  # (n, 64, 46 or 93)
        frames = functional.gelu(self.mixing(torch.log(power + 1e-6)))
        return functional.gelu(self.context(frames))


def _stretched(power: Tensor, n_frames: int) -> Tensor:
    return power if power.shape[2] == n_frames else functional.interpolate(power, n_frames)


def _wavelets(n_filters: int, kernel_samples: int, edges_hz: tuple[float, float]) -> Tensor:
    """(n_filters, kernel_samples): sines and cosines under a Hann window."""
    low_hz, high_hz = edges_hz
    centre_hz = torch.logspace(math.log10(low_hz), math.log10(high_hz), n_filters // 2)[:, None]
    t_s = (torch.arange(kernel_samples)[None] - kernel_samples / 2) / RATE_HZ
    phase = 2 * torch.pi * centre_hz * t_s
    bank = torch.cat([torch.sin(phase), torch.cos(phase)]) * torch.hann_window(kernel_samples)[None]
    unit: Tensor = bank / bank.norm(dim=1, keepdim=True)
    return unit
