import pytest
from labelled_nights import nights

from sleepscorer.core.errors import SleepScorerError, UsageError
from sleepscorer.training.nights import counted, feature_nights
from sleepscorer.training.protocols import PROTOCOLS, splits_of
from sleepscorer.training.splits import Split, folds, held_out


def test_both_nights_of_a_person_stay_together(tmp_path):
    parts = held_out(nights(tmp_path)).parts(nights(tmp_path))
    assert [[night.subject for night in part] for part in parts] == [
        ["0", "2", "3"],
        ["1"],
        ["5", "5"],
    ]
    assert counted(parts[2]) == "2 nights of 1 people, 598 scored epochs"


def test_nobody_may_be_in_two_parts():
    with pytest.raises(UsageError, match="b would be in two parts"):
        Split(frozenset("ab"), frozenset("bc"), frozenset("d"))
    with pytest.raises(UsageError, match="a, c would be in two parts"):
        Split(frozenset("ac"), frozenset("b"), frozenset("ca"))
    with pytest.raises(UsageError, match="1 people would train and 0 validate"):
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
