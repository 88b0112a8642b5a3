"""Asks who signs as what, and why a signature is taken back."""

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import counted, of_counted
from sleepscorer.gui.dialogs.session_dialog import SessionDialog
from sleepscorer.gui.look.appearance import described
from sleepscorer.gui.session_model import SessionModel


class SignDialog(SessionDialog):
    """Says what is signed and what is open in it, and signs.

    Parameters
    ----------
    model
        What is signed.
    """

    def __init__(self, model: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__("Sign the scoring", "&Sign", parent)
        self._session = model.session
        self._say(_signed_text(model))
        for sentence in _open_points(model.session):
            self._say(sentence, is_warning=True)
        for signature in model.session.signing.standing:
            self._say(f"Signed already: {signature}. The next will stand beside it.")
        self._say(
            "Signing locks the scoring: nothing can be edited until somebody unlocks it with a"
            " reason, which voids the signature. Both stay in the history."
        )
        self._name = QLineEdit(model.session.author.user)
        self._name.selectAll()
        described(self._name, "Name", "The name of the person who signs, as reports print it")
        self._meaning = QComboBox()
        for meaning in Meaning:
            self._meaning.addItem(meaning.value.capitalize(), meaning)
        described(self._meaning, "Meaning", "What the signature says of who signs")
        self._form.addRow("&Meaning", self._meaning)
        self._form.addRow("&Name", self._name)
        self._name.setFocus()
        self._fit_height()

    @Slot()
    def accept(self) -> None:
        """Sign, or say why that can't be."""
        try:
            # Qt gives an enumeration of strings back as a plain string.
            self._session.sign(self._name.text(), Meaning(self._meaning.currentData()))
        except SleepScorerError as error:
            self._refuse(error)
            self._name.setFocus()
            return
        super().accept()


class UnlockDialog(SessionDialog):
    """Says which signatures will be void, and takes them back for a reason."""

    def __init__(self, session: ScoringSession, parent: QWidget | None = None) -> None:
        super().__init__("Unlock the scoring", "&Unlock", parent)
        self._session = session
        for signature in session.signing.standing:
            self._say(f"Signed: {signature}.")
        self._say(
            "Unlocking voids what is signed: reports say “not signed” until somebody signs again."
            " The signature, the unlocking and its reason stay in the history.",
        )
        self._reason = QLineEdit()
        described(self._reason, "Reason", "Why the scoring must be edited again")
        self._form.addRow("&Reason", self._reason)
        self._reason.setFocus()
        self._fit_height()

    @Slot()
    def accept(self) -> None:
        """Unlock, or say why that can't be."""
        try:
            self._session.unlock(self._reason.text())
        except SleepScorerError as error:
            self._refuse(error)
            self._reason.setFocus()
            return
        super().accept()


def _signed_text(model: SessionModel) -> str:
    session, state = model.session, model.session.state
    off_s, on_s = state.lights_off_s, state.lights_on_s
    lights = [
        f"lights {name} {'not marked' if mark_s is None else model.clock_text(mark_s)}"
        for name, mark_s in (("off", off_s), ("on", on_s))
    ]
    filled = counted(len(session.form.values()), "filled field")
    parts = (
        f"the stages of {counted(session.n_epochs, 'epoch')}",
        counted(len(state.events), "event"),
        *lights,
        f"the log of {counted(len(session.edits), 'edit')}",
        f"the report form ({filled})",
    )
    return f"What is signed: {', '.join(parts[:-1])} and {parts[-1]}."


def _open_points(session: ScoringSession) -> Iterator[str]:
    """Say what a person should know before signing."""
    stages, n_epochs = session.state.stages, session.n_epochs
    n_unscored = int(np.count_nonzero(stages == Stage.UNSCORED))
    if n_unscored:
        yield f"{of_counted(n_unscored, n_epochs, 'epoch')} have no stage yet."
    n_open = int(np.count_nonzero(~session.reviewed & (stages != Stage.UNSCORED)))
    if n_open:
        yield f"{of_counted(n_open, n_epochs, 'epoch')} were not reviewed by a person."
