import numpy as np
import pytest

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.files.epochs_npz import open_npz, scoring_in_npz
from sleepscorer.files.recordings import open_recording


def save(path, **arrays):
    np.savez(path, **{"x": np.zeros((4, 1, 3000)), "fs": 100, **arrays})
    return path


def test_epochs_follow_each_other(tmp_path):
    x = np.arange(2 * 3 * 3000, dtype=float).reshape(2, 3, 3000)
    recording = open_recording(save(tmp_path / "n.npz", x=x))
    assert [s.label for s in recording.signals] == ["EEG", "EOG", "Chin EMG"]
    assert recording.n_epochs == 2
    np.testing.assert_array_equal(
        recording.signals[1].read(29.98, 30.02), x[(0, 0, 1, 1), 1, (-2, -1, 0, 1)]
    )
    chosen = choose_stager_channels(recording)
    assert [[one.name for one in kind] for kind in (chosen.eeg, chosen.eog, chosen.emg)] == [
        ["EEG"],
        ["EOG"],
        ["Chin EMG"],
    ]
    assert "taken for EEG, EOG, Chin EMG" in recording.warnings[0]


def test_names_are_taken_as_they_are(tmp_path):
    path = save(tmp_path / "n.npz", x=np.zeros((1, 2, 3840)), fs=128.0, channels=["C4-M1", "E1-M2"])
    recording = open_npz(path)
    assert [s.label for s in recording.signals] == ["C4-M1", "E1-M2"]
    assert not recording.warnings


def test_stages_outside_the_five_are_unscored(tmp_path):
    scoring = scoring_in_npz(save(tmp_path / "n.npz", y=np.array([0, 4, 9, -1])))
    assert scoring.hypnogram.stages.tolist() == [0, 4, -1, -1]
    assert scoring_in_npz(save(tmp_path / "m.npz")) is None


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": np.zeros((4, 3000))}, r"x is float64 \(4, 3000\)"),
        ({"x": np.zeros((0, 1, 3000))}, r"\(0, 1, 3000\)"),
        ({"x": np.array([["a"]])}, "x is <U1"),
        ({"fs": 128}, "3000 samples are not 30 s at fs = 128 Hz"),
        ({"fs": np.array([100, 100])}, "fs = 0 Hz"),
        ({"fs": np.inf}, "fs = inf Hz"),
        ({"fs": np.nan}, "fs = nan Hz"),
        ({"channels": ["a", "b"]}, "2 names for 1 channels"),
    ],
)
def test_what_is_not_as_described_is_said(tmp_path, arrays, words):
    with pytest.raises(RecordingError, match=rf"n\.npz.*{words}"):
        open_npz(save(tmp_path / "n.npz", **arrays))


def test_labels_that_do_not_fit_are_said(tmp_path):
    with pytest.raises(RecordingError, match="not one whole number for each epoch"):
        scoring_in_npz(save(tmp_path / "n.npz", y=np.zeros(3, int)))


def test_an_archive_without_epochs_and_a_broken_one(tmp_path):
    np.savez(tmp_path / "n.npz", z=1)
    with pytest.raises(RecordingError, match="lacks fs and x"):
        open_npz(tmp_path / "n.npz")
    (tmp_path / "b.npz").write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(RecordingError, match="can't be read"):
        open_recording(tmp_path / "b.npz")


def test_a_damaged_compressed_archive_is_said_wherever_the_damage_is(tmp_path):
    path = tmp_path / "n.npz"
    noise = np.random.default_rng(0).normal(size=(1, 1, 3000))
    np.savez_compressed(path, x=noise, fs=100)
    whole, n_refused = path.read_bytes(), 0
    for place in range(60, len(whole) - 400, 997):
        torn = bytearray(whole)
        torn[place] ^= 0xFF
        path.write_bytes(torn)
        with pytest.raises(RecordingError, match="can't be read"):
            open_npz(path)
        n_refused += 1
    assert n_refused > 10


def test_values_beyond_all_bounds_are_no_signal(tmp_path):
    x = np.zeros((1, 1, 3000))
    x[0, 0, 5] = 1e300
    (only,) = open_npz(save(tmp_path / "n.npz", x=x)).signals
    assert np.isinf(only.read(0.0, 30.0)).nonzero()[0].tolist() == [5]


def test_objects_are_never_unpickled(tmp_path):
    np.savez(tmp_path / "n.npz", x=np.array([{}], dtype=object), fs=100)
    with pytest.raises(RecordingError, match="can't be read"):
        open_npz(tmp_path / "n.npz")
