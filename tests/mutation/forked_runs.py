"""Runs of pytest in children of this process, which has everything but the program imported."""

import contextlib
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

# A changed loop may take all memory there is.
_MEMORY_BYTES = 16 * 2**30
# How a child ends that could not start its tests.
_BROKEN = 70
_SLOW_LIBRARIES = (
    "matplotlib.font_manager",
    "mne",
    "openpyxl",
    "pandas",
    "scipy.signal",
    "torch",
    "PySide6.QtWidgets",
)


@dataclass(frozen=True)
class Run:
    """What a child is to do.

    Attributes
    ----------
    key : object
        By which the result is known.
    files : tuple of path
        Test files.
    prepare : callable
        Is called in the child before pytest starts; what it returns is pytest's plugin.
    limit_s : float
        After which the child is ended.
    first_failure_ends : bool
        Whether the rest is left out once a test has failed.
    """

    key: object
    files: tuple[Path, ...]
    prepare: Callable[[], "Plugin"]
    limit_s: float
    first_failure_ends: bool = True


class Plugin:
    """A plugin of pytest that has something to hand to the parent."""

    def pytest_configure(self) -> None:
        """Have hypothesis try the same each time, however slow the machine is."""
        with contextlib.suppress(ImportError):
            from hypothesis import settings

            settings.register_profile("mutation", deadline=None, derandomize=True, database=None)
            settings.load_profile("mutation")

    def told(self) -> object:
        """Give what the parent is to know, as JSON can say it."""
        return None


@dataclass(frozen=True)
class Ended:
    """How a child ended.

    Attributes
    ----------
    exit_code : int or None
        pytest's, or None where the child hung or died.
    told : object
        What its plugin told, None if it died.
    took_s : float
        Wall time.
    """

    exit_code: int | None
    told: object
    took_s: float
    output: str


@dataclass
class _Child:
    run: Run
    folder: Path
    started: float = field(default_factory=time.monotonic)


def import_what_is_not_ours() -> None:
    """Import the slow libraries once, for all children."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("MPLCONFIGDIR", str(Path(tempfile.gettempdir()) / "mutation-matplotlib"))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for name in _SLOW_LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def forked(runs: Iterator[Run], root: Path, workers: int) -> Iterator[tuple[Run, Ended]]:
    """Do runs side by side and give their ends as they come.

    Parameters
    ----------
    runs : iterator of Run
        Taken one by one when a worker is free.
    root : path
        Checkout whose tests are run.
    workers : int
        How many run at once.
    """
    scratch = Path(tempfile.mkdtemp(prefix="mutation-"))
    children: dict[int, _Child] = {}
    count = 0
    more = True
    try:
        while more or children:
            while more and len(children) < workers:
                run = next(runs, None)
                if run is None:
                    more = False
                    break
                count += 1
                folder = scratch / str(count)
                folder.mkdir()
                children[_start(run, folder, root)] = _Child(run, folder)
            time.sleep(0.02)
            for pid in list(children):
                ended = _ended(pid, children[pid])
                if ended is not None:
                    child = children.pop(pid)
                    shutil.rmtree(child.folder, ignore_errors=True)
                    yield child.run, ended
    finally:
        for pid in children:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        shutil.rmtree(scratch, ignore_errors=True)


def _start(run: Run, folder: Path, root: Path) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        _be_test_run(run, folder, root)
    except BaseException:  # noqa: BLE001 - nothing of a child may go on in the parent's place
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(_BROKEN)


def _be_test_run(run: Run, folder: Path, root: Path) -> None:
    output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    # What a changed program writes to the wrong place lands here too.
    home = folder / "home"
    home.mkdir()
    os.chdir(home)
    os.environ |= {"HOME": str(home), "PYTHONPATH": str(root)}
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        os.environ[name] = str(home / name)
    sys.path[:] = [str(root), *(place for place in sys.path if place not in {"", str(root)})]
    plugin = run.prepare()
    arguments = [
        "-q", "-c", str(root / "pyproject.toml"), f"--rootdir={root}", "--tb=line",
        f"--basetemp={folder / 'temp'}", "-p", "no:cacheprovider", "-p", "no:faulthandler",
        "-p", "no:xdist", "-p", "no:benchmark",
    ]  # fmt: skip
    if run.first_failure_ends:
        arguments.append("-x")
    code = pytest.main([*arguments, *map(str, run.files)], plugins=[plugin])
    (folder / "told").write_text(json.dumps([int(code), plugin.told()]))
    sys.stdout.flush()
    os._exit(0)


def _ended(pid: int, child: _Child) -> Ended | None:
    took_s = time.monotonic() - child.started
    gone, status = os.waitpid(pid, os.WNOHANG)
    if not gone and took_s < child.run.limit_s:
        return None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    if not gone:
        os.waitpid(pid, 0)
    output = (child.folder / "output").read_text(errors="replace")
    if gone and os.waitstatus_to_exitcode(status) == _BROKEN:
        raise RuntimeError(f"A child could not run its tests: {output}")
    told = child.folder / "told"
    if gone and told.is_file():
        code, said = json.loads(told.read_text())
        return Ended(code, said, took_s, output)
    return Ended(None, None, took_s, output)
