"""What is said of interruptions of unknown length."""

import pytest

from sleepscorer.core.interruptions import LONGEST_PAUSE_S, unknown_interruptions


def test_a_pause_lasts_at_most_three_days():
    assert LONGEST_PAUSE_S == 3 * 24 * 3600


@pytest.mark.parametrize(
    ("joints_s", "times"),
    [
        ([0.0], "0:00:00,"),
        ([3725.9], "1:02:05,"),
        ([59.0, 3600.0, 90061.0], "0:00:59, 1:00:00, 25:01:01,"),
        ([1, 2, 3, 4, 5], "0:00:01, 0:00:02, 0:00:03, 0:00:04, 0:00:05,"),
        ([1, 2, 3, 4, 5, 6], "0:00:01, 0:00:02, 0:00:03, 0:00:04, 0:00:05 and 1 more time,"),
        ([1, 2, 3, 4, 5, 6, 7], "0:00:01, 0:00:02, 0:00:03, 0:00:04, 0:00:05 and 2 more times,"),
    ],
)
def test_five_times_are_named_and_the_others_counted(joints_s, times):
    assert f"interrupted after {times} and how long" in unknown_interruptions(joints_s)
