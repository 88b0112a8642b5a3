"""The text of a montage preset: TOML, read strictly and written by our own few lines.

A file is a name, ``all_signals``, and a table ``[[trace]]`` for each row; see
``resources/montages`` for examples.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sleepscorer.analysis.display import DisplayFilter
from sleepscorer.analysis.filters import AASM_FILTERS
from sleepscorer.analysis.montage_presets import MontagePreset, TraceRule
from sleepscorer.core.channel_aliases import KINDS
from sleepscorer.core.errors import MontageError
from sleepscorer.files.strict_toml import WrongEntry, check_keys, content_of, text_of, texts_of

_HINT = "mend the file or delete it"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_MOST_ROWS = 1000
_LARGEST = 1e9
_FILTER_KEYS = ("low_hz", "high_hz", "notch_hz")
_NO_FILTER = "none"


def parsed_preset(text: str, path: Path | None = None) -> MontagePreset:
    """Read a preset from its text.

    Raises
    ------
    MontageError
        If it is none; the message says which entry is wrong, and why.
    """
    try:
        return _preset(content_of(text, "a montage"), path)
    except WrongEntry as error:
        raise MontageError(f"this is no montage: {error}", path=path, hint=_HINT) from error
    except (ValueError, RecursionError) as error:
        raise MontageError(f"this is not valid TOML: {error}", path=path, hint=_HINT) from error


def preset_text(preset: MontagePreset) -> str:
    """Return the text that :func:`parsed_preset` reads as this preset."""
    return "\n".join(_lines(preset)) + "\n"


def _preset(content: Mapping[str, Any], path: Path | None) -> MontagePreset:
    check_keys(content, ("name", "all_signals", "trace"), "the file")
    name = text_of(content.get("name"), "name")
    traces = content.get("trace", [])
    if not isinstance(traces, list):
        raise WrongEntry("rows are written as [[trace]], with two brackets")
    all_signals = _flag(content.get("all_signals", False), "all_signals")
    if not traces and not all_signals:
        raise WrongEntry("it has no [[trace]]")
    if len(traces) > _MOST_ROWS:
        raise WrongEntry(f"it has more than {_MOST_ROWS} rows")
    rules = tuple(_rule(table, f"trace {number}") for number, table in enumerate(traces, 1))
    return MontagePreset(name, rules, all_signals, path)


def _rule(table: object, where: str) -> TraceRule:
    if not isinstance(table, dict):
        raise WrongEntry(f"{where} is no table")
    check_keys(table, tuple(_READERS), where)
    values = {
        key: read(table[key], f"{key} of {where}") for key, read in _READERS.items() if key in table
    }
    if not values.get("wants") and not values.get("kinds"):
        raise WrongEntry(f"{where} has neither wants nor kinds")
    return TraceRule(**values)


def _texts(value: object, where: str) -> tuple[str, ...]:
    return texts_of(value, where, '["C4-M1", "C3-M2"]')


def _kinds(value: object, where: str) -> tuple[str, ...]:
    kinds = _texts(value, where)
    for kind in kinds:
        if kind not in KINDS:
            raise WrongEntry(f"{where} has the unknown kind {kind!r}; known: {', '.join(KINDS)}")
    return kinds


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise WrongEntry(f"{where} must be true or false")
    return value


def _positive(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongEntry(f"{where} must be a number")
    if not 0 < value <= _LARGEST:
        bound = f"at most {_LARGEST:g}" if value > 0 else "above 0"
        raise WrongEntry(f"{where} must be {bound}, not {value!r:.20}")
    return float(value)


def _count(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_ROWS:
        raise WrongEntry(f"{where} must be a whole number from 1 to {_MOST_ROWS}")
    return value


def _colour(value: object, where: str) -> str:
    colour = text_of(value, where)
    if not _COLOUR.fullmatch(colour):
        raise WrongEntry(f'{where} must be like "#1f6b45", not {colour!r}')
    return colour


def _filter(value: object, where: str) -> DisplayFilter:
    if isinstance(value, str):
        if value == _NO_FILTER:
            return DisplayFilter()
        if value not in AASM_FILTERS:
            known = ", ".join((*AASM_FILTERS, _NO_FILTER))
            raise WrongEntry(f"{where} has no setting {value!r}; known: {known}")
        return AASM_FILTERS[value]
    if not isinstance(value, dict):
        raise WrongEntry(f"{where} must be like {{ low_hz = 0.3, high_hz = 35 }}")
    check_keys(value, _FILTER_KEYS, where)
    edges = {key: _positive(edge, f"{key} in {where}") for key, edge in value.items()}
    if edges.get("low_hz", 0.0) >= edges.get("high_hz", float("inf")):
        raise WrongEntry(f"{where} has its low_hz at or above its high_hz")
    return DisplayFilter(**edges)


_READERS: Mapping[str, Callable[[object, str], Any]] = MappingProxyType(
    {
        "wants": _texts,
        "kinds": _kinds,
        "most": _count,
        "height_uv": _positive,
        "filter": _filter,
        "inverted": _flag,
        "colour": _colour,
        "visible": _flag,
        "amplitude_lines": _flag,
    }
)


def _lines(preset: MontagePreset) -> Iterator[str]:
    yield f"name = {_quoted(preset.name.strip())}"
    if preset.all_signals:
        yield "all_signals = true"
    usual = TraceRule()
    for rule in preset.rules:
        yield ""
        yield "[[trace]]"
        for key in _READERS:
            value = getattr(rule, key)
            if value != getattr(usual, key):
                yield f"{key} = {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_quoted, value)) + "]"
    if isinstance(value, DisplayFilter):
        edges = {key: getattr(value, key) for key in _FILTER_KEYS}
        written = [f"{key} = {edge!r}" for key, edge in edges.items() if edge is not None]
        return "{ " + ", ".join(written) + " }" if written else _quoted(_NO_FILTER)
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    # JSON and TOML escape alike, but that TOML does not allow DEL as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
