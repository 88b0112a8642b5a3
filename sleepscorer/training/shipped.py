"""The recipe of the shipped weights, from data to ``models/``.

python -m sleepscorer.training.shipped --data FOLDER --runs FOLDER --out models [NAME ...]

FOLDER holds ``sleepedf_features`` (band powers and stages of the Sleep-Cassette nights of
Sleep-EDF Expanded) and ``pz_oz_wake`` (unlabelled EEG of the same study). Every front-end is taught
to measure band powers, every head to stage by them; the parts are kept in the runs folder, and what
was killed goes on. ``sleepscorer evaluate`` judges what comes out.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import Progress as ProgressBar
from safetensors.torch import load_file, save_file

from sleepscorer.core.progress import Progress
from sleepscorer.staging.networks.front_ends import EpochEncoder
from sleepscorer.staging.networks.staging_network import (
    FRONT_ENDS,
    NetworkConfig,
    StageHead,
    StagingNetwork,
)
from sleepscorer.staging.preprocess import Band
from sleepscorer.training.encoder_regression import regression_signals, train_encoder
from sleepscorer.training.evaluate import mean_kappa
from sleepscorer.training.nights import TrainingNight, counted, feature_nights
from sleepscorer.training.runs import calibrate_on, describe, save_network
from sleepscorer.training.simulated_emg import with_simulated_emg
from sleepscorer.training.splits import held_out
from sleepscorer.training.trainer import Recipe, train

_ENCODER_STEPS = 3000
_EEG_EOG: tuple[Band, ...] = ("eeg", "eog")
_LEARNING_RATES = {"bilstm": 3e-3, "tcn_attention": 2e-3, "causal_attention": 5e-4}


@dataclass(frozen=True)
class Shipped:
    """A set of weights.

    Parameters
    ----------
    what
        Which published design it stands for, in words.
    front_end
        Of :data:`~sleepscorer.staging.networks.staging_network.FRONT_ENDS`.
    heads
        Sequence model and seed of each.
    kinds
        Channels it can use.
    """

    what: str
    front_end: str
    heads: tuple[tuple[str, int], ...]
    kinds: tuple[Band, ...] = _EEG_EOG

    @property
    def config(self) -> NetworkConfig:
        """The network's."""
        return NetworkConfig(
            front_end=self.front_end,
            heads=tuple(model for model, _ in self.heads),
            kinds=self.kinds,
        )


SHIPPED: Mapping[str, Shipped] = MappingProxyType(
    {
        "sleepedf-ensemble-2": Shipped(
            # Chosen on the validation people: mean kappa .718; .716 without the fourth or the fifth
            # and with a Conformer as the fifth, .706 to .716 each of them alone.
            "five heads that share one front-end",
            "multi_scale_cnn",
            (
                ("bilstm", 1),
                ("bilstm", 2),
                ("bilstm", 3),
                ("tcn_attention", 1),
                ("causal_attention", 1),
            ),
        ),
        "sleepedf-cnn-bilstm-2": Shipped("CNN-LSTM", "multi_scale_cnn", (("bilstm", 1),)),
        "sleepedf-eeg-cnn-bilstm-2": Shipped(
            "CNN-LSTM of EEG alone", "multi_scale_cnn", (("bilstm", 1),), ("eeg",)
        ),
        "sleepedf-multimodal-tcn-2": Shipped(
            "TCN with attention for EEG, EOG and chin EMG",
            "multi_scale_cnn",
            (("tcn_attention", 1),),
            ("eeg", "eog", "emg"),
        ),
        "sleepedf-se-resnet-bilstm-2": Shipped("SE-ResNet-BiLSTM", "se_resnet", (("bilstm", 1),)),
        "sleepedf-mrcnn-attention-2": Shipped(
            "multi-resolution CNN, recalibration and causal attention (AttnSleep)",
            "multi_resolution_cnn",
            (("causal_attention", 1),),
        ),
        "sleepedf-mrcnn-conformer-2": Shipped(
            "multi-resolution CNN with a Conformer", "multi_resolution_cnn", (("conformer", 1),)
        ),
        "sleepedf-multi-period-attention-2": Shipped(
            "multi-scale multi-period CNN with causal attention",
            "multi_period_cnn",
            (("causal_attention", 1),),
        ),
        "sleepedf-spectrogram-bilstm-2": Shipped(
            "log-spectrogram CNN with a BiLSTM", "spectrogram_cnn", (("bilstm", 1),)
        ),
    }
)
"""By name of the folder in ``models/``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train what lacks and write the weights."""
    options = _options(arguments)
    nights = feature_nights(options.data / "sleepedf_features")
    with ProgressBar() as bar:
        parts = _Parts(options.data, options.runs, nights, bar, options.head_steps)
        for name in options.names or SHIPPED:
            _make(SHIPPED[name], options.out / name, parts)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sleepscorer.training.shipped")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, required=True, help="keeps the parts")
    parser.add_argument("--out", type=Path, required=True, help="models/ of this checkout")
    parser.add_argument("--head-steps", type=int, default=Recipe.n_steps)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *SHIPPED])
    return parser.parse_args(arguments)


def _make(shipped: Shipped, folder: Path, parts: "_Parts") -> None:
    network = StagingNetwork(shipped.config)
    network.encoder.load_state_dict(parts.encoder(shipped.front_end).state_dict())
    for head, (model, seed) in zip(network.stage_heads, shipped.heads, strict=True):
        head.load_state_dict(parts.head(model, seed, shipped.kinds).state_dict())
    network.eval()
    validation = parts.validation(shipped.kinds)
    calibration = calibrate_on(network, validation)
    save_network(
        network,
        folder,
        summary=(
            f"{shipped.what[0].upper()}{shipped.what[1:]}: {describe(shipped.config)}; heads"
            " trained on band powers and expert stages of Sleep-EDF Expanded (Sleep Cassette),"
            f" {counted(parts.training(shipped.kinds))}; front-end on unlabelled signals."
        ),
        calibration=calibration,
    )


class _Parts:
    """Encoders and heads, trained once each."""

    def __init__(
        self,
        data: Path,
        runs: Path,
        nights: Sequence[TrainingNight],
        bar: ProgressBar,
        head_steps: int,
    ) -> None:
        self._data, self._runs, self._bar, self._head_steps = data, runs, bar, head_steps
        self._nights = nights
        self._split = held_out(nights)
        self._signals: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None
        runs.mkdir(parents=True, exist_ok=True)

    def training(self, kinds: tuple[Band, ...]) -> tuple[TrainingNight, ...]:
        """The nights that heads learn from."""
        return self._with_emg(self._split.parts(self._nights)[0], kinds)

    def validation(self, kinds: tuple[Band, ...]) -> tuple[TrainingNight, ...]:
        """The nights that decide when to stop, and the temperature."""
        return self._with_emg(self._split.parts(self._nights)[1], kinds)

    def encoder(self, front_end: str) -> EpochEncoder:
        """The encoder of this front-end."""
        encoder = EpochEncoder(FRONT_ENDS[front_end]())
        path = self._runs / f"encoder-{front_end}.safetensors"
        if not path.exists():
            if self._signals is None:
                self._signals = regression_signals(self._data / "pz_oz_wake", seed=1)
            trained = train_encoder(
                front_end,
                self._signals,
                seed=1,
                n_steps=_ENCODER_STEPS,
                progress=self._progress(front_end),
            )
            save_file(trained.state_dict(), path)
        encoder.load_state_dict(load_file(path))
        return encoder.eval()

    def head(self, model: str, seed: int, kinds: tuple[Band, ...]) -> StageHead:
        """A head of this kind."""
        name = f"head-{'-'.join(kinds)}-{model}-{seed}"
        # No front-end takes part: heads learn from exact band powers.
        torch.manual_seed(seed)
        network = StagingNetwork(NetworkConfig(heads=(model,), kinds=kinds))
        path = self._runs / f"{name}.safetensors"
        if not path.exists():
            validation = self.validation(kinds)
            train(
                network,
                self.training(kinds),
                Recipe(
                    n_steps=self._head_steps,
                    learning_rate=_LEARNING_RATES.get(model, Recipe.learning_rate),
                    seed=seed,
                ),
                lambda trained: mean_kappa(trained, validation),
                folder=self._runs / name,
                progress=self._progress(name),
            )
            save_file(network.stage_heads[0].state_dict(), path)
        head = network.stage_heads[0]
        head.load_state_dict(load_file(path))
        return head

    @staticmethod
    def _with_emg(
        nights: tuple[TrainingNight, ...], kinds: tuple[Band, ...]
    ) -> tuple[TrainingNight, ...]:
        return with_simulated_emg(nights, seed=1) if "emg" in kinds else nights

    def _progress(self, name: str) -> Progress:
        task = self._bar.add_task(name, total=1.0)
        return lambda done, text: self._bar.update(task, completed=done, description=text)


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.exit(main())
