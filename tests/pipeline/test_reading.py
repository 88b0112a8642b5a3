"""A recording that is read while something else is done: the same night, the same errors."""

import threading
from datetime import datetime

import numpy as np
import pytest

from sleepscorer.core.errors import MontageError, OutputExists, RecordingError
from sleepscorer.core.events import Event
from sleepscorer.core.progress import Cancelled
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.files.edf import EdfPlan, SignalHeader, write_edf
from sleepscorer.files.edf import samples as edf_samples
from sleepscorer.pipeline import AskedStagers, ScoreOptions, coming_night, score_recording
from sleepscorer.staging.stager import Stager

LABELS = ("C4-M1", "E1-M2", "SpO2")


@pytest.fixture(scope="module")
def stager():
    return Stager(device="cpu", n_threads=2)


@pytest.fixture
def path(tmp_path):
    noise = np.random.default_rng(3).normal(0, 30, (len(LABELS), 40 * 3000)).astype(np.float32)
    headers = tuple(SignalHeader(label, 100, -1000, 1000) for label in LABELS)
    plan = EdfPlan(headers, 40 * 30, 1, datetime(2024, 3, 1, 23))
    write_edf(tmp_path / "n.edf", plan, [list(noise)], events=[Event(30.0, None, "Lights off")])
    return tmp_path / "n.edf"


def no_thread_is_left():
    return not [one for one in threading.enumerate() if one.name.startswith("night")]


def test_a_night_that_came_ahead_is_scored_as_any(path, stager, tmp_path):
    told = []
    scored = []
    for name in ("ahead", "alone"):
        options = ScoreOptions(folder=tmp_path / name)
        with coming_night(path, options, stager.kinds) as coming:
            scored.append(
                score_recording(
                    path,
                    stager,
                    options,
                    coming=coming if name == "ahead" else None,
                    progress=lambda share, _text: told.append(share),
                )
            )
        assert told == sorted(told)
        told.clear()
    first, second = scored
    assert first.night.sha256 == second.night.sha256
    assert first.night.lights_source == second.night.lights_source
    staging, other = first.night.staging, second.night.staging
    np.testing.assert_array_equal(staging.probabilities, other.probabilities)
    assert (tmp_path / "ahead" / "n_hypnogram.edf").read_bytes() == (
        tmp_path / "alone" / "n_hypnogram.edf"
    ).read_bytes()
    assert no_thread_is_left()


@pytest.mark.parametrize("is_read_again", [False, True])
def test_samples_stay_in_memory_only_for_who_reads_them_again(
    path, stager, tmp_path, monkeypatch, is_read_again
):
    options = ScoreOptions(folder=tmp_path)
    asked = AskedStagers(("sleepscorer", "another") if is_read_again else ("sleepscorer",))
    with coming_night(path, options, stager.kinds, asked=asked) as coming:
        ready = coming.result()
        with ready.ahead as ahead:
            channel = ready.channels.eeg[0]
            list(ahead.blocks(channel, "eeg"))
            list(ahead.blocks(ready.channels.eog[0], "eog"))
    read = []
    monkeypatch.setattr(edf_samples, "_read_into", lambda *given: read.append(given))
    channel.read(0.0, 30.0)
    assert bool(read) is not is_read_again


def test_what_is_wrong_is_said_where_the_night_is_asked_for(path, stager, tmp_path):
    gone, there = tmp_path / "gone.edf", tmp_path / "n_staging.json"
    there.write_text("mine")
    lacks = ScoreOptions(folder=tmp_path / "out", channels=ChannelChoice(eeg=("O1-M2",)))
    for file, options, error in (
        (gone, ScoreOptions(folder=tmp_path / "out"), RecordingError),
        (path, ScoreOptions(folder=tmp_path), OutputExists),
        (path, lacks, MontageError),
    ):
        with coming_night(file, options, stager.kinds) as coming, pytest.raises(error):
            coming.result()
    assert no_thread_is_left()


def test_a_night_that_nobody_takes_is_stopped(path, stager, tmp_path):
    with coming_night(path, ScoreOptions(folder=tmp_path), stager.kinds):
        pass
    assert no_thread_is_left()


def test_who_waits_for_a_night_can_cancel(path, stager, tmp_path):
    def cancel(_share, _text):
        raise Cancelled

    options = ScoreOptions(folder=tmp_path / "out")
    with coming_night(path, options, stager.kinds) as coming, pytest.raises(Cancelled):
        score_recording(path, stager, options, coming=coming, progress=cancel)
    assert no_thread_is_left()
    assert not (tmp_path / "out").exists()
