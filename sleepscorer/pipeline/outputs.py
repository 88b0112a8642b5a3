"""The way from a scoring to its files, whether the command line or the window asks for them."""

import os
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

from sleepscorer.core.errors import ExportError, OutputTaken
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.files.edf import known_day
from sleepscorer.files.exports import (
    FORMATS,
    PDF,
    Night,
    ReportLook,
    check_outputs,
    deidentified_stem,
    looked_up,
    output_paths,
    write_exports,
)
from sleepscorer.files.recordings import HashedRecording
from sleepscorer.files.sessions import file_states, sha256_of
from sleepscorer.pipeline.night_spectrogram import night_spectrogram

_DAY_S = 24 * 3600
_AGAIN = {"staged": "score it again", "exported": "export it again"}


@dataclass(frozen=True)
class Destination:
    """Where the outputs of a recording go, and what they may hold and replace.

    Parameters
    ----------
    folder
        Made where it does not exist.
    formats
        Of :data:`~sleepscorer.files.exports.FORMATS`.
    force
        Replace existing outputs that sleepscorer made.
    deidentify
        Leave out who was recorded and when.
    taken
        Outputs of the same run so far, which are never replaced.
    look
        Template, language and paper of the report as PDF.
    all_annotations
        Put the recording's own annotations into the files for other programs as well.
    """

    folder: Path
    formats: tuple[str, ...] = FORMATS
    force: bool = False
    deidentify: bool = False
    taken: Collection[Path] = ()
    look: ReportLook = field(default_factory=ReportLook)
    all_annotations: bool = False

    def check_look(self) -> None:
        """Refuse a template, language or paper that can't be had, before any work starts.

        Raises
        ------
        UsageError
            If there is none of the name.
        ReportRefused
            If the template is wrong.
        """
        if PDF in self.formats:
            looked_up(self.look)

    def check_free(self, source: Path, stem: str) -> None:
        """Refuse outputs that are in the way; what this run wrote stays even with ``force``.

        Raises
        ------
        UsageError
            If a format is unknown.
        ExportError
            If one is in the way, or would replace the recording ``source`` itself.
        """
        taken_names = {name_key(output) for output in self.taken}
        for output in output_paths(self.folder, stem, self.formats):
            if name_key(output) in taken_names:
                raise OutputTaken(
                    f"its scores would replace {output}, which this run wrote from another"
                    " recording",
                    path=source,
                    hint="score it in a run of its own into another folder",
                )
        check_outputs(source, self.folder, stem=stem, formats=self.formats, force=self.force)

    def check_named(self, source: Path) -> None:
        """Refuse what is in the way before any work starts, as far as it can be told by then.

        De-identified outputs are named by the content of the recording: :func:`hashed` checks.

        Raises
        ------
        UsageError, ExportError
            As :meth:`check_free`.
        """
        self.check_look()
        if not self.deidentify:
            self.check_free(source, source.stem)


@dataclass(frozen=True, eq=False)
class SourceRecording:
    """A recording as its outputs are made and named.

    Parameters
    ----------
    recording
        As it was opened.
    stem
        Beginning of the names of its outputs.
    sha256
        Of its file, of several one after the other; None where not computed.
    deidentify
        Whether its outputs leave out who was recorded and when.
    file_states
        Sizes and times of its files before they were hashed.
    """

    recording: Recording
    stem: str = ""
    sha256: str | None = None
    deidentify: bool = False
    file_states: tuple[tuple[int, int], ...] = ()


def hashed(recording: Recording, to: Destination, progress: Progress = silent) -> SourceRecording:
    """Hash a recording; what is named by the hash must not be in the way of anything.

    Parameters
    ----------
    recording
        Every file of it is read.
    to
        Where the outputs will go.
    progress
        Called for each MiB; may raise Cancelled.

    Raises
    ------
    RecordingError
        If it can't be read.
    ExportError
        If a de-identified output is in the way; see :meth:`Destination.check_named` for others.
    """
    states = file_states(recording.all_files)
    sha256 = sha256_of(recording.all_files, progress)
    return source_of(HashedRecording(recording, sha256, states), to)


def source_of(read: HashedRecording, to: Destination) -> SourceRecording:
    """Name the outputs of a recording; what is named by its hash must not be in the way.

    Raises
    ------
    ExportError
        As :func:`hashed`.
    """
    stem = read.recording.path.stem
    if to.deidentify:
        stem = deidentified_stem(read.sha256)
        to.check_free(read.recording.path, stem)
    return SourceRecording(read.recording, stem, read.sha256, to.deidentify, read.file_states)


def make_night(
    source: SourceRecording,
    hypnogram: Hypnogram,
    *,
    staging: Staging | None,
    others: tuple[Staging, ...] = (),
    lights_source: str,
    notes: tuple[str, ...] = (),
    n_edited: int | None = None,
    n_arousals: int | None = None,
) -> Night:
    """Put together what the outputs hold, with the notes that all of them carry.

    Parameters
    ----------
    source
        The recording.
    hypnogram, staging, others, lights_source, n_edited
        As in :class:`~sleepscorer.files.exports.Night`.
    notes
        What was decided on the way to the scoring.
    n_arousals
        As in :func:`~sleepscorer.core.statistics.sleep_statistics`.
    """
    recording = source.recording
    return Night.of_recording(
        recording,
        hypnogram,
        statistics=sleep_statistics(hypnogram, n_arousals),
        lights_source=lights_source,
        staging=staging,
        others=others,
        n_edited=n_edited,
        notes=(
            *notes,
            *_suggestion_note(recording, suggested_lights(hypnogram, staging)),
            *(() if source.sha256 is None else _hash_notes(source)),
        ),
        sha256=source.sha256,
        deidentify=source.deidentify,
    )


def write_outputs(
    night: Night,
    source: SourceRecording,
    *,
    to: Destination,
    doing: Literal["staged", "exported"],
    progress: Progress = silent,
) -> tuple[Path, ...]:
    """Write a night, unless its recording changed since it was hashed.

    Parameters
    ----------
    night
        What to write.
    source
        The recording it was made from.
    to
        Where the files go.
    doing
        What was done with the recording meanwhile.
    progress
        Called for each file; may raise Cancelled, and nothing has then been written.

    Raises
    ------
    ExportError
        If the recording changed, a file is in the way or can't be written.
    """
    if file_states(source.recording.all_files) != source.file_states:
        raise ExportError(
            f"the recording changed while it was being {doing}",
            path=source.recording.path,
            hint=f"{_AGAIN[doing]} when nothing writes to it",
        )
    night = replace(night, look=to.look, all_annotations=to.all_annotations)
    if PDF in to.formats and looked_up(to.look).template.has("spectrogram"):
        drawing = part_of(progress, 0.0, 0.8)
        night = replace(night, spectrogram=night_spectrogram(source.recording, drawing))
        progress = part_of(progress, 0.8, 1.0)
    return write_exports(
        night,
        to.folder,
        stem=source.stem,
        formats=to.formats,
        force=to.force,
        sources=source.recording.all_files,
        progress=progress,
    )


def suggested_lights(hypnogram: Hypnogram, staging: Staging | None) -> tuple[float, ...]:
    """Lights off and on in seconds as the signal suggests them; empty where one is marked."""
    is_marked = (hypnogram.lights_off_s, hypnogram.lights_on_s) != (None, None)
    return () if is_marked or staging is None else staging.provenance.suggested_lights_s


def name_key(path: Path) -> str:
    """What files are compared by: not every file system tells Night.edf from night.edf."""
    return os.path.abspath(path).casefold()  # noqa: PTH100 - must not follow links


def _suggestion_note(recording: Recording, suggested_s: tuple[float, ...]) -> tuple[str, ...]:
    if not suggested_s:
        return ()
    off, on = (moment_text(recording, time_s) for time_s in suggested_s)
    return (
        f"Nothing marks lights off and on: the signal suggests {off} and {on}, which were not"
        " used.",
    )


def moment_text(recording: Recording, time_s: float) -> str:
    """The clock time of a moment; with the day where a clock time comes twice."""
    start = recording.start
    if start is None:
        return f"{time_s:g} s"
    moment = start + timedelta(seconds=time_s)
    if recording.duration_s <= _DAY_S:
        return f"{moment:%H:%M:%S}"
    # The date alone would be lost on de-identification, and may be unknown.
    date = "" if known_day(start) is None else f"{moment:%Y-%m-%d} "
    return f"{date}{moment:%H:%M:%S} (day {(moment.date() - start.date()).days + 1})"


def _hash_notes(source: SourceRecording) -> tuple[str, ...]:
    names = [path.name for path in source.recording.all_files]
    if len(names) == 1:
        return ()
    # A name tells of a person; those of companions may be others than the recording's.
    which = f"its {len(names)} files" if source.deidentify else ", ".join(names)
    return (f"The SHA-256 is that of {which} one after the other.",)
