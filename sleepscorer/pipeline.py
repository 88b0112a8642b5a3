"""The headless path from a recording to its exports; the window and the command line share it."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
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
from sleepscorer.core.montage import StagerChannels, choose_stager_channels
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.files.exports import FORMATS, Night, check_outputs, output_paths, write_exports
from sleepscorer.files.recordings import open_recording

if TYPE_CHECKING:
    from sleepscorer.staging.stager import Stager

_HASH_BLOCK_BYTES = 1 << 20


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
        Stored labels or derivations, or ``("none",)``.
    lights_off, lights_on
        Seconds from the start or a clock time, as typed.
    force
        Replace existing outputs.
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
    force: bool = False
    deidentify: bool = False

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


def check_distinct_outputs(paths: Sequence[Path], options: ScoreOptions) -> None:
    """Refuse recordings whose outputs would have the same name, before any work starts.

    Raises
    ------
    UsageError
        Naming two of them.
    """
    if options.deidentify:
        return  # named by what the recordings hold: equal names mean equal recordings
    claimed: dict[str, Path] = {}
    for path in paths:
        for output in output_paths(options.folder_for(path), path.stem, options.formats):
            # Not every file system tells Night.edf from night.edf.
            key = os.path.abspath(output).casefold()  # noqa: PTH100 - must not follow links
            if key in claimed:
                raise UsageError(
                    f"{claimed[key]} and {path} would both write {output}",
                    hint="score them in separate runs with different --out folders",
                )
            claimed[key] = path


def score_recording(
    path: Path, stager: "Stager", options: ScoreOptions, *, progress: Progress = silent
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
    progress
        Called at least every 0.2 s; may raise Cancelled, and nothing has then been written.

    Raises
    ------
    SleepScorerError
        If it can't be opened, staged or exported; the message says why.
    """
    folder = options.folder_for(path)
    before = _identity(path)
    sha256 = _file_sha256(path, part_of(progress, 0.0, 0.05))
    # A file name tells as much as a header does: names of people, dates, numbers of patients.
    stem = f"recording_{sha256[:12]}" if options.deidentify else path.stem
    check_outputs(path, folder, stem=stem, formats=options.formats, force=options.force)
    recording = open_recording(path)
    channels = choose_stager_channels(recording, eeg=options.eeg, eog=options.eog, emg=options.emg)
    lights = _lights(recording, options)
    staging = stager.stage(recording, channels, part_of(progress, 0.05, 0.95))
    hypnogram = Hypnogram(staging.stages, lights_off_s=lights.off_s, lights_on_s=lights.on_s)
    statistics = sleep_statistics(hypnogram)
    night = Night.of_recording(
        recording,
        hypnogram,
        statistics=statistics,
        lights_source=lights.source,
        staging=staging,
        notes=lights.notes,
        sha256=sha256,
        deidentify=options.deidentify,
    )
    if _identity(path) != before:
        raise ExportError(
            "the recording changed while it was being staged",
            path=path,
            hint="score it again when nothing writes to it",
        )
    progress(0.95, "writing")
    outputs = write_exports(night, folder, stem=stem, formats=options.formats, force=options.force)
    progress(1.0, "done")
    return ScoredNight(night, channels, outputs)


def _lights(recording: Recording, options: ScoreOptions) -> LightsMarks:
    """Decide the lights marks; typed ones may lie in the rest after the last whole epoch."""
    scored_s = recording.n_epochs * 30.0

    def typed(text: str | None) -> float | None:
        if text is None:
            return None
        return min(parse_time_mark(text, recording.start, recording.duration_s), scored_s)

    return resolve_lights(
        lights_of_events(recording.events, scored_s),
        off_s=typed(options.lights_off),
        on_s=typed(options.lights_on),
        duration_s=scored_s,
    )


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return status.st_size, status.st_mtime_ns


def _unreadable(path: Path, error: OSError) -> RecordingError:
    return RecordingError(f"the file can't be read: {error.strerror or error}", path=path)


def _file_sha256(path: Path, progress: Progress) -> str:
    digest = hashlib.sha256()
    done = 0
    try:
        size = max(path.stat().st_size, 1)
        with path.open("rb") as file:
            while block := file.read(_HASH_BLOCK_BYTES):
                digest.update(block)
                done += len(block)
                progress(min(done / size, 1.0), "reading the file")
    except OSError as error:
        raise _unreadable(path, error) from error
    return digest.hexdigest()
