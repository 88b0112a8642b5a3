"""Says what the program is, which weights it has, and what it is not for."""

import platform

from PySide6 import __version__ as qt_version
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from sleepscorer import __version__
from sleepscorer.core.errors import WeightsError
from sleepscorer.core.progress import Progress
from sleepscorer.files.exports import INTENDED_USE
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.process.bug_reports import log_place
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner


class AboutDialog(QDialog):
    """Version, weights, intended use."""

    def __init__(self, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About sleepscorer")
        name = QLabel(f"sleepscorer {__version__}")
        name.setObjectName("headline")
        intended = QLabel(INTENDED_USE)
        described(intended, "Intended use")
        self._weights = QLabel("Weights: …")
        software = QLabel(
            f"Python {platform.python_version()}, Qt {qt_version}, {platform.platform()}\n"
            f"Log file: {log_place()}"
        )
        software.setObjectName("faint")
        described(self._weights, "Weights")
        described(software, "Software and log file")
        for label in (intended, self._weights, software):
            label.setWordWrap(True)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (name, intended, self._weights, software, buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(640)
        show = self._weights.setText
        reading = Latest(tasks, self)
        reading.start("Reading the weights", _weights_text, show, failed=show, quiet=True)


def _weights_text(_progress: Progress) -> str:
    from sleepscorer.staging.checkpoint import available_weights

    lines = [
        str(one)
        if isinstance(one, WeightsError)
        else f"{one.name}: {one.summary}\nSHA-256 {one.sha256}"
        for one in available_weights()
    ]
    return "Weights\n" + ("\n".join(lines) or "none are installed")
