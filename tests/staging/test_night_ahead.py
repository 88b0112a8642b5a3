"""A night read ahead on another thread is the night as it is read in turn."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from memory_recording import recording, signal

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.staging import night_ahead
from sleepscorer.staging.night_ahead import NightAhead, traited_blocks

LABELS = ("EEG F4-M1", "EEG C4-M1", "EEG O2-M1")


class Gone:
    """Samples of a file that is no longer there."""

    def read(self, _start_s, _stop_s):
        raise RecordingError("the file can't be read: it is gone")


@pytest.fixture
def night():
    noise = np.random.default_rng(2).normal(size=(len(LABELS), 45 * 3000)).astype(np.float32)
    return recording(*(signal(*pair) for pair in zip(LABELS, noise, strict=True)))


@pytest.fixture(autouse=True)
def no_thread_stays():
    yield
    assert not [one for one in threading.enumerate() if one.name == "night-ahead"]


def channels_of(night):
    return [(channel, "eeg") for channel in choose_stager_channels(night).eeg]


def assert_same(found, meant):
    for (one, traits), (other, its) in zip(found, meant, strict=True):
        assert one.first_epoch == other.first_epoch
        np.testing.assert_array_equal(one.epochs, other.epochs)
        np.testing.assert_array_equal(one.quality.rms, other.quality.rms)
        np.testing.assert_array_equal(traits.spectrum, its.spectrum)


@pytest.mark.parametrize("most", [1, 200])
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2), (2, 0, 1)])
def test_blocks_are_those_read_in_turn(night, monkeypatch, most, order):
    monkeypatch.setattr(night_ahead, "_MOST_BLOCKS", most)
    wanted = channels_of(night)
    done = []
    with NightAhead(night, wanted, lambda: done.append(True)) as ahead:
        for number in order:
            channel, kind = wanted[number]
            assert_same(ahead.blocks(channel, kind), traited_blocks(night, channel, kind))
    assert done == [True]


def test_what_was_not_announced_is_read_all_the_same(night):
    first, second, _ = channels_of(night)
    with NightAhead(night, [first]) as ahead:
        assert_same(ahead.blocks(*second), traited_blocks(night, *second))
        assert_same(ahead.blocks(first[0], "eog"), traited_blocks(night, first[0], "eog"))
        assert_same(ahead.blocks(*first), traited_blocks(night, *first))


def test_closing_stops_a_night_that_nobody_takes(night, monkeypatch):
    monkeypatch.setattr(night_ahead, "_MOST_BLOCKS", 1)
    done = []
    with NightAhead(night, channels_of(night), lambda: done.append(True)):
        pass
    assert done == []


def test_what_goes_wrong_is_raised_where_the_blocks_are_asked_for(night):
    damaged = replace(night, signals=tuple(replace(one, source=Gone()) for one in night.signals))
    first, second, _ = channels_of(damaged)
    with NightAhead(damaged, [first, second]) as ahead:
        with pytest.raises(RecordingError, match="it is gone"):
            list(ahead.blocks(*first))
        with pytest.raises(RecordingError, match="it is gone"):
            list(ahead.blocks(*second))
