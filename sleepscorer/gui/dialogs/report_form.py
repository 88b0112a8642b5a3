"""The form for the report: who was recorded, and what is said of the night."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.errors import SleepScorerError, UsageError
from sleepscorer.core.people import is_nobody
from sleepscorer.core.report_form import Person, ReportForm
from sleepscorer.gui.dialogs.person_values import HEIGHT_CM, WEIGHT_KG, birth_date_of
from sleepscorer.gui.dialogs.report_field import ReportField
from sleepscorer.gui.keys import Keys, with_keys
from sleepscorer.gui.look.appearance import shortened
from sleepscorer.gui.look.scrolled import Scrolled
from sleepscorer.session_documents import Document

_SIZE_PX = (960, 520)
_GAP_PX = 18
_TOLD = (
    "What is marked “from the recording” stands in the recording's patient field: check it."
    " Nothing is kept until OK."
)
_SEXES = {"": "Not stated", "F": "Female", "M": "Male", "X": "Another"}
_OF_PERSON = tuple(field.name for field in fields(Person))


class ReportFormDialog(QDialog):
    """Shows the form of a session, and keeps it with OK; undo takes nothing of it back.

    What was kept before stays in the history, and can be typed again from there. As long as nobody
    kept a form, it begins with what the recording's patient field tells. Where the session can't
    be edited the form is shown to read, and says why.

    Parameters
    ----------
    document
        Whose form it is.
    keys
        Those in force.
    """

    def __init__(
        self, document: Document, keys: Mapping[str, Keys], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Report form")
        self._session, self._day = document.session, document.day
        self._fields = _new_fields(document.day or datetime.now().astimezone().date())
        self._said = _sentence("faint")
        self._refusal = _sentence("refusal")
        self._refusal.setAccessibleName("Why nothing was kept")
        self._box: QMessageBox | None = None
        why_locked = _why_locked(document, keys)
        self._show_form(document)
        if why_locked:
            self._said.setText(why_locked)
            for field in self._fields.values():
                field.let_read_only()
        self._lay_out(is_editable=not why_locked)
        for name in ("birth_date", "height_cm", "weight_kg"):
            self._fields[name].changed.connect(self._show_derived)
        self._show_derived()

    @property
    def is_changed(self) -> bool:
        """Whether a person typed what is not kept yet."""
        return any(field.is_changed for field in self._fields.values())

    @Slot()
    def accept(self) -> None:
        """Keep the form, or say at its field what can't be kept."""
        values: dict[str, Any] = {}
        refused: list[ReportField] = []
        for name, field in self._fields.items():
            try:
                values[name] = field.value()
            except UsageError as error:
                field.refuse(error)
                refused.append(field)
        if refused:
            refused[0].box.setFocus()
            return
        person = Person(**{name: values.pop(name) for name in _OF_PERSON})
        try:
            self._session.set_form(ReportForm(person, **values))
        except SleepScorerError as error:
            self._refusal.setText(shortened(f"Nothing was kept: {error}"))
            self._refusal.show()
            return
        super().accept()

    @Slot()
    def leave(self) -> None:
        """Close it; what was typed is asked about."""
        if not self.is_changed:
            self.reject()
        elif self._box is None:
            self._ask_about_typed()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - a name of Qt
        """Let Escape ask about what was typed."""
        if event.matches(QKeySequence.StandardKey.Cancel):
            self.leave()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - a name of Qt
        """Let the cross of the window ask as Escape does."""
        if self.isVisible() and self.is_changed:
            event.ignore()
            self.leave()
        else:
            super().closeEvent(event)

    def _show_form(self, document: Document) -> None:
        form, told = self._session.form, Person()
        if not self._session.signing.forms and not document.session.is_locked:
            told = document.told_person
        is_told = False
        for name, field in self._fields.items():
            holder: Person | ReportForm = form.person if name in _OF_PERSON else form
            value, from_recording = getattr(holder, name), getattr(told, name, None)
            begins_told = value in (None, "") and from_recording not in (None, "")
            field.show_value(from_recording if begins_told else value, is_told=begins_told)
            is_told = is_told or begins_told
        patient = document.recording.patient_id
        if is_told:
            self._said.setText(_TOLD)
        elif document.told_person == Person() and not is_nobody(patient):
            self._said.setText(shortened(f"The recording's patient field says: “{patient}”"))

    def _lay_out(self, *, is_editable: bool) -> None:
        left, right = QFormLayout(), QVBoxLayout()
        for field in self._fields.values():
            label = QLabel(_LABELS[field.name])
            label.setBuddy(field.box)
            if isinstance(field.box, QPlainTextEdit):
                right.addWidget(label)
                right.addWidget(field, 1)
            else:
                left.addRow(label, field)
        both = QWidget()
        columns = QHBoxLayout(both)
        columns.setContentsMargins(0, 0, 0, 0)
        lines = QVBoxLayout()
        lines.addLayout(left)
        lines.addStretch(1)
        columns.addLayout(lines, 1)
        columns.addSpacing(_GAP_PX)
        columns.addLayout(right, 1)
        button = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(button.Ok | button.Cancel if is_editable else button.Close)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.leave)
        layout = QVBoxLayout(self)
        layout.addWidget(self._said)
        layout.addWidget(Scrolled(both), 1)
        layout.addWidget(self._refusal)
        layout.addWidget(buttons)
        self._said.setVisible(bool(self._said.text()))
        self.resize(*_SIZE_PX)
        if is_editable:
            buttons.button(button.Ok).setDefault(True)
            # In texts of several lines Enter begins the next line.
            for key in ("Ctrl+Return", "Ctrl+Enter"):
                QShortcut(QKeySequence(key), self, self.accept)
        self._fields["name"].box.setFocus()

    @Slot()
    def _show_derived(self) -> None:
        person = Person(
            **{
                name: self._fields[name].value_or_none()
                for name in ("birth_date", "height_cm", "weight_kg")
            }
        )
        years = None if self._day is None else person.age_on(self._day)
        age = "–" if years is None else f"{years} years"
        self._fields["birth_date"].show_remark(f"age then {age}")
        bmi = "–" if person.bmi is None else f"{person.bmi:.1f} kg/m²"
        self._fields["weight_kg"].show_remark(f"BMI {bmi}")

    def _ask_about_typed(self) -> None:
        box = self._box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle("Report form")
        box.setText("What was typed is not kept yet.")
        keep = box.addButton("&Keep it", QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton("&Discard it", QMessageBox.ButtonRole.DestructiveRole)
        back = box.addButton("&Back to the form", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(back)
        box.setEscapeButton(back)
        keep.clicked.connect(self.accept)
        discard.clicked.connect(self.reject)
        box.finished.connect(self._on_answered)
        box.open()

    @Slot()
    def _on_answered(self) -> None:
        self._box = None


_LABELS = {
    "Name": "&Name",
    "Code": "Co&de",
    "Birth date": "&Birth date",
    "Sex": "&Sex",
    "Height": "&Height (cm)",
    "Weight": "&Weight (kg)",
    "Referrer": "&Referrer",
    "Indication": "&Indication",
    "Comment": "Co&mment of the scorer",
    "Impression": "Im&pression of the physician",
}


def _new_fields(latest: date) -> dict[str, ReportField]:
    """The boxes by the fields of the form, in the order of Tab."""
    sex = QComboBox()
    for value, word in _SEXES.items():
        sex.addItem(word, value)
    born = partial(birth_date_of, latest=latest)
    line, text = QLineEdit, QPlainTextEdit
    return {
        "name": ReportField(line(), "Name", "The full name of the person who was recorded"),
        "code": ReportField(line(), "Code", "The number by which the clinic knows the person"),
        "birth_date": ReportField(
            line(), "Birth date", "Year-month-day or day.month.year", read=born
        ),
        "sex": ReportField(sex, "Sex"),
        "height_cm": ReportField(
            line(), "Height", "In cm, on the day of the recording", read=HEIGHT_CM.value_of
        ),
        "weight_kg": ReportField(
            line(), "Weight", "In kg, on the day of the recording", read=WEIGHT_KG.value_of
        ),
        "referrer": ReportField(line(), "Referrer", "Who sent the person"),
        "indication": ReportField(text(), "Indication", "Why the person was recorded"),
        "comment": ReportField(text(), "Comment", "Of the scorer, on the recording"),
        "impression": ReportField(text(), "Impression", "Of the physician"),
    }


def _why_locked(document: Document, keys: Mapping[str, Keys]) -> str:
    """Why the form can only be read; empty where it can be filled in."""
    session = document.session
    if document.held_by:
        return f"Read only: this session is held by {document.held_by}."
    if session.read_only:
        return "Read only: this session can't be written."
    if not session.is_own:
        return "Read only: this is another's scoring, or an imported one."
    if session.is_locked:
        signed = "; ".join(map(str, session.signing.standing))
        how = with_keys("Score, Unlock… ({score.unlock}) takes the signature back.", keys)
        return shortened(f"Signed ({signed}) and locked: the form can only be read. {how}")
    return ""


def _sentence(look: str) -> QLabel:
    label = QLabel()
    label.setObjectName(look)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setVisible(False)
    return label
