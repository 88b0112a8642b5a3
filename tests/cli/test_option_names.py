"""Options are the command line's own: what the window shows, too, names none."""

import ast
import re
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
