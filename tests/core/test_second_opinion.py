"""Two stagers beside each other."""

import numpy as np
import pytest

from sleepscorer.core.second_opinion import (
    shared_confidence,
    stagers_agreement,
)
from sleepscorer.core.stages import THREE_STAGES
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.core.unanimity import not_unanimous


def staging(*rows):
    made = StagingProvenance("w", "", (), (), (), "cpu", "x", "")
    return Staging(np.array(rows, np.float32).reshape(-1, 5), made)


NOTHING = (np.nan,) * 5
SURE_N2 = (0.0, 0.1, 0.8, 0.1, 0.0)
DOUBTFUL_N2 = (0.0, 0.3, 0.5, 0.2, 0.0)
SURE_N3 = (0.0, 0.0, 0.1, 0.9, 0.0)
OURS = staging(SURE_N2, SURE_N2, SURE_N2, NOTHING, SURE_N2)
THEIRS = staging(SURE_N2, DOUBTFUL_N2, SURE_N3, SURE_N3, NOTHING)


def test_two_disagree_where_both_stage_an_epoch_differently():
    assert not_unanimous((OURS, THEIRS)).tolist() == [False, False, True, False, False]

    # N2 and N3 are one in three stages.
    three = not_unanimous((OURS, THEIRS), THREE_STAGES)
    assert not three.any()


def test_agreement_counts_the_epochs_that_both_stage():
    found = stagers_agreement(OURS, THEIRS)
    assert (found.n_epochs, found.accuracy) == (3, pytest.approx(2 / 3))
    assert stagers_agreement(staging(NOTHING), staging(SURE_N2)) is None


def test_of_equally_certain_epochs_the_doubted_one_is_less_certain_and_a_disputed_one_least():
    shared = shared_confidence(OURS, (THEIRS,))
    np.testing.assert_allclose(shared, (0.8, 0.65, 0.45, np.nan, 0.8), atol=1e-6)
    np.testing.assert_array_equal(shared_confidence(OURS, ()), OURS.confidence)


def test_an_empty_night_is_no_trouble():
    assert shared_confidence(staging(), (staging(),)).shape == (0,)
    assert stagers_agreement(staging(), staging()) is None
