"""``sleepscorer score``: stage recordings and write the results."""

import argparse
import contextlib
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sleepscorer import faults
from sleepscorer.cli.comparison import agreement_lines
from sleepscorer.cli.output import complain, in_words, say_if_possible
from sleepscorer.cli.progress import progress_bar
from sleepscorer.cli.site_choice import site_choice_asked
from sleepscorer.core.agreement import agreement
from sleepscorer.core.edits import ScoringState
from sleepscorer.core.errors import LightsRefused, SleepScorerError, UsageError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.lights import parse_time_mark
from sleepscorer.core.review import ReviewOrder, review_queue
from sleepscorer.core.stager_channels import NONE, ROLES, ChannelChoice
from sleepscorer.core.stages import STAGES, THREE_STAGES
from sleepscorer.core.staging_result import OWN_STAGER
from sleepscorer.core.unanimity import unanimity_text
from sleepscorer.core.undefined import figure_of
from sleepscorer.core.wording import counted
from sleepscorer.files.edf import UNKNOWN_START
from sleepscorer.files.epochs_npz import NPZ_SUFFIX, scoring_in_npz
from sleepscorer.files.exports import Night
from sleepscorer.files.recordings import is_edf
from sleepscorer.pipeline import (
    AskedStagers,
    NightComing,
    ScoredNight,
    ScoreOptions,
    SiteChoice,
    check_distinct_outputs,
    coming_night,
    score_recording,
    suggested_lights,
    without_own_scorings,
)
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, read_info
from sleepscorer.staging.native_libraries import import_stager

if TYPE_CHECKING:
    from sleepscorer.staging.stager import Stager

_SOME_FAILED = 1
_MOST_DISPUTED = 5
_N_THREADS = 2


def score_files(options: argparse.Namespace) -> int:
    """Score every file; one that fails is named and does not keep the others from being scored."""
    wanted = _score_options(options)
    files = _recordings(options.files, quiet=options.quiet)
    check_distinct_outputs(files, wanted)
    site = site_choice_asked(options)
    asked = _asked_stagers(options, site)
    weights = _weights(options, site)
    failed = 0
    with _coming(files[0], wanted, weights, asked) as coming:
        stager = _stager(weights, options.device) if asked.asks_ours else None
        taken: set[Path] = set()
        for path in files:
            began_s = time.monotonic()
            try:
                with progress_bar(path.name, quiet=options.quiet) as progress:
                    scored = score_recording(
                        path,
                        stager,
                        wanted,
                        asked=asked,
                        taken=taken,
                        coming=coming if path == files[0] else None,
                        progress=progress,
                    )
                taken.update(scored.outputs)
                if not options.quiet:
                    print_scored(scored, time.monotonic() - began_s)
                    _print_report(path, scored)
            except Exception as raised:  # noqa: BLE001 - one file never ends the others
                failed += 1
                error = _with_given_lights(faults.in_words(raised, path), wanted)
                words = in_words(error)
                # It may be an output that the error is about.
                message = words if error.path == path else f"{path}: {words}"
                complain(f"sleepscorer: {message}")
    if failed and len(files) > 1:
        complain(f"sleepscorer: {failed} of {len(files)} recordings were not scored")
    return _SOME_FAILED if failed else 0


def _coming(
    path: Path, wanted: ScoreOptions, weights: str, asked: AskedStagers
) -> AbstractContextManager[NightComing | None]:
    """Begin to read the first file while torch is imported."""
    if not asked.asks_ours:
        return contextlib.nullcontext()
    kinds = read_info(weights).kinds
    # What is wrong with the file is said when its turn comes.
    with contextlib.suppress(SleepScorerError):
        # Other formats are read by libraries that can't be imported beside torch.
        if is_edf(path):
            return coming_night(path, wanted, kinds, asked=asked)
    return contextlib.nullcontext()


def _stager(weights: str, device: str) -> "Stager":
    # torch takes a second to import: what is wrong with the options is said before that.
    import_stager(before=())
    from sleepscorer.staging.stager import Stager

    return Stager(weights, device=device, n_threads=_N_THREADS)


def _weights(options: argparse.Namespace, site: SiteChoice | None) -> str:
    if site is not None and site.own_weights:
        return site.own_weights
    return DEFAULT_WEIGHTS if options.weights is None else str(options.weights)


def _asked_stagers(options: argparse.Namespace, site: SiteChoice | None) -> AskedStagers:
    """Read ``--stagers``, ``--consensus`` and ``--second-opinion``; UsageError where they clash."""
    asked = _named_stagers(options) if site is None else AskedStagers.as_validated(site)
    asked.check()
    if options.weights is not None and not asked.asks_ours:
        raise UsageError(
            f"--weights are those of {OWN_STAGER}, which --stagers does not name",
            hint="leave one of them out",
        )
    return asked


def _named_stagers(options: argparse.Namespace) -> AskedStagers:
    if options.stagers is None:
        if options.consensus:
            raise UsageError(
                "--consensus needs --stagers with the names to ask",
                hint="see: sleepscorer models",
            )
        if options.second_opinion is None:
            return AskedStagers()
        return AskedStagers((OWN_STAGER, options.second_opinion))
    if options.second_opinion is not None:
        raise UsageError("--second-opinion and --stagers can't be given together")
    names = tuple(name.strip() for name in options.stagers.split(",") if name.strip())
    if not names:
        raise UsageError("--stagers names nothing", hint="see: sleepscorer models")
    if len(names) > 1 and not options.consensus:
        raise UsageError(
            "--stagers names several, and not what their answers become",
            hint="add --consensus, or name one and another by --second-opinion",
        )
    return AskedStagers(names, is_consensus=options.consensus)


def _print_report(path: Path, scored: ScoredNight) -> None:
    """Print how far the stages agree with the expert's, where an archive of epochs has those."""
    if path.suffix.lower() != NPZ_SUFFIX:
        return
    try:
        reference = scoring_in_npz(path)
        if reference is None:
            return
        found = agreement(reference, Scoring(scored.night.hypnogram))
    except SleepScorerError as error:
        # It was scored all the same, and others wait their turn.
        complain(f"  no report on the expert's stages: {error.what}")
        return
    say_if_possible(*agreement_lines(found, columns="STAGED"))


def _recordings(files: Sequence[Path], *, quiet: bool) -> tuple[Path, ...]:
    """Leave out the scorings that earlier runs put beside the recordings."""
    recordings, own = without_own_scorings(files)
    if not recordings:
        raise UsageError("there is no recording to score: sleepscorer made these scorings itself")
    for path in () if quiet else own:
        complain(f"{path}: skipped, a scoring that sleepscorer made")
    return recordings


def _score_options(options: argparse.Namespace) -> ScoreOptions:
    formats = tuple(name.strip() for name in options.formats.split(",") if name.strip())
    if options.weights is not None and not options.weights.strip():
        raise UsageError("--weights names nothing", hint="see: sleepscorer models")
    if options.out is not None and options.out.exists() and not options.out.is_dir():
        raise UsageError("--out is not a folder", path=options.out)
    channels = channel_choice(options)
    _check_marks(options)
    return ScoreOptions(
        folder=options.out,
        formats=formats,
        channels=channels,
        lights_off=options.lights_off,
        lights_on=options.lights_on,
        stage_set=STAGES if options.stages == len(STAGES) else THREE_STAGES,
        smooth=options.smooth,
        force=options.force,
        deidentify=options.deidentify,
        all_annotations=options.annotations == "all",
    )


def channel_choice(options: argparse.Namespace) -> ChannelChoice:
    """Take ``--eeg``, ``--eog`` and ``--emg`` as they were given.

    Raises
    ------
    UsageError
        If one of them names nothing, or channels and none.
    """
    named = {role: getattr(options, role) for role in ROLES}
    for role, names in named.items():
        if names is not None:
            _check_names(f"--{role}", names)
    return ChannelChoice(
        **{role: None if names is None else tuple(names) for role, names in named.items()}
    )


def _check_names(option: str, names: Sequence[str]) -> None:
    if not names or not all(name.strip(" ,") for name in names):
        raise UsageError(f"{option} names no channel", hint="give a label, a derivation or none")
    if len(names) > 1 and NONE in {name.strip().casefold() for name in names}:
        raise UsageError(f"{option} names channels, and none")


def _check_marks(options: argparse.Namespace) -> None:
    off_s = _checked_mark("--lights-off", options.lights_off)
    on_s = _checked_mark("--lights-on", options.lights_on)
    if off_s is not None and on_s is not None and off_s >= on_s:
        raise UsageError(f"lights off at {off_s:g} s is not before lights on at {on_s:g} s")


def _checked_mark(option: str, text: str | None) -> float | None:
    """Refuse what is no time; return it where it is plain seconds, None where it is a clock."""
    if text is None:
        return None
    try:
        time_s = parse_time_mark(text, UNKNOWN_START, math.inf)
    except UsageError as error:
        raise UsageError(f"{option}: {error.what}", hint=error.hint) from error
    return None if ":" in text else time_s


def _with_given_lights(error: SleepScorerError, wanted: ScoreOptions) -> SleepScorerError:
    """Show what was typed where it is the lights marks that are refused."""
    if not isinstance(error, LightsRefused):
        return error
    given = (("--lights-off", wanted.lights_off), ("--lights-on", wanted.lights_on))
    words = " ".join(f"{option} {text}" for option, text in given if text is not None)
    return LightsRefused(f"{error.what}; given was {words}", path=error.path, hint=error.hint)


def _minutes_text(minutes: float | None) -> str:
    return "–" if minutes is None else f"{minutes:g}"


def print_scored(scored: ScoredNight, took_s: float) -> None:
    """Print one summary line, and every warning on a line of its own."""
    night = scored.night
    statistics = night.statistics
    by_stage = (
        (stage.text, figure_of(statistics, f"{stage.name.lower()}_min"))
        for stage in statistics.transition_stages
    )
    minutes = " ".join(f"{name} {_minutes_text(value)}" for name, value in by_stage)
    channels = _channels_text(scored)
    tst = _minutes_text(figure_of(statistics, "tst_min"))
    say_if_possible(
        f"{night.path.name}: {counted(night.hypnogram.n_epochs, 'epoch')},"
        f" TST {tst} min, {minutes} min, {channels}, {took_s:.1f} s,"
        f" {_outputs_text(scored)}"
    )
    for note in (*_choices(night), f"Lights: {night.lights_source}.", *night.all_notes):
        complain(f"  {note}")
    if suggested_lights(night.hypnogram, night.staging):
        complain("  --lights-off and --lights-on set the lights marks.")
    for line in _disputed(night):
        complain(f"  {line}")
    if night.second is not None:
        complain(f"  Second opinion: {night.second_opinion_text}.")
    for warning in night.all_warnings:
        complain(f"  warning: {warning}")


def _disputed(night: Night) -> Iterator[str]:
    """The epochs of a consensus to look at first, and who says what of them."""
    if night.staging is None or not night.is_consensus:
        return
    n_epochs = night.hypnogram.n_epochs
    queue = review_queue(
        ScoringState.unscored(n_epochs),
        night.staging,
        reviewed=np.zeros(n_epochs, bool),
        others=night.others,
        order=ReviewOrder.NOT_UNANIMOUS,
        share=1.0,
    )
    if queue.epochs:
        yield f"{counted(queue.n_found, 'epoch')} to review first, the most doubtful of them:"
    for epoch in queue.epochs[:_MOST_DISPUTED]:
        yield f"  epoch {epoch + 1}: {unanimity_text(night.others, epoch)}"


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


def _outputs_text(scored: ScoredNight) -> str:
    outputs = scored.outputs
    if not outputs:
        return "nothing written"
    text = f"{counted(len(outputs), 'file')} in {outputs[0].parent}"
    # Their names do not tell the recording: this line alone does.
    names = ", ".join(path.name for path in outputs)
    return f"{text}: {names}" if scored.night.deidentify else text
