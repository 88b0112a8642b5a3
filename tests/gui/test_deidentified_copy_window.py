"""A de-identified copy from the window: listed first, written beside it, cancelled if wanted."""

import threading
from pathlib import Path

import pytest
from edf_bytes import Channel, Edf, annotations
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from real_window import open_in, press, settings_in, show_window

from sleepscorer.core.progress import Cancelled
from sleepscorer.files.edf import open_edf
from sleepscorer.gui.jobs import exporting
from sleepscorer.gui.main_window import MainWindow

N_RECORDS = 90
_WITHIN_MS = 20_000


def _night(path: Path) -> Path:
    values = [(37 * i) % 2001 - 1000 for i in range(N_RECORDS * 100)]
    channels = [
        Channel(label, values, samples_per_record=100) for label in ("C4-M1", "E1-M2", "Pyjama")
    ]
    tals = [f"+{r}\x14\x14\x00".encode() for r in range(N_RECORDS)]
    tals[3] += b"+3\x14cup of tea\x14\x00+3\x14woke Anna up\x14\x00+3\x14Hypopnea\x14\x00"
    channels.append(annotations(tals))
    edf = Edf(channels, N_RECORDS, reserved="EDF+C", patient="7 F 02-MAY-1951 Anna_Muster")
    path.write_bytes(edf.to_bytes())
    return path


@pytest.fixture
def recording(tmp_path):
    return _night(tmp_path / "anna.edf")


@pytest.fixture
def window(qtbot, recording, tmp_path):
    return open_in(qtbot, show_window(qtbot, settings_in(tmp_path)), recording)


def _asked(qtbot, window: MainWindow):
    press(
        qtbot,
        window,
        Qt.Key.Key_E,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    dialog = window.dialogs.dialog
    assert dialog.windowTitle() == "De-identified copy"
    qtbot.waitUntil(lambda: bool(dialog.found), timeout=_WITHIN_MS)
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def _row_of(dialog, text: str) -> int:
    return [one.text for one in dialog.found].index(text)


def _write(dialog) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if "Write copy" in b.text())


def test_all_texts_are_listed_before_anything_is_written(qtbot, window, recording):
    files = set(recording.parent.iterdir())
    dialog = _asked(qtbot, window)
    rows = dialog._table.texts()
    assert ["", "patient", "7 F 02-MAY-1951 Anna_Muster", "X X X X", "1"] in rows
    assert ["", "label of channel 3", "Pyjama", "channel 3", "1"] in rows
    assert ["", "annotation", "cup of tea", "removed", "1"] in rows
    assert ["", "label of channel 1", "C4-M1", "C4-M1", "1"] in rows
    # What does not stay comes first.
    stays = [text == becomes for _, _, text, becomes, _ in rows]
    assert stays == sorted(stays)
    assert set(recording.parent.iterdir()) == files


def test_the_copy_is_written_with_what_may_stay(qtbot, window, recording, tmp_path):
    before = recording.read_bytes()
    dialog = _asked(qtbot, window)
    # The person may let stay what does not tell of Anna: by the keyboard.
    table = dialog._table
    table.setFocus()
    table.setCurrentCell(_row_of(dialog, "woke Anna up"), 0)
    press(qtbot, dialog, Qt.Key.Key_Space)
    assert (
        table.item(_row_of(dialog, "woke Anna up"), 0).data(Qt.ItemDataRole.CheckStateRole) is None
    )
    table.setCurrentCell(_row_of(dialog, "cup of tea"), 0)
    press(qtbot, dialog, Qt.Key.Key_Space)
    assert table.item(_row_of(dialog, "cup of tea"), 3).text() == "cup of tea"
    dialog._sex.click()
    out = Path(dialog._out.text())
    assert out.name.startswith("recording_")
    with qtbot.waitSignal(window.exporter.written, timeout=_WITHIN_MS) as written:
        _write(dialog).click()
    assert written.args == [(out,)]
    copy = open_edf(out)
    assert copy.patient_id == "X F X X"
    assert [one.label for one in copy.signals] == ["C4-M1", "E1-M2", "channel 3"]
    assert [event.text for event in copy.events] == ["cup of tea", "Hypopnea"]
    assert b"Anna" not in out.read_bytes()
    assert recording.read_bytes() == before
    assert any(out.name in text for text in window.notices.texts)


def test_a_name_that_tells_is_refused_in_the_dialog(qtbot, window, recording):
    dialog = _asked(qtbot, window)
    dialog._out.setText(str(recording.parent / "anna copy.edf"))
    _write(dialog).click()
    qtbot.waitUntil(lambda: bool(dialog._problem.text()), timeout=_WITHIN_MS)
    assert "may tell who was recorded" in dialog._problem.text()
    assert dialog.isVisible()
    assert not (recording.parent / "anna copy.edf").exists()
    dialog._out.setText(str(recording))
    assert dialog._problem.text() == ""


def test_it_is_cancelled_like_all_long_work(qtbot, window, recording, monkeypatch):
    go_on = threading.Event()

    def slowly(_survey, _out, progress):
        while True:
            progress(0.5, "data records")
            go_on.wait(0.01)

    monkeypatch.setattr(exporting, "write_copy", slowly)
    dialog = _asked(qtbot, window)
    _write(dialog).click()
    qtbot.waitUntil(lambda: window.exporter.is_running, timeout=_WITHIN_MS)
    qtbot.waitUntil(lambda: "Writing the copy 50 %" in window.status._text.text())
    with qtbot.waitSignal(window.exporter.cancelled, timeout=_WITHIN_MS):
        window.status._cancel.click()
    assert "The export was cancelled; nothing was written." in window.notices.texts


def test_closing_the_dialog_stops_the_reading(qtbot, window, monkeypatch):
    from sleepscorer.gui.dialogs import deidentified_copy

    stopped = threading.Event()

    def endless(_path, progress):
        try:
            while True:
                progress(0.1, "reading the file")
                stopped.wait(0.01)
        except Cancelled:
            stopped.set()
            raise

    monkeypatch.setattr(deidentified_copy, "survey_recording", endless)
    window.dialogs.deidentify()
    dialog = window.dialogs.dialog
    assert not _write(dialog).isEnabled()
    dialog.reject()
    qtbot.waitUntil(stopped.is_set, timeout=_WITHIN_MS)
    assert window.dialogs.dialog is None
