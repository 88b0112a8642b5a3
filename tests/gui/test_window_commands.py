"""What the actions do, without a window: the table and the commands know the same actions."""

import ast
from pathlib import Path

import pytest
from PySide6.QtWidgets import QInputDialog, QWidget

import sleepscorer.gui
from sleepscorer.gui.actions.table import ACTIONS, BY_ID, WindowState
from sleepscorer.gui.commands import Commands
from sleepscorer.gui.dialogs.asking import WindowDialogs
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.frame.notices import NoticeBar
from sleepscorer.gui.frame.page_output import PageOutput
from sleepscorer.gui.frame.status_line import StatusLine
from sleepscorer.gui.jobs.auto_scoring import AutoScorer
from sleepscorer.gui.jobs.montage_presets import Presets
from sleepscorer.gui.process.tasks import TaskRunner

_GUI = Path(sleepscorer.gui.__file__).parent
_SIGNALS = {
    "file.close": "closing_asked",
    "file.quit": "quitting_asked",
    "help.contents": "help_asked",
    "view.traces": "traces_asked",
    "view.stages_3": "machine_view_asked",
}


@pytest.fixture
def over(qtbot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def dialogs(over, settings) -> WindowDialogs:
    tasks = TaskRunner(over)
    current = CurrentRecording(settings, tasks, over)
    return WindowDialogs(current, settings, tasks, Presets(tasks, over), over)


@pytest.fixture
def commands(over, settings, dialogs) -> Commands:
    """Of a window that has nothing open."""
    tasks = TaskRunner(over)
    current = CurrentRecording(settings, tasks, over)
    return Commands(
        current,
        settings,
        status=StatusLine(tasks, over),
        notices=NoticeBar(over),
        dialogs=dialogs,
        auto_scorer=AutoScorer(tasks, over),
        presets=Presets(tasks, over),
        page_output=PageOutput(current, settings, over),
        parent=over,
    )


def test_every_action_does_something_and_nothing_else_is_done(commands):
    by_id, switches = commands._by_id, commands._switches
    assert set(by_id) | set(switches) == set(BY_ID)
    assert not set(by_id) & set(switches)
    assert all(BY_ID[action_id].checkable for action_id in switches)


@pytest.mark.parametrize(("action_id", "signal"), _SIGNALS.items())
def test_what_others_do_is_asked_of_them(commands, action_id, signal):
    asked = []
    getattr(commands, signal).connect(lambda: asked.append(signal))
    commands.run(action_id, False)
    assert asked == [signal]


def test_panels_are_asked_for_by_name_and_floating_by_whether_it_is_wanted(commands):
    asked: list[str | bool] = []
    commands.panel_asked.connect(asked.append)
    commands.floating_asked.connect(asked.append)
    for action_id, checked in (("view.epoch", False), ("view.float", True), ("view.float", False)):
        commands.run(action_id, checked)
    assert asked == ["epoch", True, False]


def test_what_needs_a_recording_does_nothing_without_one(commands, dialogs, monkeypatch):
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("", False))
    need = [spec for spec in ACTIONS if not spec.enabled(WindowState())]
    assert len(need) > 50
    for spec in need:
        commands.run(spec.id, spec.checkable)
    assert dialogs.dialog is None


def test_only_the_window_and_who_starts_it_know_the_window():
    named = set()
    for path in _GUI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = {getattr(node, name, None) for name in ("id", "attr", "name", "value")}
            if "MainWindow" in names:
                named.add(path.name)
    assert named == {"main_window.py", "app.py"}


def test_jobs_have_no_widgets():
    for path in (_GUI / "jobs").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("PySide6"):
                assert node.module == "PySide6.QtCore", path
            elif isinstance(node, ast.Import):
                assert not [one.name for one in node.names if "PySide6" in one.name], path
