import pytest

from sleepscorer.core.event_kinds import (
    EVENT_KINDS,
    KNOWN_TEXTS,
    SHORT_TEXTS,
    EventFamily,
    EventKind,
    family_of_text,
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


# Name, family, length if added without drawing, shortest and longest by rule, channel, key, a
# standard text of EDF+, short form, label; the text in files is the label but for a few.
TABLE = """
    arousal      arousal      3   3     -   eeg      A       yes  Ar   Arousal
    artefact     artefact     10  -     -   -        X       no   Art  Artefact
    limb         movement     2   0.5   10  emg_leg  Shift+L yes  LM   Limb movement
    plm          movement     2   0.5   10  emg_leg  Shift+P yes  PLM  Periodic limb movement
    obstructive  respiratory  10  10    -   flow     Shift+O yes  OA   Obstructive apnea
    central      respiratory  10  10    -   flow     Shift+C yes  CA   Central apnea
    mixed        respiratory  10  10    -   flow     Shift+M yes  MA   Mixed apnea
    hypopnea     respiratory  10  10    -   flow     Shift+H yes  H    Hypopnea
    rera         respiratory  10  10    -   flow     Shift+R yes  -    RERA
    cheyne_stokes respiratory 120 -     -   flow     Shift+W yes  CSB  Cheyne-Stokes breathing
    snore        respiratory  2   -     -   snore    Shift+S no   Sn   Snore
    desaturation oximetry     20  -     -   spo2     Shift+D no   De   Desaturation
    bruxism      movement     2   0.25  -   emg      Shift+G yes  Brux Bruxism
    bradycardia  cardiac      30  30    -   ecg      Shift+B yes  Bra  Bradycardia
    tachycardia  cardiac      30  30    -   ecg      Shift+T yes  Tac  Sinus Tachycardia
"""
TEXTS_BESIDE_LABELS = {
    "Arousal": "EEG arousal",
    "Periodic limb movement": "PLMS",
    "Cheyne-Stokes breathing": "CS breathing",
    "Desaturation": "Oxygen desaturation",
}


def test_the_kinds_in_the_order_of_the_lists() -> None:
    def word(value: object) -> str:
        return f"{value:g}" if isinstance(value, float) else str(value or "-")

    found = [
        (
            kind.name, word(kind.family.value), word(kind.duration_s), word(kind.shortest_s),
            word(kind.longest_s), word(kind.seen_on), word(kind.key),
            "yes" if kind.is_standard else "no", word(kind.short), kind.label,
        )
        for kind in EVENT_KINDS
    ]  # fmt: skip
    assert found == [tuple(line.split(maxsplit=9)) for line in TABLE.strip().splitlines()]
    beside = {kind.label: kind.text for kind in EVENT_KINDS if kind.text != kind.label}
    assert beside == TEXTS_BESIDE_LABELS


def test_short_forms_of_texts_that_come_with_recordings() -> None:
    short = {kind.text.casefold(): kind.short for kind in EVENT_KINDS}
    short |= {kind.label.casefold(): kind.short for kind in EVENT_KINDS}
    assert (
        short
        | {
            "apnea": "A",
            "sleep stage w": "W",
            "sleep stage n1": "N1",
            "sleep stage n2": "N2",
            "sleep stage n3": "N3",
            "sleep stage r": "R",
            "lights off": "L off",
            "lights on": "L on",
        }
        == SHORT_TEXTS
    )


def test_texts_that_tell_nothing_of_a_person() -> None:
    kinds = {kind.text for kind in EVENT_KINDS} | {*TEXTS_BESIDE_LABELS}
    others = {"Lights off", "Lights on", "Apnea", "Movement time"}
    others |= {"Recording starts", "Recording ends"}
    assert {text.casefold(): text for text in kinds | others} == KNOWN_TEXTS


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


@pytest.mark.parametrize(
    ("name", "duration_s", "rule"),
    [
        ("arousal", 2.9, "too short: at least 3 s"),
        ("limb", 10.1, "too long: at most 10 s"),
        ("limb", 10.0, ""),
        ("limb", None, "too short: at least 0.5 s"),
        ("plm", 12.0, "too long: at most 10 s"),
        ("snore", 100.0, ""),
    ],
)
def test_a_broken_rule_of_lengths_is_said(name: str, duration_s: float | None, rule: str) -> None:
    kind = next(kind for kind in EVENT_KINDS if kind.name == name)
    assert kind.length_rule(duration_s) == rule


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("EEG arousal", EventFamily.AROUSAL),
        ("arousal", EventFamily.AROUSAL),
        ("Obstructive apnea", EventFamily.RESPIRATORY),
        ("Apnea", EventFamily.RESPIRATORY),
        ("LIMB MOVEMENT", EventFamily.MOVEMENT),
        ("SpO2 desaturation", EventFamily.OXIMETRY),
        ("Bradycardia", EventFamily.CARDIAC),
        ("Artefact", EventFamily.ARTEFACT),
        ("Patient asks for water", EventFamily.OTHER),
        ("", EventFamily.OTHER),
    ],
)
def test_every_text_is_of_a_family(text: str, family: EventFamily) -> None:
    assert family_of_text(text) is family
