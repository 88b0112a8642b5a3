"""``sleepscorer models``: what stages nights here, and adding, fetching and removing it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sleepscorer.cli.output import complain, say
from sleepscorer.cli.progress import progress_bar
from sleepscorer.core.errors import SleepScorerError, UsageError
from sleepscorer.core.wording import counted

if TYPE_CHECKING:
    from torch import Tensor

    from sleepscorer.staging.checkpoint import WeightsInfo
    from sleepscorer.staging.robust_sleep_net.public_weights import PublicNet


def run_models(options: argparse.Namespace) -> int:
    """Do what was asked of the models: list, add, fetch or remove."""
    actions = {"add": _add_models, "fetch": _fetch_models, "remove": _remove_models}
    return actions.get(options.action, _list_models)(options)


def _list_models(options: argparse.Namespace) -> int:
    """Print the weights and the other stagers that are installed, and how to get others."""
    from sleepscorer.staging.checkpoint import available_weights
    from sleepscorer.staging.offered_weights import why_not_offered
    from sleepscorer.staging.robust_sleep_net.installed import check_weights
    from sleepscorer.staging.robust_sleep_net.tuned_here import check_tuned

    weights = available_weights()
    if not weights:
        raise SleepScorerError("no weights are installed", hint="install sleepscorer again")
    others = []
    for info in weights:
        if isinstance(info, SleepScorerError):
            complain(f"sleepscorer: {info}")
        elif why := why_not_offered(info):
            others.append((info, why))
        else:
            say(*_told(info))
    if others and options.all:
        say("not offered, but to be had by their names")
        for info, why in others:
            say(*(f"  {line}" for line in (*_told(info), f"  {why}")))
    elif others:
        say(f"not offered: {counted(len(others), 'other')}; see: sleepscorer models --all")
    for check in (check_weights, check_tuned):
        try:
            check()
        except SleepScorerError as error:
            complain(f"sleepscorer: {error}")
    say(*_other_stagers(), *_site_choice())
    return 0


def _told(info: "WeightsInfo") -> tuple[str, ...]:
    from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS

    told = (info.summary, f"SHA-256 {info.sha256}", str(info.folder))
    default = " (default)" if info.name == DEFAULT_WEIGHTS else ""
    return (f"{info.name}{default}", *(f"  {text}" for text in told))


def _other_stagers() -> list[str]:
    """What ``score --stagers`` and ``--second-opinion`` know."""
    from sleepscorer.staging.robust_sleep_net.tuned_here import tuned_weights
    from sleepscorer.staging.stagers import how_to_get_others, not_offered, offered_stagers

    for fault in not_offered():
        complain(f"sleepscorer: {fault}")
    offered = offered_stagers()
    tuned = {one.name: one for one in tuned_weights()}
    listed = []
    for one in offered:
        listed.append(f"  {one.name}: {one.title}")
        if one.name in tuned:
            listed.append(f"    {tuned[one.name].summary}")
            listed.append(f"    {tuned[one.name].folder}")
    listed = listed or ["  none"]
    others = [f"  to get {how}" for how in how_to_get_others(offered)]
    return ["other stagers, for --second-opinion and --stagers", *listed, *others]


def _site_choice() -> list[str]:
    """What ``score --site`` takes; nothing where nothing was validated here."""
    from sleepscorer.cli.site_choice import site_choice_lines
    from sleepscorer.pipeline import read_site_choice

    try:
        site = read_site_choice()
    except SleepScorerError as error:
        complain(f"sleepscorer: {error}")
        return []
    return [] if site is None else list(site_choice_lines(site))


def _add_models(options: argparse.Namespace) -> int:
    """Add the public weights that lie in a file, a folder or a ZIP archive."""
    from sleepscorer.staging.robust_sleep_net.public_weights import find_public_files, tensors_of

    path: Path = options.path
    with progress_bar(path.name) as progress:
        found = find_public_files(path, progress)
    return _add({net: tensors_of(content, path) for net, content in found.items()})


def _fetch_models(options: argparse.Namespace) -> int:
    """Download the public weights of a stager and add them."""
    from sleepscorer.staging.robust_sleep_net.download import fetch_public_files
    from sleepscorer.staging.robust_sleep_net.installed import NAME
    from sleepscorer.staging.robust_sleep_net.public_weights import tensors_of

    if options.name != NAME:
        raise UsageError(f"nothing called {options.name!r} can be fetched", hint=f"there is {NAME}")
    with progress_bar(NAME) as progress:
        found = fetch_public_files(progress)
    return _add({net: tensors_of(content) for net, content in found.items()})


def _remove_models(options: argparse.Namespace) -> int:
    """Delete weights that were added or trained here."""
    from sleepscorer.staging.checkpoint import remove_own_weights
    from sleepscorer.staging.robust_sleep_net.installed import NAME, remove_weights
    from sleepscorer.staging.robust_sleep_net.tuned_here import tuned_names

    theirs = options.name in (NAME, *tuned_names())
    folder = (remove_weights if theirs else remove_own_weights)(options.name)
    say(f"removed {folder}")
    return 0


def _add(nets: "dict[PublicNet, dict[str, Tensor]]") -> int:
    from sleepscorer.staging.robust_sleep_net.installed import NAME, add_weights

    installed = add_weights(nets)
    say(
        f"{installed.title} is installed; ask it with: score --second-opinion {NAME},"
        f" or in a consensus with: score --stagers sleepscorer,{NAME} --consensus",
        f"  networks {', '.join(installed.nets)}",
        f"  SHA-256 {installed.sha256}",
        f"  whose work it is, and the licence: {installed.card}",
    )
    return 0
