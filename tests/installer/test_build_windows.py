"""The script of the Windows installer compiles without a warning."""

import shutil

import pytest
from build_windows import build_setup

from sleepscorer import __version__


@pytest.mark.skipif(shutil.which("makensis") is None, reason="makensis is not installed")
def test_a_stand_in_program_is_packed_and_signed(tmp_path):
    inside = tmp_path / "program" / "_internal"
    inside.mkdir(parents=True)
    for name in ("sleepscorer.exe", "sleepscorer-gui.exe"):
        (inside.parent / name).write_bytes(b"MZ")
    (inside / "base_library.zip").write_bytes(b"PK")
    signed = tmp_path / "signed"
    setup = build_setup(inside.parent, tmp_path, sign=f"echo >> {signed} signed")
    assert setup.name == f"sleepscorer-{__version__}-windows-x86_64.exe"
    assert setup.read_bytes()[:2] == b"MZ"
    assert len(signed.read_text().splitlines()) == 2
