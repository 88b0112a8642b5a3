"""``sleepscorer deidentify``: nothing is written before the list was seen."""

import sys
from pathlib import Path

import numpy as np
import pytest
from edf_bytes import Channel, Edf, annotations

from sleepscorer.cli import main
from sleepscorer.files.edf import open_edf

N_RECORDS = 120


def _night(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    labels = ("EEG Fpz-Cz", "Pyjama Anna", "EOG horizontal", "Bedside")
    channels = [
        Channel(
            label, (3000 * rng.standard_normal(N_RECORDS * 100)).astype(int),
            samples_per_record=100, prefilter="HP:0.3Hz", transducer="of ward 7",
        )
        for label in labels
    ]  # fmt: skip
    tals = [f"+{r}\x14\x14\x00".encode() for r in range(N_RECORDS)]
    tals[3] += b"+3\x14Lights off\x14\x00+3\x14cup of tea\x14\x00"
    tals[4] += b"+4\x14cup of tea\x14\x00"
    channels.append(annotations(tals))
    path = folder / "anna.edf"
    edf = Edf(
        channels, N_RECORDS, reserved="EDF+C", patient="7 F 02-MAY-1951 Anna_Muster",
        recording="Startdate 02-MAR-2019 X X X",
    )  # fmt: skip
    path.write_bytes(edf.to_bytes())
    return path


@pytest.fixture
def night(tmp_path):
    return _night(tmp_path)


def run(capsys, *arguments):
    code = main(["deidentify", *(str(a) for a in arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_list_alone_writes_nothing(night, capsys):
    code, out, _ = run(capsys, night, "--list")
    assert code == 0
    assert "patient: '7 F 02-MAY-1951 Anna_Muster' -> X X X X" in out
    assert "date: '02.03.19' -> 01.01.85" in out
    assert "label of channel 2: 'Pyjama Anna' -> channel 2" in out
    assert "transducer of 4 channels: 'of ward 7' -> removed" in out
    assert "annotation (2 times): 'cup of tea' -> removed" in out
    kept = out.partition("in the copy, as it stands")[2]
    assert "label: EEG Fpz-Cz, EOG horizontal, EDF Annotations" in kept
    assert "prefilter: HP:0.3Hz (4)" in kept
    assert "annotation: Lights off" in kept
    assert "2 of 3 annotations removed" in kept
    assert "let your laboratory confirm" in kept
    assert list(night.parent.iterdir()) == [night]


def test_without_a_person_it_writes_only_with_yes(night, tmp_path, capsys):
    out_path = tmp_path / "7.edf"
    code, out, err = run(capsys, night, tmp_path / "subject.edf")
    assert code == 2
    assert "cup of tea" in out
    assert "give --yes" in err
    assert not (tmp_path / "subject.edf").exists()
    code, out, _ = run(capsys, night, tmp_path / "subject.edf", "--yes")
    assert code == 0
    assert "cup of tea" in out
    assert f"wrote {tmp_path / 'subject.edf'}" in out
    assert not out_path.exists()
    code, _, err = run(capsys, night, tmp_path / "subject.edf", "--yes")
    assert code == 2
    assert "exists already and is kept (choose another OUT)" in err


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("yes", 0), ("", 1), ("n", 1), (None, 1)])
def test_a_person_is_asked_once_the_list_was_shown(answer, code, night, capsys, monkeypatch):
    asked = []

    def reply(question):
        asked.append((question, capsys.readouterr().out))
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", reply)
    out = night.parent / "subject.edf"
    assert run(capsys, night, out)[0] == code
    ((question, shown),) = asked
    assert str(out) in question
    assert "cup of tea" in shown
    assert out.exists() == (code == 0)


def test_texts_and_facts_stay_that_are_named(night, tmp_path, capsys):
    out = tmp_path / "subject.edf"
    arguments = ("--keep-text", "cup of tea", "--keep-text", "Bedside", "--keep", "sex,age")
    assert run(capsys, night, out, *arguments, "--yes", "--quiet")[:2] == (0, "")
    copy = open_edf(out)
    assert copy.patient_id == "X F X X age_67"
    assert [one.label for one in copy.signals][1::2] == ["channel 2", "Bedside"]
    assert [event.text for event in copy.events].count("cup of tea") == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("subject.edf", "--keep", "name"), "there are sex and age"),
        (("subject.edf", "--keep-text", "Pyjama Anna"), "'Anna' may tell"),
        (("subject.edf", "--keep-text", "coffee"), "is called so"),
        ((), "give OUT, or --list"),
        (("anna_2.edf",), "name of the copy may tell"),
        (("subject.txt",), r"has to end in .edf"),
        (("no folder/subject.edf",), "no such folder"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(
    arguments, why, night, capsys, monkeypatch
):
    monkeypatch.chdir(night.parent)
    code, _, err = run(capsys, night, *arguments, "--yes")
    assert code == 2
    assert why in err
    assert list(night.parent.iterdir()) == [night]


def test_the_scoring_that_is_exported_so_fits_the_copy(night, tmp_path, capsys):
    out = tmp_path / "given away"
    scored = ["score", night, "--deidentify", "--out", out, "--formats", "edf,json,csv"]
    scored += ["--eeg", "EEG Fpz-Cz", "--eog", "Bedside", "--device", "cpu", "--quiet"]
    assert main([str(one) for one in scored]) == 0
    assert run(capsys, night, out, "--yes", "--quiet")[0] == 0
    (copy,) = (p for p in out.iterdir() if p.suffix == ".edf" and "_hypnogram" not in p.name)
    hypnogram = out / f"{copy.stem}_hypnogram.edf"
    assert open_edf(hypnogram).start == open_edf(copy).start
    assert '"channel 4"' in (out / f"{copy.stem}_staging.json").read_text()
    assert open_edf(copy).signals[3].label == "channel 4"
    capsys.readouterr()
    assert main(["agreement", str(hypnogram), str(out / f"{copy.stem}_epochs.csv")]) == 0


def test_nobody_confirms_a_list_that_is_not_shown(night, tmp_path, capsys):
    code, _, err = run(capsys, night, tmp_path / "subject.edf", "--quiet")
    assert code == 2
    assert "give --yes as well" in err
    assert not (tmp_path / "subject.edf").exists()
