"""All formats of one night: together or not at all, never over what exists."""

import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from example_nights import night, staging_of

from sleepscorer.core.errors import ExportError, OutputExists, UsageError
from sleepscorer.core.events import Event
from sleepscorer.core.staging_result import Staging
from sleepscorer.files.edf.writer import EdfPlan, SignalHeader, write_edf
from sleepscorer.files.exports import annotations as annotations_export
from sleepscorer.files.exports import epochs_csv as epochs_table
from sleepscorer.files.exports import staging_json
from sleepscorer.files.exports.excel import report as workbook
from sleepscorer.files.exports.formats import FORMATS, Night, output_paths, write_exports

NAMES = ["n_hypnogram.edf", "n_epochs.csv", "n_report.xlsx", "n_staging.json"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"others": (staging_of(np.zeros(3, np.int8)),)}, "another stager's answer is not of"),
        ({"staging": staging_of(np.zeros(5, np.int8))}, "5 epochs staged, 4 scored"),
        ({"by_person": np.zeros(3, np.bool_)}, r"\(3,\) epochs of a person, 4 scored"),
        ({"staging": None, "n_edited": 2}, "2 epochs edited of no staging"),
    ],
)
def test_what_does_not_belong_to_one_night_is_a_mistake(
    changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        night(4, **changes)


@pytest.mark.parametrize(
    ("onset_s", "clock"),
    [(0.0, "22:40:00"), (0.249, "22:40:00"), (0.25, "22:40:01"), (4799.2, "23:59:59")],
)
def test_clock_times_are_rounded_to_the_second(onset_s: float, clock: str) -> None:
    # The night starts at 22:40:00.25.
    assert night(10).clock_text(onset_s) == f"2019-03-04T{clock}"
    assert night(10, deidentify=True).clock_text(onset_s) == clock
    assert night(10, start=None).clock_text(onset_s) == ""


def test_all_formats(tmp_path: Path) -> None:
    paths = write_exports(night(), tmp_path / "new" / "folder", stem="n")
    assert [path.name for path in paths] == NAMES
    assert sorted(p.name for p in paths[0].parent.iterdir()) == sorted(NAMES)


def test_output_paths(tmp_path: Path) -> None:
    assert output_paths(tmp_path, "n", ("json", "edf", "json")) == (
        tmp_path / "n_staging.json",
        tmp_path / "n_hypnogram.edf",
    )
    assert FORMATS == ("edf", "csv", "xlsx", "json")
    with pytest.raises(
        UsageError, match=r"'doc' is not an output format.*edf, csv, xlsx, json, pdf"
    ):
        output_paths(tmp_path, "n", ("edf", "doc"))
    with pytest.raises(UsageError, match="no output format"):
        output_paths(tmp_path, "n", ())


@pytest.mark.parametrize("name", NAMES)
def test_one_existing_file_keeps_all_from_being_written(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"scored for an hour")
    with pytest.raises(OutputExists, match=f"{name}.*exists already and is kept"):
        write_exports(night(), tmp_path, stem="n")
    assert [p.name for p in tmp_path.iterdir()] == [name]
    with pytest.raises(ExportError, match="not made by sleepscorer and is kept"):
        write_exports(night(), tmp_path, stem="n", force=True)
    assert (tmp_path / name).read_bytes() == b"scored for an hour"
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("deidentify", [False, True])
def test_force_replaces_what_sleepscorer_made(tmp_path: Path, deidentify: bool) -> None:
    shown = night(deidentify=deidentify)
    write_exports(shown, tmp_path, stem="n")
    first = night(n_epochs=90, deidentify=deidentify)
    paths = write_exports(first, tmp_path, stem="n", force=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(NAMES)
    assert len(paths[1].read_text().splitlines()) == 91


def test_an_experts_scoring_and_a_recording_are_not_ours(tmp_path: Path) -> None:
    target = tmp_path / "n_hypnogram.edf"
    for plan, blocks in (
        (EdfPlan((), 1, 0, None, recording_id="Startdate X X expert Nox"), ()),
        (
            EdfPlan((SignalHeader("EEG", 4, -1, 1),), 1, 1.0, None, recording_id="sleepscorer"),
            [[np.zeros(4, np.float32)]],
        ),
    ):
        target.unlink(missing_ok=True)
        write_edf(target, plan, blocks)
        before = target.read_bytes()
        with pytest.raises(ExportError, match="not made by sleepscorer"):
            write_exports(night(), tmp_path, stem="n", formats=("edf",), force=True)
        assert target.read_bytes() == before


def test_open_doubts_are_warned_of_in_every_output_until_they_are_reviewed(tmp_path: Path) -> None:
    # All probabilities equal: no epoch is sure.
    doubtful = night(staging=_ROUND)
    n_staged = int((_ROUND.stages >= 0).sum())
    words = "100 % of the staged epochs are doubtful (the machine is less than 70 % sure): "
    open_words = f"{words}review this night with care"
    assert doubtful.all_warnings[0] == open_words
    edf, _, report, staging = write_exports(doubtful, tmp_path, stem="n")
    assert open_words in json.loads(staging.read_text())["warnings"]
    assert f"sleepscorer warning: {open_words}".encode() in edf.read_bytes()
    assert open_words.encode() in _everything(report)
    # The warning of an older file, which stands among the events, is none of now.
    old = Event(0.0, None, f"sleepscorer warning: {open_words}")
    reviewed = np.ones(doubtful.hypnogram.n_epochs, bool)
    done = replace(doubtful, reviewed=reviewed, events=(*doubtful.events, old))
    edf, _, report, staging = write_exports(done, tmp_path, stem="done")
    said = f"{words}a person reviewed all {n_staged}."
    document = json.loads(staging.read_text())
    assert said in document["notes"]
    assert not any("doubtful" in warning for warning in document["warnings"])
    assert open_words not in staging.read_text()
    assert b"doubtful" not in edf.read_bytes()
    assert said.encode() in _everything(report)
    assert b"with care" not in _everything(report)


def test_source_is_neither_overwritten_nor_touched(tmp_path: Path) -> None:
    source = tmp_path / "n_hypnogram.edf"
    header = EdfPlan((SignalHeader("EEG", 4, -1, 1),), 1, 1.0, None)
    write_edf(source, header, [[np.zeros(4, np.float32)]])
    before = hashlib.sha256(source.read_bytes()).hexdigest(), source.stat().st_mtime_ns
    with pytest.raises(ExportError, match="the recording itself"):
        write_exports(night(path=source), tmp_path, stem="n", force=True)
    write_exports(night(path=source), tmp_path, stem="other")
    assert (hashlib.sha256(source.read_bytes()).hexdigest(), source.stat().st_mtime_ns) == before


_WRITERS = [
    (annotations_export, "write_annotations"),
    (epochs_table, "write_csv"),
    (workbook.WorkbookReport, "write"),
    (staging_json, "write_json"),
]


@pytest.mark.parametrize(("holder", "name"), _WRITERS, ids=FORMATS)
@pytest.mark.parametrize("damage", ["one byte", "cut short", "empty"])
def test_a_corrupted_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holder: object, name: str, damage: str
) -> None:
    write = getattr(holder, name)

    def corrupted(shown: Night, file: BinaryIO) -> None:
        write(shown, file)
        size = file.seek(0, 2)
        if damage == "one byte":
            file.seek(size // 2)
            byte = file.read(1)
            file.seek(size // 2)
            file.write(bytes([byte[0] ^ 1]))
        else:
            file.truncate(size // 2 if damage == "cut short" else 0)

    monkeypatch.setattr(holder, name, corrupted)
    with pytest.raises(ExportError, match=r"read back|rows|epoch|size|sheet"):
        write_exports(night(), tmp_path, stem="n")
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="folder"):
        write_exports(night(), tmp_path / "file" / "x", stem="n")


# Round probabilities: the digits of others may happen to spell a planted number.
_ROUND = Staging(np.full((120, 5), 0.2, np.float32), night().staging.provenance)
PLANTED = {
    "staging": _ROUND,
    "path": Path("/wards/Zaphod/Beeblebrox_19520311.edf"),
    "patient_id": "MRN-778899 M 11-MAR-1952 Zaphod_Beeblebrox",
    "recording_id": "Startdate 04-MAR-2019 PSG-5512 Prosser Vogsphere03",
    "events": (
        Event(10.0, None, "Zaphod coughs"),
        Event(20.0, 5.0, "EEG arousal", "EEG Beeblebrox"),
        Event(30.0, None, "sleepscorer: Mr Beeblebrox, b. 11.03.1952"),
    ),
    "notes": ("Beeblebrox_19520311.edf starts on 2019-03-04",),
    "warnings": ("the signal 'Zaphod EEG' was recorded on Vogsphere03 by Prosser",),
    "lights_source": "lights off = note of Prosser",
}
SECRETS = (
    *("zaphod", "beeblebrox", "mrn-778899", "778899", "psg-5512", "5512", "prosser", "vogsphere"),
    *("wards", "1952", "19520311", "11-mar", "11.03", "03-11"),
    *("2019", "04-mar", "04.03", "4.3.19", "03-04"),
)


def _everything(path: Path) -> bytes:
    """All bytes of a file, those in the parts of a workbook unzipped."""
    content = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            content += b"".join(archive.read(name) for name in archive.namelist())
    return content.lower()


def test_deidentified_outputs_hold_no_identity(tmp_path: Path) -> None:
    named = write_exports(night(**PLANTED), tmp_path, stem="named")
    hidden = write_exports(night(**PLANTED, deidentify=True), tmp_path, stem="hidden")
    # The search finds what it looks for where nothing was taken out.
    assert b"zaphod" in b"".join(map(_everything, named))
    assert b"2019" in b"".join(map(_everything, named))
    for path in hidden:
        content = _everything(path)
        assert [secret for secret in SECRETS if secret.encode() in content] == [], path.name


def test_deidentified_outputs_stay_useful(tmp_path: Path) -> None:
    edf, csv, _, staging = write_exports(night(deidentify=True), tmp_path, stem="n")
    raw = edf.read_bytes()
    assert raw[8:88].rstrip() == b"X X X X"
    assert raw[88:168].rstrip() == b"Startdate X X X sleepscorer_0.1.0_cnn_lstm_v1"
    assert raw[168:184] == b"01.01.8522.40.00"
    assert raw.count(b"Sleep stage ") == 120
    assert b"EEG arousal" in raw
    assert csv.read_text().split("\n")[1].startswith("1,0,22:40:00,W,")
    document = json.loads(staging.read_text())
    assert document["recording"]["start"] is None
    assert document["recording"]["time_of_day"] == "22:40:00.250000"
    assert document["recording"]["deidentified"] is True
    assert document["provenance"]["weights_name"] == "cnn_lstm_v1"
