"""Codes of Alice 5: one a second, behind a head with dates and times."""

from datetime import datetime, timedelta

import pytest

from sleepscorer.core.errors import CodesNeeded, ScoringError
from sleepscorer.files.scorings import codes_named, read_scoring

START = datetime(2021, 8, 24, 23, 50)


def read(tmp_path, numbers, *, lasts_s=None, head=None, **options):
    path = tmp_path / "night.csv"
    stop = START + timedelta(seconds=len(numbers) if lasts_s is None else lasts_s)
    moments = ",".join(moment.strftime("%d.%m.%Y,%H:%M:%S") for moment in (START, stop))
    path.write_text("\r\n".join([head or f"a,b,x,{moments}", *map(str, numbers)]) + "\r\n")
    return read_scoring(path, **options)


def test_seconds_become_epochs_of_30_s(tmp_path):
    found = read(tmp_path, [11] * 60 + [13] * 30 + [14] * 600 + [15] * 30 + [12] * 30 + [11] * 29)
    assert (found.format, found.hypnogram.epoch_s, found.start) == ("alice", 30.0, START)
    assert found.hypnogram.stages.tolist() == [0, 0, 1, *[2] * 20, 3, 4]
    counts = {label.text: label.n_epochs for label in found.labels}
    assert counts == {"11": 2.97, "12": 1, "13": 1, "14": 20, "15": 1}
    assert found.notes == (
        "its epochs of 1 s were told to epochs of 30 s, each of one stage",
        "the last 29 s fill no epoch of 30 s and were left out",
    )


def test_what_changes_between_epochs_stays_in_seconds(tmp_path):
    found = read(tmp_path, [11] * 40 + [14] * 50)
    assert found.hypnogram.epoch_s == 1.0
    assert found.hypnogram.stages.tolist() == [0] * 40 + [2] * 50


def test_one_code_an_epoch_is_known_by_the_times(tmp_path):
    found = read(tmp_path, [11, 14, 12], lasts_s=90)
    assert (found.hypnogram.epoch_s, found.hypnogram.stages.tolist()) == (30.0, [0, 2, 4])


def test_numbers_that_are_not_alices_are_asked_for(tmp_path):
    numbers = [11] * 30 + [16] * 30
    with pytest.raises(CodesNeeded) as raised:
        read(tmp_path, numbers)
    assert raised.value.counts == (("11", 30), ("16", 30))
    found = read(tmp_path, numbers, codes=codes_named("11=W,16=?"))
    assert found.hypnogram.stages.tolist() == [0, -1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lasts_s": 2000}, "0:33:20 h from start to end, and 60 codes follow"),
        ({"lasts_s": -60}, "-0:01:00 h from start to end"),
        ({"head": "x,24.08.2021,23:50:00,99.08.2021,23:51:00"}, "is no date"),
        ({"head": "x,24.08.2021,23:50:00,25.08.2021,99:51:00"}, "is no clock time"),
    ],
)
def test_a_head_that_can_not_be_true_is_said(tmp_path, options, words):
    with pytest.raises(ScoringError, match=words):
        read(tmp_path, [11] * 60, **options)
