"""Annotations that mne-python saved as text."""

from datetime import UTC, datetime

import mne
import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.files.scorings import read_scoring

_TEXTS = ["Sleep stage W", "Sleep stage N2", "Sleep stage R", "EEG arousal"]


def test_what_mne_saves_is_read(tmp_path):
    start = datetime(2020, 1, 2, 22, 30, tzinfo=UTC)
    saved = mne.Annotations([0, 30, 60, 45.5], [30, 30, 30, 3], _TEXTS, orig_time=start)
    saved.save(tmp_path / "night-annot.txt")
    found = read_scoring(tmp_path / "night-annot.txt")
    assert (found.format, found.start) == ("mne", datetime(2020, 1, 2, 22, 30))
    assert found.hypnogram.stages.tolist() == [0, 2, 4]
    assert found.events == (Event(45.5, 3.0, "EEG arousal"),)


def test_without_a_time_it_begins_with_the_recording(tmp_path):
    mne.Annotations([0, 30], [30, 30], _TEXTS[:2]).save(tmp_path / "night_annot.txt")
    found = read_scoring(tmp_path / "night_annot.txt")
    assert (found.start, found.hypnogram.stages.tolist()) == (None, [0, 2])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("0,30\n", "line 3 is no annotation"),
        ("zero,30,Sleep stage W\n", "line 3 is no annotation"),
        ("0,30,eyes open\n", "no sleep stages"),
    ],
)
def test_what_is_none_is_said(tmp_path, rows, said):
    path = tmp_path / "night_annot.txt"
    path.write_text(f"# MNE-Annotations\n# onset, duration, description\n{rows}")
    with pytest.raises(ScoringError, match=said):
        read_scoring(path)


def test_a_time_that_is_none_is_said(tmp_path):
    path = tmp_path / "night_annot.txt"
    path.write_text("# MNE-Annotations\n# orig_time : 2020-13-02 22:30:00\n0,30,Sleep stage W\n")
    with pytest.raises(ScoringError, match="orig_time"):
        read_scoring(path)
