"""Where the program's own data lie: in a checkout, in an installed wheel, in a frozen program."""

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


def resource(*parts: str) -> Path:
    """Path of a file under ``resources/``."""
    return _data_root().joinpath("resources", *parts)


def models_folder() -> Path:
    """The folder holding one sub-folder for each set of weights that comes with the program."""
    return _data_root() / "models"


def own_models_folder() -> Path:
    """The like folder of this person, for weights that were trained here; it need not exist."""
    return user_data_path("sleepscorer", appauthor=False) / "models"
