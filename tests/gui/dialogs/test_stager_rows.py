"""Who scores and who is asked besides, chosen by keys in the dialog and remembered."""

from dataclasses import replace

import numpy as np
import pytest
from night_models import staging_of
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton
from real_window import dialog_of, press

from sleepscorer.core.stages import Stage
from sleepscorer.gui.dialogs.auto_scoring_choice import AutoScoringDialog
from sleepscorer.session_documents import results

_KEYS = Qt.Key
_CTRL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def opened(opened, offer_stagers, monkeypatch):
    """The window beside two other stagers; our own says N3 all night, at once."""
    n_epochs = opened.document.session.n_epochs
    offer_stagers(calm="other_stagers:Calm", odd="other_stagers:Deep")

    class Quick:
        def stage_and_measure(self, *_):
            given = staging_of(np.full(n_epochs, 3))
            made = replace(given.provenance, stager="sleepscorer")
            return replace(given, provenance=made), None

    monkeypatch.setattr(results, "_stager", lambda *_: Quick())
    return opened


def dialog_in(qtbot, window):
    press(qtbot, window, _KEYS.Key_R, _CTRL)
    dialog = dialog_of(qtbot, window, AutoScoringDialog)
    qtbot.waitUntil(lambda: box_of(dialog, "Stager").count() == 4)
    return dialog


def box_of(dialog, name):
    return next(b for b in dialog.findChildren(QComboBox) if b.accessibleName() == name)


def ticks_of(dialog):
    boxes = dialog.findChildren(QCheckBox)
    return {box.text(): box for box in boxes if box.accessibleName().startswith("Ask ")}


def choose(qtbot, dialog, letter, text):
    """Go to a box by its letter and type the beginning of what it is to say."""
    press(qtbot, dialog, letter, _ALT)
    for sign in text[:4]:
        press(qtbot, dialog, sign)
    assert dialog.focusWidget().currentText() == text


def scored(qtbot, window):
    press(qtbot, window, _KEYS.Key_Return)
    qtbot.waitUntil(lambda: window.dialogs.dialog is None)
    qtbot.waitUntil(lambda: not window.auto_scorer.is_running, timeout=5000)
    return window.document.session


def stored(window):
    now = window.settings.now
    return now.stager, now.consensus_of, now.second_opinion


def test_another_scores_alone_and_ours_is_not_asked(qtbot, opened):
    dialog = dialog_in(qtbot, opened)
    choose(qtbot, dialog, "t", "Calm 1.2")
    assert box_of(dialog, "Second opinion").currentText() == "None"
    # Both are of our own network alone.
    assert not any(box_of(dialog, name).isEnabled() for name in ("Weights", "Device"))
    session = scored(qtbot, opened)
    assert (session.machine.name, session.others) == ("calm", ())
    assert (session.state.stages == Stage.N2).all()
    assert stored(opened) == ("calm", (), "")
    assert box_of(dialog_in(qtbot, opened), "Stager").currentText() == "Calm 1.2"


def test_ours_gives_another_the_second_opinion(qtbot, opened):
    dialog = dialog_in(qtbot, opened)
    choose(qtbot, dialog, "t", "Calm 1.2")
    choose(qtbot, dialog, "i", "sleepscorer")
    assert box_of(dialog, "Weights").isEnabled()
    second = box_of(dialog, "Second opinion")
    # Nobody gives a second opinion on what it said first.
    texts = [second.itemText(place) for place in range(second.count())]
    assert texts == ["None", "sleepscorer", "Deep 1"]
    session = scored(qtbot, opened)
    assert [session.machine.name, *(one.name for one in session.others)] == ["calm", "sleepscorer"]
    assert stored(opened) == ("calm", (), "sleepscorer")


def test_a_consensus_is_of_all_until_one_is_taken_out_by_the_keyboard(qtbot, opened):
    dialog = dialog_in(qtbot, opened)
    second, ticks = box_of(dialog, "Second opinion"), ticks_of(dialog)
    assert not any(box.isVisible() for box in ticks.values())
    choose(qtbot, dialog, "t", "Consensus")
    assert all(box.isVisible() and box.isChecked() for box in ticks.values())
    assert list(ticks) == ["sleepscorer", "Calm 1.2", "Deep 1"]
    assert not second.isVisible()
    press(qtbot, dialog, "n", _ALT)
    assert dialog.focusWidget() is ticks["sleepscorer"]
    press(qtbot, dialog, _KEYS.Key_Tab)
    assert dialog.focusWidget() is ticks["Calm 1.2"]
    press(qtbot, dialog, _KEYS.Key_Space)
    session = scored(qtbot, opened)
    assert session.machine.provenance.consensus_of == ("sleepscorer", "odd")
    assert stored(opened) == ("consensus", ("sleepscorer", "odd"), "")
    ticked = ticks_of(dialog_in(qtbot, opened))
    assert [box.isChecked() for box in ticked.values()] == [True, False, True]


def test_to_tick_all_again_asks_whoever_is_installed_later_too(qtbot, opened):
    opened.settings.set(stager="consensus", consensus_of=("sleepscorer", "odd"))
    dialog = dialog_in(qtbot, opened)
    ticks_of(dialog)["Calm 1.2"].click()
    session = scored(qtbot, opened)
    assert session.machine.provenance.consensus_of == ("sleepscorer", "calm", "odd")
    assert stored(opened) == ("consensus", (), "")


def test_a_consensus_of_one_is_not_begun_and_the_dialog_says_why(qtbot, opened):
    opened.settings.set(stager="consensus")
    dialog = dialog_in(qtbot, opened)
    start = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Auto-&score")
    ticks = ticks_of(dialog)
    for name in ("sleepscorer", "Deep 1"):
        assert start.isEnabled()
        ticks[name].click()
    assert not start.isEnabled()
    assert dialog.choice.stagers.consensus_of == ("calm",)
    assert not box_of(dialog, "Weights").isEnabled()
    refusal = next(one for one in dialog.findChildren(QLabel) if "needs two" in one.text())
    assert refusal.isVisible()
    ticks["Deep 1"].click()
    assert not refusal.isVisible()
    assert start.isEnabled()


def test_of_a_remembered_consensus_who_is_gone_is_ticked_no_more(qtbot, opened):
    opened.settings.set(stager="consensus", consensus_of=("calm", "gone", "odd"))
    dialog = dialog_in(qtbot, opened)
    assert [box.isChecked() for box in ticks_of(dialog).values()] == [False, True, True]
    assert dialog.choice.stagers.consensus_of == ("calm", "odd")


def test_what_was_chosen_is_asked_though_the_stagers_are_not_listed_yet(qtbot, opened):
    opened.settings.set(stager="consensus")
    press(qtbot, opened, _KEYS.Key_R, _CTRL)
    dialog_of(qtbot, opened, AutoScoringDialog)
    session = scored(qtbot, opened)
    assert session.machine.provenance.consensus_of == ("sleepscorer", "calm", "odd")


def test_without_asking_a_remembered_consensus_says_who_of_it_is_gone(qtbot, opened):
    opened.settings.set(stager="consensus", consensus_of=("calm", "gone", "odd"))
    opened.dialogs.score_at_once(opened.document)
    qtbot.waitUntil(lambda: not opened.auto_scorer.is_running, timeout=5000)
    assert opened.document.session.machine.provenance.consensus_of == ("calm", "odd")
    assert any("left out: gone (no other stager called 'gone'" in t for t in opened.notices.texts)


def test_every_part_is_named_for_screen_readers_and_fits_a_small_screen(qtbot, opened):
    opened.settings.set(stager="consensus")
    dialog = dialog_in(qtbot, opened)
    for box in (*ticks_of(dialog).values(), box_of(dialog, "Stager")):
        assert box.accessibleName()
        assert box.accessibleDescription()
    # 1366x768 at 150 %, less the frame of a dialog.
    dialog.resize(903, 478)
    qtbot.wait(20)
    start = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Auto-&score")
    assert dialog.height() == 478
    assert dialog.rect().contains(QRect(start.mapTo(dialog, QPoint(0, 0)), start.size()))
