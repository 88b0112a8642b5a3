"""Whatever a slow drive keeps waiting, the window goes on."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dropped_files import accept_preview
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QPushButton
from real_window import open_in, show_window, wait_for, write_night

from sleepscorer.analysis.montage_presets import MontagePreset
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import Stage
from sleepscorer.gui.dialogs.export import ExportDialog
from sleepscorer.gui.dialogs.recordings import RecordingsDialog
from sleepscorer.gui.frame import scoring_import
from sleepscorer.gui.frame.night_cards import NightGrid
from sleepscorer.gui.jobs import montage_presets as presets
from sleepscorer.gui.jobs import night_facts
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.process.tasks import wait_for_threads
from sleepscorer.session_documents import Document, ImportChoice


class SlowDrive:
    """Keeps whoever asks waiting, and must not be asked on the window's thread."""

    def __init__(self) -> None:
        self.asked, self.answers = threading.Event(), threading.Event()
        self.threads: list[bool] = []

    def slow(self, function: Callable[..., object]) -> Callable[..., object]:
        def wait(*args: object, **options: object) -> object:
            self.threads.append(threading.current_thread() is threading.main_thread())
            self.asked.set()
            self.answers.wait(10)
            return function(*args, **options)

        return wait


@pytest.fixture
def drive() -> Iterator[SlowDrive]:
    drive = SlowDrive()
    yield drive
    drive.answers.set()


@pytest.fixture
def window(qtbot, settings, tmp_path) -> Iterator[MainWindow]:
    path = write_night(tmp_path / "night.edf", "C4-M1", "E1-M2", hours=0.1)
    window = open_in(qtbot, show_window(qtbot, settings), path)
    qtbot.waitUntil(lambda: not window.tasks.running, timeout=20_000)
    window.dialogs.close_all()
    yield window
    window.close()


def _goes_on_while(qtbot, drive: SlowDrive) -> None:
    """The event loop turns while the drive is asked, and nobody asked it on this thread."""
    qtbot.waitUntil(drive.asked.is_set)
    turns: list[int] = []
    timer = QTimer()
    timer.timeout.connect(lambda: turns.append(1))
    timer.start(1)
    qtbot.waitUntil(lambda: len(turns) > 20)
    timer.stop()
    assert (drive.threads, drive.answers.is_set()) == ([False], False)
    drive.answers.set()


def test_storing_the_place(qtbot, window, drive, monkeypatch):
    monkeypatch.setattr(Document, "save_view", drive.slow(Document.save_view))
    window.workspace.model.select_epoch(3)
    _goes_on_while(qtbot, drive)
    qtbot.waitUntil(lambda: not window.tasks.running)
    assert window.document.view["epoch"] == 3


def test_reading_a_scoring_beside(qtbot, window, drive, monkeypatch):
    answer = scoring_import.ImportableScoring
    document = window.document
    document.importable = Path("beside.edf")

    def read(path: Path, _recording: object, choice: ImportChoice) -> object:
        assert choice == ImportChoice()
        scored = document.session.state.hypnogram
        return answer(path.name, Scoring(scored))

    monkeypatch.setattr(scoring_import, "read_importable", drive.slow(read))
    window.scorings.import_scoring(Path("beside.edf"))
    _goes_on_while(qtbot, drive)
    accept_preview(qtbot, window)
    qtbot.waitUntil(lambda: document.importable is None)


def test_locating_a_recording(qtbot, window, drive, monkeypatch):
    monkeypatch.setattr(Document, "locate", drive.slow(lambda *_, **__: "another one"))
    window.opening_notices.locate(Path("other.edf"))
    _goes_on_while(qtbot, drive)
    qtbot.waitUntil(lambda: window.notices.texts == ("another one",))
    names = {button.text() for button in window.notices.findChildren(QPushButton)}
    assert names == {"Locate another…", "Accept it as it is", "Close"}


def test_looking_for_files_in_the_way_of_an_export(qtbot, window, drive):
    dialog = ExportDialog(
        Path("out"),
        ("csv",),
        existing=drive.slow(lambda _choice: ("n.csv",)),
        tasks=window.tasks,
        parent=window,
    )
    dialog.open()
    dialog.accept()
    _goes_on_while(qtbot, drive)
    qtbot.waitUntil(lambda: "n.csv: there already." in dialog._in_the_way.text())
    assert dialog.isVisible()
    dialog._force.setChecked(True)
    dialog.accept()
    assert not dialog.isVisible()


def test_an_answer_about_another_choice_is_not_taken(qtbot, window, drive):
    dialog = ExportDialog(
        Path("out"), ("csv",), existing=drive.slow(lambda _: ()), tasks=window.tasks, parent=window
    )
    dialog.open()
    dialog.accept()
    qtbot.waitUntil(drive.asked.is_set)
    dialog._folder.setText("elsewhere")
    drive.answers.set()
    qtbot.waitUntil(lambda: not window.tasks.running)
    assert dialog.isVisible()
    dialog.reject()


def test_reading_the_presets_again(qtbot, window, drive, monkeypatch):
    monkeypatch.setattr(presets, "load_presets", drive.slow(presets.load_presets))
    window.presets.read_again()
    _goes_on_while(qtbot, drive)
    qtbot.waitUntil(lambda: not window.tasks.running)


def _checked(window: MainWindow) -> list[int]:
    numbers = range(2, 2 + len(window.presets.available))
    return [n for n in numbers if window.actions_of[f"montage.{n}"].isChecked()]


def test_choosing_a_preset_by_key_and_the_last_press_counts(qtbot, window, drive, monkeypatch):
    model, names = window.workspace.model, [one.name for one in window.presets.available]
    shown: list[str] = []
    model.montage_changed.connect(lambda: shown.append(model.montage.name))
    before = _checked(window)
    monkeypatch.setattr(MontagePreset, "resolve", drive.slow(MontagePreset.resolve))
    qtbot.keyClick(window.workspace.traces.canvas, Qt.Key.Key_F4)
    _goes_on_while(qtbot, drive)
    assert (shown, _checked(window)) == ([], before)
    drive.answers.clear()
    for key in (Qt.Key.Key_F4, Qt.Key.Key_F5):
        qtbot.keyClick(window.workspace.traces.canvas, key)
    drive.answers.set()
    qtbot.waitUntil(lambda: shown != [])
    qtbot.waitUntil(lambda: not window.tasks.running)
    assert (shown, _checked(window)) == ([names[3]], [5])
    assert window.status.message.startswith(f"{names[3]}: ")
    assert True not in drive.threads


def test_a_preset_that_comes_after_the_recording_was_closed_is_shown_nowhere(
    qtbot, window, drive, monkeypatch
):
    model = window.workspace.model
    before = model.montage
    monkeypatch.setattr(MontagePreset, "resolve", drive.slow(MontagePreset.resolve))
    window.presets.show(3)
    qtbot.waitUntil(drive.asked.is_set)
    window.close_recording()
    drive.answers.set()
    assert wait_for_threads(5.0)
    qtbot.wait(50)
    assert (model.montage, window.document) == (before, None)


def test_telling_a_file_from_a_folder(qtbot, window, drive, monkeypatch, tmp_path):
    document = window.document
    (tmp_path / "folder").mkdir()
    monkeypatch.setattr(Path, "is_dir", drive.slow(Path.is_dir))
    window.open_path(tmp_path / "folder")
    _goes_on_while(qtbot, drive)
    qtbot.waitUntil(lambda: isinstance(window.dialogs.dialog, RecordingsDialog))
    assert window.document is document


def test_cards_stand_at_once_and_a_recording_opens_before_they_tell_anything(
    qtbot, window, drive, monkeypatch
):
    monkeypatch.setattr(night_facts, "night_summary", drive.slow(night_facts.night_summary))
    path = window.document.recording.path
    window.close_recording()
    cards = window.findChild(NightGrid)
    assert [cards.nights.index(0).data(), cards.nights.rowCount()] == ["night.edf", 1]
    qtbot.waitUntil(drive.asked.is_set)
    qtbot.mouseClick(
        cards.viewport(),
        Qt.MouseButton.LeftButton,
        pos=cards.visualRect(cards.nights.index(0)).center(),
    )
    wait_for(qtbot, window, path)
    assert set(drive.threads) == {False}
    drive.answers.set()
    assert wait_for_threads(5.0)


def test_closing_waits_no_longer_than_a_second_for_the_place(qtbot, window, drive, monkeypatch):
    monkeypatch.setattr(Document, "save_view", drive.slow(Document.save_view))
    window.workspace.model.score(Stage.N2)
    window.close_recording()
    assert window.document is None
    assert drive.threads == [False]
    drive.answers.set()
    assert wait_for_threads(5.0)
