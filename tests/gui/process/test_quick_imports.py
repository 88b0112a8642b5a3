"""What the window has imported, and read, when the first page is on the screen."""

import os
import subprocess
import sys

import pytest
from real_window import write_night

from sleepscorer.gui.process.quick_imports import import_quickly

_FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "APPDATA")
_SHOWS = """
import linecache, sys
from sleepscorer.cli.main import main
from sleepscorer.gui.process.quick_imports import import_quickly
import_quickly()
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

application = QApplication([])
timer = QTimer(interval=5)

def look():
    for window in application.topLevelWidgets():
        panes = getattr(window, "workspace", None)
        if panes is not None and panes.traces.is_current:
            timer.stop()
            heavy = {"torch", "pyqtgraph", "scipy.signal", "openpyxl", "mne", "pandas"}
            print("heavy", sorted(heavy & set(sys.modules)))
            room = "sleepscorer.gui.dialogs."
            print("dialogs", *sorted(n.removeprefix(room) for n in sys.modules if room in n))
            n_lines = sum(len(entry[2]) for entry in linecache.cache.values() if len(entry) > 1)
            print("lines", n_lines)
            application.exit()

timer.timeout.connect(look)
timer.start()
main(["open", sys.argv[1]])
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("start")
    night = write_night(folder / "night.edf", "C4-M1", "E1-M2", hours=0.05)
    done = subprocess.run(
        [sys.executable, "-c", _SHOWS, str(night)],
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(folder)} | {name: str(folder) for name in _FOLDERS},
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def test_the_first_page_waits_for_no_heavy_library(shown):
    assert shown["heavy"] == "[]"


def test_no_dialog_is_imported_before_it_is_asked_for(shown):
    assert shown["dialogs"].split() == ["asking", "one_dialog", "settings_exchange"]


def test_the_source_of_what_is_imported_is_not_read(shown):
    # Python itself reads some thousands; those of all that is imported are a quarter of a million.
    assert int(shown["lines"]) < 20_000


def test_without_the_hook_of_qt_nothing_is_changed(monkeypatch):
    hook = sys.modules["shibokensupport.feature"]
    monkeypatch.delattr(hook, "_mod_uses_pyside")
    import_quickly()
    assert not hasattr(hook, "_mod_uses_pyside")
