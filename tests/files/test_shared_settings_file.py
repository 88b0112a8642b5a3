import json

import pytest

from sleepscorer.core.errors import ExportError, SettingsError
from sleepscorer.files.shared_settings import read_shared_settings, write_shared_settings

CONTENT = {"settings": {"theme": "dark", "montage": "Müller"}, "montages": ["a"]}


def test_what_is_written_is_read_again_and_says_its_format(tmp_path):
    path = tmp_path / "lab.json"
    write_shared_settings(path, CONTENT)
    assert read_shared_settings(path) == CONTENT
    stored = json.loads(path.read_text("utf-8"))
    assert stored["sleepscorer_settings"] == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["lab.json"]


def test_only_another_file_of_settings_is_overwritten(tmp_path):
    path, foreign = tmp_path / "lab.json", tmp_path / "night.edf"
    write_shared_settings(path, {})
    with pytest.raises(ExportError, match=r"lab\.json"):
        write_shared_settings(path, CONTENT)
    write_shared_settings(path, CONTENT, force=True)
    assert read_shared_settings(path) == CONTENT
    foreign.write_bytes(b"0       X X X X")
    with pytest.raises(ExportError):
        write_shared_settings(foreign, CONTENT, force=True)
    assert foreign.read_bytes() == b"0       X X X X"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no file of settings"),
        (b"{", "no file of settings"),
        (b"\xff\xfe", "no file of settings"),
        (b"[]", "no file of settings"),
        (b'{"theme": "dark"}', "no file of settings"),
        (b'{"sleepscorer_settings": "1"}', "no file of settings"),
        (b'{"sleepscorer_settings": true}', "no file of settings"),
        (b'{"sleepscorer_settings": 0}', "no file of settings"),
        (b'{"sleepscorer_settings": 1, "a": NaN}', "NaN is no number"),
        (b'{"sleepscorer_settings": 1, "a": 1, "a": 2}', "a name stands twice"),
        (b'{"sleepscorer_settings": 2}', "a newer version of sleepscorer wrote these settings"),
    ],
)
def test_what_is_none_is_refused_in_words(tmp_path, content, said):
    path = tmp_path / "lab.json"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=said):
        read_shared_settings(path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SettingsError, match="can't be read"):
        read_shared_settings(tmp_path / "none.json")
