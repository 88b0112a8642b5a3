"""What one window does with one recording after another, and with work that outlasts them."""

import csv
import datetime
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from edfio import Edf, EdfSignal
from night_models import staging_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QPushButton, QRadioButton
from real_window import open_in, wait_for

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.stages import Stage
from sleepscorer.files.sessions.file import SessionFile
from sleepscorer.files.sessions.fingerprint import sha256_of
from sleepscorer.gui.choices import AutoScoringChoice
from sleepscorer.gui.dialogs.recordings import RecordingsDialog
from sleepscorer.gui.jobs import auto_scoring, exporting
from sleepscorer.gui.jobs import keeping as open_document_module
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.process.tasks import wait_for_threads
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.pipeline import Answers, Destination
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
def settings(tmp_path) -> SettingsFile:
    """Sessions lie beside their recordings."""
    return SettingsFile(tmp_path / "settings.json")


def _open(qtbot, window: MainWindow, path: Path) -> None:
    open_in(qtbot, window, path)
    window.dialogs.close_all()


@pytest.mark.parametrize("name", ["edit_montage", "auto_score", "export", "choose_channels"])
def test_no_dialog_outlives_its_document(qtbot, window, a, b, name):
    _open(qtbot, window, a)
    getattr(window.dialogs, name)()
    dialog, ended = window.dialogs.dialog, []
    dialog.finished.connect(ended.append)
    window.open_path(b)
    qtbot.waitUntil(lambda: window.dialogs.dialog is None)
    assert ended == [0]
    wait_for(qtbot, window, b)


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
    keeping = window.current.now.keeping
    monkeypatch.setattr(keeping, "set_channels", lambda *_: done.append("channels"))
    mine, keeping.document = keeping.document, other
    dialog.accepted.emit()
    keeping.document = mine
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


@pytest.mark.parametrize("action_id", ["score.paint", "tool.measure", "event.arousal"])
def test_no_tool_outlives_the_recording_it_was_used_on(qtbot, window, a, b, action_id):
    _open(qtbot, window, a)
    window.actions_of[action_id].trigger()
    assert window.actions_of[action_id].isChecked()
    _open(qtbot, window, b)
    assert not window.actions_of[action_id].isChecked()
    window.actions_of["score.w"].trigger()
    assert window.document.session.state.stages[0] == Stage.W


def test_what_tints_the_traces_ends_with_the_recording(qtbot, window, a, b):
    _open(qtbot, window, a)
    window.workspace.explainer.set_shown(True)
    assert window.actions_of["view.explanation"].isChecked()
    _open(qtbot, window, b)
    assert not window.actions_of["view.explanation"].isChecked()


def test_an_opening_that_was_superseded_gives_its_session_back(qtbot, window, a, b):
    window.open_path(a)
    window._openings._opener._task._worker.wait()
    window.open_path(b)
    wait_for(qtbot, window, b)
    _open(qtbot, window, a)
    assert (window.document.held_by, window.document.session.read_only) == (None, False)


def test_opening_a_recording_twice_at_once_leaves_it_writable(qtbot, window, a):
    window.open_path(a)
    window.open_path(a)
    wait_for(qtbot, window, a)
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


def test_closing_between_making_the_panes_and_showing_them(qtbot, window, a):
    window.open_path(a)
    qtbot.waitSignal(window._openings._opener.opened).wait()
    assert (window.document, window.workspace) == (None, None)
    window.close_recording()
    qtbot.wait(50)
    assert (window.document, window.workspace) == (None, None)
    _open(qtbot, window, a)
    assert (window.document.held_by, window.document.session.read_only) == (None, False)


def test_the_auto_scorer_can_start_again_after_a_bug(qtbot, window, a, monkeypatch):
    _open(qtbot, window, a)
    monkeypatch.setattr(
        auto_scoring, "stage_document", lambda *_, **__: Answers(staging_of(np.full(10, 2)))
    )

    def fill(*_args: object, **_options: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(window.document.session, "fill", fill)
    with qtbot.captureExceptions() as bugs:
        window.auto_scorer.start(window.document, AutoScoringChoice())
        qtbot.waitUntil(lambda: not window.auto_scorer.is_running)
    assert len(bugs) == 1
    assert window.actions_of["score.auto"].isEnabled()


def test_the_window_names_no_option_of_the_command_line(qtbot, window, tmp_path):
    signal = EdfSignal(np.arange(30_000) % 100 - 50.0, 100, label="X1", physical_dimension="uV")
    path = tmp_path / "unknown.edf"
    Edf([signal], data_record_duration=1).write(path)
    _open(qtbot, window, path)
    window.auto_scorer.start(window.document, AutoScoringChoice())
    qtbot.waitUntil(lambda: not window.auto_scorer.is_running)
    told = next(text for text in window.notices.texts if "neither EEG nor EOG" in text)
    assert told.endswith("(choose the channels to use; it has X1)")


# -- exports --------------------------------------------------------------------------------------


@pytest.fixture
def held_export(monkeypatch, window):
    """An export that ends when it is let; what it was given."""
    go_on, given = threading.Event(), {}

    def export(_snapshot, to, *, progress, **options):
        given.update(options)
        while not go_on.wait(0.01):
            progress(0.5, "writing")
        given["read_only"] = window.document.session.read_only
        return (to.folder / "a_epochs.csv",)

    monkeypatch.setattr(exporting, "export_document", export)
    return go_on, given


def _export(window: MainWindow, folder: Path) -> None:
    choice = Destination(folder, ("csv",), False, False)
    window.dialogs.export_to(window.document, choice)


def test_another_recording_waits_for_an_export(qtbot, window, a, b, held_export):
    go_on, given = held_export
    _open(qtbot, window, a)
    window.workspace.statistics._arousals.setChecked(True)
    _export(window, a.parent)
    window.open_path(b)
    waiting = "An export is running: b.edf opens when it has ended."
    qtbot.waitUntil(lambda: window.notices.texts == (waiting,))
    assert window.document.recording.path == a
    go_on.set()
    wait_for(qtbot, window, b)
    told = f"Exported to {a.parent}: a_epochs.csv"
    qtbot.waitUntil(lambda: told in window.notices.texts)
    assert (given["read_only"], given["scored"]) == (False, {EventFamily.AROUSAL})


def test_an_export_is_of_the_moment_when_it_was_asked_for(qtbot, window, a, tmp_path, monkeypatch):
    """Hashing takes minutes on a slow drive, and people go on scoring."""
    _open(qtbot, window, a)
    session = window.document.session
    session.score([0, 1], Stage.N2)
    hashing, go_on = threading.Event(), threading.Event()

    def slow_hash(*args):
        hashing.set()
        go_on.wait(10)
        return sha256_of(*args)

    monkeypatch.setattr("sleepscorer.pipeline.outputs.sha256_of", slow_hash)
    with qtbot.waitSignal(window.exporter.ended, timeout=20_000):
        _export(window, tmp_path / "out")
        qtbot.waitUntil(hashing.is_set)
        session.score([1, 2], Stage.R)
        go_on.set()
    rows = list(csv.DictReader((tmp_path / "out" / "a_epochs.csv").read_text().splitlines()))
    assert [row["stage"] for row in rows[:3]] == ["N2", "N2", "?"]


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
    window.workspace.statistics._arousals.setChecked(True)
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
    assert overview._spectrogram._is_stopped


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
    qtbot.waitUntil(lambda: window.dock.width() == 360)


def test_a_night_is_one_recent_file_wherever_its_session_lies(qtbot, window, a, tmp_path):
    _open(qtbot, window, a)
    window.workspace.model.score(Stage.N2)
    window.close_recording()
    assert window.settings.now.recent_files == (str(a),)
    elsewhere = tmp_path / "kept" / "a.sleepscorer"
    elsewhere.parent.mkdir()
    a.with_suffix(".sleepscorer").rename(elsewhere)
    window.open_path(elsewhere)
    wait_for(qtbot, window, a)
    assert window.settings.now.recent_files == (str(elsewhere),)


def test_a_recording_shorter_than_an_epoch_is_shown_and_not_scored(qtbot, window, tmp_path):
    path = _recording(tmp_path / "short.edf", 1, n_s=10)
    _open(qtbot, window, path)
    assert not window.actions_of["score.n2"].isEnabled()
    assert not window.actions_of["score.auto"].isEnabled()
    assert (
        "The recording is shorter than one epoch of 30 s: it can be looked at, not scored."
        in window.notices.texts
    )


# -- where somebody was ---------------------------------------------------------------------------


def test_page_length_montage_and_panel_come_back(qtbot, window, a):
    _open(qtbot, window, a)
    window.show_panel("statistics")
    model = window.workspace.model
    model.set_page_length(60)
    name = window.presets.available[-1].name
    window.presets.show(len(window.presets.available) - 1)
    qtbot.waitUntil(lambda: model.montage.name == name)
    model.select_epoch(4)
    window.close_recording()
    _open(qtbot, window, a)
    model = window.workspace.model
    assert (model.epoch, model.page_s, model.montage.name) == (4, 60, name)
    assert window.dock.tabs.currentWidget() is window.workspace.statistics


_KILLED = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QPushButton, QRadioButton
from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.stages import Stage
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.settings import SettingsFile

application = QApplication([])
window = MainWindow(SettingsFile())
window.show()
window.open_path(Path(sys.argv[1]))

def look():
    if window.workspace is not None:
        model = window.workspace.model
        for epoch in (2, 7):
            model.select_epoch(epoch)
            model.score(Stage.N2, advance=False)
        model.select_epoch(1)
        os.kill(os.getpid(), signal.SIGKILL)

timer = QTimer()
timer.timeout.connect(look)
timer.start(5)
application.exec()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_after_a_crash_it_goes_on_at_the_last_edit(qtbot, window, a):
    done = subprocess.run([sys.executable, "-c", _KILLED, str(a)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    _open(qtbot, window, a)
    assert window.workspace.model.epoch == 7


def test_the_place_is_stored_while_the_pages_turn(qtbot, window, a, monkeypatch):
    monkeypatch.setattr(open_document_module, "_SAVE_AFTER_MS", 60)
    _open(qtbot, window, a)
    for epoch in range(1, 8):
        window.workspace.model.select_epoch(epoch)
        qtbot.wait(25)
    stored = SessionFile.open(window.document.session_path, read_only=True)
    assert 1 <= stored.read().view["epoch"] <= 7
    stored.close()


# -- what is said ---------------------------------------------------------------------------------


def test_only_what_a_person_did_and_left_counts_as_edits(qtbot, window, a):
    _open(qtbot, window, a)
    model = window.workspace.model
    assert window.status.text_of("saved") == "no edits yet"
    model.score_epochs([0], Stage.N1)
    model.score_epochs([0], Stage.N2)
    model.undo()
    assert window.status.text_of("saved").endswith(", 1 edit")
    model.undo()
    assert window.status.text_of("saved").endswith(", no edits")
    model.redo()
    model.redo()
    assert window.status.text_of("saved").endswith(", 2 edits")
    window.close_recording()
    _open(qtbot, window, a)
    assert window.status.text_of("saved") == "saved, 2 edits"


def test_the_dialog_counts_the_epochs_of_every_mode(qtbot, window, a):
    _open(qtbot, window, a)
    session = window.document.session
    session.fill(staging_of(np.array([2, 2, 2, 0, 0, 0, 0, 0, 0, 0])))
    session.score([0, 1], Stage.R)
    session.score([3, 4], Stage.UNSCORED)
    window.dialogs.auto_score()
    dialog = window.dialogs.dialog
    texts = [radio.text().replace("&", "") for radio in dialog.findChildren(QRadioButton)]
    assert texts == [
        "Fill unscored epochs only: 2 epochs",
        "Fill unscored epochs and replace the stages below: 2 epochs",
        "Replace all: 8 epochs",
    ]
    sentence = "2 epochs will be auto-scored; one undo takes that back."
    assert dialog._counted.text() == f"{sentence} Of 2 epochs that a person scored, 2 stay."
    radios = dialog.findChildren(QRadioButton)
    radios[1].setChecked(True)
    next(c for c in dialog.findChildren(QCheckBox) if c.text() == "W").setChecked(True)
    assert radios[1].text().endswith(": 7 epochs")
    radios[2].setChecked(True)
    next(c for c in dialog.findChildren(QCheckBox) if "person" in c.text()).setChecked(True)
    sentence = "10 epochs will be auto-scored; one undo takes that back."
    assert dialog._counted.text() == f"{sentence} Of 2 epochs that a person scored, 0 stay."
    dialog.reject()


def test_where_every_epoch_is_scored_the_dialog_asks_what_to_replace(qtbot, window, a):
    _open(qtbot, window, a)
    session = window.document.session
    session.fill(staging_of(np.array([2, 2, 2, 0, 0, 0, 0, 0, 0, 0])))
    window.dialogs.auto_score()
    dialog = window.dialogs.dialog
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    radios = dialog.findChildren(QRadioButton)
    assert radios[0].isChecked()
    assert radios[0].text().replace("&", "") == "Fill unscored epochs only: there are none"
    assert dialog._counted.text().startswith("Every epoch is scored. Choose what to replace.")
    qtbot.keyClick(radios[0], Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(radios[2].isChecked)
    assert dialog._counted.text() == "10 epochs will be auto-scored; one undo takes that back."
    dialog.reject()


def test_a_montage_that_the_recording_mostly_lacks_is_refused(qtbot, window, a):
    _open(qtbot, window, a)
    before = window.workspace.model.montage
    names = [preset.name for preset in window.presets.available]
    window.presets.show(names.index("Sleep-EDF"))
    refusal = "Sleep-EDF is not shown: the recording lacks 6 of its 6 traces"
    qtbot.waitUntil(lambda: window.status.message == refusal)
    assert window.workspace.model.montage is before
    window.presets.show(len(names) - 1)
    qtbot.waitUntil(lambda: window.status.message == f"{names[-1]}: shown")
    assert window.workspace.model.montage.name == names[-1]


def test_hints_of_the_command_line_do_not_reach_the_window(qtbot, window, a):
    _open(qtbot, window, a)
    (a.parent / "a_epochs.csv").write_text("mine")
    _export(window, a.parent)
    qtbot.waitUntil(lambda: len(window.notices.texts) == 1, timeout=20_000)
    assert window.notices.texts[0] == (
        f"{a.parent / 'a_epochs.csv'}: this file exists already and is kept (export again and check"
        " “Replace files that exist”, or choose another folder)"
    )


# -- sessions kept elsewhere ----------------------------------------------------------------------


def test_a_session_kept_elsewhere_is_found_again(qtbot, window, a, tmp_path):
    window.settings.set(session_folder=str(tmp_path / "sessions"))
    _open(qtbot, window, a)
    window.workspace.model.score(Stage.R)
    window.close_recording()
    window.settings.set(session_folder="")
    _open(qtbot, window, a)
    assert window.document.session_path == tmp_path / "sessions" / "a.sleepscorer"
    assert any("is kept in" in text for text in window.notices.texts)
    window.close_recording()
    window.settings.set(keep_recent_files=False)
    _open(qtbot, window, a)
    assert window.document.session_path == a.with_suffix(".sleepscorer")
    assert list((tmp_path / "own").rglob("sessions")) == []


def test_locating_can_be_tried_again_until_it_is_found(qtbot, window, a, tmp_path, monkeypatch):
    _open(qtbot, window, a)
    window.workspace.model.score(Stage.N2)
    window.close_recording()
    other = _recording(tmp_path / "other.edf", 3, n_s=600)
    moved = a.rename(tmp_path / "moved.edf")
    window.open_path(a.with_suffix(".sleepscorer"))
    qtbot.waitUntil(lambda: window.document is not None)
    (missing,) = window.notices.texts
    assert missing.startswith("The recording a.edf was not found in ")
    chosen = iter(["", str(other), str(moved)])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (next(chosen), ""))

    def buttons() -> dict[str, QPushButton]:
        found = window.notices.findChildren(QPushButton)
        return {button.text(): button for button in found if button.isVisible()}

    def press(text: str) -> None:
        qtbot.waitUntil(lambda: text in buttons())
        qtbot.mouseClick(buttons()[text], Qt.MouseButton.LeftButton)

    press("Locate…")
    qtbot.waitUntil(lambda: window.notices.texts == (missing,))
    qtbot.wait(20)
    press("Locate…")
    qtbot.waitUntil(lambda: len(window.notices.texts) == 2)
    assert "it has 20 epochs, and 10 are scored in the session" in window.notices.shown
    press("Close")
    assert window.notices.shown == missing
    press("Locate…")
    wait_for(qtbot, window, moved)
    assert window.document.session.state.stages[0] == Stage.N2
    assert not window.document.session.read_only


def test_a_changed_recording_can_be_accepted_as_it_is(qtbot, window, a):
    _open(qtbot, window, a)
    window.close_recording()
    content = bytearray(a.read_bytes())
    content[100] ^= 1
    a.write_bytes(content)
    window.open_path(a)
    qtbot.waitUntil(lambda: window.document is not None)
    buttons = {b.text(): b for b in window.notices.findChildren(QPushButton)}
    assert list(buttons) == ["Locate…", "Accept it as it is", "Close"]
    qtbot.waitUntil(buttons["Accept it as it is"].isVisible)
    qtbot.mouseClick(buttons["Accept it as it is"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.document is not None and not window.document.needs_locating)
    assert not window.document.session.read_only


@pytest.mark.parametrize(
    ("answer", "stage"), [("Use this copy", Stage.N2), ("Begin anew", Stage.UNSCORED)]
)
def test_a_damaged_session_is_shown_from_its_copy_until_it_is_decided(
    qtbot, window, a, answer, stage
):
    _open(qtbot, window, a)
    window.workspace.model.score(Stage.N2)
    window.close_recording()
    backup, lock = a.with_name(".a.sleepscorer-backup"), a.with_name("a.sleepscorer-lock")
    qtbot.waitUntil(lambda: backup.exists() and not lock.exists())
    session = a.with_suffix(".sleepscorer")
    session.write_bytes(b"")
    _open(qtbot, window, a)
    (text,) = window.notices.texts
    assert text.startswith("The session a.sleepscorer can't be used: the session file is empty")
    assert window.document.session.read_only
    assert window.document.session.state.stages[0] == Stage.N2
    buttons = {b.text(): b for b in window.notices.findChildren(QPushButton)}
    assert list(buttons) == ["Use this copy", "Begin anew", "Close"]
    qtbot.waitUntil(buttons[answer].isVisible)
    qtbot.mouseClick(buttons[answer], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.document is not None and not window.document.session.read_only)
    assert window.document.session.state.stages[0] == stage
    assert a.with_name("a.sleepscorer-damaged-1").read_bytes() == b""
