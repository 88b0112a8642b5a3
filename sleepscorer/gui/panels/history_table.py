"""What was done to a night as rows, the newest first."""

from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from sleepscorer.core.edits import Edit
from sleepscorer.core.history import HistoryStep, StepKind, history_steps, in_order
from sleepscorer.core.report_form import FormEntry
from sleepscorer.core.signing import Entry
from sleepscorer.gui.look.appearance import plain_tip
from sleepscorer.gui.look.row_list import heading
from sleepscorer.gui.session_model import SessionModel

COLUMNS = ("When", "Who", "By", "What", "From", "To", "Epochs")
WHEN, WHO, KIND, WHAT, BEFORE, AFTER, EPOCHS = range(len(COLUMNS))
_TOOLTIPS = (
    "Local time at which it was done",
    "Who was logged in, and on which machine",
    "A person, the machine, an import, a step back (undo) or again (redo), a signature, the form",
    "What was done",
    "What it was before",
    "What it is since",
    "Number of the epoch, or of the first of several; Enter turns to it",
)
_BOLD = (StepKind.SIGNED, StepKind.UNLOCKED)
_SLANTED = (StepKind.UNDO, StepKind.REDO)

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class HistoryTable(QAbstractTableModel):
    """The steps of a session, less those that a filter hides.

    Parameters
    ----------
    model
        The open session.
    """

    def __init__(self, model: SessionModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        # Oldest first, as they come; the rows are counted from the end.
        self._steps: list[HistoryStep] = []
        self._shown: list[HistoryStep] = []
        self._read: tuple[Edit | Entry, ...] = ()
        self._text, self._kinds = "", frozenset(StepKind)

    @property
    def n_steps(self) -> int:
        """How many there are, whatever the filter."""
        return len(self._steps)

    def step_at(self, row: int) -> HistoryStep | None:
        """What stands in a row; None below the last."""
        return self._shown[-1 - row] if 0 <= row < len(self._shown) else None

    def read_on(self) -> None:
        """Take over what was done since."""
        session = self._model.session
        done, n_read = in_order(session.edits, session.signing), len(self._read)
        if self._read and (len(done) < n_read or done[n_read - 1] is not self._read[-1]):
            # Another scoring is shown, or the clock was put back: a form stands before what is
            # read already.
            self._steps, n_read = [], 0
            self._show_wanted()
        forms = [one for one in done[:n_read] if isinstance(one, FormEntry)]
        form = forms[-1].form if forms else None
        new = list(history_steps(done[n_read:], self._model.clock_text, form=form))
        self._read = done
        self._steps += new
        wanted = [step for step in new if self._is_wanted(step)]
        if wanted:
            self.beginInsertRows(_ROOT, 0, len(wanted) - 1)
            self._shown += wanted
            self.endInsertRows()

    def set_filter(self, text: str) -> None:
        """Show only steps of which a column has this text, whatever its case."""
        self._text = _plain(text.strip())
        self._show_wanted()

    def set_kinds(self, kinds: frozenset[StepKind]) -> None:
        """Show only steps of these kinds."""
        self._kinds = kinds
        self._show_wanted()

    def _show_wanted(self) -> None:
        self.beginResetModel()
        self._shown = [step for step in self._steps if self._is_wanted(step)]
        self.endResetModel()

    def _is_wanted(self, step: HistoryStep) -> bool:
        if step.kind not in self._kinds:
            return False
        words = (_plain(text_of(step, column)) for column in range(len(COLUMNS)))
        return not self._text or any(self._text in word for word in words)

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802, D102
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _ROOT) -> int:  # noqa: N802, D102
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802, D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        return heading(section, orientation, role, names=COLUMNS, tips=_TOOLTIPS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        step = self.step_at(index.row())
        if step is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return text_of(step, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(sentence_of(step))
        if role == Qt.ItemDataRole.FontRole and step.kind in (*_BOLD, *_SLANTED):
            font = QFont()
            font.setBold(step.kind in _BOLD and index.column() == WHAT)
            font.setItalic(step.kind in _SLANTED)
            return font
        return None


def text_of(step: HistoryStep, column: int) -> str:
    """What a cell says."""
    if column == WHEN:
        when = _local(step)
        is_today = when.date() == datetime.now().astimezone().date()
        return f"{when:%H:%M:%S}" if is_today else f"{when:%d %b %H:%M}"
    cells = (step.author.user, step.kind.value, step.what, step.before, step.after, step.epochs)
    return cells[column - WHO]


def sentence_of(step: HistoryStep) -> str:
    """Everything about a step, in a sentence."""
    who = f"{step.author.user} on {step.author.workstation}"
    moved = f"; from {step.before} to {step.after}" if step.after else ""
    return f"{_local(step):%Y-%m-%d %H:%M:%S}, {who} ({step.kind.value}): {step.what}{moved}."


def _plain(text: str) -> str:
    """As it is looked for: keyboards have no dash of ranges."""
    return text.casefold().replace("–", "-")


def _local(step: HistoryStep) -> datetime:
    return datetime.fromisoformat(step.utc).astimezone()
