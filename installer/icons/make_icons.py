"""Draws the program's icon in the sizes and files that Windows, macOS and Linux want.

python installer/icons/make_icons.py
"""

import os
import struct
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

_HERE = Path(__file__).parent
_DRAWING = _HERE.parent.parent / "resources" / "icons" / "sleepscorer.svg"
_ICO_SIZES_PX = (16, 24, 32, 48, 64, 256)
# Apple's names of a PNG by its size.
_ICNS_NAMES = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09"}
_PNG_SIZES_PX = (48, 128)


def _png(size_px: int) -> bytes:
    image = QImage(size_px, size_px, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(_DRAWING)).render(painter)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return content.data()


def _ico() -> bytes:
    pictures = [(size, _png(size)) for size in _ICO_SIZES_PX]
    header = struct.pack("<HHH", 0, 1, len(pictures))
    offset = len(header) + 16 * len(pictures)
    for size, png in pictures:
        # 0 stands for 256.
        header += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset)
        offset += len(png)
    return header + b"".join(png for _, png in pictures)


def _icns() -> bytes:
    parts = b""
    for size, name in _ICNS_NAMES.items():
        png = _png(size)
        parts += name + struct.pack(">I", len(png) + 8) + png
    return b"icns" + struct.pack(">I", len(parts) + 8) + parts


if __name__ == "__main__":
    application = QGuiApplication([])
    (_HERE / "sleepscorer.ico").write_bytes(_ico())
    (_HERE / "sleepscorer.icns").write_bytes(_icns())
    for pixels in _PNG_SIZES_PX:
        (_HERE / f"sleepscorer-{pixels}.png").write_bytes(_png(pixels))
