"""EEGLAB: boundaries, labels, and data sets that are damaged."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.recording import Gap
from sleepscorer.files.recordings import open_recording


def write_set(
    folder: Path, *, events=(), is_apart=False, is_flat=False, is_packed=False, **fields
) -> Path:
    """Five minutes of two channels at 100 Hz, 0, 1, 2, ... microvolts and 1000 more."""
    n = 30_000
    data = np.stack([np.arange(n) % 1000, 1000 + np.arange(n) % 1000]).astype(np.float32)
    names = fields.pop("labels", ("C4-M1", "E1-M2"))
    dtype = [("type", object), ("latency", float), ("duration", object)]
    eeg = {
        "setname": "night", "nbchan": 2.0, "trials": 1.0, "pnts": float(n), "srate": 100.0,
        "xmin": 0.0, "xmax": 299.99, "data": data, "epoch": [], "icawinv": [],
        "chanlocs": np.array([(name,) for name in names], dtype=[("labels", object)]),
        "event": np.array(list(events), dtype=dtype) if events else [],
        "icaweights": [], "icasphere": [], **fields,
    }  # fmt: skip
    path = folder / "night.set"
    if is_apart:
        data.T.tofile(folder / "night.fdt")
        eeg["data"] = "night.fdt"
    content = eeg if is_flat else {"EEG": eeg}
    savemat(path, content, appendmat=False, do_compression=is_packed)
    return path


def test_a_boundary_of_eeglab_is_a_gap_of_the_samples_cut_out(tmp_path):
    path = write_set(
        tmp_path,
        events=[("boundary", 0.5, 700.0), ("note", 14_001.0, 0.0), ("boundary", 15_000.5, 6000.0),
                ("Lights on", 16_001.0, 0.0)],
    )  # fmt: skip
    recording = open_recording(path)
    assert recording.gaps == (Gap(150.0, 210.0),)
    assert recording.duration_s == 360.0
    assert recording.events == (Event(140.0, None, "note"), Event(220.0, None, "Lights on"))
    samples = recording.signal("E1-M2").read(149.99, 210.01)
    np.testing.assert_allclose(samples[[0, -1]], [1999, 1000])
    assert np.isnan(samples[1:-1]).all()


@pytest.mark.parametrize("duration", [0.0, np.nan, np.array([])])
@pytest.mark.parametrize("kind", ["boundary", -99.0])
def test_a_boundary_without_length_is_a_joint(duration, kind, tmp_path):
    kind = "-99" if kind != "boundary" else kind
    path = write_set(tmp_path, events=[(kind, 16_500.5, duration), ("x", 100.0, 0.0)])
    recording = open_recording(path)
    assert recording.gaps == (Gap(165.0, 165.0),)
    assert "interrupted after 0:02:45" in recording.warnings[0]
    assert [event.text for event in recording.events] == ["x"]


def test_the_unit_is_microvolts_as_the_manual_says(tmp_path):
    recording = open_recording(write_set(tmp_path))
    assert {(signal.unit, signal.stored_unit) for signal in recording.signals} == {("uV", "uV")}
    np.testing.assert_allclose(recording.signal("C4-M1").read(0, 0.02), [0, 1], atol=1e-4)


def test_blank_labels_of_eeglab_can_be_named(tmp_path):
    recording = open_recording(write_set(tmp_path, labels=("", "")))
    assert [signal.label for signal in recording.signals] == ["channel 1", "channel 2"]


def test_the_type_of_a_channel_tells_what_is_no_voltage(tmp_path):
    places = np.array(
        [("C4", "EEG", "x"), ("Pos", "MISC", "x"), (7.0, "Trigger", "x"), ("T", "", "x")],
        dtype=[("labels", object), ("type", object), ("ref", object)],
    )
    data = np.tile(np.arange(1, 5)[:, None], 200).astype(np.float32)
    recording = open_recording(write_set(tmp_path, nbchan=5.0, chanlocs=places,
                                         data=np.vstack([data, data[:1]])))  # fmt: skip
    assert [(s.label, s.unit, s.stored_unit, s.read(0, 0.01)[0]) for s in recording.signals] == [
        ("C4", "uV", "uV", 1.0),
        ("Pos", "", "", 2.0),
        ("T", "uV", "uV", 4.0),
        ("channel 5", "uV", "uV", 1.0),
    ]
    assert [(q.label, q.reason) for q in recording.quarantined] == [
        ("7", "it holds trigger codes, not a signal")
    ]


def test_events_of_eeglab_at_the_edges_and_of_odd_types(tmp_path):
    path = write_set(
        tmp_path,
        events=[
            ("end", 30_001.0, 0.0),
            (" first ", 1.0, -5.0),
            ("before", 0.5, 0.0),
            ("behind", 30_002.0, 0.0),
            ("", 100.0, 0.0),
            ("nowhere", np.nan, 0.0),
            (12.5, 101.0, 100.0),
            ("Comment/turns", 201.0, np.inf),
            ("boundary", 0.0, np.nan),
            ("boundary", 40_000.0, 100.0),
        ],
    )
    recording = open_recording(path)
    assert recording.events == (
        Event(0.0, None, "first"),
        Event(1.0, 1.0, "12.5"),
        Event(2.0, None, "turns"),
        Event(300.0, None, "end"),
    )
    assert recording.warnings == ("events outside the recording were left out: 2",)
    assert recording.gaps == ()


def test_samples_in_old_files_lie_one_channel_after_the_other(tmp_path):
    path = tmp_path / "night.set"
    data = np.arange(400, dtype="<f4").reshape(2, 200)
    for name, stored in (("night.dat", data), ("night.fdt", data.T)):
        (tmp_path / name).write_bytes(np.ascontiguousarray(stored).tobytes())
        write_set(tmp_path, data=name, pnts=200.0)
        recording = open_recording(path)
        np.testing.assert_array_equal(recording.signal("E1-M2").read(1, 1.02), [300, 301])
        assert (recording.duration_s, recording.warnings) == (2.0, ())
        (tmp_path / name).unlink()


def test_samples_of_one_channel_are_one_row(tmp_path):
    path = write_set(tmp_path, nbchan=1.0, data=np.arange(200.0)[None, :], labels=("C4",))
    np.testing.assert_array_equal(open_recording(path).signal("C4").read(1, 1.02), [100, 101])


def test_samples_that_a_variable_of_the_same_file_holds(tmp_path):
    path = write_set(tmp_path, is_flat=True, data="values", values=np.arange(400.0).reshape(2, 200))
    recording = open_recording(path)
    assert recording.all_files == (path,)
    np.testing.assert_array_equal(recording.signal("E1-M2").read(0, 0.02), [200, 201])


def test_a_set_that_does_not_fit_into_memory_says_so(tmp_path, monkeypatch):
    path = write_set(tmp_path)

    def full(*_arguments, **_options):
        raise MemoryError

    monkeypatch.setattr("scipy.io.loadmat", full)
    with pytest.raises(RecordingError, match="not enough memory to open this EEGLAB file") as found:
        open_recording(path)
    assert found.value.path == path


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"srate": 1e10}, "the sampling rate 1e\\+10 Hz"),
        ({"srate": 0.0}, "the sampling rate 0 Hz"),
        ({"srate": np.nan}, "not tell the sampling rate: it says 'nan'"),
        ({"srate": np.inf}, "not tell the sampling rate: it says 'inf'"),
        ({"srate": 100 + 1j}, "not tell the sampling rate"),
        ({"srate": "100"}, "not tell the sampling rate: it says '100'"),
        ({"srate": -100.0}, "the sampling rate -100 Hz"),
        ({"srate": 1e-4}, "days long"),
        ({"nbchan": 1e9, "is_apart": True}, "number of channels in its header is 1000000000"),
        ({"pnts": np.nan, "is_apart": True}, "pnts in its header is 'nan'"),
        ({"trials": 2.0}, "epochs cut out of a recording"),
        ({"nbchan": 0.0}, "nbchan in its header is '0"),
        ({"nbchan": 1.5}, "nbchan in its header is '1.5'"),
        ({"nbchan": 10_001.0}, "number of channels in its header is 10001"),
        ({"nbchan": 3.0}, "no table of 3 channels"),
        ({"data": np.zeros((2, 2, 2))}, "no table of 2 channels"),
        ({"data": np.array([["a", "b"], ["c", "d"]])}, "no table of 2 channels"),
        ({"data": np.zeros((2, 0))}, "it holds no samples"),
        ({"data": "night.set"}, "not hold one sample of each of 2"),
    ],
)
def test_set_headers_that_make_no_sense_are_refused_in_words(fields, message, tmp_path):
    path = write_set(tmp_path, **fields)
    with pytest.raises(RecordingError, match=message):
        open_recording(path)


def test_several_data_sets_and_lost_samples_say_what_to_do(tmp_path):
    savemat(tmp_path / "all.set", {"ALLEEG": {"a": 1}}, appendmat=False)
    with pytest.raises(RecordingError, match=r"several data sets \(save the one"):
        open_recording(tmp_path / "all.set")
    path = write_set(tmp_path, is_apart=True)
    (tmp_path / "night.fdt").unlink()
    with pytest.raises(RecordingError, match=r"'night\.fdt', is not there"):
        open_recording(path)


@pytest.mark.parametrize("is_packed", [False, True])
def test_damaged_sets_are_told_and_end_no_program(is_packed, tmp_path):
    path = write_set(tmp_path, is_packed=is_packed, events=[("note", 14_001.0, 0.0)])
    whole = path.read_bytes()
    rng = np.random.default_rng(3)
    for i in range(200):
        damaged = bytearray(whole)
        for at in rng.integers(0, min(len(whole), 4000), 8):
            damaged[at] = rng.integers(256)
        path.write_bytes(damaged[: rng.integers(1, len(whole))] if i % 3 == 0 else damaged)
        try:
            recording = open_recording(path)
        except RecordingError:
            continue
        for signal in recording.signals:
            signal.read(0, 30)


def test_a_byte_that_ends_scipy_is_refused(tmp_path):
    path = write_set(tmp_path)
    content = bytearray(path.read_bytes())
    # The type of the numbers of the first field: out of the table that scipy looks it up in.
    at = content.index(struct.pack("<II", 9, 8))
    content[at] = 157
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="its content is damaged"):
        open_recording(path)


def test_a_set_that_unpacks_without_end_is_refused(tmp_path):
    path = write_set(tmp_path)
    packed = zlib.compress(bytes(100_000_000), 9)
    path.write_bytes(path.read_bytes()[:128] + struct.pack("<II", 15, len(packed)) + packed)
    with pytest.raises(RecordingError, match="its content is damaged"):
        open_recording(path)


def test_a_set_of_matlab_7_3_says_how_to_save_it(tmp_path):
    (tmp_path / "night.set").write_bytes(b"MATLAB 7.3 MAT-file".ljust(600))
    with pytest.raises(RecordingError, match=r"MATLAB 7\.3 \(save it in EEGLAB with"):
        open_recording(tmp_path / "night.set")


def test_claims_of_a_set_give_way_to_the_file(tmp_path):
    recording = open_recording(write_set(tmp_path, is_apart=True, pnts=1e9))
    assert recording.duration_s == 300.0
    assert recording.warnings == (
        "the header counts 1000000000 samples of each channel; the file holds 30000, which were"
        " used",
    )
    np.testing.assert_allclose(recording.signal("E1-M2").read(1.0, 1.02), [1100, 1101])


def test_fields_saved_as_variables_of_their_own(tmp_path):
    path = write_set(tmp_path, is_flat=True, events=[("note", 101.0, 200.0)])
    recording = open_recording(path)
    assert recording.events == (Event(1.0, 2.0, "note"),)
    np.testing.assert_allclose(recording.signal("E1-M2").read(0, 0.02), [1000, 1001])


@pytest.mark.data
def test_the_handed_set_stores_microvolts(real_data):
    recording = open_recording(real_data / "input_cases" / "68-stored-unit-note" / "l.set")
    assert [(s.unit, s.stored_unit) for s in recording.signals] == [("uV", "uV")]
