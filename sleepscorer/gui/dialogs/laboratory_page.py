"""The page of the preferences with a laboratory's defaults: mains, filters and heights by kind."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.analysis.laboratory import (
    AASM,
    KIND_WORDS,
    KINDS_WITH_DEFAULTS,
    MAINS_HZ,
    KindDefaults,
    Laboratory,
)
from sleepscorer.core.errors import UsageError
from sleepscorer.gui.look.appearance import described

_COLUMNS = ("Signal", "Low edge (LFF)", "High edge (HFF)", "Notch", "Row height")
_MAINS_TIP = (
    "Taken out of the traces of every recording and preset; View, Filters of all traces,"
    " sets the same"
)
_PRECEDENCE = (
    "What you set on a trace of a night counts first; then what differs here from the AASM"
    " manual; then what a montage preset says."
)


class _Number(QDoubleSpinBox):
    """Shows no zeros behind the point, and is changed by the wheel only where it has the focus.

    Else a number that comes under the pointer while the page scrolls would change unseen.
    """

    def textFromValue(self, value: float) -> str:  # noqa: N802 - a name of Qt
        places = len(f"{value:.2f}".rstrip("0").partition(".")[2])
        return self.locale().toString(value, "f", places)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - a name of Qt
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


@dataclass(frozen=True)
class _Row:
    """The controls of one kind of signal."""

    low: QDoubleSpinBox
    high: QDoubleSpinBox
    notch: QCheckBox
    height: QDoubleSpinBox

    def show(self, kind: str, laboratory: Laboratory) -> None:
        used = laboratory.filter_of(kind)
        self.low.setValue(used.low_hz or 0.0)
        self.high.setValue(used.high_hz or 0.0)
        self.notch.setChecked(laboratory.has_notch(kind))
        self.height.setValue(laboratory.height_of(kind, "uV") or 0.0)

    def chosen(self, kind: str) -> KindDefaults:
        """What differs from the AASM manual and the program's heights."""
        usual = AASM.filter_of(kind)
        low, high, height = self.low.value(), self.high.value(), self.height.value()
        return KindDefaults(
            low_hz=None if low == (usual.low_hz or 0.0) else low,
            high_hz=None if high == (usual.high_hz or 0.0) else high,
            notch=None if self.notch.isChecked() else False,
            height_uv=None if height == (AASM.height_of(kind, "uV") or 0.0) else height,
        )


class LaboratoryPage(QWidget):
    """Asks for a laboratory's defaults.

    Parameters
    ----------
    laboratory
        Those in force.
    """

    def __init__(self, laboratory: Laboratory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mains = QComboBox()
        for mains_hz in MAINS_HZ:
            text = "not set: notch off" if mains_hz is None else f"{mains_hz:g} Hz"
            self._mains.addItem(text, mains_hz)
        described(self._mains, "Mains frequency", _MAINS_TIP)
        self._rows = {kind: _new_row(kind) for kind in KINDS_WITH_DEFAULTS}
        self._message = QLabel()
        self._message.setObjectName("refusal")
        self._message.setWordWrap(True)
        self._message.hide()
        self._lay_out()
        self._show(laboratory)

    def laboratory(self) -> Laboratory | None:
        """Return the defaults as they stand; None, and say why, where they can't be."""
        chosen = {kind: row.chosen(kind) for kind, row in self._rows.items()}
        kinds = {kind: one for kind, one in chosen.items() if one != KindDefaults()}
        try:
            return Laboratory(self._mains.currentData(), kinds)
        except UsageError as error:
            self._message.setText(f"{error.what[0].upper()}{error.what[1:]}.")
            self._message.show()
            return None

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("&Mains frequency", self._mains)
        note = QLabel(_PRECEDENCE)
        note.setObjectName("faint")
        note.setWordWrap(True)
        reset = QPushButton("&Reset to the AASM manual's")
        tip = "Filters of the AASM manual and the program's heights; the mains stay as they are"
        described(reset, "Reset to the AASM manual's", tip)
        reset.setAutoDefault(False)
        reset.clicked.connect(self._on_reset)
        below = QHBoxLayout()
        below.addWidget(reset)
        below.addStretch()
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self._table(), 1)
        layout.addWidget(self._message)
        layout.addLayout(below)
        layout.addWidget(note)

    def _table(self) -> QScrollArea:
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        for column, title in enumerate(_COLUMNS):
            label = QLabel(title)
            label.setObjectName("faint")
            grid.addWidget(label, 0, column)
        for number, (kind, row) in enumerate(self._rows.items(), start=1):
            grid.addWidget(QLabel(_kind_text(kind)), number, 0)
            for column, control in enumerate((row.low, row.high, row.notch, row.height), start=1):
                grid.addWidget(control, number, column)
        grid.setRowStretch(len(self._rows) + 1, 1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        for ground in (area.viewport(), inner):
            ground.setAutoFillBackground(False)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The controls in it have the focus, and scroll it.
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def _show(self, laboratory: Laboratory) -> None:
        self._mains.setCurrentIndex(MAINS_HZ.index(laboratory.mains_hz))
        for kind, row in self._rows.items():
            row.show(kind, laboratory)

    @Slot()
    def _on_reset(self) -> None:
        self._message.hide()
        self._show(Laboratory(self._mains.currentData()))


def _new_row(kind: str) -> _Row:
    name = _kind_text(kind)
    notch = QCheckBox()
    described(notch, f"{name}: notch", "Take the mains out, where their frequency is set")
    height = _number(f"{name}: row height", "What a row's height stands for", " µV", 1_000_000.0)
    if AASM.height_of(kind, "uV") is None:
        height.setSpecialValueText("fits the signal")
    else:
        height.setMinimum(1.0)
    return _Row(
        _edge(f"{name}: low edge"),
        _edge(f"{name}: high edge"),
        notch,
        height,
    )


def _edge(name: str) -> QDoubleSpinBox:
    edge = _number(name, "0 leaves that side open", " Hz", 1000.0)
    edge.setSpecialValueText("open")
    return edge


def _number(name: str, tip: str, suffix: str, most: float) -> QDoubleSpinBox:
    spin = _Number()
    described(spin, name, tip)
    spin.setRange(0.0, most)
    spin.setDecimals(2)
    spin.setSuffix(suffix)
    spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return spin


def _kind_text(kind: str) -> str:
    """A kind of signal as a row begins with it: "EEG", "Chin EMG"."""
    word = KIND_WORDS[kind]
    return f"{word[0].upper()}{word[1:]}"
