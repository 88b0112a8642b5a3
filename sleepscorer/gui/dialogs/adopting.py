"""Asks which events of the recording, or of another scoring, are taken as one's own."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QTableWidgetItem, QWidget

from sleepscorer.core.adopting import AdoptionRow, adoption_rows
from sleepscorer.core.events import Event
from sleepscorer.core.wording import counted
from sleepscorer.gui.dialogs.read_only_table import ReadOnlyTable
from sleepscorer.gui.dialogs.session_dialog import SessionDialog
from sleepscorer.gui.look.appearance import described

_HEADS = ("Words there", "Events", "Become")
_OWN_WORDS = "as it is: counts as no kind"
_CHECKED = Qt.CheckState.Checked
_TIP = "Up and Down go through the rows, Space takes or leaves the events of these words"


class AdoptDialog(SessionDialog):
    """Shows what becomes of which words, all of them checked; nothing is taken before Take.

    Parameters
    ----------
    sources
        What can be taken, by whose it is; not empty.
    """

    def __init__(
        self, sources: Mapping[str, tuple[Event, ...]], parent: QWidget | None = None
    ) -> None:
        super().__init__("Take events as own", "&Take", parent)
        self._sources = sources
        self._rows: Sequence[AdoptionRow] = ()
        self._say(
            "Events taken are yours: they count, can be changed, and are one step to undo."
            " The recording itself stays as it is."
        )
        self._source = QComboBox()
        for name, events in sources.items():
            self._source.addItem(
                f"{name[:1].upper()}{name[1:]}, {counted(len(events), 'event')}", name
            )
        described(self._source, "Events of", "Whose events are taken")
        self._table = ReadOnlyTable("What events become", _HEADS, wide=0)
        described(self._table, "What events become", _TIP)
        self._form.addRow("Events &of", self._source)
        self._form.addRow(self._table)
        self._source.currentIndexChanged.connect(self._show_rows)
        self._show_rows()
        self._table.setFocus()
        self.resize(520, 420)

    @property
    def source(self) -> str:
        """Whose events are taken."""
        return str(self._source.currentData())

    def chosen(self) -> tuple[Event, ...]:
        """Return the events of the words that are checked."""
        words = {row.text for at, row in enumerate(self._rows) if self._is_checked(at)}
        return tuple(event for event in self._sources[self.source] if event.text in words)

    @Slot()
    def _show_rows(self) -> None:
        self._rows = adoption_rows(self._sources[self.source])
        self._table.show_rows([_texts(row) for row in self._rows])
        for at in range(len(self._rows)):
            item = self._item(at)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(_CHECKED)

    def _is_checked(self, at: int) -> bool:
        return self._item(at).checkState() == _CHECKED

    def _item(self, at: int) -> QTableWidgetItem:
        item = self._table.item(at, 0)
        assert item is not None
        return item


def _texts(row: AdoptionRow) -> tuple[str, str, str]:
    kind = _OWN_WORDS if row.kind is None else row.kind.label
    return row.text, str(row.n_events), kind
