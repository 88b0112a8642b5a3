"""``sleepscorer explain``: why the machine gave an epoch its stage."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np

from sleepscorer import __version__
from sleepscorer.cli.output import say
from sleepscorer.cli.progress import progress_bar
from sleepscorer.cli.score import channel_choice
from sleepscorer.core.errors import OutputRefused, UsageError
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import StagerChannels
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.wording import percent, sure_text
from sleepscorer.files.exports import (
    PROGRAM,
    SOFTWARE_KEY,
    Identity,
    Remover,
    is_own_picture,
    picture_output,
)
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.verified_write import check_targets, write_verified
from sleepscorer.pipeline import Explanation, find_channels, stage_to_explain

_HEADINGS = ((1, "speaks for it"), (-1, "speaks against it"))


def explain_epoch(options: argparse.Namespace) -> int:
    """Stage a recording and say of one epoch what spoke for its stage, and where in it."""
    choice, asked = channel_choice(options), _asked_stage(options.stage)
    if options.png is not None:
        _check_picture(options)
    recording = open_recording(options.file)
    epoch = options.epoch - 1
    if not 0 <= epoch < recording.n_epochs:
        raise UsageError(
            f"there is no epoch {options.epoch}: the recording has {recording.n_epochs}",
            path=recording.path,
        )
    from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS
    from sleepscorer.staging.stager import Stager

    channels = find_channels(recording, choice)
    stager = Stager(options.weights or DEFAULT_WEIGHTS, device=options.device)
    with progress_bar(options.file.name, quiet=options.quiet) as progress:
        staging, night = stage_to_explain(recording, stager, channels=channels, progress=progress)
    stage = _machine_stage(staging, epoch, recording) if asked is None else asked
    explanation = night.explain(epoch, stage)
    shown = explanation
    if options.deidentify:
        remover = Remover(Identity.of_recording(recording))
        staging, shown = _without_names(staging, explanation, remover)
    if options.json:
        say(*_json(staging, shown).splitlines())
    else:
        say(*_lines(staging, shown))
    if options.png is not None:
        names = [each.channel for each in shown.maps]
        _write_picture(options, recording.all_files, _drawn(channels, explanation, names))
    return 0


def _without_names(
    staging: Staging, explanation: Explanation, remover: Remover
) -> tuple[Staging, Explanation]:
    """Call channels and weights as de-identified exports do."""
    made = staging.provenance
    provenance = replace(made, weights_name=remover.own_name(made.weights_name))
    shown = replace(
        explanation,
        evidence=tuple(
            replace(one, channel=remover.channel(one.channel)) for one in explanation.evidence
        ),
        maps=tuple(replace(one, channel=remover.channel(one.channel)) for one in explanation.maps),
    )
    return replace(staging, provenance=provenance), shown


def _asked_stage(named: str | None) -> Stage | None:
    if named is None:
        return None
    known = {stage.text: stage for stage in STAGES}
    if named.upper() not in known:
        raise UsageError(f"--stage {named}", hint=f"there are {', '.join(known)}")
    return known[named.upper()]


def _machine_stage(staging: Staging, epoch: int, recording: Recording) -> Stage:
    stage = Stage(int(staging.stages[epoch]))
    if stage is Stage.UNSCORED:
        raise UsageError(
            f"epoch {epoch + 1} has no usable signal, and no stage", path=recording.path
        )
    return stage


def _lines(staging: Staging, explanation: Explanation) -> list[str]:
    epoch, stage = explanation.epoch, explanation.stage
    lines = [_answer(staging, epoch)]
    lines += [] if staging.stages[epoch] == stage else [f"explained for {stage.text}"]
    for sign, heading in _HEADINGS:
        told = [each.sentence for each in explanation.evidence if each.speaks == sign]
        lines += ["", f"{heading}:", *(f"  {sentence}" for sentence in told or ["nothing clear"])]
    lines += ["", f"where the network saw {stage.text}, from the start of the epoch:"]
    lines += [f"  {each.channel}: {each.places}" for each in explanation.maps]
    return lines


def _answer(staging: Staging, epoch: int) -> str:
    """The machine's stage in the words of the window, whatever stage is explained."""
    given = Stage(int(staging.stages[epoch]))
    if given is Stage.UNSCORED:
        return f"epoch {epoch + 1}: no stage"
    row = staging.probabilities[epoch].tolist()
    shown = ", ".join(f"{s.text} {percent(p)}" for s, p in zip(STAGES, row, strict=True))
    return (
        f"epoch {epoch + 1}: {given.text}, {sure_text(float(staging.confidence[epoch]))}"
        f" (probabilities {shown}). {staging.measured_sentence}"
    )


def _json(staging: Staging, explanation: Explanation) -> str:
    epoch, maps = explanation.epoch, explanation.maps
    row = staging.probabilities[epoch].tolist()
    document = {
        "epoch": epoch + 1,
        "stage": explanation.stage.text,
        "machine_stage": Stage(int(staging.stages[epoch])).text,
        "confidence": _number(staging.confidence[epoch]),
        "confidence_measured": staging.measured_sentence,
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
            for each in explanation.evidence
        ],
        "activation_step_s": EPOCH_S / len(maps[0].values) if maps else None,
        "activation": {each.channel: [round(v, 4) for v in each.values.tolist()] for each in maps},
    }
    return json.dumps(document, indent=1, allow_nan=False)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)


def _check_picture(options: argparse.Namespace) -> None:
    """Refuse what is in the way of the picture before the night is staged, which takes minutes."""
    folder: Path = options.png.absolute().parent
    if not folder.is_dir():
        raise UsageError("there is no such folder", path=folder, hint="make it first")
    check_targets([options.png], force=options.force, sources=[options.file], is_own=is_own_picture)
    if options.png.suffix.lower() != ".png":
        raise UsageError(f"{options.png.name} does not end in .png", hint="pictures are PNG")


def _write_picture(options: argparse.Namespace, sources: Sequence[Path], png: bytes) -> None:
    try:
        write_verified(
            [picture_output(options.png, png)],
            force=options.force,
            sources=sources,
            is_own=is_own_picture,
        )
    except OutputRefused as error:
        raise UsageError(
            error.what, path=error.path, hint="choose another file with --png"
        ) from error


def _drawn(channels: StagerChannels, explanation: Explanation, names: Sequence[str]) -> bytes:
    """Draw the epoch's traces, by these names, on where the network looked; return a PNG file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from sleepscorer.analysis.filters import AASM_FILTERS, filtered

    maps, start_s = explanation.maps, explanation.epoch * EPOCH_S
    by_name = {c.name: c for kind in (channels.eeg, channels.eog, channels.emg) for c in kind}
    figure = Figure(figsize=(12, 1.4 * max(len(maps), 1) + 0.8), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subplots(max(len(maps), 1), 1, sharex=True, squeeze=False)[:, 0]
    for axes, each, name in zip(rows, maps, names, strict=False):
        channel = by_name[each.channel]
        rate_hz = channel.sampling_rate_hz
        samples = filtered(
            channel.read(start_s, start_s + EPOCH_S), rate_hz, AASM_FILTERS[each.kind]
        )
        reach = float(np.nanmax(np.abs(samples))) if np.isfinite(samples).any() else 1.0
        axes.imshow(
            each.seen[None], extent=(0, EPOCH_S, -reach, reach), aspect="auto", cmap="Oranges",
            vmin=0, vmax=1.3,
        )  # fmt: skip
        axes.plot(np.arange(samples.size) / rate_hz, samples, color="black", linewidth=0.6)
        axes.set_ylabel(f"{name}\nµV", size=8)
    rows[-1].set_xlabel(f"seconds of epoch {explanation.epoch + 1}; orange: where the network saw "
                        f"{explanation.stage.text}")  # fmt: skip
    drawn = BytesIO()
    figure.savefig(drawn, format="png", metadata={SOFTWARE_KEY: f"{PROGRAM} {__version__}"})
    return drawn.getvalue()
