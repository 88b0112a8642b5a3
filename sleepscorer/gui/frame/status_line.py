"""The line at the bottom: what is shown, whether it is stored, what is being computed."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QSizePolicy, QStatusBar, QWidget

from sleepscorer.core.wording import one_line
from sleepscorer.gui.look.appearance import described, plain_tip, shortened
from sleepscorer.gui.process.tasks import Task, TaskRunner
from sleepscorer.gui.process.time_left import waiting_text

_PARTS = {
    "montage": "Montage: {montage.2}, {montage.3}, {montage.4} … show another",
    "scorer": "Whose scoring is shown: {scorers.next} shows another",
    "saved": "Saved state",
    "device": "Auto-scorer's device",
}
_MESSAGE_MS = 8000
LONGEST_PART_PX = 220
"""What is wider is cut at its end."""


class StatusLine(QStatusBar):
    """Labels by name, a message now and then, and the progress of long work and a way to end it.

    A message stands there for seconds, the rest for hours: what the message has no room beside
    hides until it is gone.
    """

    def __init__(self, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._tasks = tasks
        self._task: Task | None = None
        self._said = ""
        self._message = QLabel()
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        # A sentence longer than the room must not widen the window; the tooltip has the whole.
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._labels = {name: QLabel() for name in _PARTS}
        for name, label in self._labels.items():
            described(label, name.capitalize(), _PARTS[name])
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setContentsMargins(6, 0, 6, 0)
            label.setMinimumWidth(1)
            self.addWidget(label)
        self.addWidget(self._message, 1)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setMinimumWidth(1)
        self._bar = QProgressBar()
        self._bar.setMaximumWidth(160)
        self._bar.setMaximumHeight(14)
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        described(self._bar, "Progress")
        self._cancel = QPushButton("Cancel")
        tip = "Cancel the work in progress (auto-scoring: {score.cancel})"
        described(self._cancel, "Cancel", tip)
        # A click leaves the keys where they were: the button goes with the work.
        self._cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._cancel.clicked.connect(self._on_cancel)
        for widget in (self._text, self._bar, self._cancel):
            self.addPermanentWidget(widget)
        # The bar tells by itself how far the work is, and a scorer looks for "saved" last of all.
        self._gives_way = (
            self._labels["device"],
            self._labels["montage"],
            self._text,
            self._labels["scorer"],
            self._labels["saved"],
        )
        self._show_task(None)
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.timeout.connect(self.hush)
        tasks.started.connect(self._on_started)
        tasks.ended.connect(self._on_ended)

    @property
    def message(self) -> str:
        """What is said at the moment."""
        return self._said

    def text_of(self, part: str) -> str:
        """What a part says: montage, scorer, saved, device."""
        return self._labels[part].text()

    def set_part(self, part: str, text: str, tip: str = "") -> None:
        """Let a part say something."""
        label = self._labels[part]
        elide, end = label.fontMetrics().elidedText, Qt.TextElideMode.ElideRight
        label.setText(elide(text, end, LONGEST_PART_PX))
        if tip:
            label.setToolTip(plain_tip(tip))
        self._share_room()

    @Slot(str)
    def show_device(self, device: str) -> None:
        """Say on what the auto-scorer runs."""
        self.set_part("device", f"Auto-scorer: {device}", "What it runs on")

    @Slot(str)
    def say(self, sentence: str) -> None:
        """Say something for some seconds."""
        self._show_message(sentence, "")

    @Slot(str)
    def refuse(self, sentence: str) -> None:
        """Say for some seconds, so that it is seen, why something was not done."""
        self._show_message(sentence, "refusal")

    @Slot()
    def hush(self) -> None:
        """Take back what was said: something else is being done."""
        self._show_message("", "")

    def _show_message(self, sentence: str, style: str) -> None:
        self._message.setObjectName(style)
        self._message.style().polish(self._message)
        self._said = shortened(one_line(sentence))
        self._message.setToolTip(plain_tip(sentence))
        self._message.setAccessibleName(self._said)
        self._share_room()
        self._forget.start(_MESSAGE_MS)

    def _show_task(self, task: Task | None) -> None:
        self._task = task
        for widget in (self._bar, self._cancel):
            widget.setVisible(task is not None)
        self._bar.setValue(0)
        self._show_progress("" if task is None else task.title)

    def _show_progress(self, text: str) -> None:
        self._text.setText(text)
        self._bar.setToolTip(text)
        self._share_room()

    def _share_room(self) -> None:
        """Hide what the message has no room beside, one after the other; cut it where all are."""
        for label in self._gives_way:
            label.setVisible(bool(label.text()))
        if not self._said:
            self._message.setText("")
            return
        metrics = self._message.fontMetrics()
        needed_px = metrics.horizontalAdvance(self._said) + 2
        for label in self._gives_way:
            if self._message_px() >= needed_px:
                break
            label.hide()
        cut = metrics.elidedText(self._said, Qt.TextElideMode.ElideRight, self._message_px())
        self._message.setText(cut)

    def _message_px(self) -> int:
        """The room of the message beside what is visible now."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
        return self._message.width()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - a name of Qt
        """Share the room anew."""
        super().resizeEvent(event)
        self._share_room()

    @Slot(object)
    def _on_started(self, task: Task) -> None:
        task.progressed.connect(self._on_progressed)
        if not task.is_quiet:
            self._show_task(task)

    @Slot(object)
    def _on_ended(self, task: Task) -> None:
        if task is self._task:
            rest = [one for one in self._tasks.running if not one.is_quiet]
            self._show_task(rest[-1] if rest else None)

    @Slot(float, str)
    def _on_progressed(self, fraction: float, _text: str) -> None:
        task = self.sender()
        if not isinstance(task, Task) or task is not self._task:
            return
        self._bar.setValue(round(1000 * fraction))
        left_s = task.time_left_s
        left = "" if left_s is None else f", {waiting_text(left_s)} left"
        self._show_progress(f"{task.title} {100 * fraction:.0f} %{left}")

    @Slot()
    def _on_cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
