"""``sleepscorer evaluate``: weights on held-out nights, all stagers on raw recordings."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sleepscorer.cli.output import complain, say
from sleepscorer.cli.progress import progress_bar
from sleepscorer.core.errors import UsageError
from sleepscorer.core.staging_result import OWN_STAGER

if TYPE_CHECKING:
    from sleepscorer.staging.stager import Stager
    from sleepscorer.staging.stagers import Offered
    from sleepscorer.training.raw_comparison import AskedStager


def evaluate_weights(options: argparse.Namespace) -> int:
    """Judge weights and stagers by everything that a folder holds; print and write the tables."""
    from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, shipped_weights

    others = _others(options.stagers)
    names = options.weights or [info.name for info in shipped_weights()]
    if options.results is not None:
        # What is in the way is said before the work, which takes half an hour.
        _check_targets(options.results, names, force=options.force)
    # torch takes a second to import.
    from sleepscorer.staging.stager import Stager
    from sleepscorer.training.judging import judge, judge_as_short
    from sleepscorer.training.raw_comparison import compare_on_raw
    from sleepscorer.training.results import bars, results_text

    judged = []
    stagers = {}
    for name in names:
        stager = Stager(name, device="cpu")
        stagers[stager.info.name] = stager
        with progress_bar(name, quiet=options.quiet) as progress:
            judged.append(judge(stager, options.data, progress=progress))
    judged.sort(key=lambda one: (one.name != DEFAULT_WEIGHTS, one.name))
    main = judged[0]
    asked = _asked([stagers[one.name] for one in judged], others)
    with progress_bar("raw recordings", quiet=options.quiet) as progress:
        raw = compare_on_raw(asked, options.data, reference=main.name, progress=progress)
    crops = judge_as_short(stagers[main.name], options.data, raw.stages)
    text = results_text(judged, raw, crops)
    if options.results is not None:
        from sleepscorer.training.results import write_results

        write_results(options.results, text, judged, raw, force=options.force)
    if not options.quiet:
        say(*text.splitlines())
    missed = [name for name, _, reached in bars(main, raw) if not reached]
    if missed:
        complain(f"sleepscorer: {main.name} misses: {'; '.join(missed)}")
    return 0


def _others(listed: str | None) -> "tuple[Offered, ...]":
    """The stagers to judge beside the weights: those named, or else all that are installed."""
    from sleepscorer.staging.stagers import how_to_get_others, offered_stager, offered_stagers

    if listed is None:
        offered = offered_stagers()
        for title, _, how in (one.partition(": ") for one in how_to_get_others(offered)):
            complain(f"sleepscorer: {title} is not installed ({how}): left out")
        return offered
    names = [name.strip() for name in listed.split(",") if name.strip()]
    if not names:
        raise UsageError("--stagers names nothing", hint="see: sleepscorer models")
    if len(set(names)) < len(names):
        raise UsageError("a stager is named twice", hint="name each once")
    # Our own is judged with each of the weights.
    return tuple(offered_stager(name) for name in names if name != OWN_STAGER)


def _asked(stagers: "Sequence[Stager]", others: "Sequence[Offered]") -> "list[AskedStager]":
    """All of them; the first weights and the stagers of others are those of the consensus."""
    from sleepscorer.training.raw_comparison import AskedStager

    own = [
        AskedStager(
            name=stager.info.name,
            title=f"`{stager.info.name}`",
            stage=stager.stage,
            in_consensus=stager is stagers[0],
            is_own=True,
        )
        for stager in stagers
    ]
    return [
        *own,
        *(AskedStager(one.name, one.title, one.stage, in_consensus=True) for one in others),
    ]


def _check_targets(results: Path, names: Sequence[str], *, force: bool) -> None:
    from sleepscorer.files.verified_write import check_targets
    from sleepscorer.training.results import card_beside, is_own_result, planned_files

    if not results.parent.is_dir():
        raise UsageError("there is no such folder", path=results.parent, hint="make it first")
    check_targets([results], force=force, is_own=is_own_result)
    cards = (card for name in names if (card := card_beside(results, Path(name).name)))
    check_targets([*planned_files(results), *cards], force=force, is_own=is_own_result)
