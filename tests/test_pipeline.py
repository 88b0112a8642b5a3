"""The headless path on files: units, gaps, lights, and recordings that change underfoot."""

import json
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from sleepscorer import pipeline
from sleepscorer.core.errors import ExportError
from sleepscorer.core.events import Event
from sleepscorer.core.progress import Cancelled
from sleepscorer.files.edf_writer import EdfHeader, SignalHeader, write_edf
from sleepscorer.files.scorings import read_scoring
from sleepscorer.pipeline import ScoreOptions, score_recording
from sleepscorer.simulation.channels import derivations
from sleepscorer.simulation.night import simulate_night
from sleepscorer.staging.stager import Stager

N_EPOCHS = 40
START = datetime(2024, 3, 1, 23, 0, 0)


@pytest.fixture(scope="module")
def stager():
    return Stager(device="cpu")


@pytest.fixture(scope="module")
def eeg():
    night = simulate_night(
        hours=N_EPOCHS / 120,
        seed=5,
        channels=derivations("C4-M1", sampling_rate_hz=100),
    )
    return night.block(0, night.duration_s)[0]


def write(path, eeg, *, unit="uV", scale=1.0, events=(), record_starts_s=None):
    header = EdfHeader(
        signals=(
            SignalHeader(
                label="EEG C4-M1",
                sampling_rate_hz=100,
                physical_min=-1000 * scale,
                physical_max=1000 * scale,
                unit=unit,
            ),
        ),
        n_records=N_EPOCHS * 30,
        record_duration_s=1,
        start=START,
        record_starts_s=record_starts_s,
    )
    write_edf(path, header, [[(eeg * scale).astype(np.float32)]], events=events)
    return path


def staged(path):
    return json.loads(path.with_name(f"{path.stem}_staging.json").read_text())


def test_volts_by_the_header_s_own_unit_are_set_right_and_said(stager, eeg, tmp_path):
    plain = score_recording(write(tmp_path / "uv.edf", eeg), stager, ScoreOptions())
    volts = score_recording(
        write(tmp_path / "v.edf", eeg, unit="mV", scale=1e-3), stager, ScoreOptions()
    )
    assert plain.night.all_warnings == ()
    assert any("was converted to microvolts" in w for w in volts.night.all_warnings)
    same = volts.night.hypnogram.stages == plain.night.hypnogram.stages
    assert same.mean() > 0.95
    for document in (staged(tmp_path / "v.edf"), volts.night.all_warnings):
        assert "converted to microvolts" in json.dumps(document)


def test_gaps_stay_gaps_in_every_output(stager, eeg, tmp_path):
    # 600 s, then a hole of 95 s, then the rest.
    starts = [float(i if i < 600 else i + 95) for i in range(N_EPOCHS * 30)]
    path = write(tmp_path / "gap.edf", eeg, record_starts_s=tuple(starts))
    scored = score_recording(path, stager, ScoreOptions())
    stages = scored.night.hypnogram.stages
    assert len(stages) == 43  # 1295 s
    assert np.flatnonzero(stages == -1).tolist() == [20, 21, 22, 23]
    for output in scored.outputs:
        if output.suffix in {".edf", ".csv"}:
            assert read_scoring(output).hypnogram.stages.tolist() == stages.tolist()
    assert staged(path)["stages"][21] == "?"
    assert any("4 of 43 epochs" in warning for warning in scored.night.all_warnings)


def test_lights_marks_of_the_file_hold_unless_given(stager, eeg, tmp_path):
    events = (Event(60.0, None, "Lights off"), Event(1100.0, None, "Lights on"))
    path = write(tmp_path / "lights.edf", eeg, events=events)
    marked = score_recording(path, stager, ScoreOptions(formats=("edf",)))
    assert marked.night.statistics.trt_min == (36 - 2) / 2
    assert "annotation" in marked.night.lights_source
    read = read_scoring(marked.outputs[0]).hypnogram
    assert (read.lights_off_s, read.lights_on_s) == (60.0, 1100.0)
    given = score_recording(
        path, stager, ScoreOptions(formats=("edf",), lights_off="23:05:00", force=True)
    )
    assert given.night.hypnogram.lights_off_s == 300.0
    assert given.night.hypnogram.lights_on_s == 1100.0


def test_a_cancelled_job_writes_nothing(stager, eeg, tmp_path):
    path = write(tmp_path / "night.edf", eeg)

    def cancel(fraction, _text):
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        score_recording(path, stager, ScoreOptions(), progress=cancel)
    assert [p.name for p in tmp_path.iterdir()] == ["night.edf"]


def test_a_recording_that_changes_while_it_is_staged_is_not_exported(
    stager, eeg, tmp_path, monkeypatch
):
    path = write(tmp_path / "night.edf", eeg)
    identities = iter([(1, 1), (1, 2)])
    monkeypatch.setattr(pipeline, "_identity", lambda _path: next(identities))
    with pytest.raises(ExportError, match="changed while it was being staged"):
        score_recording(path, stager, ScoreOptions())
    assert [p.name for p in tmp_path.iterdir()] == ["night.edf"]


def test_the_provenance_names_the_file_s_sha256(stager, eeg, tmp_path):
    import hashlib

    path = write(tmp_path / "night.edf", eeg)
    scored = score_recording(path, stager, ScoreOptions(formats=("json",)))
    assert scored.night.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert scored.night.sha256 in json.dumps(staged(path))


def test_options_choose_the_folder(tmp_path):
    options = ScoreOptions()
    assert options.folder_for(tmp_path / "a" / "n.edf") == tmp_path / "a"
    assert replace(options, folder=tmp_path).folder_for(tmp_path / "a" / "n.edf") == tmp_path
