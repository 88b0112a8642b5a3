"""Paths that lead nowhere, or where nobody expects: every command says so and ends with 2 or 1."""

import argparse
import os
import sys
from pathlib import Path

import pytest

from sleepscorer.cli import main
from sleepscorer.cli.commands import command_parser


def _named() -> list[tuple[str, argparse.Action]]:
    """Every option and argument that names a file or a folder, with its command."""
    (commands,) = (
        a for a in command_parser()._actions if isinstance(a, argparse._SubParsersAction)
    )
    return [
        (command, action)
        for command, parser in commands.choices.items()
        for action in parser._actions
        if action.type is Path
    ]


def _loop(folder: Path) -> Path:
    (folder / "loop.edf").symlink_to(folder / "loop.edf")
    return folder / "loop.edf"


def _broken(folder: Path) -> Path:
    (folder / "broken.edf").symlink_to(folder / "nowhere")
    return folder / "broken.edf"


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.edf")
    return folder / "pipe.edf"


def _folder(folder: Path) -> Path:
    (folder / "folder.edf").mkdir()
    return folder / "folder.edf"


def _locked(folder: Path) -> Path:
    (folder / "locked.edf").touch(mode=0o000)
    return folder / "locked.edf"


def _in_locked(folder: Path) -> Path:
    (folder / "locked").mkdir(mode=0o000)
    return folder / "locked" / "night.edf"


def _under_a_file(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "night.edf"


def _empty(folder: Path) -> Path:
    (folder / "empty.edf").touch()
    return folder / "empty.edf"


def _socket(folder: Path) -> Path:
    import socket

    path = folder / "s.edf"
    with socket.socket(socket.AF_UNIX) as one:
        before = Path.cwd()
        os.chdir(folder)
        try:
            one.bind("s.edf")
        finally:
            os.chdir(before)
    return path


BAD = {
    "long name": lambda folder: folder / ("n" * 300 + ".edf"),
    "240 letters": lambda folder: folder / ("n" * 240 + ".edf"),
    "long path": lambda folder: folder.joinpath(*["d" * 200] * 25, "night.edf"),
    "nul": lambda folder: folder / "a\0b.edf",
    "surrogate": lambda folder: folder / "a\udcffb.edf",
    "nowhere": lambda folder: folder / "no" / "night.edf",
    "no name": lambda _folder: Path(),
    "device": lambda _folder: Path("/dev/null"),
    "text ending": lambda folder: folder / "x.jpg",
    "svg ending": lambda folder: folder / "x.svg",
    "no ending": lambda folder: folder / "x",
    "empty": _empty,
    "loop": _loop,
    "broken": _broken,
    "pipe": _pipe,
    "folder": _folder,
    "locked": _locked,
    "in locked": _in_locked,
    "under a file": _under_a_file,
    "socket": _socket,
}

# What else a command is given, so that the path alone is at fault.
OTHERS = {
    "score": ["{night}"],
    "agreement": ["{night}", "{night}"],
    "explain": ["{night}", "--epoch", "1", "--device", "cpu"],
    "train": ["--data", "folder", "--folder", "{none}", "--out", "{none}", "--device", "cpu"],
    "evaluate": ["--data", "{none}"],
    "demo": ["--hours", "0.01", "--no-window", "--device", "cpu"],
    "simulate": ["--hours", "0.01"],
}
# They make the folder, or look at what there is: these paths are no fault to them.
FINE = {
    ("demo", "folder"): {"240 letters", "nowhere", "surrogate", "text ending", "svg ending"}
    | {"no ending", "folder", "no name"},
    ("simulate", "out"): {"nowhere", "surrogate", "240 letters"},
    ("open", "file"): {"folder", "no name", "device"},
}


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    path = tmp_path_factory.mktemp("night") / "night.edf"
    assert main(["simulate", "--hours", "0.02", str(path)]) == 0
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other bad paths")
@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize(
    ("command", "action"), _named(), ids=[f"{c} {a.dest}" for c, a in _named()]
)
def test_a_bad_path_is_said_in_words(command, action, bad, night, tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.chdir(tmp_path)
    path = BAD[bad](tmp_path)
    arguments = [
        word.replace("{night}", str(night)).replace("{none}", str(tmp_path / "none"))
        for word in OTHERS.get(command, [])
    ]
    if action.option_strings:
        if action.option_strings[0] in arguments:
            at = arguments.index(action.option_strings[0])
            del arguments[at : at + 2]
        arguments += [action.option_strings[0], str(path)]
    elif command == "agreement":
        place = ["reference", "other", "others"].index(action.dest)
        arguments[place : place + 1] = [str(path)]
    elif arguments and arguments[0] == str(night):
        arguments[0] = str(path)
    else:
        arguments.append(str(path))
    # An escaped exception of any kind would end the test.
    code = main([command, *arguments])
    printed = capsys.readouterr()
    if bad in ("locked", "in locked") and os.geteuid() == 0:
        # Nothing is locked to this person.
        return
    if bad in FINE.get((command, action.dest), ()):
        return
    if command == "score" and action.dest == "out" and code == 0:
        return
    assert code in (1, 2), (printed.out, printed.err)
    assert printed.err.startswith("sleepscorer: ")
    assert "Traceback" not in printed.err
    assert "Errno" not in printed.err


@pytest.mark.parametrize("name", ["n" * 300, "a\0b", "x/" + "d" * 300, "no/where", "a\udcffb", "."])
@pytest.mark.parametrize("command", ["score", "explain"])
def test_a_bad_name_of_weights_is_said_in_words(command, name, night, capsys):
    more = ["--epoch", "1"] if command == "explain" else []
    assert main([command, str(night), *more, "--weights", name]) == 2
    assert capsys.readouterr().err.startswith("sleepscorer: ")


def test_outputs_with_longer_names_than_the_disk_takes_are_refused_before_the_work(
    night, tmp_path, capsys, monkeypatch
):
    long = tmp_path / ("n" * 245 + ".edf")
    os.link(night, long)
    monkeypatch.setattr("sleepscorer.pipeline.scoring.stage_recording", None)
    assert main(["score", str(long), "--device", "cpu"]) == 1
    assert "the name is longer than the disk takes" in capsys.readouterr().err
    assert main(["simulate", "--hours", "0.02", str(tmp_path / ("s" * 248 + ".edf"))]) == 2
    assert "the name is longer than the disk takes" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [long.name]


@pytest.mark.parametrize("ending", [".jpg", ".svg", ".pdf", ".PNGX", ""])
def test_pictures_are_png(ending, night, tmp_path, capsys):
    picture = tmp_path / f"x{ending}"
    assert main(["explain", str(night), "--epoch", "1", "--png", str(picture)]) == 2
    assert "does not end in .png (pictures are PNG)" in capsys.readouterr().err
    assert not picture.exists()
