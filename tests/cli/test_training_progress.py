"""How a training tells a log how far it is."""

import pytest

from sleepscorer.cli import training_progress as module
from sleepscorer.cli.training_progress import training_progress


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass only where a test says so."""
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def told(capsys):
    return capsys.readouterr().err.splitlines()


def test_a_log_gets_a_line_for_every_twentieth_with_the_time_left(capsys, clock):
    with training_progress("run") as progress:
        for step in range(101):
            progress(step / 100, f"batch {step}")
            clock[0] += 36.0
    lines = told(capsys)
    assert len(lines) == 20
    assert lines[0] == "run: 5 %, 0:57:00 left; batch 5"
    assert lines[9] == "run: 50 %, 0:30:00 left; batch 50"
    assert lines[-1] == "run: 100 %, 0:00:00 left; batch 100"


def test_what_goes_on_after_a_kill_counts_only_what_it_does_itself(capsys, clock):
    with training_progress("run") as progress:
        progress(0.6, "batch 600")
        clock[0] += 100.0
        progress(0.8, "batch 800")
    assert told(capsys) == ["run: 80 %, 0:01:40 left; batch 800"]


def test_quiet_says_nothing(capsys, clock):
    with training_progress("run", quiet=True) as progress:
        progress(1.0, "done")
    assert told(capsys) == []
