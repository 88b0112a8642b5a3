"""Several scorings of one night: where they differ, and who says what."""

import numpy as np
import pytest

from sleepscorer.core.compared_stages import ComparedStages
from sleepscorer.core.layers import LayerKind, LayerStages
from sleepscorer.core.stages import Stage

NAMES = {"W": 0, "1": 1, "2": 2, "3": 3, "R": 4, "?": -1}


def scoring(key, text):
    stages = np.array([NAMES[c] for c in text], np.int8)
    return LayerStages(key, key, key, LayerKind.PERSON, stages)


@pytest.fixture
def three():
    return ComparedStages(
        (scoring("anna", "WW12R?"), scoring("ben", "WW22??"), scoring("machine", "W121R?"))
    )


def test_where_they_differ_is_told_and_walked_through(three):
    assert np.flatnonzero(three.differs).tolist() == [1, 2, 3]
    assert three.n_compared == 5
    assert three.next_difference(-1) == 1
    assert three.next_difference(1) == 2
    assert three.next_difference(3) is None
    assert three.next_difference(3, backwards=True) == 2
    assert three.next_difference(1, backwards=True) is None


def test_an_epoch_only_one_scored_is_no_difference():
    both = ComparedStages((scoring("a", "W?"), scoring("b", "?R")))
    assert not both.differs.any()
    assert both.n_compared == 0


def test_what_all_give_is_unanimous_and_an_unscored_epoch_is_not(three):
    assert three.unanimous.tolist() == [0, -1, -1, -1, -1, -1]


def test_who_says_what_with_the_most_votes_first(three):
    assert three.votes_in_words(1) == "W by anna, ben; N1 by machine"
    assert three.votes_in_words(4) == "R by anna, machine; ? by ben"


def test_a_cell_of_the_matrix_leads_to_its_epochs(three):
    assert three.epochs_of_cell("anna", "machine", Stage.N1, Stage.N2) == (2,)
    assert three.epochs_of_cell("anna", "ben", Stage.N2, Stage.N2) == (3,)
    assert three.epochs_of_cell("anna", "nobody", Stage.N2, Stage.N2) == ()


def test_cells_hold_as_many_epochs_as_the_matrix_counts():
    rng = np.random.default_rng(3)
    one, other = rng.integers(-1, 5, (2, 200)).astype(np.int8)
    both = ComparedStages(
        (
            LayerStages("a", "a", "a", LayerKind.PERSON, one),
            LayerStages("b", "b", "b", LayerKind.PERSON, other),
        )
    )
    found = both.agreement_of("a", "b")
    counted = [
        [len(both.epochs_of_cell("a", "b", row, column)) for column in found.stage_set]
        for row in found.stage_set
    ]
    assert counted == [list(row) for row in found.confusion]


def test_without_a_common_epoch_there_is_no_agreement():
    both = ComparedStages((scoring("a", "W?"), scoring("b", "?R")))
    assert both.agreement_of("a", "b") is None
    assert ComparedStages(()).next_difference(0) is None


def test_scorings_of_different_lengths_are_a_bug():
    with pytest.raises(ValueError, match="length"):
        ComparedStages((scoring("a", "W"), scoring("b", "WW")))
