"""Another stager in the window: asked, shown, hidden, reviewed; and one that fails or hangs."""

import tempfile
from dataclasses import replace

import numpy as np
import pytest
from night_models import night_model, staging_of
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QComboBox, QLabel
from real_window import dialog_of, open_in, press

from sleepscorer.core.review import ReviewOrder
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.core.stages import THREE_STAGES, Stage
from sleepscorer.gui.dialogs.auto_scoring_choice import AutoScoringDialog
from sleepscorer.gui.look.theme import LIGHT
from sleepscorer.gui.overview.canvas import OverviewCanvas
from sleepscorer.gui.panels.epoch import EpochPanel
from sleepscorer.gui.panels.review import ReviewPanel
from sleepscorer.gui.view_state import show_view, view_of
from sleepscorer.session_documents import results

_KEYS = Qt.Key
_CTRL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


def ours_of(n_epochs):
    """N2 and N3 by turns."""
    return staging_of(np.resize([2, 3], n_epochs))


@pytest.fixture
def opened(opened, monkeypatch):
    """The window, whose own staging takes no time."""
    n_epochs = opened.document.session.n_epochs

    class Quick:
        def stage_and_measure(self, *_):
            return ours_of(n_epochs), None

    monkeypatch.setattr(results, "_stager", lambda *_: Quick())
    return opened


def auto_score(qtbot, window, title):
    """Auto-score with this stager beside, by keys alone."""
    press(qtbot, window, _KEYS.Key_R, _CTRL)
    dialog = dialog_of(qtbot, window, AutoScoringDialog)
    box = second_box(dialog)
    qtbot.waitUntil(lambda: box.findText(title) > 0)
    box.setFocus()
    qtbot.keyClicks(box, title[:3])
    assert box.currentText() == title
    qtbot.keyClick(box, _KEYS.Key_Return)
    assert window.auto_scorer.is_running


def second_box(dialog):
    return next(b for b in dialog.findChildren(QComboBox) if b.accessibleName() == "Second opinion")


def ended(qtbot, window):
    qtbot.waitUntil(lambda: not window.auto_scorer.is_running, timeout=5000)


def test_another_stager_stands_beside_and_fills_nothing(qtbot, opened, offer_stagers):
    offer_stagers(calm="other_stagers:Calm")
    auto_score(qtbot, opened, "Calm 1.2")
    ended(qtbot, opened)
    session = opened.document.session
    np.testing.assert_array_equal(session.state.stages, session.machine.stages)
    assert (session.others[0].stages == Stage.N2).all()
    assert session.others[0].provenance.software == "Calm 1.2"
    assert [edit.label for edit in session.edits[1:]] == ["Auto-score"]
    # The choice is remembered, and the file keeps the answer.
    assert opened.settings.now.second_opinion == "calm"
    path = opened.document.recording.path
    opened.close_recording()
    open_in(qtbot, opened, path)
    assert (opened.document.session.others[0].stages == Stage.N2).all()


def test_the_layer_is_hidden_and_shown_by_a_key_and_stays_so(qtbot, opened, offer_stagers):
    press(qtbot, opened, "b")
    assert opened.status.message.startswith("There is no second opinion: choose one in Auto-score")
    offer_stagers(calm="other_stagers:Calm")
    auto_score(qtbot, opened, "Calm 1.2")
    ended(qtbot, opened)
    canvas = opened.workspace.overview.canvas
    assert canvas.strips.second.height() == 20
    press(qtbot, opened, "b")
    assert canvas.strips.second.height() == 0
    assert opened.status.message == "The second opinion is hidden in the overview"
    path = opened.document.recording.path
    opened.close_recording()
    open_in(qtbot, opened, path)
    assert opened.workspace.overview.canvas.strips.second.height() == 0
    press(qtbot, opened, "b")
    assert opened.workspace.overview.canvas.strips.second.height() == 20


@pytest.mark.parametrize(
    ("kind", "title", "said"),
    [
        ("Raising", "Raising 3", "Raising 3 failed: RuntimeError no idea"),
        ("TooLong", "TooLong 1", "TooLong 1 gave 61 epochs of 60"),
        ("Exiting", "Exiting 1", "Exiting 1 failed"),
    ],
)
def test_one_that_fails_costs_a_notice_and_nothing_else(
    qtbot, opened, offer_stagers, kind, title, said
):
    offer_stagers(bad=f"other_stagers:{kind}")
    auto_score(qtbot, opened, title)
    ended(qtbot, opened)
    session = opened.document.session
    np.testing.assert_array_equal(session.state.stages, ours_of(60).stages)
    assert session.others == ()
    assert said in session.machine.provenance.warnings[-1]
    assert any(f"There is no second opinion: {said}" in text for text in opened.notices.texts)


def test_one_that_hangs_is_cancelled_and_nothing_changes(qtbot, opened, offer_stagers):
    offer_stagers(slow="other_stagers:Hanging")
    auto_score(qtbot, opened, "Hanging 1")
    qtbot.wait(100)
    assert opened.auto_scorer.is_running
    press(qtbot, opened, _KEYS.Key_R, _CTRL | _SHIFT)
    ended(qtbot, opened)
    session = opened.document.session
    assert (session.machine, session.others, len(session.done)) == (None, (), 1)
    assert opened.status.message == "Auto-scoring cancelled: nothing changed"


def test_one_that_is_gone_since_it_was_chosen_is_a_notice(qtbot, opened, offer_stagers):
    offer_stagers()
    opened.settings.set(second_opinion="calm")
    opened.dialogs.score_at_once(opened.document)
    ended(qtbot, opened)
    assert opened.document.session.machine is not None
    assert any("no other stager called 'calm'" in text for text in opened.notices.texts)


def how_to_get_others(dialog):
    return next(x for x in dialog.findChildren(QLabel) if x.accessibleName() == "Other stagers")


def test_the_dialog_says_how_to_get_what_is_not_installed(qtbot, opened, offer_stagers):
    offer_stagers()
    press(qtbot, opened, _KEYS.Key_R, _CTRL)
    dialog = dialog_of(qtbot, opened, AutoScoringDialog)
    box, label = second_box(dialog), how_to_get_others(dialog)
    qtbot.waitUntil(label.isVisible)
    assert (box.currentText(), box.count(), box.isEnabled()) == ("None", 1, False)
    assert label.text() == (
        "Others, and what to type in a terminal to get them:\n"
        "RobustSleepNet: sleepscorer models fetch robust-sleep-net\n"
        "YASA: pip install 'sleepscorer[yasa]'"
    )
    assert label.height() >= label.heightForWidth(label.width())
    assert label.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_dialog_says_nothing_of_others_where_all_are_installed(qtbot, opened, offer_stagers):
    offer_stagers(**{"robust-sleep-net": "other_stagers:TooLong", "yasa": "other_stagers:Calm"})
    press(qtbot, opened, _KEYS.Key_R, _CTRL)
    dialog = dialog_of(qtbot, opened, AutoScoringDialog)
    qtbot.waitUntil(lambda: second_box(dialog).count() == 3)
    assert not how_to_get_others(dialog).isVisible()


def model_with_both():
    """Ours is N2 and N3 by turns, the other says N2: they differ in every second epoch."""
    model = night_model(n_epochs=100)
    model.session.fill(ours_of(100), others=(staging_of(np.full(100, 2), confidence=0.6),))
    return model


def test_a_panel_names_the_other_answer_and_whether_it_differs(qtbot):
    model = model_with_both()
    panel = EpochPanel(model)
    qtbot.addWidget(panel)
    label = next(
        one for one in panel.findChildren(QLabel) if one.accessibleName() == "Second opinion"
    )
    assert label.text() == "x: N2, probability 60 %"
    model.select_epoch(1)
    panel._show_epoch()
    assert label.text() == "x: N2, probability 60 %, otherwise than the machine"
    panel.stop()


def test_the_tooltip_of_the_overview_tells_both_answers(qtbot):
    canvas = OverviewCanvas(model_with_both(), LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(1000, 240)
    assert canvas._layers.described(1).endswith("machine N3, 80 % sure · x: N2, probability 60 %")


def test_what_differs_is_drawn_dark_and_the_rest_faint(qtbot):
    model = model_with_both()
    canvas = OverviewCanvas(model, LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(1190, 240)
    canvas.show()
    rect = canvas.strips.second
    image = canvas.grab().toImage()

    def colours(epoch):
        x = round(canvas.axis.x_of((epoch + 0.5) * 30))
        column = (image.pixelColor(x, y).name() for y in range(int(rect.top()), int(rect.bottom())))
        return set(column)

    assert LIGHT.person in colours(51)
    assert LIGHT.person not in colours(50)
    assert LIGHT.machine in colours(50)
    assert rect.contains(QPointF(canvas.axis.x_of(1500.0), rect.center().y()))


def test_the_queue_lists_where_both_disagree_and_says_why(qtbot):
    model = model_with_both()
    panel = ReviewPanel(model)
    qtbot.addWidget(panel)
    panel._order.setCurrentIndex(panel._order.findData(ReviewOrder.NOT_UNANIMOUS))
    panel._share.setValue(60)
    assert panel._queue.epochs == tuple(range(1, 100, 2))
    assert panel._table.reason(1).endswith("next W; x: N2, probability 60 %.")
    model.show_machine(THREE_STAGES, smooth=False)
    assert panel._table.reason(1).endswith("next W; x: N2, probability 60 %.")


def test_the_queue_shows_both_answers_where_they_disagree(qtbot):
    model = model_with_both()
    panel = ReviewPanel(model)
    qtbot.addWidget(panel)
    table = panel._table

    def last_column():
        header = table.headerData(6, Qt.Orientation.Horizontal)
        return header, table.index(0, 4).data(), table.index(0, 6).data()

    # Where they differ is what comes first, until a person wants another order.
    assert panel._order.currentText() == "Not unanimous"
    assert last_column() == ("Second", "N3, 80 % sure", "N2")
    panel._order.setCurrentText("Least certain first")
    assert last_column() == ("Next", "N3, 80 % sure", "W")
    model.score_epochs([3], Stage.W)
    panel._update()
    assert panel._order.currentText() == "Least certain first"


def test_the_queue_says_that_no_other_stager_was_asked(qtbot):
    model = night_model()
    model.session.fill(ours_of(100))
    panel = ReviewPanel(model)
    qtbot.addWidget(panel)
    panel._order.setCurrentIndex(panel._order.findData(ReviewOrder.NOT_UNANIMOUS))
    assert panel._promise.text().startswith("No second opinion was asked")


def test_whether_the_layer_is_shown_is_kept(qapp):
    model = model_with_both()
    model.show_second_opinion(shown=False)
    again = model_with_both()
    show_view(again, view_of(model, ChannelChoice()), page_s=30)
    assert not again.shows_second_opinion
    show_view(again, {}, page_s=30)
    assert again.shows_second_opinion


@pytest.mark.parametrize(
    ("warning", "is_doubtful"),
    [("There is no second opinion: it failed.", False), ("C4-M1 is clipped.", True)],
)
def test_that_another_stager_failed_makes_the_expected_agreement_no_less_certain(
    qtbot, warning, is_doubtful
):
    model, ours = night_model(), ours_of(100)
    failure = "There is no second opinion: it failed."
    made = replace(ours.provenance, warnings=(warning,), second_opinion_failure=failure)
    model.session.fill(replace(ours, provenance=made))
    panel = ReviewPanel(model)
    qtbot.addWidget(panel)
    assert panel._promise.text().startswith("Expected agreement")
    assert ("less certain" in panel._promise.text()) is is_doubtful


def test_in_three_stages_the_other_answer_is_told_in_three_as_well(qtbot):
    model = model_with_both()
    panel = EpochPanel(model)
    qtbot.addWidget(panel)
    label = next(
        one for one in panel.findChildren(QLabel) if one.accessibleName() == "Second opinion"
    )
    model.select_epoch(1)
    panel._show_epoch()
    model.show_machine(THREE_STAGES, smooth=False)
    # Ours is N3 and theirs N2: both NREM.
    assert label.text() == "x: NREM, probability 80 %"
    panel.stop()


def test_long_names_of_channels_are_shown_whole(qtbot, opened):
    press(qtbot, opened, _KEYS.Key_R, _CTRL)
    dialog = dialog_of(qtbot, opened, AutoScoringDialog)
    names = dialog._channel_text
    names.setText("EEG Fpz-Cz, C4-M1 (derived), Pz-Oz (derived); EOG E1-E2 (derived)")
    needed_px = names.heightForWidth(names.width())
    assert needed_px > names.fontMetrics().height()
    qtbot.waitUntil(lambda: names.height() >= needed_px)


def test_a_program_of_its_own_is_chosen_and_asked_like_any_other(
    qtbot, opened, offer_stagers, name_program
):
    offer_stagers()
    name_program("good", 60)
    auto_score(qtbot, opened, "Prog 1.0")
    qtbot.waitUntil(lambda: not opened.auto_scorer.is_running, timeout=30_000)
    session = opened.document.session
    assert (session.others[0].stages == Stage.N2).all()
    assert session.others[0].provenance.software == "Prog 1.0"
    assert opened.settings.now.second_opinion == "prog"


def test_a_program_that_hangs_ends_when_auto_scoring_is_cancelled(
    qtbot, opened, offer_stagers, name_program, tmp_path, monkeypatch
):
    runs = tmp_path / "runs"
    runs.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(runs))
    offer_stagers()
    name_program("hang", 60)
    auto_score(qtbot, opened, "Prog 1.0")
    qtbot.waitUntil(
        lambda: any("thinking" in one.read_text() for one in runs.glob("*/printed.txt")),
        timeout=30_000,
    )
    press(qtbot, opened, _KEYS.Key_R, _CTRL | _SHIFT)
    qtbot.waitUntil(lambda: not opened.auto_scorer.is_running, timeout=30_000)
    assert (opened.document.session.machine, opened.document.session.others) == (None, ())
    assert opened.status.message == "Auto-scoring cancelled: nothing changed"
    assert list(runs.iterdir()) == []


def test_the_dialog_says_why_a_named_program_is_not_to_be_had(
    qtbot, opened, offer_stagers, name_program
):
    offer_stagers(calm="other_stagers:Calm")
    name_program("good", 60, extra='[bad]\ncommand = "x"\n')
    press(qtbot, opened, _KEYS.Key_R, _CTRL)
    dialog = dialog_of(qtbot, opened, AutoScoringDialog)
    qtbot.waitUntil(lambda: second_box(dialog).count() == 3)

    def told():
        return [one.text() for one in dialog.findChildren(QLabel) if one.isVisible()]

    said = "the stager 'bad' can't be asked: command must be a list of texts"
    qtbot.waitUntil(lambda: any(said in text for text in told()))
    # It grew by the sentence, and no row lost its height.
    qtbot.waitUntil(lambda: dialog.height() >= dialog.layout().totalHeightForWidth(dialog.width()))
    qtbot.keyClick(dialog, _KEYS.Key_Escape)
