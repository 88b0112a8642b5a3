"""A CNN that describes each 30-s epoch, and an LSTM that stages a sequence of them.

The encoder is a bank of learned filters: it gives the logarithm of the power in five bands of a raw
epoch. The head is a bidirectional LSTM over the night. Both are one module, so that it can be
trained end to end from raw signals and explained on them; they can also be trained apart, which is
how the first weights were made (see the model card): the head from band powers of real, scored
nights, the encoder from signals.
"""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from sleepscorer.core.stages import STAGES
from sleepscorer.staging.bands import N_BANDS
from sleepscorer.staging.preprocess import RATE_HZ

N_STAGES = len(STAGES)


@dataclass(frozen=True)
class CnnLstmConfig:
    """Sizes of a :class:`CnnLstm`; stored beside its weights.

    Parameters
    ----------
    n_filters, kernel_samples, stride_samples
        The encoder's first convolution.
    n_hidden, n_layers, dropout
        The head's LSTM (hidden units each way).
    n_heads
        Heads trained from different seeds, whose probabilities are averaged.
    n_eog_bands
        How many of the five bands of the EOG the head sees, from the slowest.
    """

    n_filters: int = 64
    kernel_samples: int = 256
    stride_samples: int = 32
    n_hidden: int = 96
    n_layers: int = 2
    dropout: float = 0.4
    n_heads: int = 3
    n_eog_bands: int = 4

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for ``config.json``."""
        return asdict(self)


class EpochEncoder(nn.Module):
    """Log band powers of a raw epoch, by a learned filter bank.

    The epoch is brought to unit power before the convolutions and its log power added after them,
    so a gain in the signal is the same offset in every output, exactly.
    """

    def __init__(self, config: CnnLstmConfig) -> None:
        super().__init__()
        n_filters = config.n_filters
        self.filters = nn.Conv1d(
            1, n_filters, config.kernel_samples, stride=config.stride_samples, bias=False
        )
        self.mixing = nn.Conv1d(n_filters, n_filters, 1)
        self.context = nn.Conv1d(n_filters, n_filters, 5, padding=2)
        self.output = nn.Sequential(
            nn.Linear(3 * n_filters, 2 * n_filters), nn.GELU(), nn.Linear(2 * n_filters, N_BANDS)
        )
        with torch.no_grad():
            self.filters.weight.copy_(_wavelets(n_filters, config.kernel_samples)[:, None])

    def forward(self, epochs: Tensor) -> Tensor:
        """Measure epochs.

        Parameters
        ----------
        epochs
            (n, 3000) at 100 Hz, any unit.

        Returns
        -------
        (n, 5) natural log of the power in each band, in the square of that unit.
        """
        mean_square = epochs.square().mean(dim=1, keepdim=True) + 1e-20  # (n, 1)
        unit = epochs / mean_square.sqrt()
        power = self.filters(unit[:, None]).square()  # (n, filters, frames)
        # Two neighbouring frames hold the sine and cosine phases of slow filters: smooth over them.
        power = functional.avg_pool1d(power, 4, stride=2)
        frames = functional.gelu(self.mixing(torch.log(power + 1e-6)))
        frames = functional.gelu(self.context(frames))  # (n, filters, frames)
        pooled = torch.cat(
            [frames.mean(dim=2), frames.median(dim=2).values, frames.std(dim=2)], dim=1
        )  # (n, 3 * filters)
        result: Tensor = self.output(pooled) + mean_square.log()
        return result


def _wavelets(n_filters: int, kernel_samples: int) -> Tensor:
    """(n_filters, kernel_samples): sine and cosine under a Hann window, 0.5 to 30 Hz: the start."""
    n_pairs = n_filters // 2
    centre_hz = torch.logspace(-0.3, 1.48, n_pairs)[:, None]
    t_s = (torch.arange(kernel_samples)[None] - kernel_samples / 2) / RATE_HZ
    phase = 2 * torch.pi * centre_hz * t_s
    window = torch.hann_window(kernel_samples)[None]
    pairs = torch.cat([torch.sin(phase), torch.cos(phase)]) * window
    rest = torch.randn(n_filters - 2 * n_pairs, kernel_samples) * window
    bank = torch.cat([pairs, rest])
    unit: Tensor = bank / bank.norm(dim=1, keepdim=True)
    return unit


class StageHead(nn.Module):
    """Stages a sequence of epochs from their scaled band powers."""

    centre: Tensor
    spread: Tensor

    def __init__(self, config: CnnLstmConfig) -> None:
        super().__init__()
        self.n_eog_bands = config.n_eog_bands
        n_inputs = 2 * N_BANDS + config.n_eog_bands + 2
        self.register_buffer("centre", torch.zeros(n_inputs))
        self.register_buffer("spread", torch.ones(n_inputs))
        self.inputs = nn.Sequential(nn.Linear(n_inputs, 2 * config.n_hidden), nn.GELU())
        self.dropout = nn.Dropout(config.dropout)
        self.lstm = nn.LSTM(
            2 * config.n_hidden,
            config.n_hidden,
            num_layers=config.n_layers,
            dropout=config.dropout if config.n_layers > 1 else 0.0,
            bidirectional=True,
            batch_first=True,
        )
        self.output = nn.Linear(2 * config.n_hidden, N_STAGES)

    def describe(self, eeg: Tensor, eog: Tensor, present: Tensor) -> Tensor:
        """(batch, n_epochs, n_inputs): the head's standardised inputs, 0 where a channel lacks."""
        relative = eeg - torch.logsumexp(eeg, dim=-1, keepdim=True)
        raw = torch.cat([eeg, relative, eog[..., : self.n_eog_bands], present], dim=-1)
        mask = torch.cat(
            [
                present[..., :1].expand(*present.shape[:-1], 2 * N_BANDS),
                present[..., 1:].expand(*present.shape[:-1], self.n_eog_bands),
                torch.ones_like(present),
            ],
            dim=-1,
        )
        return (raw - self.centre) / self.spread * mask

    def forward(self, eeg: Tensor, eog: Tensor, present: Tensor) -> Tensor:
        """Give the stages' logits.

        Parameters
        ----------
        eeg, eog
            (batch, n_epochs, 5) log band powers, scaled by recording; any finite value where
            absent.
        present
            (batch, n_epochs, 2) 1 where the EEG, the EOG can be used, else 0.

        Returns
        -------
        (batch, n_epochs, 5)
        """
        hidden = self.dropout(self.inputs(self.describe(eeg, eog, present)))
        sequence, _ = self.lstm(hidden)
        logits: Tensor = self.output(self.dropout(sequence))
        return logits


class CnnLstm(nn.Module):
    """Encoder and heads together, with the temperature of the calibrated probabilities."""

    log_temperature: Tensor

    def __init__(self, config: CnnLstmConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = EpochEncoder(config)
        self.heads = nn.ModuleList(StageHead(config) for _ in range(config.n_heads))
        self.register_buffer("log_temperature", torch.zeros(()))

    def probabilities(self, eeg: Tensor, eog: Tensor, present: Tensor) -> Tensor:
        """(batch, n_epochs, 5) calibrated probabilities, from scaled band powers."""
        logits = torch.stack([head(eeg, eog, present) for head in self.heads])
        mean = logits.log_softmax(dim=-1).mean(dim=0)  # geometric mean over the heads
        return torch.softmax(mean / self.log_temperature.exp(), dim=-1)

    def forward(self, eeg: Tensor, eog: Tensor, present: Tensor) -> Tensor:
        """Stage raw epochs end to end; the way to train the whole and to explain it.

        Parameters
        ----------
        eeg, eog
            (batch, n_epochs, 3000) at 100 Hz, scaled by recording.
        present
            (batch, n_epochs, 2).

        Returns
        -------
        (batch, n_epochs, 5) probabilities.
        """
        batch, n_epochs, n_samples = eeg.shape
        eeg_powers = self.encoder(eeg.reshape(batch * n_epochs, n_samples))
        eog_powers = self.encoder(eog.reshape(batch * n_epochs, n_samples))
        return self.probabilities(
            eeg_powers.reshape(batch, n_epochs, N_BANDS),
            eog_powers.reshape(batch, n_epochs, N_BANDS),
            present,
        )
