"""``sleepscorer simulate`` and ``sleepscorer demo``: the program without anybody's recording."""

import argparse
import os
import time
from pathlib import Path

from sleepscorer.cli.output import say, say_if_possible
from sleepscorer.cli.progress import progress_bar
from sleepscorer.cli.score import print_scored
from sleepscorer.cli.window import show_window, somebody_is_watching
from sleepscorer.core.agreement import agreement
from sleepscorer.core.errors import ExportError, UsageError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.exports import output_paths
from sleepscorer.files.scorings import read_scoring
from sleepscorer.pipeline import ScoreOptions, score_recording
from sleepscorer.simulated_files import scoring_path, write_simulated_night
from sleepscorer.simulation.channels import derivations
from sleepscorer.simulation.night import simulate_night

_DEMO_FOLDER = "sleepscorer-demo"
_DEMO_RECORDING = "demo_night.edf"
_RATE_HZ = 256.0


def simulate(options: argparse.Namespace) -> int:
    """Write a synthetic recording and its true scoring."""
    channels = None
    if options.rate is not None and options.derivations is None:
        raise UsageError("--rate goes with --derivations", hint="the clinical montage has its own")
    if options.derivations is not None:
        channels = derivations(
            *(name.strip() for name in options.derivations.split(",")),
            sampling_rate_hz=_RATE_HZ if options.rate is None else options.rate,
        )
    night = simulate_night(hours=options.hours, seed=options.seed, channels=channels)
    with progress_bar(options.out.name) as progress:
        recording, truth = write_simulated_night(
            night, options.out, force=options.force, progress=progress
        )
    say(f"synthetic recording {recording}", f"its true scoring    {truth}")
    return 0


def demo(options: argparse.Namespace) -> int:
    """Make a synthetic night, score it and write the reports."""
    folder = options.folder or _free_folder()
    recording = folder / _DEMO_RECORDING
    _check_unused(recording)
    night = simulate_night(hours=options.hours, seed=options.seed)
    say_if_possible(f"making a synthetic night of {options.hours:g} h in {folder}")
    with progress_bar(recording.name) as progress:
        recording, truth = write_simulated_night(night, recording, progress=progress)

    from sleepscorer.staging.stager import Stager

    stager = Stager(device=options.device)
    began_s = time.monotonic()
    with progress_bar(recording.name) as progress:
        scored = score_recording(recording, stager, ScoreOptions(), progress=progress)
    print_scored(scored, time.monotonic() - began_s)
    for output in (recording, truth, *scored.outputs):
        say_if_possible(f"  {output}")
    found = agreement(read_scoring(truth), Scoring(scored.night.hypnogram, scored.night.start))
    say_if_possible(
        f"agreement with the simulated stages: {100 * found.accuracy:.1f} % of {found.n_epochs}"
        " epochs. The night is synthetic: this shows that the program works,"
        " and says nothing about its accuracy on people."
    )
    if options.no_window or not somebody_is_watching():
        return 0
    say_if_possible("opening it in the window; --no-window leaves that out")
    return show_window(recording)


def _check_unused(recording: Path) -> None:
    outputs = output_paths(recording.parent, recording.stem)
    for path in (recording, scoring_path(recording), *outputs):
        if os.path.lexists(path):
            raise ExportError(
                "this file exists already and is kept",
                path=path,
                hint="choose another folder for the demo",
            )


def _free_folder() -> Path:
    """A folder that no earlier demo used, so that nothing of it is lost."""
    number = 1
    while True:
        folder = Path(_DEMO_FOLDER if number == 1 else f"{_DEMO_FOLDER}-{number}")
        if not folder.exists():
            return folder
        number += 1
