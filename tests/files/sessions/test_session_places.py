"""Where sessions were, remembered in a file that may be damaged."""

import pytest

from sleepscorer.files.sessions import Fingerprint, SessionPlaces

FINGERPRINT = Fingerprint(1234, "ab" * 32)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"3",
        b"null",
        b"[" * 100_000,
        b"[NaN]",
        b"\xff",
        b"[1, null, [2]]",
        b" " * 1_000_001,
    ],
)
def test_what_is_damaged_is_forgotten_and_written_anew(tmp_path, content):
    places = SessionPlaces(tmp_path)
    places.add(FINGERPRINT, tmp_path / "n.sleepscorer")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(content)
    assert places.of(FINGERPRINT) == ()
    places.add(FINGERPRINT, tmp_path / "n.sleepscorer")
    assert places.of(FINGERPRINT) == (tmp_path / "n.sleepscorer",)


def test_a_disk_that_refuses_remembers_nothing_and_stops_nobody(tmp_path):
    (tmp_path / "in the way").touch()
    places = SessionPlaces(tmp_path / "in the way")
    places.add(FINGERPRINT, tmp_path / "n.sleepscorer")
    assert places.of(FINGERPRINT) == ()


def test_the_last_eight_are_remembered_each_once_the_newest_first(tmp_path):
    places = SessionPlaces(tmp_path)
    for number in [*range(10), 4]:
        places.add(FINGERPRINT, tmp_path / str(number))
    assert [path.name for path in places.of(FINGERPRINT)] == list("49876532")
