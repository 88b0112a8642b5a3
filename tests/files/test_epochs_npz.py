import io
import tracemalloc
import zipfile

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


@pytest.mark.parametrize("key", ["ch", "ch_label"])
def test_names_are_found_where_other_programs_put_them(tmp_path, key):
    x = np.zeros((1, 2, 3000))
    named = open_npz(save(tmp_path / "n.npz", x=x, **{key: ["EEG Fpz-Cz", "EEG Fz-Cz"]}))
    assert [s.label for s in named.signals] == ["EEG Fpz-Cz", "EEG Fz-Cz"]
    assert not named.warnings
    both = {key: ["C4-M1", "E1-M2"], "channels": ["F3-M2", "E2-M1"]}
    ours_first = open_npz(save(tmp_path / "m.npz", x=x, **both))
    assert [s.label for s in ours_first.signals] == ["F3-M2", "E2-M1"]


@pytest.mark.parametrize("other", [2, ["C4-M1"], ["C4", "C4"], np.array([{}], dtype=object)])
def test_what_others_mean_otherwise_names_nothing(tmp_path, other):
    recording = open_npz(save(tmp_path / "n.npz", x=np.zeros((1, 2, 3000)), ch=other))
    assert [s.label for s in recording.signals] == ["EEG", "EOG"]
    assert "does not name its channels" in recording.warnings[0]


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


def npy(descr="'<f8'", shape="()", values=bytes(8), *, version=b"\x01\x00"):
    """The bytes of an array of which the header claims what it likes."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode("latin-1")
    length = len(header).to_bytes(2 if version[0] == 1 else 4, "little")
    return b"\x93NUMPY" + version + length + header + values


def archive(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def saved(array):
    kept = io.BytesIO()
    np.save(kept, array, allow_pickle=True)
    return kept.getvalue()


FS, X = saved(100.0), saved(np.zeros((1, 1, 3000)))


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"x": b"abc", "fs": b"abc"}, "x is not a NumPy array"),
        ({"x.npy": b"", "fs.npy": FS}, "x is not a NumPy array"),
        ({"x.npy": npy(shape="(300000000000000,)"), "fs.npy": FS}, "claims to be float64"),
        (
            {"x.npy": npy(shape="(9, 9, 99999999999999999999)"), "fs.npy": FS},
            "claims to be float64",
        ),
        ({"x.npy": npy(shape="(1, (2, ), 3"), "fs.npy": FS}, "not a plain array"),
        ({"x.npy": npy(shape="(1 2, 3)"), "fs.npy": FS}, "can't be read"),
        ({"x.npy": npy(shape="(1, -1, 3000)"), "fs.npy": FS}, "not a plain array"),
        ({"x.npy": npy(descr="'<f8"), "fs.npy": FS}, "not a plain array"),
        ({"x.npy": npy(descr="'<f3'"), "fs.npy": FS}, "not a plain array"),
        ({"x.npy": npy(descr="[('a', '<f8')]"), "fs.npy": FS}, "not a plain array"),
        ({"x.npy": npy(descr="'|V8'"), "fs.npy": FS}, r"x is \|V8"),
        ({"x.npy": npy(descr="'<M8[s]'"), "fs.npy": FS}, "not a plain array"),
        ({"x.npy": saved(np.zeros((1, 1, 3000), complex)), "fs.npy": FS}, "x is complex128"),
        ({"x.npy": saved(np.zeros((1, 1, 3000), bool)), "fs.npy": FS}, "x is bool"),
        ({"x.npy": saved(np.zeros(())), "fs.npy": FS}, r"x is float64 \(\)"),
        ({"x.npy": X, "fs.npy": saved("100")}, "fs = 0 Hz"),
        ({"x.npy": X, "fs.npy": saved(1e308)}, r"fs = 1e\+308 Hz"),
        ({"x.npy": X, "fs.npy": saved(np.array({}))}, "fs holds Python objects"),
        ({"x.npy": npy(version=b"\x09\x00"), "fs.npy": FS}, "x is not a NumPy array"),
        ({"x.npy": npy(version=b"\x02\x00")[:10] + b"\xff\xff\xff\x7f"}, "header of x"),
        ({"x.npy": X[:-9], "fs.npy": FS}, "claims to be"),
        ({"x.npy": X, "fs.npy": FS, "channels.npy": saved([1.5])}, "channels is float64"),
        ({"x.npy": X, "fs.npy": FS, "channels.npy": saved(np.array([{}]))}, "channels holds Py"),
        ({"x.npy": saved(np.zeros((28_801, 1, 3), np.int8)), "fs.npy": saved(0.1)}, "ten days"),
        ({"x.npy": saved(np.zeros((1, 1001, 30), np.int8)), "fs.npy": saved(1)}, "1001 channels"),
    ],
)
def test_claims_that_do_not_hold_are_refused_in_words(tmp_path, members, words):
    with pytest.raises(RecordingError, match=rf"n\.npz: .*{words}"):
        open_npz(archive(tmp_path / "n.npz", members))


def test_ten_days_a_thousand_channels_and_long_names_are_taken(tmp_path):
    ten_days = np.zeros((28_800, 1, 3), np.int8)
    assert open_npz(save(tmp_path / "n.npz", x=ten_days, fs=0.1)).n_epochs == 28_800
    y = np.zeros(28_800, np.int8)
    assert len(scoring_in_npz(save(tmp_path / "n.npz", x=ten_days, y=y)).hypnogram.stages) == 28_800
    thousand = np.zeros((1, 1000, 30), np.int8)
    found = open_npz(save(tmp_path / "n.npz", x=thousand, fs=1)).signals
    assert [signal.label for signal in found[2:4]] == ["Chin EMG", "channel 4"]
    assert len(found) == 1000
    (only,) = open_npz(save(tmp_path / "n.npz", channels=["c" * 200])).signals
    assert only.label == "c" * 200


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"channels": ["c" * 201]}, "not names"),
        ({"x": np.zeros((1, 2, 3000)), "channels": ["C4", "C4"]}, "1 names for 2 channels"),
        ({"fs": 0.0}, "fs = 0 Hz"),
        ({"fs": -100.0}, "fs = -100 Hz"),
        ({"x": np.zeros((4, 1, 3001))}, "3001 samples are not 30 s"),
        ({"x": np.zeros((4, 1, 2999))}, "2999 samples are not 30 s"),
    ],
)
def test_names_and_rates_that_can_not_be_are_refused(tmp_path, arrays, words):
    with pytest.raises(RecordingError, match=words):
        open_npz(save(tmp_path / "n.npz", **arrays))


def test_a_rate_that_is_no_whole_number_of_samples_is_taken_to_half_a_sample(tmp_path):
    # 30 s at 100.01 Hz are 3000.3 samples, at 100.02 Hz 3000.6.
    assert open_npz(save(tmp_path / "n.npz", fs=100.01)).n_epochs == 4
    with pytest.raises(RecordingError, match="3000 samples are not 30 s"):
        open_npz(save(tmp_path / "n.npz", fs=100.02))


@pytest.mark.parametrize(
    ("y", "x", "words"),
    [
        (np.zeros(4), np.zeros((4, 1, 9)), "not one whole number for each epoch"),
        (np.zeros((4, 1), int), np.zeros((4, 1, 9)), "not one whole number for each epoch"),
        (np.zeros(4, int), np.zeros((4, 9)), "not epochs of at most ten days"),
        (np.zeros(0, int), np.zeros((0, 1, 9)), "not epochs of at most ten days"),
        (np.zeros(28_801, int), np.zeros((28_801, 1, 1), np.int8), "at most ten days"),
    ],
)
def test_labels_of_no_night_are_refused(tmp_path, y, x, words):
    with pytest.raises(RecordingError, match=words):
        scoring_in_npz(save(tmp_path / "n.npz", x=x, y=y))


def test_a_small_archive_that_would_grow_beyond_measure_takes_no_memory(tmp_path):
    epochs, channels = 2000, 50
    header = npy("'<f4'", f"({epochs}, {channels}, 3000)", b"")
    path = tmp_path / "n.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("fs.npy", FS)
        with file.open("x.npy", "w", force_zip64=True) as member:
            member.write(header)
            for _ in range(epochs // 100):
                member.write(bytes(4 * 100 * channels * 3000))
    assert path.stat().st_size < 3e6
    tracemalloc.start()
    try:
        with pytest.raises(RecordingError, match=r"would grow to 1\.2 GB"):
            open_npz(path)
        with pytest.raises(RecordingError, match="not one whole number"):
            scoring_in_npz(
                archive(path, {"x.npy": npy("'<f4'", "(9, 1, 3000)", bytes(108_000)), "y.npy": FS})
            )
        assert tracemalloc.get_traced_memory()[1] < 30e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused_in_words(tmp_path, compression):
    path = archive(tmp_path / "n.npz", {"x.npy": X, "fs.npy": FS}, compression)
    with pytest.raises(RecordingError, match="compressed in an unknown way"):
        open_npz(path)


def test_an_encrypted_member_and_a_version_of_the_future_are_refused_in_words(tmp_path):
    path = archive(tmp_path / "n.npz", {"x.npy": X, "fs.npy": FS})
    whole = path.read_bytes()
    entry = whole.index(b"PK\x01\x02")
    for place, value, words in ((entry + 8, 1, "x is encrypted"), (entry + 6, 118, "version")):
        changed = bytearray(whole)
        changed[place] = value
        path.write_bytes(changed)
        with pytest.raises(RecordingError, match=rf"can't be read.*{words}"):
            open_npz(path)


@pytest.mark.parametrize("dtype", ["<f2", ">f4", "<f8", ">i2", "<u4", "|i1"])
def test_every_plain_number_and_order_is_read_as_it_is(tmp_path, dtype):
    values = np.arange(2 * 3 * 3000).reshape(2, 3, 3000) % 120
    for x in (values.astype(dtype), np.asfortranarray(values.astype(dtype))):
        np.savez_compressed(tmp_path / "n.npz", x=x, fs=np.array([[100]], "<i2"))
        found = open_npz(tmp_path / "n.npz")
        for index, signal in enumerate(found.signals):
            np.testing.assert_array_equal(signal.read(0.0, 60.0), values[:, index].ravel())


def test_long_archives_are_read_in_blocks_without_a_seam(tmp_path):
    x = np.random.default_rng(3).normal(size=(900, 2, 3000)).astype(np.float32)
    np.savez(tmp_path / "n.npz", x=x, fs=100)
    found = open_npz(tmp_path / "n.npz")
    np.testing.assert_array_equal(found.signals[1].read(0.0, 900 * 30.0), x[:, 1].ravel())


def test_names_of_bytes_and_halves_of_characters_become_text(tmp_path):
    path = save(tmp_path / "n.npz", channels=np.array([b"C4-M1"]))
    assert [s.label for s in open_npz(path).signals] == ["C4-M1"]
    (only,) = open_npz(save(tmp_path / "n.npz", channels=np.array(["C\ud800"]))).signals
    assert only.label == "C?"


def test_headers_of_other_writers_are_understood(tmp_path):
    other = b"{'shape': (1L, 1L, 3000L), 'fortran_order': False, 'descr': '<f8'}"
    x = b"\x93NUMPY\x01\x00" + len(other).to_bytes(2, "little") + other + bytes(24_000)
    (only,) = open_npz(archive(tmp_path / "n.npz", {"x.npy": x, "fs.npy": FS})).signals
    assert only.n_samples == 3000


@pytest.mark.data
def test_the_damaged_archives_are_refused_in_words(real_data):
    damaged = sorted((real_data / "fault_cases").glob("*.npz"))
    assert len(damaged) >= 8
    for path in damaged:
        with pytest.raises(RecordingError, match=r"\.npz: \w"):
            open_npz(path)
