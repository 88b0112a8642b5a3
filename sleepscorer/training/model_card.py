"""The card that goes with a set of weights: what it is, what it was made of, how good it is."""

# ruff: noqa: E501 - the lines of the card are paragraphs

from collections.abc import Sequence
from dataclasses import dataclass

from sleepscorer.core.agreement import Agreement
from sleepscorer.core.stages import STAGES


@dataclass(frozen=True)
class Judgement:
    """One line of figures: on which data, with which channels."""

    data: str
    channels: str
    agreement: Agreement
    calibration_error: float | None = None


def figures_table(judgements: Sequence[Judgement]) -> str:
    """A Markdown table of agreement with the experts."""
    stages = " | ".join(f"F1 {stage.text}" for stage in STAGES)
    lines = [
        f"| data | channels | epochs | accuracy | kappa (95 % CI) | macro-F1 | {stages} | ECE |",
        "|" + " --- |" * (7 + len(STAGES)),
    ]
    for judged in judgements:
        a = judged.agreement
        kappa = "–"
        if a.kappa is not None and a.kappa_low is not None and a.kappa_high is not None:
            kappa = f"{a.kappa:.3f} ({a.kappa_low:.3f} to {a.kappa_high:.3f})"
        by_stage = " | ".join(
            f"{f1:.2f}" if f1 is not None and n else "–"
            for f1, n in zip(a.f1, a.support, strict=True)
        )
        ece = "" if judged.calibration_error is None else f"{judged.calibration_error:.3f}"
        lines.append(
            f"| {judged.data} | {judged.channels} | {a.n_epochs} | {a.accuracy:.3f} | {kappa}"
            f" | {a.macro_f1:.3f} | {by_stage} | {ece} |"
        )
    return "\n".join(lines)


@dataclass(frozen=True)
class Card:
    """The figures of one training run.

    Parameters
    ----------
    name, sha256
        Of the weights.
    n_training, n_validation, n_test
        (nights, people) of each part.
    temperature
        Of the calibrated probabilities.
    encoder_error
        Mean absolute error of the five log band powers on real EEG it was not trained on.
    validation, test, recordings
        Agreement with experts.
    wake_called_sleep
        (epochs called sleep, epochs staged) of unscored recordings of wake.
    """

    name: str
    sha256: str
    n_training: tuple[int, int]
    n_validation: tuple[int, int]
    n_test: tuple[int, int]
    temperature: float
    encoder_error: Sequence[float]
    validation: Sequence[Judgement]
    test: Sequence[Judgement]
    recordings: Sequence[Judgement]
    wake_called_sleep: tuple[int, int]

    def text(self) -> str:
        """The card as Markdown."""
        called, staged = self.wake_called_sleep
        errors = ", ".join(f"{error:.3f}" for error in self.encoder_error)
        return f"""# {self.name}

A CNN-LSTM that stages 30-s epochs as W, N1, N2, N3 or R from any EEG, any EOG, or both. SHA-256 of `weights.safetensors`: `{self.sha256}`.

*For research use. Not a medical device. Its stages are a draft for a qualified scorer to review.*

## What it is

Input: EEG (0.5 to 30 Hz) and EOG (0.5 to 15 Hz) at 100 Hz, scaled by recording. A convolutional encoder measures the log power of each epoch in five bands (0.5-4-8-12-16-30 Hz); three bidirectional LSTM heads, whose answers are averaged, stage windows of 40 epochs that overlap by 30. Several EEGs or EOGs are averaged. The chin EMG is not used. Probabilities are calibrated by one temperature ({self.temperature:.2f}), fitted on the validation people.

The encoder is a learned filter bank: it was trained to measure band powers, and does not know the shapes of spindles, K-complexes or eye movements. It is convolutional so that the whole can be trained end to end from raw signals once there are scored raw nights.

## What it was made of

- Heads: band powers and expert stages (Rechtschaffen & Kales, S3 and S4 as N3) of the 153 Sleep-Cassette nights of Sleep-EDF Expanded (Kemp et al. 2000; PhysioNet, Open Data Commons Attribution License 1.0), Fpz-Cz, Pz-Oz and horizontal EOG, each night from half an hour before to half an hour after sleep. Healthy people of 25 to 101 years.
- Split by subject: {self.n_training[0]} nights of {self.n_training[1]} people to train, {self.n_validation[0]} of {self.n_validation[1]} to fit the temperature, {self.n_test[0]} of {self.n_test[1]} to test. Nothing was chosen by the test people.
- Encoder: random coloured noise with rhythms and transients, and unscored EEG (Pz-Oz) of seven Sleep-EDF recordings. Mean absolute error on two further recordings, in natural log units, delta to beta: {errors}.
- `python -m sleepscorer.training` is the recipe.

## How good it is

Agreement with one human expert, pooled over epochs. Human experts agree with each other at a kappa of about 0.76 (Danker-Hopfe et al. 2009). The intervals take epochs as independent; those of one person are not, so for other people expect a wider spread than they show. ECE is the expected calibration error.

Sleep-EDF, people held out, from the published band powers (wake is limited to half an hour around sleep):

{figures_table([*self.test, *self.validation])}

Raw signals of other laboratories and patients, end to end, no training or tuning on them. These are small samples: pooled they are clearly better than chance, single ones (DREAMS excerpt 3, whose scoring is doubtful) need not be.

{figures_table(self.recordings)}

Of {staged} epochs (25 h, Pz-Oz) that begin in the afternoon and are presumed to be wake, {called} ({100 * called / staged:.1f} %) were called sleep. The people are in the training set, other hours.

## Where to be careful

- N1 is hard for people and harder for this network; N3 depends on the age of those it learned from.
- Trained on healthy adults of one laboratory with two unusual derivations. Not judged on children, on sleep apnoea, narcolepsy or other disorders beyond the recordings above, nor on drugs that change the EEG.
- EOG alone is much weaker than EEG.
- Confidence does not show that the input is wrong: read the warnings in every output.
"""
