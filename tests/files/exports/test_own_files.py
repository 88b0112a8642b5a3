"""Telling the program's own files by what stands in them, also where they are damaged."""

import zipfile

import pytest

from sleepscorer.files.exports.own_files import (
    is_own_report,
    is_own_scoring,
    is_own_staging,
    is_own_table,
    is_synthetic,
)

CORE = "<dc:creator>sleepscorer 1.0</dc:creator>" + "".join(map(str, range(400)))


def test_a_damaged_report_is_not_ours_wherever_the_damage_is(tmp_path):
    path = tmp_path / "n.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("docProps/core.xml", CORE)
    assert is_own_report(path)
    whole = path.read_bytes()
    answers = set()
    for place in range(len(whole)):
        for flip in (0xFF, 0x01):
            torn = bytearray(whole)
            torn[place] ^= flip
            path.write_bytes(torn)
            answers.add(is_own_report(path))
    assert answers == {True, False}


def header(*, patient="X X X X", recording="sleepscorer_1.0", n_channels="1", label=None):
    label = "EDF Annotations" if label is None else label
    beginning = f"{'0':8}{patient:80}{recording:80}{'':84}{n_channels:4}{label:16}"
    return beginning.encode("ascii")


OLD = "epoch,start_s,clock,stage,p_w,p_n1,p_n2,p_n3,p_r,confidence"
NEW = "epoch,start_s,clock,stage,scored_by,reviewed,machine_stage"


@pytest.mark.parametrize(
    ("is_own", "content", "wanted"),
    [
        (is_own_scoring, header(), True),
        (is_own_scoring, header(recording="another program"), False),
        (is_own_scoring, header(patient="sleepscorer", recording="another"), False),
        (is_own_scoring, header(n_channels="2"), False),
        (is_own_scoring, header(label="EEG C4-M1"), False),
        (is_own_scoring, b"", False),
        (is_synthetic, header(patient="X X X Synthetic_night"), True),
        (is_synthetic, header(patient="X X X X", recording="sleepscorer synthetic"), True),
        (is_synthetic, header(), False),
        (is_synthetic, header(patient="X X X synthetic", recording="another"), False),
        (is_synthetic, header(label="synthetic"), False),
        (is_own_table, OLD.encode() + b"\n1,0\n", True),
        (is_own_table, NEW.encode() + b",confidence\r\n1,0\n", True),
        (is_own_table, NEW.encode(), True),
        (is_own_table, OLD.encode() + b",more\n", False),
        (is_own_table, NEW.removesuffix(",machine_stage").encode() + b"\n", False),
        (is_own_table, b"epoch,stage\n" + NEW.encode(), False),
        (is_own_staging, b'{"format" : "sleepscorer staging"}', True),
        (is_own_staging, b'{"format": "sleepscorer session"}', False),
        (is_own_staging, b'{"note": "sleepscorer staging"}', False),
        (is_own_report, b"PK", False),
    ],
)
def test_our_files_are_told_by_what_stands_in_them(tmp_path, is_own, content, wanted):
    path = tmp_path / "n"
    path.write_bytes(content)
    assert is_own(path) is wanted
    assert is_own(tmp_path / "gone") is False
