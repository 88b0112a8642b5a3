"""Files dropped on the window, and what they may be."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from sleepscorer.gui.dialogs.scoring_preview import ScoringPreviewDialog

XML_SCORING = (
    "<PSGAnnotation><ScoredEvents><ScoredEvent><EventType>Stages|Stages</EventType>"
    "<EventConcept>Stage 2 sleep|2</EventConcept><Start>0</Start><Duration>300</Duration>"
    "</ScoredEvent></ScoredEvents></PSGAnnotation>"
)

WRONG_FILES: dict[str, Callable[[Path], object]] = {
    "photo.jpg": lambda path: path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256))),
    "letter.txt": lambda path: path.write_text("Dear colleague,\nplease find attached\n"),
    "empty.edf": lambda path: path.write_bytes(b""),
    "empty.csv": lambda path: path.write_bytes(b""),
    "other.xml": lambda path: path.write_text("<?xml version='1.0'?><a><b>1</b></a>"),
    "damaged.edf": lambda path: path.write_bytes(b"0       " + b"x" * 300),
    "text.edf": lambda path: path.write_text("This is no EDF file at all.\n" * 20),
    "damaged.sleepscorer": lambda path: path.write_bytes(b"SQLite format 3\0" + b"x" * 500),
    "gone.edf": lambda path: path.unlink(missing_ok=True),
}


def _mime(paths: tuple[Path, ...]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(window: QWidget, *paths: Path, modifier=Qt.KeyboardModifier.NoModifier) -> QDropEvent:
    """Drag files in and let them fall, as a file manager does that would move or copy them."""
    place, button = QPoint(200, 200), Qt.MouseButton.LeftButton
    both = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    data = _mime(paths)
    for kind in (QDragEnterEvent, QDragMoveEvent):
        event = kind(place, both, data, button, modifier)
        QApplication.sendEvent(window, event)
        assert (event.isAccepted(), event.dropAction()) == (True, Qt.DropAction.CopyAction)
    event = QDropEvent(QPointF(place), both, data, button, modifier)
    QApplication.sendEvent(window, event)
    return event


def buttons_of(window: QWidget) -> dict[str, QPushButton]:
    """The buttons of the notices by their texts."""
    found = window.notices.findChildren(QPushButton)
    return {button.text(): button for button in found if button.isVisible()}


def answer(qtbot, window: QWidget, text: str) -> None:
    """Click on a button of a notice."""
    qtbot.waitUntil(lambda: text in buttons_of(window), timeout=20_000)
    qtbot.mouseClick(buttons_of(window)[text], Qt.MouseButton.LeftButton)


def accept_preview(qtbot, window: QWidget) -> None:
    """Look at what a scoring holds, and take it over by the Enter key."""
    dialogs = window.dialogs
    qtbot.waitUntil(lambda: isinstance(dialogs.dialog, ScoringPreviewDialog), timeout=20_000)
    qtbot.waitUntil(lambda: dialogs.dialog.read is not None)
    dialogs.dialog.accept()
    qtbot.waitUntil(lambda: dialogs.dialog is None)
    # Without a window manager nobody else brings it to the front again.
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def import_it(qtbot, window: QWidget) -> None:
    """Answer the offer of a scoring, and take it over."""
    answer(qtbot, window, "Import it…")
    accept_preview(qtbot, window)
