"""JSON of any origin is read within bounds."""

import os

import pytest

from sleepscorer.core.json_files import parsed_json, read_json


def test_ordinary_json_is_read():
    assert parsed_json('{"a": [1, -2.5, null, true, "b"], "c": {}}') == {
        "a": [1, -2.5, None, True, "b"],
        "c": {},
    }
    assert parsed_json("12345678901234567890") == 12345678901234567890


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "-Infinity", "1e999", "-1e999", "9" * 400])
def test_numbers_are_finite(text):
    with pytest.raises(ValueError, match="number"):
        parsed_json(text)


def test_a_name_stands_once():
    with pytest.raises(ValueError, match="twice"):
        parsed_json('[{"a": 1, "a": 1}]')


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a":', "}")])
def test_fifty_levels_are_the_deepest(begin, end):
    assert parsed_json(begin * 50 + "1" + end * 50)
    for depth in (51, 100_000):
        with pytest.raises(ValueError, match="too deeply"):
            parsed_json(begin * depth + "1" + end * depth)


def test_a_file_may_be_just_as_long_as_allowed(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("[1, 2]")
    assert read_json(path, most_bytes=6) == [1, 2]
    with pytest.raises(ValueError, match="longer than 5 bytes"):
        read_json(path, most_bytes=5)
    path.write_bytes(b'"\xff"')
    with pytest.raises(ValueError, match="utf-8"):
        read_json(path, most_bytes=9)
    with pytest.raises(OSError, match="nowhere"):
        read_json(tmp_path / "nowhere", most_bytes=9)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="not an ordinary file"):
        read_json(tmp_path / "pipe", most_bytes=9)
