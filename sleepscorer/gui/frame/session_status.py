"""Says in the status line what is shown and whether it is stored."""

from datetime import datetime

from PySide6.QtCore import QObject, Slot

from sleepscorer.analysis.filters import filter_text
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.wording import counted
from sleepscorer.gui.frame.status_line import StatusLine
from sleepscorer.gui.session_model import SessionModel
from sleepscorer.session_documents import Document

_SHORT_KINDS = {"eeg": "EEG", "eog": "EOG", "emg": "EMG"}


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
        self._n_edits_at_opening = len(document.session.edits)
        model.scoring_changed.connect(self._show_saved)
        model.montage_changed.connect(self._show_montage)
        recording = document.recording
        self._status.set_part("file", recording.path.name, "Recording; it is never changed")
        self._show_montage()
        self._show_saved()

    def forget(self) -> None:
        """Speak of none."""
        self._document = self._model = None
        for part in ("file", "montage", "filters", "saved"):
            self._status.set_part(part, "")
        self._status.say("")

    @Slot()
    def _show_montage(self) -> None:
        if self._model is None:
            return
        montage = self._model.montage
        self._status.set_part("montage", montage.name)
        texts: dict[str, list[str]] = {}
        for trace in montage.visible:
            text = filter_text(trace.filter, trace.channel.sampling_rate_hz)
            known = texts.setdefault(trace.channel.kind, [])
            if text not in known:
                known.append(text)
        short = [
            f"{name} {' / '.join(texts[kind])}"
            for kind, name in _SHORT_KINDS.items()
            if kind in texts
        ]
        full = "\n".join(f"{kind}: {', '.join(found)}" for kind, found in texts.items())
        self._status.set_part("filters", ", ".join(short), f"Filters, for display only\n{full}")

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
        elif len(session.edits) > self._n_edits_at_opening:
            text = f"saved {datetime.now():%H:%M:%S}{_edits_text(session)}"
        else:
            text = f"saved{_edits_text(session)}" if _edits_text(session) else "no edits yet"
        self._status.set_part("saved", text, f"Session file: {path or 'none'}")


def _edits_text(session: ScoringSession) -> str:
    """Count the steps that hold, an auto-score being one; empty where nobody did anything yet."""
    if all(edit.is_of_opening for edit in session.edits):
        return ""
    n = sum(not edit.is_of_opening for edit in session.done)
    return f", {counted(n, 'edit')}" if n else ", no edits"
