"""EDF headers that are broken in every way that leaves something to read."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from edf_bytes import Channel, Edf, annotations

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.recording import Recording
from sleepscorer.files.edf import holds_annotations_alone
from sleepscorer.files.edf.header import read_header
from sleepscorer.files.edf.reader import open_edf

RAMP = range(4)


def opened(edf: Edf | bytes, tmp_path: Path) -> Recording:
    path = tmp_path / "nuit d'été 夜.edf"
    path.write_bytes(edf if isinstance(edf, bytes) else edf.to_bytes())
    return open_edf(path)


def test_what_a_recording_says_of_itself(tmp_path: Path):
    channel = Channel(
        "EEG C4-M1", RAMP, unit="mV", physical=("-1", "1"), transducer="AgCl", prefilter="HP:0.1Hz"
    )
    recording = opened(
        Edf([channel], patient="MCH-0234567 F X Doe", recording="Startdate 02-MAR-2019 X X X"),
        tmp_path,
    )
    assert recording.format_name == "EDF"
    assert recording.start == datetime(2019, 3, 2, 22, 15, 30)
    assert recording.duration_s == 1.0
    assert recording.patient_id == "MCH-0234567 F X Doe"
    assert recording.recording_id == "Startdate 02-MAR-2019 X X X"
    assert recording.gaps == recording.events == recording.quarantined == recording.warnings == ()
    signal = recording.signal("EEG C4-M1")
    assert signal.sampling_rate_hz == 4.0
    assert (signal.unit, signal.stored_unit) == ("uV", "mV")
    assert signal.n_samples == 4
    assert signal.physical_range == (-1000.0, 1000.0)
    assert (signal.transducer, signal.prefilter) == ("AgCl", "HP:0.1Hz")


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"digital_range": ("5", "5")}, "its digital minimum and maximum are equal (5)"),
        ({"physical": ("0", "0")}, "its physical minimum and maximum are equal (0)"),
        ({"samples_per_record": 0}, "it has no samples (0 in a data record)"),
        ({"label": "Good"}, "an earlier channel has the same label"),
        ({"physical": ("abc", "1")}, "its physical minimum 'abc' is not a number"),
        ({"digital_range": ("-1", "")}, "its digital maximum '' is not a number"),
        ({"physical": ("-1e39", "1e39")}, "its physical range of (-1e+39, 1e+39) is not plausible"),
        (
            {"physical": ("-1e35", "0"), "unit": "V"},
            "its physical range of (-1e+35, 0.0) is not plausible",
        ),
        ({"physical": ("abc", "x")}, "its physical minimum 'abc' is not a number"),
    ],
)
def test_bad_channel_is_quarantined_and_the_rest_opens(broken: dict, reason: str, tmp_path: Path):
    bad = Channel(**{"label": "Bad", "digital": range(100, 104)} | broken)
    recording = opened(Edf([Channel("Good", RAMP), bad, Channel("Last", range(7, 11))]), tmp_path)
    assert [signal.label for signal in recording.signals] == ["Good", "Last"]
    assert [(q.label, q.reason) for q in recording.quarantined] == [(bad.label, reason)]
    np.testing.assert_allclose(
        recording.signal("Last").read(0, 1), [0.7, 0.8, 0.9, 1.0], rtol=1e-6, atol=1e-4
    )


def test_duplicate_of_a_bad_channel_is_kept(tmp_path: Path):
    channels = [Channel("C4", RAMP, physical=("0", "0")), Channel("C4", RAMP)]
    recording = opened(Edf(channels), tmp_path)
    assert [signal.label for signal in recording.signals] == ["C4"]
    assert len(recording.quarantined) == 1


def test_rate_beyond_any_amplifier_is_quarantined(tmp_path: Path):
    recording = opened(Edf([Channel("C4", RAMP)], record_duration="0.00001"), tmp_path)
    assert [q.reason for q in recording.quarantined] == [
        "its sampling rate of 400000 Hz is not plausible"
    ]


def test_trigger_channel_of_bdf_is_kept_out(tmp_path: Path):
    recording = opened(Edf([Channel("C4", RAMP), Channel("Status", RAMP)], bdf=True), tmp_path)
    assert [signal.label for signal in recording.signals] == ["C4"]
    assert [q.label for q in recording.quarantined] == ["Status"]


@pytest.mark.parametrize(
    ("stated", "n_stored", "warning"),
    [
        ("-1", 3, "the header leaves the number of data records open; there are 3"),
        ("2", 3, "the header counts '2' data records; the file holds 3, which were used"),
        ("9", 3, "the header counts '9' data records; the file holds 3, which were used"),
        ("what", 3, "the header counts 'what' data records; the file holds 3, which were used"),
        ("0", 3, "the header counts '0' data records; the file holds 3, which were used"),
        ("0", 0, "the file holds no complete data record"),
    ],
)
def test_number_of_records_follows_from_the_size(stated, n_stored, warning, tmp_path: Path):
    edf = Edf([Channel("C4", range(12))], n_records=n_stored, fields={"n_records": stated})
    recording = opened(edf, tmp_path)
    assert recording.duration_s == n_stored
    assert recording.signals[0].n_samples == 4 * n_stored
    assert recording.warnings == (warning,)


def test_incomplete_last_record_is_kept_out_and_reported(tmp_path: Path):
    raw = Edf([Channel("C4", range(12))], n_records=3).to_bytes()
    recording = opened(raw[:-3], tmp_path)
    assert recording.duration_s == 2.0
    assert recording.warnings == (
        "the header counts '3' data records; the file holds 2, which were used",
        "the last data record is incomplete (5 of 8 bytes) and was left out",
    )
    assert np.isnan(recording.signals[0].read(2, 3)).all()


def test_decimal_commas_are_read_and_reported(tmp_path: Path):
    edf = Edf([Channel("C4", RAMP, physical=("-3276,8", "3276,7"))], record_duration="0,5")
    recording = opened(edf, tmp_path)
    assert recording.duration_s == 0.5
    assert recording.signals[0].physical_range == (-3276.8, 3276.7)
    assert len(recording.warnings) == 1
    assert "decimal commas" in recording.warnings[0]


@pytest.mark.parametrize(
    ("physical", "digital", "duration", "is_told"),
    [
        (("-3276,8", "3276.7"), ("-32768", "32767"), "1", True),
        (("-3276.8", "3276.7"), ("-32768,0", "32767"), "1", True),
        (("-3276.8", "3276.7"), ("-32768", "32767"), "1,0", True),
        (("a,b", "3276.7"), ("-32768", "32767"), "1", False),
    ],
)
def test_a_decimal_comma_of_any_number_is_reported(
    physical, digital, duration, is_told, tmp_path: Path
):
    channel = Channel("C4", RAMP, physical=physical, digital_range=digital)
    warnings = opened(Edf([channel], record_duration=duration), tmp_path).warnings
    assert any("decimal commas" in warning for warning in warnings) == is_told


def test_record_length_of_one_channel_follows_from_the_size(tmp_path: Path):
    raw = Edf([Channel("A", range(8)), Channel("B", range(50, 58))], n_records=2).to_bytes()
    field = 256 + 2 * 216
    assert raw[field : field + 8] == b"4       "
    recording = opened(raw[:field] + b"????????" + raw[field + 8 :], tmp_path)
    assert [signal.n_samples for signal in recording.signals] == [8, 8]
    np.testing.assert_allclose(recording.signal("B").read(1, 1.5), [5.4, 5.5], atol=1e-4)


def test_longer_header_is_believed_where_the_size_agrees(tmp_path: Path):
    edf = Edf([Channel("C4", range(4, 8))], fields={"header_bytes": "1024"})
    recording = opened(edf.header() + b" " * 512 + edf.records(), tmp_path)
    np.testing.assert_allclose(recording.signals[0].read(0, 1), [0.4, 0.5, 0.6, 0.7], atol=1e-4)


@pytest.mark.parametrize("unit", [b"\xb5V", "µV", "μV", "UV", " uV "])
def test_every_spelling_of_microvolt(unit, tmp_path: Path):
    signal = opened(Edf([Channel("C4", RAMP, unit=unit)]), tmp_path).signals[0]
    assert signal.unit == "uV"
    assert signal.physical_range == (-3276.8, 3276.7)


def test_latin1_label(tmp_path: Path):
    recording = opened(Edf([Channel(b"D\xe9bit nasal", RAMP, unit=b"\xb0C")]), tmp_path)
    assert recording.signals[0].label == "Débit nasal"
    assert recording.signals[0].unit == "°C"


def test_89_channels_at_8_rates(tmp_path: Path):
    rates = (1, 2, 4, 8, 10, 25, 50, 200)
    channels = [
        Channel(f"Ch {i}", [i] * rates[i % 8] * 2, samples_per_record=rates[i % 8])
        for i in range(89)
    ]
    recording = opened(Edf(channels, n_records=2), tmp_path)
    assert [s.sampling_rate_hz for s in recording.signals] == [rates[i % 8] for i in range(89)]
    for i, signal in enumerate(recording.signals):
        np.testing.assert_allclose(
            signal.read(0, 2), np.full(2 * rates[i % 8], i / 10), atol=1e-3, strict=False
        )


@pytest.mark.parametrize(
    ("edf", "message"),
    [
        (b"", "the file is empty"),
        (b"hello, this is text", "neither an EDF nor a BDF file"),
        (b"0       ", "the file ends after 8 bytes, inside its header"),
        (
            Edf([Channel()], fields={"n_channels": "0"}),
            "the number of channels in its header is '0'",
        ),
        (
            Edf([Channel()], fields={"n_channels": "abc"}),
            "number of channels in its header is 'abc'",
        ),
        (Edf([Channel("C4", RAMP)], fields={"n_channels": "9999"}), "header of 9999 channels"),
        (Edf([Channel("C4", RAMP)], record_duration="one"), "the record duration in its header"),
        (Edf([Channel("C4", RAMP)], record_duration="-1"), "the record duration in its header"),
        (Edf([Channel("C4", RAMP)], record_duration="99999999"), "makes the recording 1157 days"),
    ],
)
def test_header_that_tells_nothing_is_refused_in_one_line(edf, message: str, tmp_path: Path):
    with pytest.raises(RecordingError, match=message) as caught:
        opened(edf, tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("header_bytes", "n_records", "n_between"),
    [
        ("1024", "1", 512),
        # Less than the specification's, or not that of the size, or nothing to tell it by.
        ("256", "1", 0),
        ("520", "1", 0),
        ("520", "-1", 0),
        ("x", "1", 0),
        ("520", "x", 0),
        ("520", "2", 0),
    ],
)
def test_where_the_records_begin(header_bytes, n_records, n_between, tmp_path: Path):
    edf = Edf([Channel("C4", range(4, 8))])
    edf.fields = {"header_bytes": header_bytes, "n_records": n_records}
    recording = opened(edf.header() + b" " * n_between + edf.records(), tmp_path)
    assert recording.signals[0].read(0, 0.25)[0] == pytest.approx(0.4, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "rounding_s"),
    [
        ("0.333333", 1e-6),
        ("0,333333", 1e-6),
        ("0.33333", 1e-5),
        ("0.3333", 0.0),
        ("30", 0.0),
        ("12345678", 0.0),
        ("1.0e-003", 0.0),
        ("100000.5", 0.1),
    ],
)
def test_by_how_much_a_full_field_may_round(text: str, rounding_s: float, tmp_path: Path):
    path = tmp_path / "night.edf"
    path.write_bytes(Edf([Channel("C4", RAMP)], record_duration=text, n_records=0).to_bytes())
    assert read_header(path).record_duration_rounding_s == pytest.approx(rounding_s)


@pytest.mark.parametrize(
    ("labels", "version", "n_channels", "is_alone"),
    [
        (["EDF Annotations"], b"0       ", "1", True),
        (["bdf annotations"] * 2, b"\xffBIOSEMI", "2", True),
        (["EDF Annotations", "C4"], b"0       ", "2", False),
        (["C4", "EDF Annotations"], b"0       ", "2", False),
        (["EDF Annotations", "C4"], b"0       ", "1", True),
        (["EDF Annotations"], b"1       ", "1", None),
        (["EDF Annotations"], b"0       ", "0", None),
        (["EDF Annotations"], b"0       ", "-1", None),
        (["EDF Annotations"], b"0       ", "x", None),
    ],
)
def test_files_of_annotations_alone_are_known_by_their_beginning(
    labels, version, n_channels, is_alone
):
    fields = {"n_channels": n_channels}
    beginning = version + Edf([Channel(label) for label in labels], fields=fields).header()[8:]
    assert holds_annotations_alone(beginning) is is_alone


def test_an_edf_channel_called_status_is_a_signal_and_of_a_bdf_is_none(tmp_path: Path):
    assert opened(Edf([Channel("Status", RAMP)]), tmp_path).quarantined == ()
    (status,) = opened(Edf([Channel("STATUS", RAMP)], bdf=True), tmp_path).quarantined
    assert "trigger codes" in status.reason


@pytest.mark.parametrize(
    ("reserved", "is_bdf", "name"),
    [
        ("EDF+C", False, "EDF+C"),
        ("EDF+D", False, "EDF+D"),
        ("EDF+X", False, "EDF"),
        ("24BIT", True, "BDF"),
        ("BDF+D", True, "BDF+D"),
        ("", True, "BDF"),
    ],
)
def test_names_of_formats(reserved: str, is_bdf: bool, name: str, tmp_path: Path):
    edf = Edf([Channel("C4", RAMP)], reserved=reserved, bdf=is_bdf)
    assert opened(edf, tmp_path).format_name == name


def test_a_file_that_ends_within_its_header(tmp_path: Path):
    raw = Edf([Channel("C4", RAMP), Channel("C3", RAMP)], n_records=0).to_bytes()
    assert opened(raw, tmp_path).warnings == ("the file holds no complete data record",)
    with pytest.raises(RecordingError, match="ends after 767 bytes, inside the header of 2 chan"):
        opened(raw[:-1], tmp_path)
    with pytest.raises(RecordingError, match="ends after 255 bytes, inside its header"):
        opened(raw[:255], tmp_path)


@pytest.mark.parametrize(
    ("texts", "n_records", "message"),
    [
        ((b"4", b"?"), "-1", "samples of channel 2 in its header is '\\?'"),
        ((b"-4", b"4"), "3", "samples of channel 1 in its header is '-4'"),
        ((b"99", b"x"), "2", "samples of channel 2 in its header is 'x'"),
        ((b"x", b"y"), "2", "samples of channel 1 in its header is 'x'"),
    ],
)
def test_a_length_that_the_size_does_not_tell(texts, n_records, message, tmp_path: Path):
    edf = Edf([Channel("A", range(8)), Channel("B", range(8))], n_records=2)
    edf.fields = {"n_records": n_records}
    raw = edf.to_bytes()
    at = 256 + 2 * 216
    with pytest.raises(RecordingError, match=message):
        opened(raw[:at] + b"".join(t.ljust(8) for t in texts) + raw[at + 16 :], tmp_path)


def test_two_channels_without_a_length_can_not_be_told_apart(tmp_path: Path):
    raw = Edf([Channel("A", RAMP), Channel("B", RAMP)]).to_bytes()
    field = 256 + 2 * 216
    with pytest.raises(RecordingError, match="the channels can't be told apart"):
        opened(raw[:field] + b"x" * 16 + raw[field + 16 :], tmp_path)


def test_record_length_beyond_the_file_asks_for_no_memory(tmp_path: Path):
    raw = Edf([Channel("A", RAMP)], record_duration="3600").to_bytes()
    recording = opened(raw[: 256 + 216] + b"99999999" + raw[256 + 224 :], tmp_path)
    assert recording.duration_s == 0.0
    assert "the file holds no complete data record" in recording.warnings
    assert np.isnan(recording.signals[0].read(0, 1)).all()


def test_annotations_are_found_in_a_file_that_does_not_call_itself_plus(tmp_path: Path):
    tals = annotations([b"+0\x14\x14\0+0.5\x14Lights off@@EEG C4\x14\0"])
    recording = opened(Edf([Channel("C4", RAMP), tals]), tmp_path)
    assert recording.format_name == "EDF"
    assert [signal.label for signal in recording.signals] == ["C4"]
    (event,) = recording.events
    assert (event.onset_s, event.text, event.channel) == (0.5, "Lights off", "EEG C4")


def test_channels_without_a_label_can_be_named(tmp_path: Path):
    channels = [Channel("", RAMP), Channel("C4", RAMP), Channel(" ", RAMP)]
    recording = opened(Edf(channels), tmp_path)
    assert [signal.label for signal in recording.signals] == ["channel 1", "C4", "channel 3"]
    assert recording.quarantined == ()
