"""Garbage is collected on the window's thread, whoever made it."""

import gc
import threading

from PySide6.QtCore import QObject

from sleepscorer.gui.process import garbage
from sleepscorer.gui.process.garbage import GarbageCollection


class _Circle:
    def __init__(self, died_on: list[bool]) -> None:
        self.me = self
        self.died_on = died_on

    def __del__(self) -> None:
        self.died_on.append(threading.current_thread() is threading.main_thread())


def test_what_another_thread_makes_is_collected_on_this_one(qtbot, monkeypatch):
    monkeypatch.setattr(garbage, "_LOOK_EVERY_MS", 5)
    gc.enable()
    owner = QObject()
    collection = GarbageCollection(owner)
    died_on: list[bool] = []

    def work() -> None:
        for _ in range(2000):
            _Circle(died_on)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert died_on == []
    qtbot.waitUntil(lambda: len(died_on) == 2000)
    assert all(died_on)
    assert not gc.isenabled()
    collection.stop()
    assert gc.isenabled()
    gc.unfreeze()
