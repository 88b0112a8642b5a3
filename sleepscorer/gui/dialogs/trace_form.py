"""How a trace is drawn, as a form: filter, scale, polarity, colour."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QWidget,
)

from sleepscorer.analysis.display import DisplayTrace
from sleepscorer.gui.look.appearance import described

_NOTCHES_HZ = (None, 50.0, 60.0)


class _ScaleBox(QDoubleSpinBox):
    """Shows three digits: no screen and no eye is more exact."""

    def textFromValue(self, value: float) -> str:  # noqa: N802 - a name of Qt
        return self.locale().toString(float(f"{value:.3g}"), "f", _decimals(value))


class TraceForm(QWidget):
    """Shows one trace; each edit is told as the change it makes, for as many traces as wanted.

    Signals
    -------
    edited
        A function from DisplayTrace to DisplayTrace.
    """

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row_mm = 1.0
        self._colour: str | None = None
        self._low, self._high = _edge("Low edge (LFF)"), _edge("High edge (HFF)")
        self._notch = QComboBox()
        described(self._notch, "Notch filter", "Takes the mains frequency out; off by default")
        for notch_hz in _NOTCHES_HZ:
            self._notch.addItem(_notch_text(notch_hz), notch_hz)
        self._height = _scale("Height of the row", "What the full height of the row stands for")
        self._per_mm = _scale("Sensitivity per mm", "On the screen as calibrated in Preferences")
        self._inverted = QCheckBox("&Negative up")
        described(self._inverted, "Negative up")
        self._lines = QCheckBox("±37.5 µV &lines")
        described(self._lines, "Lines at 37.5 µV above and below, 75 µV apart")
        self._colour_button = QPushButton("As the theme")
        described(self._colour_button, "Colour")
        self._colour_button.setAutoDefault(False)
        plain = QPushButton("As the the&me")
        described(plain, "Colour as the theme")
        plain.setAutoDefault(False)
        colours = QHBoxLayout()
        colours.addWidget(self._colour_button)
        colours.addWidget(plain)
        form = QFormLayout(self)
        form.addRow("Lo&w edge (LFF)", self._low)
        form.addRow("&High edge (HFF)", self._high)
        form.addRow("No&tch", self._notch)
        form.addRow("Row h&eight", self._height)
        form.addRow("Sens&itivity", self._per_mm)
        form.addRow("", self._inverted)
        form.addRow("", self._lines)
        form.addRow("Colour", colours)
        for spin in (self._low, self._high):
            spin.valueChanged.connect(self._on_filter)
        self._notch.currentIndexChanged.connect(self._on_filter)
        self._height.valueChanged.connect(self._on_height)
        self._per_mm.valueChanged.connect(self._on_per_mm)
        self._inverted.toggled.connect(self._on_inverted)
        self._lines.toggled.connect(self._on_lines)
        self._colour_button.clicked.connect(self._on_colour)
        plain.clicked.connect(self._on_plain)

    def set_row_mm(self, row_mm: float) -> None:
        """Give sensitivities for rows that are so high on the screen."""
        self._row_mm = row_mm
        self._show_per_mm()

    def _show_per_mm(self) -> None:
        with QSignalBlocker(self._per_mm):
            self._per_mm.setValue(self._height.value() / self._row_mm)

    def show_trace(self, trace: DisplayTrace | None) -> None:
        """Fill the form in, without telling of edits; None greys it out."""
        self.setEnabled(trace is not None)
        if trace is None:
            return
        controls = (
            self._low,
            self._high,
            self._notch,
            self._height,
            self._inverted,
            self._lines,
        )
        blockers = [QSignalBlocker(control) for control in controls]
        unit = "µV" if trace.channel.unit == "uV" else trace.channel.unit
        self._low.setValue(trace.filter.low_hz or 0.0)
        self._high.setValue(trace.filter.high_hz or 0.0)
        self._show_notch(trace.filter.notch_hz)
        self._height.setSuffix(f" {unit}")
        self._per_mm.setSuffix(f" {unit}/mm")
        self._height.setValue(trace.height_uv)
        self._show_per_mm()
        self._inverted.setChecked(trace.inverted)
        self._lines.setChecked(trace.amplitude_lines)
        self._lines.setEnabled(trace.channel.unit == "uV")
        self._show_colour(trace.colour)
        del blockers

    def _show_notch(self, notch_hz: float | None) -> None:
        text = _notch_text(notch_hz)
        if self._notch.findText(text) < 0:
            # A preset may name any frequency, such as that of railways.
            self._notch.addItem(text, notch_hz)
        self._notch.setCurrentText(text)

    def _show_colour(self, colour: str | None) -> None:
        self._colour = colour
        self._colour_button.setText(colour or "Choose…")
        style = "" if colour is None else f"border-bottom: 4px solid {colour};"
        self._colour_button.setStyleSheet(style)

    @Slot()
    def _on_filter(self) -> None:
        low, high = self._low.value() or None, self._high.value() or None
        notch = self._notch.currentData()
        if low is not None and high is not None and low >= high:
            return  # half typed
        self.edited.emit(
            lambda trace: replace(
                trace, filter=replace(trace.filter, low_hz=low, high_hz=high, notch_hz=notch)
            )
        )

    @Slot(float)
    def _on_height(self, height: float) -> None:
        self._show_per_mm()
        self.edited.emit(lambda trace: replace(trace, height_uv=height))

    @Slot(float)
    def _on_per_mm(self, per_mm: float) -> None:
        height = per_mm * self._row_mm
        with QSignalBlocker(self._height):
            self._height.setValue(height)
        self.edited.emit(lambda trace: replace(trace, height_uv=height))

    @Slot(bool)
    def _on_inverted(self, inverted: bool) -> None:
        self.edited.emit(lambda trace: replace(trace, inverted=inverted))

    @Slot(bool)
    def _on_lines(self, lines: bool) -> None:
        self.edited.emit(lambda trace: replace(trace, amplitude_lines=lines))

    @Slot()
    def _on_colour(self) -> None:
        chosen = QColorDialog.getColor(QColor(self._colour or "#000000"), self, "Colour")
        if chosen.isValid():
            self._set_colour(chosen.name())

    @Slot()
    def _on_plain(self) -> None:
        self._set_colour(None)

    def _set_colour(self, colour: str | None) -> None:
        self._show_colour(colour)
        self.edited.emit(lambda trace: replace(trace, colour=colour))


def _notch_text(notch_hz: float | None) -> str:
    return "off" if notch_hz is None else f"{notch_hz:g} Hz"


def _edge(name: str) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    described(spin, name, f"{name}; 0 leaves that side open")
    spin.setRange(0.0, 1000.0)
    spin.setDecimals(2)
    spin.setSuffix(" Hz")
    spin.setSpecialValueText("open")
    spin.setKeyboardTracking(False)
    return spin


def _decimals(value: float) -> int:
    """How many decimals three digits take, at most the two of the box, without zeros at the end."""
    return len(f"{float(f'{value:.3g}'):.2f}".rstrip("0").partition(".")[2])


def _scale(name: str, tip: str) -> QDoubleSpinBox:
    spin = _ScaleBox()
    described(spin, name, tip)
    spin.setRange(0.01, 1_000_000.0)
    spin.setDecimals(2)
    spin.setKeyboardTracking(False)
    return spin
