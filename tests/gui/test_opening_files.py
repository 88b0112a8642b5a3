"""Whatever is opened or dropped: the open night stays as it is until another takes its place."""

import gc
import os
import shutil
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from dropped_files import WRONG_FILES, drop
from night_models import staging_of
from PySide6.QtCore import Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from real_window import open_in, press, wait_for, write_night
from two_nights import a as a
from two_nights import b as b
from two_nights import nights as nights
from two_nights import settings as settings

from sleepscorer.core.stages import Stage
from sleepscorer.gui.choices import AutoScoringChoice
from sleepscorer.gui.frame.notices import NoticeKind
from sleepscorer.gui.jobs import auto_scoring, exporting
from sleepscorer.gui.jobs import opening as opening_job
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.process.tasks import wait_for_threads
from sleepscorer.pipeline import Answers, Destination

_CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def worked(qtbot, window, a) -> MainWindow:
    """The window with a night in which somebody works on the third epoch."""
    open_in(qtbot, window, a)
    window.dialogs.close_all()
    press(qtbot, window, "2")
    press(qtbot, window, "3")
    return window


class Slow:
    """Opening waits until it may go on; only for some paths."""

    def __init__(self, monkeypatch) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.paths: set[Path] = set()
        really = opening_job.open_document

        def slow(path: Path, **options: object) -> object:
            if path in self.paths:
                self.reached.set()
                self.go_on.wait(20)
            return really(path, **options)

        monkeypatch.setattr(opening_job, "open_document", slow)


@pytest.fixture
def slow(monkeypatch) -> Iterator[Slow]:
    slow = Slow(monkeypatch)
    yield slow
    slow.go_on.set()
    assert wait_for_threads(10.0)


@pytest.fixture
def pages(window) -> list[str]:
    """What was shown in the middle since."""
    seen: list[str] = []
    stack = window._centre._stack
    stack.currentChanged.connect(lambda _: seen.append(type(stack.currentWidget()).__name__))
    return seen


def _state(window: MainWindow) -> tuple[object, ...]:
    model, session = window.workspace.model, window.document.session
    return (
        window.document,
        window.workspace,
        window._centre._stack.currentWidget(),
        (model.epoch, model.page_s, model.montage),
        (session.undo_label, session.read_only, len(session.edits)),
        window.windowTitle(),
        window.dock.isVisible(),
        window.settings.now.recent_files,
    )


def _idle(qtbot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window._openings._opener.is_opening, timeout=20_000)


# -- what can't be opened -------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_wrong_file_leaves_the_open_night_alone(qtbot, worked, pages, tmp_path, name):
    WRONG_FILES[name](tmp_path / name)
    before = _state(worked)
    drop(worked, tmp_path / name)
    qtbot.waitUntil(lambda: any(name in text for text in worked.notices.texts))
    _idle(qtbot, worked)
    assert (_state(worked), pages) == (before, [])
    assert not (tmp_path / name).with_suffix(".sleepscorer-lock").exists()
    worked.focus_traces()
    press(qtbot, worked, "r")
    press(qtbot, worked, Qt.Key.Key_Z, _CTRL)
    press(qtbot, worked, Qt.Key.Key_Z, _CTRL)
    assert [Stage(s).text for s in worked.document.session.state.stages[:3]] == ["N2", "?", "?"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="whoever this is may read everything"
)
def test_a_file_that_may_not_be_read_leaves_the_open_night_alone(qtbot, worked, b):
    b.chmod(0)
    before = _state(worked)
    drop(worked, b)
    qtbot.waitUntil(lambda: any("b.edf" in text for text in worked.notices.texts))
    assert _state(worked) == before


def test_a_file_that_the_system_refuses_leaves_the_open_night_alone(qtbot, worked, b, monkeypatch):
    really = Path.open

    def refuse(path: Path, *args: object, **options: object) -> object:
        if path == b:
            raise PermissionError(13, "Permission denied", str(path))
        return really(path, *args, **options)

    monkeypatch.setattr(Path, "open", refuse)
    before = _state(worked)
    drop(worked, b)
    qtbot.waitUntil(lambda: any("Permission denied" in text for text in worked.notices.texts))
    _idle(qtbot, worked)
    assert _state(worked) == before


def test_a_wrong_file_by_ctrl_o_leaves_the_open_night_alone(qtbot, worked, tmp_path, monkeypatch):
    path = tmp_path / "photo.jpg"
    WRONG_FILES[path.name](path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    before = _state(worked)
    press(qtbot, worked, Qt.Key.Key_O, _CTRL)
    qtbot.waitUntil(lambda: any("photo.jpg" in text for text in worked.notices.texts))
    assert _state(worked) == before


def test_a_wrong_file_on_the_start_page_leaves_that(qtbot, window, tmp_path):
    path = tmp_path / "photo.jpg"
    WRONG_FILES[path.name](path)
    drop(window, path)
    qtbot.waitUntil(lambda: any("photo.jpg" in text for text in window.notices.texts))
    _idle(qtbot, window)
    assert window._centre._stack.currentWidget() is window._start_page


def test_old_errors_go_when_a_good_file_is_opened(qtbot, window, tmp_path, a):
    path = tmp_path / "photo.jpg"
    WRONG_FILES[path.name](path)
    drop(window, path)
    qtbot.waitUntil(lambda: window.notices.texts != ())
    open_in(qtbot, window, a)
    assert not any("photo.jpg" in text for text in window.notices.texts)


def test_auto_scoring_goes_on_beside_a_wrong_file(qtbot, worked, tmp_path, monkeypatch):
    go_on = threading.Event()

    def stage(_document: object, **_options: object) -> Answers:
        go_on.wait(20)
        return Answers(staging_of(np.full(worked.document.session.n_epochs, 2)))

    monkeypatch.setattr(auto_scoring, "stage_document", stage)
    worked.auto_scorer.start(worked.document, AutoScoringChoice())
    WRONG_FILES["photo.jpg"](tmp_path / "photo.jpg")
    drop(worked, tmp_path / "photo.jpg")
    qtbot.waitUntil(lambda: any("photo.jpg" in text for text in worked.notices.texts))
    _idle(qtbot, worked)
    assert worked.auto_scorer.is_running
    go_on.set()
    qtbot.waitUntil(lambda: not worked.auto_scorer.is_running)
    stages = worked.document.session.state.stages
    assert [Stage(s).text for s in stages[:3]] == ["N2", "N3", "N2"]
    assert (stages >= 0).all()


# -- while it is being opened ---------------------------------------------------------------------


def test_the_old_page_stays_and_is_scored_while_another_opens(qtbot, worked, pages, slow, b):
    slow.paths.add(b)
    before = worked.workspace
    drop(worked, b)
    qtbot.waitUntil(slow.reached.is_set)
    qtbot.wait(200)
    assert (worked.workspace, pages) == (before, [])
    # What was begun before, as the spectrogram, is told to its end.
    qtbot.waitUntil(lambda: worked.status._text.text().startswith("Opening b.edf"))
    press(qtbot, worked, "r")
    session = worked.document.session
    assert session.state.stages[2] == Stage.R
    slow.go_on.set()
    wait_for(qtbot, worked, b)
    assert pages == ["Workspace"]
    assert session.read_only


def test_cancelling_goes_back_to_the_old_page(qtbot, worked, pages, slow, b):
    slow.paths.add(b)
    before = _state(worked)
    drop(worked, b)
    qtbot.waitUntil(slow.reached.is_set)
    qtbot.mouseClick(worked.status._cancel, Qt.MouseButton.LeftButton)
    _idle(qtbot, worked)
    slow.go_on.set()
    assert wait_for_threads(10.0)
    qtbot.wait(50)
    assert (_state(worked), pages, worked.notices.texts) == (before, [], ())
    assert worked.workspace.traces.isAncestorOf(QApplication.focusWidget())


def test_a_skeleton_stands_for_the_first_night_and_cancelling_takes_it_away(
    qtbot, window, pages, slow, a
):
    slow.paths.add(a)
    window.focus_traces()
    drop(window, a)
    qtbot.waitUntil(lambda: pages == ["Skeleton"])
    skeleton = window._centre._stack.currentWidget()
    assert (skeleton.text, skeleton.accessibleName()) == ("Opening a.edf…", "Opening a.edf…")
    assert skeleton.hasFocus()
    qtbot.mouseClick(window.status._cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: pages == ["Skeleton", "StartPage"])
    assert window._start_page.isAncestorOf(QApplication.focusWidget())
    slow.go_on.set()
    assert wait_for_threads(10.0)
    pages.clear()
    slow.paths.clear()
    open_in(qtbot, window, a)
    assert not window.document.session.read_only


def test_a_window_that_is_started_with_a_night_begins_with_the_skeleton(qtbot, settings, a):
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.await_path(a)
    window.show()
    assert type(window._centre._stack.currentWidget()).__name__ == "Skeleton"
    open_in(qtbot, window, a)
    window.close()


def test_a_window_that_is_started_with_a_wrong_file_goes_to_the_start_page(
    qtbot, settings, tmp_path
):
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.await_path(tmp_path / "gone.edf")
    window.show()
    window.open_path(tmp_path / "gone.edf")
    qtbot.waitUntil(lambda: window.notices.texts != ())
    _idle(qtbot, window)
    assert window._centre._stack.currentWidget() is window._start_page
    window.close()


def test_the_skeleton_stays_until_the_night_is_there(qtbot, window, pages, slow, a):
    slow.paths.add(a)
    drop(window, a)
    qtbot.waitUntil(lambda: pages == ["Skeleton"])
    slow.go_on.set()
    wait_for(qtbot, window, a)
    assert pages == ["Skeleton", "Workspace"]
    assert window.workspace.traces.isAncestorOf(QApplication.focusWidget())


def test_no_skeleton_flashes_where_it_opens_at_once(qtbot, window, pages, a):
    # Whatever else this machine does.
    window._centre._awaiting.setInterval(5000)
    open_in(qtbot, window, a)
    qtbot.wait(50)
    assert pages == ["Workspace"]
    assert not window._centre._awaiting.isActive()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_skeleton_has_the_colours_of_the_theme(qtbot, window, slow, a, theme):
    window.settings.set(theme=theme)
    slow.paths.add(a)
    drop(window, a)
    qtbot.waitUntil(lambda: type(window._centre._stack.currentWidget()).__name__ == "Skeleton")
    image = window._centre._stack.currentWidget().grab().toImage()
    assert image.pixelColor(1, 1).name() == window.theme.background
    slow.go_on.set()
    wait_for(qtbot, window, a)


def test_of_two_openings_the_last_counts(qtbot, worked, slow, b, tmp_path):
    c = write_night(tmp_path / "c.edf", "C4-M1", "E1-M2", hours=0.15)
    slow.paths.add(b)
    drop(worked, b)
    qtbot.waitUntil(slow.reached.is_set)
    # The drive keeps the thread of the first.
    drop(worked, c)
    wait_for(qtbot, worked, c)
    slow.go_on.set()
    assert wait_for_threads(10.0)
    qtbot.wait(50)
    assert worked.document.recording.path == c
    slow.paths.clear()
    open_in(qtbot, worked, b)
    assert (worked.document.held_by, worked.document.session.read_only) == (None, False)


def test_choosing_what_is_open_ends_an_opening(qtbot, worked, slow, a, b):
    slow.paths.add(b)
    before = _state(worked)
    drop(worked, b)
    qtbot.waitUntil(slow.reached.is_set)
    drop(worked, a)
    slow.go_on.set()
    _idle(qtbot, worked)
    assert wait_for_threads(10.0)
    qtbot.wait(50)
    assert _state(worked) == before


def test_closing_the_window_amid_opening_leaves_both_sessions_free(qtbot, worked, slow, a, b):
    slow.paths.add(b)
    drop(worked, b)
    qtbot.waitUntil(slow.reached.is_set)
    worked.close()
    slow.go_on.set()
    assert wait_for_threads(10.0)
    assert not worked.isVisible()
    assert not list(a.parent.glob("*-lock"))


def test_the_old_night_is_let_go(qtbot, worked, b):
    kept = [weakref.ref(one) for one in (worked.document, worked.document.recording)]
    open_in(qtbot, worked, b)
    qtbot.waitUntil(lambda: not worked.tasks.running, timeout=20_000)
    qtbot.wait(50)
    gc.collect()
    assert [ref() for ref in kept] == [None, None]


# -- the same night again -------------------------------------------------------------------------


def _link(a: Path) -> Path:
    link = a.parent / "elsewhere" / "a.edf"
    link.parent.mkdir()
    link.symlink_to(a)
    return link


def _session_link(a: Path) -> Path:
    link = a.parent / "other.sleepscorer"
    link.symlink_to(a.with_suffix(".sleepscorer"))
    return link


def _copy(a: Path) -> Path:
    (a.parent / "copies").mkdir()
    return Path(shutil.copy(a, a.parent / "copies" / "a.edf"))


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
@pytest.mark.parametrize("way", [_link, _session_link, _copy])
def test_the_same_night_by_another_way_is_the_one_that_is_open(qtbot, worked, pages, a, way):
    path = way(a)
    before = _state(worked)
    drop(worked, path)
    _idle(qtbot, worked)
    qtbot.wait(50)
    assert (_state(worked), pages, worked.notices.texts) == (before, [], ())
    assert worked.document.held_by is None
    assert worked.status.message == "This night is open already"


def test_the_recording_that_a_session_lacks_is_opened_with_it(qtbot, worked, a, tmp_path):
    worked.close_recording()
    (tmp_path / "moved").mkdir()
    moved = a.rename(tmp_path / "moved" / "a.edf")
    worked.open_path(a.with_suffix(".sleepscorer"))
    qtbot.waitUntil(lambda: worked.document is not None, timeout=20_000)
    assert worked.document.needs_locating
    drop(worked, moved)
    wait_for(qtbot, worked, moved)
    assert (worked.document.held_by, worked.document.session.read_only) == (None, False)
    assert worked.document.session.state.stages[0] == Stage.N2


def test_where_a_session_is_kept_is_said_once(qtbot, worked, a):
    said = "The session of this recording is kept in"
    copy = _copy(a)
    told = []
    for _ in range(2):
        worked.close_recording()
        open_in(qtbot, worked, copy)
        told.append(any(text.startswith(said) for text in worked.notices.texts))
        assert worked.notices.worst in (NoticeKind.INFORMATION, None), "nothing is wrong"
    assert told == [True, False]


# -- exports --------------------------------------------------------------------------------------


@pytest.fixture
def held_export(monkeypatch) -> threading.Event:
    go_on = threading.Event()

    def export(_snapshot: object, to: Destination, *, progress: Callable, **_: object):
        while not go_on.wait(0.01):
            progress(0.5, "writing")
        return (to.folder / "a_epochs.csv",)

    monkeypatch.setattr(exporting, "export_document", export)
    return go_on


def _export(window: MainWindow, folder: Path) -> None:
    window.dialogs.export_to(window.document, Destination(folder, ("csv",), False, False))


def test_an_export_that_begins_amid_opening_is_waited_for(qtbot, worked, slow, held_export, a, b):
    slow.paths.add(b)
    drop(worked, b)
    qtbot.waitUntil(slow.reached.is_set)
    _export(worked, a.parent)
    slow.go_on.set()
    waiting = "An export is running: b.edf opens when it has ended."
    qtbot.waitUntil(lambda: waiting in worked.notices.texts)
    assert worked.document.recording.path == a
    press(qtbot, worked, "r")
    assert worked.document.session.state.stages[2] == Stage.R
    held_export.set()
    wait_for(qtbot, worked, b)
    assert any(text.startswith("Exported to") for text in worked.notices.texts)


def test_a_wrong_file_is_told_at_once_while_an_export_runs(qtbot, worked, held_export, a, tmp_path):
    _export(worked, a.parent)
    WRONG_FILES["photo.jpg"](tmp_path / "photo.jpg")
    drop(worked, tmp_path / "photo.jpg")
    qtbot.waitUntil(lambda: any("photo.jpg" in text for text in worked.notices.texts))
    assert worked.exporter.is_running
    held_export.set()
    qtbot.waitUntil(lambda: not worked.exporter.is_running)
    assert worked.document.recording.path == a


def test_a_wrong_file_does_not_lose_the_night_that_waits_for_an_export(
    qtbot, worked, held_export, a, b, tmp_path
):
    _export(worked, a.parent)
    drop(worked, b)
    qtbot.waitUntil(lambda: any("b.edf opens" in text for text in worked.notices.texts))
    WRONG_FILES["photo.jpg"](tmp_path / "photo.jpg")
    drop(worked, tmp_path / "photo.jpg")
    qtbot.waitUntil(lambda: any("photo.jpg" in text for text in worked.notices.texts))
    held_export.set()
    wait_for(qtbot, worked, b)
    assert (worked.document.held_by, worked.document.session.read_only) == (None, False)


def test_the_window_closes_after_an_export_though_another_night_waits(
    qtbot, worked, held_export, a, b
):
    _export(worked, a.parent)
    drop(worked, b)
    qtbot.waitUntil(lambda: any("b.edf opens" in text for text in worked.notices.texts))
    assert not worked.close()
    held_export.set()
    qtbot.waitUntil(lambda: not worked.isVisible())
    assert wait_for_threads(10.0)
    assert not list(a.parent.glob("*-lock"))


# -- drops ----------------------------------------------------------------------------------------


def test_a_drop_is_a_copy_though_the_source_would_move(qtbot, window, a):
    event: QDropEvent = drop(window, a, modifier=Qt.KeyboardModifier.ShiftModifier)
    assert event.proposedAction() == Qt.DropAction.MoveAction
    assert (event.dropAction(), event.isAccepted()) == (Qt.DropAction.CopyAction, True)
    wait_for(qtbot, window, a)
    assert a.is_file()
