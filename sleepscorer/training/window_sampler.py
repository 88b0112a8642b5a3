"""Draws windows of nights at random, changed at random as other recordings would differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sleepscorer.staging.bands import N_BANDS
from sleepscorer.staging.preprocess import RATE_HZ, SAMPLES_PER_EPOCH, Band
from sleepscorer.staging.scaling import N_LEVELS, night_levels
from sleepscorer.training.band_powers import log_band_powers
from sleepscorer.training.nights import NO_LABEL, TrainingNight

# How far other derivations and recorders are off was tried by training on Fpz-Cz alone and staging
# Pz-Oz, and the reverse, on people of the training and validation part: a band jitter of .5 gave
# kappa .683/.694 there against .660/.663 with .15, and .8 did harm to excerpts of 30 min.
_GAIN_SD, _BAND_SD, _EPOCH_SD, _LEVEL_SD = 0.2, 0.5, 0.1, 0.15
_SHARE_EXCERPTS, _MAX_EXCERPT_EPOCHS = 0.3, 240
_SHARE_SHORT, _SHORTEST_EPOCHS = 0.25, 20
_SHARE_MISSING_EPOCHS = 0.02
_SHARE_LOST = 0.3
# The EEG is there nine times of ten: people buy recorders for it.
_SHARE_PRESENT = {"eeg": 0.9, "eog": 0.5, "emg": 0.5}
_MAX_SHIFT_S = 3.0
_MAX_MASK_S = 3.0
_NOISE_SD = 0.2
_SHARE_OF_EACH = 0.25

_Drawn = tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.bool_]]
"""What a window holds of a channel, the levels that is set against, and where it is a signal."""


class Batch(NamedTuple):
    """Windows of several nights.

    Parameters
    ----------
    signals
        (batch, n_epochs, n_kinds, 3000) samples; none where what is known is learned from.
    measures
        (batch, n_epochs, n_kinds, 5 + n_learned): exact log band powers, of the signals as they
        are here; then features that are known of the night, if any.
    levels
        (batch, n_kinds, 4, 5) of the nights.
    present
        (batch, n_epochs, n_kinds) 1 or 0.
    labels
        (batch, n_epochs) 0 to 4 or :data:`~sleepscorer.training.nights.NO_LABEL`.
    """

    signals: Tensor
    measures: Tensor
    levels: Tensor
    present: Tensor
    labels: Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same on a device."""
        return Batch(*(part.to(device, non_blocking=True) for part in self))


@dataclass(frozen=True)
class WindowSampler:
    """Draws batches of windows.

    Each window takes its EEG from one derivation or, of band powers, a mix of two; leaves channels
    and epochs out; is set against the levels of the whole night or of an excerpt around it, since
    not every recording is a whole night; and is jittered: band powers in gain, band and epoch,
    signals in polarity, gain and time, by noise and by parts struck out (SleePyCo, Lee et al. 2023;
    U-Sleep, Perslev et al. 2021).

    Parameters
    ----------
    nights
        To draw from.
    kinds
        Channels of the network; what a night lacks is absent.
    n_epochs
        Length of a window.
    n_windows
        In a batch.
    raw
        Give signals, not what is known of them.
    """

    nights: Sequence[TrainingNight]
    kinds: tuple[Band, ...]
    n_epochs: int
    n_windows: int
    raw: bool = False

    def draw(self, rng: np.random.Generator) -> Batch:
        """Draw a batch."""
        drawn = [
            self._window(rng, self.nights[int(rng.integers(len(self.nights)))])
            for _ in range(self.n_windows)
        ]
        parts = (torch.from_numpy(np.stack(part)) for part in zip(*drawn, strict=True))
        return Batch(*parts)

    @property
    def _n_known(self) -> int:
        """Measures of an epoch that are known."""
        learned = self.nights[0].learned
        return N_BANDS + next((each.shape[-1] for each in learned.values() if not self.raw), 0)

    def _window(
        self, rng: np.random.Generator, night: TrainingNight
    ) -> tuple[NDArray[np.generic], ...]:
        """The parts of a batch."""
        longest = min(self.n_epochs, night.n_epochs)
        is_short = longest > _SHORTEST_EPOCHS and rng.random() < _SHARE_SHORT
        length = int(rng.integers(_SHORTEST_EPOCHS, longest)) if is_short else longest
        start = int(rng.integers(0, night.n_epochs - length + 1))
        window = slice(start, start + length)
        counted = _scaled_by(rng, window, night.n_epochs, alone=is_short)
        shape = (self.n_epochs, len(self.kinds))
        signals = np.zeros((*shape, SAMPLES_PER_EPOCH if self.raw else 0), dtype=np.float32)
        measures = np.zeros((*shape, self._n_known), dtype=np.float32)
        levels = np.zeros((len(self.kinds), N_LEVELS, N_BANDS), dtype=np.float32)
        present = np.zeros(shape)
        labels = np.full(self.n_epochs, NO_LABEL)
        labels[:length] = night.labels[window]
        for index, kind in enumerate(self.kinds):
            if kind not in night.powers:
                continue
            part, into = (_drawn_signal, signals) if self.raw else (_drawn_measures, measures)
            into[:length, index], levels[index], usable = part(rng, night, kind, window, counted)
            present[:length, index] = usable
        present = present * self._kept(rng, present)
        if self.raw:
            measures[present > 0] = log_band_powers(signals[present > 0])
        return signals, measures, levels, present.astype(np.float32), labels

    def _kept(
        self, rng: np.random.Generator, present: NDArray[np.floating]
    ) -> NDArray[np.floating]:
        """(n_epochs, n_kinds): leaves channels out, never all of them, and epochs."""
        there = present.any(axis=0)
        shares = np.array([_SHARE_PRESENT[kind] for kind in self.kinds])
        kept: NDArray[np.bool_] = rng.random(len(self.kinds)) < shares
        if not (kept & there).any():
            kept = np.asarray(there)
        epochs = rng.random((len(present), 1)) >= _SHARE_MISSING_EPOCHS
        result = np.asarray(kept[None] * epochs, dtype=np.float64)
        n_epochs = int(present.any(axis=1).sum())
        if n_epochs > 1 and rng.random() < _SHARE_LOST:
            # A gap, or a lead that was off for a while: of one channel, or of all.
            length = int(rng.integers(1, n_epochs // 2 + 1))
            first = int(rng.integers(0, n_epochs - length + 1))
            which = rng.integers(-1, len(self.kinds))
            result[first : first + length, slice(None) if which < 0 else which] = 0
        return result


def _scaled_by(
    rng: np.random.Generator, window: slice, n_epochs: int, *, alone: bool
) -> NDArray[np.bool_]:
    """The epochs that set the levels: all, an excerpt around the window, or the window alone."""
    counted = np.ones(n_epochs, dtype=bool)
    length = window.stop - window.start
    if alone:
        counted[:] = False
        counted[window] = True
    elif rng.random() < _SHARE_EXCERPTS:
        longest = max(min(_MAX_EXCERPT_EPOCHS, n_epochs), length)
        excerpt = int(rng.integers(length, longest + 1))
        first = window.start - int(rng.integers(0, excerpt - length + 1))
        first = int(np.clip(first, 0, n_epochs - excerpt))
        counted[:] = False
        counted[first : first + excerpt] = True
    return counted


def _drawn_measures(
    rng: np.random.Generator,
    night: TrainingNight,
    kind: Band,
    window: slice,
    counted: NDArray[np.bool_],
) -> _Drawn:
    """Log band powers of a derivation, or of a mix of two; the learned features of the one."""
    powers = night.powers[kind]
    first, second = rng.integers(0, powers.shape[1], 2)
    learned = night.learned.get(kind)
    if learned is not None:
        # Nobody knows what would have been learned of a mix.
        second = first
    # A third of the windows each: the one derivation, the other, a mix of their powers.
    share = float(np.clip(rng.uniform(-1, 2), 0, 1))
    mixed = np.logaddexp(
        powers[:, first] + np.log(share + 1e-9), powers[:, second] + np.log(1 - share + 1e-9)
    )
    # What is the same for the whole night moves the bands against the scale, not against the
    # night's own percentiles.
    mixed = mixed + rng.normal(0, _BAND_SD, N_BANDS).astype(np.float32)
    usable = night.usable_of(kind, int(first)) & night.usable_of(kind, int(second))
    levels = _jittered(rng, night_levels(mixed, counted & usable))
    length = window.stop - window.start
    drawn = mixed[window] + rng.normal(0, _EPOCH_SD, (length, N_BANDS))
    if learned is not None:
        drawn = np.concatenate([drawn, learned[window, first]], axis=1)
    return drawn, levels, usable[window]


def _drawn_signal(
    rng: np.random.Generator,
    night: TrainingNight,
    kind: Band,
    window: slice,
    counted: NDArray[np.bool_],
) -> _Drawn:
    """Samples of a derivation, changed."""
    derivation = int(rng.integers(night.powers[kind].shape[1]))
    usable = night.usable_of(kind, derivation)
    levels = _jittered(rng, night_levels(night.powers[kind][:, derivation], counted & usable))
    samples = np.array(night.signals[kind][window, derivation], dtype=np.float32)
    long: NDArray[np.floating] = samples.reshape(-1)
    spread = float(long.std()) + 1e-12
    if rng.random() < 0.5:
        long = -long
    if rng.random() < _SHARE_OF_EACH:
        long = np.roll(long, int(rng.uniform(-_MAX_SHIFT_S, _MAX_SHIFT_S) * RATE_HZ))
    if rng.random() < _SHARE_OF_EACH:
        long = long + rng.normal(0, rng.uniform(0, _NOISE_SD) * spread, long.size)
    if rng.random() < _SHARE_OF_EACH:
        first = int(rng.integers(0, long.size))
        long = long.copy()
        long[first : first + int(rng.uniform(0, _MAX_MASK_S) * RATE_HZ)] = 0
    return long.reshape(samples.shape), levels, usable[window]


def _jittered(rng: np.random.Generator, levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Levels slightly off: the exact ones would tell which night it is, to be learned by heart."""
    jitter = rng.normal(0, _LEVEL_SD, levels.shape)
    jitter[0] = rng.normal(0, _GAIN_SD)
    return (levels + jitter).astype(np.float32)
