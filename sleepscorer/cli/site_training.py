"""``sleepscorer train --data sessions``: weights tuned to a site's own reviewed nights."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sleepscorer.cli.output import complain, say
from sleepscorer.cli.training_progress import training_progress
from sleepscorer.core.errors import UsageError
from sleepscorer.core.progress import Progress, part_of

if TYPE_CHECKING:
    from sleepscorer.training.comparison import Comparison
    from sleepscorer.training.nights import ScoredNight
    from sleepscorer.training.session_nights import ReviewedNight
    from sleepscorer.training.site_tuning import SiteTuning, Way
    from sleepscorer.training.tuned import Tuned

_NOT_HERE = (
    "protocol", "folds", "only_fold", "trim", "front_end", "head", "channels", "learned",
    "batch", "undo_weights",
)  # fmt: skip
_SHARE_MEASURING = 0.2
_NEW = {"recalibration": "recalibrated", "heads": "heads"}


def tune_to_sessions(options: argparse.Namespace) -> int:
    """Tune weights to the reviewed sessions of a folder; keep them where other people gain."""
    check_options(options)
    from sleepscorer.staging.checkpoint import add_own_weights, check_own_name
    from sleepscorer.training.runs import claim_run
    from sleepscorer.training.session_nights import reviewed_nights

    # A run that ended goes on to its end again: its weights have the name already.
    if options.name is not None and not _has_ended(options.out):
        check_own_name(options.name)
    nights, told = reviewed_nights(options.folder, subject=options.subject)
    for sentence in told:
        complain(f"sleepscorer: {sentence}")
    _ways(options, nights)
    claim_run(options.out)
    with training_progress(options.out.name, quiet=options.quiet) as progress:
        found = _tuned(options, nights, progress)
    if not options.quiet:
        say(*_table(found))
    way = found.better
    tuned = found.tuned[way]
    if tuned.reasons_against:
        say(not_kept(tuned))
        return 0
    kept = add_own_weights(tuned.weights, options.name)
    which = f", {_NEW[way]}," if len(found.tuned) > 1 else ""
    say(
        f"the new weights{which} are kept as {kept.name}, in {kept.folder}; the former ones stay"
        f" as they were. Use them by: sleepscorer score --weights {kept.name}, or choose them in"
        " the window on auto-scoring"
    )
    return 0


def check_options(options: argparse.Namespace) -> None:
    """Refuse what makes no sense where sessions are learned from.

    Raises
    ------
    UsageError
        Saying which option.
    """
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
    return any(folder.glob("*/weights/config.json"))


def _ways(options: argparse.Namespace, nights: "Sequence[ScoredNight]") -> "tuple[Way, ...]":
    """The ways that were asked for and for which there are enough people."""
    from sleepscorer.training.session_nights import check_enough
    from sleepscorer.training.site_tuning import LEAST_PEOPLE, ways_for

    n_people = len({night.subject for night in nights})
    ways = ways_for(n_people) if options.tune in (None, "auto") else (options.tune,)
    check_enough(nights, options.folder, LEAST_PEOPLE[ways[0]])
    return ways


def _tuned(
    options: argparse.Namespace, nights: "tuple[ReviewedNight, ...]", progress: Progress
) -> "SiteTuning":
    # torch takes a second to import: what is wrong with the options is said before that.
    from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS
    from sleepscorer.staging.devices import choose_device
    from sleepscorer.staging.stager import Stager
    from sleepscorer.training.fine_tuning import TUNING
    from sleepscorer.training.session_nights import measured_nights
    from sleepscorer.training.site_tuning import tune

    stager = Stager(options.start or DEFAULT_WEIGHTS, device=options.device)
    measured, refused = measured_nights(
        nights, stager, options.out / "measures", part_of(progress, 0.0, _SHARE_MEASURING)
    )
    for sentence in refused:
        complain(f"sleepscorer: {sentence}")
    return tune(
        stager.info,
        measured,
        options.out,
        ways=_ways(options, measured),
        recipe=replace(TUNING, seed=options.seed, n_steps=options.steps or TUNING.n_steps),
        device=choose_device(options.device),
        progress=part_of(progress, _SHARE_MEASURING, 1.0),
    )


def _table(found: "SiteTuning") -> list[str]:
    ways = list(found.tuned)
    new = ("new",) if len(ways) == 1 else tuple(_NEW[way] for way in ways)
    return compared_table(new, [found.tuned[way].comparison for way in ways])


def compared_table(new: Sequence[str], found: "Sequence[Comparison]") -> list[str]:
    """Lines of former figures beside new ones, in columns of these headings."""
    from sleepscorer.training.site_card import compared_rows

    lines = [("held-out nights", "former", *new), *compared_rows(*found)]
    widths = [max(7, *map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join([name.ljust(widths[0]), *map(str.rjust, figures, widths[1:])])
        for name, *figures in lines
    ]


def not_kept(tuned: "Tuned") -> str:
    """Why the new weights stay where they are."""
    return (
        f"the new weights are not kept: {'; '.join(tuned.reasons_against)}."
        f" The former ones stay in use; for a look, the new ones lie in {tuned.weights}"
    )
