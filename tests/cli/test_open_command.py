import builtins
import os
import signal
import subprocess
import sys
import time

import pytest

from sleepscorer.cli import main
from sleepscorer.cli.window import has_screen, somebody_is_watching


@pytest.fixture
def offscreen(monkeypatch, tmp_path):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def test_a_missing_file_is_said_in_one_line(offscreen, capsys, tmp_path):
    assert main(["open", str(tmp_path / "no.edf")]) == 2
    said = capsys.readouterr().err
    assert said == f"sleepscorer: {tmp_path / 'no.edf'}: there is no such file\n"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a screen")
def test_no_screen_is_said_in_one_line(monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert not has_screen()
    assert not somebody_is_watching()
    assert main(["open"]) == 2
    assert capsys.readouterr().err.startswith("sleepscorer: there is no screen")


def test_a_missing_pyside_is_said_in_one_line(offscreen, monkeypatch, capsys):
    real_import = builtins.__import__

    def without_pyside(name, *args, **kwargs):
        if name.startswith(("PySide6", "sleepscorer.gui")):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_pyside)
    assert main(["open"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "install PySide6-Essentials" in said


_SHOW = """
import sys
from PySide6.QtCore import QTimer
from sleepscorer.gui import main_window

class Window(main_window.MainWindow):
    def showEvent(self, event):
        super().showEvent(event)
        print("torch" in sys.modules, "mne" in sys.modules, flush=True)

main_window.MainWindow = Window
from sleepscorer.cli import main
sys.exit(main(["open"]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send")
def test_the_window_is_shown_before_torch_is_imported_and_ends_when_asked_to(offscreen):
    process = subprocess.Popen(
        [sys.executable, "-c", _SHOW], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout.readline() == "False False\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
