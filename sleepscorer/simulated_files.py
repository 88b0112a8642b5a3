"""Writes a simulated night and its true scoring as EDF+ files."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sleepscorer.core.errors import UsageError
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.recording import FloatArray
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.files.edf import (
    EdfPlan,
    SignalHeader,
    start_date_subfield,
    verify_edf,
    write_edf_into,
)
from sleepscorer.files.exports import (
    SIMULATION,
    Night,
    is_synthetic,
    verify_annotations,
    write_annotations,
)
from sleepscorer.files.verified_write import Output, check_targets, make_folder, write_verified
from sleepscorer.simulation.channels import ChannelSpec
from sleepscorer.simulation.night import SYNTHETIC, SimulatedNight

_RECORD_DURATIONS_S = (1, 2, 5, 10)
_BLOCK_S = 60


def scoring_path(recording: Path) -> Path:
    """Where the true scoring of a simulated recording goes: ``NIGHT_scoring.edf``."""
    return recording.with_name(f"{recording.stem}_scoring.edf")


def write_simulated_night(
    night: SimulatedNight, path: Path, *, force: bool = False, progress: Progress = silent
) -> tuple[Path, Path]:
    """Write a simulated night as EDF+, and beside it its true scoring.

    Parameters
    ----------
    night
        It is computed as it is written and never lies in memory as a whole.
    path
        The recording, ``.edf``; its header says that it is synthetic. Its folder is made.
    force
        Replace existing files that are synthetic too.

    Returns
    -------
    The recording and the scoring.

    Raises
    ------
    ExportError
        If a file exists or can't be written, or one to be replaced is not synthetic.
    UsageError
        If the path does not end in ``.edf``.
    """
    if path.suffix.lower() != ".edf":
        raise UsageError(f"{path.name} does not end in .edf", hint="simulate writes EDF+")
    truth = scoring_path(path)
    check_targets((path, truth), force=force, is_own=is_synthetic)
    make_folder(path.parent)
    header = _header(night)
    scored = _scored(night, path, header)
    write_verified(
        [
            Output(
                path,
                lambda file: write_edf_into(
                    file, header, _blocks(night, header, progress), events=night.events
                ),
                lambda part: verify_edf(part, header, events=night.events),
            ),
            Output(truth, partial(write_annotations, scored), partial(verify_annotations, scored)),
        ],
        force=force,
        is_own=is_synthetic,
    )
    return path, truth


def _header(night: SimulatedNight) -> EdfPlan:
    record_s = next(
        (s for s in _RECORD_DURATIONS_S if all(_whole(c, s) for c in night.channels)),
        _RECORD_DURATIONS_S[-1],
    )
    return EdfPlan(
        signals=tuple(_signal(spec) for spec in night.channels),
        n_records=int(night.duration_s // record_s),
        record_duration_s=record_s,
        start=night.start,
        patient_id=f"X X X Synthetic_night_seed_{night.seed}",
        recording_id=_recording_id(night, technician="X"),
    )


def _recording_id(night: SimulatedNight, *, technician: str) -> str:
    day = start_date_subfield(night.start)
    return f"Startdate {day} X {technician} sleepscorer_simulation_synthetic"


def _whole(channel: ChannelSpec, record_s: int) -> bool:
    n_samples = channel.sampling_rate_hz * record_s
    return abs(n_samples - round(n_samples)) < 1e-9


def _signal(spec: ChannelSpec) -> SignalHeader:
    low, high = spec.physical_range
    return SignalHeader(
        label=spec.label,
        sampling_rate_hz=spec.sampling_rate_hz,
        physical_min=low,
        physical_max=high,
        unit=spec.unit,
        transducer=SYNTHETIC,
        prefilter=spec.prefilter,
    )


def _blocks(
    night: SimulatedNight, header: EdfPlan, progress: Progress
) -> Iterator[list[FloatArray]]:
    end_s = header.n_records * header.record_duration_s
    start_s = 0.0
    while start_s < end_s:
        stop_s = min(start_s + _BLOCK_S, end_s)
        progress(start_s / end_s, "simulating")
        yield night.block(start_s, stop_s)
        start_s = stop_s


def _scored(night: SimulatedNight, path: Path, header: EdfPlan) -> Night:
    # A length that is no whole number of records loses its last seconds, and perhaps an epoch.
    written_s = header.n_records * header.record_duration_s
    hypnogram = Hypnogram(
        night.hypnogram.stages[: int(written_s // EPOCH_S)],
        lights_off_s=night.hypnogram.lights_off_s,
        lights_on_s=night.hypnogram.lights_on_s,
    )
    return Night(
        path=path,
        format_name="EDF+C",
        start=night.start,
        duration_s=written_s,
        patient_id=header.patient_id,
        recording_id=_recording_id(night, technician=SIMULATION),
        hypnogram=hypnogram,
        statistics=sleep_statistics(hypnogram),
        lights_source="simulation",
        events=night.events,
        is_simulated=True,
    )
