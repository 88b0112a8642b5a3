"""A person in every field of an EDF or BDF file: the copy holds no piece of it, and all samples."""

import hashlib
import os
import re
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import edfio
import numpy as np
import pyedflib
import pytest
from edf_bytes import Channel, Edf, annotations

from sleepscorer.core.errors import ExportError, OutputExists, RecordingError, UsageError
from sleepscorer.core.progress import Cancelled
from sleepscorer.files import verified_write
from sleepscorer.files.edf import EdfRewriting, open_edf
from sleepscorer.files.exports import Identity, Remover, Staying, deidentified_stem
from sleepscorer.pipeline import survey_recording, write_copy

NAME, FIRST, CODE = "Müllenbeck", "Annegret", "QZ-0048213"
PIECES = ("mullenb", "muellenb", "annegr", "0048213", "48213", "qz", "1951", "020551", "hildegund",
          "m\\u00fcll", "nightnurse")  # fmt: skip
N_RECORDS = 40
TEXTS = (
    f"{NAME} {FIRST}",
    unicodedata.normalize("NFD", f"{NAME} {FIRST}"),
    f"Lights off {CODE}",
    "born 02.05.1951",
    "EEG arousal@@Muellenbeck E1",
    "Sleep stage W@@Hildegund",
    "Hypopnea@@C4-M1",
    "note: said by nightnurse",
    "Lights off",
    "Sleep stage N2",
)


def _annotations(kind: str, *, bdf: bool, starts: list[str]) -> tuple[Channel, Channel]:
    first = [f"+{at}\x14\x14\x00".encode() for at in starts]
    for place, text in enumerate(TEXTS):
        first[place + 1] += f"+{starts[place + 1]}\x1530\x14{text}\x14\x00".encode()
    second = [b""] * N_RECORDS
    second[1] = f"+1\x14{NAME}\x14EEG arousal\x14\x00".encode("latin-1")
    second[2] = f"{NAME} {FIRST}\x00".encode() + b"+3\x14Lights on\x14\x00"
    width = 40 if bdf else 60
    return tuple(annotations(one, n_samples=width, bdf=bdf) for one in (first, second))


def _samples(rng: np.random.Generator, *, bdf: bool) -> np.ndarray:
    """Of bytes that are no letters and digits: any of those may stand in samples by chance."""
    n_bytes = 3 if bdf else 2
    each = rng.integers(0x80, 0x100, (N_RECORDS * 100, n_bytes))
    return (each << (8 * np.arange(n_bytes))).sum(axis=1) - (1 << 8 * n_bytes)


def planted(folder: Path, kind: str = "EDF+C") -> Path:
    """Write a file with a person in every field."""
    bdf = kind.startswith("BDF")
    rng = np.random.default_rng(4)
    reach = 2 ** (23 if bdf else 15)
    limits = (str(-reach), str(reach - 1))
    starts = [f"{0.25 + r + (900 if r >= 20 and kind[-1] == 'D' else 0):g}"
              for r in range(N_RECORDS)]  # fmt: skip
    labels = ("C4-M1", "Muellenbeck E1", f"X {CODE}", "Hildegund")
    channels = [
        Channel(
            label, _samples(rng, bdf=bdf), samples_per_record=100,
            digital_range=limits, transducer=f"of {FIRST} {CODE}", prefilter="A 02.05.1951",
            reserved="Müllenbeck".encode("latin-1"), unit="µV".encode("latin-1"),
        )
        for label in labels
    ]  # fmt: skip
    first, second = _annotations(kind, bdf=bdf, starts=starts)
    channels = [channels[0], first, *channels[1:], second] if kind[3:] else channels
    edf = Edf(
        channels, N_RECORDS, bdf=bdf, reserved=f"{kind} {NAME}"[:40], date="02.05.51",
        time="23.58.30", patient=f"{CODE} F 02-MAY-1951 Muellenbeck_Annegret",
        recording=f"Startdate 01-MAR-2024 {CODE} Hildegund X".encode() + b"\x00" + FIRST.encode(),
        fields={"n_records": "-1"},
    )  # fmt: skip
    edf.channels[0].physical = ("-500", "500")
    home = folder / f"{NAME} {FIRST}"
    home.mkdir(parents=True, exist_ok=True)
    path = home / f"{FIRST}_{CODE}_1951-05-02.{'bdf' if bdf else 'edf'}"
    path.write_bytes(edf.to_bytes() + f"{NAME} {FIRST} 02.05.1951".encode())
    return path


def _pieces_in(path: Path) -> list[str]:
    content = path.name.encode() + b"\n" + path.read_bytes()
    texts = [content.decode(encoding, "replace") for encoding in ("utf-8", "latin-1", "utf-16-le")]
    folded = [
        "".join(
            c for c in unicodedata.normalize("NFKD", t.casefold()) if not unicodedata.combining(c)
        )
        for t in texts
    ]
    ours = re.compile("recording_[0-9a-f]{12}")
    return [piece for piece in PIECES for text in folded if piece in ours.sub("", text)]


KINDS = ("EDF", "EDF+C", "EDF+D", "BDF", "BDF+C", "BDF+D")


@pytest.mark.parametrize("kind", KINDS)
def test_no_byte_of_the_copy_tells_of_the_person(kind, tmp_path):
    path = planted(tmp_path, kind)
    assert set(_pieces_in(path)) >= {"mullenb", "annegr", "0048213", "1951", "hildegund"}
    before = hashlib.sha256(path.read_bytes()).digest()
    out = tmp_path / "out"
    out.mkdir()
    copy = write_copy(survey_recording(path), out)
    assert _pieces_in(copy) == []
    assert copy.name == f"{deidentified_stem(before.hex())}.{kind[:3].lower()}"
    assert list(out.iterdir()) == [copy]
    assert hashlib.sha256(path.read_bytes()).digest() == before
    header = copy.read_bytes()[:256]
    assert header[8:88].decode().strip() == "X X X X"
    assert header[88:168].decode().strip() == "Startdate X X X X"
    assert header[168:184] == b"01.01.8523.58.30"
    assert header[192:236].decode().strip() == (
        kind if "+" in kind else {"BDF": "24BIT"}.get(kind, "")
    )


@pytest.mark.parametrize("kind", KINDS)
def test_samples_times_and_shared_annotations_are_those_of_the_recording(kind, tmp_path):
    path = planted(tmp_path, kind)
    source, copy = open_edf(path), open_edf(write_copy(survey_recording(path), tmp_path))
    assert [one.label for one in copy.signals] == ["C4-M1", "channel 2", "channel 3", "channel 4"]
    assert (copy.duration_s, copy.gaps) == (source.duration_s, source.gaps)
    assert bool(copy.gaps) == kind.endswith("+D")
    assert copy.start.time() == source.start.time()
    assert copy.start.microsecond == (250_000 if "+" in kind else 0)
    for ours, its in zip(source.signals, copy.signals, strict=True):
        assert (ours.sampling_rate_hz, ours.unit) == (its.sampling_rate_hz, its.unit)
        np.testing.assert_array_equal(
            ours.read(0, source.duration_s), its.read(0, source.duration_s)
        )
    told = [(e.onset_s, e.duration_s, e.text, e.channel) for e in copy.events]
    shift = 900 if kind.endswith("+D") else 0
    assert sorted(told, key=str) == sorted(
        []
        if "+" not in kind
        else [
            (0.75, None, "EEG arousal", None),
            (2.75, None, "Lights on", None),
            (5.0, 30.0, "EEG arousal", "channel 2"),
            (6.0, 30.0, "Sleep stage W", "channel 4"),
            (7.0, 30.0, "Hypopnea", "C4-M1"),
            (9.0, 30.0, "Lights off", None),
            (10.0, 30.0, "Sleep stage N2", None),
        ],
        key=str,
    )
    assert shift == 0 or copy.gaps[0].stop_s == 920.0


def _digital(path: Path) -> list[np.ndarray]:
    read = edfio.read_bdf if path.suffix == ".bdf" else edfio.read_edf
    return [one.digital for one in read(path, header_encoding="latin-1").signals]


@pytest.mark.parametrize("kind", KINDS)
def test_other_readers_find_the_same_samples(kind, tmp_path):
    path = planted(tmp_path, kind)
    whole = path.read_bytes()
    copy = write_copy(survey_recording(path), tmp_path)
    # edfio takes no bytes behind the last record, and no number of records that is left open.
    tidy = tmp_path / f"tidy{path.suffix}"
    size = len(copy.read_bytes())
    tidy.write_bytes(whole[:236] + b"%-8d" % N_RECORDS + whole[244:size])
    for ours, its in zip(_digital(tidy), _digital(copy), strict=True):
        np.testing.assert_array_equal(ours, its)
    if kind.endswith("+D"):
        with pytest.raises(OSError, match="discontinuous"):
            pyedflib.EdfReader(str(copy))
        return
    with pyedflib.EdfReader(str(copy)) as reader:
        for number, its in enumerate(_digital(tidy)):
            np.testing.assert_array_equal(reader.readSignal(number, digital=True), its)
        assert reader.getPatientName() in ("", "X")
        assert reader.getStartdatetime().strftime("%Y-%m-%d %H:%M:%S") == "1985-01-01 23:58:30"


def test_everything_that_goes_is_listed(tmp_path):
    path = planted(tmp_path)
    survey = survey_recording(path)
    listed = " ".join(f"{one.place} {one.text}" for one in survey.found if not one.stays)
    for text in (
        *(*TEXTS[:4], "note: said by nightnurse", f"of {FIRST} {CODE}", "A 02.05.1951"),
        *("Muellenbeck_Annegret", "EDF+C Müllenbeck", "recording field, behind its end"),
    ):
        assert text in listed, text
    places = {one.place for one in survey.found}
    assert {
        "reserved of 4 channels",
        "label of channel 3",
        "annotation that can't be read",
    } <= places
    assert any("behind the last whole data record" in place for place in places)
    stays = {one.text for one in survey.found if one.stays}
    assert {"Lights off", "Lights on", "Hypopnea@@C4-M1", "C4-M1", "µV", "23.58.30"} <= stays
    (arousal,) = (one for one in survey.found if one.text == "EEG arousal@@Muellenbeck E1")
    assert arousal.becomes == "EEG arousal@@channel 2"


def test_a_person_lets_texts_stay_that_tell_of_nobody(tmp_path):
    path = planted(tmp_path)
    survey = survey_recording(path)
    assert not [one for one in survey.found if one.may_stay and set(PIECES) & {one.text.casefold()}
                and one.text != "Hildegund"]  # fmt: skip
    kept = survey.letting_stay(Staying(texts=frozenset({"note: said by nightnurse"})))
    copy = open_edf(write_copy(kept, tmp_path))
    assert "note: said by nightnurse" in [event.text for event in copy.events]
    assert "note: said by nightnurse" not in [e.text for e in survey.found if e.stays]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("born 02.05.1951", "'02.05.1951'"),
        (f"{NAME} {FIRST}", "'Müllenbeck', 'Annegret'"),
        ("Muellenbeck E1", "'Muellenbeck'"),
        ("not there", "is called so"),
    ],
)
def test_no_text_stays_that_tells_who_it_was(text, why, tmp_path):
    survey = survey_recording(planted(tmp_path))
    with pytest.raises(UsageError, match=why):
        survey.letting_stay(Staying(texts=frozenset({text})))


@pytest.mark.parametrize(
    ("patient", "recording", "staying", "becomes"),
    [
        ("1 F 02-MAY-1951 A", "Startdate 01-MAY-2024 X X X", Staying(sex=True), "X F X X"),
        ("1 F 02-MAY-1951 A", "Startdate 01-MAY-2024 X X X", Staying(True, True), "X F X X age_72"),
        ("1 F 02-MAY-1951 A", "Startdate 02-MAY-2024 X X X", Staying(age=True), "X X X X age_73"),
        ("1 M 02-MAY-1930 A", "Startdate 02-MAY-2024 X X X", Staying(True, True),
         "X M X X age_90_or_over"),
        ("1 M X A", "Startdate 02-MAY-2024 X X X", Staying(True, True), "X M X X"),
        ("Anna, born 1951", "Startdate 02-MAY-2024 X X X", Staying(True, True), "X X X X"),
        ("1 F 30-FEB-1951 A", "Startdate 02-MAY-2024 X X X", Staying(True, True), "X F X X"),
    ],
)  # fmt: skip
def test_sex_and_age_stay_where_they_are_asked_for(patient, recording, staying, becomes, tmp_path):
    path = tmp_path / "n.edf"
    day = re.search(r"(\d\d)-MAY", recording)[1]
    edf = Edf([Channel("C4", range(4))], patient=patient, recording=recording, date=f"{day}.05.24")
    path.write_bytes(edf.to_bytes())
    found = survey_recording(path).letting_stay(staying).found
    assert found[0].becomes == becomes


def test_no_two_channels_get_one_name(tmp_path):
    path = tmp_path / "n.edf"
    labels = ("channel 3", "Anna", "Bo", "C4")
    path.write_bytes(Edf([Channel(label, range(4)) for label in labels]).to_bytes())
    copy = open_edf(write_copy(survey_recording(path), tmp_path))
    shown = [one.label for one in copy.signals]
    assert shown == ["channel 3", "channel 2", "channel 3 here", "C4"]
    # Exports of a scoring call them the same.
    remover = Remover(Identity.of_recording(open_edf(path)))
    assert [remover.channel(label) for label in labels] == shown


def test_a_text_that_stays_is_cut_to_its_field_where_ascii_is_longer(tmp_path):
    path, label = tmp_path / "n.edf", "Straßengeräusche"
    channels = [Channel(label.encode("latin-1"), range(4)), Channel("C4", range(4))]
    path.write_bytes(Edf(channels).to_bytes())
    survey = survey_recording(path).letting_stay(Staying(texts=frozenset({label})))
    copy = open_edf(write_copy(survey, tmp_path))
    assert [one.label for one in copy.signals] == ["Strassengerausch", "C4"]


@pytest.mark.parametrize(
    "name",
    ["Annegret.edf", "muellenbeck_2.edf", "0048213.edf", "copy 1951-05-02.edf", "MULLENBECK.edf",
     "qz.edf"],
)  # fmt: skip
def test_a_name_that_tells_is_refused_and_another_offered(name, tmp_path):
    survey = survey_recording(planted(tmp_path))
    with pytest.raises(UsageError, match="may tell who was recorded") as refused:
        write_copy(survey, tmp_path / name)
    assert survey.file_name in refused.value.hint
    assert not (tmp_path / name).exists()
    write_copy(survey, tmp_path / "subject 7.edf")


def test_the_name_has_to_end_as_the_format_does(tmp_path):
    survey = survey_recording(planted(tmp_path, "BDF"))
    with pytest.raises(UsageError, match=r"has to end in \.bdf"):
        write_copy(survey, tmp_path / "subject 7.edf")
    with pytest.raises(UsageError, match="no such folder"):
        write_copy(survey, tmp_path / "nowhere" / "subject 7.bdf")


def test_nothing_is_replaced(tmp_path):
    path = planted(tmp_path)
    survey, foreign = survey_recording(path), tmp_path / "subject 7.edf"
    foreign.write_bytes(b"mine")
    with pytest.raises(OutputExists):
        write_copy(survey, foreign)
    assert foreign.read_bytes() == b"mine"
    link = tmp_path / "subject 8.edf"
    link.symlink_to(path)
    with pytest.raises(ExportError, match="is the recording itself"):
        write_copy(survey, link)


@pytest.mark.skipif(os.name == "nt", reason="no such permissions there")
def test_who_may_not_read_the_recording_may_not_read_the_copy(tmp_path):
    path = planted(tmp_path)
    path.chmod(0o600)
    copy = write_copy(survey_recording(path), tmp_path)
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_recording_that_changed_meanwhile_is_not_copied(tmp_path):
    path = planted(tmp_path)
    survey = survey_recording(path)
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(ExportError, match="changed since its texts were listed"):
        write_copy(survey, tmp_path)
    assert [one for one in tmp_path.iterdir() if one.is_file()] == []


def test_other_formats_are_refused_with_what_to_do(tmp_path):
    path = tmp_path / "n.vhdr"
    path.write_text("Brain Vision Data Exchange Header File Version 1.0\n")
    with pytest.raises(RecordingError, match="only EDF and BDF") as refused:
        survey_recording(path)
    assert "export it as EDF" in refused.value.hint


def test_wrong_samples_are_not_published(tmp_path, monkeypatch):
    survey = survey_recording(planted(tmp_path))
    write = EdfRewriting.write

    def damaged(self, file, *arguments):
        write(self, file, *arguments)
        file.seek(-1, os.SEEK_END)
        file.seek(256 * 7 + 11)
        file.write(b"\x55\xaa\x55")

    monkeypatch.setattr(EdfRewriting, "write", damaged)
    with pytest.raises(ExportError, match="samples are not those of the recording"):
        write_copy(survey, tmp_path)
    assert [one for one in tmp_path.iterdir() if one.is_file()] == []


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    survey = survey_recording(planted(tmp_path))

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(verified_write.os, "fsync", full)
    with pytest.raises(ExportError, match="no room left on the disk"):
        write_copy(survey, tmp_path)
    assert [one for one in tmp_path.iterdir() if one.is_file()] == []


@pytest.mark.parametrize("at", [0.1, 0.7])
def test_cancelled_it_leaves_nothing(at, tmp_path):
    survey = survey_recording(planted(tmp_path))

    def cancel(fraction: float, _text: str) -> None:
        if fraction >= at:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_copy(survey, tmp_path, cancel)
    assert [one for one in tmp_path.iterdir() if one.is_file()] == []


_SLOWLY = """
import sys, time
from pathlib import Path
from sleepscorer.pipeline import survey_recording, write_copy
from sleepscorer.files.edf import record_pieces
record_pieces._BLOCK_BYTES = 1000
def slowly(fraction, text):
    print(fraction, flush=True)
    time.sleep(0.05)
write_copy(survey_recording(Path(sys.argv[1])), Path(sys.argv[2]), slowly)
"""


@pytest.mark.skipif(os.name == "nt", reason="no such signals there")
def test_killed_amid_writing_it_leaves_no_copy_and_the_next_one_tidies_up(tmp_path):
    path, out = planted(tmp_path), tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-c", _SLOWLY, path, out]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        time.sleep(0.1)
        process.kill()
    left = list(out.iterdir())
    assert [one.suffix for one in left] == [".sleepscorer-part"]
    assert _pieces_in(left[0]) == []
    copy = write_copy(survey_recording(path), out)
    assert list(out.iterdir()) == [copy]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told otherwise there")
def test_memory_does_not_grow_with_the_file(tmp_path):
    n_records = 3000
    channel = Channel("C4", np.zeros(n_records * 10_000, int), samples_per_record=10_000)
    path = tmp_path / "n.edf"
    path.write_bytes(Edf([channel], n_records).to_bytes())
    script = (
        "import resource, sys\nfrom pathlib import Path\n"
        "from sleepscorer.pipeline import survey_recording, write_copy\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "write_copy(survey_recording(Path(sys.argv[1])), Path(sys.argv[2]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    (tmp_path / "out").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script, path, tmp_path / "out"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert path.stat().st_size > 57 * 2**20
    assert int(done.stdout) < 40 * 1024


@pytest.mark.data
def test_odd_files_of_other_programs_are_copied_to_the_byte(real_data, tmp_path):
    n_copied, refused = 0, []
    for path in sorted((real_data / "edf_cases").iterdir()):
        if path.suffix not in (".edf", ".bdf"):
            continue
        try:
            survey = survey_recording(path)
        except RecordingError as error:
            refused.append(error.what)
            continue
        source, copy = open_edf(path), open_edf(write_copy(survey, tmp_path))
        n_copied += 1
        assert (copy.duration_s, copy.gaps) == (source.duration_s, source.gaps), path.name
        for ours, its in zip(source.signals, copy.signals, strict=True):
            np.testing.assert_array_equal(ours.read(0, 60), its.read(0, 60))
        shared = {one.text for one in survey.found if one.stays}
        assert {event.text for event in copy.events} <= shared | {e.text for e in source.events}
        copy.path.unlink()
    assert n_copied > 50
    assert set(refused) == {"the file holds no complete data record"}
