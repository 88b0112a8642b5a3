"""Errors as people read them, and how far work is."""

from pathlib import Path

import pytest

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.progress import part_of, silent


@pytest.mark.parametrize(
    ("path", "hint", "text"),
    [
        (None, "", "it broke"),
        (Path("a.edf"), "", "a.edf: it broke"),
        (None, "mend it", "it broke (mend it)"),
        (Path("a\x1b[2J\n.edf"), "mend it", "a\ufffd[2J\ufffd.edf: it broke (mend it)"),
    ],
)  # fmt: skip
def test_an_error_is_one_line(path, hint, text):
    error = SleepScorerError("it broke", path=path, hint=hint)
    assert str(error) == text
    assert (error.what, error.path, error.hint, error.args) == (
        "it broke", path, hint, ("it broke",),
    )  # fmt: skip


def test_a_part_of_the_work_reports_its_share_of_the_whole():
    heard = []
    half = part_of(lambda fraction, text: heard.append((fraction, text)), 0.2, 0.6)
    half(0.0, "begin")
    part_of(half, 0.5, 1.0)(0.5, "deeper")
    half(1.0, "end")
    assert [text for _, text in heard] == ["begin", "deeper", "end"]
    assert [fraction for fraction, _ in heard] == pytest.approx([0.2, 0.5, 0.6])
    part_of(silent, 0.0, 1.0)(0.5, "nobody hears")
