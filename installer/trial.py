"""A frozen program on trial: how it is run, and how the source tree is beside it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
_SECONDS = 900


class CheckFailed(Exception):
    """The program did not do what it should; says what."""


class Trial:
    """A frozen program, its inputs, and the folders in which it runs.

    Parameters
    ----------
    folder
        Holds the programs.
    work
        Is empty, and removed afterwards by whoever made it.
    """

    def __init__(self, folder: Path, work: Path) -> None:
        suffix = ".exe" if os.name == "nt" else ""
        self.folder = folder
        self.program = folder / f"sleepscorer{suffix}"
        self.window_program = folder / f"sleepscorer-gui{suffix}"
        self.work = work
        self.home = work / "home"
        self.files = work / "files"
        self.night = work / "night" / "night.edf"
        self._cut_off = _network_cut()

    def environment(self, home: Path | None = None) -> dict[str, str]:
        """What the program sees: nothing of this Python, and a home of its own."""
        home = home or self.home
        home.mkdir(exist_ok=True)
        (self.work / "empty").mkdir(exist_ok=True)
        kept = ("SYSTEMROOT", "TEMP", "TMP", "LANG", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
            environment[name] = str(home)
        environment["PATH"] = str(self.work / "empty")
        environment["CUDA_VISIBLE_DEVICES"] = ""
        return environment

    def run(
        self,
        *arguments: object,
        code: int = 0,
        home: Path | None = None,
        as_nobody: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the program, cut off from the network.

        Raises
        ------
        CheckFailed
            If it ends with another exit code, or a trail of Python is seen.
        """
        before = (*self._cut_off, *(_NOBODY if as_nobody and _is_root() else ()))
        done = subprocess.run(
            [*map(_whole, before), str(self.program), *map(str, arguments)],
            env=self.environment(home),
            cwd=self.work,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
        )
        said = (done.stdout + done.stderr).strip()
        if done.returncode != code or "Traceback" in said:
            asked = " ".join(map(str, arguments))
            raise CheckFailed(f"{asked}: exit code {done.returncode}, not {code}: {said[-800:]}")
        return done

    def run_source(self, *arguments: object) -> str:
        """Run a command of the source tree, and return what it printed."""
        return by_source("-m", "sleepscorer", *arguments)

    @property
    def is_cut_off(self) -> bool:
        """Whether the system cuts the program off from the network."""
        return bool(self._cut_off)


def by_source(*arguments: object) -> str:
    """Run the Python that runs this, with the source tree, and return what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=_SECONDS,
    )
    if done.returncode:
        raise CheckFailed(f"the source tree failed at {arguments}: {done.stderr[-800:]}")
    return done.stdout


def _network_cut() -> tuple[str, ...]:
    """Return what to put before a command to run it without a network, if that is possible."""
    if shutil.which("unshare") is None or shutil.which("true") is None:
        return ()
    for command in (("unshare", "--net"), ("unshare", "--map-root-user", "--net")):
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    return ()


def _whole(name: str) -> str:
    return shutil.which(name) or name


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def need(holds: object, otherwise: str) -> None:
    """Refuse what does not hold.

    Raises
    ------
    CheckFailed
        With these words.
    """
    if not holds:
        raise CheckFailed(otherwise)
