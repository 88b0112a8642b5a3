"""Signing, working on what is signed, and unlocking, by keyboard in the real window."""

import pytest
from night_models import staging_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLabel, QLineEdit, QTableView
from real_window import dialog_of, open_in, press

from sleepscorer.core.events import Event
from sleepscorer.core.report_form import ReportForm
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.stages import Stage
from sleepscorer.gui.actions.table import ACTIONS
from sleepscorer.gui.dialogs.signing import SignDialog, UnlockDialog
from sleepscorer.gui.jobs import auto_scoring
from sleepscorer.pipeline import Answers

KEYS = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


def _sign(qtbot, window, name="Anna Meier"):
    press(qtbot, window, KEYS.Key_S, CTRL | SHIFT)
    dialog_of(qtbot, window, SignDialog)
    qtbot.keyClicks(QApplication.focusWidget(), name)
    press(qtbot, window, KEYS.Key_Return)
    qtbot.waitUntil(lambda: window.dialogs.dialog is None)


def _sentences(dialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def signed(qtbot, opened):
    """A night of two scored epochs and an arousal, which is signed."""
    press(qtbot, opened, KEYS.Key_2)
    press(qtbot, opened, KEYS.Key_R)
    opened.workspace.model.replace_event(None, Event(310.0, 4.0, "EEG arousal", "C4-M1"))
    _sign(qtbot, opened)
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    opened.focus_traces()
    return opened


def test_before_signing_it_says_what_is_signed_and_what_is_open(qtbot, opened):
    press(qtbot, opened, KEYS.Key_2)
    opened.document.session.fill(staging_of([0] * 59 + [4]))
    opened.workspace.model.score_epochs([50, 51], Stage.UNSCORED)
    opened.document.session.set_form(ReportForm(comment="fine"))
    press(qtbot, opened, KEYS.Key_S, CTRL | SHIFT)
    dialog = dialog_of(qtbot, opened, SignDialog)
    said = _sentences(dialog)
    assert "the stages of 60 epochs, 0 events" in said
    assert "the report form (1 filled field)" in said
    assert "2 of 60 epochs have no stage yet." in said
    assert "57 of 60 epochs were not reviewed by a person." in said
    (name,) = dialog.findChildren(QLineEdit)
    assert name.text() == opened.document.session.author.user
    press(qtbot, opened, KEYS.Key_Escape)
    assert not opened.document.session.is_locked


def test_a_name_is_asked_for_and_the_meaning_chosen_by_keys(qtbot, opened):
    press(qtbot, opened, KEYS.Key_2)
    press(qtbot, opened, KEYS.Key_S, CTRL | SHIFT)
    dialog = dialog_of(qtbot, opened, SignDialog)
    press(qtbot, opened, KEYS.Key_Backspace)
    press(qtbot, opened, KEYS.Key_Return)
    assert "needs a name" in _sentences(dialog)
    assert not opened.document.session.is_locked
    press(qtbot, opened, KEYS.Key_M, ALT)
    assert isinstance(QApplication.focusWidget(), QComboBox)
    press(qtbot, opened, KEYS.Key_Down)
    press(qtbot, opened, KEYS.Key_N, ALT)
    qtbot.keyClicks(QApplication.focusWidget(), "Dr. Lang")
    press(qtbot, opened, KEYS.Key_Return)
    qtbot.waitUntil(lambda: opened.dialogs.dialog is None)
    (signature,) = opened.document.session.signatures
    assert (signature.name, signature.meaning) == ("Dr. Lang", Meaning.REVIEWED)
    assert opened.status.text_of("saved") == "Signed by Dr. Lang – locked"


EDITS = {
    "stage": (KEYS.Key_3, Qt.KeyboardModifier.NoModifier),
    "keypad": (KEYS.Key_1, Qt.KeyboardModifier.KeypadModifier),
    "unscored": (KEYS.Key_9, Qt.KeyboardModifier.NoModifier),
    "paint": (KEYS.Key_P, Qt.KeyboardModifier.NoModifier),
    "auto": (KEYS.Key_R, CTRL),
    "import": (KEYS.Key_I, CTRL),
    "mark": (KEYS.Key_A, Qt.KeyboardModifier.NoModifier),
    "comment": (KEYS.Key_C, Qt.KeyboardModifier.NoModifier),
    "place": (KEYS.Key_K, Qt.KeyboardModifier.NoModifier),
    "delete": (KEYS.Key_Delete, Qt.KeyboardModifier.NoModifier),
    "lights off": (KEYS.Key_L, CTRL),
    "lights on": (KEYS.Key_L, CTRL | SHIFT),
    "undo": (KEYS.Key_Z, CTRL),
}


@pytest.mark.parametrize("which", EDITS)
def test_a_key_that_edits_says_who_signed_and_what_unlocks(qtbot, signed, which, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: pytest.fail("it asks"))
    model, session = signed.workspace.model, signed.document.session
    model.select_epoch(1)
    model.choose_event(session.state.events[0])
    before = (session.edits, session.state, session.signing)
    press(qtbot, signed, *EDITS[which])
    assert "Nothing was changed: signed by Anna Meier, locked" in signed.status.message
    assert "Ctrl+Shift+U" in signed.status.message
    assert (session.edits, session.state, session.signing) == before
    assert (model.epoch, signed.dialogs.dialog) == (1, None)
    assert not signed.actions_of["score.paint"].isChecked()
    assert not signed.workspace.overview.is_painting
    assert signed.actions_of["score.r"].isChecked()


def test_every_action_that_edits_is_known_to_do_so():
    free = {
        "file.open", "file.folder", "file.report_form", "file.export", "file.copy_page",
        "file.annotate", "file.deidentify",
        "scorers.new", "scorers.import", "scorers.next", "scorers.rename", "scorers.done",
        "file.deidentify_pages", "file.print", "file.session",
        "file.close", "file.quit", "edit.preferences", "edit.keys", "edit.save_settings",
        "edit.load_settings", "score.cancel", "score.sign", "score.unlock",
        "score.validate", "event.next",
        "event.previous",
    }  # fmt: skip
    menus = ("File", "Edit", "Score", "Event")
    free_now = {spec.id for spec in ACTIONS if spec.menu in menus and not spec.edits}
    assert free_now == free
    assert not [spec.id for spec in ACTIONS if spec.menu not in menus and spec.edits]


def test_what_the_panels_and_the_mouse_edit_is_refused_too(qtbot, signed):
    model, session = signed.workspace.model, signed.document.session
    (event,) = session.state.events
    before = (session.edits, session.state)
    for edit in (
        lambda: model.score_epochs([4, 5], Stage.W),
        lambda: model.replace_event(event, None),
        lambda: model.set_lights(30.0, None),
    ):
        signed.status.hush()
        assert edit() is False
        assert "signed by Anna Meier, locked" in signed.status.message
    assert (session.edits, session.state) == before


def test_the_cells_of_an_event_are_not_edited(qtbot, signed):
    press(qtbot, signed, KEYS.Key_2, CTRL)
    events = signed.workspace.events
    row = events._table.row_of(signed.document.session.state.events[0])
    events._view.choose_row(row)
    signed.status.hush()
    press(qtbot, signed, KEYS.Key_F2)
    assert not isinstance(QApplication.focusWidget(), QLineEdit)
    assert "signed by Anna Meier, locked" in signed.status.message


def test_lights_that_are_typed_are_refused_in_words_and_stand_there(qtbot, signed):
    press(qtbot, signed, KEYS.Key_2, CTRL)
    lights = signed.workspace.events._lights
    lights._off.setFocus()
    lights._off.selectAll()
    qtbot.keyClicks(lights._off, "60")
    press(qtbot, signed, KEYS.Key_Return)
    assert "signed" in lights.error
    assert "unlock" in lights.error
    assert lights._off.text() == "60"


def test_auto_scoring_and_signing_keep_out_of_each_others_way(qtbot, opened, monkeypatch):
    going = []

    def stage(document, *, progress, **_options):
        going.append(document)
        while len(going) < 2:
            progress(0.5, "staging")
        return Answers(staging_of([2] * 60))

    monkeypatch.setattr(auto_scoring, "stage_document", stage)
    opened.dialogs.score_at_once(opened.document)
    qtbot.waitUntil(lambda: bool(going))
    press(qtbot, opened, KEYS.Key_S, CTRL | SHIFT)
    assert opened.dialogs.dialog is None
    assert "Auto-scoring runs" in opened.status.message
    going.append(None)
    qtbot.waitUntil(lambda: not opened.auto_scorer.is_running)
    assert opened.document.session.machine is not None
    _sign(qtbot, opened)
    opened.dialogs.score_at_once(opened.document)
    assert not opened.auto_scorer.is_running
    assert any("signed" in text and "unlock" in text for text in opened.notices.texts)


def test_unlocking_asks_for_a_reason_and_all_can_be_edited_again(qtbot, signed):
    press(qtbot, signed, KEYS.Key_U, CTRL | SHIFT)
    dialog = dialog_of(qtbot, signed, UnlockDialog)
    assert "scored by Anna Meier" in _sentences(dialog)
    press(qtbot, signed, KEYS.Key_Return)
    assert "without a reason" in _sentences(dialog)
    qtbot.keyClicks(QApplication.focusWidget(), "lights off was wrong")
    press(qtbot, signed, KEYS.Key_Return)
    qtbot.waitUntil(lambda: signed.dialogs.dialog is None)
    session = signed.document.session
    assert [one.reason for one in session.unlockings] == ["lights off was wrong"]
    assert "locked" not in signed.status.text_of("saved")
    signed.activateWindow()
    qtbot.waitUntil(signed.isActiveWindow)
    signed.focus_traces()
    n_edits = len(session.edits)
    press(qtbot, signed, KEYS.Key_3)
    assert len(session.edits) == n_edits + 1
    assert not signed.actions_of["score.unlock"].isEnabled()


def test_it_is_locked_when_it_is_opened_again(qtbot, signed, night):
    signed.close_recording()
    open_in(qtbot, signed, night)
    assert signed.status.text_of("saved") == "Signed by Anna Meier – locked"
    press(qtbot, signed, KEYS.Key_3)
    assert "signed by Anna Meier, locked" in signed.status.message
    press(qtbot, signed, KEYS.Key_5, CTRL)
    panel = signed.workspace.panels["history"][1]
    table = panel.findChild(QTableView).model()
    assert table.index(0, 3).data().startswith("Sign: scored by Anna Meier")
    assert panel.isAncestorOf(QApplication.focusWidget())


def test_long_and_several_names_leave_room_in_the_status_line(qtbot, opened):
    session = opened.document.session
    session.sign("Anna-Katharina von und zu Hohenstein", Meaning.SCORED)
    session.sign("Ben", Meaning.REVIEWED)
    text = opened.status.text_of("saved")
    assert text.startswith("Signed by Anna-Kath")
    assert text.endswith("… – locked")


def test_stage_keys_in_the_history_score_as_everywhere(qtbot, opened):
    press(qtbot, opened, KEYS.Key_5, CTRL)
    press(qtbot, opened, KEYS.Key_2)
    assert opened.document.session.state.stages[0] == Stage.N2
    qtbot.waitUntil(
        lambda: opened.workspace.panels["history"][1].findChild(QTableView).model().rowCount() > 0
    )
