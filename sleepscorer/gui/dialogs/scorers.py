"""Asks what a new scoring of the night begins with, what one is called, and whether one is done."""

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QWidget

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.layers import LayerKind
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import of_counted
from sleepscorer.gui.dialogs.session_dialog import SessionDialog
from sleepscorer.gui.look.appearance import described, shortened
from sleepscorer.session_documents import Document

_BLIND = "B&lind: hide other scorings and the machine until it is done"
_CONSENSUS = "C&onsensus: anyone may edit it"

# Among the numbers of layers that it may begin as a copy of.
_AGREED = 0


class NewScoringDialog(SessionDialog):
    """Begins another scoring of the night, and shows it where this user may edit it."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("New scoring", "&Begin", parent)
        self._document = document
        session = document.session
        user, shown = session.author.user, session.layer
        self._say(
            "Another scoring of this night, beside those there are: with its own stages, events,"
            " lights marks, undo, report form and signatures. The others don't change."
        )
        self._name = QLineEdit(document.scorings.free_name(user))
        self._name.selectAll()
        described(self._name, "Name", "What the scoring is called in lists and reports")
        self._scorer = QLineEdit(user)
        described(self._scorer, "Scorer", "Who scores, as the preferences of that person say it")
        self._whose = QLabel()
        self._whose.setTextFormat(Qt.TextFormat.PlainText)
        self._whose.setWordWrap(True)
        self._whose.hide()
        self._begins = QComboBox()
        self._begins.addItem("empty", None)
        if not document.scorings.is_blind:
            self._begins.addItem(f"a copy of {shown.name}", shown.number)
            self._begins.addItem("with what all scorers agree on", _AGREED)
        described(self._begins, "Begins", "Without stages, or with those that are shown")
        self._blind, self._consensus = QCheckBox(_BLIND), QCheckBox(_CONSENSUS)
        self._form.addRow("&Name", self._name)
        self._form.addRow("&Scorer", self._scorer)
        self._form.addRow(self._whose)
        self._form.addRow("Be&gins", self._begins)
        self._form.addRow(self._blind)
        self._form.addRow(self._consensus)
        self._scorer.textChanged.connect(self._show_possible)
        self._begins.currentIndexChanged.connect(self._show_possible)
        self._blind.toggled.connect(self._show_possible)
        self._consensus.toggled.connect(self._show_possible)
        self._name.setFocus()
        self._fit_height()

    @Slot()
    def _show_possible(self) -> None:
        """A blind one begins empty, and a consensus is nobody's own."""
        is_copy = self._begins.currentData() is not None
        if self._begins.currentData() == _AGREED:
            self._consensus.setChecked(True)
        is_consensus = self._consensus.isChecked()
        if not self._name.isModified():
            usual = "Consensus" if is_consensus else self._document.session.author.user
            self._name.setText(self._document.scorings.free_name(usual))
        can_be_blind = not (is_copy or is_consensus)
        self._blind.setEnabled(can_be_blind)
        if not can_be_blind:
            self._blind.setChecked(False)
        self._consensus.setEnabled(not self._blind.isChecked())
        self._scorer.setEnabled(not is_consensus)
        scorer, user = self._scorer.text().strip(), self._document.session.author.user.strip()
        self._whose.setText(
            shortened(f"{scorer} alone will edit it, and sees it first on opening.")
        )
        is_shown = scorer not in ("", user) and not is_consensus
        if is_shown == self._whose.isHidden():
            self._whose.setVisible(is_shown)
            self._fit_height()

    @Slot()
    def accept(self) -> None:
        """Begin it, or say why that can't be."""
        document, is_consensus = self._document, self._consensus.isChecked()
        begins: int | None = self._begins.currentData()
        try:
            layer = document.add_layer(
                self._name.text(),
                LayerKind.CONSENSUS if is_consensus else LayerKind.PERSON,
                copy_of=begins or None,
                agreed=begins == _AGREED,
                scorer="" if is_consensus else self._scorer.text(),
                is_blind=self._blind.isChecked(),
            )
        except SleepScorerError as error:
            self._refuse(error)
            self._name.setFocus()
            return
        is_free = not (document.scorings.is_blind and document.session.is_own)
        if layer.is_edited_by(document.session.author) and is_free:
            document.switch_layer(layer.number)
        super().accept()


class RenameDialog(SessionDialog):
    """Gives the scoring on the screen another name."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("Rename the scoring", "&Rename", parent)
        self._document = document
        self._name = QLineEdit(document.session.layer.name)
        self._name.selectAll()
        described(self._name, "Name", "What the scoring is called in lists and reports")
        self._form.addRow("&Name", self._name)
        self._name.setFocus()
        self._fit_height()

    @Slot()
    def accept(self) -> None:
        """Rename it, or say why that can't be."""
        document = self._document
        try:
            document.scorings.rename(document.session.layer.number, self._name.text())
        except SleepScorerError as error:
            self._refuse(error)
            self._name.setFocus()
            return
        super().accept()


class DoneDialog(SessionDialog):
    """Says what the end of a blind scoring means, and ends it."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("Done scoring blind", "&Done", parent)
        self._document = document
        session = document.session
        n_unscored = int(np.count_nonzero(session.state.stages == Stage.UNSCORED))
        if n_unscored:
            told = of_counted(n_unscored, session.n_epochs, "epoch")
            self._say(f"{told} have no stage yet.", is_warning=True)
        self._say(
            f"{session.layer.name} is scored blind. Once it is done, other scorings and the"
            " machine's answers are shown, and that can't be taken back. It can still be edited,"
            " and the history tells what was edited when."
        )
        self._fit_height()

    @Slot()
    def accept(self) -> None:
        """End it, or say why that can't be."""
        document = self._document
        try:
            document.scorings.finish(document.session.layer.number)
        except SleepScorerError as error:
            self._refuse(error)
            return
        super().accept()
