"""Recordings of any format, hashed and opened in one go."""

import hashlib

import numpy as np
import pytest

from sleepscorer.core.errors import RecordingError
from sleepscorer.files.other_formats import samples as stored_samples
from sleepscorer.files.recordings import open_hashed, open_recording

HEADER = """Brain Vision Data Exchange Header File Version 1.0
[Common Infos]
DataFile=night.eeg
DataFormat=BINARY
DataOrientation=MULTIPLEXED
NumberOfChannels=2
SamplingInterval=10000
[Binary Infos]
BinaryFormat=INT_16
[Channel Infos]
Ch1=C4-M1,,0.1,uV
Ch2=E1-M2,,0.1,uV
"""


def test_a_brainvision_file_is_read_once(tmp_path, monkeypatch):
    path, data = tmp_path / "night.vhdr", tmp_path / "night.eeg"
    path.write_text(HEADER)
    data.write_bytes(np.arange(60_000, dtype="<i2").tobytes())
    meant = open_recording(path)
    hashed = open_hashed(path, lambda _recording: ("E1-M2",))
    assert hashed.recording.all_files == meant.all_files
    both = path.read_bytes() + data.read_bytes()
    assert hashed.sha256 == hashlib.sha256(both).hexdigest()
    assert [size for size, _ in hashed.file_states] == [len(HEADER), 120_000]
    eog = meant.signal("E1-M2").read(0.0, 300.0)
    with monkeypatch.context() as patched:
        patched.setattr(stored_samples, "read_bytes", None)
        np.testing.assert_array_equal(hashed.recording.signal("E1-M2").read(0.0, 300.0), eog)
    hashed.let_go()
    np.testing.assert_array_equal(hashed.recording.signal("E1-M2").read(0.0, 300.0), eog)
    eeg = meant.signal("C4-M1").read(0.0, 300.0)
    np.testing.assert_array_equal(hashed.recording.signal("C4-M1").read(0.0, 300.0), eeg)


def test_what_is_read_as_a_whole_is_hashed_as_well(tmp_path):
    path = tmp_path / "night.npz"
    np.savez(path, x=np.ones((2, 1, 3000), np.float32), fs=100)
    hashed = open_hashed(path, lambda recording: [recording.signals[0].label])
    assert hashed.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert hashed.recording.signals[0].read(0.0, 1.0).tolist() == [1.0] * 100
    hashed.let_go()


def test_what_is_no_recording_is_refused_as_ever(tmp_path):
    (tmp_path / "folder.edf").mkdir()
    (tmp_path / "text.edf").write_text("no header of that kind")
    for name, why in (
        ("folder.edf", "this is a folder"),
        ("text.edf", "its first bytes are not theirs"),
        ("gone.edf", "there is no such file"),
    ):
        with pytest.raises(RecordingError, match=why):
            open_hashed(tmp_path / name, lambda _recording: ())
