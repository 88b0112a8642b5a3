"""What every test can use."""

import json
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module, metadata
from pathlib import Path

import pytest

from sleepscorer.staging import stagers as stagers_module
from sleepscorer.staging.programs import programs_file

# A shell that starts the tests in the background has them ignore Ctrl-C, which some of them press.
signal.signal(signal.SIGINT, signal.default_int_handler)


def _why_qt_fails() -> str:
    try:
        import_module("PySide6.QtWidgets")
    except ImportError as error:
        return str(error)
    return ""


# On a machine without the system libraries of Qt everything but the window is still tested; the
# plugin would end the run there, so it is loaded here and not by itself.
_QT_FAILS = _why_qt_fails()
pytest_plugins = [] if _QT_FAILS else ["pytestqt.plugin"]
collect_ignore = ["gui"] if _QT_FAILS else []


def pytest_report_header() -> str:
    """Say what is left out."""
    if not _QT_FAILS:
        return ""
    return f"NOT TESTED: the window, because Qt can't be loaded ({_QT_FAILS}); see CONTRIBUTING.md"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests that train for minutes be asked for."""
    parser.addoption("--long", action="store_true", help="run the tests that train networks, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes minutes, where nobody asked for it."""
    if config.getoption("--long"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in set(long)]


_DATA = Path(os.environ.get("SLEEPSCORER_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(autouse=True)
def _no_own_stagers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that the developer trained, and programs to ask, are no part of a test."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "own" / name))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real recordings: SLEEPSCORER_DATA, else ../shared/data beside the checkout."""
    if not _DATA.is_dir():
        pytest.skip(f"real recordings not found in {_DATA}; set SLEEPSCORER_DATA")
    return _DATA


@pytest.fixture
def offer_stagers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Install a package that offers stagers: ``offer_stagers(calm="other_stagers:Calm")``.

    What is offered by the packages that are really installed is not seen meanwhile.
    """

    def offer(**stagers: str) -> None:
        site = tmp_path / "site"
        package = site / "others-1.0.dist-info"
        package.mkdir(parents=True)
        (package / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1.0\n")
        lines = "\n".join(f"{name} = {place}" for name, place in stagers.items())
        (package / "entry_points.txt").write_text(f"[sleepscorer.stagers]\n{lines}\n")
        found = [
            entry
            for distribution in metadata.distributions(path=[str(site)])
            for entry in distribution.entry_points
        ]
        monkeypatch.setattr(
            stagers_module, "entry_points", lambda *, group: [e for e in found if e.group == group]
        )

    return offer


@pytest.fixture
def name_program() -> Callable[..., Path]:
    """Name a program that stages a night: ``name_program("good", 24)``; see stager_program.py.

    It is called ``prog`` and ``Prog 1.0``.
    """

    def name(way: str, n_epochs: int, *, minutes: float = 1.0, extra: str = "") -> Path:
        script = Path(__file__).with_name("stager_program.py")
        command = [sys.executable, str(script), way, str(n_epochs)]
        command += ["{recording}", "{output}", "{eeg}"]
        path = programs_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        # Texts of JSON are texts of TOML.
        path.write_text(
            f'[prog]\ntitle = "Prog 1.0"\ncommand = {json.dumps(command)}\n'
            f"time_limit_min = {minutes}\n{extra}",
            encoding="utf-8",
        )
        return path

    return name
