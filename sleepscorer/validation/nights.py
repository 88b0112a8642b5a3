"""Finds the nights of a folder that people scored, and tells which of them a machine drafted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sleepscorer.core.errors import SleepScorerError, UsageError
from sleepscorer.core.people import is_nobody, person_of, subject_pattern
from sleepscorer.core.progress import Cancelled, Progress, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import Stage
from sleepscorer.faults import in_words
from sleepscorer.files.folder import files_in, is_recording
from sleepscorer.files.recordings import RECORDING_SUFFIXES, open_recording
from sleepscorer.files.scorings import holds_stages
from sleepscorer.files.sessions import SUFFIX, Fingerprint, fingerprint_of, sha256_of
from sleepscorer.session_documents import scores
from sleepscorer.validation.candidates import JudgedNight, NotJudged
from sleepscorer.validation.drafted_nights import (
    night_of_draft,
    reason_drafted,
    without_drafts,
)
from sleepscorer.validation.scored_sessions import ScoredSession, scored_session
from sleepscorer.validation.scoring_files import (
    SCORING_SUFFIXES,
    PersonsScoring,
    fits,
    found_scorings,
    second_scorings,
)

_TWICE = "the same recording as that of {}; one counts"
_OF_NO_NIGHT = "a second scoring that is called like none of the nights"
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
    found: list[FoundNight] = field(default_factory=list)
    refused: list[NotJudged] = field(default_factory=list)
    in_sessions: set[Path] = field(default_factory=set)
    stems: dict[Path, list[str]] = field(default_factory=dict)
    fingerprints: dict[tuple[Path, ...], Fingerprint] = field(default_factory=dict)

    def look_at(self, path: Path) -> None:
        """Take in a session or a recording."""
        if path.suffix.lower() == SUFFIX:
            session = scored_session(path)
            if session.is_scored:
                self.in_sessions.add(session.recording.path.resolve())
                self._add(path, session.recording, session)
        elif path.resolve() not in self.in_sessions and is_recording(path):
            recording = open_recording(path)
            has_signals = bool(recording.signals or recording.quarantined)
            if has_signals and not self._scores_another(recording):
                self._add(path, recording, None)

    def refuse(self, path: Path, why: str) -> None:
        """Remember why a file is no night."""
        self.refused.append(NotJudged(self._name(path), why.rstrip(".")))

    def result(self) -> FoundNights:
        """All of it, by name."""
        nights = sorted(self.found, key=lambda one: one.night.name)
        refused = sorted((*self.refused, *self._of_no_night()), key=lambda one: one.name)
        unknown = (one for one in nights if is_nobody(one.recording.patient_id))
        n_unknown = 0 if self.pattern is not None else sum(1 for _ in unknown)
        return FoundNights(self.folder, tuple(nights), tuple(refused), n_unknown)

    def _scores_another(self, recording: Recording) -> bool:
        """Tell a scoring that has signals from a night."""
        if not holds_stages(recording.events):
            return False
        path = recording.path
        names = self._stems_of(path.parent)
        others = (one for one in self.files if one.parent == path.parent and one != path)
        return any(fits(path, one, names) and _is_scoring_of(recording, one) for one in others)

    def _add(self, path: Path, recording: Recording, session: ScoredSession | None) -> None:
        """Take in a night; of one recording only one counts, and a session before a file."""
        other = next((one for one in self.found if self._is_same(one.recording, recording)), None)
        if other is not None and session is None and other.path != other.recording.path:
            self.refuse(path, _TWICE.format(other.night.name))
            return
        night = self._night(path, recording, session)
        if night is None:
            return
        if other is None:
            self.found.append(night)
            return
        better, worse = sorted((other, night), key=_worth, reverse=True)
        self.found[self.found.index(other)] = better
        self.refuse(worse.path, _TWICE.format(better.path.name))

    def _is_same(self, *recordings: Recording) -> bool:
        """Tell by size and beginning, and where these are alike by every byte."""
        every = [recording.all_files for recording in recordings]
        for files in every:
            if files not in self.fingerprints:
                self.fingerprints[files] = fingerprint_of(files)
        if len({self.fingerprints[files] for files in every}) > 1:
            return False
        return len(set(every)) == 1 or len(set(map(sha256_of, every))) == 1

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
            night = night_of_draft(self._name(path), person, recording, beside.drafts[0])
            return FoundNight(recording, night, path)
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
        return FoundNight(recording, without_drafts(night, drafted), path)

    def _elsewhere(self, recording: Recording) -> tuple[list[PersonsScoring], list[str]]:
        """Second scorings in the folder of those, and what to say of files there."""
        folders = dict.fromkeys(path.parent for path in self.files)
        names = [stem for folder in folders for stem in self._stems_of(folder)]
        found = second_scorings(recording, names, self.second)
        people, told = list(found.people), list(found.unread)
        told += [f"{path.name} is no second scoring: the program wrote it" for path in found.drafts]
        for path in self.second:
            if path.suffix.lower() != SUFFIX or not fits(path, recording.path, names):
                continue
            try:
                session = scored_session(path)
                if why := reason_drafted(session.scoring.stages, session.drafted):
                    told.append(f"{path.name} is no second scoring: {why}")
                elif session.drafted.size == recording.n_epochs:
                    people.append(session.scoring)
            except Exception as error:  # noqa: BLE001 - one file never ends the others
                told.append(f"{path.name}: {in_words(error, path).what}")
        return people, told

    def _of_no_night(self) -> Iterator[NotJudged]:
        """Files of the second scorings that are called like none of the nights."""
        recordings = [path for path in self.files if path.suffix.lower() != SUFFIX]
        ends = (SUFFIX, *SCORING_SUFFIXES)
        for path in self.second:
            is_scoring = path.suffix.lower() in ends and not path.name.startswith(".")
            if is_scoring and not any(fits(path, one, ()) for one in recordings):
                yield NotJudged(path.name, _OF_NO_NIGHT)

    def _stems_of(self, folder: Path) -> list[str]:
        """Stems of the recordings of a folder."""
        if folder not in self.stems:
            there = (one for one in self.files if one.parent == folder)
            self.stems[folder] = [one.stem for one in there if _may_be_recording(one)]
        return self.stems[folder]

    def _name(self, path: Path) -> str:
        """The name of a file; with its folder or its end where another is called alike."""
        if path.suffix.lower() == SUFFIX:
            same = [one for one in self.files if one.name == path.name and one != path]
            return str(path.relative_to(self.folder)) if same else path.name
        same = [
            one
            for one in self.files
            if one.stem == path.stem and one != path and one.suffix.lower() != SUFFIX
        ]
        if not same or path not in self.files:
            return path.stem
        below = path.relative_to(self.folder)
        return str(below if any(o.parent == path.parent for o in same) else below.with_suffix(""))


def _may_be_recording(path: Path) -> bool:
    try:
        return path.suffix.lower() != SUFFIX and is_recording(path)
    except SleepScorerError:
        return False


def _is_scoring_of(recording: Recording, path: Path) -> bool:
    try:
        is_night = path.suffix.lower() != SUFFIX and is_recording(path)
        return is_night and scores(recording, open_recording(path))
    except SleepScorerError:
        return False


def _lies_in(path: Path, folder: Path | None) -> bool:
    return folder is not None and path.resolve().is_relative_to(folder.resolve())


def _worth(one: FoundNight) -> tuple[bool, int]:
    night = one.night
    return not night.left_out, int(np.count_nonzero(night.reference != Stage.UNSCORED))


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
