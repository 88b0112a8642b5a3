"""Damaged session files: told in words, and never opened with other content in silence."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime

import numpy as np
import pytest

from sleepscorer.core.edits import Author, Change, Edit, EditKind
from sleepscorer.core.errors import SessionError
from sleepscorer.core.events import Event
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.files.sessions import file as session_file
from sleepscorer.files.sessions import holds_edits_of, open_store
from sleepscorer.files.sessions.copies import (
    back_up,
    backup_path,
    begin_anew,
    newest_copy,
    use_copy,
)
from sleepscorer.files.sessions.database import MIGRATIONS, SessionDamaged, migrate
from sleepscorer.files.sessions.file import RecordingEntry, SessionFile, check_replay
from sleepscorer.files.sessions.fingerprint import Fingerprint
from sleepscorer.files.sessions.lock import SessionHeld, lock_path, take_lock
from sleepscorer.files.sessions.records import edit_row, staging_row
from sleepscorer.files.sessions.store import open_copy

ANNA = Author("anna", "lab-3")
ENTRY = RecordingEntry(
    "/data", "night.edf", Fingerprint(1234, "ab" * 32), 960, datetime(2024, 3, 1, 22)
)
UTC = "2024-03-01T22:00:00.000+00:00"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "night.sleepscorer"


def edit(number, stage=2, utc=UTC, **changes):
    values = {
        "number": number,
        "utc": utc,
        "author": ANNA,
        "kind": EditKind.MANUAL,
        "label": f"Score epoch {number + 1} as {Stage(stage).text}",
        "change": Change((number,), (-1,), (stage,), (False,), (True,)),
    }
    return Edit(**(values | changes))


def staging(n_epochs=4):
    probabilities = np.random.default_rng(3).dirichlet(np.ones(5), n_epochs).astype(np.float32)
    made = StagingProvenance("w", "cd" * 32, ("C4-M1",), (), (), "cpu", "s", UTC)
    return Staging(probabilities, made)


def scored(path, n_edits=3, entry=ENTRY):
    """Make a session, and leave it open."""
    file = SessionFile.open(path)
    file.add_recording(entry, ANNA)
    for number in range(1, n_edits + 1):
        file.append(edit(number), staging() if number == 1 else None)
    return file


def stored(path):
    file = SessionFile.open(path, read_only=True)
    try:
        return file.read()
    finally:
        file.close()


def changed(path, *statements):
    """Change what no program changes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = triggers.fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)


# -- the chain ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE edits SET label = 'Score epoch 3 as W' WHERE number = 2",
        "UPDATE edits SET user = 'ben' WHERE number = 1",
        "UPDATE edits SET utc = '2024-03-01T22:00:00.001+00:00' WHERE number = 3",
        "UPDATE edits SET change = replace(change, '[2]', '[1]') WHERE number = 3",
        "UPDATE edits SET smoothed = 1 WHERE number = 1",
        "UPDATE edits SET label = CAST(label AS BLOB) WHERE number = 1",
        "UPDATE stagings SET provenance = replace(provenance, 'cpu', 'gpu')",
        "UPDATE stagings SET probabilities = zeroblob(80)",
        "UPDATE stagings SET confidence = NULL",
        "UPDATE recordings SET n_epochs = 961",
        "UPDATE recordings SET user = 'ben'",
        "UPDATE hashes SET sha256 = replace(sha256, 'e', 'f')",
        "UPDATE view SET state = '{\"epoch\":8}'",
        "DELETE FROM view",
        "DELETE FROM edits WHERE number = 3",
        "DELETE FROM edits WHERE number = 2",
        "DELETE FROM stagings",
        "DELETE FROM chain WHERE number > 4",
        "DELETE FROM chain",
        "UPDATE chain SET number = number + 1 WHERE number = (SELECT max(number) FROM chain)",
        "INSERT INTO hashes VALUES (2, '', 1, '')",
        "INSERT INTO second_opinions SELECT *, NULL FROM stagings",
    ],
)
def test_nothing_that_is_stored_changes_unnoticed(path, statement):
    file = scored(path)
    file.add_sha256("ef" * 32)
    file.save_view({"epoch": 7})
    file.close()
    assert len(stored(path).edits) == 3
    changed(path, statement)
    before = path.read_bytes()
    for read_only in (True, False):
        with pytest.raises(SessionDamaged, match="the session file is damaged"):
            SessionFile.open(path, read_only=read_only)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER edits_no_update",
        "ALTER TABLE edits ADD COLUMN more TEXT",
        "ALTER TABLE edits RENAME COLUMN user TO person",
        "DROP TABLE hashes",
        "PRAGMA user_version = 3",
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 7",
    ],
)
def test_tables_that_are_not_ours_are_damage(path, statement):
    scored(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
    for read_only in (True, False):
        with pytest.raises(SessionDamaged):
            SessionFile.open(path, read_only=read_only)


def test_a_text_that_is_none_is_damage(path):
    scored(path).close()
    content = path.read_bytes()
    for word in (b"Score epoch 3", b"TRIGGER edits_no_update"):
        assert content.count(word) == 1
        path.write_bytes(content.replace(word, b"\xff" + word[1:]))
        for read_only in (True, False):
            with pytest.raises(SessionDamaged):
                SessionFile.open(path, read_only=read_only)


# -- sessions of versions that had no checksums -----------------------------------------------


def older(path, *edits, version=3, statements=()):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, path, MIGRATIONS[:version])
        connection.execute(
            "INSERT INTO recordings VALUES (1, ?, 'a', 'b', '[\"/data\",\"night.edf\"]', 1234, ?,"
            " 960, NULL)",
            (UTC, "ab" * 32),
        )
        names = ["number", "utc", "user", "workstation", "kind", "label", "change", "of"]
        for one in edits:
            row = edit_row(one)[: len(names)]
            connection.execute(
                f"INSERT INTO edits ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                row,
            )
        connection.execute(
            "INSERT INTO stagings VALUES (1, ?, ?, ?)"
            if version == 1
            else "INSERT INTO stagings VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
            staging_row(staging())[: 3 if version == 1 else 7],
        )
    if statements:
        changed(path, *statements)
    return path


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_older_session_gets_its_checksums_on_the_first_write(path, version):
    older(path, edit(1), edit(2), version=version)
    before = path.read_bytes()
    assert stored(path).edits == (edit(1), edit(2))
    assert path.read_bytes() == before
    file = SessionFile.open(path)
    file.append(edit(3))
    file.close()
    found = stored(path)
    assert (found.edits, found.view) == ((edit(1), edit(2), edit(3)), {})
    np.testing.assert_array_equal(found.stagings[0].probabilities, staging().probabilities)
    for name in ("label = 'x' WHERE number = 1", "label = 'x' WHERE number = 3"):
        damaged = shutil.copy(path, path.with_name("damaged.sleepscorer"))
        changed(damaged, f"UPDATE edits SET {name}")
        with pytest.raises(SessionDamaged):
            SessionFile.open(damaged, read_only=True)


def open_and_replay(path, read_only):
    file = SessionFile.open(path, read_only=read_only)
    try:
        check_replay(file.read(), path)
    finally:
        file.close()


def lights(*before_and_after):
    before, after = before_and_after
    change = Change(lights_before=before, lights_after=after)
    return edit(1, label="Set lights off and on", change=change)


def undo_of(one, number, **changes):
    values = {"kind": EditKind.UNDO, "label": f"Undo {one.label}", "of": one.number}
    return edit(number, **(values | {"change": one.change.reversed()} | changes))


EVENT = Event(1.0, 2.0, "Arousal")
MARK = edit(2, label="Mark Arousal", change=Change(events_added=(EVENT,)))


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ([edit(1), edit(2, change=Change((1,), (-1,), (2,), (False,), (True,)))], "edit 2"),
        ([edit(1), edit(2, change=Change((1,), (2,), (2,), (False,), (True,)))], "edit 2"),
        (
            [
                edit(
                    1,
                    label="Score epoch 961 as N2",
                    change=Change((960,), (-1,), (2,), (False,), (True,)),
                )
            ],
            "not those of the recording",
        ),
        ([edit(1, change=Change((-1,), (-1,), (2,), (False,), (True,)))], "makes no sense"),
        ([edit(1, change=Change((1, 1), (-1, -1), (2, 1), (False,) * 2, (True,) * 2))], "edit 1"),
        ([edit(1, change=Change((1,), (-1,), (9,), (False,), (True,)))], "makes no sense"),
        ([edit(1, change=Change((1,), (-1,), (2,), (0,), (True,)))], "makes no sense"),
        ([edit(1), undo_of(edit(1), 2, of=7)], "did not do what"),
        ([edit(1), undo_of(edit(1), 2, change=Change())], "another change"),
        ([edit(1, kind=EditKind.REDO, of=1)], "did not do what"),
        ([edit(1), MARK, edit(3, label=MARK.label, change=MARK.change)], "marked already"),
        ([edit(1, label="Delete Arousal", change=MARK.change.reversed())], "events before"),
        ([lights(None, (1.0, None))], "lights marks"),
        ([lights((1.0, None), (2.0, None))], "lights marks"),
        ([lights((1.0, None), None)], "did not do what it is called"),
        ([edit(1, label="Score epoch 2 as N9")], "did not do what it is called"),
        ([edit(1, label="Score epoch 2")], "did not do what it is called"),
        ([edit(1, kind=EditKind.AUTO)], "did not do what it is called"),
        ([edit(1, utc="2024-03-01#22:00:00.000+00:00")], "did not do what it is called"),
        ([edit(1, label="Score epoch 2 as W")], "did not do what it is called"),
        ([edit(1, label="Clear epoch 2")], "did not do what it is called"),
        ([edit(1, label="Score epoch 3 as N2")], "did not do what it is called"),
        ([edit(1, label="Score 2 epochs from 3 as N2")], "did not do what it is called"),
        (
            [
                edit(
                    1,
                    label="Score 2 epochs from 3 as N2",
                    change=Change((1, 2), (-1, -1), (2, 2), (False,) * 2, (True,) * 2),
                )
            ],
            "did not do what it is called",
        ),
        ([edit(1), edit(2, label="Mark Apnoea", change=MARK.change)], "did not do what"),
        ([edit(1), edit(2, label="Delete Arousal", change=MARK.change)], "did not do what"),
        ([edit(1, utc="yesterday")], "damaged"),
    ],
)
@pytest.mark.parametrize("read_only", [True, False])
def test_edits_of_an_older_session_that_contradict_each_other_are_told(
    path, edits, said, read_only
):
    older(path, *edits)
    before = path.read_bytes()
    with pytest.raises(SessionDamaged, match=said):
        open_and_replay(path, read_only)
    assert path.read_bytes() == before


def test_edits_of_an_older_session_that_follow_from_each_other_are_whole(path):
    many = Change((5, 7), (-1, -1), (0, 0), (False, False), (True, True))
    clear = Change((5,), (0,), (-1,), (True,), (False,))
    lights = Change(lights_before=(None, None), lights_after=(1.5, None))
    edits = [
        edit(1),
        MARK,
        undo_of(MARK, 3),
        edit(4, kind=EditKind.REDO, label=f"Redo {MARK.label}", change=MARK.change, of=2),
        edit(5, label="Score 3 epochs from 6 as W", change=many),
        edit(6, label="Clear epoch 6", change=clear),
        edit(7, label="Set lights off and on", change=lights),
        edit(8, label="Delete Arousal", change=MARK.change.reversed()),
    ]
    older(path, *edits)
    SessionFile.open(path).close()
    assert stored(path).edits == tuple(edits)


def test_a_missing_edit_of_an_older_session_is_told(path):
    older(path, edit(1), edit(2), edit(3), statements=["DELETE FROM edits WHERE number = 2"])
    for read_only in (True, False):
        with pytest.raises(SessionDamaged, match="an edit is missing"):
            SessionFile.open(path, read_only=read_only).read()


@pytest.mark.parametrize(
    "statement",
    [
        'UPDATE edits SET change = \'{"lights_before":[null,null],"lights_after":[NaN,null]}\'',
        'UPDATE edits SET change = \'{"events_added":[[1e999,null,"x",null]]}\'',
        "UPDATE edits SET change = '{\"events_added\":[[1,null,7,null]]}'",
        'UPDATE edits SET change = \'{"epochs":["1"],"stages_before":[-1],"stages_after":'
        '[2],"person_before":[false],"person_after":[true]}\'',
        f"UPDATE edits SET change = '{'[' * 100_000}'",
        f"UPDATE edits SET change = '{'1' * 5000}'",
        "UPDATE edits SET change = 7",
        "UPDATE edits SET label = x'00'",
        "UPDATE edits SET of = 'x' WHERE number = 1",
        "UPDATE edits SET smoothed = 9",
        "UPDATE recordings SET n_epochs = 1000000000000",
        "UPDATE recordings SET n_epochs = -1",
        "UPDATE recordings SET n_epochs = 1.5",
        "UPDATE recordings SET size_bytes = 'many'",
        "UPDATE recordings SET head_sha256 = 'xyz'",
        "UPDATE recordings SET place = '[1,2]'",
        "UPDATE recordings SET start = 'noon'",
        "UPDATE stagings SET probabilities = x'0102'",
        "UPDATE stagings SET probabilities = 'text'",
        "UPDATE stagings SET n_epochs = 1000000000000",
        "UPDATE stagings SET n_epochs = -4",
        "UPDATE stagings SET provenance = '[]'",
        "UPDATE stagings SET provenance = replace(provenance, '\"cpu\"', '[7]')",
        'UPDATE stagings SET provenance = replace(provenance, \'"notes":[]\', \'"notes":"x"\')',
        "UPDATE stagings SET unsound = zeroblob(3)",
        "UPDATE stagings SET provenance ="
        """ replace(provenance, '"unlearned_by_stage":[]', '"unlearned_by_stage":[9,9,9,9,9]')""",
        "INSERT INTO view VALUES (1, '[]')",
        "INSERT INTO view VALUES (1, '{\"epoch\":NaN}')",
    ],
)
def test_odd_values_of_an_older_session_are_told(path, statement):
    older(path, edit(1), edit(2), statements=[statement])
    for read_only in (True, False):
        with pytest.raises(SessionDamaged):
            SessionFile.open(path, read_only=read_only).read()


@pytest.mark.data
@pytest.mark.parametrize("read_only", [True, False])
def test_no_session_that_was_handed_in_damaged_is_opened(real_data, tmp_path, read_only):
    handed = sorted((real_data / "fault_cases").glob("*.sleepscorer"))
    if not handed:
        pytest.skip("no damaged sessions are here")
    for one in handed:
        copy = tmp_path / one.name
        shutil.copyfile(one, copy)
        with pytest.raises(SessionDamaged):
            open_and_replay(copy, read_only)
        assert copy.read_bytes() == one.read_bytes()


@pytest.mark.data
def test_the_lock_that_was_handed_in_damaged_is_made_anew(real_data, path):
    handed = real_data / "fault_cases" / "half.sleepscorer-lock"
    if not handed.exists():
        pytest.skip("no damaged lock is here")
    shutil.copyfile(handed, lock_path(path))
    lock = take_lock(path, ANNA)
    with pytest.raises(SessionHeld, match="anna on lab-3"):
        take_lock(path, ANNA)
    lock.release()
    assert not lock_path(path).exists()


# -- what lies beside a session ----------------------------------------------------------------


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_rubbish_beside_a_session_changes_nothing(path, end):
    scored(path).close()
    path.with_name(path.name + end).write_bytes(os.urandom(5000))
    assert len(stored(path).edits) == 3
    file = SessionFile.open(path)
    file.append(edit(4))
    file.close()
    assert len(stored(path).edits) == 4


def amid_a_write(path, copy):
    """Leave a copy of a session as a kill amid a write does, with its journal."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        for number in range(1, 40):
            row = (number, UTC, "", "", "manual", "x" * 5000, "{}", None, 0, 0)
            connection.execute(
                "INSERT INTO edits SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?"
                " FROM edits",
                row[1:],
            )
        shutil.copy(path, copy)
        shutil.copy(f"{path}-journal", f"{copy}-journal")
        connection.execute("ROLLBACK")


def test_a_session_that_lost_its_journal_amid_a_write_is_whole_or_damaged(path):
    scored(path).close()
    before, edits = path.read_bytes(), stored(path).edits
    file = SessionFile.open(path)
    for number in range(4, 40):
        file.append(edit(number), staging(200))
    file.close()
    after, n_damaged = path.read_bytes(), 0
    for place in range(0, len(after), 4096):
        # One page was written, and the power failed.
        mixed = before[:place].ljust(place, b"\0") + after[place : place + 4096]
        path.write_bytes(mixed + before[place + 4096 :])
        try:
            assert stored(path).edits == edits
        except SessionDamaged:
            n_damaged += 1
    assert n_damaged > 2


def test_half_an_edit_is_taken_back_where_nothing_may_be_written(path, tmp_path, monkeypatch):
    scored(path).close()
    folder = tmp_path / "locked"
    folder.mkdir()
    copy = folder / "copy.sleepscorer"
    amid_a_write(path, copy)
    before = copy.read_bytes()
    connect = session_file.connect

    def refuse(path, mode):
        if path == copy and mode == "rw":
            error = sqlite3.OperationalError("attempt to write a readonly database")
            error.sqlite_errorcode = sqlite3.SQLITE_READONLY
            raise error
        return connect(path, mode)

    monkeypatch.setattr(session_file, "connect", refuse)
    assert len(stored(copy).edits) == 3
    assert copy.read_bytes() == before


def test_the_lock_is_free_after_a_damaged_session_was_refused(path):
    scored(path).close()
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(SessionDamaged):
        open_store(path, ANNA)
    take_lock(path, ANNA).release()


def test_the_lock_is_free_after_a_session_that_may_only_be_read(path, monkeypatch):
    scored(path).close()
    monkeypatch.setattr(session_file.os, "access", lambda *_: False)
    store = open_store(path, ANNA)
    assert (store.is_writable, len(store.file.read().edits)) == (False, 3)
    assert "can't be saved" in store.problems[0]
    monkeypatch.undo()
    take_lock(path, ANNA).release()
    store.close()


def test_the_session_of_another_recording_holds_no_edits_of_ours(path):
    scored(path).close()
    assert holds_edits_of(path, ENTRY) is True
    for fingerprint in (Fingerprint(1235, "ab" * 32), Fingerprint(1234, "cd" * 32)):
        other = RecordingEntry("/data", "night.edf", fingerprint, 960)
        assert holds_edits_of(path, other) is False
    path.write_bytes(b"")
    assert holds_edits_of(path, ENTRY) is False
    path.unlink()
    assert holds_edits_of(path, ENTRY) is False
    scored(path, 0).close()
    assert holds_edits_of(path, ENTRY) is False


# -- backups -------------------------------------------------------------------------------------


def backed_up(path, n_edits=3, entry=ENTRY):
    scored(path, n_edits, entry).close()
    back_up(path)
    return backup_path(path)


def test_a_backup_holds_all_and_follows_the_session(path):
    backup = backed_up(path)
    assert sorted(p.name for p in path.parent.iterdir()) == [backup.name, path.name]
    assert stored(backup).edits == stored(path).edits
    file = SessionFile.open(path)
    before = backup.stat().st_mtime_ns
    back_up(path)
    assert backup.stat().st_mtime_ns == before
    file.append(edit(4))
    back_up(path)
    file.close()
    assert len(stored(backup).edits) == 4
    assert sorted(p.name for p in path.parent.iterdir()) == [backup.name, path.name]


def test_a_session_in_which_nobody_worked_has_no_backup(path):
    file = scored(path, 0)
    file.append(edit(1, kind=EditKind.IMPORT, is_of_opening=True))
    back_up(path)
    file.close()
    assert not backup_path(path).exists()


def test_a_backup_that_holds_more_is_kept(path):
    backed_up(path, 5)
    for number in (1, 2):
        path.unlink()
        backed_up(path, 2 + number)
        assert len(stored(backup_path(path)).edits) == 2 + number
        assert len(stored(backup_path(path, number)).edits) == (5 if number == 1 else 3)
    assert newest_copy(path, ENTRY).n_edits == 5


def test_a_disk_that_refuses_the_backup_is_no_reason_not_to_close(path, monkeypatch):
    backup = backed_up(path)
    before = backup.read_bytes()
    file = SessionFile.open(path)
    file.append(edit(4))

    def refuse(*_arguments):
        raise SessionError("no room")

    monkeypatch.setattr(SessionFile, "write_copy", refuse)
    back_up(path)
    file.close()
    monkeypatch.undo()
    path.write_bytes(b"")
    back_up(path)
    path.unlink()
    back_up(path)
    assert backup.read_bytes() == before


def test_a_session_that_fell_behind_its_backup_leaves_it(path):
    before = shutil.copy(backed_up(path), path.with_name("before"))
    file = SessionFile.open(path)
    file.append(edit(4))
    file.close()
    back_up(path)
    shutil.copy(before, path)
    back_up(path)
    assert len(stored(backup_path(path)).edits) == 4


def test_parts_that_a_kill_left_are_removed(path):
    parts = [path.with_name(f".{path.name}-copy-{end}") for end in ("ab12", "cd34")]
    for part in parts:
        part.touch()
    os.utime(parts[0], (0, 0))
    backed_up(path)
    assert [part.exists() for part in parts] == [False, True]


def test_the_newest_whole_copy_is_found(path, tmp_path):
    backup = backed_up(path)
    assert newest_copy(path, ENTRY).path == backup
    assert str(newest_copy(path)).startswith(".night.sleepscorer-backup, 3 edits up to 2024-03-01")
    other = tmp_path / "night - copy.sleepscorer"
    file = scored(other)
    file.append(edit(4, utc="2024-03-02T22:00:00.000+00:00"))
    file.close()
    scored(tmp_path / "night2.sleepscorer", 9).close()
    scored(
        tmp_path / "night 3.sleepscorer",
        9,
        RecordingEntry("/", "b", Fingerprint(1, "00" * 32), 960),
    ).close()
    assert newest_copy(path, ENTRY).path == other
    other.write_bytes(other.read_bytes()[:9000])
    assert newest_copy(path, ENTRY).path == backup
    elsewhere = tmp_path / "elsewhere" / "night.sleepscorer"
    elsewhere.parent.mkdir()
    scored(elsewhere, 4).close()
    assert newest_copy(path, ENTRY, [elsewhere]).path == elsewhere
    backup.write_bytes(b"")
    assert newest_copy(path, ENTRY) is None


def test_a_copy_that_is_shown_is_never_written_to(path):
    backup = older(backup_path(path), edit(1), edit(2))
    before = backup.read_bytes()
    store = open_copy(path, newest_copy(path, ENTRY), "The session is damaged")
    assert (store.file.read().edits, store.is_writable) == ((edit(1), edit(2)), False)
    with pytest.raises(SessionError, match="reading only"):
        store.file.append(edit(3))
    store.close()
    assert backup.read_bytes() == before


def test_using_a_copy_keeps_the_damaged_session(path):
    backup = backed_up(path)
    path.write_bytes(b"damaged")
    path.with_name(f"{path.name}-journal").write_bytes(b"its journal")
    use_copy(backup, path, ANNA)
    assert stored(path).edits == stored(backup).edits
    aside = path.with_name("night.sleepscorer-damaged-1")
    assert aside.read_bytes() == b"damaged"
    assert path.with_name(f"{aside.name}-journal").read_bytes() == b"its journal"
    path.write_bytes(b"again")
    begin_anew(path, ANNA)
    assert stored(path).edits == ()
    assert path.with_name("night.sleepscorer-damaged-2").read_bytes() == b"again"
    assert len(stored(backup).edits) == 3


def test_a_session_that_someone_has_open_is_not_replaced(path):
    backup = backed_up(path)
    lock = take_lock(path, ANNA)
    for replace in (lambda: use_copy(backup, path, ANNA), lambda: begin_anew(path, ANNA)):
        with pytest.raises(SessionHeld):
            replace()
    lock.release()
    assert sorted(p.name for p in path.parent.iterdir()) == [backup.name, path.name]


def test_a_copy_that_is_damaged_meanwhile_replaces_nothing(path):
    backup = backed_up(path)
    backup.write_bytes(b"")
    before = path.read_bytes()
    with pytest.raises(SessionDamaged):
        use_copy(backup, path, ANNA)
    assert path.read_bytes() == before
    take_lock(path, ANNA).release()
