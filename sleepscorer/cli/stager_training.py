"""``sleepscorer train --data sessions --stager NAME``: another maker's stager, tuned as a whole."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from sleepscorer.cli.output import complain, say
from sleepscorer.cli.site_training import check_options, compared_table, not_kept
from sleepscorer.cli.training_progress import training_progress
from sleepscorer.core.errors import UsageError
from sleepscorer.core.progress import Progress, part_of

if TYPE_CHECKING:
    from sleepscorer.staging.robust_sleep_net.installed import InstalledWeights
    from sleepscorer.training.session_nights import ReviewedNight
    from sleepscorer.training.tuned import Tuned

_SHARE_READING = 0.1
_LEAST_PEOPLE = 10


def tune_other_stager(options: argparse.Namespace) -> int:
    """Tune a stager to the reviewed sessions of a folder; offer it where other people gain."""
    check_options(options)
    for name in ("start", "tune"):
        if getattr(options, name) is not None:
            raise UsageError(f"--{name} means nothing with --stager", hint="all of it is tuned")
    from sleepscorer.staging.robust_sleep_net.tuned_here import keep_tuned
    from sleepscorer.training.runs import claim_run
    from sleepscorer.training.session_nights import check_enough, reviewed_nights
    from sleepscorer.training.stager_tuning import check_licence

    installed = _installed(options.stager)
    check_licence(installed)
    # A run that ended goes on to its end again: its weights have the name already.
    if options.name is not None and not (options.out / "weights" / "stager.json").exists():
        _check_name(options.name)
    nights, told = reviewed_nights(options.folder, subject=options.subject)
    for sentence in told:
        complain(f"sleepscorer: {sentence}")
    check_enough(nights, options.folder, _LEAST_PEOPLE)
    claim_run(options.out)
    with training_progress(options.out.name, quiet=options.quiet) as progress:
        tuned = _tuned(options, installed, nights, progress)
    if not options.quiet:
        say(*compared_table(("new",), [tuned.comparison]))
    if tuned.reasons_against:
        say(not_kept(tuned))
        return 0
    kept = keep_tuned(tuned.weights, options.name)
    say(
        f"the new weights are kept as the stager {kept.name}, in {kept.folder}; {installed.name}"
        f" stays as it was. Ask it by: sleepscorer score --second-opinion {kept.name}, or choose it"
        " in the window"
    )
    return 0


def _installed(name: str) -> "InstalledWeights":
    from sleepscorer.staging.robust_sleep_net.installed import NAME, installed_weights
    from sleepscorer.staging.robust_sleep_net.tuned_here import tuned_weights

    if name == NAME:
        return installed_weights()
    tuned = {one.name: one for one in tuned_weights()}
    if name not in tuned:
        raise UsageError(
            f"the stager {name!r} can't be tuned", hint=f"there is {', '.join((NAME, *tuned))}"
        )
    return tuned[name]


def _check_name(name: str) -> None:
    from sleepscorer.core.errors import WeightsNameTaken
    from sleepscorer.staging.checkpoint import check_own_name
    from sleepscorer.staging.stagers import offered_stagers

    check_own_name(name)
    if name in (one.name for one in offered_stagers()):
        raise WeightsNameTaken(f"there is a stager called {name!r} already")


def _tuned(
    options: argparse.Namespace,
    installed: "InstalledWeights",
    nights: "tuple[ReviewedNight, ...]",
    progress: Progress,
) -> "Tuned":
    from sleepscorer.training.session_nights import check_enough
    from sleepscorer.training.spectral_nights import spectral_nights
    from sleepscorer.training.stager_tuning import WHOLE, tune_stager

    read, refused = spectral_nights(
        nights, options.out / "epochs", part_of(progress, 0.0, _SHARE_READING)
    )
    for sentence in refused:
        complain(f"sleepscorer: {sentence}")
    check_enough(read, options.folder, _LEAST_PEOPLE)
    return tune_stager(
        installed,
        read,
        options.out,
        recipe=replace(WHOLE, seed=options.seed, n_steps=options.steps),
        progress=part_of(progress, _SHARE_READING, 1.0),
    )
