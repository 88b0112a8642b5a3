"""The page of the preferences with kinds of events of one's own: a table, a row each."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.analysis.laboratory import KIND_WORDS
from sleepscorer.core.errors import UsageError
from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.own_kinds import PLACES, OwnKind, OwnKinds, free_place, own_name
from sleepscorer.gui.actions.table import BY_ID
from sleepscorer.gui.keys import Keys, KeyTakenError, check_keys, key_map
from sleepscorer.gui.look.appearance import described

_HEADS = ("Name", "Text in files", "Family", "Channel", "Least, s", "Usual, s", "Key")
_LABEL, _TEXT, _FAMILY, _CHANNEL, _LEAST, _USUAL, _KEY = range(len(_HEADS))
_WRITTEN = (_LABEL, _TEXT, _LEAST, _USUAL, _KEY)
_NOTE = (
    "What your laboratory marks beside the program's kinds. The family gives the colour. Least: 0"
    " for any length; usual: 0 for a moment. A key as in “Shift+Z”. Events that are marked already"
    " keep their text."
)
_ANY_CHANNEL = "any"


@dataclass(frozen=True)
class ChosenKinds:
    """What the page says.

    Parameters
    ----------
    kinds
        All rows.
    own_keys
        The person's keys, those of the rows among them.
    """

    kinds: OwnKinds
    own_keys: Mapping[str, Keys]


class KindsPage(QWidget):
    """Asks for kinds of events of one's own.

    Parameters
    ----------
    kinds
        Those in force.
    own_keys
        The person's keys by action.
    """

    def __init__(
        self, kinds: OwnKinds, own_keys: Mapping[str, Keys], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._own_keys = own_keys
        self._places: list[int] = []
        self._table = QTableWidget(0, len(_HEADS))
        self._table.setHorizontalHeaderLabels(list(_HEADS))
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setTabKeyNavigation(False)
        self._table.verticalHeader().hide()
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in (_LABEL, _TEXT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        described(self._table, "Own kinds of events", "F2 changes the chosen cell")
        self._add = QPushButton("&Add")
        described(self._add, "Add a kind of event", f"{len(PLACES)} at most")
        self._remove = QPushButton("Re&move")
        described(self._remove, "Remove the chosen kind", "Its events stay, as words of their own")
        for button in (self._add, self._remove):
            button.setAutoDefault(False)
        self._message = QLabel()
        self._message.setObjectName("refusal")
        self._message.setWordWrap(True)
        self._message.hide()
        self._lay_out()
        for row in kinds.rows:
            self._show(row)
        self._add.clicked.connect(self._on_add)
        self._remove.clicked.connect(self._on_remove)
        self._show_possible()

    @property
    def message(self) -> str:
        """Why what is written can't be; empty where nothing was wrong."""
        return self._message.text()

    def chosen(self, profile: str, own_keys: Mapping[str, Keys]) -> ChosenKinds | None:
        """Return what is written; None, and say why, where it can't be.

        Parameters
        ----------
        profile
            Of the keys that are in force then.
        own_keys
            The person's keys as they are then.
        """
        self._message.hide()
        try:
            kinds = OwnKinds(tuple(self._read(at) for at in range(len(self._places))))
            return ChosenKinds(kinds, self._keys(profile, own_keys))
        except UsageError as error:
            said = str(error).rstrip(".")
            self._message.setText(f"{said[:1].upper()}{said[1:]}.")
            self._message.show()
            return None

    def _keys(self, profile: str, own_keys: Mapping[str, Keys]) -> dict[str, Keys]:
        """Return the person's keys with those of the rows, none of them another's."""
        ids = {f"event.{own_name(place)}" for place in PLACES}
        others = {id_: keys for id_, keys in own_keys.items() if id_ not in ids}
        held = key_map(profile, others)
        for at, place in enumerate(self._places):
            key = self._text(at, _KEY)
            if not key:
                continue
            action_id = f"event.{own_name(place)}"
            try:
                keys = check_keys(action_id, (key,), held)
            except KeyTakenError as error:
                whose = BY_ID[error.holder].text.rstrip("…")
                if error.holder in ids:
                    whose = self._text(self._places.index(_place_of(error.holder)), _LABEL)
                raise UsageError(f"{key} is the key of {whose}", hint=error.hint) from error
            held[action_id] = others[action_id] = keys
        return others

    def _lay_out(self) -> None:
        note = QLabel(_NOTE)
        note.setObjectName("faint")
        note.setWordWrap(True)
        below = QHBoxLayout()
        below.addWidget(self._add)
        below.addWidget(self._remove)
        below.addStretch()
        layout = QVBoxLayout(self)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._message)
        layout.addLayout(below)
        layout.addWidget(note)

    def _show(self, row: OwnKind) -> None:
        at = self._table.rowCount()
        self._table.insertRow(at)
        self._places.append(row.place)
        keys = self._own_keys.get(f"event.{own_name(row.place)}", ())
        self._write(at, row.label, row.text, row.shortest_s, row.duration_s, next(iter(keys), ""))
        families = {family.value: family.value for family in EventFamily}
        self._table.setCellWidget(at, _FAMILY, _choice(families, row.family, "Family"))
        channels = {"": _ANY_CHANNEL, **KIND_WORDS}
        self._table.setCellWidget(at, _CHANNEL, _choice(channels, row.seen_on, "Channel"))

    def _write(
        self, at: int, label: str, text: str, least_s: float, usual_s: float, key: str
    ) -> None:
        written = (label, text, f"{least_s:g}", f"{usual_s:g}", key)
        for column, words in zip(_WRITTEN, written, strict=True):
            self._table.setItem(at, column, QTableWidgetItem(words))

    def _read(self, at: int) -> OwnKind:
        label = self._text(at, _LABEL)
        return OwnKind(
            place=self._places[at],
            label=label,
            text=self._text(at, _TEXT) or label,
            family=self._chosen_in(at, _FAMILY),
            seen_on=self._chosen_in(at, _CHANNEL),
            shortest_s=self._seconds(at, _LEAST),
            duration_s=self._seconds(at, _USUAL),
        )

    def _seconds(self, at: int, column: int) -> float:
        text = self._text(at, column)
        try:
            return float(text.replace(",", ".") or 0.0)
        except ValueError:
            raise UsageError(f"{text} is no number of seconds") from None

    def _text(self, at: int, column: int) -> str:
        item = self._table.item(at, column)
        return "" if item is None else item.text().strip()

    def _chosen_in(self, at: int, column: int) -> str:
        choice = self._table.cellWidget(at, column)
        assert isinstance(choice, QComboBox)
        return str(choice.currentData())

    @Slot()
    def _on_add(self) -> None:
        place = free_place(self._places)
        if place is None:
            return
        at = self._table.rowCount()
        # The name is asked for at once: an empty one can't be kept.
        self._show(OwnKind(place, f"New kind {place}", f"New kind {place}"))
        self._write(at, "", "", 0.0, 10.0, "")
        self._show_possible()
        self._table.setCurrentCell(at, _LABEL)
        item = self._table.item(at, _LABEL)
        if item is not None:
            self._table.editItem(item)

    @Slot()
    def _on_remove(self) -> None:
        at = self._table.currentRow()
        if at >= 0:
            self._table.removeRow(at)
            del self._places[at]
            self._show_possible()

    def _show_possible(self) -> None:
        self._add.setEnabled(free_place(self._places) is not None)
        self._remove.setEnabled(bool(self._places))


def _place_of(action_id: str) -> int:
    return next(place for place in PLACES if action_id == f"event.{own_name(place)}")


def _choice(texts: Mapping[str, str], chosen: str, name: str) -> QComboBox:
    choice = QComboBox()
    for value, text in texts.items():
        choice.addItem(text, value)
    choice.setCurrentIndex(max(choice.findData(chosen), 0))
    described(choice, name)
    return choice
