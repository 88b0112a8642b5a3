"""Several scorers of one night in the real window: switching, scoring blind, importing others."""

import threading

import numpy as np
import pytest
from dropped_files import accept_preview
from night_models import night_model, staging_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel
from real_window import dialog_of, open_in, press

from sleepscorer.core.edits import Author
from sleepscorer.core.events import Event
from sleepscorer.core.layers import Layer, LayerKind
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.stages import Stage
from sleepscorer.gui.dialogs.scorers import DoneDialog, NewScoringDialog, RenameDialog
from sleepscorer.gui.frame.opening_notices import _may_be_staged
from sleepscorer.gui.jobs import auto_scoring
from sleepscorer.pipeline import Answers
from sleepscorer.session_documents import open_document

KEYS = Qt.Key
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
N = 60


@pytest.fixture
def staged(opened):
    """The night with a machine's answer and one epoch scored otherwise."""
    opened.document.session.fill(staging_of([0] * 30 + [2] * 30, confidence=0.6))
    opened.workspace.model.score_epochs([3], Stage.R)
    return opened


def begin(qtbot, window, name, *, blind=False):
    """Begin another scoring by keys."""
    press(qtbot, window, KEYS.Key_N, CTRL)
    dialog = dialog_of(qtbot, window, NewScoringDialog)
    qtbot.keyClicks(QApplication.focusWidget(), name)
    if blind:
        press(qtbot, window, KEYS.Key_L, ALT)
        qtbot.waitUntil(dialog.findChildren(QCheckBox)[0].isChecked)
    press(qtbot, window, KEYS.Key_Return)
    qtbot.waitUntil(lambda: window.dialogs.dialog is None)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.focus_traces()


def listed(window):
    window._menus._show_scorings()
    return [action.text() for action in window._menus._scorings.actions()]


def history_of(window):
    table = window.workspace.panels["history"][1]._table
    table.read_on()
    return [step.what for step in table._steps]


def test_another_scoring_is_begun_scored_and_left_by_keys(qtbot, staged):
    user = staged.document.session.author.user
    assert staged.status.text_of("scorer") == ""
    assert not staged.actions_of["scorers.next"].isEnabled()
    begin(qtbot, staged, "Anna")
    assert staged.status.text_of("scorer") == f"Scoring: Anna, {user}'s"
    press(qtbot, staged, KEYS.Key_2)
    press(qtbot, staged, KEYS.Key_3)
    assert staged.document.session.state.stages.tolist()[:3] == [2, 3, -1]
    lights = "Import lights marks of the recording"
    assert history_of(staged) == [lights, "Score epoch 1 as N2", "Score epoch 2 as N3"]
    assert listed(staged) == [
        f"&1 First scoring – {user}, 60 of 60 epochs scored",
        f"&2 Anna – {user}, 2 of 60 epochs scored",
    ]
    press(qtbot, staged, KEYS.Key_T, CTRL)
    assert staged.document.session.layer.number == 1
    assert staged.status.text_of("scorer") == "Scoring: First scoring"
    assert history_of(staged) == [lights, "Auto-score", "Score epoch 4 as R"]
    press(qtbot, staged, KEYS.Key_Z, CTRL)
    assert staged.document.scorings.of_number(2).state.stages.tolist()[:2] == [2, 3]
    press(qtbot, staged, KEYS.Key_T, CTRL)
    assert staged.document.session.layer.name == "Anna"


def test_who_scores_blind_sees_nothing_of_others_or_the_machine(qtbot, staged, night):
    model, panes = staged.workspace.model, staged.workspace
    begin(qtbot, staged, "Blind", blind=True)
    assert model.is_blind
    assert staged.status.text_of("scorer").endswith(", blind")
    assert (model.machine_answer, model.second, model.own_answer) == (None, None, None)
    assert not model.not_unanimous.any()
    assert not panes.overview.canvas.available & {"hypnodensity", "confidence", "machine"}
    assert not panes.explainer.has_staging
    assert panes.explainer.status == model.blind_sentence
    panes.review._update()
    assert panes.review._queue.n_total == 0
    assert model.blind_sentence in [label.text() for label in panes.review.findChildren(QLabel)]
    assert [one.key for one in model.compared()] == ["layer 2"]
    for key in (KEYS.Key_R, KEYS.Key_I, KEYS.Key_T):
        press(qtbot, staged, key, CTRL)
        assert "scored blind: other scorings" in staged.status.message
        staged.status.hush()
    press(qtbot, staged, KEYS.Key_N)
    assert staged.status.message == model.blind_sentence
    staged.actions_of["scorers.import"].trigger()
    assert "scored blind: other scorings" in staged.status.message
    staged.scorings.import_as_layer(night.with_name("dropped.csv"))
    assert "scored blind: other scorings" in staged.notices.texts[-1]
    assert staged.dialogs.dialog is None
    assert listed(staged)[0] == "&1 First scoring"
    assert not staged._menus._scorings.actions()[0].isEnabled()


def test_done_shows_all_for_good(qtbot, staged):
    begin(qtbot, staged, "Blind", blind=True)
    press(qtbot, staged, KEYS.Key_2)
    staged.actions_of["scorers.done"].trigger()
    dialog = dialog_of(qtbot, staged, DoneDialog)
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "59 of 60 epochs have no stage yet" in said
    press(qtbot, staged, KEYS.Key_Return)
    qtbot.waitUntil(lambda: staged.dialogs.dialog is None)
    model = staged.workspace.model
    assert model.machine_answer is not None
    assert "hypnodensity" in staged.workspace.overview.canvas.available
    assert [one.key for one in model.compared()] == ["layer 1", "layer 2", "machine"]
    assert not staged.actions_of["scorers.done"].isEnabled()
    assert staged.document.session.state.stages[0] == Stage.N2


def test_stages_among_the_recording_s_annotations_are_hidden_too(qapp):
    stage, remark = Event(0.0, 30.0, "Sleep stage N2"), Event(40.0, None, "cough")
    model = night_model(events=(stage, remark))
    assert model.events_of_night() == [stage, remark]
    model.session.layer = Layer(2, is_blind=True)
    assert model.events_of_night() == [remark]
    model.session.layer = Layer(2, is_blind=True, is_done=True)
    assert model.annotations == (stage, remark)


def test_events_of_another_scoring_are_no_edits_of_one_s_own(qtbot, staged):
    model, rows = staged.workspace.model, staged.workspace.events._table
    own, other = Event(310.0, 4.0, "EEG arousal", "C4-M1"), Event(312.0, 4.0, "odd", "C4-M1")
    model.replace_event(None, own)
    begin(qtbot, staged, "Anna")
    model.replace_event(None, other)
    model.show_time(312.0)
    model.choose_event(other)
    staged.status.hush()
    press(qtbot, staged, KEYS.Key_T, CTRL)
    assert model.chosen_event is None
    assert staged.status.message.startswith("Scoring First scoring")
    qtbot.waitUntil(lambda: rows.row_of(own) is not None)
    assert rows.row_of(other) is None


def test_a_blind_scoring_is_what_is_seen_first_next_time(qtbot, staged, night):
    begin(qtbot, staged, "Blind", blind=True)
    staged.close_recording()
    open_in(qtbot, staged, night)
    assert staged.workspace.model.is_blind
    assert staged.workspace.model.machine_answer is None
    assert not _may_be_staged(staged.document.session)


def test_a_blind_one_is_neither_a_copy_nor_a_consensus(qtbot, staged):
    press(qtbot, staged, KEYS.Key_N, CTRL)
    dialog = dialog_of(qtbot, staged, NewScoringDialog)
    blind, consensus = dialog.findChildren(QCheckBox)
    (begins,) = dialog.findChildren(QComboBox)
    blind.setChecked(True)
    assert not consensus.isEnabled()
    begins.setCurrentIndex(1)
    assert (blind.isChecked(), blind.isEnabled(), consensus.isEnabled()) == (False, False, True)
    dialog._name.setText("First scoring")
    press(qtbot, staged, KEYS.Key_Return)
    assert "already" in dialog._refusal.text()
    dialog._name.setText("Copy")
    press(qtbot, staged, KEYS.Key_Return)
    qtbot.waitUntil(lambda: staged.dialogs.dialog is None)
    assert staged.document.session.state.stages[3] == Stage.R
    assert staged.document.session.layer.copied_from == 1


def test_another_s_scoring_takes_no_key_and_says_whose_it_is(qtbot, staged):
    staged.document.add_layer("Ben", scorer="ben")
    staged.document.switch_layer(2)
    assert staged.status.text_of("saved") == "read only: another's scoring"
    for key, modifier in ((KEYS.Key_2, Qt.KeyboardModifier.NoModifier), (KEYS.Key_R, CTRL)):
        press(qtbot, staged, key, modifier)
        assert staged.status.message.startswith("This is ben's scoring: nothing was changed")
        staged.status.hush()
    assert (staged.document.session.state.stages == Stage.UNSCORED).all()
    assert not staged.workspace.model.is_editable
    assert not staged.workspace.model.score_epochs([0], Stage.W)
    assert "ben's scoring" in staged.status.message


def test_a_scoring_is_imported_as_another_scorer_s(qtbot, staged, tmp_path):
    path = tmp_path / "ben.csv"
    path.write_text("epoch,stage\n" + "".join(f"{n},N1\n" for n in range(1, N + 1)))
    staged.scorings.import_as_layer(path)
    accept_preview(qtbot, staged)
    qtbot.waitUntil(lambda: len(staged.document.layers) == 2)
    assert "imported as the scoring ben" in staged.status.message
    assert staged.document.session.state.stages[3] == Stage.R
    press(qtbot, staged, KEYS.Key_T, CTRL)
    assert set(staged.document.session.state.stages.tolist()) == {1}
    assert staged.status.text_of("scorer") == "Scoring: ben, imported"
    press(qtbot, staged, KEYS.Key_2)
    assert "imported scoring and never changes" in staged.status.message
    staged.actions_of["scorers.rename"].trigger()
    dialog_of(qtbot, staged, RenameDialog)
    qtbot.keyClicks(QApplication.focusWidget(), "Ben Maier")
    press(qtbot, staged, KEYS.Key_Return)
    qtbot.waitUntil(lambda: staged.dialogs.dialog is None)
    assert staged.document.layers[1].name == "Ben Maier"
    assert staged.document.layers[1].kind is LayerKind.IMPORT


def test_a_signature_locks_the_own_scoring_alone(qtbot, staged):
    staged.document.session.sign("Anna Meier", Meaning.SCORED)
    begin(qtbot, staged, "Second")
    assert staged.status.text_of("saved").startswith("saved")
    press(qtbot, staged, KEYS.Key_2)
    assert staged.document.session.state.stages[0] == Stage.N2
    press(qtbot, staged, KEYS.Key_T, CTRL)
    assert staged.status.text_of("saved") == "Signed by Anna Meier – locked"


def test_an_auto_score_goes_to_the_scoring_it_was_asked_for(qtbot, opened, monkeypatch):
    go_on = threading.Event()

    def stage(*_arguments, **_options):
        go_on.wait(10)
        return Answers(staging_of([4] * N), ())

    monkeypatch.setattr(auto_scoring, "stage_document", stage)
    opened.dialogs.score_at_once(opened.document)
    opened.document.add_layer("Anna", is_blind=True)
    opened.document.switch_layer(2)
    go_on.set()
    qtbot.waitUntil(lambda: not opened.auto_scorer.is_running)
    assert (opened.document.session.state.stages == Stage.UNSCORED).all()
    assert (opened.document.scorings.of_number(1).state.stages == Stage.R).all()
    assert opened.workspace.model.machine_answer is None


def test_whether_arousals_were_scored_is_told_of_each_scoring(qtbot, staged, night):
    panel, model = staged.workspace.statistics, staged.workspace.model
    panel._arousals.setChecked(True)
    of_recording = panel.n_arousals
    model.replace_event(None, Event(310.0, 4.0, "EEG arousal", "C4-M1"))
    assert panel.n_arousals == of_recording + 1
    begin(qtbot, staged, "Anna")
    assert (panel.arousals_scored, panel.n_arousals) == (False, None)
    press(qtbot, staged, KEYS.Key_T, CTRL)
    assert panel.n_arousals == of_recording + 1
    staged.close_recording()
    open_in(qtbot, staged, night)
    model = staged.workspace.model
    assert (model.session.layer.number, model.arousals_scored) == (1, True)
    staged.document.switch_layer(2)
    assert not model.arousals_scored


def test_the_second_window_of_a_session_shows_layers_and_edits_none(staged):
    staged.document.add_layer("Anna")
    other = open_document(staged.document.session_path, author=Author("ben", "lab-4"))
    assert other.held_by
    other.switch_layer(2)
    assert (len(other.layers), other.session.read_only) == (2, True)
    other.close()


def test_what_is_compared_is_told_when_it_changes(qtbot, staged):
    model = staged.workspace.model
    with qtbot.waitSignal(model.compared_changed):
        model.score_epochs([0], Stage.N1)
    with qtbot.waitSignals([model.compared_changed, model.scorings_changed]):
        staged.document.add_layer("Anna")
    first, second, machine = model.compared()
    assert (first.is_active, second.is_active, machine.is_machine) == (True, False, True)
    np.testing.assert_array_equal(machine.stages, model.session.machine.stages)
    assert night_model().compared() == ()


def test_another_name_in_the_preferences_opens_the_night_for_that_scorer(qtbot, staged, night):
    staged.document.add_layer("Ben", scorer="ben", is_blind=True)
    staged.settings.set(scorer="ben")
    qtbot.waitUntil(lambda: staged.document is not None and staged.document.scorings.is_blind)
    assert staged.document.session.author.user == "ben"
    assert staged.document.recording.path == night
    press(qtbot, staged, KEYS.Key_2)
    qtbot.waitUntil(lambda: staged.document.session.edits[-1].author.user == "ben")
    assert staged.document.session.layer.name == "Ben"


def test_the_name_of_a_consensus_is_offered_until_one_is_typed(qtbot, staged):
    press(qtbot, staged, KEYS.Key_N, CTRL)
    dialog = dialog_of(qtbot, staged, NewScoringDialog)
    own = dialog._name.text()
    press(qtbot, staged, KEYS.Key_O, ALT)
    qtbot.waitUntil(lambda: dialog._name.text() == "Consensus")
    press(qtbot, staged, KEYS.Key_O, ALT)
    qtbot.waitUntil(lambda: dialog._name.text() == own)
    dialog._name.setFocus()
    dialog._name.selectAll()
    qtbot.keyClicks(dialog._name, "What we say")
    press(qtbot, staged, KEYS.Key_O, ALT)
    qtbot.waitUntil(dialog._consensus.isChecked)
    assert dialog._name.text() == "What we say"
    dialog.reject()
