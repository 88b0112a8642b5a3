"""JSON that may come from anywhere, read strictly and within bounds (RFC 8259)."""

import json
import math
import stat
from pathlib import Path
from typing import Any, NoReturn

_DEEPEST = 50


def read_json(path: Path, *, most_bytes: int) -> Any:
    """Read a file of JSON in UTF-8.

    Raises
    ------
    OSError
        If it can't be read.
    ValueError
        If it is none, longer than that, or no ordinary file: reading a pipe would wait for ever.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("this is not an ordinary file")
    with path.open("rb") as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise ValueError(f"it is longer than {most_bytes} bytes")
    return parsed_json(content.decode("utf-8"))


def parsed_json(text: str) -> Any:
    """Read JSON; numbers are finite and fit into a float, keys are named once.

    Raises
    ------
    ValueError
        If it is none, or nests deeper than anything a program writes.
    """
    try:
        value = json.loads(
            text,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_integer,
            object_pairs_hook=_once,
        )
    except RecursionError as error:
        raise ValueError("it nests too deeply") from error
    _check_depth(value, _DEEPEST)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is beyond all numbers")
    return value


def _integer(text: str) -> int:
    _finite(text)
    return int(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a name stands twice")
    return values


def _check_depth(value: Any, deepest: int) -> None:
    if not isinstance(value, dict | list):
        return
    if deepest == 0:
        raise ValueError("it nests too deeply")
    for inner in value.values() if isinstance(value, dict) else value:
        _check_depth(inner, deepest - 1)
