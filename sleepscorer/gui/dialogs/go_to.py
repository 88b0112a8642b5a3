"""Asks for an epoch or a moment to go to."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QWidget

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.session_model import SessionModel

# The sentences that refuse something go on two lines at most.
_WIDTH_PX = 420


class GoToDialog(QDialog):
    """Takes "133" (an epoch, from 1) or "23:36:00" (local time)."""

    def __init__(self, model: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Go to")
        self.setMinimumWidth(_WIDTH_PX)
        self._model = model
        self._target = QLineEdit()
        middle = model.n_epochs // 2
        example = f"{middle + 1} or {model.clock_text(middle * EPOCH_S)}"
        self._target.setPlaceholderText(example)
        described(self._target, "Epoch number or time", "An epoch from 1, or a time hh:mm:ss")
        self._refusal = QLabel()
        self._refusal.setObjectName("refusal")
        self._refusal.setWordWrap(True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QFormLayout(self)
        layout.addRow(f"Epoch (1 to {model.n_epochs}) or time", self._target)
        layout.addRow(self._refusal)
        layout.addRow(buttons)

    @Slot()
    def accept(self) -> None:
        """Go there, or say what can't be understood."""
        try:
            epoch = self._epoch()
        except SleepScorerError as error:
            self._refusal.setText(str(error))
            self.adjustSize()
            self._target.selectAll()
            return
        self._model.select_epoch(epoch)
        super().accept()

    def _epoch(self) -> int:
        text = self._target.text().strip()
        if text.isdecimal():
            number = int(text)
            if not 1 <= number <= self._model.n_epochs:
                raise SleepScorerError(
                    f"There is no epoch {number}: the last one is {self._model.n_epochs}."
                )
            return number - 1
        if ":" not in text:
            raise SleepScorerError(
                f"“{text}” is neither an epoch (1 to {self._model.n_epochs}) nor a time such as"
                f" {self._model.clock_text(self._model.n_epochs // 2 * EPOCH_S)}."
            )
        return int(self._model.time_of(text) // EPOCH_S)
