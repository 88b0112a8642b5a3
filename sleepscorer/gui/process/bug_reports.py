"""What the log keeps of a bug: where it happened, never what the data were."""

import traceback

from sleepscorer.logs import LOGGER, log_path

BUG_SENTENCE = (
    "Something went wrong inside the program. Your scoring is stored; you can go on."
    " The details are in the log file."
)


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


def log_bug(error: BaseException) -> None:
    """Write the error to the log."""
    LOGGER.error("bug: %s", error_trail(error))


def log_place() -> str:
    """Where the log lies, for people."""
    return str(log_path())
