"""An 8-h night from file to exports, whole process, against YASA on the same file.

Prints; judges nothing. Run alone on two cores: ``python -m pytest tests/benchmarks -s``.
"""

import json
import os
import statistics
import subprocess
import sys

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
# A process begins with the peak of the one that started it: this one, which is small, starts it,
# and looks at what it read before its end is acknowledged.
_CLEAN = """
import json, os, sys, time
began = time.perf_counter()
nothing = os.open(os.devnull, os.O_WRONLY)
places = [(os.POSIX_SPAWN_DUP2, nothing, 1), (os.POSIX_SPAWN_DUP2, nothing, 2)]
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=places)
n_read = 0
if os.path.exists("/proc/self/io"):
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
    with open(f"/proc/{process}/io") as file:
        n_read = int(dict(line.split(": ") for line in file)["rchar"])
_, status, usage = os.wait4(process, 0)
wall_s = time.perf_counter() - began
scale = 1 if sys.platform == "darwin" else 1024
peak_mib = usage.ru_maxrss * scale / 2**20
print(json.dumps((wall_s, usage.ru_utime + usage.ru_stime, peak_mib, n_read / 1e6)))
sys.exit(os.waitstatus_to_exitcode(status))
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
    """(wall seconds, CPU seconds, peak resident MiB, MB read) of a process; medians of 3 rounds."""
    rows = []
    for _ in range(ROUNDS):
        process = subprocess.run(
            [sys.executable, "-c", _CLEAN, sys.executable, "-c", script, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        rows.append(json.loads(process.stdout))
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
        for name, (wall_s, cpu_s, peak_mib, read_mb) in (("sleepscorer", ours), ("YASA", yasa)):
            print(
                f"  {name:<12} {wall_s:5.1f} s wall {cpu_s:5.1f} s CPU {peak_mib:5.0f} MiB peak"
                f" {read_mb:6.0f} MB read"
            )
        print(
            f"  sleepscorer / YASA: {ours[0] / yasa[0]:.2f} of the time,"
            f" {ours[2] / yasa[2]:.2f} of the memory (sleepscorer also writes four reports)"
        )
