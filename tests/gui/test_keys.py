import pytest

from sleepscorer.core.errors import UsageError
from sleepscorer.core.event_kinds import EVENT_KINDS
from sleepscorer.gui.actions.table import ACTIONS, BY_ID, MENUS
from sleepscorer.gui.dialogs.key_sheet import sheet_html
from sleepscorer.gui.keys import (
    PROFILE_TEXTS,
    PROFILES,
    KeyTakenError,
    canonical,
    check_keys,
    holder_of,
    key_map,
    shown,
)


@pytest.mark.parametrize("profile", PROFILES)
def test_no_profile_gives_one_key_to_two_actions_and_all_actions_exist(qapp, profile):
    keys = PROFILES[profile]
    given = [canonical(key) for own in keys.values() for key in own]
    assert all(given)
    assert len(given) == len(set(given))
    assert set(keys) == set(BY_ID)
    assert profile in PROFILE_TEXTS


def test_the_table_of_actions_names_each_once_in_a_menu():
    assert len(BY_ID) == len(ACTIONS)
    assert {spec.menu for spec in ACTIONS} == set(MENUS)


def test_stage_keys_of_the_profiles(qapp):
    def stages(profile):
        return [PROFILES[profile][f"score.{name}"] for name in ("w", "n1", "n2", "n3", "r")]

    assert stages("default") == [("W", "0"), ("1",), ("2",), ("3",), ("R", "5")]
    assert stages("ISR") == [("W", "0"), ("1",), ("2",), ("3",), ("R", "4", "5")]
    assert stages("letters") == [("W",), ("Q",), ("S",), ("D",), ("R",)]
    assert holder_of("4", PROFILES["default"]) is None


def test_a_key_of_ones_own_replaces_the_profiles(qapp):
    keys = key_map("default", {"score.n1": ("K",)})
    assert keys["score.n1"] == ("K",)
    assert holder_of("1", keys) is None


def test_a_key_of_ones_own_wins_over_the_profile(qapp):
    keys = key_map("ISR", {"score.n1": ("4",)})
    assert keys["score.n1"] == ("4",)
    assert keys["score.r"] == ("R", "5")


def test_an_action_without_a_key_can_be_given_one(qapp):
    assert key_map("default", {})["score.validate"] == ()
    keys = key_map("default", {"score.validate": ("V",)})
    assert keys["score.validate"] == ("V",)
    assert holder_of("v", keys) == "score.validate"


def test_a_key_of_an_action_that_is_gone_takes_none_away(qapp):
    assert key_map("default", {"event.of_old": ("A",)}) == PROFILES["default"]


def test_an_unknown_profile_is_the_default_one(qapp):
    assert key_map("of a newer version", {}) == PROFILES["default"]


def test_a_taken_key_is_refused_naming_its_holder(qapp):
    keys = key_map("default", {})
    with pytest.raises(KeyTakenError) as refused:
        check_keys("score.w", ("W", "ctrl+z"), keys)
    assert refused.value.holder == "edit.undo"
    assert check_keys("score.w", ("w", "ctrl+k", "Ctrl+K"), keys) == ("W", "Ctrl+K")
    with pytest.raises(UsageError, match="no key"):
        check_keys("score.w", ("",), keys)


def test_keypad_keys_are_told_from_the_top_row(qapp):
    keys = key_map("default", {})
    assert holder_of("Num+1", keys) == "score.n1.keypad"
    assert holder_of("1", keys) == "score.n1"
    assert shown("Num+1") == "Keypad 1"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_kind_of_event_has_a_key_of_its_own_and_stands_on_the_sheet(qapp, profile):
    keys = key_map(profile, {})
    for kind in EVENT_KINDS:
        assert holder_of(kind.key, keys) == f"event.{kind.name}"
        assert f"<td>{kind.label}</td>" in sheet_html(keys)
