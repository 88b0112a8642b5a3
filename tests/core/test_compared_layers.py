"""The layers of a session beside each other: who of them says what."""

import numpy as np

from sleepscorer.core.compared_layers import comparison_of, scorers_among, votes_in_words
from sleepscorer.core.layers import LayerKind, LayerStages

NAMES = {"W": 0, "1": 1, "2": 2, "3": 3, "R": 4, "?": -1}


def scoring(key, text, kind=LayerKind.PERSON):
    stages = np.array([NAMES[c] for c in text], np.int8)
    return LayerStages(key, key, key, kind, stages)


THREE = (scoring("anna", "WW12R?"), scoring("ben", "WW22??"), scoring("machine", "W121R?"))


def test_who_says_what_with_the_most_votes_first():
    assert votes_in_words(THREE, 1) == "W by anna, ben; N1 by machine"
    assert votes_in_words(THREE, 4) == "R by anna, machine; ? by ben"


def test_layers_are_compared_by_their_keys():
    found = comparison_of(THREE)
    assert found.disagreements.tolist() == [1, 2, 3]
    assert [one.key for one in found.scorings] == ["anna", "ben", "machine"]
    assert comparison_of(()) is None


def test_what_was_decided_is_no_scorer():
    agreed = scoring("agreed", "WW??R?", LayerKind.CONSENSUS)
    assert scorers_among((*THREE, agreed)) == THREE
