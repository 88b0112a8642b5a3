"""A copy with one annotation channel more: its records begin with the very bytes of the file's."""

import io
import warnings
from pathlib import Path

import numpy as np
import pytest
from edf_bytes import Channel, Edf, annotations

from sleepscorer.core.errors import ExportError, NotAnnotated, RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.progress import Cancelled
from sleepscorer.files.edf import EdfAnnotating, first_remark, open_edf, record_pieces
from sleepscorer.files.edf.header import read_header

N_RECORDS = 12
N_SAMPLES = 20
FIRST = "a remark of the whole file"
EVENTS = (
    Event(0.0, 0.3, "Sleep stage W"),
    Event(0.35, None, "Lights off"),
    Event(0.7, 0.25, "EEG arousal", "C4-M1"),
    Event(0.7, None, "médication à 23 h"),
)
KINDS = ("EDF", "EDF+C", "BDF", "BDF+C")


def night(path: Path, kind: str = "EDF", *, record_s="1", start="0", n_samples=N_SAMPLES, **fields):
    """Write a recording of every byte there is; where it has annotations, they lie amid signals."""
    bdf = kind.startswith("BDF")
    rng = np.random.default_rng(5)
    reach = 2 ** (23 if bdf else 15)
    limits = (str(-reach), str(reach - 1))
    n_all = N_RECORDS * n_samples
    channels = [
        Channel(
            label, rng.integers(-reach, reach, n_all), samples_per_record=n_samples,
            digital_range=limits, transducer="AgAgCl", prefilter="HP:0.3Hz",
        )
        for label in ("C4-M1", "E1-M2")
    ]  # fmt: skip
    if kind[3:]:
        times = [float(start) + r * float(record_s) for r in range(N_RECORDS)]
        tals = [f"+{time:g}\x14\x14\x00".encode() for time in times]
        tals[2] += f"+{times[2]:g}\x14Hypopnea\x14\x00".encode()
        channels.insert(1, annotations(tals, bdf=bdf))
    settings = {"patient": "X X X X", "recording": "Startdate 02-MAR-2019 X X X"} | fields
    edf = Edf(
        channels, N_RECORDS, bdf=bdf, reserved=kind if kind[3:] else "24BIT" if bdf else "",
        record_duration=record_s, **settings,
    )  # fmt: skip
    path.write_bytes(edf.to_bytes())
    return path


def copied(source: Path, events=EVENTS, remarks=(FIRST,), leave_out=None) -> Path:
    annotating = EdfAnnotating(source, events, remarks, leave_out)
    out = source.with_name(f"copy{source.suffix}")
    with out.open("wb") as file:
        annotating.write(file)
    annotating.verify(out)
    return out


def records_of(path: Path, *, n_behind: int = 0) -> list[bytes]:
    """Each record, without so many bytes of its end."""
    header = read_header(path)
    raw = path.read_bytes()[header.data_offset :]
    n_bytes = header.record_bytes
    rows = [raw[i * n_bytes : (i + 1) * n_bytes] for i in range(header.n_records)]
    return [row[: len(row) - n_behind] for row in rows]


def blocks_of(path: Path) -> list[bytes]:
    """What the last channel has in each record, without the padding."""
    header = read_header(path)
    begin = header.channels[-1].byte_offset
    return [row[begin:].rstrip(b"\x00") + b"\x00" for row in records_of(path)]


def n_behind(path: Path) -> int:
    header = read_header(path)
    return header.layout(header.channels[-1]).n_bytes


def texts(path: Path) -> list[tuple[float, str]]:
    return [(event.onset_s, event.text) for event in open_edf(path).events]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("record_s", ["1", "0.1", "0.03125", "600"])
def test_records_stay_and_annotations_follow_them(kind, record_s, tmp_path):
    source = night(tmp_path / f"night.{kind[:3].lower()}", kind, record_s=record_s)
    before = source.read_bytes()
    copy = copied(source)
    assert records_of(copy, n_behind=n_behind(copy)) == records_of(source)
    assert n_behind(copy) % (3 if kind.startswith("BDF") else 2) == 0
    header = read_header(copy)
    assert header.format_name == f"{kind[:3]}+C"
    assert header.channels[-1].label == f"{kind[:3]} Annotations"
    blocks = blocks_of(copy)
    for record, block in enumerate(blocks):
        # The first annotation channel alone keeps the time.
        time = f"+{record * float(record_s):.5f}".rstrip("0").rstrip(".").encode()
        assert block.startswith(time + b"\x14\x14\x00") == (not kind[3:])
    for event in EVENTS:
        record = min(int(event.onset_s / float(record_s) + 1e-9), N_RECORDS - 1)
        assert event.text.encode() in blocks[record]
    assert b"+0.7\x150.25\x14EEG arousal@@C4-M1\x14\x00" in b"".join(blocks)
    own = [(2 * float(record_s), "Hypopnea")] if kind[3:] else []
    meant = [(e.onset_s, e.text) for e in EVENTS] + [(0.0, FIRST), *own]
    assert sorted(texts(copy)) == sorted(meant)
    assert source.read_bytes() == before


@pytest.mark.parametrize("kind", ["EDF+C", "BDF+C"])
def test_onsets_count_from_the_first_sample(kind, tmp_path):
    source = night(tmp_path / f"night.{kind[:3].lower()}", kind, start="0.25")
    copy = copied(source)
    assert b"+0.6\x14Lights off" in b"".join(blocks_of(copy))
    assert (0.35, "Lights off") in texts(copy)
    assert open_edf(copy).start == open_edf(source).start
    assert open_edf(copy).start.microsecond == 250_000


def test_records_of_no_duration_take_all_in_the_first(tmp_path):
    tals = [b"+0\x14\x14\x00" for _ in range(3)]
    source = tmp_path / "marks.edf"
    edf = Edf([annotations(tals)], 3, reserved="EDF+C", record_duration="0")
    source.write_bytes(edf.to_bytes())
    copy = copied(source)
    assert [len(block) > 1 for block in blocks_of(copy)] == [True, False, False]
    assert len(texts(copy)) == len(EVENTS) + 1


def test_hundreds_of_annotations_in_one_record(tmp_path):
    source = night(tmp_path / "night.edf", record_s="600")
    many = [Event(i / 10, 0.05, f"spindle {i}") for i in range(700)]
    copy = copied(source, many)
    assert len(texts(copy)) == 701
    assert len(blocks_of(copy)[0]) > 15_000


def test_remarks_share_the_records_and_none_is_lost(tmp_path):
    source = night(tmp_path / "night.edf")
    remarks = [f"remark {i} {'x' * 50}" for i in range(N_RECORDS + 2)]
    copy = copied(source, (), remarks)
    assert sorted(texts(copy)) == sorted((0.0, remark) for remark in remarks)
    assert n_behind(copy) < 160
    assert first_remark(copy) == remarks[0]
    assert first_remark(source) == ""
    assert first_remark(tmp_path / "missing.edf") == ""


def test_a_header_of_free_text_becomes_edf_plus_and_a_note_keeps_what_has_no_room(tmp_path):
    patient = "Anna Müllenbeck, born in a place whose name is long, bed 7 of ward 12 to the left"
    source = night(
        tmp_path / "night.edf", patient=patient[:78], recording="Ward 12, Wednesday night",
        fields={"n_records": "-1"},
    )  # fmt: skip
    copy = copied(source)
    old, new = source.read_bytes()[:256], copy.read_bytes()[:256]
    assert new[8:88].startswith(b"X X X Anna_Mullenbeck,_born_in")
    assert new[88:168].rstrip() == b"Startdate 02-MAR-2019 X X Ward_12,_Wednesday_night"
    assert new[192:236].rstrip() == b"EDF+C"
    assert (new[184:192].rstrip(), new[236:244].rstrip()) == (b"1024", b"12")
    assert new[252:256].rstrip() == b"3"
    # Nothing else of it changed.
    for begin, end in ((0, 8), (168, 184), (244, 252)):
        assert new[begin:end] == old[begin:end]
    # What has room in the field stands there alone: it may tell who was recorded.
    notes = [text for _, text in texts(copy) if "field of the recording" in text]
    assert len(notes) == 1
    assert patient[:78] in notes[0]
    assert EdfAnnotating(source, ()).warnings == (
        "the patient field was not as in EDF+, and is so now",
        "the recording field was not as in EDF+, and is so now",
    )


def test_a_header_of_edf_plus_stays_to_the_byte(tmp_path):
    source = night(tmp_path / "night.edf", "EDF+C", patient="7 F 02-MAY-1951 Anna_Muster")
    copy = copied(source)
    old, new = source.read_bytes(), copy.read_bytes()
    assert new[:184] == old[:184]
    assert new[192:252] == old[192:252]
    position_old = position_new = 256
    for width in (16, 80, 8, 8, 8, 8, 8, 80, 8, 32):
        ours, theirs = old[position_old:][: 3 * width], new[position_new:][: 4 * width]
        assert theirs[: 3 * width] == ours
        position_old, position_new = position_old + 3 * width, position_new + 4 * width


def test_an_incomplete_last_record_is_not_copied_and_that_is_said(tmp_path):
    source = night(tmp_path / "night.edf", fields={"n_records": "-1"})
    whole = records_of(source)
    source.write_bytes(source.read_bytes() + b"1234567")
    copy = copied(source)
    assert records_of(copy, n_behind=n_behind(copy)) == whole
    assert EdfAnnotating(source, ()).warnings == (
        "7 bytes behind the last whole data record not copied",
    )


def test_what_lies_before_the_records_is_not_copied(tmp_path):
    source = night(tmp_path / "night.edf")
    raw = source.read_bytes()
    source.write_bytes(raw[:184] + b"800     " + raw[192:768] + b"?" * 32 + raw[768:])
    copy = copied(source)
    assert read_header(copy).data_offset == 1024
    assert records_of(copy, n_behind=n_behind(copy)) == records_of(source)


def test_long_records_are_told_of(tmp_path):
    source = night(tmp_path / "night.edf", n_samples=16_000)
    assert "recommends no more than 61440" in EdfAnnotating(source, EVENTS).warnings[0]


@pytest.mark.parametrize("block_bytes", [7, 100, 1000])
@pytest.mark.parametrize("kind", KINDS)
def test_pieces_of_records_make_the_same_copy(kind, block_bytes, tmp_path, monkeypatch):
    source = night(tmp_path / f"night.{kind[:3].lower()}", kind)
    whole = copied(source).read_bytes()
    monkeypatch.setattr(record_pieces, "_BLOCK_BYTES", block_bytes)
    assert copied(source).read_bytes() == whole


def test_texts_that_are_left_out_go_and_all_else_of_the_annotations_stays(tmp_path):
    source = night(tmp_path / "night.edf", "EDF+C")
    raw = source.read_bytes()
    tal = b"+2\x14Hypopnea\x14\x00"
    source.write_bytes(raw.replace(tal + bytes(22), tal + b"+2.5\x14cup of tea\x14\x00" + bytes(6)))
    assert [text for _, text in texts(source)] == ["Hypopnea", "cup of tea"]
    copy = copied(source, (), (), leave_out=lambda text: text == "Hypopnea")
    assert texts(copy) == [(2.5, "cup of tea")]
    rows = zip(records_of(source), records_of(copy, n_behind=n_behind(copy)), strict=True)
    assert [mine == its for mine, its in rows] == [record != 2 for record in range(N_RECORDS)]


@pytest.mark.parametrize("kind", ["EDF+D", "BDF+D"])
def test_interruptions_are_refused(kind, tmp_path):
    source = night(tmp_path / f"night.{kind[:3].lower()}", kind)
    with pytest.raises(NotAnnotated, match="have interruptions"):
        EdfAnnotating(source, EVENTS)


def test_annotations_whose_times_jump_are_no_continuous_file(tmp_path):
    source = night(tmp_path / "night.edf", "EDF+C")
    raw = source.read_bytes()
    source.write_bytes(raw[:192] + b" " * 44 + raw[236:])
    assert read_header(copied(source)).format_name == "EDF+C"
    source.write_bytes(source.read_bytes().replace(b"+7\x14\x14", b"+9\x14\x14"))
    with pytest.raises(NotAnnotated, match="don't say that its data records follow each other"):
        EdfAnnotating(source, EVENTS)


def test_a_file_without_a_record_is_refused(tmp_path):
    source = night(tmp_path / "night.edf")
    source.write_bytes(source.read_bytes()[:800])
    with pytest.raises(RecordingError, match="no complete data record"):
        EdfAnnotating(source, EVENTS)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (300, "header did not read back"),
        (1280 + 5, "samples are not those of the recording"),
        (1280 + 45, "annotations of the recording did not stay"),
        (-1, "did not read back as meant"),
    ],
)
def test_no_flipped_byte_of_a_copy_passes(place, said, tmp_path):
    source = night(tmp_path / "night.edf", "EDF+C")
    annotating = EdfAnnotating(source, EVENTS, (FIRST,))
    copy = bytearray(copied(source).read_bytes())
    copy[place] ^= 1
    damaged = tmp_path / "damaged.edf"
    damaged.write_bytes(copy)
    with pytest.raises(ExportError, match=said):
        annotating.verify(damaged)


def test_it_is_cancelled_amid_the_records(tmp_path):
    def cancel(_fraction: float, _text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        EdfAnnotating(night(tmp_path / "night.edf"), EVENTS).write(io.BytesIO(), cancel)


# -- what other programs read ---------------------------------------------------------------------


def read_by_others(path: Path) -> dict[str, set[str] | str]:
    """The texts that each reader finds, or why it refuses the file."""
    is_bdf = path.suffix == ".bdf"
    found: dict[str, set[str] | str] = {}
    edfio, mne = pytest.importorskip("edfio"), pytest.importorskip("mne")
    pyedflib = pytest.importorskip("pyedflib")

    def by_pyedflib() -> set[str]:
        with pyedflib.EdfReader(str(path)) as reader:
            return {str(text) for text in reader.readAnnotations()[2]}

    def by_mne() -> set[str]:
        read = mne.io.read_raw_bdf if is_bdf else mne.io.read_raw_edf
        return set(read(path, encoding="latin1", verbose="ERROR").annotations.description)

    def by_edfio() -> set[str]:
        read = edfio.read_bdf if is_bdf else edfio.read_edf
        annotations = read(path, header_encoding="latin-1").annotations
        return {annotation.text for annotation in annotations}

    for reader in (by_pyedflib, by_mne, by_edfio):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found[reader.__name__] = reader()
            except Exception as error:  # noqa: BLE001 - each has its own errors
                found[reader.__name__] = str(error)
    return found


@pytest.mark.parametrize("record_s", ["1", "0.1", "0.03125"])
@pytest.mark.parametrize("kind", KINDS)
def test_other_programs_read_old_and_new_annotations(kind, record_s, tmp_path):
    source = night(tmp_path / f"night.{kind[:3].lower()}", kind, record_s=record_s)
    added = (Event(0.0, 0.3, "Sleep stage W"), Event(0.1, 0.25, "EEG arousal"))
    meant = {"Sleep stage W", "EEG arousal", FIRST, *(("Hypopnea",) if kind[3:] else ())}
    assert read_by_others(copied(source, added)) == dict.fromkeys(
        ("by_pyedflib", "by_mne", "by_edfio"), meant
    )


REFUSED_CASES = {
    "edfReader__edfPlusD.edf": "have interruptions",
    "stagpoint__Discontinuous1.edf": "have interruptions",
    "edfize__invalid-date.edf": "no complete data record",
    "stagpoint__Invalid_DataRecord_Count.edf": "no complete data record",
}


@pytest.mark.data
def test_every_real_file_that_fits_is_copied_and_read_by_others(real_data, tmp_path):
    for source in sorted((real_data / "edf_cases").iterdir()):
        recording = open_edf(source)
        length_s = recording.duration_s
        events = [Event(0.0, min(30.0, length_s), "Sleep stage N2"),
                  Event(round(length_s / 2, 3), None, "half")]  # fmt: skip
        if source.name in REFUSED_CASES:
            with pytest.raises(RecordingError, match=REFUSED_CASES[source.name]):
                EdfAnnotating(source, events)
            continue
        copy = tmp_path / source.name
        annotating = EdfAnnotating(source, events, [FIRST])
        with copy.open("wb") as file:
            annotating.write(file)
        annotating.verify(copy)
        assert records_of(copy, n_behind=n_behind(copy)) == records_of(source), source.name
        before, after = read_by_others(source), read_by_others(copy)
        for reader, texts_before in before.items():
            # What can't be read of the recording can't of its copy.
            if isinstance(texts_before, set):
                own = set() if not recording.signals and reader == "by_mne" else {"half", FIRST}
                assert after[reader] >= texts_before | own, (source.name, reader)
