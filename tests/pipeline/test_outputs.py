"""What all outputs of a night carry, and when they are not written."""

import hashlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from sleepscorer.core.errors import ExportError, OutputTaken, RecordingError
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.recording import Recording
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.pipeline import (
    Destination,
    SourceRecording,
    hashed,
    make_night,
    suggested_lights,
    write_outputs,
)
from sleepscorer.pipeline.outputs import moment_text

START = datetime(2024, 3, 1, 23, 59, 0)
MADE = StagingProvenance("w", "0", (), (), (), "cpu", "test", "2024-01-01T00:00:00Z")
ROWS = np.tile(np.array([0.1, 0.1, 0.6, 0.1, 0.1], np.float32), (10, 1))
SUGGESTED = Staging(ROWS, replace(MADE, suggested_lights_s=(30.0, 240.0)))


def night_of(hypnogram, staging=SUGGESTED, start=START, **facts):
    recording = Recording(Path("night.edf"), "EDF", start, 300.0, ())
    source = SourceRecording(recording, "night", **facts)
    return make_night(source, hypnogram, staging=staging, lights_source="none")


def unmarked(**lights):
    return Hypnogram(SUGGESTED.stages, **lights)


@pytest.mark.parametrize(
    ("start", "words"), [(START, "23:59:30 and 00:03:00"), (None, "30 s and 240 s")]
)
def test_what_the_signal_suggests_is_said_and_not_used(start, words):
    night = night_of(unmarked(), start=start)
    assert night.notes == (
        f"Nothing marks lights off and on: the signal suggests {words}, which were not used.",
    )
    assert night.statistics.trt_min == 5.0
    assert suggested_lights(unmarked(), SUGGESTED) == (30.0, 240.0)


@pytest.mark.parametrize(
    ("hypnogram", "staging"),
    [
        (unmarked(lights_off_s=0.0), SUGGESTED),
        (unmarked(lights_on_s=300.0), SUGGESTED),
        (unmarked(lights_off_s=0.0, lights_on_s=300.0), SUGGESTED),
        (unmarked(), None),
        (unmarked(), Staging(ROWS, MADE)),
    ],
)
def test_nothing_is_suggested_beside_a_mark_or_without_a_staging(hypnogram, staging):
    assert suggested_lights(hypnogram, staging) == ()
    assert night_of(hypnogram, staging).notes == ()


@pytest.mark.parametrize(
    ("start", "duration_s", "time_s", "text"),
    [
        (START, 86_400.0, 30.0, "23:59:30"),
        (START, 86_400.0, 90.0, "00:00:30"),
        (START, 86_400.5, 30.0, "2024-03-01 23:59:30 (day 1)"),
        (START, 86_400.5, 90.0, "2024-03-02 00:00:30 (day 2)"),
        (START, 200_000.0, 86_460.0, "2024-03-03 00:00:00 (day 3)"),
        # EDF's date where it is not known.
        (datetime(1985, 1, 1, 23, 59), 86_400.5, 90.0, "00:00:30 (day 2)"),
        (None, 86_400.5, 90.0, "90 s"),
    ],
)
def test_a_moment_is_told_with_its_day_where_a_clock_time_comes_twice(
    start, duration_s, time_s, text
):
    recording = Recording(Path("night.edf"), "EDF", start, duration_s, ())
    assert moment_text(recording, time_s) == text


def recording_of(folder, *names):
    paths = [folder / name for name in names]
    for path in paths:
        path.write_bytes(path.name.encode())
    return Recording(paths[0], "EDF", START, 300.0, (), files=tuple(paths))


def test_a_recording_of_one_file_needs_no_word_about_its_hash(tmp_path):
    source = hashed(recording_of(tmp_path, "a.edf"), Destination(tmp_path / "out"))
    assert (source.stem, source.deidentify) == ("a", False)
    assert source.sha256 == hashlib.sha256(b"a.edf").hexdigest()
    night = make_night(source, unmarked(), staging=None, lights_source="none")
    assert (night.notes, night.sha256, night.deidentify) == ((), source.sha256, False)
    assert night_of(unmarked(), None).sha256 is None


@pytest.mark.parametrize(("doing", "hint"), [("staged", "score it"), ("exported", "export it")])
def test_a_companion_that_changed_or_went_keeps_all_from_being_written(tmp_path, doing, hint):
    recording = recording_of(tmp_path, "a.vhdr", "a.eeg")
    to = Destination(tmp_path / "out", ("csv",))
    source = hashed(recording, to)
    night = make_night(source, unmarked(), staging=None, lights_source="none")
    (tmp_path / "a.eeg").write_bytes(b"longer than before")
    with pytest.raises(ExportError, match=f"while it was being {doing}") as caught:
        write_outputs(night, source, to=to, doing=doing)
    assert caught.value.hint == f"{hint} again when nothing writes to it"
    (tmp_path / "a.eeg").unlink()
    with pytest.raises(RecordingError, match="can't be read"):
        write_outputs(night, source, to=to, doing=doing)
    assert not (tmp_path / "out").exists()


def test_what_this_run_wrote_is_in_the_way_whatever_its_spelling(tmp_path):
    recording = recording_of(tmp_path, "a.edf")
    to = Destination(tmp_path, ("csv",), force=True, taken=[tmp_path / "x" / ".." / "A_EPOCHS.csv"])
    with pytest.raises(OutputTaken, match="which this run wrote"):
        to.check_named(recording.path)
    replace(to, taken=[tmp_path / "x" / "a_epochs.csv"]).check_named(recording.path)
    # By its content, which is not known yet.
    replace(to, deidentify=True).check_named(recording.path)
