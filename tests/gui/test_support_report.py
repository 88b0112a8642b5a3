"""The report for support: what it says, what it never says, and that it is read first."""

import getpass
import platform
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel, QPlainTextEdit, QPushButton
from real_window import dialog_of, open_in, press

from sleepscorer import __version__
from sleepscorer.gui.dialogs.support_report import SupportDialog
from sleepscorer.gui.process.support import support_report
from sleepscorer.gui.settings import Settings
from sleepscorer.logs import LOGGER, start_logging


@pytest.fixture
def log(monkeypatch):
    """A log of this test, told line by line."""
    monkeypatch.setattr(LOGGER, "handlers", [])
    start_logging()
    yield LOGGER
    for handler in LOGGER.handlers:
        handler.close()


def opened_report(qtbot, window) -> SupportDialog:
    window.actions_of["help.support"].trigger()
    return dialog_of(qtbot, window, SupportDialog)


def box_of(dialog) -> QPlainTextEdit:
    return next(iter(dialog.findChildren(QPlainTextEdit)))


def button_of(dialog, name: str) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.accessibleName() == name)


def said_of(dialog) -> str:
    labels = dialog.findChildren(QLabel)
    return next(one.text() for one in labels if one.accessibleName().startswith("What was done"))


def test_it_tells_versions_system_and_every_setting(qtbot, window):
    window.settings.set(theme="dark", page_length_s=60, own_keys={"go.next": ("Right", "J")})
    text = box_of(opened_report(qtbot, window)).toPlainText()
    for wanted in (
        f"sleepscorer {__version__}",
        f"Python {platform.python_version()}",
        "torch ",
        platform.platform(),
        "scale 1",
        "theme: dark",
        "page_length_s: 60",
        "own_keys: go.next Right or J",
        "session_folder: set",
        "scorer: not set",
    ):
        assert wanted in text
    assert [f.name for f in fields(Settings) if f"\n{f.name}: " not in text] == []


def test_it_names_no_person_no_file_and_no_folder(qtbot, window, night, tmp_path, log):
    window.settings.set(scorer="Dr Adelheid Zwack", montage="Night of Miller")
    open_in(qtbot, window, night)
    log.error("bug: %s in %s by Adelheid", night, Path.home() / "patients")
    log.error("Dr Adelheid Zwack on %s", platform.node())
    text = box_of(opened_report(qtbot, window)).toPlainText()
    for name in (
        "Adelheid Zwack", "Miller", str(night), night.name, night.stem, str(tmp_path),
        str(Path.home()), getpass.getuser(), platform.node(),
    ):  # fmt: skip
        assert name.casefold() not in text.casefold(), name
    assert "bug: …" in text


@pytest.mark.parametrize("secret", ["X. Meier", "/nights/X. Meier"])
def test_no_text_of_a_setting_is_told_unless_it_is_listed(secret, qapp):
    """Those that a later version adds are withheld, too."""
    texts = {f.name: secret for f in fields(Settings) if isinstance(f.default, str)}
    told = {"theme", "key_profile", "device"}
    settings = replace(
        Settings(), recent_files=(secret,), **{k: v for k, v in texts.items() if k not in told}
    )
    assert secret not in support_report(settings)


def test_it_is_read_and_changed_before_it_leaves(qtbot, window):
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    dialog = opened_report(qtbot, window)
    assert clipboard.text() == ""
    box = box_of(dialog)
    box.setFocus()
    box.moveCursor(box.textCursor().MoveOperation.Start)
    qtbot.keyClicks(box, "It hangs. ")
    copy = button_of(dialog, "Copy the report")
    press(qtbot, window, "\t")
    copy.setFocus()
    press(qtbot, window, " ")
    assert clipboard.text() == box.toPlainText()
    assert clipboard.text().startswith("It hangs. Program\n")
    assert said_of(dialog) == "Copied."
    clipboard.clear()


def test_it_is_saved_where_somebody_says(qtbot, window, tmp_path, monkeypatch):
    path = tmp_path / "report.txt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    dialog = opened_report(qtbot, window)
    save = button_of(dialog, "Save the report")
    save.setFocus()
    press(qtbot, window, " ")
    assert path.read_text(encoding="utf-8") == box_of(dialog).toPlainText()
    assert said_of(dialog) == "Saved as report.txt."
    path.unlink()
    path.mkdir()
    press(qtbot, window, " ")
    assert "the report can't be written" in said_of(dialog)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    press(qtbot, window, " ")
    assert "the report can't be written" in said_of(dialog)


def test_it_has_the_end_of_the_log_only(qapp, log):
    for number in range(200):
        log.error("line %d.", number)
    lines = support_report(Settings()).split("End of the log\n")[1].splitlines()
    assert [line.rsplit(" ", 1)[1] for line in lines] == [f"{n}." for n in range(140, 200)]


def test_it_imports_no_torch():
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from sleepscorer.gui.settings import Settings;"
        "from sleepscorer.gui.process.support import support_report;"
        "assert 'torch 2' in support_report(Settings()); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
