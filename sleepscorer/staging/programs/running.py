"""A program run beside this one, within limits; whatever it starts ends with it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sleepscorer.core.errors import StagingRefused
from sleepscorer.core.progress import Progress
from sleepscorer.core.wording import one_line

_LOOK_EVERY_S = 0.1
_GRACE_S = 1.0
_LAST_WORDS_S = 1.0
_TAIL_BYTES = 4096
_LONGEST_LINE = 200
_PERCENT = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,6})?) ?%")
# Of the Python that runs us; the program may be written in another one.
_OURS = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PYTHONEXECUTABLE")


@dataclass(frozen=True)
class Limits:
    """What a program may take.

    Parameters
    ----------
    time_s
        Seconds from start to end.
    said_bytes
        What it may print.
    written_bytes
        What may lie in its folder at any time, its temporary files included.
    """

    time_s: float
    said_bytes: int = 20_000_000
    written_bytes: int = 2_000_000_000


@dataclass(frozen=True)
class Ran:
    """A program that came to its end.

    Parameters
    ----------
    last_line
        The last that it printed; empty where it said nothing.
    left_others
        Whether processes that it started were still running, and were ended.
    """

    last_line: str
    left_others: bool


def run_program(
    arguments: Sequence[str], folder: Path, *, title: str, limits: Limits, progress: Progress
) -> Ran:
    """Run a program and wait for it.

    What it prints is its progress: the last line, and the last number of percent in it.

    Parameters
    ----------
    arguments
        The program and what it is given; no shell reads them.
    folder
        Empty and of this run alone; the program runs in a folder within, which also takes its
        temporary files.
    title
        The program's name, for people.
    limits
        What it may take.
    progress
        May raise Cancelled: the program is then ended, and all that it started.

    Raises
    ------
    StagingRefused
        If it can't be started, fails, or takes more than it may.
    """
    printed = folder / "printed.txt"
    process = _started(arguments, working_folder(folder), printed, title)
    left_others = False
    try:
        _wait(process, folder, printed, title, limits, progress)
        left_others = _still_runs(process.pid, within_s=_LAST_WORDS_S)
    finally:
        _end_all(process)
    last_line = _last_line(_tail(printed))
    if process.returncode:
        raise StagingRefused(f"{title} failed{_ending(process.returncode)}{_said(last_line)}")
    return Ran(last_line, left_others)


def working_folder(folder: Path) -> Path:
    """The folder that the program runs in, made where it is not there."""
    within = folder / "night"
    within.mkdir(exist_ok=True)
    return within


def _started(
    arguments: Sequence[str], within: Path, printed: Path, title: str
) -> subprocess.Popen[bytes]:
    found = shutil.which(arguments[0])
    if found is None:
        is_there = Path(arguments[0]).exists()
        why = "is not a program that may be run" if is_there else "is not there"
        raise StagingRefused(f"{title} can't be asked: {arguments[0]} {why}")
    # A file and no pipe: nobody need read it for the program to go on, and what is left of it
    # when the program is gone keeps nobody waiting.
    with printed.open("wb") as messages:
        try:
            return subprocess.Popen(  # noqa: S603 - the person's own choice, and no shell
                [found, *arguments[1:]],
                stdin=subprocess.DEVNULL,
                stdout=messages,
                stderr=subprocess.STDOUT,
                cwd=within,
                env=_environment(within),
                # A group of its own: all that the program starts is ended with it.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise StagingRefused(f"{title} can't be asked: {arguments[0]}: {why}") from error


def _environment(within: Path) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name not in _OURS}
    # The installed program finds its libraries by this; another one would find ours.
    before = environment.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is not None:
        environment["LD_LIBRARY_PATH"] = before
    elif getattr(sys, "frozen", False):
        environment.pop("LD_LIBRARY_PATH", None)
    environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(within))
    # Progress that is kept back until the end is none.
    return environment | {"PYTHONUNBUFFERED": "1"}


def _wait(
    process: subprocess.Popen[bytes],
    folder: Path,
    printed: Path,
    title: str,
    limits: Limits,
    progress: Progress,
) -> None:
    began_s = time.monotonic()
    done = 0.0
    while True:
        has_ended = process.poll() is not None
        tail = _tail(printed)
        if printed.stat().st_size > limits.said_bytes:
            raise StagingRefused(f"{title} printed more than {_megabytes(limits.said_bytes)}")
        if _written(working_folder(folder)) > limits.written_bytes:
            raise StagingRefused(f"{title} wrote more than {_megabytes(limits.written_bytes)}")
        if has_ended:
            return
        if time.monotonic() - began_s > limits.time_s:
            raise StagingRefused(
                f"{title} took longer than the {limits.time_s / 60:g} min it may take"
                f"{_said(_last_line(tail))}"
            )
        done = max(done, _share_done(tail))
        progress(done, f"{title}: {_last_line(tail)}".rstrip(": "))
        time.sleep(_LOOK_EVERY_S)


def _written(folder: Path) -> int:
    """Bytes of all files in a folder and below."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(place, name).lstat().st_size
            except OSError:
                # It went away meanwhile.
                continue
    return total


def _tail(printed: Path) -> str:
    with printed.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - _TAIL_BYTES, 0))
        return file.read().decode("utf-8", errors="replace")


def _last_line(tail: str) -> str:
    # Bars of progress begin their line anew by a carriage return.
    lines = (line.strip() for line in re.split(r"[\r\n]+", tail))
    last = next((line for line in reversed(list(lines)) if line), "")
    return one_line(last[:_LONGEST_LINE])


def _share_done(tail: str) -> float:
    found = _PERCENT.findall(tail)
    return min(float(found[-1]) / 100, 1.0) if found else 0.0


def _said(last_line: str) -> str:
    return f"; the last it said: {last_line}" if last_line else ""


def _ending(code: int) -> str:
    if code > 0:
        return f" with code {code}"
    try:
        return f", ended by {signal.Signals(-code).name}"
    except ValueError:
        return f", ended by signal {-code}"


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:g} MB"


if sys.platform == "win32":

    def _still_runs(_group: int, *, within_s: float) -> bool:  # noqa: ARG001 - there is no group
        return False

    def _end_all(process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            ends = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
            subprocess.run(  # noqa: S603 - of the system
                [ends, "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False
            )
            process.kill()
        process.wait()

else:

    def _still_runs(group: int, *, within_s: float) -> bool:
        """Whether a process of a group is there after this time."""
        until_s = time.monotonic() + within_s
        while _signalled(group, 0):
            if time.monotonic() > until_s:
                return True
            time.sleep(0.02)
        return False

    def _end_all(process: subprocess.Popen[bytes]) -> None:
        """End a program and all that it started: by asking, then by force."""
        _signalled(process.pid, signal.SIGTERM)
        until_s = time.monotonic() + _GRACE_S
        # It is of its group until it is waited for.
        while process.poll() is None or _signalled(process.pid, 0):
            if time.monotonic() > until_s:
                _signalled(process.pid, signal.SIGKILL)
                break
            time.sleep(0.02)
        process.wait()

    def _signalled(group: int, number: int) -> bool:
        """Send a signal to a group (0 asks only); whether there was anybody to get it."""
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True
