"""Scorings of the National Sleep Research Resource: XML beside the EDF (SHHS, MESA, MrOS, ...).

The format of the NSRR's EDF editor and translator: ``PSGAnnotation`` with ``ScoredEvents``, each
with ``EventType`` and ``EventConcept`` as words and codes (``Stage 2 sleep|2``), ``Start`` and
``Duration`` in seconds.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.files.scorings.labels import Label, LabelKind, label_of
from sleepscorer.files.scorings.stage_spans import StageSpan
from sleepscorer.files.scorings.staged_epochs import epochs_of_spans
from sleepscorer.files.scorings.xml_tree import xml_tree

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_STAGE_TYPE = "stages"
_IS_STAGE = (LabelKind.STAGE, LabelKind.DEEP_R_AND_K)
# Rechtschaffen & Kales as stored; 6 is movement time and 9 unscored.
_CODES = {
    "0": Label(LabelKind.STAGE, Stage.W),
    "1": Label(LabelKind.STAGE, Stage.N1),
    "2": Label(LabelKind.STAGE, Stage.N2),
    "3": Label(LabelKind.DEEP_R_AND_K, Stage.N3),
    "4": Label(LabelKind.DEEP_R_AND_K, Stage.N3),
    "5": Label(LabelKind.STAGE, Stage.R),
    "6": Label(LabelKind.MOVEMENT_TIME),
    "9": Label(LabelKind.UNSCORED),
}
_NOT_AN_EVENT = frozenset({"Recording Start Time"})


def read_nsrr_xml(text: str) -> Scoring:
    """Read stages and events; it begins with the recording.

    :func:`~sleepscorer.files.scorings.staged_epochs.epochs_of_spans` has the rules by which stages
    become epochs.

    Raises
    ------
    ScoringError
        If it is no XML, holds no stages, or they can't be those of epochs of 30 s.
    """
    root = xml_tree(text)
    epoch_s = _number(root, "EpochLength", default=EPOCH_S)
    if epoch_s != EPOCH_S:
        raise ScoringError(f"its epochs last {epoch_s:g} s, not {EPOCH_S:g} s")
    spans: list[StageSpan] = []
    events: list[Event] = []
    for scored in root.iter("ScoredEvent"):
        onset_s = _number(scored, "Start")
        duration_s = _number(scored, "Duration", default=0.0)
        concept = (scored.findtext("EventConcept") or "").strip()
        words = concept.rpartition("|")[0] or concept
        kind = (scored.findtext("EventType") or "").strip()
        if kind.casefold().startswith(_STAGE_TYPE) or _is_stage(words, kind):
            spans.append(StageSpan(onset_s, duration_s, _label(concept), words))
        elif words not in _NOT_AN_EVENT:
            channel = (scored.findtext("SignalLocation") or "").strip() or None
            events.append(Event(onset_s, duration_s, words, channel))
    if not spans:
        raise ScoringError("it holds no sleep stages")
    epochs = epochs_of_spans(spans)
    events.extend(Event(s.start_s, s.duration_s or None, s.text) for s in epochs.left_out)
    return Scoring(
        Hypnogram(epochs.stages),
        events=tuple(replace(event, onset_s=event.onset_s - epochs.shift_s) for event in events),
        notes=epochs.notes,
        labels=epochs.labels,
    )


def _is_stage(words: str, kind: str) -> bool:
    """Tell whether an event is a stage by its words."""
    # Early dialects have no type, and name a stage by the words of a vocabulary.
    label = label_of(words)
    return label is not None and (not kind or label.kind in _IS_STAGE)


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
    label = label_of(concept)
    if label is None or code.isdigit():
        raise ScoringError(f"{concept[:40]!r} is no sleep stage: {code[:10]!r} is no code of one")
    return label


def _number(element: "Element", name: str, *, default: float | None = None) -> float:
    text = element.findtext(name)
    if text is None and default is not None:
        return default
    try:
        number = float(text or "")
    except ValueError:
        raise ScoringError(f"{name} is {text!r}, not a number") from None
    if not np.isfinite(number) or not 0 <= number <= 1e7:
        raise ScoringError(f"{name} is {text!r}")
    return number
