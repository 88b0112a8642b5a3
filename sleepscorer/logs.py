"""Logging without patient data: to a file in the user's own log folder."""

import logging
import os
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from platformdirs import user_log_path

from sleepscorer.core.wording import one_line
from sleepscorer.paths import make_private_folder

_LOG_BYTES, _LOG_FILES = 1_000_000, 3
_LAST_BYTES = 50_000
LOGGER = logging.getLogger("sleepscorer")
"""Log to this one. Never a name, a path of a recording, a header field or an annotation's text."""


def log_path() -> Path:
    """Where the log lies."""
    return user_log_path("sleepscorer", appauthor=False) / "sleepscorer.log"


class _OneLine(logging.Formatter):
    """What a broken file put into a message stays in its line, and moves no terminal's cursor."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(map(one_line, super().format(record).split("\n")))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        record.message = one_line(record.message)
        return super().formatMessage(record)


class _PrivateFile(RotatingFileHandler):
    """A log that is the person's alone."""

    def _open(self) -> TextIOWrapper:
        # RotatingFileHandler opens a file anew after each rotation, and so do its permissions.
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding=self.encoding)


def start_logging() -> None:
    """Begin to write the log; a folder that can't be written to is no reason to fail."""
    if LOGGER.handlers:
        return
    LOGGER.setLevel(logging.INFO)
    try:
        make_private_folder(log_path().parent)
        for path in log_path().parent.glob(f"{log_path().name}*"):
            # Of versions that left them to the umask.
            path.chmod(0o600)
        handler: logging.Handler = _PrivateFile(
            log_path(), maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(message)s"))
    LOGGER.addHandler(handler)


def last_lines(n_lines: int) -> list[str]:
    """Return the end of the log, as many lines as there are up to this number."""
    try:
        with log_path().open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(file.tell() - _LAST_BYTES, 0))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    return lines[-n_lines:]


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
