"""Says in the status line which montage is shown and whether edits are stored."""

from datetime import datetime

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QFontMetrics

from sleepscorer.core.layers import LayerKind
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.signatures import signed_sentences
from sleepscorer.core.wording import counted
from sleepscorer.gui.frame.status_line import LONGEST_PART_PX, StatusLine
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.session_documents import Document

_SIGNED = "Signed by {} – locked"


class SessionStatus(QObject):
    """Follows one document at a time."""

    def __init__(self, status: StatusLine) -> None:
        super().__init__(status)
        self._status = status
        self._document: Document | None = None
        self._model: SessionModel | None = None
        self._n_edits_at_opening = 0

    def follow(self, document: Document, model: SessionModel) -> None:
        """Speak of this document."""
        self._document, self._model = document, model
        self._n_edits_at_opening = len(document.session.edits_of_all)
        model.scoring_changed.connect(self._show_saved)
        model.montage_changed.connect(self._show_montage)
        model.scorings_changed.connect(self._show_scorer)
        self._show_montage()
        self._show_scorer()
        self._show_saved()

    def forget(self) -> None:
        """Speak of none."""
        self._document = self._model = None
        for part in ("montage", "scorer", "saved"):
            self._status.set_part(part, "")
        self._status.say("")

    @Slot()
    def _show_montage(self) -> None:
        if self._model is not None:
            self._status.set_part("montage", self._model.montage.name)

    @Slot()
    def _show_scorer(self) -> None:
        """Say whose scoring is shown, where there are several."""
        if self._document is None:
            return
        document, layer = self._document, self._document.session.layer
        if len(document.layers) == 1:
            self._status.set_part("scorer", "")
            return
        told = {
            LayerKind.PERSON: f", {layer.scorer}'s" if layer.scorer != layer.name else "",
            LayerKind.IMPORT: ", imported",
            LayerKind.CONSENSUS: ", consensus" if layer.name != "Consensus" else "",
        }
        whose = told[layer.kind] if layer.scorer or layer.kind is not LayerKind.PERSON else ""
        blind = ", blind" if layer.hides_others else ""
        text = f"Scoring: {layer.name}{whose}{blind}"
        self._status.set_part("scorer", text, text)

    @Slot()
    def _show_saved(self) -> None:
        if self._document is None:
            return
        session, path = self._document.session, self._document.session_path
        if session.read_only:
            holder = self._document.held_by
            text = f"read only: held by {holder}" if holder else "read only"
        elif path is None:
            text = "not saved"
        elif not session.is_own:
            text = "read only: another's scoring"
        elif session.is_locked:
            text = _locked_text(session, self._status.fontMetrics())
        elif len(session.edits_of_all) > self._n_edits_at_opening:
            text = f"saved {datetime.now():%H:%M:%S}{_edits_text(session)}"
        else:
            text = f"saved{_edits_text(session)}" if _edits_text(session) else "no edits yet"
        signed = "\n".join(signed_sentences(session.signatures, session.unlockings))
        self._status.set_part("saved", text, f"Session file: {path or 'none'}\n{signed}")


def _locked_text(session: ScoringSession, metrics: QFontMetrics) -> str:
    """Say who signed; of several and of long names as much as leaves room for the rest."""
    if session.signing.broken:
        return "Signature broken – locked"
    names = ", ".join(dict.fromkeys(one.name for one in session.signing.standing))
    room_px = LONGEST_PART_PX - metrics.horizontalAdvance(_SIGNED.format(""))
    return _SIGNED.format(metrics.elidedText(names, Qt.TextElideMode.ElideRight, room_px))


def _edits_text(session: ScoringSession) -> str:
    """Count the steps that hold, an auto-score being one; empty where nobody did anything yet."""
    if all(edit.is_of_opening for edit in session.edits):
        return ""
    n = session.n_steps
    return f", {counted(n, 'edit')}" if n else ", no edits"
