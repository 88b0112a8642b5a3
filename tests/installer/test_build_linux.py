"""Package and archive of a stand-in program: what lies where, and who may read it."""

import shutil
import subprocess
import tarfile

import build_linux
import pytest
from build_linux import build_archive, build_deb

from sleepscorer import __version__

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("dpkg-deb", "readelf", "xz", "tar")),
    reason="dpkg-deb, readelf or xz is not installed",
)


@pytest.fixture
def program(tmp_path):
    """A folder like that of PyInstaller."""
    folder = tmp_path / "sleepscorer"
    (folder / "_internal").mkdir(parents=True, mode=0o700)
    for name in ("sleepscorer", "sleepscorer-gui"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o700)
    (folder / "_internal" / "a.pyc").write_bytes(b"x" * 2000)
    (folder / "_internal" / "a.pyc").chmod(0o600)
    return folder


def told(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_package_lays_the_program_menu_and_types(program, tmp_path):
    package = build_deb(program, tmp_path, is_quick=True)
    assert package.name == f"sleepscorer_{__version__}_amd64.deb"
    control = told("dpkg-deb", "--info", package)
    assert f" Version: {__version__}\n" in control
    assert " Depends: libc6 (>= 2.17), fontconfig-config\n" in control
    rows = [line.split(maxsplit=5) for line in told("dpkg-deb", "--contents", package).splitlines()]
    modes = {row[5].removeprefix("./"): row[0] for row in rows}
    assert modes["opt/sleepscorer/sleepscorer-gui"] == "-rwxr-xr-x"
    assert modes["opt/sleepscorer/_internal/"] == "drwxr-xr-x"
    assert modes["opt/sleepscorer/_internal/a.pyc"] == "-rw-r--r--"
    assert "usr/bin/sleepscorer -> /opt/sleepscorer/sleepscorer" in modes
    for place in ("applications/sleepscorer.desktop", "mime/packages/sleepscorer.xml"):
        assert modes[f"usr/share/{place}"] == "-rw-r--r--"
    assert "usr/share/man/man1/sleepscorer.1.gz" in modes
    assert not any(name.startswith(("home", "etc", "var")) for name in modes)


def test_the_archive_is_one_folder(program, tmp_path):
    archive = build_archive(program, tmp_path, is_quick=True)
    with tarfile.open(archive) as file:
        members = {member.name: member for member in file.getmembers()}
    top = f"sleepscorer-{__version__}-linux-x86_64"
    assert {name.split("/")[0] for name in members} == {top}
    assert members[f"{top}/sleepscorer"].mode == 0o755
    assert members[f"{top}/_internal/a.pyc"].mode == 0o644
    assert {(member.uid, member.gid) for member in members.values()} == {(0, 0)}


def test_a_library_of_no_known_package_ends_the_build(program, monkeypatch):
    monkeypatch.setattr(build_linux, "_is_elf", lambda path: path.name == "sleepscorer")
    monkeypatch.setattr(build_linux, "needed_by", lambda _: ["libc.so.6", "libEGL.so.1"])
    assert build_linux.dependencies(program).endswith("fontconfig-config, libegl1")
    monkeypatch.setattr(build_linux, "needed_by", lambda _: ["libnever.so.3"])
    with pytest.raises(SystemExit, match=r"libnever\.so\.3"):
        build_linux.dependencies(program)
