"""How a night is cut into blocks, rated and measured off; what it says about itself."""

from datetime import datetime
from itertools import pairwise

import numpy as np
import pytest

from sleepscorer.core.errors import MontageError, UsageError
from sleepscorer.core.event_kinds import AROUSAL
from sleepscorer.core.events import LIGHTS_OFF, LIGHTS_ON
from sleepscorer.simulation.channels import (
    MONOPOLAR_MONTAGE,
    SLEEP_EDF_MONTAGE,
    STANDARD_MONTAGE,
    ChannelKind,
    ChannelSpec,
    derivations,
)
from sleepscorer.simulation.night import FlatStretch, NightOptions, simulate_night


def cut(night, *bounds):
    """Blocks between the bounds, joined channel by channel."""
    blocks = [night.block(a, b) for a, b in pairwise(bounds)]
    return [np.concatenate(parts) for parts in zip(*blocks, strict=True)]


def test_blocks_join_to_the_same_bytes_however_they_are_cut():
    whole = simulate_night(hours=0.1, seed=5).block(0, 360)
    for bounds in (
        (0, 30, 60, 90, 360),
        (0, 0.3, 0.7, 29.99, 30.01, 61.003, 61.004, 200, 359.5, 360),
        (0, 1 / 3, 100 / 3, 100, 360),
    ):
        joined = cut(simulate_night(hours=0.1, seed=5), *bounds)
        assert all(a.tobytes() == b.tobytes() for a, b in zip(whole, joined, strict=True))


def test_blocks_can_be_read_in_any_order():
    forwards = simulate_night(hours=0.1, seed=5)
    backwards = simulate_night(hours=0.1, seed=5)
    pages = list(range(0, 360, 30))
    expected = [forwards.block(p, p + 30) for p in pages]
    for page in reversed(pages):
        made = backwards.block(page, page + 30)
        for a, b in zip(expected[page // 30], made, strict=True):
            assert a.tobytes() == b.tobytes()


def test_seeds_give_different_signals():
    first, second = (simulate_night(hours=0.02, seed=s).block(0, 60) for s in (1, 2))
    assert not any(np.array_equal(a, b) for a, b in zip(first[:11], second[:11], strict=True))


def test_noise_has_no_seam_between_pages():
    """Neither power nor slope may show where the 30-s pages join."""
    night = simulate_night(
        channels=derivations("C4-M1", sampling_rate_hz=100),
        options=NightOptions(stages=(2,) * 120, waves=False, artefacts=False),
        seed=4,
    )
    signal = night.block(0, 3600)[0]
    step = np.abs(np.diff(signal))
    at_joints = step[np.arange(1, 120) * 3000 - 1]
    assert at_joints.max() < step.max()
    assert at_joints.mean() == pytest.approx(step.mean(), rel=0.25)
    by_second = signal.reshape(120, 30, 100).var(axis=2).mean(axis=0)
    assert by_second[:10].mean() == pytest.approx(by_second[10:].mean(), rel=0.1)


def test_samples_are_float32_of_the_asked_rate():
    night = simulate_night(hours=0.05, seed=1)
    made = night.block(7.1, 44.3)
    assert [m.dtype for m in made] == [np.float32] * len(STANDARD_MONTAGE)
    for signal, spec in zip(made, night.channels, strict=True):
        rate = spec.sampling_rate_hz
        assert signal.size == round(44.3 * rate) - round(7.1 * rate)
        assert np.isfinite(signal).all()
    assert night.n_samples == tuple(round(180 * c.sampling_rate_hz) for c in night.channels)


def test_blocks_outside_the_night_are_a_mistake():
    night = simulate_night(hours=0.02, channels=SLEEP_EDF_MONTAGE)
    assert [b.size for b in night.block(10, 10)] == [0] * 5
    for bounds in ((-1, 5), (5, 4), (0, 72.1)):
        with pytest.raises(ValueError, match="not within"):
            night.block(*bounds)


@pytest.mark.parametrize("rate", [0.1, 1, 12.5, 33.3, 50, 99.9, 100, 102.4, 128, 200, 512, 1000])
def test_any_rate(rate):
    kinds = [k for k in ChannelKind if not k.is_head]
    specs = [ChannelSpec(k.value, rate, k) for k in kinds]
    specs += derivations("C4-M1", "E1-M2", sampling_rate_hz=rate)
    night = simulate_night(hours=90 / 3600, seed=2, channels=specs)
    for signal, spec in zip(night.block(0, 90), specs, strict=True):
        assert signal.size == round(90 * rate)
        assert np.isfinite(signal).all()
        low, high = spec.physical_range
        assert low <= signal.min() <= signal.max() <= high


@pytest.mark.parametrize(("seconds", "n_epochs"), [(1, 0), (25, 0), (30, 1), (180, 6), (3601, 120)])
def test_any_length(seconds, n_epochs):
    night = simulate_night(
        hours=seconds / 3600, seed=3, channels=derivations("C4-M1", sampling_rate_hz=64)
    )
    assert night.duration_s == seconds
    assert night.hypnogram.n_epochs == n_epochs
    assert night.block(0, seconds)[0].size == 64 * seconds
    for event in night.events:
        assert 0 <= event.onset_s < seconds
        assert event.onset_s + (event.duration_s or 0) <= seconds + 1e-6


def test_a_slower_channel_holds_the_same_signal():
    """The lower rate is the higher one without what lies above its filter."""
    stages = NightOptions(stages=(2,) * 4)
    slow, fast = (
        simulate_night(
            seed=6, channels=derivations("C4-M1", sampling_rate_hz=rate), options=stages
        ).block(0, 120)[0]
        for rate in (128, 512)
    )
    spectrum = np.fft.rfft(fast)[: slow.size // 2 + 1]
    resampled = np.fft.irfft(spectrum, slow.size) * slow.size / fast.size
    assert np.corrcoef(slow, resampled)[0, 1] > 0.99


def test_monopolar_electrodes_subtract_to_the_bipolar_derivations():
    names = ("F4-M1", "C4-M1", "O2-M1", "C3-M2", "E1-M2", "E2-M2")
    bipolar = simulate_night(hours=0.05, seed=8, channels=STANDARD_MONTAGE).block(0, 180)
    labels = [c.label for c in MONOPOLAR_MONTAGE]
    potentials = simulate_night(hours=0.05, seed=8, channels=MONOPOLAR_MONTAGE).block(0, 180)
    for name, expected in zip(names, bipolar, strict=False):
        plus, minus = (potentials[labels.index(e)] for e in name.split("-"))
        difference = plus - minus - expected
        # Three amplifiers of 0.4 µV each.
        assert difference.std() == pytest.approx(0.4 * 3**0.5, rel=0.1)
        assert expected.std() > 5


def test_channels_do_not_depend_on_their_company():
    alone = simulate_night(hours=0.05, seed=9, channels=[STANDARD_MONTAGE[1]]).block(0, 180)[0]
    among = simulate_night(hours=0.05, seed=9).block(0, 180)[1]
    assert np.abs(alone - among).max() < 1e-3


def test_events_carry_lights_arousals_and_artefacts_in_order():
    night = simulate_night(hours=8, seed=1, start=datetime(2023, 5, 4, 23, 1))
    texts = [e.text for e in night.events]
    assert night.start == datetime(2023, 5, 4, 23, 1)
    assert texts.count(LIGHTS_OFF) == texts.count(LIGHTS_ON) == 1
    off, on = (next(e for e in night.events if e.text == t) for t in (LIGHTS_OFF, LIGHTS_ON))
    assert off.onset_s == night.hypnogram.lights_off_s
    assert on.onset_s == night.hypnogram.lights_on_s
    assert 20 < texts.count(AROUSAL.text) < 200
    assert texts.count("Body movement") > 5
    onsets = [e.onset_s for e in night.events]
    assert onsets == sorted(onsets)
    for arousal in (e for e in night.events if e.text == AROUSAL.text):
        assert 3 <= arousal.duration_s <= 14
        assert night.hypnogram.stages[int(arousal.onset_s // 30)] >= 0


def test_a_flat_stretch_is_flat_and_said():
    options = NightOptions(flat=(FlatStretch("C4-M1", 40, 70),))
    specs = derivations("F4-M1", "C4-M1", sampling_rate_hz=100)
    night = simulate_night(hours=0.05, seed=1, channels=specs, options=options)
    frontal, central = night.block(0, 180)
    assert (central[4000:7000] == 0).all()
    assert central[3990:4000].std() > 0
    assert central[7000:7010].std() > 0
    assert frontal[4000:7000].std() > 3
    flat = [e for e in night.events if e.text == "Flat signal"]
    assert [(e.onset_s, e.duration_s, e.channel) for e in flat] == [(40, 30, "C4-M1")]


def test_given_stages_are_the_scoring():
    stages = (0, 0, 1, 2, 3, 4, -1)
    night = simulate_night(hours=8, channels=SLEEP_EDF_MONTAGE, options=NightOptions(stages=stages))
    assert tuple(night.hypnogram.stages) == stages
    assert night.duration_s == 210
    assert [b.size for b in night.block(0, 210)] == [21000, 21000, 21000, 210, 210]


def test_without_waves_and_artefacts_only_the_spectrum_is_left():
    specs = derivations("F4-M1", sampling_rate_hz=100)
    stages = (3,) * 20
    full, bare = (
        simulate_night(seed=2, channels=specs, options=o)
        for o in (
            NightOptions(stages=stages),
            NightOptions(stages=stages, waves=False, artefacts=False),
        )
    )
    assert full.block(0, 600)[0].std() > 1.5 * bare.block(0, 600)[0].std()
    assert not any(e.text.startswith(("Body", "Electrode", "Mains")) for e in bare.events)


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"hours": 0}, UsageError, "0 h"),
        ({"hours": float("nan")}, UsageError, "nan h"),
        ({"hours": 1e6}, UsageError, "hours"),
        ({"seed": -1}, UsageError, "-1 can't be a seed"),
        ({"channels": []}, MontageError, "no channels"),
        ({"channels": SLEEP_EDF_MONTAGE * 2}, MontageError, "EEG Fpz-Cz"),
        ({"options": NightOptions(flat=(FlatStretch("X", 0, 1),))}, MontageError, "'X'"),
        ({"options": NightOptions(flat=(FlatStretch("ECG", 2, 1),))}, UsageError, "ECG"),
        ({"options": NightOptions(stages=())}, UsageError, "0 h"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_words(wrong, error, words):
    with pytest.raises(error, match=words):
        simulate_night(**wrong)
