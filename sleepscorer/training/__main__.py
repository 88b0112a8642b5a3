"""The recipe of the first weights, from data to model card.

python -m sleepscorer.training --data FOLDER --out models/NAME

FOLDER holds ``sleepedf_features`` (band powers and stages of the Sleep-Cassette nights of Sleep-EDF
Expanded), ``pz_oz_wake`` (unlabelled EEG of the same study) and, to judge by, ``dreams`` and
``female57``.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rich.progress import Progress as ProgressBar
from safetensors.torch import save as save_tensors

from sleepscorer.core.montage import choose_stager_channels
from sleepscorer.core.stages import Stage
from sleepscorer.staging.checkpoint import write_weights
from sleepscorer.staging.networks.cnn_lstm import CnnLstm, CnnLstmConfig
from sleepscorer.staging.stager import Stager
from sleepscorer.training.encoder import N_CHECK_RECORDINGS, encoder_error, train_encoder
from sleepscorer.training.evaluate import FPZ_CZ, PZ_OZ, Answers, answers_on_nights
from sleepscorer.training.model_card import Card, Judgement
from sleepscorer.training.nights import (
    TEST_SUBJECTS,
    VALIDATION_SUBJECTS,
    LabelledNight,
    load_nights,
    of_subjects,
    training_nights,
)
from sleepscorer.training.real_recordings import (
    ScoredRecording,
    scored_recordings,
    unscored_wake,
)
from sleepscorer.training.signals import wake_epochs
from sleepscorer.training.stage_head import fit_temperature, train_head

_CHANNEL_SETS: tuple[tuple[str, int | None, bool], ...] = (
    ("Fpz-Cz + EOG", FPZ_CZ, True),
    ("Fpz-Cz", FPZ_CZ, False),
    ("Pz-Oz", PZ_OZ, False),
    ("EOG", None, True),
)
_SUMMARY = (
    "CNN-LSTM for EEG and EOG; head trained on band powers and expert stages of Sleep-EDF"
    " Expanded (Sleep Cassette), encoder on unlabelled signals."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, calibrate, judge and write one set of weights."""
    options = _options(arguments)
    nights = load_nights(options.data / "sleepedf_features")
    network = _trained(nights, options)
    validation = of_subjects(nights, VALIDATION_SUBJECTS)
    temperature = _calibrated(network, validation)
    tensors = {name: t.contiguous() for name, t in network.state_dict().items()}
    sha256 = write_weights(
        options.out,
        save_tensors(tensors),
        architecture="CnnLstm",
        network=network.config.as_dict(),
        summary=_SUMMARY,
    )
    card = Card(
        name=options.out.name,
        sha256=sha256,
        n_training=_counts(training_nights(nights)),
        n_validation=_counts(validation),
        n_test=_counts(of_subjects(nights, TEST_SUBJECTS)),
        temperature=temperature,
        encoder_error=_error_on_new_eeg(network, options),
        validation=_on_nights(network, validation, "validation"),
        test=_on_nights(network, of_subjects(nights, TEST_SUBJECTS), "test"),
        recordings=_on_recordings(options),
        wake_called_sleep=_wake_called_sleep(options),
    )
    (options.out / "MODEL_CARD.md").write_text(card.text(), encoding="utf-8")
    print(f"weights, configuration and card are in {options.out}")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sleepscorer.training")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="models/NAME of this checkout")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--encoder-steps", type=int, default=4000)
    parser.add_argument("--head-steps", type=int, default=2000)
    return parser.parse_args(arguments)


def _trained(nights: Sequence[LabelledNight], options: argparse.Namespace) -> CnnLstm:
    config = CnnLstmConfig()
    network = CnnLstm(config)
    with ProgressBar() as bar:
        tasks = [bar.add_task("encoder", total=1.0)]
        tasks += [bar.add_task(f"head {i}", total=1.0) for i in range(config.n_heads)]
        encoder = train_encoder(
            config,
            options.data / "pz_oz_wake",
            seed=options.seed,
            n_steps=options.encoder_steps,
            progress=lambda done, text: bar.update(tasks[0], completed=done, description=text),
        )
        network.encoder.load_state_dict(encoder.state_dict())
        for index, member in enumerate(network.heads):
            task = tasks[1 + index]
            head = train_head(
                config,
                training_nights(nights),
                seed=options.seed + index,
                n_steps=options.head_steps,
                progress=lambda done, text, task=task: bar.update(  # type: ignore[misc]
                    task, completed=done, description=text
                ),
            )
            member.load_state_dict(head.state_dict())
    return network.eval()


def _calibrated(network: CnnLstm, nights: Sequence[LabelledNight]) -> float:
    answers = [
        answers_on_nights(network, nights, derivation=derivation, with_eog=with_eog)
        for _, derivation, with_eog in _CHANNEL_SETS
    ]
    return fit_temperature(
        network,
        np.log(np.concatenate([a.probabilities for a in answers]) + 1e-9),
        np.concatenate([a.labels for a in answers]),
    )


def _counts(nights: Sequence[LabelledNight]) -> tuple[int, int]:
    return len(nights), len({night.subject for night in nights})


def _error_on_new_eeg(network: CnnLstm, options: argparse.Namespace) -> tuple[float, ...]:
    new = wake_epochs(options.data / "pz_oz_wake", skip=-N_CHECK_RECORDINGS)
    return tuple(map(float, encoder_error(network.encoder, np.concatenate(list(new.values())))))


def _wake_called_sleep(options: argparse.Namespace) -> tuple[int, int]:
    stager = Stager(options.out, device="cpu")
    stages = [
        stager.stage(recording, choose_stager_channels(recording)).stages
        for recording in unscored_wake(options.data / "pz_oz_wake")
    ]
    found = np.concatenate(stages)
    return int((found > Stage.W).sum()), int((found >= Stage.W).sum())


def _on_nights(network: CnnLstm, nights: Sequence[LabelledNight], which: str) -> list[Judgement]:
    n_subjects = len({night.subject for night in nights})
    data = f"Sleep-EDF, {which}: {len(nights)} nights, {n_subjects} people"
    judgements = []
    for channels, derivation, with_eog in _CHANNEL_SETS:
        answers = answers_on_nights(network, nights, derivation=derivation, with_eog=with_eog)
        judgements.append(
            Judgement(data, channels, answers.agreement(), answers.calibration_error())
        )
    return judgements


def _on_recordings(options: argparse.Namespace) -> list[Judgement]:
    """Judge the written weights on raw signals: each recording, and each group pooled."""
    stager = Stager(options.out, device="cpu")
    judgements: list[Judgement] = []
    pooled: dict[str, list[Answers]] = {}
    for scored in scored_recordings(options.data):
        answers, channels = _answers_on(stager, scored)
        pooled.setdefault(scored.group, []).append(answers)
        judgements.append(
            Judgement(f"{scored.group}, {scored.name}", channels, answers.agreement())
        )
    for group, parts in pooled.items():
        if len(parts) > 1:
            together = Answers(
                np.concatenate([p.probabilities for p in parts]),
                np.concatenate([p.labels for p in parts]),
            )
            judgements.append(
                Judgement(f"{group}, pooled ({len(parts)} people)", "", together.agreement())
            )
    return judgements


def _answers_on(stager: Stager, scored: ScoredRecording) -> tuple[Answers, str]:
    staging = stager.stage(scored.recording, choose_stager_channels(scored.recording))
    stages = scored.scoring.hypnogram.stages
    n_epochs = min(len(stages), len(staging.probabilities))
    labels, probabilities = stages[:n_epochs], staging.probabilities[:n_epochs]
    both = (labels >= 0) & np.isfinite(probabilities[:, 0])
    used = staging.provenance.eeg + staging.provenance.eog
    answers = Answers(probabilities[both].astype(np.float64), labels[both].astype(np.int64))
    return answers, ", ".join(used)


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.exit(main())
