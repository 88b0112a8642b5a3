"""What counts as reviewed: what a person scored or confirmed here, after machine and import."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleepscorer.core.edits import Author, EditKind
from sleepscorer.core.filling import FillMode
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.journal import MemoryJournal
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


def by_hand(opened):
    """As a person reads the log: the last edit that was not undone tells, epoch by epoch."""
    done, undone = [], []
    for edit in opened.edits:
        if edit.kind is EditKind.UNDO:
            undone.append(done.pop())
        elif edit.kind is EditKind.REDO:
            done.append(undone.pop())
        elif not edit.change.is_empty:
            done, undone = [*done, edit], []
    found = []
    for epoch in range(opened.n_epochs):
        last = next((edit for edit in reversed(done) if epoch in edit.change.epochs), None)
        is_person = last is not None and last.kind is EditKind.MANUAL
        stage = last.change.stages_after[last.change.epochs.index(epoch)] if is_person else -1
        if stage >= 0:
            found.append(epoch)
    return found


_STAGES = [stage for stage in Stage if stage is not Stage.NREM]
_STEPS = st.one_of(
    st.tuples(st.just("score"), st.sets(st.integers(0, N - 1)), st.sampled_from(_STAGES)),
    st.tuples(st.just("fill"), st.sampled_from(_STAGES[1:]), st.booleans()),
    st.tuples(st.just("import"), st.lists(st.integers(-1, 4), min_size=N, max_size=N)),
    st.tuples(st.sampled_from(["undo", "redo", "lights"])),
)


@given(st.lists(_STEPS, max_size=30))
def test_whatever_is_done_undone_and_done_again_the_log_read_by_hand_says_the_same(steps):
    opened, before = session(), []
    for what, *given_ in steps:
        match what:
            case "score":
                opened.score(*given_)
            case "fill":
                stage, over_person = given_
                opened.fill(staging(stage), FillMode.ALL, over_person=over_person)
            case "import":
                opened.import_scoring(scoring(*given_[0]), name="old.edf")
            case "lights":
                opened.set_lights(0.0, 30.0 + len(opened.edits) % 100)
            case _:
                getattr(opened, what)()
        before.append((opened.reviewed, opened.reviewed.tolist()))
        assert reviewed(opened) == by_hand(opened)
    # Others hold what was told them: later edits leave it as it was.
    assert all(held.tolist() == told for held, told in before)
    assert reviewed(session(edits=opened.edits)) == reviewed(opened)


def test_a_confirmed_import_that_is_imported_anew_and_undone_is_confirmed_again():
    opened = session()
    opened.import_scoring(scoring(2, 2, 2, 4, 4, 0), name="one.edf")
    opened.score([0, 3], Stage.R)
    opened.import_scoring(scoring(1, 1, 1, 1, 1, 1), name="two.edf")
    assert reviewed(opened) == []
    opened.undo()
    assert reviewed(opened) == [0, 3]
    opened.redo()
    assert reviewed(opened) == []
