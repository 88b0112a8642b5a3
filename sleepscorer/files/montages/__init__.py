"""Montages to show: those that come with the program and those that people saved."""

from sleepscorer.files.montages.presets import (
    check_preset,
    default_montage,
    load_presets,
    save_preset,
    save_presets,
)
from sleepscorer.files.montages.toml import parsed_preset, preset_text

__all__ = [
    "check_preset",
    "default_montage",
    "load_presets",
    "parsed_preset",
    "preset_text",
    "save_preset",
    "save_presets",
]
