"""Menu entry, file types and manual page: what desktops and man read of them."""

import argparse
import configparser
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sleepscorer.cli.commands import command_parser

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "installer" / "linux"
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


@pytest.fixture
def entry():
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(LINUX / "sleepscorer.desktop", encoding="utf-8")
    return parser["Desktop Entry"]


@pytest.fixture
def file_types():
    root = ElementTree.parse(LINUX / "sleepscorer-mime.xml").getroot()
    return {one.get("type"): one for one in root.iter(f"{MIME}mime-type")}


def test_the_menu_entry_starts_the_window_with_a_file(entry):
    assert entry["Type"] == "Application"
    assert entry["Exec"] == "sleepscorer-gui %f"
    assert entry["Terminal"] == "false"
    assert (ROOT / "resources" / "icons" / f"{entry['Icon']}.svg").is_file()
    assert all(entry[key].endswith(";") for key in ("Categories", "MimeType", "Keywords"))


def test_every_file_type_is_declared_and_opened(entry, file_types):
    assert set(entry["MimeType"].rstrip(";").split(";")) == set(file_types)
    globs = {one.get("pattern") for kind in file_types.values() for one in kind.iter(f"{MIME}glob")}
    assert globs == {"*.edf", "*.bdf", "*.sleepscorer"}


def test_the_manual_page_tells_every_command():
    page = (LINUX / "sleepscorer.1").read_text(encoding="utf-8")
    (commands,) = (
        action.choices
        for action in command_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    told = page.split(".SH COMMANDS")[1].split(".SH OPTIONS")[0]
    assert re.findall(r"^\.TP\n\.B (\w+)\n", told, re.M) == list(commands)
    assert page.startswith('.TH SLEEPSCORER 1 "" "sleepscorer @VERSION@"')


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_manual_page_is_well_formed():
    command = ["groff", "-man", "-Tutf8", "-ww", "-z", LINUX / "sleepscorer.1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
