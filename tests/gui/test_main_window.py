"""The real window, driven by keys and mouse."""

import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from dropped_files import import_it
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
)
from real_window import PLAIN, dialog_of, open_in, press, show_window, write_night

from sleepscorer import paths
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring
from sleepscorer.gui.actions.table import ACTIONS
from sleepscorer.gui.dialogs.auto_scoring_choice import AutoScoringDialog
from sleepscorer.gui.dialogs.export import ExportDialog
from sleepscorer.gui.dialogs.go_to import GoToDialog
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.session_documents import expected_device
from sleepscorer.simulated_files import scoring_path
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, add_own_weights
from sleepscorer.staging.offered_weights import NOT_OFFERED

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("night")
    names = ("F4-M1", "C4-M1", "O2-M1", "E1-M2", "E2-M2")
    return write_night(folder / "Night.edf", *names, hours=1.0, sampling_rate_hz=128)


def _stages(window: MainWindow, n: int = 10) -> str:
    return " ".join(Stage(int(s)).text for s in window.document.session.state.stages[:n])


# -- scoring --------------------------------------------------------------------------------------


def test_keys_score_and_go_on(qtbot, opened):
    for key in "w0123r5":
        press(qtbot, opened, key)
    assert _stages(opened, 8) == "W W N1 N2 N3 R R ?"
    assert opened.workspace.model.epoch == 7
    assert opened.status.text_of("saved").endswith(", 7 edits")


def test_a_page_that_can_not_be_read_is_not_scored(qtbot, opened, monkeypatch):
    monkeypatch.setattr(opened.workspace.traces, "_is_unreadable", True)
    press(qtbot, opened, "2")
    assert _stages(opened, 2) == "? ?"


def test_a_long_sentence_does_not_widen_the_window(qtbot, opened):
    before = opened.minimumSizeHint().width()
    opened.status.refuse("word " * 200)
    assert opened.minimumSizeHint().width() == before


def test_top_row_stays_and_keypad_goes_on_where_that_is_preferred(qtbot, opened):
    opened.settings.set(advance_after_top_row=False)
    press(qtbot, opened, "2")
    press(qtbot, opened, "3")
    assert (_stages(opened, 2), opened.workspace.model.epoch) == ("N3 ?", 0)
    press(qtbot, opened, _KEYS.Key_1, _KEYPAD)
    assert (_stages(opened, 2), opened.workspace.model.epoch) == ("N1 ?", 1)


def test_undo_and_redo_go_through_all_steps_and_are_named(qtbot, opened):
    for key in "123":
        press(qtbot, opened, key)
    assert opened.actions_of["edit.undo"].text() == "&Undo Score epoch 3 as N3"
    for _ in range(3):
        press(qtbot, opened, _KEYS.Key_Z, _CTRL)
    assert (_stages(opened, 4), opened.workspace.model.epoch) == ("? ? ? ?", 0)
    assert opened.actions_of["edit.redo"].text() == "&Redo Score epoch 1 as N1"
    press(qtbot, opened, _KEYS.Key_Y, _CTRL)
    press(qtbot, opened, _KEYS.Key_Z, _CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert _stages(opened, 4) == "N1 N2 ? ?"


@pytest.mark.parametrize("pane", ["review", "events", "statistics", "epoch"])
def test_keys_work_whichever_pane_has_the_focus(qtbot, opened, pane):
    opened.show_panel(pane)
    press(qtbot, opened, "2")
    press(qtbot, opened, _KEYS.Key_Right)
    assert (_stages(opened, 2), opened.workspace.model.epoch) == ("N2 ?", 2)


def test_text_boxes_keep_their_keys(qtbot, opened):
    opened.show_panel("events")
    box = QLineEdit(opened)
    box.show()
    box.setFocus()
    qtbot.keyClicks(box, "r2 n9")
    qtbot.keyClick(box, _KEYS.Key_Left)
    assert box.text() == "r2 n9"
    assert (_stages(opened, 2), opened.workspace.model.epoch) == ("? ?", 0)


def test_the_isr_profile_has_four_for_r(qtbot, opened):
    press(qtbot, opened, "4")
    assert _stages(opened, 1) == "?"
    opened.settings.set(key_profile="ISR")
    press(qtbot, opened, "4")
    press(qtbot, opened, _KEYS.Key_4, _KEYPAD)
    press(qtbot, opened, "3")
    assert _stages(opened, 3) == "R R N3"


def test_a_night_is_scored_closed_reopened_and_goes_on(qtbot, settings, night):
    window = open_in(qtbot, show_window(qtbot, settings), night)
    truth = "wwww1111222222333333rrrr2222" * 5
    wanted = truth[: window.workspace.model.n_epochs]
    for key in wanted:
        press(qtbot, window, key)
    before = window.document.session.state.stages.copy()
    assert (before >= 0).all()
    press(qtbot, window, _KEYS.Key_Home)
    press(qtbot, window, _KEYS.Key_Right)
    window.close()
    again = open_in(qtbot, show_window(qtbot, settings), night)
    np.testing.assert_array_equal(again.document.session.state.stages, before)
    assert again.workspace.model.epoch == 1
    press(qtbot, again, _KEYS.Key_Z, _CTRL)
    assert again.document.session.state.stages[-1] == Stage.UNSCORED
    again.close()


# -- going ----------------------------------------------------------------------------------------


def test_keys_go_through_the_night(qtbot, opened):
    model = opened.workspace.model
    for key in "1122":
        press(qtbot, opened, key)
    press(qtbot, opened, _KEYS.Key_Home)
    press(qtbot, opened, _KEYS.Key_Right, _CTRL)
    assert model.epoch == 2
    press(qtbot, opened, "u")
    assert model.epoch == 4
    press(qtbot, opened, _KEYS.Key_Left, _CTRL)
    assert model.epoch == 2
    press(qtbot, opened, _KEYS.Key_End)
    assert model.epoch == model.n_epochs - 1
    press(qtbot, opened, _KEYS.Key_PageUp)
    assert model.epoch == model.n_epochs - 2
    press(qtbot, opened, _KEYS.Key_Up, _CTRL)
    assert model.page_s == 60


def test_go_to_an_epoch_or_a_time(qtbot, opened):
    model = opened.workspace.model
    press(qtbot, opened, "g")
    dialog = dialog_of(qtbot, opened, GoToDialog)
    box = dialog.findChild(QLineEdit)
    qtbot.keyClicks(box, "500")
    qtbot.keyClick(box, _KEYS.Key_Return)
    assert dialog.isVisible()
    refusal = next(w for w in dialog.findChildren(QLabel) if w.objectName() == "refusal")
    assert refusal.text() == f"There is no epoch 500: the last one is {model.n_epochs}."
    qtbot.keyClicks(box, "xyz")
    qtbot.keyClick(box, _KEYS.Key_Return)
    assert refusal.text().startswith("“xyz” is neither an epoch (1 to 120) nor a time")
    assert refusal.height() >= refusal.heightForWidth(refusal.width())
    box.clear()
    qtbot.keyClicks(box, "33")
    qtbot.keyClick(box, _KEYS.Key_Return)
    assert (model.epoch, dialog.isVisible()) == (32, False)
    qtbot.waitUntil(opened.isActiveWindow)
    press(qtbot, opened, "g")
    box = dialog_of(qtbot, opened, GoToDialog).findChild(QLineEdit)
    qtbot.keyClicks(box, model.clock_text(600.0))
    qtbot.keyClick(box, _KEYS.Key_Return)
    assert model.epoch == 20


# -- painting, events -----------------------------------------------------------------------------


def test_a_click_on_the_overview_goes_there_and_changes_no_stage(qtbot, opened):
    canvas = opened.workspace.overview.canvas
    middle = QPoint(canvas.width() // 2, canvas.height() // 2)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert opened.workspace.model.epoch > 30
    assert (opened.document.session.state.stages == Stage.UNSCORED).all()


def test_painting_fills_a_range_in_one_step_and_escape_leaves(qtbot, opened):
    press(qtbot, opened, "2")
    press(qtbot, opened, "p")
    assert opened.actions_of["score.paint"].isChecked()
    canvas = opened.workspace.overview.canvas
    y = canvas.height() // 3
    left, right = QPoint(canvas.width() // 3, y), QPoint(canvas.width() // 2, y)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=left)
    qtbot.mouseMove(canvas, right)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=right)
    stages = opened.document.session.state.stages
    painted = int((stages == Stage.N2).sum())
    assert painted > 10
    assert (stages[stages >= 0] == Stage.N2).all()
    press(qtbot, opened, _KEYS.Key_Escape)
    assert not opened.actions_of["score.paint"].isChecked()
    press(qtbot, opened, _KEYS.Key_Z, _CTRL)
    assert int((opened.document.session.state.stages == Stage.N2).sum()) == 1


def test_an_arousal_is_marked_by_key_and_dragging(qtbot, opened):
    press(qtbot, opened, "a")
    canvas = opened.workspace.traces.canvas
    y = canvas.height() // 2
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(canvas.width() // 2, y))
    qtbot.mouseMove(canvas, QPoint(canvas.width() * 2 // 3, y))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(canvas.width() * 2 // 3, y))
    texts = [event.text for event in opened.document.session.state.events]
    assert texts.count("EEG arousal") == 1
    press(qtbot, opened, _KEYS.Key_Z, _CTRL)
    texts = [event.text for event in opened.document.session.state.events]
    assert texts.count("EEG arousal") == 0


def test_the_tool_in_use_is_shown_pressed_and_one_escape_leaves_it(qtbot, opened):
    def pressed():
        actions = opened.findChildren(QAction)
        tools = [a for a in actions if a.objectName().startswith(("event.", "tool."))]
        return [action.objectName() for action in tools if action.isChecked()]

    assert pressed() == []
    press(qtbot, opened, "a")
    assert pressed() == ["event.arousal"]
    press(qtbot, opened, "a")
    assert pressed() == ["event.arousal"]
    press(qtbot, opened, "k")
    press(qtbot, opened, _KEYS.Key_Return)
    (event,) = [e for e in opened.document.session.state.events if e.text == "EEG arousal"]
    assert (event.onset_s, event.duration_s) == (13.5, 3.0)
    assert opened.workspace.traces.canvas.selected_event == event
    press(qtbot, opened, _KEYS.Key_Escape)
    assert pressed() == []
    press(qtbot, opened, "m")
    assert pressed() == ["tool.measure"]
    press(qtbot, opened, "x")
    assert pressed() == ["event.artefact"]
    press(qtbot, opened, _KEYS.Key_Escape)
    assert pressed() == []


def test_lights_are_set_by_keys(qtbot, opened):
    press(qtbot, opened, _KEYS.Key_Right)
    press(qtbot, opened, _KEYS.Key_L, _CTRL)
    press(qtbot, opened, _KEYS.Key_End)
    press(qtbot, opened, _KEYS.Key_L, _CTRL | Qt.KeyboardModifier.ShiftModifier)
    state = opened.document.session.state
    n_epochs = opened.workspace.model.n_epochs
    assert (state.lights_off_s, state.lights_on_s) == (30.0, 30.0 * n_epochs)


# -- auto-scoring ---------------------------------------------------------------------------------


def _ask_for_auto_scoring(qtbot, window: MainWindow) -> None:
    press(qtbot, window, _KEYS.Key_R, _CTRL)
    dialog = dialog_of(qtbot, window, AutoScoringDialog)
    assert not dialog.choice.over_person
    qtbot.keyClick(dialog.focusWidget(), _KEYS.Key_Return)
    assert window.auto_scorer.is_running
    qtbot.waitUntil(window.isActiveWindow)


def test_auto_scoring_fills_the_rest_in_one_step_and_review_goes_on(qtbot, opened):
    for key in "www":
        press(qtbot, opened, key)
    _ask_for_auto_scoring(qtbot, opened)
    epoch = opened.workspace.model.epoch
    press(qtbot, opened, _KEYS.Key_Right)
    assert opened.workspace.model.epoch == epoch + 1  # traces keep scrolling meanwhile
    qtbot.waitUntil(lambda: not opened.auto_scorer.is_running, timeout=60_000)
    session = opened.document.session
    assert session.machine is not None
    assert (session.state.stages >= 0).all()
    assert _stages(opened, 3) == "W W W"
    assert list(np.flatnonzero(session.state.by_person)) == [0, 1, 2]
    qtbot.waitUntil(lambda: opened.status.text_of("device") != "")
    assert opened.status.text_of("device") == f"Auto-scorer: {expected_device('auto')}"
    assert opened.status.message == f"Auto-scored: {session.n_epochs - 3} epochs changed"
    assert opened.status.text_of("saved").endswith(", 4 edits")  # auto-scoring is one
    press(qtbot, opened, "n")
    here = opened.workspace.model.epoch
    press(qtbot, opened, "1")
    assert session.state.by_person[here]
    press(qtbot, opened, _KEYS.Key_Z, _CTRL)
    press(qtbot, opened, _KEYS.Key_Z, _CTRL)
    assert int((session.state.stages >= 0).sum()) == 3
    assert session.machine is not None


def test_weights_of_ones_own_are_chosen_by_key_and_left_again(qtbot, opened, tmp_path):
    source = tmp_path / "tuned"
    shutil.copytree(paths.models_folder() / DEFAULT_WEIGHTS, source)
    add_own_weights(source, "ours")

    def choose_by(key) -> None:
        press(qtbot, opened, _KEYS.Key_R, _CTRL)
        dialog = dialog_of(qtbot, opened, AutoScoringDialog)
        box = next(b for b in dialog.findChildren(QComboBox) if b.accessibleName() == "Weights")
        # What was chosen last stands there before the weights are read.
        qtbot.waitUntil(lambda: box.itemText(0) == f"{DEFAULT_WEIGHTS} (default)")
        assert box.itemData(box.findData("ours"), Qt.ItemDataRole.ToolTipRole)
        qtbot.keyClick(dialog.focusWidget(), _KEYS.Key_W, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(box.hasFocus)
        qtbot.keyClick(box, key)
        qtbot.keyClick(box, _KEYS.Key_Return)
        qtbot.waitUntil(lambda: not opened.auto_scorer.is_running, timeout=60_000)

    choose_by(_KEYS.Key_End)
    assert opened.document.session.machine.provenance.weights_name == "ours"
    assert opened.settings.now.weights == "ours"
    press(qtbot, opened, _KEYS.Key_Z, _CTRL)
    choose_by(_KEYS.Key_Home)
    assert opened.document.session.machine.provenance.weights_name == DEFAULT_WEIGHTS
    assert opened.settings.now.weights == ""


def test_weights_that_are_not_offered_are_listed_for_who_chose_them_before(qtbot, opened):
    def weights_in_dialog():
        press(qtbot, opened, _KEYS.Key_R, _CTRL)
        dialog = dialog_of(qtbot, opened, AutoScoringDialog)
        box = next(b for b in dialog.findChildren(QComboBox) if b.accessibleName() == "Weights")
        qtbot.waitUntil(lambda: box.itemText(0) == f"{DEFAULT_WEIGHTS} (default)")
        found = {box.itemData(n): box.itemText(n) for n in range(box.count())}, box.currentText()
        qtbot.keyClick(dialog, _KEYS.Key_Escape)
        qtbot.waitUntil(opened.isActiveWindow)
        return found

    listed, chosen = weights_in_dialog()
    assert not set(NOT_OFFERED) & set(listed)
    assert chosen == f"{DEFAULT_WEIGHTS} (default)"
    name = "sleepedf-multimodal-tcn-2"
    opened.settings.set(weights=name)
    listed, chosen = weights_in_dialog()
    assert set(NOT_OFFERED) & set(listed) == {name}
    assert chosen == f"{name} (not offered any more)"


def test_auto_scoring_is_cancelled_within_half_a_second(qtbot, opened):
    _ask_for_auto_scoring(qtbot, opened)
    began_s = time.monotonic()
    cancel = next(b for b in opened.status.findChildren(QPushButton) if b.text() == "Cancel")
    qtbot.waitUntil(cancel.isVisible)
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not opened.auto_scorer.is_running, timeout=2000)
    assert time.monotonic() - began_s < 0.7
    assert (opened.document.session.state.stages == Stage.UNSCORED).all()
    assert opened.document.session.machine is None
    assert opened.actions_of["score.auto"].isEnabled()


def test_closing_the_window_amid_auto_scoring_ends_it(qtbot, opened):
    _ask_for_auto_scoring(qtbot, opened)
    opened.close()
    assert [task.title for task in opened.tasks.running if not task.is_quiet] == []
    assert opened.document is None


# -- export ---------------------------------------------------------------------------------------


def test_export_writes_the_corrected_hypnogram_and_remembers_the_folder(
    qtbot, opened, tmp_path, settings
):
    for key in "w12":
        press(qtbot, opened, key)
    press(qtbot, opened, _KEYS.Key_E, _CTRL)
    dialog = dialog_of(qtbot, opened, ExportDialog)
    n_epochs = opened.workspace.model.n_epochs
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert f"{n_epochs - 3} of {n_epochs} epochs have no stage yet." in texts
    folder = dialog.findChild(QLineEdit)
    folder.selectAll()
    qtbot.keyClicks(folder, str(tmp_path / "out"))
    for check in dialog.findChildren(QCheckBox):
        if "JSON" in check.text() or "Excel" in check.text():
            check.setChecked(False)
        if "own" in check.text():
            check.setChecked(True)
    qtbot.keyClick(folder, _KEYS.Key_Return)
    qtbot.waitUntil(lambda: bool(opened.notices.texts), timeout=20_000)
    assert opened.notices.texts == (
        f"Exported to {tmp_path / 'out'}: Night_hypnogram.edf, Night_epochs.csv",
    )
    scoring = read_scoring(tmp_path / "out" / "Night_hypnogram.edf")
    assert [Stage(int(s)).text for s in scoring.hypnogram.stages[:4]] == ["W", "N1", "N2", "?"]
    assert settings.now.export_folder == str(tmp_path / "out")
    assert settings.now.export_formats == ("edf", "csv")
    assert settings.now.export_all_annotations
    qtbot.waitUntil(opened.isActiveWindow)
    press(qtbot, opened, _KEYS.Key_Escape)
    assert opened.notices.texts == ()
    opened.tell("Something is wrong.")
    press(qtbot, opened, _KEYS.Key_Escape)
    assert opened.notices.texts == ("Something is wrong.",)


def test_files_that_exist_are_replaced_only_if_that_is_checked(qtbot, opened, tmp_path, settings):
    settings.set(export_folder=str(tmp_path), export_formats=("csv",))
    (tmp_path / "Night_epochs.csv").write_text("mine")
    press(qtbot, opened, _KEYS.Key_E, _CTRL)
    dialog = dialog_of(qtbot, opened, ExportDialog)
    qtbot.keyClick(dialog.focusWidget(), _KEYS.Key_Return)
    qtbot.waitUntil(
        lambda: any(
            label.text().startswith("Night_epochs.csv: there already.")
            for label in dialog.findChildren(QLabel)
        )
    )
    assert dialog.isVisible()
    # The sentence squeezes nothing.
    qtbot.wait(20)
    checks = dialog.findChildren(QCheckBox)
    assert [c.text() for c in checks if c.height() < c.sizeHint().height()] == []
    dialog.reject()
    assert (tmp_path / "Night_epochs.csv").read_text() == "mine"


# -- opening --------------------------------------------------------------------------------------


def test_a_dropped_file_is_opened_and_its_name_is_the_title(qtbot, window, night):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(night))])
    window.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    qtbot.waitUntil(lambda: window.workspace is not None, timeout=20_000)
    assert window.windowTitle() == "Night.edf (synthetic) – sleepscorer"
    assert window.settings.now.recent_files == (str(night),)
    window.settings.set(file_name_in_title=False)
    assert window.windowTitle() == "Synthetic night – sleepscorer"
    window.close_recording()
    assert window.windowTitle() == "sleepscorer"


def test_recent_files_can_be_switched_off(qtbot, window, night):
    window.settings.set(keep_recent_files=False)
    open_in(qtbot, window, night)
    assert window.settings.now.recent_files == ()


def test_what_can_not_be_opened_is_said_and_the_window_goes_on(qtbot, window, tmp_path, night):
    broken = tmp_path / "broken.edf"
    broken.write_bytes(b"nothing")
    window.open_path(broken)
    qtbot.waitUntil(lambda: bool(window.notices.texts))
    assert str(broken) in window.notices.texts[0]
    open_in(qtbot, window, night)
    assert window.document.recording.path == night


def test_a_second_window_on_one_session_may_only_read(qtbot, opened, settings, night):
    second = open_in(qtbot, show_window(qtbot, settings), night)
    assert second.status.text_of("saved").startswith("read only: held by ")
    assert not second.actions_of["score.auto"].isEnabled()
    said = f"Read only, nothing was stored: held by {second.document.held_by}"
    for key, modifier in (("2", PLAIN), (_KEYS.Key_1, _KEYPAD), (_KEYS.Key_Delete, PLAIN)):
        second.status.say("")
        press(qtbot, second, key, modifier)
        assert second.status.message == said
    assert (second.document.session.state.stages == Stage.UNSCORED).all()
    second.close()


def test_a_scoring_beside_the_recording_is_offered_and_imported(qtbot, window, tmp_path):
    path = write_night(tmp_path / "Beside.edf", "C4-M1", "E1-M2", hours=0.5, keep_scoring=True)
    truth = read_scoring(scoring_path(path)).hypnogram.stages
    open_in(qtbot, window, path)
    notice = "A scoring lies beside the recording: Beside_scoring.edf"
    assert notice in window.notices.texts
    import_it(qtbot, window)
    session = window.document.session
    qtbot.waitUntil(lambda: window.document.importable is None)
    np.testing.assert_array_equal(session.state.stages, truth)
    assert notice not in window.notices.texts


def test_a_recording_that_moved_is_located_and_scoring_goes_on(qtbot, window, tmp_path, night):
    path = tmp_path / "Moved.edf"
    path.write_bytes(night.read_bytes())
    open_in(qtbot, window, path)
    press(qtbot, window, "2")
    session_path = window.document.session_path
    window.close_recording()
    (tmp_path / "elsewhere").mkdir()
    path = path.rename(tmp_path / "elsewhere" / "Moved.edf")
    window.open_path(session_path)
    qtbot.waitUntil(lambda: window.workspace is not None, timeout=20_000)
    assert any("Moved.edf" in text for text in window.notices.texts)
    assert not window.actions_of["score.w"].isEnabled()
    assert any(button.text() == "Locate…" for button in window.notices.findChildren(QPushButton))
    window.opening_notices.locate(path)
    qtbot.waitUntil(lambda: window.document is not None and bool(window.document.recording.signals))
    assert window.document.recording.path == path
    assert _stages(window, 1) == "N2"
    press(qtbot, window, "3")
    assert _stages(window, 2) == "N2 N3"


# -- the table of actions -------------------------------------------------------------------------


def test_nothing_but_opening_help_and_settings_is_possible_without_a_recording(window):
    enabled = {spec.id for spec in ACTIONS if window.actions_of[spec.id].isEnabled()}
    assert enabled == {
        "file.open",
        "file.folder",
        "file.quit",
        "edit.preferences",
        "edit.keys",
        "edit.save_settings",
        "edit.load_settings",
        "view.dark",
        "view.notices",
        "help.contents",
        "help.keys",
        "help.support",
        "help.about",
        "score.validate",
    }


def test_every_action_has_its_key_in_the_tooltip(window):
    assert window.actions_of["score.r"].toolTip() == "Stage R (R, 5)"
    for spec in ACTIONS:
        action = window.actions_of[spec.id]
        shortcuts = action.shortcuts()
        if shortcuts:
            shown = shortcuts[0].toString(shortcuts[0].SequenceFormat.NativeText)
            assert shown.replace("Num+", "Keypad ") in action.toolTip()


def test_no_key_is_ambiguous(window):
    keys = [key.toString() for action in window.findChildren(QAction) for key in action.shortcuts()]
    assert len(keys) == len(set(keys))


def test_colours_changed_and_changed_back_are_the_same(qtbot, opened):
    parts = (opened.menuBar(), opened.dock, opened.status, opened.workspace.overview)
    light = [part.grab().toImage() for part in parts]
    press(qtbot, opened, "d", _CTRL)
    assert all(part.grab().toImage() != seen for part, seen in zip(parts, light, strict=True))
    press(qtbot, opened, "d", _CTRL)
    assert [part.grab().toImage() for part in parts] == light


def test_dark_colours_are_a_choice(qtbot, opened):
    assert opened.theme.name == "light"
    press(qtbot, opened, _KEYS.Key_D, _CTRL)
    assert opened.theme.name == "dark"
    assert QApplication.palette().window().color().name() == "#1c1f24"
    press(qtbot, opened, _KEYS.Key_D, _CTRL)
    assert QApplication.palette().window().color().name() == "#f3f4f6"


def test_the_menu_tells_from_the_start_that_the_colours_are_dark(qtbot, settings):
    settings.set(theme="dark")
    window = show_window(qtbot, settings)
    assert window.actions_of["view.dark"].isChecked()
    window.close()
