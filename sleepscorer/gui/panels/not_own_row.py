"""The row above the list of events that says how many of the recording's do not count yet."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from sleepscorer.core.adopting import kind_of_words
from sleepscorer.core.event_kinds import AROUSAL
from sleepscorer.core.wording import counted
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.session_model import SessionModel


class NotOwnRow(QWidget):
    """Says how many events of the recording do not count yet; hidden where none are left.

    Arousals are not among them: those of the recording count beside one's own.

    Signals
    -------
    asked
        They are to be taken.
    """

    asked = Signal()

    def __init__(self, model: SessionModel, parent: QWidget) -> None:
        # Shown without a parent it would be a window of its own.
        super().__init__(parent)
        self._model = model
        self._said = QLabel()
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        take = QPushButton("Take…")
        described(
            take,
            "Take events of the recording as your own",
            "Shows first which words become which kind ({event.adopt})",
        )
        take.clicked.connect(self.asked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._said, 1)
        layout.addWidget(take, 0, Qt.AlignmentFlag.AlignTop)
        model.scorings_changed.connect(self.show_how_many)
        self.show_how_many()

    def show_how_many(self) -> None:
        """Count what is left."""
        here = set(self._model.session.state.events)
        waiting = [
            event
            for event in self._model.not_taken()
            if event not in here
            and (kind := kind_of_words(event.text)) is not None
            and kind is not AROUSAL
        ]
        is_one = len(waiting) == 1
        self._said.setText(
            f"{counted(len(waiting), 'event')} of the recording {'does' if is_one else 'do'} not"
            f" count until {'it is' if is_one else 'they are'} taken as your own"
        )
        self.setVisible(bool(waiting) and not self._model.is_blind)
