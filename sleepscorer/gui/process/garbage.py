"""Collects garbage on the window's thread alone.

Python collects wherever an object happens to be made. Where that is another thread and a window
with its children is among the garbage, Shiboken puts both off to the main thread and then deletes
the children twice: the program crashes (seen with PySide 6.10).
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_LOOK_EVERY_MS = 1000


class GarbageCollection(QObject):
    """Collects now and then, by Python's own measure of how much was made since."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        # What the imports made is never garbage, and looking through it takes a page's time.
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(_LOOK_EVERY_MS)

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()

    @Slot()
    def _collect(self) -> None:
        made = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (n, most) in enumerate(made) if n > most]
        if due:
            gc.collect(due[-1])
