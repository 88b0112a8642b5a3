"""Choosing the reader, and the formats that mne reads."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.recording import Gap
from sleepscorer.files.other_formats.formats import companion_hint, format_suffix
from sleepscorer.files.recordings import open_recording

VHDR = """Brain Vision Data Exchange Header File Version 1.0

[Common Infos]
Codepage=UTF-8
DataFile=night.eeg
MarkerFile=night.vmrk
DataFormat=BINARY
DataOrientation=MULTIPLEXED
NumberOfChannels=2
SamplingInterval=10000

[Binary Infos]
BinaryFormat=INT_16

[Channel Infos]
Ch1=C4,,0.5,µV
Ch2=SaO2,,1,%
"""
VMRK = """Brain Vision Data Exchange Marker File, Version 1.0

[Common Infos]
Codepage=UTF-8
DataFile=night.eeg

[Marker Infos]
Mk1=New Segment,,1,1,0,20190302221530250000
Mk2=Comment,Lights off,101,1,0
"""


@pytest.fixture
def brainvision(tmp_path: Path) -> Path:
    (tmp_path / "night.vhdr").write_text(VHDR, encoding="utf-8")
    (tmp_path / "night.vmrk").write_text(VMRK, encoding="utf-8")
    samples = np.stack([np.arange(300), np.full(300, 97)], axis=1)
    (tmp_path / "night.eeg").write_bytes(samples.astype("<i2").tobytes())
    return tmp_path / "night.vhdr"


@pytest.fixture
def fif(tmp_path: Path) -> Path:
    import mne

    info = mne.create_info(["C4", "SaO2", "STI"], 100.0, ["eeg", "misc", "stim"])
    data = np.stack([np.arange(1000) * 1e-6, np.full(1000, 0.5), np.zeros(1000)])
    raw = mne.io.RawArray(data, info, verbose="error")
    raw.set_meas_date(datetime(2019, 3, 2, 22, 15, 30, tzinfo=UTC))
    raw.set_annotations(
        mne.Annotations(
            [3.0, 5.0, 6.0], [0.0, 1.5, 2.0], ["Lights off", "arousal", "BAD_ACQ_SKIP"],
            orig_time=raw.info["meas_date"], ch_names=[(), ("C4",), ()],
        )
    )  # fmt: skip
    raw.crop(2.0, None)
    raw.save(tmp_path / "night_raw.fif", verbose="error")
    return tmp_path / "night_raw.fif"


def test_brainvision(brainvision: Path):
    recording = open_recording(brainvision)
    assert recording.format_name == "BrainVision"
    assert recording.start == datetime(2019, 3, 2, 22, 15, 30, 250_000)
    assert recording.duration_s == 3.0
    c4, sao2 = recording.signals
    assert (c4.label, c4.sampling_rate_hz, c4.unit, c4.n_samples) == ("C4", 100.0, "uV", 300)
    assert (sao2.label, sao2.stored_unit) == ("SaO2", "%")
    samples = c4.read(1.0, 1.05)
    assert samples.dtype == np.float32
    np.testing.assert_allclose(samples, [50, 50.5, 51, 51.5, 52], rtol=1e-6)
    np.testing.assert_allclose(sao2.read(0, 0.02), [97, 97], rtol=1e-6)
    np.testing.assert_array_equal(c4.read(2.99, 3.01), np.float32([149.5, np.nan]))
    assert Event(1.0, None, "Lights off") in [
        Event(e.onset_s, None, e.text) for e in recording.events
    ]


def test_brainvision_is_three_files(brainvision: Path):
    names = [path.name for path in open_recording(brainvision).all_files]
    assert names == ["night.vhdr", "night.eeg", "night.vmrk"]


def test_one_file_is_a_recording_s_only_file(fif: Path):
    assert open_recording(fif).all_files == (fif,)


def test_a_fif_recording_in_parts_is_all_of_them(tmp_path: Path):
    import mne

    info = mne.create_info(["C4"], 1000.0, ["eeg"])
    raw = mne.io.RawArray(np.zeros((1, 1_200_000)), info, verbose="error")
    path = tmp_path / "night_raw.fif"
    raw.save(path, split_size="2MB", verbose="error")
    names = sorted(p.name for p in tmp_path.iterdir())
    assert len(names) > 1
    assert sorted(p.name for p in open_recording(path).all_files) == names
    assert open_recording(path).all_files[0] == path


def test_fif_counts_from_its_first_sample(fif: Path):
    recording = open_recording(fif)
    assert recording.format_name == "FIF"
    assert recording.start == datetime(2019, 3, 2, 22, 15, 32)
    assert recording.duration_s == 8.0
    assert recording.events == (
        Event(1.0, None, "Lights off"),
        Event(3.0, 1.5, "arousal", "C4"),
    )
    assert recording.gaps == (Gap(4.0, 6.0),)
    samples = recording.signal("C4").read(0, 8)
    assert np.isnan(samples[400:600]).all()
    np.testing.assert_allclose(samples[:400], np.arange(200, 600), rtol=1e-5)
    np.testing.assert_allclose(samples[600:], np.arange(800, 1000), rtol=1e-5)
    assert [(q.label, q.reason) for q in recording.quarantined] == [
        ("STI", "it holds trigger codes, not a signal")
    ]


@pytest.mark.parametrize("is_apart", [False, True])
def test_eeglab(tmp_path: Path, is_apart: bool):
    from scipy.io import savemat

    labels = np.array([("C4",), ("E1",)], dtype=[("labels", object)])
    eeg = {
        "setname": "night", "nbchan": 2.0, "trials": 1.0, "pnts": 200.0, "srate": 100.0,
        "xmin": 0.0, "xmax": 1.99, "data": np.arange(400, dtype=np.float32).reshape(2, 200),
        "chanlocs": labels, "event": [], "epoch": [], "icawinv": [], "icaweights": [],
        "icasphere": [],
    }  # fmt: skip
    path = tmp_path / "night.set"
    if is_apart:
        eeg["data"].T.tofile(tmp_path / "night.fdt")
        eeg["data"] = "night.fdt"
    savemat(path, {"EEG": eeg}, appendmat=False)
    recording = open_recording(path)
    samples = [tmp_path / "night.fdt"] if is_apart else []
    assert recording.all_files == (path, *samples)
    assert recording.format_name == "EEGLAB"
    assert recording.start is None
    np.testing.assert_allclose(recording.signal("E1").read(0, 0.02), [200, 201], rtol=1e-6)


def test_edf_is_known_by_its_bytes_and_not_by_its_name(real_data: Path, tmp_path: Path):
    copy = tmp_path / "night.dat"
    copy.write_bytes((real_data / "edf_cases" / "edfize__simulated-01.edf").read_bytes())
    assert open_recording(str(copy)).format_name == "EDF"


def test_mne_is_not_imported_for_edf(real_data: Path):
    import subprocess

    code = (
        "import sys; from sleepscorer.files.recordings import open_recording;"
        "open_recording(sys.argv[1]); sys.exit('mne' in sys.modules)"
    )
    path = real_data / "edf_cases" / "edfize__simulated-01.edf"
    assert subprocess.run([sys.executable, "-c", code, str(path)]).returncode == 0


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("night.edf", b"", "the file is empty"),
        ("night.EDF", b"\x89PNG\r\n", "despite its name this is not an EDF or BDF file"),
        ("night.xyz", b"anything", "not a recording of a supported format"),
        ("night", b"anything", "supported are EDF, BDF, BrainVision"),
        ("night.vhdr", b"rubbish", "it can't be read as BrainVision: "),
        ("night.set", b"rubbish", "it can't be read as EEGLAB: "),
        ("night_raw.fif", b"rubbish", "it can't be read as FIF: "),
        ("night.fif.gz", b"rubbish", "it can't be read as FIF: "),
        ("night.gdf", b"rubbish", "it can't be read as GDF: "),
        ("night.cnt", b"rubbish", "it can't be read as CNT: "),
        ("night.nedf", b"rubbish", "it can't be read as Neuroelectrics: "),
        ("night.lay", b"rubbish", "it can't be read as Persyst: "),
    ],
)
def test_what_can_not_be_read_says_why_in_one_line(name, content, message, tmp_path: Path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=message) as caught:
        open_recording(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_part_of_a_recording_names_the_file_to_open(brainvision: Path):
    with pytest.raises(RecordingError, match=r"open night\.vhdr instead"):
        open_recording(brainvision.with_suffix(".eeg"))


@pytest.mark.parametrize(
    ("part", "header"),
    [("n.eeg", "n.vhdr"), ("n.VMRK", "n.vhdr"), ("n.fdt", "n.set"), ("n.dat", "n.lay")],
)
def test_each_part_names_its_header_where_there_is_one(part: str, header: str, tmp_path: Path):
    (tmp_path / part).write_bytes(b"x")
    assert companion_hint(tmp_path / part) == ""
    (tmp_path / header).write_bytes(b"x")
    assert companion_hint(tmp_path / part) == f"open {header} instead"
    assert companion_hint(tmp_path / header) == ""


def test_the_end_of_a_name_that_tells_the_format():
    names = ("N.FIF.GZ", "n.fif", "n.gz", "a.b.Set", "n")
    assert [format_suffix(Path(name)) for name in names] == [".fif.gz", ".fif", ".gz", ".set", ""]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing.edf", "there is no such file"),
        ("", "this is a folder, not a recording"),
        ("a\0b.edf", "the file can't be read"),
        ("n" * 5000 + ".edf", "the file can't be read"),
    ],
)
def test_paths_that_lead_nowhere(path: str, message: str, tmp_path: Path):
    with pytest.raises(RecordingError, match=message):
        open_recording(tmp_path / path)


def test_a_format_that_needs_further_packages_is_not_promised(tmp_path: Path):
    (tmp_path / "night.mff").mkdir()
    with pytest.raises(RecordingError, match=r"a folder, not a recording \(supported are EDF, BDF"):
        open_recording(tmp_path / "night.mff")
    (tmp_path / "file.mff").write_bytes(b"x")
    with pytest.raises(RecordingError, match="not a recording of a supported format") as caught:
        open_recording(tmp_path / "file.mff")
    assert ".mff" not in caught.value.hint


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a matter of Unix")
def test_pipe_is_refused_without_waiting(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.edf")
    with pytest.raises(RecordingError, match="not an ordinary file"):
        open_recording(tmp_path / "pipe.edf")


def test_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "night.edf"
    path.write_bytes(b"0       ")

    def refused(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(RecordingError, match="the file can't be read: Permission denied"):
        open_recording(path)


def test_samples_that_vanish_are_an_error_of_the_recording(brainvision: Path):
    recording = open_recording(brainvision)
    brainvision.with_suffix(".eeg").unlink()
    with pytest.raises(RecordingError, match="its samples can't be read"):
        recording.signals[0].read(0, 1)


def test_what_is_read_here_is_what_mne_reads(tmp_path: Path):
    import mne
    from brainvision_files import vhdr, write_brainvision
    from test_eeglab import write_set
    from test_persyst import written

    channels = ["C4,,0.3,µV", "E1,,2,mV", "Chin,,0.001,V"]
    samples = np.random.default_rng(0).integers(-3000, 3000, (500, 3))
    packed = tmp_path / "packed"
    packed.mkdir()
    others = (
        (write_brainvision(tmp_path, header=vhdr(channels=channels), samples=samples), 5.0),
        (write_set(tmp_path, is_apart=True), 300.0),
        (write_set(packed, is_packed=True), 300.0),
        (
            written(
                tmp_path, ("0=85110.000000\n15000=85860", "0=85110"), ("=X\n", "=X\nSex=\nHand=\n")
            ),
            300.0,
        ),
    )
    for path, duration_s in others:
        recording = open_recording(path)
        theirs = mne.io.read_raw(path, verbose="error").get_data() * 1e6
        ours = np.stack([signal.read(0, duration_s) for signal in recording.signals])
        assert recording.duration_s == duration_s
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6)
