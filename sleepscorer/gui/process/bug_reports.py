"""What is said of a bug; the log keeps where it happened, never what the data were."""

from sleepscorer.logs import error_trail, log_fault, log_path

__all__ = ["BUG_SENTENCE", "error_trail", "log_bug", "log_place"]

BUG_SENTENCE = (
    "Something went wrong inside the program. Your scoring is stored; you can go on."
    " The details are in the log file."
)

log_bug = log_fault
"""Writes the error to the log."""


def log_place() -> str:
    """Where the log lies, for people."""
    return str(log_path())
