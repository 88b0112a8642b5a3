"""Which epochs a machine drafted: by the log of a session, and by files of this program."""

import json

import numpy as np
import pytest
from documented_night import ANNA, write_night

from sleepscorer.core.filling import FillMode
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.pipeline import Destination
from sleepscorer.session_documents import export_document, open_document
from sleepscorer.session_documents.drafts import drafted_epochs, is_draft, seen_beside
from sleepscorer.simulated_files import write_simulated_night
from sleepscorer.simulation.channels import STANDARD_MONTAGE
from sleepscorer.simulation.night import simulate_night

N = 10


def staging(stage=Stage.N2):
    probabilities = np.full((N, 5), 0.1, np.float32)
    probabilities[:, stage] = 0.6
    made = StagingProvenance("w", "", ("C4-M1",), (), (), "cpu", "test", "")
    return Staging(probabilities, made)


@pytest.fixture
def session():
    return ScoringSession(N, MemoryJournal(), author=ANNA)


@pytest.fixture
def drafted(session, tmp_path):
    return lambda: np.flatnonzero(drafted_epochs(session, tmp_path)).tolist()


def test_what_a_person_scored_from_nothing_is_no_draft(session, drafted):
    session.score(range(N), Stage.N2)
    session.score([3], Stage.W)
    assert drafted() == []
    assert not seen_beside(session)


def test_a_machines_stage_is_a_draft_whether_it_stands_or_was_confirmed_or_replaced(
    session, drafted
):
    session.score([0, 1], Stage.W)
    session.fill(staging())
    assert drafted() == list(range(2, N))
    session.score([2], Stage.N2)
    session.score([3], Stage.R)
    session.score([3], Stage.N1)
    assert drafted() == list(range(2, N))
    # Cleared and scored anew, nothing stood there.
    session.score([4], Stage.UNSCORED)
    assert 4 not in drafted()
    session.score([4], Stage.N2)
    assert 4 not in drafted()


def test_a_draft_that_was_undone_stands_nowhere_but_was_seen(session, drafted):
    session.fill(staging())
    session.score([0], Stage.W)
    session.undo()
    session.undo()
    assert drafted() == []
    session.score(range(N), Stage.N1)
    assert drafted() == []
    assert seen_beside(session)
    session.fill(staging(), FillMode.ALL, over_person=True)
    assert drafted() == list(range(N))
    session.undo()
    assert drafted() == []


def test_an_answer_that_filled_nothing_was_only_seen_where_scoring_went_on(session, drafted):
    session.score(range(N), Stage.N1)
    session.fill(staging())
    assert (drafted(), seen_beside(session)) == ([], False)
    session.score([0], Stage.W)
    assert (drafted(), seen_beside(session)) == ([], True)


def test_an_import_with_its_staging_is_a_draft_and_one_of_a_person_is_not(session, drafted):
    stages = np.array([0, 0, *[2] * (N - 2)], np.int8)
    session.import_scoring(Scoring(Hypnogram(stages)), name="expert.csv")
    assert drafted() == []
    # Two epochs were corrected before it was exported.
    session.import_scoring(Scoring(Hypnogram(stages[::-1])), name="a.edf", staging=staging())
    assert drafted() == list(range(N))


def export(folder, *, by_machine):
    document = open_document(write_night(folder / "night.edf"), author=ANNA)
    if by_machine:
        document.session.fill(staging())
    document.session.score(range(N), Stage.N1)
    formats = ("edf", "csv", "json", "annot", "nsrr", "bids", "edfbrowser")
    export_document(document.snapshot(), Destination(folder, formats, False, False))
    document.close()


@pytest.mark.parametrize("by_machine", [False, True])
def test_an_export_is_a_draft_unless_all_of_it_was_scored_by_hand(tmp_path, session, by_machine):
    export(tmp_path, by_machine=by_machine)
    hypnogram = tmp_path / "night_hypnogram.edf"
    assert is_draft(hypnogram) is by_machine
    assert is_draft(tmp_path / "night_epochs.csv") is by_machine
    for end in (".annot", "_nsrr.xml", "_events.tsv", "_edfbrowser.xml"):
        assert is_draft(tmp_path / f"night{end}") is by_machine
    scoring = Scoring(Hypnogram(np.ones(N, np.int8)))
    session.import_scoring(scoring, name=hypnogram.name)
    assert drafted_epochs(session, tmp_path).all() == by_machine
    (tmp_path / "night_staging.json").unlink()
    assert is_draft(hypnogram)
    assert drafted_epochs(session, tmp_path).all()
    # Gone, it may have been a draft; under another name it still is one.
    renamed = hypnogram.rename(tmp_path / "expert.edf")
    assert drafted_epochs(session, tmp_path).all()
    other = ScoringSession(N, MemoryJournal(), author=ANNA)
    other.import_scoring(scoring, name=renamed.name)
    assert drafted_epochs(other, tmp_path).all()


@pytest.mark.parametrize("by_machine", [False, True])
def test_an_export_that_is_called_like_a_true_scoring_is_a_draft_all_the_same(tmp_path, by_machine):
    export(tmp_path, by_machine=by_machine)
    renamed = (tmp_path / "night_hypnogram.edf").rename(tmp_path / "night_scoring.edf")
    assert is_draft(renamed) is by_machine


def test_the_true_scoring_of_a_simulated_night_is_no_draft(tmp_path):
    night = simulate_night(hours=0.1, seed=3, channels=STANDARD_MONTAGE[:1])
    _, truth = write_simulated_night(night, tmp_path / "night.edf")
    assert not is_draft(truth)


def test_a_staging_that_says_less_proves_nothing(tmp_path):
    export(tmp_path, by_machine=False)
    path = tmp_path / "night_staging.json"
    told = json.loads(path.read_text())
    for changed in ({"reviewed": None}, {"reviewed": [True] * (N - 1) + [False]}, {"stages": 3}):
        path.write_text(json.dumps(told | changed))
        assert is_draft(tmp_path / "night_hypnogram.edf")
    path.write_text("{")
    assert is_draft(tmp_path / "night_hypnogram.edf")


def test_a_laboratorys_own_hypnogram_is_no_draft_by_its_name(tmp_path, session):
    path = tmp_path / "night_epochs.csv"
    path.write_text("epoch,stage\n" + "".join(f"{n},N2\n" for n in range(1, N + 1)))
    assert not is_draft(path)
    session.import_scoring(Scoring(Hypnogram(np.full(N, 2, np.int8))), name=path.name)
    assert not drafted_epochs(session, tmp_path).any()
