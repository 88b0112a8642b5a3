"""Keeps Qt for Python from reading the source of every module that is imported after it.

PySide6 hooks into ``import`` so that a module may switch its names to snake case (``from
__feature__ import``). To know which modules use Qt at all it reads the source of each, a quarter of
a million lines of numpy and scipy among them, and ``inspect`` keeps them all: 40 MiB, and a tenth
of the start. Nothing here uses these features. Where there is no source, as in the installed
program, PySide6 takes it that a module doesn't use them; so it is told the same of every module.
"""

import sys

import PySide6.QtCore  # noqa: F401 - brings the hook

_HOOK = "shibokensupport.feature"


def import_quickly() -> None:
    """Let imports from now on read no source."""
    # Not promised to stay in later versions: without it all works, only slower.
    hook = sys.modules.get(_HOOK)
    if hasattr(hook, "_mod_uses_pyside"):
        setattr(hook, "_mod_uses_pyside", _uses_no_features)  # noqa: B010 - no type knows it


def _uses_no_features(_module: object) -> bool:
    return False
