"""What other programs call events: the classes of Luna, and the types and concepts of the NSRR.

Luna's are those that it gives the annotations of the National Sleep Research Resource; the NSRR's
stand in its XML files (sleepdata.org), as a word and a code each.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sleepscorer.core.event_kinds import EventFamily, family_of_text

_RESPIRATORY = "Respiratory|Respiratory"
_LIMBS = "Limb Movement|Limb Movement"
_AROUSALS = "Arousals|Arousals"
_TYPES: Mapping[EventFamily, str] = {
    EventFamily.AROUSAL: _AROUSALS,
    EventFamily.RESPIRATORY: _RESPIRATORY,
    EventFamily.OXIMETRY: _RESPIRATORY,
    EventFamily.MOVEMENT: _LIMBS,
}


@dataclass(frozen=True)
class EventNames:
    """One event under the names of others.

    Parameters
    ----------
    luna
        Its class in an ``.annot`` file.
    concept
        Its ``EventConcept`` in an NSRR file.
    """

    luna: str
    concept: str


def _table(*rows: tuple[str, str, str]) -> dict[str, EventNames]:
    return {
        text: EventNames(luna, concept)
        for texts, luna, concept in rows
        for text in texts.split(";")
    }


# By the texts in small letters.
_NAMES = _table(
    ("eeg arousal;arousal", "arousal", "Arousal|Arousal ()"),
    ("apnea", "apnea", "Apnea|Apnea"),
    ("obstructive apnea", "apnea_obstructive", "Obstructive apnea|Obstructive Apnea"),
    ("central apnea", "apnea_central", "Central apnea|Central Apnea"),
    ("mixed apnea", "apnea_mixed", "Mixed apnea|Mixed Apnea"),
    ("hypopnea", "hypopnea", "Hypopnea|Hypopnea"),
    ("rera", "rera", "Respiratory effort related arousal|RERA"),
    (
        "desaturation;oxygen desaturation;spo2 desaturation",
        "desat",
        "SpO2 desaturation|SpO2 desaturation",
    ),
    ("spo2 artifact", "artifact_SpO2", "SpO2 artifact|SpO2 artifact"),
    ("limb movement", "lm", "Limb movement|Limb Movement"),
    ("periodic limb movement;plms", "plm", "Periodic leg movement|PLM"),
    ("periodic breathing", "periodic_breathing", "Periodic breathing|Periodic Breathing"),
    (
        "cheyne-stokes respiration;cs breathing",
        "cheyne_stokes_breathing",
        "Cheyne-Stokes respiration|Cheyne-Stokes respiration",
    ),
    ("snore", "snoring", "Snoring|Snoring"),
    ("artefact;artifact", "artifact", "Signal artifact|SIGNAL-ARTIFACT"),
    ("bradycardia", "bradycardia", "Bradycardia|Bradycardia"),
    ("tachycardia;sinus tachycardia", "tachycardia", "Tachycardia|Tachycardia"),
)
# Luna's names of stages, and of what marks the ends of the night.
_TAKEN = frozenset({"w", "n1", "n2", "n3", "r", "nr", "u", "l", "m", "lights_off", "lights_on"})


def is_taken(text: str) -> bool:
    """Tell whether Luna would take an event of these words for a stage, or a lights mark."""
    return text.casefold() in _TAKEN


def names_of(text: str) -> EventNames | None:
    """Return what others call an event of these words; None where they have no name for it."""
    return _NAMES.get(text.casefold())


def nsrr_type(text: str) -> str:
    """Return the ``EventType`` of an event of these words; empty for none."""
    return _TYPES.get(family_of_text(text), "")
