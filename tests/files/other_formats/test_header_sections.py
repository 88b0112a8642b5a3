"""Headers in sections: lines, letters, and the files that they name."""

from pathlib import Path

import pytest

from sleepscorer.core.errors import RecordingError
from sleepscorer.files.other_formats import headers
from sleepscorer.files.other_formats.headers import companion, read_sections, samples_file, shown


def sections(folder: Path, content: bytes) -> headers.Sections:
    path = folder / "night.vhdr"
    path.write_bytes(content)
    return read_sections(path)


def test_lines_remarks_and_sections(tmp_path: Path):
    found = sections(
        tmp_path,
        b"before=1\r\n[ First ]\r\n; a remark\r\n\r\n a = b = c \nA=2\rno equals\n"
        b"[second]\nx=\n[FIRST]\nlast=\0\n[not one\n=z\n",
    )
    assert found.lines("first") == ["a = b = c", "A=2", "no equals", "last=", "[not one", "=z"]
    assert found.pairs("first") == [("a", "b = c"), ("A", "2"), ("last", ""), ("", "z")]
    assert dict(found.values("first")) == {"a": "2", "last": "", "": "z"}
    assert dict(found.values("second")) == {"x": ""}
    assert found.lines("third") == []


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("[a]\nx=µé".encode(), "µé"),
        ("[a]\nx=µé".encode("utf-8-sig"), "µé"),
        ("[a]\nx=µé".encode("utf-16"), "µé"),
        (b"\xfe\xff" + "[a]\nx=µé".encode("utf-16-be"), "µé"),
        ("[a]\nx=µé€".encode("cp1252"), "µé€"),
        ("[a]\ncodepage = ISO-8859-7\nx=έ".encode("cp1253"), "έ"),
        ("[a]\nCodepage=windows-1253\nx=έ".encode("cp1253"), "έ"),
        ("[a]\nCodepage=ANSI\nx=é€".encode("cp1252"), "é€"),
        ("[a]\nCodepage=UTF-8\nx=é€".encode("cp1252"), "é€"),
        ("[a]\nno Codepage=windows-1253\nx=é".encode("cp1252"), "é"),
        # A byte that Western Windows has no letter for.
        (b"[a]\nx=\x81\xe9", "\x81é"),
    ],
)
def test_letters(content: bytes, word: str, tmp_path: Path):
    assert sections(tmp_path, content).values("a")["x"] == word


def test_a_header_of_megabytes_is_none(tmp_path: Path):
    path = tmp_path / "night.vhdr"
    with path.open("wb") as file:
        file.truncate(64 * 2**20 + 1)
    with pytest.raises(RecordingError, match=r"too long to be a header \(64 MB\)"):
        read_sections(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [("a'b", '"a\'b"'), ("x" * 60, f"'{'x' * 60}'"), ("x" * 61, f"'{'x' * 60}…'")],
)
def test_what_a_header_says_is_shown_in_part(text: str, words: str):
    assert shown(text) == words


@pytest.mark.parametrize(
    ("named", "there", "found", "n_warnings"),
    [
        ("night.eeg", ["night.eeg"], "night.eeg", 0),
        ("other.eeg", ["other.eeg", "night.eeg"], "other.eeg", 0),
        ("other.eeg", ["night.eeg"], "night.eeg", 1),
        ("other.eeg", ["night.dat"], "night.dat", 1),
        ("other.eeg", ["night.dat", "night.eeg"], "night.eeg", 1),
        ("$b.eeg", ["night.eeg"], "night.eeg", 0),
        (r"D:\studies\$b.eeg", ["night.eeg"], "night.eeg", 0),
        ("/data/other.eeg", ["other.eeg"], "other.eeg", 0),
        ("", ["night.eeg"], "night.eeg", 0),
        ("other.eeg", [], None, 0),
        ("", [], None, 0),
        ("a\0b", ["night.eeg"], "night.eeg", 1),
    ],
)
def test_files_beside_a_header(named, there, found, n_warnings, tmp_path: Path):
    for name in there:
        (tmp_path / name).write_bytes(b"x")
    warnings: list[str] = []
    path = companion(
        tmp_path / "night.vhdr", named, (".eeg", ".dat"), what="samples", warnings=warnings
    )
    assert path == (tmp_path / found if found else None)
    assert len(warnings) == n_warnings
    assert all(text.startswith("the file of its samples") for text in warnings)


@pytest.mark.parametrize(
    ("named", "message"), [("x.eeg", "'x.eeg', is not there"), ("", "does not name the file")]
)
def test_samples_that_are_not_there(named, message, tmp_path: Path):
    with pytest.raises(RecordingError, match=message):
        samples_file(tmp_path / "night.vhdr", named, (".eeg",), warnings=[])


def test_a_folder_is_no_file_of_samples(tmp_path: Path):
    (tmp_path / "night.eeg").mkdir()
    with pytest.raises(RecordingError, match="is not there"):
        samples_file(tmp_path / "night.vhdr", "night.eeg", (".eeg",), warnings=[])
