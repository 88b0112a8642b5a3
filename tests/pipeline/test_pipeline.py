"""The headless path on files: units, gaps, lights, and recordings that change underfoot."""

import hashlib
import json
import os
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from sleepscorer.core.errors import (
    ExportError,
    RecordingError,
    SleepScorerError,
    UsageError,
)
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.progress import Cancelled
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.core.stages import STAGES, THREE_STAGES
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.files.edf import samples as edf_samples
from sleepscorer.files.edf.writer import EdfPlan, SignalHeader, write_edf
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.scorings import read_scoring
from sleepscorer.pipeline import ScoreOptions, check_distinct_outputs, score_recording
from sleepscorer.pipeline.outputs import SourceRecording, make_night
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
    header = EdfPlan(
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
    assert not any("converted" in note for note in plain.night.staging.provenance.notes)
    assert any("converted to microvolts" in n for n in volts.night.staging.provenance.notes)
    same = volts.night.hypnogram.stages == plain.night.hypnogram.stages
    assert same.mean() > 0.95
    assert "converted to microvolts" in json.dumps(staged(tmp_path / "v.edf"))


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


def test_clocks_of_records_cost_no_epoch(stager, eeg, tmp_path):
    n = N_EPOCHS * 30
    plain = score_recording(write(tmp_path / "plain.edf", eeg), stager, ScoreOptions())
    for name, starts in (
        ("drift", [i * 1.0002 for i in range(n)]),
        ("step", [float(i) if i < 650 else i + 0.05 for i in range(n)]),
    ):
        path = write(tmp_path / f"{name}.edf", eeg, record_starts_s=tuple(starts))
        scored = score_recording(path, stager, ScoreOptions(formats=("edf",)))
        stages = scored.night.hypnogram.stages
        assert len(stages) == N_EPOCHS
        assert (stages >= 0).all()
        assert (stages == plain.night.hypnogram.stages).mean() > 0.95
        told = any("200 ppm fast" in warning for warning in scored.night.all_warnings)
        assert told == (name == "drift")


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


@pytest.mark.parametrize("told", [STAGES, THREE_STAGES], ids=["five", "three"])
@pytest.mark.parametrize("smooth", [False, True])
def test_a_scoring_says_which_stages_it_tells_and_whether_they_are_smoothed(
    stager, eeg, tmp_path, told, smooth
):
    path = write(tmp_path / "night.edf", eeg)
    options = ScoreOptions(formats=("json",), stage_set=told, smooth=smooth)
    night = score_recording(path, stager, options).night
    answer = machine_answer(night.staging, told)
    wanted = answer.smoothed if smooth else answer.stages
    assert night.hypnogram.stages.tolist() == wanted.tolist()
    document = staged(path)
    assert set(document["stages"]) <= {"?", *(stage.text for stage in told)}
    assert (document["stages_are_smoothed"], bool(document["smoothing"])) == (smooth, smooth)


def test_a_cancelled_job_writes_nothing(stager, eeg, tmp_path):
    path = write(tmp_path / "night.edf", eeg)

    def cancel(fraction, _text):
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        score_recording(path, stager, ScoreOptions(), progress=cancel)
    assert [p.name for p in tmp_path.iterdir()] == ["night.edf"]


def test_a_recording_that_changes_while_it_is_staged_is_not_exported(stager, eeg, tmp_path):
    path = write(tmp_path / "night.edf", eeg)

    def touch(fraction, _text):
        if fraction > 0.9:
            os.utime(path, (0, 0))

    with pytest.raises(ExportError, match="changed while it was being staged"):
        score_recording(path, stager, ScoreOptions(), progress=touch)
    assert [p.name for p in tmp_path.iterdir()] == ["night.edf"]


def test_the_provenance_names_the_file_s_sha256(stager, eeg, tmp_path):
    path = write(tmp_path / "night.edf", eeg)
    scored = score_recording(path, stager, ScoreOptions(formats=("json",)))
    assert scored.night.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert scored.night.sha256 in json.dumps(staged(path))


def test_options_choose_the_folder(tmp_path):
    options = ScoreOptions()
    assert options.folder_for(tmp_path / "a" / "n.edf") == tmp_path / "a"
    assert replace(options, folder=tmp_path).folder_for(tmp_path / "a" / "n.edf") == tmp_path


def brainvision(folder, eeg, name="night"):
    """The same header for every night: only the samples differ."""
    folder.mkdir()
    header = [
        "Brain Vision Data Exchange Header File Version 1.0", "[Common Infos]", "Codepage=UTF-8",
        f"DataFile={name}.eeg", f"MarkerFile={name}.vmrk", "DataFormat=BINARY",
        "DataOrientation=MULTIPLEXED", "NumberOfChannels=1", "SamplingInterval=10000",
        "[Binary Infos]", "BinaryFormat=INT_16", "[Channel Infos]", "Ch1=C4-M1,,0.1,µV", "",
    ]  # fmt: skip
    markers = [
        "Brain Vision Data Exchange Marker File, Version 1.0", "[Common Infos]",
        "[Marker Infos]", "Mk1=New Segment,,1,1,0,20190302221530250000", "",
    ]  # fmt: skip
    (folder / f"{name}.vhdr").write_text("\n".join(header), encoding="utf-8")
    (folder / f"{name}.vmrk").write_text("\n".join(markers), encoding="utf-8")
    (folder / f"{name}.eeg").write_bytes((eeg * 10).astype("<i2").tobytes())
    return folder / f"{name}.vhdr"


def test_a_recording_of_several_files_is_known_by_all_of_them(stager, eeg, tmp_path):
    first = brainvision(tmp_path / "a", eeg)
    second = brainvision(tmp_path / "b", eeg[::-1])
    assert first.read_bytes() == second.read_bytes()
    options = ScoreOptions(folder=tmp_path / "out", formats=("json",), deidentify=True)
    scored = [score_recording(path, stager, options) for path in (first, second)]
    assert scored[0].outputs != scored[1].outputs
    content = b"".join(first.with_suffix(end).read_bytes() for end in (".vhdr", ".eeg", ".vmrk"))
    assert scored[0].night.sha256 == hashlib.sha256(content).hexdigest()
    named = score_recording(first, stager, replace(options, deidentify=False))
    assert named.night.notes[-1] == (
        "The SHA-256 is that of night.vhdr, night.eeg, night.vmrk one after the other."
    )


def test_deidentified_outputs_name_no_companion_of_the_recording(stager, eeg, tmp_path):
    header = brainvision(tmp_path / "a", eeg, name="Harry_Haagse")
    recording = header.rename(header.with_name("P17.vhdr"))
    options = ScoreOptions(folder=tmp_path / "out", formats=("json",), deidentify=True)
    (output,) = score_recording(recording, stager, options).outputs
    assert "Haagse" not in output.read_text()
    assert "The SHA-256 is that of its 3 files one after the other." in output.read_text()


def test_samples_that_change_beside_their_header_are_noticed(stager, eeg, tmp_path):
    path = brainvision(tmp_path / "a", eeg)

    def touch(fraction, _text):
        if fraction > 0.9:
            os.utime(path.with_suffix(".eeg"), (0, 0))

    with pytest.raises(ExportError, match="changed while it was being staged"):
        score_recording(path, stager, ScoreOptions(formats=("csv",)), progress=touch)


def test_what_the_run_wrote_is_not_replaced_by_a_recording_of_equal_content(stager, eeg, tmp_path):
    first = write(tmp_path / "a.edf", eeg)
    second = write(tmp_path / "b.edf", eeg)
    options = ScoreOptions(formats=("csv",), deidentify=True, force=True)
    outputs = score_recording(first, stager, options).outputs
    with pytest.raises(ExportError, match="which this run wrote from another recording"):
        score_recording(second, stager, options, taken=outputs)
    score_recording(first, stager, options)


@pytest.mark.parametrize("deidentify", [False, True])
def test_a_file_given_twice_is_refused(tmp_path, monkeypatch, deidentify):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.edf").touch()
    (tmp_path / "link.edf").hardlink_to(tmp_path / "x.edf")
    options = ScoreOptions(deidentify=deidentify)
    for other in (tmp_path / "x.edf", tmp_path / "link.edf"):
        with pytest.raises(UsageError, match="are the same file"):
            check_distinct_outputs([type(tmp_path)("x.edf"), other], options)


def test_an_output_that_is_an_input_is_refused_whatever_its_spelling(tmp_path):
    (tmp_path / "a.edf").touch()
    (tmp_path / "A_Hypnogram.EDF").touch()
    with pytest.raises(UsageError, match=r"a\.edf would be written over the recording .*A_Hyp"):
        check_distinct_outputs(
            [tmp_path / "a.edf", tmp_path / "A_Hypnogram.EDF"], ScoreOptions(force=True)
        )
    (tmp_path / "psg.edf").touch()
    (tmp_path / "a_hypnogram.edf").symlink_to(tmp_path / "psg.edf")
    with pytest.raises(UsageError, match="written over the recording"):
        check_distinct_outputs([tmp_path / "a.edf", tmp_path / "psg.edf"], ScoreOptions(force=True))


@pytest.mark.parametrize("deidentify", [False, True])
def test_unknown_formats_are_refused_before_work(deidentify):
    with pytest.raises(UsageError, match="'doc' is not an output format"):
        ScoreOptions(formats=("doc",), deidentify=deidentify)


def test_existing_outputs_are_all_named_before_the_recording_is_read(stager, eeg, tmp_path):
    path = write(tmp_path / "night.edf", eeg)
    for name in ("night_epochs.csv", "night_staging.json"):
        (tmp_path / name).write_text("mine")
    calls = []
    with pytest.raises(
        ExportError, match=r"night_epochs\.csv, night_staging\.json exist already in"
    ):
        score_recording(
            path, stager, ScoreOptions(), progress=lambda *_arguments: calls.append(None)
        )
    assert calls == []


def test_a_channel_that_is_not_there_is_said_before_the_file_is_hashed(stager, eeg, tmp_path):
    calls = []
    with pytest.raises(SleepScorerError, match="O1"):
        score_recording(
            write(tmp_path / "night.edf", eeg),
            stager,
            ScoreOptions(channels=ChannelChoice(eeg=("O1-M2",))),
            progress=lambda *_arguments: calls.append(None),
        )
    assert calls == []


def test_a_file_is_read_once(stager, eeg, tmp_path, monkeypatch):
    path = write(tmp_path / "night.edf", eeg, events=[Event(60.0, None, "Lights off")])
    read = edf_samples._read_into
    read_bytes = []

    def noted(of, offset, buffer):
        if of == path:
            read_bytes.append(buffer.nbytes)
        read(of, offset, buffer)

    monkeypatch.setattr(edf_samples, "_read_into", noted)
    scored = score_recording(path, stager, ScoreOptions())
    assert scored.night.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert scored.night.lights_source.startswith("lights off from annotation")
    # The header, some of it twice; the rest goes by while it is hashed.
    assert sum(read_bytes) < 2000


def test_a_file_of_annotations_alone_is_named_as_such(stager, tmp_path):
    path = tmp_path / "expert.edf"
    plan = EdfPlan((), 1, 0, START)
    write_edf(path, plan, events=[Event(0.0, 30.0, "Sleep stage W")])
    with pytest.raises(RecordingError, match="it holds annotations only, no signals"):
        score_recording(path, stager, ScoreOptions())


def test_channels_are_listed_with_commas_unless_a_label_has_one(stager, tmp_path, eeg):
    path = tmp_path / "night.edf"
    labels = ("EEG C4-M1", "EEG C3-M2", "Chan,1")
    plan = EdfPlan(
        tuple(SignalHeader(label, 100, -1000, 1000) for label in labels), N_EPOCHS * 30, 1, START
    )
    write_edf(path, plan, [[eeg, eeg, eeg]])
    options = ScoreOptions(formats=("csv",), force=True)

    def by_eeg(text):
        return replace(options, channels=ChannelChoice(eeg=(text,), eog=("none",)))

    scored = score_recording(path, stager, by_eeg("C4-M1, C3-M2"))
    assert scored.night.staging.provenance.eeg == ("C4-M1", "C3-M2")
    scored = score_recording(path, stager, by_eeg("Chan,1"))
    assert scored.night.staging.provenance.eeg == ("Chan,1",)


def test_errors_about_lights_show_what_was_typed(stager, eeg, tmp_path):
    path = write(tmp_path / "night.edf", eeg)
    options = ScoreOptions(lights_off="23:10", lights_on="23:05")
    with pytest.raises(UsageError, match="lights off at 600 s is not before lights on at 300 s"):
        score_recording(path, stager, options)
    longer = tmp_path / "longer.edf"
    signal = SignalHeader("C4-M1", 100, -1000, 1000)
    write_edf(longer, EdfPlan((signal,), 75, 1, START), [[eeg[:7500]]])
    with pytest.raises(UsageError, match="lights off at 23:01:10 lies after the last whole epoch"):
        score_recording(longer, stager, ScoreOptions(lights_off="23:01:10"))


def test_cancelling_works_for_each_file_until_they_appear(stager, eeg, tmp_path):
    path = write(tmp_path / "night.edf", eeg)
    texts = []

    def cancel(_fraction, text):
        texts.append(text)
        if text.startswith("checking") and "json" in text:
            raise Cancelled

    with pytest.raises(Cancelled):
        score_recording(path, stager, ScoreOptions(), progress=cancel)
    assert [p.name for p in tmp_path.iterdir()] == ["night.edf"]
    assert sum(text.startswith("writing ") for text in texts) == 4


@pytest.mark.parametrize(
    ("start", "n_hours", "said"),
    [
        (datetime(2024, 3, 1, 21), 24, "suggests 23:00:05 and 06:59:55, which were not used."),
        (
            datetime(2024, 3, 1, 21),
            40,
            "suggests 2024-03-01 23:00:05 (day 1) and 2024-03-02 06:59:55 (day 2), which were not"
            " used.",
        ),
        (None, 40, "suggests 02:00:05 (day 1) and 09:59:55 (day 1), which were not used."),
    ],
)
def test_suggested_lights_are_told_and_in_more_than_a_day_with_their_day(
    tmp_path, start, n_hours, said
):
    path = tmp_path / "n.edf"
    plan = EdfPlan((SignalHeader("SpO2", 1, 0, 100, "%"),), n_hours * 60, 60, start)
    write_edf(path, plan, [[np.zeros(n_hours * 3600, np.float32)]])
    n_epochs = n_hours * 120
    made = StagingProvenance(
        "w", "0" * 64, (), (), (), "cpu", "x", "2024", suggested_lights_s=(7205.0, 35995.0)
    )
    staging = Staging(np.full((n_epochs, 5), 0.2, np.float32), made)

    def notes(**marks):
        return make_night(
            SourceRecording(open_recording(path)),
            Hypnogram(staging.stages, **marks),
            staging=staging,
            lights_source="nowhere",
        ).notes

    assert notes() == (f"Nothing marks lights off and on: the signal {said}",)
    # One mark is enough: nothing is suggested beside it.
    assert notes(lights_off_s=60.0) == notes(lights_on_s=600.0) == ()
