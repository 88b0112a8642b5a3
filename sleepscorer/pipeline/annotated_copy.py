"""The way from a recording and its scoring to a copy of the recording that holds both."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sleepscorer import __version__
from sleepscorer.core.errors import (
    ExportError,
    NotAnnotated,
    ScoredItself,
    ScoringError,
    UsageError,
)
from sleepscorer.core.events import NOTE_PREFIX, Event, is_remark
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.lights import is_lights_off, is_lights_on, lights_of_events
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.files.edf import (
    EdfAnnotating,
    first_remark,
    refuse_interrupted,
    split_channel,
)
from sleepscorer.files.exports import PROGRAM, Night, scoring_annotations
from sleepscorer.files.recordings import is_edf
from sleepscorer.files.scorings import holds_stages, is_stage, scoring_of_recording
from sleepscorer.files.sessions import file_states
from sleepscorer.files.verified_write import Output, check_targets, write_verified
from sleepscorer.pipeline.outputs import SourceRecording

_MARK = f"{NOTE_PREFIX}annotated copy, {PROGRAM} "
_SUFFIXES = {"EDF": (".edf", ".rec"), "BDF": (".bdf",)}
_WRITTEN = 0.4


@dataclass(frozen=True)
class AnnotatedCopy:
    """Where an annotated copy goes.

    Parameters
    ----------
    path
        The file; its folder must exist.
    force
        Replace an annotated copy that sleepscorer made.
    replace_scoring
        Leave out stages and lights marks that the recording itself holds; without it a recording
        that says otherwise is refused.
    """

    path: Path
    force: bool = False
    replace_scoring: bool = False


@dataclass(frozen=True)
class WrittenCopy:
    """An annotated copy that was written, and what is to be said of it."""

    path: Path
    warnings: tuple[str, ...]


def own_scoring(recording: Recording) -> tuple[str, ...]:
    """What a recording itself says of its scoring: "stages", "lights marks", both or nothing."""
    events = recording.events
    return (
        *(("stages",) if holds_stages(events) else ()),
        *(("lights marks",) if _holds_lights(events) else ()),
    )


def copy_path(recording: Path) -> Path:
    """Return how an annotated copy is called unless it is asked for under another name."""
    suffix = recording.suffix if recording.suffix.lower() in _SUFFIXES["BDF"] else ".edf"
    return recording.with_name(f"{recording.stem}_annotated{suffix}")


def check_copied(recording: Recording, copy: AnnotatedCopy, sources: Iterable[Path] = ()) -> None:
    """Refuse what can't be copied, or must not be replaced, before any work starts.

    Parameters
    ----------
    recording
        What is copied.
    copy
        Where to.
    sources
        Other files that are read for it.

    Raises
    ------
    NotAnnotated
        If it is no EDF or BDF file, or has interruptions.
    UsageError
        If the name does not end as such files do, or there is no such folder.
    ExportError
        If there is a file of this name that must stay.
    """
    path = copy.path
    if not is_edf(recording.path):
        raise NotAnnotated("only EDF and BDF files have an annotated copy", path=recording.path)
    refuse_interrupted(recording.format_name, recording.path)
    kind = recording.format_name[:3]
    if path.suffix.lower() not in _SUFFIXES[kind]:
        raise UsageError(
            f"the copy is {kind}: its name has to end in {_SUFFIXES[kind][0]}", path=path
        )
    if not path.absolute().parent.is_dir():
        raise UsageError("there is no such folder", path=path.parent, hint="make it first")
    check_targets(
        [path],
        force=copy.force,
        sources=[recording.path, *sources],
        is_own=is_annotated_copy,
    )


def write_annotated_copy(
    night: Night,
    source: SourceRecording,
    copy: AnnotatedCopy,
    *,
    sources: Collection[Path] = (),
    progress: Progress = silent,
) -> WrittenCopy:
    """Write the copy beside its target, compare it with the recording, and move it into place.

    Parameters
    ----------
    night
        Its scoring.
    source
        The recording, hashed.
    copy
        Where to.
    sources
        Other files that were read for it: none is replaced.
    progress
        Called for some records; may raise Cancelled, and nothing is then written.

    Raises
    ------
    NotAnnotated, UsageError
        As :func:`check_copied`.
    ScoredItself
        As :func:`check_one_scoring`.
    ExportError
        As :func:`check_copied`, or if the recording changed meanwhile, the disk refuses, or the
        samples did not read back as they are in the recording.
    """
    recording = source.recording
    check_copied(recording, copy, sources)
    check_one_scoring(night.hypnogram, recording, copy)
    is_left_out = _is_scoring_of(recording) if copy.replace_scoring else None
    stay = [one for one in recording.events if is_left_out is None or not is_left_out(one.text)]
    events, remarks = _added(night, stay)
    file = EdfAnnotating(
        recording.path,
        events,
        (f"{_MARK}{__version__}: its signals are those of the recording, byte for byte", *remarks),
        None if is_left_out is None else lambda text: is_left_out(split_channel(text)[0]),
    )

    def check_unchanged() -> None:
        if source.file_states and file_states([recording.path]) != source.file_states:
            raise ExportError(
                "the recording changed while it was being copied",
                path=recording.path,
                hint="copy it again when nothing writes to it",
            )

    def verify(part: Path) -> None:
        _verify_scoring(file.verify(part, part_of(progress, _WRITTEN, 1.0)), night)
        check_unchanged()

    check_unchanged()
    writing = part_of(progress, 0.0, _WRITTEN)
    write_verified(
        [Output(copy.path, lambda opened: file.write(opened, writing), verify)],
        force=copy.force,
        sources=[recording.path, *sources],
        is_own=is_annotated_copy,
    )
    return WrittenCopy(copy.path, file.warnings)


def is_annotated_copy(path: Path) -> bool:
    """Tell whether this is an annotated copy that sleepscorer made."""
    return first_remark(path).startswith(_MARK)


def check_one_scoring(hypnogram: Hypnogram, recording: Recording, copy: AnnotatedCopy) -> None:
    """Refuse a recording of which the copy would hold two scorings.

    Raises
    ------
    ScoredItself
        If it would.
    """
    if copy.replace_scoring:
        return
    if holds_stages(recording.events):
        raise ScoredItself(
            "the recording holds stages already, and its copy would hold two scorings",
            path=recording.path,
        )
    marks = lights_of_events(recording.events, hypnogram.duration_s)
    is_same = (marks.off_s, marks.on_s) == (hypnogram.lights_off_s, hypnogram.lights_on_s)
    if _holds_lights(recording.events) and not is_same:
        raise ScoredItself(
            "the recording holds other lights marks than the scoring, and its copy would hold both",
            path=recording.path,
        )


def _is_scoring_of(recording: Recording) -> Callable[[str], bool]:
    """Tell which texts of a recording's annotations are its scoring, or were said of it.

    Heart beats that are called "R" are none.
    """
    has_stages = holds_stages(recording.events)
    return lambda text: _is_lights(text) or is_remark(text) or (has_stages and is_stage(text))


def _added(night: Night, stay: Collection[Event]) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Return the events and the remarks of a night that the recording does not hold itself."""
    marked = tuple(event for event in night.events if event not in set(stay))
    events, remarks = [], []
    for event in scoring_annotations(replace(night, events=marked)):
        if is_remark(event.text):
            remarks.append(event.text)
        elif not (_is_lights(event.text) and _holds_lights(stay)):
            events.append(event)
    return tuple(events), tuple(remarks)


def _verify_scoring(copy: Recording, night: Night) -> None:
    """Read the scoring as anybody would who opens the copy."""
    meant, part = night.hypnogram, copy.path
    if copy.start != night.start:
        raise ExportError(f"its start read back as {copy.start}, not {night.start}", path=part)
    try:
        found = scoring_of_recording(copy).hypnogram
    except ScoringError as error:
        raise ExportError(f"its stages did not read back: {error.what}", path=part) from error
    if found.stages.tolist() != meant.stages.tolist():
        raise ExportError("other stages read back than were written", path=part)
    if _rounded_lights(found) != _rounded_lights(meant):
        raise ExportError("other lights marks read back than were written", path=part)


def _rounded_lights(hypnogram: Hypnogram) -> tuple[float | None, ...]:
    marks = (hypnogram.lights_off_s, hypnogram.lights_on_s)
    return tuple(None if mark is None else round(mark, 6) for mark in marks)


def _holds_lights(events: Iterable[Event]) -> bool:
    return any(_is_lights(event.text) for event in events)


def _is_lights(text: str) -> bool:
    return is_lights_off(text) or is_lights_on(text)
