"""Windows stay on the screen, which is 800x800 pixels in these tests."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QDialog, QMainWindow

from sleepscorer.gui.look.screen_fit import fit_to_screen, show_fitting
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.view_state import layout_text


def _is_on_screen(window) -> bool:
    return window.screen().availableGeometry().contains(window.frameGeometry())


def test_at_first_start_on_a_small_screen_the_window_is_maximised(qtbot, settings):
    window = MainWindow(settings)
    qtbot.addWidget(window)
    show_fitting(window)
    assert window.isMaximized()
    window.showNormal()
    qtbot.waitUntil(lambda: _is_on_screen(window))
    assert window.height() <= 0.9 * window.screen().availableGeometry().height()
    window.close()


@pytest.mark.parametrize("place", [(1500, 900, 600, 400), (-900, -300, 500, 500)])
def test_the_place_kept_from_another_screen_is_brought_onto_this_one(qtbot, settings, place):
    before = QMainWindow()
    qtbot.addWidget(before)
    before.setGeometry(*place)
    settings.set(window_geometry=layout_text(before.saveGeometry()))
    window = MainWindow(settings)
    qtbot.addWidget(window)
    show_fitting(window)
    qtbot.waitUntil(lambda: _is_on_screen(window))
    window.close()


@pytest.mark.parametrize(
    ("wanted", "is_maximised"), [((690, 650), False), ((730, 400), True), ((400, 730), True)]
)
def test_nine_tenths_of_the_screen_are_as_good_as_all(qtbot, wanted, is_maximised):
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(*wanted)
    show_fitting(window)
    assert window.isMaximized() is is_maximised


def test_the_frame_counts_once_it_is_known(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setGeometry(QRect(500, 600, 300, 200))
    show_fitting(window)
    # As a window manager does after the window was shown.
    window.setGeometry(QRect(520, 620, 300, 200))
    assert not _is_on_screen(window)
    qtbot.waitUntil(lambda: _is_on_screen(window))
    assert (window.width(), window.height()) == (300, 200)


def test_a_dialog_is_no_taller_than_the_screen(qtbot):
    dialog = QDialog()
    qtbot.addWidget(dialog)
    dialog.resize(1080, 1000)
    fit_to_screen(dialog)
    dialog.open()
    qtbot.waitUntil(lambda: _is_on_screen(dialog))
    dialog.reject()


@pytest.mark.parametrize("name", ["edit_keys", "preferences", "show_keys"])
def test_the_dialogs_of_the_window_fit(qtbot, settings, name):
    window = MainWindow(settings)
    qtbot.addWidget(window)
    show_fitting(window)
    getattr(window.dialogs, name)()
    qtbot.waitUntil(lambda: _is_on_screen(window.dialogs.dialog))
    window.close()


# What is wrong with who owns what ends a program, so it is looked for in one of its own.
_FORGOTTEN = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow
from sleepscorer.gui.look.screen_fit import fit_to_screen, show_fitting

def show_and_forget(what):
    if what == "window":
        show_fitting(QMainWindow())
    else:
        dialog = QDialog()
        fit_to_screen(dialog)
        dialog.show()

application = QApplication([])
show_and_forget(sys.argv[1])
QTimer.singleShot(400, application.quit)
code = application.exec()
print("went on")
sys.exit(code)
"""


@pytest.mark.parametrize("what", ["window", "dialog"])
def test_a_window_that_nobody_refers_to_any_more_just_goes(what):
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _FORGOTTEN, what],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "went on\n"), done.stderr
