"""Reports of a session or of any scoring, without a window."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.adopting import still_beside
from sleepscorer.core.arousals import count_arousals
from sleepscorer.core.errors import ScoringError
from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.lights import LightsMarks, lights_of_events, resolve_lights
from sleepscorer.core.machine_answer import machine_answer, smoothed_sentence
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.files.exports import (
    INTERCHANGE_SUFFIXES,
    Night,
    is_own_output,
    is_own_staging,
    is_scored_by_hand,
    is_simulated_scoring,
    read_stagings_json,
)
from sleepscorer.files.sessions import SUFFIX
from sleepscorer.pipeline import (
    Destination,
    SourceRecording,
    event_figures,
    hashed,
    make_night,
    write_outputs,
)
from sleepscorer.session_documents.document import open_signals
from sleepscorer.session_documents.importing import ImportableScoring, ImportChoice, read_importable
from sleepscorer.session_documents.opening import current_author, open_document
from sleepscorer.session_documents.results import export_document
from sleepscorer.session_documents.snapshot import Snapshot

_STAGING_END = "_staging.json"
_HYPNOGRAM_ENDS = ("_hypnogram.edf", "_epochs.csv")
_SCORING_FORMAT = "scoring alone"
_ALONE = "Made from the scoring alone: the recording was not at hand."
_OF_NOBODY = (
    "sleepscorer wrote this scoring, and the staging it was begun with does not lie beside it:"
    " nothing tells which stages are people's"
)


@dataclass(frozen=True)
class ReportOf:
    """What a report is made of.

    Parameters
    ----------
    path
        A session, or a scoring that can be read.
    recording
        What was scored. A session names it itself; a scoring alone is reported without it.
    choice
        What somebody says of a scoring that its file does not say itself.
    scored
        Families of events that were scored in the whole night, so that their figures mean
        something.
    layer
        Name or number of the scoring of a session; None means the first.
    """

    path: Path
    recording: Path | None = None
    choice: ImportChoice = field(default_factory=ImportChoice)
    scored: Collection[EventFamily] = ()
    layer: str | None = None


def write_report(of: ReportOf, to: Destination, *, progress: Progress = silent) -> tuple[Path, ...]:
    """Write the outputs of a session or of a scoring.

    Parameters
    ----------
    of
        What they are made of; only ever opened for reading.
    to
        Where and how.
    progress
        May raise Cancelled, and nothing has then been written.

    Returns
    -------
    The files.

    Raises
    ------
    SleepScorerError
        If something can't be read, does not belong together, or a file is in the way.
    """
    to.check_look()
    if of.path.suffix.lower() == SUFFIX:
        return _of_session(of, to, progress)
    try:
        return _of_scoring(of, to, progress)
    except ScoringError as error:
        session = of.path.parent / f"{of.path.stem}{SUFFIX}"
        # The folder itself has no name that a session could have.
        if of.path.name and session.is_file():
            error.hint = f"its session is {session.name}"
        raise


def _of_session(of: ReportOf, to: Destination, progress: Progress) -> tuple[Path, ...]:
    snapshot = snapshot_of(of.path, of.recording, layer=of.layer)
    return export_document(snapshot, to, scored=of.scored, progress=progress)


def snapshot_of(
    session: Path, recording: Path | None = None, *, layer: str | None = None
) -> Snapshot:
    """Read a session, which stays as it is.

    Parameters
    ----------
    session
        Its file.
    recording
        What was scored; None lets the session name it.
    layer
        Name or number of the scoring; None means the first.

    Raises
    ------
    SleepScorerError
        If it can't be read, or it is not the session of this recording.
    """
    document = open_document(session, author=current_author(), read_only=True, layer=layer)
    try:
        if recording is None:
            return document.snapshot()
        return document.snapshot_with(open_signals(recording))
    finally:
        document.close(back_up=False)


def _of_scoring(of: ReportOf, to: Destination, progress: Progress) -> tuple[Path, ...]:
    recording = _stand_in(of) if of.recording is None else open_signals(of.recording)
    stem = _stem(of.path) if of.recording is None else recording.path.stem
    if not to.deidentify:
        to.check_free(recording.path, stem)
    read = read_to_report(of, recording)
    source = hashed(recording, to, part_of(progress, 0.0, 0.5))
    if not to.deidentify:
        source = replace(source, stem=stem)
    night = night_to_report(of, read, source)
    last = part_of(progress, 0.5, 1.0)
    return write_outputs(night, source, to=to, doing="exported", progress=last)


def _stem(path: Path) -> str:
    """What the outputs of a scoring are called: as the night, not as its scoring."""
    ends = (_STAGING_END, *_HYPNOGRAM_ENDS, *INTERCHANGE_SUFFIXES)
    return next((path.name.removesuffix(end) for end in ends if path.name.endswith(end)), path.stem)


def _beside(path: Path, *ends: str) -> Path | None:
    files = (path.with_name(_stem(path) + end) for end in ends)
    return next(filter(Path.is_file, files), None)


def _stand_in(of: ReportOf) -> Recording:
    """Stand in for a recording that is not at hand: its length and start are the scoring's."""
    path, scoring_path = of.path, of.path
    if path.name.endswith(_STAGING_END):
        scoring_path = _beside(path, *_HYPNOGRAM_ENDS) or path
    if is_own_staging(scoring_path):
        staging, _ = read_stagings_json(path)
        start, duration_s = None, len(staging.probabilities) * EPOCH_S
    else:
        scoring = of.choice.read(scoring_path)
        start, duration_s = scoring.start, scoring.hypnogram.duration_s
    return Recording(path, _SCORING_FORMAT, start, duration_s, signals=())


def read_to_report(of: ReportOf, recording: Recording) -> ImportableScoring:
    """Read the scoring; one that the program wrote, with the staging beside it.

    Raises
    ------
    SleepScorerError
        As :func:`~sleepscorer.session_documents.importing.read_importable`.
    """
    staging_file = _staging_file(of.path)
    if staging_file is not None and not is_scored_by_hand(staging_file):
        return read_importable(staging_file, recording)
    if of.recording is None and not is_own_staging(of.path):
        # Nothing to fit it to: its epochs may be of any length.
        return ImportableScoring(of.path.name, of.choice.read(of.path))
    return read_importable(of.path, recording, of.choice)


def _staging_file(path: Path) -> Path | None:
    if path.name.endswith(_STAGING_END):
        return path
    return _beside(path, _STAGING_END) if is_own_output(path) else None


def night_to_report(of: ReportOf, read: ImportableScoring, source: SourceRecording) -> Night:
    """Return what is written of a scoring that was read by :func:`read_to_report`."""
    recording, scored = source.recording, read.scoring.hypnogram
    events = tuple(_events(read, recording))
    lights, notes = _lights(read, recording)
    hypnogram = Hypnogram(
        scored.stages, scored.epoch_s, lights.off_s, lights.on_s, scored.stage_set
    )
    edited = _edited(read)
    night = make_night(
        source,
        hypnogram,
        staging=read.staging,
        others=read.others,
        lights_source=lights.source,
        notes=(*((_ALONE,) if of.recording is None else ()), *read.scoring.notes, *notes),
        n_edited=None if edited is None else int(np.count_nonzero(edited)),
        n_arousals=count_arousals(events, hypnogram) if EventFamily.AROUSAL in of.scored else None,
    )
    figures = event_figures(recording, hypnogram, events, of.scored)
    night = replace(night, events=events, own_events=read.scoring.events, event_statistics=figures)
    if edited is not None and read.staging is not None:
        night = replace(night, by_person=edited, is_smoothed=read.is_smoothed)
        if read.is_smoothed:
            said = smoothed_sentence(machine_answer(read.staging))
            night = replace(night, smoothing=said)
    elif is_simulated_scoring(of.path):
        nobody = np.zeros(hypnogram.n_epochs, bool)
        night = replace(night, by_person=nobody, is_simulated=True)
    elif _is_of_nobody(of.path):
        nobody = np.zeros(hypnogram.n_epochs, bool)
        night = replace(night, by_person=nobody, warnings=(*night.warnings, _OF_NOBODY))
    return night


def _edited(read: ImportableScoring) -> NDArray[np.bool_] | None:
    """(n_epochs,) bool, where people gave another stage than the machine; None without one."""
    if read.staging is None:
        return None
    answer = machine_answer(read.staging)
    begun = answer.smoothed if read.is_smoothed else answer.stages
    stages = read.scoring.hypnogram.stages
    edited: NDArray[np.bool_] = (stages != begun) & (stages != Stage.UNSCORED)
    return edited


def _is_of_nobody(path: Path) -> bool:
    """Tell whether the program wrote it, and nothing says that people scored."""
    if not is_own_output(path):
        return False
    beside = _beside(path, _STAGING_END)
    return beside is None or not is_scored_by_hand(beside)


def _events(read: ImportableScoring, recording: Recording) -> Iterator[Event]:
    seen: set[Event] = set()
    own = read.scoring.events
    both = (*still_beside(recording.events, own), *own)
    for event in sorted(both, key=lambda one: (one.onset_s, one.text, one.duration_s or 0.0)):
        if event not in seen:
            seen.add(event)
            yield event


def _lights(read: ImportableScoring, recording: Recording) -> tuple[LightsMarks, tuple[str, ...]]:
    """Take the marks of the scoring, and where it has none those of the recording."""
    hypnogram = read.scoring.hypnogram
    marks = LightsMarks(hypnogram.lights_off_s, hypnogram.lights_on_s)
    notes: tuple[str, ...] = ()
    if (marks.off_s, marks.on_s) == (None, None):
        found = lights_of_events(recording.events, hypnogram.duration_s)
        if found.contradiction:
            notes = (f"The lights marks of the recording were left out: {found.contradiction}.",)
        else:
            marks, notes = found, tuple(found.notes)
    return resolve_lights(marks, off_s=None, on_s=None, duration_s=hypnogram.duration_s), notes
