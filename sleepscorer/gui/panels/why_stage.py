"""Why the machine gave the current epoch its stage: what speaks for it, what against, and where."""

from collections.abc import Mapping, Sequence
from html import escape

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.gui.jobs.explaining import Explainer
from sleepscorer.gui.look.appearance import described
from sleepscorer.pipeline import Explanation

_Traces = Mapping[str, Sequence[str]]

_MACHINES = "machine's stage"
_NOTHING = "nothing clear"
_NOWHERE = "nowhere in particular in this epoch"


class WhyStage(QWidget):
    """A part of a panel; while it is visible the current epoch is explained.

    Parameters
    ----------
    explainer
        Whose explanation is shown.
    """

    def __init__(self, explainer: Explainer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explainer = explainer
        self._question = QLabel()
        bold = self._question.font()
        bold.setBold(True)
        self._question.setFont(bold)
        self._stage = QComboBox()
        self._stage.addItem(_MACHINES, None)
        for stage in STAGES:
            self._stage.addItem(stage.text, stage)
        described(
            self._stage,
            "Stage to explain",
            "Up and Down choose: the machine's stage, or any other to ask what speaks for it",
        )
        self._stage.currentIndexChanged.connect(self._on_stage_chosen)
        self._button = QPushButton()
        self._button.clicked.connect(self._on_pressed)
        self._status, self._lists = QLabel(), QLabel()
        for label, name in ((self._status, "Explanation"), (self._lists, "What speaks for it")):
            label.setWordWrap(True)
            described(label, name)
        self._status.setObjectName("faint")
        self._lists.setTextFormat(Qt.TextFormat.RichText)
        self._lists.setToolTip(
            "Measured on this epoch and compared with all epochs of this night. The network sees"
            " none of it: it is there to check its stage by."
        )
        row = QHBoxLayout()
        row.addWidget(self._question, 1)
        row.addWidget(self._button)
        row.addWidget(self._stage)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self._status)
        layout.addWidget(self._lists)
        explainer.changed.connect(self._show)
        self._show()

    @property
    def text(self) -> str:
        """What is said, in plain words, a line each."""
        found, traces = self._explainer.explanation, self._explainer.traces_of_maps
        said = [self._explainer.status] if found is None else _plain(found, traces)
        return "\n".join([self._question.text(), *said])

    @Slot()
    def _show(self) -> None:
        explainer, stage = self._explainer, self._explainer.stage
        self._question.setText(f"Why {stage.text}?" if stage in STAGES else "Why this stage?")
        found, status, traces = explainer.explanation, explainer.status, explainer.traces_of_maps
        self._status.setText(status)
        self._status.setVisible(bool(status))
        self._lists.setText("" if found is None else _html(found, traces))
        plain = "" if found is None else "\n".join(_plain(found, traces))
        self._lists.setAccessibleDescription(plain)
        self._lists.setVisible(found is not None)
        self._show_button(measuring=explainer.is_measuring)
        self._stage.setEnabled(explainer.has_staging)

    def _show_button(self, *, measuring: bool) -> None:
        text = "Cancel" if measuring else "Try again"
        is_wanted = measuring or self._explainer.can_start
        if self._button.hasFocus() and not is_wanted:
            # A button that hides would throw the focus to the next pane.
            self._stage.setFocus()
        self._button.setVisible(is_wanted)
        if self._button.text() != text:
            self._button.setText(text)
            tip = "Stop measuring the night" if measuring else "Measure the night to explain it"
            described(self._button, f"{text} (explanation)", tip)

    @Slot()
    def _on_pressed(self) -> None:
        if self._explainer.is_measuring:
            self._explainer.cancel()
        else:
            self._explainer.start()

    @Slot()
    def _on_stage_chosen(self) -> None:
        chosen = self._stage.currentData()
        self._explainer.choose_stage(None if chosen is None else Stage(chosen))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102
        super().showEvent(event)
        self._explainer.set_watched(True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, D102
        self._explainer.set_watched(False)
        super().hideEvent(event)


def _parts(found: Explanation, traces: _Traces) -> list[tuple[str, str, Sequence[str]]]:
    """Heading, mark and lines of each list."""
    told = {
        speaks: [each.sentence for each in found.evidence if each.speaks == speaks] or [_NOTHING]
        for speaks in (1, -1)
    }
    where = [
        f"{each.channel}{_behind(each.channel, traces[each.channel])}: {each.places}"
        for each in found.maps
    ]
    stage = found.stage.text
    if not found.is_seen:
        where = [_NOWHERE]
    return [
        (f"Speaks for {stage}", "+", told[1]),
        (f"Speaks against {stage}", "−", told[-1]),
        (f"Where the network saw {stage}", "·", where),
    ]


def _behind(channel: str, traces: Sequence[str]) -> str:
    """Say which traces show a channel, where they have other names."""
    if not traces:
        return ", not shown"
    return "" if channel in traces else f", behind {' and '.join(traces)}"


def _plain(found: Explanation, traces: _Traces) -> list[str]:
    return [
        line
        for heading, mark, lines in _parts(found, traces)
        for line in (f"{heading}:", *(f"{mark} {one}" for one in lines))
    ]


def _html(found: Explanation, traces: _Traces) -> str:
    """Marks in a column of their own, so that a broken line goes on beside them."""
    rows = [
        row
        for heading, mark, lines in _parts(found, traces)
        for row in (
            f'<tr><td colspan="2" style="padding-top: 3px"><b>{escape(heading)}</b></td></tr>',
            *(f'<tr><td width="14">{mark}</td><td>{escape(one)}</td></tr>' for one in lines),
        )
    ]
    return f'<table cellspacing="0" cellpadding="0">{"".join(rows)}</table>'
