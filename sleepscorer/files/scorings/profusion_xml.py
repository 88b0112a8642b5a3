"""Scorings of Compumedics Profusion: ``CMPStudyConfig``, a number an epoch and a list of events."""

from typing import TYPE_CHECKING

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings.labels import Label, LabelKind, label_in_stages
from sleepscorer.files.scorings.made_scoring import scoring_of_epochs
from sleepscorer.files.scorings.xml_tree import (
    epoch_length,
    seconds_or_none,
    text_of,
    untimed_note,
    xml_tree,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# The mapping of the NSRR's translator of this format names all of them; 6 is movement time, 9
# unscored and 10 an epoch of artefacts, which are no wake.
_CODES = {
    "0": Label(LabelKind.STAGE, Stage.W),
    "1": Label(LabelKind.STAGE, Stage.N1),
    "2": Label(LabelKind.STAGE, Stage.N2),
    "3": Label(LabelKind.STAGE, Stage.N3),
    "4": Label(LabelKind.DEEP_R_AND_K, Stage.N3),
    "5": Label(LabelKind.STAGE, Stage.R),
    "6": Label(LabelKind.MOVEMENT_TIME),
    "9": Label(LabelKind.UNSCORED),
    "10": Label(LabelKind.UNSCORED),
}


def read_profusion_xml(text: str) -> Scoring:
    """Read stages and events; it begins with the recording, whose start it does not tell.

    Raises
    ------
    ScoringError
        If it is no XML, holds no stages, or one of them is none of its code.
    """
    root = xml_tree(text)
    lists = list(root.iter("SleepStages"))
    if len(lists) > 1:
        raise ScoringError(
            f"it holds {len(lists)} lists of stages", hint="save each scoring in a file of its own"
        )
    texts = [(stage.text or "").strip() for of in lists for stage in of.iter("SleepStage")]
    labels = [_label(stage, number) for number, stage in enumerate(texts, start=1)]
    events, n_untimed = _events(root)
    return scoring_of_epochs(
        texts,
        labels,
        epoch_s=epoch_length(text_of(root, "EpochLength")),
        events=events,
        notes=untimed_note(n_untimed),
    )


def _label(text: str, number: int) -> Label:
    label = _CODES.get(text)
    if label is None and not text.lstrip("+-").isdigit():
        label = label_in_stages(text)
    if label is None or label.kind is LabelKind.UNKNOWN:
        raise ScoringError(
            f"SleepStage {number} is {text[:40]!r}, which is no stage of Profusion's code",
            hint="there are 0 W, 1 N1, 2 N2, 3 and 4 N3, 5 R, 6 movement, 9 and 10 unscored",
        )
    return label


def _events(root: "Element") -> tuple[list[Event], int]:
    """Return the events, and how many have no name or no time."""
    events: list[Event] = []
    n_untimed = 0
    for scored in root.iter("ScoredEvent"):
        name, onset_s = text_of(scored, "Name"), seconds_or_none(text_of(scored, "Start"))
        if not name or onset_s is None:
            n_untimed += 1
            continue
        duration_s = seconds_or_none(text_of(scored, "Duration"))
        events.append(Event(onset_s, duration_s or None, name, text_of(scored, "Input") or None))
    return events, n_untimed
