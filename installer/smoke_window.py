"""The part of the smoke test that looks at the window."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

from screen import Screen, lacking, running, screen, wait_until
from trial import Trial

Start = Callable[[], AbstractContextManager[subprocess.Popen[bytes]]]
"""Starts the window with a night."""

_START_WITHIN_S = 60.0
_STAGED_WITHIN_S = 300.0


def check_window(trial: Trial) -> str:
    """A night is opened, paged, scored by hand and machine, exported, and the program quit."""
    folder = trial.work / "seen"
    folder.mkdir()
    night = folder / "night.edf"
    shutil.copy(trial.night, night)
    if not sys.platform.startswith("linux"):
        return _unseen(trial, night)
    if lacking():
        raise FileNotFoundError(f"not installed: {', '.join(lacking())}")
    with screen() as seen:
        environment = {**trial.environment(), "DISPLAY": seen.display}

        def start() -> AbstractContextManager[subprocess.Popen[bytes]]:
            log = trial.work / "window.log"
            return running([trial.window_program, night], environment, log)

        first_s = work_through(seen, start, night)
        second_s = start_again(seen, start)
        settings = trial.home / ".config" / "sleepscorer" / "settings.json"
        settings.write_bytes(b"\xff{ not json")
        start_again(seen, start)
    return (
        f"first start {first_s:.1f} s, second {second_s:.1f} s; paged, scored, exported, quit;"
        " also with broken settings"
    )


def _unseen(trial: Trial, night: Path) -> str:
    """Open a night in a window that nobody sees: without hands on the screen, that is all."""
    environment = {**trial.environment(), "QT_QPA_PLATFORM": "offscreen"}
    command = [trial.window_program, night]
    with running(command, environment, trial.work / "window.log") as process:
        session = night.with_suffix(".sleepscorer")
        took_s = wait_until(session.is_file, _START_WITHIN_S, "a session is begun")
        if process.poll() is not None:
            raise RuntimeError(f"the window ended with exit code {process.returncode}")
    return f"a night is open after {took_s:.1f} s; no hands here to work on it"


def work_through(seen: Screen, start: Start, night: Path) -> float:
    """Score two epochs by hand and the rest by machine, export, and quit.

    Returns
    -------
    float
        From the start to a window that is seen, in s.

    Raises
    ------
    NotInTime
        If something did not happen.
    """
    session = night.with_suffix(".sleepscorer")
    with start() as process:
        took_s = wait_until(lambda: seen.windows("night"), _START_WITHIN_S, "a window is seen")
        wait_until(session.is_file, _START_WITHIN_S, "a session is begun")
        seen.press("ctrl+0", "Home", "Right", "Right", "2", "3")
        wait_until(lambda: _count(session, "edits") >= 2, 20, "two epochs are scored")
        seen.press("ctrl+r", "Return")
        wait_until(lambda: _count(session, "stagings"), _STAGED_WITHIN_S, "the night is staged")
        seen.press("ctrl+e", "Return")
        wait_until(lambda: list(night.parent.glob("*.xlsx")), 60, "a report is exported")
        _quit(seen, process)
    return took_s


def start_again(seen: Screen, start: Start) -> float:
    """Start it with a night that has a session, page, and quit; return the s until it is seen."""
    with start() as process:
        took_s = wait_until(lambda: seen.windows("night"), _START_WITHIN_S, "it starts again")
        seen.press("Right")
        _quit(seen, process)
    return took_s


def _quit(seen: Screen, process: subprocess.Popen[bytes]) -> None:
    seen.press("ctrl+q")
    wait_until(lambda: process.poll() is not None, 30, "the program ends by Ctrl+Q")
    if process.returncode:
        raise RuntimeError(f"the window ended with exit code {process.returncode}")


def _count(session: Path, table: str) -> int:
    with closing(sqlite3.connect(f"file:{session}?mode=ro", uri=True)) as connection:
        (number,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(number)
