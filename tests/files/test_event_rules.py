"""The rules of counting events as a file that a laboratory may change."""

from pathlib import Path

import pytest

from sleepscorer.core.errors import UsageError
from sleepscorer.files import event_rules as rules_files
from sleepscorer.files.event_rules import event_rules, read_event_rules
from sleepscorer.paths import resource

SHIPPED = resource("event_rules.toml").read_text("utf-8")


def test_an_own_file_stands_in_place_of_the_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "event_rules.toml"
    monkeypatch.setattr(rules_files, "own_event_rules_path", lambda: own)
    assert event_rules().hypopnea_text.startswith("1A")
    changed = SHIPPED.replace('"1A"\n', '"1B"\n').replace("codes = {}", 'codes = { 1 = "supine" }')
    own.write_text(changed, "utf-8")
    assert event_rules().hypopnea_text.startswith("1B")
    assert event_rules().position_codes == {1: "supine"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('hypopnea_rule = "1A"', 'hypopnea_rule = "2"', "hypopnea_rule must be one of 1A, 1B"),
        ("at_least = 4", "at_least = 4.5", "at_least of limb_movements must be a whole number"),
        ("longest_s = 10.0", 'longest_s = "ten"', "longest_s of limb_movements must be a number"),
        ("longest_s = 10.0", "longest_s = nan", "longest_s of limb_movements must be from 0"),
        ("longest_s = 10.0", "longest_s = 0.1", "shortest_s of limb_movements is more than"),
        ("[pulse]", "[heart]", "unknown entry 'heart'"),
        ("codes = {}", 'codes = { x = "supine" }', "'x' is no whole number"),
        ("codes = {}", 'codes = { 1 = "back" }', "'back' is none of supine"),
        ("[pulse]", "[pulse", "no rules of events"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SHIPPED
    path = tmp_path / "event_rules.toml"
    path.write_text(SHIPPED.replace(old, new), "utf-8")
    with pytest.raises(UsageError, match=said) as caught:
        read_event_rules(path)
    assert caught.value.path == path
