"""An annotated copy from the window: asked for, written beside it, cancelled if wanted."""

import threading
from pathlib import Path

import pytest
from edf_bytes import Channel, Edf, annotations
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from real_window import open_in, press, settings_in, show_window

from sleepscorer.core.stages import Stage
from sleepscorer.files.edf import open_edf
from sleepscorer.files.scorings import read_scoring
from sleepscorer.gui.jobs import exporting
from sleepscorer.gui.main_window import MainWindow

N_RECORDS = 90
_WITHIN_MS = 20_000


def _night(path: Path, *, kind: str = "", own: bytes = b"") -> Path:
    values = [(37 * i) % 2001 - 1000 for i in range(N_RECORDS * 100)]
    channels = [Channel("C4-M1", values, samples_per_record=100)]
    tals = [f"+{r}\x14\x14\x00".encode() for r in range(N_RECORDS)]
    tals[3] += own
    if kind:
        channels.append(annotations(tals))
    path.write_bytes(Edf(channels, N_RECORDS, reserved=kind, recording="Monday").to_bytes())
    return path


@pytest.fixture
def opened(qtbot, tmp_path):
    """Opens a night of these annotations in the window."""

    def open_(**options) -> tuple[MainWindow, Path]:
        recording = _night(tmp_path / "night.edf", **options)
        return open_in(qtbot, show_window(qtbot, settings_in(tmp_path)), recording), recording

    return open_


def _asked(qtbot, window: MainWindow):
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    press(qtbot, window, Qt.Key.Key_A, modifiers)
    dialog = window.dialogs.dialog
    assert dialog.windowTitle() == "Annotated copy"
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def _write(dialog) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if "Write copy" in b.text())


def _score(window: MainWindow) -> None:
    session = window.current.document.session
    session.score([0], Stage.W)
    session.score([1], Stage.N2)


def test_the_copy_holds_the_scoring_and_what_is_to_be_known_is_said(qtbot, opened):
    window, recording = opened()
    before = recording.read_bytes()
    _score(window)
    dialog = _asked(qtbot, window)
    assert not dialog._own.isVisible()
    with qtbot.waitSignal(window.exporter.written, timeout=_WITHIN_MS) as written:
        _write(dialog).click()
    out = recording.with_name("night_annotated.edf")
    assert written.args == [(out,)]
    assert read_scoring(out).hypnogram.stages.tolist() == [0, 2, -1]
    assert recording.read_bytes() == before
    texts = window.notices.texts
    assert any(out.name in text for text in texts)
    assert any("recording field was not as in EDF+, and is so now" in text for text in texts)
    # It is there now: what replaces it has to be said.
    dialog = _asked(qtbot, window)
    _write(dialog).click()
    qtbot.waitUntil(lambda: "exists already" in dialog._problem.text(), timeout=_WITHIN_MS)
    dialog._force.click()
    with qtbot.waitSignal(window.exporter.written, timeout=_WITHIN_MS):
        _write(dialog).click()
    # Whoever opens it is asked whether the stages in it are to be taken.
    window.close_recording()
    open_in(qtbot, window, out)
    assert f"The recording holds a scoring itself: {out.name}" in window.notices.texts


def test_a_scoring_that_the_recording_holds_is_left_out_where_that_is_wanted(qtbot, opened):
    own = b"+3\x14Lights off\x14\x00"
    window, _ = opened(kind="EDF+C", own=own)
    _score(window)
    window.current.document.session.set_lights(10.0, None)
    dialog = _asked(qtbot, window)
    assert dialog._own.text() == "&Leave out the lights marks that the recording itself holds"
    _write(dialog).click()
    before = dialog.height()
    qtbot.waitUntil(lambda: "other lights marks" in dialog._problem.text(), timeout=_WITHIN_MS)
    assert "check “Leave out …”" in dialog._problem.text()
    # Nothing is squeezed by what is said.
    assert dialog.height() > before
    dialog._own.click()
    assert dialog._problem.text() == ""
    with qtbot.waitSignal(window.exporter.written, timeout=_WITHIN_MS) as written:
        _write(dialog).click()
    events = open_edf(written.args[0][0]).events
    assert [one.onset_s for one in events if one.text == "Lights off"] == [10.0]


def test_interruptions_offer_the_annotations_alone(qtbot, opened):
    window, _ = opened(kind="EDF+D")
    dialog = _asked(qtbot, window)
    _write(dialog).click()
    qtbot.waitUntil(lambda: bool(dialog._problem.text()), timeout=_WITHIN_MS)
    assert "have interruptions" in dialog._problem.text()
    assert "Export… writes the annotations alone" in dialog._problem.text()


def test_it_is_cancelled_like_all_long_work(qtbot, opened, monkeypatch):
    go_on = threading.Event()

    def slowly(_snapshot, _copy, progress):
        while True:
            progress(0.5, "data records")
            go_on.wait(0.01)

    monkeypatch.setattr(exporting, "annotate_document", slowly)
    window, _ = opened()
    _write(_asked(qtbot, window)).click()
    qtbot.waitUntil(lambda: window.exporter.is_running, timeout=_WITHIN_MS)
    with qtbot.waitSignal(window.exporter.cancelled, timeout=_WITHIN_MS):
        window.status._cancel.click()
    assert "The export was cancelled; nothing was written." in window.notices.texts


def test_it_is_one_button_away_in_the_export_dialog(qtbot, opened):
    window, _ = opened()
    window.dialogs.export()
    buttons = window.dialogs.dialog.findChildren(QPushButton)
    button = next(button for button in buttons if "Annotated" in button.text())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.dialogs.dialog.windowTitle() == "Annotated copy")
    window.dialogs.close_all()
