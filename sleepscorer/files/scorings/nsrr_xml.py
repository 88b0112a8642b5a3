"""Scorings of the National Sleep Research Resource: XML beside the EDF (SHHS, MESA, MrOS, ...).

The format of the NSRR's EDF editor and translator: ``PSGAnnotation`` with ``ScoredEvents``, each
with ``EventType`` and ``EventConcept`` as words and codes (``Stage 2 sleep|2``), ``Start`` and
``Duration`` in seconds.
"""

from typing import TYPE_CHECKING

import numpy as np
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.stages import EPOCH_S, Stage

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ROOT = "<PSGAnnotation"
_STAGE_TYPE = "Stages"
# Rechtschaffen & Kales as stored; 6 is movement time and 9 unscored.
_STAGES = {0: Stage.W, 1: Stage.N1, 2: Stage.N2, 3: Stage.N3, 4: Stage.N3, 5: Stage.R}
_NO_STAGES = frozenset({6, 9})
_TOLERANCE_S = 0.5
_NOT_AN_EVENT = frozenset({"Recording Start Time"})


def is_nsrr_xml(text: str) -> bool:
    """Tell whether this is the text of such a file."""
    return _ROOT in text[:2000]


def read_nsrr_xml(text: str) -> Scoring:
    """Read stages and events; it begins with the recording.

    Raises
    ------
    ScoringError
        If it is no XML, holds no stages, or stages that are not of epochs of 30 s from the start.
    """
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise ScoringError(f"the XML can't be read: {error}") from error
    epoch_s = _number(root, "EpochLength", default=EPOCH_S)
    if epoch_s != EPOCH_S:
        raise ScoringError(f"its epochs last {epoch_s:g} s, not {EPOCH_S:g} s")
    stages: list[tuple[float, float, int]] = []
    events: list[Event] = []
    for scored in root.iter("ScoredEvent"):
        onset_s = _number(scored, "Start")
        duration_s = _number(scored, "Duration", default=0.0)
        concept, _, code = (scored.findtext("EventConcept") or "").strip().rpartition("|")
        if (scored.findtext("EventType") or "").startswith(_STAGE_TYPE):
            stages.append((onset_s, duration_s, _stage_code(code)))
        elif (concept or code) not in _NOT_AN_EVENT:
            channel = (scored.findtext("SignalLocation") or "").strip() or None
            events.append(Event(onset_s, duration_s, concept or code, channel))
    return _scoring(stages, events)


def _scoring(stages: list[tuple[float, float, int]], events: list[Event]) -> Scoring:
    if not stages:
        raise ScoringError("it holds no sleep stages")
    n_epochs = round(max(onset + duration for onset, duration, _ in stages) / EPOCH_S)
    scored = np.full(n_epochs, Stage.UNSCORED, np.int8)
    for onset_s, duration_s, code in stages:
        first = round(onset_s / EPOCH_S)
        if abs(onset_s - first * EPOCH_S) > _TOLERANCE_S:
            raise ScoringError(
                f"a stage begins at {onset_s:g} s, which is no whole number of {EPOCH_S:g}-s epochs"
            )
        scored[first : first + round(duration_s / EPOCH_S)] = _STAGES.get(code, Stage.UNSCORED)
    codes = {code for _, _, code in stages}
    notes = []
    if 4 in codes:
        notes.append("stages 3 and 4 of Rechtschaffen & Kales were read as N3")
    if codes & _NO_STAGES:
        notes.append("movement time and unscored epochs were left unscored")
    return Scoring(Hypnogram(scored), events=tuple(events), notes=tuple(notes))


def _stage_code(text: str) -> int:
    if not text.isdecimal() or int(text) not in _STAGES.keys() | _NO_STAGES:
        raise ScoringError(f"{text!r} is no code of a sleep stage")
    return int(text)


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
