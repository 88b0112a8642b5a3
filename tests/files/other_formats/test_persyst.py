"""Persyst: times of samples, birth dates, comments, and headers that are damaged."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.recording import Gap
from sleepscorer.files.recordings import open_recording

LAY = """[FileInfo]
File=night.dat
FileType=Interleaved
SamplingRate=100
HeaderLength=0
Calibration=0.1
WaveformCount=2
DataType=0
[Patient]
First=X
BirthDate=01/01/85
TestDate=04/12/2023
TestTime=23:38:30
[SampleTimes]
0=85110.000000
15000=85860.000000
[Comments]
30.0,0.0,0,100,Lights off
160.0,2.5,0,100,turns, left
[ChannelMap]
C4-M1=1
E1-M2=2
"""


def written(folder: Path, *replaced: tuple[str, str]) -> Path:
    text = LAY
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    (folder / "night.lay").write_text(text, encoding="latin-1")
    samples = np.stack([np.arange(30_000) % 1000, np.full(30_000, 7)], axis=1)
    (folder / "night.dat").write_bytes(samples.astype("<i2").tobytes())
    return folder / "night.lay"


def test_the_times_of_samples_make_a_gap(tmp_path):
    recording = open_recording(written(tmp_path))
    assert recording.format_name == "Persyst"
    assert recording.start == datetime(2023, 4, 12, 23, 38, 30)
    assert recording.gaps == (Gap(150.0, 750.0),)
    assert recording.duration_s == 900.0
    # Comments count the stored samples.
    assert recording.events == (Event(30.0, None, "Lights off"), Event(760.0, 2.5, "turns, left"))
    assert [(s.label, s.unit, s.stored_unit) for s in recording.signals] == [
        ("C4-M1", "uV", "uV"),
        ("E1-M2", "uV", "uV"),
    ]
    samples = recording.signal("C4-M1").read(149.98, 750.02)
    np.testing.assert_allclose(samples[[0, 1, -2, -1]], [99.8, 99.9, 0.0, 0.1], atol=1e-4)
    assert np.isnan(samples[2:-2]).all()
    assert [path.name for path in recording.all_files] == ["night.lay", "night.dat"]


@pytest.mark.parametrize(
    ("stamps", "gaps"),
    [
        ("0=86340\n15000=90", ()),  # midnight between, nothing missing
        ("0=86340\n15000=150", (Gap(150.0, 210.0),)),
        ("0=85110\n100=85111.004\n200=85111.997\n300=85113.011", ()),  # a clock that jitters
        ("0=85110\n15000=85200", (Gap(150.0, 150.0),)),  # backwards
        ("", ()),
        ("x=y\n1e5=7\n15000=NaN", ()),
    ],
)
def test_times_of_samples(stamps, gaps, tmp_path):
    path = written(tmp_path, ("0=85110.000000\n15000=85860.000000", stamps))
    assert open_recording(path).gaps == gaps


def test_drift_is_told(tmp_path):
    stamps = "\n".join(f"{i * 1000}={85110 + 10.04 * i}" for i in range(30))
    path = written(tmp_path, ("0=85110.000000\n15000=85860.000000", stamps))
    recording = open_recording(path)
    assert recording.gaps == ()
    assert "differ by 1.2 s in all" in recording.warnings[0]


@pytest.mark.parametrize(
    "birth_date", ["BirthDate=01/01/1985\n", "BirthDate=\n", "BirthDate=unknown\n", ""]
)
def test_no_birth_date_keeps_a_recording_from_opening_or_says_a_word(birth_date, tmp_path, capfd):
    path = written(tmp_path, ("BirthDate=01/01/85\n", birth_date))
    assert open_recording(path).duration_s == 900.0
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("date", "time", "start"),
    [
        ("12-04-2023", "23:38:30", datetime(2023, 4, 12, 23, 38, 30)),
        ("2023.04.12", "23:38:30.5", datetime(2023, 4, 12, 23, 38, 30, 500_000)),
        ("2023?", "23:38:30", None),
        ("04/12/2023", "noon", None),
        ("2023-04-12", "11:38:30 PM", datetime(2023, 4, 12, 23, 38, 30)),
        ("", "23:38:30", None),
        ("04/12/2023", "", None),
    ],
)
def test_start(date, time, start, tmp_path):
    path = written(tmp_path, ("04/12/2023", date), ("23:38:30", time))
    recording = open_recording(path)
    assert recording.start == start
    assert (start is None) == any("no date and time" in text for text in recording.warnings)


def test_blank_labels_and_letters_of_the_west(tmp_path):
    path = written(tmp_path, ("E1-M2=2\n", ""), ("turns, left", "Gerät aus"))
    recording = open_recording(path)
    assert [signal.label for signal in recording.signals] == ["C4-M1", "channel 2"]
    assert recording.signal("channel 2").read(0, 0.01)[0] == pytest.approx(0.7)
    assert recording.events[-1].text == "Gerät aus"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("SamplingRate=100", "SamplingRate=1e10", "the sampling rate 1e\\+10 Hz"),
        ("SamplingRate=100", "SamplingRate=0", "the sampling rate 0 Hz"),
        ("SamplingRate=100", "SamplingRate=NaN", "not tell the sampling rate"),
        ("SamplingRate=100", "SamplingRate=-1", "the sampling rate -1 Hz"),
        ("WaveformCount=2", "WaveformCount=1000000000", "number of channels"),
        ("WaveformCount=2", "WaveformCount=10001", "number of channels in its header is '10001'"),
        ("WaveformCount=2", "WaveformCount=0", "number of channels in its header is '0'"),
        ("WaveformCount=2", "WaveformCount=x", "number of channels in its header is 'x'"),
        ("DataType=0", "DataType=", "'', not known"),
        ("SamplingRate=100", "SamplingRate=", "not tell the sampling rate: it says ''"),
        ("SamplingRate=100", "SamplingRate=1e-4", "days long"),
        ("Calibration=0.1", "Calibration=0", "the calibration of its samples is '0'"),
        ("WaveformCount=2", "WaveformCount=9999", "one sample of each of 9999"),
        ("HeaderLength=0", "HeaderLength=99999999", "one sample of each of 2"),
        ("DataType=0", "DataType=3", "'3', not known"),
        ("Calibration=0.1", "Calibration=x", "the calibration of its samples is 'x'"),
        ("Interleaved", "EDF", "of the type 'EDF'"),
        ("[FileInfo]", "[x]", r"no section \[FileInfo\]"),
    ],
)
def test_lay_headers_that_make_no_sense_are_refused_in_words(old, new, message, tmp_path):
    path = written(tmp_path, (old, new))
    if "9999" in message:
        (tmp_path / "night.dat").write_bytes(bytes(100))
    with pytest.raises(RecordingError, match=message):
        open_recording(path)


def test_a_lay_without_its_samples_names_them(tmp_path):
    path = written(tmp_path)
    (tmp_path / "night.dat").unlink()
    with pytest.raises(RecordingError, match=r"'night\.dat', is not there .*one folder"):
        open_recording(path)


def test_damaged_comments_are_counted(tmp_path):
    path = written(tmp_path, ("30.0,0.0,0,100,Lights off", "x,0,0,0,y\nz\n1e300,0,0,0,late"))
    recording = open_recording(path)
    assert [event.text for event in recording.events] == ["turns, left"]
    assert recording.warnings == (
        "comments that could not be read: 2",
        "comments outside the recording were left out: 1",
    )


@pytest.mark.data
@pytest.mark.parametrize(
    "name", ["34-persyst-sampletimes-gap/p", "69-json-broken-by-reader-log/p",
             "69-json-broken-by-reader-log/q"]
)  # fmt: skip
def test_the_handed_persyst_opens_without_a_word(name, real_data, capfd):
    recording = open_recording(real_data / "input_cases" / f"{name}.lay")
    assert recording.gaps == (Gap(150.0, 750.0),)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("test_time", "stamp", "told"),
    [
        ("23:38:30", "0=85110.9", ""),
        ("23:38:30", "100=85110", ""),
        ("23:38:30", "0=85115", "at 23:38:30 and, among the times of samples, at 23:38:35"),
        ("23:38:30", "200=85110", "at 23:38:30 and, among the times of samples, at 23:38:28"),
        ("00:00:00", "0=86399.5", ""),
        ("00:00:00", "0=86397", "at 00:00:00 and, among the times of samples, at 23:59:57"),
        ("23:59:59", "0=0", ""),
    ],
)
def test_a_start_that_the_times_of_samples_contradict_is_told(test_time, stamp, told, tmp_path):
    path = written(tmp_path, ("23:38:30", test_time), ("0=85110.000000\n15000=85860.000000", stamp))
    recording = open_recording(path)
    assert recording.start == datetime.strptime(f"2023-04-12 {test_time}", "%Y-%m-%d %H:%M:%S")
    assert len(recording.warnings) == bool(told)
    assert told in "".join(recording.warnings)


def test_what_is_odd_about_times_of_samples_is_told(tmp_path):
    times = "0=85110.000000\n15000=85860.000000"
    recording = open_recording(written(tmp_path, (times, "x=y\n1e5=7\n15000=NaN")))
    assert recording.warnings == ("times of samples that could not be read: 3",)
    recording = open_recording(written(tmp_path, (times, "0=85110\n15000=85200\n20000=85250")))
    assert recording.warnings[0].startswith("the times of the header run backwards at sample 15000")
    assert recording.gaps == (Gap(150.0, 150.0),)
    # Of two times of one sample the first, in any order of the samples.
    recording = open_recording(written(tmp_path, (times, "2000=85150\n0=85110\n2000=85999")))
    assert (recording.gaps, recording.warnings) == ((Gap(20.0, 40.0),), ())


def test_a_gap_that_times_tell_is_no_drift_and_times_after_it_count_from_there(tmp_path):
    times = "0=85110\n10000=85210\n15000=85860\n20000=85910\n25000=85970"
    recording = open_recording(written(tmp_path, ("0=85110.000000\n15000=85860.000000", times)))
    assert recording.gaps == (Gap(150.0, 750.0), Gap(850.0, 860.0))
    assert recording.warnings == ()


def test_samples_of_four_bytes_behind_a_header_of_their_own(tmp_path):
    path = written(tmp_path, ("DataType=0", "DataType=7"), ("HeaderLength=0", "HeaderLength=10"))
    samples = np.array([[70_000, 1], [70_001, 2], [-70_002, 3]], "<i4")
    (tmp_path / "night.dat").write_bytes(b"x" * 10 + samples.tobytes() + b"rest")
    recording = open_recording(path)
    assert recording.duration_s == 0.03
    np.testing.assert_allclose(recording.signal("C4-M1").read(0, 0.03), [7000, 7000.1, -7000.2])


@pytest.mark.parametrize("length", ["-10", "x", ""])
def test_a_header_length_that_is_none_is_0(length, tmp_path):
    path = written(tmp_path, ("HeaderLength=0", f"HeaderLength={length}"))
    assert open_recording(path).signal("C4-M1").read(0, 0.02) == pytest.approx([0, 0.1])


def test_labels_are_those_of_their_numbers(tmp_path):
    path = written(tmp_path, ("C4-M1=1\nE1-M2=2\n", "A=0\nB=3\nC=x\nD=2\nE=2\nF=1\n"))
    assert [signal.label for signal in open_recording(path).signals] == ["F", "D"]


def test_a_lay_without_type_and_without_date_opens(tmp_path):
    path = written(
        tmp_path,
        ("FileType=Interleaved\n", ""),
        ("HeaderLength=0\n", ""),
        ("TestDate=04/12/2023\nTestTime=23:38:30\n", ""),
        ("[SampleTimes]\n0=85110.000000\n15000=85860.000000\n", ""),
    )
    recording = open_recording(path)
    assert (recording.start, recording.gaps, recording.warnings) == (None, (), ())
    assert recording.duration_s == 300.0


@pytest.mark.parametrize(
    ("comment", "events"),
    [
        ("0,0,0,100,a", (Event(0.0, None, "a"),)),
        (" 300 , 0.5 ,0,100, b ", (Event(900.0, 0.5, "b"),)),
        ("20,-1,0,100,c", (Event(20.0, None, "c"),)),
        ("20,x,0,100,d", (Event(20.0, None, "d"),)),
        ("300.1,0,0,100,e", ()),
        ("-0.1,0,0,100,f", ()),
        ("20,0,0,100", ()),
    ],
)
def test_comments(comment, events, tmp_path):
    path = written(tmp_path, ("30.0,0.0,0,100,Lights off\n160.0,2.5,0,100,turns, left", comment))
    recording = open_recording(path)
    assert recording.events == events
    assert len(recording.warnings) == (not events)


def test_comments_are_sorted(tmp_path):
    path = written(tmp_path, ("30.0,0.0,0,100,Lights off", "200,0,0,100,x\n30.0,0.0,0,100,y"))
    assert [event.text for event in open_recording(path).events] == ["y", "turns, left", "x"]
