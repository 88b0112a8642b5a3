"""From one program's scoring to another's: any format that is read to any that is written."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from sleepscorer.core.errors import ExportError, ScoringError, UsageError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.lights import LightsMarks, resolve_lights
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.exports import Night, format_for, write_export
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.scorings import Alignment, fitted, in_epochs
from sleepscorer.pipeline import SourceRecording, make_night
from sleepscorer.session_documents.importing import ImportChoice
from sleepscorer.session_documents.scoring_preview import ScoringPreview, scoring_preview

_ALONE = "scoring alone"
# Those tell what a stager answered, which a scoring does not hold.
_OF_STAGINGS = frozenset({"json"})


@dataclass(frozen=True)
class ConversionOf:
    """What is to be converted.

    Parameters
    ----------
    path
        A scoring that can be read.
    recording
        The recording it belongs to, whose epochs and start it then gets; None takes its own.
    choice
        What somebody says of the file that it does not say itself.
    epoch_s
        How long epochs are written, seconds; None leaves them as they are.
    """

    path: Path
    recording: Path | None = None
    choice: ImportChoice = field(default_factory=ImportChoice)
    epoch_s: float | None = None


@dataclass(frozen=True, eq=False)
class ReadConversion:
    """What was read of it; see :func:`write_conversion`."""

    of: ConversionOf
    scoring: Scoring
    recording: Recording
    preview: ScoringPreview


def read_conversion(of: ConversionOf) -> ReadConversion:
    """Read a scoring, and fit it to its recording where one is named; nothing is written.

    Raises
    ------
    SleepScorerError
        If it can't be read, or does not fit the recording.
    """
    _check(of)
    scoring = of.choice.read(of.path)
    if of.recording is None:
        shown = scoring
        if of.epoch_s is not None:
            alignment = of.choice.alignment or Alignment()
            try:
                scoring = in_epochs(scoring, of.epoch_s, epochs=alignment.epochs)
            except ScoringError as error:
                error.in_file(of.path)
                raise
            shown = replace(shown, notes=scoring.notes)
        duration_s = scoring.hypnogram.duration_s
        stand_in = Recording(of.path, _ALONE, scoring.start, duration_s, signals=())
        return ReadConversion(of, scoring, stand_in, scoring_preview(shown))
    recording = open_recording(of.recording)
    try:
        placed = fitted(scoring, recording, of.choice.alignment)
    except ScoringError as error:
        error.in_file(of.path)
        raise
    return ReadConversion(of, placed, recording, scoring_preview(scoring, placed))


def _check(of: ConversionOf) -> None:
    """Refuse what says nothing of this conversion, instead of passing it over."""
    if of.recording is not None and of.epoch_s not in (None, EPOCH_S):
        raise UsageError(f"the epochs of a recording are of {EPOCH_S:g} s")
    alignment = of.choice.alignment or Alignment()
    if of.recording is None and (alignment.offset_s is not None or alignment.epochs == "nearest"):
        raise UsageError(
            "epochs are moved to those of a recording, and none is named",
            hint="name the recording that was scored",
        )
    if of.recording is None and of.choice.alignment is not None and of.epoch_s is None:
        raise UsageError(
            "there are no other epochs to be aligned with",
            hint="name the recording that was scored, or how long the epochs are to be",
        )


def format_written(out: Path, form: str | None = None) -> str:
    """Return the name of the format in which a scoring is written to a file.

    Parameters
    ----------
    out
        The file.
    form
        Name of the format; None takes it from the ending of ``out``.

    Raises
    ------
    UsageError
        If there is no such format, or it is one of more than a scoring holds.
    """
    name = format_for(out, form)
    if name in _OF_STAGINGS:
        raise UsageError(
            f"{name!r} holds the probabilities of a stager, which a scoring does not have",
            hint="choose another format",
        )
    return name


def write_conversion(
    read: ReadConversion, out: Path, *, form: str | None = None, force: bool = False
) -> str:
    """Write what was read in another format; return the name of that.

    Parameters
    ----------
    read
        What was read.
    out
        The file; its folder must exist.
    form
        Name of the format; None takes it from the ending of ``out``.
    force
        Replace a file that sleepscorer made.

    Raises
    ------
    UsageError
        As :func:`format_written`.
    ExportError
        If the file exists, or can't be written as it was meant.
    """
    name = format_written(out, form)
    if _is_same(out, read.of.path):
        raise ExportError(
            "this is the scoring that is read, which is never overwritten",
            path=out,
            hint="choose another folder or name",
        )
    sources = (read.of.path, *(() if read.of.recording is None else read.recording.all_files))
    write_export(_night(read), out, name, force=force, sources=sources)
    return name


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _night(read: ReadConversion) -> Night:
    hypnogram = read.scoring.hypnogram
    marks = LightsMarks(hypnogram.lights_off_s, hypnogram.lights_on_s)
    lights = resolve_lights(marks, off_s=None, on_s=None, duration_s=hypnogram.duration_s)
    night = make_night(
        SourceRecording(read.recording),
        hypnogram,
        staging=None,
        lights_source=lights.source,
        notes=read.scoring.notes,
    )
    return replace(night, events=read.scoring.events, own_events=None)
