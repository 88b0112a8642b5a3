"""What the help says of programs as stagers works as it stands there."""

import re
import tomllib

from sleepscorer.core.stager_channels import ROLES
from sleepscorer.gui.help.help_pages import help_pages
from sleepscorer.gui.keys import key_map
from sleepscorer.staging.programs import read_programs


def page():
    pages = help_pages(key_map("default", {}))
    return next(one.markdown for one in pages if one.name == "other_stagers")


def blocks():
    return re.findall(r"```\n(.*?)```", page(), re.DOTALL)


def test_its_entries_are_read_without_a_fault(tmp_path):
    entries = [block for block in blocks() if block.startswith("[")]
    path = tmp_path / "stagers.toml"
    path.write_text("\n".join(entries), encoding="utf-8")
    programs, faults = read_programs(path)
    assert faults == ()
    assert [one.name for one in programs] == ["gssc", "usleep"]
    gssc, usleep = programs
    assert gssc.places == {"recording", "output", "eeg", "eog"}
    assert usleep.output == "night.hyp"


def test_it_names_every_key_and_every_place():
    (gssc, *_) = (block for block in blocks() if block.startswith("["))
    for key in (*tomllib.loads(gssc)["gssc"], "output"):
        assert f"| {key} |" in page()
    for place in ("recording", "output", *ROLES):
        assert f"`{{{place}}}`" in page()


def test_its_script_is_python():
    (script,) = (block for block in blocks() if block.startswith("import"))
    compile(script, "night.py", "exec")
