"""Signatures, unlockings and forms in a session file: stored like edits, and never changed."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from test_session_damage import ANNA, ENTRY, UTC, changed, edit, older, scored, stored

from sleepscorer.core.errors import SessionError
from sleepscorer.core.report_form import FormEntry, Person, ReportForm
from sleepscorer.core.signatures import Meaning, Signature, Unlocking
from sleepscorer.core.signing import Signing
from sleepscorer.files.sessions import chain, file, holds_edits_of, newer_backup, newest_copy
from sleepscorer.files.sessions.copies import back_up, backup_path
from sleepscorer.files.sessions.database import MIGRATIONS, SessionDamaged
from sleepscorer.files.sessions.file import SessionFile, check_replay

SIGNATURE = Signature(1, UTC, ANNA, "Anna Meier", Meaning.SCORED, "ab" * 32, 3)
UNLOCKING = Unlocking(UTC, ANNA, "lights off was wrong", (1,))
FORM = FormEntry(UTC, ANNA, ReportForm(Person("Erika Müller", height_cm=170.5), "fine"), 3)
EMPTIED = replace(FORM, form=ReportForm())
SIGNING = Signing((SIGNATURE,), (UNLOCKING,), (FORM, EMPTIED))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "night.sleepscorer"


def signed(path):
    """Make a session of three edits that was signed, unlocked and had two forms."""
    opened = scored(path)
    for entry in (FORM, SIGNATURE, UNLOCKING, EMPTIED):
        opened.add_entry(entry)
    opened.close()
    return path


def test_all_comes_back_as_it_was_stored(path):
    assert stored(signed(path)).signing == SIGNING
    again = SessionFile.open(path)
    second = replace(SIGNATURE, number=2, meaning=Meaning.REVIEWED)
    again.add_entry(second)
    again.append(edit(4))
    again.close()
    found = stored(path)
    assert found.signing == replace(SIGNING, signatures=(SIGNATURE, second))
    assert len(found.edits) == 4


def test_texts_that_are_no_unicode_are_stored(path):
    opened = scored(path)
    opened.add_entry(replace(SIGNATURE, name="Ann\udce9"))
    opened.add_entry(replace(FORM, form=ReportForm(comment="caf\udce9")))
    opened.close()
    signing = stored(path).signing
    assert signing.signatures[0].name == "Ann?"
    assert signing.form == ReportForm(comment="caf\udce9")


def test_what_is_open_for_reading_takes_no_signature(path):
    reading = SessionFile.open(signed(path), read_only=True)
    with pytest.raises(SessionError, match="reading only"):
        reading.add_entry(SIGNATURE)
    reading.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE signatures SET name = 'Ben'",
        "UPDATE signatures SET meaning = 'reviewed by'",
        "UPDATE signatures SET utc = '2024-03-01T22:00:00.001+00:00'",
        "UPDATE signatures SET user = 'ben'",
        "UPDATE signatures SET sha256 = replace(sha256, 'a', 'c')",
        "UPDATE signatures SET n_edits = 2",
        "UPDATE unlockings SET reason = 'none'",
        "UPDATE unlockings SET voids = '[]'",
        "UPDATE forms SET form = replace(form, 'Erika', 'Berta')",
        "DELETE FROM signatures",
        "DELETE FROM unlockings",
        "DELETE FROM forms WHERE number = 2",
        "DELETE FROM forms",
        "DELETE FROM chain WHERE part = 'unlockings'",
        "INSERT INTO forms VALUES (3, '2024-03-01T22:00:00+00:00', 'a', 'b', '{}', 3)",
        "INSERT INTO signatures SELECT 2, utc, user, workstation, 'Ben', meaning, sha256, n_edits"
        " FROM signatures",
        "DROP TABLE unlockings",
        "ALTER TABLE forms ADD COLUMN more TEXT",
        "PRAGMA user_version = 5",
    ],
)
def test_no_signature_and_no_form_changes_unnoticed(path, statement):
    signed(path)
    if statement.startswith("DROP"):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
    else:
        changed(path, statement)
    before = path.read_bytes()
    for read_only in (True, False):
        with pytest.raises(SessionDamaged, match="the session file is damaged"):
            SessionFile.open(path, read_only=read_only)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE signatures SET number = 7",
        "UPDATE {} SET utc = 'later'",
        "DELETE FROM {}",
        "INSERT OR REPLACE INTO {0} SELECT * FROM {0} WHERE number = 1",
    ],
)
@pytest.mark.parametrize("table", ["signatures", "unlockings", "forms"])
def test_rows_are_only_added(path, table, statement):
    signed(path)
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match=r"never changed|have an order"),
    ):
        connection.execute(statement.format(table))


def resealed(path, *statements):
    """Change what is stored, and the checksums with it, as no program does by accident."""
    changed(path, *statements, "DELETE FROM chain")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        link = chain._BEGINNING
        for part in chain._PARTS:
            for row, content in chain._contents(connection, part, "ORDER BY number"):
                link = chain._add(connection, link, part, row, content)
    return path


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE signatures SET meaning = 'seen by'",
        "UPDATE signatures SET name = ''",
        "UPDATE signatures SET name = x'00'",
        "UPDATE signatures SET utc = 'noon'",
        "UPDATE signatures SET utc = '2024-03-01T22:00:00'",
        "UPDATE signatures SET sha256 = 'xyz'",
        "UPDATE signatures SET n_edits = -1",
        "UPDATE signatures SET n_edits = 4",
        "UPDATE signatures SET number = 2",
        "DELETE FROM signatures",
        "UPDATE unlockings SET voids = '[2]'",
        "UPDATE unlockings SET voids = '[1,1.5]'",
        "UPDATE unlockings SET voids = '7'",
        "UPDATE unlockings SET voids = '[]'",
        "UPDATE unlockings SET reason = ''",
        "UPDATE forms SET form = '[]'",
        "UPDATE forms SET form = '{\"shoe_size\":44}'",
        "UPDATE forms SET form = '{\"height_cm\":NaN}'",
        f"UPDATE forms SET form = '{'[' * 100_000}'",
        "UPDATE forms SET user = x'00'",
        "UPDATE forms SET n_edits = 4",
        "UPDATE forms SET n_edits = 'all'",
    ],
)
@pytest.mark.parametrize("read_only", [True, False])
def test_odd_values_are_damage_and_no_bug(path, statement, read_only):
    resealed(signed(path), statement)
    opened = SessionFile.open(path, read_only=read_only)
    with pytest.raises(SessionDamaged):
        check_replay(opened.read(), path)
    opened.close()


def test_what_is_resealed_unchanged_is_whole(path):
    assert stored(resealed(signed(path))).signing == SIGNING


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_session_without_checksums_is_signed_after_it_was_brought_up_to_date(path, version):
    older(path, edit(1), edit(2), version=version)
    opened = SessionFile.open(path)
    opened.add_entry(SIGNATURE)
    opened.close()
    assert stored(path).signing == Signing((SIGNATURE,))
    changed(path, "UPDATE signatures SET name = 'Ben'")
    with pytest.raises(SessionDamaged):
        SessionFile.open(path)


@pytest.mark.parametrize("version", [4, 5])
def test_a_session_with_checksums_keeps_them_and_is_signed(path, monkeypatch, version):
    monkeypatch.setattr("sleepscorer.files.sessions.database.MIGRATIONS", MIGRATIONS[:version])
    monkeypatch.setattr(
        "sleepscorer.files.sessions.database.migrate.__defaults__", (MIGRATIONS[:version],)
    )
    monkeypatch.setattr(chain, "_PARTS", chain._FIRST_PARTS)
    scored(path).close()
    monkeypatch.undo()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
        before = connection.execute("SELECT * FROM chain").fetchall()
    content = path.read_bytes()
    assert stored(path).signing == Signing()
    assert path.read_bytes() == content
    opened = SessionFile.open(path)
    opened.add_entry(SIGNATURE)
    opened.close()
    assert stored(path).signing == Signing((SIGNATURE,))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM chain").fetchall()[:-1] == before


def test_a_signature_that_could_not_be_stored_leaves_nothing(path, monkeypatch):
    signed(path)
    opened = SessionFile.open(path)

    def fail(*_arguments):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(file.chain, "add_link", fail)
    with pytest.raises(SessionError):
        opened.add_entry(replace(SIGNATURE, number=2))
    monkeypatch.undo()
    opened.close()
    assert stored(path).signing == SIGNING


# -- backups ----------------------------------------------------------------------------------


def test_a_form_alone_is_work_to_be_backed_up_and_found_again(path):
    opened = scored(path, 0)
    assert not holds_edits_of(path, ENTRY)
    back_up(path)
    assert not backup_path(path).exists()
    form = replace(FORM, n_edits=0)
    opened.add_entry(form)
    opened.close()
    assert holds_edits_of(path, ENTRY)
    back_up(path)
    copy = newest_copy(path, ENTRY)
    assert (copy.n_edits, copy.n_entries) == (0, 1)
    assert stored(copy.path).signing == Signing(forms=(form,))


def test_a_session_that_lost_its_signature_alone_is_behind_its_backup(path):
    scored(path).close()
    before = shutil.copy(path, path.with_name("before"))
    opened = SessionFile.open(path)
    opened.add_entry(SIGNATURE)
    opened.close()
    back_up(path)
    with closing(SessionFile.open(path, read_only=True)) as whole:
        assert newer_backup(whole) is None
    shutil.copy(before, path)
    with closing(SessionFile.open(path, read_only=True)) as behind:
        found = newer_backup(behind)
    assert (found.n_edits, found.n_entries) == (3, 1)
