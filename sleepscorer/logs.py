"""Logging without patient data: to a file in the user's own log folder."""

import logging
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path

from platformdirs import user_log_path

_LOG_BYTES, _LOG_FILES = 1_000_000, 3
LOGGER = logging.getLogger("sleepscorer")
"""Log to this one. Never a name, a path of a recording, a header field or an annotation's text."""


def log_path() -> Path:
    """Where the log lies."""
    return user_log_path("sleepscorer", appauthor=False) / "sleepscorer.log"


def start_logging() -> None:
    """Begin to write the log; a folder that can't be written to is no reason to fail."""
    if LOGGER.handlers:
        return
    LOGGER.setLevel(logging.INFO)
    try:
        log_path().parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            log_path(), maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOGGER.addHandler(handler)


def error_trail(error: BaseException) -> str:
    """The error's type and the lines of code that led to it.

    Its message is left out: messages quote paths, labels and annotations, which can name a person.
    """
    lines = []
    cause: BaseException | None = error
    while cause is not None:
        lines.append(type(cause).__name__)
        for frame in traceback.extract_tb(cause.__traceback__):
            module = frame.filename.replace("\\", "/").rsplit("/", 2)[-2:]
            lines.append(f"  {'/'.join(module)}:{frame.lineno} in {frame.name}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\n".join(lines)


def log_fault(error: BaseException) -> None:
    """Write to the log where an error came from, and begin the log if need be."""
    start_logging()
    LOGGER.error("bug: %s", error_trail(error))
