"""Whom this site validated, in the window: asked by itself, offered, unticked, remembered."""

from dataclasses import replace

import numpy as np
import pytest
from night_models import night_model, staging_of
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QPushButton, QToolTip
from real_window import dialog_of, press

from sleepscorer.core.consensus import consensus
from sleepscorer.core.site_calibration import SiteCalibration, with_calibration
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.gui.dialogs.auto_scoring_choice import AutoScoringDialog
from sleepscorer.gui.look.theme import LIGHT
from sleepscorer.gui.overview.canvas import OverviewCanvas
from sleepscorer.gui.panels.epoch import EpochPanel
from sleepscorer.gui.panels.review import ReviewPanel
from sleepscorer.gui.traces.epoch_title import TitleLine, epoch_title
from sleepscorer.pipeline import SiteChoice, keep_site_choice, site_choice_file
from sleepscorer.session_documents import results

_KEYS = Qt.Key
_CTRL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
MEASURED = "9 nights of 9 people of this site, 30 November 2026"
SENTENCE = f"Confidence was measured on {MEASURED}."
CALIBRATION = SiteCalibration(2.0, ((0.0, 0.2, 0.8), (0.5, 0.7, 0.95), (1.0, 1.0, 1.0)), MEASURED)


@pytest.fixture
def opened(opened, offer_stagers, monkeypatch):
    """The window beside another stager; our own says N3 all night, at once, by its weights."""
    n_epochs = opened.document.session.n_epochs
    offer_stagers(calm="other_stagers:Calm")

    class Quick:
        def stage_and_measure(self, *_):
            given = staging_of(np.full(n_epochs, 3))
            made = replace(given.provenance, stager="sleepscorer", weights_name="night-1")
            return replace(given, provenance=made), None

    asked = []

    def stager(weights, _device):
        asked.append(weights)
        return Quick()

    monkeypatch.setattr(results, "_stager", stager)
    opened.asked_weights = asked
    return opened


@pytest.fixture
def site():
    choice = SiteChoice(
        stagers=("sleepscorer", "calm"),
        full_names=("sleepscorer (x, night-1)", "calm (Calm 1.2, calm)"),
        own_weights="night-1",
        own_weights_sha256="0" * 64,
        montage="C4-M1 & EOG",
        channels=ChannelChoice(eeg=("C4-M1",)),
        calibration=CALIBRATION,
        verdict="The consensus <stays>, {as} it was.",
        validated_by=((("C4-M1",), ("E1-E2",), ()),),
    )
    keep_site_choice(choice)
    return choice


def dialog_in(qtbot, window):
    press(qtbot, window, _KEYS.Key_R, _CTRL)
    dialog = dialog_of(qtbot, window, AutoScoringDialog)
    qtbot.waitUntil(lambda: box_of(dialog, "Stager").count() == 3)
    return dialog


def box_of(dialog, name):
    return next(b for b in dialog.findChildren(QComboBox) if b.accessibleName() == name)


def tick_of(dialog):
    return next(
        box
        for box in dialog.findChildren(QCheckBox)
        if box.accessibleName().startswith("As validated here")
    )


def scored(qtbot, window):
    press(qtbot, window, _KEYS.Key_Return)
    qtbot.waitUntil(lambda: window.dialogs.dialog is None)
    return ended(qtbot, window)


def ended(qtbot, window):
    qtbot.waitUntil(lambda: not window.auto_scorer.is_running, timeout=5000)
    return window.document.session


def change_of(dialog):
    buttons = dialog.findChildren(QPushButton)
    return next(b for b in buttons if b.accessibleName() == "Change the channels")


def test_it_is_asked_by_itself_where_there_is_one(qtbot, opened, site):
    opened.dialogs.score_at_once(opened.document)
    session = ended(qtbot, opened)
    assert session.machine.provenance.consensus_of == ("sleepscorer", "calm")
    assert session.machine.measured_sentence == SENTENCE
    assert opened.asked_weights == ["night-1"]


def test_the_dialog_offers_it_first_and_leaves_nothing_else_to_choose(qtbot, opened, site):
    dialog = dialog_in(qtbot, opened)
    tick = tick_of(dialog)
    assert tick.isVisible()
    assert tick.isChecked()
    assert tick.text() == "As &validated here:"
    assert dialog._site_text.isVisible()
    assert dialog._site_text.text() == "consensus of sleepscorer and calm, C4-M1 & EOG"
    assert tick.accessibleName().endswith(dialog._site_text.text())
    # What a file says is no markup and names no keys.
    assert "&lt;stays&gt;, {as} it was." in tick.toolTip()
    assert MEASURED in tick.toolTip()
    for name in ("Stager", "Second opinion", "Weights"):
        assert not box_of(dialog, name).isEnabled(), name
    assert box_of(dialog, "Device").isEnabled()
    assert not change_of(dialog).isEnabled()
    assert dialog.choice.site == site
    session = scored(qtbot, opened)
    assert session.machine.measured_sentence == SENTENCE


def test_unticked_everything_is_chosen_as_before_and_that_is_remembered(qtbot, opened, site):
    dialog = dialog_in(qtbot, opened)
    press(qtbot, dialog, "v", _ALT)
    qtbot.waitUntil(lambda: not tick_of(dialog).isChecked())
    for name in ("Stager", "Second opinion", "Weights"):
        assert box_of(dialog, name).isEnabled(), name
    assert change_of(dialog).isEnabled()
    session = scored(qtbot, opened)
    assert session.machine.name == "sleepscorer"
    assert not session.machine.provenance.confidence_measured_on
    assert opened.settings.now.as_validated is False
    dialog = dialog_in(qtbot, opened)
    assert not tick_of(dialog).isChecked()
    press(qtbot, dialog, "v", _ALT)
    qtbot.waitUntil(tick_of(dialog).isChecked)
    scored(qtbot, opened)
    assert opened.settings.now.as_validated is True


def test_without_a_choice_nothing_is_offered_and_nothing_forgotten(qtbot, opened):
    dialog = dialog_in(qtbot, opened)
    assert not any(
        box.isVisible() and "alidated" in box.text() for box in dialog.findChildren(QCheckBox)
    )
    assert dialog.choice.site is None
    scored(qtbot, opened)
    assert opened.settings.now.as_validated is True


def test_a_damaged_choice_is_said_and_stops_nothing(qtbot, opened, site):
    site_choice_file().write_text("[")
    opened.dialogs.score_at_once(opened.document)
    assert ended(qtbot, opened).machine.name == "sleepscorer"
    assert any("the choice of this site is damaged" in text for text in opened.notices.texts)


def test_a_montage_that_the_recording_lacks_is_said_before_it_is_scored(qtbot, opened, site):
    keep_site_choice(replace(site, montage="O9-M1", channels=ChannelChoice(eeg=("O9-M1",))))
    dialog = dialog_in(qtbot, opened)
    assert "the recording lacks O9-M1, which was validated here" in dialog._channel_text.text()
    session = scored(qtbot, opened)
    warnings = session.machine.provenance.warnings
    assert any(text.startswith("The recording lacks the montage") for text in warnings)
    assert not session.machine.is_measured


def answers():
    given = staging_of(np.full(100, 2))
    made = [replace(given.provenance, stager=name, software=name) for name in ("a", "b")]
    return tuple(replace(given, provenance=one) for one in made)


@pytest.fixture
def staged():
    """A night of a consensus that this site measured."""
    model = night_model(n_epochs=100)
    joined = with_calibration(consensus(answers(), software="x 1"), CALIBRATION)
    model.session.fill(joined, others=answers())
    return model


@pytest.fixture
def unmeasured():
    model = night_model(n_epochs=100)
    model.session.fill(consensus(answers(), software="x 1"), others=answers())
    return model


def test_the_review_panel_says_where_its_expectation_comes_from(qtbot, staged, unmeasured):
    panel = ReviewPanel(staged)
    qtbot.addWidget(panel)
    panel.show()
    assert "xpected agreement" in panel._promise.text()
    assert panel._measured.isVisible()
    assert panel._measured.text() == SENTENCE
    other = ReviewPanel(unmeasured)
    qtbot.addWidget(other)
    other.show()
    assert other._promise.text().startswith("No expected agreement: how often")
    assert not other._measured.isVisible()


def test_each_place_that_tells_how_sure_the_machine_is_says_where_that_was_measured(
    qtbot, staged, unmeasured
):
    not_measured = "The probability of a consensus: how often it is right was not measured here."
    for model, sentence, words in (
        (staged, SENTENCE, "sure"),
        (unmeasured, not_measured, "probability"),
    ):
        title = epoch_title(model)
        assert words in title.text
        assert sentence not in title.text
        line = TitleLine(LIGHT)
        qtbot.addWidget(line)
        line.show_title(title, "")
        assert line.toolTip().endswith(sentence)
        panel = EpochPanel(model)
        qtbot.addWidget(panel)
        assert words in panel._machine.text
        assert panel._machine.toolTip().endswith(sentence)
        panel.stop()


def test_the_overview_tells_it_of_the_epoch_under_the_pointer(qtbot, staged):
    canvas = OverviewCanvas(staged, LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(1000, 300)
    canvas.show()
    place = QPoint(500, 40)
    help_event = QHelpEvent(QEvent.Type.ToolTip, place, canvas.mapToGlobal(place))
    QApplication.sendEvent(canvas, help_event)
    said = QToolTip.text()
    assert " sure" in said
    assert said.endswith(f"\n{SENTENCE}")
    QToolTip.hideText()
