import numpy as np
import pytest
from memory_recording import recording, signal

from sleepscorer.core.derivation import ResolvedDerivation, resolve
from sleepscorer.core.recording import Gap
from sleepscorer.staging.input_gate import notes_on_units
from sleepscorer.staging.preprocess import EpochQuality, band_passed, epoch_blocks


def channel(*parts):
    weights = [1.0] + [-1.0] * (len(parts) - 1)
    return ResolvedDerivation("test", "eeg", tuple(zip(parts, weights, strict=True)))


def all_blocks(derivation, n_epochs, **options):
    blocks = list(epoch_blocks(derivation, n_epochs, band=options.pop("band", "eeg"), **options))
    quality = EpochQuality.joined([block.quality for block in blocks])
    found = {name: getattr(quality, name) for name in ("missing", "flat", "clipped", "usable")}
    return {"epochs": np.concatenate([block.epochs for block in blocks]), **found}


@pytest.mark.parametrize("rate_hz", [64, 100, 128, 200, 256, 500, 512, 333.25])
def test_a_sine_in_the_pass_band_is_resampled_exactly(rate_hz):
    t = np.arange(round(60 * rate_hz)) / rate_hz
    passed = band_passed(np.sin(2 * np.pi * 10 * t), duration_s=60, band="eeg")
    wanted = np.sin(2 * np.pi * 10 * np.arange(6000) / 100)
    assert np.abs(passed - wanted)[500:-500].max() < 0.01


@pytest.mark.parametrize(
    ("band", "frequency_hz", "gain"),
    [
        ("eeg", 0.0, 0.0),
        ("eeg", 0.25, 0.5),
        ("eeg", 1.0, 1.0),
        ("eeg", 30.0, 1.0),
        ("eeg", 33.75, 0.5),
        ("eeg", 45.0, 0.0),
        ("eog", 15.0, 1.0),
        ("eog", 16.875, 0.5),
        ("eog", 20.0, 0.0),
    ],
)
def test_the_pass_bands_are_those_of_the_training_features(band, frequency_hz, gain):
    t = np.arange(40_000) / 200
    passed = band_passed(np.cos(2 * np.pi * frequency_hz * t), duration_s=200, band=band)
    assert np.abs(passed[4000:-4000]).max() == pytest.approx(gain, abs=0.02)


def test_blocks_join_without_a_seam():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 20, 128 * 30 * 45)
    read = all_blocks(channel(signal("C4-M1", noise, 128)), 45)["epochs"].ravel()
    whole = band_passed(noise, duration_s=45 * 30, band="eeg")
    inner = slice(2000, -2000)
    assert np.abs(read[inner] - whole[inner]).max() < 0.5
    seam = slice(20 * 3000 - 300, 20 * 3000 + 300)
    assert np.abs(read[seam] - whole[seam]).max() < 0.5


def test_bad_samples_are_found_and_bridged():
    rng = np.random.default_rng(1)
    values = rng.normal(0, 20, 100 * 30 * 6)
    values[3000:4500] = 7.0  # half of epoch 1
    values[6000:9000] = 0.0  # all of epoch 2
    values[9500:9700] = 500.0  # at the physical maximum in epoch 3
    values[12_000:12_100] = np.nan  # a second of epoch 4
    found = all_blocks(channel(signal("C4-M1", values, physical_range=(-500.0, 500.0))), 6)
    np.testing.assert_allclose(found["flat"], [0, 0.5, 1, 2 / 30, 0, 0], atol=0.01)
    np.testing.assert_allclose(found["missing"], [0, 0, 0, 0, 1 / 30, 0], atol=1e-6)
    assert found["usable"].tolist() == [True, True, False, True, True, True]
    assert np.isfinite(found["epochs"]).all()
    assert np.abs(found["epochs"][3]).max() < 200


def test_saturation_below_the_physical_range_is_found():
    rng = np.random.default_rng(2)
    values = np.clip(rng.normal(0, 50, 100 * 30 * 4).cumsum() * 0.3, -60, 60)
    found = all_blocks(channel(signal("C4-M1", values, physical_range=(-5000.0, 5000.0))), 4)
    assert (found["clipped"] + found["flat"]).mean() > 0.3


def test_clean_noise_is_neither_flat_nor_clipped():
    rng = np.random.default_rng(3)
    coarse = np.round(rng.normal(0, 10, 100 * 30 * 4) / 0.5) * 0.5
    found = all_blocks(channel(signal("C4-M1", coarse, physical_range=(-500.0, 500.0))), 4)
    assert found["flat"].max() == 0
    assert found["clipped"].max() == 0


def test_a_flat_reference_is_found_behind_a_difference():
    rng = np.random.default_rng(4)
    first = signal("C4", rng.normal(0, 20, 6000))
    second = signal("M1", np.zeros(6000))
    found = all_blocks(channel(first, second), 2)
    assert found["flat"].tolist() == [1.0, 1.0]
    assert not found["usable"].any()


def test_an_epoch_that_lacks_half_a_second_is_not_usable():
    rng = np.random.default_rng(5)
    values = rng.normal(0, 20, 100 * 30 * 30)
    found = all_blocks(channel(signal("C4-M1", values)), 30, gaps=(Gap(59.5, 91.0), Gap(750, 780)))
    assert np.flatnonzero(~found["usable"]).tolist() == [1, 2, 3, 25]


def test_an_epoch_across_a_joint_of_unknown_length_is_not_usable():
    rng = np.random.default_rng(5)
    values = rng.normal(0, 20, 100 * 30 * 8)
    # At 150 s the joint lies between two epochs, and none is across it.
    gaps = (Gap(45.0, 45.0), Gap(150.0, 150.0))
    found = all_blocks(channel(signal("C4-M1", values)), 8, gaps=gaps)
    assert np.flatnonzero(~found["usable"]).tolist() == [1]


def test_a_unit_that_the_file_does_not_tell_is_no_note():
    plain = channel(signal("C4-M1", np.zeros(6000), stored_unit=""))
    assert notes_on_units(plain) == ()
    assert notes_on_units(channel(signal("C4-M1", np.zeros(6000), stored_unit="mV"))) == (
        "C4-M1 is stored in mV and was converted to microvolts.",
    )


def test_an_interruption_of_50_ms_costs_no_epoch():
    rng = np.random.default_rng(5)
    values = rng.normal(0, 20, 100 * 30 * 30)
    holed = values.copy()
    holed[70_500:70_505] = np.nan
    gaps = (Gap(705.0, 705.05),)
    found = all_blocks(channel(signal("C4-M1", holed)), 30, gaps=gaps)
    assert found["usable"].all()
    whole = all_blocks(channel(signal("C4-M1", values)), 30)["epochs"]
    np.testing.assert_allclose(found["epochs"].std(axis=1), whole.std(axis=1), rtol=0.02)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.48])
def test_an_epoch_that_is_partly_missing_keeps_its_power(share):
    rng = np.random.default_rng(6)
    values = rng.normal(0, 20, 100 * 30 * 6)
    whole = all_blocks(channel(signal("C4-M1", values)), 6)["epochs"]
    for kind in ("missing", "flat"):
        holed = values.copy()
        for epoch in range(6):
            holed[epoch * 3000 + 200 : epoch * 3000 + 200 + int(share * 3000)] = (
                np.nan if kind == "missing" else 3.0
            )
        found = all_blocks(channel(signal("C4-M1", holed)), 6)
        assert found["usable"].all()
        ratio = found["epochs"].std(axis=1) / whole.std(axis=1)
        np.testing.assert_allclose(ratio, 1, atol=0.08)


@pytest.mark.parametrize(
    ("rate_hz", "mains_hz", "is_told"),
    [(128, 50, True), (128, 60, True), (256, 60, True), (100, 48, False)],
)
def test_mains_hum_is_told_at_every_rate_that_holds_it(rate_hz, mains_hz, is_told):
    t = np.arange(90 * rate_hz) / rate_hz
    values = np.random.default_rng(7).normal(0, 20, t.size)
    middle = (t >= 30) & (t < 60)
    values += np.where(middle, 300 * np.sin(2 * np.pi * mains_hz * t), 0)
    (block,) = epoch_blocks(channel(signal("C4-M1", values, rate_hz)), 3, band="eeg")
    before, hum, after = block.quality.hum
    assert (hum > 50) == is_told
    assert before < 1
    assert after < 1


@pytest.mark.parametrize(
    ("labels", "signs"),
    [
        (("C4", "M1"), (1, -1)),
        (("C4-Cz", "M1-Cz"), (1, -1)),
        (("C4-Cz", "Cz-M1"), (1, 1)),
        (("Cz-C4", "Cz-M1"), (-1, 1)),
        (("Cz-C4", "M1-Cz"), (-1, -1)),
        (("M1-C4",), (-1,)),
    ],
)
def test_a_derivation_is_staged_as_the_difference_it_is(labels, signs):
    rng = np.random.default_rng(8)
    stored = [rng.normal(0, 20, 9000) for _ in labels]
    night = recording(*(signal(f"EEG {n}", x) for n, x in zip(labels, stored, strict=True)))
    found = all_blocks(resolve(night, "C4-M1"), 3)["epochs"]
    difference = sum(sign * x for sign, x in zip(signs, stored, strict=True))
    expected = all_blocks(channel(signal("C4-M1", difference)), 3)["epochs"]
    np.testing.assert_allclose(found, expected, atol=1e-3)


def quality_of(values, rate_hz=200, n_epochs=3, **options):
    (block,) = epoch_blocks(
        channel(signal("C4-M1", values, rate_hz, **options)), n_epochs, band="eeg"
    )
    return block.quality


@pytest.mark.parametrize(
    ("hz", "is_hum", "is_signal"),
    [
        (0.3, False, False),
        (0.6, False, True),
        (34.0, False, True),
        (36.0, False, False),
        (44.0, False, False),
        (46.0, True, False),
        (64.0, True, False),
        (66.0, False, False),
    ],
)
def test_hum_is_from_45_to_65_hz_and_the_signal_from_half_a_hertz_to_35(hz, is_hum, is_signal):
    t = np.arange(90 * 200) / 200
    both = np.sin(2 * np.pi * 10 * t) + np.sin(2 * np.pi * 50 * t)
    with_tone = quality_of(both + 3 * np.sin(2 * np.pi * hz * t)).hum[1]
    # Powers 1 and 1, and 9 in the one or the other.
    assert with_tone == pytest.approx((1 + 9 * is_hum) / (1 + 9 * is_signal), rel=0.05)


def test_hum_is_measured_in_the_middle_ten_seconds_of_an_epoch():
    t = np.arange(90 * 200) / 200
    signal_uv, tone = np.sin(2 * np.pi * 10 * t), np.sin(2 * np.pi * 50 * t)
    for start_s, stop_s, is_told in ((40, 50, True), (30, 40, False), (50, 60, False)):
        hum = quality_of(signal_uv + np.where((t >= start_s) & (t < stop_s), tone, 0)).hum
        np.testing.assert_allclose(hum, [0, float(is_told), 0], atol=0.02)


@pytest.mark.parametrize(("below_uv", "is_clipped"), [(0.0, True), (0.09, True), (0.11, False)])
def test_a_rail_is_within_a_ten_thousandth_of_the_range(below_uv, is_clipped):
    values = np.random.default_rng(9).normal(0, 20, 3 * 3000)
    # Three samples of 9000: too few to be a rail by their number.
    values[4000:4003] = 500 - below_uv
    clipped = quality_of(values, 100, physical_range=(-500.0, 500.0)).clipped
    assert clipped.tolist() == pytest.approx([0, 3 / 3000 * is_clipped, 0], abs=1e-7)


def test_what_the_pass_band_leaves_of_an_amplitude_is_told():
    t = np.arange(90 * 200) / 200
    inside, outside = np.sin(2 * np.pi * 10 * t), np.sin(2 * np.pi * 70 * t)
    np.testing.assert_allclose(quality_of(inside).in_band, 1, atol=0.01)
    np.testing.assert_allclose(quality_of(3 * inside + 4 * outside).in_band, 0.6, atol=0.01)
    # At the ends of a recording the tone begins and stops, which is no tone.
    assert quality_of(outside).in_band[1] < 1e-4
    assert quality_of(np.zeros(t.size)).in_band.tolist() == [1, 1, 1]
