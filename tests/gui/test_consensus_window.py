"""A consensus in the window: offered, asked, shown answer by answer, reviewed, kept."""

from dataclasses import replace

import numpy as np
import pytest
from night_models import night_model, staging_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel
from real_window import dialog_of, open_in, press

from sleepscorer.core.consensus import consensus
from sleepscorer.core.review import ReviewOrder
from sleepscorer.core.stages import Stage
from sleepscorer.gui.dialogs.auto_scoring_choice import AutoScoringDialog
from sleepscorer.gui.jobs.explaining import Explainer
from sleepscorer.gui.look.theme import LIGHT
from sleepscorer.gui.overview.canvas import OverviewCanvas
from sleepscorer.gui.panels.epoch import EpochPanel
from sleepscorer.gui.panels.review import ReviewPanel
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.traces.epoch_title import epoch_title
from sleepscorer.session_documents import results

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier


def answer(name, stages, confidence=0.6):
    given = staging_of(np.asarray(stages), confidence=confidence)
    made = replace(given.provenance, stager=name, software=f"{name} 1", warnings=())
    return replace(given, provenance=made)


@pytest.fixture
def opened(opened, monkeypatch):
    """The window, whose own staging takes no time: N3 all night."""
    n_epochs = opened.document.session.n_epochs

    class Quick:
        def stage_and_measure(self, *_):
            return answer("sleepscorer", [3] * n_epochs, confidence=0.8), None

    monkeypatch.setattr(results, "_stager", lambda *_: Quick())
    return opened


def stager_box(qtbot, window):
    press(qtbot, window, _KEYS.Key_R, _CTRL)
    dialog = dialog_of(qtbot, window, AutoScoringDialog)
    return next(b for b in dialog.findChildren(QComboBox) if b.accessibleName() == "Stager")


def ended(qtbot, window):
    qtbot.waitUntil(lambda: not window.auto_scorer.is_running, timeout=5000)


def test_it_is_offered_first_asked_of_all_and_kept(qtbot, opened, offer_stagers):
    offer_stagers(calm="other_stagers:Calm", bad="other_stagers:Raising")
    box = stager_box(qtbot, opened)
    qtbot.waitUntil(lambda: box.count() == 4)
    texts = [box.itemText(place) for place in range(box.count())]
    assert texts == ["Consensus", "sleepscorer", "Raising 3", "Calm 1.2"]
    # Nobody chose it yet: what is asked stays the same until somebody does.
    assert box.currentText() == "sleepscorer"
    box.setFocus()
    qtbot.keyClick(box, _KEYS.Key_Up)
    qtbot.keyClick(box, _KEYS.Key_Return)
    ended(qtbot, opened)
    session = opened.document.session
    assert [one.name for one in session.others] == ["sleepscorer", "calm"]
    assert session.machine.provenance.consensus_of == ("sleepscorer", "calm")
    np.testing.assert_array_equal(session.state.stages, session.machine.stages)
    assert any("left out: bad (Raising 3 failed" in text for text in opened.notices.texts)
    now = opened.settings.now
    assert (now.stager, now.consensus_of, now.second_opinion) == ("consensus", (), "")
    path = opened.document.recording.path
    opened.close_recording()
    open_in(qtbot, opened, path)
    assert [one.name for one in opened.document.session.others] == ["sleepscorer", "calm"]
    box = stager_box(qtbot, opened)
    qtbot.waitUntil(lambda: box.count() == 4)
    assert box.currentText() == "Consensus"


def test_where_the_others_are_gone_ours_stages_alone(qtbot, opened, offer_stagers):
    offer_stagers()
    opened.settings.set(stager="consensus")
    opened.dialogs.score_at_once(opened.document)
    ended(qtbot, opened)
    session = opened.document.session
    assert (session.machine.name, session.others) == ("sleepscorer", ())
    box = stager_box(qtbot, opened)
    qtbot.waitUntil(lambda: box.count() == 1)
    assert box.currentText() == "sleepscorer"


STAGES = {"sleepscorer": [2, 2, 2, 2], "yasa": [2, 2, 3, 3], "calm": [2, 2, 2, 3]}


def model_with_consensus():
    """They differ in every third and fourth epoch; in the fourth the other two outvote ours."""
    model = night_model(n_epochs=100)
    answers = tuple(answer(name, np.resize(stages, 100)) for name, stages in STAGES.items())
    model.session.fill(consensus(answers, software="x 1"), others=answers)
    return model


def test_the_queue_begins_where_they_are_not_unanimous_and_says_who_says_what(qtbot):
    model = model_with_consensus()
    panel = ReviewPanel(model)
    qtbot.addWidget(panel)
    panel._share.setValue(100)
    assert ReviewOrder(panel._order.currentData()) is ReviewOrder.NOT_UNANIMOUS
    assert sorted(panel._queue.epochs) == [epoch for epoch in range(100) if epoch % 4 > 1]
    assert panel._table.reason(3).startswith(
        "Epoch 4: not unanimous: sleepscorer N2, yasa N3, calm N3; the machine says N3, probability"
    )
    row = panel._queue.epochs.index(2)
    assert panel._table.index(row, 6).data() == "N2 N3 N2"
    probability = model.session.machine.probabilities[2].max()
    assert panel._table.index(row, 4).data() == f"N2 {100 * probability:.0f} %"
    assert panel._table.headerData(6, Qt.Orientation.Horizontal) == "Stagers"
    assert panel._promise.text().startswith("No expected agreement: how often")
    assert "sure" not in panel._doubt.text()


def test_no_place_calls_its_probability_how_sure_it_is(qtbot):
    model = model_with_consensus()
    probability = model.session.machine.probabilities[0].max()
    assert "probability" in epoch_title(model).text
    assert "sure" not in epoch_title(model).text
    canvas = OverviewCanvas(model, LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(1000, 300)
    said = canvas._layers.described(0)
    assert f"machine N2, probability {100 * probability:.0f} %" in said
    assert said.endswith("unanimous: sleepscorer N2, yasa N2, calm N2")


def test_the_epoch_panel_tells_each_answer(qtbot):
    model = model_with_consensus()
    panel = EpochPanel(model)
    qtbot.addWidget(panel)
    label = next(
        one for one in panel.findChildren(QLabel) if one.accessibleName() == "Second opinion"
    )
    assert label.text() == "unanimous: sleepscorer N2, yasa N2, calm N2"
    model.select_epoch(2)
    panel._show_epoch()
    assert label.text() == "not unanimous: sleepscorer N2, yasa N3, calm N2"
    panel.stop()


def test_each_answer_is_a_band_of_its_own_and_ticks_show_where_they_differ(qtbot):
    model = model_with_consensus()
    canvas = OverviewCanvas(model, LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(1190, 400)
    canvas.show()
    rect = canvas.strips.answers
    assert rect.height() == 36
    image = canvas.grab().toImage()

    def colours(epoch):
        """From the top: the mark, then the middle of each band."""
        x = round(canvas.axis.x_of((epoch + 0.5) * 30))
        height = (rect.height() - 3) / 3
        heights = (rect.top() + 1, *(rect.top() + 3 + (n + 0.5) * height for n in range(3)))
        return [image.pixelColor(x, round(y)).name() for y in heights]

    n2, n3 = (LIGHT.stage_colour(stage) for stage in (Stage.N2, Stage.N3))
    assert colours(48)[1:] == [n2, n2, n2]
    assert colours(51) == [LIGHT.accent, n2, n3, n3]
    assert colours(48)[0] != LIGHT.accent
    model.show_second_opinion(shown=False)
    assert canvas.strips.answers.height() == 0


def test_a_key_hides_the_answers_and_says_so(qtbot, opened, offer_stagers):
    offer_stagers(calm="other_stagers:Calm")
    opened.settings.set(stager="consensus")
    opened.dialogs.score_at_once(opened.document)
    ended(qtbot, opened)
    assert opened.workspace.overview.canvas.strips.answers.height() == 36
    press(qtbot, opened, "b")
    assert opened.workspace.overview.canvas.strips.answers.height() == 0
    assert opened.status.message == "The stagers' answers are hidden in the overview"


def test_of_a_consensus_our_own_answer_is_explained(qtbot):
    model = model_with_consensus()
    explainer = Explainer(model, TaskRunner())
    model.select_epoch(3)
    # The consensus says N3.
    assert (explainer.has_staging, explainer.stage) == (True, Stage.N2)


def test_the_strip_of_its_probability_is_not_called_confidence(qtbot, opened):
    overview = opened.workspace.overview
    opened.dialogs.score_at_once(opened.document)
    ended(qtbot, opened)
    assert overview._strip_texts()["confidence"] == "Confidence"
    session = opened.document.session
    answers = tuple(answer(name, [2] * session.n_epochs) for name in ("sleepscorer", "yasa"))
    session.fill(consensus(answers, software="x 1"), others=answers)
    texts = overview._strip_texts()
    assert (texts["confidence"], texts["answers"]) == ("Probability", "Stagers")
