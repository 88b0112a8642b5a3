import numpy as np
import pytest
from labelled_nights import nights

from sleepscorer.core.errors import SleepScorerError, UsageError
from sleepscorer.training.nights import TrainingNight, counted, feature_nights
from sleepscorer.training.protocols import PROTOCOLS, splits_of
from sleepscorer.training.splits import Split, folds, held_out


def test_both_nights_of_a_person_stay_together(tmp_path):
    parts = held_out(nights(tmp_path)).parts(nights(tmp_path))
    assert [[night.subject for night in part] for part in parts] == [
        ["0", "2", "3"],
        ["1"],
        ["5", "5"],
    ]
    assert counted(parts[2]) == "2 nights of 1 person, 598 scored epochs"


def test_nobody_may_be_in_two_parts():
    with pytest.raises(UsageError, match="b would be in two parts"):
        Split(frozenset("ab"), frozenset("bc"), frozenset("d"))
    with pytest.raises(UsageError, match="a, c would be in two parts"):
        Split(frozenset("ac"), frozenset("b"), frozenset("ca"))
    with pytest.raises(UsageError, match="1 person would train and 0 validate"):
        Split(frozenset("a"), frozenset(), frozenset("b"))


@pytest.mark.parametrize("n_folds", [2, 3, 5])
def test_everybody_tests_once(tmp_path, n_folds):
    all_nights = nights(tmp_path)
    splits = folds(all_nights, n_folds, seed=4)
    tested = [subject for split in splits for subject in sorted(split.test)]
    assert sorted(tested) == ["0", "1", "2", "3", "5"]
    for split in splits:
        assert len(split.train) + len(split.validation) + len(split.test) == 5
    assert folds(all_nights, n_folds, seed=4) == splits
    assert folds(all_nights, n_folds, seed=5) != splits


def test_too_few_people_are_said(tmp_path):
    with pytest.raises(UsageError, match="6 folds can't be made of 5 people"):
        folds(nights(tmp_path), 6, seed=1)


def test_a_protocol_takes_its_own_people(tmp_path):
    with pytest.raises(UsageError, match="20 folds can't be made of 0 people"):
        splits_of(nights(tmp_path), protocol="edf-20", n_folds=None, seed=1)
    with pytest.raises(UsageError, match=r"no protocol 'edf-79'.*edf-20, edf-78, shhs"):
        splits_of(nights(tmp_path), protocol="edf-79", n_folds=None, seed=1)
    assert {PROTOCOLS[name].n_folds for name in ("edf-20", "edf-78")} == {20, 10}


def people(*names, n_nights=1):
    """Nights of people, nothing in them."""
    empty = np.zeros(0, np.int64)
    return [
        TrainingNight(f"{name}{number}", name, empty, {}, {})
        for name in names
        for number in range(n_nights)
    ]


_NOT_IN_THE_CASSETTE_STUDY = {39, 68, 69, 78, 79}
_CASSETTE = [f"SC4{n:02d}" for n in range(83) if n not in _NOT_IN_THE_CASSETTE_STUDY]


@pytest.mark.parametrize(
    ("protocol", "subjects", "n_people", "parts"),
    [
        ("edf-20", _CASSETTE, 20, [(15, 4, 1)] * 20),
        ("edf-78", _CASSETTE, 78, [(63, 7, 8)] * 8 + [(64, 7, 7)] * 2),
        ("shhs", [f"shhs-{200001 + n}" for n in range(1000)], 1000, [(679, 21, 300)]),
    ],
)
def test_the_protocols_split_as_their_papers_do(protocol, subjects, n_people, parts):
    nights = people(*subjects, "somebody else", n_nights=2)
    splits = splits_of(nights, protocol=protocol, n_folds=None, seed=1)
    assert [(len(s.train), len(s.validation), len(s.test)) for s in splits] == parts
    for split in splits:
        # Whole people, all of the protocol, and nobody else.
        together = split.train | split.validation | split.test
        assert together == set(subjects[:n_people])
        n_nights = [len(part) for part in split.parts(nights)]
        assert n_nights == [2 * len(s) for s in (split.train, split.validation, split.test)]
    tested = [subject for split in splits for subject in split.test]
    assert len(tested) == len(set(tested))
    if len(splits) > 1:
        assert set(tested) == set(subjects[:n_people])
    assert splits_of(nights, protocol=protocol, n_folds=None, seed=1) == splits
    assert splits_of(nights, protocol=protocol, n_folds=None, seed=2) != splits


def test_one_split_needs_three_people():
    with pytest.raises(UsageError, match="2 people can't be split into three parts"):
        splits_of(people("a", "b"), protocol=None, n_folds=None, seed=1)
    with pytest.raises(UsageError, match="1 person can't be split into three parts"):
        splits_of(people("a"), protocol=None, n_folds=None, seed=1)
    (split,) = splits_of(people(*"abc"), protocol=None, n_folds=None, seed=1)
    assert [len(part) for part in (split.train, split.validation, split.test)] == [1, 1, 1]


def test_without_a_protocol_a_fifth_tests(tmp_path):
    (split,) = splits_of(nights(tmp_path), protocol=None, n_folds=None, seed=1)
    assert [len(part) for part in (split.train, split.validation, split.test)] == [3, 1, 1]


def test_a_folder_without_nights_is_said(tmp_path):
    with pytest.raises(SleepScorerError, match=r"index\.csv"):
        feature_nights(tmp_path)


def test_a_night_that_is_not_as_described_is_named(tmp_path):
    nights(tmp_path)
    (tmp_path / "SC2.npz").write_bytes(b"no archive")
    with pytest.raises(SleepScorerError, match=r"SC2\.npz: not a night of features"):
        feature_nights(tmp_path)
