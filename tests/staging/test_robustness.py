"""What happens to a night whose signals are wrong in some way: the same stages, or clear words."""

import numpy as np
import pytest
from memory_recording import recording, signal

from sleepscorer.core.errors import StagingRefused
from sleepscorer.core.progress import Cancelled
from sleepscorer.core.recording import Gap
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.simulation.channels import derivations
from sleepscorer.simulation.night import NightOptions, simulate_night
from sleepscorer.staging import stager as stager_module
from sleepscorer.staging.stager import Stager

SEED = 4
LIMITS = (-1e9, 1e9)


def simulated(*, hours=4.0, rate_hz=100.0, stages=None):
    night = simulate_night(
        hours=hours,
        seed=SEED,
        channels=derivations("Fpz-Cz", "E1-E2", sampling_rate_hz=rate_hz),
        options=NightOptions(stages=stages),
    )
    return night.block(0, night.duration_s), night.hypnogram.stages


def night_of(eeg, eog, rate_hz=100.0, **options):
    return recording(
        signal("EEG Fpz-Cz", eeg, rate_hz, physical_range=LIMITS),
        signal("EOG E1-E2", eog, rate_hz, physical_range=LIMITS),
        **options,
    )


@pytest.fixture(scope="module")
def stager():
    return Stager(device="cpu")


@pytest.fixture(scope="module")
def base(stager):
    (eeg, eog), truth = simulated()
    return eeg, eog, stage(stager, night_of(eeg, eog)), truth


def stage(stager, night, **channels):
    return stager.stage(night, choose_stager_channels(night, **channels))


def same_share(first, second):
    return float((first.stages == second.stages).mean())


def warned(staging, words):
    return any(words in warning for warning in staging.provenance.warnings)


def test_the_base_night_is_staged_without_a_warning(base):
    _, _, staging, truth = base
    assert staging.provenance.warnings == ()
    assert (staging.stages == truth).mean() > 0.6  # plumbing only: the night is synthetic
    assert staging.provenance.eeg == ("Fpz-Cz",)
    assert staging.provenance.eog == ("E1-E2",)


@pytest.mark.parametrize(
    ("factor", "words"),
    [(1e6, "picovolts"), (1e3, "nanovolts"), (1e-6, "volts"), (1e-3, "millivolts")],
)
def test_wrong_units_give_the_same_stages_and_a_warning(stager, base, factor, words):
    eeg, eog, plain, _ = base
    scaled = stage(stager, night_of(eeg * factor, eog * factor))
    assert same_share(scaled, plain) > 0.99
    assert warned(scaled, words)


@pytest.mark.parametrize("factor", [0.5, 2.0, -1.0])
def test_gain_and_polarity_do_not_matter(stager, base, factor):
    eeg, eog, plain, _ = base
    changed = stage(stager, night_of(eeg * factor, eog * factor))
    assert same_share(changed, plain) > 0.99
    assert changed.provenance.warnings == ()


def test_a_flat_eeg_is_left_out_and_said(stager, base):
    eeg, eog, _, _ = base
    staging = stage(stager, night_of(eeg * 0, eog))
    assert staging.provenance.eeg == ()
    assert warned(staging, "Fpz-Cz is flat for 100 %")
    alone = stage(stager, night_of(eeg, eog), eeg=["none"])
    np.testing.assert_array_equal(staging.probabilities, alone.probabilities)


def test_a_flat_eog_is_left_out_and_said(stager, base):
    eeg, eog, _, _ = base
    staging = stage(stager, night_of(eeg, eog * 0))
    assert staging.provenance.eog == ()
    assert warned(staging, "E1-E2 is flat for 100 %")


def test_nothing_but_flat_channels_is_refused(stager, base):
    eeg, eog, _, _ = base
    with pytest.raises(StagingRefused, match=r"flat for 100 %.*flat for 100 %"):
        stage(stager, night_of(eeg * 0, eog * 0))


def test_a_second_of_missing_samples_changes_nothing_else(stager, base):
    eeg, eog, plain, _ = base
    holed = eeg.copy()
    holed[50_000:50_100] = np.nan
    staging = stage(stager, night_of(holed, eog))
    assert same_share(staging, plain) > 0.99
    assert np.isfinite(staging.probabilities).all()


def test_clipping_is_said(stager, base):
    eeg, eog, _, _ = base
    limit = float(np.quantile(np.abs(eeg), 0.8))
    clipped = recording(
        signal("EEG Fpz-Cz", np.clip(eeg, -limit, limit), 100.0, physical_range=(-limit, limit)),
        signal("EOG E1-E2", eog, 100.0, physical_range=LIMITS),
    )
    assert warned(stage(stager, clipped), "clipped for")


# Twenty minutes of the four hours, with most of their REM: without them the levels of the night are
# others, and the warning says what was left out.
@pytest.mark.parametrize(
    ("rms_uv", "n_epochs", "share"),
    [(200, 2, 0.97), (1000, 2, 0.97), (3000, 2, 0.97), (1000, 40, 0.92)],
)
@pytest.mark.parametrize("which", [0, 1])
def test_a_loose_lead_does_not_ruin_the_rest_of_the_night(
    stager, base, rms_uv, n_epochs, share, which
):
    *signals, plain, _ = base
    noisy = [values.copy() for values in signals]
    rng = np.random.default_rng(0)
    stretch = slice(200 * 3000, (200 + n_epochs) * 3000)
    noisy[which][stretch] = rng.normal(0, rms_uv, n_epochs * 3000)
    staging = stage(stager, night_of(*noisy))
    elsewhere = np.ones(len(plain.stages), dtype=bool)
    elsewhere[195 : 205 + n_epochs] = False
    assert (staging.stages == plain.stages)[elsewhere].mean() > share
    if rms_uv >= 1000:
        assert warned(staging, f"{n_epochs} of 480 epochs")


@pytest.mark.parametrize("share", [0.4, 0.7])
def test_a_lead_that_is_off_is_left_out_and_said(stager, base, share):
    eeg, eog, plain, _ = base
    off = eeg.copy()
    n_off = int(share * 480) * 3000
    off[:n_off] = np.random.default_rng(1).normal(0, 0.3, n_off)
    staging = stage(stager, night_of(off, eog))
    assert warned(staging, "a lead that is off")
    assert (staging.stages == plain.stages)[n_off // 3000 + 5 :].mean() > 0.9
    alone = stage(stager, night_of(off, eog), eog=["none"])
    assert (alone.stages[: n_off // 3000] == -1).all()
    assert (alone.stages[n_off // 3000 :] >= 0).all()


def test_swapped_eeg_and_eog_are_suspected(stager, base):
    eeg, eog, _, _ = base
    assert warned(stage(stager, night_of(eog, eeg)), "not swapped")


@pytest.mark.parametrize("rate_hz", [64.0, 256.0])
def test_other_rates_give_nearly_the_same_stages(stager, base, rate_hz):
    (eeg, eog), _ = simulated(rate_hz=rate_hz)
    staging = stage(stager, night_of(eeg, eog, rate_hz))
    assert same_share(staging, base[2]) > 0.97


def test_rates_that_lose_the_fast_bands_are_warned_of_or_refused(stager, base):
    (eeg, eog), _ = simulated(hours=0.5, rate_hz=50.0)
    assert warned(stage(stager, night_of(eeg, eog, 50.0)), "stored at 50 Hz")
    slow = night_of(eeg[::2], eog[::2], 25.0)
    with pytest.raises(StagingRefused, match="at least 50 Hz"):
        stage(stager, slow, eeg=["EEG Fpz-Cz"], eog=["none"])


def test_three_minutes_are_staged_with_a_warning(stager, base):
    eeg, eog, _, _ = base
    staging = stage(stager, night_of(eeg[:18_000], eog[:18_000]))
    assert len(staging.stages) == 6
    assert (staging.stages >= 0).all()
    assert warned(staging, "only 6 epochs")


def test_less_than_an_epoch_is_refused(stager, base):
    eeg, eog, _, _ = base
    with pytest.raises(StagingRefused, match="25 s, less than one 30-s epoch"):
        stage(stager, night_of(eeg[:2500], eog[:2500]))


def test_a_whole_number_of_epochs_loses_none(stager, base):
    eeg, _, plain, truth = base
    assert len(plain.stages) == len(truth) == len(eeg) // 3000


def test_twelve_hours_of_wake_before_the_night_do_not_move_its_stages(stager):
    (eeg, eog), _ = simulated(hours=8.0)
    (wake_eeg, wake_eog), _ = simulated(stages=(0,) * 1440)
    plain = stage(stager, night_of(eeg, eog))
    late = stage(stager, night_of(np.concatenate([wake_eeg, eeg]), np.concatenate([wake_eog, eog])))
    assert (late.stages[1440:] == plain.stages).mean() > 0.95
    assert (late.stages[:1440] == 0).mean() > 0.95


def test_epochs_that_touch_a_gap_stay_unscored(stager, base):
    eeg, eog, plain, _ = base
    staging = stage(stager, night_of(eeg, eog, gaps=(Gap(3000.0, 3100.0),)))
    unscored = np.flatnonzero(staging.stages == -1)
    assert unscored.tolist() == [100, 101, 102, 103]
    assert np.isnan(staging.probabilities[unscored]).all()
    assert same_share(staging, plain) > 0.97
    assert warned(staging, "4 of 480 epochs")


@pytest.mark.parametrize(
    "channels",
    [
        {"eeg": ["EEG Fpz-Cz"], "eog": ["none"]},
        {"eeg": ["none"], "eog": ["EOG E1-E2"]},
        {"eeg": ["EEG Fpz-Cz", "EEG Fpz-Cz"]},
    ],
)
def test_any_subset_of_channels_works(stager, base, channels):
    eeg, eog, _, _ = base
    staging = stage(stager, night_of(eeg, eog), **channels)
    assert np.isfinite(staging.probabilities).all()
    assert set(np.unique(staging.stages)) <= {0, 1, 2, 3, 4}


def test_the_same_input_gives_the_same_output(stager, base):
    eeg, eog, plain, _ = base
    again = stage(stager, night_of(eeg, eog))
    np.testing.assert_array_equal(again.probabilities, plain.probabilities)


def test_progress_runs_from_start_to_end_and_can_cancel(stager, base):
    eeg, eog, _, _ = base
    night = night_of(eeg, eog)
    channels = choose_stager_channels(night)
    seen = []
    stager.stage(night, channels, lambda fraction, text: seen.append((fraction, text)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len(seen) > 40
    assert any("epoch 480 of 480" in text for _, text in seen)

    def cancel(fraction, text):
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        stager.stage(night, channels, cancel)


@pytest.mark.parametrize("words", ["CUDA out of memory", "CUBLAS_STATUS_ALLOC_FAILED"])
@pytest.mark.parametrize("at_call", [1, 3])
def test_a_gpu_without_memory_falls_back_to_the_cpu_and_says_so_each_time(
    base, monkeypatch, words, at_call
):
    import torch

    eeg, eog, plain, _ = base
    # "meta" stands for a GPU: moving the network there fails as a full GPU does.
    real, calls = torch.nn.Module.to, []

    def to(module, device):
        if torch.device(device).type == "meta":
            calls.append(1)
            if len(calls) == at_call:
                raise RuntimeError(words)
            return module
        return real(module, device)

    monkeypatch.setattr(torch.nn.Module, "to", to)
    monkeypatch.setattr(stager_module, "choose_device", lambda _wanted: torch.device("meta"))
    real_tensor_to = torch.Tensor.to

    def tensor_to(tensor, device, *rest, **options):
        if torch.device(device).type == "meta":
            return tensor
        return real_tensor_to(tensor, device, *rest, **options)

    monkeypatch.setattr(torch.Tensor, "to", tensor_to)
    stager = Stager()
    for _ in range(2):
        staging = stage(stager, night_of(eeg, eog))
        assert staging.provenance.device == "cpu"
        assert warned(staging, "ran out of memory")
        np.testing.assert_array_equal(staging.probabilities, plain.probabilities)


def test_a_bug_on_the_device_is_not_taken_for_exhausted_memory(base, monkeypatch):
    stager = Stager(device="cpu")

    def broken(_epochs):
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(stager._network.encoder, "forward", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        stage(stager, night_of(*base[:2]))
