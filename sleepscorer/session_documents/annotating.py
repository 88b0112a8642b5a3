"""A copy of a recording with its scoring in it, from a session or any scoring."""

from dataclasses import dataclass, field
from pathlib import Path

from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.files.sessions import SUFFIX
from sleepscorer.pipeline import (
    AnnotatedCopy,
    Destination,
    WrittenCopy,
    check_copied,
    check_one_scoring,
    hashed,
    write_annotated_copy,
)
from sleepscorer.session_documents.document import open_signals
from sleepscorer.session_documents.importing import ImportChoice
from sleepscorer.session_documents.reporting import (
    ReportOf,
    night_to_report,
    read_to_report,
    snapshot_of,
)
from sleepscorer.session_documents.results import night_of
from sleepscorer.session_documents.snapshot import Snapshot

_HASHED = 0.3


@dataclass(frozen=True)
class AnnotationOf:
    """What an annotated copy is made of.

    Parameters
    ----------
    recording
        An EDF or BDF file; it is only read.
    scoring
        A session, or a scoring that can be read.
    choice
        What somebody says of a scoring that its file does not say itself.
    layer
        Name or number of the scoring of a session; None means the first.
    """

    recording: Path
    scoring: Path
    choice: ImportChoice = field(default_factory=ImportChoice)
    layer: str | None = None


def annotate(of: AnnotationOf, copy: AnnotatedCopy, progress: Progress = silent) -> WrittenCopy:
    """Write a copy of a recording that holds a scoring.

    Parameters
    ----------
    of
        The two; only ever opened for reading.
    copy
        Where to.
    progress
        May raise Cancelled, and nothing has then been written.

    Raises
    ------
    SleepScorerError
        If something can't be read, does not belong together, or a file is in the way; see
        :func:`~sleepscorer.pipeline.write_annotated_copy`.
    """
    recording = open_signals(of.recording)
    check_copied(recording, copy, [of.scoring])
    if of.scoring.suffix.lower() == SUFFIX:
        snapshot = snapshot_of(of.scoring, of.recording, layer=of.layer)
        return annotate_document(snapshot, copy, sources=(of.scoring,), progress=progress)
    wanted = ReportOf(of.scoring, of.recording, of.choice)
    read = read_to_report(wanted, recording)
    source = hashed(recording, Destination(copy.path.parent), part_of(progress, 0.0, _HASHED))
    return write_annotated_copy(
        night_to_report(wanted, read, source),
        source,
        copy,
        sources=(of.scoring,),
        progress=part_of(progress, _HASHED, 1.0),
    )


def check_annotated(snapshot: Snapshot, copy: AnnotatedCopy) -> None:
    """Refuse what :func:`annotate_document` would, as far as it can be told at once.

    Raises
    ------
    SleepScorerError
        If the recording is not at hand or has no such copy, holds another scoring, or a file is in
        the way.
    """
    snapshot.check_found()
    check_copied(snapshot.recording, copy)
    check_one_scoring(snapshot.state.hypnogram, snapshot.recording, copy)


def annotate_document(
    snapshot: Snapshot,
    copy: AnnotatedCopy,
    *,
    sources: tuple[Path, ...] = (),
    progress: Progress = silent,
) -> WrittenCopy:
    """Write a copy of a recording that holds its scoring as people left it; for any thread.

    Parameters
    ----------
    snapshot
        The document when the copy was asked for.
    copy
        Where to.
    sources
        Files beside the recording that are not replaced.
    progress
        May raise Cancelled, and nothing has then been written.

    Raises
    ------
    SleepScorerError
        As :func:`annotate`; if the recording is not the one that was scored.
    """
    snapshot.check_found()
    check_copied(snapshot.recording, copy, sources)
    hashing = part_of(progress, 0.0, _HASHED)
    source = hashed(snapshot.recording, Destination(copy.path.parent), hashing)
    snapshot.check_content(source.sha256)
    return write_annotated_copy(
        night_of(snapshot, source),
        source,
        copy,
        sources=sources,
        progress=part_of(progress, _HASHED, 1.0),
    )
