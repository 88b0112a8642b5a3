"""Stages recordings and writes what was found of each, without a window."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sleepscorer.core.errors import OutputsClash, UsageError
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.machine_answer import machine_answer, smoothed_sentence
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.stager_channels import ChannelChoice, StagerChannels
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.files.exports import FORMATS, Night, is_own_scoring, output_paths
from sleepscorer.pipeline.outputs import (
    Destination,
    make_night,
    name_key,
    write_outputs,
)
from sleepscorer.pipeline.reading import NightComing, ReadOptions, ready_night
from sleepscorer.pipeline.staging import AskedStagers, stage_recording

if TYPE_CHECKING:
    from sleepscorer.staging.preprocess import Band
    from sleepscorer.staging.stager import Stager


@dataclass(frozen=True)
class ScoreOptions:
    """How recordings are to be scored; what is None is decided by the recording.

    Parameters
    ----------
    folder
        Where the outputs go; None means beside the recording.
    formats
        Of :data:`~sleepscorer.files.exports.FORMATS`.
    channels
        What to stage by; a text that is no label of the recording may list several, with commas
        between.
    lights_off, lights_on
        Seconds from the start or a clock time, as typed.
    stage_set
        The stages that the outputs tell apart, five or three.
    smooth
        Whether the outputs hold the smoothed answer, the machine's own beside it.
    force
        Replace existing outputs that sleepscorer made.
    deidentify
        Leave out of the outputs who was recorded and when.
    all_annotations
        Put the recording's own annotations into the hypnogram and the files for other programs.
    """

    folder: Path | None = None
    formats: tuple[str, ...] = FORMATS
    channels: ChannelChoice = field(default_factory=ChannelChoice)
    lights_off: str | None = None
    lights_on: str | None = None
    stage_set: tuple[Stage, ...] = STAGES
    smooth: bool = False
    force: bool = False
    deidentify: bool = False
    all_annotations: bool = False

    def __post_init__(self) -> None:
        """Refuse, with a UsageError, a format that is unknown."""
        output_paths(Path(), "", self.formats)

    def folder_for(self, recording: Path) -> Path:
        """Where the outputs of this recording go."""
        return recording.parent if self.folder is None else self.folder

    def destination_for(self, recording: Path, taken: Collection[Path] = ()) -> Destination:
        """Where and how the outputs of this recording are written."""
        return Destination(
            self.folder_for(recording),
            self.formats,
            self.force,
            self.deidentify,
            taken,
            all_annotations=self.all_annotations,
        )

    def read_options(self, kinds: tuple["Band", ...], asked: AskedStagers) -> ReadOptions:
        """What is to be read of a recording where ours looks at these kinds of channel."""
        return ReadOptions(
            self.channels,
            kinds,
            lights_off=self.lights_off,
            lights_on=self.lights_on,
            is_read_again=asked.asks_others,
            site=asked.site,
        )


@dataclass(frozen=True)
class ScoredNight:
    """What scoring a recording gave.

    Parameters
    ----------
    night
        All that the outputs hold.
    channels
        What the stager looked at.
    outputs
        The files written.
    """

    night: Night
    channels: StagerChannels
    outputs: tuple[Path, ...] = field(default=())


def without_own_scorings(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Part files into those to score and the scorings that sleepscorer itself made earlier.

    ``*.edf`` in a folder of recordings names both.
    """
    own = tuple(path for path in paths if is_own_scoring(path))
    return tuple(path for path in paths if path not in own), own


def check_distinct_outputs(paths: Sequence[Path], options: ScoreOptions) -> None:
    """Refuse recordings whose outputs would be one file, before any work starts.

    Raises
    ------
    UsageError
        Naming two of them: given twice, with outputs of one name, or one being an output of the
        other.
    """
    given: dict[object, Path] = {}
    for path in paths:
        keys = _keys(path)
        if keys[-1] in given:
            raise UsageError(f"{given[keys[-1]]} and {path} are the same file", hint="name it once")
        given.update(dict.fromkeys(keys, path))
    claimed: dict[object, Path] = {}
    # What a de-identified recording is called is known when it was read: score_recording checks.
    for path in () if options.deidentify else paths:
        for output in output_paths(options.folder_for(path), path.stem, options.formats):
            owner = next((given[key] for key in _keys(output) if key in given), None)
            if owner is not None:
                raise OutputsClash(
                    f"the scores of {path} would be written over the recording {owner}",
                    hint="choose another folder",
                )
            key = name_key(output)
            if key in claimed:
                raise OutputsClash(
                    f"{claimed[key]} and {path} would both write {output}",
                    hint="score them in separate runs into different folders",
                )
            claimed[key] = path


def coming_night(
    path: Path,
    options: ScoreOptions,
    kinds: tuple["Band", ...],
    *,
    asked: AskedStagers | None = None,
) -> NightComing:
    """Begin to read the first recording of a run, while torch is imported; to be used by ``with``.

    Parameters
    ----------
    path, options, asked
        As for :func:`score_recording`.
    kinds
        The kinds of channel that the stager will look at.
    """
    read, to = options.read_options(kinds, asked or AskedStagers()), options.destination_for(path)
    return NightComing(lambda progress: ready_night(path, read, to, progress))


def score_recording(
    path: Path,
    stager: "Stager | None",
    options: ScoreOptions,
    *,
    asked: AskedStagers | None = None,
    taken: Collection[Path] = (),
    coming: NightComing | None = None,
    progress: Progress = silent,
) -> ScoredNight:
    """Open, stage and export one recording.

    Parameters
    ----------
    path
        The recording; only ever opened for reading.
    stager
        Our own; None where it is not asked.
    options
        Channels, lights marks, outputs.
    asked
        Which stagers are asked, as in :func:`~sleepscorer.pipeline.stage_recording`; None asks our
        own alone.
    taken
        Outputs of the same run so far, which are never replaced.
    coming
        The same recording, where :func:`coming_night` makes it ready already.
    progress
        Called at least every 0.2 s; may raise Cancelled, and nothing has then been written.

    Raises
    ------
    SleepScorerError
        If it can't be opened, staged or exported; the message says why.
    """
    to = options.destination_for(path, taken)
    asked = asked or AskedStagers()
    first = part_of(progress, 0.0, 0.05)
    if coming is None:
        read = options.read_options(() if stager is None else stager.kinds, asked)
        ready = ready_night(path, read, to, first)
    else:
        ready = coming.result(first)
    with ready.ahead as ahead:
        answers = stage_recording(
            ready.source.recording,
            ready.channels,
            stager=None if stager is None else stager.reading(ahead),
            asked=asked,
            progress=part_of(progress, 0.05, 0.95),
        )
    source, lights = ready.source, ready.lights
    answer = machine_answer(answers.staging, options.stage_set)
    hypnogram = Hypnogram(
        answer.smoothed if options.smooth else answer.stages,
        lights_off_s=lights.off_s,
        lights_on_s=lights.on_s,
        stage_set=options.stage_set,
    )
    night = make_night(
        source,
        hypnogram,
        staging=answers.staging,
        others=answers.others,
        lights_source=lights.source,
        notes=lights.notes,
    )
    if options.smooth:
        night = replace(night, smoothing=smoothed_sentence(answer), is_smoothed=True)
    last = part_of(progress, 0.95, 1.0)
    outputs = write_outputs(night, source, to=to, doing="staged", progress=last)
    return ScoredNight(night, ready.channels, outputs)


def _keys(path: Path) -> tuple[object, ...]:
    """Return what a file is known by: its name, and its place on the disk where it exists."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return (name_key(path),)
    return (name_key(path), (status.st_dev, status.st_ino))
