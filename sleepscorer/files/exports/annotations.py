"""A scoring as an annotations-only EDF+C file: one annotation an epoch, and the events.

Source: EDF+ specification (edfplus.info), sections 2.2 and "analysis results in EDF+".
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sleepscorer import __version__
from sleepscorer.core.events import NOTE_PREFIX, WARNING_PREFIX, Event
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.files.edf import (
    EdfPlan,
    patient_identification,
    recording_identification,
    verify_edf,
    write_edf_into,
)
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.night_events import handed_on_events, lights_marks, plain_text

_STAGE_PREFIX = "Sleep stage "


def write_annotations(night: Night, file: BinaryIO) -> None:
    """Write the scoring of a night into an open binary file."""
    write_edf_into(file, _header(night), events=scoring_annotations(night))


def verify_annotations(night: Night, path: Path) -> None:
    """Reopen a written scoring and compare its start, each epoch and each event.

    Raises
    ------
    ExportError
        Where the file differs from the night.
    """
    verify_edf(path, _header(night), events=scoring_annotations(night))


def scoring_annotations(night: Night) -> tuple[Event, ...]:
    """Return all that the file holds: an annotation an epoch, lights marks, events, remarks."""
    return (*_epochs(night), *lights_marks(night), *handed_on_events(night), *_remarks(night))


def _header(night: Night) -> EdfPlan:
    return EdfPlan(
        signals=(),
        n_records=1,
        record_duration_s=0,
        start=night.start,
        patient_id=patient_identification(night.patient_id),
        recording_id=recording_identification(
            None if night.deidentify else night.start,
            night.recording_id,
            equipment=_equipment(night),
        ),
    )


def _equipment(night: Night) -> str:
    program = f"sleepscorer_{__version__}"
    return (
        program if night.staging is None else f"{program}_{night.staging.provenance.weights_name}"
    )


def _epochs(night: Night) -> Iterator[Event]:
    epoch_s = night.hypnogram.epoch_s
    for epoch, stage in enumerate(night.hypnogram.stages.tolist()):
        yield Event(epoch * epoch_s, epoch_s, _STAGE_PREFIX + Stage(stage).text)


def _remarks(night: Night) -> Iterator[Event]:
    """How the stages are to be read where that is not as usual, what makes them doubtful.

    And who signed them, where anybody ever did.
    """
    is_five = night.hypnogram.stage_set == STAGES
    is_usual = is_five and not night.is_smoothed and not night.is_consensus
    notes = () if is_usual else night.reading_notes
    if night.is_consensus or (night.doubtful is not None and night.doubtful.warning):
        # The warning tells how sure the machine is.
        notes = (*notes, *night.confidence_notes)
    if night.signatures:
        # What does not count is a warning.
        told = (one for one in night.signed_sentences if one not in night.all_warnings)
        notes = (*notes, *told)
    for prefix, sentences in ((NOTE_PREFIX, notes), (WARNING_PREFIX, night.all_warnings)):
        for sentence in sentences:
            yield Event(0.0, None, prefix + " ".join(plain_text(sentence).split()))
