from datetime import datetime, timedelta

import numpy as np
import pytest

from sleepscorer.core.comparison import Comparison, NamedStages, compared
from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import THREE_STAGES, Stage

_BY_TEXT = {stage.text: stage for stage in Stage}
START = datetime(2024, 3, 1, 22, 30)


def stages(text):
    return np.array([_BY_TEXT[word] for word in text.split()], dtype=np.int8)


def side_by_side(*texts):
    return Comparison(
        tuple(
            NamedStages(key, key.upper(), stages(t)) for key, t in zip("abcd", texts, strict=False)
        )
    )


def test_votes_consensus_and_disagreements():
    found = side_by_side("W N1 N2 ? ? R", "W N2 N2 N3 ? W", "W N2 N3 ? ? N1")
    assert found.votes[1].tolist() == [0, 1, 2, 0, 0]
    assert found.n_scored.tolist() == [3, 3, 3, 1, 0, 3]
    assert found.disagreements.tolist() == [1, 2, 5]
    assert found.unscored.tolist() == [4]
    assert found.unanimous.tolist() == stages("W ? ? ? ? ?").tolist()
    assert found.majority.tolist() == stages("W N2 N2 ? ? ?").tolist()
    assert found.majority_without("a").tolist() == stages("W N2 ? ? ? ?").tolist()
    assert found.n_by_all == 4


def test_one_alone_and_two_alike_disagree_nowhere():
    assert side_by_side("W N1 N2 R R", "W N2 N2 R W").disagreements.tolist() == [1, 4]
    assert side_by_side("W R", "W R").disagreements.tolist() == []
    assert side_by_side("W R").disagreements.tolist() == []


def test_pairs_and_the_epochs_of_a_cell():
    found = side_by_side("W N1 N2 N2 ?", "W N2 N2 N2 R", "? ? ? ? W")
    assert found.pairs == (("a", "b"), ("a", "c"), ("b", "c"))
    assert found.agreement_of("a", "b").accuracy == pytest.approx(3 / 4)
    assert found.agreement_of("a", "c") is None
    assert found.epochs_of("a", "b", Stage.N2, Stage.N2).tolist() == [2, 3]
    assert found.epochs_of("a", "b", Stage.UNSCORED, Stage.R).tolist() == [4]
    for row, column in np.ndindex(5, 5):
        n = found.agreement_of("a", "b").confusion[row][column]
        assert found.epochs_of("a", "b", Stage(row), Stage(column)).size == n
    with pytest.raises(KeyError):
        found.agreement_of("a", "nobody")


def test_each_is_compared_with_the_majority_of_the_others():
    found = side_by_side("W N1 N2 R", "W N2 N2 R", "W N2 N3 R")
    assert found.agreement_with_others("a").accuracy == pytest.approx(2 / 3)
    assert side_by_side("W N1", "W N1").agreement_with_others("a") is None


def test_fleiss_kappa_of_the_published_example():
    # Fleiss 1971, table 1: 30 subjects, 6 raters, 5 categories.
    counts = """0 0 0 6 0|0 3 0 0 3|0 1 4 0 1|0 0 0 0 6|0 3 0 3 0|2 0 4 0 0|0 0 4 0 2|2 0 3 1 0
    2 0 0 4 0|0 0 0 0 6|1 0 0 5 0|1 1 0 4 0|0 3 3 0 0|1 0 0 5 0|0 2 0 3 1|0 0 5 0 1|3 0 0 1 2
    5 1 0 0 0|0 2 0 4 0|1 0 2 0 3|0 0 0 0 6|0 1 0 5 0|0 2 0 1 3|2 0 0 4 0|1 0 0 4 1|0 5 0 1 0
    4 0 0 0 2|0 2 0 4 0|1 0 5 0 0|0 0 0 0 6"""
    table = [list(map(int, one.split())) for line in counts.split("\n") for one in line.split("|")]
    votes = np.array([np.repeat(np.arange(5), one) for one in table], dtype=np.int8)
    assert votes.shape == (30, 6)
    found = Comparison(
        tuple(NamedStages(str(k), str(k), column) for k, column in enumerate(votes.T))
    )
    assert found.fleiss_kappa == pytest.approx(0.430, abs=1e-3)


def test_fleiss_kappa_undefined():
    assert side_by_side("W W", "W W").fleiss_kappa is None
    assert side_by_side("W ?", "? W").fleiss_kappa is None
    assert side_by_side("W N1").fleiss_kappa is None


def test_three_stages_bring_all_to_three():
    five = NamedStages("a", "A", stages("W N1 N2 N3 R"))
    three = NamedStages("b", "B", stages("W NREM NREM NREM W"), THREE_STAGES)
    found = Comparison((five, three))
    assert found.stage_set == THREE_STAGES
    assert found.disagreements.tolist() == [4]
    assert found.agreement_of("a", "b").stage_set == THREE_STAGES
    third = NamedStages("c", "C", stages("W N1 N3 N3 W"))
    alone = Comparison((five, third, three)).majority_without("b")
    assert alone.tolist() == stages("W NREM NREM NREM ?").tolist()


def test_scorings_are_laid_on_the_grid_of_the_first():
    def scoring(text, epochs_later=0):
        start = START + timedelta(seconds=30 * epochs_later)
        return Scoring(Hypnogram(stages(text)), start=start)

    found = compared(
        [
            ("a", "Ann", scoring("W N1 N2 R")),
            ("b", "Bob", scoring("N1 N2 R W W", 1)),
            ("c", "Cleo", scoring("W W N1", -1)),
        ]
    )
    assert [one.stages.tolist() for one in found.scorings] == [
        stages(text).tolist() for text in ("W N1 N2 R", "? N1 N2 R", "W N1 ? ?")
    ]
    assert "Bob: 2 of its epochs lie outside Ann" in found.notes
    with pytest.raises(ScoringError, match=r"Bob: .*no epoch in common"):
        compared([("a", "Ann", scoring("W")), ("b", "Bob", scoring("W", 99))])


@pytest.mark.parametrize("texts", [(), ("W W", "W")])
def test_scorings_that_are_not_alike_in_length_are_refused(texts):
    with pytest.raises(ValueError, match="epochs"):
        side_by_side(*texts)
