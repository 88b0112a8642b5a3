"""A recording, its scoring session, and the file that keeps it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from sleepscorer.core.edits import Author
from sleepscorer.core.errors import RecordingError, SessionError
from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.report_form import Person
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import Stage
from sleepscorer.core.wording import counted
from sleepscorer.files.edf import known_day, person_told
from sleepscorer.files.folder import scoring_beside
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.sessions import (
    KeptMeasures,
    SessionStore,
    begin_anew,
    difference,
    entry_of,
    sha256_of,
    use_copy,
)
from sleepscorer.session_documents.importing import ImportableScoring
from sleepscorer.session_documents.snapshot import Snapshot, content_changed

MISSING = "missing"
"""The format name of a recording that was not found: it has a length and no signals."""

TOLD = "told"
"""In the stored view: sentences that were said once, and are not said again."""


class Document:
    """A recording, its scoring session and the file that keeps it; see :func:`open_document`.

    Attributes
    ----------
    recording
        Has no signals, and the format name :data:`MISSING`, where it was not found.
    session
        The scoring.
    problems
        What is wrong or may mislead, one sentence each.
    remarks
        What is good to know and nothing to worry about, one sentence each.
    needs_locating
        The recording is missing or not the one that was scored; see :meth:`locate`.
    importable
        A scoring beside the recording, while nothing is scored; None where there is none.
    view
        What the window shows, as it was stored or is to be.
    """

    def __init__(
        self,
        recording: Recording,
        session: ScoringSession,
        store: SessionStore,
        *,
        author: Author,
        view: dict[str, Any],
        problems: Sequence[str],
        remarks: Sequence[str],
        needs_locating: bool,
    ) -> None:
        self.recording = recording
        self.session = session
        self.problems = tuple(problems)
        self.remarks = tuple(remarks)
        self.needs_locating = needs_locating
        self.view = {name: value for name, value in view.items() if name != TOLD}
        self._told = {TOLD: view[TOLD]} if TOLD in view else {}
        is_open = not (session.read_only or session.is_locked) and bool(
            np.all(session.state.stages == Stage.UNSCORED)
        )
        self.importable = scoring_beside(recording) if is_open else None
        self._store = store
        self._author = author

    @property
    def session_path(self) -> Path | None:
        """The session file; None where there is none and nothing will be saved."""
        return None if self._store.file is None else self._store.path

    @property
    def told_person(self) -> Person:
        """Who was recorded, as far as the recording's patient field tells it in the way of EDF+."""
        return person_told(self.recording.patient_id)

    @property
    def day(self) -> date | None:
        """The day on which the recording began; None where it is unknown or withheld."""
        return known_day(self.recording.start)

    @property
    def holds_session(self) -> bool:
        """Whether nobody else can write to the session meanwhile, this program included."""
        return self._store.is_writable

    @property
    def kept_measures(self) -> KeptMeasures:
        """Where what takes long to measure of the recording is kept from one opening to the next.

        It is no part of the session: no edit, no backup and no export knows of it.
        """
        return KeptMeasures(self._store.path, self._store.is_writable)

    @property
    def held_by(self) -> str | None:
        """Who has the session open for writing, where that is why it is read only here."""
        return self._store.held_by

    @property
    def copy_problem(self) -> str:
        """Why a copy is shown and not the session, which is damaged or gone; else empty.

        It is for reading only until :meth:`use_copy` or :meth:`begin_anew`.
        """
        return self._store.problems[0] if self._store.copy is not None else ""

    def use_copy(self) -> None:
        """Put the copy that is shown in the place of the session, which is then opened again.

        The damaged session is kept under another name. Any thread may do this in the background:
        the document itself does not change.

        Raises
        ------
        SessionError
            If someone has the session open meanwhile, or its folder can't be written to.
        """
        if self._store.copy is not None:
            use_copy(self._store.copy.path, self._store.path, self._author)

    def begin_anew(self) -> None:
        """Begin an empty session in place of the copy that is shown; as :meth:`use_copy`."""
        if self._store.copy is not None:
            begin_anew(self._store.path, self._author)

    def snapshot(self) -> Snapshot:
        """Return what an export of this moment is made of.

        Raises
        ------
        SessionError
            If the session can't be read.
        """
        session = self.session
        return Snapshot(
            recording=self.recording,
            state=session.state,
            machine=session.machine,
            others=session.others,
            edits=session.edits,
            reviewed=session.reviewed,
            holds_smoothed=session.holds_smoothed,
            signing=session.signing,
            problem=self.problems[0] if self.needs_locating else "",
            scored_sha256=self._scored_sha256(),
        )

    def snapshot_with(self, recording: Recording) -> Snapshot:
        """Return :meth:`snapshot` with the scored recording, which may lie where it likes.

        Raises
        ------
        SessionError
            If it is not what was scored, or the session can't be read.
        """
        known = None if self._store.file is None else self._store.file.recording()
        entry = entry_of(recording)
        if known is not None and not (
            entry.fingerprint.is_like(known.fingerprint) and entry.n_epochs == known.n_epochs
        ):
            raise SessionError(
                f"this is not the recording that was scored: {difference(entry, known)}",
                path=recording.path,
            )
        return replace(self.snapshot(), recording=recording, problem="")

    def save_view(self, view: dict[str, Any]) -> None:
        """Store what the window shows (values that JSON knows), unless the session is read only.

        Any thread may do this in the background: the document itself does not change.

        Raises
        ------
        SessionError
            If it could not be stored.
        """
        if self._store.file is not None and self._store.is_writable:
            self._store.file.save_view({**view, **self._told})

    def import_scoring(self, read: ImportableScoring) -> bool:
        """Take over a scoring in one edit; what lies beside is then not offered any more.

        Return whether it held anything that was not there.

        Of a staging that the program wrote, corrected or not, the machine's layer comes too, and
        only the epochs that were changed since count as a person's.

        Raises
        ------
        SleepScorerError
            If it does not fit the recording or can't be stored; nothing has then changed.
        """
        is_new = self.session.import_scoring(
            read.scoring,
            name=read.name,
            staging=read.staging,
            others=read.others,
            smoothed=read.is_smoothed,
        )
        self.importable = None
        return is_new

    def verify_fingerprint(self, progress: Progress = silent) -> str | None:
        """Compute the recording's SHA-256; store it, or compare it with the one stored.

        Any thread may do this in the background.

        Parameters
        ----------
        progress
            Called for each MiB; may raise Cancelled.

        Returns
        -------
        A sentence where the recording is not what was scored, else None.

        Raises
        ------
        SleepScorerError
            If the recording can't be read or the hash can't be stored.
        """
        if self.needs_locating or self._store.file is None:
            return None
        sha256 = sha256_of(self.recording.all_files, progress)
        file = self._store.file
        known = file.recording()
        if known is not None and known.fingerprint.sha256 is None and not file.read_only:
            file.add_sha256(sha256)
        is_same = self._scored_sha256() in (None, sha256)
        return None if is_same else content_changed(self.recording)

    def _scored_sha256(self) -> str | None:
        known = None if self._store.file is None else self._store.file.recording()
        return None if known is None else known.fingerprint.sha256

    def locate(self, path: Path, *, accept_changes: bool = False) -> str | None:
        """Store where the recording of this session is; it is found there when opened again.

        Any thread may do this in the background: the document itself does not change.

        Parameters
        ----------
        path
            The recording.
        accept_changes
            Take it though its content is not what was scored; the session keeps record of both.

        Returns
        -------
        None, or how its content differs from what was scored: nothing was then stored.

        Raises
        ------
        RecordingError
            If it can't be opened.
        SessionError
            If it has more or fewer epochs than are scored, or the session can't be written.
        """
        file, entry = self._store.file, entry_of(open_signals(path))
        known = None if file is None else file.recording()
        if file is None or known is None or not self._store.is_writable:
            raise SessionError(
                "this session is open for reading only", hint="close it where it is being edited"
            )
        if entry.n_epochs != known.n_epochs:
            raise SessionError(
                f"it has {counted(entry.n_epochs, 'epoch')}, and {known.n_epochs} are scored in the"
                " session",
                path=path,
                hint="locate another one, or move the session away to score this one anew",
            )
        if not entry.fingerprint.is_like(known.fingerprint) and not accept_changes:
            return f"{entry.name} is not the recording that was scored: {difference(entry, known)}."
        file.add_recording(entry, self._author)
        return None

    def end_editing(self) -> None:
        """Take no edit any more; nothing of the document changes after that."""
        self.session.read_only = True

    def close(self, *, back_up: bool = True) -> None:
        """Close the session and let others edit it; every edit is stored already.

        Any thread may do this once :meth:`end_editing` was called on the one that edits.

        Parameters
        ----------
        back_up
            Then keep a copy beside it; see :meth:`back_up`.
        """
        if not self.session.read_only:
            self.end_editing()
        self._store.close()
        if back_up:
            self.back_up()

    def back_up(self) -> None:
        """Keep a copy of the closed session beside it; a disk that refuses does no harm.

        Any thread may do this. It waits for the disk, and keeps nobody from the session.
        """
        self._store.back_up()


def open_signals(path: Path) -> Recording:
    """Open a recording to score.

    Raises
    ------
    RecordingError
        If it can't be opened or is a scoring.
    """
    recording = open_recording(path)
    if not recording.signals and not recording.quarantined:
        raise RecordingError(
            "the file holds annotations and no signals",
            path=path,
            hint="open the recording itself; a scoring can be imported into it",
        )
    return recording
