"""FIF and others by mne: interruptions, marks, units, and not a word of mne's."""

import gzip
import struct
import warnings as python_warnings
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.lights import lights_of_events
from sleepscorer.core.recording import Gap, Recording
from sleepscorer.core.stages import Stage
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.scorings import read_scoring

MNES_OWN_WORDS = ("mne", "preload", "overrides", "verbose", "raw", "traceback")


def write_fif(path: Path, marks: list[tuple[float, float, str]], *, rate_hz=100.0) -> Path:
    import mne

    info = mne.create_info(["C4-M1", "E1-M2"], rate_hz, ["eeg", "eog"])
    raw = mne.io.RawArray(np.ones((2, round(300 * rate_hz))) * 1e-6, info, verbose="error")
    raw.set_meas_date(datetime(2019, 3, 2, 22, 15, 30, tzinfo=UTC))
    onsets, durations, texts = zip(*marks, strict=True) if marks else ((), (), ())
    raw.set_annotations(mne.Annotations(onsets, durations, texts), verbose="error")
    raw.save(path, verbose="error")
    return path


@pytest.mark.parametrize(
    "text",
    ["EDGE boundary", "BAD boundary", "BAD_boundary", "New Segment/", "new segment/", "boundary",
     "Comment/boundary"],
)  # fmt: skip
def test_joints_of_fif(text, tmp_path):
    path = write_fif(tmp_path / "night_raw.fif", [(165.0, 0.0, text), (170.0, 0.0, "Lights off")])
    recording = open_recording(path)
    assert recording.gaps == (Gap(165.0, 165.0),)
    assert [event.text for event in recording.events] == ["Lights off"]


def test_files_that_mne_joined_have_a_joint(tmp_path):
    import mne

    first, second = (
        mne.io.RawArray(np.zeros((1, 3000)), mne.create_info(["C4"], 100.0, "eeg"), verbose="error")
        for _ in range(2)
    )
    mne.concatenate_raws([first, second], verbose="error")
    first.save(tmp_path / "joined_raw.fif", verbose="error")
    assert open_recording(tmp_path / "joined_raw.fif").gaps == (Gap(30.0, 30.0),)


def test_marks_that_came_by_brainvision_are_those_of_edf(tmp_path):
    stages = ["W"] * 4 + ["N2"] * 6
    marks = [(i * 30.0, 30.0, f"Comment/Sleep stage {s}") for i, s in enumerate(stages)]
    marks += [(30.0, 0.0, "Comment/Lights off"), (270.0, 0.0, "Lights on")]
    marks += [(40.0, 0.0, "Stimulus/S  2"), (41.0, 0.0, "and/or")]
    path = write_fif(tmp_path / "night_raw.fif", marks)
    recording = open_recording(path)
    lights = lights_of_events(recording.events, 300.0)
    assert (lights.off_s, lights.on_s) == (30.0, 270.0)
    assert {"Stimulus/S  2", "and/or"} <= {event.text for event in recording.events}
    scoring: Scoring = read_scoring(path)
    assert scoring.hypnogram.stages.tolist() == [Stage.W] * 4 + [Stage.N2] * 6


def test_fif_tells_that_it_stores_volts(tmp_path):
    fif = open_recording(write_fif(tmp_path / "night_raw.fif", []))
    assert {(signal.unit, signal.stored_unit) for signal in fif.signals} == {("uV", "V")}
    assert fif.signals[0].read(0, 0.01)[0] == pytest.approx(1.0)


def opened_as(path: Path, raw: object, monkeypatch: pytest.MonkeyPatch) -> Recording:
    """What becomes of what mne makes of a file of three bytes."""
    path.write_bytes(b"abc")
    monkeypatch.setattr("mne.io.read_raw", lambda *_arguments, **_options: raw)
    return open_recording(path)


def raw_array(labels: list[str], kinds: list[str], n_samples: int = 3):
    import mne

    info = mne.create_info(labels, 100.0, kinds)
    data = np.arange(1, len(labels) + 1)[:, None].repeat(n_samples, axis=1) * 1e-6
    return mne.io.RawArray(data, info, verbose="error")


@pytest.mark.parametrize(
    ("name", "voltage"), [("night.fif", "V"), ("night.nedf", "nV"), ("night.gdf", "")]
)
def test_units_where_the_file_keeps_none(name, voltage, tmp_path, monkeypatch):
    raw = raw_array(["C4", "Temp", "-7", "Trig", "A-7"], ["eeg", "misc", "eeg", "stim", "eog"])
    recording = opened_as(tmp_path / name, raw, monkeypatch)
    assert [(s.label, s.unit, s.stored_unit) for s in recording.signals] == [
        ("C4", "uV", voltage),
        ("Temp", "", ""),
        ("channel 3", "uV", voltage),
        ("A-7", "uV", voltage),
    ]
    assert recording.signal("channel 3").read(0, 0.01) == pytest.approx([3.0])
    assert recording.signal("Temp").read(0, 0.01) == pytest.approx([2e-6])
    assert [q.label for q in recording.quarantined] == ["Trig"]
    assert recording.start is None


def test_units_that_the_reader_found(tmp_path, monkeypatch):
    raw = raw_array(["C4", "Temp", "X"], ["eeg", "misc", "misc"])
    raw._orig_units = {"C4": "mV", "Temp": "C", "X": "n/a"}
    recording = opened_as(tmp_path / "night.gdf", raw, monkeypatch)
    assert [(s.label, s.unit, s.stored_unit) for s in recording.signals] == [
        ("C4", "uV", "mV"),
        ("Temp", "C", "C"),
        ("X", "", ""),
    ]


def test_more_samples_than_bytes_are_a_claim(tmp_path, monkeypatch):
    raw = raw_array(["C4"], ["eeg"], n_samples=4)
    with pytest.raises(RecordingError, match=r"counts 4 samples of each channel, .* has 3 bytes"):
        opened_as(tmp_path / "night.cnt", raw, monkeypatch)
    assert opened_as(tmp_path / "night.fif", raw, monkeypatch).duration_s == 0.04


@pytest.mark.parametrize(
    ("mark", "gaps"),
    [
        ((165.0, 5.0, "boundary"), (Gap(165.0, 170.0),)),
        # EEGLAB puts it half a sample before what follows.
        ((164.995, 5.0, "Boundary"), (Gap(165.0, 170.0),)),
        ((165.0, 5.0, "EDGE boundary"), (Gap(165.0, 165.0),)),
        ((165.0, 0.0, "New Segment/LostSamples: 50"), (Gap(165.0, 165.5),)),
        ((165.0, 5.0, "BAD_ACQ_SKIP"), (Gap(165.0, 170.0),)),
        ((165.0, 0.0, "BAD_ACQ_SKIP"), (Gap(165.0, 165.0),)),
        ((165.0, 5.0, "skip"), ()),
    ],
)
def test_how_long_joints_of_fif_are(mark, gaps, tmp_path):
    recording = open_recording(write_fif(tmp_path / "night_raw.fif", [mark]))
    assert recording.gaps == gaps
    assert len(recording.events) == (not gaps)


@pytest.mark.parametrize("rate_hz", [1e10, 1e-4])
def test_rates_of_fif_that_no_recording_has_are_refused(rate_hz, tmp_path):
    import mne

    info = mne.create_info(["C4"], rate_hz, "eeg")
    raw = mne.io.RawArray(np.zeros((1, 5000)), info, verbose="error")
    raw.save(tmp_path / "night_raw.fif", verbose="error")
    with pytest.raises(RecordingError, match=r"sampling rate|days long"):
        open_recording(tmp_path / "night_raw.fif")


@pytest.mark.parametrize("name", ["night_raw.fif", "night_raw.fif.gz"])
def test_tags_that_lead_back_are_refused_and_not_followed(name, tmp_path):
    path = write_fif(tmp_path / "night_raw.fif", [])
    content = bytearray(path.read_bytes())
    # The second tag holds the place of a directory at the end, the third is put before the first.
    content[36 + 16 : 36 + 20] = struct.pack(">i", -1)
    content[56 + 12 : 56 + 16] = struct.pack(">i", 36)
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    with pytest.raises(RecordingError, match="its content is damaged"):
        open_recording(path)


@pytest.mark.parametrize("name", ["night_raw.fif", "night_raw.fif.gz"])
def test_damaged_files_are_told_in_our_words(name, tmp_path, capfd):
    path = tmp_path / name
    write_fif(path, [(1.0, 0.0, "Lights off")])
    whole = path.read_bytes()
    whole = gzip.decompress(whole) if name.endswith("gz") else whole
    rng = np.random.default_rng(3)
    capfd.readouterr()
    for i in range(60):
        damaged = bytearray(whole)
        for at in rng.integers(0, min(len(whole), 4000), 8):
            damaged[at] = rng.integers(256)
        content = bytes(damaged[: rng.integers(1, len(whole))] if i % 3 == 0 else damaged)
        path.write_bytes(gzip.compress(content, 1) if name.endswith("gz") else content)
        try:
            recording = open_recording(path)
            for signal in recording.signals:
                signal.read(0, 30)
        except RecordingError as error:
            _in_our_words(error)
        else:
            assert not any("mne" in text.casefold() for text in recording.warnings)
    assert capfd.readouterr() == ("", "")


def test_whatever_a_reader_prints_or_warns_is_not_heard(tmp_path, monkeypatch, capfd):
    import mne

    path = write_fif(tmp_path / "night_raw.fif", [])
    real = mne.io.read_raw

    def talking(*arguments, **options):
        print("Unable to process birthdate")
        python_warnings.warn("use mne.io.read_raw with preload=True", RuntimeWarning, stacklevel=1)
        python_warnings.warn("Omitted 3 annotation(s) outside", RuntimeWarning, stacklevel=1)
        mne.utils.logger.error("Opening raw data file")
        return real(*arguments, **options)

    monkeypatch.setattr(mne.io, "read_raw", talking)
    capfd.readouterr()
    recording = open_recording(path)
    assert recording.warnings == ("annotations outside the recording were left out: 3",)
    assert capfd.readouterr() == ("", "")

    def failing(*_arguments, **_options):
        raise RuntimeError("preload=True is needed, use mne.io.read_raw_fif")

    monkeypatch.setattr(mne.io, "read_raw", failing)
    with pytest.raises(RecordingError, match="its content is damaged or of a kind") as caught:
        open_recording(path)
    _in_our_words(caught.value)


def _in_our_words(error: RecordingError) -> None:
    said = f"{error.what} {error.hint}".casefold()
    assert not any(word in said for word in MNES_OWN_WORDS), said
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("high_pass_hz", "low_pass_hz", "words"),
    [(None, None, ""), (0.5, None, "HP:0.5Hz"), (1.0, 15.0, "HP:1Hz LP:15Hz")],
)
def test_fif_tells_its_filters(high_pass_hz, low_pass_hz, words, tmp_path):
    import mne

    info = mne.create_info(["C4-M1", "Chin"], 100.0, ["eeg", "emg"])
    raw = mne.io.RawArray(
        np.random.default_rng(0).normal(0, 1e-5, (2, 6000)), info, verbose="error"
    )
    raw.filter(high_pass_hz, low_pass_hz, picks="all", verbose="error")
    raw.save(tmp_path / "night_raw.fif", verbose="error")
    eeg, chin = open_recording(tmp_path / "night_raw.fif").signals
    assert (eeg.prefilter, chin.prefilter) == (words, "")
