"""Changes keys: a profile to start from, any key of any action, conflicts refused."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
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
from sleepscorer.gui.actions.table import (
    ACTIONS,
    OWN_KIND_IDS,
    PRESET_IDS,
    ActionSpec,
    own_kind_texts,
)
from sleepscorer.gui.dialogs.key_catcher import KeyCatcher
from sleepscorer.gui.keys import PROFILE_TEXTS, Keys, KeyTakenError, check_keys, key_map, shown
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.settings import SettingsFile

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ARROWS = (Qt.Key.Key_Up, Qt.Key.Key_Down)
_COLUMNS = ("Menu", "Action", "Keys")


class _SearchLine(QLineEdit):
    """Finds actions by typing; Up and Down are the table's."""

    def __init__(self, table: QTableWidget) -> None:
        super().__init__()
        self._table = table
        self.setPlaceholderText("part of a name, or a key")
        self.setClearButtonEnabled(True)
        tip = "Type part of an action's name; Up and Down choose, Enter goes on to its new key"
        described(self, "Find an action", tip)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - a name of Qt
        """Choose among what was found without leaving the box."""
        if event.key() not in _ARROWS:
            super().keyPressEvent(event)
            return
        step = 1 if event.key() == Qt.Key.Key_Down else -1
        found = [r for r in range(self._table.rowCount()) if not self._table.isRowHidden(r)]
        here = self._table.currentRow()
        place = found.index(here) + step if here in found else 0
        if 0 <= place < len(found):
            self._table.selectRow(found[place])


class KeyEditor(QDialog):
    """Shows all actions with their keys and changes them; nothing counts before OK.

    Parameters
    ----------
    settings
        Whose keys are changed.
    presets
        Names of the montage presets there are, in the order of their keys; the key of a preset
        that there is not is free. None before a recording was open: then all keys stay theirs.
    """

    def __init__(
        self, settings: SettingsFile, presets: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.resize(760, 620)
        self._settings = settings
        self._own: dict[str, Keys] = dict(settings.now.own_keys)
        self._texts = _texts(presets)
        self._shown = tuple(spec for spec in ACTIONS if spec.id in self._texts)
        self._profile = QComboBox()
        described(self._profile, "Profile of keys")
        for name, text in PROFILE_TEXTS.items():
            self._profile.addItem(text, name)
        self._profile.setCurrentIndex(max(self._profile.findData(settings.now.key_profile), 0))
        self._table = self._new_table()
        self._search = _SearchLine(self._table)
        self._catcher = KeyCatcher()
        self._further = QCheckBox("as a fu&rther key")
        described(self._further, "As a further key", "Keep the keys it has; else this one replaces")
        self._message = QLabel()
        self._message.setObjectName("refusal")
        self._message.setWordWrap(True)
        self._lay_out()
        self._search.textChanged.connect(self._on_search)
        self._profile.currentIndexChanged.connect(self._on_profile_chosen)
        self._catcher.caught.connect(self._on_key_caught)
        self._catcher.left.connect(self._table.setFocus)
        self._show_keys()
        self._table.selectRow(0)
        self._search.setFocus()

    @property
    def message(self) -> str:
        """What the person was told last."""
        return self._message.text()

    def choose(self, action_id: str) -> None:
        """Choose the action whose keys are to be changed."""
        self._table.selectRow([spec.id for spec in self._shown].index(action_id))

    def accept(self) -> None:
        """Keep the keys."""
        self._settings.set(key_profile=self._profile.currentData(), own_keys=self._own)
        super().accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - a name of Qt
        """Let Enter go from the chosen action to its new key."""
        is_choosing = self.focusWidget() in (self._search, self._table)
        if event.key() in _ENTER and is_choosing:
            if self._chosen() is not None:
                self._catcher.setFocus()
        else:
            super().keyPressEvent(event)

    def _new_table(self) -> QTableWidget:
        table = QTableWidget(len(self._shown), len(_COLUMNS))
        described(table, "Actions and their keys", "Enter goes on to the new key")
        table.setHorizontalHeaderLabels(list(_COLUMNS))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        for column in (1, 2):
            table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        return table

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("&OK")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        above, below = QFormLayout(), QFormLayout()
        above.addRow("&Find", self._search)
        new_key = QHBoxLayout()
        new_key.addWidget(self._catcher, 1)
        new_key.addWidget(self._further)
        label = QLabel("&New key")
        label.setBuddy(self._catcher)
        below.addRow(label, new_key)
        below.addRow("", self._changes())
        below.addRow("&Profile", self._profile)
        layout = QVBoxLayout(self)
        layout.addLayout(above)
        layout.addWidget(self._table, 1)
        layout.addLayout(below)
        layout.addWidget(self._message)
        layout.addWidget(buttons)

    def _changes(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        for text, tip, slot in (
            ("&Take its keys away", "Leave the chosen action without a key", self._on_clear),
            ("As in the prof&ile", "Give the chosen action the profile's keys", self._on_restore),
            ("&All as in the profile", "Forget all keys of your own", self._on_restore_all),
        ):
            button = QPushButton(text)
            described(button, text.replace("&", ""), tip)
            button.setAutoDefault(False)
            button.clicked.connect(slot)
            layout.addWidget(button)
        return row

    def _keys(self) -> dict[str, Keys]:
        """The keys of what is shown, by action."""
        keys = key_map(self._profile.currentData(), self._own)
        return {action: own for action, own in keys.items() if action in self._texts}

    def _show_keys(self) -> None:
        keys = self._keys()
        for row, spec in enumerate(self._shown):
            text = ", ".join(shown(key) for key in keys[spec.id])
            for column, content in enumerate((spec.menu, self._texts[spec.id], text)):
                self._table.setItem(row, column, QTableWidgetItem(content))

    def _chosen(self) -> ActionSpec | None:
        row = self._table.currentRow()
        return None if row < 0 or self._table.isRowHidden(row) else self._shown[row]

    @Slot(str)
    def _on_search(self, text: str) -> None:
        words = text.casefold().split()
        found = []
        for row in range(self._table.rowCount()):
            cells = [self._table.item(row, column) for column in range(len(_COLUMNS))]
            said = " ".join(cell.text() for cell in cells if cell is not None).casefold()
            is_found = all(word in said for word in words)
            self._table.setRowHidden(row, not is_found)
            if is_found:
                found.append(row)
        if found and self._table.currentRow() not in found:
            self._table.selectRow(found[0])
        self._message.setText("" if found else f"No action is called “{text.strip()}”.")

    @Slot()
    def _on_profile_chosen(self) -> None:
        self._message.setText("")
        self._show_keys()

    @Slot(str)
    def _on_key_caught(self, key: str) -> None:
        spec, keys = self._chosen(), self._keys()
        if spec is None:
            return
        kept = keys[spec.id] if self._further.isChecked() else ()
        try:
            own = check_keys(spec.id, (*kept, key), keys)
        except KeyTakenError as error:
            holder = self._texts[error.holder]
            self._message.setText(f"{shown(key)} already does “{holder}”: take it away there first")
            return
        except UsageError as error:
            self._message.setText(str(error))
            return
        self._free(own)
        self._own[spec.id] = own
        self._message.setText("")
        self._show_keys()
        self._table.setFocus()

    def _free(self, keys: Keys) -> None:
        """Take keys from presets that there are not: nobody can see that they have them."""
        for action, own in self._own.items():
            if action not in self._texts:
                self._own[action] = tuple(key for key in own if key not in keys)

    @Slot()
    def _on_clear(self) -> None:
        spec = self._chosen()
        if spec is not None:
            self._own[spec.id] = ()
            self._show_keys()

    @Slot()
    def _on_restore(self) -> None:
        spec = self._chosen()
        if spec is not None:
            self._own.pop(spec.id, None)
            self._show_keys()

    @Slot()
    def _on_restore_all(self) -> None:
        self._own.clear()
        self._show_keys()


def _texts(presets: Sequence[str]) -> dict[str, str]:
    """What each action that there is does, by action."""
    names = dict(zip(PRESET_IDS, presets, strict=False))
    own = own_kind_texts()
    left_out = {*(PRESET_IDS if names else ()), *OWN_KIND_IDS} - names.keys() - own.keys()
    return {
        spec.id: (names | own).get(spec.id, spec.text.rstrip("…"))
        for spec in ACTIONS
        if spec.id not in left_out
    }
