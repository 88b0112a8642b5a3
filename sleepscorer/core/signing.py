"""The form and the signatures of a session: what was ever saved, and what of it holds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sleepscorer.core.edits import Author
from sleepscorer.core.errors import ScoringLocked, SessionError
from sleepscorer.core.report_form import FormEntry, ReportForm
from sleepscorer.core.signatures import Meaning, Signature, Unlocking, standing

Entry = Signature | Unlocking | FormEntry
"""What is added to the log of signatures and forms."""


@dataclass(frozen=True)
class Signing:
    """All that was ever signed, unlocked and written into the form; oldest first.

    Parameters
    ----------
    signatures, unlockings, forms
        Void and replaced ones among them.
    """

    signatures: tuple[Signature, ...] = ()
    unlockings: tuple[Unlocking, ...] = ()
    forms: tuple[FormEntry, ...] = ()

    @property
    def form(self) -> ReportForm:
        """The form that was saved last; an empty one where none was."""
        return self.forms[-1].form if self.forms else ReportForm()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them, kind by kind."""
        return (*self.signatures, *self.unlockings, *self.forms)

    @property
    def standing(self) -> tuple[Signature, ...]:
        """The signatures that nobody took back; while there is one, nothing can be edited."""
        return standing(self.signatures, self.unlockings)

    @property
    def is_locked(self) -> bool:
        """Whether the scoring is signed, and must be unlocked to edit it."""
        return bool(self.standing)

    @property
    def broken(self) -> tuple[Signature, ...]:
        """Those that stand for something else than what is there."""
        return tuple(one for one in self.standing if one.is_broken)

    def of_layer(self, layer: int) -> "Signing":
        """Return what of it belongs to one layer of the session."""
        return Signing(
            signatures=tuple(one for one in self.signatures if one.layer == layer),
            unlockings=tuple(one for one in self.unlockings if one.layer == layer),
            forms=tuple(one for one in self.forms if one.layer == layer),
        )

    def with_entry(self, entry: Entry) -> "Signing":
        """Return the log with one more entry."""
        match entry:
            case Signature():
                return replace(self, signatures=(*self.signatures, entry))
            case Unlocking():
                return replace(self, unlockings=(*self.unlockings, entry))
            case FormEntry():
                return replace(self, forms=(*self.forms, entry))

    def compared_with(self, sha256: str) -> "Signing":
        """Return the log with those signatures broken that stand for another content than this."""
        stands = {one.number for one in self.standing}
        return replace(
            self,
            signatures=tuple(
                replace(one, is_broken=one.number in stands and one.sha256 != sha256)
                for one in self.signatures
            ),
        )

    def check_unlocked(self) -> None:
        """Refuse an edit of what is signed.

        Raises
        ------
        ScoringLocked
            Who signed, when, and what to do.
        """
        if self.is_locked:
            signed = "; ".join(map(str, self.standing))
            raise ScoringLocked(
                f"the scoring is signed ({signed}) and locked: nothing was changed",
                hint="unlock it first, with a reason; that voids the signature",
            )

    def check_signed_by(self, name: str, meaning: Meaning) -> str:
        """Return the name of one who may sign now; see ``ScoringSession.sign``.

        Raises
        ------
        SessionError
            Why nobody can sign so.
        """
        name = name.strip()
        if not name:
            raise SessionError("a signature needs a name", hint="type the name of who signs")
        if self.broken:
            raise SessionError(
                "what was signed before was changed outside the program",
                hint="unlock the scoring, look at it, and sign then",
            )
        if any((one.name, one.meaning) == (name, meaning) for one in self.standing):
            raise SessionError(
                f"the scoring is signed already: {meaning} {name}",
                hint="sign with another meaning, or let somebody else sign",
            )
        return name

    def new_unlocking(self, reason: str, *, author: Author, utc: str, layer: int) -> Unlocking:
        """Return what takes every signature that stands back.

        Raises
        ------
        SessionError
            If there is none, or no reason.
        """
        if not self.is_locked:
            raise SessionError("the scoring is not signed, so nothing is locked")
        if not reason.strip():
            raise SessionError(
                "a signature is not taken back without a reason", hint="type why it is"
            )
        voids = tuple(one.number for one in self.standing)
        return Unlocking(utc, author, reason.strip(), voids, layer)

    def problems(self, n_edits: int) -> Iterator[str]:
        """Say what contradicts itself in the log of a whole session, of all its layers."""
        if [one.number for one in self.signatures] != list(range(1, len(self.signatures) + 1)):
            yield "a signature is missing"
        of_signatures = (one.n_edits for one in self.signatures)
        if max((0, *of_signatures, *(one.n_edits for one in self.forms))) > n_edits:
            yield "edits that were made before something was signed or written are missing"
        void: set[int] = set()
        for unlocking in self.unlockings:
            voids, layer = set(unlocking.voids), unlocking.layer
            signed = {one.number for one in self.signatures if one.layer == layer}
            if not voids or voids & void or not voids <= signed:
                yield "what was unlocked was not signed"
            void |= voids
