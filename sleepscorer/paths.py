"""Where the program's own data lie: in a checkout, in an installed wheel, in a frozen program."""

import contextlib
import sys
from pathlib import Path

from platformdirs import user_data_path


def _data_root() -> Path:
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen)
    package = Path(__file__).resolve().parent
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent


def make_private_folder(folder: Path) -> None:
    """Make a folder that is this person's alone, and those above it, where it does not exist.

    Raises
    ------
    OSError
        If that is not possible.
    """
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif folder.stat().st_mode & 0o077:
        # Of versions that left it to the umask; a disk without permissions is no reason to fail.
        with contextlib.suppress(OSError):
            folder.chmod(0o700)


def resource(*parts: str) -> Path:
    """Path of a file under ``resources/``."""
    return _data_root().joinpath("resources", *parts)


def models_folder() -> Path:
    """The folder holding one sub-folder for each set of weights that comes with the program."""
    return _data_root() / "models"


def own_models_folder() -> Path:
    """The like folder of this person, for weights that were trained here; it need not exist."""
    return user_data_path("sleepscorer", appauthor=False) / "models"


def synthetic_night_path() -> Path:
    """The night of nobody that this person can try the program with; it need not exist."""
    return user_data_path("sleepscorer", appauthor=False) / "synthetic" / "Synthetic_night.edf"
