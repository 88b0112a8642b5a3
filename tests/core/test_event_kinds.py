import pytest

from sleepscorer.core.event_kinds import (
    EVENT_KINDS,
    KNOWN_TEXTS,
    SHORT_TEXTS,
    EventKind,
    kind_of_text,
)


def test_names_texts_and_keys_are_each_of_one_kind() -> None:
    for values in (
        [kind.name for kind in EVENT_KINDS],
        [kind.text.casefold() for kind in EVENT_KINDS],
        [kind.key for kind in EVENT_KINDS if kind.key],
    ):
        assert len(values) == len(set(values))


@pytest.mark.parametrize("kind", EVENT_KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_known_by_its_text_wherever_texts_decide(kind: EventKind) -> None:
    assert kind_of_text(kind.text) is kind
    assert KNOWN_TEXTS[kind.text.casefold()] == kind.text
    assert SHORT_TEXTS[kind.text.casefold()] == kind.short


def test_free_text_is_of_no_kind() -> None:
    assert kind_of_text("Artefact of Harry") is None
    assert "artefact of harry" not in KNOWN_TEXTS


@pytest.mark.parametrize(
    ("name", "duration_s", "too_short"),
    [
        ("arousal", 2.9, True),
        ("arousal", 3.0, False),
        ("arousal", None, True),
        ("hypopnea", 9.9, True),
        ("rera", 10.0, False),
        ("limb", 0.4, True),
        ("artefact", 0.1, False),
        ("artefact", None, False),
    ],
)
def test_the_rules_say_what_is_too_short(
    name: str, duration_s: float | None, too_short: bool
) -> None:
    kind = next(kind for kind in EVENT_KINDS if kind.name == name)
    assert kind.is_too_short(duration_s) is too_short
