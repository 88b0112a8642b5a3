"""BrainVision: letters, pauses, marks, and headers that are damaged."""

from datetime import datetime

import numpy as np
import pytest
from brainvision_files import START, vhdr, write_brainvision

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.lights import lights_of_events
from sleepscorer.core.prefilters import Prefilter, stated_prefilter
from sleepscorer.core.recording import Gap
from sleepscorer.core.stages import Stage
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.scorings import read_scoring

FIRST = f"New Segment,,1,1,0,{START}"


def test_a_pause_with_a_date_is_a_gap(tmp_path):
    pause = "New Segment,,15001,1,0,20230412235100000000"
    path = write_brainvision(tmp_path, FIRST, "Comment,patient back,15101,1,0", pause)
    recording = open_recording(path)
    assert recording.start == datetime(2023, 4, 12, 23, 38, 30)
    assert recording.gaps == (Gap(150.0, 750.0),)
    assert recording.duration_s == 900.0
    assert recording.events == (Event(751.0, None, "patient back"),)
    assert recording.warnings == ()
    samples = recording.signal("C4-M1").read(149.98, 750.02)
    np.testing.assert_allclose(samples[[0, 1, -2, -1]], [99.8, 99.9, 0.0, 0.1], atol=1e-4)
    assert np.isnan(samples[2:-2]).all()


@pytest.mark.parametrize("kind", ["new segment", "NewSegment", "New_Segment"])
def test_a_segment_is_one_however_it_is_spelt(kind, tmp_path):
    markers = (f"{kind},,1,1,0,{START}", f"{kind},,15001,1,0,20230412235100000000")
    recording = open_recording(write_brainvision(tmp_path, *markers))
    assert (recording.gaps, recording.events) == ((Gap(150.0, 750.0),), ())
    assert recording.start == datetime(2023, 4, 12, 23, 38, 30)


@pytest.mark.parametrize("text", ["boundary", "BAD boundary"])
def test_a_comment_that_says_boundary_is_a_joint(text, tmp_path):
    recording = open_recording(write_brainvision(tmp_path, FIRST, f"Comment,{text},15001,1,0"))
    assert (recording.gaps, recording.events) == ((Gap(150.0, 150.0),), ())
    assert "how long is not known" in recording.warnings[0]


def test_two_pauses_and_what_spans_one(tmp_path):
    path = write_brainvision(
        tmp_path,
        FIRST,
        "New Segment,,10001,1,0,20230412234030000000",  # 20 s later than 100 s
        "New Segment,,20001,1,0,20230412234220000000",  # 10 s more
        "Comment,long,9001,2000,0",
        "Comment,up to the pause,9001,1000,0",
    )
    recording = open_recording(path)
    assert recording.gaps == (Gap(100.0, 120.0), Gap(220.0, 230.0))
    assert recording.events == (Event(90.0, 40.0, "long"), Event(90.0, 10.0, "up to the pause"))


@pytest.mark.parametrize("date", ["", ",00000000000000000000", ",20230412233730000000", ",x"])
def test_a_pause_of_unknown_length_is_a_joint_and_said(date, tmp_path):
    path = write_brainvision(tmp_path, FIRST, f"New Segment,,16501,1,0{date}")
    recording = open_recording(path)
    assert recording.gaps == (Gap(165.0, 165.0),)
    assert recording.duration_s == 300.0
    assert any("interrupted after 0:02:45" in text for text in recording.warnings)


def test_a_date_weeks_away_is_not_believed(tmp_path):
    path = write_brainvision(tmp_path, FIRST, "New Segment,,15001,1,0,20330412235100000000")
    recording = open_recording(path)
    assert recording.gaps == (Gap(150.0, 150.0),)
    assert "was not believed" in recording.warnings[0]


def test_lost_samples_are_a_gap_of_their_number(tmp_path):
    path = write_brainvision(tmp_path, FIRST, "New Segment,LostSamples: 250,15001,1,0")
    assert open_recording(path).gaps == (Gap(150.0, 152.5),)


def test_clocks_that_part_by_milliseconds_make_no_gap(tmp_path):
    path = write_brainvision(tmp_path, FIRST, "New Segment,,15001,1,0,20230412234100030000")
    recording = open_recording(path)
    assert (recording.gaps, recording.warnings) == ((), ())


def test_the_start_follows_from_a_later_segment_where_the_first_has_no_date(tmp_path):
    segments = ("New Segment,,1,1,0", "New Segment,,15001,1,0,20230412235100000000")
    recording = open_recording(write_brainvision(tmp_path, *segments))
    assert recording.start == datetime(2023, 4, 12, 23, 48, 30)
    assert recording.gaps == (Gap(150.0, 150.0),)


def test_comments_are_the_words_and_codes_of_triggers_keep_their_type(tmp_path):
    path = write_brainvision(
        tmp_path,
        FIRST,
        r"Comment,turns\1 left,101,1,0",
        "Stimulus,S  2,201,1,0",
        "Response,R  1,301,1,0",
        "Stimulus,Lights off,401,1,0",
        "Scoring,N2,501,3000,1",
        "Time 0,,601,1,0",
    )
    texts = [(event.text, event.channel) for event in open_recording(path).events]
    assert texts == [
        ("turns, left", None),
        ("Stimulus/S  2", None),
        ("Response/R  1", None),
        ("Lights off", None),
        ("N2", "C4-M1"),
        ("Time 0", None),
    ]


def test_lights_and_stages_are_those_of_edf(tmp_path):
    stages = ["W", "W", "W", "W", "N2", "N2", "N2", "N2", "N2", "N2"]
    path = write_brainvision(
        tmp_path,
        FIRST,
        "Comment,Lights off,3001,1,0",
        "Comment,Lights on,27001,1,0",
        *(f"Comment,Sleep stage {s},{i * 3000 + 1},3000,0" for i, s in enumerate(stages)),
    )
    lights = lights_of_events(open_recording(path).events, 300.0)
    assert (lights.off_s, lights.on_s) == (30.0, 270.0)
    scoring = read_scoring(path)
    assert scoring.hypnogram.stages.tolist() == [Stage.W] * 4 + [Stage.N2] * 6
    assert (scoring.hypnogram.lights_off_s, scoring.hypnogram.lights_on_s) == (30.0, 270.0)


@pytest.mark.parametrize("codepage", ["ANSI", "UTF-8", "windows-1252", "none-such"])
def test_western_letters_are_read_whatever_the_header_calls_them(codepage, tmp_path):
    header = vhdr(codepage=codepage, channels=["C4-M1,,0.1,µV"])
    path = write_brainvision(
        tmp_path, FIRST, "Comment,Gerät aus,3001,1,0", header=header, encoding="cp1252"
    )
    recording = open_recording(path)
    assert recording.signals[0].unit == "uV"
    assert recording.events == (Event(30.0, None, "Gerät aus"),)


def test_a_header_without_code_page_and_one_in_utf_8(tmp_path):
    header = vhdr().replace("Codepage=UTF-8\r\n", "")
    for encoding in ("utf-8", "latin-1", "utf-8-sig"):
        path = write_brainvision(tmp_path, "Comment,Gerät aus,3001,1,0", header=header,
                                 encoding=encoding)  # fmt: skip
        assert open_recording(path).events[0].text == "Gerät aus"


def test_units_and_labels(tmp_path):
    channels = [
        "C4,,0.5,mV",
        ",,1,V",
        "SpO2,,1,%",
        "Chin,,2,",
        r"a\1b,,1,Âµv",
        "C4,,1,µV",
        "X,,0,V",
    ]
    samples = np.tile(np.arange(1, 8), (10, 1))
    path = write_brainvision(tmp_path, header=vhdr(channels=channels), samples=samples)
    recording = open_recording(path)
    assert [(s.label, s.unit, s.stored_unit, s.read(0, 0.01)[0]) for s in recording.signals] == [
        ("C4", "uV", "mV", 500.0),
        ("channel 2", "uV", "V", 2e6),
        ("SpO2", "%", "%", 3.0),
        ("Chin", "uV", "µV", 8.0),
        ("a,b", "uV", "µv", 5.0),
    ]
    assert [(q.label, q.reason) for q in recording.quarantined] == [
        ("C4", "an earlier channel has the same label"),
        ("X", "its resolution '0' is not a number above 0"),
    ]


@pytest.mark.parametrize(
    ("binary", "dtype", "values"),
    [
        ("INT_32", "<i4", [70_000, -1]),
        ("IEEE_FLOAT_32", "<f4", [0.25, -2.5]),
        ("UINT_16", "<u2", [40_000, 1]),
        ("INT_16\r\nUseBigEndianOrder=YES", ">i2", [258, -3]),
    ],
)
@pytest.mark.parametrize("orientation", ["MULTIPLEXED", "VECTORIZED"])
def test_every_way_that_samples_lie(binary, dtype, values, orientation, tmp_path):
    header = vhdr(channels=["C4,,1,µV", "C3,,1,µV"])
    header = header.replace("MULTIPLEXED", orientation).replace("INT_16", binary)
    path = write_brainvision(tmp_path, header=header)
    stored = np.array([values, values[::-1], values], dtype)
    stored = stored if orientation == "MULTIPLEXED" else stored.T
    (tmp_path / "night.eeg").write_bytes(stored.tobytes())
    recording = open_recording(path)
    np.testing.assert_array_equal(
        recording.signal("C3").read(0, 0.03), np.float32([values[1], values[0], values[1]])
    )
    np.testing.assert_array_equal(
        recording.signal("C4").read(0.01, 0.03), np.float32([values[1], values[0]])
    )


@pytest.mark.parametrize("orientation", ["MULTIPLEXED", "VECTORIZED"])
def test_samples_in_text(orientation, tmp_path):
    header = vhdr(channels=["C4,,1,µV", "C3,,1,µV"], more="")
    header = header.replace("MULTIPLEXED", orientation).replace("=BINARY", "=ASCII")
    extra = "SkipColumns=1" if orientation == "VECTORIZED" else "SkipLines=1"
    header += f"[ASCII Infos]\r\nDecimalSymbol=,\r\n{extra}\r\n"
    path = write_brainvision(tmp_path, header=header)
    text = "C4 C3\n1,5 2\n3 4,25\n" if orientation == "MULTIPLEXED" else "C4 1,5 3\nC3 2 4,25\n"
    (tmp_path / "night.eeg").write_text(text)
    recording = open_recording(path)
    np.testing.assert_array_equal(recording.signal("C3").read(0, 0.02), np.float32([2, 4.25]))


def test_renamed_files_are_found_and_lost_ones_named(tmp_path):
    write_brainvision(tmp_path, FIRST)
    for ending in (".vhdr", ".vmrk", ".eeg"):
        (tmp_path / f"night{ending}").rename(tmp_path / f"other{ending}")
    recording = open_recording(tmp_path / "other.vhdr")
    assert [path.name for path in recording.all_files] == ["other.vhdr", "other.eeg", "other.vmrk"]
    assert recording.warnings == (
        "the file of its samples that the header names, 'night.eeg', is not there; other.eeg"
        " beside it was taken",
        "the file of its markers that the header names, 'night.vmrk', is not there; other.vmrk"
        " beside it was taken",
    )
    (tmp_path / "other.vmrk").unlink()
    warning = open_recording(tmp_path / "other.vhdr").warnings[1]
    assert warning.startswith("the file of its markers, 'night.vmrk', is not there")
    (tmp_path / "other.eeg").unlink()
    with pytest.raises(RecordingError, match=r"'night\.eeg', is not there .*one folder"):
        open_recording(tmp_path / "other.vhdr")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("SamplingInterval=10000", "SamplingInterval=0.0001", "the sampling rate 1e\\+10 Hz"),
        ("SamplingInterval=10000", "SamplingInterval=0", "not tell the sampling rate"),
        ("SamplingInterval=10000", "SamplingInterval=NaN", "not tell the sampling rate"),
        ("SamplingInterval=10000", "SamplingInterval=-10000", "the sampling rate -100 Hz"),
        ("SamplingInterval=10000", "SamplingInterval=1e12", "days long"),
        ("NumberOfChannels=1", "NumberOfChannels=1000000000", "number of channels"),
        ("NumberOfChannels=1", "NumberOfChannels=0", "number of channels"),
        ("NumberOfChannels=1", "", "number of channels in its header is ''"),
        ("NumberOfChannels=1", "NumberOfChannels=10001", "number of channels in its header is"),
        ("NumberOfChannels=1", "NumberOfChannels=1.5", "in its header is '1.5'"),
        ("SamplingInterval=10000\r\n", "", "not tell the sampling rate: it says ''"),
        ("BinaryFormat=INT_16", "BinaryFormat=INT_24", "'INT_24', not known"),
        ("MULTIPLEXED", "SHUFFLED", "'SHUFFLED', not known"),
        ("[Channel Infos]", "[x]", "describes no channel"),
        ("[Common Infos]", "[x]", r"no section \[Common Infos\]"),
        ("DataFormat=BINARY", "DataType=FREQUENCYDOMAIN", "it holds spectra"),
    ],
)
def test_headers_that_make_no_sense_are_refused_in_words(old, new, message, tmp_path):
    path = write_brainvision(tmp_path, FIRST, header=vhdr().replace(old, new))
    with pytest.raises(RecordingError, match=message) as caught:
        open_recording(path)
    assert "mne" not in str(caught.value).casefold()


def test_claims_of_samples_give_way_to_the_file(tmp_path):
    path = write_brainvision(tmp_path, header=vhdr(more="DataPoints=99999999"))
    recording = open_recording(path)
    assert recording.duration_s == 300.0
    assert recording.warnings == (
        "the header counts 99999999 samples of each channel; the file holds 30000, which were used",
    )


def test_bytes_that_make_no_whole_sample_are_told(tmp_path):
    path = write_brainvision(tmp_path, header=vhdr(channels=["C4,,1,µV", "C3,,1,µV"]))
    (tmp_path / "night.eeg").write_bytes(np.arange(6, dtype="<i2").tobytes() + b"abc")
    recording = open_recording(path)
    assert recording.duration_s == 0.03
    assert recording.warnings == ("the last sample is incomplete (3 bytes) and was left out",)
    (tmp_path / "night.eeg").write_bytes(b"abc")
    with pytest.raises(RecordingError, match="not hold one sample of each of 2 channels"):
        open_recording(path)


def test_an_ahdr_stores_a_channel_more_than_it_counts(tmp_path):
    header = vhdr(channels=["C4,,1,µV"]).replace("night.vmrk", "elsewhere.amrk")
    write_brainvision(tmp_path, "Comment,a,2,1,0", header=header)
    (tmp_path / "night.vhdr").rename(tmp_path / "night.ahdr")
    (tmp_path / "night.vmrk").rename(tmp_path / "night.amrk")
    (tmp_path / "night.eeg").write_bytes(np.array([[5, 9], [6, 9], [7, 9]], "<i2").tobytes())
    recording = open_recording(tmp_path / "night.ahdr")
    assert [(s.label, s.read(0, 0.03).tolist()) for s in recording.signals] == [("C4", [5, 6, 7])]
    assert recording.events == (Event(0.01, None, "a"),)


@pytest.mark.parametrize(
    ("marker", "events"),
    [
        ("Comment,a,0,1,0", (Event(0.0, None, "a"),)),
        ("Comment,a,1,0,0", (Event(0.0, None, "a"),)),
        ("Comment,a,1,2,0", (Event(0.0, 0.02, "a"),)),
        ("Comment,a, 101 , 200 , 1 ", (Event(1.0, 2.0, "a", "C4-M1"),)),
        ("Comment,a,101,-200,-1", (Event(1.0, None, "a"),)),
        ("Comment,a,101,x,2", (Event(1.0, None, "a"),)),
        ("Comment,a,101", (Event(1.0, None, "a"),)),
        ("Comment,a,30001,1,0", (Event(300.0, None, "a"),)),
        (r" a\1b ,,101,1,0", (Event(1.0, None, "a,b"),)),
    ],
)
def test_fields_of_a_marker(marker, events, tmp_path):
    recording = open_recording(write_brainvision(tmp_path, marker))
    assert (recording.events, recording.warnings) == (events, ())
    assert recording.start is None


def test_a_header_that_names_no_markers_and_channels_that_it_does_not_describe(tmp_path):
    header = vhdr(channels=["C4,,1,µV", "C3,,1,µV", "x"]).replace("MarkerFile=night.vmrk\r\n", "")
    header = header.replace("Ch2=", "Ch4=").replace("Ch3=", "Ch0=")
    recording = open_recording(write_brainvision(tmp_path, "Comment,a,2,1,0", header=header))
    assert (recording.events, recording.warnings) == ((), ())
    assert [path.name for path in recording.all_files] == ["night.vhdr", "night.eeg"]
    assert [signal.label for signal in recording.signals] == ["C4"]
    assert [(q.label, q.reason) for q in recording.quarantined] == [
        ("channel 2", "the header does not describe it"),
        ("channel 3", "the header does not describe it"),
    ]


def test_the_start_by_the_first_segment_with_a_date_wherever_it_stands(tmp_path):
    segments = (
        "Comment,a,1,1,0,20200101000000000000",
        "New Segment,,15001,1,0,20230412234100500000",
        FIRST,
    )
    recording = open_recording(write_brainvision(tmp_path, *segments))
    assert recording.start == datetime(2023, 4, 12, 23, 38, 30)
    assert recording.gaps == (Gap(150.0, 150.5),)
    segments = ("New Segment,,15001,1,0,00010101000000000000",)
    assert open_recording(write_brainvision(tmp_path, *segments)).start is None


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("", "1 2\n3 4\n"),
        ("", "1,2\n\n3;4\n"),
        ("SkipLines=2\r\nSkipColumns=2", "a b\nc\nx y 1 2\nx y 3 4\n"),
        ("SkipLines=-1\r\nSkipColumns=x", "1 2\n3 4\n"),
    ],
)
def test_what_is_skipped_of_samples_in_text(more, text, tmp_path):
    header = vhdr(channels=["C4,,1,µV", "C3,,1,µV"]).replace("=BINARY", "=ascii")
    path = write_brainvision(tmp_path, header=f"{header}[ASCII Infos]\r\n{more}\r\n")
    (tmp_path / "night.eeg").write_text(text)
    recording = open_recording(path)
    assert recording.duration_s == 0.02
    assert [s.read(0, 0.02).tolist() for s in recording.signals] == [[1, 3], [2, 4]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2\n3\n", "no table of numbers"),
        ("1 2\nx 4\n", "no table of numbers"),
        ("1 2 3\n4 5 6\n", "no table of numbers for 2 channels"),
        ("\n", "no table of numbers for 2 channels"),
    ],
)
def test_text_that_is_no_table_is_refused(text, message, tmp_path):
    header = vhdr(channels=["C4,,1,µV", "C3,,1,µV"]).replace("=BINARY", "=ASCII")
    path = write_brainvision(tmp_path, header=header)
    (tmp_path / "night.eeg").write_text(text)
    with pytest.raises(RecordingError, match=message) as caught:
        open_recording(path)
    assert caught.value.path == tmp_path / "night.eeg"


def test_damaged_markers_are_counted(tmp_path):
    path = write_brainvision(
        tmp_path,
        FIRST,
        "Comment",
        "Comment,a,b,c",
        "Comment,d,3\x1e,1",
        "Comment,late,30002,1,0",
        "Comment,ok,2,1,0",
    )
    recording = open_recording(path)
    assert [event.text for event in recording.events] == ["ok"]
    assert recording.warnings == (
        "markers that could not be read: 3",
        "markers outside the recording were left out: 1",
    )


@pytest.mark.parametrize("which", ["night.vhdr", "night.vmrk"])
def test_any_damage_is_told_or_borne(which, tmp_path):
    rng = np.random.default_rng(7)
    path = write_brainvision(tmp_path, FIRST, "Comment,Lights off,3001,1,0")
    whole = (tmp_path / which).read_bytes()
    for _ in range(300):
        damaged = bytearray(whole)
        for at in rng.integers(0, len(whole), 4):
            damaged[at] = rng.integers(256)
        (tmp_path / which).write_bytes(bytes(damaged[: rng.integers(1, len(whole) + 1)]))
        try:
            recording = open_recording(path)
        except RecordingError:
            continue
        for signal in recording.signals:
            signal.read(0, 30)


@pytest.mark.data
def test_the_handed_crash_is_refused_in_words(real_data, tmp_path):
    both = (real_data / "fault_cases" / "brainvision-crash-49000f77.vhdr+vmrk").read_text()
    header, markers = both.split("\n=====VMRK\n")
    (tmp_path / "x.vhdr").write_text(header)
    (tmp_path / "x.vmrk").write_text(markers)
    (tmp_path / "x.eeg").write_bytes(bytes(6000))
    with pytest.raises(RecordingError, match="the sampling rate 1e\\+10 Hz"):
        open_recording(tmp_path / "x.vhdr")


@pytest.mark.data
@pytest.mark.parametrize("name", ["n", "ascii"])
def test_the_handed_latin_1_opens(name, real_data):
    recording = open_recording(real_data / "input_cases" / "29-brainvision-latin1" / f"{name}.vhdr")
    assert (recording.signals[0].unit, len(recording.events)) == ("uV", 1)


@pytest.mark.data
def test_the_handed_pause_is_a_gap(real_data):
    recording = open_recording(real_data / "input_cases" / "30-brainvision-pause" / "n.vhdr")
    assert recording.gaps == (Gap(150.0, 750.0),)


@pytest.mark.data
def test_the_handed_marks_are_those_of_the_edf(real_data):
    folder = real_data / "input_cases" / "27-brainvision-marks"
    vhdr_scoring, edf_scoring = (read_scoring(folder / name) for name in ("n.vhdr", "n.edf"))
    np.testing.assert_array_equal(vhdr_scoring.hypnogram.stages, edf_scoring.hypnogram.stages)
    assert vhdr_scoring.hypnogram.lights_off_s == edf_scoring.hypnogram.lights_off_s == 30.0
    assert vhdr_scoring.hypnogram.lights_on_s == edf_scoring.hypnogram.lights_on_s == 270.0


COMMENT = """[Comment]
A m p l i f i e r  S e t u p
============================
Number of channels: 2
Channels
--------
#     Name      Phys. Chn.    Resolution / Unit   Low Cutoff [s]   High Cutoff [Hz]   Notch [Hz]
1     C4          4                0.5 µV             10              250              Off
2     E1          9                0.5 µV             DC             1000              Off

S o f t w a r e  F i l t e r s
==============================
#     Low Cutoff [s]   High Cutoff [Hz]   Notch [Hz]
1      0.1592           35                50
2      Off              15                50
Impedance [kOhm] at 21:04:11 :
C4:          3
"""


def test_the_tables_in_the_comment_tell_the_filters(tmp_path):
    header = vhdr(channels=("C4,M1,0.1,µV", "E1,M2,0.1,µV")) + COMMENT
    samples = np.zeros((1000, 2))
    c4, e1 = open_recording(write_brainvision(tmp_path, header=header, samples=samples)).signals
    assert c4.prefilter == "TC:10s LP:250Hz TC:0.1592s LP:35Hz"
    assert e1.prefilter == "LP:1000Hz LP:15Hz"
    assert stated_prefilter(c4.prefilter).high_pass_hz == pytest.approx(1.0, abs=1e-3)
    assert stated_prefilter(c4.prefilter).low_pass_hz == 35
    assert stated_prefilter(e1.prefilter) == Prefilter(None, 15)


def test_a_comment_that_is_no_table_tells_nothing(tmp_path):
    more = "[Comment]\n#  Name  Low Cutoff [Hz]\n1  C4  0.3  extra\nx  y  z\n"
    (only,) = open_recording(write_brainvision(tmp_path, header=vhdr() + more)).signals
    assert only.prefilter == ""
    more = "[Comment]\n#  Name  Low Cutoff [Hz]  High Cutoff [Hz]\n1  C4  0.3  -5\n"
    (only,) = open_recording(write_brainvision(tmp_path, header=vhdr() + more)).signals
    assert only.prefilter == "HP:0.3Hz"
