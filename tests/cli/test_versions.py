"""``sleepscorer --version``, for people and for programs."""

import json
import platform

from sleepscorer import __version__
from sleepscorer.cli import main
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, read_info


def test_the_version_is_one_line(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"sleepscorer {__version__}\n"


def test_all_versions_are_told_to_programs(capsys):
    for arguments in (["--version", "--json"], ["--json", "--version"]):
        assert main(arguments) == 0
        told = json.loads(capsys.readouterr().out)
    assert told["sleepscorer"] == __version__
    assert told["python"] == platform.python_version()
    assert told["weights"][DEFAULT_WEIGHTS] == read_info(DEFAULT_WEIGHTS).file_sha256
    assert all(told[part] for part in ("torch", "qt", "mne", "numpy"))
    assert not told["is_frozen"]


def test_without_a_command_it_says_what_is_lacking(capsys):
    assert main([]) == 2
    assert main(["--json"]) == 2
    told = capsys.readouterr().err.splitlines()
    lacking = "the following arguments are required: COMMAND (see: sleepscorer --help)"
    assert told == [f"sleepscorer: {lacking}"] * 2
