"""The page out of the window: as a picture in the clipboard, and on paper; by keys."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPageLayout, QPdfWriter
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QLineEdit
from real_window import dialog_of, open_in, press, settings_in, show_window

from sleepscorer.core.errors import RecordingError
from sleepscorer.gui.look.theme import DARK, LIGHT
from sleepscorer.gui.traces import page_loader, page_picture

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
_CTRL_SHIFT = _CTRL | Qt.KeyboardModifier.ShiftModifier
_WITHIN_MS = 20_000


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    return rows[:, : image.width()].copy()


def rgb(colour: str) -> int:
    return QColor(colour).rgb()


# -- copying --------------------------------------------------------------------------------------


@pytest.fixture
def clipboard(qapp):
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    yield clipboard
    clipboard.clear()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_page_is_copied_as_it_is_seen_under_the_files_name(qtbot, opened, clipboard, theme):
    opened.settings.set(theme=theme.name)
    traces = opened.workspace.traces
    press(qtbot, opened, "c", _CTRL_SHIFT)
    copied, seen = clipboard.image(), pixels(traces.grab().toImage())
    # Labels, title, traces and clock times: the whole view.
    assert copied.width() == round(traces.width() * traces.devicePixelRatioF())
    head_px = copied.height() - seen.shape[0]
    np.testing.assert_array_equal(pixels(copied)[head_px:], seen)
    head = pixels(copied)[:head_px]
    assert head_px > 10
    assert head[0, 0] == rgb(theme.panel)
    assert len(np.unique(head)) > 2
    size = f"{copied.width()} x {copied.height()}"
    assert opened.status.message == f"Page copied as a picture, {size} pixels"


def test_where_files_are_not_named_the_picture_names_none(qtbot, opened, clipboard):
    opened.settings.set(file_name_in_title=False)
    press(qtbot, opened, "c", _CTRL_SHIFT)
    seen = pixels(opened.workspace.traces.grab().toImage())
    np.testing.assert_array_equal(pixels(clipboard.image()), seen)


def test_a_page_that_is_not_read_is_not_copied(qtbot, opened, clipboard, monkeypatch):
    traces = opened.workspace.traces
    monkeypatch.setattr(type(traces), "is_current", property(lambda _: False))
    press(qtbot, opened, "c", _CTRL_SHIFT)
    assert clipboard.image().isNull()
    assert opened.status.message == "The page is not read yet: there is nothing to copy."


def test_without_a_recording_there_is_nothing_to_copy_or_print(qtbot, window, clipboard):
    for action in ("file.copy_page", "file.print"):
        assert not window.actions_of[action].isEnabled()
    press(qtbot, window, "c", _CTRL_SHIFT)
    assert clipboard.image().isNull()


# -- printing -------------------------------------------------------------------------------------


@pytest.fixture
def pictures(monkeypatch) -> list[QImage]:
    """What was painted on paper."""
    seen: list[QImage] = []
    painted = page_picture._painted

    def noted(picture, device) -> bool:
        seen.append(picture.copy())
        return painted(picture, device)

    monkeypatch.setattr(page_picture, "_painted", noted)
    return seen


def ask_for_pdf(qtbot, window, path: Path) -> None:
    """Ctrl+P; the system's dialog writes a PDF where there is no printer."""
    press(qtbot, window, "p", _CTRL)
    dialog = dialog_of(qtbot, window, QPrintDialog)
    dialog.printer().setOutputFileName(str(path))
    for box in dialog.findChildren(QLineEdit):
        if box.isVisible() and box.text().endswith(".pdf"):
            box.setText(str(path))
    dialog.accept()


def test_the_page_is_printed_in_light_colours_on_one_sheet_on_its_side(
    qtbot, opened, pictures, tmp_path
):
    opened.settings.set(theme="dark")
    before = pixels(opened.workspace.traces.grab().toImage())
    path = tmp_path / "page.pdf"
    ask_for_pdf(qtbot, opened, path)
    qtbot.waitUntil(lambda: opened.status.message == "Page printed to page.pdf", timeout=_WITHIN_MS)
    (picture,) = pictures
    colours = set(np.unique(pixels(picture)).tolist())
    assert {rgb(LIGHT.background), rgb(LIGHT.context), rgb(LIGHT.trace)} <= colours
    assert rgb(DARK.background) not in colours
    assert picture.width() > 3 * 1000
    pdf = path.read_bytes()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    (box,) = re.findall(rb"/MediaBox\s*\[([^\]]*)\]", pdf)
    _, _, width, height = map(float, box.split())
    assert width > height
    # The window itself stays as it was.
    np.testing.assert_array_equal(pixels(opened.workspace.traces.grab().toImage()), before)
    assert opened.workspace.traces.is_current


def test_traces_are_as_fine_as_the_paper(qtbot, opened, pictures, tmp_path):
    """They are read anew for it, and not the screen's pixels made larger."""
    opened.settings.set(file_name_in_title=False)
    ask_for_pdf(qtbot, opened, tmp_path / "page.pdf")
    qtbot.waitUntil(lambda: len(pictures) == 1, timeout=_WITHIN_MS)
    is_trace = pixels(pictures[0]) == rgb(LIGHT.trace)
    # In a picture that was made three times larger, neighbouring columns would be alike.
    columns = is_trace[:, is_trace.shape[1] // 2 :][:, :600]
    assert np.mean((columns[:, 1:] != columns[:, :-1]).any(axis=0)) > 0.9


def test_the_file_is_named_on_paper_only_where_it_may_be(qtbot, opened, pictures, tmp_path):
    heights = []
    for is_named in (True, False):
        opened.settings.set(file_name_in_title=is_named)
        path = tmp_path / f"page{is_named}.pdf"
        ask_for_pdf(qtbot, opened, path)
        qtbot.waitUntil(lambda: len(pictures) == len(heights) + 1, timeout=_WITHIN_MS)
        heights.append(pictures[-1].height())
        assert opened.document.recording.path.stem.encode() not in path.read_bytes()
    assert heights[0] > heights[1]


def test_a_cancelled_dialog_prints_nothing(qtbot, opened, pictures):
    press(qtbot, opened, "p", _CTRL)
    dialog = dialog_of(qtbot, opened, QPrintDialog)
    qtbot.keyClick(dialog, _KEYS.Key_Escape)
    qtbot.waitUntil(lambda: opened.dialogs.dialog is None)
    qtbot.wait(200)
    assert pictures == []


def test_a_page_that_can_not_be_read_is_said_and_not_printed(
    qtbot, opened, pictures, tmp_path, monkeypatch
):
    def gone(*_):
        raise RecordingError("the drive is gone")

    monkeypatch.setattr(page_loader, "read_pages", gone)
    ask_for_pdf(qtbot, opened, tmp_path / "page.pdf")
    said = "The page was not printed: the drive is gone"
    qtbot.waitUntil(lambda: said in opened.notices.texts, timeout=_WITHIN_MS)
    assert pictures == []
    assert not (tmp_path / "page.pdf").exists()


def test_a_place_that_can_not_be_written_is_said(qtbot, opened, monkeypatch, tmp_path):
    monkeypatch.setattr(page_picture, "_painted", lambda *_: False)
    ask_for_pdf(qtbot, opened, tmp_path / "page.pdf")
    said = "The page could not be printed."
    qtbot.waitUntil(lambda: said in opened.notices.texts, timeout=_WITHIN_MS)


def test_closing_the_recording_ends_what_was_to_be_printed(qtbot, tmp_path, night, pictures):
    (tmp_path / "own").mkdir(exist_ok=True)
    window = open_in(qtbot, show_window(qtbot, settings_in(tmp_path / "own")), night)
    ask_for_pdf(qtbot, window, tmp_path / "page.pdf")
    window.close_recording()
    qtbot.wait(300)
    assert pictures == []
    window.close()


def test_a_sheet_that_stands_upright_is_filled_too(qtbot, opened):
    path = Path(opened.settings.now.session_folder) / "upright.pdf"
    writer = QPdfWriter(str(path))
    writer.setPageOrientation(QPageLayout.Orientation.Portrait)
    said = []
    page = page_picture.PaperPage(opened.workspace.model, writer, "head")
    page.ended.connect(said.append)
    qtbot.waitUntil(lambda: said == [""], timeout=_WITHIN_MS)
    assert path.read_bytes().startswith(b"%PDF")


def test_a_page_without_traces_is_printed_and_copied(qtbot, opened, pictures, clipboard, tmp_path):
    model = opened.workspace.model
    model.set_montage(replace(model.montage, traces=()))
    path = tmp_path / "empty.pdf"
    ask_for_pdf(qtbot, opened, path)
    qtbot.waitUntil(lambda: opened.status.message == "Page printed to empty.pdf")
    assert len(pictures) == 1
    opened.actions_of["file.copy_page"].trigger()
    assert opened.status.message.startswith("Page copied")
