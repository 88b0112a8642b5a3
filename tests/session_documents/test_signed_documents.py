"""Signed documents: opened again, changed outside the program, and in every output."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date

import openpyxl
import pytest
from documented_night import ANNA, write_night

from sleepscorer.core.errors import ScoringLocked
from sleepscorer.core.events import is_remark
from sleepscorer.core.report_form import Person, ReportForm
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring
from sleepscorer.files.sessions import chain
from sleepscorer.pipeline import Destination
from sleepscorer.session_documents import export_document, open_document

FORM = ReportForm(Person("Erika Müller", "Q-17", date(1951, 5, 2)), comment="slept badly")


@pytest.fixture
def night(tmp_path):
    return write_night(tmp_path / "night.edf")


def signed(night, *, form=FORM):
    document = open_document(night, author=ANNA)
    document.session.score([0, 1, 2], Stage.N2)
    document.session.set_form(form)
    document.session.sign("Annegret Meier", Meaning.SCORED)
    return document


def forged(path, *statements):
    """Change a session and its checksums, as only somebody can who means to."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = triggers.fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in (*statements, "DELETE FROM chain"):
            connection.execute(statement)
        link = chain._BEGINNING
        for part in chain._PARTS:
            for row, content in chain._contents(connection, part, "ORDER BY number"):
                link = chain._add(connection, link, part, row, content)
        for _, sql in triggers:
            connection.execute(sql)


def test_a_signed_night_is_locked_when_it_is_opened_again(night):
    first = signed(night)
    signature, state = first.session.signatures[0], first.session.state
    first.close()
    again = open_document(night, author=ANNA)
    assert again.problems == ()
    assert again.session.signatures == (signature,)
    assert (again.session.is_locked, again.session.form) == (True, FORM)
    with pytest.raises(ScoringLocked):
        again.session.score([3], Stage.W)
    again.session.unlock("one more epoch")
    again.session.score([3], Stage.W)
    again.close()
    last = open_document(night, author=ANNA)
    assert (last.session.is_locked, last.session.unlockings[0].reason) == (False, "one more epoch")
    assert last.session.state.stages.tolist()[:3] == state.stages.tolist()[:3]
    last.close()


def test_a_scoring_beside_a_signed_night_is_not_offered(night):
    night.with_name("night_epochs.csv").write_text("epoch,stage\n1,W\n2,W\n")
    first = open_document(night, author=ANNA)
    assert first.importable is not None
    first.session.sign("Anna", Meaning.SCORED)
    first.close()
    again = open_document(night, author=ANNA)
    assert again.importable is None
    again.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE edits SET user = 'ben'",
        "UPDATE edits SET utc = '2024-03-01T22:00:00.000+00:00'",
        "UPDATE edits SET change = replace(change, '\"stages_after\":[2,', '\"stages_after\":[1,')",
        "DELETE FROM forms",
        "UPDATE forms SET form = replace(form, 'badly', 'well')",
        "UPDATE signatures SET sha256 = replace(sha256, substr(sha256, 1, 8), 'abababab')",
    ],
)
def test_a_session_that_was_changed_outside_after_signing_is_told(night, tmp_path, statement):
    document = signed(night)
    path = document.session_path
    document.close(back_up=False)
    forged(path, statement)
    again = open_document(night, author=ANNA)
    (problem,) = again.problems
    assert "scored by Annegret Meier" in problem
    assert "changed outside the program" in problem
    assert again.session.is_locked
    export_document(again.snapshot(), Destination(tmp_path / "out", ("xlsx", "json", "edf")))
    sheet = openpyxl.load_workbook(next((tmp_path / "out").glob("*.xlsx")))
    rows = list(sheet["Provenance"].iter_rows(values_only=True))
    said = [row[1] for row in rows if row[0] == "Signature"]
    assert said[0] == "Not signed."
    assert "does not count" in said[1]
    assert any(row[0] == "Warning" and "does not count" in row[1] for row in rows)
    (staging,) = (tmp_path / "out").glob("*.json")
    found = json.loads(staging.read_text())["signed"]
    assert found["sentences"][0] == "Not signed."
    assert [one["counts"] for one in found["signatures"]] == [False]
    again.close()


def test_what_is_resealed_unchanged_is_signed_as_before(night):
    document = signed(night)
    document.close(back_up=False)
    forged(document.session_path)
    again = open_document(night, author=ANNA)
    assert (again.problems, again.session.signing.broken) == ((), ())
    again.close()


def test_a_session_from_which_the_signature_was_cut_is_told_by_its_backup(night, tmp_path):
    document = open_document(night, author=ANNA)
    document.session.score([0], Stage.N2)
    document.close()
    before = shutil.copy(document.session_path, tmp_path / "before")
    document = open_document(night, author=ANNA)
    document.session.sign("Anna", Meaning.SCORED)
    document.close()
    shutil.copy(before, document.session_path)
    again = open_document(night, author=ANNA)
    (problem,) = again.problems
    assert "lacks the last 1 entry of its signatures, report forms and scorers" in problem
    again.close()


def _texts(folder):
    """All texts of all outputs, by the end of their names."""
    texts = {}
    for path in folder.iterdir():
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            cells = (c for s in book for row in s.iter_rows(values_only=True) for c in row if c)
            texts[path.suffix] = "\n".join(map(str, cells))
        else:
            texts[path.suffix] = path.read_bytes().decode("utf-8", "replace")
    return texts


def test_outputs_say_who_signed_and_whose_signature_was_taken_back(night, tmp_path):
    document = signed(night)
    to = Destination(tmp_path / "signed", ("xlsx", "json", "edf"))
    export_document(document.snapshot(), to)
    short = document.session.signatures[0].sha256[:12]
    texts = _texts(tmp_path / "signed")
    for end in (".xlsx", ".json", ".edf"):
        assert "Signed: scored by Annegret Meier" in texts[end]
        assert short in texts[end]
        assert "Not signed" not in texts[end]
    document.session.unlock("lights off was wrong")
    export_document(document.snapshot(), Destination(tmp_path / "not", ("xlsx", "json", "edf")))
    texts = _texts(tmp_path / "not")
    for end in (".xlsx", ".json", ".edf"):
        assert "Not signed." in texts[end]
        assert "taken back by anna" in texts[end]
        assert "lights off was wrong" in texts[end]
    document.close()


def test_outputs_of_a_night_that_nobody_signed_say_so(night, tmp_path):
    document = open_document(night, author=ANNA)
    document.session.score([0], Stage.N2)
    export_document(document.snapshot(), Destination(tmp_path, ("xlsx", "json", "edf")))
    document.close()
    outputs = [path for path in tmp_path.iterdir() if path.stem.startswith("night_")]
    (workbook,) = (path for path in outputs if path.suffix == ".xlsx")
    sheets = openpyxl.load_workbook(workbook)
    for name in ("Summary", "Provenance"):
        assert ("Signature", "Not signed.") in [
            row[:2] for row in sheets[name].iter_rows(values_only=True)
        ]
    # The annotations have no remark: all that nobody signs would have one.
    (edf,) = (path for path in outputs if path.suffix == ".edf")
    assert b"signed" not in edf.read_bytes().lower()


def test_the_report_holds_every_edit_and_signature_of_the_session(night, tmp_path):
    document = signed(night)
    session = document.session
    session.unlock("lights off was wrong")
    session.score([1], Stage.N1)
    session.undo()
    export_document(document.snapshot(), Destination(tmp_path / "out", ("xlsx",)))
    (workbook,) = (tmp_path / "out").glob("*.xlsx")
    edits = openpyxl.load_workbook(workbook)["Edits"]
    rows = list(edits.iter_rows(min_row=4, values_only=True))
    assert [row[5] for row in rows if row[0]] == [edit.label for edit in session.edits]
    assert [row[0] for row in rows if row[0]] == [edit.number for edit in session.edits]
    assert [row[4] for row in rows][-4:] == ["signed", "unlocked", "person", "undo"]
    document.close()


def test_the_remark_of_a_signature_is_no_event_of_the_night_when_it_is_read_back(night, tmp_path):
    document = signed(night)
    export_document(document.snapshot(), Destination(tmp_path / "out", ("edf",)))
    document.close()
    (edf,) = (tmp_path / "out").iterdir()
    scoring = read_scoring(edf)
    assert [event.text for event in scoring.events if not is_remark(event.text)] == []
    assert scoring.hypnogram.stages.tolist()[:4] == [2, 2, 2, -1]
