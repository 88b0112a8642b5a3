"""The status line follows the work that a person waits for, and no other."""

import threading
from collections.abc import Iterator

import pytest

from sleepscorer.core.progress import Progress
from sleepscorer.gui.frame.status_line import StatusLine
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.process.time_left import Pace


@pytest.fixture
def tasks(qtbot) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.stop_all()


def _progress_shown(status: StatusLine) -> str:
    return status._text.text() if status._bar.isVisibleTo(status) else ""


def test_quiet_work_is_not_followed_and_hides_no_other(qtbot, tasks) -> None:
    status = StatusLine(tasks)
    qtbot.addWidget(status)
    gates = {name: threading.Event() for name in ("Copying", "Looking", "Counting")}

    def begin(name: str, *, quiet: bool) -> None:
        def work(progress: Progress) -> None:
            while not gates[name].wait(0.01):
                progress(0.0, name)

        tasks.start(name, work, quiet=quiet)

    begin("Looking", quiet=True)
    assert _progress_shown(status) == ""
    begin("Copying", quiet=False)
    begin("Counting", quiet=False)
    gates["Counting"].set()
    qtbot.waitUntil(lambda: len(tasks.running) == 2)
    assert _progress_shown(status).startswith("Copying")
    gates["Copying"].set()
    qtbot.waitUntil(lambda: len(tasks.running) == 1)
    assert _progress_shown(status) == ""
    gates["Looking"].set()
    qtbot.waitUntil(lambda: not tasks.running)


def test_reading_the_montages_again_shows_no_progress(qtbot, opened) -> None:
    qtbot.waitUntil(lambda: not opened.tasks.running, timeout=20_000)
    opened.presets.read_again()
    assert [task.title for task in opened.tasks.running] == ["Reading the montages"]
    assert _progress_shown(opened.status) == ""
    qtbot.waitUntil(lambda: not opened.tasks.running)


def test_the_time_left_is_shown_once_it_can_be_relied_on(qtbot, tasks, monkeypatch) -> None:
    status = StatusLine(tasks)
    qtbot.addWidget(status)
    left_s: list[float | None] = [None]
    monkeypatch.setattr(Pace, "time_left_s", property(lambda _pace: left_s[0]))
    gate = threading.Event()

    def work(progress: Progress) -> None:
        while not gate.wait(0.01):
            progress(0.25, "")

    tasks.start("Copying", work)
    qtbot.waitUntil(lambda: _progress_shown(status) == "Copying 25 %")
    left_s[0] = 12.6
    qtbot.waitUntil(lambda: _progress_shown(status) == "Copying 25 %, 13 s left")
    gate.set()
    qtbot.waitUntil(lambda: not tasks.running)
