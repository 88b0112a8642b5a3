"""Recent recordings as cards on the start page: what they tell, by keys and by mouse."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from night_models import staging_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QTextDocument
from PySide6.QtWidgets import QApplication, QMenu
from real_window import open_in, press, show_window, wait_for

from sleepscorer.core.edits import Author
from sleepscorer.core.review import review_queue
from sleepscorer.core.stages import Stage
from sleepscorer.gui.frame.night_cards import NightGrid
from sleepscorer.gui.jobs import night_facts
from sleepscorer.gui.look.theme import theme_named
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.session_documents import SessionPlaces, open_document

_KEYS = Qt.Key
_ANNA = Author("anna", "lab-3")
# Of the start, in the header of an EDF file.
_DAY = slice(168, 170)


def _cards(window) -> NightGrid:
    return window.findChild(NightGrid)


def _texts(window) -> list[str]:
    """What a screen reader says of each card."""
    nights = _cards(window).nights
    role = Qt.ItemDataRole.AccessibleTextRole
    return [nights.data(nights.index(row), role) for row in range(nights.rowCount())]


def _told(qtbot, window, *wanted: str) -> list[str]:
    """Wait until the cards tell this, one after the other."""
    qtbot.waitUntil(
        lambda: all(any(text in card for card in _texts(window)) for text in wanted), timeout=10_000
    )
    return _texts(window)


def _edited(settings, path: Path, edit, *, folder: Path | None = None) -> Path:
    folder = folder or Path(settings.now.session_folder)
    document = open_document(path, author=_ANNA, session_folder=folder, places=SessionPlaces())
    edit(document.session)
    document.close()
    return document.session_path


@pytest.fixture
def nights(night, tmp_path) -> list[Path]:
    """Three recordings that began on the first, second and third of a month."""
    folder = tmp_path / "nights"
    folder.mkdir()
    paths = [folder / name for name in ("a.edf", "b.edf", "c.edf")]
    for day, path in enumerate(paths, start=1):
        content = bytearray(night.read_bytes())
        content[_DAY] = f"{day:02d}".encode()
        path.write_bytes(content)
    return paths


def _recent(settings, *paths: Path) -> None:
    settings.set(recent_files=tuple(map(str, paths)))


def test_a_card_tells_date_length_what_is_reviewed_and_by_whom(qtbot, settings, nights):
    n_epochs = 60
    stages = np.full(n_epochs, Stage.N2)
    confidence = np.linspace(0.5, 0.9, n_epochs)

    def edit(session):
        session.fill(staging_of(stages, confidence))
        queue = review_queue(session.state, session.machine, reviewed=session.reviewed)
        assert queue.n_total == 6
        session.score(queue.epochs[:2], Stage.N2)

    _edited(settings, nights[0], edit)
    _recent(settings, *nights)
    window = show_window(qtbot, settings)
    assert _told(qtbot, window, "reviewed", "b.edf, 2", "c.edf, 2") == [
        "a.edf, 2024-01-01 22:30 · 30 min, 2 of 6 reviewed · anna",
        "b.edf, 2024-01-02 22:30 · 30 min, Not scored yet",
        "c.edf, 2024-01-03 22:30 · 30 min, Not scored yet",
    ]
    window.close()


def test_cards_stand_side_by_side_and_fill_the_width(qtbot, settings, nights):
    _recent(settings, *nights)
    window = show_window(qtbot, settings)
    grid = _cards(window)

    def places():
        return [grid.visualRect(grid.nights.index(row)) for row in range(3)]

    for width, in_a_row in ((1366, 3), (911, 3), (640, 2)):
        window.resize(width, 600)
        qtbot.waitUntil(lambda n=in_a_row: len({p.top() for p in places()[:n]}) == 1)
        tops = [place.top() for place in places()]
        assert tops.count(tops[0]) == in_a_row
        assert max(place.right() for place in places()) < grid.viewport().width()
    assert sum(place.width() for place in places()[:2]) > 0.9 * grid.viewport().width()
    window.close()


def test_the_arrows_go_from_card_to_card_and_enter_opens(qtbot, settings, nights):
    _recent(settings, *nights)
    window = show_window(qtbot, settings)
    window.focus_traces()
    press(qtbot, window, _KEYS.Key_Right)
    press(qtbot, window, _KEYS.Key_Right)
    press(qtbot, window, _KEYS.Key_Left)
    press(qtbot, window, _KEYS.Key_Return)
    wait_for(qtbot, window, nights[1])
    window.close()


def test_a_click_opens_a_card(qtbot, settings, nights):
    _recent(settings, *nights)
    window = show_window(qtbot, settings)
    grid = _cards(window)
    place = grid.visualRect(grid.nights.index(2)).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait_for(qtbot, window, nights[2])
    window.close()


def test_a_file_that_is_gone_says_so_and_del_takes_it_off_the_list(qtbot, settings, nights):
    gone = nights[0].with_name("gone.edf")
    _recent(settings, nights[0], gone, nights[1])
    window = show_window(qtbot, settings)
    window.focus_traces()
    _told(qtbot, window, "gone.edf, Not found")
    press(qtbot, window, _KEYS.Key_Right)
    press(qtbot, window, _KEYS.Key_Delete)
    assert settings.now.recent_files == (str(nights[0]), str(nights[1]))
    # The one after it is then the current one: it is taken off the list, and stays on the disk.
    press(qtbot, window, _KEYS.Key_Delete)
    assert settings.now.recent_files == (str(nights[0]),)
    press(qtbot, window, _KEYS.Key_Delete)
    assert (settings.now.recent_files, _cards(window).isVisible()) == ((), False)
    assert all(path.exists() for path in nights)
    assert QApplication.focusWidget().accessibleName() == "Open a recording"
    window.close()


@pytest.mark.parametrize("by_key", [True, False])
def test_the_menu_of_a_card_takes_it_off_the_list(qtbot, settings, nights, by_key):
    _recent(settings, *nights)
    window = show_window(qtbot, settings)
    window.focus_traces()
    grid = _cards(window)
    press(qtbot, window, _KEYS.Key_Right)
    if by_key:
        reason, target, row = QContextMenuEvent.Reason.Keyboard, grid, 1
    else:
        reason, target, row = QContextMenuEvent.Reason.Mouse, grid.viewport(), 2
    place = QPoint(0, 0) if by_key else grid.visualRect(grid.nights.index(row)).center()
    QApplication.sendEvent(target, QContextMenuEvent(reason, place, target.mapToGlobal(place)))
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    press(qtbot, window, _KEYS.Key_R)
    rest = [path for number, path in enumerate(nights) if number != row]
    qtbot.waitUntil(lambda: settings.now.recent_files == tuple(map(str, rest)))
    window.close()


def test_a_recording_and_its_session_in_old_settings_are_one_card(
    qtbot, settings, nights, tmp_path
):
    elsewhere = tmp_path / "elsewhere"
    session = _edited(settings, nights[0], lambda s: s.score([0], Stage.W), folder=elsewhere)
    assert session.parent == elsewhere
    _recent(settings, nights[1], session, nights[0])
    window = show_window(qtbot, settings)
    qtbot.waitUntil(
        lambda: settings.now.recent_files == (str(nights[1]), str(session)), timeout=10_000
    )
    assert "1 of 60 epochs scored · anna" in _told(qtbot, window, "scored · anna")[1]
    window.close()


def test_what_was_scored_meanwhile_is_told_when_the_cards_are_back(qtbot, settings, nights):
    window = open_in(qtbot, show_window(qtbot, settings), nights[0])
    window.workspace.model.score(Stage.N2)
    window.close_recording()
    _told(qtbot, window, "1 of 60 epochs scored")
    window.close()


def test_what_cannot_be_read_is_said_on_the_card(qtbot, settings, nights):
    nights[1].write_bytes(b"0       nonsense")
    Path(settings.now.session_folder, "a.sleepscorer").write_bytes(b"x" * 5000)
    _recent(settings, *nights)
    window = show_window(qtbot, settings)
    first, second, _ = _told(qtbot, window, "b.edf, Can't be read", "a.edf, Can't be read")
    assert "session" in first
    assert "header" in second
    window.close()


def test_cards_are_read_when_nothing_else_is_being_done(qtbot, settings, nights, monkeypatch):
    read, over = [], threading.Event()
    summary = night_facts.night_summary
    monkeypatch.setattr(
        night_facts, "night_summary", lambda path, **o: read.append(path) or summary(path, **o)
    )
    _recent(settings, *nights)
    window = MainWindow(settings)
    qtbot.addWidget(window, before_close_func=lambda window: window.tasks.stop_all())
    window.tasks.start("Opening", lambda _progress: over.wait(20))
    window.show()
    assert window.findChild(NightGrid).nights.rowCount() == 3
    qtbot.wait(500)
    assert read == []
    over.set()
    _told(qtbot, window, "a.edf, 2", "b.edf, 2", "c.edf, 2")
    assert set(read) == set(nights)
    window.close()


def test_a_program_that_begins_with_a_recording_imports_nothing_of_lists():
    names = ("night_cards", "recent_nights", "night_facts", "night_summary", "found_nights")
    code = (
        "import sys, sleepscorer.gui.app;"
        f"print([name for name in sys.modules if name.endswith({names})])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_where_nothing_is_remembered_there_are_no_cards(qtbot, settings, nights):
    settings.set(keep_recent_files=False)
    window = open_in(qtbot, show_window(qtbot, settings), nights[0])
    window.close_recording()
    assert not _cards(window).isVisible()
    assert settings.now.recent_files == ()
    window.close()


def test_cards_have_the_colours_of_the_theme(qtbot, settings, nights):
    _edited(settings, nights[0], lambda s: s.score(range(60), Stage.N3))
    _recent(settings, nights[0])
    window = show_window(qtbot, settings)
    _told(qtbot, window, "60 of 60 epochs scored")
    for name in ("light", "dark"):
        settings.set(theme=name)
        theme, image = theme_named(name), _cards(window).viewport().grab().toImage()
        shown = {image.pixelColor(x, y).name() for x in range(280) for y in range(image.height())}
        assert QColor(theme.panel).name() in shown
        assert QColor(theme.stage_colour(Stage.N3)).name() in shown
    window.close()


def test_a_name_with_markup_is_no_markup_in_the_tooltip(qtbot, settings, tmp_path):
    path = tmp_path / "<b>a</b> &amp; <img src='b'>.edf"
    settings.add_recent_file(path)
    window = show_window(qtbot, settings)
    _told(qtbot, window, "Not found")
    nights = _cards(window).nights
    tip = nights.data(nights.index(0), Qt.ItemDataRole.ToolTipRole)
    document = QTextDocument()
    document.setHtml(tip)
    assert document.toPlainText().splitlines()[0] == str(path)
    assert nights.data(nights.index(0), Qt.ItemDataRole.DisplayRole) == path.name
