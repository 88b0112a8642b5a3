"""A recording is known by its content; one that can't be read is said to be that."""

import hashlib
from pathlib import Path

import pytest

from sleepscorer.core.errors import RecordingError
from sleepscorer.files.sessions import sha256_of


def test_the_hash_is_that_of_all_files_one_after_the_other(tmp_path: Path) -> None:
    first, second, empty = (tmp_path / name for name in "abc")
    first.write_bytes(b"x" * (2**20 + 1))
    second.write_bytes(b"y" * 2**20)
    empty.write_bytes(b"")
    heard: list[float] = []
    found = sha256_of([first, second, empty], lambda fraction, _text: heard.append(fraction))
    assert found == hashlib.sha256(first.read_bytes() + second.read_bytes()).hexdigest()
    assert heard == sorted(heard)
    assert (len(heard), heard[-1]) == (3, 1.0)
    assert sha256_of([empty]) == hashlib.sha256(b"").hexdigest()


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    here, gone = tmp_path / "a", tmp_path / "b"
    here.write_bytes(b"x")
    with pytest.raises(RecordingError, match="can't be read: No such file") as caught:
        sha256_of([here, gone])
    assert caught.value.path == gone
