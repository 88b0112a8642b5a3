"""Tags of FIF files: what comes to an end passes, what goes round is refused."""

import gzip
import struct
from pathlib import Path

import pytest

from sleepscorer.core.errors import RecordingError
from sleepscorer.files.other_formats.fif_check import check_fif


def tag(size: int, following: int) -> bytes:
    """A tag and its data, all of type 3."""
    return struct.pack(">iIii", 100, 3, size, following) + bytes(max(size, 0))


def written(folder: Path, content: bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.lower().endswith(".gz") else content)
    return path


@pytest.mark.parametrize("name", ["n.fif", "n.fif.gz", "N.FIF.GZ"])
@pytest.mark.parametrize(
    ("tags", "is_sound"),
    [
        ([], True),
        ([tag(4, 0), tag(0, 0)], True),
        ([tag(4, 0), tag(8, -1), tag(-99, 0)], True),
        ([tag(4, 20), tag(8, -1)], True),
        ([tag(4, 9999)], True),
        ([tag(4, 0), tag(0, 0)[:15]], True),
        ([tag(4, 0), tag(0, 4)], False),
        ([tag(4, 0), tag(0, 20)], False),
        ([tag(4, 0), tag(-16, 0)], False),
        ([tag(4, 0), tag(-17, 0)], False),
        # The third begins where the second says and leads back.
        ([tag(4, 0), tag(4, 44), bytes(4), tag(0, 20)], False),
    ],
)
def test_tags(tags: list[bytes], is_sound: bool, name: str, tmp_path: Path):
    path = written(tmp_path, b"".join(tags), name)
    if is_sound:
        check_fif(path, "FIF")
        return
    with pytest.raises(RecordingError, match="as FIF: its content is damaged") as caught:
        check_fif(path, "FIF")
    assert caught.value.path == path


# Packed content holds the time of day, which is no name for a test.
@pytest.mark.parametrize(
    "content",
    [tag(4, 0), gzip.compress(tag(4, 0) * 99, mtime=0)[:-9], b"\x1f\x8b"],
    ids=["plain", "cut", "short"],
)
def test_what_is_not_packed_as_its_name_says_is_left_to_the_reader(content, tmp_path: Path):
    path = tmp_path / "n.fif.gz"
    path.write_bytes(content)
    check_fif(path, "FIF")
    check_fif(tmp_path / "gone.fif", "FIF")
