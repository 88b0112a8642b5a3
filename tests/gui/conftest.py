"""What every test of the window relies on: no screen, no person's settings, nothing left over."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread, QtMsgType, qInstallMessageHandler
from real_window import open_in, settings_in, show_window, write_night
from shiboken6 import isValid

from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.process.tasks import wait_for_threads
from sleepscorer.gui.settings import SettingsFile

_KNOWN_NOISE = (
    "This plugin does not support propagateSizeHints()",
    "This plugin does not support raise()",
    "This plugin does not support grabbing the keyboard",
)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, logs and montages of this test go to a folder of its own."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "own" / name))
    monkeypatch.setenv("APPDATA", str(tmp_path / "own" / "APPDATA"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "own" / "LOCALAPPDATA"))


@pytest.fixture(autouse=True)
def _no_qt_warnings(qapp: object) -> Iterator[None]:
    """A warning of Qt fails the test that caused it."""
    said: list[str] = []

    def note(kind: QtMsgType, _context: object, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and text not in _KNOWN_NOISE:
            said.append(text)

    before = qInstallMessageHandler(note)
    yield
    qInstallMessageHandler(before)
    assert said == []


@pytest.fixture(scope="session", autouse=True)
def _imports_are_no_garbage() -> None:
    """Spare each collection what the imports made: looking through it takes most of a test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _garbage_on_this_thread(qapp: object) -> Iterator[None]:
    """Collect as the program does: a window collected on another thread crashes it.

    A QThread that still runs after the test fails it.
    """
    gc.disable()
    yield
    # As the program does at its end: a busy machine takes longer than a window waits.
    wait_for_threads(10.0)
    gc.collect()
    running = [
        type(thread).__name__
        for thread in gc.get_objects()
        # type() and not isinstance(): that would wake lazy objects of other libraries.
        if issubclass(type(thread), QThread) and isValid(thread) and thread.isRunning()
    ]
    gc.enable()
    # The main thread has a QThread that is no subclass.
    assert [name for name in running if name != "QThread"] == []


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half an hour of four derivations; a module that needs another night has its own."""
    folder = tmp_path_factory.mktemp("night")
    return write_night(folder / "Night.edf", "F4-M1", "C4-M1", "E1-M2", "E2-M2", hours=0.5)


@pytest.fixture
def settings(tmp_path: Path) -> SettingsFile:
    """Settings of this test; sessions are kept in its folder."""
    return settings_in(tmp_path)


@pytest.fixture
def window(qtbot, settings: SettingsFile) -> Iterator[MainWindow]:
    """The real window without a recording."""
    window = show_window(qtbot, settings)
    yield window
    window.close()


@pytest.fixture
def opened(qtbot, window: MainWindow, night: Path) -> MainWindow:
    """The real window with the night."""
    return open_in(qtbot, window, night)
