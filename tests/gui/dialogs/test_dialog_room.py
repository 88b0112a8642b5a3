"""Every dialog fits a small screen, its buttons are seen, and there is one way to close it."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from real_window import press

from sleepscorer.gui.look.scrolled import Scrolled

# 1366x768 at 150 %, less the frame of a dialog.
_ROOM_PX = (903, 478)
_ACCEPT, _REJECT = QDialogButtonBox.ButtonRole.AcceptRole, QDialogButtonBox.ButtonRole.RejectRole
_ASKING, _SHOWING = {_ACCEPT, _REJECT}, {_REJECT}
_ROLES = {
    "auto_score": _ASKING,
    "fill_report_form": _ASKING,
    "export": _ASKING,
    "deidentify": _ASKING,
    "edit_montage": _ASKING,
    "preferences": _ASKING,
    "edit_keys": _ASKING,
    "choose_channels": _ASKING,
    "go_to": _ASKING,
    "show_keys": _SHOWING,
    "show_about": _SHOWING,
    "show_session": _SHOWING,
}


def _dialog(qtbot, window, name) -> QDialog:
    getattr(window.dialogs, name)()
    qtbot.waitUntil(lambda: window.dialogs.dialog is not None)
    dialog = window.dialogs.dialog
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def _is_seen(dialog: QDialog, widget: QWidget) -> bool:
    place = QRect(widget.mapTo(dialog, QPoint(0, 0)), widget.size())
    return dialog.rect().contains(place) and not widget.visibleRegion().isEmpty()


@pytest.mark.parametrize("name", _ROLES)
def test_it_fits_a_small_screen_with_its_buttons(qtbot, opened, name):
    dialog = _dialog(qtbot, opened, name)
    for label in dialog.findChildren(QLabel):
        if label.objectName() == "refusal" and not label.text():
            label.setText("A sentence about what is in the way here, and what can be done. " * 2)
    dialog.resize(*_ROOM_PX)
    qtbot.wait(20)
    assert dialog.width() <= _ROOM_PX[0]
    assert dialog.height() <= _ROOM_PX[1]
    buttons = dialog.findChild(QDialogButtonBox).buttons()
    assert all(_is_seen(dialog, button) for button in buttons)
    opened.dialogs.close_all()


@pytest.mark.parametrize("name", _ROLES)
def test_there_is_one_way_to_close_it_and_esc_is_that(qtbot, opened, name):
    """What asks has a word that does it and Cancel, which takes all back; else there is Close."""
    dialog = _dialog(qtbot, opened, name)
    (box,) = dialog.findChildren(QDialogButtonBox)
    roles = [box.buttonRole(button) for button in box.buttons()]
    assert len(roles) == len(set(roles))
    assert set(roles) == _ROLES[name]
    ended = []
    dialog.finished.connect(lambda: ended.append(name))
    press(qtbot, opened, Qt.Key.Key_Escape)
    assert ended == [name]
    qtbot.waitUntil(lambda: opened.dialogs.dialog is None)


def test_the_preferences_scroll_to_what_has_the_focus(qtbot, window):
    dialog = _dialog(qtbot, window, "preferences")
    dialog.resize(600, dialog.minimumSizeHint().height())
    last = next(w for w in dialog.findChildren(QLineEdit) if w.isVisible())
    assert not _is_seen(dialog, last) or last.visibleRegion().boundingRect() != last.rect()
    first = next(w for w in dialog.findChildren(QComboBox) if w.isVisible())
    first.setFocus()
    for _ in range(12):
        if QApplication.focusWidget() is not last:
            press(qtbot, window, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is last
    assert last.visibleRegion().boundingRect() == last.rect()
    window.dialogs.close_all()


def test_a_form_with_room_is_not_scrolled(qtbot):
    form, outside = QWidget(), QWidget()
    rows = QVBoxLayout(form)
    for n in range(12):
        rows.addWidget(QPushButton(f"Row {n}"))
    QVBoxLayout(outside).addWidget(scrolled := Scrolled(form))
    qtbot.addWidget(outside)
    outside.show()
    outside.adjustSize()
    assert scrolled.viewport().height() >= form.sizeHint().height()
    outside.resize(outside.width(), 200)
    assert outside.height() == 200
    assert scrolled.verticalScrollBar().maximum() > 0
    assert scrolled.viewport().width() >= form.minimumSizeHint().width()
