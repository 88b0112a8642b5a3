"""The strips of the overview, drawn: what each shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF

from sleepscorer.core.edits import ScoringState
from sleepscorer.core.event_kinds import family_of_text
from sleepscorer.core.events import Event
from sleepscorer.core.recording import Gap
from sleepscorer.core.runs import runs_of
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.gui.look.theme import HYPNOGRAM_ORDER, Theme, ink_on
from sleepscorer.gui.overview.axis import NightAxis
from sleepscorer.gui.overview.strip_places import stage_y

_FILE_EVENT_ALPHA = 150
_BAD_SIGNAL_ALPHA = 120
MARK_PX = 3.0
_GUTTER_SPACE_PX = 6.0
_CHIP_PX = 24.0
# How much of its row a line of the hypnogram takes, and at least: by a person, by the machine.
_LINE_SHARE, _LEAST_LINE_PX = {True: 0.26, False: 0.12}, {True: 5.0, False: 2.0}
_BAR_SHARE, _LEAST_BAR_PX = {True: 0.42, False: 0.30}, {True: 6.0, False: 4.0}
_LEAST_RUN_PX = {True: 3.0, False: 1.0}


@dataclass(frozen=True, eq=False)
class StripPainter:
    """Draws on one axis in one theme.

    Parameters
    ----------
    painter
        Active, without antialiasing.
    axis
        Where moments lie.
    theme
        The colours.
    """

    painter: QPainter
    axis: NightAxis
    theme: Theme

    def frame(self, rect: QRectF, gaps: Iterable[Gap] = ()) -> None:
        """Draw the ground of a strip, hatched where nothing was recorded."""
        self.painter.fillRect(rect, QColor(self.theme.background))
        hatching = QBrush(QColor(self.theme.grid_five_seconds), Qt.BrushStyle.BDiagPattern)
        for gap in gaps:
            inside = self._stretch(rect, gap.start_s, gap.stop_s)
            self.painter.fillRect(inside, QColor(self.theme.context))
            self.painter.fillRect(inside, hatching)

    def outline(self, rect: QRectF) -> None:
        """Draw the edge of a strip."""
        self.painter.setPen(QPen(QColor(self.theme.grid_five_seconds), 1))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5))

    def label(self, rect: QRectF, text: str, *, faint: bool = True) -> None:
        """Write into the gutter, right-aligned beside a rectangle."""
        colour = self.theme.faint_text if faint else self.theme.text
        room = QRectF(0, rect.top(), rect.left() - _GUTTER_SPACE_PX, rect.height())
        shown = self.painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(room.width()) - 2
        )
        self.painter.setPen(QColor(colour))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self.painter.drawText(room, right, shown)

    def image(self, rect: QRectF, image: QImage) -> None:
        """Stretch an image over a strip."""
        self.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        self.painter.drawImage(rect, image)
        self.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)

    def stage_legend(self, rect: QRectF, stages: Sequence[Stage]) -> None:
        """Draw the letters of the stages on their colours in the gutter, from the top."""
        height = min(rect.height(), self._line_px() + 1.0)
        right, top = rect.left() - _GUTTER_SPACE_PX, rect.center().y() - height / 2
        for stage in reversed(stages):
            width = self.painter.fontMetrics().horizontalAdvance(stage.text) + 5.0
            self._chip(QRectF(right - width, top, width, height), stage)
            right -= width + 1

    def hypnogram_rows(self, rect: QRectF) -> None:
        """Draw a faint line for each stage, and in the gutter its letters on its colour."""
        self.painter.setPen(QPen(QColor(self.theme.grid_second), 1))
        for stage in HYPNOGRAM_ORDER:
            y = round(stage_y(rect, stage)) + 0.5
            self.painter.drawLine(QLineF(rect.left(), y, rect.right(), y))
        height = min(rect.height() / len(HYPNOGRAM_ORDER), self._line_px() + 1.0)
        left = rect.left() - _GUTTER_SPACE_PX - _CHIP_PX
        for stage in HYPNOGRAM_ORDER:
            chip = QRectF(left, stage_y(rect, stage) - height / 2, _CHIP_PX, height - 1)
            self._chip(chip, stage)

    def outside_lights(self, rect: QRectF, off_s: float | None, on_s: float | None) -> None:
        """Darken what lies before lights off and after lights on."""
        shade = QColor(self.theme.context)
        if off_s is not None:
            self.painter.fillRect(self._stretch(rect, 0.0, off_s), shade)
        if on_s is not None:
            self.painter.fillRect(self._stretch(rect, on_s, self.axis.duration_s), shade)

    def machine_hypnogram(self, rect: QRectF, stages: NDArray[np.int8]) -> None:
        """Draw the machine's answer, thin; NREM as a veil over the rows of N1, N2 and N3.

        Parameters
        ----------
        rect
            The strip.
        stages
            (n_epochs,) of :class:`Stage`.
        """
        veil = QColor(self.theme.machine)
        veil.setAlpha(60)
        row_px = rect.height() / len(HYPNOGRAM_ORDER)
        top = stage_y(rect, Stage.N1) - row_px / 2
        lines = []
        for x0, x1, stage, _ in self._runs(stages, stages >= 0):
            if stage == Stage.NREM:
                self.painter.fillRect(QRectF(x0, top, x1 - x0, 3 * row_px), veil)
            else:
                lines.append(QLineF(x0, stage_y(rect, stage), x1, stage_y(rect, stage)))
        self.painter.setPen(QPen(QColor(self.theme.machine), 1))
        self.painter.drawLines([*lines, *self._steps(rect, stages)])

    def second_hypnogram(
        self, rect: QRectF, stages: NDArray[np.int8], differs: NDArray[np.bool_]
    ) -> None:
        """Draw another stager's answer, thin; thick and dark where it differs from the machine.

        Parameters
        ----------
        rect
            The strip.
        stages, differs
            (n_epochs,) each: of :class:`Stage`, and whether the machine says otherwise.
        """
        theme, painter = self.theme, self.painter
        painter.setPen(QPen(QColor(theme.machine), 1))
        painter.drawLines(self._steps(rect, stages))
        for x0, x1, stage, is_other in self._runs(stages, differs):
            thick = 3.0 if is_other else 1.0
            y = stage_y(rect, stage) - thick / 2
            colour = QColor(theme.person if is_other else theme.machine)
            painter.fillRect(QRectF(x0, y, max(x1 - x0, 1.0), thick), colour)

    def stage_band(self, rect: QRectF, stages: NDArray[np.int8]) -> None:
        """Draw stages as a band of their colours.

        Parameters
        ----------
        rect
            The strip.
        stages
            (n_epochs,) of :class:`Stage`.
        """
        for x0, x1, stage, _ in self._runs(stages, stages >= 0):
            colour = QColor(self.theme.stage_colour(Stage(stage)))
            self.painter.fillRect(QRectF(x0, rect.top(), x1 - x0, rect.height()), colour)

    def epoch_marks(self, rect: QRectF, epochs: NDArray[np.bool_]) -> None:
        """Mark epochs by small ticks at the upper edge of a strip.

        Parameters
        ----------
        rect
            The strip.
        epochs
            (n_epochs,) whether each is marked.
        """
        colour = QColor(self.theme.accent)
        for x0, x1, _, _ in self._runs(np.where(epochs, 0, -1).astype(np.int8), epochs):
            self.painter.fillRect(QRectF(x0, rect.top(), max(x1 - x0, 1.0), MARK_PX), colour)

    def hypnogram(self, rect: QRectF, state: ScoringState, *, is_coloured: bool) -> None:
        """Draw the scoring: what a person scored thicker and last, R as a bar.

        Parameters
        ----------
        rect
            The strip.
        state
            Its stages, and which of them a person scored. An epoch that a person scored by itself
            is three pixels wide at least: that of a night is narrower than a pixel.
        is_coloured
            Give every stage its colour, or only R, and what a person scored a darker one.
        """
        theme, row_px = self.theme, rect.height() / len(HYPNOGRAM_ORDER)
        self.painter.setPen(QPen(QColor(theme.faint_text), 1))
        self.painter.drawLines(self._steps(rect, state.stages))
        runs = self._runs(state.stages, state.by_person)
        for x0, x1, stage, by_person in sorted(runs, key=lambda run: run[3]):
            plain = theme.person if by_person else theme.faint_text
            is_bar = stage == Stage.R
            colour = theme.stage_colour(Stage(stage)) if is_coloured or is_bar else plain
            share, least_px = (
                (_BAR_SHARE, _LEAST_BAR_PX) if is_bar else (_LINE_SHARE, _LEAST_LINE_PX)
            )
            thick = max(round(share[by_person] * row_px), least_px[by_person])
            wide = max(x1 - x0, _LEAST_RUN_PX[by_person])
            left = (x0 + x1 - wide) / 2
            line = QRectF(left, round(stage_y(rect, stage) - thick / 2), wide, thick)
            self.painter.fillRect(line.intersected(rect), QColor(colour))

    def confidence(
        self, rect: QRectF, confidence: NDArray[np.float32], is_bad: NDArray[np.bool_]
    ) -> None:
        """Draw the machine's confidence over the epochs with a bad signal.

        Parameters
        ----------
        rect
            The strip.
        confidence, is_bad
            (n_epochs,) each: from 0 to 1 or NaN for none, and whether the signal is bad.
        """
        values = np.asarray(confidence, dtype=np.float64)
        first, stop = self._shown(values.size)
        ochre = QColor(self.theme.amplitude_line)
        ochre.setAlpha(_BAD_SIGNAL_ALPHA)
        for start, end in runs_of(is_bad).tolist():
            x0, x1 = self.axis.x_of(start * EPOCH_S), self.axis.x_of(end * EPOCH_S)
            if x1 > rect.left() and x0 < rect.right():
                bad = QRectF(x0, rect.top(), max(x1 - x0, 1.5), rect.height())
                self.painter.fillRect(bad.intersected(rect), ochre)
        self.painter.setPen(QPen(QColor(self.theme.faint_text), 1))
        points: list[QPointF] = []
        for epoch in range(first, stop):
            if np.isnan(values[epoch]):
                self.painter.drawPolyline(QPolygonF(points))
                points = []
                continue
            y = rect.bottom() - values[epoch] * rect.height()
            points.append(QPointF(self.axis.x_of((epoch + 0.5) * EPOCH_S), y))
        self.painter.drawPolyline(QPolygonF(points))

    def event_ticks(self, rect: QRectF, events: Iterable[Event], *, own: bool) -> None:
        """Draw events as ticks as long as they last, those of the file lower and fainter."""
        colours = {family: QColor(colour) for family, colour in self.theme.families.items()}
        for colour in colours.values():
            colour.setAlpha(255 if own else _FILE_EVENT_ALPHA)
        top = rect.top() if own else rect.center().y() + 1
        for event in events:
            x0 = self.axis.x_of(event.onset_s)
            x1 = self.axis.x_of(event.onset_s + (event.duration_s or 0.0))
            if x1 < rect.left() or x0 > rect.right():
                continue
            tick = QRectF(x0, top, max(x1 - x0, 1.5), rect.bottom() - top)
            self.painter.fillRect(tick.intersected(rect), colours[family_of_text(event.text)])

    def clock(self, rect: QRectF, ticks: Sequence[tuple[float, str]], body: QRectF) -> None:
        """Write clock times, and draw a faint line at each through all strips."""
        for time_s, text in ticks:
            x = round(self.axis.x_of(time_s)) + 0.5
            if not rect.left() <= x <= rect.right():
                continue
            line = QColor(self.theme.faint_text)
            line.setAlpha(70)
            self.painter.setPen(QPen(line, 1))
            self.painter.drawLine(QLineF(x, body.top(), x, rect.top()))
            width = self.painter.fontMetrics().horizontalAdvance(text) + 4.0
            left = min(max(x - width / 2, rect.left()), rect.right() - width)
            self.painter.setPen(QColor(self.theme.faint_text))
            self.painter.drawText(
                QRectF(left, rect.top(), width, rect.height()), Qt.AlignmentFlag.AlignCenter, text
            )

    def cursor(self, rect: QRectF, start_s: float, stop_s: float) -> None:
        """Mark the page shown, at least three pixels wide, with an edge that any ground shows."""
        x0, x1 = self.axis.x_of(start_s), self.axis.x_of(stop_s)
        if x1 < rect.left() or x0 > rect.right():
            return
        x0, x1 = max(round(x0), rect.left()), min(max(round(x1), round(x0) + 3), rect.right())
        band = QRectF(x0, rect.top(), x1 - x0, rect.height())
        fill = QColor(self.theme.cursor)
        fill.setAlpha(40)
        self.painter.fillRect(band, fill)
        for colour, out_px in ((self.theme.background, 1.0), (self.theme.cursor, 0.0)):
            self.painter.setPen(QPen(QColor(colour), 1))
            for x in (x0 + 0.5 - out_px, x1 - 0.5 + out_px):
                self.painter.drawLine(QLineF(x, rect.top(), x, rect.bottom()))

    def lights_mark(self, rect: QRectF, time_s: float, name: str, *, is_set: bool) -> None:
        """Draw a mark with its flag; one nobody set stands faint at the end of the recording."""
        x = self.axis.x_of(time_s)
        if not rect.left() - 1 <= x <= rect.right() + 1:
            return
        colour = QColor(self.theme.lights)
        colour.setAlpha(255 if is_set else 120)
        dashes = Qt.PenStyle.DashLine if is_set else Qt.PenStyle.DotLine
        self.painter.setPen(QPen(colour, 1 + is_set, dashes))
        self.painter.drawLine(QLineF(x, rect.top(), x, rect.bottom()))
        metrics = self.painter.fontMetrics()
        width, height = metrics.horizontalAdvance(name) + 6.0, metrics.height()
        left = x if name.endswith("off") else x - width
        left = min(max(left, rect.left()), rect.right() - width)
        flag = QRectF(left, rect.top(), width, height)
        ground = QColor(self.theme.background)
        ground.setAlpha(220)
        self.painter.fillRect(flag, ground)
        self.painter.setPen(colour)
        self.painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, name)

    def painted_range(self, rect: QRectF, epochs: range, stage: Stage, text: str) -> None:
        """Preview a range as it will be painted, with its size in words."""
        x0 = self.axis.x_of(epochs.start * EPOCH_S)
        x1 = self.axis.x_of(epochs.stop * EPOCH_S)
        fill = QColor(self.theme.selection)
        fill.setAlpha(140)
        self.painter.fillRect(QRectF(x0, rect.top(), x1 - x0, rect.height()), fill)
        if stage is not Stage.UNSCORED:
            y, colour = stage_y(rect, stage), QColor(self.theme.stage_colour(stage))
            self.painter.fillRect(QRectF(x0, y - 3, x1 - x0, 6), colour)
        self.note(rect, (x0 + x1) / 2, text)

    def note(self, rect: QRectF, x: float, text: str) -> None:
        """Write a boxed line near the bottom of a strip, around ``x`` where there is room."""
        metrics = self.painter.fontMetrics()
        width, height = metrics.horizontalAdvance(text) + 12.0, metrics.height() + 2.0
        left = min(max(x - width / 2, rect.left()), rect.right() - width)
        box = QRectF(left, rect.bottom() - height, width, height)
        self.painter.fillRect(box, QColor(self.theme.panel))
        self.painter.setPen(QPen(QColor(self.theme.chosen), 1))
        self.painter.drawRect(box)
        self.painter.setPen(QColor(self.theme.text))
        self.painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _line_px(self) -> float:
        return float(self.painter.fontMetrics().height())

    def _chip(self, rect: QRectF, stage: Stage) -> None:
        """Write the letters of a stage on its colour."""
        colour = self.theme.stage_colour(stage)
        self.painter.fillRect(rect, QColor(colour))
        self.painter.setPen(QColor(ink_on(colour)))
        self.painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, stage.text)

    def _stretch(self, rect: QRectF, start_s: float, stop_s: float) -> QRectF:
        x0, x1 = self.axis.x_of(start_s), self.axis.x_of(stop_s)
        return QRectF(x0, rect.top(), x1 - x0, rect.height()).intersected(rect)

    def _shown(self, n_epochs: int) -> tuple[int, int]:
        first = max(int(self.axis.start_s // EPOCH_S), 0)
        return first, min(int(-(-self.axis.stop_s // EPOCH_S)), n_epochs)

    def _runs(
        self, stages: NDArray[np.int8], by_person: NDArray[np.bool_]
    ) -> list[tuple[float, float, int, bool]]:
        """Return (left, right, stage, by a person) of each run of scored epochs in sight."""
        first, stop = self._shown(stages.size)
        seen, person = stages[first:stop], by_person[first:stop]
        if not seen.size:
            return []
        turns = np.flatnonzero((np.diff(seen) != 0) | (np.diff(person.astype(np.int8)) != 0)) + 1
        edges = np.concatenate(([0], turns, [seen.size]))
        x = self.axis.left_px + (
            ((edges + first) * EPOCH_S - self.axis.start_s) / self.axis.span_s * self.axis.width_px
        )
        x = np.clip(x, self.axis.left_px, self.axis.right_px)
        return [
            (float(x[i]), float(x[i + 1]), int(seen[start]), bool(person[start]))
            for i, start in enumerate(edges[:-1])
            if seen[start] >= 0
        ]

    def _steps(self, rect: QRectF, stages: NDArray[np.int8]) -> list[QLineF]:
        """Return the upright lines between neighbours of different stage."""
        first, stop = self._shown(stages.size)
        seen = stages[first:stop]
        both = (seen[:-1] >= 0) & (seen[1:] >= 0) & (seen[:-1] != seen[1:])
        return [
            QLineF(
                x := self.axis.x_of((first + i + 1) * EPOCH_S),
                stage_y(rect, int(seen[i])),
                x,
                stage_y(rect, int(seen[i + 1])),
            )
            for i in np.flatnonzero(both).tolist()
            if self.axis.left_px <= self.axis.x_of((first + i + 1) * EPOCH_S) <= self.axis.right_px
        ]
