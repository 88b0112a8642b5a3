"""Where all that is done to a session is kept."""

from collections.abc import Sequence
from typing import Protocol

from sleepscorer.core.edits import Edit
from sleepscorer.core.layers import Layer, LayerMark
from sleepscorer.core.report_form import FormEntry
from sleepscorer.core.signing import Entry
from sleepscorer.core.staging_result import Staging


class Journal(Protocol):
    """Where a session is kept; each call returns only when its content is safely stored."""

    def append(
        self, edit: Edit, staging: Staging | None = None, *, others: Sequence[Staging] = ()
    ) -> None:
        """Store an edit with the staging it comes from and what others answered beside it.

        It stores all of that, or raises SessionError and stores nothing.
        """
        ...

    def add_entry(self, entry: Entry) -> None:
        """Store a signature, an unlocking or a form; raises SessionError like :meth:`append`."""
        ...

    def add_layer(
        self, layer: Layer, *, edits: Sequence[Edit] = (), forms: Sequence[FormEntry] = ()
    ) -> None:
        """Store a layer with what it begins with; all or nothing, as :meth:`append`."""
        ...

    def add_mark(self, mark: LayerMark) -> None:
        """Store what became of a layer; raises SessionError like :meth:`append`."""
        ...


class MemoryJournal:
    """Keeps nothing beyond the life of the session: for read-only sessions and tests."""

    def append(
        self, edit: Edit, staging: Staging | None = None, *, others: Sequence[Staging] = ()
    ) -> None:
        """Accept an edit and stagings."""

    def add_entry(self, entry: Entry) -> None:
        """Accept a signature, an unlocking or a form."""

    def add_layer(
        self, layer: Layer, *, edits: Sequence[Edit] = (), forms: Sequence[FormEntry] = ()
    ) -> None:
        """Accept a layer."""

    def add_mark(self, mark: LayerMark) -> None:
        """Accept what became of a layer."""
