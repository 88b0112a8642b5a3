"""A recording, its scoring session, and the file that keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from sleepscorer.core.edits import Author
from sleepscorer.core.errors import RecordingError, SessionError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.layered_session import LayeredSession
from sleepscorer.core.layers import Layer, LayerKind, LayerStages
from sleepscorer.core.lights import lights_of_events
from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.report_form import Person
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import EPOCH_S, Stage
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

LAST_LAYERS = "last_layers"
"""In the stored view: by user, the number of the layer that was last on the screen."""

OWN_LIGHTS = "lights marks of the recording"
"""Names in the log what a scoring begins with."""


class Document:
    """A recording, its scoring session and the file that keeps it; see :func:`open_document`.

    Attributes
    ----------
    recording
        Has no signals, and the format name :data:`MISSING`, where it was not found.
    scorings
        All layers of the session.
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
        scorings: LayeredSession,
        store: SessionStore,
        *,
        author: Author,
        view: dict[str, Any],
        problems: Sequence[str],
        remarks: Sequence[str],
        needs_locating: bool,
    ) -> None:
        self.recording = recording
        self.scorings = scorings
        self.problems = tuple(problems)
        self.remarks = tuple(remarks)
        self.needs_locating = needs_locating
        self.view = {name: value for name, value in view.items() if name not in (TOLD, LAST_LAYERS)}
        self._told = {TOLD: view[TOLD]} if TOLD in view else {}
        self._last_layers = last_layers(view)
        session = scorings.active
        takes_scoring = session.is_own and not scorings.is_blind
        is_open = (
            takes_scoring
            and not (session.read_only or session.is_locked)
            and bool(np.all(session.state.stages == Stage.UNSCORED))
        )
        self.importable = scoring_beside(recording) if is_open else None
        self._store = store
        self._author = author

    @property
    def session(self) -> ScoringSession:
        """The scoring on the screen, one layer of the session."""
        return self.scorings.active

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All layers of the session as they are now, by number."""
        return self.scorings.layers

    def compared(self) -> tuple[LayerStages, ...]:
        """Return what may be compared; see :meth:`LayeredSession.compared`."""
        return self.scorings.compared()

    def add_layer(
        self,
        name: str,
        kind: LayerKind = LayerKind.PERSON,
        *,
        copy_of: int | None = None,
        agreed: bool = False,
        read: ImportableScoring | None = None,
        scorer: str = "",
        is_blind: bool = False,
    ) -> Layer:
        """Begin another layer; :meth:`switch_layer` puts it on the screen.

        Parameters
        ----------
        name
            What it is called.
        kind
            What it is; an imported one never changes.
        copy_of
            Number of the layer whose stages, lights marks and events it begins with.
        agreed
            It begins with the stages that all who scored agree on.
        read
            The scoring that it begins with, in place of a copy. Without any of these it is empty,
            but for the lights marks of the recording.
        scorer
            The user whose scoring it is; empty means this one. A consensus has none.
        is_blind
            Nothing of other layers and machines is shown to its scorer until it is done.

        Raises
        ------
        SessionError
            If that can't be, or can't be stored.
        ScoringError
            If what was read does not fit.
        """
        scorings = self.scorings
        if copy_of is not None:
            beginning = scorings.copy_of(copy_of)
        elif agreed:
            beginning = scorings.agreed()
        elif read is not None:
            beginning = scorings.imported(
                read.scoring, read.name, staging=read.staging, smoothed=read.is_smoothed
            )
        else:
            lights, _ = own_lights(self.recording, self.session.n_epochs)
            beginning = scorings.empty(lights, OWN_LIGHTS)
        return scorings.begin(name, beginning, kind=kind, scorer=scorer, is_blind=is_blind)

    def switch_layer(self, number: int) -> None:
        """Put another layer on the screen; it is there again for this user on the next opening.

        Raises
        ------
        SessionError
            If the one on the screen is scored blind by this user, and not done.
        """
        self.scorings.switch(number)
        self._last_layers = {**self._last_layers, self._author.user: number}

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
            done=session.done,
            signing=session.signing,
            problem=self.problems[0] if self.needs_locating else "",
            scored_sha256=self._scored_sha256(),
            layer=session.layer,
            n_layers=len(self.layers),
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
            last = {LAST_LAYERS: self._last_layers} if self._last_layers else {}
            self._store.file.save_view({**view, **self._told, **last})

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
        self.scorings.read_only = True

    def close(self, *, back_up: bool = True) -> None:
        """Close the session and let others edit it; every edit is stored already.

        Any thread may do this once :meth:`end_editing` was called on the one that edits.

        Parameters
        ----------
        back_up
            Then keep a copy beside it; see :meth:`back_up`.
        """
        if not self.scorings.read_only:
            self.end_editing()
        self._store.close()
        if back_up:
            self.back_up()

    def back_up(self) -> None:
        """Keep a copy of the closed session beside it; a disk that refuses does no harm.

        Any thread may do this. It waits for the disk, and keeps nobody from the session.
        """
        self._store.back_up()


def last_layers(view: Mapping[str, Any]) -> dict[str, int]:
    """Return by user which layer was last on the screen; what makes no sense is left out."""
    stored = view.get(LAST_LAYERS)
    if not isinstance(stored, dict):
        return {}
    return {str(user): number for user, number in stored.items() if type(number) is int}


def own_lights(recording: Recording, n_epochs: int) -> tuple[Scoring, tuple[str, ...]]:
    """Return a scoring of nothing but the recording's own lights marks, and what to say of them."""
    unscored = np.full(n_epochs, Stage.UNSCORED, np.int8)
    marks = lights_of_events(recording.events, n_epochs * EPOCH_S)
    if marks.contradiction:
        said = f"The lights marks of the recording were left out: {marks.contradiction}."
        return Scoring(Hypnogram(unscored)), (said,)
    scoring = Scoring(Hypnogram(unscored, EPOCH_S, marks.off_s, marks.on_s))
    return scoring, tuple(f"Lights marks of the recording: {note}." for note in marks.notes)


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
