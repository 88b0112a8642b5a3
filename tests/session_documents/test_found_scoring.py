"""What a file is that is no recording: a scoring to import, or neither."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from documented_night import ANNA, START, N, write_night

from sleepscorer.core.errors import RecordingError, SleepScorerError
from sleepscorer.core.events import Event
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.files.edf.writer import EdfPlan, write_edf
from sleepscorer.files.recordings import open_recording
from sleepscorer.pipeline import Destination
from sleepscorer.session_documents import (
    FoundScoring,
    check_is_scoring,
    export_document,
    open_document,
    scores,
    scoring_instead,
)

_STAGES = tuple(Event(30.0 * epoch, 30.0, "Sleep stage N2") for epoch in range(N))
_XML = (
    "<PSGAnnotation><ScoredEvents><ScoredEvent><EventType>Stages|Stages</EventType>"
    "<EventConcept>Stage 2 sleep|2</EventConcept><Start>0</Start><Duration>300</Duration>"
    "</ScoredEvent></ScoredEvents></PSGAnnotation>"
)


def staging_of(stages) -> Staging:
    probabilities = np.full((len(stages), 5), 0.05, np.float32)
    probabilities[np.arange(len(stages)), stages] = 0.8
    made = StagingProvenance("w", "0" * 64, ("C4-M1",), (), (), "cpu", "s", "2026-01-01T00:00:00")
    return Staging(probabilities, made)


def _instead(path: Path) -> FoundScoring:
    with pytest.raises(RecordingError) as refused:
        open_document(path, author=ANNA)
    assert not path.with_suffix(".sleepscorer").exists()
    return scoring_instead(path, refused.value)


def _edf_hypnogram(path: Path) -> Path:
    write_edf(path, EdfPlan((), 1, 300.0, START), [[]], events=_STAGES)
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("anna.xml", _XML),
        ("anna.csv", "epoch,stage\n1,W\n2,N1\n"),
        ("anna.tsv", "epoch\tstage\n1\tW\n2\tN1\n"),
        ("two.csv", "epoch,scorer,stage\n1,AB,W\n1,CD,N1\n"),
        ("anna.txt", "W\nN1\n"),
        ("anna", "W\nN1\n"),
    ],
)
def test_a_scoring_is_known_by_its_content(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert _instead(tmp_path / name) == FoundScoring(tmp_path / name)


def test_an_edf_hypnogram_is_a_scoring_and_names_the_recording_it_belongs_to(tmp_path):
    hypnogram = _edf_hypnogram(tmp_path / "night_scoring.edf")
    assert _instead(hypnogram) == FoundScoring(hypnogram)
    night = write_night(tmp_path / "night.edf")
    write_night(tmp_path / "other.edf")
    assert _instead(hypnogram).recording == night


def test_a_staging_of_this_program_is_a_scoring(tmp_path):
    document = open_document(write_night(tmp_path / "night.edf"), author=ANNA)
    document.session.fill(staging_of(np.arange(N) % 5))
    to = Destination(tmp_path / "out", ("json",))
    (staging,) = export_document(document.snapshot(), to)
    document.close()
    assert _instead(staging) == FoundScoring(staging)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("p.jpg", b"\xff\xd8\xff\xe0" + bytes(200), "nor a scoring that can be read: the file is"),
        ("t.txt", b"Dear colleague\n", "nor a scoring that can be read: line 1"),
        ("x.xml", b"<a><b/></a>", "nor a scoring that can be read: it is XML of a kind"),
        ("empty.txt", b"", "the file is empty"),
        ("empty.edf", b"", "the file is empty"),
        ("damaged.edf", b"0       " + b"x" * 300, "number of channels"),
        ("other.json", b"{}", "no list of stages by its names"),
    ],
)
def test_what_is_neither_is_refused_in_the_words_that_help(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=said):
        _instead(path)


def test_a_file_that_is_gone_is_said_to_be_gone(tmp_path):
    with pytest.raises(RecordingError, match="there is no such file"):
        _instead(tmp_path / "gone.edf")


def test_a_recording_is_no_scoring(tmp_path):
    with pytest.raises(SleepScorerError):
        check_is_scoring(write_night(tmp_path / "night.edf"))


@pytest.mark.parametrize(
    ("events", "later_s", "n_epochs", "is_scoring"),
    [
        (_STAGES, 0, N, True),
        (_STAGES, 30, N, False),
        (_STAGES, 0, N + 1, False),
        ((Event(5.0, 1.0, "Cough"),), 0, N, False),
    ],
)
def test_signals_with_stages_of_the_same_stretch_are_rather_a_scoring(
    tmp_path, events, later_s, n_epochs, is_scoring
):
    night = open_recording(write_night(tmp_path / "night.edf"))
    start = START + timedelta(seconds=later_s)
    path = write_night(tmp_path / "o.edf", events=events, start=start, n_epochs=n_epochs)
    assert scores(open_recording(path), night) is is_scoring


def test_what_is_raised_before_opening_leaves_no_session(tmp_path):
    night = write_night(tmp_path / "night.edf")
    seen = []

    def refuse(recording, session_path):
        seen.append((recording.path, session_path))
        raise RecordingError("not now")

    with pytest.raises(RecordingError, match="not now"):
        open_document(night, author=ANNA, before=refuse)
    assert seen == [(night, tmp_path / "night.sleepscorer")]
    assert [path.name for path in tmp_path.iterdir()] == ["night.edf"]
