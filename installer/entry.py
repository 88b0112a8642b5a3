"""Where the frozen program starts: the command line, or the window by the name of the program."""

import multiprocessing
import os
import sys
from pathlib import Path

import plain_numba

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


def _give_back_library_path() -> None:
    """Other programs that we start are to find their own libraries, not ours."""
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.modules["numba"] = plain_numba
    if sys.platform.startswith("linux"):
        _give_back_library_path()
    sys.exit(main(_arguments()))
