"""Asks for template, language and paper of the report as PDF."""

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from sleepscorer.files.exports import PAPERS, ReportLook, languages, template_files
from sleepscorer.gui.look.appearance import described

_AS_TEMPLATE = "as the template"
_PAPER_NAMES = {"a4": "A4", "letter": "Letter"}


class ReportLookBoxes(QWidget):
    """Three boxes in a row.

    Parameters
    ----------
    look
        Chosen to begin with; what there is not any more gives way to the first choice.

    Signals
    -------
    changed
        Another look is chosen.
    """

    changed = Signal()

    def __init__(self, look: ReportLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        papers = ((_PAPER_NAMES[name], name) for name in PAPERS)
        named = ((name, code) for code, name in languages().items())
        self._template = self._box(
            "Template of the report", ((name, name) for name in template_files()), look.template
        )
        self._language = self._box(
            "Language of the report", ((f"Language {_AS_TEMPLATE}", ""), *named), look.language
        )
        self._paper = self._box(
            "Paper of the report", ((f"Paper {_AS_TEMPLATE}", ""), *papers), look.paper
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for box in (self._template, self._language, self._paper):
            layout.addWidget(box)
            box.currentIndexChanged.connect(self.changed)
        layout.addStretch(1)

    @property
    def look(self) -> ReportLook:
        """What is chosen now."""
        return ReportLook(
            self._template.currentData(), self._language.currentData(), self._paper.currentData()
        )

    def _box(self, name: str, choices: Iterable[tuple[str, str]], chosen: str) -> QComboBox:
        box = QComboBox()
        described(box, name)
        for text, value in choices:
            box.addItem(text, value)
        box.setCurrentIndex(max(box.findData(chosen), 0))
        return box
