"""Options are the command line's own: what the window shows, too, names none."""

import ast
import json
import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

import sleepscorer
from sleepscorer.cli import main
from sleepscorer.cli.output import in_words
from sleepscorer.core import errors
from sleepscorer.files.edf.writer import EdfPlan, SignalHeader, write_edf

_OPTION = re.compile(r"(?<![\w-])--[a-z]")
_PACKAGE = Path(sleepscorer.__file__).parent
# Nobody trains in the window. The graphics card's own program has options, which nobody reads.
_ELSEWHERE = ("cli", "training", "session_documents/hardware.py")


def _modules():
    found = (path.relative_to(_PACKAGE) for path in sorted(_PACKAGE.rglob("*.py")))
    return [p.as_posix() for p in found if not p.as_posix().startswith(_ELSEWHERE)]


def test_no_module_outside_the_command_line_names_an_option():
    named = []
    modules = _modules()
    assert len(modules) > 100
    for name in modules:
        tree = ast.parse((_PACKAGE / name).read_text(encoding="utf-8"))
        texts = [n for n in ast.walk(tree) if isinstance(n, ast.Constant)]
        named += [
            f"{name}:{one.lineno}: {one.value}"
            for one in texts
            if isinstance(one.value, str) and _OPTION.search(one.value)
        ]
    assert named == []


@pytest.mark.parametrize(
    ("kind", "option"),
    [
        (errors.LightsContradiction, "--lights-off"),
        (errors.NothingToStageBy, "--eeg"),
        (errors.NoUsableChannel, "--eeg"),
        (errors.OutputExists, "--force"),
        (errors.OutputRefused, "--out"),
        (errors.OutputTaken, "--out"),
        (errors.OutputsClash, "--out"),
        (errors.ScoredItself, "--replace-scoring"),
        (errors.WeightsNameTaken, "--name"),
    ],
)
def test_the_command_line_names_the_option_that_helps(kind, option):
    error = kind("it is so", hint="do this")
    assert "--" not in str(error)
    assert re.fullmatch(rf"it is so \(do this; .*{option}\b.*\)", in_words(error))


def test_score_names_the_options_where_no_channel_is_recognised(tmp_path, capsys):
    path = tmp_path / "night.edf"
    plan = EdfPlan((SignalHeader("X1", 100, -1000, 1000),), 60, 1, None)
    write_edf(path, plan, [[np.zeros(6000, np.float32)]])
    assert main(["score", str(path)]) == 1
    error = capsys.readouterr().err
    assert "neither EEG nor EOG to stage by (choose the channels to use; it has X1;" in error
    assert "--eeg and --eog name them)" in error


def test_score_names_the_options_for_lights_beside_the_note_and_not_in_the_files(
    tmp_path, capsys, monkeypatch
):
    path = tmp_path / "night.edf"
    samples = np.random.default_rng(1).normal(0, 20, 30_000).astype(np.float32)
    plan = EdfPlan((SignalHeader("EEG C4-M1", 100, -1000, 1000),), 300, 1, datetime(2024, 3, 1, 23))
    write_edf(path, plan, [[samples]])
    monkeypatch.setattr("sleepscorer.staging.stager.suggested_lights", lambda *_: (30.0, 240.0))
    assert main(["score", str(path), "--formats", "json", "--device", "cpu"]) == 0
    note = (
        "Nothing marks lights off and on: the signal suggests 23:00:30 and 23:04:00, which were not"
        " used."
    )
    printed = [line.strip() for line in capsys.readouterr().err.splitlines()]
    options = printed[printed.index(note) + 1]
    assert options == "--lights-off and --lights-on set the lights marks."
    notes = json.loads((tmp_path / "night_staging.json").read_text())["notes"]
    assert (note in notes, [text for text in notes if "--" in text]) == (True, [])
