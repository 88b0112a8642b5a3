"""A program as a stager: what it is given, what it may take, and what is believed of its answer."""

import hashlib
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import stager_program
from memory_recording import recording, signal

from sleepscorer.core.errors import StagingRefused
from sleepscorer.core.progress import Cancelled, silent
from sleepscorer.core.recording import Gap
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.staging.programs import Program, ProgramStager, program_stager
from sleepscorer.staging.programs.running import Limits

N = 24
SCRIPT = stager_program.__file__
ON_POSIX = pytest.mark.skipif(os.name != "posix", reason="groups of processes are of POSIX")


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Where the folders of the runs are made."""
    folder = tmp_path / "scratch of runs"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def night(tmp_path, scratch):
    path = tmp_path / "a night; of $nobody's.edf"
    path.write_bytes(b"0")
    samples = np.zeros(N * 3000)
    return recording(signal("C4-M1", samples), signal("E1-M2", samples), path=path)


def program(way, *, places=("{recording}", "{output}"), n=N, time_limit_s=60.0):
    command = (sys.executable, SCRIPT, way, str(n), *places)
    return Program("prog", command, "Prog 1.0", time_limit_s=time_limit_s)


def asked(night, way, progress=silent, **options):
    stager = ProgramStager(program(way, **options))
    return stager.stage(night, choose_stager_channels(night), progress)


def refusal(night, way, **options):
    with pytest.raises(StagingRefused) as refused:
        asked(night, way, **options)
    return refused.value.what


def is_running(number):
    """Whether a process does anything still; one that nobody waits for is dead as well."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{number}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_its_table_is_the_staging_with_its_probabilities(night, scratch):
    given = asked(night, "good")
    np.testing.assert_allclose(given.probabilities, [[0.1, 0.1, 0.6, 0.1, 0.1]] * N, atol=1e-5)
    made = given.provenance
    assert (made.software, made.weights_name, made.warnings) == ("Prog 1.0", "Prog 1.0", ())
    assert (made.eeg, made.eog, made.emg) == ((), (), ())
    text = stager_program.table(N)
    assert f"SHA-256 of what it wrote: {hashlib.sha256(text.encode()).hexdigest()}." in made.notes
    assert any("stager_program.py good 24 '{recording}' '{output}'" in note for note in made.notes)
    assert "Which channels it looked at was its own choice." in made.notes
    # Nothing stays: neither its folder, nor the name of the recording in what is kept.
    assert list(scratch.iterdir()) == []
    assert "nobody" not in repr(made)


def test_a_stage_alone_counts_as_eighty_percent_and_that_is_said(night):
    given = asked(night, "alone")
    np.testing.assert_allclose(given.probabilities, [[0.05, 0.05, 0.8, 0.05, 0.05]] * N, atol=1e-6)
    assert given.provenance.notes[-1] == (
        "It gives no probabilities; each stage counts as 80 % sure."
    )


def test_no_shell_reads_what_it_is_given_and_it_runs_in_a_folder_of_its_own(night):
    given = asked(night, "tell", places=("{recording}", "{output}", "{eeg}"))
    told = Path(f"{night.path}.told").read_text().splitlines()
    recorded, output, channels, folder = told
    assert recorded == str(night.path)
    assert Path(output).parent == Path(folder)
    assert channels == '[{"C4-M1": 1}]'
    assert (given.provenance.eeg, given.provenance.eog) == (("C4-M1",), ())


def test_what_it_prints_is_its_progress(night):
    told = []
    asked(night, "good", progress=lambda share, text: told.append((share, text)))
    assert (0.5, "Prog 1.0: staging 50 %") in told
    assert [share for share, _ in told] == sorted(share for share, _ in told)


def test_epochs_in_a_gap_stay_unscored(tmp_path, scratch):
    path = tmp_path / "night.edf"
    path.write_bytes(b"0")
    samples = signal("C4-M1", np.zeros(N * 3000))
    night = recording(samples, gaps=(Gap(310.0, 365.0),), path=path)
    assert np.flatnonzero(asked(night, "good").stages < 0).tolist() == [10, 11, 12]


def test_the_rest_after_the_last_epoch_may_be_staged_and_is_left_out(tmp_path, scratch):
    path = tmp_path / "night.edf"
    path.write_bytes(b"0")
    night = recording(signal("C4-M1", np.zeros(N * 3000 + 1000)), path=path)
    given = asked(night, "long")
    assert len(given.probabilities) == N
    assert any("which is left out" in note for note in given.provenance.notes)


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("short", "Prog 1.0 gave 23 epochs of 24"),
        ("long", "Prog 1.0 gave 25 epochs of 24"),
        ("numbers", "what Prog 1.0 wrote can't be read: the stages are numbers"),
        ("unknown", "what Prog 1.0 wrote can't be read: line 1: 'N7' is no stage"),
        ("nothing", "Prog 1.0 staged no epoch"),
        ("sum", "the probabilities that Prog 1.0 gives epoch 1 sum to 1.4 and not to 1"),
        ("below", "the probabilities that Prog 1.0 gives epoch 1 are negative"),
        ("missing", "the probabilities that Prog 1.0 gives epoch 1 are not all there"),
        ("swapped", "in 24 of 24 epochs the stage that Prog 1.0 gives is not the most probable"),
        ("not_text", "what Prog 1.0 wrote can't be read: the file is neither EDF+ nor text"),
        ("write_nothing", "Prog 1.0 wrote no scoring"),
        ("touch", "Prog 1.0 changed the recording, which no stager may"),
        ("fail", "Prog 1.0 failed with code 3; the last it said: no EEG in the recording"),
    ],
)
def test_one_that_lies_or_fails_is_refused_in_a_sentence(night, scratch, way, said):
    assert refusal(night, way).startswith(said)
    assert list(scratch.iterdir()) == []


def test_one_that_changed_the_recording_and_then_failed_is_told_for_what_is_worse(night):
    assert refusal(night, "touch", n=0).startswith("Prog 1.0 changed the recording")


@ON_POSIX
def test_one_that_a_signal_ended_is_said_so(night):
    assert refusal(night, "be_killed") == "Prog 1.0 failed, ended by SIGKILL"


def test_a_few_stages_that_are_not_the_most_probable_ones_are_warned_of(night):
    given = asked(night, "some_swapped")
    assert (given.stages == 2).all()
    assert given.provenance.warnings == (
        "In 1 epoch Prog 1.0 gives another stage than its most probable one; the most probable one"
        " stands here.",
    )


def test_of_two_equal_probabilities_its_own_stage_decides(night):
    given = asked(night, "even")
    assert (given.stages == 2).all()
    assert given.provenance.warnings == ()


@pytest.mark.parametrize("way", ["hang", pytest.param("hang_deaf", marks=ON_POSIX)])
def test_one_that_hangs_is_ended_when_its_time_is_over(night, scratch, way):
    began_s = time.monotonic()
    said = refusal(night, way, time_limit_s=1.5)
    assert re.match(
        r"Prog 1.0 took longer than the 0.025 min it may take; the last it said: ", said
    )
    # Far from the ten minutes that it would take by itself.
    assert time.monotonic() - began_s < 60
    assert list(scratch.iterdir()) == []


@ON_POSIX
def test_who_cancels_ends_the_program_and_all_that_it_started(night, scratch):
    numbers = []

    def progress(_share, text):
        if found := re.search(r": (\d+)$", text):
            numbers.append(int(found[1]))
            assert is_running(numbers[0])
            raise Cancelled

    with pytest.raises(Cancelled):
        asked(night, "hang_with_child", progress=progress)
    assert not is_running(numbers[0])
    assert list(scratch.iterdir()) == []


@ON_POSIX
def test_what_it_left_running_is_ended_and_named(night):
    numbers = []

    def progress(_share, text):
        numbers.extend(int(n) for n in re.findall(r": (\d+)$", text))

    given = asked(night, "leave_child", progress=progress)
    assert (given.stages == 2).all()
    assert given.provenance.warnings == ("Prog 1.0 left processes running, which were ended.",)
    assert not any(is_running(number) for number in numbers)


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("flood", "Prog 1.0 printed more than 1 MB"),
        ("huge", "Prog 1.0 wrote more than 5 MB"),
        ("huge_beside", "Prog 1.0 wrote more than 5 MB"),
    ],
)
def test_one_that_writes_too_much_is_ended(night, scratch, monkeypatch, way, said):
    def small(time_s):
        return Limits(time_s, said_bytes=1_000_000, written_bytes=5_000_000)

    monkeypatch.setattr(program_stager, "Limits", small)
    assert refusal(night, way) == said
    assert list(scratch.iterdir()) == []


def refusal_of_a_program(night, name):
    stager = ProgramStager(Program("prog", (name, "{recording}", "{output}"), "Prog 1.0"))
    with pytest.raises(StagingRefused) as refused:
        stager.stage(night, choose_stager_channels(night), silent)
    return refused.value.what


@pytest.mark.parametrize("name", ["no_such_program_anywhere", "/no/such/program"])
def test_one_that_is_not_there_is_said_so(night, name):
    assert refusal_of_a_program(night, name) == f"Prog 1.0 can't be asked: {name} is not there"


@ON_POSIX
def test_one_that_may_not_be_run_is_said_so(night, tmp_path):
    name = tmp_path / "text.txt"
    name.write_text("no program")
    said = f"Prog 1.0 can't be asked: {name} is not a program that may be run"
    assert refusal_of_a_program(night, str(name)) == said
    name.chmod(0o755)
    assert refusal_of_a_program(night, str(name)) == (
        f"Prog 1.0 can't be asked: {name}: Exec format error"
    )
