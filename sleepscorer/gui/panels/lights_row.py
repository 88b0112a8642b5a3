"""Lights off and lights on, typed as clock times."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.gui.appearance import described
from sleepscorer.gui.session_model import SessionModel


class LightsRow(QWidget):
    """Two boxes that show the marks and take new ones; an empty box removes its mark.

    Signals
    -------
    misunderstood
        What was typed makes no sense; the sentence for people.
    """

    misunderstood = Signal(str)

    def __init__(self, model: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._off, self._on = QLineEdit(), QLineEdit()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for name, box in (("Lights off", self._off), ("Lights on", self._on)):
            described(box, name, f"{name}: clock time or seconds from the start; empty for none")
            box.setPlaceholderText("not marked")
            box.editingFinished.connect(self._on_typed)
            label = QLabel(name)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box, 1)
        model.scoring_changed.connect(self._show_marks)
        self._show_marks()

    def _marks(self) -> tuple[float | None, float | None]:
        state = self._model.session.state
        return state.lights_off_s, state.lights_on_s

    def _texts(self) -> tuple[str, str]:
        off_s, on_s = self._marks()
        clock = self._model.clock_text
        return "" if off_s is None else clock(off_s), "" if on_s is None else clock(on_s)

    def _show_marks(self) -> None:
        for box, text in zip((self._off, self._on), self._texts(), strict=True):
            box.setText(text)

    def _on_typed(self) -> None:
        typed = self._off.text().strip(), self._on.text().strip()
        if typed == self._texts():
            return
        marks = list(self._marks())
        try:
            for i, (text, shown) in enumerate(zip(typed, self._texts(), strict=True)):
                # A box nobody touched keeps its mark to the fraction of a second.
                if text != shown:
                    marks[i] = self._model.time_of(text) if text else None
        except SleepScorerError as error:
            self._show_marks()
            self.misunderstood.emit(str(error))
            return
        if not self._model.set_lights(marks[0], marks[1]):
            self._show_marks()
