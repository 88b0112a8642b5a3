"""What a report says of signatures."""

import time
from dataclasses import replace

import pytest

from sleepscorer.core.edits import Author
from sleepscorer.core.signatures import (
    Meaning,
    Signature,
    Unlocking,
    moment_text,
    signed_sentences,
    standing,
)

ANNA, BEN = Author("anna", "lab-3"), Author("ben", "lab-4")
SCORED = Signature(
    1, "2026-03-01T21:10:20.500+00:00", ANNA, "Anna Meier", Meaning.SCORED, "ab" * 32, 5
)
REVIEWED = replace(SCORED, number=2, name="Dr. Lang", meaning=Meaning.REVIEWED)
TAKEN_BACK = Unlocking("2026-03-02T08:00:00.000+00:00", BEN, "lights off was wrong", (1, 2))


@pytest.fixture(autouse=True)
def _in_berlin(monkeypatch):
    if not hasattr(time, "tzset"):
        pytest.skip("the zone can't be set here")
    monkeypatch.setenv("TZ", "CET-1")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_moment_is_local_and_names_its_zone():
    assert moment_text("2026-03-01T23:30:59+00:00") == "2026-03-02 00:30 UTC+01:00"


def test_nobody_signed():
    assert signed_sentences((), ()) == ("Not signed.",)


def test_who_signed_what_when():
    assert signed_sentences((SCORED, REVIEWED), ()) == (
        "Signed: scored by Anna Meier, 2026-03-01 22:10 UTC+01:00, SHA-256 abababababab.",
        "Signed: reviewed by Dr. Lang, 2026-03-01 22:10 UTC+01:00, SHA-256 abababababab.",
    )


def test_what_was_taken_back_is_not_signed_and_says_why():
    first, second = signed_sentences((SCORED, REVIEWED), (TAKEN_BACK,))
    assert first == "Not signed."
    assert "Anna Meier" in second
    assert "Dr. Lang" in second
    assert second.endswith(
        "was taken back by ben, 2026-03-02 09:00 UTC+01:00: lights off was wrong"
    )
    again = replace(SCORED, number=3)
    (only,) = signed_sentences((SCORED, REVIEWED, again), (TAKEN_BACK,))
    assert only.startswith("Signed: scored by Anna Meier")
    assert standing((SCORED, REVIEWED, again), (TAKEN_BACK,)) == (again,)


def test_a_broken_signature_does_not_count():
    broken = replace(SCORED, is_broken=True)
    first, second = signed_sentences((broken,), ())
    assert first == "Not signed."
    assert "does not count" in second
    assert "changed outside the program" in second
    one, two = signed_sentences((broken, REVIEWED), ())
    assert one.startswith("Signed: reviewed by")
    assert "does not count" in two


def test_without_names_no_name_and_no_date_is_said():
    nobody = Author("", "")
    left_out = replace(SCORED, utc="", name="", author=nobody, sha256="")
    assert signed_sentences((left_out,), ()) == (
        "Signed: scored by a person whose name and the date are left out.",
    )
    back = Unlocking("", nobody, "[removed]", (1,))
    first, second = signed_sentences((left_out,), (back,))
    assert first == "Not signed."
    assert "2026" not in second
    assert "removed" not in second
