"""Lights off and lights on, typed as clock times."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from sleepscorer.core.edits import Change
from sleepscorer.core.errors import ScoringLocked, SleepScorerError
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.pipeline import moment_text

_SUGGESTION_TIP = (
    "The end of the last restless stretch before the main sleep, and the beginning of the first one"
    " after it: look there before you take them; {edit.undo} takes them back"
)
_PASSING = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class LightsRow(QWidget):
    """Two boxes that show the marks and take new ones; an empty box removes its mark.

    What makes no sense is said below the boxes until it is mended, or the box is left: then the
    mark stands there again. Where nothing is marked, a button offers what the signal suggests.

    Signals
    -------
    misunderstood
        A box was left with something in it that makes no sense; the sentence for people.
    """

    misunderstood = Signal(str)

    def __init__(self, model: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._off, self._on = QLineEdit(), QLineEdit()
        self._error = QLabel()
        self._error.setObjectName("refusal")
        self._error.setWordWrap(True)
        self._error.setAccessibleName("What is wrong with the lights mark")
        self._error.hide()
        row = QHBoxLayout()
        for name, box in (("Lights off", self._off), ("Lights on", self._on)):
            described(box, name, f"{name}: clock time or seconds from the start; empty for none")
            box.setPlaceholderText("not marked")
            box.returnPressed.connect(self._on_return)
            box.textEdited.connect(self._error.hide)
            box.installEventFilter(self)
            label = QLabel(name)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._error)
        self._suggestion = QPushButton()
        described(self._suggestion, "Suggested lights", _SUGGESTION_TIP)
        self._suggestion.clicked.connect(self._take_suggestion)
        column.addWidget(self._suggestion)
        model.scoring_changed.connect(self._on_scoring_changed)
        self._show_marks()
        self._show_suggestion()

    @property
    def error(self) -> str:
        """What is wrong with what stands in a box; empty while nothing is."""
        return "" if self._error.isHidden() else self._error.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            if event.reason() not in _PASSING:
                self._leave()
        elif isinstance(event, QKeyEvent) and self._takes_back(event):
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self._show_marks()
            return True
        return super().eventFilter(watched, event)

    def _takes_back(self, event: QKeyEvent) -> bool:
        """The first Esc takes back what was typed, the next is the window's."""
        return event.key() == Qt.Key.Key_Escape and self._typed() != self._texts()

    def _marks(self) -> tuple[float | None, float | None]:
        state = self._model.session.state
        return state.lights_off_s, state.lights_on_s

    def _texts(self) -> tuple[str, str]:
        off_s, on_s = self._marks()
        clock = self._model.clock_text
        return "" if off_s is None else clock(off_s), "" if on_s is None else clock(on_s)

    def _typed(self) -> tuple[str, str]:
        return self._off.text().strip(), self._on.text().strip()

    def _show_marks(self) -> None:
        self._error.hide()
        for box, text in zip((self._off, self._on), self._texts(), strict=True):
            box.setText(text)

    def _on_return(self) -> None:
        sentence = self._take()
        if sentence:
            self._error.setText(sentence)
            self._error.show()
        else:
            self._show_marks()

    def _leave(self) -> None:
        sentence = self._take()
        self._show_marks()
        if sentence:
            self.misunderstood.emit(sentence)

    def _on_scoring_changed(self, change: Change) -> None:
        # Staging may end while somebody types.
        if change.lights_after is not None:
            self._show_marks()
        self._show_suggestion()

    def _show_suggestion(self) -> None:
        times_s = self._suggested_s()
        self._suggestion.setVisible(bool(times_s) and self._marks() == (None, None))
        if times_s:
            recording = self._model.recording
            with_day = partial(moment_text, recording)
            off, on = map(with_day if recording.start else self._model.clock_text, times_s)
            text = f"Mark {off} to {on}, as the signal suggests"
            self._suggestion.setText(text)
            self._suggestion.setAccessibleName(text)

    def _suggested_s(self) -> tuple[float, ...]:
        machine = self._model.session.machine
        return () if machine is None else machine.provenance.suggested_lights_s

    def _take_suggestion(self) -> None:
        off_s, on_s = self._suggested_s()
        try:
            self._model.session.set_lights(off_s, on_s)
        except ScoringLocked:
            self._model.refused_signed.emit()
        except SleepScorerError as error:
            self._model.refused.emit(str(error))

    def _take(self) -> str:
        """Set the marks typed; return what is wrong with them, if anything is."""
        typed, shown = self._typed(), self._texts()
        if typed == shown:
            return ""
        marks = list(self._marks())
        try:
            for i, text in enumerate(typed):
                # A box nobody touched keeps its mark to the fraction of a second.
                if text != shown[i]:
                    marks[i] = self._model.time_of(text) if text else None
            self._model.session.set_lights(marks[0], marks[1])
        except SleepScorerError as error:
            return f"{str(error).rstrip('.')}."
        return ""
