"""What the command line must do without: Qt, the network, a terminal that knows Unicode."""

import os
import subprocess
import sys

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
