"""How well staging agrees with experts: on held-out nights, always pooled over epochs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from sleepscorer.core.agreement import Agreement, agreement
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.staging.bands import N_BANDS
from sleepscorer.staging.networks.cnn_lstm import CnnLstm
from sleepscorer.staging.scaling import log_scale
from sleepscorer.staging.windows import averaged_windows
from sleepscorer.training.nights import LabelledNight

FPZ_CZ, PZ_OZ = 0, 1


@dataclass(frozen=True, eq=False)
class Answers:
    """Probabilities (n, 5) and expert labels (n,), labelled epochs of all nights in one row."""

    probabilities: NDArray[np.float64]
    labels: NDArray[np.int64]

    def agreement(self) -> Agreement:
        """Agreement of the most probable stages with the experts."""
        return agreement(
            Scoring(Hypnogram(self.labels.astype(np.int8))),
            Scoring(Hypnogram(self.probabilities.argmax(axis=1).astype(np.int8))),
        )

    def calibration_error(self, n_bins: int = 15) -> float:
        """Mean gap between confidence and accuracy, by bins of confidence (Guo et al. 2017)."""
        confidence = self.probabilities.max(axis=1)
        right = self.probabilities.argmax(axis=1) == self.labels
        bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
        gaps = [
            abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
            for b in range(n_bins)
            if (bins == b).any()
        ]
        return float(np.sum(gaps))


def answers_on_nights(
    network: CnnLstm, nights: Sequence[LabelledNight], *, derivation: int | None, with_eog: bool
) -> Answers:
    """Stage nights from their band powers, as the stager does from signals.

    Parameters
    ----------
    derivation
        Index of the EEG derivation, or None for EOG alone.
    with_eog
        Whether the head sees the EOG.
    """

    def head(powers: NDArray[np.float32], present: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            inputs = torch.from_numpy(powers)
            answer: NDArray[np.float32] = network.probabilities(
                inputs[..., :N_BANDS], inputs[..., N_BANDS:], torch.from_numpy(present)
            ).numpy()
            return answer

    probabilities, labels = [], []
    for night in nights:
        everywhere = np.ones(len(night.labels), dtype=bool)
        eeg = night.eeg[:, derivation or 0]
        powers = np.concatenate(
            [eeg - log_scale(eeg, everywhere), night.eog - log_scale(night.eog, everywhere)], axis=1
        ).astype(np.float32)
        present = np.zeros((len(powers), 2), dtype=np.float32)
        present[:, 0] = derivation is not None
        present[:, 1] = with_eog
        labelled = night.labels >= 0
        probabilities.append(averaged_windows(head, powers, present)[labelled])
        labels.append(night.labels[labelled])
    return Answers(np.concatenate(probabilities), np.concatenate(labels))
