"""What counts as reviewed: what a person scored or confirmed here, after machine and import."""

import numpy as np
import pytest

from sleepscorer.core.edits import Author, EditKind, MemoryJournal
from sleepscorer.core.filling import FillMode
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.reviewed import reviewed_epochs
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance

N = 6
MADE = StagingProvenance("w", "0" * 64, (), (), (), "cpu", "s", "")


def session(**options):
    return ScoringSession(N, MemoryJournal(), author=Author("anna", "lab-3"), **options)


def staging(stage):
    probabilities = np.full((N, 5), 0.05, np.float32)
    probabilities[:, stage] = 0.8
    return Staging(probabilities, MADE)


def scoring(*stages):
    return Scoring(Hypnogram(np.array(stages, np.int8)))


def reviewed(opened):
    """By the session, and the same by its whole log as a session file holds it."""
    of_log = reviewed_epochs(opened.n_epochs, opened.edits)
    assert of_log.tolist() == opened.reviewed.tolist()
    return np.flatnonzero(of_log).tolist()


def test_what_a_person_scored_or_confirmed_is_reviewed_and_the_machine_s_is_not():
    opened = session()
    assert reviewed(opened) == []
    opened.fill(staging(Stage.N2))
    assert reviewed(opened) == []
    opened.score([1], Stage.N2)
    opened.score([4, 5], Stage.R)
    assert reviewed(opened) == [1, 4, 5]


def test_an_imported_scoring_is_not_reviewed_until_a_person_here_confirms_it():
    opened = session()
    opened.import_scoring(scoring(2, 2, 2, 4, 4, 0), name="old.edf")
    opened.fill(staging(Stage.N2))
    assert opened.state.by_person.all()
    assert reviewed(opened) == []
    opened.score([0, 3], Stage.N2)
    assert reviewed(opened) == [0, 3]
    # Confirming it once more is no edit.
    n_edits = len(opened.edits)
    opened.score([0], Stage.N2)
    assert len(opened.edits) == n_edits
    assert opened.undo_label == "Score 2 epochs from 1 as N2"


def test_an_import_over_a_reviewed_epoch_ends_its_review_where_it_changes_the_stage():
    opened = session()
    opened.score([0, 1], Stage.N2)
    opened.import_scoring(scoring(2, 3, -1, -1, -1, -1), name="old.edf")
    assert reviewed(opened) == [0]


def test_a_new_staging_over_what_a_person_scored_ends_its_review():
    opened = session()
    opened.score([0, 1], Stage.N2)
    opened.fill(staging(Stage.N2))
    assert reviewed(opened) == [0, 1]
    opened.fill(staging(Stage.N2), FillMode.ALL, over_person=True)
    assert reviewed(opened) == []
    opened.undo()
    assert reviewed(opened) == [0, 1]


def test_a_stage_that_was_taken_away_is_not_reviewed():
    opened = session()
    opened.score([0, 1], Stage.N2)
    opened.score([1], Stage.UNSCORED)
    assert reviewed(opened) == [0]


def test_a_confirmation_is_undone_and_redone():
    opened = session()
    opened.import_scoring(scoring(2, 2, 2, 4, 4, 0), name="old.edf")
    opened.score([0], Stage.N2)
    assert opened.edits[-1].kind is EditKind.MANUAL
    opened.undo()
    assert reviewed(opened) == []
    opened.redo()
    assert reviewed(opened) == [0]
    again = session(edits=opened.edits)
    assert reviewed(again) == [0]
    again.undo()
    assert reviewed(again) == []


def test_nobody_changes_what_was_found():
    with pytest.raises(ValueError, match="read-only"):
        session().reviewed[0] = True
