"""Fixtures: two short nights in the folder of a test, and sessions that lie beside them."""

import shutil
from pathlib import Path

import pytest
from real_window import write_night

from sleepscorer.gui.settings import SettingsFile


@pytest.fixture
def settings(tmp_path) -> SettingsFile:
    """Sessions lie beside their recordings."""
    return SettingsFile(tmp_path / "settings.json")


@pytest.fixture(scope="module")
def nights(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("nights")
    labels = ("C4-M1", "E1-M2")
    return (
        write_night(folder / "a.edf", *labels, hours=0.1),
        write_night(folder / "b.edf", *labels, hours=0.2),
    )


@pytest.fixture
def a(tmp_path, nights) -> Path:
    return Path(shutil.copy(nights[0], tmp_path / "a.edf"))


@pytest.fixture
def b(tmp_path, nights) -> Path:
    return Path(shutil.copy(nights[1], tmp_path / "b.edf"))
