"""Front-end, encoder and heads joined: raw epochs in, probabilities of the stages out.

Any front-end goes with any sequence model. The encoder measures each epoch of each channel by
itself; its measures are set in relation to the night they come from; a head stages a window of
epochs. All of it is one module, which can be trained end to end from raw signals and explained on
them; the parts can also be trained apart, which is how the shipped weights were made (see their
cards): the heads from band powers of real, scored nights, the encoder from signals.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from math import inf
from types import MappingProxyType
from typing import Any, cast

import torch
from torch import Tensor, nn

from sleepscorer.core.stages import STAGES
from sleepscorer.staging.bands import N_BANDS
from sleepscorer.staging.networks.causal_attention import CausalAttention
from sleepscorer.staging.networks.conformer import Conformer
from sleepscorer.staging.networks.front_ends import EpochEncoder, FrontEnd
from sleepscorer.staging.networks.lstm import Lstm
from sleepscorer.staging.networks.multi_period_cnn import MultiPeriodCnn
from sleepscorer.staging.networks.multi_resolution_cnn import MultiResolutionCnn
from sleepscorer.staging.networks.multi_scale_cnn import MultiScaleCnn
from sleepscorer.staging.networks.se_resnet import SeResNet
from sleepscorer.staging.networks.sequence_models import SequenceModel
from sleepscorer.staging.networks.spectrogram_cnn import SpectrogramCnn
from sleepscorer.staging.networks.tcn_attention import TcnAttention
from sleepscorer.staging.preprocess import Band
from sleepscorer.staging.scaling import N_LEVELS
from sleepscorer.staging.windows import WINDOW_EPOCHS

N_STAGES = len(STAGES)
N_ANSWERS = N_STAGES + 2
"""Logits of a head: the five stages; sleep against wake; REM against NREM, given sleep."""

FRONT_ENDS: Mapping[str, Callable[[], FrontEnd]] = MappingProxyType(
    {
        "multi_scale_cnn": MultiScaleCnn,
        "se_resnet": SeResNet,
        "multi_resolution_cnn": MultiResolutionCnn,
        "multi_period_cnn": MultiPeriodCnn,
        "spectrogram_cnn": SpectrogramCnn,
    }
)
"""By the name that a configuration gives."""

SEQUENCE_MODELS: Mapping[str, Callable[[int, float], SequenceModel]] = MappingProxyType(
    {
        "bilstm": Lstm,
        "lstm": partial(Lstm, both_ways=False),
        "tcn_attention": TcnAttention,
        "causal_attention": CausalAttention,
        "conformer": Conformer,
    }
)
"""By the name that a configuration gives; made of a width and a dropout."""

KINDS: tuple[Band, ...] = ("eeg", "eog", "emg")
"""Kinds of channel, in the order in which a network takes them."""

_MOST_HEADS = 100
# A norm over a batch needs two.
_FEWEST_EPOCHS = 2
_WIDEST = 4096

# What a filtered EOG or chin EMG holds no power in tells nothing.
_BANDS_OF_KIND = {"eeg": slice(0, N_BANDS), "eog": slice(0, 4), "emg": slice(3, N_BANDS)}


@dataclass(frozen=True)
class NetworkConfig:
    """What a :class:`StagingNetwork` is made of; stored beside its weights.

    Parameters
    ----------
    front_end
        One of :data:`FRONT_ENDS`.
    heads
        One or more of :data:`SEQUENCE_MODELS`; the answers of several heads are averaged.
    kinds
        The channels it can use, of :data:`KINDS`; any of them may be absent when it runs.
    width, dropout
        Of each sequence model.
    n_learned
        Features of each epoch beside the band powers, for training end to end.
    detailed
        Whether those are learned from finer frames and single waves, see
        :class:`~sleepscorer.staging.networks.front_ends.EpochEncoder`.
    window_epochs
        Length of the sequences that the heads were trained on, and are shown on scoring.
    stage_weights
        How much each of the five stages counted in training, where it was written down.
    undo_stage_weights
        Give the probabilities that hold where stages are as common as in the training nights:
        more epochs are right, and fewer are N1.
    """

    front_end: str = "multi_scale_cnn"
    heads: tuple[str, ...] = ("bilstm",)
    kinds: tuple[Band, ...] = ("eeg", "eog")
    width: int = 192
    dropout: float = 0.4
    n_learned: int = 0
    detailed: bool = False
    window_epochs: int = WINDOW_EPOCHS
    stage_weights: tuple[float, ...] = ()
    undo_stage_weights: bool = False

    def __post_init__(self) -> None:
        unknown = {*self.heads} - {*SEQUENCE_MODELS}
        unknown |= {self.front_end} - {*FRONT_ENDS}
        unknown |= {*self.kinds} - {*KINDS}
        if unknown or not self.heads or not self.kinds:
            raise ValueError(f"no such network: {', '.join(sorted(unknown)) or 'nothing in it'}")
        if len(self.heads) > _MOST_HEADS or len({*self.kinds}) != len(self.kinds):
            raise ValueError("no such network: too many heads, or a channel twice")
        for name, least in (("width", 1), ("n_learned", 0), ("window_epochs", 1)):
            size = getattr(self, name)
            if type(size) is not int or not least <= size <= _WIDEST:
                raise ValueError(f"no such network: {name} {size!r:.20}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"no such network: dropout {self.dropout!r:.20}")
        if self.detailed and not self.n_learned:
            raise ValueError("no such network: detailed, and learns no features")
        if self.stage_weights and not (
            len(self.stage_weights) == N_STAGES and all(0 < w < inf for w in self.stage_weights)
        ):
            raise ValueError("no such network: stages can't count like that")

    @property
    def n_features(self) -> int:
        """Of each epoch of each channel, see :func:`night_features`."""
        return N_LEVELS * N_BANDS + self.n_learned

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for ``config.json``."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "NetworkConfig":
        """The inverse of :meth:`as_dict`, also once JSON has made lists of the tuples."""
        kept: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
        return cls(**kept)


class StageHead(nn.Module):
    """Stages a window of epochs from what was measured of them."""

    centre: Tensor
    spread: Tensor

    def __init__(self, config: NetworkConfig, model: str) -> None:
        super().__init__()
        self.kinds = config.kinds
        self._widths = tuple(_n_inputs(kind) + config.n_learned for kind in config.kinds)
        n_inputs = sum(self._widths)
        self.register_buffer("centre", torch.zeros(n_inputs))
        self.register_buffer("spread", torch.ones(n_inputs))
        self.inputs = nn.Sequential(
            nn.Linear(n_inputs + len(config.kinds), config.width), nn.GELU()
        )
        self.dropout = nn.Dropout(config.dropout)
        self.sequence = SEQUENCE_MODELS[model](config.width, config.dropout)
        self.output = nn.Linear(config.width, N_ANSWERS)

    def describe(self, features: Tensor) -> Tensor:
        """(batch, n_epochs, n_inputs): what the head looks at, before it is standardised."""
        return torch.cat([part for kind in self._described(features) for part in kind], dim=-1)

    def seen(self, present: Tensor) -> Tensor:
        """(batch, n_epochs, n_inputs): 1 where the channel of an input can be used, else 0."""
        widths = torch.tensor(self._widths, device=present.device)
        return torch.repeat_interleave(present, widths, dim=-1)

    def forward(self, features: Tensor, present: Tensor) -> Tensor:
        """Give the logits.

        Parameters
        ----------
        features
            (batch, n_epochs, n_kinds, n_features) as of :func:`night_features`; any finite value
            where absent.
        present
            (batch, n_epochs, n_kinds) 1 where the channel can be used, else 0.

        Returns
        -------
        (batch, n_epochs, 7), see :data:`N_ANSWERS`.
        """
        standard = (self.describe(features) - self.centre) / self.spread * self.seen(present)
        hidden = self.dropout(self.inputs(torch.cat([standard, present], dim=-1)))
        answers: Tensor = self.output(self.dropout(self.sequence(hidden)))
        return answers

    def _described(self, features: Tensor) -> list[list[Tensor]]:
        """For each kind: powers against the levels of the night, their shares, what was learned."""
        described = []
        for index, kind in enumerate(self.kinds):
            own = features[..., index, :]
            powers = own[..., : N_LEVELS * N_BANDS]
            powers = powers.reshape(*powers.shape[:-1], N_LEVELS, N_BANDS)
            parts = [powers[..., _BANDS_OF_KIND[kind]].flatten(-2)]
            if kind == "eeg":
                scaled = powers[..., 0, :]
                parts.append(scaled - torch.logsumexp(scaled, dim=-1, keepdim=True))
            parts.append(own[..., N_LEVELS * N_BANDS :])
            described.append(parts)
        return described


def _n_inputs(kind: str) -> int:
    bands = _BANDS_OF_KIND[kind]
    return N_LEVELS * (bands.stop - bands.start) + (N_BANDS if kind == "eeg" else 0)


def night_features(measures: Tensor, levels: Tensor) -> Tensor:
    """Set what was measured of each epoch in relation to the night.

    Parameters
    ----------
    measures
        (..., 5 + n_learned) as the encoder gives them.
    levels
        (..., 4, 5) of :func:`~sleepscorer.staging.scaling.night_levels`, broadcast.

    Returns
    -------
    (..., 20 + n_learned)
    """
    relative = measures[..., None, :N_BANDS] - levels  # (..., 4, 5)
    return torch.cat([relative.flatten(-2), measures[..., N_BANDS:]], dim=-1)


class StagingNetwork(nn.Module):
    """Encoder and heads together, with the calibration of the probabilities."""

    log_temperature: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = EpochEncoder(
            FRONT_ENDS[config.front_end](), n_learned=config.n_learned, detailed=config.detailed
        )
        self.heads = nn.ModuleList(StageHead(config, model) for model in config.heads)
        self.register_buffer("log_temperature", torch.zeros(()))

    @property
    def stage_heads(self) -> tuple[StageHead, ...]:
        """The heads, in order."""
        return tuple(cast("StageHead", head) for head in self.heads)

    def answers(self, features: Tensor, present: Tensor, *, n_heads: int | None = None) -> Tensor:
        """Stage windows from the features of their epochs.

        Parameters
        ----------
        features, present
            As of :meth:`StageHead.forward`.
        n_heads
            Asks only the first so many; None asks all.

        Returns
        -------
        (batch, n_epochs, 8): calibrated probabilities of the five stages, then of wake, NREM and
        REM by the trained hierarchy (wake against sleep, then REM against NREM).
        """
        logits = torch.stack([head(features, present) for head in self.stage_heads[:n_heads]])
        stages = self.joined_stages(logits)
        asleep, rem = torch.sigmoid(logits[..., N_STAGES:].mean(dim=0)).unbind(dim=-1)
        hierarchy = torch.stack([1 - asleep, asleep * (1 - rem), asleep * rem], dim=-1)
        return torch.cat([torch.softmax(stages, dim=-1), hierarchy], dim=-1)

    def joined_stages(self, logits: Tensor) -> Tensor:
        """(..., 5) calibrated logits of the stages, of (n_heads, ..., 7) of all heads."""
        stages = logits[..., :N_STAGES].log_softmax(dim=-1).mean(dim=0)  # geometric mean
        if self.config.undo_stage_weights and self.config.stage_weights:
            # What a weighted cross-entropy learns is the likelihood times the weight.
            stages = stages - torch.tensor(self.config.stage_weights, device=stages.device).log()
        return stages / self.log_temperature.exp()

    def forward(self, signals: Tensor, levels: Tensor, present: Tensor) -> Tensor:
        """Give the heads' logits for raw epochs: to train the whole, and to explain it.

        Parameters
        ----------
        signals
            (batch, n_epochs, n_kinds, 3000) at 100 Hz.
        levels
            (batch, n_kinds, 4, 5) of the nights they come from.
        present
            (batch, n_epochs, n_kinds).

        Returns
        -------
        (n_heads, batch, n_epochs, 7)
        """
        return self.logits(self.measured(signals, present), levels, present)

    def measured(self, signals: Tensor, present: Tensor) -> Tensor:
        """(batch, n_epochs, n_kinds, 5 + n_learned) of raw epochs; zeros where they are absent.

        What is absent is not encoded: it would count among what the batches' norms are made of.
        """
        there = present > 0
        if int(there.sum()) < _FEWEST_EPOCHS:
            there = torch.ones_like(there)
        measures: Tensor = self.encoder(signals[there])
        result = measures.new_zeros(*present.shape, measures.shape[-1])
        result[there] = measures
        return result

    def logits(self, measures: Tensor, levels: Tensor, present: Tensor) -> Tensor:
        """(n_heads, batch, n_epochs, 7) from what was measured of the epochs."""
        features = night_features(measures, levels[:, None])
        return torch.stack([head(features, present) for head in self.stage_heads])
