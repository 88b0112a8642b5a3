"""Finds the nights of a folder that people scored, and tells which of them a machine drafted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import UsageError
from sleepscorer.core.lights import LightsMarks
from sleepscorer.core.people import is_nobody, person_of, subject_pattern
from sleepscorer.core.progress import Cancelled, Progress, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.core.wording import of_counted
from sleepscorer.faults import in_words
from sleepscorer.files.folder import files_in, is_recording
from sleepscorer.files.recordings import RECORDING_SUFFIXES, open_recording
from sleepscorer.files.sessions import SUFFIX, Fingerprint, fingerprint_of
from sleepscorer.validation.candidates import JudgedNight, NotJudged
from sleepscorer.validation.scored_sessions import ScoredSession, scored_session
from sleepscorer.validation.scoring_files import (
    PersonsScoring,
    fits,
    found_scorings,
    second_scorings,
)

MOST_DRAFTED = 0.05
"""Where a machine drafted more of the scored epochs, a night judges no stager."""
_MIN_EPOCHS = 60
_MIN_SHARE_SCORED = 0.5
_NOBODY = "nobody scored it: there is neither a session nor a scoring beside it"


@dataclass(frozen=True, eq=False)
class FoundNight:
    """A night that somebody scored.

    Parameters
    ----------
    recording
        Open for reading.
    night
        What people gave it, and whether it counts; no stager was asked yet.
    path
        The session or the recording that it was found by.
    """

    recording: Recording
    night: JudgedNight
    path: Path


@dataclass(frozen=True, eq=False)
class FoundNights:
    """What a folder holds.

    Parameters
    ----------
    folder
        Searched with all below.
    nights
        By name; those that do not count say why.
    not_judged
        Files that are no such night, and why.
    n_unknown
        Nights that do not say whose they are.
    """

    folder: Path
    nights: tuple[FoundNight, ...]
    not_judged: tuple[NotJudged, ...] = ()
    n_unknown: int = 0

    @property
    def counting(self) -> tuple[FoundNight, ...]:
        """The nights that count for the verdict."""
        return tuple(one for one in self.nights if not one.night.left_out)

    @property
    def n_people(self) -> int:
        """Whose nights count."""
        return len({one.night.person for one in self.counting})


def find_nights(
    folder: Path,
    *,
    subject: str | None = None,
    second: Path | None = None,
    progress: Progress = silent,
) -> FoundNights:
    """Find the nights of a folder and all below that people scored.

    Of a recording the session counts, else the scorings beside it, else the stages that it holds
    itself. Nothing changes, and sessions may be open elsewhere.

    Parameters
    ----------
    folder
        Where the nights lie.
    subject
        See :func:`~sleepscorer.core.people.subject_pattern`; None goes by the patient field of
        each recording.
    second
        Folder with scorings of the same nights by somebody else, under the recordings' names; it
        is no part of ``folder`` even if it lies there.
    progress
        May raise Cancelled.

    Raises
    ------
    UsageError
        If there is no such folder, both are one, or the pattern is wrong.
    """
    pattern = subject_pattern(subject)
    seconds = [] if second is None else files_in(second, ("",))
    if second is not None and second.resolve() == folder.resolve():
        raise UsageError("the second scorings need a folder of their own", path=second)
    files = [
        path
        for path in files_in(folder, (SUFFIX, *RECORDING_SUFFIXES))
        if not path.name.startswith(".") and not _lies_in(path, second)
    ]
    search = _Search(folder, pattern, tuple(seconds), tuple(files))
    # Sessions come first: what was reviewed in one counts more than a file beside.
    ordered = sorted(files, key=lambda path: (path.suffix.lower() != SUFFIX, path))
    for number, path in enumerate(ordered):
        progress(number / len(ordered), f"looking at {path.name}")
        try:
            search.look_at(path)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - one file never ends the others
            search.refuse(path, in_words(error, path).what)
    return search.result()


@dataclass
class _Search:
    """What was found so far."""

    folder: Path
    pattern: re.Pattern[str] | None
    second: tuple[Path, ...]
    files: tuple[Path, ...]
    found: dict[Fingerprint, FoundNight] = field(default_factory=dict)
    refused: list[NotJudged] = field(default_factory=list)
    in_sessions: set[Path] = field(default_factory=set)

    def look_at(self, path: Path) -> None:
        """Take in a session or a recording."""
        if path.suffix.lower() == SUFFIX:
            session = scored_session(path)
            if session.is_scored:
                self.in_sessions.add(session.recording.path.resolve())
                self._add(path, session.recording, session)
        elif path.resolve() not in self.in_sessions and is_recording(path):
            recording = open_recording(path)
            if recording.signals or recording.quarantined:
                self._add(path, recording, None)

    def refuse(self, path: Path, why: str) -> None:
        """Remember why a file is no night."""
        self.refused.append(NotJudged(self._name(path), why.rstrip(".")))

    def result(self) -> FoundNights:
        """All of it, by name."""
        nights = sorted(self.found.values(), key=lambda one: one.night.name)
        refused = sorted(self.refused, key=lambda one: one.name)
        unknown = (one for one in nights if is_nobody(one.recording.patient_id))
        n_unknown = 0 if self.pattern is not None else sum(1 for _ in unknown)
        return FoundNights(self.folder, tuple(nights), tuple(refused), n_unknown)

    def _add(self, path: Path, recording: Recording, session: ScoredSession | None) -> None:
        fingerprint = fingerprint_of(recording.all_files)
        other = self.found.get(fingerprint)
        if other is not None and session is None:
            self.refuse(path, f"the same recording as {other.night.name}; one counts")
            return
        night = self._night(path, recording, session)
        if night is None:
            return
        self.found[fingerprint] = night
        if other is not None:
            better, worse = sorted((other, night), key=_worth, reverse=True)
            self.found[fingerprint] = better
            what = f"a session of the same recording as {better.path.name}; one counts"
            self.refuse(worse.path, what)

    def _night(
        self, path: Path, recording: Recording, session: ScoredSession | None
    ) -> FoundNight | None:
        """Put together what people gave a recording; None, and remembered why, for nothing."""
        person = person_of(recording, self.pattern)
        names = self._stems_of(recording.path.parent)
        beside = found_scorings(recording, names)
        others = list(beside.people)
        if session is not None:
            # What it was exported to is no second scoring.
            others = [one for one in others if not one.is_export]
            first, drafted = session.scoring, session.drafted
            notes = session.notes
        elif others:
            first, drafted = others.pop(0), np.zeros(recording.n_epochs, bool)
            notes = ()
        elif beside.drafts:
            return _of_draft(self._name(path), person, recording, beside.drafts[0])
        else:
            self.refuse(recording.path, "; ".join((_NOBODY, *beside.unread)))
            return None
        elsewhere, told = self._elsewhere(recording)
        others += elsewhere
        second = next((o for o in others if _is_second(o, first, session)), None)
        night = JudgedNight(
            name=self._name(recording.path),
            person=person,
            reference=first.stages,
            answers={},
            second_reference=None if second is None else second.stages,
            lights=first.lights,
            notes=(
                *notes,
                *first.notes,
                *_of_seconds(second, others, first, session),
                *beside.unread,
                *told,
            ),
        )
        return FoundNight(recording, _counted(night, drafted, recording), path)

    def _elsewhere(self, recording: Recording) -> tuple[list[PersonsScoring], list[str]]:
        """Second scorings in the folder of those, and what to say of files there."""
        names = [path.stem for path in self.files]
        found = second_scorings(recording, names, self.second)
        people, told = list(found.people), list(found.unread)
        told += [f"{path.name} is no second scoring: the program wrote it" for path in found.drafts]
        for path in self.second:
            if path.suffix.lower() != SUFFIX or not fits(path, recording.path, names):
                continue
            try:
                session = scored_session(path)
                n_drafted = int(session.drafted.sum())
                if n_drafted > MOST_DRAFTED * session.n_scored:
                    told.append(f"{path.name} is no second scoring: {_drafted(session)}")
                elif session.drafted.size == recording.n_epochs:
                    people.append(session.scoring)
            except Exception as error:  # noqa: BLE001 - one file never ends the others
                told.append(f"{path.name}: {in_words(error, path).what}")
        return people, told

    def _stems_of(self, folder: Path) -> list[str]:
        return [path.stem for path in self.files if path.parent == folder]

    def _name(self, path: Path) -> str:
        """The name of a file; with its folder where another has the same."""
        same = {one for one in self.files if one.stem == path.stem and one.suffix == path.suffix}
        is_session = path.suffix.lower() == SUFFIX
        if len(same) < 2 or path not in same:
            return path.name if is_session else path.stem
        below = path.relative_to(self.folder)
        return str(below if is_session else below.with_suffix(""))


def _lies_in(path: Path, folder: Path | None) -> bool:
    return folder is not None and path.resolve().is_relative_to(folder.resolve())


def _worth(one: FoundNight) -> tuple[bool, int]:
    night = one.night
    return not night.left_out, int(np.count_nonzero(night.reference != Stage.UNSCORED))


def _of_draft(name: str, person: str, recording: Recording, draft: Path) -> FoundNight:
    night = JudgedNight(
        name=name,
        person=person,
        reference=np.full(recording.n_epochs, Stage.UNSCORED, np.int8),
        answers={},
        left_out=(
            f"drafted by a machine: the program wrote {draft.name}, and nothing says that a person"
            " scored all of it"
        ),
    )
    return FoundNight(recording, night, recording.path)


def _counted(night: JudgedNight, drafted: NDArray[np.bool_], recording: Recording) -> JudgedNight:
    """Leave a night out that a machine drafted or that is hardly scored; and drafted epochs."""
    is_scored = night.reference != Stage.UNSCORED
    n_drafted, n_scored = int((drafted & is_scored).sum()), int(is_scored.sum())
    what = f"drafted by a machine: {of_counted(n_drafted, n_scored, 'epoch')}"
    if n_drafted > MOST_DRAFTED * n_scored:
        return replace(night, left_out=what)
    if n_drafted:
        by_people = np.where(drafted, Stage.UNSCORED, night.reference).astype(np.int8)
        night = replace(night, reference=by_people, notes=(*night.notes, f"{what}, left out"))
    within = _between(night.lights, recording.n_epochs)
    n_people = int((night.reference != Stage.UNSCORED).sum())
    n_within = int((night.reference[within] != Stage.UNSCORED).sum())
    n_night = within.stop - within.start
    if n_people < _MIN_EPOCHS or n_within < _MIN_SHARE_SCORED * n_night:
        too_few = (
            f"people scored {of_counted(n_within, n_night, 'epoch')} of the night; at least"
            f" {_MIN_EPOCHS} and half of them are needed"
        )
        return replace(night, left_out=too_few)
    return night


def _between(lights: LightsMarks, n_epochs: int) -> slice:
    """Epochs of the night: between the lights marks where there are such."""
    first = 0 if lights.off_s is None else int(lights.off_s // EPOCH_S)
    stop = n_epochs if lights.on_s is None else int(-(-lights.on_s // EPOCH_S))
    first, stop = max(first, 0), min(stop, n_epochs)
    return slice(first, stop) if first < stop else slice(0, n_epochs)


def _drafted(session: ScoredSession) -> str:
    n_drafted = of_counted(int(session.drafted.sum()), session.n_scored, "epoch")
    return f"drafted by a machine, {n_drafted}"


def _is_second(one: PersonsScoring, first: PersonsScoring, session: ScoredSession | None) -> bool:
    """Tell a scoring of somebody else: not the same, nor what the session came from."""
    is_other = not np.array_equal(one.stages, first.stages)
    return is_other and (session is None or not session.came_from(one))


def _of_seconds(
    second: PersonsScoring | None,
    others: Iterable[PersonsScoring],
    first: PersonsScoring,
    session: ScoredSession | None,
) -> Iterator[str]:
    if second is None:
        return
    yield f"second scoring: {second.source}"
    yield from second.notes
    left = [o.source for o in others if o is not second and _is_second(o, first, session)]
    if left:
        yield f"more scorings of it were not used: {', '.join(left)}"
