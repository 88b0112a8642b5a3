"""Copies of EDF and BDF files with other words: samples to the byte, and nothing else gets in."""

import hashlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from edf_bytes import Channel, Edf, annotations

from sleepscorer.core.errors import ExportError, RecordingError
from sleepscorer.core.progress import Cancelled
from sleepscorer.files.edf import record_pieces
from sleepscorer.files.edf.reader import open_edf
from sleepscorer.files.edf.rewriting import EdfRewriting
from sleepscorer.files.edf.stored_header import Leftover
from sleepscorer.files.edf.tal import rewritten_tals, tal_texts

N_RECORDS = 5


def _time(record: int, more: bytes = b"") -> bytes:
    return b"+%d\x14\x14\x00" % record + more


def _edf(*, bdf: bool = False, reserved: str = "EDF+C", n_records: int = N_RECORDS) -> Edf:
    rng = np.random.default_rng(1)
    reach = 2 ** (23 if bdf else 15)
    one, two = (rng.integers(-reach, reach, n_records * n) for n in (4, 7))
    first = [_time(r, b"+%d\x14Secret\x14\x00" % r) for r in range(n_records)]
    second = [b"+1.5\x1530\x14Sleep stage W\x14Secret\x14\x00"] + [b""] * (n_records - 1)
    return Edf(
        [
            Channel("C4", one),
            annotations(first, bdf=bdf),
            Channel("O2", two, samples_per_record=7),
            annotations(second, bdf=bdf),
        ],
        n_records,
        bdf=bdf,
        reserved=reserved.replace("EDF", "BDF") if bdf else reserved,
    )


def _saved(edf: Edf, folder: Path, *, more: bytes = b"") -> Path:
    path = folder / ("night.bdf" if edf.bdf else "night.edf")
    path.write_bytes(edf.to_bytes() + more)
    return path


def _without_secrets(text: str) -> str | None:
    return None if "Secret" in text else text


def _copied(path: Path) -> bytes:
    file, copy = EdfRewriting(path), BytesIO()
    file.write(copy, file.words, _without_secrets)
    return copy.getvalue()


@pytest.mark.parametrize("bdf", [False, True])
@pytest.mark.parametrize("block_bytes", [1, 50, 4 * 2**20])
def test_samples_stay_to_the_byte_however_the_file_is_read(bdf, block_bytes, tmp_path, monkeypatch):
    monkeypatch.setattr(record_pieces, "_BLOCK_BYTES", block_bytes)
    edf = _edf(bdf=bdf)
    copied = _copied(_saved(edf, tmp_path))
    expected = _edf(bdf=bdf)
    expected.channels[1].tals = [_time(r) for r in range(N_RECORDS)]
    expected.channels[3].tals = [b"+1.5\x1530\x14Sleep stage W\x14\x00"] + [b""] * 4
    assert copied == expected.to_bytes()


def test_a_copy_without_other_words_is_the_file(tmp_path):
    path = _saved(_edf(), tmp_path)
    file, copy = EdfRewriting(path), BytesIO()
    file.write(copy, file.words, lambda text: text)
    assert copy.getvalue() == path.read_bytes()
    file.verify(path, file.words, lambda text: text)


def test_what_is_no_word_and_no_sample_stays_behind_and_is_told(tmp_path):
    edf = _edf()
    edf.patient = b"Anna\x00Secret one"
    edf.channels[0].label = b"C4\x00Secret 2"
    edf.channels[2].physical = ("Secret3", "1")
    edf.fields = {"header_bytes": str(256 * 5 + 40), "n_records": "-1"}
    path = tmp_path / "night.edf"
    header, records = edf.header(), edf.records()
    # Where the number of records is left open the data begin where they have to.
    path.write_bytes(header + records + b"\x01\x02Secret five" + b"\xff" * 3)
    file = EdfRewriting(path)
    assert file.leftovers() == (
        Leftover("patient field, behind its end", "Secret one"),
        Leftover("label of channel 1, behind its end", "Secret 2"),
        Leftover("physical minimum of channel 3", "Secret3"),
        Leftover("16 bytes behind the last whole data record", "Secret five\xff\xff\xff"),
    )
    copied = _copied(path)
    assert b"Secret" not in copied
    assert copied[8:88].strip() == b"Anna"
    assert copied[236:244].strip() == b"%d" % N_RECORDS
    assert copied[184:192].strip() == b"%d" % (256 * 5)
    assert len(copied) == 256 * 5 + len(records)


def test_bytes_between_header_and_records_stay_behind(tmp_path):
    edf = _edf()
    edf.fields = {"header_bytes": str(256 * 5 + 40)}
    path = tmp_path / "night.edf"
    path.write_bytes(edf.header() + b"Secret four".ljust(40) + edf.records())
    (found,) = EdfRewriting(path).leftovers()
    assert found == Leftover("40 bytes before the data records", "Secret four")
    copied = _copied(path)
    assert b"Secret" not in copied
    assert copied[256 * 5 :][:8] == edf.records()[:8]


def test_all_texts_of_all_annotation_channels_are_told(tmp_path):
    edf = _edf()
    edf.channels[3].tals[2] = b"+1\x14\xe9ld\x14\x00rubbish\x00"
    texts = list(EdfRewriting(_saved(edf, tmp_path)).annotation_texts())
    assert texts.count(("Secret", True)) == N_RECORDS + 1
    assert {("Sleep stage W", True), ("éld", True), ("rubbish", False)} <= set(texts)


@pytest.mark.parametrize("block_bytes", [50, 4 * 2**20])
@pytest.mark.parametrize(("place", "record"), [(1, 0), (3, 4)])
def test_annotations_under_another_label_are_refused(
    place, record, block_bytes, tmp_path, monkeypatch
):
    monkeypatch.setattr(record_pieces, "_BLOCK_BYTES", block_bytes)
    edf = _edf()
    edf.channels[place].label = "Remarks"
    # Of others than the first channel of annotations most records are empty.
    edf.channels[place].tals = [b""] * N_RECORDS
    edf.channels[place].tals[record] = b"+4.5\x1530\x14Secret\x14\x00"
    with pytest.raises(RecordingError, match=f"channel {place + 1}, 'Remarks', holds annotations"):
        list(EdfRewriting(_saved(edf, tmp_path)).annotation_texts())


def test_a_file_without_a_record_is_refused(tmp_path):
    path = tmp_path / "night.edf"
    path.write_bytes(_edf().header())
    with pytest.raises(RecordingError, match="no complete data record"):
        EdfRewriting(path)


@pytest.mark.parametrize(
    ("reserved", "has_annotations", "bdf", "kind"),
    [
        ("EDF+C", True, False, "EDF+C"),
        ("EDF+D of Secret", True, False, "EDF+D"),
        ("EDF+C", False, False, ""),
        ("Secret", True, False, ""),
        ("EDF+D", True, True, "BDF+D"),
        ("24BIT Secret", False, True, "24BIT"),
    ],
)
def test_the_reserved_field_tells_the_kind_and_nothing_else(
    reserved, has_annotations, bdf, kind, tmp_path
):
    edf = _edf(bdf=bdf, reserved=reserved)
    if not has_annotations:
        edf.channels = edf.channels[::2]
    assert EdfRewriting(_saved(edf, tmp_path)).kind == kind


@pytest.mark.parametrize(("stored", "kept"), [("23.59.07", "23.59.07"), ("Secret", "00.00.00")])
def test_the_time_of_day_stays_without_the_date(stored, kept, tmp_path):
    edf = _edf()
    edf.time = stored
    assert EdfRewriting(_saved(edf, tmp_path)).dateless == ("01.01.85", kept)


def test_channels_of_samples_are_in_the_order_of_an_opened_recording(tmp_path):
    edf = _edf()
    edf.channels[0].physical = ("x", "1")
    path = _saved(edf, tmp_path)
    file, recording = EdfRewriting(path), open_edf(path)
    labels = [file.words.channels[place].label for place in file.ordinary]
    assert labels == [
        *(one.label for one in recording.signals), *(one.label for one in recording.quarantined)
    ] == ["O2", "C4"]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "what"),
    [
        (300, "header"),
        (256 * 5 + 1, "samples"),
        (256 * 5 + 8 + 60 + 3, "samples"),
        (256 * 5 + 8 + 1, "annotations"),
        (256 * 5 + 8 + 40, "annotations"),
    ],
)
def test_a_byte_that_read_back_otherwise_is_noticed(place, what, tmp_path):
    path = _saved(_edf(), tmp_path)
    file, copy = EdfRewriting(path), tmp_path / "copy.edf"
    content = bytearray(_copied(path))
    copy.write_bytes(content)
    file.verify(copy, file.words, _without_secrets)
    content[place] ^= 1
    copy.write_bytes(content)
    with pytest.raises(ExportError, match=what):
        file.verify(copy, file.words, _without_secrets)


def test_a_text_that_came_through_is_noticed(tmp_path):
    path = _saved(_edf(), tmp_path)
    file, copy = EdfRewriting(path), tmp_path / "copy.edf"
    copy.write_bytes(path.read_bytes())
    with pytest.raises(ExportError, match="annotations"):
        file.verify(copy, file.words, _without_secrets)


def test_it_can_be_cancelled(tmp_path):
    path = _saved(_edf(), tmp_path)
    file = EdfRewriting(path)

    def cancel(_fraction: float, _text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        file.write(BytesIO(), file.words, _without_secrets, cancel)
    with pytest.raises(Cancelled):
        list(file.annotation_texts(cancel))


def test_words_that_no_header_takes_are_refused(tmp_path):
    file = EdfRewriting(_saved(_edf(), tmp_path))
    with pytest.raises(ValueError, match="ASCII"):
        file.write(BytesIO(), replace(file.words, patient="Müller"), _without_secrets)
    words = replace(file.words, channels=file.words.channels[:3])
    with pytest.raises(ValueError, match="3 channels, not 4"):
        file.write(BytesIO(), words, _without_secrets)


def test_the_file_itself_is_only_read(tmp_path):
    path = _saved(_edf(), tmp_path)
    path.chmod(0o400)
    before = hashlib.sha256(path.read_bytes()).digest()
    _copied(path)
    assert hashlib.sha256(path.read_bytes()).digest() == before


# -- annotations ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "left"),
    [
        # Times stay as they are spelled, and the record's own time whatever becomes of the texts.
        (b"+0.250\x14\x14\x00+01.50\x152\x14Secret\x14\x00", b"+0.250\x14\x14\x00"),
        (b"+0\x14\x14Secret\x14W\x14\x00", b"+0\x14\x14W\x14\x00"),
        (b"+07.0\x150.50\x14W\x14Secret\x14\x00-1\x14W\x14\x00",
         b"+07.0\x150.50\x14W\x14\x00-1\x14W\x14\x00"),
        # A last one that fills the record has no zero byte behind it.
        (b"+0\x14\x14\x00+1\x14Lights off\x14", b"+0\x14\x14\x00+1\x14Lights off\x14"),
        (b"+0\x14\x14\x00+1\x14Light", b"+0\x14\x14\x00+1\x14Light"),
        # What is no annotation goes.
        (b"+0\x14\x14\x00rubbish\x00\x00+1\x14W\x14\x00", b"+0\x14\x14\x00+1\x14W\x14\x00"),
        (b"\xe9\x00\x00+1\x14\xe9l\x14\x00", b"+1\x14\xe9l\x14\x00"),
        (b"", b""),
    ],
)  # fmt: skip
def test_texts_go_and_times_stay(stored, left):
    assert rewritten_tals(stored, _without_secrets) == left.ljust(len(stored), b"\0")
    padded = stored + bytes(9)
    assert rewritten_tals(padded, _without_secrets).rstrip(b"\0") == left.rstrip(b"\0")


def test_a_text_is_replaced_where_there_is_room():
    def rewrite(text: str) -> str:
        return {"Arousal@@Anna": "Arousal@@C4", "A": "much longer"}.get(text, text)

    stored = b"+1\x14Arousal@@Anna\x14\x00+2\x14A\x14B\x14\x00"
    assert rewritten_tals(stored, rewrite).rstrip(b"\0") == b"+1\x14Arousal@@C4\x14\x00+2\x14B\x14"


def test_texts_of_a_record_are_told_apart_from_rubbish():
    data = b"+0\x14\x14W\x14\x00+1\x14\xc3\xa9\x14\xe9\x14\x00rubbish\x00"
    assert tal_texts(data) == (["W", "é", "é"], ["rubbish"])
