"""The toolbar of the real window: what it shows pressed, its palette, and what fits where."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter
from PySide6.QtWidgets import QToolButton
from real_window import press

from sleepscorer.core.event_kinds import EVENT_KINDS
from sleepscorer.core.stages import Stage
from sleepscorer.gui.actions.keyed_button import KeyedButton
from sleepscorer.gui.actions.table import STAGE_OF
from sleepscorer.gui.actions.toolbar import Toolbar
from sleepscorer.gui.look.icons import icon
from sleepscorer.gui.look.theme import DARK, LIGHT, contrast, ink_on

COMMON = [kind for kind in EVENT_KINDS if kind.is_common]
LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
KEYS = Qt.Key


def button(window, action_id):
    """The button of an action."""
    bar = window.findChild(Toolbar)
    return next(
        one
        for one in bar.findChildren(QToolButton)
        if one.defaultAction() is window.actions_of[action_id]
    )


def on(window, ids):
    """Those of these actions whose buttons are pressed."""
    return [action_id for action_id in ids if button(window, action_id).isChecked()]


def ground(widget):
    """The colour of a button beside its letters."""
    return widget.grab().toImage().pixelColor(4, widget.height() // 2).name()


def test_the_stage_of_the_epoch_is_filled_and_follows_keys_undo_and_pages(qtbot, opened):
    assert on(opened, STAGE_OF) == ["score.unscored"]
    press(qtbot, opened, "2")
    assert opened.workspace.model.epoch == 1
    assert on(opened, STAGE_OF) == ["score.unscored"]
    press(qtbot, opened, KEYS.Key_Left)
    assert on(opened, STAGE_OF) == ["score.n2"]
    assert ground(button(opened, "score.n2")) == LIGHT.stages[Stage.N2]
    assert ground(button(opened, "score.r")) != LIGHT.stages[Stage.R]
    press(qtbot, opened, KEYS.Key_Z, CTRL)
    assert on(opened, STAGE_OF) == ["score.unscored"]
    opened.close_recording()
    assert on(opened, STAGE_OF) == []


def test_a_screen_reader_is_told_the_stage_of_the_epoch(opened):
    def spoken(action_id):
        said = QAccessible.queryAccessibleInterface(button(opened, action_id))
        return said.text(QAccessible.Text.Name), bool(said.state().checked)

    opened.workspace.model.score_epochs([0], Stage.R)
    assert spoken("score.r") == ("Stage R", True)
    assert spoken("score.n2") == ("Stage N2", False)
    assert spoken("event.limb") == ("Limb movement", False)


def test_a_click_on_the_stage_that_holds_leaves_it_filled(qtbot, opened, settings):
    settings.set(advance_after_top_row=False)
    for _ in range(2):
        qtbot.mouseClick(button(opened, "score.r"), LEFT)
        assert opened.workspace.model.stage is Stage.R
        assert on(opened, STAGE_OF) == ["score.r"]
        assert opened.actions_of["score.r"].isChecked()


def test_a_stage_that_was_not_stored_is_not_filled(qtbot, opened, monkeypatch):
    monkeypatch.setattr(opened.workspace.model, "score_epochs", lambda *_: False)
    qtbot.mouseClick(button(opened, "score.n3"), LEFT)
    assert on(opened, STAGE_OF) == ["score.unscored"]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_letters_are_read_on_every_filled_button(theme):
    for colour in (*theme.stages.values(), *theme.families.values()):
        assert contrast(ink_on(colour), colour) >= 4.5


def test_all_kinds_are_there_a_family_beside_another_and_mark(qtbot, opened):
    buttons = {kind: button(opened, f"event.{kind.name}") for kind in COMMON}
    from_left = sorted(buttons, key=lambda kind: buttons[kind].x())
    changes = [one.family for one, other in pairwise(from_left) if one.family != other.family]
    assert len(changes) == len({kind.family for kind in COMMON}) - 1
    for kind, one in buttons.items():
        assert one.accessibleName() == kind.label
        qtbot.mouseClick(one, LEFT)
        assert on(opened, [f"event.{kind.name}" for kind in COMMON]) == [f"event.{kind.name}"]
        assert ground(one) == LIGHT.families[kind.family]
    press(qtbot, opened, KEYS.Key_Escape)
    assert on(opened, [f"event.{kind.name}" for kind in COMMON]) == []


def test_badges_are_the_keys_in_force(opened, settings):
    assert button(opened, "event.arousal").badge == "A"
    assert button(opened, "event.hypopnea").badge == ""
    # The W on the button says the first already.
    assert button(opened, "score.w").badge == "0"
    before = button(opened, "event.hypopnea").sizeHint().width()
    settings.set(own_keys={"event.hypopnea": ("J",)})
    assert button(opened, "event.hypopnea").badge == "J"
    assert button(opened, "event.hypopnea").sizeHint().width() > before
    settings.set(key_profile="letters")
    assert button(opened, "score.n1").badge == "Q"


def test_every_button_is_named_tells_its_key_and_is_reached_by_tab(opened):
    for one in opened.findChild(Toolbar).findChildren(QToolButton):
        action = one.defaultAction()
        assert one.accessibleName(), one
        if action is not None:
            assert one.focusPolicy() == Qt.FocusPolicy.TabFocus
            assert one.toolTip() == action.toolTip()
            assert all(key.toString() in one.toolTip() for key in action.shortcuts()[:1])


def test_words_go_in_a_narrow_window_and_no_button_does(qtbot, window):
    bar = window.findChild(Toolbar)
    tools = [one for one in bar.findChildren(QToolButton) if one.defaultAction() is not None]
    window.resize(1366, 768)
    assert bar.shows_words
    assert all(one.visibleRegion().boundingRect().width() == one.width() for one in tools)
    window.resize(911, 512)
    qtbot.waitUntil(lambda: not bar.shows_words)
    qtbot.waitUntil(lambda: all(one.isVisible() for one in tools))
    assert window.width() == 911
    assert max(one.geometry().right() for one in tools) < 911
    window.resize(1366, 768)
    qtbot.waitUntil(lambda: bar.shows_words)


def test_what_finds_no_room_at_all_unfolds(qtbot, window):
    bar = window.findChild(Toolbar)
    bar.setFixedWidth(500)
    more = bar.findChild(QToolButton, "qt_toolbar_ext_button")
    qtbot.waitUntil(more.isVisible)
    assert more.accessibleName() == "More tools"
    comment = button(window, "event.comment")
    assert not comment.isVisible()
    qtbot.mouseClick(more, LEFT)
    qtbot.waitUntil(comment.isVisible)


def test_colours_follow_the_theme(qtbot, opened):
    press(qtbot, opened, KEYS.Key_D, CTRL)
    assert ground(button(opened, "score.unscored")) == DARK.stages[Stage.UNSCORED]
    qtbot.mouseClick(button(opened, "event.limb"), LEFT)
    assert ground(button(opened, "event.limb")) == DARK.families[EVENT_KINDS[2].family]
    assert isinstance(button(opened, "event.limb"), KeyedButton)
    press(qtbot, opened, KEYS.Key_D, CTRL)
    assert ground(button(opened, "score.unscored")) == LIGHT.stages[Stage.UNSCORED]


def inks(drawn):
    """The colours that cover a pixel wholly."""
    pixels = (drawn.pixelColor(x, y) for x in range(drawn.width()) for y in range(drawn.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_icons_have_the_ink_of_the_words_and_the_pixels_of_the_screen(window, theme, ratio):
    window.settings.set(theme=theme.name)
    for name in ("open", "export", "undo", "redo", "paint", "auto", "measure"):
        drawn = icon(name).pixmap(QSize(16, 16), ratio).toImage()
        assert drawn.size() == QSize(round(16 * ratio), round(16 * ratio))
        # Where lines are too thin to cover a pixel, none of another colour does.
        assert inks(drawn) <= {theme.text}, name
        assert any(
            drawn.pixelColor(x, y).alpha() > 127
            for x in range(drawn.width())
            for y in range(drawn.height())
        )


def test_an_icon_that_is_off_is_fainter(window):
    def strength(mode):
        drawn = QImage(32, 32, QImage.Format.Format_ARGB32_Premultiplied)
        drawn.fill(QColor("transparent"))
        with QPainter(drawn) as painter:
            icon("open").paint(painter, drawn.rect(), mode=mode)
        return max(drawn.pixelColor(x, y).alpha() for x in range(32) for y in range(32))

    modes = icon("open").Mode
    assert strength(modes.Disabled) < strength(modes.Normal) == 255
