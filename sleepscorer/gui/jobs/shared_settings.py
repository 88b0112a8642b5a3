"""What a laboratory hands from one computer to another: settings and montages, nothing personal."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sleepscorer.analysis.montage_presets import MontagePreset
from sleepscorer.core.errors import MontageError, SettingsError, UsageError
from sleepscorer.core.progress import Progress
from sleepscorer.files.exports import EXPORT_FORMATS, PAPERS, language_codes
from sleepscorer.files.montages import (
    check_preset,
    load_presets,
    parsed_preset,
    preset_text,
    save_presets,
)
from sleepscorer.files.shared_settings import read_shared_settings, write_shared_settings
from sleepscorer.gui.keys import PROFILES, canonical
from sleepscorer.gui.look.theme import THEMES
from sleepscorer.gui.session_model import PAGE_LENGTHS_S
from sleepscorer.gui.settings import Settings, json_of, value_of

SHARED: Mapping[str, str] = MappingProxyType(
    {
        "theme": "Colours",
        "key_profile": "Profile of keys",
        "own_keys": "Keys",
        "advance_after_top_row": "Go on after scoring with the top row",
        "advance_after_keypad": "Go on after scoring with the keypad",
        "page_length_s": "Page, seconds",
        "laboratory": "Laboratory",
        "own_kinds": "Kinds of events",
        "score_on_opening": "Auto-score recordings nobody has scored",
        "file_name_in_title": "File name in the window's title",
        "deidentify_pages": "Copied and printed pages leave out who was recorded",
        "export_formats": "Formats to export",
        "export_all_annotations": "Recording's own annotations exported too",
        "report_language": "Language of the report",
        "report_paper": "Paper of the report",
        "montage": "Montage of new recordings",
        "three_stages": "Machine shown in three stages",
        "smooth_machine": "Machine's smoothed answer shown",
        "hypnogram_colours": "Hypnogram in colours",
    }
)
"""The settings that are shared, as people call them."""

NEVER_SHARED = frozenset(
    {
        "device",
        "weights",
        "stager",
        "consensus_of",
        "second_opinion",
        "as_validated",
        "keep_recent_files",
        "recent_files",
        "scorer",
        "session_folder",
        "export_folder",
        "report_template",
        "screen_mm_per_px",
        "open_statistics",
        "overview_strips",
        "show_help_at_start",
        "window_geometry",
        "window_layout",
    }
)
"""The settings that tell of a person, a computer or its screen."""

# More than anybody sets, and less than the person's own file can't hold.
_MOST_KEYS, _LONGEST_TEXT = 20, 1000
_SETTINGS, _MONTAGES = "settings", "montages"
_CHOICES: Mapping[str, Collection[Any]] = MappingProxyType(
    {
        "theme": THEMES,
        "key_profile": PROFILES,
        "page_length_s": PAGE_LENGTHS_S,
        "report_language": ("", *language_codes()),
        "report_paper": ("", *PAPERS),
    }
)


@dataclass(frozen=True)
class SharedSettings:
    """What a file of settings holds, all of it checked.

    Parameters
    ----------
    name
        Of the file.
    values
        Settings by name; those that the file says nothing of are not among them.
    presets
        Montages, each of another name.
    presets_before
        The person's own of the same names, by name.
    unknown
        What is in the file and not known here, or never shared, in words.
    """

    name: str
    values: Mapping[str, Any]
    presets: tuple[MontagePreset, ...]
    presets_before: Mapping[str, MontagePreset]
    unknown: tuple[str, ...] = ()


def write_shared(path: Path, now: Settings, _progress: Progress, *, force: bool) -> None:
    """Write the shared settings and the person's own montages to a file.

    Raises
    ------
    ExportError
        If it can't be written, or something else lies there.
    """
    values = {name: value for name, value in json_of(now).items() if name in SHARED}
    own = [preset_text(preset) for preset in _own_presets()]
    write_shared_settings(path, {_SETTINGS: values, _MONTAGES: own}, force=force)


def read_shared(path: Path, _progress: Progress) -> SharedSettings:
    """Read a file of settings and check all of it; nothing is changed.

    Raises
    ------
    SettingsError
        If anything in it can't be; the message says what.
    """
    content = read_shared_settings(path)
    unknown = [f"“{name}”" for name in content if name not in (_SETTINGS, _MONTAGES)]
    try:
        values, strange = _values(content.get(_SETTINGS, {}))
        presets = _presets(content.get(_MONTAGES, []))
    except (UsageError, MontageError) as error:
        hint = "nothing was changed"
        raise SettingsError(f"these settings can't be: {error}", path=path, hint=hint) from error
    names = {preset.name for preset in presets}
    before = {preset.name: preset for preset in _own_presets() if preset.name in names}
    return SharedSettings(path.name, values, presets, before, (*unknown, *strange))


def keep_presets(shared: SharedSettings, _progress: Progress) -> None:
    """Write the montages of a file of settings to the person's own: all of them, or none.

    Raises
    ------
    ExportError
        If that is not possible.
    """
    if shared.presets:
        save_presets(shared.presets)


def _values(stored: object) -> tuple[dict[str, Any], list[str]]:
    if not isinstance(stored, dict):
        raise UsageError("the settings are no table")
    unknown = [f"the setting “{name}”" for name in stored if name not in SHARED]
    values = {name: _value(name, value) for name, value in stored.items() if name in SHARED}
    if "own_keys" in values:
        own, strange = _own_keys(values["own_keys"])
        values["own_keys"] = own
        unknown += [f"the action “{action}”, which has keys" for action in strange]
    return values, unknown


def _value(name: str, stored: object) -> Any:
    try:
        _check_form(name, stored)
        value = value_of(name, stored)
    except UsageError as error:
        raise UsageError(f"{SHARED[name]}: {error}") from error
    wrong = [one for one in (value,) if name in _CHOICES and one not in _CHOICES[name]]
    if name == "export_formats":
        known = {form.name for form in EXPORT_FORMATS}
        wrong = [one for one in value if one not in known]
        if not wrong and len(set(value)) < len(value):
            raise UsageError(f"{SHARED[name]}: one stands twice")
    if wrong:
        raise UsageError(f"{SHARED[name]}: there is no {wrong[0]!r}")
    return value


def _check_form(name: str, stored: object) -> None:
    """Refuse what reading a person's own settings would leave out, and what would swell them."""
    if name == "own_keys" and isinstance(stored, dict):
        if not all(isinstance(keys, list) for keys in stored.values()):
            raise UsageError("the keys of an action are no list")
        if any(len(keys) > _MOST_KEYS for keys in stored.values()):
            raise UsageError(f"an action can have {_MOST_KEYS} keys")
    if isinstance(stored, str) and len(stored) > _LONGEST_TEXT:
        raise UsageError(f"it is longer than {_LONGEST_TEXT} letters")


def _own_keys(
    stored: Mapping[str, tuple[str, ...]],
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The keys of actions there are, as Qt spells them, and the actions that there are not."""
    known = PROFILES["default"]
    own = {}
    for action, keys in stored.items():
        if any(not canonical(key) for key in keys):
            raise UsageError(f"the keys of {action!r} are none: {', '.join(keys)}")
        if action in known:
            own[action] = tuple(dict.fromkeys(canonical(key) for key in keys))
    often = Counter(key for keys in own.values() for key in keys)
    twice = [key for key, n in often.items() if n > 1]
    if twice:
        raise UsageError(f"the key {twice[0]} is given to two actions")
    return own, [action for action in stored if action not in known]


def _own_presets() -> list[MontagePreset]:
    """The person's own montages, whatever file they are in."""
    return [replace(preset, path=None) for preset in load_presets() if preset.path is not None]


def _presets(stored: object) -> tuple[MontagePreset, ...]:
    if not isinstance(stored, list) or not all(isinstance(text, str) for text in stored):
        raise UsageError("the montages are no list of texts")
    presets = tuple(check_preset(parsed_preset(text)) for text in stored)
    names = Counter(preset.name for preset in presets)
    twice = [name for name, n in names.items() if n > 1]
    if twice:
        raise UsageError(f"two montages are called {twice[0]!r}")
    return presets
