"""Paints a page of traces into an image: grid, gaps, events, traces, clock times."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from sleepscorer.analysis.display import DisplayTrace
from sleepscorer.analysis.pages import TracePage
from sleepscorer.core.recording import Gap
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.gui.look.theme import Theme, trace_colour
from sleepscorer.gui.traces.activation import tinted
from sleepscorer.gui.traces.event_labels import event_labels
from sleepscorer.gui.traces.event_spans import LANE_PX, EventSpan
from sleepscorer.gui.traces.geometry import AXIS_PX, RowGrid, TimeAxis
from sleepscorer.gui.traces.raster import (
    Band,
    Pixels,
    Scale,
    column_spans,
    draw_spans,
    thickened,
)
from sleepscorer.pipeline import Explanation

AMPLITUDE_UV = 37.5
"""Half of the 75 µV that slow waves of N3 must exceed (AASM manual)."""

_REACH_ROWS = 1.5
_SMALLEST_GRID_PX = 11.0
_LABEL_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300)
_LABEL_GAP_PX = 26.0


@dataclass(frozen=True, eq=False)
class Screenful:
    """All that the painter needs.

    Parameters
    ----------
    traces, pages, offsets
        Rows from the top, what is drawn in each, and the value in the middle of each.
    axis, grid
        Where times and rows lie.
    spans
        Events.
    gaps
        Stretches without data that are in view, those beyond the recording's ends included.
    lights
        Times and names of the lights marks.
    clock_text
        Writes a time.
    explanation
        What is tinted behind the traces: where the network saw a stage; None for nothing.
    """

    traces: tuple[DisplayTrace, ...]
    pages: tuple[TracePage, ...]
    offsets: tuple[float, ...]
    axis: TimeAxis
    grid: RowGrid
    spans: Sequence[EventSpan]
    gaps: Sequence[Gap]
    lights: Sequence[tuple[float, str]]
    clock_text: Callable[[float], str]
    explanation: Explanation | None = None

    def scale(self, row: int, ratio: float = 1.0) -> Scale:
        """Where the values of a row lie, in pixels of which ``ratio`` make a logical one."""
        trace = self.traces[row]
        px_per_unit = self.grid.height_px * ratio / trace.height_uv
        return Scale(
            self.grid.centre_px(row) * ratio,
            -px_per_unit if trace.inverted else px_per_unit,
            self.offsets[row],
        )


class TracePainter:
    """Paints pages into one image that is used again and again.

    Parameters
    ----------
    theme
        Colours.
    font
        Of the labels.
    """

    def __init__(self, theme: Theme, font: QFont) -> None:
        self._theme = theme
        self._font = font
        self._pixels: Pixels = np.zeros((1, 1), np.uint32)
        self._image = QImage()

    def paint(self, page: Screenful, size: QSize, ratio: float) -> QImage:
        """Paint a page.

        Parameters
        ----------
        page
            What to paint; its pages have as many columns as the image has device pixels.
        size
            In device pixels.
        ratio
            Device pixels to a logical pixel.

        Returns
        -------
        An image that is valid until the next call.
        """
        self._make_image(size, ratio)
        self._fill_ground(page, ratio)
        # An exception that leaves a painter active would take the program with it.
        with QPainter(self._image) as painter:
            painter.setFont(self._font)
            self._paint_ground(painter, page)
        for row in range(len(page.traces)):
            self._paint_trace(page, row, ratio)
        with QPainter(self._image) as painter:
            painter.setFont(self._font)
            self._paint_labels(painter, page)
        return self._image

    def _make_image(self, size: QSize, ratio: float) -> None:
        width, height = max(size.width(), 1), max(size.height(), 1)
        if self._pixels.shape != (height, width):
            self._pixels = np.zeros((height, width), np.uint32)
            self._image = QImage(
                self._pixels.data,
                width,
                height,
                width * 4,
                QImage.Format.Format_RGB32,
            )
        self._image.setDevicePixelRatio(ratio)

    def _paint_trace(self, page: Screenful, row: int, ratio: float) -> None:
        trace = page.traces[row]
        n_columns = self._pixels.shape[1]
        spans = column_spans(page.pages[row], page.scale(row, ratio), n_columns)
        if ratio >= 1.5:
            spans = thickened(spans, round(ratio))
        centre, reach = page.grid.centre_px(row), _REACH_ROWS * page.grid.height_px
        band = Band(
            round(max(centre - reach, page.grid.top_px) * ratio),
            round(min(centre + reach, page.grid.bottom_px) * ratio),
        )
        strong = QColor(trace.colour or trace_colour(self._theme, trace.channel.kind))
        pale = _mixed(strong, QColor(self._theme.context), 0.5)
        start, stop = self._page_columns(page.axis, ratio)
        colours = ((start, pale.rgb()), (stop, strong.rgb()), (n_columns, pale.rgb()))
        above, below = draw_spans(self._pixels, spans, band=band, colours=colours)
        # Show where a trace goes on beyond what is drawn of it.
        mark = QColor(self._theme.error).rgb()
        self._pixels[band.top : band.top + 2, above] = mark
        self._pixels[band.bottom - 2 : band.bottom, below] = mark

    def _page_columns(self, axis: TimeAxis, ratio: float) -> tuple[int, int]:
        """The columns at which the page itself starts and stops."""
        n_columns = self._pixels.shape[1]
        start, stop = (
            min(max(round(axis.x_px(time_s) * ratio), 0), n_columns)
            for time_s in (axis.page_start_s, axis.page_stop_s)
        )
        return start, stop

    def _fill_ground(self, page: Screenful, ratio: float) -> None:
        """Fill background, context and grid: all rows of pixels are the same."""
        theme, axis = self._theme, page.axis
        ground = np.full(self._pixels.shape[1], QColor(theme.context).rgb(), np.uint32)
        start, stop = self._page_columns(axis, ratio)
        ground[start:stop] = QColor(theme.background).rgb()
        epoch = _mixed(QColor(theme.faint_text), QColor(theme.background), 0.4)
        for step_s, colour in (
            (1, QColor(theme.grid_second)),
            (5, QColor(theme.grid_five_seconds)),
            (round(EPOCH_S), epoch),
        ):
            if step_s * axis.px_per_s >= _SMALLEST_GRID_PX:
                first, last = np.ceil(axis.start_s / step_s), np.floor(axis.stop_s / step_s)
                times_s = np.arange(first, last + 1) * step_s
                columns = np.rint((times_s - axis.start_s) * axis.px_per_s * ratio).astype(int)
                # As wide as the traces' pen: a single pixel is lost on a fine screen.
                columns = (columns[:, None] + np.arange(max(round(ratio), 1))).ravel()
                ground[columns[(columns >= 0) & (columns < ground.size)]] = colour.rgb()
        self._pixels[:] = ground
        if page.explanation is not None:
            self._tint(page, page.explanation, ground, ratio)

    def _tint(self, page: Screenful, found: Explanation, ground: Pixels, ratio: float) -> None:
        """Tint the rows where the network saw the stage; a line of ground keeps rows apart."""
        strongest = QColor(self._theme.activation).rgb()
        for row, values in enumerate(found.behind([one.channel for one in page.traces])):
            if values is not None:
                top, bottom = (round(page.grid.row_top_px(edge) * ratio) for edge in (row, row + 1))
                line = tinted(ground, values, epoch=found.epoch, axis=page.axis, colour=strongest)
                self._pixels[top : bottom - max(round(ratio), 1)] = line

    def _paint_ground(self, painter: QPainter, page: Screenful) -> None:
        self._paint_event_grounds(painter, page)
        self._paint_gaps(painter, page)
        self._paint_amplitude_lines(painter, page)

    def _paint_event_grounds(self, painter: QPainter, page: Screenful) -> None:
        for span in page.spans:
            if span.row is not None:
                colour = self._theme.event_colour(span.event.text)
                painter.fillRect(span.rect, _faded(colour, 46 if span.is_own else 28))

    def _paint_gaps(self, painter: QPainter, page: Screenful) -> None:
        for gap in page.gaps:
            left = max(page.axis.x_px(gap.start_s), 0.0)
            right = min(page.axis.x_px(gap.stop_s), page.axis.width_px)
            rect = QRectF(left, page.grid.top_px, right - left, page.grid.all_px)
            painter.fillRect(rect, QColor(self._theme.context))
            hatch = QBrush(QColor(self._theme.grid_five_seconds), Qt.BrushStyle.BDiagPattern)
            painter.fillRect(rect, hatch)
            if gap.start_s == gap.stop_s:  # an interruption of unknown length
                painter.setPen(_thin(self._theme.text))
                painter.drawLine(QLineF(left, rect.top(), left, rect.bottom()))

    def _paint_amplitude_lines(self, painter: QPainter, page: Screenful) -> None:
        pen = _thin(self._theme.amplitude_line)
        pen.setDashPattern([6, 6])
        painter.setPen(pen)
        for row, trace in enumerate(page.traces):
            if not trace.amplitude_lines or trace.channel.unit != "uV":
                continue
            for y in page.scale(row).y_px(np.array([AMPLITUDE_UV, -AMPLITUDE_UV], np.float32)):
                painter.drawLine(QLineF(0, float(y), page.axis.width_px, float(y)))

    def _paint_labels(self, painter: QPainter, page: Screenful) -> None:
        for x in (page.axis.x_px(page.axis.page_start_s), page.axis.x_px(page.axis.page_stop_s)):
            painter.setPen(_thin(self._theme.faint_text))
            painter.drawLine(_upright(x, page.grid))
        for time_s, name in page.lights:
            self._paint_lights(painter, page, (time_s, name))
        for span in page.spans:
            self._paint_event(painter, span, page)
        self._paint_event_labels(painter, page)
        self._paint_gap_labels(painter, page)
        self._paint_clock(painter, page)

    def _paint_lights(self, painter: QPainter, page: Screenful, mark: tuple[float, str]) -> None:
        x = page.axis.x_px(mark[0])
        pen = _thin(self._theme.lights)
        painter.setPen(pen)
        painter.drawLine(_upright(x, page.grid))
        painter.drawLine(_upright(x + 1, page.grid))
        place = QRectF(x + 4, page.grid.bottom_px - 18, 120, 16)
        self._paint_chip(painter, place, mark[1], self._theme.lights)

    def _paint_event(self, painter: QPainter, span: EventSpan, page: Screenful) -> None:
        """Draw an event's outline."""
        colour, rect = self._theme.event_colour(span.event.text), span.rect
        pen = _thin(colour)
        if not span.is_own:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        if span.row is None:
            for x in {rect.left(), rect.right() if span.event.duration_s else rect.left()}:
                painter.drawLine(QPointF(x, page.grid.top_px), QPointF(x, page.grid.bottom_px))
            painter.fillRect(rect, _faded(colour, 90))
        else:
            painter.drawLine(rect.topLeft(), rect.bottomLeft())
            if span.event.duration_s:
                painter.drawLine(rect.topRight(), rect.bottomRight())

    def _paint_event_labels(self, painter: QPainter, page: Screenful) -> None:
        metrics = QFontMetricsF(painter.font())
        labels = event_labels(
            page.spans,
            page.grid,
            width_px=page.axis.width_px,
            text_width=metrics.horizontalAdvance,
            text_px=min(metrics.height(), LANE_PX - 2),
        )
        for label in labels:
            colour = self._theme.event_colour(label.event.text)
            if label.text:
                self._paint_chip(painter, label.rect, label.text, colour)
            else:
                painter.fillRect(label.rect, QColor(colour))

    def _paint_chip(self, painter: QPainter, place: QRectF, text: str, colour: str) -> None:
        """Write words on a ground that keeps traces from running through them."""
        chip = QRectF(place)
        chip.setWidth(QFontMetricsF(painter.font()).horizontalAdvance(text) + 6)
        painter.fillRect(chip, _faded(self._theme.background, 150))
        painter.setPen(QColor(colour))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_gap_labels(self, painter: QPainter, page: Screenful) -> None:
        for gap in page.gaps:
            left = max(page.axis.x_px(gap.start_s), 0.0)
            right = min(page.axis.x_px(gap.stop_s), page.axis.width_px)
            text = "outside the recording"
            if gap.start_s == gap.stop_s:
                text = "interrupted here, nobody knows how long"
                left, right = left + 4, page.axis.width_px
            elif np.isfinite(gap.stop_s - gap.start_s):
                text = f"no data, {duration_text(gap.stop_s - gap.start_s)}"
            width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 12
            if right - left >= width:
                middle = left if gap.start_s == gap.stop_s else (left + right - width) / 2
                place = QRectF(middle, page.grid.top_px + page.grid.all_px / 2 - 8, width, 16)
                self._paint_chip(painter, place, text, self._theme.faint_text)

    def _paint_clock(self, painter: QPainter, page: Screenful) -> None:
        theme, axis, top = self._theme, page.axis, page.grid.bottom_px
        painter.fillRect(QRectF(0, top, axis.width_px, AXIS_PX), QColor(theme.window))
        painter.setPen(_thin(theme.faint_text))
        painter.drawLine(QPointF(0, top), QPointF(axis.width_px, top))
        width = QFontMetricsF(painter.font()).horizontalAdvance("00:00:00") + 6
        for time_s, left in clock_labels(axis, width):
            x = axis.x_px(time_s)
            painter.setPen(_thin(theme.faint_text))
            painter.drawLine(QPointF(x, top), QPointF(x, top + 4))
            if left is not None:
                in_page = axis.page_start_s <= time_s <= axis.page_stop_s
                painter.setPen(QColor(theme.text if in_page else theme.faint_text))
                place = QRectF(left, top + 3, width, AXIS_PX - 3)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, page.clock_text(time_s))


def clock_labels(axis: TimeAxis, width_px: float) -> list[tuple[float, float | None]]:
    """The times marked below the traces, and where the label of each begins.

    None where the label, pushed inwards from the edge of the view, would run into its neighbour.
    """
    step_s = next(
        (s for s in _LABEL_STEPS_S if s * axis.px_per_s >= width_px + _LABEL_GAP_PX),
        _LABEL_STEPS_S[-1],
    )
    has_room = step_s * axis.px_per_s >= 1.5 * width_px
    labels: list[tuple[float, float | None]] = []
    for n in range(math.ceil(axis.start_s / step_s), math.floor(axis.stop_s / step_s) + 1):
        centred = axis.x_px(n * step_s) - width_px / 2
        left = min(max(centred, 0.0), axis.width_px - width_px)
        labels.append((float(n * step_s), left if has_room or left == centred else None))
    return labels


def gaps_in_view(gaps: Sequence[Gap], duration_s: float, axis: TimeAxis) -> list[Gap]:
    """The gaps that a page shows; before the first and after the last sample there is one, too."""
    ends = (Gap(-np.inf, 0.0), Gap(duration_s, np.inf))
    return [
        gap for gap in (*gaps, *ends) if gap.start_s < axis.stop_s and gap.stop_s > axis.start_s
    ]


def duration_text(duration_s: float) -> str:
    """A duration for people: ``"0.85 s"``, ``"12.5 s"``, ``"4 min 05 s"``."""
    if duration_s < 10:
        return f"{duration_s:.2f} s"
    if duration_s < 60:
        return f"{duration_s:.1f} s"
    minutes, seconds = divmod(round(duration_s), 60)
    if minutes < 60:
        return f"{minutes} min {seconds:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def epochs_in_view(axis: TimeAxis, n_epochs: int) -> range:
    """The epochs of which any part is shown."""
    first = max(int(axis.start_s // EPOCH_S), 0)
    return range(first, min(int(np.ceil(axis.stop_s / EPOCH_S)), n_epochs))


def _upright(x: float, grid: RowGrid) -> QLineF:
    return QLineF(x, grid.top_px, x, grid.bottom_px - 1)


def _thin(colour: str) -> QPen:
    return QPen(QColor(colour), 1)


def _faded(colour: str, alpha: int) -> QColor:
    faded = QColor(colour)
    faded.setAlpha(alpha)
    return faded


def _mixed(colour: QColor, other: QColor, share: float) -> QColor:
    """A colour with this share of another."""
    parts = (
        round(a * (1 - share) + b * share)
        for a, b in (
            (colour.red(), other.red()),
            (colour.green(), other.green()),
            (colour.blue(), other.blue()),
        )
    )
    return QColor(*parts)
