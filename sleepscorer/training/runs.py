"""A training from data to weights, in a folder that holds everything about it."""

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save as save_tensors

from sleepscorer.core.agreement import agreement
from sleepscorer.core.errors import UsageError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.reliability import reliability, risk_coverage
from sleepscorer.core.stages import STAGES, THREE_STAGES
from sleepscorer.core.staging_result import ReviewCurve
from sleepscorer.files.verified_write import make_folder, write_state
from sleepscorer.staging.checkpoint import weights_files
from sleepscorer.staging.confidence import ConfidenceModel
from sleepscorer.staging.loading import ARCHITECTURE
from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
from sleepscorer.training.calibration import calibrate, fit_confidence
from sleepscorer.training.evaluate import (
    NightAnswers,
    agreement_of,
    answers_on,
    encoded,
    fitted_channels,
    mean_kappa,
    pooled,
)
from sleepscorer.training.figures import history_png, reliability_png, risk_coverage_png
from sleepscorer.training.nights import TrainingNight, counted, eeg_of
from sleepscorer.training.splits import Split
from sleepscorer.training.trainer import Recipe, train

_REVIEWED = 0.2
_RUN_NAME = "run.json"
# A run may go on elsewhere.
_MAY_CHANGE = {"device": ""}
_IS_RUN = {"format": "sleepscorer training run"}
# What is kept of nights may lie there before the run.
_CACHES = {"epochs", "measures"}
# Runs of earlier versions are told by these.
_OLDER = {"recipe", "splits", "start", "data"}
_OWN_FOLDER = 0o700


@dataclass(frozen=True)
class Run:
    """What is trained, on whom.

    Parameters
    ----------
    config
        The network.
    recipe
        How.
    data
        In words, for the card and the summary of the weights.
    device
        Where.
    n_workers
        Processes that draw batches.
    """

    config: NetworkConfig
    recipe: Recipe
    data: str
    device: torch.device
    n_workers: int = 0


def run_folds(
    run: Run,
    nights: Sequence[TrainingNight],
    splits: Sequence[Split],
    folder: Path,
    *,
    start: StagingNetwork | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Train one network for each split, judge each on the people it did not see, and all together.

    Parameters
    ----------
    run
        What and how.
    nights
        All of them.
    splits
        Who trains, validates and tests.
    folder
        Gets ``fold-01/`` and so on with weights, curves and metrics, and ``metrics.json`` of all.
        What was killed goes on where its last look at the validation nights was.
    start
        Where the weights begin.

    Returns
    -------
    What ``metrics.json`` holds.
    """
    begin_run(
        folder,
        {
            "data": run.data,
            "network": run.config.as_dict(),
            "recipe": asdict(run.recipe),
            "start": None if start is None else _digest(start),
            "device": run.device.type,
            "splits": [named(split) for split in splits],
        },
    )
    tested: list[NightAnswers] = []
    for index, split in enumerate(splits):
        part = part_of(progress, index / len(splits), (index + 1) / len(splits))
        tested += _run_fold(run, nights, split, folder / f"fold-{index + 1:02d}", start, part)
    metrics = metrics_of(tested)
    metrics["data"], metrics["n_folds"] = run.data, len(splits)
    write_json(folder / "metrics.json", metrics)
    _write_nights(folder / "nights.csv", tested)
    return metrics


def _run_fold(
    run: Run,
    nights: Sequence[TrainingNight],
    split: Split,
    folder: Path,
    start: StagingNetwork | None,
    progress: Progress,
) -> list[NightAnswers]:
    training, validation, test = split.parts(nights)
    torch.manual_seed(run.recipe.seed)
    network = StagingNetwork(run.config)
    if start is not None:
        begin_from(network, start)
    history = train(
        network,
        training,
        run.recipe,
        lambda trained: mean_kappa(trained, validation),
        folder=folder,
        device=run.device,
        n_workers=run.n_workers,
        progress=progress,
    )
    calibration = calibrate_on(network, validation)
    save_network(
        network,
        folder / "weights",
        summary=f"{describe(run.config)}, trained on {run.data}: {counted(training)}.",
        calibration=calibration,
        learned_eeg=eeg_of(training),
    )
    write_bytes(folder / "curves.png", history_png(history))
    channels = fitted_channels(network, nights)[0]
    answers = answers_on(network, test, channels, calibration.confidence)
    if answers:
        together = pooled(answers)
        confidence, right, title = together.confidence, together.right, counted(test)
        figures = {
            "reliability.png": reliability_png(reliability(confidence, right), title),
            "review.png": risk_coverage_png(risk_coverage(confidence, right), title),
        }
        for name, png in figures.items():
            write_bytes(folder / name, png)
        write_json(folder / "metrics.json", metrics_of(answers))
    return answers


def begin_run(folder: Path, described: Mapping[str, Any]) -> None:
    """Write what is about to be trained, or make sure that it is what was begun here.

    Raises
    ------
    UsageError
        If something else was begun in this folder.
    """
    claim_run(folder)
    plain = json.loads(json.dumps(described)) | _IS_RUN
    begun = _begun(folder) | _IS_RUN
    if begun != _IS_RUN and begun | _MAY_CHANGE != plain | _MAY_CHANGE:
        raise UsageError(
            "a training with other nights or options was begun here",
            path=folder,
            hint="give another --out, or the same options to go on",
        )
    write_json(folder / _RUN_NAME, plain)


def claim_run(folder: Path) -> None:
    """Make the folder of a run, or make sure that nothing but an earlier run is in it.

    What a run writes later replaces what it wrote before: nobody else's files may lie there.

    Raises
    ------
    UsageError
        If the folder holds anything else.
    ExportError
        If it can't be made or written to.
    """
    make_folder(folder, _OWN_FOLDER)
    try:
        is_empty = {entry.name for entry in folder.iterdir()} <= _CACHES
    except OSError as error:
        raise UsageError(
            f"the folder can't be read: {error.strerror or error}", path=folder
        ) from error
    if is_empty:
        write_json(folder / _RUN_NAME, _IS_RUN)
    elif not _begun(folder):
        raise UsageError(
            "this folder holds files that no training made, and they are kept",
            path=folder,
            hint="give another one, or one that is empty",
        )


def begun_batch(folder: Path) -> int | None:
    """Windows of a batch of the run that was begun in a folder: it goes on with them anywhere."""
    recipe = _begun(folder).get("recipe")
    found = recipe.get("batch_windows") if isinstance(recipe, dict) else None
    return found if isinstance(found, int) and found > 0 else None


def _begun(folder: Path) -> dict[str, Any]:
    """What a run wrote of itself; empty where there is none."""
    path = folder / _RUN_NAME
    try:
        begun = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(begun, dict) or not (
        _IS_RUN.items() <= begun.items() or set(begun) >= _OLDER
    ):
        return {}
    return begun


@dataclass(frozen=True)
class Calibration:
    """How sure a network may be, as validation nights showed.

    Parameters
    ----------
    confidence
        How likely its answers are right.
    review_curve
        What reviewing the least certain epochs would have gained there.
    """

    confidence: ConfidenceModel
    review_curve: ReviewCurve


def calibration_of(probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> Calibration:
    """Fit the confidence by held-out answers, (n, 5) with their (n,) labels."""
    confidence = fit_confidence(probabilities, labels)
    right = np.asarray(probabilities.argmax(axis=1) == labels)
    return Calibration(confidence, risk_coverage(confidence.of(probabilities), right).points)


def calibrate_on(network: StagingNetwork, nights: Sequence[TrainingNight]) -> Calibration:
    """Fit temperature and confidence on validation nights with every set of channels.

    The curve is that of all channels together.
    """
    network.log_temperature.zero_()
    nights = encoded(network, nights)
    sets = fitted_channels(network, nights)
    plain = pooled([one for channels in sets for one in answers_on(network, nights, channels)])
    calibrate(network, np.log(plain.probabilities + 1e-9), plain.labels)
    answers = [answers_on(network, nights, channels) for channels in sets]
    fitted = pooled([one for each in answers for one in each])
    confidence = fit_confidence(fitted.probabilities, fitted.labels)
    main = pooled(answers[0])
    curve = risk_coverage(confidence.of(main.probabilities), main.right)
    return Calibration(confidence, curve.points)


def begin_from(network: StagingNetwork, start: StagingNetwork) -> None:
    """Take over what fits: an encoder of the same front-end, heads of the same shape.

    Features that are learned beside the band powers begin anew.
    """
    if network.config.front_end == start.config.front_end:
        _take_over(network.encoder, start.encoder.state_dict())
    for head, other in zip(network.stage_heads, start.stage_heads, strict=False):
        theirs = other.state_dict()
        if {n: t.shape for n, t in head.state_dict().items()} == {
            n: t.shape for n, t in theirs.items()
        }:
            head.load_state_dict(theirs)


def without_heads(start: StagingNetwork) -> StagingNetwork:
    """The same with its front-end alone, which learned from no one's stages."""
    start.heads = torch.nn.ModuleList()
    return start


def _take_over(module: torch.nn.Module, theirs: Mapping[str, torch.Tensor]) -> None:
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if name not in theirs:
                continue
            given = theirs[name]
            # The band powers come first, and are measured from nothing else than before.
            shared = tuple(
                slice(min(sizes)) for sizes in zip(tensor.shape, given.shape, strict=True)
            )
            tensor[shared[:1]] = 0
            tensor[shared] = given[shared]


def save_network(
    network: StagingNetwork,
    folder: Path,
    *,
    summary: str,
    calibration: Calibration | None = None,
    learned_eeg: Sequence[str] = (),
) -> str:
    """Write weights that ``sleepscorer score --weights`` takes; return their SHA-256.

    The heads, which are nearly all of it, are stored in half precision: that moves probabilities by
    less than .001. The encoder sees powers of any size and stays as it is.
    """
    tensors = {
        name: (t.half() if name.startswith("heads.") else t).detach().cpu().contiguous()
        for name, t in network.state_dict().items()
    }
    content = save_tensors(tensors)
    files = weights_files(
        content,
        architecture=ARCHITECTURE,
        network=network.config.as_dict(),
        summary=summary,
        confidence=None if calibration is None else calibration.confidence,
        review_curve=() if calibration is None else calibration.review_curve,
        learned_eeg=learned_eeg,
    )
    for name, part in files.items():
        write_bytes(folder / name, part)
    return hashlib.sha256(content).hexdigest()


def describe(config: NetworkConfig) -> str:
    """What a network is, in words."""
    heads = " + ".join(dict.fromkeys(config.heads))
    return f"{config.front_end} with {heads} for {', '.join(config.kinds).upper()}"


def metrics_of(answers: Sequence[NightAnswers]) -> dict[str, Any]:
    """Agreement and calibration, pooled over epochs and by night.

    Returns
    -------
    Plain values: ``n_nights``, ``n_epochs``, ``accuracy``, ``kappa``, ``macro_f1``, ``f1`` by
    stage, ``ece`` of the highest probability, ``ece_of_confidence``,
    ``errors_in_least_certain_fifth``, ``kappa_three_summed``, ``kappa_three_hierarchy``,
    ``kappa_by_night`` (mean, sd).
    """
    together = pooled(answers)
    found = agreement_of(together)
    curve = risk_coverage(together.confidence, together.right)
    by_night = [agreement_of(each).kappa for each in answers]
    known = [kappa for kappa in by_night if kappa is not None]
    return {
        "n_nights": len(answers),
        "n_epochs": found.n_epochs,
        "accuracy": found.accuracy,
        "kappa": found.kappa,
        "macro_f1": found.macro_f1,
        "f1": {stage.text: f1 for stage, f1 in zip(STAGES, found.f1, strict=True)},
        "ece": reliability(together.probabilities.max(axis=1), together.right).error,
        "ece_of_confidence": reliability(together.confidence, together.right).error,
        "errors_in_least_certain_fifth": float(
            np.interp(_REVIEWED, curve.reviewed, curve.errors_found)
        ),
        "kappa_three_summed": three_stage_kappa(together, summed=True),
        "kappa_three_hierarchy": three_stage_kappa(together, summed=False),
        "kappa_by_night": {
            "mean": float(np.mean(known)) if known else None,
            "sd": float(np.std(known, ddof=1)) if len(known) > 1 else None,
        },
    }


def three_stage_kappa(answers: NightAnswers, *, summed: bool) -> float | None:
    """Kappa of wake, NREM and REM: of summed probabilities, or of the trained hierarchy."""
    p = answers.probabilities
    three = (
        np.stack([p[:, 0], p[:, 1:4].sum(axis=1), p[:, 4]], axis=1)
        if summed
        else (answers.hierarchy)
    )
    judged = np.array(THREE_STAGES, dtype=np.int8)[three.argmax(axis=1)]
    return agreement(
        Scoring(Hypnogram(answers.labels.astype(np.int8))),
        Scoring(Hypnogram(judged, stage_set=THREE_STAGES)),
    ).kappa


def _digest(network: StagingNetwork) -> str:
    digest = hashlib.sha256()
    for tensor in network.state_dict().values():
        digest.update(tensor.cpu().numpy().tobytes())
    return digest.hexdigest()


def named(split: Split) -> dict[str, list[str]]:
    """Who is in each part of a split, as plain values."""
    return {part: sorted(getattr(split, part)) for part in ("train", "validation", "test")}


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write plain values for people and programs to read."""
    write_bytes(path, (json.dumps(values, indent=1) + "\n").encode())


def write_rows(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV."""
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    write_bytes(path, text.getvalue().encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file of a run, whole or not at all; its folder is made."""
    make_folder(path.parent, _OWN_FOLDER)
    write_state(path, lambda file: file.write(content))


def _write_nights(path: Path, answers: Sequence[NightAnswers]) -> None:
    rows: list[Sequence[object]] = [("night", "epochs", "accuracy", "kappa", "macro_f1")]
    for each in answers:
        found = agreement_of(each)
        rows.append((each.night, found.n_epochs, found.accuracy, found.kappa, found.macro_f1))
    write_rows(path, rows)
