"""``sleepscorer explain``: the words of the window, as a picture and for programs too."""

import json
import re

import numpy as np
import pytest

from sleepscorer.cli import main
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.core.stages import Stage
from sleepscorer.files.edf import EdfPlan, SignalHeader, write_edf
from sleepscorer.files.recordings import open_recording
from sleepscorer.pipeline import measure_to_explain
from sleepscorer.staging.stager import Stager


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    path = tmp_path_factory.mktemp("simulated") / "night.edf"
    assert main(["simulate", "--hours", "0.1", "--seed", "3", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def explained(night):
    """What the window would show of the fifth epoch."""
    recording = open_recording(night)
    staging = Stager(device="cpu").stage(recording, choose_stager_channels(recording))
    return measure_to_explain(recording, staging.provenance).explain(4, Stage.N2)


def run(capsys, *arguments):
    code = main(["explain", *(str(a) for a in arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_it_says_what_the_window_says(night, explained, capsys):
    code, out, _ = run(capsys, night, "--epoch", 5, "--stage", "n2", "--device", "cpu", "--quiet")
    lines = out.splitlines()
    assert code == 0
    answer = re.fullmatch(
        r"epoch 5: (\w+), <?\d+ % sure \(probabilities W <?\d+ %, N1 .*\)\. Confidence was measured"
        r" on Sleep-EDF \(validation nights of the weights\), not on nights of this site\.",
        lines[0],
    )
    wanted = [] if answer[1] == "N2" else ["explained for N2"]
    told = {e.speaks: [] for e in explained.evidence} | {1: [], -1: []}
    for each in explained.evidence:
        told[each.speaks].append(each.sentence)
    for speaks, heading in ((1, "speaks for it:"), (-1, "speaks against it:")):
        sentences = told[speaks] or ["nothing clear"]
        wanted += ["", heading, *(f"  {sentence}" for sentence in sentences)]
    wanted += ["", "where the network saw N2, from the start of the epoch:"]
    wanted += [f"  {each.channel}: {each.places}" for each in explained.maps]
    assert lines[1:] == wanted


def test_programs_get_figures(night, explained, capsys):
    code, out, _ = run(
        capsys, night, "--epoch", 5, "--stage", "N2", "--device", "cpu", "--quiet", "--json"
    )
    document = json.loads(out)
    assert (code, document["epoch"], document["stage"]) == (0, 5, "N2")
    probabilities = document["probabilities"]
    assert document["machine_stage"] == max(probabilities, key=probabilities.get)
    assert 0 < document["confidence"] < 1
    assert document["activation_step_s"] == 0.5
    assert document["activation"] == {
        each.channel: [round(value, 4) for value in each.values.tolist()] for each in explained.maps
    }
    assert [e["measure"] for e in document["evidence"]] == [e.name for e in explained.evidence]


def test_a_picture_is_written_and_never_replaced_unasked(night, tmp_path, capsys):
    picture = tmp_path / "why.png"
    arguments = (night, "--epoch", 5, "--device", "cpu", "--quiet", "--png", picture)
    assert run(capsys, *arguments)[0] == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    drawn = picture.read_bytes()
    picture.write_bytes(b"mine")
    code, _, err = run(capsys, *arguments)
    assert code != 0
    assert "exists already and is kept (use --force to replace it)" in err
    assert picture.read_bytes() == b"mine"
    code, _, err = run(capsys, *arguments, "--force")
    assert code != 0
    assert "was not made by sleepscorer and is kept" in err
    assert picture.read_bytes() == b"mine"
    picture.write_bytes(drawn)
    assert run(capsys, *arguments, "--force")[0] == 0
    assert picture.read_bytes() == drawn


@pytest.fixture
def in_the_way(tmp_path):
    """Where a picture can't go, by what is wrong with it."""
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "mine.png").write_bytes(b"\x89PNG\r\n\x1a\nof another program")
    return {name: tmp_path / name for name in ("folder.png", "mine.png", "none/why.png")}


@pytest.mark.parametrize(
    ("name", "force", "said"),
    [
        ("mine.png", False, "exists already and is kept (use --force to replace it)"),
        ("mine.png", True, "was not made by sleepscorer and is kept"),
        ("folder.png", True, "there is a folder of this name"),
        ("none/why.png", False, "there is no such folder"),
        ("night", True, "this is the recording itself, which is never overwritten"),
    ],
)
def test_what_is_in_the_way_of_a_picture_is_said_before_the_work(
    night, in_the_way, capsys, name, force, said
):
    before = night.read_bytes()
    picture = in_the_way.get(name, night)
    arguments = (night, "--epoch", 5, "--device", "cpu", "--png", picture)
    code, out, err = run(capsys, *arguments, *(["--force"] if force else []))
    assert (code, out) == (2, "")
    assert said in err
    assert night.read_bytes() == before
    assert in_the_way["mine.png"].read_bytes().endswith(b"another program")


def test_a_picture_that_does_not_read_back_is_discarded(night, tmp_path, capsys, monkeypatch):
    def cut(png, file):
        file.write(png[: len(png) // 2])

    monkeypatch.setattr("sleepscorer.files.exports.picture._write", cut)
    arguments = (night, "--epoch", 5, "--device", "cpu", "--quiet", "--png", tmp_path / "why.png")
    code, _, err = run(capsys, *arguments)
    assert code != 0
    assert "did not read back" in err
    assert list(tmp_path.iterdir()) == []


def test_channels_are_listed_with_commas_as_with_score(night, capsys):
    arguments = (night, "--epoch", 5, "--device", "cpu", "--quiet", "--json")
    code, out, _ = run(capsys, *arguments, "--eeg", "F4-M1,C4-M1", "--eog", "none")
    assert (code, list(json.loads(out)["activation"])) == (0, ["F4-M1", "C4-M1"])
    code, _, err = run(capsys, *arguments, "--eeg", "none", "--eeg", "C4-M1")
    assert (code, "--eeg names channels, and none" in err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--epoch", 13), "there is no epoch 13: the recording has 12"),
        (("--epoch", 0), "there is no epoch 0"),
        (("--epoch", 5, "--stage", "N4"), "there are W, N1, N2, N3, R"),
    ],
)
def test_what_makes_no_sense_is_refused(night, capsys, arguments, said):
    code, out, err = run(capsys, night, *arguments, "--quiet")
    assert (code != 0, out) == (True, "")
    assert said in err


def test_channels_with_names_that_tell_are_called_by_their_number(tmp_path, capsys):
    rng = np.random.default_rng(0)
    signals = tuple(SignalHeader(label, 100, -500, 500, "uV") for label in ("C4-M1", "Hildegund"))
    blocks = [[rng.normal(0, 20, 100 * 300).astype(np.float32) for _ in signals]]
    path = tmp_path / "anna.edf"
    write_edf(path, EdfPlan(signals, 300, 1, None), blocks)
    arguments = (path, "--epoch", 5, "--stage", "N2", "--device", "cpu", "--quiet")
    arguments += ("--eog", "Hildegund", "--deidentify")
    picture = tmp_path / "why.png"
    code, out, _ = run(capsys, *arguments, "--json", "--png", picture)
    assert code == 0
    assert list(json.loads(out)["activation"]) == ["C4-M1", "channel 2"]
    assert "Hildegund" not in out
    code, out, _ = run(capsys, *arguments)
    assert "channel 2" in out
    assert "Hildegund" not in out
    # The picture names them as well.
    named = tmp_path / "named.png"
    assert run(capsys, *arguments[:-1], "--png", named)[0] == 0
    assert named.read_bytes() != picture.read_bytes()
