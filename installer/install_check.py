"""Installs the package in a bare Debian, works with it, removes it, and looks what is left.

    sudo python installer/install_check.py dist/sleepscorer_0.1.0_amd64.deb

Needs root, debootstrap with a mirror, Xvfb and xdotool. The bare system has no Python and no
desktop; what the package does not ask for is not there. --tree names a tree that debootstrap made
before, which is copied.
"""

import argparse
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from screen import lacking, running, screen
from smoke_window import work_through

_MIRROR = "http://deb.debian.org/debian"
_SUITE = "bookworm"
_PERSON = "technologist"
_HOME = Path("home") / _PERSON
_ENTRY = "usr/share/applications/sleepscorer.desktop"
_LAID = ("opt/sleepscorer", "usr/bin/sleepscorer", "usr/bin/sleepscorer-gui", _ENTRY)
_KEPT = (".config/sleepscorer/settings.json", "nights/night.sleepscorer", "nights/night.edf")


class CheckFailed(Exception):
    """Something is not as it should be; says what."""


class Tree:
    """A bare system in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *command: str, as_person: bool = False, network: bool = True) -> str:
        """Run a command inside, and return what it printed.

        Raises
        ------
        CheckFailed
            If it fails.
        """
        done = subprocess.run(
            [*([] if network else ["unshare", "--net"]), *self.inside(as_person), *command],
            env=self.environment(as_person),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            told = (done.stdout + done.stderr)[-1500:]
            raise CheckFailed(f"{shlex.join(command)}: exit code {done.returncode}: {told}")
        return done.stdout

    def inside(self, as_person: bool) -> list[str]:
        """What to put before a command."""
        who = [f"--userspec={_PERSON}:{_PERSON}"] if as_person else []
        return ["chroot", *who, str(self.root)]

    def environment(self, as_person: bool) -> dict[str, str]:
        """What a login there would set."""
        proxies = {name: value for name, value in os.environ.items() if "proxy" in name.lower()}
        return {
            **({} if as_person else proxies),
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": f"/{_HOME}" if as_person else "/root",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            "OPENBLAS_CORETYPE": os.environ.get("OPENBLAS_CORETYPE", ""),
        }


@contextmanager
def bare_tree(made_before: Path | None, mirror: str, suite: str) -> Iterator[Tree]:
    """A bare Debian, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bare") as name:
        root = Path(name) / "tree"
        if made_before is None:
            command = ["debootstrap", "--variant=minbase", suite, str(root), mirror]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        else:
            subprocess.run(["cp", "--archive", str(made_before), str(root)], check=True)
        # The network's names are looked up as here.
        shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
        subprocess.run(["mount", "-t", "proc", "proc", str(root / "proc")], check=True)
        try:
            yield Tree(root)
        finally:
            subprocess.run(["umount", "--lazy", str(root / "proc")], check=True)


def check_all(tree: Tree, package: Path) -> Iterator[str]:
    """Install, work, remove; a sentence for each step that was found right.

    Raises
    ------
    CheckFailed
        If one is not.
    """
    if any((tree.root / "usr/bin").glob("python*")):
        raise CheckFailed("the bare system has a Python")
    tree.run("useradd", "--create-home", _PERSON)
    yield "a bare system without Python"
    shutil.copy(package, tree.root / "tmp" / "sleepscorer.deb")
    tree.run("apt-get", "-q", "update")
    options = ("-q", "-y", "--no-install-recommends")
    tree.run("apt-get", "install", *options, "/tmp/sleepscorer.deb")  # noqa: S108 - inside
    absent = [place for place in _LAID if not os.path.lexists(tree.root / place)]
    if absent:
        raise CheckFailed(f"not installed: {', '.join(absent)}")
    yield "installed, with what it asks for"
    version = tree.run("sleepscorer", "--version", as_person=True, network=False).strip()
    yield f"it says that it is {version}"
    home = tree.root / _HOME
    night = home / "nights" / "night.edf"
    shown = f"/{_HOME}/nights/night.edf"
    command = ("sleepscorer", "simulate", shown, "--hours", "1")
    tree.run("mkdir", f"/{_HOME}/nights", as_person=True)
    tree.run(*command, as_person=True, network=False)
    yield "a night is simulated without a network"
    with screen() as seen:
        entry = (tree.root / _ENTRY).read_text(encoding="utf-8")
        (line,) = [line for line in entry.splitlines() if line.startswith("Exec=")]
        clicked = [shown if word == "%f" else word for word in shlex.split(line[5:])]
        environment = {**tree.environment(True), "DISPLAY": seen.display}

        def start() -> AbstractContextManager[subprocess.Popen[bytes]]:
            log = tree.root.parent / "window.log"
            return running([*tree.inside(True), *clicked], environment, log)

        took_s = work_through(seen, start, night)
    yield f"{' '.join(clicked)}: seen after {took_s:.1f} s; scored, staged, exported, quit"
    before = {place: _digest(home / place) for place in _KEPT}
    tree.run("apt-get", "purge", "-q", "-y", "sleepscorer")
    left = [place for place in _LAID if os.path.lexists(tree.root / place)]
    left += [str(path) for path in (tree.root / "usr/share").rglob("*sleepscorer*")]
    if left:
        raise CheckFailed(f"left behind: {', '.join(left)}")
    changed = [place for place, digest in before.items() if _digest(home / place) != digest]
    if changed:
        raise CheckFailed(f"changed by the removal: {', '.join(changed)}")
    yield "removed without a trace; recording, session and settings stay as they were"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"


def main() -> int:
    """Check a package, a line a step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("--tree", type=Path, help="a bare system that was made before")
    parser.add_argument("--mirror", default=_MIRROR)
    parser.add_argument("--suite", default=_SUITE)
    options = parser.parse_args()
    if os.geteuid() != 0 or lacking():
        lack = ", ".join(lacking()) or "root"
        parser.error(f"this needs {lack}")
    with bare_tree(options.tree, options.mirror, options.suite) as tree:
        try:
            for line in check_all(tree, options.package):
                print(f"ok   {line}", flush=True)
        except Exception as error:  # noqa: BLE001 - said in a line, and the tree is taken down
            print(f"FAIL {type(error).__name__}: {error}")
            log = tree.root.parent / "window.log"
            print(log.read_text(encoding="utf-8", errors="replace") if log.is_file() else "")
            return 1
    print("the package installs, works and goes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
