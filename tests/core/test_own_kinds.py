import json
from collections.abc import Iterator

import pytest

from sleepscorer.core.adopting import kind_of_words
from sleepscorer.core.errors import UsageError
from sleepscorer.core.event_kinds import (
    EVENT_KINDS,
    EventFamily,
    family_of_shared_text,
    family_of_text,
    kind_of_text,
    kinds,
    short_of_text,
    use_own_kinds,
)
from sleepscorer.core.own_kinds import PLACES, OwnKind, OwnKinds, free_place
from sleepscorer.files.exports.shared_texts import is_shared_annotation

SPINDLE = OwnKind(2, "Spindle", "Sleep spindle", "other", "eeg", 0.5, 1.0)


@pytest.fixture
def _used() -> Iterator[None]:
    use_own_kinds(OwnKinds((SPINDLE,)).kinds)
    yield
    use_own_kinds(())


@pytest.mark.usefixtures("_used")
def test_an_own_kind_is_known_wherever_texts_decide() -> None:
    kind = kinds()[-1]
    assert (kind.name, kind.label, kind.is_standard) == ("own2", "Spindle", False)
    assert kind_of_text("Sleep spindle") is kind
    assert kind_of_words("SLEEP SPINDLE") is kind
    assert family_of_text("sleep spindle") is EventFamily.OTHER
    assert short_of_text("Sleep spindle") is None
    assert kind.length_rule(0.4) == "too short: at least 0.5 s"
    assert kinds()[: len(EVENT_KINDS)] == EVENT_KINDS


def test_what_a_laboratory_calls_so_is_no_text_that_all_share() -> None:
    use_own_kinds(OwnKinds((OwnKind(1, "Harry", "Harry turns", "movement"),)).kinds)
    try:
        assert family_of_text("harry turns") is EventFamily.MOVEMENT
        assert family_of_shared_text("harry turns") is EventFamily.OTHER
        assert not is_shared_annotation("Harry turns")
    finally:
        use_own_kinds(())


def test_they_are_stored_as_json_and_read_again() -> None:
    own = OwnKinds((SPINDLE, OwnKind(1, "Cough", "Cough", "respiratory", "", 0.0, 0.0)))
    assert OwnKinds.from_values(json.loads(json.dumps(own.as_values()))) == own
    assert free_place([row.place for row in own.rows]) == 3
    assert own.kinds[1].duration_s is None
    assert own.kinds[1].shortest_s is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"label": ""}, "needs a name"),
        ({"text": " x"}, "without spaces"),
        ({"label": "Hypopnea"}, "already"),
        ({"text": "eeg arousal"}, "already"),
        ({"text": "Sleep stage N9"}, "a stage"),
        ({"text": "a\x14b"}, "signs"),
        ({"text": "a@@b"}, "signs"),
        ({"label": "x" * 61}, "60 letters"),
        ({"family": "spindles"}, "no family"),
        ({"seen_on": "nose"}, "no kind of channel"),
        ({"shortest_s": -1.0}, "no length"),
        ({"duration_s": float("nan")}, "no length"),
        ({"shortest_s": 3.0, "duration_s": 1.0}, "below its least"),
        ({"place": 13}, "no number 13"),
        ({"place": "1"}, "can't be '1'"),
        ({"colour": "red"}, "no 'colour'"),
    ],
)
def test_what_can_not_be_is_refused_in_words(values: dict[str, object], said: str) -> None:
    row = {"place": 1, "label": "Spindle", "text": "Sleep spindle"} | values
    with pytest.raises(UsageError, match=said):
        OwnKinds.from_values([row])


def test_two_can_not_share_a_name_a_text_or_a_place() -> None:
    for other in (
        OwnKind(1, "spindle", "other"),
        OwnKind(1, "other", "sleep SPINDLE"),
        OwnKind(1, "Sleep spindle", "other"),
        OwnKind(2, "other", "other"),
    ):
        with pytest.raises(UsageError):
            OwnKinds((SPINDLE, other))
    full = OwnKinds(tuple(OwnKind(place, f"K{place}", f"K{place}") for place in PLACES))
    assert free_place([row.place for row in full.rows]) is None


def test_one_that_lacks_its_name_or_is_no_table_is_refused() -> None:
    for values in ({"a": 1}, ["x"], [{"place": 1, "text": "x"}]):
        with pytest.raises(UsageError):
            OwnKinds.from_values(values)
