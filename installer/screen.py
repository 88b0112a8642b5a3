"""A screen without a monitor, and a person's hands on it: Xvfb, openbox and xdotool."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

TOOLS = ("Xvfb", "xdotool")
_SIZE = "1366x768x24"


class NotInTime(Exception):
    """Something did not happen within its time."""


def lacking() -> list[str]:
    """Names of the tools that are not installed here."""
    return [name for name in TOOLS if shutil.which(name) is None]


def wait_until(happened: Callable[[], object], within_s: float, what: str) -> float:
    """Wait, and return how long it took in s.

    Raises
    ------
    NotInTime
        If it did not happen within that time.
    """
    began_s = time.monotonic()
    while not happened():
        if time.monotonic() - began_s > within_s:
            raise NotInTime(f"{what}: not within {within_s:g} s")
        time.sleep(0.05)
    return time.monotonic() - began_s


class Screen:
    """What a person does at the screen of this number."""

    def __init__(self, display: str) -> None:
        self.display = display

    def windows(self, name: str = "sleepscorer") -> list[str]:
        """Numbers of the windows that are seen and have this in their titles."""
        found = self._do("search", "--onlyvisible", "--name", name)
        return found.stdout.split()

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as xdotool spells them."""
        for key in keys:
            self._do("key", "--clearmodifiers", key)
            time.sleep(0.3)

    def _do(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "DISPLAY": self.display}
        return subprocess.run(
            ["xdotool", *arguments], env=environment, capture_output=True, text=True, timeout=30
        )


@contextmanager
def screen() -> Iterator[Screen]:
    """A new screen, with a window manager where openbox is installed."""
    reading, writing = os.pipe()
    started: list[subprocess.Popen[bytes]] = []
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        arguments = ["-displayfd", str(writing), "-screen", "0", _SIZE, "-nolisten", "tcp"]
        started.append(subprocess.Popen(["Xvfb", *arguments], pass_fds=(writing,), **quiet))
        os.close(writing)
        with os.fdopen(reading) as numbers:
            display = f":{numbers.readline().strip()}"
        if shutil.which("openbox"):
            environment = {**os.environ, "DISPLAY": display}
            started.append(subprocess.Popen(["openbox"], env=environment, **quiet))
            time.sleep(1)
        yield Screen(display)
    finally:
        for process in reversed(started):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)


@contextmanager
def running(
    command: Sequence[str | Path], environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program whose output goes to a file, and end it where it did not end itself."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(each) for each in command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
