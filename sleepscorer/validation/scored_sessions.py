"""What people scored in a session, and how much of that a machine drafted."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.edits import Edit
from sleepscorer.core.errors import SessionError
from sleepscorer.core.lights import LightsMarks
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.session_documents import Document, current_author, open_document
from sleepscorer.session_documents.drafts import drafted_epochs, imported_name, seen_beside
from sleepscorer.validation.scoring_files import PersonsScoring

_SEEN = (
    "a machine's answer stood beside while a person scored it; it may agree with that more than a"
    " scoring from nothing would"
)


@dataclass(frozen=True, eq=False)
class ScoredSession:
    """A session as it is stored.

    Parameters
    ----------
    recording
        Open for reading.
    scoring
        All its stages.
    drafted
        (n_epochs,) bool, see :func:`~sleepscorer.session_documents.drafts.drafted_epochs`.
    notes
        What one should know of it, one sentence each.
    imports
        The edits that brought in a scoring of others.
    machines
        What stagers answered in it.
    """

    recording: Recording
    scoring: PersonsScoring
    drafted: NDArray[np.bool_]
    notes: tuple[str, ...]
    imports: tuple[Edit, ...]
    machines: tuple[Staging, ...]

    @property
    def n_scored(self) -> int:
        """Epochs with a stage, whoever gave it."""
        return int((self.scoring.stages != Stage.UNSCORED).sum())

    @property
    def is_scored(self) -> bool:
        """Whether any epoch has a stage."""
        return self.n_scored > 0

    def came_from(self, other: PersonsScoring) -> bool:
        """Tell whether a scoring is what was imported here, or a machine's answer of here."""
        is_imported = any(_is_import_of(edit, other) for edit in self.imports)
        return is_imported or any(_is_alike(one.stages, other.stages) for one in self.machines)


def scored_session(path: Path) -> ScoredSession:
    """Read a session and open its recording; it may be open elsewhere, and nothing changes.

    Raises
    ------
    SleepScorerError
        If it can't be read, or its recording is not found or not what was scored.
    """
    document = open_document(path, author=current_author(), read_only=True)
    try:
        if document.needs_locating:
            raise SessionError(document.problems[0].rstrip("."))
        session, recording = document.session, document.recording
        state = session.state
        lights = LightsMarks(state.lights_off_s, state.lights_on_s, source=path.name)
        machines = () if session.machine is None else (session.machine, *session.others)
        return ScoredSession(
            recording,
            PersonsScoring(path.name, state.stages, lights),
            drafted_epochs(session, recording.path.parent),
            (*((_SEEN,) if seen_beside(session) else ()), *_told_of_others(document)),
            tuple(edit for edit in session.done if imported_name(edit)),
            machines,
        )
    finally:
        document.close()


def _told_of_others(document: Document) -> tuple[str, ...]:
    n_layers = len(document.layers)
    if n_layers == 1:
        return ()
    return (f"the session holds {n_layers} scorings; the first, {document.layers[0].name}, counts",)


def _is_import_of(edit: Edit, other: PersonsScoring) -> bool:
    change = edit.change
    index = list(change.epochs)
    if not index:
        return False
    is_same = np.array_equal(other.stages[index], np.array(change.stages_after, np.int8))
    # Of several scorers in the file of this name one was imported; alone, it is the one, even if
    # somebody went on in it since.
    return is_same or other.source == imported_name(edit)


def _is_alike(machine: NDArray[np.int8], scored: NDArray[np.int8]) -> bool:
    both = (machine != Stage.UNSCORED) & (scored != Stage.UNSCORED)
    return bool(both.any()) and np.array_equal(machine[both], scored[both])
