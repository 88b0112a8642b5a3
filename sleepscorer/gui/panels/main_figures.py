"""The figures of a night that are asked for first, large."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from sleepscorer.core.statistics import Definition
from sleepscorer.gui.look.appearance import described

_COLUMNS = 3
_CAPTIONS: Mapping[str, str] = {
    "tst_min": "TST",
    "se_pct": "SE",
    "sl_min": "Sleep latency",
    "rem_latency_min": "REM latency",
    "waso_min": "WASO",
}
"""What physicians call them, in the order in which they ask."""


class MainFigures(QWidget):
    """A tile for each figure.

    Parameters
    ----------
    definitions
        Those of the figures.
    """

    def __init__(self, definitions: Iterable[Definition], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles = {d.key: _Tile(d, _CAPTIONS.get(d.key, d.label)) for d in definitions}
        order = list(_CAPTIONS)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for place, key in enumerate(sorted(self._tiles, key=order.index)):
            layout.addWidget(self._tiles[key], *divmod(place, _COLUMNS))

    @property
    def keys(self) -> tuple[str, ...]:
        """Those of the figures."""
        return tuple(self._tiles)

    def show_figure(self, key: str, text: str, tip: str, *, why_none: str = "") -> None:
        """Show a figure with its unit, ``"84.3 %"``, and say in the tooltip what it is.

        Where there is none, ``why_none`` stands below.
        """
        self._tiles[key].show_figure(text, tip, why_none)


class _Tile(QWidget):
    def __init__(self, definition: Definition, caption: str) -> None:
        super().__init__()
        self._label = definition.label
        self._number, self._unit, below = QLabel(), QLabel(), QLabel(caption)
        self._why_none = QLabel()
        self._why_none.setObjectName("small")
        self._why_none.setWordWrap(True)
        self._number.setObjectName("figure")
        below.setObjectName("faint")
        figure = QHBoxLayout()
        figure.setSpacing(3)
        figure.addWidget(self._number, 0, Qt.AlignmentFlag.AlignBaseline)
        figure.addWidget(self._unit, 1, Qt.AlignmentFlag.AlignBaseline)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(figure)
        layout.addWidget(self._why_none)
        layout.addWidget(below)
        layout.addStretch()

    def show_figure(self, text: str, tip: str, why_none: str) -> None:
        number, _, unit = text.partition(" ")
        if (number, tip) != (self._number.text(), self.toolTip()):
            self._number.setText(number)
            self._unit.setText(unit)
            self._why_none.setText(why_none)
            self._why_none.setVisible(bool(why_none))
            described(self, f"{self._label}: {text}", tip)
