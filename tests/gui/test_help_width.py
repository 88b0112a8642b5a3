"""The manual gives its width back to a recording, and comes again when it is asked for."""

from PySide6.QtCore import Qt
from real_window import open_in, press, show_window, wait_for, write_night

from sleepscorer.gui.help.help_pane import HelpPane

_KEYS = Qt.Key


def _help(window) -> HelpPane:
    return window.findChild(HelpPane)


def test_help_shown_on_the_start_page_gives_its_width_to_the_recording(qtbot, window, night):
    window.show_help()
    assert _help(window).isVisible()
    open_in(qtbot, window, night)
    assert not _help(window).isVisible()
    assert window.workspace.hasFocus() or window.workspace.isAncestorOf(window.focusWidget())
    left = window.workspace.mapTo(window, window.workspace.rect().topLeft()).x()
    assert left < 10
    press(qtbot, window, _KEYS.Key_F1)
    assert _help(window).isVisible()


def test_help_asked_for_over_a_recording_stays_beside_the_next_one(qtbot, window, night, tmp_path):
    open_in(qtbot, window, night)
    press(qtbot, window, _KEYS.Key_F1)
    # A copy would be the same night.
    other = write_night(tmp_path / "other.edf", "C4-M1", hours=0.05)
    window.open_path(other)
    wait_for(qtbot, window, other)
    assert _help(window).isVisible()


def test_a_remembered_layout_brings_the_help_back_neither_before_nor_after_opening(
    qtbot, settings, night
):
    before = open_in(qtbot, show_window(qtbot, settings), night)
    press(qtbot, before, _KEYS.Key_F1)
    before.close()
    assert settings.now.window_layout
    window = show_window(qtbot, settings)
    assert not _help(window).isVisible()
    open_in(qtbot, window, night)
    assert not _help(window).isVisible()
    window.close()
