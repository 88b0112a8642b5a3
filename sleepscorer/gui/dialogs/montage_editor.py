"""Edits what is shown of a recording, with a preview: rows, derivations, filters, scales."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QItemSelectionModel, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.analysis.display import DisplayMontage, DisplayTrace
from sleepscorer.analysis.laboratory import Laboratory
from sleepscorer.analysis.montage_presets import MontagePreset, TraceRule, wants_of
from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.progress import Progress
from sleepscorer.core.recording import Recording
from sleepscorer.core.session import ScoringSession
from sleepscorer.files.montages import save_preset
from sleepscorer.gui.dialogs.derivation_picker import DerivationPicker
from sleepscorer.gui.dialogs.trace_form import TraceForm
from sleepscorer.gui.look.appearance import described, plain_tip
from sleepscorer.gui.look.screen_fit import fit_to_screen
from sleepscorer.gui.look.scrolled import Scrolled
from sleepscorer.gui.look.theme import Theme
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.traces.signal_view import SignalView
from sleepscorer.session_documents import current_author


class MontageEditor(QDialog):
    """Rows on the left, what the chosen ones look like on the right, a page of them below.

    Parameters
    ----------
    model
        The open session; its montage changes with OK only.
    theme
        Colours of the preview.
    tasks
        For fitting new rows to the recording.
    rows_mm
        Height of all rows together on the screen, for sensitivities in µV/mm.
    """

    def __init__(
        self,
        model: SessionModel,
        theme: Theme,
        *,
        tasks: TaskRunner,
        rows_mm: float,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Montage")
        self.resize(1080, 760)
        self._model = model
        self._traces = list(model.montage.traces)
        self._name = model.montage.name
        self._list = QListWidget()
        described(self._list, "Rows of the montage", "Space shows and hides a row")
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._tasks = tasks
        self._rows_mm = rows_mm
        self._form = TraceForm()
        self._message = QLabel()
        self._message.setObjectName("refusal")
        self._message.setWordWrap(True)
        self._saved = QLabel()
        self._saved.setObjectName("faint")
        self._saved.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._preview_model = self._new_preview_model()
        self._preview = SignalView(self._preview_model, theme)
        self._is_listing = False
        self._lay_out()
        self._list_rows(0)
        self._list.itemChanged.connect(self._on_item_changed)
        self._list.itemSelectionChanged.connect(self._on_rows_chosen)
        self._form.edited.connect(self._on_form_edited)
        self._on_rows_chosen()

    @property
    def montage(self) -> DisplayMontage:
        """The montage as it is now."""
        return DisplayMontage(self._name, tuple(self._traces))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - a name of Qt
        """Let Enter press the button it is on, OK from a list; in a box it ends what is typed."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        focused = self.focusWidget()
        if isinstance(focused, QPushButton):
            focused.click()
        elif isinstance(focused, QComboBox | QListWidget):
            self.accept()

    def done(self, result: int) -> None:
        """Keep the montage, or not, and let the preview go."""
        if result == QDialog.DialogCode.Accepted:
            changed = self.montage.traces != self._model.montage.traces
            name = self._name
            if changed and not name.endswith("*") and name == self._model.montage.name:
                name += "*"
            self._model.set_montage(replace(self.montage, name=name))
        self._preview.stop()
        super().done(result)

    def _new_preview_model(self) -> SessionModel:
        shown = self._model.session
        session = ScoringSession(
            shown.n_epochs,
            MemoryJournal(),
            author=current_author(),
            edits=shown.edits,
            stagings=() if shown.machine is None else (shown.machine,),
            read_only=True,
        )
        model = SessionModel(self._model.recording, session, self._model.montage, self)
        model.set_page_length(self._model.page_s)
        model.select_epoch(self._model.epoch)
        return model

    def _lay_out(self) -> None:
        above = QWidget()
        grid = QGridLayout(above)
        grid.addWidget(self._list, 0, 0, 3, 1)
        grid.addLayout(self._order_buttons(), 0, 1)
        grid.addWidget(Scrolled(self._form), 0, 2)
        grid.addLayout(self._adding_row(), 1, 1, 1, 2)
        grid.addWidget(self._message, 2, 1, 1, 2)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(2, 3)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(above)
        splitter.addWidget(self._preview)
        splitter.setSizes([330, 400])
        splitter.setStretchFactor(1, 1)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        # Away from what closes the dialog: it does not.
        below = QHBoxLayout()
        keep = "Keep this montage for other recordings"
        below.addWidget(_button("&Save as preset…", keep, self._on_save))
        below.addWidget(self._saved, 1)
        below.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.addWidget(splitter, 1)
        layout.addLayout(below)

    def _order_buttons(self) -> QVBoxLayout:
        column = QVBoxLayout()
        for text, tip, slot in (
            ("&Up", "Move the chosen rows up", self._on_up),
            ("&Down", "Move the chosen rows down", self._on_down),
            ("&Remove", "Take the chosen rows away", self._on_remove),
        ):
            column.addWidget(_button(text, tip, slot))
        column.addStretch()
        return column

    def _adding_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        tip = "Choose among all signals and derivations of this recording; they go below the row"
        row.addWidget(_button("&Add…", tip, self._on_add))
        row.addWidget(_button("Add all si&gnals", "Add all stored signals", self._on_add_all))
        row.addStretch()
        return row

    def _list_rows(self, *chosen: int) -> None:
        self._is_listing = True
        self._list.clear()
        for trace in self._traces:
            item = QListWidgetItem(trace.channel.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            state = Qt.CheckState.Checked if trace.visible else Qt.CheckState.Unchecked
            item.setCheckState(state)
            item.setToolTip(plain_tip(trace.channel.formula))
            self._list.addItem(item)
        for row in chosen:
            if 0 <= row < self._list.count():
                self._list.item(row).setSelected(True)
                self._list.setCurrentRow(row, QItemSelectionModel.SelectionFlag.Select)
        self._is_listing = False
        self._show_montage()
        self._on_rows_chosen()

    def _rows(self) -> list[int]:
        return sorted(index.row() for index in self._list.selectedIndexes())

    def _change(self, rows: list[int], change: Callable[[DisplayTrace], DisplayTrace]) -> None:
        for row in rows:
            self._traces[row] = change(self._traces[row])
        self._show_montage()

    def _show_montage(self) -> None:
        montage = self.montage
        self._form.set_row_mm(self._rows_mm / max(len(montage.visible), 1))
        self._preview_model.set_montage(montage)

    def _fit(self, preset: MontagePreset, insert: Callable[[DisplayMontage], None]) -> None:
        """Choose the heights of new rows as presets do: that reads the recording.

        Rows that were added before are still wanted, so each addition is awaited by itself.
        """
        Latest(self._tasks, self).start(
            "Fitting the montage",
            partial(_fitted, preset, self._model.recording, self._model.laboratory),
            insert,
            failed=self._message.setText,
            quiet=True,
        )

    def _insert_below(self, added: DisplayMontage) -> None:
        """Add rows below the chosen one."""
        at = (self._rows() or [len(self._traces) - 1])[-1] + 1
        self._insert(at, list(added.traces))

    def _insert_missing(self, stored: DisplayMontage) -> None:
        """Add those rows that are not there at the end."""
        shown = {trace.channel.stored_labels for trace in self._traces}
        new = [one for one in stored.traces if one.channel.stored_labels not in shown]
        self._insert(len(self._traces), new)

    def _insert(self, at: int, traces: list[DisplayTrace]) -> None:
        if self.isVisible():
            self._traces[at:at] = traces
            self._list_rows(*range(at, at + len(traces)))

    def _move(self, step: int) -> None:
        rows = self._rows()
        if not rows or rows[0] + step < 0 or rows[-1] + step >= len(self._traces):
            return
        for row in rows if step < 0 else rows[::-1]:
            self._traces[row + step], self._traces[row] = (
                self._traces[row],
                self._traces[row + step],
            )
        self._list_rows(*(row + step for row in rows))

    @Slot()
    def _on_up(self) -> None:
        self._move(-1)

    @Slot()
    def _on_down(self) -> None:
        self._move(1)

    @Slot()
    def _on_remove(self) -> None:
        rows = self._rows()
        for row in reversed(rows):
            del self._traces[row]
        self._list_rows(min(rows[0], len(self._traces) - 1) if rows else 0)

    @Slot()
    def _on_add(self) -> None:
        shown = [trace.channel.name for trace in self._traces]
        picker = DerivationPicker(self._model.recording, shown, self)
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.chosen.connect(self._on_derivations_chosen)
        fit_to_screen(picker)
        picker.open()

    @Slot(object)
    def _on_derivations_chosen(self, chosen: tuple[ResolvedDerivation, ...]) -> None:
        self._message.setText("")
        rules = tuple(TraceRule(wants=wants_of(one)) for one in chosen)
        self._fit(MontagePreset("Added rows", rules), self._insert_below)

    @Slot()
    def _on_add_all(self) -> None:
        self._fit(MontagePreset("All signals", all_signals=True), self._insert_missing)

    @Slot(QListWidgetItem)
    def _on_item_changed(self, item: QListWidgetItem) -> None:
        if not self._is_listing:
            visible = item.checkState() == Qt.CheckState.Checked
            self._change([self._list.row(item)], lambda trace: replace(trace, visible=visible))

    @Slot()
    def _on_rows_chosen(self) -> None:
        if not self._is_listing:
            rows = self._rows()
            self._form.show_trace(self._traces[rows[0]] if rows else None)

    @Slot(object)
    def _on_form_edited(self, change: Callable[[DisplayTrace], DisplayTrace]) -> None:
        self._change(self._rows(), change)

    @Slot()
    def _on_save(self) -> None:
        proposed = self._name.rstrip("*")
        # The dialog is as wide as its label, and its title must not be cut.
        label = "Name of the preset, under which the Montage menu lists it"
        name, ok = QInputDialog.getText(self, "Save as preset", label, text=proposed)
        if not ok or not name.strip():
            return
        try:
            save_preset(MontagePreset.of(self.montage, name.strip()))
        except SleepScorerError as error:
            self._message.setText(str(error))
            return
        self._name = name.strip()
        self._message.clear()
        self._saved.setText(f"Saved as {self._name}")


def _fitted(
    preset: MontagePreset, recording: Recording, laboratory: Laboratory, progress: Progress
) -> DisplayMontage:
    progress(0.0, preset.name)
    return preset.resolve(recording, laboratory)


def _button(text: str, tip: str, slot: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    described(button, text.replace("&", ""), tip)
    button.setAutoDefault(False)
    button.clicked.connect(slot)
    return button
