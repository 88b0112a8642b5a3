"""The history: what was done as rows, filtered, and a way to where it was done."""

from dataclasses import replace

import pytest
from night_models import night_model, staging_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QTableView

from sleepscorer.core.events import Event
from sleepscorer.core.filling import FillMode
from sleepscorer.core.report_form import FormEntry, ReportForm
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.stages import Stage
from sleepscorer.gui.look.appearance import apply_theme
from sleepscorer.gui.look.theme import LIGHT
from sleepscorer.gui.panels.history import HistoryPanel
from sleepscorer.gui.panels.history_table import AFTER, COLUMNS, KIND, WHAT

KEYS = Qt.Key


@pytest.fixture
def model():
    """Ten steps of every kind."""
    model = night_model()
    session = model.session
    session.fill(staging_of([2] * 100), FillMode.ALL)
    model.score_epochs([4], Stage.W)
    model.score_epochs([70, 71], Stage.R)
    model.undo()
    model.redo()
    model.replace_event(None, Event(310.0, 4.0, "EEG arousal"))
    session.set_form(ReportForm(comment="fine"))
    session.sign("Anna Meier", Meaning.SCORED)
    session.unlock("lights off was wrong")
    model.set_lights(30.0, 2900.0)
    return model


@pytest.fixture
def panel(qtbot, model):
    return shown(qtbot, model)


def shown(qtbot, model, width=900):
    panel = HistoryPanel(model)
    qtbot.addWidget(panel)
    apply_theme(QApplication.instance(), LIGHT)
    panel.resize(width, 500)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    panel.setFocus()
    return panel


def view_of(panel):
    return panel.findChild(QTableView)


def column(panel, number):
    table = view_of(panel).model()
    return [table.index(row, number).data() for row in range(table.rowCount())]


def said(panel):
    labels = {label.accessibleName(): label for label in panel.findChildren(QLabel)}
    return labels["About the step"].text()


def test_every_kind_of_step_is_a_row_the_newest_first(panel):
    assert column(panel, KIND) == [
        "person", "unlocked", "signed", "form", "person", "redo", "undo", "person", "person",
        "machine",
    ]  # fmt: skip
    first, *_, last = column(panel, WHAT)
    assert (first, last) == ("Set lights off and on", "Auto-score")
    assert said(panel) == "10 steps"
    heads = [view_of(panel).model().headerData(n, Qt.Orientation.Horizontal) for n in range(7)]
    assert tuple(heads) == COLUMNS


def test_a_row_says_who_from_to_and_where(panel):
    rows = zip(*(column(panel, number) for number in range(len(COLUMNS))), strict=True)
    scored = next(row for row in rows if row[WHAT] == "Score 2 epochs from 71 as R")
    assert scored[1:] == ("ada", "person", "Score 2 epochs from 71 as R", "N2", "R", "71–72")


def test_steps_back_and_signatures_look_otherwise(panel):
    table = view_of(panel).model()
    fonts = {
        kind: table.index(row, WHAT).data(Qt.ItemDataRole.FontRole)
        for row, kind in enumerate(column(panel, KIND))
    }
    assert fonts["undo"].italic()
    assert fonts["redo"].italic()
    assert fonts["signed"].bold()
    assert fonts["unlocked"].bold()
    assert fonts["person"] is None
    assert fonts["machine"] is None


def test_new_steps_come_in_on_top_while_it_is_seen_and_later_when_it_is_not(qtbot, panel, model):
    model.score_epochs([9], Stage.N3)
    qtbot.waitUntil(lambda: column(panel, WHAT)[0] == "Score epoch 10 as N3")
    view_of(panel).selectRow(0)
    model.session.sign("Ben", Meaning.REVIEWED)
    qtbot.waitUntil(lambda: column(panel, WHAT)[0].startswith("Sign: reviewed by Ben"))
    # What was chosen stays chosen.
    assert "Score epoch 10 as N3" in said(panel)
    panel.hide()
    model.session.unlock("one more")
    panel.show()
    assert column(panel, WHAT)[0] == "Unlock: one more"
    assert len(column(panel, WHAT)) == 13


def test_it_is_filtered_by_words_and_by_kind(qtbot, panel, model):
    box, kinds = panel.findChild(QLineEdit), panel.findChild(QComboBox)
    qtbot.keyClicks(box, "AROUSAL")
    assert column(panel, WHAT) == ["Mark EEG arousal"]
    assert said(panel) == "1 of 10 steps"
    box.clear()
    qtbot.keyClicks(box, "71-72")
    assert column(panel, KIND) == ["redo", "undo", "person"]
    box.clear()
    found = {}
    for index in range(kinds.count()):
        kinds.setCurrentIndex(index)
        found[kinds.itemText(index)] = len(column(panel, WHAT))
    assert found == {
        "Everything": 10, "By people": 4, "By the machine": 1, "Imports": 0, "Undo and redo": 2,
        "Signatures": 2, "Report form": 1,
    }  # fmt: skip
    # What comes is filtered too.
    model.score_epochs([9], Stage.N3)
    model.session.set_form(ReportForm(comment="better"))
    qtbot.waitUntil(lambda: len(column(panel, WHAT)) == 2)
    kinds.setCurrentIndex(0)
    assert len(column(panel, WHAT)) == 12


def test_enter_turns_to_the_epoch(qtbot, panel, model):
    view = view_of(panel)
    for row, epoch in ((8, 4), (7, 70), (4, 10), (0, 1)):
        qtbot.keyClick(view, KEYS.Key_Home)
        for _ in range(row):
            qtbot.keyClick(view, KEYS.Key_Down)
        qtbot.keyClick(view, KEYS.Key_Return)
        assert model.epoch == epoch
    qtbot.keyClick(view, KEYS.Key_End)
    qtbot.keyClick(view, KEYS.Key_Return)
    assert model.epoch == 0


def test_a_double_click_turns_to_the_epoch(qtbot, panel, model):
    view = view_of(panel)
    model.select_epoch(0)
    place = view.visualRect(view.model().index(7, WHAT)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert model.epoch == 0
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert model.epoch == 70


def test_a_signature_concerns_no_epoch_and_says_so(qtbot, panel, model):
    model.select_epoch(33)
    assert column(panel, KIND)[2] == "signed"
    view_of(panel).selectRow(2)
    assert "ada on" in said(panel)
    assert "scored by Anna Meier" in said(panel)
    qtbot.keyClick(view_of(panel), KEYS.Key_Return)
    assert "concerns no epoch" in said(panel)
    assert model.epoch == 33


def test_the_first_down_chooses_the_newest(qtbot, panel):
    qtbot.keyClick(view_of(panel), KEYS.Key_Down)
    assert view_of(panel).selectionModel().selectedRows()[0].row() == 0


def test_words_have_room_in_a_narrow_panel(qtbot, model):
    narrow, wide = shown(qtbot, model, 350), shown(qtbot, model, 1100)
    assert [COLUMNS[n] for n in range(7) if not view_of(narrow).isColumnHidden(n)] == [
        "When", "What", "From", "To",
    ]  # fmt: skip
    assert not any(view_of(wide).isColumnHidden(n) for n in range(7))
    for panel in (narrow, wide):
        view = view_of(panel)
        assert view.columnWidth(WHAT) > view.fontMetrics().horizontalAdvance("Score epoch 71 as R")
        assert not view.horizontalScrollBar().isVisible()


def test_what_it_is_since_is_read_whole_beside_a_recording(qtbot, model):
    """As wide as the panel is on a screen of 1366 x 768."""
    model.set_lights(30.0, 2800.0)
    model.score_epochs([2], Stage.N2)
    panel = shown(qtbot, model, 358)
    view = view_of(panel)
    for row, text in enumerate(("N2, confirmed", f"on {model.clock_text(2800.0)}")):
        cell = view.model().index(row, AFTER)
        assert cell.data() == text
        assert view.sizeHintForIndex(cell).width() <= view.columnWidth(AFTER)
    whole = view.fontMetrics().horizontalAdvance("Score epoch 101 as N2")
    assert whole < view.columnWidth(WHAT)


def test_what_is_no_change_has_the_room_of_from_and_to(panel, model):
    view = view_of(panel)

    def wide():
        kinds = column(panel, KIND)
        return [kind for row, kind in enumerate(kinds) if view.columnSpan(row, WHAT) == 3]

    assert wide() == ["unlocked", "signed", "form"]
    model.session.set_form(ReportForm(comment="better"))
    panel._update()
    assert wide() == ["form", "unlocked", "signed", "form"]
    panel.findChild(QLineEdit).setText("Anna")
    assert wide() == ["signed"]


def test_a_form_that_an_earlier_clock_wrote_finds_its_place(qtbot, panel, model):
    session = model.session
    early = FormEntry(
        "2001-01-01T00:00:00.000+00:00", session.author, ReportForm(comment="early"), 1
    )
    session._signing = replace(session.signing, forms=(*session.signing.forms, early))
    model.score_epochs([9], Stage.N3)
    qtbot.waitUntil(lambda: len(column(panel, WHAT)) == 12)
    assert column(panel, KIND).count("form") == 2
    assert column(panel, WHAT)[0] == "Score epoch 10 as N3"
