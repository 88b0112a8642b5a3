"""The entries of stagers.toml: read strictly, each fault said, and none harms another."""

import json
from pathlib import Path

import numpy as np
import pytest
from memory_recording import recording, signal

from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.staging.programs import programs_file, read_programs

GOOD = 'command = ["/opt/x", "{recording}", "{output}"]\n'


@pytest.fixture
def read(tmp_path):
    def of(text):
        path = tmp_path / "stagers.toml"
        path.write_text(text, encoding="utf-8")
        return read_programs(path)

    return of


def test_without_a_file_there_are_none(tmp_path):
    assert read_programs(tmp_path / "stagers.toml") == ((), ())


def test_the_file_lies_in_the_persons_own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert programs_file().name == "stagers.toml"
    assert programs_file().parent.name == "sleepscorer"


def test_an_entry_names_a_command_and_what_is_left_out_has_a_meaning(read):
    (one,), faults = read(f"[gssc]\n{GOOD}")
    assert faults == ()
    assert (one.name, one.title, one.output, one.time_limit_s) == (
        "gssc",
        "gssc",
        "scoring.csv",
        3600.0,
    )
    assert one.command == ("/opt/x", "{recording}", "{output}")
    assert one.places == {"recording", "output"}


def test_every_key_is_used(read):
    more = 'title = "GSSC 0.0.9"\noutput = "n.hyp"\ntime_limit_min = 1.5\n'
    (one,), _ = read(f"[gssc]\n{GOOD}{more}")
    assert (one.title, one.output, one.time_limit_s) == ("GSSC 0.0.9", "n.hyp", 90.0)


def test_the_persons_own_folder_may_be_written_as_a_tilde(read):
    (one,), _ = read('[a]\ncommand = ["~/x y", "{recording}", "{output}"]\n')
    assert one.command[0] == str(Path.home() / "x y")


def test_places_are_filled_once_whatever_the_recording_is_called(read):
    places = '"-i={recording}", "{output}", "{eeg}", "{eog} {emg}", "{odd}"'
    (one,), _ = read(f'[a]\ncommand = ["x", {places}]\n')
    path = Path("/nights/a {output} ; rm -rf $HOME.edf")
    flat = np.zeros(3000)
    labels = ("EEG C4", "EEG M1", "EOG, left")
    night = recording(*(signal(label, flat) for label in labels))
    choice = ChannelChoice(eeg=("C4-M1",), eog=(labels[2],), emg=("none",))
    assert one.arguments(path, Path("/o.csv"), choice.resolve(night)) == [
        "x",
        f"-i={path}",
        str(Path("/o.csv")),
        '[{"EEG C4": 1, "EEG M1": -1}]',
        json.dumps([{labels[2]: 1}]) + " []",
        "{odd}",
    ]
    assert one.places == {"recording", "output", "eeg", "eog", "emg"}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("[a]\n", "command must be a list of texts"),
        ('[a]\ncommand = "x {recording} {output}"\n', "command must be a list of texts"),
        ('[a]\ncommand = ["x", 3, "{recording}", "{output}"]\n', "command must be a list of texts"),
        ("[a]\ncommand = []\n", "command must be a list of texts"),
        ('[a]\ncommand = [" ", "{recording}", "{output}"]\n', "must name the program"),
        ('[a]\ncommand = ["x", "{output}"]\n', "command has no place {recording}"),
        ('[a]\ncommand = ["x", "{recording}"]\n', "command has no place {output}"),
        ('[a]\ncommand = ["{recording}", "{output}"]\n', "command has no place {recording}"),
        ('[a]\ncommand = ["x.BAT", "{recording}", "{output}"]\n', "a batch file needs a shell"),
        (f"[a]\n{GOOD}shell = true\n", "the entry 'shell' is unknown"),
        (f'[a]\n{GOOD}title = ""\n', "title must be a text"),
        (f'[a]\n{GOOD}output = "../n.csv"\n', "output must be the name of a file"),
        (f"[a]\n{GOOD}time_limit_min = 0\n", "time_limit_min must be above 0"),
        (f"[a]\n{GOOD}time_limit_min = nan\n", "time_limit_min must be above 0"),
        (f"[a]\n{GOOD}time_limit_min = true\n", "time_limit_min must be a number"),
        ('a = "x"\n', "it is no table"),
        (f"[sleepscorer]\n{GOOD}", "sleepscorer and consensus are names of this program itself"),
        (f"[Consensus]\n{GOOD}", "sleepscorer and consensus are names of this program itself"),
        (f'["a,b"]\n{GOOD}', "its name must be"),
    ],
)
def test_a_bad_entry_is_named_with_what_is_wrong_and_the_others_stay(read, entry, said):
    programs, (fault,) = read(f"{entry}[zzz]\n{GOOD}")
    assert [one.name for one in programs] == ["zzz"]
    assert said in fault.what
    assert fault.path is not None
    assert fault.path.name == "stagers.toml"


@pytest.mark.parametrize(
    "content",
    [b"[a\n", b"\xff\xfe\xff", b"# long\n" * 50_000, b"a = " + b"[" * 5000],
    ids=["no TOML", "no UTF-8", "too long", "too deep"],
)
def test_a_file_that_is_none_is_one_fault(tmp_path, content):
    path = tmp_path / "stagers.toml"
    path.write_bytes(content)
    programs, (fault,) = read_programs(path)
    assert programs == ()
    assert fault.what.startswith("the stagers in it can't be read")


def test_a_folder_of_that_name_is_a_fault_too(tmp_path):
    (tmp_path / "stagers.toml").mkdir()
    assert "no ordinary file" in read_programs(tmp_path / "stagers.toml")[1][0].what
