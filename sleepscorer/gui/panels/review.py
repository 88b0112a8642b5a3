"""The review queue: the epochs worth a look, and how far it is done."""

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QSlider,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.doubtful import doubtful_epochs
from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.review import USUAL_SHARE, ReviewOrder, ReviewQueue, review_queue, usual_order
from sleepscorer.core.wording import counted, percent
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.row_list import as_row_list
from sleepscorer.gui.panels.queue_table import EQUIVOCAL_SIGN, QueueTable
from sleepscorer.gui.session_model import SessionModel

_ORDERS = (
    ("Not unanimous", ReviewOrder.NOT_UNANIMOUS),
    ("Least certain first", ReviewOrder.UNCERTAINTY),
    ("Around stage changes", ReviewOrder.STAGE_CHANGE),
    ("Machine against person", ReviewOrder.DISAGREEMENT),
    ("Equivocal epochs", ReviewOrder.EQUIVOCAL),
)
_SHARE_TEXTS = {
    ReviewOrder.UNCERTAINTY: "Review the most doubtful",
    ReviewOrder.STAGE_CHANGE: "Review both sides of stage changes, at most",
    ReviewOrder.NOT_UNANIMOUS: "Review where the stagers are not unanimous, at most",
    ReviewOrder.EQUIVOCAL: "Review equivocal epochs, at most",
}
"""Of the orders that the share cuts; the others hold all that they find."""
_WIDEST = ("✓", "Epoch", "00:00:00", "Stage", "N3, >99 % sure", EQUIVOCAL_SIGN)
# What stands there instead is shorter, and leaves room for the stages of several stagers.
_WIDEST_UNMEASURED = (*_WIDEST[:4], "N3 >99 %", EQUIVOCAL_SIGN)
_UPDATE_AFTER_MS = 80
_NO_MACHINE = "Auto-score the night first: the queue asks where the machine is uncertain."
_NO_SECOND = "No second opinion was asked: choose another stager when you auto-score."
_NOT_MEASURED = (
    "No expected agreement: how often a stage of a given probability is right was not measured for"
    " this."
)
_EXPECTED = (
    "An estimate of the share of epochs whose stage is right; no second scorer is asked. An epoch"
    " that you reviewed is taken as right, any other, an imported one too, as right as often as"
    " epochs of which the machine was as sure were on the nights on which that was measured. Epochs"
    " that the machine could not stage don't count."
)


class ReviewPanel(QWidget):
    """Shows the queue, jumps to its epochs and counts what is done."""

    def __init__(self, model: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._shown: int | None = None
        self._rest: tuple[int, ...] = ()
        self._is_followed = False
        self._is_order_chosen = False
        self._widest: tuple[str, ...] = ()
        self.setAccessibleName("Review queue")
        self._update_timer = QTimer(self)
        self._update_timer.setSingleShot(True)
        self._update_timer.setInterval(_UPDATE_AFTER_MS)
        self._update_timer.timeout.connect(self._update)
        self._build()
        model.scoring_changed.connect(self._on_scoring_changed)
        model.epoch_selected.connect(self._on_epoch_selected)
        self._update()

    @property
    def is_followed(self) -> bool:
        """Whether the current epoch was reached in the queue, and nobody has left it since."""
        return self._is_followed

    def follow(self, epoch: int) -> None:
        """Go through the queue from this epoch of it."""
        if epoch in self._queue.epochs:
            place = self._queue.epochs.index(epoch)
            self._rest = self._queue.epochs[place + 1 :] + self._queue.epochs[:place]
            self._shown, self._is_followed = epoch, True
            self._model.select_epoch(epoch)

    def go_to_next(self) -> bool:
        """Turn to the next epoch of the queue that is not done; return False where none is left."""
        self._update()
        found = self._next_epoch()
        if found is None:
            return False
        self.follow(found)
        return True

    def _next_epoch(self) -> int | None:
        # Scoring an epoch may turn to its neighbour in time, which may be in the queue as well:
        # the place to go on from is the one this queue showed last, at first the top.
        pending = self._queue.pending
        if self._shown is None:
            return pending[0] if pending else None
        if self._shown in self._queue.epochs:
            return self._queue.next_after(self._shown)
        # Scored as the machine has it, it is no disagreement any more; what came after it counts.
        return next((e for e in self._rest if e in pending), pending[0] if pending else None)

    def _build(self) -> None:
        self._build_choice()
        self._build_table()
        self._promise, self._measured, self._doubt = QLabel(), QLabel(), QLabel()
        self._measured.setObjectName("faint")
        self._done_text, self._reason = QLabel(), QLabel()
        for label in (self._measured, self._reason):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._promise.setToolTip(_EXPECTED)
        for label, name in (
            (self._share_text, "What to review"),
            (self._promise, "Expected agreement"),
            (self._measured, "Where the confidence was measured"),
            (self._doubt, "Doubtful epochs"),
            (self._done_text, "Done"),
            (self._reason, "Why this epoch"),
        ):
            label.setAccessibleName(name)
            label.setWordWrap(label is not self._done_text)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMaximumHeight(6)
        described(self._bar, "Review done")
        order, done = QHBoxLayout(), QHBoxLayout()
        order.addWidget(self._order, 1)
        order.addWidget(self._next)
        done.addWidget(self._done_text)
        done.addWidget(self._bar, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addLayout(order)
        layout.addWidget(self._share_text)
        layout.addWidget(self._share)
        for label in (self._promise, self._measured, self._doubt):
            layout.addWidget(label)
        layout.addLayout(done)
        layout.addWidget(self._view, 1)
        layout.addWidget(self._reason)
        self.setFocusProxy(self._view)

    def _build_choice(self) -> None:
        self._order = QComboBox()
        for text, order in _ORDERS:
            self._order.addItem(text, order)
        described(self._order, "Order of the review queue")
        self._order.currentIndexChanged.connect(self._on_order_chosen)
        self._share = QSlider(Qt.Orientation.Horizontal)
        self._share.setRange(1, 100)
        self._share.setPageStep(5)
        self._share.setValue(round(100 * USUAL_SHARE))
        described(
            self._share,
            "Share of epochs to review, percent",
            "How many of all epochs to review (Up and Down)",
        )
        self._share.valueChanged.connect(self._update)
        self._share_text = QLabel()
        self._share_text.setBuddy(self._share)
        self._next = QPushButton("Next")
        described(
            self._next,
            "Next epoch to review",
            "Next epoch to review ({go.review}), leaving this one as it is; scoring an epoch of"
            " the queue goes on by itself",
        )
        self._next.clicked.connect(self.go_to_next)

    def _build_table(self) -> None:
        self._table = QueueTable(self._model, self)
        self._view = QTableView()
        self._view.setModel(self._table)
        described(
            self._view,
            "Epochs to review",
            "Up and Down choose, Enter turns to the epoch; a stage key then goes on in this list",
        )
        as_row_list(self._view, spare_px=6)
        self._view.setShowGrid(False)
        header = self._view.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        for column in range(header.count() - 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        self._fit_columns(_WIDEST)
        header.setSectionResizeMode(header.count() - 1, QHeaderView.ResizeMode.Stretch)
        self._view.clicked.connect(self._on_row_chosen)
        self._view.activated.connect(self._on_row_chosen)
        self._view.selectionModel().selectionChanged.connect(self._show_reason)

    def _fit_columns(self, widest: tuple[str, ...]) -> None:
        """Give all columns but the last the room of these texts, where they have not got it yet."""
        if widest == self._widest:
            return
        self._widest = widest
        for column, text in enumerate(widest):
            self._view.setColumnWidth(column, self.fontMetrics().horizontalAdvance(text) + 10)

    def _on_order_chosen(self) -> None:
        self._is_order_chosen = True
        self._update()

    def _show_usual_order(self) -> None:
        """Begin with what is worth a look first in this night, until a person wants another."""
        if self._is_order_chosen:
            return
        session = self._model.session
        usual = usual_order(session.machine, session.others)
        self._order.blockSignals(True)
        self._order.setCurrentIndex(self._order.findData(usual))
        self._order.blockSignals(False)

    def _on_scoring_changed(self) -> None:
        # Scoring keys come faster than anyone reads the list.
        self._update_timer.start()

    def _on_epoch_selected(self, epoch: int) -> None:
        if epoch != self._shown:
            self._is_followed = False
        if epoch in self._queue.epochs:
            self._view.selectRow(self._queue.epochs.index(epoch))
        else:
            self._view.clearSelection()
        self._show_reason()

    def _show_reason(self) -> None:
        rows = self._view.selectionModel().selectedRows()
        epoch = self._table.epoch_at(rows[0].row()) if rows else None
        self._reason.setText("" if epoch is None else self._table.reason(epoch))

    def _on_row_chosen(self, index: QModelIndex) -> None:
        epoch = self._table.epoch_at(index.row())
        if epoch is not None:
            self.follow(epoch)

    def _update(self) -> None:
        self._update_timer.stop()
        self._show_usual_order()
        session = self._model.session
        self._queue = review_queue(
            session.state,
            session.machine,
            reviewed=session.reviewed,
            others=session.others,
            # Qt gives an enumeration of strings back as a plain string.
            order=ReviewOrder(self._order.currentData()),
            share=self._share.value() / 100,
        )
        is_measured = session.machine is None or session.machine.is_measured
        self._fit_columns(_WIDEST if is_measured else _WIDEST_UNMEASURED)
        self._table.show_queue(self._queue)
        self._show_share(self._queue)
        self._done_text.setText(f"{self._queue.n_done} of {self._queue.n_total} done")
        self._bar.setRange(0, max(self._queue.n_total, 1))
        self._bar.setValue(self._queue.n_done)
        self._promise.setText(self._promised(self._queue))
        self._show_measured()
        self._show_doubt()
        self._next.setEnabled(bool(self._queue.pending))
        self._on_epoch_selected(self._model.epoch)

    def _show_share(self, queue: ReviewQueue) -> None:
        """Say how much is queued, of how much; what holds all and is never done has no share."""
        is_cut = queue.order in _SHARE_TEXTS
        for widget in (self._share_text, self._share, self._done_text, self._bar):
            widget.setVisible(is_cut)
        if is_cut:
            is_part = queue.order is not ReviewOrder.UNCERTAINTY and queue.n_total < queue.n_found
            n = (
                f"{queue.n_total} of {_epochs(queue.n_found)}"
                if is_part
                else _epochs(queue.n_total)
            )
            self._share_text.setText(f"{_SHARE_TEXTS[queue.order]} {self._share.value()} % ({n})")

    def _show_measured(self) -> None:
        """Say where the confidence was measured; that it was not, the promise says."""
        machine = self._model.session.machine
        said = "" if machine is None or not machine.is_measured else machine.measured_sentence
        self._measured.setText(said)
        self._measured.setVisible(bool(said))

    def _show_doubt(self) -> None:
        """Say of a doubtful night how much of its doubt is still to be reviewed, as exports do."""
        session = self._model.session
        said = ""
        if session.machine is not None:
            doubtful = doubtful_epochs(machine_answer(session.machine), session.reviewed)
            said = doubtful.warning or doubtful.note
        self._doubt.setText(said and f"{said.rstrip('.')}.")
        self._doubt.setVisible(bool(said))

    def _promised(self, queue: ReviewQueue) -> str:
        machine = self._model.session.machine
        if machine is None:
            return self._model.blind_sentence or _NO_MACHINE
        if queue.order is ReviewOrder.DISAGREEMENT:
            differ = "differs" if queue.n_total == 1 else "differ"
            return f"{_epochs(queue.n_total)} that a person scored {differ} from the machine"
        if queue.order is ReviewOrder.NOT_UNANIMOUS and not self._model.session.others:
            return _NO_SECOND
        if queue.order is ReviewOrder.EQUIVOCAL and not queue.n_total:
            return "No epoch is equivocal."
        if not machine.is_measured:
            return _NOT_MEASURED
        if queue.expected_agreement is None or queue.expected_agreement_now is None:
            return "Expected agreement: – (the machine could stage nothing)"
        made_by = machine.provenance
        # That another stager failed makes ours no worse.
        doubts = set(made_by.warnings) - {made_by.second_opinion_failure}
        doubt = "; less certain, as the staging has warnings" if doubts else ""
        if not queue.pending:
            now = percent(queue.expected_agreement_now)
            return f"Nothing left to review. Expected agreement {now}{doubt}"
        return (
            f"Expected agreement afterwards {percent(queue.expected_agreement)}"
            f" (now {percent(queue.expected_agreement_now)}){doubt}"
        )


def _epochs(n: int) -> str:
    return counted(n, "epoch")
