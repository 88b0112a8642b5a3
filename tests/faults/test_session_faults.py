"""The scripts of this folder, in short; by hand they run a thousand times."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flip_bytes import BUG, REFUSED, SAME, SILENT, run

_HERE = Path(__file__).parent


def test_bytes_that_change_never_change_the_scoring_in_silence(tmp_path):
    counts, bad = run(60, 3, tmp_path)
    assert (bad, counts[SILENT], counts[BUG]) == ([], 0, 0)
    assert min(counts[SAME], counts[REFUSED]) > 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a warm process is forked")
def test_kills_amid_edits_lose_nothing():
    # A process of its own: this one has threads, which don't outlive a fork.
    script = [sys.executable, _HERE / "kill_amid_edits.py", "--kills", "12", "--seed", "7"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    counts = dict(line.rsplit(maxsplit=1) for line in done.stdout.splitlines())
    assert (counts["kills"], counts["LOST"]) == ("12", "0")
    assert int(counts["edits told"]) > 20
    assert int(counts["signatures and forms told"]) > 5
