"""What a session file holds, as it is read: rows of its tables become values."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sleepscorer.core.edits import Edit
from sleepscorer.core.layers import Layers
from sleepscorer.core.signing import Signing
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.unanimity import left_beside
from sleepscorer.files.sessions.fingerprint import Fingerprint
from sleepscorer.files.sessions.layer_records import (
    LAYER_STATEMENTS,
    LayersOfRows,
    layers_of_rows,
)
from sleepscorer.files.sessions.records import (
    checked,
    edit_of_row,
    is_count,
    is_sha256,
    json_value,
    staging_of_row,
)
from sleepscorer.files.sessions.signing_records import ENTRY_TABLES, signing_of_rows

# A night of 9 years: what claims to be longer is not believed.
_MOST_EPOCHS = 10_000_000
_EDITS = (
    "SELECT number, utc, user, workstation, kind, label, change, of, smoothed, of_opening"
    " FROM edits ORDER BY number"
)
_STAGINGS = (
    "SELECT n_epochs, probabilities, provenance, hierarchy, confidence, faults, unsound{} FROM {}"
    " ORDER BY number"
)
_RECORDING = (
    "SELECT place, size_bytes, head_sha256, n_epochs, start, (SELECT sha256 FROM hashes"
    " WHERE recording = recordings.number ORDER BY number DESC LIMIT 1)"
    " FROM recordings ORDER BY number DESC LIMIT 1"
)


@dataclass(frozen=True)
class RecordingEntry:
    """The recording that a session belongs to.

    Parameters
    ----------
    folder, name
        Where it was when it was last opened, and what it was called.
    fingerprint
        Of its content.
    n_epochs
        Whole epochs.
    start
        Local time of the first sample; None where that is not known.
    """

    folder: str
    name: str
    fingerprint: Fingerprint
    n_epochs: int
    start: datetime | None = None


@dataclass(frozen=True)
class StoredSession:
    """All that a session file holds.

    Parameters
    ----------
    recording
        What was scored; None where nothing was stored yet.
    edits, stagings
        Oldest first; edits of all layers.
    others
        What other stagers answered beside the latest staging.
    signing
        Forms, signatures and unlockings, of all layers.
    layers
        The scorings that these and the edits are of.
    view
        What the window showed, as it was saved.
    """

    recording: RecordingEntry | None = None
    edits: tuple[Edit, ...] = ()
    stagings: tuple[Staging, ...] = ()
    others: tuple[Staging, ...] = ()
    signing: Signing = field(default_factory=Signing)
    layers: Layers = field(default_factory=Layers)
    view: dict[str, Any] = field(default_factory=dict)


Rows = dict[str, list[tuple[Any, ...]]]
"""By what they are of, as they are stored."""


def rows_of_recording(connection: sqlite3.Connection) -> Rows:
    """Read what is stored of the recording as it was last known."""
    return {"recording": connection.execute(_RECORDING).fetchall()}


def rows_of_all(connection: sqlite3.Connection) -> Rows:
    """Read all that is stored."""
    statements = {
        "edits": _EDITS,
        "stagings": _STAGINGS.format("", "stagings"),
        "others": _STAGINGS.format(", staging", "second_opinions"),
        "view": "SELECT state FROM view",
        **LAYER_STATEMENTS,
        **{
            name: f"SELECT number, {', '.join(columns)} FROM {name} ORDER BY number"  # noqa: S608 - no input
            for name, columns in ENTRY_TABLES
        },
    }
    read = {
        name: connection.execute(statement).fetchall() for name, statement in statements.items()
    }
    return read | rows_of_recording(connection)


def recording_of(rows: Rows) -> RecordingEntry | None:
    """Return what the session belongs to; what :func:`stored_of` raises."""
    found = rows["recording"]
    return _entry(*found[0]) if found else None


def stored_of(rows: Rows) -> StoredSession:
    """Return what the rows say; TypeError, ValueError or the like where they are damaged."""
    edits = tuple(map(edit_of_row, rows["edits"]))
    if [edit.number for edit in edits] != list(range(1, len(edits) + 1)):
        raise ValueError("an edit is missing")
    view = {} if not rows["view"] else json_value(rows["view"][0][0])
    if not isinstance(view, dict):
        raise TypeError("the view is not a table")
    stagings = tuple(map(staging_of_row, rows["stagings"]))
    layers, signing = layers_of_rows(rows), signing_of_rows(rows)
    whose = LayersOfRows(rows["layer_rows"], len(layers.now))
    edits = whose.told("edits", edits)
    signing = Signing(
        whose.told("signatures", signing.signatures),
        whose.told("unlockings", signing.unlockings),
        whose.told("forms", signing.forms),
    )
    whose.check_all_told()
    return StoredSession(
        recording=recording_of(rows),
        edits=edits,
        stagings=stagings,
        others=_others(rows["others"], stagings),
        signing=signing,
        layers=layers,
        view=view,
    )


def _others(rows: Sequence[tuple[Any, ...]], stagings: Sequence[Staging]) -> tuple[Staging, ...]:
    """Return what stands beside the latest staging; every row is read, and damage found."""
    answers = [staging_of_row(row[:-1]) for row in rows]
    if not answers:
        return ()
    number = rows[-1][-1]
    if number is None:
        return (answers[-1],)
    checked("what an answer stands beside", is_count(number) and 1 <= number <= len(stagings))
    together = tuple(one for one, row in zip(answers, rows, strict=True) if row[-1] == number)
    return together if number == len(stagings) else left_beside(stagings[number - 1], together)


def _entry(
    place: str, size_bytes: int, head: str, n_epochs: int, start: str | None, sha256: str | None
) -> RecordingEntry:
    folder, name = json_value(place)
    checked("the recording's place", isinstance(folder, str) and isinstance(name, str))
    checked("the recording's place", "\0" not in folder + name)
    checked("the recording's size", is_count(size_bytes))
    checked("the recording's length", is_count(n_epochs) and n_epochs <= _MOST_EPOCHS)
    checked("the recording's hash", is_sha256(head) and (sha256 is None or is_sha256(sha256)))
    return RecordingEntry(
        folder=folder,
        name=name,
        fingerprint=Fingerprint(size_bytes, head, sha256),
        n_epochs=n_epochs,
        start=None if start is None else datetime.fromisoformat(start),
    )
