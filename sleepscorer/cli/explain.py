"""``sleepscorer explain``: why the machine gave an epoch its stage."""

import argparse
import json
from typing import TYPE_CHECKING

import numpy as np

from sleepscorer.analysis.evidence import Evidence, evidence
from sleepscorer.cli.output import say
from sleepscorer.cli.score import progress_bar
from sleepscorer.core.errors import UsageError
from sleepscorer.core.progress import part_of
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import StagerChannels, choose_stager_channels
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.files.recordings import open_recording
from sleepscorer.session_documents import classical_measures

if TYPE_CHECKING:
    from sleepscorer.staging.explanation import ActivationMap

_HEADINGS = ((1, "speaks for it"), (-1, "speaks against it"))


def explain_epoch(options: argparse.Namespace) -> int:
    """Stage a recording and say of one epoch what spoke for its stage, and where in it."""
    recording = open_recording(options.file)
    epoch = options.epoch - 1
    if not 0 <= epoch < recording.n_epochs:
        raise UsageError(
            f"there is no epoch {options.epoch}: the recording has {recording.n_epochs}",
            path=recording.path,
        )
    from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS
    from sleepscorer.staging.explanation import activation_maps
    from sleepscorer.staging.stager import Stager

    channels = choose_stager_channels(recording, eeg=options.eeg, eog=options.eog, emg=options.emg)
    stager = Stager(options.weights or DEFAULT_WEIGHTS, device=options.device)
    with progress_bar(options.file.name, quiet=options.quiet) as progress:
        night = stager.measure(recording, channels, part_of(progress, 0.0, 0.6))
        staging, night = stager.stage_measured(night, part_of(progress, 0.6, 0.8))
        measures = classical_measures(recording, channels, part_of(progress, 0.8, 1.0))
    stage = _stage(options.stage, staging, epoch, recording)
    maps = activation_maps(stager, night, recording, epoch, stage)
    found = evidence(measures, epoch, stage)
    if options.json:
        say(_json(staging, epoch, stage, maps, found))
    else:
        say("\n".join(_lines(staging, epoch, stage, maps, found)))
    if options.png is not None:
        _draw(options, channels, maps, stage)
    return 0


def _stage(named: str | None, staging: Staging, epoch: int, recording: Recording) -> Stage:
    if named is not None:
        known = {stage.text: stage for stage in STAGES}
        if named.upper() not in known:
            raise UsageError(f"--stage {named}", hint=f"there are {', '.join(known)}")
        return known[named.upper()]
    stage = Stage(int(staging.stages[epoch]))
    if stage is Stage.UNSCORED:
        raise UsageError(
            f"epoch {epoch + 1} has no usable signal, and no stage", path=recording.path
        )
    return stage


def _lines(
    staging: Staging,
    epoch: int,
    stage: Stage,
    maps: "tuple[ActivationMap, ...]",
    found: tuple[Evidence, ...],
) -> list[str]:
    lines = [_answer(staging, epoch)]
    lines += [] if staging.stages[epoch] == stage else [f"explained for {stage.text}"]
    for sign, heading in _HEADINGS:
        told = [each.sentence for each in found if each.speaks == sign]
        lines += ["", f"{heading}:", *(f"  {sentence}" for sentence in told or ["nothing clear"])]
    lines += ["", f"where the network saw {stage.text}, from the start of the epoch:"]
    lines += [f"  {each.channel}: {each.places}" for each in maps]
    return lines


def _answer(staging: Staging, epoch: int) -> str:
    """The machine's stage in the words of the window, whatever stage is explained."""
    given = Stage(int(staging.stages[epoch]))
    if given is Stage.UNSCORED:
        return f"epoch {epoch + 1}: no stage"
    row = staging.probabilities[epoch].tolist()
    shown = ", ".join(f"{s.text} {p:.2f}" for s, p in zip(STAGES, row, strict=True))
    return (
        f"epoch {epoch + 1}: {given.text}, confidence {staging.confidence[epoch]:.2f}"
        f" (probabilities {shown})"
    )


def _json(
    staging: Staging,
    epoch: int,
    stage: Stage,
    maps: "tuple[ActivationMap, ...]",
    found: tuple[Evidence, ...],
) -> str:
    row = staging.probabilities[epoch].tolist()
    document = {
        "epoch": epoch + 1,
        "stage": stage.text,
        "machine_stage": Stage(int(staging.stages[epoch])).text,
        "confidence": _number(staging.confidence[epoch]),
        "probabilities": {s.text: _number(p) for s, p in zip(STAGES, row, strict=True)},
        "weights": staging.provenance.weights_name,
        "evidence": [
            {
                "measure": each.name,
                "channel": each.channel,
                "value": each.value,
                "share_of_night_below": each.share_below,
                "speaks": each.speaks,
            }
            for each in found
        ],
        "activation_step_s": EPOCH_S / len(maps[0].values) if maps else None,
        "activation": {each.channel: [round(v, 4) for v in each.values.tolist()] for each in maps},
    }
    return json.dumps(document, indent=1, allow_nan=False)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)


def _draw(
    options: argparse.Namespace,
    channels: StagerChannels,
    maps: "tuple[ActivationMap, ...]",
    stage: Stage,
) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from sleepscorer.analysis.filters import AASM_FILTERS, filtered

    if options.png.exists() and not options.force:
        raise UsageError("it exists already and is kept", path=options.png, hint="use --force")
    start_s = (options.epoch - 1) * EPOCH_S
    by_name = {c.name: c for kind in (channels.eeg, channels.eog, channels.emg) for c in kind}
    figure = Figure(figsize=(12, 1.4 * max(len(maps), 1) + 0.8), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subplots(max(len(maps), 1), 1, sharex=True, squeeze=False)[:, 0]
    for axes, each in zip(rows, maps, strict=False):
        channel = by_name[each.channel]
        rate_hz = channel.sampling_rate_hz
        samples = filtered(
            channel.read(start_s, start_s + EPOCH_S), rate_hz, AASM_FILTERS[channel.kind]
        )
        reach = float(np.nanmax(np.abs(samples))) if np.isfinite(samples).any() else 1.0
        axes.imshow(
            each.values[None], extent=(0, EPOCH_S, -reach, reach), aspect="auto", cmap="Oranges",
            vmin=0, vmax=1.3,
        )  # fmt: skip
        axes.plot(np.arange(samples.size) / rate_hz, samples, color="black", linewidth=0.6)
        axes.set_ylabel(f"{each.channel}\nµV", size=8)
    rows[-1].set_xlabel(f"seconds of epoch {options.epoch}; orange: where the network saw "
                        f"{stage.text}")  # fmt: skip
    try:
        figure.savefig(options.png)
    except OSError as error:
        raise UsageError(f"can't be written: {error.strerror}", path=options.png) from error
