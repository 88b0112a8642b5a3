"""Montages to show: those that come with the program and those that people saved."""

from sleepscorer.files.montages.presets import default_montage, load_presets, save_preset

__all__ = [
    "default_montage",
    "load_presets",
    "save_preset",
]
