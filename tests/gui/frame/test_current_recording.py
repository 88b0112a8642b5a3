"""What is open is one value or none, between two recordings too."""

from collections.abc import Callable
from pathlib import Path

import pytest
from real_window import write_night

from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.files.montages.presets import default_montage
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.jobs.opening import OpenedRecording
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.session_documents import current_author, open_document


@pytest.fixture
def current(qtbot, settings):
    tasks = TaskRunner()
    current = CurrentRecording(settings, tasks)
    yield current
    current.close()
    tasks.stop_all()


@pytest.fixture
def opened(tmp_path) -> Callable[[str], OpenedRecording]:
    """Open a short night of this name."""

    def open_night(name: str) -> OpenedRecording:
        path: Path = write_night(tmp_path / f"{name}.edf", "C4-M1", "E1-M2", hours=0.05)
        document = open_document(path, author=current_author())
        montage = default_montage(document.recording)
        return OpenedRecording(document, montage, (), ChannelChoice(eeg=("C4-M1",)), False, path)

    return open_night


def _is_free(opened: OpenedRecording) -> bool:
    """Tell whether the session can be written by who opens it now."""
    again = open_document(opened.recent_path, author=current_author())
    is_free = not again.held_by
    again.close()
    return is_free


def test_it_is_open_one_turn_after_its_panes_were_made(qtbot, current, opened):
    a, heard = opened("a"), []
    current.opened.connect(lambda it: heard.append((it, current.document)))
    current.show(a)
    assert (current.now, current.document, heard) == (None, None, [])
    qtbot.waitUntil(lambda: current.now is not None)
    assert heard == [(a, a.document)]
    assert current.now.model is current.now.panes.model
    assert current.channels.eeg == ("C4-M1",)


def test_of_two_that_arrive_at_once_the_last_is_open_and_the_other_given_back(
    qtbot, current, opened
):
    a, b, heard = opened("a"), opened("b"), []
    current.opened.connect(heard.append)
    current.show(a)
    current.show(b)
    qtbot.waitUntil(lambda: current.now is not None)
    qtbot.wait(20)
    assert (heard, current.document) == ([b], b.document)
    assert _is_free(a)


def test_what_is_open_is_closed_when_the_next_arrives_and_its_panes_stay_until_that_is_shown(
    qtbot, current, opened
):
    a, b, arriving = opened("a"), opened("b"), []
    current.show(a)
    qtbot.waitUntil(lambda: current.now is not None)
    panes = current.now.panes
    gone = []
    panes.destroyed.connect(lambda: gone.append("panes"))
    current.closed.connect(lambda: arriving.append(current.is_arriving))
    current.hold(b)
    assert (current.document, current.holds_next, arriving) == (a.document, True, [])
    assert current.meanwhile.sessions == (a.document.session_path, b.document.session_path)
    current.show_held()
    assert (current.document, current.holds_next, arriving, gone) == (None, False, [True], [])
    qtbot.waitUntil(lambda: current.document is b.document)
    assert not current.is_arriving
    qtbot.waitUntil(lambda: gone == ["panes"])
    assert _is_free(a)


def test_what_is_held_and_never_shown_is_given_back(qtbot, current, opened):
    a, b = opened("a"), opened("b")
    current.hold(a)
    current.hold(b)
    assert _is_free(a)
    current.close()
    assert _is_free(b)
    assert current.meanwhile.sessions == ()


def test_nothing_is_open_any_more_when_its_end_is_told(qtbot, current, opened):
    a, heard = opened("a"), []
    current.closed.connect(lambda: heard.append((current.now, current.channels)))
    current.close()
    assert heard == []
    current.show(a)
    qtbot.waitUntil(lambda: current.now is not None)
    current.close()
    assert heard == [(None, ChannelChoice())]
    assert _is_free(a)


def test_channels_are_those_of_the_open_recording(qtbot, current, opened):
    current.set_channels(ChannelChoice(eeg=("E1-M2",)))
    assert current.channels == ChannelChoice()
    current.show(opened("a"))
    qtbot.waitUntil(lambda: current.now is not None)
    current.set_channels(ChannelChoice(eeg=("E1-M2",)))
    assert current.channels.eeg == ("E1-M2",)
