"""Builds what a Linux clinic installs: the program's folder, a package for Debian, an archive.

    python installer/build_linux.py --out dist

Needs pyinstaller with the packages of the source tree, readelf, strip, dpkg-deb and xz. Build on
the oldest distribution that is to be served: the program does not run with an older C library.
"""

import argparse
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from left_out import needed_by
from size import folder_bytes

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from sleepscorer import __version__  # noqa: E402 - of this tree

_LINUX = ROOT / "installer" / "linux"
_ICONS = ROOT / "installer" / "icons"
_PROGRAMS = ("sleepscorer", "sleepscorer-gui")
_HOME = "opt/sleepscorer"
# The program's own libraries need these of the system, by Debian's packages.
_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libdrm.so.2": "libdrm2",
    "libgbm.so.1": "libgbm1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libstdc++.so.6": "libstdc++6",
    "libgcc_s.so.1": "libgcc-s1",
}
# Opens what was exported, and refreshes menus and file types.
_RECOMMENDED = ("xdg-utils", "shared-mime-info", "desktop-file-utils")
# Used where it is there, see left_out.py.
_OPTIONAL = {"libcups.so.2": "libcups2"}
_OF_LIBC = re.compile(r"(libc|libm|libdl|librt|libpthread|libutil|ld-linux.*)\.so\.\d+$")
_GLIBC = re.compile(r"GLIBC_(\d+)\.(\d+)")
_CONTROL = """\
Package: sleepscorer
Version: {version}
Architecture: amd64
Maintainer: The sleepscorer developers <sleepscorer@localhost>
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: {recommends}
Section: science
Priority: optional
Description: score polysomnograms
 Stages every 30-s epoch of a polysomnogram with a network, shows the night for
 correction by hand, and writes statistics and reports. Needs no network
 connection and no Python. For research use; not a medical device.
"""
# Sessions, settings and logs lie with the recordings and in the homes of people: they stay.
_REFRESH = """\
#!/bin/sh
set -e
if command -v update-mime-database > /dev/null; then
    update-mime-database /usr/share/mime || true
fi
if command -v update-desktop-database > /dev/null; then
    update-desktop-database -q /usr/share/applications || true
fi
if command -v gtk-update-icon-cache > /dev/null; then
    gtk-update-icon-cache -q -t -f /usr/share/icons/hicolor || true
fi
"""


def build_folder(out: Path, work: Path) -> Path:
    """Freeze the program, and return its folder."""
    paths = ["--distpath", str(out), "--workpath", str(work)]
    spec = str(ROOT / "installer" / "sleepscorer.spec")
    subprocess.run([sys.executable, "-m", "PyInstaller", "--noconfirm", *paths, spec], check=True)
    return out / "sleepscorer"


def dependencies(folder: Path) -> str:
    """What Debian is to install with it, by what the program's files ask for."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and _is_elf(path)]
    inside = {path.name for path in folder.rglob("*.so*")}
    wanted = {name for path in files for name in needed_by(path)} - inside - set(_OPTIONAL)
    packages, unknown, version = set(), [], (2, 17)
    for name in sorted(wanted):
        if not _OF_LIBC.match(name):
            packages.add(_PACKAGES.get(name, ""))
            unknown += [] if name in _PACKAGES else [name]
    if unknown:
        raise SystemExit(f"neither inside nor of a known package: {', '.join(unknown)}")
    for path in files:
        answer = subprocess.run(["readelf", "--version-info", path], capture_output=True, text=True)
        found = ((int(a), int(b)) for a, b in _GLIBC.findall(answer.stdout))
        version = max(version, *found, (0, 0))
    libc = f"libc6 (>= {version[0]}.{version[1]})"
    # Without /etc/fonts the window has no letters; it brings a font, too.
    return ", ".join([libc, "fontconfig-config", *sorted(packages)])


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def lay_out_share(share: Path) -> None:
    """Write menu entry, icons, file types, manual page and licence below a folder ``share``."""
    icons = share / "icons" / "hicolor"
    drawing = ROOT / "resources" / "icons" / "sleepscorer.svg"
    _copy(drawing, icons / "scalable" / "apps" / "sleepscorer.svg")
    for size in (48, 128):
        to = icons / f"{size}x{size}" / "apps" / "sleepscorer.png"
        _copy(_ICONS / f"sleepscorer-{size}.png", to)
    _copy(_LINUX / "sleepscorer.desktop", share / "applications" / "sleepscorer.desktop")
    _copy(_LINUX / "sleepscorer-mime.xml", share / "mime" / "packages" / "sleepscorer.xml")
    _copy(ROOT / "LICENSE", share / "doc" / "sleepscorer" / "copyright")
    _pack(ROOT / "CHANGELOG.md", share / "doc" / "sleepscorer" / "changelog.gz")
    page = share / "man" / "man1" / "sleepscorer.1.gz"
    _pack(_LINUX / "sleepscorer.1", page)
    (page.parent / "sleepscorer-gui.1.gz").symlink_to(page.name)


def _copy(source: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, to)


def _pack(source: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    text = source.read_text(encoding="utf-8").replace("@VERSION@", __version__)
    to.write_bytes(gzip.compress(text.encode(), mtime=0))


def build_deb(folder: Path, out: Path, *, is_quick: bool) -> Path:
    """Make the package that ``apt install ./FILE`` installs."""
    with tempfile.TemporaryDirectory(dir=out) as name:
        tree = Path(name) / "tree"
        shutil.copytree(folder, tree / _HOME, symlinks=True)
        lay_out_share(tree / "usr" / "share")
        (tree / "usr" / "bin").mkdir()
        for program in _PROGRAMS:
            (tree / "usr" / "bin" / program).symlink_to(f"/{_HOME}/{program}")
        _set_modes(tree)
        n_bytes = folder_bytes(tree)
        sums = "".join(
            f"{_md5(path)}  {path.relative_to(tree)}\n"
            for path in sorted(tree.rglob("*"))
            if path.is_file() and not path.is_symlink()
        )
        control = tree / "DEBIAN"
        control.mkdir()
        depends = dependencies(folder)
        (control / "control").write_text(
            _CONTROL.format(
                version=__version__,
                kilobytes=n_bytes // 1024,
                depends=depends,
                recommends=", ".join([*_RECOMMENDED, *_OPTIONAL.values()]),
            )
        )
        (control / "md5sums").write_text(sums)
        for script in ("postinst", "postrm"):
            (control / script).write_text(_REFRESH)
            (control / script).chmod(0o755)
        package = out / f"sleepscorer_{__version__}_amd64.deb"
        packing = ["-Zxz", "-z1"] if is_quick else ["-Zxz", "-z9", "-Sextreme", "--threads-max=1"]
        command = ["dpkg-deb", "--root-owner-group", *packing, "--build", str(tree), str(package)]
        subprocess.run(command, check=True, env={**os.environ, **_of_commit()})
    return package


def build_archive(folder: Path, out: Path, *, is_quick: bool) -> Path:
    """Make the archive that runs from wherever it is unpacked."""
    name = f"sleepscorer-{__version__}-linux-x86_64"
    with tempfile.TemporaryDirectory(dir=out) as work:
        tree = Path(work) / name
        shutil.copytree(folder, tree, symlinks=True)
        lay_out_share(tree / "share")
        _set_modes(tree)
        archive = out / f"{name}.tar.xz"
        packing = ["-1", "-T0"] if is_quick else ["--x86", "--lzma2=preset=9e,dict=128MiB", "-T1"]
        listing = Path(work) / "listing"
        listing.write_text("".join(f"{path}\n" for path in _in_order(tree, Path(work))))
        tar = ["tar", "--create", "--no-recursion", "--owner=0", "--group=0", "--numeric-owner"]
        epoch = _of_commit()["SOURCE_DATE_EPOCH"]
        tar += [f"--mtime=@{epoch}", "--directory", work, "--files-from", str(listing)]
        packer = ["xz", *packing, "--stdout"]
        with archive.open("wb") as file, subprocess.Popen(tar, stdout=subprocess.PIPE) as reading:
            subprocess.run(packer, stdin=reading.stdout, stdout=file, check=True)
        if reading.returncode:
            raise SystemExit("tar failed")
    return archive


def _in_order(tree: Path, work: Path) -> list[Path]:
    """Return all of a tree, files of a kind beside each other: they pack better."""
    paths = [tree, *tree.rglob("*")]
    paths.sort(key=lambda path: (path.is_file(), path.suffix, str(path)))
    return [path.relative_to(work) for path in paths]


def _set_modes(tree: Path) -> None:
    """Let everybody read, whatever the umask of whoever builds."""
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            is_run = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if is_run else 0o644)


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _of_commit() -> dict[str, str]:
    """The moment that files are dated by: the commit's, so that builds can be compared."""
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    answer = subprocess.run(command, capture_output=True, text=True)
    return {"SOURCE_DATE_EPOCH": answer.stdout.strip() or str(int(time.time()))}


def main() -> int:
    """Build what was asked for, and say how large it became and how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--folder", type=Path, help="a program that was frozen before")
    parser.add_argument(
        "--quick", action="store_true", help="pack little: to test, not to hand out"
    )
    options = parser.parse_args()
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    folder = options.folder or build_folder(out, ROOT / "build")
    print(f"{folder}: {folder_bytes(folder) / 1e6:.0f} MB")
    for build in (build_deb, build_archive):
        began_s = time.monotonic()
        made = build(folder.resolve(), out, is_quick=options.quick)
        took_s = time.monotonic() - began_s
        print(f"{made}: {made.stat().st_size / 1e6:.1f} MB, {took_s:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
