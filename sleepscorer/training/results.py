"""``models/RESULTS.md`` and the model cards: what was measured, and what it is not."""

# ruff: noqa: E501 - the lines of Markdown are paragraphs and rows

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from sleepscorer.core.agreement import Agreement
from sleepscorer.core.errors import ExportError
from sleepscorer.core.stages import STAGES
from sleepscorer.files.beginnings import beginning_of
from sleepscorer.files.exports import is_own_picture
from sleepscorer.files.verified_write import Output
from sleepscorer.training.judging import Judgement, RawJudgement

RELIABILITY_PNG, REVIEW_PNG = "reliability.png", "review.png"
"""The figures beside ``RESULTS.md``."""

_RESULTS_START = b"# Results\n\nWritten by `sleepscorer evaluate "
_CARD_MARK = b"SHA-256 of `weights.safetensors`"
_MAIN_CHANNELS = "Fpz-Cz + EOG"
_DATA = """- Heads: band powers and expert stages (Rechtschaffen & Kales, S3 and S4 as N3) of the Sleep-Cassette nights of Sleep-EDF Expanded (Kemp et al. 2000; PhysioNet, Open Data Commons Attribution License 1.0), Fpz-Cz, Pz-Oz and horizontal EOG, each night from half an hour before to half an hour after sleep. Healthy people of 25 to 101 years. 54 people trained, 10 chose when to stop, 14 judge.
- Front-end: signals drawn at random, and unlabelled EEG (Pz-Oz) of the same study.
- Judged besides by three excerpts of DREAMS (Devuyst et al.; no derivatives, used to test only) and one openly published recording."""

_ATTEMPTS = """What was tried on the way, each judged once on these 210 epochs and none chosen by them (choices were made on the validation people, and by training on one derivation and staging the other):

| weights | kappa |
| --- | --- |
| one BiLSTM, bands jittered by .15 | .418 |
| one BiLSTM, bands jittered by .5 and a quarter of the windows short | .406 |
| the same with stretches of signal lost (`sleepedf-cnn-bilstm-2`) | .397 |
| three such BiLSTMs and a TCN averaged | .434 |
| five heads, the best on the validation people (`sleepedf-ensemble-2`) | .422 |

The EEG alone (`sleepedf-eeg-cnn-bilstm-2` in the table above) comes out at .441, and is not made the default for it. All of them lie within a third of the interval's width of each other and of YASA. What limits them: an epoch and channel is five numbers; the derivations they learned from (Fpz-Cz, Pz-Oz) are not the central ones judged here; the levels of a night mean little in 15 to 30 minutes. Scored raw nights of several laboratories are what would help. The mean of YASA and the default weights does better than either here, but of 210 epochs 16 became right by it and 12 wrong (exact McNemar test: p = .57), so no such consensus is offered."""


def is_own_result(path: Path) -> bool:
    """Tell whether these are results, a model card or a figure that sleepscorer wrote."""
    start = beginning_of(path)
    is_card = start.startswith(b"# ") and _CARD_MARK in start
    return is_card or start.startswith(_RESULTS_START) or is_own_picture(path)


def result_output(path: Path, content: bytes) -> Output:
    """Return the output that writes one of them and reads it back."""

    def write(file: BinaryIO) -> None:
        file.write(content)

    def verify(written: Path) -> None:
        if written.read_bytes() != content:
            raise ExportError("the file did not read back as it was written")

    return Output(path, write, verify)


def bars(judged: Judgement) -> tuple[tuple[str, str, bool], ...]:
    """What the default weights must reach: name and bar, measured, reached.

    By Fpz-Cz and EOG, or by the EEG alone where that is all the weights take.
    """
    test = judged.test.get(_MAIN_CHANNELS) or next(iter(judged.test.values()))
    pooled = judged.recordings[-1] if judged.recordings else None
    called, staged = judged.wake_called_sleep
    kappa = test["kappa"] or 0.0
    three = max(test["kappa_three_summed"] or 0.0, test["kappa_three_hierarchy"] or 0.0)
    rows = [
        _bar("accuracy at least .79", test["accuracy"], test["accuracy"] >= 0.79),
        _bar("kappa at least .71", kappa, kappa >= 0.71),
        _bar("macro-F1 at least .73", test["macro_f1"], test["macro_f1"] >= 0.73),
        _bar("calibration error at most .05", test["ece"], test["ece"] <= 0.05),
        _bar(
            "errors among the least certain fifth at least .50",
            test["errors_in_least_certain_fifth"],
            test["errors_in_least_certain_fifth"] >= 0.5,
        ),
        _bar("three-stage kappa at least .80", three, three >= 0.80),
    ]
    if pooled is not None and pooled.theirs is not None:
        ours, theirs = pooled.ours.kappa or 0.0, pooled.theirs.kappa or 0.0
        rows.append(
            _bar(f"raw recordings: kappa at least YASA's {theirs:.3f}", ours, ours >= theirs)
        )
    if staged:
        share = called / staged
        rows.append(_bar("wake called sleep at most .05", share, share <= 0.05))
    return tuple(rows)


def _bar(name: str, value: float, reached: bool) -> tuple[str, str, bool]:
    return name, f"{value:.3f}", reached


def results_text(judged: Sequence[Judgement], default: str) -> str:
    """The whole of ``RESULTS.md``."""
    return "\n\n".join(_sections(judged, default)) + "\n"


def _sections(judged: Sequence[Judgement], default: str) -> Iterator[str]:
    main = next((each for each in judged if each.name == default), judged[0])
    yield "# Results"
    yield (
        "Written by `sleepscorer evaluate --data FOLDER --results models/RESULTS.md`. Every network was"
        " trained by one recipe (`python -m sleepscorer.training.shipped`), on the nights of people who"
        " appear in none of the figures. The heads and the moment to stop were chosen on the validation"
        f" people; the test people judge only. *Research use. Not a medical device.* Default: `{default}`."
    )
    yield "## The default weights against the bars"
    yield _table(
        ("bar", "measured", "reached"),
        [(name, value, "yes" if reached else "**no**") for name, value, reached in bars(main)],
    )
    yield f"## Held-out nights: {main.n_test}"
    yield (
        "Sleep-EDF Expanded, Sleep Cassette; 14 people (5 8 16 30 35 40 46 48 52 61 63 66 67 77); the"
        " nights are band powers measured from the recordings, cropped to half an hour around sleep;"
        " one scorer, Rechtschaffen & Kales with S4 as N3. Epochs of all nights pooled; by night the"
        " mean and the standard deviation. ECE is the expected calibration error in 15 bins; that of the probability"
        " and that of the confidence, which is learned from it; *fifth* the share of the errors among the"
        " 20 % least certain epochs; *three* kappa of wake, NREM and REM,"
        " by summed probabilities and by the trained hierarchy. Band powers pass the front-end by: weights"
        " that share their heads have the same row."
    )
    yield _nights_table(judged, "test")
    yield (
        "How often the default weights are right where they are that confident, and how many of their"
        " errors a review of the least certain epochs finds, on the same nights:"
    )
    yield f"![Accuracy by confidence]({RELIABILITY_PNG}) ![Errors found by review]({REVIEW_PNG})"
    yield f"## Validation nights: {main.n_validation}"
    yield "These chose when to stop, the temperature and the confidence: better than new people would be."
    yield _nights_table(judged, "validation")
    yield "## Raw recordings of other laboratories, end to end"
    yield (
        "No training and no choice by them. DREAMS (three excerpts of 30 min, one central EEG; the"
        " scoring of excerpt 3 is doubtful) and Female57 (15 min): small samples, the 95 % interval of"
        " kappa is as wide as ±.1. YASA in the same run on the same signals, without age and sex."
    )
    yield _raw_table(judged)
    yield _ATTEMPTS
    yield "## Networks"
    yield (
        "*Front-end error*: mean absolute error of the five log band powers on real EEG it was not"
        " trained on. *Wake*: share of 25 h of presumed wake (Pz-Oz) called sleep. *Seconds*: to stage"
        " 960 epochs of one EEG in a running process on one thread."
    )
    yield _networks_table(judged)
    yield "## What these figures are not"
    yield (
        "Not accuracy on patients, children or clinic derivations: training data are healthy adults of one"
        " laboratory. Not comparable with published figures of networks trained on raw signals of the same"
        " nights: these heads saw five numbers an epoch and channel. Differences of less than .02 between"
        " rows mean nothing on 14 people."
    )


def _nights_table(judged: Sequence[Judgement], which: str) -> str:
    header = (
        "weights", "channels", "epochs", "accuracy", "kappa", "macro-F1",
        *(f"F1 {stage.text}" for stage in STAGES), "kappa by night", "ECE", "ECE of the confidence", "fifth", "three",
    )  # fmt: skip
    rows = []
    for each in judged:
        for channels, found in getattr(each, which).items():
            rows.append((f"`{each.name}`", channels, *_figures(found)))
    return _table(header, rows)


def _figures(found: dict[str, Any]) -> tuple[str, ...]:
    by_night = found["kappa_by_night"]
    return (
        f"{found['n_epochs']}",
        f"{found['accuracy']:.3f}",
        _figure(found["kappa"]),
        f"{found['macro_f1']:.3f}",
        *(f"{f1:.2f}" if f1 is not None else "–" for f1 in found["f1"].values()),
        f"{by_night['mean']:.2f} ± {by_night['sd']:.2f}" if by_night["sd"] is not None else "–",
        f"{found['ece']:.3f}",
        f"{found['ece_of_confidence']:.3f}",
        f"{found['errors_in_least_certain_fifth']:.2f}",
        f"{_figure(found['kappa_three_summed'])} / {_figure(found['kappa_three_hierarchy'])}",
    )


def _figure(value: float | None, n_digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{n_digits}f}"


def _raw_table(judged: Sequence[Judgement]) -> str:
    header = (
        "stager",
        "recording",
        "channels",
        "epochs",
        "accuracy",
        "kappa (95 % CI)",
        "macro-F1",
    )
    rows: list[tuple[str, ...]] = [
        ("YASA", raw.name, "the first of each kind", *_agreement(raw.theirs))
        for raw in (judged[0].recordings if judged else ())
        if raw.theirs is not None
    ]
    for each in judged:
        rows += [(f"`{each.name}`", *_raw_row(raw)) for raw in each.recordings]
    rows += [
        (f"mean of YASA and `{judged[0].name}`", raw.name, "of both", *_agreement(raw.joined))
        for raw in (judged[0].recordings if judged else ())
        if raw.joined is not None
    ]
    return _table(header, rows)


def _raw_row(raw: RawJudgement) -> tuple[str, ...]:
    return (raw.name, raw.channels, *_agreement(raw.ours))


def _agreement(found: Agreement) -> tuple[str, ...]:
    kappa = "–"
    if found.kappa is not None and found.kappa_low is not None and found.kappa_high is not None:
        kappa = f"{found.kappa:.3f} ({found.kappa_low:.3f} to {found.kappa_high:.3f})"
    return (f"{found.n_epochs}", f"{found.accuracy:.3f}", kappa, f"{found.macro_f1:.3f}")


def _networks_table(judged: Sequence[Judgement]) -> str:
    header = (
        "weights",
        "parameters",
        "front-end error",
        "wake called sleep",
        "seconds",
        "temperature",
    )
    rows = []
    for each in judged:
        called, staged = each.wake_called_sleep
        errors = each.encoder_error
        rows.append(
            (
                f"`{each.name}`",
                f"{each.n_parameters:,}",
                _figure(sum(errors) / len(errors) if errors else None),
                f"{100 * called / staged:.1f} % of {staged}" if staged else "–",
                _figure(each.seconds_a_night, 1),
                f"{each.temperature:.2f}",
            )
        )
    return _table(header, rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(header), " | ".join("---" for _ in header)]
    lines += [" | ".join(row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def card_text(judged: Judgement) -> str:
    """The model card of one set of weights."""
    test = _nights_table([judged], "test")
    errors = "not measured here"
    if judged.encoder_error:
        errors = f"mean absolute errors on unseen real EEG {', '.join(map(_figure, judged.encoder_error))}"
    called, staged = judged.wake_called_sleep
    wake = "Not judged on recordings of wake."
    if staged:
        wake = (
            f"Of {staged} epochs (Pz-Oz) that begin in the afternoon and are presumed to be wake, {called}"
            f" ({100 * called / staged:.1f} %) were called sleep. The people are in the training set, other hours."
        )
    emg = ""
    if "EMG" in judged.summary:
        emg = (
            "\n- The chin EMG was simulated in training and in the tables above: no scored night with"
            " chin EMG was at hand. Whether it helps real recordings is not shown; the default weights"
            " leave it out."
        )
    return f"""# {judged.name}

{judged.summary} SHA-256 of `weights.safetensors`: `{judged.sha256}`.

*For research use. Not a medical device. Its stages are a draft for a qualified scorer to review.*

## What it is

Input: EEG (0.5 to 30 Hz), EOG (0.5 to 15 Hz) and, where named, chin EMG (10 to 40 Hz) at 100 Hz. A convolutional front-end measures the log power of each epoch in five bands (0.5-4-8-12-16-30 Hz; {errors}). The powers are set against the scale, the median and the 5th and 95th percentile of the night; heads stage windows of 100 epochs that overlap by 75. Several EEGs or EOGs are averaged, and any subset of the channels will do. {judged.n_parameters:,} parameters. Probabilities are calibrated by one temperature ({judged.temperature:.2f}); how likely the most probable stage is right (the confidence) is a logistic regression on them. Both were fitted on the validation people.

The front-end is a learned filter bank: it was trained to measure band powers, on random signals and unlabelled EEG, and does not know the shapes of spindles, K-complexes or eye movements. It is a network so that the whole can be trained end to end once there are scored raw nights, and explained on the signal.

## Data and their licence

{_DATA}

## How good it is

Held-out people of Sleep-EDF ({judged.n_test}), from band powers:

{test}

Raw signals of other laboratories, end to end:

{_raw_table([judged])}

{wake}

## Where to be careful

- N1 is hard for people and harder for this network; N3 depends on the age of those it learned from.
- Trained on healthy adults of one laboratory with two unusual derivations. Not judged on children, on sleep apnoea, narcolepsy or other disorders beyond the recordings above, nor on drugs that change the EEG.
- EOG alone is much weaker than EEG.
- Confidence is lowered by what is known of bad signals (flat, clipped, far too large or small, mains hum) and does not show all that can be wrong with the input: read the warnings in every output.{emg}
"""
