"""Boxes in which a person says what was scored in the whole night."""

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.session_model import SessionModel

_BOXES: Mapping[EventFamily, tuple[str, str]] = {
    EventFamily.AROUSAL: (
        "Arousals were scored",
        "The arousal index counts only once all arousals of the night were scored by hand.",
    ),
    EventFamily.RESPIRATORY: (
        "Respiratory events were scored",
        "AHI and the like count only once all respiratory events of the night were scored by hand.",
    ),
    EventFamily.MOVEMENT: (
        "Limb movements were scored",
        "PLMI and the like count only once all limb movements of the night were scored by hand.",
    ),
}


class ScoredBoxes(QWidget):
    """A box a family of events.

    Parameters
    ----------
    model
        The open session, which remembers it.

    Signals
    -------
    changed
        A person checked or unchecked one.
    """

    changed = Signal()

    def __init__(self, model: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.boxes: dict[EventFamily, QCheckBox] = {}
        for family, (name, said) in _BOXES.items():
            box = QCheckBox(name)
            described(box, name, said)
            self.boxes[family] = box
            layout.addWidget(box)
        self.show_scored()
        for family, box in self.boxes.items():
            box.toggled.connect(lambda scored, of=family: self._on_toggled(of, scored))

    def show_scored(self) -> None:
        """Show what was scored in the scoring on the screen."""
        for family, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setChecked(family in self._model.scored)

    def _on_toggled(self, family: EventFamily, scored: bool) -> None:
        self._model.set_scored(family, scored)
        self.changed.emit()
