"""Whose night a recording is: by the name of its file, or by what it says of its patient."""

import re

from sleepscorer.core.errors import UsageError
from sleepscorer.core.recording import Recording
from sleepscorer.core.wording import counted

_WITHHELD = "X"
"""What EDF+ writes in the place of a code or a name."""


def subject_pattern(subject: str | None) -> re.Pattern[str] | None:
    """Read a regular expression whose first group, in a file's name, is whose night it is.

    Raises
    ------
    UsageError
        If it is none, or has no group.
    """
    try:
        pattern = None if subject is None else re.compile(subject)
    except re.error as error:
        raise UsageError(f"{subject!r} is no regular expression: {error}") from error
    if pattern is not None and pattern.groups < 1:
        raise UsageError(
            f"{subject!r} has no group that would match the subject",
            hint=r"write the part that names the person in parentheses, such as 'p(\d+)_'",
        )
    return pattern


def person_of(recording: Recording, pattern: re.Pattern[str] | None) -> str:
    """Tell whose night it is: by the file's name, else by the patient field.

    A recording that says nothing of its patient counts as somebody else's than all others.

    Raises
    ------
    UsageError
        If the pattern does not match.
    """
    stem = recording.path.stem
    if pattern is not None:
        matched = pattern.search(stem)
        if matched is None:
            raise UsageError(
                "the pattern of the subject does not match this name", path=recording.path
            )
        return matched[1]
    return stem if is_nobody(recording.patient_id) else recording.patient_id.strip()


def is_nobody(patient_id: str) -> bool:
    """Tell a patient field that withholds who it is: neither a code nor, fourth, a name."""
    code, *others = patient_id.split() or [_WITHHELD]
    return code == _WITHHELD and others[2:] in ([], [_WITHHELD])


def told_of_unknown(n_unknown: int, *, remedy: str = "") -> tuple[str, ...]:
    """A sentence where recordings do not say whose they are: a person may count twice.

    Parameters
    ----------
    n_unknown
        How many.
    remedy
        What to do about it, where the caller knows.
    """
    if not n_unknown:
        return ()
    what = f"{counted(n_unknown, 'recording')} do not say whose they are, and each counts as"
    return (f"{what} somebody else's" + (f"; where that is not so, {remedy}" if remedy else ""),)
