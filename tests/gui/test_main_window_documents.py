"""What one window does with one recording after another, and with work that outlasts them."""

import datetime
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from edfio import Edf, EdfSignal
from night_models import staging_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from sleepscorer.core.stages import Stage
from sleepscorer.gui import auto_scoring, exporting
from sleepscorer.gui.dialogs.auto_scoring_choice import AutoScoringChoice
from sleepscorer.gui.dialogs.export import ExportChoice
from sleepscorer.gui.dialogs.recordings import RecordingsDialog
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.gui.tasks import wait_for_threads
from sleepscorer.session_documents import current_author, open_document


def _recording(path: Path, seed: int, n_s: int = 300) -> Path:
    rng = np.random.default_rng(seed)
    labels = ("EEG C4-M1", "EEG F4-M1", "EEG O2-M1", "EOG E1-M2")
    signals = [
        EdfSignal(
            rng.integers(-300, 300, 100 * n_s).astype(float),
            100,
            label=label,
            physical_dimension="uV",
            physical_range=(-1000, 1000),
        )
        for label in labels
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    Edf(signals, data_record_duration=1, starttime=datetime.time(22, 15, 30)).write(path)
    return path


@pytest.fixture
def a(tmp_path) -> Path:
    return _recording(tmp_path / "a.edf", 1)


@pytest.fixture
def b(tmp_path) -> Path:
    return _recording(tmp_path / "b.edf", 2)


@pytest.fixture
def window(qtbot, tmp_path):
    window = MainWindow(SettingsFile(tmp_path / "settings.json"))
    # A window that waits for an export does not close.
    qtbot.addWidget(window, before_close_func=lambda window: window.tasks.stop_all())
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    yield window
    window.close()


def _wait_for(qtbot, window: MainWindow, path: Path) -> None:
    qtbot.waitUntil(
        lambda: window.document is not None and window.document.recording.path == path,
        timeout=20_000,
    )
    qtbot.waitUntil(lambda: window.workspace.traces.is_current, timeout=20_000)


def _open(qtbot, window: MainWindow, path: Path) -> None:
    window.open_path(path)
    _wait_for(qtbot, window, path)
    window.dialogs.close_all()


@pytest.mark.parametrize("name", ["edit_montage", "auto_score", "export", "choose_channels"])
def test_no_dialog_outlives_its_document(qtbot, window, a, b, name):
    _open(qtbot, window, a)
    getattr(window.dialogs, name)()
    dialog, ended = window.dialogs.dialog, []
    dialog.finished.connect(ended.append)
    window.open_path(b)
    assert (window.dialogs.dialog, ended) == (None, [0])
    _wait_for(qtbot, window, b)


@pytest.mark.parametrize("name", ["auto_score", "export", "choose_channels"])
def test_an_answer_about_one_document_is_not_applied_to_another(
    qtbot, window, a, b, name, monkeypatch
):
    _open(qtbot, window, a)
    getattr(window.dialogs, name)()
    dialog = window.dialogs.dialog
    other = open_document(b, author=current_author())
    before = window.channels
    done = []
    monkeypatch.setattr(window.auto_scorer, "start", lambda *_: done.append("scored"))
    monkeypatch.setattr(window.exporter, "start", lambda *_, **__: done.append("exported"))
    monkeypatch.setattr(window, "set_channels", lambda *_: done.append("channels"))
    mine, window._open.document = window._open.document, other
    dialog.accepted.emit()
    window._open.document = mine
    other.close()
    assert (done, window.channels) == ([], before)


def test_closing_the_window_closes_the_montage_editor_with_its_threads(qtbot, window, a):
    _open(qtbot, window, a)
    window.dialogs.edit_montage()
    preview = window.dialogs.dialog._preview
    window.close()
    assert window.dialogs.dialog is None
    assert not preview._loader.isRunning()


@pytest.mark.parametrize("end", [".edf", ".sleepscorer"])
def test_opening_what_is_open_changes_nothing(qtbot, window, a, end):
    _open(qtbot, window, a)
    document = window.document
    window.open_path(a.with_suffix(end))
    qtbot.wait(100)
    assert window.document is document
    assert not document.session.read_only


def test_an_opening_that_was_superseded_gives_its_session_back(qtbot, window, a, b):
    window.open_path(a)
    window._opener._task._worker.wait()
    window.open_path(b)
    _wait_for(qtbot, window, b)
    _open(qtbot, window, a)
    assert (window.document.held_by, window.document.session.read_only) == (None, False)


def test_opening_a_recording_twice_at_once_leaves_it_writable(qtbot, window, a):
    window.open_path(a)
    window.open_path(a)
    _wait_for(qtbot, window, a)
    qtbot.waitUntil(lambda: not window.tasks.running)
    assert (window.document.held_by, window.document.session.read_only) == (None, False)


def test_closing_while_opening_gives_the_session_back(qtbot, window, a):
    window.open_path(a)
    window.open_path(a)
    window.close()
    assert window.tasks.running == ()
    document = open_document(a, author=current_author())
    assert document.held_by is None
    document.close()


def test_the_auto_scorer_can_start_again_after_a_bug(qtbot, window, a, monkeypatch):
    _open(qtbot, window, a)
    monkeypatch.setattr(auto_scoring, "_work", lambda *_: lambda _: staging_of(np.full(10, 2)))

    def fill(*_args: object, **_options: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(window.document.session, "fill", fill)
    with qtbot.captureExceptions() as bugs:
        window.auto_scorer.start(window.document, AutoScoringChoice())
        qtbot.waitUntil(lambda: not window.auto_scorer.is_running)
    assert len(bugs) == 1
    assert window.actions_of["score.auto"].isEnabled()


# -- exports --------------------------------------------------------------------------------------


@pytest.fixture
def held_export(monkeypatch):
    """An export that ends when it is let; what it was given."""
    go_on, given = threading.Event(), {}

    def export(document, folder, *, progress, **options):
        given.update(options)
        while not go_on.wait(0.01):
            progress(0.5, "writing")
        given["read_only"] = document.session.read_only
        return (folder / "a_epochs.csv",)

    monkeypatch.setattr(exporting, "export_document", export)
    return go_on, given


def _export(window: MainWindow, folder: Path) -> None:
    choice = ExportChoice(folder, ("csv",), False, False)
    window.dialogs.export_to(window.document, choice)


def test_another_recording_waits_for_an_export(qtbot, window, a, b, held_export):
    go_on, given = held_export
    _open(qtbot, window, a)
    window.workspace.statistics.set_arousals_scored(True)
    _export(window, a.parent)
    window.open_path(b)
    waiting = "An export is running: b.edf opens when it has ended."
    qtbot.waitUntil(lambda: window.notices.texts == (waiting,))
    assert window.document.recording.path == a
    go_on.set()
    _wait_for(qtbot, window, b)
    told = f"Exported to {a.parent}: a_epochs.csv"
    qtbot.waitUntil(lambda: told in window.notices.texts)
    assert (given["read_only"], given["arousals_scored"]) == (False, True)


def test_closing_the_window_waits_for_an_export(qtbot, window, a, held_export):
    go_on, given = held_export
    _open(qtbot, window, a)
    _export(window, a.parent)
    assert not window.close()
    assert window.isVisible()
    go_on.set()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert given["read_only"] is False


def test_cancelling_the_export_closes_at_once_and_says_so(qtbot, window, a, held_export):
    _open(qtbot, window, a)
    _export(window, a.parent)
    window.close_recording()
    assert window.document is not None
    window.exporter.cancel()
    qtbot.waitUntil(lambda: window.document is None)
    told = "The export was cancelled; nothing was written."
    qtbot.waitUntil(lambda: window.notices.texts == (told,))


def test_that_arousals_were_scored_is_kept_with_the_session(qtbot, window, a):
    _open(qtbot, window, a)
    assert not window.workspace.statistics.arousals_scored
    window.workspace.statistics.set_arousals_scored(True)
    window.close_recording()
    _open(qtbot, window, a)
    assert window.workspace.statistics.arousals_scored


# -- closing, painting, places --------------------------------------------------------------------


def test_closing_does_not_wait_for_work_that_notices_nothing(qtbot, window, a):
    _open(qtbot, window, a)
    go_on = threading.Event()
    window.tasks.start("Deaf", lambda _: go_on.wait(10))
    began_s = time.monotonic()
    window.close_recording()
    assert time.monotonic() - began_s < 1.8
    assert not wait_for_threads(0.0)
    go_on.set()
    assert wait_for_threads(5.0)


def test_closing_stops_the_overview(qtbot, window, a):
    _open(qtbot, window, a)
    overview = window.workspace.overview
    window.close_recording()
    assert overview._is_stopped


def test_a_stage_key_chooses_what_is_painted(qtbot, window, a):
    _open(qtbot, window, a)
    window.actions_of["score.paint"].trigger()
    model = window.workspace.model
    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_3)
    assert model.painting_stage == Stage.N3
    assert (model.epoch, bool((model.session.state.stages == Stage.UNSCORED).all())) == (0, True)


def test_any_folder_is_listed(qtbot, window, tmp_path):
    path = _recording(tmp_path / "Patient.01" / "n.edf", 1)
    window.open_path(path.parent)
    qtbot.waitUntil(lambda: isinstance(window.dialogs.dialog, RecordingsDialog))
    assert window.dialogs.dialog.chosen == path


def test_the_panels_are_wide_enough_for_their_columns(qtbot, window, a):
    _open(qtbot, window, a)
    qtbot.waitUntil(lambda: window._dock.width() == 360)


def test_recent_files_remember_a_session_that_lies_elsewhere(qtbot, window, a, tmp_path):
    _open(qtbot, window, a)
    window.workspace.model.score(Stage.N2)
    window.close_recording()
    assert window.settings.now.recent_files == (str(a),)
    elsewhere = tmp_path / "kept" / "a.sleepscorer"
    elsewhere.parent.mkdir()
    a.with_suffix(".sleepscorer").rename(elsewhere)
    window.open_path(elsewhere)
    _wait_for(qtbot, window, a)
    assert window.settings.now.recent_files == (str(elsewhere), str(a))


def test_a_recording_shorter_than_an_epoch_is_shown_and_not_scored(qtbot, window, tmp_path):
    path = _recording(tmp_path / "short.edf", 1, n_s=10)
    _open(qtbot, window, path)
    assert not window.actions_of["score.n2"].isEnabled()
    assert not window.actions_of["score.auto"].isEnabled()
    assert (
        "The recording is shorter than one epoch of 30 s: it can be looked at, not scored."
        in window.notices.texts
    )
