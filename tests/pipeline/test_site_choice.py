"""What a site keeps of its validation: kept whole, and refused in words where it is damaged."""

import json
from dataclasses import replace

import pytest

from sleepscorer.core.errors import ExportError, SettingsError
from sleepscorer.core.site_calibration import SiteCalibration
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.pipeline import (
    SiteChoice,
    forget_site_choice,
    keep_site_choice,
    read_site_choice,
    site_choice_file,
)

CALIBRATION = SiteCalibration(
    1.37, ((0.0, 0.2, 0.8), (0.5, 0.7, 0.93), (1.0, 1.0, 1.0)), "9 nights of 9 people of this site"
)
CHOICE = SiteChoice(
    stagers=("sleepscorer", "yasa"),
    full_names=("sleepscorer (sleepscorer 0.3, night-1)", "yasa (YASA 0.8.1)"),
    own_weights="night-1",
    own_weights_sha256="ab" * 32,
    montage="C4-M1 + EOG",
    channels=ChannelChoice(eeg=("C4-M1",), eog=None, emg=("none",)),
    calibration=CALIBRATION,
    decided_utc="2026-11-30T12:00:00+00:00",
    verdict="Keep the consensus.",
    validated_by=((("C4-M1",), ("E1-M2", "E2-M2"), ()),),
)
ALONE = SiteChoice(("yasa",), ("yasa (YASA 0.8.1)",))


@pytest.mark.parametrize("choice", [CHOICE, ALONE])
def test_what_is_kept_is_read_back(choice):
    assert read_site_choice() is None
    assert keep_site_choice(choice) == site_choice_file()
    assert read_site_choice() == choice


def test_a_new_choice_takes_the_place_of_the_one_before_even_where_that_is_damaged():
    keep_site_choice(CHOICE)
    keep_site_choice(ALONE)
    assert read_site_choice() == ALONE
    site_choice_file().write_text("{")
    keep_site_choice(CHOICE)
    assert read_site_choice() == CHOICE
    assert [path.name for path in site_choice_file().parent.iterdir()] == ["site_choice.json"]


def test_it_can_be_forgotten_once():
    keep_site_choice(CHOICE)
    assert forget_site_choice()
    assert read_site_choice() is None
    assert not forget_site_choice()


def test_what_could_not_be_read_back_is_not_written():
    keep_site_choice(ALONE)
    with pytest.raises(SettingsError, match="damaged"):
        keep_site_choice(replace(CHOICE, stagers=("yasa", "yasa")))
    with pytest.raises(SettingsError, match="no temperature"):
        keep_site_choice(replace(CHOICE, calibration=replace(CALIBRATION, temperature=0.0)))
    assert read_site_choice() == ALONE


def test_where_nothing_can_be_written_it_says_so():
    site_choice_file().parent.parent.mkdir(parents=True)
    site_choice_file().parent.write_text("a file where the folder should be")
    with pytest.raises(ExportError):
        keep_site_choice(ALONE)
    with pytest.raises(SettingsError, match="can't be read"):
        read_site_choice()
    with pytest.raises(SettingsError, match="can't be deleted"):
        forget_site_choice()


def test_it_says_in_words_whom_it_trusts():
    assert CHOICE.in_words == "consensus of sleepscorer and yasa, C4-M1 + EOG"
    assert replace(CHOICE, stagers=("a", "b", "c"), montage="").in_words == (
        "consensus of a, b and c"
    )
    assert ALONE.in_words == "yasa"


def _changed(**changes):
    keep_site_choice(CHOICE)
    stored = json.loads(site_choice_file().read_text("utf-8"))
    site_choice_file().write_text(json.dumps({**stored, **changes}))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sleepscorer_site_choice": 2}, "a newer version"),
        ({"sleepscorer_site_choice": True}, "no choice of a site"),
        ({"sleepscorer_site_choice": None}, "no choice of a site"),
        ({"stagers": []}, "damaged"),
        ({"stagers": "yasa"}, "damaged"),
        ({"stagers": ["", "yasa"]}, "damaged"),
        ({"stagers": [7, "yasa"]}, "damaged"),
        ({"full_names": ["yasa"]}, "damaged"),
        ({"own_weights": None}, "damaged"),
        ({"montage": "\ud800"}, "damaged"),
        ({"channels": None}, "damaged"),
        ({"channels": {"eeg": None, "eog": None}}, "damaged"),
        ({"channels": {"eeg": "C4-M1", "eog": None, "emg": None}}, "damaged"),
        ({"validated_by": [[["C4-M1"], []]]}, "damaged"),
        ({"validated_by": [[["C4-M1"], [], "Chin1"]]}, "damaged"),
        ({"validated_by": {"eeg": []}}, "damaged"),
        ({"calibration": []}, "damaged"),
        ({"calibration": {"temperature": -1, "review_curve": [], "measured_on": ""}}, "damaged"),
        ({"calibration": {"temperature": "1", "review_curve": [], "measured_on": ""}}, "damaged"),
        ({"calibration": {"temperature": 1, "review_curve": [[2, 0, 0]], "measured_on": ""}},
         "damaged"),
        ({"calibration": {"temperature": 1, "review_curve": [], "measured_on": 9}}, "damaged"),
    ],
)  # fmt: skip
def test_a_damaged_choice_is_refused_in_words(changes, why):
    _changed(**changes)
    with pytest.raises(SettingsError, match=why) as raised:
        read_site_choice()
    assert raised.value.path == site_choice_file()
    assert raised.value.hint


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[1]", b'{"a": NaN}', b"[" * 10_000])
def test_what_is_no_choice_at_all_is_refused_in_words(content):
    keep_site_choice(ALONE)
    site_choice_file().write_bytes(content)
    with pytest.raises(SettingsError):
        read_site_choice()


def test_what_a_newer_version_adds_is_no_obstacle():
    _changed(another_thing=[1, 2])
    assert read_site_choice() == CHOICE
