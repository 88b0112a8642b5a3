"""What is kept beside a session is found again, or it is as if it were not there."""

import hashlib
import json
import os
import stat
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest

from sleepscorer.core.edits import Author, Change, Edit, EditKind
from sleepscorer.files.sessions import KeptMeasures, Measures, backup_path, open_store
from sleepscorer.files.sessions.copies import back_up

ANNA = Author("anna", "lab-3")
KEY = {"weights": "ab" * 32, "channels": ("C4-M1",), "n_epochs": 4}
MEASURES = Measures(
    {"of": "C4-M1"},
    {"powers": np.arange(8, dtype=np.float32).reshape(4, 2), "usable": np.array([True, False])},
)


@pytest.fixture
def kept(tmp_path) -> KeptMeasures:
    kept = KeptMeasures(tmp_path / "night.sleepscorer", may_write=True)
    kept.write(KEY, MEASURES)
    return kept


def is_found(kept: KeptMeasures, key=None) -> bool:
    return kept.read(KEY if key is None else key) is not None


def test_what_was_kept_is_found_bit_by_bit(kept):
    found = kept.read(KEY)
    assert found.about == {"of": "C4-M1"}
    assert list(found.arrays) == ["powers", "usable"]
    for name, array in MEASURES.arrays.items():
        np.testing.assert_array_equal(found.arrays[name], array)
        assert found.arrays[name].dtype == array.dtype
    assert [path.name for path in kept.path.parent.iterdir()] == [".night.sleepscorer-measures"]


@pytest.mark.parametrize(
    "change", [{"weights": "cd" * 32}, {"channels": ("F4-M1",)}, {"n_epochs": 5}, {"more": 1}]
)
def test_what_depends_on_something_else_is_not_found(kept, change):
    assert not is_found(kept, KEY | change)


def test_the_newest_takes_the_place_of_the_one_before(kept):
    other = KEY | {"n_epochs": 9}
    kept.write(other, Measures({"of": "F4-M1"}, {}))
    assert kept.read(other).about == {"of": "F4-M1"}
    assert not is_found(kept)


def test_no_byte_of_it_changes_unnoticed(kept):
    whole = kept.path.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        kept.path.write_bytes(damaged)
        assert not is_found(kept), place
    kept.path.write_bytes(whole)
    assert is_found(kept)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.99])
def test_what_was_cut_off_is_not_found(kept, share):
    whole = kept.path.read_bytes()
    kept.path.write_bytes(whole[: int(share * len(whole))])
    assert not is_found(kept)


def _npz(**arrays: np.ndarray) -> bytes:
    content = BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def _zipped(content: bytes) -> bytes:
    """A packed array of which some bytes are others."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as packed:
        packed.writestr("a.npy", content * 50)
    broken = bytearray(file.getvalue())
    broken[45:60] = b"\xff" * 15
    return bytes(broken)


def _of_head(text: str) -> bytes:
    return _npz(head=np.frombuffer(text.encode(), np.uint8))


_LARGE = b"{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000,), }".ljust(117) + b"\n"


def _too_large() -> bytes:
    """An array that no memory holds."""
    file = BytesIO()
    with ZipFile(file, "w") as packed:
        packed.writestr("a.npy", b"\x93NUMPY\x01\x00" + len(_LARGE).to_bytes(2, "little") + _LARGE)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        _of_head("[1]"),
        _of_head("[" * 200_000),
        _of_head('{"key": {}}'),
        _of_head(json.dumps({"key": KEY, "about": None})),
        _npz(powers=np.zeros(3)),
        _zipped(_npz(powers=np.zeros(3))),
        _too_large(),
    ],
    ids=["empty", "text", "list", "deep", "key", "about", "headless", "broken", "large"],
)
def test_what_nobody_measured_is_not_found_though_it_is_sealed(kept, content):
    beginning = kept.path.read_bytes().partition(b"\n")[0] + b"\n"
    kept.path.write_bytes(beginning + hashlib.sha256(content).digest() + content)
    assert not is_found(kept)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    kept = KeptMeasures(tmp_path / "night.sleepscorer", may_write=True)
    os.mkfifo(kept.path)
    assert not is_found(kept)
    kept.write(KEY, MEASURES)
    assert kept.path.is_fifo()


def test_somebody_else_s_file_of_that_name_stays(tmp_path):
    kept = KeptMeasures(tmp_path / "night.sleepscorer", may_write=True)
    kept.path.write_text("somebody else's")
    kept.write(KEY, MEASURES)
    assert kept.path.read_text() == "somebody else's"
    assert not is_found(kept)


def test_nothing_is_written_through_a_link(tmp_path):
    kept = KeptMeasures(tmp_path / "night.sleepscorer", may_write=True)
    other = tmp_path / "other"
    other.write_text("somebody else's")
    kept.path.symlink_to(other)
    kept.write(KEY, MEASURES)
    assert other.read_text() == "somebody else's"
    assert not is_found(kept)


def test_what_a_machine_that_stopped_left_empty_is_written_anew(tmp_path):
    kept = KeptMeasures(tmp_path / "night.sleepscorer", may_write=True)
    kept.path.write_bytes(b"")
    kept.write(KEY, MEASURES)
    assert is_found(kept)


def test_where_nothing_is_or_no_file_nothing_is_found(tmp_path):
    kept = KeptMeasures(tmp_path / "night.sleepscorer", may_write=True)
    assert not is_found(kept)
    kept.path.mkdir()
    assert not is_found(kept)
    kept.write(KEY, MEASURES)
    assert not is_found(kept)
    assert [path.name for path in tmp_path.iterdir()] == [kept.path.name]


def test_nothing_is_written_beside_a_session_that_is_only_read(tmp_path):
    KeptMeasures(tmp_path / "night.sleepscorer", may_write=False).write(KEY, MEASURES)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_refuses_is_no_error(tmp_path):
    KeptMeasures(tmp_path / "gone" / "night.sleepscorer", may_write=True).write(KEY, MEASURES)
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    KeptMeasures(blocked / "night.sleepscorer", may_write=True).write(KEY, MEASURES)
    assert blocked.read_bytes() == b""


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_whoever_may_read_the_session_may_read_it(tmp_path):
    session = tmp_path / "night.sleepscorer"
    session.write_bytes(b"")
    for mode in (0o600, 0o664):
        session.chmod(mode)
        kept = KeptMeasures(session, may_write=True)
        before = os.umask(0)
        try:
            kept.write(KEY, MEASURES)
        finally:
            os.umask(before)
        assert stat.S_IMODE(kept.path.stat().st_mode) == mode


def test_session_backup_and_chain_know_nothing_of_it(tmp_path):
    path = tmp_path / "night.sleepscorer"
    store = open_store(path, ANNA)
    store.file.append(
        Edit(
            number=1,
            utc="2024-01-01T00:00:00+00:00",
            author=ANNA,
            kind=EditKind.MANUAL,
            label="Score epoch 1 as W",
            change=Change((0,), (-1,), (0,), (False,), (True,)),
        )
    )
    before, link = path.read_bytes(), store.file.last_link()
    kept = KeptMeasures(path, may_write=True)
    kept.write(KEY, MEASURES)
    assert (path.read_bytes(), store.file.last_link()) == (before, link)
    kept.path.write_bytes(b"damaged")
    store.close()
    back_up(path)
    again = open_store(path, ANNA)
    assert again.file.n_edits() == 1
    again.close()
    assert b"powers" not in backup_path(path).read_bytes()
