"""Pages that leave out who was recorded: two nights that differ in names alone look the same."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from edf_bytes import Channel, Edf, annotations
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPdfWriter
from real_window import open_in, press, settings_in, show_window

from sleepscorer.analysis.display import DisplayMontage
from sleepscorer.core.derivation import resolve
from sleepscorer.core.events import Event
from sleepscorer.gui.traces import page_picture

N_RECORDS = 90
_CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
_WITHIN_MS = 20_000


def _night(path: Path, name: str) -> Path:
    values = [(37 * i) % 2001 - 1000 for i in range(N_RECORDS * 100)]
    labels = ("C4-M1", "E1-M2", f"EEG {name}")
    channels = [Channel(label, values, samples_per_record=100) for label in labels]
    tals = [f"+{r}\x14\x14\x00".encode() for r in range(N_RECORDS)]
    tals[3] += f"+3\x14woke {name} up\x14\x00+9\x145\x14EEG arousal@@EEG {name}\x14\x00".encode()
    channels.append(annotations(tals, n_samples=60))
    edf = Edf(channels, N_RECORDS, reserved="EDF+C", patient=f"7 F 02-MAY-1951 {name}")
    path.write_bytes(edf.to_bytes())
    return path


@pytest.fixture
def window(qtbot, tmp_path):
    return show_window(qtbot, settings_in(tmp_path))


def _pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    return rows[:, : image.width()].copy()


def _opened(qtbot, window, folder: Path, name: str) -> None:
    """A night of this person, with a comment, a stage of a scorer's and the crosshair."""
    window.settings.set(scorer=f"{name} {name}")
    open_in(qtbot, window, _night(folder / f"{name}.edf", name))
    model = window.workspace.model
    own = resolve(model.recording, f"EEG {name}")
    first = model.montage.traces[0]
    traces = (replace(first, channel=own), *model.montage.traces)
    model.set_montage(DisplayMontage("with a name", traces))
    model.replace_event(None, Event(12.0, 3.0, f"{name} coughs"))
    press(qtbot, window, "2")
    model.select_epoch(0)
    window.workspace.traces.crosshair.set_shown(True)
    window.workspace.traces.crosshair.step(rows=1)
    qtbot.waitUntil(lambda: window.workspace.traces.is_current, timeout=_WITHIN_MS)
    qtbot.wait(50)


def _copied(qtbot, window) -> np.ndarray:
    press(qtbot, window, "c", _CTRL_SHIFT)
    return _pixels(QGuiApplication.clipboard().image())


def _printed(qtbot, window, folder: Path, monkeypatch) -> np.ndarray:
    seen = []
    monkeypatch.setattr(
        page_picture, "_painted", lambda picture, _device: bool(seen.append(picture.copy())) or True
    )
    window._page_output.print_on(QPdfWriter(str(folder / "page.pdf")))
    qtbot.waitUntil(lambda: bool(seen), timeout=_WITHIN_MS)
    return _pixels(seen[0])


@pytest.mark.parametrize("how", ["copied", "printed"])
def test_names_leave_no_pixel_on_a_page(how, qtbot, window, tmp_path, monkeypatch):
    pictures: dict[tuple[bool, str], np.ndarray] = {}
    for name in ("Annegret", "Bo"):
        _opened(qtbot, window, tmp_path, name)
        before = _pixels(window.workspace.traces.grab().toImage())
        for neutral in (True, False):
            window.settings.set(deidentify_pages=neutral)
            made = (
                _copied(qtbot, window)
                if how == "copied"
                else _printed(qtbot, window, tmp_path, monkeypatch)
            )
            pictures[neutral, name] = made
        # The window itself names them as before.
        np.testing.assert_array_equal(_pixels(window.workspace.traces.grab().toImage()), before)
    one, other = pictures[True, "Annegret"], pictures[True, "Bo"]
    np.testing.assert_array_equal(one, other)
    named, other_named = pictures[False, "Annegret"], pictures[False, "Bo"]
    assert named.shape != one.shape
    assert named.shape != other_named.shape or (named != other_named).any()


def test_the_menu_has_a_box_for_it_that_is_remembered(qtbot, window, tmp_path):
    open_in(qtbot, window, _night(tmp_path / "n.edf", "Bo"))
    box = window.actions_of["file.deidentify_pages"]
    assert box.isCheckable()
    assert not box.isChecked()
    box.trigger()
    assert window.settings.now.deidentify_pages
    window.settings.set(deidentify_pages=False)
    assert not box.isChecked()
