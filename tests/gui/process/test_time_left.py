"""The time left of a job, from clock readings that are given."""

from collections.abc import Iterable

import pytest

from sleepscorer.gui.process.time_left import Pace


def _said(readings: Iterable[tuple[float, float]]) -> list[float | None]:
    """What would be shown after each reading."""
    pace, said = Pace(), []
    for clock_s, fraction in readings:
        pace.note(clock_s, fraction)
        said.append(pace.time_left_s)
    return said


def _even(
    *, start_s: float, stop_s: float, a: float, b: float, n: int
) -> list[tuple[float, float]]:
    """Readings from a fraction to another at an even pace."""
    steps = [k / n for k in range(1, n + 1)]
    return [(start_s + s * (stop_s - start_s), a + s * (b - a)) for s in steps]


def test_nothing_is_said_in_the_first_seconds_of_an_even_job():
    readings = [(100.0, 0.0), *_even(start_s=100.0, stop_s=110.0, a=0.0, b=1.0, n=100)]
    said = _said(readings)
    for (clock_s, fraction), left_s in zip(readings, said, strict=True):
        if clock_s < 103.9:
            assert left_s is None
        elif clock_s > 104.1:
            assert left_s == pytest.approx(10.0 * (1.0 - fraction))


def test_a_slow_beginning_is_not_taken_for_the_pace_of_the_rest():
    """Two percent in 5 s while the network is imported would be 4 min; the rest takes 10 s."""
    importing = _even(start_s=0.0, stop_s=5.0, a=0.0, b=0.02, n=3)
    staging = _even(start_s=5.0, stop_s=15.0, a=0.02, b=1.0, n=200)
    readings = [(0.0, 0.0), *importing, *staging]
    said = [left_s for left_s in _said(readings) if left_s is not None]
    assert said, "it is said in the end"
    assert max(said) < 10.0
    off_s = [
        abs(left_s - (15.0 - clock_s))
        for (clock_s, _), left_s in zip(readings, _said(readings), strict=True)
        if left_s is not None
    ]
    assert max(off_s) < 2.0


def test_it_is_taken_back_while_the_pace_changes():
    fast = _even(start_s=0.0, stop_s=5.0, a=0.0, b=0.5, n=50)
    slow = _even(start_s=5.0, stop_s=15.0, a=0.5, b=0.6, n=100)
    said = _said([(0.0, 0.0), *fast, *slow])
    assert said[50] == pytest.approx(5.0)
    assert None in said[60:90]
    assert said[-1] == pytest.approx(40.0)


def test_few_reports_tell_a_pace_when_there_are_some_of_them():
    readings = [(20.0 * k, 0.1 * k) for k in range(8)]
    assert _said(readings) == [None] * 4 + [pytest.approx(20.0 * (10 - k)) for k in range(4, 8)]


def test_work_that_stands_still_or_has_no_clock_says_nothing():
    assert set(_said([(float(k), 0.3) for k in range(20)])) == {None}
    assert set(_said([(5.0, 0.01 * k) for k in range(20)])) == {None}
