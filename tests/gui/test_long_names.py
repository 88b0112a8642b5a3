"""Odd names in the window: long ones are cut to the room there is, others turn nothing round."""

import os

import pytest
from real_window import open_in

from sleepscorer.gui.frame.status_line import StatusLine


@pytest.fixture
def long_night(night, tmp_path):
    folder = tmp_path / ("d" * 200)
    folder.mkdir()
    path = folder / ("n" * 240 + ".edf")
    os.link(night, path)
    return path


def test_a_recording_of_a_long_name_opens_and_widens_nothing(qtbot, window, long_night, night):
    open_in(qtbot, window, night)
    usual_px = window.minimumSizeHint().width()
    window.close_recording()
    opened = open_in(qtbot, window, long_night)
    assert opened.windowTitle().startswith("nnn")
    opened.notices.add(f"{long_night}: it was read")
    opened.findChild(StatusLine).say(f"{long_night}: it was said")
    qtbot.wait(50)
    assert opened.minimumSizeHint().width() <= usual_px + 50
    opened.close_recording()
    opened.settings.set(recent_files=(str(long_night),))
    qtbot.wait(50)
    assert opened.minimumSizeHint().width() <= usual_px + 50


def test_a_name_does_not_turn_the_title_round(qtbot, window, night, tmp_path):
    path = tmp_path / "night\u202efde.edf"
    os.link(night, path)
    assert (
        open_in(qtbot, window, path).windowTitle() == "night\ufffdfde.edf (synthetic) – sleepscorer"
    )
