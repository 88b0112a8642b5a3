"""Layers in a session file: added to the chain, never changed; old sessions stay as they were."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from test_session_damage import ANNA, UTC, changed, edit, older, scored, stored
from test_session_signing import FORM, SIGNATURE, UNLOCKING, resealed

from sleepscorer.core.edits import EditKind
from sleepscorer.core.layers import FIRST, Layer, LayerKind, LayerMark, Layers, MarkKind
from sleepscorer.core.signing import Signing
from sleepscorer.files.sessions import chain, newer_backup
from sleepscorer.files.sessions.copies import back_up, backup_path, newest_copy
from sleepscorer.files.sessions.database import MIGRATIONS, SessionDamaged
from sleepscorer.files.sessions.file import SessionFile, check_replay

BEN = Layer(2, UTC, ANNA, "Ben", scorer="ben", is_blind=True)
COPY = Layer(3, UTC, ANNA, "Consensus", LayerKind.CONSENSUS, copied_from=2)
DONE = LayerMark(UTC, ANNA, 2, MarkKind.DONE)
NAMED = LayerMark(UTC, ANNA, 1, MarkKind.NAMED, "Anna")
BEGUN = edit(4, kind=EditKind.IMPORT, label="Copy of Ben", is_of_opening=True, layer=3)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "night.sleepscorer"


def layered(path):
    """Make a session of three layers, of which each has something."""
    opened = scored(path)
    opened.add_entry(SIGNATURE)
    opened.add_layer(BEN)
    opened.add_layer(COPY, edits=(BEGUN,), forms=(replace(FORM, layer=3),))
    opened.append(edit(5, layer=2))
    opened.append(edit(6))
    opened.add_entry(replace(SIGNATURE, number=2, layer=2))
    opened.add_entry(replace(UNLOCKING, voids=(2,), layer=2))
    opened.add_mark(DONE)
    opened.add_mark(NAMED)
    opened.close()
    return path


def test_all_comes_back_as_it_was_stored(path):
    found = stored(layered(path))
    assert found.layers == Layers((BEN, COPY), (DONE, NAMED))
    assert [one.layer for one in found.edits] == [1, 1, 1, 3, 2, 1]
    assert found.edits[3:5] == (BEGUN, edit(5, layer=2))
    assert [one.layer for one in found.signing.signatures] == [1, 2]
    assert [one.layer for one in found.signing.unlockings] == [2]
    assert [one.layer for one in found.signing.forms] == [3]


def test_each_layer_is_replayed_by_itself(path):
    check_replay(stored(layered(path)), path)
    # The same epoch from unscored, in two layers and then twice in one.
    opened = SessionFile.open(path)
    opened.append(edit(7, change=edit(1).change, layer=2))
    opened.close()
    check_replay(stored(path), path)
    opened = SessionFile.open(path)
    opened.append(edit(8, change=edit(1).change, layer=2))
    opened.close()
    with pytest.raises(SessionDamaged, match="don't follow from each other"):
        check_replay(stored(path), path)


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_an_older_session_has_the_first_layer_and_takes_others(path, version, monkeypatch):
    if version < 4:
        older(path, edit(1), edit(2), edit(3), version=version)
    else:
        monkeypatch.setattr("sleepscorer.files.sessions.database.MIGRATIONS", MIGRATIONS[:version])
        monkeypatch.setattr(
            "sleepscorer.files.sessions.database.migrate.__defaults__", (MIGRATIONS[:version],)
        )
        parts = chain._FIRST_PARTS if version < 6 else chain._FIRST_PARTS + chain._SIGNING_PARTS
        monkeypatch.setattr(chain, "_PARTS", parts)
        opened = scored(path)
        if version == 6:
            opened.add_entry(SIGNATURE)
        opened.close()
        monkeypatch.undo()
    content, before = path.read_bytes(), stored(path)
    assert path.read_bytes() == content
    assert (before.layers, {one.layer for one in before.edits}) == (Layers(), {FIRST})
    with closing(sqlite3.connect(path)) as connection:
        links = connection.execute("SELECT * FROM chain").fetchall() if version >= 4 else []
    opened = SessionFile.open(path)
    if links:
        assert opened._connection.execute("SELECT * FROM chain").fetchall() == links
    opened.add_layer(BEN)
    opened.append(edit(4, layer=2))
    opened.close()
    found = stored(path)
    assert found.edits == (*before.edits, edit(4, layer=2))
    assert (found.layers, found.signing) == (Layers((BEN,)), before.signing)


def test_a_backup_of_the_version_before_is_still_an_earlier_state(path, monkeypatch):
    """Else it would be kept as another session's, and a new one be begun beside it."""
    monkeypatch.setattr("sleepscorer.files.sessions.database.MIGRATIONS", MIGRATIONS[:6])
    monkeypatch.setattr(
        "sleepscorer.files.sessions.database.migrate.__defaults__", (MIGRATIONS[:6],)
    )
    monkeypatch.setattr(chain, "_PARTS", chain._FIRST_PARTS + chain._SIGNING_PARTS)
    scored(path).close()
    content = path.read_bytes()
    monkeypatch.undo()
    backup_path(path).write_bytes(content)
    opened = SessionFile.open(path)
    opened.add_layer(BEN)
    opened.append(edit(4, layer=2))
    assert newer_backup(opened) is None
    opened.close()
    back_up(path)
    assert not backup_path(path, 1).exists()
    copy = newest_copy(path)
    assert (copy.path, copy.n_edits, copy.n_entries) == (backup_path(path), 4, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE layers SET scorer = 'carl' WHERE number = 2",
        "UPDATE layers SET blind = 0 WHERE number = 2",
        "UPDATE layers SET copied_from = 1 WHERE number = 3",
        "UPDATE layer_marks SET layer = 3 WHERE number = 1",
        "UPDATE layer_marks SET text = 'Berta' WHERE number = 2",
        "UPDATE layer_rows SET layer = 3 WHERE layer = 2",
        "UPDATE layer_rows SET row = 6 WHERE part = 'edits' AND row = 5",
        "DELETE FROM layer_rows WHERE number = (SELECT max(number) FROM layer_rows)",
        "DELETE FROM layer_marks",
        "DELETE FROM layers WHERE number = 3",
        "DELETE FROM chain WHERE part = 'layer_rows'",
        "INSERT INTO layer_marks SELECT 3, utc, user, workstation, 3, kind, text FROM layer_marks"
        " WHERE number = 1",
    ],
)
def test_nothing_of_a_layer_changes_unnoticed(path, statement):
    changed(layered(path), statement)
    for read_only in (True, False):
        with pytest.raises(SessionDamaged, match="the session file is damaged"):
            SessionFile.open(path, read_only=read_only)


@pytest.mark.parametrize("table", ["layers", "layer_marks", "layer_rows"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET layer = 9", "DELETE FROM {}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"],
)
def test_rows_are_only_added(path, table, statement):
    layered(path)
    statement = statement.replace("layer = 9", "number = 9").format(table)
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match=r"never changed|have an order"),
    ):
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE layers SET kind = 'draft' WHERE number = 2",
        "UPDATE layers SET name = '' WHERE number = 2",
        "UPDATE layers SET name = x'00' WHERE number = 2",
        "UPDATE layers SET utc = 'noon' WHERE number = 2",
        "UPDATE layers SET blind = 2 WHERE number = 2",
        "UPDATE layers SET copied_from = 3 WHERE number = 3",
        "UPDATE layers SET number = 4 WHERE number = 3",
        "DELETE FROM layers WHERE number = 3",
        "UPDATE layer_marks SET kind = 'gone' WHERE number = 1",
        "UPDATE layer_marks SET layer = 9 WHERE number = 1",
        "UPDATE layer_marks SET text = '' WHERE number = 2",
        "UPDATE layer_rows SET layer = 1 WHERE number = 1",
        "UPDATE layer_rows SET layer = 9 WHERE number = 1",
        "UPDATE layer_rows SET part = 'hashes' WHERE number = 1",
        "UPDATE layer_rows SET row = 99 WHERE number = 1",
        "UPDATE layer_rows SET row = 4 WHERE part = 'edits'",
        "DELETE FROM layer_rows WHERE part = 'unlockings'",
    ],
)
def test_odd_values_are_damage_and_no_bug(path, statement):
    resealed(layered(path), statement)
    opened = SessionFile.open(path, read_only=True)
    with pytest.raises(SessionDamaged):
        check_replay(opened.read(), path)
    opened.close()


def test_a_layer_is_stored_with_its_beginning_or_not_at_all(path, monkeypatch):
    scored(path).close()
    before = stored(path)
    opened = SessionFile.open(path)
    real, n_links = chain.add_link, []

    def fail_late(connection, part):
        n_links.append(part)
        if part == "layer_rows":
            raise sqlite3.OperationalError("disk I/O error")
        real(connection, part)

    monkeypatch.setattr(chain, "add_link", fail_late)
    with pytest.raises(Exception, match=r"damaged|disk"):
        opened.add_layer(BEN, edits=(replace(BEGUN, layer=2),))
    monkeypatch.undo()
    assert n_links == ["layers", "edits", "layer_rows"]
    opened.add_layer(BEN)
    opened.close()
    found = stored(path)
    assert (found.edits, found.layers, found.signing) == (before.edits, Layers((BEN,)), Signing())


def test_another_number_than_the_next_is_refused(path):
    opened = scored(path)
    for number in (1, 3):
        with pytest.raises(Exception, match="not made here"):
            opened.add_layer(replace(BEN, number=number))
    opened.close()
