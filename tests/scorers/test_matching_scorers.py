import pytest

from sleepscorer.core.errors import UsageError
from sleepscorer.scorers.matching import matched_files, scorer_names


def folder_of(path, *names):
    path.mkdir(parents=True, exist_ok=True)
    for name in names:
        (path / name).write_text("W\n")
    return path


def names_of(matched):
    return {
        night: {scorer: path.name for scorer, path in files.items()}
        for night, files in matched.nights.items()
    }


def test_files_are_matched_by_the_recording_whatever_their_endings(tmp_path):
    one = folder_of(
        tmp_path / "ab", "p1.csv", "p2_ab.txt", "P3_scoring.edf", "SC4001EC-Hypnogram.edf"
    )
    other = folder_of(
        tmp_path / "cd", "p1_cd.txt", "p2_epochs.csv", "p3-nsrr.xml", "SC4001EV-Hypnogram.edf"
    )
    assert names_of(matched_files([one, other])) == {
        "p1": {"ab": "p1.csv", "cd": "p1_cd.txt"},
        "p2": {"ab": "p2_ab.txt", "cd": "p2_epochs.csv"},
        "p3": {"ab": "P3_scoring.edf", "cd": "p3-nsrr.xml"},
        "sc4001e": {"ab": "SC4001EC-Hypnogram.edf", "cd": "SC4001EV-Hypnogram.edf"},
    }


def test_a_longer_name_goes_to_the_night_that_has_none_else(tmp_path):
    one = folder_of(tmp_path / "ab", "p1.csv", "p1_2.csv", "p10.csv", "p3.csv")
    other = folder_of(tmp_path / "cd", "p1_final.csv", "p1_2.csv", "stray.csv", "p3_a.csv")
    matched = matched_files([one, other])
    assert names_of(matched) == {
        "p1": {"ab": "p1.csv", "cd": "p1_final.csv"},
        "p1_2": {"ab": "p1_2.csv", "cd": "p1_2.csv"},
        "p3": {"ab": "p3.csv", "cd": "p3_a.csv"},
    }
    left = {(none.name, none.scorer) for none in matched.not_compared}
    assert left == {("p10.csv", "ab"), ("stray.csv", "cd")}


def test_of_two_files_of_a_night_one_counts_and_the_other_is_named(tmp_path):
    one = folder_of(tmp_path / "ab", "p1_hypnogram.edf", "p1.csv")
    other = folder_of(tmp_path / "cd", "p1.csv")
    matched = matched_files([one, other])
    assert names_of(matched)["p1"]["ab"] == "p1_hypnogram.edf"
    (none,) = matched.not_compared
    assert (none.name, none.why) == ("p1.csv", "p1_hypnogram.edf counts for this night")


def test_an_empty_folder_is_refused(tmp_path):
    full = folder_of(tmp_path / "ab", "p1.csv")
    with pytest.raises(UsageError, match="holds no scoring"):
        matched_files([full, folder_of(tmp_path / "cd")])
    with pytest.raises(UsageError, match="no such folder"):
        matched_files([full, tmp_path / "absent"])


def test_scorers_called_alike_are_told_apart(tmp_path):
    paths = [folder_of(tmp_path / place / "scored", "p.csv") for place in ("x", "y")]
    assert scorer_names(paths) == ("x/scored", "y/scored")
    assert scorer_names([paths[0], paths[0]]) == ("x/scored", "x/scored (2)")
