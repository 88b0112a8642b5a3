"""RobustSleepNet as a second opinion: which channels it is given, what it answers."""

import numpy as np
import pytest
from memory_recording import recording, signal
from robust_sleep_net_files import publish

from sleepscorer.core.errors import NoUsableChannel, StagingRefused, WeightsError
from sleepscorer.core.progress import Cancelled, silent
from sleepscorer.core.recording import Gap
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.simulation.channels import derivations
from sleepscorer.simulation.night import simulate_night
from sleepscorer.staging.robust_sleep_net.installed import add_weights, installed_weights
from sleepscorer.staging.robust_sleep_net.public_weights import tensors_of
from sleepscorer.staging.robust_sleep_net.stager import RobustSleepNetStager
from sleepscorer.staging.stagers import offered_stagers

N = 30
HERE = "sleepscorer.staging.robust_sleep_net.stager:RobustSleepNetStager"


@pytest.fixture(scope="module")
def samples():
    names = ("F4-M1", "C4-M1", "O2-M1", "E1-M2", "E2-M1")
    channels = derivations(*names, sampling_rate_hz=100)
    night = simulate_night(hours=N / 120, seed=5, channels=channels)
    return dict(zip(names, night.block(0, night.duration_s), strict=False))


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    """Two nets that nobody trained."""
    files = dict(list(publish(monkeypatch).items())[:2])
    return add_weights({net: tensors_of(content) for net, content in files.items()})


def night_of(samples, *names, **more):
    return recording(*(signal(name, samples[name]) for name in names), **more)


def staged(night, **choice):
    channels = choose_stager_channels(night, **choice)
    return RobustSleepNetStager().stage(night, channels, silent)


def test_it_is_offered_where_its_weights_are_installed(offer_stagers, installed):
    offer_stagers(**{"robust-sleep-net": HERE})
    assert [(o.name, o.title) for o in offered_stagers()] == [
        ("robust-sleep-net", "RobustSleepNet (2 nets)")
    ]
    (installed.folder / "stager.json").unlink()
    assert offered_stagers() == ()


def test_it_reads_every_eeg_and_eog_that_is_chosen(samples, installed):
    given = staged(night_of(samples, *samples))
    made = given.provenance
    assert made.eeg == ("F4-M1", "C4-M1", "O2-M1")
    assert len(made.eog) == 1 or made.eog == ("E1-M2", "E2-M1")
    assert (made.weights_name, made.weights_sha256) == ("robust-sleep-net", installed.sha256)
    assert (made.software, made.emg, made.warnings) == ("RobustSleepNet (2 nets)", (), ())
    assert all(net in made.notes[0] for net in installed.nets)
    assert (given.stages >= 0).all()
    alone = staged(night_of(samples, "C4-M1"))
    assert np.abs(alone.probabilities - given.probabilities).max() > 1e-4


def test_eog_alone_is_enough(samples):
    given = staged(night_of(samples, "E1-M2"))
    assert (given.provenance.eeg, given.provenance.eog) == ((), ("E1-M2",))
    assert (given.stages >= 0).all()


@pytest.mark.parametrize("n_epochs", [1, 3, 20, 22])
def test_short_recordings_are_staged(samples, n_epochs):
    night = recording(signal("C4-M1", samples["C4-M1"][: 3000 * n_epochs + 700]))
    assert len(staged(night).probabilities) == n_epochs


def test_a_dead_channel_is_left_out_and_named(samples):
    dead = dict(samples) | {"O2-M1": np.full(N * 3000, 4.0)}
    given = staged(night_of(dead, "F4-M1", "C4-M1", "O2-M1"))
    assert given.provenance.eeg == ("F4-M1", "C4-M1")
    assert given.provenance.warnings == ("O2-M1 holds no signal; it was left out.",)
    without = staged(night_of(samples, "F4-M1", "C4-M1"))
    np.testing.assert_allclose(given.probabilities, without.probabilities, atol=1e-6)


def test_epochs_without_any_signal_stay_unscored(samples):
    eeg = np.array(samples["C4-M1"], np.float32)
    eeg[3000 * 20 : 3000 * 22] = np.nan
    eeg[3000 * 26 : 3000 * 27] = 12.0
    night = recording(signal("C4-M1", eeg), gaps=(Gap(310.0, 310.05), Gap(330.0, 335.0)))
    assert np.flatnonzero(staged(night).stages < 0).tolist() == [11, 20, 21, 26]
    eog = staged(recording(signal("C4-M1", eeg), signal("E1-M2", samples["E1-M2"])))
    assert (eog.stages >= 0).all()


def test_what_it_can_not_stage_is_refused_in_words(samples):
    with pytest.raises(StagingRefused, match="lasts 20 s, less than one 30-s epoch"):
        staged(recording(signal("C4-M1", samples["C4-M1"][:2000])))
    with pytest.raises(NoUsableChannel, match="C4-M1 holds no signal"):
        staged(recording(signal("C4-M1", np.zeros(N * 3000))))
    slow = recording(signal("C4-M1", samples["C4-M1"][::4], 25.0))
    with pytest.raises(NoUsableChannel, match="C4-M1 is stored at 25 Hz"):
        staged(slow, eeg=("C4-M1",))


def test_weights_that_are_damaged_meanwhile_are_refused_in_words(samples):
    stager = RobustSleepNetStager()
    (installed_weights().folder / "weights.safetensors").write_bytes(b"")
    night = night_of(samples, "C4-M1")
    with pytest.raises(WeightsError, match="are damaged"):
        stager.stage(night, choose_stager_channels(night), silent)


def test_it_says_how_far_it_is_and_can_be_stopped(samples):
    night = night_of(samples, "F4-M1", "C4-M1")
    channels, told = choose_stager_channels(night), []
    RobustSleepNetStager().stage(night, channels, lambda done, _text: told.append(done))
    assert told == sorted(told)
    assert told[-1] == 1.0

    def stop_in_the_middle(done, _text):
        if done > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        RobustSleepNetStager().stage(night, channels, stop_in_the_middle)


def test_the_same_night_gives_the_same_answer(samples):
    night = night_of(samples, *samples)
    one, other = staged(night), staged(night)
    np.testing.assert_array_equal(one.probabilities, other.probabilities)
