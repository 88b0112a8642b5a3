"""From one program's scoring to another's: any format that is read to any that is written."""

from dataclasses import dataclass, replace
from pathlib import Path

from sleepscorer.core.errors import ScoringError, UsageError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.lights import LightsMarks, resolve_lights
from sleepscorer.core.recording import Recording
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.exports import Night, format_for, write_export
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.scorings import Alignment, StageCodes, fitted, in_epochs, read_scoring
from sleepscorer.pipeline import SourceRecording, make_night
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
    scorer
        Whose stages, where it holds those of several people.
    codes
        What numbers stand for, where it numbers the stages.
    form
        Name of its format, where the content is not to decide.
    with_events
        Whether what is no stage goes with them.
    epoch_s
        How long its epochs are, seconds, where it lists stages and does not say it.
    alignment
        How epochs that don't coincide with those of the recording, or of ``to_epoch_s``, become
        such; None refuses them.
    to_epoch_s
        Length of the epochs that are written, seconds; None keeps them, or takes the recording's.
    """

    path: Path
    recording: Path | None = None
    scorer: str | None = None
    codes: StageCodes | None = None
    form: str | None = None
    with_events: bool = True
    epoch_s: float | None = None
    alignment: Alignment | None = None
    to_epoch_s: float | None = None


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
    UsageError
        If what is asked for needs a recording, or has none.
    AlignmentNeeded
        If its epochs are not those that are wanted, and nobody chose how they become such.
    SleepScorerError
        If it can't be read, or does not fit the recording.
    """
    _check(of)
    scoring = read_scoring(
        of.path, scorer=of.scorer, codes=of.codes, form=of.form, epoch_s=of.epoch_s
    )
    if of.recording is None:
        scoring = _in_wanted_epochs(scoring, of)
        duration_s = scoring.hypnogram.duration_s
        stand_in = Recording(of.path, _ALONE, scoring.start, duration_s, signals=())
        return ReadConversion(of, scoring, stand_in, scoring_preview(scoring))
    recording = open_recording(of.recording)
    try:
        placed = fitted(scoring, recording, of.alignment)
    except ScoringError as error:
        error.in_file(of.path)
        raise
    return ReadConversion(of, placed, recording, scoring_preview(scoring, placed))


def _check(of: ConversionOf) -> None:
    """Refuse what says nothing of this conversion, instead of passing it over."""
    if of.recording is not None and of.to_epoch_s not in (None, EPOCH_S):
        raise UsageError(f"the epochs of a recording are of {EPOCH_S:g} s")
    alignment = of.alignment or Alignment()
    if of.recording is None and (alignment.offset_s is not None or alignment.epochs == "nearest"):
        raise UsageError(
            "epochs are moved to those of a recording, and none is named",
            hint="name the recording that was scored",
        )
    if of.recording is None and of.alignment is not None and of.to_epoch_s is None:
        raise UsageError(
            "there are no other epochs to be aligned with",
            hint="name the recording that was scored, or how long the epochs are to be",
        )


def _in_wanted_epochs(scoring: Scoring, of: ConversionOf) -> Scoring:
    if of.to_epoch_s is None:
        return scoring
    epochs = of.alignment.epochs if of.alignment is not None else "exact"
    try:
        return in_epochs(scoring, of.to_epoch_s, epochs=epochs)
    except ScoringError as error:
        error.in_file(of.path)
        raise


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
        If there is no such format, or it is one of more than a scoring holds.
    ExportError
        If the file exists, or can't be written as it was meant.
    """
    name = format_for(out, form)
    if name in _OF_STAGINGS:
        raise UsageError(
            f"{name!r} holds the probabilities of a stager, which a scoring does not have",
            hint="choose another format",
        )
    sources = (read.of.path, *(() if read.of.recording is None else read.recording.all_files))
    write_export(_night(read), out, name, force=force, sources=sources)
    return name


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
    return replace(night, events=read.scoring.events if read.of.with_events else ())
