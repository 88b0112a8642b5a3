"""``sleepscorer open``: shows the window."""

import argparse
import ctypes
import gc
import importlib.util
import os
import sys
from pathlib import Path

from sleepscorer.core.errors import UsageError

_IS_FROZEN = hasattr(sys, "_MEIPASS")
_X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libEGL.so.1": "libegl1",
}


def open_window(options: argparse.Namespace) -> int:
    """Show the window until it is closed; return the exit code."""
    return show_window(options.file)


def show_window(path: Path | None) -> int:
    """Show the window with a recording, a session or a folder.

    Raises
    ------
    UsageError
        If there is no such file, no screen, or the window's libraries are not installed.
    """
    if path is not None and not path.exists():
        raise UsageError("there is no such file", path=path)
    if not has_screen():
        raise UsageError(
            "there is no screen to show the window on", hint="see: sleepscorer score --help"
        )
    lacking = _lacking_libraries()
    if lacking:
        raise UsageError(
            f"the window needs system libraries that are not installed: {', '.join(lacking)}",
            hint="on Debian and Ubuntu: sudo apt install " + " ".join(lacking.values()),
        )
    # Nothing of what the imports make is garbage, and to look for some takes a tenth of the start.
    # The window then collects by itself.
    gc.disable()
    try:
        return _run_window(path)
    finally:
        gc.enable()


def _run_window(path: Path | None) -> int:
    try:
        from sleepscorer.gui.process.quick_imports import import_quickly

        import_quickly()
        from sleepscorer.gui.app import run_window
    except ImportError as error:
        raise UsageError(
            f"the window can't be shown: {error}",
            hint="install PySide6-Essentials; sleepscorer score works without it",
        ) from error
    return run_window(path)


def has_screen() -> bool:
    """Tell whether a window could be shown here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def somebody_is_watching() -> bool:
    """Tell whether a person called from a terminal on a screen that can show the window."""
    installed = all(importlib.util.find_spec(name) for name in ("PySide6", "shiboken6"))
    return installed and has_screen() and sys.stdout is not None and sys.stdout.isatty()


def _lacking_libraries() -> dict[str, str]:
    """Return libraries that Qt ends the whole program without, and the packages they are in."""
    is_x11 = sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )
    lacking = {}
    # The installed program brings them along.
    for library, package in _X11_LIBRARIES.items() if is_x11 and not _IS_FROZEN else ():
        try:
            ctypes.CDLL(library)
        except OSError:
            lacking[library] = package
    return lacking
