"""A log spectrogram, seen by a CNN.

Phan et al. 2019 (SeqSleepNet, IEEE TNSRE 27:400): short-time Fourier transform of 2-s windows
every second, log power; a convolution over time with the frequencies as its inputs stands where
they have a learned filter bank and a recurrent network.
"""

import torch
from torch import Tensor, nn

from sleepscorer.staging.networks.front_ends import FrontEnd

_WINDOW, _HOP = 200, 50
_N_FREQUENCIES = 70  # 0 to 34.5 Hz in steps of 0.5 Hz
_N_MAPS = 64


class SpectrogramCnn(FrontEnd):
    """Log power of 2-s windows every half second, and two convolutions over time."""

    n_maps = _N_MAPS
    window: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(_WINDOW), persistent=False)
        self.norm = nn.BatchNorm1d(_N_FREQUENCIES)
        self.convolutions = nn.Sequential(
            nn.Conv1d(_N_FREQUENCIES, _N_MAPS, 1),
            nn.GELU(),
            nn.Conv1d(_N_MAPS, _N_MAPS, 5, padding=2),
            nn.GELU(),
        )

    def forward(self, unit: Tensor) -> Tensor:
        """(n, 64, 61) maps of (n, 3000) epochs."""
        spectrum = torch.stft(
            unit, _WINDOW, _HOP, window=self.window, pad_mode="reflect", return_complex=True
        )  # (n, 101, 61)
        power = torch.view_as_real(spectrum[:, :_N_FREQUENCIES]).square().sum(dim=-1)
        maps: Tensor = self.convolutions(self.norm(torch.log(power + 1e-4)))
        return maps
