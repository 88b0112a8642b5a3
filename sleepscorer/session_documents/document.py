"""A recording, its scoring session, and the file that keeps it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sleepscorer.core.edits import Author
from sleepscorer.core.errors import ExportError, RecordingError, ScoringError, SessionError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import Stage
from sleepscorer.files.fingerprint import sha256_of
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.scorings import read_scoring
from sleepscorer.files.scorings.beside import fitted, scoring_beside
from sleepscorer.files.session_store import SessionStore, difference, entry_of
from sleepscorer.files.staging_json import read_staging_json

MISSING = "missing"
"""The format name of a recording that was not found: it has a length and no signals."""


class Document:
    """A recording, its scoring session and the file that keeps it; see :func:`open_document`.

    Attributes
    ----------
    recording
        Has no signals, and the format name :data:`MISSING`, where it was not found.
    session
        The scoring.
    problems
        What the person should know, one sentence each.
    needs_locating
        The recording is missing or not the one that was scored; see :meth:`locate`.
    importable
        A scoring beside the recording, while nothing is scored; None where there is none.
    view
        What the window showed.
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
        needs_locating: bool,
    ) -> None:
        self.recording = recording
        self.session = session
        self.problems = tuple(problems)
        self.needs_locating = needs_locating
        self.view = view
        is_open = not session.read_only and bool(np.all(session.state.stages == Stage.UNSCORED))
        self.importable = scoring_beside(recording) if is_open else None
        self._store = store
        self._author = author

    @property
    def session_path(self) -> Path | None:
        """The session file; None where there is none and nothing will be saved."""
        return None if self._store.file is None else self._store.path

    @property
    def held_by(self) -> str | None:
        """Who has the session open for writing, where that is why it is read only here."""
        return self._store.held_by

    def save_view(self, view: dict[str, Any]) -> None:
        """Keep what the window shows (values that JSON knows); only here where it is read only.

        Raises
        ------
        SessionError
            If it could not be stored.
        """
        self.view = dict(view)
        if self._store.file is not None and self._store.is_writable:
            self._store.file.save_view(self.view)

    def import_beside(self) -> tuple[str, ...]:
        """Take over the scoring that lies beside; return what had to be decided, in words.

        A staging that the program wrote becomes the machine's layer, and only the epochs that
        were changed since count as a person's. Every other scoring is one edit.

        Raises
        ------
        SleepScorerError
            If it can't be read or does not fit the recording; nothing has then changed.
        """
        path = self.importable
        if path is None:
            return ()
        is_staging = path.suffix.lower() == ".json"
        notes = self._import_staging(path) if is_staging else self._import_scoring(path)
        self.importable = None
        return notes

    def _import_scoring(self, path: Path) -> tuple[str, ...]:
        scoring = self._fitted(path)
        self.session.import_scoring(scoring, name=path.name)
        return scoring.notes

    def _import_staging(self, path: Path) -> tuple[str, ...]:
        staging = read_staging_json(path)
        n_staged, n_epochs = len(staging.probabilities), self.session.n_epochs
        if n_staged != n_epochs:
            raise ScoringError(
                f"it stages {n_staged} epochs, and the recording has {n_epochs}", path=path
            )
        stem = path.name.removesuffix("_staging.json")
        beside = (path.with_name(stem + end) for end in ("_hypnogram.edf", "_epochs.csv"))
        exported = next(filter(Path.is_file, beside), None)
        scoring = None if exported is None else self._fitted(exported)
        self.session.fill(staging)
        if exported is None or scoring is None:
            return ()
        stages = scoring.hypnogram.stages
        changed = np.where(stages == staging.stages, np.int8(Stage.UNSCORED), stages)
        corrections = replace(scoring, hypnogram=replace(scoring.hypnogram, stages=changed))
        self.session.import_scoring(corrections, name=exported.name)
        return scoring.notes

    def _fitted(self, path: Path) -> Scoring:
        try:
            return fitted(read_scoring(path), self.recording)
        except ScoringError as error:
            raise ScoringError(error.what, path=path, hint=error.hint) from error

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
        return self._check_sha256(sha256_of(self.recording.all_files, progress))

    def _check_sha256(self, sha256: str) -> str | None:
        file = self._store.file
        known = None if file is None else file.recording()
        if file is None or known is None:
            return None
        if known.fingerprint.sha256 is None:
            if not file.read_only:
                file.add_sha256(sha256)
        elif known.fingerprint.sha256 != sha256:
            return (
                f"{self.recording.path.name} changed since it was scored: its size and beginning"
                " are the same, its SHA-256 is not."
            )
        return None

    def locate(self, path: Path, *, accept_changes: bool = False) -> None:
        """Say where the recording of this session is; it can then be scored.

        Parameters
        ----------
        path
            The recording; :attr:`recording` from now on.
        accept_changes
            Take it though its content is not what was scored; the session keeps record of both.

        Raises
        ------
        RecordingError
            If it can't be opened.
        SessionError
            If its content is another one, it has more or fewer epochs than are scored, or the
            session can't be written.
        """
        file, recording = self._store.file, open_signals(path)
        known = None if file is None else file.recording()
        if file is None or known is None or not self._store.is_writable:
            raise SessionError(
                "this session is open for reading only", hint="close it where it is being edited"
            )
        entry = entry_of(recording)
        if entry.n_epochs != known.n_epochs:
            raise SessionError(
                f"it has {entry.n_epochs} epochs, and {known.n_epochs} are scored in the session",
                path=path,
                hint="move the session elsewhere to score this recording anew",
            )
        if not entry.fingerprint.is_like(known.fingerprint) and not accept_changes:
            raise SessionError(
                f"this is not the recording that was scored: {difference(entry, known)}",
                path=path,
                hint="locate another one, or accept this one as it is",
            )
        file.add_recording(entry, self._author)
        self.recording, self.problems, self.needs_locating = recording, (), False
        self.session.read_only, self.session.duration_s = False, recording.duration_s

    def close(self) -> None:
        """Close the session and let others edit it; every edit is stored already."""
        self.session.read_only = True
        self._store.close()

    def check_unchanged(self, sha256: str) -> None:
        """Refuse to export a recording that is not the one that was scored.

        Raises
        ------
        ExportError
            If it is missing, changed, or another one.
        """
        problem = self.problems[0] if self.needs_locating else self._check_sha256(sha256)
        if problem is not None:
            raise ExportError(
                problem.rstrip("."),
                path=self.recording.path,
                hint="locate the recording that was scored",
            )


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
            hint="open the recording itself; a scoring beside it is offered for import",
        )
    return recording
