"""Who signed a scoring, what it was worth then, and who took the signature back."""

from dataclasses import dataclass
from enum import StrEnum

from sleepscorer.core.edits import Author


class Meaning(StrEnum):
    """What a signature says of the one who signs (21 CFR 11.50)."""

    SCORED = "scored by"
    REVIEWED = "reviewed by"


@dataclass(frozen=True)
class Signature:
    """One signature; it stays in the log for ever, void or not.

    Parameters
    ----------
    number
        From 1, without holes.
    utc
        ISO 8601 time, UTC.
    author
        Who was at which workstation.
    name
        The name that was signed with.
    meaning
        What it says.
    sha256
        Of all that was signed: stages, whose they are, events, lights, the log, the form.
    n_edits
        How many edits the log held.
    """

    number: int
    utc: str
    author: Author
    name: str
    meaning: Meaning
    sha256: str
    n_edits: int


@dataclass(frozen=True)
class Unlocking:
    """Signatures taken back, so that the scoring can be edited again.

    Parameters
    ----------
    utc, author
        When and who.
    reason
        Why, in that person's words; never empty.
    voids
        Numbers of the signatures that are void since.
    """

    utc: str
    author: Author
    reason: str
    voids: tuple[int, ...]
