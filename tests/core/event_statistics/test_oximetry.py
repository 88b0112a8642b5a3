"""Saturation, pulse and position from channels, worked by hand."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sleepscorer.core.event_statistics import EventStatistics, Rate, SlowChannels, event_statistics
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import Stage
from sleepscorer.core.undefined import Reason
from sleepscorer.files.event_rules import read_event_rules
from sleepscorer.paths import resource

RULES = read_event_rules(resource("event_rules.toml"))
# W for 5 min, then 10 min of N2, then W for 5 min.
NIGHT = Hypnogram(np.repeat([Stage.W, Stage.N2, Stage.W], [10, 20, 10]).astype(np.int8))
SLEEP_S = 300


def saturation(*stretches: tuple[float, int], before: float = 97.0) -> NDArray[np.float64]:
    """20 min at 1 Hz: 97 % but for stretches of a value and seconds, from the begin of sleep."""
    values = np.full(1200, before)
    at = SLEEP_S
    for value, seconds in stretches:
        values[at : at + seconds] = value
        at += seconds
    return values


def found_in(values: NDArray[np.float64], rate_hz: float = 1.0) -> EventStatistics:
    channels = SlowChannels(saturation=Rate(values, rate_hz, "SpO2"))
    return event_statistics(NIGHT, (), scored=(), rules=RULES, channels=channels)


def test_means_and_minutes_are_of_sleep() -> None:
    values = saturation((94, 60), (89, 120), (87, 60), (94, 360))
    values[:100] = 60.0
    found = found_in(values).values
    assert found["spo2_mean_pct"] == pytest.approx((419 * 94 + 119 * 89 + 60 * 87) / 598)
    assert found["spo2_lowest_pct"] == 87.0
    # It can't change by 5 % in a second: the first at 89 %, and at 94 % again, are artefacts.
    assert found["t90_min"] == pytest.approx(179 / 60)
    assert found["t88_min"] == pytest.approx(1.0)
    assert found["t88_pct"] == pytest.approx(100 * 60 / 598)


@pytest.mark.parametrize(
    ("fall", "n3", "n4"), [((95, 30), 0, 0), ((94, 30), 1, 0), ((93, 30), 1, 1), ((94, 8), 0, 0)]
)
def test_a_desaturation_falls_by_three_or_four(fall: tuple[float, int], n3: int, n4: int) -> None:
    found = found_in(saturation((97, 60), fall)).values
    assert (found["desaturations_3"], found["desaturations_4"]) == (n3, n4)
    assert found["odi3_per_h"] == pytest.approx(6.0 * n3)


def test_desaturations_are_counted_one_by_one() -> None:
    three = [(97.0, 30), (95.0, 5), (92.0, 15)] * 3
    assert found_in(saturation(*three)).values["desaturations_4"] == 3
    # Back by 2 % of 5 it goes on.
    one = found_in(saturation((97, 30), (92, 15), (94, 5), (91, 20)))
    assert one.values["desaturations_3"] == 1


def test_a_slow_drift_is_no_desaturation() -> None:
    drift = [(97.0 - number, 150) for number in range(4)]
    assert found_in(saturation(*drift)).values["desaturations_3"] == 0


def test_those_in_wake_do_not_count() -> None:
    values = saturation()
    values[100:130] = 93.0
    values[298:330] = 93.0  # begins with the last second of wake at 97 %
    found = found_in(values).values
    assert found["desaturations_4"] == 0


def test_artefacts_are_left_out() -> None:
    values = saturation((97, 60), (70, 3), (97, 60), (0, 30), (97, 60), (127, 20))
    values[700:710] = np.nan
    found = found_in(values).values
    assert found["spo2_lowest_pct"] == 97.0
    assert found["desaturations_3"] == 0
    assert found["spo2_sound_pct"] == pytest.approx(100 * (600 - 3 - 30 - 20 - 10) / 600)


@pytest.mark.parametrize("rate_hz", [0.25, 1.0, 4.0, 25.0])
def test_the_rate_makes_no_difference(rate_hz: float) -> None:
    slow = saturation((97, 60), (94, 40), (97, 60), (88, 40))
    times_s = np.arange(int(1200 * rate_hz)) / rate_hz
    found = found_in(slow[(times_s + 1e-9).astype(int)], rate_hz).values
    assert found["desaturations_3"] == 2
    assert found["spo2_lowest_pct"] == 88.0
    assert found["spo2_sound_pct"] == pytest.approx(100.0, abs=1.5)


def test_without_a_channel_or_without_a_sound_value_there_is_no_figure() -> None:
    nothing = event_statistics(NIGHT, (), scored=(), rules=RULES)
    assert nothing.reasons["t90_min"].reason is Reason.NO_SIGNAL
    off = found_in(np.zeros(1200))
    assert off.reasons["odi4_per_h"].reason is Reason.NO_SOUND_VALUES
    assert found_in(np.zeros(0)).values["spo2_mean_pct"] is None
    assert off.says_something


def test_the_pulse_is_of_sleep_and_of_sound_values() -> None:
    values = np.full(1200, 60.0)
    values[:100] = 150.0
    values[400:500], values[500:600], values[600:610] = 50.0, 90.0, 255.0
    channels = SlowChannels(pulse=Rate(values, 1.0, "Pulse"))
    found = event_statistics(NIGHT, (), scored=(), rules=RULES, channels=channels).values
    assert found["pulse_mean_per_min"] == pytest.approx((390 * 60 + 100 * 50 + 100 * 90) / 590)
    assert (found["pulse_lowest_per_min"], found["pulse_highest_per_min"]) == (50.0, 90.0)


def test_a_channel_of_positions_is_read_where_its_numbers_are_known() -> None:
    values = np.repeat([1.0, 2.0, 7.0], [600, 180, 420])
    channels = SlowChannels(position=Rate(values, 1.0))
    unknown = event_statistics(NIGHT, (), scored=(), rules=RULES, channels=channels)
    assert unknown.position_min == {}
    rules = replace(RULES, position_codes={1: "supine", 2: "left"})
    known = event_statistics(NIGHT, (), scored=(), rules=rules, channels=channels)
    assert known.position_min == {"supine": pytest.approx(5.0), "left": pytest.approx(3.0)}
