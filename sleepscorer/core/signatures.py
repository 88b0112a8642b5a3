"""Who signed a scoring, what it was worth then, and who took the signature back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sleepscorer.core.edits import Author

_SHORT = 12


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
        From 1, without holes in the session, whichever layer is signed.
    utc
        ISO 8601 time, UTC.
    author
        Who was at which workstation.
    name
        The name that was signed with.
    meaning
        What it says.
    sha256
        Of all that was signed; see :func:`~sleepscorer.core.signed_content.signed_sha256`.
    n_edits
        How many edits the log of the session held.
    is_broken
        What is there is not what was signed: it was changed outside the program. Found out on
        opening, never stored.
    layer
        Number of the layer that was signed.
    """

    number: int
    utc: str
    author: Author
    name: str
    meaning: Meaning
    sha256: str
    n_edits: int
    is_broken: bool = False
    layer: int = 1

    @property
    def short_sha256(self) -> str:
        """As it is printed."""
        return self.sha256[:_SHORT]

    def __str__(self) -> str:
        """For people: ``scored by Anna Meier, 2026-03-01 22:10 UTC+01:00``."""
        return f"{self.meaning} {self.name}, {moment_text(self.utc)}"


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
    layer
        Number of the layer that was unlocked.
    """

    utc: str
    author: Author
    reason: str
    voids: tuple[int, ...]
    layer: int = 1


def standing(
    signatures: Iterable[Signature], unlockings: Iterable[Unlocking]
) -> tuple[Signature, ...]:
    """Return the signatures that nobody took back, broken ones among them; they lock."""
    void = {number for unlocking in unlockings for number in unlocking.voids}
    return tuple(one for one in signatures if one.number not in void)


def moment_text(utc: str) -> str:
    """Return a time as people here read it, with its zone: ``2026-03-01 22:10 UTC+01:00``.

    Parameters
    ----------
    utc
        ISO 8601, with its offset.
    """
    local = datetime.fromisoformat(utc).astimezone()
    zone = f"{local:%z}"
    return f"{local:%Y-%m-%d %H:%M} UTC{zone[:3]}:{zone[3:5]}"


def signed_sentences(
    signatures: Sequence[Signature], unlockings: Sequence[Unlocking]
) -> tuple[str, ...]:
    """Say for a report who signed what when, or that nobody did.

    The first sentence is "Not signed." unless a signature holds. A signature without a name is one
    of which name and date may not show.
    """
    stand = standing(signatures, unlockings)
    holding = [f"Signed: {_told(one)}." for one in stand if not one.is_broken]
    taken_back = () if stand else _taken_back(signatures, unlockings)
    return (*(holding or ("Not signed.",)), *broken_sentences(stand), *taken_back)


def broken_sentences(stand: Iterable[Signature]) -> tuple[str, ...]:
    """Say which of the signatures that stand don't count, one sentence each."""
    return tuple(
        f"The signature ({_told(one)}) does not count: what it was given for was changed outside"
        " the program since."
        for one in stand
        if one.is_broken
    )


def _told(signature: Signature) -> str:
    if not signature.name:
        return f"{signature.meaning} a person whose name and the date are left out"
    return f"{signature}, SHA-256 {signature.short_sha256}"


def _taken_back(signatures: Sequence[Signature], unlockings: Sequence[Unlocking]) -> Iterator[str]:
    """Say what became of the signatures that the last unlocking voided."""
    if not unlockings:
        return
    last = unlockings[-1]
    whose = "; ".join(_told(one) for one in signatures if one.number in last.voids)
    if not last.utc:
        yield f"What was signed ({whose}) was taken back since."
        return
    yield (
        f"What was signed ({whose}) was taken back by {last.author.user},"
        f" {moment_text(last.utc)}: {last.reason}"
    )
