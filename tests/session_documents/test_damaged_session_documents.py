"""A recording whose session is damaged or gone: said, and shown from a copy until decided."""

import shutil

import pytest
from documented_night import ANNA, BEN, write_night

from sleepscorer.core.errors import SessionError
from sleepscorer.core.stages import Stage
from sleepscorer.files.sessions import SessionDamaged, SessionPlaces
from sleepscorer.session_documents import open_document


@pytest.fixture
def night(tmp_path):
    """A recording with two edits in its session, which was closed, and thereby backed up."""
    path = write_night(tmp_path / "night.edf")
    document = open_document(path, author=ANNA)
    document.session.score([0, 1], Stage.N2)
    document.session.score([2], Stage.R)
    document.close()
    return path


@pytest.fixture
def opened():
    """Opens documents and closes them when the test ends."""
    documents = []

    def open_(path, **options):
        documents.append(open_document(path, **({"author": BEN} | options)))
        return documents[-1]

    yield open_
    for document in documents:
        document.close()


def stages(document):
    return document.session.state.stages.tolist()


def _empty(session):
    session.write_bytes(b"")
    return "the session file is empty"


def _one_byte(session):
    session.write_bytes(b"S")
    return "the session file holds 1 byte"


def _half(session):
    session.write_bytes(session.read_bytes()[: session.stat().st_size // 2])
    return "can't be used"


def _one_bit(session):
    content = session.read_bytes()
    place = content.index(b"Score epoch 3")
    session.write_bytes(content[:place] + b"s" + content[place + 1 :])
    return "is not what was stored"


def _gone(session):
    session.unlink()
    return "is not there any more"


DAMAGES = [_empty, _one_byte, _half, _one_bit, _gone]


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_copy_is_shown_for_reading_only_until_it_is_used(night, opened, damage):
    session = night.with_name("night.sleepscorer")
    said = damage(session)
    before = session.read_bytes() if session.exists() else None
    document = opened(night)
    (problem,) = document.problems
    assert problem == document.copy_problem
    assert said in problem
    assert "(.night.sleepscorer-backup, 2 edits up to 20" in problem
    assert (stages(document)[:4], document.session.read_only) == ([2, 2, 4, -1], True)
    with pytest.raises(SessionError):
        document.session.score([3], Stage.W)
    document.close()
    assert (session.read_bytes() if session.exists() else None) == before
    document.use_copy()
    again = opened(night)
    assert (again.problems, again.copy_problem, stages(again)[:3]) == ((), "", [2, 2, 4])
    again.session.score([3], Stage.W)
    again.close()
    assert stages(opened(night))[:4] == [2, 2, 4, 0]
    kept = night.with_name("night.sleepscorer-damaged-1")
    assert (kept.read_bytes() if kept.exists() else None) == before


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_scoring_can_begin_anew(night, opened, damage):
    session = night.with_name("night.sleepscorer")
    damage(session)
    document = opened(night)
    document.begin_anew()
    document.close()
    again = opened(night)
    assert (again.problems, set(stages(again))) == ((), {-1})
    again.session.score([0], Stage.W)
    again.close()
    # The copy of what was lost is kept beside that of the new session.
    names = {path.name for path in night.parent.iterdir()}
    assert {".night.sleepscorer-backup", ".night.sleepscorer-backup-1"} <= names
    session.unlink()
    assert stages(opened(night))[:3] == [0, -1, -1]


@pytest.mark.parametrize("damage", DAMAGES[:-1])
def test_a_damaged_session_is_opened_by_its_own_name_too(night, opened, damage):
    session = night.with_name("night.sleepscorer")
    damage(session)
    document = opened(session)
    assert document.recording.path == night
    assert document.copy_problem
    document.use_copy()
    document.close()
    assert stages(opened(session))[:3] == [2, 2, 4]


@pytest.mark.parametrize("damage", DAMAGES[:-1])
def test_damage_without_a_copy_is_refused_and_nothing_changes(night, opened, damage):
    session = night.with_name("night.sleepscorer")
    night.with_name(".night.sleepscorer-backup").unlink()
    damage(session)
    before = session.read_bytes()
    for path in (night, session):
        for read_only in (False, True):
            with pytest.raises(SessionDamaged, match="move it elsewhere to start a new session"):
                opened(path, read_only=read_only)
    assert session.read_bytes() == before
    assert sorted(p.name for p in night.parent.iterdir()) == ["night.edf", "night.sleepscorer"]


def test_who_only_reads_gets_no_copy_for_the_session(night, opened):
    _half(night.with_name("night.sleepscorer"))
    with pytest.raises(SessionDamaged):
        opened(night, read_only=True)
    _gone(night.with_name("night.sleepscorer"))
    assert opened(night, read_only=True).problems == ()


def test_a_session_known_from_elsewhere_is_a_copy_too(night, opened, tmp_path):
    places = SessionPlaces(tmp_path / "state")
    folder = tmp_path / "sessions"
    night.with_name(".night.sleepscorer-backup").unlink()
    _gone(night.with_name("night.sleepscorer"))
    document = opened(night, session_folder=folder, places=places)
    document.session.score([5], Stage.N3)
    document.close()
    _half(shutil.copy(folder / "night.sleepscorer", night.with_name("night.sleepscorer")))
    again = opened(night, places=places)
    assert (stages(again)[5], again.session.read_only) == (3, True)
    assert "night.sleepscorer, 1 edit up to 20" in again.copy_problem


def test_an_older_session_elsewhere_does_not_stand_in_for_one_that_is_gone(night, opened, tmp_path):
    places = SessionPlaces(tmp_path / "state")
    session, backup = (
        night.with_name("night.sleepscorer"),
        night.with_name(".night.sleepscorer-backup"),
    )
    folder = tmp_path / "sessions"
    folder.mkdir()
    shutil.copy(session, folder / "night.sleepscorer")
    opened(night, session_folder=folder, places=places).close()
    document = opened(night, places=places)
    document.session.score([9], Stage.W)
    document.close()
    _gone(session)
    again = opened(night, places=places)
    assert (stages(again)[9], again.session.read_only) == (0, True)
    assert backup.name in again.copy_problem
    again.close()
    # One that was moved there, and of which the backup stayed here, is opened there.
    shutil.copy(backup, folder / "night.sleepscorer")
    moved = opened(night, places=places)
    assert (moved.session_path, moved.session.read_only) == (folder / "night.sleepscorer", False)


def test_a_session_that_was_here_and_left_no_copy_is_missed(night, opened, tmp_path):
    places = SessionPlaces(tmp_path / "state")
    opened(night, places=places).close()
    _gone(night.with_name("night.sleepscorer"))
    night.with_name(".night.sleepscorer-backup").unlink()
    document = opened(night, places=places)
    assert document.problems == (
        f"This recording was scored before in {night.with_name('night.sleepscorer')}, which can't"
        f" be found now. A new session begins in {night.parent}.",
    )
    document.close()
    assert opened(night, places=places).problems == ()


def test_the_backup_of_another_recording_is_no_copy_of_this_one(night, opened):
    _gone(night.with_name("night.sleepscorer"))
    night.unlink()
    other = write_night(night, seed=9)
    document = opened(other)
    assert (document.problems, document.session.read_only) == ((), False)
    document.session.score([0], Stage.W)
    document.close()
    kept = sorted(p.name for p in night.parent.glob(".night*"))
    assert kept == [".night.sleepscorer-backup", ".night.sleepscorer-backup-1"]


def test_another_recording_of_the_stem_gets_its_own_session_beside_a_damaged_one(night, opened):
    _half(night.with_name("night.sleepscorer"))
    document = opened(write_night(night.with_name("night.rec"), seed=9))
    assert document.session_path.name.startswith("night-")
    assert (document.problems, document.session.read_only) == ((), False)


def test_a_session_that_is_gone_and_left_a_damaged_backup_is_missed(night, opened):
    session, backup = night.with_name("night.sleepscorer"), ".night.sleepscorer-backup"
    session.unlink()
    night.with_name(backup).write_bytes(b"what a disk left of it")
    document = opened(night)
    (problem,) = document.problems
    assert "night.sleepscorer is not there any more" in problem
    assert f"{backup} is damaged" in problem
    document.session.score([0], Stage.N3)
    document.close()
    assert night.with_name(f"{backup}-1").read_bytes() == b"what a disk left of it"
    assert stages(opened(night.with_name(backup).rename(session)))[0] == Stage.N3


def test_a_link_to_a_session_that_is_not_there_is_no_new_session(night, opened):
    session = night.with_name("night.sleepscorer")
    for path in night.parent.glob("*night.sleepscorer*"):
        path.unlink()
    session.symlink_to("drive_that_is_not_there.sleepscorer")
    document = opened(night)
    assert document.session.read_only
    assert "is a link to a file that is not there" in document.problems[0]
    document.close()
    assert session.is_symlink()
    assert sorted(path.name for path in night.parent.iterdir()) == ["night.edf", session.name]


@pytest.mark.parametrize("make", ["symlink_to", "hardlink_to", "mkdir"])
@pytest.mark.parametrize("target", ["night.edf", "night.sleepscorer"])
def test_what_has_the_name_of_the_lock_is_never_written_to(night, opened, make, target):
    lock, target = night.with_name("night.sleepscorer-lock"), night.with_name(target)
    before = target.read_bytes()
    if make == "mkdir":
        lock.mkdir()
    else:
        getattr(lock, make)(target)
    document = opened(night)
    assert stages(document)[:3] == [Stage.N2, Stage.N2, Stage.R]
    assert document.session.read_only
    assert "night.sleepscorer-lock there is not a lock" in document.problems[0]
    document.close()
    assert target.read_bytes() == before


def test_a_session_that_fell_behind_its_backup_is_told(night, opened):
    session, backup = night.with_name("night.sleepscorer"), ".night.sleepscorer-backup"
    before = session.read_bytes()
    document = opened(night)
    assert document.problems == ()
    document.session.score([5], Stage.N3)
    document.close()
    session.write_bytes(before)
    document = opened(night)
    assert not document.session.read_only
    (problem,) = document.problems
    assert f"lacks the last 1 edit that its backup holds ({backup}, 3 edits" in problem
    document.session.score([6], Stage.R)
    document.close()
    document = opened(night)
    assert document.problems == ()
    document.close()
    kept = night.with_name(f"{backup}-1").rename(session)
    assert stages(opened(kept))[5] == Stage.N3
