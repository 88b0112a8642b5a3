"""``sleepscorer train --data sessions``: weights tuned to a site's own reviewed nights."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sleepscorer.cli.output import complain, say
from sleepscorer.cli.training_progress import training_progress
from sleepscorer.core.errors import UsageError
from sleepscorer.core.progress import Progress, part_of

if TYPE_CHECKING:
    from sleepscorer.training.fine_tuning import Tuned
    from sleepscorer.training.session_nights import ReviewedNight

_NOT_HERE = (
    "protocol", "folds", "only_fold", "trim", "front_end", "head", "channels", "learned",
    "batch", "undo_weights",
)  # fmt: skip
_SHARE_MEASURING = 0.2


def tune_to_sessions(options: argparse.Namespace) -> int:
    """Tune weights to the reviewed sessions of a folder; keep them where other people gain."""
    _check(options)
    from sleepscorer.staging.checkpoint import add_own_weights, check_own_name
    from sleepscorer.training.runs import claim_run
    from sleepscorer.training.session_nights import check_enough, reviewed_nights

    # A run that ended goes on to its end again: its weights have the name already.
    if options.name is not None and not _has_ended(options.out):
        check_own_name(options.name)
    nights, told = reviewed_nights(options.folder, subject=options.subject)
    for sentence in told:
        complain(f"sleepscorer: {sentence}")
    check_enough(nights, options.folder)
    claim_run(options.out)
    with training_progress(options.out.name, quiet=options.quiet) as progress:
        tuned = _tuned(options, nights, progress)
    if not options.quiet:
        say(*_table(tuned))
    if tuned.reasons_against:
        say(
            f"the new weights are not kept: {'; '.join(tuned.reasons_against)}."
            f" The former ones stay in use; for a look, the new ones lie in {tuned.weights}"
        )
        return 0
    kept = add_own_weights(tuned.weights, options.name)
    say(
        f"the new weights are kept as {kept.name}, in {kept.folder}; the former ones stay as they"
        f" were. Use them by: sleepscorer score --weights {kept.name}, or choose them in the"
        " window on auto-scoring"
    )
    return 0


def _check(options: argparse.Namespace) -> None:
    if options.folder is None:
        raise UsageError("--data sessions needs --folder")
    given = [name for name in _NOT_HERE if getattr(options, name) is not None]
    if given:
        raise UsageError(
            f"--{given[0].replace('_', '-')} means nothing with --data sessions",
            hint="the network and its channels are those of the weights; --start names others",
        )
    if options.start == "none":
        raise UsageError("--data sessions tunes weights: --start none leaves nothing to tune")


def _has_ended(folder: Path) -> bool:
    return (folder / "weights" / "config.json").exists()


def _tuned(
    options: argparse.Namespace, nights: "tuple[ReviewedNight, ...]", progress: Progress
) -> "Tuned":
    # torch takes a second to import: what is wrong with the options is said before that.
    from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS
    from sleepscorer.staging.devices import choose_device
    from sleepscorer.staging.stager import Stager
    from sleepscorer.training.fine_tuning import TUNING, fine_tune
    from sleepscorer.training.session_nights import check_enough, measured_nights

    stager = Stager(options.start or DEFAULT_WEIGHTS, device=options.device)
    measured, refused = measured_nights(
        nights, stager, options.out / "measures", part_of(progress, 0.0, _SHARE_MEASURING)
    )
    for sentence in refused:
        complain(f"sleepscorer: {sentence}")
    check_enough(measured, options.folder)
    recipe = replace(TUNING, seed=options.seed, n_steps=options.steps or TUNING.n_steps)
    return fine_tune(
        stager.info,
        measured,
        options.out,
        recipe=recipe,
        device=choose_device(options.device),
        progress=part_of(progress, _SHARE_MEASURING, 1.0),
    )


def _table(tuned: "Tuned") -> list[str]:
    from sleepscorer.training.site_card import compared_rows

    rows = [("held-out nights", "former", "new"), *compared_rows(tuned.comparison)]
    width = max(len(name) for name, _, _ in rows)
    return [f"{name:<{width}}  {former:>7}  {new:>7}" for name, former, new in rows]
