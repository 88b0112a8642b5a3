"""Scorers beside each other: their agreement, and the way to where they differ."""

import numpy as np
import pytest
from night_models import night_model, staging_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QComboBox, QLabel

from sleepscorer.core.edits import Author
from sleepscorer.core.errors import SessionError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.layered_session import LayeredSession
from sleepscorer.core.layers import LayerKind
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.gui.look.appearance import apply_theme
from sleepscorer.gui.look.theme import LIGHT
from sleepscorer.gui.panels.compare import ComparePanel
from sleepscorer.gui.panels.compared_hypnograms import ComparedHypnograms
from sleepscorer.gui.panels.confusion_table import ConfusionTable
from sleepscorer.gui.session_model import SessionModel

N = 100
NOTHING = Scoring(Hypnogram(np.full(N, -1, np.int8)))


@pytest.fixture
def scorings():
    """Anna's and Ben's stages, which differ in epochs 11, 12 and 41; all of the night is N2."""
    one = LayeredSession(N, MemoryJournal(), author=Author("anna", "lab"))
    ben = np.full(N, 2, np.int8)
    ben[[10, 11, 40]] = (1, 1, 3)
    one.active.score(range(N), Stage.N2)
    one.begin("ben", one.imported(Scoring(Hypnogram(ben)), "b.txt"), kind=LayerKind.IMPORT)
    return one


@pytest.fixture
def model(scorings):
    plain = night_model()
    return SessionModel(plain.recording, scorings.active, plain.montage, scorings=scorings)


@pytest.fixture
def panel(qtbot, model):
    panel = ComparePanel(model, LIGHT)
    qtbot.addWidget(panel)
    apply_theme(QApplication.instance(), LIGHT)
    panel.resize(400, 700)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    return panel


def texts(panel):
    return {label.accessibleName(): label.text() for label in panel.findChildren(QLabel)}


def test_two_scorings_are_compared_as_soon_as_the_panel_is_shown(panel):
    told = texts(panel)
    assert told["Agreement"].startswith("97.0 % of 100 epochs agree; kappa ")
    assert "N2: 97 % of 100 agree; kappa 0.00" in told["Agreement"]
    assert told["This epoch"].endswith("They differ in 3 of 100 epochs scored twice.")
    boxes = [box.currentText() for box in panel.findChildren(QComboBox)]
    assert boxes == ["First scoring", "ben"]
    matrix = panel.findChild(ConfusionTable)
    counts = [[matrix.item(r, c).text() for c in range(5)] for r in range(5)]
    assert counts[2] == ["0", "2", "97", "1", "0"]


def test_differences_are_walked_through_round_and_round(panel, model):
    seen = []
    for _ in range(4):
        assert model.next_difference()
        seen.append(model.epoch)
    assert seen == [10, 11, 40, 10]
    assert model.next_difference(back=True)
    assert model.epoch == 40
    assert "Epoch 41: N2 by First scoring; N3 by ben." in texts(panel)["This epoch"]


def test_enter_goes_through_the_epochs_of_a_cell(qtbot, panel, model):
    matrix = panel.findChild(ConfusionTable)
    matrix.setFocus()
    matrix.setCurrentCell(STAGES.index(Stage.N2), STAGES.index(Stage.N1))
    for expected in (10, 11, 10):
        qtbot.keyClick(matrix, Qt.Key.Key_Return)
        assert model.epoch == expected
    assert "1 of 2 epochs that First scoring calls N2 and ben N1" in texts(panel)["This epoch"]


def test_arrows_go_through_the_cells_and_turn_no_page(qtbot, panel, model):
    matrix = panel.findChild(ConfusionTable)
    turned = QShortcut(QKeySequence(Qt.Key.Key_Right), panel)
    turned.activated.connect(lambda: model.select_epoch(model.epoch + 1))
    matrix.setFocus()
    matrix.setCurrentCell(STAGES.index(Stage.N2), STAGES.index(Stage.N1))
    qtbot.keyClick(matrix, Qt.Key.Key_Right)
    assert (matrix.currentColumn(), model.epoch) == (2, 0)
    qtbot.keyClick(matrix, Qt.Key.Key_Up)
    qtbot.keyClick(matrix, Qt.Key.Key_Return)
    assert texts(panel)["This epoch"] == "No epoch that First scoring calls N1 and ben N2."
    assert model.epoch == 0


def test_a_click_on_the_hypnograms_turns_to_the_epoch(qtbot, panel, model):
    picture = panel.findChild(ComparedHypnograms)
    x = 2 + round((picture.width() - 4) * 0.505)
    qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=QPoint(x, 20))
    assert abs(model.epoch - 50) <= 1


def test_the_machine_is_one_of_them_and_an_edit_is_followed(qtbot, panel, model, scorings):
    scorings.active.fill(staging_of([2] * N))
    qtbot.waitUntil(lambda: panel.findChildren(QComboBox)[0].count() == 3)
    scorings.active.score([50], Stage.W)
    qtbot.waitUntil(lambda: "4 of 100 epochs" in texts(panel)["This epoch"])


def test_alone_there_is_nothing_to_compare(qtbot):
    panel = ComparePanel(night_model(), LIGHT)
    qtbot.addWidget(panel)
    panel.show()
    assert "nothing to compare yet" in texts(panel)["This epoch"]
    assert not panel.findChild(ConfusionTable).isEnabled()


def test_a_blind_scorer_sees_nobody(qtbot, panel, model, scorings):
    layer = scorings.begin("blind", scorings.empty(NOTHING, "lights"), is_blind=True)
    scorings.switch(layer.number)
    qtbot.waitUntil(lambda: "made blind" in texts(panel)["This epoch"])
    assert texts(panel)["Agreement"] == ""
    assert len(panel.findChild(ComparedHypnograms)._scorings) == 1


def test_in_a_consensus_differences_are_decided_and_the_log_says_who_said_what(model, scorings):
    layer = scorings.begin("agreed", scorings.agreed(), kind=LayerKind.CONSENSUS)
    scorings.switch(layer.number)
    for _ in range(3):
        assert model.next_difference()
        model.score(Stage.N3, advance=False)
    assert not model.next_difference()
    labels = [edit.label for edit in scorings.active.edits]
    assert labels[0] == "What First scoring and ben agree on"
    assert labels[-1] == "Decide epoch 41 as N3: N2 by First scoring; N3 by ben"


def test_after_a_decision_comes_the_next_open_epoch_also_where_it_is_the_neighbour(model, scorings):
    layer = scorings.begin("agreed", scorings.agreed(), kind=LayerKind.CONSENSUS)
    scorings.switch(layer.number)
    model.next_difference()
    seen = [model.epoch]
    for _ in range(3):
        model.score(Stage.N3)
        seen.append(model.epoch)
    # Where none is open any more, as everywhere else, the next in time.
    assert seen == [10, 11, 40, 41]
    model.score(Stage.N3)
    assert model.epoch == 42


def test_nobody_agrees_alone():
    alone = LayeredSession(N, MemoryJournal(), author=Author("anna", "lab"))
    with pytest.raises(SessionError, match="not two scorings"):
        alone.agreed()
