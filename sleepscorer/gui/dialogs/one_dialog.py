"""One dialog at a time over the window, and what it was asked about."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.look.screen_fit import fit_to_screen
from sleepscorer.session_documents import Document


class TypedDialog(QDialog):
    """A dialog in which people type what is not lost when the program puts it away."""

    def keep_typed(self) -> bool:
        """Keep what was typed so far; False where it can't be kept, and the dialog says why."""
        raise NotImplementedError


class OneDialog(QObject):
    """Opens a dialog in place of the one before; none of them stops the event loop.

    Parameters
    ----------
    current
        What is open: a dialog asks about this, and not about what is opened after it.
    parent
        The widget over which they open.

    Signals
    -------
    left
        A dialog was closed, and no other took its place.
    """

    left = Signal()

    def __init__(self, current: CurrentRecording, parent: QWidget) -> None:
        super().__init__(parent)
        self._current, self._over = current, parent
        self._dialog: QDialog | None = None
        self._asked_about: Document | None = None

    @property
    def dialog(self) -> QDialog | None:
        """The dialog on the screen."""
        return self._dialog

    def keep_typed(self) -> bool:
        """Keep what was typed into the dialog; False where it can't be kept."""
        return not isinstance(self._dialog, TypedDialog) or self._dialog.keep_typed()

    @Slot()
    def close_all(self) -> None:
        """Put the dialog away without an answer, and keep what was typed.

        What it asks about goes away.
        """
        if self._dialog is not None:
            self.keep_typed()
            self._dialog.reject()
        self._dialog = self._asked_about = None

    def _asked_document(self) -> Document | None:
        """The open document, if the dialog asks about this one."""
        document = self._current.document
        return document if document is self._asked_about else None

    def _ask(self, dialog: QDialog, accepted: Callable[[], None] | None = None) -> None:
        if self._dialog is not None:
            self._dialog.close()
        self._dialog = dialog
        self._asked_about = self._current.document
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if accepted is not None:
            dialog.accepted.connect(accepted)
        dialog.finished.connect(self._on_dialog_finished)
        fit_to_screen(dialog)
        # The print dialog's own has another meaning.
        QDialog.open(dialog)

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self.sender() is self._dialog:
            self._dialog = None
            self.left.emit()
