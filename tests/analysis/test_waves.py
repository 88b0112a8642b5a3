import numpy as np
import pytest

from sleepscorer.analysis.waves import (
    N3_SECONDS,
    SLOW_WAVE_UV,
    Eyes,
    NotOfSleep,
    slow_wave_seconds,
    slow_waves,
    spindle_marks,
)
from sleepscorer.core.stages import Stage
from sleepscorer.simulation.channels import derivations
from sleepscorer.simulation.night import NightOptions, simulate_night

RATE = 200.0
N_SAMPLES = round(30 * RATE)


def quiet(seed=0):
    return np.random.default_rng(seed).normal(0, 2, N_SAMPLES).astype(np.float32)


def with_waves(frequency_hz, peak_to_peak_uv, seconds, start_s=10.0):
    """An epoch with waves of this frequency, negative half first."""
    samples = quiet()
    times_s = np.arange(round(seconds * RATE)) / RATE
    start = round(start_s * RATE)
    wave = -peak_to_peak_uv / 2 * np.sin(2 * np.pi * frequency_hz * times_s)
    samples[start : start + wave.size] += wave.astype(np.float32)
    return samples


@pytest.mark.parametrize(
    ("frequency_hz", "peak_to_peak_uv", "expected_s"),
    [
        (1.0, 120, 8.0),
        (0.8, 120, 7.5),
        (1.8, 120, 8.0),
        (1.0, 60, 0.0),
        (4.0, 150, 0.0),
        (0.25, 300, 0.0),
        (10.0, 150, 0.0),
    ],
)
def test_waves_count_by_frequency_and_height(frequency_hz, peak_to_peak_uv, expected_s):
    samples = with_waves(frequency_hz, peak_to_peak_uv, 8.0)
    # What precedes and follows the waves may add a half wave on both sides.
    assert slow_wave_seconds(samples, RATE) == pytest.approx(expected_s, abs=0.8)


def test_the_height_is_that_of_the_wave_and_75_uv_is_not_enough():
    marks = slow_waves(with_waves(1.0, 120, 8.0), RATE)
    assert [mark.peak_to_peak_uv for mark in marks[1:-1]] == pytest.approx(
        [120] * (len(marks) - 2), rel=0.05
    )
    assert all(mark.peak_to_peak_uv > SLOW_WAVE_UV for mark in marks)
    assert all(0.5 <= mark.duration_s <= 2.0 for mark in marks)
    assert slow_wave_seconds(with_waves(1.0, 70, 8.0), RATE) < 1.0


def test_fast_activity_on_top_does_not_break_waves_up():
    samples = with_waves(1.0, 120, 8.0)
    samples += 15 * np.sin(2 * np.pi * 13 * np.arange(N_SAMPLES) / RATE).astype(np.float32)
    assert slow_wave_seconds(samples, RATE) == pytest.approx(8.0, abs=0.8)


def test_waves_that_cross_the_ends_need_context():
    times_s = np.arange(round(40 * RATE)) / RATE
    samples = (-60 * np.sin(2 * np.pi * 0.9 * (times_s + 0.3))).astype(np.float32)
    assert slow_wave_seconds(samples, RATE, context_s=5.0) == pytest.approx(30.0, abs=1e-6)
    marks = slow_waves(samples, RATE, context_s=5.0)
    assert marks[0].start_s == 0.0
    assert marks[-1].stop_s == 30.0
    within = slow_wave_seconds(samples[round(5 * RATE) : round(35 * RATE)], RATE)
    assert 27.0 < within < 30.0


def test_gaps_and_emptiness_hold_no_waves():
    samples = with_waves(1.0, 120, 20.0, 5.0)
    samples[round(12 * RATE) : round(14 * RATE)] = np.nan
    assert slow_wave_seconds(samples, RATE) == pytest.approx(18.0, abs=2.5)
    assert slow_wave_seconds(np.full(N_SAMPLES, np.nan, np.float32), RATE) == 0.0
    assert slow_wave_seconds(np.empty(0, np.float32), RATE) == 0.0
    assert spindle_marks(np.full(N_SAMPLES, np.nan, np.float32), RATE) == ()
    assert spindle_marks(np.empty(0, np.float32), RATE) == ()


def reasons(samples, **given):
    return {mark.not_of_sleep for mark in slow_waves(samples, RATE, **given)}


def test_waves_with_muscle_activity_do_not_count():
    samples = with_waves(1.0, 120, 8.0)
    muscle = 16 * np.sqrt(2) * np.sin(2 * np.pi * 31 * np.arange(N_SAMPLES) / RATE)
    assert reasons(samples + muscle.astype(np.float32)) == {NotOfSleep.MUSCLE}
    assert slow_wave_seconds(samples + muscle.astype(np.float32), RATE) == 0.0
    # As strong as the quiet muscles and the beta waves of sleep.
    assert reasons(samples + (muscle / 4).astype(np.float32)) == {None}


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_mains_hum_is_no_muscle_activity(mains_hz):
    hum = 30 * np.sin(2 * np.pi * mains_hz * np.arange(N_SAMPLES) / RATE)
    assert reasons(with_waves(1.0, 120, 8.0) + hum.astype(np.float32)) == {None}


def test_only_the_waves_on_which_muscles_are_active_are_left_out():
    samples = with_waves(1.0, 120, 20.0, 5.0)
    burst = slice(round(15 * RATE), round(20 * RATE))
    samples[burst] += 30 * np.sin(2 * np.pi * 31 * np.arange(round(5 * RATE)) / RATE)
    assert reasons(samples) == {None, NotOfSleep.MUSCLE}
    assert slow_wave_seconds(samples, RATE) == pytest.approx(15.0, abs=1.5)


@pytest.mark.parametrize(("between_eyes", "reason"), [(1.2, NotOfSleep.EYES), (0.8, None)])
def test_waves_that_are_larger_between_the_eyes_are_eye_movements(between_eyes, reason):
    waves = with_waves(1.0, 120, 8.0)
    eyes = Eyes((between_eyes * waves[::2]).astype(np.float32), RATE / 2)
    assert reasons(waves, eyes=eyes) == {reason}


@pytest.mark.parametrize(("height_uv", "reason"), [(450, None), (700, NotOfSleep.HEIGHT)])
def test_what_is_higher_than_brains_make_does_not_count(height_uv, reason):
    assert reason in reasons(with_waves(1.0, height_uv, 8.0))
    assert (slow_wave_seconds(with_waves(1.0, height_uv, 8.0), RATE) > 6.0) is (reason is None)


def test_nothing_is_said_of_muscles_where_the_rate_can_not_hold_them():
    waves = with_waves(1.0, 120, 8.0)[::4]
    assert {mark.not_of_sleep for mark in slow_waves(waves, RATE / 4)} == {None}


def with_spindle(frequency_hz, seconds, amplitude=20.0, start_s=12.0):
    samples = np.cumsum(np.random.default_rng(4).normal(0, 1.2, N_SAMPLES))
    samples -= np.linspace(samples[0], samples[-1], N_SAMPLES)
    times_s = np.arange(round(seconds * RATE)) / RATE
    start = round(start_s * RATE)
    wave = amplitude * np.hanning(times_s.size) ** 0.5 * np.sin(2 * np.pi * frequency_hz * times_s)
    samples[start : start + wave.size] += wave
    return samples.astype(np.float32)


@pytest.mark.parametrize("frequency_hz", [12.0, 13.5, 15.0])
def test_a_spindle_is_marked_where_it_is(frequency_hz):
    (mark,) = spindle_marks(with_spindle(frequency_hz, 1.0), RATE)
    assert mark.start_s == pytest.approx(12.0, abs=0.2)
    assert mark.stop_s == pytest.approx(13.0, abs=0.2)
    assert mark.peak_to_peak_uv == pytest.approx(40.0, rel=0.25)


@pytest.mark.parametrize(
    ("frequency_hz", "seconds"),
    [(9.5, 1.0), (22.0, 1.0), (13.0, 0.25), (13.0, 4.0), (10.0, 4.0)],
)
def test_other_trains_are_no_spindles(frequency_hz, seconds):
    assert spindle_marks(with_spindle(frequency_hz, seconds), RATE) == ()


def test_context_shifts_the_marks():
    (mark,) = spindle_marks(with_spindle(13.0, 1.0), RATE, context_s=5.0)
    assert mark.start_s == pytest.approx(7.0, abs=0.2)
    assert spindle_marks(with_spindle(13.0, 1.0, start_s=1.0), RATE, context_s=5.0) == ()


def test_a_slow_signal_has_no_spindles():
    assert spindle_marks(np.ones(300, np.float32), 10.0) == ()


@pytest.fixture(scope="module")
def simulated():
    """Seconds of slow waves and numbers of spindles of simulated epochs by stage."""
    stages = [Stage.W] * 6 + [Stage.N1] * 4 + [Stage.N2] * 20 + [Stage.N3] * 20 + [Stage.R] * 10
    channels = derivations("F4-M1", "C4-M1", sampling_rate_hz=200)
    options = NightOptions(stages=tuple(stages))
    night = simulate_night(seed=3, channels=channels, options=options)
    found = {stage: [] for stage in Stage}
    for epoch, stage in enumerate(stages[1:-1], 1):
        frontal, central = night.block(epoch * 30 - 5, epoch * 30 + 35)
        found[stage].append(
            (
                slow_wave_seconds(frontal, RATE, context_s=5.0),
                len(spindle_marks(central, RATE, context_s=5.0)),
            )
        )
    return {stage: np.array(values) for stage, values in found.items() if values}


def test_simulated_n3_exceeds_six_seconds_and_other_stages_do_not(simulated):
    assert (simulated[Stage.N3][:, 0] > N3_SECONDS).mean() > 0.9
    for stage in (Stage.N1, Stage.N2, Stage.R):
        assert (simulated[stage][:, 0] < N3_SECONDS).mean() > 0.9


def test_simulated_spindles_are_marked_in_n2(simulated):
    assert simulated[Stage.N2][:, 1].mean() > 0.3
    for stage in (Stage.W, Stage.N1, Stage.R):
        assert simulated[stage][:, 1].mean() < 0.2
