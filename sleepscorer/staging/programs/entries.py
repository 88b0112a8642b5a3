"""Which programs a person wants to ask: the entries of ``stagers.toml``, read strictly.

::

    [gssc]
    title = "GSSC 0.0.9"
    command = ["/opt/gssc/bin/python", "/opt/gssc/night.py", "{recording}", "{output}"]
    output = "scoring.csv"
    time_limit_min = 30

The command is a list, because no shell reads it: blanks and signs in the names of files are
nothing but that.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from sleepscorer.core.consensus import CONSENSUS
from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.errors import SettingsError
from sleepscorer.core.stager_channels import ROLES, StagerChannels
from sleepscorer.core.staging_result import OWN_STAGER

_NEEDED = ("recording", "output")
_PLACES = re.compile(rf"\{{({'|'.join((*_NEEDED, *ROLES))})\}}")
_KEYS = ("command", "title", "output", "time_limit_min")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_OWN_NAMES = (OWN_STAGER, CONSENSUS)
# Windows hands these to a shell, which reads signs in the name of a recording as commands.
_NEED_A_SHELL = (".bat", ".cmd")
_DEFAULT_LIMIT_MIN = 60.0
_LONGEST_LIMIT_MIN = 24 * 60.0
_MOST_BYTES = 200_000
_MOST_PARTS = 200
# The parser takes time and memory by the square of a key's parts.
_MOST_DOTS = 200
NAME_TAKEN = f"{' and '.join(_OWN_NAMES)} are names of this program itself"
"""Why no other stager may have such a name, in words."""
_HINT = "mend the entry, or delete it"


@dataclass(frozen=True)
class Program:
    """A program that stages a night.

    Parameters
    ----------
    name
        By which it is chosen.
    command
        The program and what it is given; in braces the places that :meth:`arguments` fills.
    title
        Name and version, for people.
    output
        Name of the file that it writes: some programs choose the format by how it ends.
    time_limit_s
        How long it may take for a night, seconds.
    """

    name: str
    command: tuple[str, ...]
    title: str
    output: str = "scoring.csv"
    time_limit_s: float = 60 * _DEFAULT_LIMIT_MIN

    @property
    def places(self) -> frozenset[str]:
        """What it is told: ``recording``, ``output``, and roles of channels."""
        return frozenset(place for part in self.command for place in _PLACES.findall(part))

    def arguments(self, recording: Path, output: Path, channels: StagerChannels) -> list[str]:
        """Return the command for one night.

        Parameters
        ----------
        recording, output
            The files, absolute.
        channels
            Those to look at; each role is told as JSON, a list with an object for each derivation:
            the labels it is built from, as they are stored, with their weights,
            ``[{"C4": 1, "M1": -1}]``.
        """
        values = {"recording": str(recording), "output": str(output)}
        values |= {role: _as_json(getattr(channels, role)) for role in ROLES}
        # In one go: the name of a recording may hold what looks like a place.
        return [_PLACES.sub(lambda place: values[place[1]], part) for part in self.command]


def _as_json(derivations: Sequence[ResolvedDerivation]) -> str:
    return json.dumps(
        [{signal.label: int(weight) for signal, weight in one.parts} for one in derivations],
        ensure_ascii=False,
    )


def is_own_name(name: str) -> bool:
    """Tell what this program itself answers by, in whatever letters."""
    return name.casefold() in _OWN_NAMES


def programs_file() -> Path:
    """Where the entries of this person stand; it need not exist."""
    return user_config_path("sleepscorer", appauthor=False) / "stagers.toml"


def read_programs(
    path: Path | None = None,
) -> tuple[tuple[Program, ...], tuple[SettingsError, ...]]:
    """Read the entries.

    Parameters
    ----------
    path
        The file; None is :func:`programs_file`.

    Returns
    -------
    The programs by name, and why what else stands there is none; nothing where there is no file.
    """
    path = programs_file() if path is None else path
    try:
        tables = _tables(path)
    except FileNotFoundError:
        return (), ()
    except OSError as error:
        why = error.strerror or str(error)
        return (), (SettingsError(f"the stagers in it can't be read: {why}", path=path),)
    # The parser itself fails on what is nested too deep.
    except (ValueError, RecursionError) as error:
        what = f"the stagers in it can't be read: {error}"
        return (), (SettingsError(what, path=path, hint="mend the file"),)
    programs, faults = [], []
    for name in sorted(tables):
        try:
            programs.append(_program(name, tables[name]))
        except ValueError as error:
            what = f"the stager {name!r} can't be asked: {error}"
            faults.append(SettingsError(what, path=path, hint=_HINT))
    return tuple(programs), tuple(faults)


def _tables(path: Path) -> dict[str, Any]:
    if not path.is_file() and path.exists():
        raise ValueError("it is no ordinary file")
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError("it is too long for a list of programs")
    text = content.decode("utf-8-sig")
    if any(line.count(".") > _MOST_DOTS for line in text.splitlines()):
        raise ValueError("a line of it has too many dots")
    return tomllib.loads(text)


def _program(name: str, table: object) -> Program:
    if not _NAME.fullmatch(name):
        raise ValueError("its name must be of letters, digits, dots and dashes")
    if is_own_name(name):
        raise ValueError(NAME_TAKEN)
    if not isinstance(table, Mapping):
        raise ValueError(f"it is no table, which begins with [{name}]")  # noqa: TRY004 - one kind
    unknown = [key for key in table if key not in _KEYS]
    if unknown:
        raise ValueError(f"the entry {unknown[0]!r} is unknown; known are {', '.join(_KEYS)}")
    return Program(
        name,
        _command(table.get("command")),
        _text(table.get("title", name), "title"),
        _file_name(table.get("output", Program.output)),
        60 * _minutes(table.get("time_limit_min", _DEFAULT_LIMIT_MIN)),
    )


def _command(value: object) -> tuple[str, ...]:
    parts: list[object] = value if isinstance(value, list) else []
    texts = [part for part in parts if isinstance(part, str) and "\0" not in part]
    if not 0 < len(texts) <= _MOST_PARTS or len(texts) < len(parts):
        raise ValueError(
            'command must be a list of texts like ["/opt/gssc/run", "{recording}", "{output}"]'
        )
    command = tuple(str(Path(part).expanduser()) if part[:2] == "~/" else part for part in texts)
    if not command[0].strip():
        raise ValueError("the first text of command must name the program")
    if command[0].casefold().endswith(_NEED_A_SHELL):
        raise ValueError("a batch file needs a shell; name the program that it starts")
    found = {place for part in command[1:] for place in _PLACES.findall(part)}
    for place in _NEEDED:
        if place not in found:
            raise ValueError(f"command has no place {{{place}}}")
    return command


def _text(value: object, key: str) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"{key} must be a text of one line")
    return value.strip()[:80]


def _file_name(value: object) -> str:
    name = _text(value, "output")
    if name in (".", "..") or any(sign in name for sign in '/\\:*?"<>|'):
        raise ValueError("output must be the name of a file without a folder")
    return name


def _minutes(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("time_limit_min must be a number of minutes")  # noqa: TRY004 - one kind
    if not 0 < value <= _LONGEST_LIMIT_MIN:
        raise ValueError(f"time_limit_min must be above 0 and at most {_LONGEST_LIMIT_MIN:g}")
    return float(value)
