"""Logging without patient data: to a file in the user's own log folder."""

import logging
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
