"""Edits and stagings as a session file stores them: JSON for what is small, bytes for arrays."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.edits import Author, Change, Edit, EditKind
from sleepscorer.core.events import Event
from sleepscorer.core.second_opinion import failure_among
from sleepscorer.core.site_calibration import is_temperature
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance

_EPOCH_FIELDS = ("epochs", "stages_before", "stages_after", "person_before", "person_after")
_EVENT_FIELDS = ("events_removed", "events_added")
_LIGHTS_FIELDS = ("lights_before", "lights_after")
_PROBABILITIES = np.dtype("<f4")
_STAGES = frozenset(stage.value for stage in Stage)
_SHA256 = re.compile("[0-9a-f]{64}")

EditRow = tuple[int, str, str, str, str, str, str, int | None, int, int]
StagingRow = tuple[int, bytes, str, bytes | None, bytes | None, bytes | None, bytes | None]


def plain_text(text: str) -> str:
    """Return the text in valid Unicode: file names need not be, and SQLite takes nothing else."""
    return text.encode("utf-8", "replace").decode("utf-8")


def json_text(value: object) -> str:
    """Return compact JSON in ASCII, which keeps every character of file names and annotations."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def json_value(text: str) -> Any:
    """Return what :func:`json_text` wrote; ValueError or TypeError where it is something else."""

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is no number")

    checked("a text", isinstance(text, str))
    return json.loads(text, parse_constant=refuse)


def checked(what: str, is_right: bool) -> None:
    """Raise ValueError where something stored can't be what the program stores."""
    if not is_right:
        raise ValueError(f"{what} makes no sense")


def is_count(value: object) -> bool:
    """Tell whether this is a whole number from 0."""
    return type(value) is int and value >= 0


def is_sha256(value: object) -> bool:
    """Tell whether this is a SHA-256 in hexadecimal digits."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    try:
        return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
    except OverflowError:
        return False


def edit_row(edit: Edit) -> EditRow:
    """Return the columns of an edit."""
    return (
        edit.number,
        edit.utc,
        plain_text(edit.author.user),
        plain_text(edit.author.workstation),
        edit.kind.value,
        plain_text(edit.label),
        json_text(_change_values(edit.change)),
        edit.of,
        int(edit.is_smoothed),
        int(edit.is_of_opening),
    )


def edit_of_row(row: EditRow) -> Edit:
    """Return the edit that was stored; KeyError, TypeError or ValueError where it is damaged."""
    number, utc, user, workstation, kind, label, change, of, smoothed, of_opening = row
    texts = (utc, user, workstation, kind, label)
    checked("a text of an edit", all(isinstance(text, str) for text in texts))
    checked("the time of an edit", datetime.fromisoformat(utc).tzinfo is not None)
    checked("what an edit concerns", of is None or is_count(of))
    checked("a mark of an edit", {smoothed, of_opening} <= {0, 1})
    return Edit(
        number=number,
        utc=utc,
        author=Author(user, workstation),
        kind=EditKind(kind),
        label=label,
        change=_change(json_value(change)),
        of=of,
        is_smoothed=bool(smoothed),
        is_of_opening=bool(of_opening),
    )


def _change_values(change: Change) -> dict[str, Any]:
    """Return what the change does, without what it does not touch."""
    values = {name: getattr(change, name) for name in (*_EPOCH_FIELDS, *_LIGHTS_FIELDS)}
    for name in _EVENT_FIELDS:
        values[name] = [
            [event.onset_s, event.duration_s, event.text, event.channel]
            for event in getattr(change, name)
        ]
    return {name: value for name, value in values.items() if value is not None and len(value)}


def _change(values: dict[str, Any]) -> Change:
    arguments: dict[str, Any] = {name: tuple(values.get(name, ())) for name in _EPOCH_FIELDS}
    if len({len(arguments[name]) for name in _EPOCH_FIELDS}) != 1:
        raise ValueError("the columns of a change differ in length")
    for name in _EPOCH_FIELDS:
        checked(f"a change ({name})", all(map(_IS_RIGHT[name.split("_")[0]], arguments[name])))
    for name in _EVENT_FIELDS:
        arguments[name] = tuple(_event(*event) for event in values.get(name, ()))
    for name in _LIGHTS_FIELDS:
        if name in values:
            off_s, on_s = values[name]
            checked("a lights mark", all(x is None or _is_number(x) for x in (off_s, on_s)))
            arguments[name] = (off_s, on_s)
    return Change(**arguments)


_IS_RIGHT: dict[str, Callable[[object], bool]] = {
    "epochs": is_count,
    "stages": lambda value: type(value) is int and value in _STAGES,
    "person": lambda value: type(value) is bool,
}


def _event(onset_s: Any, duration_s: Any, text: Any, channel: Any) -> Event:
    checked("the onset of an event", _is_number(onset_s))
    checked("the duration of an event", duration_s is None or _is_number(duration_s))
    checked("the text of an event", isinstance(text, str))
    checked("the channel of an event", channel is None or isinstance(channel, str))
    return Event(onset_s, duration_s, text, channel)


def staging_row(staging: Staging) -> StagingRow:
    """Return the columns of a staging; the probabilities as little-endian float32, row by row."""
    return (
        len(staging.probabilities),
        _bytes(staging.probabilities),
        json_text(asdict(staging.provenance)),
        None if staging.hierarchy is None else _bytes(staging.hierarchy),
        _bytes(staging.confidence),
        staging.faults.tobytes(),
        _bytes(staging.unsound),
    )


def staging_of_row(row: StagingRow) -> Staging:
    """Return the staging that was stored, bit by bit; ValueError or KeyError where damaged."""
    n_epochs, content, provenance, three, confidence, faults, unsound = row
    values = json_value(provenance)
    checked("the length of a staging", is_count(n_epochs))
    parts = (content, three, confidence, faults, unsound)
    checked("the numbers of a staging", all(isinstance(p, bytes | None) for p in parts))
    # What a version before did not know has its default.
    arguments: dict[str, Any] = {
        field.name: _as_tuples(values[field.name])
        for field in fields(StagingProvenance)
        if field.name in values
    }
    for name, value in arguments.items():
        checked(f"the {name} of a staging", _IS_LIKE[name](value))
    arguments.setdefault("second_opinion_failure", failure_among(arguments["warnings"]))
    return Staging(
        _rows(content, n_epochs),
        StagingProvenance(**arguments),
        None if three is None else _rows(three, n_epochs),
        confidence=_numbers(confidence),
        faults=np.frombuffer(faults or b"", np.uint8),
        unsound=_numbers(unsound),
    )


def _is_text_or_texts(value: Any) -> bool:
    texts = value if isinstance(value, tuple) else (value,)
    return all(isinstance(text, str) for text in texts)


def _is_curve(value: Any) -> bool:
    return isinstance(value, tuple) and all(
        isinstance(point, tuple) and len(point) == _CURVE_COLUMNS and all(map(_is_number, point))
        for point in value
    )


def _are_numbers(value: Any) -> bool:
    return isinstance(value, tuple) and all(map(_is_number, value))


_CURVE_COLUMNS = 3
_TEXTS = (field.name for field in fields(StagingProvenance) if field.type in ("str", str))
_TUPLES = ("eeg", "eog", "emg", "notes", "warnings", "consensus_of")
_IS_LIKE: dict[str, Callable[[Any], bool]] = {
    "review_curve": _is_curve,
    "suggested_lights_s": _are_numbers,
    "confidence_temperature": lambda value: _is_number(value) and is_temperature(value),
    "unlearned_by_stage": _are_numbers,
    **dict.fromkeys(_TUPLES, lambda value: isinstance(value, tuple) and _is_text_or_texts(value)),
    **dict.fromkeys(_TEXTS, lambda value: isinstance(value, str)),
}


def _as_tuples(value: Any) -> Any:
    """JSON knows lists only."""
    return tuple(map(_as_tuples, value)) if isinstance(value, list) else value


def _bytes(probabilities: NDArray[np.float32]) -> bytes:
    return probabilities.astype(_PROBABILITIES).tobytes()


def _numbers(content: bytes | None) -> NDArray[np.float32]:
    """None at all where a version before did not store them."""
    return np.frombuffer(content or b"", _PROBABILITIES).astype(np.float32)


def _rows(content: bytes, n_epochs: int) -> NDArray[np.float32]:
    return np.frombuffer(content, _PROBABILITIES).reshape(n_epochs, -1).astype(np.float32)
