"""What may have to be said of a scoring: the same options for every command that reads one."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from sleepscorer.core.errors import (
    AlignmentNeeded,
    CodesNeeded,
    EpochLengthNeeded,
    ScoringUndecided,
    SeveralScorers,
)
from sleepscorer.files.scorings import Alignment, codes_named
from sleepscorer.session_documents import ImportChoice

_OPTIONS: dict[type[ScoringUndecided], str] = {
    CodesNeeded: "--codes",
    EpochLengthNeeded: "--epoch-length",
    AlignmentNeeded: "--align",
    SeveralScorers: "--scorer",
}


def choice_of(options: argparse.Namespace) -> ImportChoice:
    """Return what was said of the scoring.

    Raises
    ------
    UsageError
        If that can't be understood.
    """
    is_aligned = options.align is not None or options.offset is not None
    return ImportChoice(
        scorer=options.scorer,
        codes=None if options.codes is None else codes_named(options.codes),
        form=options.format_in,
        epoch_s=options.epoch_length,
        alignment=Alignment(options.offset, options.align or "exact") if is_aligned else None,
        with_events=not options.no_events,
    )


@contextmanager
def naming_options() -> Iterator[None]:
    """Name the option that answers what a file leaves open."""
    try:
        yield
    except ScoringUndecided as error:
        option = _option_for(error)
        error.hint = f"give {option}: {error.hint}" if error.hint else f"give {option}"
        raise


@contextmanager
def naming_conversion() -> Iterator[None]:
    """Name the way round what a file leaves open, for commands without the options for it."""
    try:
        yield
    except (CodesNeeded, EpochLengthNeeded) as error:
        error.hint = f"sleepscorer convert {_option_for(error)} writes a file that says it"
        raise


def _option_for(error: ScoringUndecided) -> str:
    return next(name for kind, name in _OPTIONS.items() if isinstance(error, kind))
