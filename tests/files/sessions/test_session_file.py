"""The session file: every finished edit outlives a kill, and nothing stored is ever changed."""

import dataclasses
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import datetime

import numpy as np
import pytest

from sleepscorer.core.edits import Author, Change, Edit, EditKind
from sleepscorer.core.errors import SessionError
from sleepscorer.core.events import Event
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.site_calibration import SiteCalibration, with_calibration
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.files.sessions import chain
from sleepscorer.files.sessions import database as session_database
from sleepscorer.files.sessions import file as session_file
from sleepscorer.files.sessions.database import (
    MIGRATIONS,
    SessionDamaged,
    SessionNotWritable,
    migrate,
)
from sleepscorer.files.sessions.file import RecordingEntry, SessionFile
from sleepscorer.files.sessions.fingerprint import Fingerprint
from sleepscorer.files.sessions.lock import SessionHeld, lock_path, take_lock
from sleepscorer.files.sessions.records import edit_row, staging_of_row, staging_row

ANNA = Author("anna", "lab-3")
BEN = Author("ben", "lab-4")
ENTRY = RecordingEntry(
    "/data", "näme\udcff.edf", Fingerprint(1234, "ab" * 32), 960, datetime(2024, 3, 1, 22, 0, 0, 5)
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "night.sleepscorer"


_COLUMNS = "edits (number, utc, user, workstation, kind, label, change, of)"
_ADD_ROW = f"INSERT INTO {_COLUMNS} VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def edit(number, stage=2, **changes):
    values = {
        "number": number,
        "utc": "2024-03-01T22:00:00.000+00:00",
        "author": ANNA,
        "kind": EditKind.MANUAL,
        "label": f"Score epoch {number + 1} as {Stage(stage).text}",
        "change": Change((number,), (-1,), (stage,), (False,), (True,)),
    }
    return Edit(**(values | changes))


def staging(n_epochs=4):
    probabilities = np.random.default_rng(3).dirichlet(np.ones(5), n_epochs).astype(np.float32)
    probabilities[1] = np.nan
    made = StagingProvenance(
        "weights-1", "cd" * 32, ("C4-M1",), (), (), "cpu", "sleepscorer 1", "2024-03-01", ("n",)
    )
    return Staging(probabilities, made)


def stored(path):
    file = SessionFile.open(path, read_only=True)
    try:
        return file.read()
    finally:
        file.close()


def test_everything_comes_back_as_it_was_stored(path):
    whole = Change(
        (3, 4),
        (-1, 0),
        (2, 2),
        (False, True),
        (True, True),
        (Event(1.5, None, "é\udc80\0x", "C4"),),
        (Event(1.1, 0.1 + 0.2, "EEG arousal"),),
        (None, 30.0),
        (1 / 3, None),
    )
    edits = (
        edit(1, label="Import näme\udcff.edf", kind=EditKind.IMPORT, change=whole),
        edit(2, author=BEN, change=Change()),
        edit(3, kind=EditKind.UNDO, of=1, change=whole.reversed()),
    )
    file = SessionFile.open(path)
    file.add_recording(ENTRY, ANNA)
    file.append(edits[0], staging())
    file.append(edits[1], staging(9))
    file.append(edits[2])
    file.save_view({"epoch": 1})
    file.save_view({"epoch": 7, "montage": "AASM"})
    file.add_sha256("ef" * 32)
    file.close()
    assert [p.name for p in path.parent.iterdir()] == ["night.sleepscorer"]
    found = stored(path)
    assert found.edits[0].label == "Import näme?.edf"
    assert found.edits[0].change == whole
    assert found.edits[1:] == edits[1:]
    assert found.view == {"epoch": 7, "montage": "AASM"}
    known = found.recording
    assert (known.name, known.start, known.n_epochs) == (ENTRY.name, ENTRY.start, 960)
    assert known.fingerprint == Fingerprint(1234, "ab" * 32, "ef" * 32)
    assert len(found.stagings) == 2
    np.testing.assert_array_equal(found.stagings[0].probabilities, staging().probabilities)
    assert found.stagings[0].provenance == staging().provenance


def test_a_later_entry_of_the_recording_holds_and_the_hash_belongs_to_one(path):
    file = SessionFile.open(path)
    assert file.recording() is None
    file.add_recording(ENTRY, ANNA)
    file.add_sha256("ef" * 32)
    file.add_recording(RecordingEntry("/new", "b.edf", Fingerprint(2, "00" * 32), 960), BEN)
    assert (file.recording().folder, file.recording().fingerprint.sha256) == ("/new", None)
    file.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE edits SET label = 'x'",
        "DELETE FROM edits",
        "DELETE FROM edits WHERE number = 2",
        "INSERT OR REPLACE INTO edits VALUES (1, '', '', '', 'manual', '', '{}', NULL)",
        "INSERT INTO edits VALUES (9, '', '', '', 'manual', '', '{}', NULL)",
        "UPDATE stagings SET probabilities = x'00'",
        "DELETE FROM stagings",
        "REPLACE INTO stagings VALUES (1, 0, x'', '{}', NULL, NULL, NULL, NULL)",
        "UPDATE recordings SET n_epochs = 1",
        "DELETE FROM recordings",
        "UPDATE hashes SET sha256 = ''",
        "DELETE FROM hashes",
    ],
)
def test_what_is_stored_can_not_be_changed_by_any_program(path, statement):
    file = SessionFile.open(path)
    file.add_recording(ENTRY, ANNA)
    file.add_sha256("ef" * 32)
    file.append(edit(1))
    file.append(edit(2), staging())
    file.close()
    before = list(_dump(path))
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement.replace("edits VALUES", f"{_COLUMNS} VALUES"))
    connection.close()
    assert list(_dump(path)) == before


def _dump(path):
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_a_staging_is_stored_with_its_edit_or_not_at_all(path):
    file = SessionFile.open(path)
    file.append(edit(1), staging())
    with pytest.raises(SessionError):
        file.append(edit(1), staging())
    file.close()
    found = stored(path)
    assert (len(found.edits), len(found.stagings)) == (1, 1)


SCORING_LOOP = """
import os, sys
from pathlib import Path
import numpy as np
from sleepscorer.core.edits import Author
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import Stage
from sleepscorer.files.sessions.file import SessionFile

file = SessionFile.open(Path(sys.argv[1]))
stored = file.read()
session = ScoringSession(960, file, author=Author("anna", "lab-3"), edits=stored.edits)
step = n_edits = len(stored.edits)
while True:
    step += 1
    if step % 7 == 0:
        session.undo()
    else:
        session.score(range(step * 3 % 900, step * 3 % 900 + step % 40 + 1), Stage(step % 5))
    if len(session.edits) == n_edits:
        continue  # nothing changed
    last, n_edits = session.edits[-1], len(session.edits)
    os.write(1, f"{last.number} {last.kind} {last.label}\\n".encode())
"""


def test_a_kill_at_any_moment_loses_no_finished_edit(path):
    chance = random.Random(11)
    reported = []
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", SCORING_LOOP, path], stdout=subprocess.PIPE, bufsize=0
        )
        first = b"".join(process.stdout.readline() for _ in range(chance.randint(1, 15)))
        time.sleep(chance.uniform(0.0, 0.02))
        process.kill()
        rest = process.stdout.read()
        process.stdout.close()
        assert process.wait() == -9
        reported += (first + rest).decode().splitlines()
        edits = stored(path).edits
        lines = [f"{e.number} {e.kind} {e.label}" for e in edits]
        # The last edit may have been stored and not yet reported, in each round.
        assert [line for line in lines if line in reported] == reported
        assert len(lines) - len(reported) <= 6
        session = ScoringSession(960, SessionFile.open(path), author=BEN, edits=edits)
        session._journal.close()
    assert len(reported) > 20
    file = SessionFile.open(path)
    session = ScoringSession(960, file, author=BEN, edits=file.read().edits)
    while session.undo():
        pass
    assert set(session.state.stages.tolist()) == {-1}
    file.close()


def test_half_an_edit_is_taken_back_also_where_it_is_only_read(path, tmp_path):
    file = SessionFile.open(path)
    file.append(edit(1))
    file.close()
    crashed = tmp_path / "crashed.sleepscorer"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN IMMEDIATE")
    for number in range(2, 40):
        row = (number, "", "", "", "manual", "x" * 5000, "{}", None)
        connection.execute(_ADD_ROW, row)
    shutil.copy(path, crashed)
    shutil.copy(f"{path}-journal", f"{crashed}-journal")
    connection.execute("ROLLBACK")
    connection.close()
    assert crashed.stat().st_size > path.stat().st_size
    assert stored(crashed).edits == (edit(1),)
    assert stored(path).edits == (edit(1),)


HOLD = """
import sys, time
from pathlib import Path
from sleepscorer.core.edits import Author
from sleepscorer.files.sessions.records import edit_row, staging_of_row, staging_row
from sleepscorer.files.sessions.lock import take_lock
lock = take_lock(Path(sys.argv[1]), Author("anna", "lab-3"))
print("held", flush=True)
sys.stdin.readline()
lock.release()
"""


def holding_process(path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize("ending", ["release", "kill"])
def test_a_second_program_is_told_who_has_the_session(path, ending):
    process = holding_process(path)
    with pytest.raises(SessionHeld) as refused:
        take_lock(path, BEN)
    holder = refused.value.holder
    assert (holder.user, holder.workstation) == ("anna", "lab-3")
    since = holder.since.astimezone()
    assert abs(time.time() - since.timestamp()) < 60
    assert str(holder) == f"anna on lab-3, since {since:%Y-%m-%d %H:%M}"
    if ending == "kill":
        process.kill()
        process.communicate()
        assert lock_path(path).exists()
    else:
        process.communicate("\n")
        assert not lock_path(path).exists()
    lock = take_lock(path, BEN)
    with pytest.raises(SessionHeld, match="ben on lab-4"):
        take_lock(path, ANNA)
    with pytest.raises(SessionHeld, match="ben on lab-4"):
        take_lock(path, ANNA)
    lock.release()
    lock.release()
    assert not lock_path(path).exists()


def _garbage(_lock):
    return b"torn" * 3000


def _half(lock):
    content = lock.read_bytes()
    return content[: len(content) // 2]


def _of_another_table(lock):
    lock.unlink()
    with closing(sqlite3.connect(lock)) as connection:
        connection.execute("CREATE TABLE holder (only, x)")
    return lock.read_bytes()


@pytest.mark.parametrize(
    "damaged", [lambda _: b"", lambda _: b"\0", _garbage, _half, _of_another_table]
)
def test_a_damaged_lock_is_made_anew(path, damaged):
    process = holding_process(path)
    process.kill()
    process.communicate()
    lock_path(path).write_bytes(damaged(lock_path(path)))
    lock = take_lock(path, ANNA)
    with pytest.raises(SessionHeld, match="anna on lab-3"):
        take_lock(path, BEN)
    lock.release()
    assert not lock_path(path).exists()


def test_a_lock_that_is_damaged_while_it_is_held_holds_on(path):
    process = holding_process(path)
    lock_path(path).write_bytes(b"torn" * 3000)
    for _ in range(2):
        with pytest.raises(SessionHeld, match="another program"):
            take_lock(path, BEN)
    process.communicate("\n")
    take_lock(path, BEN).release()


def test_a_second_release_leaves_the_lock_of_the_next_holder(path):
    first = take_lock(path, ANNA)
    first.release()
    second = take_lock(path, BEN)
    first.release()
    assert lock_path(path).exists()
    with pytest.raises(SessionHeld, match="ben on lab-4"):
        take_lock(path, ANNA)
    second.release()
    assert not lock_path(path).exists()


CONTEND = """
import os, sys, time
from pathlib import Path
from sleepscorer.core.edits import Author
from sleepscorer.files.sessions.records import edit_row, staging_of_row, staging_row
from sleepscorer.files.sessions.lock import SessionHeld, take_lock
path = Path(sys.argv[1])
taken = 0
stop = time.monotonic() + 1.5
while time.monotonic() < stop:
    try:
        lock = take_lock(path, Author(str(os.getpid()), "x"))
    except SessionHeld:
        continue
    os.close(os.open(path.with_name("inside"), os.O_CREAT | os.O_EXCL))
    taken += 1
    time.sleep(0.002)
    path.with_name("inside").unlink()
    lock.release()
print(taken)
"""


def test_of_programs_that_come_and_go_only_one_ever_has_the_session(path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CONTEND, path],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ends = [process.communicate() for process in processes]
    assert [errors for _, errors in ends] == ["", "", ""]
    assert sum(int(taken) for taken, _ in ends) > 3


def test_a_full_disk_refuses_the_edit_and_loses_none(path):
    file = SessionFile.open(path)
    file.append(edit(1))
    (pages,) = file._connection.execute("PRAGMA page_count").fetchone()
    file._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(SessionError, match="no room left on the disk") as refused:
        file.append(edit(2, label="x" * 100_000))
    assert "free some space" in refused.value.hint
    assert stored(path).edits == (edit(1),)
    file._connection.execute("PRAGMA max_page_count = 1000000")
    file.append(edit(2))
    assert stored(path).edits == (edit(1), edit(2))
    file.close()


def test_a_disk_that_refuses_to_write_refuses_the_edit(path):
    resource = pytest.importorskip("resource")
    file = SessionFile.open(path)
    file.append(edit(1))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, limits[1]))
    try:
        with pytest.raises(SessionError, match=r"could not be read or written|no room"):
            file.append(edit(2, label="x" * 100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    file.append(edit(2))
    assert stored(path).edits == (edit(1), edit(2))
    file.close()


def test_a_session_that_is_deleted_or_moved_while_open_says_so(path):
    file = SessionFile.open(path)
    file.append(edit(1))
    moved = path.rename(path.with_name("elsewhere.sleepscorer"))
    with pytest.raises(SessionError, match="moved or deleted while it was open"):
        file.append(edit(2))
    moved.rename(path)
    file.append(edit(2))
    assert stored(path).edits == (edit(1), edit(2))
    file.close()


def test_two_writers_who_got_past_the_lock_do_not_mix(path):
    file, other = SessionFile.open(path), SessionFile.open(path)
    file.append(edit(1))
    with pytest.raises(SessionError, match="edits that were not made here"):
        other.append(edit(1, label="other"))
    assert stored(path).edits == (edit(1),)
    file.close()
    other.close()


def test_a_session_of_a_newer_program_is_refused_unchanged(path):
    SessionFile.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(SessionError, match=r"newer sleepscorer \(version 99"):
            SessionFile.open(path, read_only=read_only)
    assert path.read_bytes() == before


def test_other_databases_and_other_files_are_refused_unchanged(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE patients (name)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(SessionError, match="not a session of sleepscorer"):
        SessionFile.open(path)
    assert path.read_bytes() == before
    text = b"This is a letter, and not a short one: " * 40
    path.write_bytes(text)
    for read_only in (False, True):
        with pytest.raises(SessionError, match="not a session file, or a damaged one"):
            SessionFile.open(path, read_only=read_only)
    assert path.read_bytes() == text


def test_damage_is_found_on_opening(path):
    file = SessionFile.open(path)
    for number in range(1, 200):
        file.append(edit(number, label="x" * 200))
    file.close()
    content = bytearray(path.read_bytes())
    content[-12_000:-8_000] = b"\xff" * 4000
    path.write_bytes(content)
    for read_only in (False, True):
        with pytest.raises(SessionError, match="damaged"):
            SessionFile.open(path, read_only=read_only)
    assert path.read_bytes() == content
    path.write_bytes(content[:5000])
    with pytest.raises(SessionError):
        SessionFile.open(path)


UTC = "2024-03-01T22:00:00.000+00:00"


@pytest.mark.parametrize(
    "row",
    [
        (1, UTC, "", "", "magic", "", "{}", None),
        (1, UTC, "", "", "manual", "", "[1", None),
        (1, UTC, "", "", "manual", "", '{"epochs":[1]}', None),
        (1, UTC, "", "", "manual", "", '{"events_added":[[1]]}', None),
    ],
)
def test_rows_that_make_no_sense_are_damage_and_no_bug(path, row):
    file = SessionFile.open(path)
    file._connection.execute(_ADD_ROW, row)
    with pytest.raises(SessionError, match="damaged"):
        file.read()
    file.close()


NEXT = (*MIGRATIONS, ("ALTER TABLE edits ADD COLUMN software TEXT",))


def test_older_sessions_are_migrated_at_once_or_not_at_all(path, monkeypatch):
    file = SessionFile.open(path)
    file.append(edit(1))
    file.close()
    before = _dump(path)
    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, path, (*NEXT, ("CREATE TABLE new (x)", "nonsense")))
    assert _dump(path) == before
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    migrate(connection, path, NEXT)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(NEXT),)
    assert connection.execute("SELECT software FROM edits").fetchall() == [(None,)]
    migrate(connection, path, NEXT)
    connection.close()
    with pytest.raises(SessionError, match="newer sleepscorer"):
        SessionFile.open(path)
    assert stored_with(path, NEXT, monkeypatch).edits == (edit(1),)


def stored_with(path, migrations, monkeypatch):
    monkeypatch.setattr(session_database, "MIGRATIONS", migrations)
    monkeypatch.setattr(migrate, "__defaults__", (migrations,))
    return stored(path)


def test_reading_migrates_a_copy_only(path, monkeypatch):
    file = SessionFile.open(path)
    file.append(edit(1))
    file.close()
    before = path.read_bytes()
    assert stored_with(path, NEXT, monkeypatch).edits == (edit(1),)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["night.sleepscorer"]


@pytest.mark.parametrize(("content", "said"), [(b"", "is empty"), (b"S", "holds 1 byte:")])
def test_a_file_that_lost_all_is_no_new_session(path, content, said):
    path.write_bytes(content)
    for read_only in (False, True):
        with pytest.raises(SessionDamaged, match=f"the session file {said}"):
            SessionFile.open(path, read_only=read_only)
    assert path.read_bytes() == content


def test_a_new_session_appears_whole(path, monkeypatch):
    monkeypatch.setattr(session_file, "put_in_place", lambda part, _path: part.stat())
    with pytest.raises(SessionError):
        SessionFile.open(path)
    assert not path.exists()
    monkeypatch.undo()
    file = SessionFile.open(path)
    assert [p.name for p in path.parent.iterdir()][:1] == ["night.sleepscorer"]
    file.close()
    assert [p.name for p in path.parent.iterdir()] == ["night.sleepscorer"]


@pytest.mark.skipif(os.name == "nt", reason="folders are not synced there")
def test_the_name_of_a_new_session_is_synced_to_the_disk(path, monkeypatch):
    synced = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: synced.append((os.fstat(descriptor).st_ino, path.exists()))
    )
    SessionFile.open(path).close()
    assert synced == [(path.parent.stat().st_ino, True)]


def test_a_file_that_can_not_get_its_name_is_said(path):
    with pytest.raises(SessionNotWritable, match="can't be renamed: No such file") as refused:
        session_file.put_in_place(path.with_name("gone"), path)
    assert refused.value.path == path


def test_a_journal_left_alone_takes_nothing_back_from_a_new_session(path):
    journal = path.with_name("night.sleepscorer-journal")
    journal.write_bytes(b"half an edit")
    file = SessionFile.open(path)
    file.append(edit(1))
    file.close()
    assert stored(path).edits == (edit(1),)
    aside = path.with_name("night.sleepscorer-damaged-1-journal")
    assert aside.read_bytes() == b"half an edit"


def test_a_session_for_reading_only_stores_nothing(path):
    SessionFile.open(path).close()
    file = SessionFile.open(path, read_only=True)
    with pytest.raises(SessionNotWritable):
        file.append(edit(1))
    file.close()
    with pytest.raises(SessionError, match="no such session"):
        SessionFile.open(path.with_name("none.sleepscorer"), read_only=True)


def test_a_folder_that_can_not_be_written_is_refused_in_words(tmp_path, path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(SessionNotWritable):
        SessionFile.open(tmp_path / "file" / "night.sleepscorer")
    with pytest.raises(SessionNotWritable):
        take_lock(tmp_path / "file" / "night.sleepscorer", ANNA)

    def refuse(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(SessionNotWritable, match="nothing can be saved there: Permission denied"):
        SessionFile.open(path)


def test_who_may_read_the_recording_may_read_the_session(path, tmp_path):
    recording = tmp_path / "night.edf"
    recording.touch()
    before = os.umask(0o022)
    try:
        recording.chmod(0o440)
        SessionFile.open(path, like=recording).close()
        assert path.stat().st_mode & 0o777 == 0o640
        other = path.with_name("private.sleepscorer")
        recording.chmod(0o600)
        SessionFile.open(other, like=recording).close()
        assert other.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


@pytest.mark.parametrize("name", ["a #1 100% ?x=y.sleepscorer", "né\udcff.sleepscorer"])
def test_any_file_name_will_do(tmp_path, name):
    path = tmp_path / name
    file = SessionFile.open(path)
    file.append(edit(1))
    file.close()
    assert stored(path).edits == (edit(1),)
    assert [p.name for p in tmp_path.iterdir()] == [name]
    take_lock(path, ANNA).release()


def test_edits_are_synced_to_the_disk_before_append_returns(path):
    file = SessionFile.open(path)
    connection = file._connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
    file.append(edit(1, stage=int(Stage.R)))
    assert not connection.in_transaction
    file.close()


def test_where_the_confidence_was_measured_is_stored(path):
    site = SiteCalibration(1.5, ((0.0, 0.2, 0.8), (1.0, 1.0, 1.0)), "9 nights of this site")
    made = with_calibration(staging(), site)
    file = SessionFile.open(path)
    file.append(edit(1), made)
    file.close()
    found = stored(path).stagings[0]
    assert found.provenance == made.provenance
    np.testing.assert_array_equal(found.confidence, made.confidence)
    # As a version stored it that did not know of it.
    row = staging_row(made)
    older = json.loads(row[2])
    del older["confidence_temperature"], older["confidence_measured_on"]
    of_older = staging_of_row((*row[:2], json.dumps(older), *row[3:])).provenance
    assert (of_older.confidence_temperature, of_older.confidence_measured_on) == (1.0, "")
    for wrong in (0, "1", True, 1e300):
        damaged = json.dumps({**older, "confidence_temperature": wrong})
        with pytest.raises(ValueError, match="confidence_temperature"):
            staging_of_row((*row[:2], damaged, *row[3:]))


def test_the_trained_hierarchy_is_stored_beside_the_stages(path):
    three = np.tile(np.float32([0.25, 0.25, 0.5]), (len(staging().probabilities), 1))
    file = SessionFile.open(path)
    file.append(edit(1), dataclasses.replace(staging(), hierarchy=three))
    file.append(edit(2), staging())
    file.close()
    found = stored(path).stagings
    np.testing.assert_array_equal(found[0].hierarchy, three)
    assert found[1].hierarchy is None


def test_what_lowers_the_confidence_is_stored(path):
    shares = np.linspace(0, 1, len(staging().probabilities)).astype(np.float32)
    file = SessionFile.open(path)
    file.append(edit(1), dataclasses.replace(staging(), unsound=shares), others=(staging(),))
    file.close()
    np.testing.assert_array_equal(stored(path).stagings[0].unsound, shares)
    assert not stored(path).others[0].unsound.any()


def test_what_was_not_learned_is_stored(path):
    plain = staging()
    made = dataclasses.replace(plain.provenance, unlearned_by_stage=(0.0, 0.6111, 0.0, 0.0, 0.0))
    file = SessionFile.open(path)
    file.append(edit(1), dataclasses.replace(plain, provenance=made), others=(plain,))
    file.close()
    assert stored(path).stagings[0].provenance == made
    assert stored(path).others[0].provenance.unlearned_by_stage == ()


def test_a_session_of_the_first_version_keeps_its_staging(path):
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, path, MIGRATIONS[:1])
    connection.execute(_ADD_ROW, edit_row(edit(1))[:8])
    connection.execute("INSERT INTO stagings VALUES (1, ?, ?, ?)", staging_row(staging())[:3])
    connection.close()
    (found,) = stored(path).stagings
    np.testing.assert_array_equal(found.probabilities, staging().probabilities)
    assert found.hierarchy is None
    assert not found.unsound.any()
    assert stored(path).others == ()


@pytest.fixture(params=[1, 2], ids=["version 1", "version 2"])
def old_session(path, request):
    """A session of a version that told by labels alone what an edit was."""
    rows = (
        (EditKind.IMPORT, "Import lights marks of the recording"),
        (EditKind.IMPORT, "Import night_scoring.edf"),
        (EditKind.AUTO, "Auto-score, smoothed"),
        (EditKind.UNDO, "Undo Auto-score, smoothed"),
        (EditKind.MANUAL, "Mark Heart beat, smoothed"),
        (EditKind.IMPORT, "Import night_hypnogram.edf, smoothed"),
    )
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, path, MIGRATIONS[: request.param])
    for number, (kind, label) in enumerate(rows, start=1):
        of = 3 if kind is EditKind.UNDO else None
        beat = Change(events_added=(Event(1.0, None, "Heart beat, smoothed"),))
        change = {"change": beat} if label.startswith("Mark") else {}
        row = edit_row(edit(number, kind=kind, label=label, of=of, **change))[:8]
        connection.execute("INSERT INTO edits VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    connection.close()
    return path


def _facts(edits):
    return [(edit.is_of_opening, edit.is_smoothed) for edit in edits]


def test_what_older_versions_told_by_labels_becomes_facts(old_session):
    facts = [(True, False), (False, False), (False, True), *[(False, False)] * 2, (False, True)]
    before = old_session.read_bytes()
    assert _facts(stored(old_session).edits) == facts
    assert old_session.read_bytes() == before
    file = SessionFile.open(old_session)
    assert _facts(file.read().edits) == facts
    file.append(edit(7, kind=EditKind.AUTO, label="In other words", is_smoothed=True))
    file.append(edit(8, kind=EditKind.IMPORT, label="In others", is_of_opening=True))
    file.close()
    assert _facts(stored(old_session).edits) == [*facts, (False, True), (True, False)]


def test_the_log_of_an_older_version_grows_and_never_changes(old_session):
    SessionFile.open(old_session).close()
    connection = sqlite3.connect(old_session, isolation_level=None)
    for statement in (
        "UPDATE edits SET label = 'x'",
        "UPDATE edits SET smoothed = 0",
        "DELETE FROM edits",
        "INSERT INTO edits SELECT 99, utc, user, workstation, kind, label, change, of, 0, 0"
        " FROM edits WHERE number = 1",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="edits"):
            connection.execute(statement)
    connection.close()


def test_second_opinions_are_stored_apart_from_our_stagings(path):
    theirs = dataclasses.replace(
        staging(), provenance=dataclasses.replace(staging().provenance, software="Calm 1.2")
    )
    file = SessionFile.open(path)
    file.append(edit(1), staging(), others=(theirs,))
    file.append(edit(2), staging())
    file.close()
    found = stored(path)
    assert len(found.stagings) == 2
    (second,) = found.others
    np.testing.assert_array_equal(second.probabilities, theirs.probabilities)
    assert second.provenance == theirs.provenance


def test_second_opinions_are_never_changed(path):
    file = SessionFile.open(path)
    file.append(edit(1), staging(), others=(staging(),))
    for statement in ("DELETE FROM second_opinions", "UPDATE second_opinions SET n_epochs = 1"):
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            file._connection.execute(statement)
    file.close()


def test_an_edit_that_can_not_be_stored_leaves_no_second_opinion(path):
    file = SessionFile.open(path)
    file.append(edit(1))
    with pytest.raises(SessionError):
        file.append(edit(1), staging(), others=(staging(),))
    file.close()
    found = stored(path)
    assert (found.stagings, found.others) == ((), ())


def named(name, *consensus_of):
    made = dataclasses.replace(staging().provenance, stager=name, consensus_of=consensus_of)
    return dataclasses.replace(staging(), provenance=made)


def names_beside(path):
    return [one.name for one in stored(path).others]


def test_the_answers_of_a_consensus_are_stored_with_it(path):
    file = SessionFile.open(path)
    file.append(edit(1), named("sleepscorer"), others=(named("old"),))
    answers = (named("sleepscorer"), named("yasa"), named("calm"))
    file.append(edit(2), named("consensus", "sleepscorer", "yasa", "calm"), others=answers)
    file.append(edit(3))
    file.close()
    found = stored(path)
    assert found.stagings[-1].provenance.consensus_of == ("sleepscorer", "yasa", "calm")
    assert [one.provenance for one in found.others] == [one.provenance for one in answers]
    # They are no second opinions of what comes after it.
    file = SessionFile.open(path)
    file.append(edit(4), named("sleepscorer"))
    file.close()
    assert names_beside(path) == []


def test_a_second_opinion_stays_beside_a_later_staging(path):
    file = SessionFile.open(path)
    file.append(edit(1), named("sleepscorer"), others=(named("yasa"),))
    file.append(edit(2), named("sleepscorer"))
    file.close()
    assert names_beside(path) == ["yasa"]


def test_an_answer_beside_a_staging_that_is_not_there_is_damage(path):
    file = SessionFile.open(path)
    file.append(edit(1), others=(named("yasa"),))
    file.close()
    # Without a staging it is the latest second opinion.
    assert names_beside(path) == ["yasa"]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO second_opinions SELECT 2, n_epochs, probabilities, provenance, hierarchy,"
            " confidence, faults, unsound, 7 FROM second_opinions"
        )
        chain.add_link(connection, "second_opinions")
    with pytest.raises(SessionDamaged, match="stands beside"):
        stored(path)


def test_a_session_of_the_version_before_keeps_its_second_opinion(path):
    """It has checksums, and none of them changes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, path, MIGRATIONS[:4])
        for number, name in enumerate(("first", "last"), start=1):
            for table in ("stagings", "second_opinions"):
                row = (number, *staging_row(named(name)))
                values = ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {table} VALUES ({values})", row)
                chain.add_link(connection, table)
        links = connection.execute("SELECT * FROM chain").fetchall()
    assert names_beside(path) == ["last"]
    file = SessionFile.open(path)
    assert file._connection.execute("SELECT * FROM chain").fetchall() == links
    file.append(edit(1), named("consensus", "a", "b"), others=(named("a"), named("b")))
    file.close()
    assert names_beside(path) == ["a", "b"]
