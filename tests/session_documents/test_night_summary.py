"""What lists tell of a night is read beside whoever works on it, and nothing is changed by that."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from documented_night import ANNA, BEN, START, N, write_night

from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.review import review_queue
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.files.sessions import database
from sleepscorer.session_documents import SessionPlaces, open_document
from sleepscorer.session_documents.night_summary import NightState, night_summary

_MADE = StagingProvenance("w", "0" * 64, (), (), (), "cpu", "s", "")


def _staging(n_epochs):
    probabilities = np.full((n_epochs, 5), 0.05, np.float32)
    probabilities[:, Stage.N2] = 0.8 - np.arange(n_epochs, dtype=np.float32) / 1000
    probabilities[:, Stage.W] = 1 - probabilities[:, 1:].sum(axis=1)
    return Staging(probabilities, _MADE)


def _edited(path, edit, *, author=ANNA, **options):
    document = open_document(path, author=author, **options)
    edit(document.session)
    document.close()
    return document.session


def _said(summary):
    return (summary.date_text, summary.length_text, summary.state_text, summary.scorer)


def _contents(folder):
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}


def test_a_recording_without_a_session_is_told_by_its_header(tmp_path):
    path = write_night(tmp_path / "a.edf", n_epochs=125)
    summary = night_summary(path)
    assert _said(summary) == ("2024-03-01 23:00", "1 h 02 min", "Not scored yet", "")
    assert summary.stages is None
    assert [p.name for p in tmp_path.iterdir()] == ["a.edf"]


def test_what_only_opening_would_tell_is_not_told(tmp_path):
    path = write_night(tmp_path / "a.edf")
    content = bytearray(path.read_bytes())
    content[192:197] = b"EDF+D"
    path.write_bytes(content)
    assert night_summary(path).length_text == ""
    (tmp_path / "a.vhdr").write_text("Brain Vision Data Exchange Header File Version 1.0")
    assert _said(night_summary(tmp_path / "a.vhdr")) == ("", "", "Not scored yet", "")


def test_the_machine_s_draft_and_its_review_are_counted_as_the_review_queue_does(tmp_path):
    path = write_night(tmp_path / "a.edf", n_epochs=30)
    session = _edited(path, lambda session: session.fill(_staging(30)))
    summary = night_summary(path)
    assert summary.state is NightState.DRAFTED
    assert summary.state_text == "Drafted by machine, 0 of 3 reviewed"
    assert summary.stages.tolist() == [Stage.N2] * 30
    queue = review_queue(session.state, session.machine, reviewed=session.reviewed)
    beside = next(epoch for epoch in range(30) if epoch not in queue.epochs)
    _edited(path, lambda s: s.score([queue.epochs[0], beside], Stage.N2), author=BEN)
    assert _said(night_summary(path)) == ("2024-03-01 23:00", "15 min", "1 of 3 reviewed", "ben")
    _edited(path, lambda session: session.undo())
    assert night_summary(path).state is NightState.DRAFTED
    assert night_summary(path).scorer == ""


def test_a_night_scored_by_hand_alone_counts_its_epochs(tmp_path):
    path = write_night(tmp_path / "a.edf")
    _edited(path, lambda session: session.score([0, 1, 2], Stage.W))
    summary = night_summary(path)
    assert (summary.state, summary.state_text) == (NightState.SCORED, "3 of 10 epochs scored")
    assert summary.scorer == "anna"


def test_an_imported_scoring_is_not_reviewed_by_anybody(tmp_path):
    path = write_night(tmp_path / "a.edf")
    scoring = Scoring(Hypnogram(np.full(N, Stage.N2, np.int8)))
    _edited(path, lambda session: session.import_scoring(scoring, name="old.edf"))
    summary = night_summary(path)
    assert (summary.state_text, summary.scorer) == ("Imported, not reviewed", "")
    _edited(path, lambda session: session.fill(_staging(N)))
    assert (night_summary(path).n_done, night_summary(path).n_total) == (0, 1)


def test_lights_marks_of_the_recording_are_no_scoring(tmp_path):
    path = write_night(tmp_path / "a.edf")
    open_document(path, author=ANNA).close()
    assert night_summary(path).state is NightState.NOT_SCORED


@pytest.mark.parametrize("by", ["beside", "folder", "hash", "places", "session"])
def test_a_session_is_found_wherever_opening_finds_it(tmp_path, by):
    path = write_night(tmp_path / "a.edf")
    folder, places = tmp_path / "kept", SessionPlaces(tmp_path / "places")
    folder.mkdir()
    options = {} if by == "beside" else {"session_folder": folder, "places": places}
    session_path = _edited_in(path, options, hashed=by == "hash", folder=folder)
    summary = {
        "beside": lambda: night_summary(path),
        "folder": lambda: night_summary(path, session_folder=folder),
        "hash": lambda: night_summary(path, session_folder=folder),
        "places": lambda: night_summary(path, places=places),
        "session": lambda: night_summary(session_path),
    }[by]()
    assert (summary.state, summary.recording) == (NightState.SCORED, path.resolve())


def _edited_in(path, options, *, hashed, folder):
    if hashed:
        # Another recording of this name has the plain one.
        (folder / "b").mkdir()
        other = write_night(folder / "b" / path.name, seed=7)
        _edited(other, lambda session: session.score([0, 1], Stage.R), session_folder=folder)
    document = open_document(path, author=ANNA, **options)
    document.session.score([0], Stage.W)
    document.close()
    return document.session_path


def test_the_session_of_another_recording_of_the_same_name_is_not_taken(tmp_path):
    kept = tmp_path / "kept"
    for name, seed in (("one", 1), ("two", 2)):
        (tmp_path / name).mkdir()
        write_night(tmp_path / name / "a.edf", seed=seed)
    _edited(tmp_path / "one" / "a.edf", lambda s: s.score([0], Stage.W), session_folder=kept)
    other = night_summary(tmp_path / "two" / "a.edf", session_folder=kept)
    assert other.state is NightState.NOT_SCORED


def test_a_session_that_is_being_edited_is_read_and_nothing_is_touched(tmp_path):
    path = write_night(tmp_path / "a.edf")
    document = open_document(path, author=ANNA)
    document.session.score([0], Stage.W)
    before = _contents(tmp_path)
    assert night_summary(path).n_done == 1
    assert _contents(tmp_path) == before
    document.session.score([1], Stage.W)
    document.close()
    assert night_summary(path).n_done == 2


def test_half_an_edit_of_a_program_that_died_stays_for_whoever_opens_the_session(tmp_path):
    path = write_night(tmp_path / "a.edf")
    _edited(path, lambda session: session.score([0], Stage.W))
    session_path = tmp_path / "a.sleepscorer"
    died = tmp_path / "died"
    died.mkdir()
    with closing(sqlite3.connect(session_path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("PRAGMA cache_spill = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE view SET state = ?", ("x" * 200_000,))
        for name in ("a.sleepscorer", "a.sleepscorer-journal"):
            (died / name).write_bytes((tmp_path / name).read_bytes())
        connection.execute("ROLLBACK")
    before = _contents(died)
    assert before["a.sleepscorer-journal"][0]
    summary = night_summary(died / "a.sleepscorer")
    assert (summary.state, summary.n_done) == (NightState.SCORED, 1)
    assert _contents(died) == before


def test_what_is_gone_is_told_with_what_is_left_of_it(tmp_path):
    path = write_night(tmp_path / "a.edf")
    assert night_summary(tmp_path / "b.edf").state is NightState.NOT_FOUND
    assert night_summary(tmp_path / "b.sleepscorer").state is NightState.NOT_FOUND
    _edited(path, lambda session: session.score([0], Stage.W))
    path.unlink()
    gone = night_summary(path)
    assert (gone.state_text, gone.n_done, gone.start) == ("Not found", 1, START)
    by_session = night_summary(tmp_path / "a.sleepscorer")
    assert (by_session.state, by_session.recording) == (NightState.SCORED, path.resolve())


@pytest.mark.parametrize("content", [b"", b"x" * 4000, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_session_is_said_and_no_error(tmp_path, content):
    path = write_night(tmp_path / "a.edf")
    (tmp_path / "a.sleepscorer").write_bytes(content)
    for asked in (path, tmp_path / "a.sleepscorer"):
        summary = night_summary(asked)
        assert summary.state_text == "Can't be read"
        assert "session" in summary.problem


def test_a_damaged_recording_and_a_session_of_a_newer_program_are_said(tmp_path):
    broken = tmp_path / "b.edf"
    broken.write_bytes(b"0       " + b"x" * 50)
    assert "ends after 58 bytes" in night_summary(broken).problem
    path = write_night(tmp_path / "a.edf")
    _edited(path, lambda session: session.score([0], Stage.W))
    with closing(sqlite3.connect(tmp_path / "a.sleepscorer")) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.commit()
    assert "newer sleepscorer" in night_summary(path).problem


def test_a_recording_of_no_whole_hour_is_told_in_minutes(tmp_path):
    summary = night_summary(write_night(tmp_path / "a.edf"))
    assert summary.length_text == "5 min"
    assert replace(summary, duration_s=7 * 3600 + 52 * 60 + 59.0).length_text == "7 h 52 min"


def test_a_session_that_another_program_keeps_for_itself_holds_nobody_up(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_S", 0.1)
    path = write_night(tmp_path / "a.edf")
    session_path = tmp_path / "a.sleepscorer"
    _edited(path, lambda session: session.score([0], Stage.W))
    with closing(sqlite3.connect(session_path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for one in (path, session_path):
            summary = night_summary(one)
            assert summary.state is NightState.UNREADABLE
            assert summary.problem == "another program is using the session file"
    assert night_summary(path).state is NightState.SCORED


def test_what_is_no_path_is_unreadable(tmp_path):
    for name in ("a\0b.edf", "a\0b.sleepscorer"):
        summary = night_summary(tmp_path / name)
        assert summary.state in (NightState.NOT_FOUND, NightState.UNREADABLE)
