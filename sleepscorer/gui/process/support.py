"""What somebody who helps needs to know of this installation; it names no person and no file."""

import getpass
import os
import platform
import re
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from sleepscorer import __version__
from sleepscorer.core.errors import SleepScorerError
from sleepscorer.gui.settings import Settings
from sleepscorer.logs import last_lines

_LIBRARIES = ("PySide6-Essentials", "torch", "numpy", "scipy", "pyqtgraph", "edfio", "mne",
              "openpyxl")  # fmt: skip
_LOG_LINES = 60
# Shorter names are looked for as words: else they would be found in any.
_SHORT_NAME = 4
_LEFT_OUT = "…"
# Numbers and switches name nobody; of texts only these, which the program itself offers.
_TOLD_TEXTS = frozenset({"theme", "key_profile", "own_keys", "device", "export_formats"})


def support_report(settings: Settings) -> str:
    """Return versions, system, screens, settings and the end of the log, in lines.

    Of a setting that may name a person, a file or a folder it only says whether it is set. The log
    holds no patient data (:mod:`sleepscorer.logs`); what this computer and its settings are known
    to call people and files by is taken out of it all the same.
    """
    parts = (
        ("Program", _program()),
        ("System", _system()),
        ("Screens", _screens()),
        ("Settings", _settings(settings)),
        ("End of the log", _log(settings)),
    )
    return "\n\n".join("\n".join([title, *lines]) for title, lines in parts) + "\n"


def save_report(text: str, path: Path) -> None:
    """Write a report.

    Raises
    ------
    SleepScorerError
        If it can't be written there.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SleepScorerError(
            f"the report can't be written: {error.strerror or error}",
            path=path,
            hint="choose another folder",
        ) from error


def _program() -> Iterator[str]:
    yield f"sleepscorer {__version__}"
    yield f"Python {platform.python_version()}, Qt {qVersion()}"
    # By what was installed: to import torch takes a second.
    yield ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _system() -> Iterator[str]:
    yield platform.platform()
    yield f"{os.cpu_count()} processors, window system {QGuiApplication.platformName()}"


def _screens() -> Iterator[str]:
    for screen in QGuiApplication.screens():
        size, dpi = screen.size(), screen.logicalDotsPerInch()
        yield (
            f"{size.width()} x {size.height()}, scale {screen.devicePixelRatio():g},"
            f" {dpi:.0f} dots per inch"
        )


def _settings(settings: Settings) -> Iterator[str]:
    for field in fields(Settings):
        value = getattr(settings, field.name)
        is_number = isinstance(value, bool | int | float)
        if is_number or field.name in _TOLD_TEXTS:
            yield f"{field.name}: {_plain(value)}"
        else:
            yield f"{field.name}: {'set' if value else 'not set'}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        keys = (f"{action} {' or '.join(own) or 'no key'}" for action, own in value.items())
        return "; ".join(keys) or "none"
    return str(value)


def _log(settings: Settings) -> Iterator[str]:
    names = sorted(_names(settings), key=len, reverse=True)
    anything = re.compile("|".join(map(_pattern, names)), re.IGNORECASE)
    for line in last_lines(_LOG_LINES):
        yield anything.sub(_LEFT_OUT, line) if names else line


def _pattern(name: str) -> str:
    return re.escape(name) if len(name) >= _SHORT_NAME else rf"\b{re.escape(name)}\b"


def _names(settings: Settings) -> set[str]:
    """What this computer and its person's settings call people, files and folders by."""
    paths = [Path.home(), *map(Path, settings.recent_files)]
    paths += [Path(one) for one in (settings.session_folder, settings.export_folder) if one]
    found = {text for path in paths for text in (str(path), path.name, path.stem)}
    found |= {settings.scorer, platform.node(), _user()}
    return {name for name in found if name.strip("/\\. ")}


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
