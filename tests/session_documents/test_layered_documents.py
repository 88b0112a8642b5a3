"""Several scorings of one recording as documents: opened again, exported, listed, and reported."""

import json
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from documented_night import ANNA, BEN, N, write_night

from sleepscorer.cli.main import main
from sleepscorer.core.errors import NotYourScoring, SessionError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.layers import LayerKind
from sleepscorer.core.recording import Event
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.files.scorings import read_scoring
from sleepscorer.pipeline import Destination
from sleepscorer.session_documents import ImportableScoring, export_document, open_document
from sleepscorer.session_documents.drafts import seen_beside
from sleepscorer.session_documents.night_summary import night_summary

MADE = StagingProvenance("w", "0" * 64, ("C4-M1",), (), (), "cpu", "s", "2026-01-01T00:00:00")
STAGING = Staging(np.full((N, 5), 0.2, np.float32), MADE)
READ = ImportableScoring("ben.csv", Scoring(Hypnogram(np.full(N, 2, np.int8))))


@pytest.fixture
def night(tmp_path):
    return write_night(tmp_path / "night.edf")


def own(document, name="Ben", **options):
    document.switch_layer(document.add_layer(name, **options).number)
    return document.session


def test_each_scorer_finds_the_own_scoring_again(night):
    document = open_document(night, author=ANNA)
    document.session.score([0], Stage.W)
    document.close()
    document = open_document(night, author=BEN)
    own(document).score([0, 1], Stage.N1)
    assert document.problems == ()
    document.close()
    ben = open_document(night, author=BEN)
    assert ben.session.layer.name == "Ben"
    assert ben.session.state.stages.tolist()[:2] == [1, 1]
    ben.switch_layer(1)
    ben.save_view({"epoch": 3})
    ben.close()
    ben = open_document(night, author=BEN)
    assert (ben.session.layer.number, ben.view) == (1, {"epoch": 3})
    ben.close()
    anna = open_document(night, author=ANNA)
    assert anna.session.state.stages.tolist()[:2] == [0, -1]
    anna.switch_layer(2)
    with pytest.raises(NotYourScoring, match="this is ben's scoring"):
        anna.session.score([5], Stage.W)
    anna.close()


def test_who_scores_blind_sees_that_first_whatever_was_shown_last(night):
    document = open_document(night, author=ANNA)
    document.session.fill(STAGING)
    document.add_layer("Anna, blind", is_blind=True)
    document.save_view({})
    document.close()
    again = open_document(night, author=ANNA)
    assert again.session.layer.hides_others
    assert again.session.machine is None
    assert again.snapshot().machine is None
    assert again.importable is None
    again.scorings.finish(2)
    assert again.snapshot().machine is not None
    again.close()


def test_a_new_scoring_begins_with_the_recordings_lights_marks(tmp_path):
    events = (Event(30.0, None, "Lights off"), Event(240.0, None, "Lights on"))
    night = write_night(tmp_path / "lights.edf", events=events)
    document = open_document(night, author=ANNA)
    document.session.set_lights(60.0, 240.0)
    session = own(document)
    assert (session.state.lights_off_s, session.state.lights_on_s) == (30.0, 240.0)
    assert session.undo() is None
    document.close()


def test_an_import_as_another_scorer_changes_nothing_of_the_own(night):
    document = open_document(night, author=ANNA)
    document.session.score([0], Stage.W)
    read = replace(READ, staging=STAGING)
    layer = document.add_layer("Ben Maier", LayerKind.IMPORT, read=read)
    assert document.session.state.stages.tolist() == [0] + [-1] * (N - 1)
    assert document.session.machine is None
    document.close()
    again = open_document(night, author=ANNA, layer="Ben Maier")
    assert again.session.state.stages.tolist() == [2] * N
    assert not again.session.is_own
    copy = own(again, "Mine", copy_of=layer.number)
    copy.score([0], Stage.N1)
    assert copy.state.stages.tolist() == [1] + [2] * (N - 1)
    again.close()


def test_two_windows_hold_one_session_and_the_second_only_reads(night):
    first = open_document(night, author=ANNA)
    own(first, "Anna").score([0], Stage.W)
    second = open_document(night, author=BEN)
    assert second.session.read_only
    assert len(second.layers) == 2
    with pytest.raises(SessionError, match="reading only"):
        second.add_layer("Ben")
    second.close()
    first.session.score([1], Stage.W)
    first.close()


def test_outputs_stand_beside_those_of_the_first_and_say_whose_they_are(night, tmp_path):
    document = open_document(night, author=ANNA)
    document.session.score(range(N), Stage.W)
    to = Destination(tmp_path / "out", ("edf", "xlsx"))
    export_document(document.snapshot(), to)
    own(document, "Ben / blind", scorer="", is_blind=True).score(range(N), Stage.N2)
    written = export_document(document.snapshot(), to)
    assert [path.name for path in written] == [
        "night_Ben-blind_hypnogram.edf",
        "night_Ben-blind_report.xlsx",
    ]
    for end, stage in (("", 0), ("_Ben-blind", 2)):
        read = read_scoring(tmp_path / "out" / f"night{end}_hypnogram.edf")
        assert set(read.hypnogram.stages.tolist()) == {stage}
    book = openpyxl.load_workbook(written[1])
    texts = [str(cell) for sheet in book for row in sheet.values for cell in row if cell]
    said = "Scoring 2 Ben / blind of anna, scored blind and not done; the session holds 2"
    assert any(said in text for text in texts)
    hidden = export_document(document.snapshot(), replace(to, deidentify=True))
    assert hidden[0].name.endswith("_scoring-2_hypnogram.edf")
    document.close()


def test_lists_show_the_scoring_edited_last_and_nothing_while_one_is_blind(night):
    document = open_document(night, author=ANNA)
    own(document, "Ben").score(range(4), Stage.N2)
    document.close()
    told = night_summary(night)
    assert (told.n_done, told.scorer) == (4, "anna")
    assert told.stages.tolist() == [2] * 4 + [-1] * (N - 4)
    document = open_document(night, author=ANNA)
    document.add_layer("Blind", is_blind=True, scorer="carl")
    document.close()
    assert night_summary(night).stages is None


def test_lists_count_no_doubtful_epochs_while_one_is_scored_blind(night):
    document = open_document(night, author=ANNA)
    document.session.fill(STAGING)
    assert "Drafted by machine" in night_summary(night).state_text
    own(document, "Ben", is_blind=True).score(range(4), Stage.N2)
    document.close()
    assert night_summary(night).state_text == f"4 of {N} epochs scored"


def test_what_the_machine_answered_for_another_was_to_be_seen(night):
    document = open_document(night, author=ANNA)
    document.session.score([0], Stage.W)
    assert not seen_beside(document.session)
    own(document, "Ben").fill(STAGING)
    document.switch_layer(1)
    document.session.score([1], Stage.W)
    assert seen_beside(document.session)
    document.close()


def test_the_command_line_lists_scorings_and_reports_one(night, tmp_path, capsys):
    document = open_document(night, author=ANNA)
    document.session.score([0], Stage.W)
    document.session.sign("Anna Meier", Meaning.SCORED)
    own(document, "Ben", scorer="anna", is_blind=True).score(range(N), Stage.N2)
    document.add_layer("Both", LayerKind.CONSENSUS)
    session = str(document.session_path)
    document.close()
    assert main(["info", session]) == 0
    out = capsys.readouterr().out
    assert "1  First scoring: by anna, 1 of 10 scored, signed by Anna Meier" in out
    assert "2  Ben: by anna, 10 of 10 scored, blind, not done" in out
    assert "3  Both: consensus, 0 of 10 scored" in out
    assert main(["info", session, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in facts["scorings"]] == ["First scoring", "Ben", "Both"]
    out = ["--out", str(tmp_path / "out"), "--formats", "edf", "--quiet"]
    assert main(["report", session, *out]) == 0
    assert main(["report", session, "--layer", "2", *out]) == 0
    for end, stages in (("", {0, -1}), ("_Ben", {2})):
        read = read_scoring(tmp_path / "out" / f"night{end}_hypnogram.edf")
        assert set(read.hypnogram.stages.tolist()) == stages
    assert main(["report", session, "--layer", "Carl", *out]) != 0
    assert "1 First scoring, 2 Ben, 3 Both" in capsys.readouterr().err
    assert main(["report", str(night), "--layer", "2", *out]) == 2
