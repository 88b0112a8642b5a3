"""The form for the report, filled in by the keyboard in the real window, kept and read again."""

from datetime import date

import pytest
from edf_bytes import Channel, Edf
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QMessageBox, QPlainTextEdit
from real_window import dialog_of, open_in, press

from sleepscorer.core.errors import SessionError
from sleepscorer.core.report_form import Person, ReportForm
from sleepscorer.core.signatures import Meaning
from sleepscorer.gui.dialogs.report_form import ReportFormDialog

KEYS = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
_ROOM_PX = (903, 478)


@pytest.fixture
def told(qtbot, window, tmp_path):
    """A recording whose patient field tells who was recorded."""
    values = [(37 * i) % 2001 - 1000 for i in range(9000)]
    channel = Channel("C4-M1", values, samples_per_record=100)
    edf = Edf(
        [channel],
        90,
        date="04.03.19",
        patient="Q-17 F 02-MAY-1951 Erika_Mustermann",
        recording="Startdate 04-MAR-2019 X X X",
    )
    path = tmp_path / "night.edf"
    path.write_bytes(edf.to_bytes())
    return open_in(qtbot, window, path)


def _form(qtbot, window) -> ReportFormDialog:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.focus_traces()
    press(qtbot, window, KEYS.Key_F, CTRL | SHIFT)
    return dialog_of(qtbot, window, ReportFormDialog)


def _type(qtbot, text) -> None:
    box = QApplication.focusWidget()
    box.selectAll()
    qtbot.keyClicks(box, text)


def _answer(qtbot, window, dialog, key) -> None:
    (box,) = (one for one in dialog.findChildren(QMessageBox) if one.isVisible())
    box.activateWindow()
    qtbot.waitUntil(box.isActiveWindow)
    with qtbot.waitSignal(box.finished):
        press(qtbot, window, key, ALT)


def _leave(qtbot, window, dialog, how) -> None:
    if how == "escape":
        press(qtbot, window, KEYS.Key_Escape)
    elif how == "cross":
        dialog.close()
    else:
        buttons = dialog.findChild(QDialogButtonBox)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).click()


def _sentences(dialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def _ended(qtbot, window) -> None:
    qtbot.waitUntil(lambda: window.dialogs.dialog is None)


def test_all_is_filled_in_by_tab_and_kept_with_one_entry(qtbot, opened):
    dialog = _form(qtbot, opened)
    typed = {
        "Name": "Anna Meier", "Code": "P 1", "Birth date": "02.05.1951", "Sex": "F",
        "Height": "172,5 cm", "Weight": "70.5", "Referrer": "Dr. Lang",
        "Indication": "snoring", "Comment": "quiet", "Impression": "normal",
    }  # fmt: skip
    seen = []
    for text in typed.values():
        box = QApplication.focusWidget()
        seen.append(box.accessibleName())
        qtbot.keyClicks(box, text)
        if isinstance(box, QPlainTextEdit):
            press(qtbot, opened, KEYS.Key_Return)
            qtbot.keyClicks(box, "second line")
        press(qtbot, opened, KEYS.Key_Tab)
    assert seen == list(typed)
    assert dialog._fields["weight_kg"].remark == "BMI 23.7 kg/m²"
    assert opened.document.session.form == ReportForm()
    press(qtbot, opened, KEYS.Key_Return, CTRL)
    _ended(qtbot, opened)
    (entry,) = opened.document.session.signing.forms
    person = Person(
        "Anna Meier", "P 1", date(1951, 5, 2), "F", 172.5, 70.5, "Dr. Lang", "snoring\nsecond line"
    )
    assert entry.form == ReportForm(person, "quiet\nsecond line", "normal\nsecond line")


def test_every_field_has_a_letter_of_its_own(qtbot, opened):
    dialog = _form(qtbot, opened)
    letters = dict(zip("NDBSHWRIMP", (field.box for field in dialog._fields.values()), strict=True))
    for letter, box in letters.items():
        press(qtbot, opened, getattr(KEYS, f"Key_{letter}"), ALT)
        assert QApplication.focusWidget() is box


def test_what_the_recording_tells_is_marked_and_kept_with_ok_alone(qtbot, told):
    session = told.document.session
    dialog = _form(qtbot, told)
    fields = dialog._fields
    assert fields["name"].box.text() == "Erika Mustermann"
    marked = [name for name, field in fields.items() if "from the recording" in field.remark]
    assert marked == ["name", "code", "birth_date", "sex"]
    assert "from the recording" in fields["code"].box.accessibleDescription()
    assert fields["birth_date"].remark == "from the recording, age then 67 years"
    assert "Nothing is kept until OK" in _sentences(dialog)
    press(qtbot, told, KEYS.Key_Escape)
    _ended(qtbot, told)
    assert session.signing.forms == ()
    dialog = _form(qtbot, told)
    _type(qtbot, "Erika Muster")
    assert dialog._fields["name"].remark == ""
    press(qtbot, told, KEYS.Key_D, ALT)
    _type(qtbot, " ")
    press(qtbot, told, KEYS.Key_Return)
    _ended(qtbot, told)
    assert session.form.person == Person("Erika Muster", "", date(1951, 5, 2), "F")
    # A code that a person took away does not come back.
    assert _form(qtbot, told)._fields["code"].box.text() == ""


@pytest.mark.parametrize(
    ("letter", "typed", "said"),
    [
        ("H", "1.72", "1.72 cm is no height of a person (type 20 to 280 cm, such as 172)."),
        ("H", "tall", "“tall” is no height (type 20 to 280 cm, such as 172)."),
        ("W", "-70", "“-70” is no weight (type 0.3 to 650 kg, such as 70.5)."),
        ("B", "31.02.1951", "“31.02.1951” is no date"),
        ("B", "5/2/1951", "“5/2/1951” is no date"),
        ("B", "2019-03-05", "2019-03-05 is a birth date after 2019-03-04"),
        ("B", "1851-05-02", "more than 130 years before 2019-03-04"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(qtbot, told, letter, typed, said):
    dialog = _form(qtbot, told)
    press(qtbot, told, getattr(KEYS, f"Key_{letter}"), ALT)
    box = QApplication.focusWidget()
    _type(qtbot, typed)
    press(qtbot, told, KEYS.Key_Return)
    (field,) = (one for one in dialog._fields.values() if one.refusal)
    assert (field.box, QApplication.focusWidget()) == (box, box)
    assert said in field.refusal
    assert field.refusal.rstrip(".") in box.accessibleDescription()
    assert told.document.session.signing.forms == ()
    qtbot.keyClick(box, KEYS.Key_Backspace)
    assert field.refusal == ""
    assert "(type" not in box.accessibleDescription()
    press(qtbot, told, KEYS.Key_Return)
    _ended(qtbot, told)
    assert len(told.document.session.signing.forms) == 1


@pytest.mark.parametrize("close", ["escape", "cross", "cancel"])
def test_leaving_asks_about_what_was_typed(qtbot, opened, close):
    dialog = _form(qtbot, opened)
    _type(qtbot, "Anna")
    _leave(qtbot, opened, dialog, close)
    _answer(qtbot, opened, dialog, KEYS.Key_B)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    assert dialog._fields["name"].box.text() == "Anna"
    _leave(qtbot, opened, dialog, close)
    _answer(qtbot, opened, dialog, KEYS.Key_D)
    _ended(qtbot, opened)
    assert opened.document.session.signing.forms == ()
    dialog = _form(qtbot, opened)
    _type(qtbot, "Anna")
    _leave(qtbot, opened, dialog, close)
    _answer(qtbot, opened, dialog, KEYS.Key_K)
    _ended(qtbot, opened)
    assert opened.document.session.form.person.name == "Anna"


def test_a_number_nobody_touched_is_kept_to_its_last_digit(qtbot, opened):
    session = opened.document.session
    session.set_form(ReportForm(Person(height_cm=170.1234567), "a\r\nb\u00a0c"))
    _form(qtbot, opened)
    _type(qtbot, "Anna")
    press(qtbot, opened, KEYS.Key_Return)
    _ended(qtbot, opened)
    assert session.form == ReportForm(Person("Anna", height_cm=170.1234567), "a\r\nb\u00a0c")


def test_what_is_signed_is_shown_to_read_and_says_what_unlocks(qtbot, told):
    session = told.document.session
    session.set_form(ReportForm(Person("Anna", sex="F"), "quiet"))
    session.sign("Dr. Lang", Meaning.REVIEWED)
    dialog = _form(qtbot, told)
    said = _sentences(dialog)
    assert "Dr. Lang" in said
    assert "Ctrl+Shift+U" in said
    _type(qtbot, "Berta")
    press(qtbot, told, KEYS.Key_S, ALT)
    press(qtbot, told, KEYS.Key_Down)
    assert (dialog._fields["name"].box.text(), dialog._fields["code"].box.text()) == ("Anna", "")
    assert dialog._fields["sex"].value() == "F"
    (button,) = dialog.findChild(QDialogButtonBox).buttons()
    assert button.text().replace("&", "") == "Close"
    press(qtbot, told, KEYS.Key_Escape)
    _ended(qtbot, told)
    assert len(session.signing.forms) == 1


def test_a_form_that_is_not_stored_stays_with_its_reason(qtbot, opened, monkeypatch):
    def fail(_form):
        raise SessionError("the disk is full")

    monkeypatch.setattr(opened.document.session, "set_form", fail)
    dialog = _form(qtbot, opened)
    _type(qtbot, "Anna")
    press(qtbot, opened, KEYS.Key_Return)
    assert "Nothing was kept: the disk is full" in _sentences(dialog)
    assert dialog._fields["name"].box.text() == "Anna"
    # The window closes only once nothing is typed that is not kept.
    dialog.reject()


def test_what_is_typed_is_kept_when_the_program_puts_the_form_away(qtbot, opened):
    session = opened.document.session
    dialog = _form(qtbot, opened)
    _type(qtbot, "Anna")
    dialog._fields["birth_date"].box.setText("02.05.19")
    dialog._fields["comment"].box.setPlainText("quiet")
    opened.close_recording()
    _ended(qtbot, opened)
    kept = ReportForm(Person("Anna"), "quiet\nBirth date: 02.05.19")
    assert session.form == kept
    assert opened.document is None


def test_the_window_stays_while_what_is_typed_cannot_be_kept(qtbot, opened, monkeypatch):
    def fail(_form):
        raise SessionError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(opened.document.session, "set_form", fail)
        dialog = _form(qtbot, opened)
        _type(qtbot, "Anna")
        assert not opened.close()
        assert opened.isVisible()
        assert "Nothing was kept: the disk is full" in _sentences(dialog)
    opened.dialogs.close_all()


def test_on_a_small_screen_what_has_the_focus_and_the_buttons_are_seen(qtbot, told):
    dialog = _form(qtbot, told)
    dialog.resize(*_ROOM_PX)
    assert (dialog.width(), dialog.height()) == _ROOM_PX
    for field in dialog._fields.values():
        assert field.box is QApplication.focusWidget()
        assert field.box.visibleRegion().boundingRect() == field.box.rect()
        press(qtbot, told, KEYS.Key_Tab)
    for button in dialog.findChild(QDialogButtonBox).buttons():
        place = QRect(button.mapTo(dialog, QPoint(0, 0)), button.size())
        assert dialog.rect().contains(place)


def test_a_patient_field_of_another_form_is_told_as_it_stands(qtbot, window, tmp_path):
    channel = Channel("C4-M1", [0] * 9000, samples_per_record=100)
    path = tmp_path / "night.edf"
    path.write_bytes(Edf([channel], 90, patient="Muster, Erika <b>").to_bytes())
    dialog = _form(qtbot, open_in(qtbot, window, path))
    assert "patient field says: “Muster, Erika <b>”" in _sentences(dialog)
    assert dialog._fields["name"].box.text() == ""
