import sys
import threading

import pytest
from PySide6.QtCore import QTimer, qWarning

from sleepscorer.core.errors import SessionError
from sleepscorer.gui.process.bug_reports import BUG_SENTENCE
from sleepscorer.gui.process.errors import ErrorHook, log_qt_message
from sleepscorer.logs import LOGGER


@pytest.fixture
def hook(qtbot, monkeypatch):
    monkeypatch.setattr(LOGGER, "propagate", True)
    before = sys.excepthook, threading.excepthook
    hook = ErrorHook()
    sys.excepthook, threading.excepthook = hook._on_exception, hook._on_thread_exception
    yield hook
    sys.excepthook, threading.excepthook = before
    if hook.dialog is not None:
        hook.dialog.close()


def _fail():
    raise RuntimeError("Jane Doe's file")


def _raised(error):
    try:
        raise error
    except type(error):
        sys.excepthook(*sys.exc_info())


def test_a_bug_gives_one_dialog_a_log_and_no_names(qtbot, hook, caplog):
    for _ in range(3):
        _raised(RuntimeError("Jane Doe's file"))
    qtbot.waitUntil(lambda: hook.dialog is not None)
    first = hook.dialog
    qtbot.wait(20)
    assert hook.dialog is first
    assert first.text() == BUG_SENTENCE
    assert "RuntimeError" in first.detailedText()
    assert "Jane" not in first.detailedText() + caplog.text
    assert caplog.text.count("bug: RuntimeError") == 3
    first.close()
    qtbot.waitUntil(lambda: hook.dialog is None)


def test_a_bug_on_another_thread_is_shown_on_the_windows(qtbot, hook):
    thread = threading.Thread(target=_fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: hook.dialog is not None)
    assert hook.dialog.text() == BUG_SENTENCE


def test_an_error_for_people_shows_its_own_sentence_and_is_not_logged(qtbot, hook, caplog):
    _raised(SessionError("the disk is full", hint="make room"))
    qtbot.waitUntil(lambda: hook.dialog is not None)
    assert hook.dialog.text() == "the disk is full (make room)"
    assert caplog.text == ""


def test_the_event_loop_goes_on_after_a_bug_in_a_slot(qtbot, hook):
    with qtbot.captureExceptions():
        QTimer.singleShot(0, _fail)
        qtbot.wait(20)
    reached = []
    QTimer.singleShot(0, lambda: reached.append(1))
    qtbot.waitUntil(lambda: reached == [1])


def test_warnings_of_qt_are_logged_without_paths(qapp, caplog, monkeypatch):
    from PySide6.QtCore import qInstallMessageHandler

    monkeypatch.setattr(LOGGER, "propagate", True)
    before = qInstallMessageHandler(log_qt_message)
    qWarning("a layout is odd")
    qWarning("no such file: /nights/Jane.edf")
    qInstallMessageHandler(before)
    assert "a layout is odd" in caplog.text
    assert "Jane" not in caplog.text
