"""What is told of a night without opening it: when it was, how long, and how far it is scored."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.edits import EditHistory, EditKind, replayed
from sleepscorer.core.errors import SessionError
from sleepscorer.core.layers import FIRST
from sleepscorer.core.review import review_queue, usual_order
from sleepscorer.core.reviewed import reviewed_epochs
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.core.wording import of_counted
from sleepscorer.faults import in_words
from sleepscorer.files.recordings import recorded_extent
from sleepscorer.files.sessions import (
    SUFFIX,
    Fingerprint,
    RecordingEntry,
    SessionPlaces,
    StoredSession,
    fingerprint_of,
    places_of,
    read_session,
    replay_in_words,
    session_names,
    session_stem,
)


class NightState(StrEnum):
    """How far a night is scored."""

    NOT_FOUND = "not found"
    UNREADABLE = "unreadable"
    NOT_SCORED = "not scored"
    DRAFTED = "drafted by machine"
    REVIEWED = "reviewed in part or whole"
    IMPORTED = "imported"
    SCORED = "scored by hand"


@dataclass(frozen=True, eq=False)
class NightSummary:
    """What is known of a night.

    Parameters
    ----------
    recording
        Where the recording is, or was when it was last opened; links are followed.
    state
        How far it is scored.
    start
        Local time of the first sample; None where that is not known.
    duration_s
        How long the recording is: in whole epochs where there is a session; None where only
        opening the recording would tell.
    stages
        (n_epochs,) int8 values of Stage as they are scored now, of several scorings in the one that
        was edited last; None where there is no session, and while one is scored blind.
    n_done, n_total
        Of a night that the machine staged, how many of its most doubtful epochs are reviewed, as
        the review queue counts them; of any other, and while one is scored blind, how many of all
        epochs have a stage.
    scorer
        Who was the last to score epochs by hand; empty where nobody did.
    problem
        Why nothing can be told, in words.
    """

    recording: Path
    state: NightState
    start: datetime | None = None
    duration_s: float | None = None
    stages: NDArray[np.int8] | None = None
    n_done: int = 0
    n_total: int = 0
    scorer: str = ""
    problem: str = ""

    @property
    def date_text(self) -> str:
        """When it began, for people: ``2024-03-01 22:50``; empty where that is not known."""
        return "" if self.start is None else f"{self.start:%Y-%m-%d %H:%M}"

    @property
    def length_text(self) -> str:
        """How long it is, for people: ``7 h 52 min``; empty where that is not known."""
        if self.duration_s is None:
            return ""
        hours, minutes = divmod(int(self.duration_s // 60), 60)
        return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"

    @property
    def state_text(self) -> str:
        """How far it is scored, for people: ``29 of 96 reviewed``."""
        return {
            NightState.NOT_FOUND: "Not found",
            NightState.UNREADABLE: "Can't be read",
            NightState.NOT_SCORED: "Not scored yet",
            NightState.DRAFTED: f"Drafted by machine, {self.n_done} of {self.n_total} reviewed",
            NightState.REVIEWED: f"{self.n_done} of {self.n_total} reviewed",
            NightState.IMPORTED: "Imported, not reviewed",
            NightState.SCORED: f"{of_counted(self.n_done, self.n_total, 'epoch')} scored",
        }[self.state]


def night_summary(
    path: Path, *, session_folder: Path | None = None, places: SessionPlaces | None = None
) -> NightSummary:
    """Tell what can be told of a night without opening its recording; for any thread.

    Nothing is written and no lock is taken: a session may be open elsewhere. What can't be read is
    a state of the night and no error.

    Parameters
    ----------
    path
        A recording, or a session file.
    session_folder, places
        Where its session may be besides beside it; as
        :func:`~sleepscorer.session_documents.open_document` takes them.
    """
    try:
        if path.suffix.lower() == SUFFIX:
            return _summary_of_session(path)
        return _summary_of_recording(path, session_folder, places)
    except Exception as error:  # noqa: BLE001 - one night never hides the others
        return NightSummary(_real(path), NightState.UNREADABLE, problem=in_words(error, path).what)


def _real(path: Path) -> Path:
    # A list that was edited by hand may hold what is no path.
    with suppress(ValueError, OSError):
        return Path(os.path.realpath(path))
    return path


def _summary_of_session(path: Path) -> NightSummary:
    if not path.is_file():
        return NightSummary(_real(path), NightState.NOT_FOUND)
    stored = read_session(path)
    known = stored.recording
    if known is None:
        return NightSummary(_real(path), NightState.NOT_SCORED)
    candidates = places_of(known, path)
    recording = next(filter(Path.is_file, candidates), candidates[-1])
    return _told(recording, known, stored, path)


def _summary_of_recording(
    path: Path, session_folder: Path | None, places: SessionPlaces | None
) -> NightSummary:
    if not path.is_file():
        # What was scored is shown all the same, where a session lies in its place.
        found = _by_its_session(path, None, session_folder, places)
        if found is None:
            return NightSummary(_real(path), NightState.NOT_FOUND)
        return replace(found, state=NightState.NOT_FOUND)
    start, duration_s = recorded_extent(path)
    found = _by_its_session(path, fingerprint_of((path,)), session_folder, places)
    if found is not None:
        return found
    return NightSummary(_real(path), NightState.NOT_SCORED, start, duration_s)


def _by_its_session(
    path: Path,
    fingerprint: Fingerprint | None,
    session_folder: Path | None,
    places: SessionPlaces | None,
) -> NightSummary | None:
    """Return what the first of a recording's sessions tells in which something was done."""
    damage: SessionError | None = None
    first: NightSummary | None = None
    for candidate in dict.fromkeys(_candidates(path, fingerprint, session_folder, places)):
        if not candidate.is_file():
            continue
        try:
            stored = read_session(candidate)
            known = stored.recording
            if known is None or not _belongs(known, path, candidate, fingerprint):
                continue
            told = _told(path, known, stored, candidate)
        except SessionError as error:
            damage = damage or error
            continue
        if any(not edit.is_of_opening for edit in stored.edits):
            return told
        first = first or told
    if first is None and damage is not None:
        raise damage
    return first


def _candidates(
    path: Path,
    fingerprint: Fingerprint | None,
    session_folder: Path | None,
    places: SessionPlaces | None,
) -> Iterator[Path]:
    """Yield where opening the recording looks for its session, in that order."""
    path = path.absolute()
    for folder in (session_folder or path.parent, path.parent):
        if fingerprint is None:
            yield folder.absolute() / f"{session_stem(path)}{SUFFIX}"
        else:
            yield from session_names(path, fingerprint, folder.absolute())
    if places is not None and fingerprint is not None:
        yield from places.of(fingerprint)


def _belongs(
    known: RecordingEntry, path: Path, session_path: Path, fingerprint: Fingerprint | None
) -> bool:
    if fingerprint is not None and known.fingerprint.is_like(fingerprint):
        return True
    # A recording of several files is known by all of them, and one that is gone by its place alone.
    is_beside = session_path.parent == path.absolute().parent and known.name == path.name
    return is_beside or Path(known.folder, known.name) == path.absolute()


def _told(
    recording: Path, known: RecordingEntry, stored: StoredSession, session_path: Path
) -> NightSummary:
    number = _edited_last(stored)
    with replay_in_words(session_path):
        own = (edit for edit in stored.edits if edit.layer == number)
        state, history = replayed(known.n_epochs, own)
    reviewed = reviewed_epochs(known.n_epochs, history.done)
    n_scored = int(np.count_nonzero(state.stages != Stage.UNSCORED))
    n_done, n_total = n_scored, known.n_epochs
    # Whoever looks at the list may be the one who scores blind.
    is_blind = any(one.hides_others for one in stored.layers.now)
    progress = NightState.SCORED if reviewed.any() else NightState.IMPORTED
    if is_blind:
        progress = NightState.SCORED if n_scored else NightState.NOT_SCORED
    elif stored.stagings:
        machine, others = stored.stagings[-1], stored.others
        queue = review_queue(
            state,
            machine,
            reviewed=reviewed,
            others=others,
            order=usual_order(machine, others),
        )
        n_done, n_total = queue.n_done, queue.n_total
        progress = NightState.REVIEWED if n_done else NightState.DRAFTED
    elif not n_scored:
        progress = NightState.NOT_SCORED
    return NightSummary(
        _real(recording),
        progress,
        start=known.start,
        duration_s=known.n_epochs * EPOCH_S,
        stages=None if is_blind else state.stages,
        n_done=n_done,
        n_total=n_total,
        scorer=_scorer(history),
    )


def _edited_last(stored: StoredSession) -> int:
    """Return the number of the scoring that somebody edited last."""
    edited = (edit.layer for edit in reversed(stored.edits) if not edit.is_of_opening)
    return next(edited, FIRST)


def _scorer(history: EditHistory) -> str:
    """Return who scored epochs last, and has not taken that back."""
    by_hand = (e for e in reversed(history.done) if e.kind is EditKind.MANUAL and e.change.epochs)
    last = next(by_hand, None)
    return "" if last is None else last.author.user
