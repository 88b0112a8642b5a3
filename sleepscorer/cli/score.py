"""``sleepscorer score``: stage recordings and write the results."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from sleepscorer.core.errors import SleepScorerError, UsageError
from sleepscorer.core.progress import Progress, silent
from sleepscorer.files.night import Night
from sleepscorer.pipeline import (
    ScoredNight,
    ScoreOptions,
    check_distinct_outputs,
    score_recording,
)

_SOME_FAILED = 1


def score_files(options: argparse.Namespace) -> int:
    """Score every file; one that fails is named and does not keep the others from being scored."""
    wanted = _score_options(options)
    check_distinct_outputs(options.files, wanted)
    # torch takes a second to import: what is wrong with the options is said before that.
    from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS
    from sleepscorer.staging.stager import Stager

    stager = Stager(options.weights or DEFAULT_WEIGHTS, device=options.device)
    failed = 0
    for path in options.files:
        began_s = time.monotonic()
        try:
            with progress_bar(path.name, quiet=options.quiet) as progress:
                scored = score_recording(path, stager, wanted, progress=progress)
        except SleepScorerError as error:
            failed += 1
            message = str(error) if error.path is not None else f"{path}: {error}"
            print(f"sleepscorer: {message}", file=sys.stderr)
            continue
        if not options.quiet:
            print_scored(scored, time.monotonic() - began_s)
    if failed and len(options.files) > 1:
        print(
            f"sleepscorer: {failed} of {len(options.files)} recordings were not scored",
            file=sys.stderr,
        )
    return _SOME_FAILED if failed else 0


def _score_options(options: argparse.Namespace) -> ScoreOptions:
    formats = tuple(name.strip() for name in options.formats.split(",") if name.strip())
    if options.out is not None and options.out.exists() and not options.out.is_dir():
        raise UsageError("--out is not a folder", path=options.out)
    return ScoreOptions(
        folder=options.out,
        formats=formats,
        eeg=_names(options.eeg),
        eog=_names(options.eog),
        emg=_names(options.emg),
        lights_off=options.lights_off,
        lights_on=options.lights_on,
        force=options.force,
        deidentify=options.deidentify,
    )


def _names(named: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if named is None else tuple(named)


@contextmanager
def progress_bar(name: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Show a progress bar on the error stream, if a person is looking at it."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield silent
        return
    columns = (
        TextColumn("{task.fields[name]}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with ProgressBar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0, name=name)

        def report(fraction: float, text: str) -> None:
            bar.update(task, completed=fraction, description=text)

        yield report


def print_scored(scored: ScoredNight, took_s: float) -> None:
    """Print one summary line, and every warning on a line of its own."""
    night = scored.night
    statistics = night.statistics
    minutes = " ".join(
        f"{name} {value:g}"
        for name, value in (
            ("W", statistics.w_min),
            ("N1", statistics.n1_min),
            ("N2", statistics.n2_min),
            ("N3", statistics.n3_min),
            ("R", statistics.r_min),
            ("?", statistics.unscored_min),
        )
    )
    channels = _channels_text(scored)
    print(
        f"{night.path.name}: {night.hypnogram.n_epochs} epochs,"
        f" TST {statistics.tst_min:g} min, {minutes} min, {channels}, {took_s:.1f} s,"
        f" {_outputs_text(scored.outputs)}"
    )
    for note in (*_choices(night), f"Lights: {night.lights_source}.", *night.notes):
        print(f"  {note}", file=sys.stderr)
    for warning in night.all_warnings:
        print(f"  warning: {warning}", file=sys.stderr)


def _choices(night: Night) -> tuple[str, ...]:
    return () if night.staging is None else night.staging.provenance.notes


def _channels_text(scored: ScoredNight) -> str:
    staging = scored.night.staging
    if staging is None:
        return "by hand"
    used = staging.provenance
    return "EEG {}; EOG {}; {}".format(
        ", ".join(used.eeg) or "none", ", ".join(used.eog) or "none", used.device
    )


def _outputs_text(outputs: Sequence[Path]) -> str:
    if not outputs:
        return "nothing written"
    return f"{len(outputs)} files in {outputs[0].parent}"
