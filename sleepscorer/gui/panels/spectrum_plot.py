"""The spectrum of an epoch, drawn with its bands."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from sleepscorer.analysis.spectra import BANDS_HZ, Spectrum
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.theme import Theme

# Fixed, so that one epoch can be compared with the next: slow waves reach 35 dB, beta -35 dB.
# Only what would lie below, such as a channel that was not connected, shifts the scale.
_LOWEST_DB, _HIGHEST_DB, _STEP_DB = -40.0, 40.0, 20.0
_EDGE_DB = 3.0
_LOWEST_PX = 130
_HIGHEST_HZ, _STEP_HZ = 30.0, 5.0
_LETTERS = {"delta": "δ", "theta": "θ", "alpha": "α", "sigma": "σ", "beta": "β"}


class SpectrumPlot(pg.PlotWidget):  # type: ignore[misc] # pyqtgraph has no types
    """Power density from 0 to 30 Hz, decibels of 1 µV² a hertz.

    Parameters
    ----------
    theme
        The colours.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(_LOWEST_PX)
        described(self, "Spectrum of the epoch")
        self.setMouseEnabled(x=False, y=False)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setXRange(0, _HIGHEST_HZ, padding=0)
        self._show_from(_LOWEST_DB)
        self.showGrid(y=True, alpha=0.3)
        bottom, left = self.getAxis("bottom"), self.getAxis("left")
        bottom.setTicks([[(f, f"{f:.0f}") for f in np.arange(0, _HIGHEST_HZ, _STEP_HZ)]])
        bottom.setLabel("Frequency, Hz")
        for axis in (bottom, left):
            axis.enableAutoSIPrefix(False)
        self._bands = [
            pg.LinearRegionItem(edges, movable=False) for edges in list(BANDS_HZ.values())[::2]
        ]
        self._letters = [pg.TextItem(_LETTERS[name], anchor=(0.5, 0.0)) for name in BANDS_HZ]
        self._nothing = pg.TextItem("no spectrum", anchor=(0.5, 0.5))
        for item in (*self._bands, *self._letters, self._nothing):
            self.addItem(item)
        for letter, (low_hz, high_hz) in zip(self._letters, BANDS_HZ.values(), strict=True):
            letter.setPos((low_hz + high_hz) / 2, _HIGHEST_DB + _EDGE_DB)
        self._nothing.setPos(_HIGHEST_HZ / 2, (_LOWEST_DB + _HIGHEST_DB) / 2)
        self._curve = self.plot(antialias=True)
        self.set_theme(theme)
        self.show_spectrum(None)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As low as it can be read: what stands below it counts for more."""
        return QSize(300, _LOWEST_PX)

    def _show_from(self, lowest_db: float) -> None:
        # The figures at both ends stand beside their lines, and need half a line more.
        self.setYRange(lowest_db - _EDGE_DB, _HIGHEST_DB + _EDGE_DB, padding=0)
        levels = np.arange(lowest_db, _HIGHEST_DB + 1, _STEP_DB)
        self.getAxis("left").setTicks([[(level, f"{level:.0f}") for level in levels]])

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.setBackground(theme.background)
        for name in ("bottom", "left"):
            self.getAxis(name).setPen(theme.grid_five_seconds)
            self.getAxis(name).setTextPen(theme.text)
        for band in self._bands:
            band.setBrush(theme.context)
            for line in band.lines:
                line.setPen(theme.context)
            band.setZValue(-10)
        for text in (*self._letters, self._nothing):
            text.setColor(theme.faint_text)
        self._curve.setPen(theme.trace, width=1.4)

    def show_spectrum(self, spectrum: Spectrum | None, unit: str = "µV") -> None:
        """Draw another spectrum, or none, of a signal in this unit."""
        self.getAxis("left").setLabel(f"dB of 1 {unit}²/Hz")
        if spectrum is None or not np.isfinite(spectrum.density).all():
            self._curve.setData([], [])
            self._nothing.setVisible(True)
            return
        # The mean was taken off each window: what is left at 0 Hz says nothing.
        shown = (spectrum.frequencies_hz > 0) & (spectrum.frequencies_hz <= _HIGHEST_HZ)
        level_db = 10 * np.log10(np.maximum(spectrum.density[shown], 1e-9))
        self._show_from(min(np.floor(level_db.min() / _STEP_DB) * _STEP_DB, _LOWEST_DB))
        self._curve.setData(spectrum.frequencies_hz[shown], level_db)
        self._nothing.setVisible(False)
