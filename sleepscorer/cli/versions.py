"""``sleepscorer --version``: which program this is, and of what it is made."""

import argparse
import json
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from sleepscorer import __version__
from sleepscorer.cli.output import say

_PARTS = {
    "torch": "torch",
    # Qt for Python has the number of the Qt inside.
    "qt": "PySide6_Essentials",
    "mne": "mne",
    "numpy": "numpy",
    "scipy": "scipy",
    "pandas": "pandas",
    "yasa": "yasa",
}


def say_version(options: argparse.Namespace) -> int:
    """Print the version in a line, or those of all parts for a program that asks."""
    if not options.all_versions:
        say(f"sleepscorer {__version__}")
        return 0
    say(*json.dumps(_all_versions(), indent=2).splitlines())
    return 0


def _all_versions() -> dict[str, object]:
    """Versions by part, None where it is not installed; SHA-256 of the weights by name."""
    from sleepscorer.core.errors import SleepScorerError
    from sleepscorer.staging.checkpoint import available_weights

    weights = {
        info.name: info.file_sha256
        for info in available_weights()
        if not isinstance(info, SleepScorerError)
    }
    return {
        "sleepscorer": __version__,
        "is_frozen": hasattr(sys, "_MEIPASS"),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: _version(distribution) for name, distribution in _PARTS.items()},
        "weights": weights,
    }


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
