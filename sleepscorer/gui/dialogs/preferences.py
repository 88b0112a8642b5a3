"""Settings, on pages; nothing counts before OK."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.gui.dialogs.kinds_page import KindsPage
from sleepscorer.gui.dialogs.laboratory_page import LaboratoryPage
from sleepscorer.gui.keys import PROFILE_TEXTS
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.scrolled import Scrolled
from sleepscorer.gui.session_model import PAGE_LENGTHS_S
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.session_documents import current_author

DEVICE_TEXTS = {
    "auto": "GPU where there is one, else CPU",
    "cpu": "CPU",
    "cuda": "NVIDIA GPU (CUDA)",
    "mps": "Apple GPU (Metal)",
}
_RULER_PX = 400
_GOING_ON = (
    "To the next epoch; from an epoch of the review queue to the next one of the queue."
    " Off: the epoch scored stays."
)


class _Ruler(QWidget):
    """A line to be measured on the screen."""

    def sizeHint(self) -> QSize:  # noqa: N802 - a name of Qt
        return QSize(_RULER_PX + 20, 24)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - a name of Qt
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().windowText(), 1))
        painter.drawLine(10, 12, 10 + _RULER_PX, 12)
        for x in (10, 10 + _RULER_PX):
            painter.drawLine(x, 4, x, 20)
        painter.end()


class PreferencesDialog(QDialog):
    """Scoring, display, the laboratory's defaults, kinds of events, files."""

    def __init__(self, settings: SettingsFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self.resize(640, 460)
        self._settings = settings
        self._checks: dict[str, QCheckBox] = {}
        self._choices: dict[str, QComboBox] = {}
        self._texts: dict[str, QLineEdit] = {}
        self._ruler_mm = QDoubleSpinBox()
        self._forget_recent = QPushButton("For&get the recordings opened so far")
        self._forgets_recent = False
        pages = QTabWidget()
        described(pages.tabBar(), "Pages of the preferences")
        self._pages = pages
        self._laboratory = LaboratoryPage(settings.now.laboratory)
        self._kinds = KindsPage(settings.now.own_kinds, settings.now.own_keys)
        pages.addTab(self._scoring_page(), "&Scoring")
        pages.addTab(self._display_page(), "&Display")
        pages.addTab(self._laboratory, "&Laboratory")
        pages.addTab(self._kinds, "&Events")
        pages.addTab(self._files_page(), "&Files")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(Scrolled(pages))
        layout.addWidget(buttons)

    def accept(self) -> None:
        """Keep the settings, unless some can't be."""
        changes: dict[str, Any] = {name: c.isChecked() for name, c in self._checks.items()}
        changes |= {name: choice.currentData() for name, choice in self._choices.items()}
        changes |= {name: text.text().strip() for name, text in self._texts.items()}
        laboratory = self._laboratory.laboratory()
        if laboratory is None:
            self._pages.setCurrentWidget(self._laboratory)
            return
        changes["laboratory"] = laboratory
        chosen = self._kinds.chosen(changes["key_profile"], self._settings.now.own_keys)
        if chosen is None:
            self._pages.setCurrentWidget(self._kinds)
            return
        changes |= {"own_kinds": chosen.kinds, "own_keys": chosen.own_keys}
        changes["screen_mm_per_px"] = round(self._ruler_mm.value() / _RULER_PX, 6)
        if self._forgets_recent or not changes["keep_recent_files"]:
            changes["recent_files"] = ()
        self._settings.set(**changes)
        super().accept()

    def _scoring_page(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        self._add_choice(form, "key_profile", "&Keys", PROFILE_TEXTS)
        self._add_check(form, "advance_after_top_row", "Go on after scoring with the &top row")
        self._add_check(form, "advance_after_keypad", "Go on after scoring with the &keypad")
        for name in ("advance_after_top_row", "advance_after_keypad"):
            self._checks[name].setToolTip(_GOING_ON)
            self._checks[name].setAccessibleDescription(_GOING_ON)
        self._add_check(form, "score_on_opening", "&Auto-score recordings nobody has scored")
        self._add_choice(form, "device", "Auto-score &on", DEVICE_TEXTS)
        self._add_text(form, "scorer", "&Name of the scorer", "As the log of edits names you")
        self._texts["scorer"].setPlaceholderText(current_author().user)
        return page

    def _display_page(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        self._add_choice(form, "theme", "&Colours", {"light": "Light", "dark": "Dark"})
        lengths = {length: f"{length} s" for length in PAGE_LENGTHS_S}
        self._add_choice(form, "page_length_s", "&Page", lengths)
        self._add_check(form, "hypnogram_colours", "&Hypnogram in the stages' colours")
        self._add_check(form, "file_name_in_title", "File name in the window's &title")
        self._ruler_mm.setRange(0.0, 1000.0)
        self._ruler_mm.setDecimals(1)
        self._ruler_mm.setSuffix(" mm")
        self._ruler_mm.setSpecialValueText("as the screen says")
        self._ruler_mm.setValue(self._settings.now.screen_mm_per_px * _RULER_PX)
        described(
            self._ruler_mm,
            "Length of the line",
            "Measure the line with a ruler, so that µV/mm are right; 0 takes the screen's word",
        )
        label = QLabel("This line &measures")
        label.setBuddy(self._ruler_mm)
        form.addRow(label, _Ruler())
        form.addRow("", self._ruler_mm)
        return page

    def _files_page(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        self._add_check(form, "keep_recent_files", "&Remember the recordings opened last")
        described(self._forget_recent, "Forget the recordings opened so far", "With OK")
        self._forget_recent.setAutoDefault(False)
        self._forget_recent.setEnabled(bool(self._settings.now.recent_files))
        self._forget_recent.clicked.connect(self._on_forget_recent)
        form.addRow("", _at_the_left(self._forget_recent))
        self._add_text(form, "session_folder", "&Session files in", "Empty: beside the recording")
        self._texts["session_folder"].setPlaceholderText("beside the recording")
        browse = QPushButton("&Browse…")
        described(browse, "Browse for the folder of session files")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._on_browse)
        form.addRow("", _at_the_left(browse))
        note = QLabel(
            "The patient's name is shown in dialogs about it alone; no setting or log keeps it."
        )
        note.setObjectName("faint")
        form.addRow("", note)
        return page

    def _add_check(self, form: QFormLayout, name: str, text: str) -> None:
        check = QCheckBox(text)
        check.setChecked(getattr(self._settings.now, name))
        described(check, text.replace("&", ""))
        self._checks[name] = check
        form.addRow("", check)

    def _add_choice(self, form: QFormLayout, name: str, label: str, texts: Any) -> None:
        choice = QComboBox()
        for value, text in texts.items():
            choice.addItem(text, value)
        choice.setCurrentIndex(max(choice.findData(getattr(self._settings.now, name)), 0))
        described(choice, label.replace("&", ""))
        self._choices[name] = choice
        form.addRow(label, choice)

    def _add_text(self, form: QFormLayout, name: str, label: str, tip: str) -> None:
        text = QLineEdit(getattr(self._settings.now, name))
        described(text, label.replace("&", ""), tip)
        self._texts[name] = text
        form.addRow(label, text)

    @Slot()
    def _on_forget_recent(self) -> None:
        self._forgets_recent = True
        self._forget_recent.setEnabled(False)
        self._forget_recent.setText("OK forgets the recordings opened so far")

    @Slot()
    def _on_browse(self) -> None:
        before = self._texts["session_folder"].text() or str(Path.home())
        folder = QFileDialog.getExistingDirectory(self, "Session files in", before)
        if folder:
            self._texts["session_folder"].setText(folder)


def _at_the_left(button: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(button)
    row.addStretch()
    return row
