"""The network: spectra of any number of channels to stages (Guillot and Thorey 2021).

Every epoch becomes a vector, then a sequence of vectors becomes stages. Dropout acts in training
only and holds no parameters.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from sleepscorer.core.stages import STAGES

N_BINS, N_FRAMES = 65, 28
_N_HEADS, _N_REDUCED = 4, 32
_N_VECTOR, _N_SEQUENCE = 50, 100
_DROPOUT = 0.5

# Beginnings and parts of the published names of tensors, and what they are called here.
_PUBLISHED_NAMES = (
    ("encoder_eeg.encoder.filter_reduction.", "reduce_bins."),
    ("encoder_eeg.encoder.channel_attention.attention_", "channel_heads."),
    ("encoder_eeg.encoder.gru.", "along_frames."),
    ("reducer_eeg.reduction.", "reduce_frames."),
    ("reducer_eeg.attention.", "frame_head."),
    ("sequence_encoder.encoder.", "along_epochs."),
    (".context_matrix.", ".hidden."),
    (".context_vector.", ".score."),
    (".residual_connection.", ".straight."),
)


def own_names(published: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The published tensors by the names of :class:`RobustSleepNet`; unknown names stay."""
    return {_own_name(name): tensor for name, tensor in published.items()}


class RobustSleepNet(nn.Module):
    """The published network, 180,343 parameters."""

    def __init__(self) -> None:
        super().__init__()
        n_frame = _N_HEADS * _N_REDUCED
        self.reduce_bins = nn.Linear(N_BINS, _N_REDUCED)
        self.channel_heads = nn.ModuleList([_Attention(_N_REDUCED, 30) for _ in range(_N_HEADS)])
        self.along_frames = nn.GRU(n_frame, n_frame // 2, batch_first=True, bidirectional=True)
        self.reduce_frames = nn.Linear(n_frame, _N_VECTOR)
        self.frame_head = _Attention(_N_VECTOR, 25)
        self.along_epochs = nn.ModuleList(
            [_SequenceLayer(n_in, _N_SEQUENCE) for n_in in (_N_VECTOR, _N_SEQUENCE)]
        )
        self.classifier = nn.Linear(_N_SEQUENCE, len(STAGES))
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, spectra: Tensor, present: Tensor) -> Tensor:
        """Stage windows of epochs.

        Parameters
        ----------
        spectra
            (n_windows, n_epochs, n_channels, 65, 28) standardised.
        present
            (n_windows, n_epochs, n_channels) bool: which channels hold a signal. An epoch in which
            none does is read as the nearest one in which any does.

        Returns
        -------
        (n_windows, n_epochs, 5) logits, W N1 N2 N3 R.
        """
        # Without a channel there would be nothing to share the attention; it is replaced below.
        is_there = present.any(dim=2)
        pooled = self.pool_channels(
            spectra.flatten(0, 1), (present | ~is_there[..., None]).flatten(0, 1)
        )
        vectors = self.epoch_vectors(pooled).view(*present.shape[:2], -1)
        return self.stage_sequence(_nearest_present(vectors, is_there))

    def pool_channels(self, spectra: Tensor, present: Tensor) -> Tensor:
        """(m, n_channels, 65, 28) and (m, n_channels) to (m, 28, 4, 32), heads before features."""
        # (m, n_channels, 65, 28) -> (m, 28, n_channels, 65)
        reduced = self.reduce_bins(spectra.permute(0, 3, 1, 2))
        heads = [head(reduced, present[:, None]) for head in self.channel_heads]
        return self.dropout(torch.stack(heads, dim=2))  # type: ignore[no-any-return]

    def encode_frames(self, pooled: Tensor) -> Tensor:
        """(m, 28, 4, 32) to (m, 28, 128)."""
        return self.dropout(self.along_frames(pooled.flatten(2))[0])  # type: ignore[no-any-return]

    def epoch_vectors(self, pooled: Tensor) -> Tensor:
        """(m, 28, 4, 32) to (m, 50)."""
        return self.frame_head(self.reduce_frames(self.encode_frames(pooled)))  # type: ignore[no-any-return]

    def stage_sequence(self, vectors: Tensor) -> Tensor:
        """(n_windows, n_epochs, 50) to (n_windows, n_epochs, 5)."""
        for layer in self.along_epochs:
            vectors = self.dropout(layer(vectors))
        return self.classifier(vectors)  # type: ignore[no-any-return]


def _own_name(published: str) -> str:
    for theirs, ours in _PUBLISHED_NAMES:
        published = published.replace(theirs, ours)
    return published


class _Attention(nn.Module):
    """A weighted mean of the second last axis; the weights are learned from what is weighted."""

    def __init__(self, n_in: int, n_hidden: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(n_in, n_hidden)
        self.score = nn.Linear(n_hidden, 1, bias=False)

    def forward(self, x: Tensor, counts: Tensor | None = None) -> Tensor:
        """(..., n, n_in) to (..., n_in); only those that count, (..., n), get weight."""
        score = self.score(torch.tanh(self.hidden(x)))[..., 0]
        if counts is not None:
            score = score.masked_fill(~counts, -torch.inf)
        return (torch.softmax(score, dim=-1)[..., None] * x).sum(dim=-2)


class _SequenceLayer(nn.Module):
    """The mean of a recurrent layer in both directions and a straight one."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.gru = nn.GRU(n_in, n_out // 2, batch_first=True, bidirectional=True)
        self.straight = nn.Linear(n_in, n_out)

    def forward(self, x: Tensor) -> Tensor:
        """(n_windows, n_epochs, n_in) to (n_windows, n_epochs, n_out)."""
        mean: Tensor = (self.straight(x) + self.gru(x)[0]) / 2
        return mean


def _nearest_present(vectors: Tensor, is_there: Tensor) -> Tensor:
    """Put the nearest vector that is there in the place of each that is not."""
    if bool(is_there.all()):
        return vectors
    place = torch.arange(vectors.shape[1], device=vectors.device)
    distance = (place[:, None] - place).abs()[None].float()  # (1, to, from)
    source = distance.masked_fill(~is_there[:, None, :], torch.inf).argmin(dim=2)
    return vectors.gather(1, source[..., None].expand_as(vectors))
