"""What the layers of a session have in common: one log, and what machines answered."""

from collections.abc import Sequence

from sleepscorer.core.edits import Edit
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.unanimity import left_beside


class CommonLog:
    """The log of a whole session; each layer adds its own edits to it.

    Parameters
    ----------
    edits
        Of all layers, oldest first.
    n_signatures
        How many were given, of all layers.
    stagings
        Automatic stagings, oldest first.
    others
        What other stagers answered beside the latest of them.
    """

    def __init__(
        self,
        edits: Sequence[Edit] = (),
        n_signatures: int = 0,
        stagings: Sequence[Staging] = (),
        others: Sequence[Staging] = (),
    ) -> None:
        self._edits = list(edits)
        self._stagings = list(stagings)
        self._others = tuple(others)
        self.n_signatures = n_signatures

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Of all layers, oldest first."""
        return tuple(self._edits)

    @property
    def n_edits(self) -> int:
        """How many there are, which is the number of the last one."""
        return len(self._edits)

    @property
    def machine(self) -> Staging | None:
        """The latest automatic staging."""
        return self._stagings[-1] if self._stagings else None

    @property
    def others(self) -> tuple[Staging, ...]:
        """What stands beside it."""
        return self._others

    def add(self, edit: Edit, staging: Staging | None, others: Sequence[Staging]) -> None:
        """Take in the next edit, of any layer, with the staging it was made from."""
        self._edits.append(edit)
        if staging is not None:
            kept = () if self.machine is None else left_beside(self.machine, self._others)
            self._others = tuple(others) or kept
            self._stagings.append(staging)
