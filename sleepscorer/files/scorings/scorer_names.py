"""Which of several scorers somebody asks for, by name."""

from sleepscorer.core.errors import ScoringError, SeveralScorers
from sleepscorer.files.scorings.table_rows import listed


def wanted_scorer(names: tuple[str, ...], scorer: str | None, what: str, where: str = "") -> str:
    """Return the name that was asked for, as it stands in the file.

    Parameters
    ----------
    names
        Of those who scored.
    scorer
        Whom somebody asks for; None where nobody was named.
    what
        What holds the scorings: ``the table``.
    where
        More on where the names stand; empty for nothing.

    Raises
    ------
    SeveralScorers
        If nobody was named.
    ScoringError
        If there is none of this name.
    """
    if scorer is None:
        raise SeveralScorers(
            f"{what} holds the stages of {len(names)} scorers{where}: {listed(names)}", names
        )
    if scorer in names:
        return scorer
    alike = [name for name in names if name.casefold() == scorer.strip().casefold()]
    if len(alike) != 1:
        raise ScoringError(f"{what} has no scorer {scorer!r}, it has {listed(names)}")
    return alike[0]
