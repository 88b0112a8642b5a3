"""What other programs are given: every format parsed strictly, and what --force may replace."""

import csv
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from defusedxml import ElementTree
from example_nights import START, night, staging_of

from sleepscorer.core.errors import ExportError, UsageError
from sleepscorer.core.event_kinds import EVENT_KINDS
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import THREE_STAGES, Stage
from sleepscorer.files.exports.formats import (
    EXPORT_FORMATS,
    format_for,
    is_own_output,
    output_paths,
    write_export,
    write_exports,
)
from sleepscorer.files.exports.interchange.rendered_text import RenderedText
from sleepscorer.files.exports.night import Night
from sleepscorer.files.scorings import read_scoring

NAMES = {
    "lines": ["n_stages.txt"],
    "annot": ["n.annot"],
    "eannot": ["n.eannot"],
    "nsrr": ["n_nsrr.xml"],
    "bids": ["n_events.tsv", "n_events.json"],
    "yasa": ["n_yasa.csv"],
    "edfbrowser": ["n_edfbrowser.xml"],
}
MARKED = ("annot", "nsrr", "bids", "edfbrowser")
UNMARKED = ("lines", "eannot", "yasa")
Row = tuple[float, float | None, str, str | None]
"""Onset and duration, seconds, the text or the stage, and the channel."""

ODD = (
    Event(-4.0, 2.0, "before the start"),
    Event(1.5, None, "a\tb\nc\rd\x0be\x85f\u2028g"),
    Event(2.5, 0.0, "<&>\"']]>|;,#%"),
    Event(3.5, 1.25, "=1+1"),
    Event(4.5, None, "Schläfrig, émue, 眠い"),
    Event(5.5, 12.3456784, "x" * 3000),
    Event(6.5, None, "L"),
    Event(7.5, None, "12"),
    Event(8.5, None, "half \udcff a pair"),
    Event(9.5, None, "\x01\x02"),
    Event(10.5, 3.0, "EEG arousal", 'EEG "C4"\t<M1>'),
)


def _written(folder: Path, shown: Night, name: str) -> Path:
    return write_exports(shown, folder, stem="n", formats=(name,))[0]


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no disk."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


# -- strict readers ---------------------------------------------------------------------------


def _lines(path: Path) -> list[str]:
    text = path.read_bytes().decode("utf-8")
    assert text.endswith("\n") or not text
    assert "\r" not in text
    return text.split("\n")[:-1]


def _of_annot(path: Path) -> list[Row]:
    lines = _lines(path)
    head = [line for line in lines if line.startswith("# ")]
    assert lines[: len(head)] == head
    assert all(line.count("|") == 1 for line in head)
    assert lines[len(head)] == "class\tinstance\tchannel\tstart\tstop\tmeta"
    rows: list[Row] = []
    for line in lines[len(head) + 1 :]:
        name, instance, channel, start, stop, meta = line.split("\t")
        assert (instance, meta) == (".", ".")
        assert float(stop) >= float(start) >= 0
        length = round(float(stop) - float(start), 6)
        rows.append((float(start), length, name, None if channel == "." else channel))
    return rows


def _text(element: Element, name: str) -> str | None:
    found = element.findall(name)
    assert len(found) <= 1
    return found[0].text if found else None


def _of_nsrr(path: Path) -> tuple[list[Row], Element]:
    root = ElementTree.parse(path).getroot()
    assert root.tag == "PSGAnnotation"
    assert [child.tag for child in root] == ["SoftwareVersion", "EpochLength", "ScoredEvents"]
    rows: list[Row] = []
    for scored in root[2]:
        assert scored.tag == "ScoredEvent"
        onset, length = float(_text(scored, "Start") or ""), float(_text(scored, "Duration") or "")
        kind, concept = _text(scored, "EventType"), _text(scored, "EventConcept")
        if kind == "Stages|Stages":
            assert length % 30 == 0
            rows += [
                (onset + 30 * n, 30.0, f"stage {concept}", None) for n in range(int(length // 30))
            ]
        else:
            rows.append((onset, length, concept or "", _text(scored, "SignalLocation")))
    return rows, root


def _of_bids(path: Path) -> list[Row]:
    rows = [line.split("\t") for line in _lines(path)]
    assert rows[0] == ["onset", "duration", "trial_type", "channel"]
    read: list[Row] = [
        (float(on), None if d == "n/a" else float(d), kind, None if c == "n/a" else c)
        for on, d, kind, c in rows[1:]
    ]
    assert [row[0] for row in read] == sorted(row[0] for row in read)
    return read


def _of_edfbrowser(path: Path) -> tuple[list[Row], datetime]:
    root = ElementTree.parse(path).getroot()
    assert root.tag == "annotationlist"

    def moment(text: str | None) -> datetime:
        assert text is not None
        assert text.endswith("0")
        return datetime.strptime(text[:-1], "%Y-%m-%dT%H:%M:%S.%f")

    start = moment(root[0].text)
    assert root[0].tag == "recording_start_time"
    rows: list[Row] = []
    for one in root[1:]:
        assert [child.tag for child in one] == ["onset", "duration", "description"]
        onset_s = (moment(one[0].text) - start) / timedelta(seconds=1)
        text, _, channel = (one[2].text or "").partition("@@")
        rows.append((onset_s, float(one[1].text) if one[1].text else None, text, channel or None))
    return rows, start


# -- stages, lights and events ----------------------------------------------------------------


def _stages(shown: Night, words: dict[Stage, str]) -> list[str]:
    stages = map(Stage, shown.hypnogram.stages.tolist())
    return [words.get(stage, stage.text) for stage in stages]


_YASA = {Stage.W: "WAKE", Stage.R: "REM", Stage.UNSCORED: "UNS"}
_BIDS = {
    Stage.W: "wake",
    Stage.R: "REM",
    Stage.UNSCORED: "unscored",
}
_NSRR = {
    Stage.W: "Wake|0",
    Stage.N1: "Stage 1 sleep|1",
    Stage.N2: "Stage 2 sleep|2",
    Stage.N3: "Stage 3 sleep|3",
    Stage.R: "REM sleep|5",
    Stage.UNSCORED: "Unscored|9",
}


@pytest.mark.parametrize("n_epochs", [1, 2, 120])
@pytest.mark.parametrize("start", [START, None])
def test_every_format_holds_the_stages(tmp_path: Path, n_epochs: int, start: Any) -> None:
    shown = night(n_epochs, start=start, events=())
    starts = [30.0 * epoch for epoch in range(n_epochs)]
    plain = _stages(shown, {})
    paths = {name: _written(tmp_path, shown, name) for name in NAMES}
    assert _lines(paths["lines"]) == _lines(paths["eannot"]) == plain
    rows = [row for row in _of_annot(paths["annot"]) if not row[2].startswith("lights")]
    assert rows == [(s, 30.0, stage, None) for s, stage in zip(starts, plain, strict=True)]
    scored, root = _of_nsrr(paths["nsrr"])
    assert scored[0] == (0.0, shown.duration_s, "Recording Start Time", None)
    assert [row[2] for row in scored if row[2].startswith("stage ")] == [
        f"stage {one}" for one in _stages(shown, _NSRR)
    ]
    assert [row[0] for row in scored if row[2].startswith("stage ")] == starts
    clock = root[2][0].find("ClockTime")
    assert (None if clock is None else clock.text) == (start and "04.03.19 22.40.00")
    rows = [row for row in _of_bids(paths["bids"]) if row[2].startswith("sleep_")]
    stages = _stages(shown, _BIDS)
    assert rows == [(s, 30.0, f"sleep_{o}", None) for s, o in zip(starts, stages, strict=True)]
    with paths["yasa"].open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["Epoch"] for row in table] == [str(epoch) for epoch in range(n_epochs)]
    assert [row["Stage"] for row in table] == _stages(shown, _YASA)
    annotations, began = _of_edfbrowser(paths["edfbrowser"])
    assert began == (start or datetime(1985, 1, 1))
    rows = [row for row in annotations if row[2].startswith("Sleep stage ")]
    assert rows == [(s, 30.0, f"Sleep stage {o}", None) for s, o in zip(starts, plain, strict=True)]


def _no_epoch() -> Night:
    return night(staging=None, hypnogram=Hypnogram(np.empty(0, np.int8)), duration_s=4.5)


def _nobody_scored() -> Night:
    hypnogram = Hypnogram(np.full(3, -1, np.int8))
    return night(3, hypnogram=hypnogram, staging=None, events=())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("make", [_no_epoch, _nobody_scored])
def test_nights_without_a_stage_can_be_written(
    tmp_path: Path, name: str, make: Callable[[], Night]
) -> None:
    path = _written(tmp_path, make(), name)
    if make is _nobody_scored:
        assert (
            path.read_text().count("?\n") == 3
            or "nscored" in path.read_text()
            or name in (*("yasa", "annot", "edfbrowser"),)
        )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n_epochs", [2, 120])
def test_our_own_readers_find_equal_stages(tmp_path: Path, name: str, n_epochs: int) -> None:
    shown = night(n_epochs, events=ODD if n_epochs > 2 else ())
    scoring = read_scoring(_written(tmp_path, shown, name))
    np.testing.assert_array_equal(scoring.hypnogram.stages, shown.hypnogram.stages)
    assert scoring.probabilities is None


@pytest.mark.parametrize("name", MARKED)
def test_our_own_readers_find_equal_lights_and_events(tmp_path: Path, name: str) -> None:
    shown = night(events=(Event(40.0, 12.25, "Cough", "Flow"), Event(60.5, None, "Yawn")))
    scoring = read_scoring(_written(tmp_path, shown, name))
    lights = (scoring.hypnogram.lights_off_s, scoring.hypnogram.lights_on_s)
    assert lights == (75.0, 3555.0)
    assert [(e.onset_s, e.duration_s or None, e.text, e.channel) for e in scoring.events] == [
        (40.0, 12.25, "Cough", "Flow"),
        (60.5, None, "Yawn", None),
    ]


def test_lights_that_hold_stand_in_every_format_with_a_place_for_them(tmp_path: Path) -> None:
    shown = night(events=(Event(5.0, None, "lights out"), Event(6.0, None, "LIGHTS ON")))
    rows = _of_annot(_written(tmp_path, shown, "annot"))
    wanted = [(75.0, 0.0, "lights_off", None), (3555.0, 0.0, "lights_on", None)]
    assert [row for row in rows if "lights" in row[2]] == wanted
    rows = _of_bids(_written(tmp_path, shown, "bids"))
    wanted = [(75.0, None, "lights_off", None), (3555.0, None, "lights_on", None)]
    assert [row for row in rows if "lights" in row[2].casefold()] == wanted
    rows, _ = _of_nsrr(_written(tmp_path, shown, "nsrr"))
    wanted = [(75.0, 0.0, "Lights off", None), (3555.0, 0.0, "Lights on", None)]
    assert [row for row in rows if "lights" in row[2].casefold()] == wanted
    rows, _ = _of_edfbrowser(_written(tmp_path, shown, "edfbrowser"))
    wanted = [(75.0, None, "Lights off", None), (3555.0, None, "Lights on", None)]
    assert [row for row in rows if "lights" in row[2].casefold()] == wanted


def test_events_have_the_names_of_others(tmp_path: Path) -> None:
    events = tuple(Event(100.0 * n, 5.5, kind.text, "Flow") for n, kind in enumerate(EVENT_KINDS))
    shown = night(events=(*events, Event(3000.0, 20.0, "SpO2 desaturation")))
    rows = _of_annot(_written(tmp_path, shown, "annot"))
    found = [row for row in rows if row[3] or row[2] == "desat"]
    names = dict(zip([kind.name for kind in EVENT_KINDS], [row[2] for row in found], strict=False))
    assert [names[name] for name in ("arousal", "artefact", "limb", "obstructive", "central")] == [
        *("arousal", "artifact", "lm", "apnea_obstructive", "apnea_central"),
    ]
    assert {"apnea_mixed", "hypopnea", "rera", "desat", "plm", "snoring", "bradycardia"} <= {
        row[2] for row in found
    }
    assert {"cheyne_stokes_breathing", "tachycardia"} <= {row[2] for row in found}
    assert {(row[1], row[3]) for row in found} == {(5.5, "Flow"), (20.0, None)}
    rows, root = _of_nsrr(_written(tmp_path, shown, "nsrr"))
    at_s = 100.0 * [kind.name for kind in EVENT_KINDS].index("hypopnea")
    assert (at_s, 5.5, "Hypopnea|Hypopnea", "Flow") in rows
    types = {_text(e, "EventConcept"): _text(e, "EventType") for e in root[2]}
    assert types["Obstructive apnea|Obstructive Apnea"] == "Respiratory|Respiratory"
    assert types["SpO2 desaturation|SpO2 desaturation"] == "Respiratory|Respiratory"
    assert types["Arousal|Arousal ()"] == "Arousals|Arousals"
    assert types["Limb movement|Limb Movement"] == "Limb Movement|Limb Movement"


_PLAIN = [
    "a b c d e f g",
    "<&>\"']]>|;,#%",
    "=1+1",
    "Schläfrig, émue, 眠い",
    "x" * 3000,
    "L",
    "12",
    "half ? a pair",
    "EEG arousal",
]


def test_odd_texts_break_no_format(tmp_path: Path) -> None:
    shown = night(events=ODD)
    later = Event(999_999_999_999.0, 999_999_999_999.0, "in a damaged file")
    rows, _ = _of_edfbrowser(_written(tmp_path, night(events=(*ODD, later)), "edfbrowser"))
    others = [r for r in rows if not r[2].startswith(("Sleep stage", "Lights"))]
    assert [r[2] for r in others] == ["before the start", *_PLAIN]
    assert others[0][:2] == (-4.0, 2.0)
    assert others[-1] == (10.5, 3.0, "EEG arousal", 'EEG "C4" <M1>')
    rows, _ = _of_nsrr(_written(tmp_path, shown, "nsrr"))
    others = [r for r in rows if not r[2].startswith(("stage ", "Lights", "Recording"))]
    changed = {"L": "event L", _PLAIN[1]: _PLAIN[1].replace("|", "/")}
    texts = [changed.get(text, text) for text in _PLAIN[:-1]]
    assert [r[2] for r in others] == [*texts, "Arousal|Arousal ()"]
    assert others[4][:2] == (5.5, 12.345678)
    rows = _of_bids(_written(tmp_path, shown, "bids"))
    others = [r for r in rows if not r[2].startswith(("sleep_", "lights"))]
    assert [r[2] for r in others] == ["before the start", *_PLAIN[:2], "'=1+1", *_PLAIN[3:]]
    path = _written(tmp_path, shown, "annot")
    others = [r for r in _of_annot(path) if len(r[2]) > 2 and not r[2].startswith("lights")]
    assert [r[2] for r in others] == [
        *("a_b_c_d_e_f_g", "event", "event_1_1", "Schläfrig_émue_眠い", "x" * 3000),
        *("event_L", "event_12", "half_a_pair", "arousal"),
    ]
    assert "# event | <&>\"']]>/;,#%" in _lines(path)


def test_three_stages(tmp_path: Path) -> None:
    stages = np.array([0, 5, 5, 4, -1], np.int8)
    shown = night(
        5, staging=staging_of(np.where(stages == 5, 2, stages)), events=(),
        hypnogram=Hypnogram(stages, 30.0, stage_set=THREE_STAGES),
    )  # fmt: skip
    assert _lines(_written(tmp_path, shown, "lines")) == ["W", "NREM", "NREM", "R", "?"]
    assert _lines(_written(tmp_path, shown, "eannot")) == ["W", "NR", "NR", "R", "?"]
    rows = _of_annot(_written(tmp_path, shown, "annot"))
    assert [row[2] for row in rows] == ["W", "NR", "NR", "R", "?"]
    assert _lines(_written(tmp_path, shown, "yasa"))[2] == "1,NREM"
    assert _of_bids(_written(tmp_path, shown, "bids"))[1][2] == "sleep_NREM"
    with pytest.raises(ExportError, match="no code for NREM"):
        write_exports(shown, tmp_path / "none", stem="n", formats=("csv", "nsrr"))
    assert not (tmp_path / "none").exists()


def test_a_recording_with_gaps_has_no_eannot(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"may have gaps.*\.annot"):
        _written(tmp_path, night(format_name="EDF+D"), "eannot")


# -- whose annotations ------------------------------------------------------------------------

_OWN, _RECORDINGS = Event(40.0, 4.0, "EEG arousal"), Event(50.0, None, "Cough")


@pytest.mark.parametrize("name", ["edf", *MARKED])
def test_the_recordings_own_annotations_are_left_out_unless_asked(
    tmp_path: Path, name: str
) -> None:
    mine = night(events=(_OWN, _RECORDINGS), own_events=(_OWN,))
    assert b"Cough" not in _written(tmp_path / "mine", mine, name).read_bytes()
    everything = replace(mine, all_annotations=True)
    assert b"Cough" in _written(tmp_path / "all", everything, name).read_bytes()
    hidden = replace(mine, deidentify=True)
    content = _written(tmp_path / "hidden", hidden, name).read_bytes().lower()
    assert b"cough" not in content
    assert b"arousal" in content


# -- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_files_of_a_format(tmp_path: Path, name: str) -> None:
    paths = write_exports(night(), tmp_path, stem="n", formats=(name,))
    assert [path.name for path in paths] == NAMES[name]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(NAMES[name])
    assert output_paths(tmp_path, "n", (name,)) == paths
    assert format_for(paths[0]) == name
    form = next(form for form in EXPORT_FORMATS if form.name == name)
    assert form.is_for_others
    assert not form.is_default


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("deidentify", [False, True])
def test_force_replaces_own_files(tmp_path: Path, name: str, deidentify: bool) -> None:
    for n_epochs in (120, 1):
        shown = night(n_epochs, deidentify=deidentify)
        paths = write_exports(shown, tmp_path, stem="n", formats=(name,), force=True)
    assert all(is_own_output(path) is (name in MARKED) for path in paths)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lines", "W\nN1 \n"),
        ("lines", "W\n\nN1\n"),
        ("lines", "0\n1\n"),
        ("lines", "W\nN1"),
        ("lines", "W\r\nN1\r\n"),
        ("eannot", "wake\nN1\n"),
        ("yasa", "Epoch,Stage\n1,WAKE\n"),
        ("yasa", "Epoch,Stage\n0,WAKE,sure\n"),
        ("yasa", "Epoch,Stage,Note\n0,WAKE,sure\n"),
        ("annot", "W\t.\t.\t0\t30\t.\n"),
        ("nsrr", "<PSGAnnotation><SoftwareVersion>Compumedics</SoftwareVersion></PSGAnnotation>"),
        ("bids", "onset\tduration\ttrial_type\n0\t30\tsleep_wake\n"),
        ("edfbrowser", "<annotationlist></annotationlist>"),
        *((name, "") for name in NAMES),
    ],
)
def test_other_peoples_files_are_kept(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / NAMES[name][0]
    path.write_bytes(content.encode())
    with pytest.raises(ExportError, match="not made by sleepscorer and is kept"):
        write_exports(night(), tmp_path, stem="n", formats=(name,), force=True)
    assert path.read_bytes() == content.encode()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_file_of_stages_alone_gives_way_only_to_its_own_kind(tmp_path: Path) -> None:
    for name in ("n_epochs.csv", "n_report.xlsx"):
        (tmp_path / name).write_text("Epoch,Stage\n0,WAKE\n")
        with pytest.raises(ExportError, match="not made by sleepscorer"):
            write_exports(
                night(), tmp_path, stem="n", formats=(name[2:].split(".")[1],), force=True
            )
    (tmp_path / "n_stages.txt").write_text("W\nN1\n")
    assert not is_own_output(tmp_path / "n_stages.txt")


def test_events_that_somebody_changed_are_not_ours_any_more(tmp_path: Path) -> None:
    table, sidecar = write_exports(night(), tmp_path, stem="n", formats=("bids",))
    about = json.loads(sidecar.read_text())
    assert about["sleepscorer"]["SHA256"] == hashlib.sha256(table.read_bytes()).hexdigest()
    assert set(about["trial_type"]["Levels"]) == {
        *("sleep_wake", "sleep_N1", "sleep_N2", "sleep_N3", "sleep_REM", "sleep_unscored"),
        *("lights_off", "lights_on"),
    }
    with table.open("a") as file:
        file.write("1\t1\tmine\tn/a\n")
    with pytest.raises(ExportError, match=r"n_events\.tsv.*not made by sleepscorer"):
        write_exports(night(), tmp_path, stem="n", formats=("bids",), force=True)
    sidecar.unlink()
    assert not is_own_output(table)


def test_one_format_under_a_name_of_its_own(tmp_path: Path) -> None:
    write_export(night(), tmp_path / "mine.tsv", "bids")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.json", "mine.tsv"]
    write_export(night(2), tmp_path / "mine.tsv", "bids", force=True)
    with pytest.raises(UsageError, match="is to end with"):
        write_export(night(), tmp_path / "other.json", "bids")
    write_export(night(), tmp_path / "a.txt", "lines")
    write_export(night(2), tmp_path / "a.txt", "lines", force=True)
    assert _lines(tmp_path / "a.txt") == ["W", "W"]


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_text_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(RenderedText, "write", lambda _self, file: file.write(b"W\n"))
    with pytest.raises(ExportError, match="did not read back"):
        _written(tmp_path, night(), name)
    assert list(tmp_path.iterdir()) == []


_SECRETS = {
    "path": Path("/wards/Zaphod/Beeblebrox_19520311.edf"),
    "patient_id": "MRN-778899 M 11-MAR-1952 Zaphod_Beeblebrox",
    "recording_id": "Startdate 04-MAR-2019 PSG-5512 Prosser",
    "events": (
        Event(10.0, None, "Zaphod coughs"),
        Event(20.0, 5.0, "EEG arousal", "EEG Beeblebrox"),
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_deidentified_texts_hold_no_identity(tmp_path: Path, name: str) -> None:
    shown = night(**_SECRETS, deidentify=True)
    for path in write_exports(shown, tmp_path, stem="n", formats=(name,)):
        content = path.read_text().casefold()
        for secret in ("zaphod", "beeble", "prosser", "2019", "04.03.19", "1952", "wards"):
            assert secret not in content.replace(_checksum(path), "")
    if name == "nsrr":
        assert "<ClockTime>00.00.00 22.40.00</ClockTime>" in path.read_text()
    if name == "edfbrowser":
        assert "<recording_start_time>1985-01-01T22:40:00.2500000<" in path.read_text()


def _checksum(path: Path) -> str:
    return json.loads(path.read_text())["sleepscorer"]["SHA256"] if path.suffix == ".json" else "-"
