"""What is made from a document: a staging of its recording, the exports of its scoring."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sleepscorer.core.edits import Edit, EditKind, ScoringState
from sleepscorer.core.montage import StagerChannels, choose_stager_channels
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.files.exports import FORMATS, Night, check_outputs, write_exports
from sleepscorer.files.fingerprint import sha256_of
from sleepscorer.session_documents.document import Document


def stage_document(
    document: Document,
    device: str = "auto",
    weights: str | None = None,
    progress: Progress = silent,
    *,
    channels: StagerChannels | None = None,
) -> Staging:
    """Stage the recording of a document, for :meth:`ScoringSession.fill`; for any thread.

    Parameters
    ----------
    document
        Only its recording is read.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
    weights
        Name of the weights; None takes the default.
    progress
        May raise Cancelled.
    channels
        What to look at; None chooses.

    Raises
    ------
    SleepScorerError
        If it can't be staged; the message says why.
    """
    # torch takes a second to import: the window is on the screen before.
    progress(0.0, "loading the network")
    from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS
    from sleepscorer.staging.stager import Stager

    stager = Stager(weights or DEFAULT_WEIGHTS, device=device)
    recording = document.recording
    return stager.stage(recording, channels or choose_stager_channels(recording), progress)


def export_document(
    document: Document,
    folder: Path,
    formats: Sequence[str] = FORMATS,
    force: bool = False,
    progress: Progress = silent,
    *,
    deidentify: bool = False,
) -> tuple[Path, ...]:
    """Write what ``sleepscorer score`` writes, from the scoring as people left it; for any thread.

    Parameters
    ----------
    document
        It does not change.
    folder
        Made where it does not exist.
    formats
        Of :data:`~sleepscorer.files.exports.FORMATS`.
    force
        Replace existing files that sleepscorer made.
    progress
        May raise Cancelled, and nothing has then been written.
    deidentify
        Leave out who was recorded, when, and who scored.

    Raises
    ------
    UsageError
        If a format is unknown.
    ExportError
        If the recording is not the one that was scored, a file is in the way or can't be written.
    """
    recording = document.recording
    if document.needs_locating:
        document.check_unchanged("")
    if not deidentify:
        check_outputs(
            recording.path, folder, stem=recording.path.stem, formats=formats, force=force
        )
    sha256 = sha256_of(recording.all_files, part_of(progress, 0.0, 0.8))
    document.check_unchanged(sha256)
    night = night_of(document, sha256=sha256, deidentify=deidentify)
    stem = f"recording_{sha256[:12]}" if deidentify else recording.path.stem
    return write_exports(
        night,
        folder,
        stem=stem,
        formats=formats,
        force=force,
        progress=part_of(progress, 0.8, 1.0),
    )


def night_of(document: Document, *, sha256: str | None = None, deidentify: bool = False) -> Night:
    """Return what the exports hold: the scoring now, and how much of it people made."""
    recording, session = document.recording, document.session
    # Read once: the window may go on scoring meanwhile.
    state, machine, edits = session.state, session.machine, session.edits
    hypnogram = state.hypnogram
    night = Night.of_recording(
        recording,
        hypnogram,
        statistics=sleep_statistics(hypnogram),
        lights_source=_lights_source(state, edits),
        staging=machine,
        notes=(
            _review_note(state, machine),
            *(() if deidentify else _people_notes(edits)),
        ),
        sha256=sha256,
        deidentify=deidentify,
    )
    marked = [event for event in state.events if event not in recording.events]
    events = sorted([*recording.events, *marked], key=lambda event: event.onset_s)
    return replace(night, events=tuple(events))


def _lights_source(state: ScoringState, edits: Sequence[Edit]) -> str:
    if state.lights_off_s is None and state.lights_on_s is None:
        return "no lights marks: the whole recording"
    off = "lights off" if state.lights_off_s is not None else "lights off = start of recording"
    on = "lights on" if state.lights_on_s is not None else "lights on = end of recording"
    last = [edit for edit in edits if edit.change.lights_after is not None][-1]
    return f"{off}, {on}: marks of the session (last: {last.label})"


def _review_note(state: ScoringState, machine: Staging | None) -> str:
    """Say how much of the scoring is people's."""
    n_epochs, n_person = state.stages.size, int(np.count_nonzero(state.by_person))

    def share(n: int) -> str:
        return f"{n} of {n_epochs} epochs ({100 * n / max(n_epochs, 1):.1f} %)"

    if machine is None:
        return f"{share(n_person)} scored by a person."
    n_edited = int(np.count_nonzero(state.stages != machine.stages))
    return f"{share(n_edited)} edited by hand, {share(n_person)} reviewed by a person."


def _people_notes(edits: Sequence[Edit]) -> tuple[str, ...]:
    people = {edit.author.user: None for edit in edits if edit.kind is EditKind.MANUAL}
    return (f"Edited by {', '.join(people)}.",) if people else ()
