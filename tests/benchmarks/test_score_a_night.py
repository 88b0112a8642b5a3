"""An 8-h night from file to exports, whole process, against YASA on the same file.

Prints; judges nothing. Run alone on two cores: ``python -m pytest tests/benchmarks -s``.
"""

import os
import statistics
import subprocess
import sys
import time

import pytest

from sleepscorer.cli import main

pytest.importorskip("yasa", reason='install with pip install -e ".[benchmarks]"')

ROUNDS = 3
LABELS = "F4-M1,C4-M1,O2-M1,F3-M2,C3-M2,O1-M2,E1-M2,E2-M2,Fz-Cz,Cz-Oz,Pz-M1,Fz-M1,Fp1-M2,Fp2-M1"
MORE = "P3-M2,P4-M1,T3-M2,T4-M1,Oz-M1,Cz-M1"

_YASA = """
import sys, warnings
warnings.simplefilter("ignore")
import mne, yasa
raw = mne.io.read_raw_edf(
    sys.argv[1], include=["C4-M1", "E1-M2", "Fz-Cz"], preload=True, verbose="error"
)
stages = yasa.SleepStaging(raw, eeg_name="C4-M1", eog_name="E1-M2", emg_name="Fz-Cz").predict()
print(len(stages))
"""
_OURS = "import sys; from sleepscorer.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    path = tmp_path_factory.mktemp("benchmark") / "night.edf"
    code = main(
        [
            "simulate",
            "--hours",
            "8",
            "--derivations",
            f"{LABELS},{MORE}",
            "--rate",
            "256",
            str(path),
        ]
    )
    assert code == 0
    return path


def measured(script, *arguments):
    """(wall seconds, CPU seconds, peak resident MiB) of a whole process; medians of 3 rounds."""
    rows = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", script, *map(str, arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        scale = 1 if sys.platform == "darwin" else 1024
        rows.append(
            (
                time.perf_counter() - began,
                usage.ru_utime + usage.ru_stime,
                usage.ru_maxrss * scale / 2**20,
            )
        )
    return tuple(statistics.median(column) for column in zip(*rows, strict=True))


def test_score_a_night_beside_yasa(night, tmp_path, capsys):
    options = ("--quiet", "--force", "--device", "cpu", "--out", tmp_path)
    channels = ("--eeg", "C4-M1", "--eeg", "Fz-Cz", "--eog", "E1-M2", "--emg", "none")
    ours = measured(_OURS, "score", night, *options, *channels)
    yasa = measured(_YASA, night)
    with capsys.disabled():
        print(
            f"\n8-h night, 20 channels at 256 Hz ({night.stat().st_size / 1e6:.0f} MB), 3 used,"
            f" {os.cpu_count()} CPUs, medians of {ROUNDS}"
        )
        for name, (wall_s, cpu_s, peak_mib) in (("sleepscorer", ours), ("YASA", yasa)):
            print(f"  {name:<12} {wall_s:5.1f} s wall {cpu_s:5.1f} s CPU {peak_mib:5.0f} MiB peak")
        print(
            f"  sleepscorer / YASA: {ours[0] / yasa[0]:.2f} of the time,"
            f" {ours[2] / yasa[2]:.2f} of the memory (sleepscorer also writes four reports)"
        )
