"""The list of a folder's recordings: filled in row by row, ordered and opened by keys."""

import time
from pathlib import Path

import numpy as np
import pytest
from night_models import staging_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QTableView
from real_window import dialog_of, press, wait_for, write_night

from sleepscorer.core.edits import Author
from sleepscorer.core.stages import Stage
from sleepscorer.gui.dialogs.recordings import RecordingsDialog
from sleepscorer.gui.jobs import night_facts
from sleepscorer.session_documents import open_document

_KEYS = Qt.Key
_ALT = Qt.KeyboardModifier.AltModifier
_DAY = slice(168, 170)


@pytest.fixture
def folder(tmp_path, settings):
    """Of 12 min on day 3 and staged, of 6 min on day 1 and scored by hand, and damaged."""
    folder = tmp_path / "nights"
    folder.mkdir()
    for name, hours, day in (("a.edf", 0.2, b"03"), ("B.edf", 0.1, b"01")):
        path = write_night(folder / name, "C4-M1", "E1-M2", hours=hours)
        content = bytearray(path.read_bytes())
        content[_DAY] = day
        path.write_bytes(content)
    (folder / "c.edf").write_bytes(b"0       nonsense")
    sessions = Path(settings.now.session_folder)
    for name, edit in (
        ("a.edf", lambda session: session.fill(staging_of(np.full(24, Stage.N2)))),
        ("B.edf", lambda session: session.score(range(12), Stage.W)),
    ):
        document = open_document(
            folder / name, author=Author("anna", "lab"), session_folder=sessions
        )
        edit(document.session)
        document.close()
    return folder


def _rows(dialog):
    model = dialog.findChild(QTableView).model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def _filled(qtbot, dialog):
    qtbot.waitUntil(lambda: all(row[3] for row in _rows(dialog)), timeout=10_000)
    return _rows(dialog)


def _listed(qtbot, window, folder):
    window.open_path(folder)
    return dialog_of(qtbot, window, RecordingsDialog)


def test_date_length_state_and_scorer_stand_in_the_list(qtbot, window, folder):
    rows = _filled(qtbot, _listed(qtbot, window, folder))
    assert rows[0] == [
        "a.edf", "2024-01-03 22:30", "12 min", "Drafted by machine, 0 of 3 reviewed", ""
    ]  # fmt: skip
    assert rows[1] == ["B.edf", "2024-01-01 22:30", "6 min", "12 of 12 epochs scored", "anna"]
    assert rows[2][3].startswith("Can't be read: the file ends after 16 bytes")


@pytest.mark.parametrize(
    ("downs", "order"),
    [(1, ["a.edf", "B.edf", "c.edf"]), (2, ["B.edf", "a.edf", "c.edf"])],
)
def test_the_order_is_chosen_by_keys_and_the_chosen_one_stays(qtbot, window, folder, downs, order):
    dialog = _listed(qtbot, window, folder)
    press(qtbot, dialog, _KEYS.Key_Down)
    press(qtbot, dialog, _KEYS.Key_S, _ALT)
    for _ in range(downs):
        press(qtbot, dialog, _KEYS.Key_Down)
    _filled(qtbot, dialog)
    assert [row[0] for row in _rows(dialog)] == order
    assert dialog.chosen == folder / "B.edf"
    dialog.findChild(QTableView).setFocus()
    press(qtbot, dialog, _KEYS.Key_Return)
    wait_for(qtbot, window, folder / "B.edf")


def test_a_click_on_a_head_orders_by_the_least_done(qtbot, window, folder):
    dialog = _listed(qtbot, window, folder)
    _filled(qtbot, dialog)
    header = dialog.findChild(QTableView).horizontalHeader()
    place = QPoint(header.sectionViewportPosition(3) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [row[0] for row in _rows(dialog)] == ["c.edf", "a.edf", "B.edf"]


def test_the_list_is_there_before_its_facts_and_what_is_closed_is_read_no_more(
    qtbot, window, folder, monkeypatch
):
    read = []

    def slowly(path, **options):
        read.append(path)
        time.sleep(0.3)
        return summary(path, **options)

    summary = night_facts.night_summary
    monkeypatch.setattr(night_facts, "night_summary", slowly)
    dialog = _listed(qtbot, window, folder)
    assert [row[:3] for row in _rows(dialog)][1:] == [["B.edf", "", ""], ["c.edf", "", ""]]
    dialog.reject()
    qtbot.waitUntil(lambda: not window.tasks.running, timeout=5_000)
    qtbot.wait(300)
    assert len(read) < 3
