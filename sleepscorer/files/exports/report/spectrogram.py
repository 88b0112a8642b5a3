"""The spectrogram of a report, on the time axis of its hypnogram."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable

from sleepscorer.analysis.shades import shade_limits, shaded
from sleepscorer.files.exports.night import NightSpectrogram
from sleepscorer.files.exports.report.content import FONT, GREY, Content
from sleepscorer.files.exports.report.hypnogram import AXIS_LEFT, draw_time_axis

_HEIGHT, _TICKS_HEIGHT = 23 * mm, 4.2 * mm
_TICKS_HZ = (10, 20, 30)


class SpectrogramDrawing(Flowable):  # type: ignore[misc]
    """A spectrogram over the full width, low frequencies at the bottom.

    Parameters
    ----------
    content
        Of the report.
    spectrogram
        What to draw.
    """

    def __init__(self, content: Content, spectrogram: NightSpectrogram) -> None:
        super().__init__()
        self._content, self._values = content, spectrogram.values
        self.width, self.height = content.width_pt, _HEIGHT + _TICKS_HEIGHT

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Take the full width."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw the picture, hertz at its left and clock times below."""
        canvas = self.canv
        hypnogram = self._content.night.hypnogram
        n_columns = self._values.power_db.shape[1]
        # Columns are epochs; a rest shorter than one has neither a column nor a stage.
        length = (self.width - AXIS_LEFT) * min(
            n_columns * hypnogram.epoch_s / hypnogram.duration_s, 1.0
        )
        picture = ImageReader(Image.fromarray(self._rgb()))
        canvas.drawImage(picture, AXIS_LEFT, _TICKS_HEIGHT, length, _HEIGHT)
        canvas.setFont(FONT, 6.4)
        canvas.setFillColor(GREY)
        frequencies_hz = self._values.frequencies_hz
        low_hz, high_hz = float(frequencies_hz[0]), float(frequencies_hz[-1])
        for hertz in _TICKS_HZ:
            share = (hertz - low_hz) / (high_hz - low_hz)
            if share > 1.02:
                continue
            y = _TICKS_HEIGHT + _HEIGHT * min(share, 1.0)
            canvas.drawRightString(AXIS_LEFT - 2 * mm, y - 2.3, f"{hertz}")
        hertz_text = self._content.words("spectrogram.hertz")
        canvas.drawRightString(AXIS_LEFT - 2 * mm, _TICKS_HEIGHT, hertz_text)
        draw_time_axis(self, self._content, self.width, _TICKS_HEIGHT)

    def _rgb(self) -> NDArray[np.uint8]:
        power_db = self._values.power_db[::-1]
        rgb = shaded(power_db, shade_limits(power_db))
        rgb[np.isnan(power_db)] = 255
        return rgb
