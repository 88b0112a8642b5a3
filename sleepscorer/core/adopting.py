"""Taking events of a recording, or of another scoring, as one's own: what becomes which kind.

Texts of other programs are read as a kind where their words say so beyond doubt; all others stay
as they are. What was taken stands in the scoring, and no longer beside it as the recording's.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sleepscorer.core.edits import Edit
from sleepscorer.core.event_kinds import EventKind, kinds
from sleepscorer.core.events import Event, is_remark
from sleepscorer.core.lights import is_lights_off, is_lights_on
from sleepscorer.core.wording import bare_letters

# By name of the kind: what else its events are called, in small letters without signs.
_ALSO_CALLED = {
    "arousal": ("eeg arousal", "arousal", "spontaneous arousal", "asda arousal", "arousal asda"),
    "limb": ("limb movement", "leg movement", "lm", "limb movement left", "limb movement right"),
    "plm": ("plm", "plms", "periodic leg movement", "periodic limb movement"),
    "obstructive": ("obstructive apnoea", "apnea obstructive", "apnoea obstructive", "osa"),
    "central": ("central apnoea", "apnea central", "apnoea central", "csa"),
    "mixed": ("mixed apnoea", "apnea mixed", "apnoea mixed"),
    "hypopnea": ("hypopnoea", "obstructive hypopnea", "hypopnea obstructive"),
    "rera": ("respiratory effort related arousal",),
    "cheyne_stokes": (
        "cheyne stokes", "cheyne stokes respiration", "cheyne stokes breathing", "csr",
    ),
    "snore": ("snoring", "snore event"),
    "desaturation": ("spo2 desaturation", "sao2 desaturation", "o2 desaturation", "desat"),
    "tachycardia": ("sinus tachycardia",),
    "artefact": ("artifact",),
}  # fmt: skip
_OF_RECORDING = frozenset({"recording starts", "recording ends"})


def kind_of_words(text: str) -> EventKind | None:
    """Return the kind that these words of another program mean; None where that is not certain.

    ``"Obstructive Apnea"``, ``"OBSTRUCTIVE APNEA|Obstructive Apnea"``, ``"SpO2 desaturation"``.
    """
    by_words = _kinds_by_words(kinds())
    whole = text.split("@@")[0]
    named = [by_words.get(_plain(part)) for part in (whole, *whole.split("|"))]
    found = {kind.name: kind for kind in named if kind is not None}
    return next(iter(found.values())) if len(found) == 1 else None


@lru_cache(maxsize=4)
def _kinds_by_words(known: tuple[EventKind, ...]) -> dict[str, EventKind]:
    by_words = {_plain(own): kind for kind in known for own in (kind.text, kind.label)}
    for kind in known:
        for words in _ALSO_CALLED.get(kind.name, ()):
            by_words.setdefault(words, kind)
    return by_words


def adopted(event: Event) -> Event:
    """Return an event as it is taken: with its kind's text, or its own words where it is none."""
    kind = kind_of_words(event.text)
    return event if kind is None else replace(event, text=kind.text)


def adoptable(events: Iterable[Event], is_stage: Callable[[str], bool]) -> tuple[Event, ...]:
    """Return what can be taken: no stages, lights marks, nor what a program remarks of a file."""
    return tuple(
        event
        for event in events
        if not (
            is_stage(event.text)
            or is_lights_off(event.text)
            or is_lights_on(event.text)
            or is_remark(event.text)
            or event.text.strip().casefold() in _OF_RECORDING
        )
    )


def ever_marked(done: Iterable[Edit]) -> tuple[Event, ...]:
    """Return every event that an edit which holds brought, whatever became of it since."""
    return tuple(event for edit in done for event in edit.change.events_added)


def still_beside(of_recording: Sequence[Event], own: Collection[Event]) -> tuple[Event, ...]:
    """Return the recording's events without those that were taken.

    Parameters
    ----------
    of_recording
        As it stores them.
    own
        What was ever in the scoring, see :func:`ever_marked`: an event that was taken and then
        moved, retyped or deleted does not come back.
    """
    taken = set(own)
    if not taken:
        return tuple(of_recording)
    text_of = {
        text: adopted(Event(0.0, None, text)).text for text in {e.text for e in of_recording}
    }
    return tuple(
        event
        for event in of_recording
        if event not in taken and replace(event, text=text_of[event.text]) not in taken
    )


@dataclass(frozen=True)
class AdoptionRow:
    """What becomes of the events of one text.

    Parameters
    ----------
    text
        As it stands there.
    n_events
        How many there are.
    kind
        What they become; None where they keep their words and count as none.
    """

    text: str
    n_events: int
    kind: EventKind | None


def adoption_rows(events: Iterable[Event]) -> tuple[AdoptionRow, ...]:
    """Return what would become of events by their texts: kinds in their order, then the others."""
    often = Counter(event.text for event in events)
    order = {kind.name: place for place, kind in enumerate(kinds())}
    rows = [AdoptionRow(text, n, kind_of_words(text)) for text, n in often.items()]
    last = len(order)
    return tuple(
        sorted(rows, key=lambda row: (order[row.kind.name] if row.kind else last, row.text))
    )


def _plain(text: str) -> str:
    return " ".join(bare_letters(text).replace("_", " ").replace("-", " ").casefold().split())
