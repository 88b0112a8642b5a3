"""A synthetic night from the start page, by keys and mouse."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from real_window import press, wait_for

from sleepscorer import simulated_files
from sleepscorer.core.errors import ExportError
from sleepscorer.files.exports import is_synthetic
from sleepscorer.gui.frame.notices import NoticeBar
from sleepscorer.gui.jobs import synthetic_night
from sleepscorer.paths import synthetic_night_path

_KEYS = Qt.Key
_ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(autouse=True)
def _short(monkeypatch) -> None:
    monkeypatch.setattr(synthetic_night, "_HOURS", 0.2)


def _button(window) -> QPushButton:
    named = {one.accessibleName(): one for one in window.findChildren(QPushButton)}
    for name in ("Try a synthetic night", "Cancel making the synthetic night"):
        if name in named:
            return named[name]
    raise AssertionError(sorted(named))


def test_a_synthetic_night_is_made_where_it_is_told_and_opened(qtbot, window):
    path = synthetic_night_path()
    said = [label.text() for label in window.findChildren(QLabel)]
    assert any(str(path.parent) in text and "nobody slept it" in text for text in said)
    window.focus_traces()
    press(qtbot, window, _KEYS.Key_T, _ALT)
    wait_for(qtbot, window, path)
    assert is_synthetic(path)
    # Nobody may take it for a person's, in the window or on a picture of the page.
    assert window.windowTitle() == "Synthetic_night.edf (synthetic) – sleepscorer"
    title = window.workspace.traces.title
    qtbot.waitUntil(lambda: title.accessibleDescription().startswith("synthetic · epoch 1/"))
    # Its true stages would be offered for import, and there would be nothing left to score.
    assert window.document.importable is None
    assert [one.name for one in path.parent.iterdir()] == ["Synthetic_night.edf"]


def test_a_second_press_opens_the_one_that_is_there(qtbot, window, monkeypatch):
    qtbot.mouseClick(_button(window), Qt.MouseButton.LeftButton)
    wait_for(qtbot, window, synthetic_night_path())
    made_ns = synthetic_night_path().stat().st_mtime_ns
    window.close_recording()
    monkeypatch.setattr(simulated_files, "write_simulated_night", None)
    qtbot.mouseClick(_button(window), Qt.MouseButton.LeftButton)
    wait_for(qtbot, window, synthetic_night_path())
    assert synthetic_night_path().stat().st_mtime_ns == made_ns


def test_making_it_tells_how_far_it_is_and_is_cancelled_by_the_same_key(qtbot, window, monkeypatch):
    monkeypatch.setattr(synthetic_night, "_HOURS", 8)
    window.focus_traces()
    press(qtbot, window, _KEYS.Key_T, _ALT)
    button = _button(window)
    qtbot.waitUntil(lambda: button.text().startswith("Making it: "))
    qtbot.waitUntil(lambda: not button.text().startswith("Making it: 0 %"), timeout=20_000)
    assert button.accessibleName() == "Cancel making the synthetic night"
    press(qtbot, window, _KEYS.Key_C, _ALT)
    qtbot.waitUntil(lambda: button.accessibleName() == "Try a synthetic night")
    qtbot.waitUntil(lambda: not window.tasks.running)
    qtbot.waitUntil(lambda: _files(synthetic_night_path().parent) == [], timeout=10_000)
    assert window.document is None


def test_opening_a_recording_ends_the_making(qtbot, window, night, monkeypatch):
    monkeypatch.setattr(synthetic_night, "_HOURS", 8)
    qtbot.mouseClick(_button(window), Qt.MouseButton.LeftButton)
    window.open_path(night)
    wait_for(qtbot, window, night)
    making = "Making a synthetic night"
    qtbot.waitUntil(lambda: making not in [task.title for task in window.tasks.running])
    qtbot.waitUntil(lambda: _files(synthetic_night_path().parent) == [], timeout=10_000)
    assert window.document.recording.path == night


def test_a_night_that_cannot_be_written_is_said(qtbot, window, monkeypatch):
    def refuse(*_args, **_options):
        raise ExportError("there is no room left on the disk", path=Path("Synthetic_night.edf"))

    monkeypatch.setattr(simulated_files, "write_simulated_night", refuse)
    qtbot.mouseClick(_button(window), Qt.MouseButton.LeftButton)
    bar = window.findChild(NoticeBar)
    qtbot.waitUntil(
        lambda: any("no room left" in label.text() for label in bar.findChildren(QLabel))
    )
    assert _button(window).accessibleName() == "Try a synthetic night"


def _files(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()] if folder.exists() else []
