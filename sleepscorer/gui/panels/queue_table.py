"""The epochs of the review queue as rows, and why each of them is there."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.review import ReviewOrder, ReviewQueue
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.core.staging_result import EQUIVOCAL_TEXT
from sleepscorer.core.wording import percent
from sleepscorer.gui.session_model import SessionModel

_COLUMNS = ("", "Epoch", "Clock", "Stage", "Machine", "", "Next")
_DONE, _EPOCH, _CLOCK, _STAGE, _BEST, _EQUIVOCAL, _OTHER = range(len(_COLUMNS))
EQUIVOCAL_SIGN = "≈"
_TOOLTIPS = (
    "Done: a person scored or confirmed it",
    "Number of the epoch; Enter turns to it",
    "When it starts",
    "The stage it has in the scoring now",
    "The machine's stage and how likely it is right; none where it could not stage the epoch",
    f"Equivocal (≈): the machine's two choices are within {EQUIVOCAL_TEXT}",
    "The stage that the machine holds next probable; the Epoch tab shows all probabilities",
)
_UNSTAGED, _NOT_TOLD = "none", "–"

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class QueueTable(QAbstractTableModel):
    """The epochs of a queue as rows.

    Parameters
    ----------
    model
        The open session.
    parent
        Whose view shows them.
    """

    def __init__(self, model: SessionModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._queue: ReviewQueue | None = None

    def show_queue(self, queue: ReviewQueue) -> None:
        """Show this queue; the same epochs keep their rows, and the selection with them."""
        if self._queue is not None and self._queue.epochs == queue.epochs:
            self._queue = queue
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, _OTHER, _OTHER)
            if queue.epochs:
                last = self.index(len(queue.epochs) - 1, len(_COLUMNS) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._queue = queue
        self.endResetModel()

    def epoch_at(self, row: int) -> int | None:
        """Which epoch stands in a row; None below the last."""
        if self._queue is None or not 0 <= row < self._queue.n_total:
            return None
        return self._queue.epochs[row]

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802, D102
        return 0 if parent.isValid() or self._queue is None else self._queue.n_total

    def columnCount(self, parent: Index = _ROOT) -> int:  # noqa: N802, D102
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(  # noqa: N802, D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            tells_others = section == _OTHER and self._tells_others
            if role == Qt.ItemDataRole.DisplayRole:
                return self._others_heading if tells_others else _COLUMNS[section]
            if role == Qt.ItemDataRole.ToolTipRole:
                return self._others_tip if tells_others else _TOOLTIPS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        queue = self._queue
        if queue is None:
            return None
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole and column == _EPOCH:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.AccessibleTextRole and column == _DONE:
            return "done" if queue.done[row] else "to do"
        if role == Qt.ItemDataRole.AccessibleTextRole and column == _EQUIVOCAL:
            return "equivocal" if self._is_equivocal(queue.epochs[row]) else "clear"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.reason(queue.epochs[row])
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if column == _DONE:
            return "✓" if queue.done[row] else ""
        return self._text(queue.epochs[row], column)

    def reason(self, epoch: int) -> str:
        """Why an epoch is in the queue, in a sentence."""
        order = ReviewOrder.UNCERTAINTY if self._queue is None else self._queue.order
        best, following = self._best(epoch), self._following(epoch)
        if best == _UNSTAGED:
            machine = "the machine could not stage it"
        elif self._model.session.machine is None:
            machine = "no machine's answer"
        else:
            machine = f"the machine says {self._sure(epoch)}, next {following}"
            machine += ", equivocal" if self._is_equivocal(epoch) else ""
        state = self._model.session.state
        stages = state.stages
        if state.by_person[epoch]:
            machine = f"{self._scored(epoch)}; {machine}"
        if order is ReviewOrder.STAGE_CHANGE:
            around = stages[max(epoch - 1, 0) : epoch + 2].tolist()
            machine = f"stages {', '.join(Stage(s).text for s in around)} around it; {machine}"
        others = self._model.others_text(epoch, STAGES)
        if others and self._model.is_consensus:
            return f"Epoch {epoch + 1}: {others}; {machine}."
        return f"Epoch {epoch + 1}: {machine}{'; ' if others else ''}{others}."

    def _text(self, epoch: int, column: int) -> str:
        if column == _EPOCH:
            return str(epoch + 1)
        if column == _CLOCK:
            return self._model.clock_text(epoch * EPOCH_S)
        if column == _STAGE:
            return Stage(int(self._model.session.state.stages[epoch])).text
        if column == _EQUIVOCAL:
            return EQUIVOCAL_SIGN if self._is_equivocal(epoch) else ""
        if column == _BEST:
            return self._best_cell(epoch)
        return self._by_others(epoch) if self._tells_others else self._following(epoch)

    def _is_equivocal(self, epoch: int) -> bool:
        machine = self._model.session.machine
        return machine is not None and bool(machine.equivocal[epoch])

    @property
    def _tells_others(self) -> bool:
        """Whether the last column has the other stagers' stages: what they differ in is asked."""
        return self._queue is not None and self._queue.order is ReviewOrder.NOT_UNANIMOUS

    @property
    def _others_heading(self) -> str:
        return "Stagers" if self._model.is_consensus else "Second"

    @property
    def _others_tip(self) -> str:
        if not self._model.is_consensus:
            return "The stage that the second opinion gives"
        names = ", ".join(answer.name for answer in self._model.session.others)
        return f"The stages that the stagers give: {names}"

    # The queue is of five stages, whatever is shown of the machine elsewhere.

    def _best(self, epoch: int) -> str:
        """The machine's stage."""
        return self._ranked(epoch, 0) or (
            _NOT_TOLD if self._model.session.machine is None else _UNSTAGED
        )

    def _following(self, epoch: int) -> str:
        """The stage that the machine holds next probable.

        Without its probability: beside how sure the machine is, which is no probability of the
        network, it can be the larger number and yet not the machine's choice.
        """
        return self._ranked(epoch, 1) or _NOT_TOLD

    def _ranked(self, epoch: int, rank: int) -> str:
        machine = self._model.session.machine
        ranked = () if machine is None else machine_answer(machine).ranked(epoch)
        return ranked[rank][0].text if ranked else ""

    def _sure(self, epoch: int) -> str:
        """The machine's stage, and how likely it is right."""
        machine = self._model.session.machine
        said = "" if machine is None else machine_answer(machine).sure_text(epoch)
        return said or self._best(epoch)

    def _best_cell(self, epoch: int) -> str:
        """The same in a cell; a probability is written as all probabilities of stages are."""
        machine = self._model.session.machine
        if machine is None or machine.is_measured or machine.stages[epoch] < 0:
            return self._sure(epoch)
        return f"{self._best(epoch)} {percent(float(machine.confidence[epoch]))}"

    def _scored(self, epoch: int) -> str:
        """Which stage a person gave, here or in a scoring that was imported."""
        session = self._model.session
        stage = Stage(int(session.state.stages[epoch])).text
        is_here = session.reviewed[epoch]
        return f"a person scored {stage}" if is_here else f"the imported scoring says {stage}"

    def _by_others(self, epoch: int) -> str:
        second, others = self._model.second, self._model.session.others
        told = others if self._model.is_consensus else () if second is None else (second,)
        return " ".join(Stage(int(one.stages[epoch])).text for one in told) or _NOT_TOLD
