"""Weights that were tuned to a site: a folder beside the public ones, and a stager of its name.

Their files are those of the public ones (:mod:`sleepscorer.staging.robust_sleep_net.installed`).
"""

from contextlib import suppress
from pathlib import Path

from sleepscorer import paths
from sleepscorer.core.errors import WeightsError, WeightsNameTaken
from sleepscorer.staging.checkpoint import keep_once
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
    if name == NAME:
        raise WeightsNameTaken(f"{NAME} are the public weights, and stay so")
    known = {weights.name: weights.sha256 for weights in tuned_weights()}
    kept = keep_once(
        folder,
        name,
        sha256=new.sha256,
        known=known,
        stem=f"{NAME}-site",
        taken=tuned_names(),
    )
    return read_weights(paths.own_models_folder() / kept)
