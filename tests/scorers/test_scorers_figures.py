from datetime import timedelta

import numpy as np
import pytest
from scorer_folders import START, stages_of, strayed, two_scorers, write

from sleepscorer.core.agreement import agreement
from sleepscorer.core.errors import UsageError
from sleepscorer.files.scorings import read_scoring
from sleepscorer.scorers.figures import figures_of
from sleepscorer.scorers.matching import matched_files
from sleepscorer.scorers.nights import read_nights


def figures(*folders, subject=None):
    return figures_of(read_nights(matched_files(folders), subject=subject))


def test_a_pair_by_night_by_epoch_and_over_people(tmp_path):
    folders = two_scorers(tmp_path)
    (pair,) = figures(*folders).pairs
    nights = [
        agreement(
            read_scoring(folders[0] / f"night{n}.csv"),
            read_scoring(folders[1] / f"night{n}_cd.csv"),
        )
        for n in range(3)
    ]
    assert [one.found.kappa for one in pair.nights] == [one.kappa for one in nights]
    assert [one.found.kappa_low for one in pair.nights] == [one.kappa_low for one in nights]
    assert pair.kappa.value == pytest.approx(np.mean([one.kappa for one in nights]))
    assert pair.kappa.low < pair.kappa.value < pair.kappa.high
    assert np.array_equal(pair.confusion, np.sum([one.confusion for one in nights], axis=0))
    assert pair.pooled_accuracy == pytest.approx(np.trace(pair.confusion) / 540)
    assert pair.pooled_kappa.low < pair.pooled_kappa.value < pair.pooled_kappa.high
    assert [one.name for one in pair.quarters] == ["2024 Q1", "2024 Q2"]
    assert [one.n_nights for one in pair.quarters] == [2, 1]
    tst = pair.metrics["tst_min"]
    assert (tst.n_nights, tst.n_left_out) == (3, 0)
    assert tst.low < tst.bias < tst.high


def test_nights_of_one_person_count_once(tmp_path):
    folders = two_scorers(tmp_path, n_nights=2)
    (pair,) = figures(*folders, subject="(night)").pairs
    assert (pair.n_people, pair.kappa.low) == (1, None)
    with pytest.raises(UsageError, match="does not match 'night0'"):
        figures(*folders, subject=r"p(\d)")


def test_what_cannot_be_compared_is_said_and_the_others_go_on(tmp_path):
    one, other = two_scorers(tmp_path, n_nights=1)
    stages = stages_of(9)
    for name, start in (("far", timedelta(hours=9)), ("odd", timedelta(seconds=7))):
        write(one / f"{name}.csv", stages)
        write(other / f"{name}.csv", stages, START + start)
    write(one / "bad.csv", stages)
    (other / "bad.csv").write_text("x,y\n1,2\n")
    write(one / "alone.csv", stages)
    write(one / "short.csv", stages)
    write(other / "short.csv", strayed(stages, 1)[:150])
    found = figures(one, other)
    assert [night.name for night in found.read.nights] == ["night0", "short"]
    assert found.pairs[0].nights[1].found.n_epochs == 150
    why = {none.name: none.why for none in found.read.not_compared}
    assert "no epoch in common" in why["far"]
    assert "not a whole number of epochs" in why["odd"]
    assert "no other scoring of this night" in why["bad"]
    assert why["alone.csv"] == "no other scorer has a file of this name"
    assert any("can't be read as a scoring" in none.why for none in found.read.not_compared)


def test_folders_with_nothing_in_common_are_refused_with_the_reason(tmp_path):
    write(tmp_path / "ab" / "one.csv", stages_of(1))
    write(tmp_path / "cd" / "two.csv", stages_of(1))
    with pytest.raises(UsageError) as refused:
        figures(tmp_path / "ab", tmp_path / "cd")
    assert "no night can be compared" in str(refused.value)
    assert "one.csv: no other scorer has a file of this name" in str(refused.value)


def test_a_scoring_of_three_stages_is_refused_and_the_other_night_goes_on(tmp_path):
    one, other = two_scorers(tmp_path, n_nights=2)
    (other / "night1_cd.csv").write_text("epoch,stage\n1,W\n2,NREM\n3,R\n")
    found = figures(one, other)
    assert [night.name for night in found.read.nights] == ["night0"]
    assert "NREM does not tell N1, N2 and N3 apart" in found.read.not_compared[0].why


def test_three_scorers_have_all_pairs_and_fleiss_kappa(tmp_path):
    one, other = two_scorers(tmp_path, n_nights=2)
    write(tmp_path / "ef" / "night0.csv", strayed(stages_of(0), 5))
    write(tmp_path / "gh" / "night9.csv", stages_of(0))
    write(one / "night9.csv", stages_of(0))
    found = figures(one, other, tmp_path / "ef", tmp_path / "gh")
    assert [(p.reference, p.other) for p in found.pairs] == [
        ("ab", "cd"), ("ab", "ef"), ("ab", "gh"), ("cd", "ef"),
    ]  # fmt: skip
    assert found.without == (("cd", "gh"), ("ef", "gh"))
    assert found.fleiss.value == pytest.approx(found.read.nights[0].comparison.fleiss_kappa)
