"""What becomes of a fault of the program: words for it, and other files go on."""

from pathlib import Path

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.logs import log_fault, log_path


def in_words(error: Exception, path: Path | None = None) -> SleepScorerError:
    """Return an error for people for whatever was raised.

    Parameters
    ----------
    error
        What is no SleepScorerError is a bug, or too little memory: where it happened goes to the
        log.
    path
        The file that was worked on; None where it is not one.
    """
    if isinstance(error, SleepScorerError):
        return error
    log_fault(error)
    if isinstance(error, MemoryError):
        return SleepScorerError(
            "there is not enough memory", path=path, hint="close other programs"
        )
    return SleepScorerError(
        f"something went wrong inside the program ({type(error).__name__})",
        path=path,
        hint=f"the details are in {log_path()}",
    )
