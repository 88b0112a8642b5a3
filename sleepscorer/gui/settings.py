"""What a person set once and for all: one typed table, kept in a file of the person's own."""

import contextlib
import glob
import json
import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from platformdirs import user_config_path
from PySide6.QtCore import QObject, Signal

from sleepscorer.analysis.laboratory import AASM, Laboratory
from sleepscorer.core.consensus import CONSENSUS
from sleepscorer.core.errors import UsageError
from sleepscorer.core.json_files import read_json
from sleepscorer.core.own_kinds import NO_OWN_KINDS, OwnKinds
from sleepscorer.core.staging_result import OWN_STAGER
from sleepscorer.files.exports import DEFAULT_TEMPLATE, FORMATS
from sleepscorer.gui.strip_names import AS_MANY_AS_FIT
from sleepscorer.logs import LOGGER
from sleepscorer.paths import make_private_folder

_MOST_RECENT_FILES = 12
_DAY_S = 24 * 3600
RECENT_FILES = ("recent_files", "keep_recent_files")
"""The settings that decide which recordings are listed as recent."""
_FORMAT_KEY, _FORMAT = "settings_format", 1
_MOST_BYTES = 1_000_000
_DAMAGED_SUFFIX = ".damaged"
# Names of files may be no text, and come back as they were.
_PATHS = ("recent_files", "session_folder", "export_folder")
# Deleting an event was one action with clearing an epoch: the key deletes events, as it did.
_RENAMED_ACTIONS = {"score.clear": "event.delete"}
_SCREEN_MM_PER_PX = (0.01, 10.0)


@dataclass(frozen=True)
class Settings:
    """All settings and their defaults.

    Parameters
    ----------
    theme
        Of :data:`~sleepscorer.gui.look.theme.THEMES`.
    key_profile
        Of :data:`~sleepscorer.gui.keys.PROFILES`.
    own_keys
        Keys that differ from the profile: action to key sequences, as Qt spells them.
    advance_after_top_row, advance_after_keypad
        Whether scoring with these keys goes on to the next epoch.
    page_length_s
        Of a newly opened recording.
    laboratory
        Mains frequency, filters and heights of rows by kind of signal.
    own_kinds
        Kinds of events of one's own; their keys are among ``own_keys``.
    score_on_opening
        Start the auto-scorer on opening a recording that has no scoring.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
    weights
        Name of those that auto-scoring uses; empty takes the default.
    stager
        Whose stages auto-scoring gives; ``"consensus"`` means several.
    consensus_of
        Their names; empty means all that are installed.
    as_validated
        Whether auto-scoring asks whom this site validated, where there is one, in place of the
        weights above and the stagers below.
    second_opinion
        Name of the stager whose answer stands beside that of one; empty means none.
    keep_recent_files, recent_files
        Whether to remember recordings, and those remembered, newest first.
    file_name_in_title
        Show the recording's file name in the window's title; the patient's name never is.
    deidentify_pages
        Leave out of pages that are copied and printed what tells who was recorded, and who scored.
    scorer
        Name for the log of edits; empty takes the name of the computer account.
    session_folder
        Where new session files go; empty means beside the recording.
    export_folder, export_formats, export_all_annotations
        As last used; an empty folder means beside the recording. The last: whether the recording's
        own annotations are exported as well.
    report_template, report_language, report_paper
        Of the report as PDF, as last used; empty takes what the template says.
    screen_mm_per_px
        As calibrated with a ruler; 0 takes what the screen says of itself.
    montage
        Name of the preset new recordings are shown in; empty means by the recording.
    three_stages, smooth_machine
        Whether the machine's layer tells three stages, and has its smoothed answer beside it.
    open_statistics
        Names of the groups of :class:`~sleepscorer.core.statistics.FigureGroup` that are open.
    overview_strips
        Those of :data:`~sleepscorer.gui.strip_names.FOLDABLE` that are unfolded, or as many as fit.
    hypnogram_colours
        Whether the hypnogram has the colours of the stages, or only R a colour.
    show_help_at_start
        Show the manual, once, when the program is started without a recording.
    window_geometry, window_layout
        As Qt saves them, base64.
    """

    theme: str = "light"
    key_profile: str = "default"
    own_keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    advance_after_top_row: bool = True
    advance_after_keypad: bool = True
    page_length_s: int = 30
    laboratory: Laboratory = AASM
    own_kinds: OwnKinds = NO_OWN_KINDS
    score_on_opening: bool = False
    device: str = "auto"
    weights: str = ""
    stager: str = OWN_STAGER
    consensus_of: tuple[str, ...] = ()
    as_validated: bool = True
    second_opinion: str = ""
    keep_recent_files: bool = True
    recent_files: tuple[str, ...] = ()
    file_name_in_title: bool = True
    deidentify_pages: bool = False
    scorer: str = ""
    session_folder: str = ""
    export_folder: str = ""
    export_formats: tuple[str, ...] = FORMATS
    export_all_annotations: bool = False
    report_template: str = DEFAULT_TEMPLATE
    report_language: str = ""
    report_paper: str = ""
    screen_mm_per_px: float = 0.0
    montage: str = ""
    three_stages: bool = False
    smooth_machine: bool = False
    open_statistics: tuple[str, ...] = ("STAGES",)
    overview_strips: tuple[str, ...] = AS_MANY_AS_FIT
    hypnogram_colours: bool = True
    show_help_at_start: bool = True
    window_geometry: str = ""
    window_layout: str = ""


_KNOWN = {entry.name: entry.default for entry in fields(Settings)}


def settings_path() -> Path:
    """Where this person's settings lie."""
    return user_config_path("sleepscorer", appauthor=False) / "settings.json"


class SettingsFile(QObject):
    """The settings as they are now; every change is written at once.

    What a newer version of the program wrote and this one does not know stays in the file.

    Signals
    -------
    changed
        Name of the setting.
    not_saved
        The sentence for people; the change then lasts until the program ends.
    """

    changed = Signal(str)
    not_saved = Signal(str)

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path or settings_path()
        self._foreign: dict[str, Any] = {}
        self._now = self._read()

    @property
    def now(self) -> Settings:
        """All settings."""
        return self._now

    def set(self, **changes: Any) -> None:
        """Change settings and write them.

        Raises
        ------
        KeyError
            If there is no such setting.
        TypeError
            If a value has another type than the default.
        """
        for name, value in changes.items():
            if name not in _KNOWN:
                raise KeyError(f"there is no setting {name!r}")
            if not _is_valid(name, value):
                raise TypeError(f"setting {name!r} can't be {value!r}")
        changed = [name for name, value in changes.items() if getattr(self._now, name) != value]
        if not changed:
            return
        self._now = replace(self._now, **changes)
        self._write()
        for name in changed:
            self.changed.emit(name)

    def add_recent_file(self, path: Path, *, same_night: Iterable[Path | None] = ()) -> None:
        """Remember a night, if that is wanted, once.

        Parameters
        ----------
        path
            What leads to it.
        same_night
            What else leads to it: its recording, its session.
        """
        if self._now.keep_recent_files:
            # The program may be started from another folder the next time.
            name = str(path.absolute())
            known = {name, *(str(one.absolute()) for one in same_night if one is not None)}
            rest = [one for one in self._now.recent_files if one not in known]
            self.set(recent_files=(name, *rest)[:_MOST_RECENT_FILES])

    def forget_recent_file(self, path: Path) -> None:
        """Remember a night no more; its files stay."""
        rest = tuple(one for one in self._now.recent_files if one != str(path))
        self.set(recent_files=rest)

    def _read(self) -> Settings:
        try:
            raw = read_json(self._path, most_bytes=_MOST_BYTES)
        except OSError:
            # None yet: the defaults work.
            return Settings()
        except ValueError:
            raw = None
        if not isinstance(raw, dict):
            self._keep_damaged()
            return Settings()
        known = {}
        for name, value in _with_stager(raw).items():
            if name not in _KNOWN:
                self._foreign[name] = value
            else:
                with suppress(UsageError):
                    known[name] = value_of(name, value)
        found = Settings(**known)
        recent = tuple(filter(_leads_somewhere, found.recent_files))
        return replace(found, recent_files=recent, own_keys=_renamed(found.own_keys))

    def _keep_damaged(self) -> None:
        """Put the file aside: the next change writes a new one, and a person's keys may be in it.

        Nothing but an ordinary file is moved.
        """
        LOGGER.warning("The settings are damaged: the defaults hold.")
        with suppress(OSError):
            if self._path.is_file():
                self._path.replace(self._path.with_name(self._path.name + _DAMAGED_SUFFIX))

    def _write(self) -> None:
        content = {**self._foreign, _FORMAT_KEY: _FORMAT, **json_of(self._now)}
        # ASCII: a file's name may be no text, which UTF-8 can't hold.
        text = json.dumps(content, indent=1) + "\n"
        problem = ""
        if len(text) > _MOST_BYTES:
            # Reading it again would put it aside as damaged, keys and all.
            problem = f"they are longer than {_MOST_BYTES} bytes"
        else:
            try:
                _write_atomically(self._path, text)
            except OSError as error:
                problem = error.strerror or str(error)
        if problem:
            self.not_saved.emit(f"{self._path}: the settings could not be saved: {problem}")


def _leads_somewhere(name: str) -> bool:
    """Tell a path; nobody knows any more from which folder a relative one was meant."""
    try:
        return b"\0" not in os.fsencode(name) and Path(name).is_absolute()
    except UnicodeEncodeError:
        return False


def _with_stager(raw: dict[str, Any]) -> dict[str, Any]:
    """Who scores, where an older version wrote a consensus as a kind of second opinion."""
    if raw.get("second_opinion") != CONSENSUS:
        return raw
    return {"stager": CONSENSUS, **raw, "second_opinion": ""}


def _renamed(own_keys: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Keys of actions of older versions, under the names that these actions have now."""
    now = {_RENAMED_ACTIONS.get(action, action): keys for action, keys in own_keys.items()}
    return {action: own_keys.get(action, keys) for action, keys in now.items()}


def json_of(now: Settings) -> dict[str, Any]:
    """Return all settings as values that JSON knows."""
    return asdict(now) | {
        "laboratory": now.laboratory.as_values(),
        "own_kinds": now.own_kinds.as_values(),
    }


def value_of(name: str, stored: object) -> Any:
    """Return the value of a setting that JSON has as this.

    Raises
    ------
    UsageError
        If the setting can't have it.
    """
    value = _from_json(name, stored)
    if not _is_valid(name, value):
        raise UsageError(f"it can't be {stored!r:.40}")
    return value


def _from_json(name: str, value: Any) -> Any:
    if name == "laboratory":
        return Laboratory.from_values(value)
    if name == "own_kinds":
        return OwnKinds.from_values(value)
    default = getattr(Settings(), name)
    if isinstance(default, tuple) and isinstance(value, list):
        return tuple(value)
    if isinstance(default, dict) and isinstance(value, dict):
        return {key: tuple(keys) for key, keys in value.items() if isinstance(keys, list)}
    if isinstance(default, float) and type(value) is int:
        # read_json lets no number pass that a float can't hold.
        return float(value)
    return value


def _is_valid(name: str, value: Any) -> bool:
    default = getattr(Settings(), name)
    if type(value) is not type(default):
        return False
    if isinstance(value, float):
        lowest, highest = _SCREEN_MM_PER_PX
        return value == 0 or lowest <= value <= highest
    if isinstance(value, dict):
        return all(
            isinstance(keys, tuple) and _are_texts((action, *keys))
            for action, keys in value.items()
        )
    if isinstance(value, str | tuple):
        return _are_texts((value,) if isinstance(value, str) else value, paths=name in _PATHS)
    return True


def _are_texts(values: Iterable[object], *, paths: bool = False) -> bool:
    return all(isinstance(value, str) and (paths or _is_unicode(value)) for value in values)


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _remove_left_parts(path: Path) -> None:
    """Remove what a program that was killed amid this left; a living one takes less than a day."""
    for part in path.parent.glob(f"{glob.escape(path.name)}*.part"):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > _DAY_S:
                part.unlink()


def _write_atomically(path: Path, text: str) -> None:
    make_private_folder(path.parent)
    _remove_left_parts(path)
    # Its permissions are the person's alone.
    handle, part = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
