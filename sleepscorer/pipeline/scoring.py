"""The headless path from a recording to its exports; the window and the command line share it."""

import math
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sleepscorer.core.errors import ExportError, RecordingError, UsageError
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.lights import (
    LightsMarks,
    lights_of_events,
    parse_time_mark,
    resolve_lights,
)
from sleepscorer.core.machine_answer import machine_answer, smoothed_sentence
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import NONE, StagerChannels, choose_stager_channels
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.files.edf import UNKNOWN_START
from sleepscorer.files.exports import (
    FORMATS,
    Night,
    check_outputs,
    deidentified_stem,
    is_own_scoring,
    output_paths,
    write_exports,
)
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.sessions import sha256_of
from sleepscorer.staging.stagers import with_second_opinion

if TYPE_CHECKING:
    from sleepscorer.core.staging_result import Staging
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
    eeg, eog, emg
        Stored labels or derivations, or ``("none",)``. A text that is no label of the recording
        may list several, with commas between.
    lights_off, lights_on
        Seconds from the start or a clock time, as typed.
    told
        The stages that the outputs tell apart, five or three.
    smooth
        Whether the outputs hold the smoothed answer, the machine's own beside it.
    force
        Replace existing outputs that sleepscorer made.
    deidentify
        Leave out of the outputs who was recorded and when.
    """

    folder: Path | None = None
    formats: tuple[str, ...] = FORMATS
    eeg: tuple[str, ...] | None = None
    eog: tuple[str, ...] | None = None
    emg: tuple[str, ...] | None = None
    lights_off: str | None = None
    lights_on: str | None = None
    told: tuple[Stage, ...] = STAGES
    smooth: bool = False
    force: bool = False
    deidentify: bool = False

    def __post_init__(self) -> None:
        """Refuse, with a UsageError, what no recording could make sense of."""
        output_paths(Path(), "", self.formats)
        for option, names in (("--eeg", self.eeg), ("--eog", self.eog), ("--emg", self.emg)):
            _check_names(option, names)
        off_s = _checked_mark("--lights-off", self.lights_off)
        on_s = _checked_mark("--lights-on", self.lights_on)
        if off_s is not None and on_s is not None and off_s >= on_s:
            raise UsageError(f"lights off at {off_s:g} s is not before lights on at {on_s:g} s")

    def folder_for(self, recording: Path) -> Path:
        """Where the outputs of this recording go."""
        return recording.parent if self.folder is None else self.folder


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
                raise UsageError(
                    f"the scores of {path} would be written over the recording {owner}",
                    hint="choose another folder with --out",
                )
            key = _name_key(output)
            if key in claimed:
                raise UsageError(
                    f"{claimed[key]} and {path} would both write {output}",
                    hint="score them in separate runs with different --out folders",
                )
            claimed[key] = path


def score_recording(
    path: Path,
    stager: "Stager",
    options: ScoreOptions,
    *,
    second_opinion: str = "",
    taken: Collection[Path] = (),
    progress: Progress = silent,
) -> ScoredNight:
    """Open, stage and export one recording.

    Parameters
    ----------
    path
        The recording; only ever opened for reading.
    stager
        The network.
    options
        Channels, lights marks, outputs.
    second_opinion
        Name of another stager that is asked as well; where it fails the outputs say so and are
        what they are without.
    taken
        Outputs of the same run so far, which are never replaced.
    progress
        Called at least every 0.2 s; may raise Cancelled, and nothing has then been written.

    Raises
    ------
    SleepScorerError
        If it can't be opened, staged or exported; the message says why.
    """
    if not options.deidentify:
        _check_free(path, path.stem, options, taken)
    recording = open_recording(path)
    before = _identities(recording)
    _check_signals(recording)
    channels = _channels(recording, options)
    lights = _lights(recording, options)
    sha256 = sha256_of(recording.all_files, part_of(progress, 0.0, 0.05))
    stem = path.stem
    if options.deidentify:
        stem = deidentified_stem(sha256)
        _check_free(path, stem, options, taken)
    ours_done = 0.5 if second_opinion else 0.95
    staging = stager.stage(recording, channels, part_of(progress, 0.05, ours_done))
    second = None
    if second_opinion:
        theirs = part_of(progress, ours_done, 0.95)
        staging, second = with_second_opinion(
            staging, second_opinion, recording, channels=channels, progress=theirs
        )
    answer = machine_answer(staging, options.told)
    hypnogram = Hypnogram(
        answer.smoothed if options.smooth else answer.stages,
        lights_off_s=lights.off_s,
        lights_on_s=lights.on_s,
        told=options.told,
    )
    night = Night.of_recording(
        recording,
        hypnogram,
        statistics=sleep_statistics(hypnogram),
        lights_source=lights.source,
        staging=staging,
        second=second,
        notes=(*lights.notes, *_suggestion(recording, lights, staging), *_hash_notes(recording)),
        sha256=sha256,
        deidentify=options.deidentify,
    )
    if options.smooth:
        night = replace(night, smoothing=smoothed_sentence(answer), is_smoothed=True)
    if _identities(recording) != before:
        raise ExportError(
            "the recording changed while it was being staged",
            path=path,
            hint="score it again when nothing writes to it",
        )
    outputs = write_exports(
        night,
        options.folder_for(path),
        stem=stem,
        formats=options.formats,
        force=options.force,
        progress=part_of(progress, 0.95, 1.0),
    )
    return ScoredNight(night, channels, outputs)


def _check_names(option: str, names: tuple[str, ...] | None) -> None:
    if names is None:
        return
    if not names or not all(name.strip(" ,") for name in names):
        raise UsageError(f"{option} names no channel", hint="give a label, a derivation or none")
    if len(names) > 1 and NONE in {name.strip().casefold() for name in names}:
        raise UsageError(f"{option} names channels, and none")


def _checked_mark(option: str, text: str | None) -> float | None:
    """Refuse what is no time; return it where it is plain seconds, None where it is a clock."""
    if text is None:
        return None
    try:
        time_s = parse_time_mark(text, UNKNOWN_START, math.inf)
    except UsageError as error:
        raise UsageError(f"{option}: {error.what}", hint=error.hint) from error
    return None if ":" in text else time_s


def _name_key(path: Path) -> str:
    # Not every file system tells Night.edf from night.edf.
    return os.path.abspath(path).casefold()  # noqa: PTH100 - must not follow links


def _keys(path: Path) -> tuple[object, ...]:
    """Return what a file is known by: its name, and its place on the disk where it exists."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return (_name_key(path),)
    return (_name_key(path), (status.st_dev, status.st_ino))


def _check_free(path: Path, stem: str, options: ScoreOptions, taken: Collection[Path]) -> None:
    """Refuse outputs that are in the way; what this run wrote stays even with ``force``."""
    folder = options.folder_for(path)
    taken_names = {_name_key(output) for output in taken}
    for output in output_paths(folder, stem, options.formats):
        if _name_key(output) in taken_names:
            raise ExportError(
                f"its scores would replace {output}, which this run wrote from another recording",
                path=path,
                hint="score it in a run of its own with another --out folder",
            )
    check_outputs(path, folder, stem=stem, formats=options.formats, force=options.force)


def _check_signals(recording: Recording) -> None:
    if recording.signals or recording.quarantined:
        return
    what = "annotations only, no signals" if recording.events else "no signals"
    raise RecordingError(
        f"it holds {what}", path=recording.path, hint="score the recording it belongs to"
    )


def _channels(recording: Recording, options: ScoreOptions) -> StagerChannels:
    return choose_stager_channels(
        recording,
        eeg=_split_names(recording, options.eeg),
        eog=_split_names(recording, options.eog),
        emg=_split_names(recording, options.emg),
    )


def _split_names(recording: Recording, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Part texts at their commas, except those that are a label of the recording as they stand."""
    if names is None:
        return None
    labels = {signal.label.casefold() for signal in recording.signals}
    parts = ((n,) if n.strip().casefold() in labels else n.split(",") for n in names)
    return tuple(name.strip() for some in parts for name in some if name.strip())


def _lights(recording: Recording, options: ScoreOptions) -> LightsMarks:
    """Decide the lights marks; a typed lights on may lie in the rest after the last whole epoch."""
    scored_s = recording.n_epochs * EPOCH_S

    def typed(text: str | None) -> float | None:
        if text is None:
            return None
        return parse_time_mark(text, recording.start, recording.duration_s)

    off_s, on_s = typed(options.lights_off), typed(options.lights_on)
    if off_s is not None and off_s >= scored_s > 0:
        raise UsageError(
            f"lights off at {options.lights_off} lies after the last whole epoch,"
            f" which ends at {scored_s:g} s"
        )
    marked = lights_of_events(recording.events, scored_s)
    try:
        return resolve_lights(
            marked,
            off_s=off_s,
            on_s=None if on_s is None else min(on_s, scored_s),
            duration_s=scored_s,
        )
    except UsageError as error:
        given = (("--lights-off", options.lights_off), ("--lights-on", options.lights_on))
        words = " ".join(f"{option} {text}" for option, text in given if text is not None)
        raise UsageError(f"{error.what}; given was {words}", hint=error.hint) from error


def _suggestion(recording: Recording, lights: LightsMarks, staging: "Staging") -> tuple[str, ...]:
    """Say what the signal suggests where nothing is marked."""
    if (lights.off_s, lights.on_s) != (None, None) or not staging.provenance.suggested_lights_s:
        return ()
    start = recording.start
    off, on = (
        f"{time_s:g} s" if start is None else f"{start + timedelta(seconds=time_s):%H:%M:%S}"
        for time_s in staging.provenance.suggested_lights_s
    )
    return (
        f"Nothing marks lights off and on: the signal suggests {off} and {on}, which were not used"
        " (--lights-off and --lights-on set them).",
    )


def _hash_notes(recording: Recording) -> tuple[str, ...]:
    names = [path.name for path in recording.all_files]
    if len(names) == 1:
        return ()
    return (f"The SHA-256 is that of {', '.join(names)} one after the other.",)


def _identities(recording: Recording) -> tuple[tuple[int, int], ...]:
    return tuple(_identity(path) for path in recording.all_files)


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise RecordingError(
            f"the file can't be read: {error.strerror or error}", path=path
        ) from error
    return status.st_size, status.st_mtime_ns
