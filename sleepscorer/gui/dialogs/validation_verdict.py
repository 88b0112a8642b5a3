"""After a validation: the verdict, the candidates, and what one may do with it."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sleepscorer.core.wording import percent
from sleepscorer.gui.dialogs.read_only_table import ReadOnlyTable
from sleepscorer.gui.dialogs.site_row import SiteRow
from sleepscorer.gui.jobs.validating import Validated, Workstation
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.look.reading_box import ReadingBox
from sleepscorer.validation.found import CandidateFigures, Estimate, Validation
from sleepscorer.validation.report.words import (
    DASH,
    REVIEWED,
    counted_sentence,
    errors_found,
    figures_of,
    interval,
    number,
    power_sentences,
    review_sentence,
    temperature_sentence,
)

_SHARE = 0.2
_HEADS = (
    "Candidate",
    "Nights",
    "Kappa (95 %)",
    "Difference (95 %)",
    "Accuracy",
    "Macro-F1",
    f"Review {100 * _SHARE:.0f} %",
)
_NO_VERDICT = "There is no verdict: nobody staged any of the nights that count."


class VerdictPage(QWidget):
    """Whom the site should trust, and why.

    Signals
    -------
    use_asked
        This workstation is to use the verdict's choice.
    forget_asked
        It is to use none.
    folder_chosen
        The Path of a folder that the report is to be written to.
    open_asked
        The Path of the report, to be read.
    """

    use_asked = Signal()
    forget_asked = Signal()
    folder_chosen = Signal(object)
    open_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page: Path | None = None
        self._headline = QLabel()
        self._headline.setWordWrap(True)
        self._headline.setTextFormat(Qt.TextFormat.PlainText)
        font = self._headline.font()
        font.setBold(True)
        self._headline.setFont(font)
        self._review = QLabel()
        self._review.setWordWrap(True)
        self._why = ReadingBox("Why", "What was compared, what was found, and what else to know")
        self._table = ReadOnlyTable("Candidates", _HEADS, wide=0)
        self._open = QPushButton("&Open the report")
        self._elsewhere = QPushButton("Save the report &in…")
        self._use = QPushButton("&Use for this workstation")
        tip = "The page that tells all of it, to read or print; a workbook lies beside it"
        described(self._open, "Open the report", tip)
        described(self._elsewhere, "Save the report in another folder")
        described(
            self._use,
            "Use for this workstation",
            "Auto-score then goes by the verdict, and by how sure it was right on these nights",
        )
        buttons = QHBoxLayout()
        for button in (self._open, self._elsewhere, self._use):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch()
        self._site = SiteRow()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._headline)
        layout.addWidget(self._review)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._why)
        layout.addLayout(buttons)
        layout.addWidget(self._site)
        self._open.clicked.connect(self._on_open)
        self._elsewhere.clicked.connect(self._on_elsewhere)
        self._use.clicked.connect(self.use_asked)
        self._site.forget_asked.connect(self.forget_asked)

    @property
    def headline(self) -> str:
        """The verdict in one sentence."""
        return self._headline.text()

    def show_workstation(self, found: Workstation) -> None:
        """Say whom this workstation uses now."""
        self._site.show_choice(found.site)

    def show_validated(self, validated: Validated) -> None:
        """Show the verdict and what it stands on."""
        validation, verdict = validated.validation, validated.validation.verdict
        self._page = validated.report
        self._headline.setText(_NO_VERDICT if verdict is None else verdict.sentences[0])
        chosen = None if verdict is None else figures_of(validation, verdict.choice)
        said = () if chosen is None else (review_sentence(chosen, share) for share in REVIEWED)
        self._review.setText("\n".join(said))
        self._table.show_rows([_row(one, is_chosen=one is chosen) for one in validation.figures])
        if chosen is not None:
            # What is marked is read as the choice.
            self._table.setCurrentCell(validation.figures.index(chosen), 0)
        self._why.setPlainText("\n".join(_reasons(validation)))
        self._open.setEnabled(self._page is not None)
        self._use.setEnabled(verdict is not None)
        self._table.setFocus()

    @Slot()
    def _on_open(self) -> None:
        if self._page is not None:
            self.open_asked.emit(self._page)

    @Slot()
    def _on_elsewhere(self) -> None:
        before = str(self._page.parent if self._page else Path.home())
        name = QFileDialog.getExistingDirectory(self, "Folder for the report", before)
        if name:
            self.folder_chosen.emit(Path(name))


def _row(one: CandidateFigures, *, is_chosen: bool) -> tuple[str, ...]:
    found = errors_found(one, _SHARE)
    return (
        f"{one.candidate.name} (chosen)" if is_chosen else one.candidate.name,
        str(one.n_nights),
        _with_interval(one.kappa),
        DASH if one.difference is None else _with_interval(one.difference, signed=True),
        number(one.accuracy.value),
        number(one.macro_f1.value),
        DASH if found is None else f"finds {percent(found)}",
    )


def _with_interval(estimate: Estimate, *, signed: bool = False) -> str:
    value = number(estimate.value, signed=signed)
    return value if estimate.value is None else f"{value} ({interval(estimate, signed=signed)})"


def _reasons(validation: Validation) -> list[str]:
    verdict, calibration = validation.verdict, validation.calibration
    return [
        *(() if verdict is None else verdict.sentences[1:]),
        *power_sentences(validation),
        *(() if calibration is None else (temperature_sentence(calibration),)),
        counted_sentence(validation),
        *validation.notes,
        f"The rule was: {validation.rule}",
    ]
