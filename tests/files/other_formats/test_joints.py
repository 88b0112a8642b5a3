"""Stored samples in time: joints, gaps, and events across them."""

import math

import pytest

from sleepscorer.core.events import Event
from sleepscorer.core.recording import Gap
from sleepscorer.files.other_formats.joints import Joint, Piece, missing_by_clock, timeline

TEN_S = {"n_samples": 1000, "rate_hz": 100.0}


def test_pieces_follow_each_other_with_what_is_missing_between():
    times = timeline([Joint(600, 5.0), Joint(200, 30.0)], **TEN_S)
    assert times.pieces == (Piece(0, 200, 0.0), Piece(200, 600, 32.0), Piece(600, 1000, 41.0))
    assert times.gaps == (Gap(2.0, 32.0), Gap(36.0, 41.0))
    assert times.duration_s == 45.0
    assert times.warnings == ()


@pytest.mark.parametrize(
    ("sample", "start_s", "end_s"),
    [(-100, -1.0, -1.0), (0, 0.0, 0.0), (199, 1.99, 1.99), (200, 32.0, 2.0), (201, 32.01, 32.01),
     (1000, 40.0, 40.0), (1100, 41.0, 41.0)],
)  # fmt: skip
def test_a_place_at_a_joint_is_the_end_of_one_piece_and_the_start_of_the_next(
    sample, start_s, end_s
):
    times = timeline([Joint(200, 30.0)], **TEN_S)
    assert times.time_of(sample) == start_s
    assert times.time_of(sample, is_end=True) == end_s


@pytest.mark.parametrize(
    ("event", "onset_s", "duration_s"),
    [
        (Event(1.0, None, "x"), 1.0, None),
        (Event(2.0, None, "x"), 32.0, None),
        (Event(1.0, 1.0, "x"), 1.0, 1.0),
        (Event(1.0, 1.5, "x"), 1.0, 31.5),
        (Event(2.0, 1.0, "x"), 32.0, 1.0),
        (Event(2.0, 0.0, "x"), 32.0, 0.0),
    ],
)
def test_events_move_and_stretch_with_the_samples(event, onset_s, duration_s):
    placed = timeline([Joint(200, 30.0)], **TEN_S).placed(event)
    assert (placed.onset_s, placed.duration_s, placed.text) == (onset_s, duration_s, "x")


@pytest.mark.parametrize(
    ("joints", "gaps"),
    [
        ([Joint(0, 5.0)], ()),
        ([Joint(1000, 5.0)], ()),
        ([Joint(1, 5.0)], (Gap(0.01, 5.01),)),
        ([Joint(999, 5.0)], (Gap(9.99, 14.99),)),
        # Less than half a sample is none.
        ([Joint(500, 0.0)], ()),
        ([Joint(500, 0.004)], ()),
        ([Joint(500, 0.005)], (Gap(5.0, 5.005),)),
        # Of several at one place the longest that is known.
        ([Joint(500), Joint(500, 2.0), Joint(500, 1.0)], (Gap(5.0, 7.0),)),
        ([Joint(500, 1.0), Joint(500)], (Gap(5.0, 6.0),)),
        ([Joint(500, 259_200.0)], (Gap(5.0, 259_205.0),)),
    ],
)
def test_which_joints_are_gaps(joints, gaps):
    times = timeline(joints, **TEN_S)
    assert times.gaps == gaps
    assert times.warnings == ()


@pytest.mark.parametrize("missing_s", [259_200.1, -1.0, math.inf, math.nan])
def test_lengths_that_no_pause_has_are_told_and_not_known(missing_s):
    times = timeline([Joint(500, missing_s)], **TEN_S)
    assert times.gaps == (Gap(5.0, 5.0),)
    assert len(times.warnings) == 2
    assert "was not believed" in times.warnings[0]
    assert "interrupted after 0:00:05" in times.warnings[1]


def test_a_length_is_doubted_in_days():
    (doubted, _) = timeline([Joint(500, 4.5 * 86400)], **TEN_S).warnings
    assert "4.5 days" in doubted


@pytest.mark.parametrize(
    ("skips", "gaps"),
    [
        ([Gap(3.0, 4.0)], (Gap(2.0, 32.0), Gap(33.0, 34.0))),
        ([Gap(1.0, 2.0)], (Gap(1.0, 32.0),)),
        ([Gap(2.0, 3.0)], (Gap(2.0, 33.0),)),
        ([Gap(1.0, 3.0)], (Gap(1.0, 33.0),)),
        ([Gap(5.0, 6.0), Gap(5.5, 5.7), Gap(5.9, 7.0)], (Gap(2.0, 32.0), Gap(35.0, 37.0))),
    ],
)
def test_stretches_that_hold_no_samples_are_gaps_too(skips, gaps):
    assert timeline([Joint(200, 30.0)], skips=skips, **TEN_S).gaps == gaps


@pytest.mark.parametrize(
    ("passed_s", "recorded_s", "missing_s"),
    [
        # 50 ms, and 0.02 % of what was recorded.
        (0.04, 0.0, 0.0),
        (0.06, 0.0, 0.06),
        (-0.06, 0.0, -0.06),
        (1002.04, 1000.0, 2.04),
        (1000.24, 1000.0, 0.0),
        (999.76, 1000.0, 0.0),
        (1000.26, 1000.0, 0.26),
        (999.74, 1000.0, -0.26),
    ],
)
def test_clocks_part_a_little_without_a_gap(passed_s, recorded_s, missing_s):
    assert missing_by_clock(passed_s, recorded_s) == pytest.approx(missing_s, abs=1e-9)
