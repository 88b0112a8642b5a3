"""Nothing of a file that steers a terminal reaches one, by any command."""

import os

import numpy as np
import pytest

from sleepscorer.cli import main, output
from sleepscorer.core.events import Event
from sleepscorer.files.edf import EdfPlan, SignalHeader, write_edf
from sleepscorer.logs import LOGGER, log_path, start_logging

EVIL = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202etxt\u2066"


def steers(text):
    return [c for c in text if c != "\n" and not c.isprintable() and c != "\xa0"]


def test_the_channels_of_output_let_nothing_through(capsys):
    output.say(f"a{EVIL}", f"b\nc{EVIL}")
    output.say_if_possible(EVIL)
    output.complain(f"{EVIL}\n{EVIL}")
    printed = capsys.readouterr()
    assert not steers(printed.out + printed.err)
    # What is said in a line stays in a line.
    assert printed.out.count("\n") == 3
    assert printed.err.count("\n") == 1
    assert printed.out.startswith("a\N{REPLACEMENT CHARACTER}]0;owned")


@pytest.mark.parametrize(
    "arguments",
    [
        ("info", "{file}"),
        ("info", "{file}", "--json"),
        ("statistics", "{file}"),
        ("agreement", "{file}", "{file}"),
        ("score", "{file}", "--formats", "csv", "--eeg", "C4-M1", "--eog", "none"),
        ("score", "{file}", "--eeg", f"x{EVIL}"),
        ("explain", "{file}", "--epoch", "1", "--stage", f"x{EVIL}"),
        ("explain", "{file}", "--epoch", "99"),
        ("simulate", "{folder}/" + f"x{EVIL}"),
        ("train", "--data", EVIL, "--out", "{folder}/out"),
        ("evaluate", "--data", "{folder}/" + EVIL),
        ("open", "{folder}/" + EVIL),
        ("info", "{folder}/" + EVIL),
        (f"no{EVIL}",),
        ("info", "{file}", f"--no{EVIL}"),
    ],
)
def test_commands_show_no_control_character_of_a_file(arguments, tmp_path, capsys):
    folder = tmp_path / f"f{EVIL}"
    folder.mkdir()
    path = folder / f"n{EVIL}.edf"
    signals = tuple(SignalHeader(label, 100, -1, 1, "uV") for label in ("C4-M1", "E1-M2"))
    plan = EdfPlan(signals, 60, 1, None, "X X X X")
    rng = np.random.default_rng(0)
    blocks = [[rng.uniform(-1, 1, 6000).astype(np.float32) for _ in signals]]
    events = [Event(0, 30, "Sleep stage W"), Event(30, 30, "Sleep stage N2?"), Event(1, None, "AB")]
    write_edf(path, plan, blocks, events=events)
    # What no writer of ours would write.
    content = path.read_bytes().replace(b"E1-M2           ", b"E1\x1b[2J\x9b31m\r    ")
    path.write_bytes(content.replace(b"N2?", b"N2\x1b").replace(b"AB", b"\x1b["))
    main([a.replace("{file}", str(path)).replace("{folder}", str(folder)) for a in arguments])
    printed = capsys.readouterr()
    assert printed.out or printed.err
    assert not steers(printed.out + printed.err)


def test_the_log_holds_no_control_character_and_is_the_persons_alone(tmp_path, monkeypatch):
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(LOGGER, "handlers", [])
    start_logging()
    try:
        LOGGER.warning("it says %s\nforged line", EVIL)
    finally:
        for handler in LOGGER.handlers:
            handler.close()
    text = log_path().read_text("utf-8")
    assert not steers(text)
    assert text.count("\n") == 1
    if os.name == "posix":
        assert log_path().stat().st_mode & 0o777 == 0o600
        assert log_path().parent.stat().st_mode & 0o777 == 0o700


def test_a_fault_of_the_program_is_told_in_words(monkeypatch, tmp_path, capsys):
    from sleepscorer.cli import info

    def broken(*_):
        raise KeyError("Jane Doe")

    monkeypatch.setattr(info, "open_recording", broken)
    assert main(["info", str(tmp_path / "night.edf")]) == 70
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sleepscorer: something went wrong inside the program (KeyError)")
    assert "Jane" not in err
