"""``models/RESULTS.md`` and the model cards: what was measured, and what it is not."""

# ruff: noqa: E501 - the lines of Markdown are paragraphs and rows

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from sleepscorer.core.consensus import CONSENSUS
from sleepscorer.core.errors import ExportError
from sleepscorer.core.stages import STAGES
from sleepscorer.files.beginnings import beginning_of
from sleepscorer.files.exports import is_own_picture
from sleepscorer.files.verified_write import Output, write_verified
from sleepscorer.training.figures import reliability_png, risk_coverage_png
from sleepscorer.training.judging import Judgement
from sleepscorer.training.markdown_tables import UNKNOWN, figure, table
from sleepscorer.training.matched_crops import OnMatchedCrops
from sleepscorer.training.raw_found import RawComparison
from sleepscorer.training.raw_results import own_rows, raw_sections, wake_text

RELIABILITY_PNG, REVIEW_PNG = "reliability.png", "review.png"
"""The figures beside ``RESULTS.md``."""

_RESULTS_START = b"# Results\n\nWritten by `sleepscorer evaluate "
_CARD_MARK = b"SHA-256 of `weights.safetensors`"
_MAIN_CHANNELS = "Fpz-Cz + EOG"
_LEAST_RAW_KAPPA = {"robust-sleep-net": 0.50, CONSENSUS: 0.54}
_DATA = """- Heads: band powers and expert stages (Rechtschaffen & Kales, S3 and S4 as N3) of the Sleep-Cassette nights of Sleep-EDF Expanded (Kemp et al. 2000; PhysioNet, Open Data Commons Attribution License 1.0), Fpz-Cz, Pz-Oz and horizontal EOG, each night from half an hour before to half an hour after sleep. Healthy people of 25 to 101 years. 54 people trained, 10 chose when to stop, 14 judge.
- Front-end: signals drawn at random, and unlabelled EEG (Pz-Oz) of the same study.
- Judged besides by three excerpts of DREAMS (Devuyst et al.; no derivatives, used to test only) and one openly published recording."""


def is_own_result(path: Path) -> bool:
    """Tell whether these are results, a model card or a figure that sleepscorer wrote."""
    start = beginning_of(path)
    is_card = start.startswith(b"# ") and _CARD_MARK in start
    return is_card or start.startswith(_RESULTS_START) or is_own_picture(path)


def planned_files(results: Path) -> tuple[Path, ...]:
    """The tables and the figures beside them."""
    return (results, *(results.with_name(name) for name in (RELIABILITY_PNG, REVIEW_PNG)))


def card_beside(results: Path, name: str) -> Path | None:
    """The model card to be written; None where the weights do not lie beside the results."""
    card = results.parent / name / "MODEL_CARD.md"
    return card if card.parent.is_dir() else None


def write_results(
    results: Path, text: str, judged: Sequence[Judgement], raw: RawComparison, *, force: bool
) -> None:
    """Write the tables, the figures beside them, and the cards of weights that lie there.

    Parameters
    ----------
    results
        ``RESULTS.md``.
    text
        Its content.
    judged
        All weights; the figures are of the first.
    raw
        They and others on raw recordings.
    force
        Replace earlier ones.

    Raises
    ------
    SleepScorerError
        If something else lies there, or can't be written.
    """
    main = judged[0]
    title = f"{main.name}, {main.n_test}"
    figures = (reliability_png(main.reliability, title), risk_coverage_png(main.review, title))
    contents = dict(zip(planned_files(results), (text.encode(), *figures), strict=True))
    for one in judged:
        if card := card_beside(results, one.name):
            contents[card] = card_text(one, raw).encode()
    write_verified(
        [_output(path, content) for path, content in contents.items()],
        force=force,
        is_own=is_own_result,
    )


def _output(path: Path, content: bytes) -> Output:
    """What writes one of them and reads it back."""

    def write(file: BinaryIO) -> None:
        file.write(content)

    def verify(written: Path) -> None:
        if written.read_bytes() != content:
            raise ExportError("the file did not read back as it was written")

    return Output(path, write, verify)


def bars(judged: Judgement, raw: RawComparison) -> tuple[tuple[str, str, bool], ...]:
    """What the default weights and the stagers beside them must reach: bar, measured, reached.

    On held-out nights by Fpz-Cz and EOG, or by the EEG alone where that is all the weights take.
    """
    test = judged.test.get(_MAIN_CHANNELS) or next(iter(judged.test.values()))
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
    ours, yasa = _raw_kappa(raw, judged.name), _raw_kappa(raw, "yasa")
    if ours is not None and yasa is not None:
        rows.append(_bar(f"raw recordings: kappa at least YASA's {yasa:.3f}", ours, ours >= yasa))
    for name, least in _LEAST_RAW_KAPPA.items():
        found = _raw_kappa(raw, name)
        if found is not None:
            what = f"raw recordings, {name}: kappa at least {least:.2f}"
            rows.append(_bar(what, found, found >= least))
    for name in (judged.name, *_LEAST_RAW_KAPPA):
        stager = raw.of(name)
        if stager is not None and stager.wake.n_staged:
            share = stager.wake.n_called / stager.wake.n_staged
            rows.append(_bar(f"wake called sleep at most .05, {name}", share, share <= 0.05))
    return tuple(rows)


def _raw_kappa(raw: RawComparison, name: str) -> float | None:
    stager = raw.of(name)
    return None if stager is None or stager.pooled is None else stager.pooled.kappa


def _bar(name: str, value: float, reached: bool) -> tuple[str, str, bool]:
    return name, f"{value:.3f}", reached


def results_text(
    judged: Sequence[Judgement], raw: RawComparison, crops: OnMatchedCrops | None
) -> str:
    """The whole of ``RESULTS.md``.

    Parameters
    ----------
    judged
        All weights.
    raw
        They and others on raw recordings; its reference are the default weights.
    crops
        What these reach on stretches with the stages of the recordings; None where none were cut.
    """
    return "\n\n".join(_sections(judged, raw, crops)) + "\n"


def _sections(
    judged: Sequence[Judgement], raw: RawComparison, crops: OnMatchedCrops | None
) -> Iterator[str]:
    main = next(each for each in judged if each.name == raw.reference)
    yield "# Results"
    yield (
        "Written by `sleepscorer evaluate --data FOLDER --results models/RESULTS.md`. Every network was"
        " trained by one recipe (`python -m sleepscorer.training.shipped`), on the nights of people who"
        " appear in none of the figures. The heads and the moment to stop were chosen on the validation"
        f" people; the test people judge only. *Research use. Not a medical device.* Default: `{main.name}`."
    )
    yield "## The defaults against the bars"
    yield table(
        ("bar", "measured", "reached"),
        [(name, value, "yes" if reached else "**no**") for name, value, reached in bars(main, raw)],
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
    yield from raw_sections(raw, crops)
    yield "## Networks"
    yield (
        "*Front-end error*: mean absolute error of the five log band powers on real EEG it was not"
        " trained on. *Wake*: share of 25 h of presumed wake (Pz-Oz) called sleep. *CPU s*: seconds of CPU"
        " time to stage 960 epochs of one EEG in a running process."
    )
    yield _networks_table(judged, raw)
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
    return table(header, rows)


def _figures(found: dict[str, Any]) -> tuple[str, ...]:
    by_night = found["kappa_by_night"]
    return (
        f"{found['n_epochs']}",
        f"{found['accuracy']:.3f}",
        figure(found["kappa"]),
        f"{found['macro_f1']:.3f}",
        *(f"{f1:.2f}" if f1 is not None else UNKNOWN for f1 in found["f1"].values()),
        f"{by_night['mean']:.2f} ± {by_night['sd']:.2f}" if by_night["sd"] is not None else UNKNOWN,
        f"{found['ece']:.3f}",
        f"{found['ece_of_confidence']:.3f}",
        f"{found['errors_in_least_certain_fifth']:.2f}",
        f"{figure(found['kappa_three_summed'])} / {figure(found['kappa_three_hierarchy'])}",
    )


def _networks_table(judged: Sequence[Judgement], raw: RawComparison) -> str:
    header = (
        "weights",
        "parameters",
        "front-end error",
        "wake called sleep",
        "CPU s",
        "temperature",
    )
    rows = []
    for each in judged:
        errors = each.encoder_error
        on_raw = raw.of(each.name)
        rows.append(
            (
                f"`{each.name}`",
                f"{each.n_parameters:,}",
                figure(sum(errors) / len(errors) if errors else None),
                UNKNOWN if on_raw is None else wake_text(on_raw.wake),
                figure(None if on_raw is None else on_raw.wake.cpu_seconds_a_night, 1),
                f"{each.temperature:.2f}",
            )
        )
    return table(header, rows)


def card_text(judged: Judgement, raw: RawComparison) -> str:
    """The model card of one set of weights."""
    test = _nights_table([judged], "test")
    errors = "not measured here"
    if judged.encoder_error:
        errors = f"mean absolute errors on unseen real EEG {', '.join(map(figure, judged.encoder_error))}"
    on_raw = raw.of(judged.name)
    wake = "Not judged on recordings of wake."
    if on_raw is not None and on_raw.wake.n_staged:
        called, staged = on_raw.wake.n_called, on_raw.wake.n_staged
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

Raw signals of other laboratories, end to end; they chose nothing, and are few. Other stagers on the same epochs, and what so few cannot show: `RESULTS.md` beside this folder.

{own_rows(raw, judged.name)}

{wake}

## Where to be careful

- N1 is hard for people and harder for this network; N3 depends on the age of those it learned from.
- Trained on healthy adults of one laboratory with two unusual derivations. Not judged on children, on sleep apnoea, narcolepsy or other disorders beyond the recordings above, nor on drugs that change the EEG.
- EOG alone is much weaker than EEG.
- Confidence is lowered by what is known of bad signals (flat, clipped, far too large or small, mains hum) and does not show all that can be wrong with the input: read the warnings in every output.{emg}
"""
