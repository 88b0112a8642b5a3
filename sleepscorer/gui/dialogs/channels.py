"""Asks which channels to stage by."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import NONE, ChannelChoice
from sleepscorer.gui.look.appearance import described

_TITLES = {"eeg": "EEG", "eog": "EOG", "emg": "Chin EMG"}
"""Of the lists, by role."""


class ChannelsDialog(QDialog):
    """One list a role, checked where the program would choose or the person chose.

    Derivations that are not stored are typed below the list, "C4-M1".
    """

    def __init__(
        self, recording: Recording, choice: ChannelChoice, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Channels to stage by")
        self.resize(820, 520)
        self._recording = recording
        self._lists: dict[str, QListWidget] = {}
        self._typed: dict[str, QLineEdit] = {}
        why = QLabel(
            "The auto-scorer looks at these channels. Check one to three EEG derivations and the"
            " EOG; leave a list empty where there is none."
        )
        why.setWordWrap(True)
        self._message = QLabel()
        self._message.setWordWrap(True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        layout = QVBoxLayout(self)
        layout.addWidget(why)
        layout.addLayout(self._role_grid(choice))
        layout.addWidget(self._message)
        layout.addWidget(buttons)
        self._on_changed()

    @property
    def choice(self) -> ChannelChoice:
        """What is chosen now."""
        return ChannelChoice(**{role: self._chosen(role) for role in _TITLES})

    def _role_grid(self, choice: ChannelChoice) -> QGridLayout:
        chosen = self._chosen_now(choice)
        grid = QGridLayout()
        for column, (role, text) in enumerate(_TITLES.items()):
            labels = QListWidget()
            described(labels, f"Channels for {text}", "Space checks and unchecks")
            for signal in self._recording.signals:
                item = QListWidgetItem(f"{signal.label}")
                item.setToolTip(f"{signal.sampling_rate_hz:g} Hz, {signal.unit or 'no unit'}")
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                is_chosen = signal.label in chosen[role]
                item.setCheckState(Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked)
                labels.addItem(item)
            stored = {signal.label for signal in self._recording.signals}
            typed = QLineEdit(", ".join(name for name in chosen[role] if name not in stored))
            typed.setPlaceholderText("derivations: C4-M1, F4-M1")
            described(typed, f"Derivations for {text}", "Derivations that are not stored, C4-M1")
            grid.addWidget(QLabel(text), 0, column)
            grid.addWidget(labels, 1, column)
            grid.addWidget(typed, 2, column)
            labels.itemChanged.connect(self._on_changed)
            typed.textChanged.connect(self._on_changed)
            self._lists[role], self._typed[role] = labels, typed
        return grid

    def _chosen_now(self, choice: ChannelChoice) -> dict[str, tuple[str, ...]]:
        try:
            found = choice.resolve(self._recording)
        except SleepScorerError:
            return dict.fromkeys(_TITLES, ())
        return {role: _names(getattr(found, role)) for role in _TITLES}

    def _chosen(self, role: str) -> tuple[str, ...]:
        labels = self._lists[role]
        items = [labels.item(row) for row in range(labels.count())]
        checked = [item.text() for item in items if item.checkState() == Qt.CheckState.Checked]
        typed = [name.strip() for name in self._typed[role].text().split(",") if name.strip()]
        return (*checked, *typed) or (NONE,)

    @Slot()
    def _on_changed(self) -> None:
        if len(self._lists) < len(_TITLES):
            return
        try:
            found = self.choice.resolve(self._recording)
        except SleepScorerError as error:
            self._message.setObjectName("refusal")
            self._message.setText(error.what)
            self._ok.setEnabled(False)
        else:
            self._message.setObjectName("faint")
            self._message.setText("\n".join(found.warnings))
            self._ok.setEnabled(True)
        self._message.style().polish(self._message)


def _names(found: object) -> tuple[str, ...]:
    names: list[str] = []
    for one in found if isinstance(found, tuple) else ():
        is_stored = not one.is_derived and one.parts[0][1] > 0
        names.append(one.parts[0][0].label if is_stored else one.plain_name)
    return tuple(names)
