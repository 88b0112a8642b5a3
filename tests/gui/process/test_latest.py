import threading

from PySide6.QtCore import QObject

from sleepscorer.core.errors import UsageError
from sleepscorer.core.progress import Progress
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner


def _waiting_for(gate: threading.Event, result: object):
    def work(progress: Progress) -> object:
        while not gate.wait(0.01):
            progress(0.5, "waiting")
        return result

    return work


def test_gives_what_the_work_returned_and_is_free_again_by_then(qtbot) -> None:
    tasks = TaskRunner()
    latest = Latest(tasks, tasks)
    heard: list[object] = []
    latest.start("Adding", lambda _: 1 + 1, lambda sum_: heard.append((sum_, latest.is_running)))
    assert latest.is_running
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [(2, False)]


def test_newer_work_takes_the_place_of_older_which_is_cancelled_unheard(qtbot) -> None:
    tasks = TaskRunner()
    latest = Latest(tasks, tasks)
    gate, heard = threading.Event(), []
    latest.start(
        "Old", _waiting_for(gate, "old"), heard.append, cancelled=lambda: heard.append("cancelled")
    )
    latest.start("New", lambda _: "new", heard.append)
    qtbot.waitUntil(lambda: not tasks.running)
    assert heard == ["new"]


def test_says_in_words_why_it_failed(qtbot) -> None:
    tasks = TaskRunner()
    latest = Latest(tasks, tasks)
    heard: list[str] = []

    def fail(_progress: Progress) -> None:
        raise UsageError("it is not there")

    latest.start("Looking", fail, heard.append, failed=lambda why: heard.append(f"failed: {why}"))
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["failed: it is not there"]
    assert not latest.is_running


def test_hears_of_being_cancelled_but_not_of_being_dropped(qtbot) -> None:
    tasks = TaskRunner()
    gate, heard = threading.Event(), []
    for name in ("cancel", "drop"):
        latest = Latest(tasks, tasks)
        latest.start(
            name,
            _waiting_for(gate, name),
            heard.append,
            cancelled=lambda name=name: heard.append(f"heard of {name}"),
        )
        getattr(latest, name)()
    qtbot.waitUntil(lambda: not tasks.running)
    assert heard == ["heard of cancel"]


def test_calls_nobody_who_is_gone(qtbot) -> None:
    tasks, owner = TaskRunner(), QObject()
    gate, heard = threading.Event(), []
    Latest(tasks, owner).start("Waiting", _waiting_for(gate, 1), heard.append)
    owner.deleteLater()
    qtbot.wait(20)
    gate.set()
    qtbot.waitUntil(lambda: not tasks.running)
    assert heard == []


def test_follows_the_progress_of_the_newest(qtbot) -> None:
    tasks = TaskRunner()
    latest = Latest(tasks, tasks)
    gate, heard = threading.Event(), []

    def follow(fraction: float, text: str) -> None:
        heard.append((fraction, text))
        gate.set()

    latest.start("Waiting", _waiting_for(gate, 1), lambda _: None, progressed=follow)
    qtbot.waitUntil(lambda: not latest.is_running)
    assert heard[0] == (0.5, "waiting")
