"""Weights that were tuned to a site: a folder beside the public ones, and a stager of its name.

Their files are those of the public ones (:mod:`sleepscorer.staging.robust_sleep_net.installed`).
"""

from contextlib import suppress
from itertools import count
from pathlib import Path

from sleepscorer import paths
from sleepscorer.core.errors import WeightsError, WeightsNameTaken
from sleepscorer.staging.checkpoint import copy_to_own
from sleepscorer.staging.robust_sleep_net.installed import (
    NAME,
    InstalledWeights,
    check_whole,
    is_there,
    load_networks,
    read_weights,
)


def tuned_names() -> tuple[str, ...]:
    """Of the stagers whose weights were tuned here, damaged or not."""
    try:
        folders = sorted(paths.own_models_folder().iterdir())
    except OSError:
        # It is not there yet, or may not be looked into.
        return ()
    # A dot begins what is still being written.
    return tuple(
        one.name for one in folders if one.name != NAME and one.name[0] != "." and is_there(one)
    )


def tuned_weights() -> tuple[InstalledWeights, ...]:
    """Those that were tuned here and can be read, by name."""
    found = []
    for name in tuned_names():
        with suppress(WeightsError):
            found.append(read_weights(paths.own_models_folder() / name))
    return tuple(found)


def check_tuned() -> None:
    """Look whether all of them are whole.

    Raises
    ------
    WeightsError
        Of the first that are damaged.
    """
    for name in tuned_names():
        check_whole(read_weights(paths.own_models_folder() / name))


def keep_tuned(folder: Path, name: str | None = None) -> InstalledWeights:
    """Copy weights that were tuned here to the person's own: a stager of its own has them.

    Parameters
    ----------
    folder
        Holds the files; nothing in it changes.
    name
        Of the stager. None takes the first of robust-sleep-net-site-1 and so on that is free.

    Returns
    -------
    The weights as they now lie there; of the same content they are not added twice.

    Raises
    ------
    WeightsError
        If the name is taken or they can't be written.
    """
    new = read_weights(folder)
    load_networks(new)
    for known in tuned_weights():
        if known.sha256 == new.sha256 and name in (None, known.name):
            return known
    if name is None:
        taken = tuned_names()
        name = next(free for n in count(1) if (free := f"{NAME}-site-{n}") not in taken)
    if name == NAME:
        raise WeightsNameTaken(f"{NAME} are the public weights, and stay so")
    return read_weights(copy_to_own(folder, name))
