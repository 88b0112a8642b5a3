"""What the command line must do without: Qt, the network, a terminal that knows Unicode."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

_BLOCK_QT = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"PySide6", "shiboken6", "pyqtgraph", "PyQt5", "PyQt6"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
"""
_BLOCK_SOCKETS = """
import socket, sys

def audit(event, arguments):
    if event.startswith("socket.") and event != "socket.gethostname":
        raise RuntimeError(f"the network was touched: {event}")

sys.addaudithook(audit)
"""
_RUN = """
from sleepscorer.cli import main
sys.exit(main(sys.argv[1:]))
"""


def run(prelude, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", prelude + _RUN, *map(str, arguments)],
        capture_output=True,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    path = tmp_path_factory.mktemp("night") / "night.edf"
    done = run("import sys", "simulate", "--hours", "0.05", path)
    assert done.returncode == 0, done.stderr
    return path


@pytest.mark.parametrize("prelude", [_BLOCK_QT, _BLOCK_SOCKETS])
def test_score_needs_neither_qt_nor_the_network(prelude, night, tmp_path):
    done = run(prelude, "score", night, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.iterdir())) == 4


def test_a_terminal_without_unicode_is_no_reason_to_fail(night, tmp_path):
    strange = tmp_path / "Nächt_夜.edf"
    strange.write_bytes(night.read_bytes())
    done = run("import sys", "score", strange, PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "Nächt_夜_report.xlsx").is_file()


def test_info_and_usage_do_not_wait_for_torch(night):
    code = _RUN.replace("sys.exit(main(sys.argv[1:]))", "main(sys.argv[1:])")
    check = "\nassert 'torch' not in sys.modules and 'pandas' not in sys.modules\n"
    done = subprocess.run(
        [sys.executable, "-c", "import sys\n" + code + check, "info", str(night)],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_closed_pipe_is_no_error(night):
    command = f'"{sys.executable}" -m sleepscorer info "{night}" --json | head -n 1'
    done = subprocess.run(command, shell=True, capture_output=True, timeout=60, check=False)
    assert done.stderr == b""


def test_a_batch_goes_on_when_the_reader_of_its_output_has_gone(night, tmp_path):
    for name in ("a.edf", "b.edf"):
        shutil.copy(night, tmp_path / name)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "sleepscorer", "score", tmp_path / "a.edf", tmp_path / "b.edf"],
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    os.close(writing)
    assert done.returncode == 0
    assert (tmp_path / "b_report.xlsx").is_file()
    assert b"Traceback" not in done.stderr
    assert b"Error" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("info",), 2), (("info", "--json"), 2), (("score", "--formats", "csv"), 0)],
)
def test_a_full_disk_under_the_output_is_no_traceback(night, tmp_path, arguments, code):
    copy = shutil.copy(night, tmp_path / "a.edf")
    command = [sys.executable, "-m", "sleepscorer", *arguments, copy]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, timeout=120, check=False
        )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    if code == 2:
        assert done.stderr.decode().splitlines() == [
            "sleepscorer: the output can't be written: No space left on device"
        ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process outright")
def test_a_request_to_end_leaves_no_half_written_file(tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "sleepscorer", "simulate", out / "x.edf", "--hours", "24"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline_s = time.monotonic() + 60
        while not list(out.glob(".*")) and time.monotonic() < deadline_s:
            time.sleep(0.05)
        assert list(out.glob(".*"))
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error.decode().startswith("sleepscorer: stopped")
    assert list(out.iterdir()) == []
