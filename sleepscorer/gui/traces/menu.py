"""The menu of a row of traces: sensitivity, filter, polarity, colour, order."""

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QColorDialog, QMenu, QWidget

from sleepscorer.analysis.display import DisplayFilter, DisplayMontage, DisplayTrace
from sleepscorer.analysis.filters import AASM_FILTERS, filter_text
from sleepscorer.gui.look.mnemonics import give_mnemonics
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.gui.traces.changes import (
    all_visible,
    like,
    moved,
    trace_turned,
    with_trace,
)
from sleepscorer.gui.traces.geometry import amount_text

_HEIGHTS = (10.0, 20.0, 50.0, 100.0, 150.0, 200.0, 300.0, 500.0, 1000.0, 2000.0, 5000.0, 10000.0)
_SENSITIVITIES_UV_MM = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0)
_LOW_EDGES_HZ = (None, 0.03, 0.1, 0.3, 0.5, 1.0, 3.0, 5.0, 10.0)
_HIGH_EDGES_HZ = (None, 15.0, 20.0, 30.0, 35.0, 50.0, 70.0, 100.0)
_NOTCHES_HZ = (None, 50.0, 60.0)


class TraceMenu(QMenu):
    """Changes one row through the model's montage.

    Parameters
    ----------
    model
        Its montage is changed.
    trace
        The row.
    row_mm
        Height of the row on a calibrated screen; None where the screen is not.
    """

    def __init__(
        self,
        model: SessionModel,
        trace: DisplayTrace,
        *,
        row_mm: float | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(trace.channel.name, parent)
        self._model = model
        self._trace = trace
        self._choices: dict[QAction, DisplayMontage] = {}
        self._add_title()
        self._add_sensitivity(row_mm)
        self._add_filter()
        self._add_look()
        self._add_order()
        self.triggered.connect(self._on_triggered)
        for menu in (self, *self.findChildren(QMenu)):
            give_mnemonics(menu)

    def _add_title(self) -> None:
        channel = self._trace.channel
        self.addAction(f"{channel.name}: {channel.formula}").setEnabled(False)
        self.addSeparator()

    def _add_sensitivity(self, row_mm: float | None) -> None:
        trace = self._trace
        self._choice(self, "Larger\tShift+Up", trace_turned(trace, 1))
        self._choice(self, "Smaller\tShift+Down", trace_turned(trace, -1))
        heights = self.addMenu("Sensitivity")
        for height in _HEIGHTS:
            text = f"{amount_text(height, trace.channel.unit)} in the row's height"
            chosen = replace(trace, height_uv=height)
            self._choice(heights, text, chosen, checked=height == trace.height_uv)
        if row_mm is not None and trace.channel.unit == "uV":
            heights.addSeparator()
            now = trace.height_uv / row_mm
            for uv_mm in _SENSITIVITIES_UV_MM:
                chosen = replace(trace, height_uv=uv_mm * row_mm)
                is_now = abs(uv_mm / now - 1) < 0.01
                self._choice(heights, f"{uv_mm:g} µV/mm", chosen, checked=is_now)

    def _add_filter(self) -> None:
        trace, now = self._trace, self._trace.filter
        menu = self.addMenu("Filter")
        standard = AASM_FILTERS.get(trace.channel.kind)
        if standard is not None:
            text = f"AASM: {filter_text(standard, trace.channel.sampling_rate_hz)}"
            self._filter_choice(menu, text, standard)
        own = self._model.laboratory.filter_of(trace.channel.kind)
        if own not in (standard, DisplayFilter()):
            text = f"As in Preferences: {filter_text(own, trace.channel.sampling_rate_hz)}"
            self._filter_choice(menu, text, own)
        self._filter_choice(menu, "Unfiltered", DisplayFilter())
        menu.addSeparator()
        low, high = menu.addMenu("From"), menu.addMenu("To")
        notch = menu.addMenu("Notch")
        for edge in _edges(_LOW_EDGES_HZ, now.low_hz):
            self._filter_choice(low, _edge_text(edge), replace(now, low_hz=edge))
        for edge in _edges(_HIGH_EDGES_HZ, now.high_hz):
            self._filter_choice(high, _edge_text(edge), replace(now, high_hz=edge))
        for edge in _edges(_NOTCHES_HZ, now.notch_hz):
            self._filter_choice(notch, _edge_text(edge), replace(now, notch_hz=edge))

    def _add_look(self) -> None:
        trace = self._trace
        inverted = replace(trace, inverted=not trace.inverted)
        self._choice(self, "Negative up", inverted, checked=trace.inverted)
        if trace.channel.unit == "uV":
            lines = replace(trace, amplitude_lines=not trace.amplitude_lines)
            self._choice(self, "Lines at ±37.5 µV", lines, checked=trace.amplitude_lines)
        self._colour = self.addAction("Colour…")
        if trace.colour is not None:
            self._choice(self, "Colour of the theme", replace(trace, colour=None))
        montage = like(self._model.montage, trace)
        text = f"Scale and filter for all {trace.channel.kind.upper().replace('_', ' ')}"
        self._choices[self.addAction(text)] = montage

    def _add_order(self) -> None:
        montage, trace = self._model.montage, self._trace
        self.addSeparator()
        for text, rows in (("Move up", -1), ("Move down", 1)):
            action, chosen = self.addAction(text), moved(montage, trace, rows)
            action.setEnabled(chosen is not montage)
            self._choices[action] = chosen
        self._choice(self, "Hide", replace(trace, visible=False))
        hidden = [other for other in montage.traces if not other.visible]
        if hidden:
            menu = self.addMenu("Show")
            for other in hidden:
                shown = with_trace(montage, other, replace(other, visible=True))
                self._choices[menu.addAction(other.channel.name)] = shown
            menu.addSeparator()
            self._choices[menu.addAction("All")] = all_visible(montage)

    def _choice(
        self, menu: QMenu, text: str, chosen: DisplayTrace, *, checked: bool | None = None
    ) -> None:
        action = menu.addAction(text)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        self._choices[action] = with_trace(self._model.montage, self._trace, chosen)

    def _filter_choice(self, menu: QMenu, text: str, chosen: DisplayFilter) -> None:
        trace = replace(self._trace, filter=chosen)
        self._choice(menu, text, trace, checked=chosen == self._trace.filter)

    def _on_triggered(self, action: QAction) -> None:
        if action is self._colour:
            start = QColor(self._trace.colour or "#000000")
            colour = QColorDialog.getColor(start, self.parentWidget(), "Colour of the trace")
            if colour.isValid():
                changed = replace(self._trace, colour=colour.name())
                montage = with_trace(self._model.montage, self._trace, changed)
                self._model.set_montage(montage)
        elif action in self._choices:
            self._model.set_montage(self._choices[action])


def _edges(usual: Iterable[float | None], now: float | None) -> list[float | None]:
    """The usual edges, and the one in use if it is not one of them."""
    edges = list(usual)
    return edges if now in edges else [*edges, now]


def _edge_text(edge_hz: float | None) -> str:
    return "off" if edge_hz is None else f"{edge_hz:g} Hz"
