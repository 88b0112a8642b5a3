"""Signatures, unlockings and forms as a session file stores them: a table each, rows added only."""

from datetime import datetime
from typing import Any, NamedTuple

from sleepscorer.core.edits import Author
from sleepscorer.core.report_form import FormEntry, ReportForm
from sleepscorer.core.signatures import Meaning, Signature, Unlocking
from sleepscorer.core.signing import Entry, Signing
from sleepscorer.files.sessions.records import (
    checked,
    is_count,
    is_sha256,
    json_text,
    json_value,
    plain_text,
)


class EntryTable(NamedTuple):
    """A table and its columns, less the number that every row has."""

    name: str
    columns: tuple[str, ...]


_WHO = ("utc", "user", "workstation")
_SIGNATURES = EntryTable("signatures", (*_WHO, "name", "meaning", "sha256", "n_edits"))
_UNLOCKINGS = EntryTable("unlockings", (*_WHO, "reason", "voids"))
_FORMS = EntryTable("forms", (*_WHO, "form", "n_edits"))
ENTRY_TABLES = (_SIGNATURES, _UNLOCKINGS, _FORMS)
"""In these a session file keeps what is not an edit."""


def entry_row(entry: Entry) -> tuple[str, tuple[object, ...]]:
    """Return the table of an entry, and its columns without the number."""
    who = (entry.utc, plain_text(entry.author.user), plain_text(entry.author.workstation))
    match entry:
        case Signature():
            name = plain_text(entry.name)
            own = (name, entry.meaning.value, entry.sha256, entry.n_edits)
            return _SIGNATURES.name, (*who, *own)
        case Unlocking():
            return _UNLOCKINGS.name, (*who, plain_text(entry.reason), json_text(entry.voids))
        case FormEntry():
            return _FORMS.name, (*who, json_text(entry.form.values()), entry.n_edits)


def signing_of_rows(rows: dict[str, list[tuple[Any, ...]]]) -> Signing:
    """Return what was stored; TypeError or ValueError where it is damaged.

    Parameters
    ----------
    rows
        By table, oldest first; a number, and the columns of :data:`ENTRY_TABLES`.
    """
    return Signing(
        signatures=tuple(_signature(*row) for row in rows[_SIGNATURES.name]),
        unlockings=tuple(_unlocking(*row[1:]) for row in rows[_UNLOCKINGS.name]),
        forms=tuple(_form(*row[1:]) for row in rows[_FORMS.name]),
    )


def _signature(
    number: Any, utc: Any, user: Any, workstation: Any, name: Any, meaning: Any, *rest: Any
) -> Signature:
    sha256, n_edits = rest
    author = _checked_author(utc, user, workstation)
    checked("the name of a signature", isinstance(name, str) and bool(name))
    checked("what was signed", is_sha256(sha256) and all(map(is_count, (number, n_edits))))
    return Signature(number, utc, author, name, Meaning(meaning), sha256, n_edits)


def _unlocking(utc: Any, user: Any, workstation: Any, reason: Any, voids: Any) -> Unlocking:
    author = _checked_author(utc, user, workstation)
    numbers = json_value(voids)
    checked("the reason of an unlocking", isinstance(reason, str) and bool(reason))
    checked("what was unlocked", isinstance(numbers, list) and all(map(is_count, numbers)))
    return Unlocking(utc, author, reason, tuple(numbers))


def _form(utc: Any, user: Any, workstation: Any, form: Any, n_edits: Any) -> FormEntry:
    author, values = _checked_author(utc, user, workstation), json_value(form)
    checked("a form", isinstance(values, dict) and is_count(n_edits))
    return FormEntry(utc, author, ReportForm.of_values(values), n_edits)


def _checked_author(utc: Any, user: Any, workstation: Any) -> Author:
    texts = (utc, user, workstation)
    checked("a text of the signatures", all(isinstance(text, str) for text in texts))
    checked("the time of a signature", datetime.fromisoformat(utc).tzinfo is not None)
    return Author(user, workstation)
