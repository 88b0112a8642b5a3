"""Real scorings as numbers, run lengths, seconds and JSON, against what others read of them."""

import json

import pytest

from sleepscorer.core.errors import CodesNeeded
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import codes_named, read_scoring

_LETTERS = {"W": Stage.W, "1": Stage.N1, "2": Stage.N2, "3": Stage.N3, "R": Stage.R}
BY_THEMSELVES = ("ALICE5", "VIS", "SCORINGHERO", "YASA-LABELS", "YASA-INT", "ELAN")
OF_CODES = {"VISBRAIN-INT": "aasm", "STANFORD-STA": "rk", "ISRUC": "rk", "UCDDB": "ucddb"}


@pytest.fixture
def sample(real_data):
    folder = real_data / "scoring_samples"
    if not folder.is_dir():
        pytest.skip("no samples of scorings")

    def of_kind(kind):
        (path,) = folder.glob(f"{kind}__*")
        return path, json.loads((folder / "expected.json").read_text())[path.name]

    return of_kind


def check(found, expected):
    assert found.hypnogram.epoch_s == expected["epoch_s"]
    stages = [_LETTERS.get(letter, Stage.UNSCORED) for letter in expected["stages"]]
    assert found.hypnogram.stages.tolist() == stages


@pytest.mark.data
@pytest.mark.parametrize("kind", BY_THEMSELVES)
def test_files_that_name_their_stages_are_read_by_themselves(sample, kind):
    path, expected = sample(kind)
    check(read_scoring(path), expected)


@pytest.mark.data
@pytest.mark.parametrize(("kind", "code"), OF_CODES.items())
def test_files_that_do_not_are_asked_for_and_then_read(sample, kind, code):
    path, expected = sample(kind)
    with pytest.raises(CodesNeeded) as raised:
        read_scoring(path)
    assert code in raised.value.fitting
    check(read_scoring(path, codes=codes_named(code)), expected)
