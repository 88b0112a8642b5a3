"""A recording is known by its content; one that can't be read is said to be that."""

import hashlib
from pathlib import Path

import pytest

from sleepscorer.core.errors import RecordingError
from sleepscorer.files.sessions import Fingerprint, sha256_of
from sleepscorer.files.sessions.fingerprint import fingerprint_of


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


def test_a_recording_is_known_by_its_size_and_the_first_64_kib_of_each_file(
    tmp_path: Path,
) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    content = bytes(70_000)
    first.write_bytes(content)
    second.write_bytes(b"y" * 10)
    known = fingerprint_of([first, second])
    head = hashlib.sha256(bytes(65_536) + b"y" * 10).hexdigest()
    assert known == Fingerprint(70_010, head)
    for place, is_like in ((65_535, False), (65_536, True)):
        first.write_bytes(content[:place] + b"x" + content[place + 1 :])
        assert fingerprint_of([first, second]).is_like(known) is is_like
    with pytest.raises(RecordingError, match="can't be read: No such file") as caught:
        fingerprint_of([first, tmp_path / "gone"])
    assert caught.value.path == tmp_path / "gone"


@pytest.mark.parametrize(
    ("other", "is_like"),
    [
        (Fingerprint(9, "a", "x"), True),
        (Fingerprint(9, "a", None), True),
        (Fingerprint(9, "a", "y"), False),
        (Fingerprint(8, "a", "x"), False),
        (Fingerprint(9, "b", "x"), False),
        (Fingerprint(8, "a", None), False),
    ],
)
def test_recordings_are_alike_as_far_as_both_are_known(other: Fingerprint, is_like: bool) -> None:
    known = Fingerprint(9, "a", "x")
    assert known.is_like(other) is other.is_like(known) is is_like


def test_the_blocks_are_passed_on_with_their_places(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(bytes(range(256)) * 5000)
    second.write_bytes(b"short")
    found = {first: b"", second: b""}

    def take(path, offset, block):
        assert offset == len(found[path])
        found[path] += block

    assert sha256_of([first, second], passing=take) == sha256_of([first, second])
    assert found == {first: first.read_bytes(), second: b"short"}
