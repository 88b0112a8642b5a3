"""A box that takes the next key pressed."""

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from sleepscorer.gui.look.appearance import described

_MODIFIERS = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta)
_LEAVING = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class KeyCatcher(QLineEdit):
    """Takes the next key pressed, keypad keys told from the others, instead of writing it.

    Signals
    -------
    caught
        The key sequence, as Qt spells it.
    left
        The person pressed Esc: no key after all.
    """

    caught = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setPlaceholderText("press the new key here")
        tip = "Press the key that the chosen action is to have; Tab and Esc leave"
        described(self, "New key", tip)

    def event(self, event: QEvent) -> bool:
        """Keep keys that are shortcuts elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - a name of Qt
        """Catch the key."""
        key = Qt.Key(event.key())
        if key in _MODIFIERS:
            return
        if key in _LEAVING:
            super().keyPressEvent(event)
            return
        modifiers = event.modifiers()
        if key == Qt.Key.Key_Escape and modifiers == Qt.KeyboardModifier.NoModifier:
            self.left.emit()
            return
        if event.text().isprintable() and event.text() and not event.text().isalpha():
            # "?" is Shift+ß on one keyboard and Shift+/ on another: the sign itself is meant.
            modifiers &= ~Qt.KeyboardModifier.ShiftModifier
        sequence = QKeySequence(QKeyCombination(modifiers, key))
        self.caught.emit(sequence.toString(QKeySequence.SequenceFormat.PortableText))
