"""Names of events on the traces: atop the row, shortened by meaning, never on the middle."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication
from trace_recording import model_of, sines

from sleepscorer.core.event_kinds import EVENT_KINDS, SHORT_TEXTS
from sleepscorer.core.events import Event
from sleepscorer.gui.look.theme import LIGHT
from sleepscorer.gui.traces.event_labels import event_labels
from sleepscorer.gui.traces.event_spans import LANE_PX, EventSpan
from sleepscorer.gui.traces.geometry import RowGrid
from sleepscorer.gui.traces.signal_view import SignalView

_TEXT_PX = 12.0


def _span(text, left, width, grid, *, row=0, channel=None, is_own=False):
    duration_s = width / 10 or None
    top, height = (grid.top_px, LANE_PX) if row is None else (grid.row_top_px(row), grid.height_px)
    rect = QRectF(left, top, max(width, 3.0), height)
    return EventSpan(Event(left / 10, duration_s, text, channel), row, rect, is_own)


def _labels(spans, grid, *, width_px=1000.0):
    """Every sign is 6 px wide, with 6 px around the words."""
    return event_labels(
        spans, grid, width_px=width_px, text_width=lambda text: 6.0 * len(text), text_px=_TEXT_PX
    )


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("EEG arousal", 74.0, "EEG arousal"),
        ("EEG arousal", 73.0, "Ar"),
        ("Limb movement", 5.0, "LM"),
        ("Obstructive apnea", 60.0, "OA"),
        ("Sleep stage N2", 40.0, "N2"),
        # Without a short form, and nothing beside it.
        ("leg cramps", 5.0, "leg cramps"),
        ("Comment", 0.0, "Comment"),
    ],
)
def test_a_name_is_shortened_by_its_meaning(text, width, shown):
    grid = RowGrid(4, 20.0, 180.0)
    (label,) = _labels([_span(text, 100.0, width, grid, row=2)], grid)
    assert label.text == shown
    assert label.rect.topLeft().toTuple() == (102.0, grid.row_top_px(2))


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Hypopnea", 99.0, "Hypopnea !"),
        ("Hypopnea", 100.0, "Hypopnea"),
        ("Limb movement", 101.0, "Limb movement !"),
        ("Limb movement", 4.0, "LM !"),
        ("leg cramps", 1.0, "leg cramps"),
    ],
)
def test_a_length_against_the_rule_is_flagged_on_own_events(text, width, shown):
    grid = RowGrid(4, 20.0, 180.0)
    (label,) = _labels([_span(text, 100.0, width, grid, row=2, is_own=True)], grid)
    assert label.text == shown
    (label,) = _labels([_span(text, 100.0, width, grid, row=2)], grid)
    assert "!" not in label.text


def test_words_go_whole_where_the_next_event_is_near():
    grid = RowGrid(4, 20.0, 180.0)
    comment = _span("patient turned to the left", 100.0, 0.0, grid, row=1)
    labels = _labels([comment, _span("Comment", 240.0, 0.0, grid, row=1)], grid)
    assert [label.text for label in labels] == ["patient turned to …", "Comment"]
    assert labels[0].rect.right() <= 240.0


@pytest.mark.parametrize(
    ("row_px", "shown"),
    [
        # Two lines above the middle; one, and a tick for the second; the second lifted; none.
        (60.0, ["EEG arousal", "Limb movement", ""]),
        (40.0, ["EEG arousal", "", ""]),
        (20.0, ["EEG arousal", "", ""]),
        (10.0, ["", "", ""]),
    ],
)
def test_names_that_overlap_are_stacked_above_the_middle_of_the_row(row_px, shown):
    grid = RowGrid(4, 20.0, 20.0 + 4 * row_px)
    texts = ("EEG arousal", "Limb movement", "Hypopnea")
    labels = _labels([_span(text, 100.0, 90.0, grid, row=1) for text in texts], grid)
    assert [label.text for label in labels] == shown
    named = [label.rect for label in labels if label.text]
    for rect in named:
        assert rect.bottom() < grid.centre_px(1)
        assert rect.top() > grid.centre_px(0)
    assert not any(a.intersects(b) for a in named for b in named if a is not b)


def test_what_belongs_to_no_row_and_the_first_row_share_its_upper_half():
    grid = RowGrid(4, 20.0, 180.0)
    spans = [
        _span("Hypopnea", 100.0, 90.0, grid, row=0),
        _span("Lights off", 100.0, 0.0, grid, row=None),
        _span("Apnoea", 400.0, 200.0, grid, row=None, channel="Flow"),
    ]
    labels = {label.text: label.rect for label in _labels(spans, grid)}
    assert set(labels) == {"Lights off", "", "Apnoea (Flow)"}
    assert all(rect.bottom() < grid.centre_px(0) for rect in labels.values())


def test_nothing_is_written_beyond_the_view():
    grid = RowGrid(4, 20.0, 180.0)
    spans = [
        _span("Hypopnea", -50.0, 40.0, grid),
        _span("Hypopnea", -50.0, 150.0, grid, row=1),
        _span("Hypopnea", 990.0, 100.0, grid, row=2),
        _span("Hypopnea", 1010.0, 100.0, grid, row=3),
    ]
    labels = _labels(spans, grid)
    assert [label.text for label in labels] == ["Hypopnea", ""]
    assert [label.rect.left() for label in labels] == [2.0, 990.0]


def test_every_kind_that_is_long_has_a_short_form():
    shorts = [kind.short or kind.text for kind in EVENT_KINDS]
    assert max(map(len, shorts)) <= 4
    assert len({*shorts}) == len(shorts)
    assert SHORT_TEXTS["eeg arousal"] == "Ar"


def test_words_leave_the_middle_of_every_trace_as_it_is(qtbot):
    """The same page, other names in the same colours: only the upper part of the rows differs."""

    def painted(texts):
        model = model_of(sines("C4-M1", "O2-M1", "E1-M2", "E2-M2"))
        for i, text in enumerate(texts):
            model.replace_event(None, Event(8.0 + i, 6.0, text, ("C4-M1", "O2-M1")[i % 2]))
        view = SignalView(model, LIGHT)
        qtbot.addWidget(view)
        view.resize(978, 448)
        view.show()
        qtbot.waitUntil(lambda: view.is_current and bool(view.canvas.traces))
        QApplication.processEvents()
        image = view.canvas.grab().toImage()
        view.stop()
        n_bytes = image.bytesPerLine()
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), n_bytes)
        return pixels.copy(), view.canvas.grid

    before, grid = painted(["Arousal", "Hypopnea", "Body movement", "Comment"])
    after, _ = painted(["EEG arousal", "RERA", "Limb movement", "a comment of many words"])
    changed = np.flatnonzero((before != after).any(axis=1))
    assert changed.size
    for y in changed:
        row = grid.row_at(y)
        assert row is not None
        assert y < grid.centre_px(row) - 1
