"""What keeps a document changes it on the window's thread alone."""

import threading

import pytest

from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import Stage
from sleepscorer.session_documents import Document, current_author, open_document


@pytest.fixture
def changes(monkeypatch) -> list[tuple[str, bool]]:
    """What was changed of sessions and documents, and whether on the window's thread."""
    seen: list[tuple[str, bool]] = []

    def note(of: object, name: str, value: object) -> None:
        seen.append((name, threading.current_thread() is threading.main_thread()))
        object.__setattr__(of, name, value)

    for kind in (Document, ScoringSession):
        monkeypatch.setattr(kind, "__setattr__", note, raising=False)
    return seen


def test_storing_checking_and_closing_change_it_on_the_windows_thread(
    qtbot, opened, night, tmp_path, changes
):
    keeper, document = opened.current.now.keeping, opened.document
    opened.workspace.model.score(Stage.N2)
    keeper._check_recording()
    keeper._save_view()
    qtbot.waitUntil(lambda: not opened.tasks.running, timeout=20_000)
    opened.workspace.model.select_epoch(7)
    changes.clear()
    opened.close_recording()
    assert ("read_only", True) in changes
    assert [name for name, is_on_windows_thread in changes if not is_on_windows_thread] == []
    assert document.session.read_only
    again = open_document(night, author=current_author(), session_folder=tmp_path / "sessions")
    assert (again.view["epoch"], again.held_by) == (7, None)
    again.close()


def test_storing_the_place_is_no_change_of_another_thread(qtbot, opened, changes):
    opened.workspace.model.select_epoch(5)
    changes.clear()
    opened.current.now.keeping._save_view()
    qtbot.waitUntil(lambda: not opened.tasks.running, timeout=20_000)
    assert changes == [("view", True)]
    assert opened.document.view["epoch"] == 5
