"""Changes keys: a profile to start from, any key of any action, conflicts refused."""

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.errors import UsageError
from sleepscorer.gui.actions import ACTIONS, BY_ID
from sleepscorer.gui.appearance import described
from sleepscorer.gui.keys import PROFILE_TEXTS, Keys, KeyTakenError, check_keys, key_map, shown
from sleepscorer.gui.settings import SettingsFile

_MODIFIERS = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta)
_LEAVING = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class KeyCatcher(QLineEdit):
    """Takes the next key pressed, keypad keys told from the others, instead of writing it.

    Signals
    -------
    caught
        The key sequence, as Qt spells it.
    """

    caught = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setPlaceholderText("press the new key here")
        described(self, "New key", "Press the key that the chosen action is to have; Tab leaves")

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
        if event.text().isprintable() and event.text() and not event.text().isalpha():
            # "?" is Shift+ß on one keyboard and Shift+/ on another: the sign itself is meant.
            modifiers &= ~Qt.KeyboardModifier.ShiftModifier
        sequence = QKeySequence(QKeyCombination(modifiers, key))
        self.caught.emit(sequence.toString(QKeySequence.SequenceFormat.PortableText))


class KeyEditor(QDialog):
    """Shows all actions with their keys and changes them; nothing counts before OK."""

    def __init__(self, settings: SettingsFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.resize(760, 640)
        self._settings = settings
        self._own: dict[str, Keys] = dict(settings.now.own_keys)
        self._profile = QComboBox()
        described(self._profile, "Profile of keys")
        for name, text in PROFILE_TEXTS.items():
            self._profile.addItem(text, name)
        self._profile.setCurrentIndex(max(self._profile.findData(settings.now.key_profile), 0))
        self._table = self._new_table()
        self._catcher = KeyCatcher()
        self._message = QLabel()
        self._message.setObjectName("refusal")
        self._message.setWordWrap(True)
        self._lay_out()
        self._profile.currentIndexChanged.connect(self._on_profile_chosen)
        self._catcher.caught.connect(self._on_key_caught)
        self._show_keys()
        self._table.selectRow(0)

    @property
    def message(self) -> str:
        """What the person was told last."""
        return self._message.text()

    def choose(self, action_id: str) -> None:
        """Choose the action whose keys are to be changed."""
        self._table.selectRow([spec.id for spec in ACTIONS].index(action_id))

    def accept(self) -> None:
        """Keep the keys."""
        self._settings.set(key_profile=self._profile.currentData(), own_keys=self._own)
        super().accept()

    def _new_table(self) -> QTableWidget:
        table = QTableWidget(len(ACTIONS), 3)
        described(table, "Actions and their keys")
        table.setHorizontalHeaderLabels(["Menu", "Action", "Keys"])
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        return table

    def _lay_out(self) -> None:
        clear, restore, restore_all = (
            QPushButton("Take its keys away"),
            QPushButton("As in the profile"),
            QPushButton("All as in the profile"),
        )
        described(clear, "Take its keys away", "Leave the chosen action without a key")
        described(restore, "As in the profile", "Give the chosen action the profile's keys")
        described(restore_all, "All as in the profile", "Forget all keys of your own")
        clear.clicked.connect(self._on_clear)
        restore.clicked.connect(self._on_restore)
        restore_all.clicked.connect(self._on_restore_all)
        row = QHBoxLayout()
        row.addWidget(self._catcher, 1)
        for button in (clear, restore, restore_all):
            button.setAutoDefault(False)
            row.addWidget(button)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow("&Profile", self._profile)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self._table, 1)
        layout.addLayout(row)
        layout.addWidget(self._message)
        layout.addWidget(buttons)

    def _keys(self) -> dict[str, Keys]:
        return key_map(self._profile.currentData(), self._own)

    def _show_keys(self) -> None:
        keys = self._keys()
        for row, spec in enumerate(ACTIONS):
            text = ", ".join(shown(key) for key in keys.get(spec.id, ()))
            for column, content in enumerate((spec.menu, spec.text, text)):
                self._table.setItem(row, column, QTableWidgetItem(content))

    def _chosen(self) -> str:
        return ACTIONS[max(self._table.currentRow(), 0)].id

    @Slot()
    def _on_profile_chosen(self) -> None:
        self._message.setText("")
        self._show_keys()

    @Slot(str)
    def _on_key_caught(self, key: str) -> None:
        action_id, keys = self._chosen(), self._keys()
        try:
            self._own[action_id] = check_keys(action_id, (*keys.get(action_id, ()), key), keys)
        except KeyTakenError as error:
            holder = BY_ID[error.holder].text.rstrip("…")
            self._message.setText(f"{shown(key)} already does “{holder}”: take it away there first")
            return
        except UsageError as error:
            self._message.setText(str(error))
            return
        self._message.setText("")
        self._show_keys()

    @Slot()
    def _on_clear(self) -> None:
        self._own[self._chosen()] = ()
        self._show_keys()

    @Slot()
    def _on_restore(self) -> None:
        self._own.pop(self._chosen(), None)
        self._show_keys()

    @Slot()
    def _on_restore_all(self) -> None:
        self._own.clear()
        self._show_keys()
