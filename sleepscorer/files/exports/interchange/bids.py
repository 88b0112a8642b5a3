"""A scoring as events of BIDS: ``_events.tsv``, and ``_events.json`` that says what is in it.

Sources: BIDS specification, "Events"; the names of the stages are those of wonambi.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from sleepscorer import __version__
from sleepscorer.core.events import LIGHTS_OFF, LIGHTS_ON, Event
from sleepscorer.core.json_files import read_json
from sleepscorer.core.stages import Stage
from sleepscorer.files.exports.formulas import without_formula
from sleepscorer.files.exports.interchange.rendered_text import (
    RenderedText,
    epoch_starts,
    seconds_text,
)
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.night_events import handed_on_events, lights_marks
from sleepscorer.files.exports.own_files import PROGRAM

SIDECAR_SUFFIX = ".json"
"""In place of ``.tsv``."""

_COLUMNS = ("onset", "duration", "trial_type", "channel")
_NONE = "n/a"
_NAMES = {Stage.W: "wake", Stage.R: "REM", Stage.UNSCORED: "unscored"}
_LIGHTS = {LIGHTS_OFF: "lights_off", LIGHTS_ON: "lights_on"}
_LEVELS = {
    "sleep_wake": "Wakefulness",
    "sleep_N1": "Sleep stage N1",
    "sleep_N2": "Sleep stage N2",
    "sleep_N3": "Sleep stage N3",
    "sleep_NREM": "Sleep stage N1, N2 or N3, which were not told apart",
    "sleep_REM": "Sleep stage R",
    "sleep_unscored": "Nobody gave the epoch a stage",
    "lights_off": "The lights go off",
    "lights_on": "The lights come on",
}
_MOST_BYTES = 100_000_000


def bids_events(night: Night) -> RenderedText:
    """Return a row for each epoch, lights mark and event, in the order of time.

    What begins like a formula has an apostrophe before it: such tables are opened in spreadsheet
    programs.
    """
    return RenderedText(_table(night))


def bids_sidecar(night: Night) -> RenderedText:
    """Return what the columns and the names in them mean, as JSON."""
    table = _table(night)
    shown = {row.split("\t")[2] for row in table.split("\n")[1:-1]}
    levels = {name: said for name, said in _LEVELS.items() if name in shown}
    about: dict[str, Any] = {
        "onset": {"Description": "Start, from the beginning of the recording", "Units": "s"},
        "duration": {"Description": "Length; n/a where none was given", "Units": "s"},
        "trial_type": {
            "Description": "Sleep stage of an epoch, lights mark, or event in its scorer's words",
            "Levels": levels,
        },
        "channel": {"Description": "Label of the channel that an event was marked on"},
        PROGRAM: {
            "Version": __version__,
            "SHA256": hashlib.sha256(table.encode("utf-8")).hexdigest(),
        },
    }
    return RenderedText(json.dumps(about, indent=2, ensure_ascii=True) + "\n")


def is_own_bids_events(path: Path) -> bool:
    """Tell whether sleepscorer wrote this table: the file beside it has its checksum."""
    made = _made(path.with_suffix(SIDECAR_SUFFIX))
    try:
        return made is not None and made == hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return False


def is_own_bids_sidecar(path: Path) -> bool:
    """Tell whether sleepscorer wrote what explains such a table."""
    return _made(path) is not None


def _made(sidecar: Path) -> str | None:
    try:
        about = read_json(sidecar, most_bytes=_MOST_BYTES)
        found = about[PROGRAM]["SHA256"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return found if isinstance(found, str) else None


def _table(night: Night) -> str:
    lights = (Event(mark.onset_s, None, _LIGHTS[mark.text]) for mark in lights_marks(night))
    events = [*_stages(night), *lights, *handed_on_events(night)]
    events.sort(key=lambda event: event.onset_s)
    rows = ("\t".join(row) for row in (_COLUMNS, *map(_row, events)))
    return "".join(f"{row}\n" for row in rows)


def _stages(night: Night) -> list[Event]:
    epoch_s, stages = night.hypnogram.epoch_s, map(Stage, night.hypnogram.stages.tolist())
    return [
        Event(start_s, epoch_s, f"sleep_{_NAMES.get(stage, stage.text)}")
        for start_s, stage in zip(epoch_starts(night), stages, strict=True)
    ]


def _row(event: Event) -> tuple[str, ...]:
    duration = _NONE if event.duration_s is None else seconds_text(event.duration_s)
    channel = _NONE if event.channel is None else without_formula(event.channel)
    return seconds_text(event.onset_s), duration, without_formula(event.text), channel
