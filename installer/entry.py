"""Where the frozen program starts: the command line, or the window by the name of the program."""

import sys
from pathlib import Path

if sys.platform == "win32":
    # Loaded after Qt's libraries, those of torch are not found.
    import torch  # noqa: F401

from sleepscorer.cli import main

_WINDOW = "sleepscorer-gui"


def _arguments() -> list[str]:
    """Return what was typed; the program with the window opens what it is given."""
    if Path(sys.argv[0]).stem.lower() == _WINDOW:
        return ["open", *sys.argv[1:]]
    return sys.argv[1:]


if __name__ == "__main__":
    sys.exit(main(_arguments()))
