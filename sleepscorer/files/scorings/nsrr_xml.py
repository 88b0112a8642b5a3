"""Scorings of the National Sleep Research Resource: XML beside the EDF (SHHS, MESA, MrOS, ...).

The format of the NSRR's EDF editor and translator: ``PSGAnnotation`` with ``ScoredEvents``, each
with ``EventType`` and ``EventConcept`` as words and codes (``Stage 2 sleep|2``), ``Start`` and
``Duration`` in seconds. Its early dialects have no type, and name the stages by the words of an
ontology (``SDO:WakeState``, ``SRO:Stage2Sleep``) or as Embla does (``SLEEP-S2``); one has both the
words and the time, by the clock, as those of a note of the technician.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import LIGHTS_OFF, LIGHTS_ON, Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.lights import is_lights_off, is_lights_on
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings.labels import Label, LabelKind, label_in_stages, label_of
from sleepscorer.files.scorings.made_scoring import scoring_of_spans
from sleepscorer.files.scorings.stage_spans import StageSpan
from sleepscorer.files.scorings.start_times import moment_of, start_of
from sleepscorer.files.scorings.xml_tree import (
    epoch_length,
    seconds_of,
    seconds_or_none,
    text_of,
    untimed_note,
    xml_tree,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_STAGE_TYPES = ("stages", "staging", "sleep stag")
_IS_STAGE = (LabelKind.STAGE, LabelKind.DEEP_R_AND_K)
# Rechtschaffen & Kales as stored; 6 is movement time, 9 unscored, 10 an epoch of artefacts.
_CODES = {
    "0": Label(LabelKind.STAGE, Stage.W),
    "1": Label(LabelKind.STAGE, Stage.N1),
    "2": Label(LabelKind.STAGE, Stage.N2),
    "3": Label(LabelKind.DEEP_R_AND_K, Stage.N3),
    "4": Label(LabelKind.DEEP_R_AND_K, Stage.N3),
    "5": Label(LabelKind.STAGE, Stage.R),
    "6": Label(LabelKind.MOVEMENT_TIME),
    "9": Label(LabelKind.UNSCORED),
    "10": Label(LabelKind.UNSCORED),
}
_RECORDING = "Recording Start Time"
_NOTE = "Technician Notes"
# Of the type of the stages, and none of them.
_LIGHTS = {"beginning of time in bed": LIGHTS_OFF, "end of time in bed": LIGHTS_ON}
_ANALYSIS = ("beginning of analysis period", "end of analysis period")


@dataclass(frozen=True)
class _Scored:
    """One element of the list.

    Parameters
    ----------
    concept
        What it is, as it stands there.
    kind
        Of which type; empty in early dialects.
    onset, duration
        Seconds from the start of the recording, as they stand there.
    channel
        The signal it is of.
    """

    concept: str
    kind: str
    onset: str
    duration: str
    channel: str | None

    @property
    def words(self) -> str:
        """What it is, without the code behind it; lights marks by their own words."""
        words = (self.concept.rpartition("|")[0] or self.concept).strip()
        bare = words.rpartition(":")[2]
        if is_lights_off(bare) or is_lights_on(bare):
            return LIGHTS_OFF if is_lights_off(bare) else LIGHTS_ON
        return _LIGHTS.get(words.casefold(), words)

    @property
    def is_stage(self) -> bool:
        """It is a stage, by its type or its words."""
        words = self.words
        if words in (LIGHTS_OFF, LIGHTS_ON) or words.casefold() in _ANALYSIS:
            return False
        # Early dialects have no type, and name a stage by the words of a vocabulary.
        label = label_of(words)
        return self.kind.casefold().startswith(_STAGE_TYPES) or (
            label is not None and (not self.kind or label.kind in _IS_STAGE)
        )


def read_nsrr_xml(text: str) -> Scoring:
    """Read stages, lights marks and events; it begins with the recording.

    :func:`~sleepscorer.files.scorings.staged_epochs.epochs_of_spans` has the rules by which stages
    become epochs.

    Raises
    ------
    ScoringError
        If it is no XML, holds no stages, or they can't be those of epochs of its length.
    """
    root = xml_tree(text)
    epoch_s = epoch_length(text_of(root, "EpochLength"))
    elements = list(root.iter("ScoredEvent"))
    clocks = (text_of(e, "ClockTime") for e in elements if _concept(e) == _RECORDING)
    start, notes = start_of(next(filter(None, clocks), ""))
    spans: list[StageSpan] = []
    events: list[Event] = []
    n_untimed = 0
    for element in elements:
        scored = _scored(element, start)
        if scored.words == _RECORDING:
            continue
        if scored.is_stage:
            onset_s = seconds_of(scored.onset, "Start")
            duration_s = seconds_of(scored.duration or "0", "Duration")
            spans.append(StageSpan(onset_s, duration_s, _label(scored.concept), scored.words))
        elif (at_s := seconds_or_none(scored.onset)) is None:
            n_untimed += 1
        else:
            lasts_s = seconds_or_none(scored.duration) or 0.0
            events.append(Event(at_s, lasts_s, scored.words, scored.channel))
    notes = (*notes, *untimed_note(n_untimed))
    return scoring_of_spans(spans, epoch_s=epoch_s, start=start, events=events, notes=notes)


def _concept(element: "Element") -> str:
    return text_of(element, "EventConcept")


def _scored(element: "Element", start: datetime | None) -> _Scored:
    concept, onset = _concept(element), text_of(element, "Start")
    by_clock = text_of(element, "Starttime")
    if by_clock and not onset:
        # In this dialect the stages are notes as well.
        concept = text_of(element, "Notes") if concept == _NOTE else concept
        moment = moment_of(by_clock)
        if moment is not None and start is not None:
            onset = str((moment - start).total_seconds())
    return _Scored(
        concept,
        text_of(element, "EventType"),
        onset,
        text_of(element, "Duration"),
        text_of(element, "SignalLocation") or None,
    )


def _label(concept: str) -> Label:
    """Return the label of a concept: its code, and its words where it has none."""
    words, _, code = concept.rpartition("|")
    label = label_of(words)
    if by_code := _CODES.get(code):
        if label is not None and label.kind is LabelKind.UNDIVIDED:
            return label
        if label is not None and label.kind in _IS_STAGE and label.stage is not by_code.stage:
            raise ScoringError(f"{concept[:40]!r} is one stage by its words, another by its code")
        return by_code
    # "Unsure|Unsure" says one thing twice.
    label = label_in_stages(words if words.casefold() == code.casefold() else concept)
    if label is None or code.isdigit():
        raise ScoringError(f"{concept[:40]!r} is no sleep stage: {code[:10]!r} is no code of one")
    return label
