"""How well staging agrees with experts, and how sure it may be: on held-out nights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from sleepscorer.core.agreement import Agreement, agreement
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import STAGES
from sleepscorer.core.wording import counted
from sleepscorer.staging.bands import N_BANDS
from sleepscorer.staging.confidence import ConfidenceModel
from sleepscorer.staging.networks.staging_network import StagingNetwork, night_features
from sleepscorer.staging.preprocess import Band
from sleepscorer.staging.recalibration import Recalibration
from sleepscorer.staging.scaling import night_levels
from sleepscorer.staging.windows import averaged_windows
from sleepscorer.training.nights import TrainingNight

Channels = Mapping[Band, int]
"""Which derivation of each kind is used; what is not named is absent."""

_EPOCHS_AT_A_TIME = 64


@dataclass(frozen=True, eq=False)
class NightAnswers:
    """What a network says of the scored epochs of one night.

    Parameters
    ----------
    night
        Its name.
    probabilities
        (n, 5).
    hierarchy
        (n, 3) wake, NREM, REM: by the trained hierarchy, or summed where it was not asked.
    labels
        (n,) the expert's.
    confidence
        (n,) how likely the most probable stage is right.
    """

    night: str
    probabilities: NDArray[np.float64]
    hierarchy: NDArray[np.float64]
    labels: NDArray[np.int64]
    confidence: NDArray[np.float64]

    @property
    def right(self) -> NDArray[np.bool_]:
        """(n,) True where the most probable stage is the expert's."""
        return np.asarray(self.probabilities.argmax(axis=1) == self.labels)


def answers_on(
    network: StagingNetwork,
    nights: Sequence[TrainingNight],
    channels: Channels,
    confidence: ConfidenceModel | None = None,
    *,
    recalibration: Recalibration | None = None,
) -> list[NightAnswers]:
    """Stage nights as the stager does, from their signals or else from their band powers.

    Nights without any of the channels are left out. Without a model of the confidence it is the
    probability of the most probable stage.
    """
    answers = []
    for night in nights:
        used = {
            k: d for k, d in channels.items() if k in night.powers and k in network.config.kinds
        }
        if not used:
            continue
        staged = _staged(network, night, used)
        labelled = night.labels >= 0
        probabilities, hierarchy = np.split(staged[labelled], [len(STAGES)], axis=1)
        found = NightAnswers(
            night.name,
            probabilities,
            hierarchy,
            night.labels[labelled],
            _confidence(probabilities, confidence),
        )
        answers.append(
            found if recalibration is None else recalibrated(found, recalibration, confidence)
        )
    return answers


def recalibrated(
    answers: NightAnswers, recalibration: Recalibration, confidence: ConfidenceModel | None = None
) -> NightAnswers:
    """The same answers as the stager gives them with a recalibration; three stages are summed."""
    p = recalibration.of(answers.probabilities, answers.hierarchy).astype(np.float64)
    summed = np.stack([p[:, 0], p[:, 1:4].sum(axis=1), p[:, 4]], axis=1)
    return replace(
        answers, probabilities=p, hierarchy=summed, confidence=_confidence(p, confidence)
    )


def _confidence(
    probabilities: NDArray[np.float64], model: ConfidenceModel | None
) -> NDArray[np.float64]:
    found = probabilities.max(axis=1) if model is None else model.of(probabilities)
    return np.asarray(found, dtype=np.float64)


def _staged(
    network: StagingNetwork, night: TrainingNight, channels: Channels
) -> NDArray[np.float64]:
    device = next(network.parameters()).device
    features = torch.zeros(night.n_epochs, len(network.config.kinds), network.config.n_features)
    present = np.zeros((night.n_epochs, len(network.config.kinds)), dtype=np.float32)
    for index, kind in enumerate(network.config.kinds):
        if kind in channels:
            measures = _measures(network, night, kind, channels[kind])
            usable = night.usable_of(kind, channels[kind])
            levels = night_levels(measures[:, :N_BANDS], usable)
            relative = night_features(torch.from_numpy(measures), torch.from_numpy(levels))
            features[:, index] = torch.where(torch.from_numpy(usable)[:, None], relative, 0.0)
            present[:, index] = usable

    def head(features: NDArray[np.float32], present: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            on_device = (torch.from_numpy(each).to(device) for each in (features, present))
            answer: NDArray[np.float32] = network.answers(*on_device).cpu().numpy()
            return answer

    return averaged_windows(
        head, features.numpy(), present, window_epochs=network.config.window_epochs
    )


def _measures(
    network: StagingNetwork, night: TrainingNight, kind: Band, derivation: int
) -> NDArray[np.float32]:
    """(n_epochs, 5 + n_learned): by the network where there are signals, else what is known."""
    if kind not in night.signals:
        known = (night.powers, night.learned)
        return np.concatenate([part[kind][:, derivation] for part in known if kind in part], axis=1)
    device = next(network.parameters()).device
    signals, parts = night.signals[kind], []
    with torch.inference_mode():
        for first in range(0, night.n_epochs, _EPOCHS_AT_A_TIME):
            epochs = np.array(signals[first : first + _EPOCHS_AT_A_TIME, derivation], np.float32)
            parts.append(network.encoder(torch.from_numpy(epochs).to(device)).cpu().numpy())
    return np.concatenate(parts)


def encoded(network: StagingNetwork, nights: Sequence[TrainingNight]) -> list[TrainingNight]:
    """The same nights as the network measures them, each derivation once, and no signals."""
    return [
        replace(
            night,
            signals={},
            powers={kind: part[..., :N_BANDS] for kind, part in measured.items()},
            learned={kind: part[..., N_BANDS:] for kind, part in measured.items()},
        )
        for night in nights
        for measured in [_every_measure(network, night)]
    ]


def _every_measure(
    network: StagingNetwork, night: TrainingNight
) -> dict[Band, NDArray[np.float32]]:
    """(n_epochs, n_derivations, 5 + n_learned) of each kind that it has and the network can use."""
    return {
        kind: np.stack(
            [_measures(network, night, kind, d) for d in range(night.powers[kind].shape[1])], axis=1
        )
        for kind in network.config.kinds
        if kind in night.powers
    }


def pooled(answers: Sequence[NightAnswers]) -> NightAnswers:
    """All epochs in one row."""
    return NightAnswers(
        counted(len(answers), "night"),
        np.concatenate([each.probabilities for each in answers]),
        np.concatenate([each.hierarchy for each in answers]),
        np.concatenate([each.labels for each in answers]),
        np.concatenate([each.confidence for each in answers]),
    )


def agreement_of(answers: NightAnswers) -> Agreement:
    """Agreement of the most probable stages with the expert."""
    return agreement(
        Scoring(Hypnogram(answers.labels.astype(np.int8))),
        Scoring(Hypnogram(answers.probabilities.argmax(axis=1).astype(np.int8))),
    )


def fitted_channels(network: StagingNetwork, nights: Sequence[TrainingNight]) -> list[Channels]:
    """The sets of channels to validate by: all kinds together, then each derivation of the EEG."""
    held: dict[Band, int] = {}
    for kind in network.config.kinds:
        n_derivations = [night.powers[kind].shape[1] for night in nights if kind in night.powers]
        if n_derivations:
            held[kind] = min(n_derivations)
    everything = dict.fromkeys(held, 0)
    alone: list[Channels] = [{"eeg": index} for index in range(held.get("eeg", 0))]
    return [everything, *(each for each in alone if each != everything)]


def mean_kappa(network: StagingNetwork, nights: Sequence[TrainingNight]) -> float:
    """Kappa with the experts, the mean over the sets of channels: what a training stops by."""
    kappas = []
    nights = encoded(network, nights)
    for channels in fitted_channels(network, nights):
        answers = answers_on(network, nights, channels)
        kappas.append(agreement_of(pooled(answers)).kappa if answers else None)
    # Where one stage is all there is, kappa has no value: as good as chance.
    return float(np.mean([kappa or 0.0 for kappa in kappas]))
