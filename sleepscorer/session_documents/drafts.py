"""Which epochs a machine drafted, told by the log of a session and by files of this program.

Whoever scores over a draft leaves most of it as it is: such a scoring flatters the drafter, and
can't judge it.
"""

from enum import IntEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.edits import Edit, EditKind
from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import Stage
from sleepscorer.files.exports import (
    INTERCHANGE_SUFFIXES,
    is_own_output,
    is_scored_by_hand,
    names_weights,
)

_STAGING_END = "_staging.json"
_HYPNOGRAM_ENDS = ("_hypnogram.edf", "_epochs.csv")
_TRUE_END = "_scoring.edf"


class _Origin(IntEnum):
    """Where the stage of an epoch comes from."""

    NOBODY = 0
    PERSON = 1
    MACHINE = 2
    DRAFT = 3
    """A person gave or confirmed it where a machine's stood."""


def drafted_epochs(session: ScoringSession, beside: Path) -> NDArray[np.bool_]:
    """Tell which stages are a machine's, or were given or confirmed by a person over a machine's.

    Parameters
    ----------
    session
        Of its edits those that hold count: a draft that was undone stands in nobody's way.
    beside
        Folder of the recording, where what was imported may still lie.

    Returns
    -------
    (n_epochs,) bool.
    """
    origins = np.full(session.n_epochs, _Origin.NOBODY, np.int8)
    for edit in session.done:
        index = list(edit.change.epochs)
        if index:
            origins[index] = _origins_after(edit, origins[index], beside)
    return np.isin(origins, (_Origin.MACHINE, _Origin.DRAFT))


def seen_beside(session: ScoringSession) -> bool:
    """Tell whether a machine's answer was there, to be looked at, before a person was done.

    What came with the edit of another scorer was to be seen as well.
    """
    machine = [edit.number for edit in session.edits_of_all if _is_of_machine(edit)]
    people = [edit.number for edit in session.edits if _is_by_hand(edit)]
    return bool(machine and people) and machine[0] < people[-1]


def of_own_export(session: ScoringSession) -> NDArray[np.bool_]:
    """(n_epochs,) where a stage stands as it was imported from a hypnogram of this program alone.

    The window takes it for a person's, but without the staging beside it nobody knows.
    """
    found = np.zeros(session.n_epochs, dtype=bool)
    for edit in session.done:
        found[list(edit.change.epochs)] = _is_own_export(edit)
    return found


def is_draft(scoring: Path) -> bool:
    """Tell whether this program wrote a scoring, and nothing says that a person made all of it.

    A simulated night's true scoring is written by this program as well, under a person's name.
    What lies beside an exported hypnogram tells whether it was scored by hand.
    """
    if not is_export_of_session(scoring):
        return False
    for end in (*_HYPNOGRAM_ENDS, _STAGING_END, *INTERCHANGE_SUFFIXES):
        if scoring.name.endswith(end):
            staging = scoring.with_name(scoring.name.removesuffix(end) + _STAGING_END)
            return not _is_by_people(staging)
    return True


def is_export_of_session(scoring: Path) -> bool:
    """Tell whether this program wrote a scoring of what a machine or a person staged in it."""
    # A person may call an export like a true scoring; a machine's weights stand in its header.
    is_true = scoring.name.casefold().endswith(_TRUE_END) and not names_weights(scoring)
    return is_own_output(scoring) and not is_true


def _is_by_people(staging: Path) -> bool:
    try:
        return staging.is_file() and is_scored_by_hand(staging)
    except SleepScorerError:
        # What is damaged says nothing.
        return False


def _origins_after(edit: Edit, before: NDArray[np.int8], beside: Path) -> NDArray[np.int8]:
    change = edit.change
    is_staged = np.array(change.stages_after) != Stage.UNSCORED
    if edit.kind is EditKind.MANUAL:
        is_drafted = np.isin(before, (_Origin.MACHINE, _Origin.DRAFT))
        after = np.where(is_drafted, _Origin.DRAFT, _Origin.PERSON)
    elif edit.kind is EditKind.IMPORT:
        after = _imported(edit, beside)
    else:
        after = np.full(is_staged.size, _Origin.MACHINE)
    return np.where(is_staged, after, _Origin.NOBODY).astype(np.int8)


def _imported(edit: Edit, beside: Path) -> NDArray[np.int_]:
    """What came with the staging it was corrected from is a draft, corrected or not."""
    by_person = np.array(edit.change.person_after)
    if not by_person.all():
        return np.where(by_person, _Origin.DRAFT, _Origin.MACHINE)
    is_of_machine = _was_draft(edit, beside / imported_name(edit))
    return np.full(by_person.size, _Origin.MACHINE if is_of_machine else _Origin.PERSON)


def _was_draft(edit: Edit, imported: Path) -> bool:
    """Tell by the file where it still lies there, whatever it is called, else by its name."""
    try:
        return is_draft(imported) if imported.is_file() else _is_own_export(edit)
    except SleepScorerError:
        return _is_own_export(edit)


def imported_name(edit: Edit) -> str:
    """Name of the file that an edit imported; empty for other edits."""
    if edit.kind is not EditKind.IMPORT:
        return ""
    return edit.label.removeprefix("Import ").removesuffix(", smoothed")


def _is_own_export(edit: Edit) -> bool:
    is_whole = edit.kind is EditKind.IMPORT and all(edit.change.person_after)
    return is_whole and imported_name(edit).endswith(_HYPNOGRAM_ENDS)


def _is_of_machine(edit: Edit) -> bool:
    is_corrected = edit.kind is EditKind.IMPORT and not all(edit.change.person_after)
    return edit.kind is EditKind.AUTO or is_corrected


def _is_by_hand(edit: Edit) -> bool:
    return edit.kind is EditKind.MANUAL and bool(edit.change.epochs)
