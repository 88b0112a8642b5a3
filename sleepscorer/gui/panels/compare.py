"""Several scorers of one night beside each other: how far they agree, and where they don't."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.agreement import Agreement
from sleepscorer.core.compared_layers import comparison_of, scorers_among, votes_in_words
from sleepscorer.core.comparison import Comparison
from sleepscorer.core.layers import LayerStages
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import counted, of_counted
from sleepscorer.gui.look.appearance import described, shortened
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.panels.compared_hypnograms import ComparedHypnograms
from sleepscorer.gui.panels.confusion_table import ConfusionTable
from sleepscorer.gui.session_model import SessionModel

_UPDATE_AFTER_MS = 80
_BLIND = (
    "This scoring is made blind: what others and the machine made of the night is shown once it is"
    " done."
)
_ALONE = (
    "There is nothing to compare yet: auto-score the night, begin a second scoring, or import one"
    " as another scorer's."
)


class ComparePanel(QWidget):
    """Shows hypnograms on one axis, the agreement of two of them, and the way to where they differ.

    Parameters
    ----------
    model
        The scorings.
    theme
        The colours.
    """

    def __init__(self, model: SessionModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._scorings: tuple[LayerStages, ...] = ()
        self._comparison: Comparison | None = None
        self._at_cell: tuple[Stage, Stage, int] | None = None
        self.setAccessibleName("Compare")
        self._update_timer = QTimer(self)
        self._update_timer.setSingleShot(True)
        self._update_timer.setInterval(_UPDATE_AFTER_MS)
        self._update_timer.timeout.connect(self._update)
        self._build(theme)
        model.compared_changed.connect(self._on_compared_changed)
        model.epoch_selected.connect(self._on_epoch_selected)

    # -- building -------------------------------------------------------------------------------

    def _build(self, theme: Theme) -> None:
        self._hypnograms = ComparedHypnograms(theme)
        self._hypnograms.epoch_chosen.connect(self._model.select_epoch)
        self._first, self._second = QComboBox(), QComboBox()
        described(self._first, "Compared: first scoring", "Its stages are the rows of the matrix")
        described(
            self._second, "Compared: second scoring", "Its stages are the columns of the matrix"
        )
        for box in (self._first, self._second):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.activated.connect(self._show_pair)
        self._figures, self._here = QLabel(), QLabel()
        for label, name in ((self._figures, "Agreement"), (self._here, "This epoch")):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAccessibleName(name)
        self._matrix = ConfusionTable(theme)
        self._matrix.cell_opened.connect(self._go_through_cell)
        self._back, self._next = (
            QPushButton("&Previous difference"),
            QPushButton("Ne&xt difference"),
        )
        self._back.clicked.connect(partial(self._go_to_difference, back=True))
        self._next.clicked.connect(partial(self._go_to_difference, back=False))
        self._lay_out()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("&Rows", self._first)
        form.addRow("&Columns", self._second)
        buttons = QHBoxLayout()
        buttons.addWidget(self._back)
        buttons.addWidget(self._next)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(6, 6, 6, 6)
        inside.addWidget(self._hypnograms)
        inside.addWidget(self._here)
        inside.addLayout(buttons)
        inside.addLayout(form)
        inside.addWidget(self._matrix)
        inside.addWidget(self._figures)
        inside.addStretch(1)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        described(area, "Scorers beside each other")
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        self.setFocusProxy(self._next)

    # -- following ------------------------------------------------------------------------------

    @Slot()
    def _on_compared_changed(self) -> None:
        # Scoring keys come fast, and what is hidden reads it later.
        if self.isVisible():
            self._update_timer.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102
        super().showEvent(event)
        self._update()

    @Slot()
    def _update(self) -> None:
        self._scorings = self._model.compared()
        self._comparison = comparison_of(self._scorings)
        differing = () if self._comparison is None else self._comparison.disagreements
        self._hypnograms.show_scorings(self._scorings, tuple(int(epoch) for epoch in differing))
        self._hypnograms.show_epoch(self._model.epoch)
        self._offer_pairs()
        is_several = len(self._scorings) > 1
        for widget in (self._first, self._second, self._matrix, self._back, self._next):
            widget.setEnabled(is_several)
        self._show_pair()
        self._on_epoch_selected(self._model.epoch)

    @Slot(int)
    def _on_epoch_selected(self, epoch: int) -> None:
        if not self.isVisible():
            return
        self._hypnograms.show_epoch(epoch)
        if self._model.is_blind:
            self._here.setText(_BLIND)
        elif len(self._scorings) < 2 or self._comparison is None:
            self._here.setText(_ALONE)
        elif epoch < self._comparison.n_epochs:
            n_twice = int((self._comparison.n_scored > 1).sum())
            differ = of_counted(self._comparison.disagreements.size, n_twice, "epoch")
            votes = votes_in_words(scorers_among(self._scorings), epoch)
            self._here.setText(
                shortened(f"Epoch {epoch + 1}: {votes}. They differ in {differ} scored twice.")
            )

    # -- two of them ----------------------------------------------------------------------------

    def _offer_pairs(self) -> None:
        """Keep the two that are chosen while they are there; else the active one and another."""
        scorings = self._scorings
        keys = [one.key for one in scorings]
        active = next((one.key for one in scorings if one.is_active), keys[0] if keys else "")
        others = [key for key in keys if key != active]
        wanted = (active, others[0] if others else active)
        chosen = (self._first.currentData(), self._second.currentData())
        if chosen[0] != chosen[1] and set(chosen) <= set(keys):
            wanted = chosen
        for box, key in zip((self._first, self._second), wanted, strict=True):
            box.clear()
            for one in scorings:
                box.addItem(shortened(_title(one)), one.key)
            box.setCurrentIndex(box.findData(key))

    @Slot()
    def _show_pair(self) -> None:
        self._at_cell = None
        first, second = self._chosen()
        found, comparison = None, self._comparison
        if first and second and first is not second and comparison is not None:
            found = comparison.agreement_of(first.key, second.key)
        names = tuple("" if one is None else one.title for one in (first, second))
        self._matrix.show_agreement(found, *names)
        self._figures.setText("" if found is None else _figures_text(found))

    def _chosen(self) -> tuple[LayerStages | None, LayerStages | None]:
        keys = (self._first.currentData(), self._second.currentData())
        by_key = {one.key: one for one in self._scorings}
        first, second = (by_key.get(key) for key in keys)
        return first, second

    def _go_to_difference(self, *, back: bool) -> None:
        self._model.next_difference(back=back)

    @Slot(object, object)
    def _go_through_cell(self, row: Stage, column: Stage) -> None:
        """Turn to the next epoch of a cell, and behind its last one to the first."""
        first, second = self._chosen()
        if first is None or second is None or self._comparison is None:
            return
        cell = self._comparison.epochs_of(first.key, second.key, row, column)
        epochs = [int(epoch) for epoch in cell]
        if not epochs:
            self._here.setText(
                shortened(
                    f"No epoch that {first.title} calls {row.text} and {second.title}"
                    f" {column.text}."
                )
            )
            return
        behind = [epoch for epoch in epochs if epoch > self._model.epoch]
        is_new = self._at_cell is None or self._at_cell[:2] != (row, column)
        epoch = epochs[0] if is_new or not behind else behind[0]
        self._at_cell = (row, column, epoch)
        self._model.select_epoch(epoch)
        place = of_counted(epochs.index(epoch) + 1, len(epochs), "epoch")
        self._here.setText(
            shortened(
                f"{place} that {first.title} calls {row.text} and {second.title}"
                f" {column.text}: epoch {epoch + 1}. {votes_in_words(self._scorings, epoch)}."
            )
        )


def _title(one: LayerStages) -> str:
    scored = of_counted(one.n_scored, one.stages.size, "epoch")
    return f"{one.title} ({scored} scored)" if one.n_scored < one.stages.size else one.title


def _figures_text(found: Agreement) -> str:
    kappa = _shown(found.kappa)
    if found.kappa is not None and found.kappa_low is not None and found.kappa_high is not None:
        kappa += f" (95 % CI {found.kappa_low:.2f} to {found.kappa_high:.2f})"
    by_stage = zip(found.stage_set, found.support, found.recall, found.kappa_by_stage, strict=True)
    lines = [
        f"{100 * found.accuracy:.1f} % of {counted(found.n_epochs, 'epoch')} agree; kappa {kappa}",
        *(
            f"{stage.text}: {'–' if share is None else f'{100 * share:.0f} %'} of {n} agree;"
            f" kappa {_shown(of_stage)}"
            for stage, n, share, of_stage in by_stage
        ),
    ]
    if found.n_excluded:
        lines.append(f"{counted(found.n_excluded, 'epoch')} not scored in both are left out")
    return "\n".join(lines)


def _shown(kappa: float | None) -> str:
    return "–" if kappa is None else f"{kappa:.2f}"
