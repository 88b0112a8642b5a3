"""``--scored``: what somebody says was scored in the whole night."""

import argparse

from sleepscorer.core.errors import UsageError
from sleepscorer.core.event_kinds import EventFamily

SCORED_NAMES = {
    "arousals": EventFamily.AROUSAL,
    "respiratory": EventFamily.RESPIRATORY,
    "limbs": EventFamily.MOVEMENT,
    "desaturations": EventFamily.OXIMETRY,
    "cardiac": EventFamily.CARDIAC,
}
"""As people type them."""


def add_scored(parser: argparse.ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument(
        "--scored",
        metavar="LIST",
        help=f"all of these are marked, count them: {', '.join(SCORED_NAMES)}, with commas",
    )


def scored_of(options: argparse.Namespace) -> frozenset[EventFamily]:
    """Return the families that were named.

    Raises
    ------
    UsageError
        If a name is not known.
    """
    names = [name.strip().casefold() for name in (options.scored or "").split(",")]
    unknown = [name for name in names if name and name not in SCORED_NAMES]
    if unknown:
        raise UsageError(
            f"--scored {unknown[0]} is not known", hint=f"there are {', '.join(SCORED_NAMES)}"
        )
    found = {SCORED_NAMES[name] for name in names if name}
    if getattr(options, "arousals_scored", False):
        found.add(EventFamily.AROUSAL)
    return frozenset(found)
