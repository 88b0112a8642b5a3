import threading
import time

from PySide6.QtCore import QObject, QThread

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.progress import Progress
from sleepscorer.gui.process.bug_reports import BUG_SENTENCE
from sleepscorer.gui.process.tasks import TaskRunner, wait_for_threads
from sleepscorer.logs import LOGGER


class _Seen(QObject):
    def __init__(self, task):
        super().__init__()
        self.heard = []
        self.threads = set()
        for name in ("finished", "failed", "cancelled", "progressed"):
            getattr(task, name).connect(getattr(self, f"on_{name}"))

    def _note(self, *what):
        self.heard.append(what)
        self.threads.add(QThread.currentThread())

    def on_finished(self, result):
        self._note("finished", result)

    def on_failed(self, sentence):
        self._note("failed", sentence)

    def on_cancelled(self):
        self._note("cancelled")

    def on_progressed(self, fraction, text):
        self._note("progressed", fraction, text)


def test_the_result_arrives_on_the_windows_thread(qtbot, qapp):
    runner, worked_on = TaskRunner(), []

    def work(progress: Progress) -> int:
        worked_on.append(threading.get_ident())
        progress(1.0, "done")
        return 42

    task = runner.start("Counting", work)
    seen = _Seen(task)
    assert task.is_running
    qtbot.waitUntil(lambda: not runner.running)
    assert seen.heard == [("progressed", 1.0, "done"), ("finished", 42)]
    assert worked_on[0] != threading.get_ident()
    assert seen.threads == {qapp.thread()}


def test_an_error_for_people_arrives_as_its_sentence(qtbot):
    def work(_progress: Progress) -> None:
        raise RecordingError("the file is empty", hint="choose another one")

    runner = TaskRunner()
    seen = _Seen(runner.start("Opening", work))
    qtbot.waitUntil(lambda: not runner.running)
    assert seen.heard == [("failed", "the file is empty (choose another one)")]


def test_a_bug_is_logged_without_its_message(qtbot, caplog):
    def work(_progress: Progress) -> None:
        raise KeyError("/nights/Jane Doe.edf")

    runner = TaskRunner()
    LOGGER.propagate = True
    seen = _Seen(runner.start("Opening", work))
    qtbot.waitUntil(lambda: not runner.running)
    assert seen.heard == [("failed", BUG_SENTENCE)]
    assert "KeyError" in caplog.text
    assert "test_tasks.py" in caplog.text
    assert "Jane" not in caplog.text


def _endless(progress: Progress) -> None:
    while True:
        progress(0.1, "going on")
        time.sleep(0.001)


def test_cancelling_stops_within_half_a_second(qtbot):
    runner = TaskRunner()
    task = runner.start("Waiting", _endless)
    seen = _Seen(task)
    qtbot.waitUntil(lambda: bool(seen.heard))
    began_s = time.monotonic()
    task.cancel()
    qtbot.waitUntil(lambda: not runner.running)
    assert time.monotonic() - began_s < 0.5
    assert seen.heard[-1] == ("cancelled",)
    assert {kind for kind, *_ in seen.heard} == {"progressed", "cancelled"}


def test_a_result_that_comes_after_cancelling_is_not_announced(qtbot):
    runner, go_on = TaskRunner(), threading.Event()

    def deaf(_progress: Progress) -> int:
        go_on.wait(5)
        return 1

    task = runner.start("Deaf", deaf)
    seen = _Seen(task)
    task.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: not runner.running)
    assert seen.heard == [("cancelled",)]


def test_work_that_does_not_notice_is_let_go_within_half_a_second(qtbot):
    runner, go_on = TaskRunner(), threading.Event()
    task = runner.start("Importing", lambda _progress: go_on.wait(10))
    seen = _Seen(task)
    began_s = time.monotonic()
    task.cancel()
    qtbot.waitUntil(lambda: not runner.running)
    assert time.monotonic() - began_s < 0.5
    assert seen.heard == [("cancelled",)]
    go_on.set()
    runner.stop_all()
    assert seen.heard == [("cancelled",)]


def test_progress_is_announced_at_most_twenty_times_a_second(qtbot):
    def work(progress: Progress) -> None:
        end_s = time.monotonic() + 0.5
        while time.monotonic() < end_s:
            progress(0.5, "")

    runner = TaskRunner()
    seen = _Seen(runner.start("Busy", work))
    qtbot.waitUntil(lambda: not runner.running)
    assert 2 <= len([h for h in seen.heard if h[0] == "progressed"]) <= 11


def test_stopping_all_waits_for_every_thread(qapp):
    runner = TaskRunner()
    seen = [_Seen(runner.start(f"Task {i}", _endless)) for i in range(3)]
    runner.stop_all()
    assert runner.running == ()
    assert [s.heard[-1] for s in seen] == [("cancelled",)] * 3


def test_a_result_that_nobody_gets_is_given_back(qtbot):
    runner, given_back = TaskRunner(), []
    task = runner.start("Opening", lambda _progress: 7, discard=given_back.append)
    task._worker.wait()
    seen = _Seen(task)
    task.cancel()
    qtbot.waitUntil(lambda: bool(given_back))
    assert (given_back, seen.heard) == ([7], [("cancelled",)])
    done = runner.start("Opening", lambda _progress: 8, discard=given_back.append)
    seen = _Seen(done)
    qtbot.waitUntil(lambda: not runner.running)
    runner.stop_all()
    assert (given_back, seen.heard) == ([7], [("finished", 8)])


def test_stopping_all_lets_a_deaf_thread_go_and_its_result_is_given_back_later(qapp):
    runner, go_on, given_back = TaskRunner(), threading.Event(), []
    task = runner.start("Deaf", lambda _progress: go_on.wait(10), discard=given_back.append)
    seen = _Seen(task)
    began_s = time.monotonic()
    runner.stop_all()
    assert time.monotonic() - began_s < 1.5
    assert (seen.heard, given_back) == ([("cancelled",)], [])
    assert not wait_for_threads(0.0)
    go_on.set()
    assert wait_for_threads(5.0)
    assert given_back == [True]
