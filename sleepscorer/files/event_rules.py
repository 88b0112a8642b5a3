"""The rules of counting events: the shipped file, or a laboratory's own in its place."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from platformdirs import user_config_path

from sleepscorer.core.errors import UsageError
from sleepscorer.core.event_statistics import (
    HYPOPNEA_RULES,
    POSITIONS,
    ArousalRules,
    EventRules,
    LimbRules,
    OximetryRules,
    PulseRules,
)
from sleepscorer.files.strict_toml import WrongEntry, check_keys, content_of
from sleepscorer.paths import resource

_NAME = "event_rules.toml"
_TABLES = ("respiratory", "arousals", "limb_movements", "oximetry", "pulse", "position")
_Rules = TypeVar("_Rules", ArousalRules, LimbRules, OximetryRules, PulseRules)


def own_event_rules_path() -> Path:
    """Where a laboratory's own rules lie; the file need not exist."""
    return user_config_path("sleepscorer", appauthor=False) / _NAME


def event_rules() -> EventRules:
    """Return the laboratory's own rules, or the shipped ones where it has none.

    Raises
    ------
    UsageError
        If the file is wrong; the message says which entry, and why.
    """
    own = own_event_rules_path()
    return read_event_rules(own) if own.is_file() else shipped_event_rules()


def shipped_event_rules() -> EventRules:
    """Return the rules that come with the program."""
    return read_event_rules(resource(_NAME))


def read_event_rules(path: Path) -> EventRules:
    """Read rules from their file.

    Raises
    ------
    UsageError
        As :func:`event_rules`.
    """
    try:
        return _rules(content_of(path.read_text("utf-8"), "rules of events"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"the rules of events can't be read: {reason}", path=path) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"these are no rules of events: {error}", path=path, hint="mend the file or delete it"
        ) from error


def _rules(content: Mapping[str, Any]) -> EventRules:
    check_keys(content, _TABLES, "the file")
    tables = {name: content.get(name) for name in _TABLES}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise WrongEntry(f"{name} must be a table, written as [{name}]")
    respiratory = tables["respiratory"]
    assert respiratory is not None
    check_keys(respiratory, ("hypopnea_rule",), "respiratory")
    rule = respiratory.get("hypopnea_rule")
    if rule not in HYPOPNEA_RULES:
        raise WrongEntry(f"hypopnea_rule must be one of {', '.join(HYPOPNEA_RULES)}, not {rule!r}")
    return EventRules(
        hypopnea_rule=rule,
        arousals=_numbers(ArousalRules, tables["arousals"], "arousals"),
        limbs=_numbers(LimbRules, tables["limb_movements"], "limb_movements", ("at_least",)),
        oximetry=_numbers(OximetryRules, tables["oximetry"], "oximetry"),
        pulse=_numbers(PulseRules, tables["pulse"], "pulse"),
        position_codes=_codes(tables["position"]),
    )


def _numbers(kind: type[_Rules], table: Any, where: str, whole: Sequence[str] = ()) -> _Rules:
    names = [field.name for field in fields(kind)]
    check_keys(table, names, where)
    values: dict[str, Any] = {}
    for name in names:
        value = table.get(name)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole and (name in whole or not isinstance(value, float)):
            must = "a whole number" if name in whole else "a number"
            raise WrongEntry(f"{name} of {where} must be {must}")
        if not 0 <= value < 1e6:
            raise WrongEntry(f"{name} of {where} must be from 0 to a million")
        values[name] = value
    for low in (name for name in names if name.startswith(("lowest", "shortest"))):
        high = low.replace("lowest", "highest").replace("shortest", "longest")
        if high in values and values[low] > values[high]:
            raise WrongEntry(f"{low} of {where} is more than {high}")
    return kind(**values)


def _codes(table: Any) -> Mapping[int, str]:
    check_keys(table, ("codes",), "position")
    codes = table.get("codes", {})
    if not isinstance(codes, dict):
        raise WrongEntry('codes of position must be like { 0 = "right", 1 = "supine" }')
    found = {}
    for number, name in codes.items():
        if not number.isdecimal():
            raise WrongEntry(f"codes of position: {number!r} is no whole number")
        if name not in POSITIONS:
            raise WrongEntry(f"codes of position: {name!r} is none of {', '.join(POSITIONS)}")
        found[int(number)] = name
    return found
