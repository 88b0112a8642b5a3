"""Telling the program's own files by what stands in them, also where they are damaged."""

import zipfile

from sleepscorer.files.exports.own_files import is_own_report

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
