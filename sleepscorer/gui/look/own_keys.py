"""Keys that a widget keeps while it has the focus, though they are shortcuts of the window."""

from collections.abc import Callable, Container

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent


def claims(event: QEvent, is_own: Callable[[QKeyEvent], bool]) -> bool:
    """Claim a key before the window takes it; for ``event()`` of a widget.

    Parameters
    ----------
    event
        Of any type; it is accepted where it asks for a key of the widget's own.
    is_own
        Tells whether a key is.

    Returns
    -------
    Whether it was claimed, and is done with.
    """
    is_override = event.type() == QEvent.Type.ShortcutOverride
    is_claimed = is_override and isinstance(event, QKeyEvent) and is_own(event)
    if is_claimed:
        event.accept()
    return is_claimed


def modifiers_of(event: QKeyEvent) -> Qt.KeyboardModifier:
    """Return what is held down beside a key; that it is of the keypad is none."""
    return event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


def is_plain(event: QKeyEvent, keys: Container[int]) -> bool:
    """Tell whether a key is one of these, with nothing held down."""
    return event.key() in keys and not modifiers_of(event)
