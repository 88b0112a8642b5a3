"""Loads the libraries of torch without stopping the other threads of the program.

Importing torch loads 300 MB of libraries while it holds Python's global lock: a window stands
still for a quarter of a second and more. Called by way of ctypes, the loader of the operating
system runs without that lock; the import then finds the libraries loaded. What still stopped the
others were the collections of garbage among the 140,000 objects that the import makes: a full
one takes 80 ms, and none of these objects ever becomes garbage.
"""

import ctypes
import gc
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path

_LINUX = (
    "libtorch_global_deps.so",
    "libc10.so",
    "libtorch_cpu.so",
    "libc10_cuda.so",
    "libtorch_cuda.so",
    "libtorch_python.so",
)


def import_stager(*, before: Sequence[str] = ("scipy.signal", "scipy.stats")) -> None:
    """Import what stages a night, torch with it, so that other threads go on meanwhile.

    Parameters
    ----------
    before
        What is imported first. While torch is half imported, another thread that imports scipy
        fails: scipy looks for torch's arrays in a module that has none yet. Imported before, it has
        no need to look. Who knows that no other thread imports scipy leaves it out.
    """
    if "torch" in sys.modules:
        return
    for module in before:
        importlib.import_module(module)
    _load_ahead()
    collecting = gc.isenabled()
    gc.disable()
    try:
        importlib.import_module("sleepscorer.staging.stager")
        # The next full collection would look through all of torch.
        gc.freeze()
    finally:
        if collecting:
            gc.enable()


def _load_ahead() -> None:
    """Load what is there; what can't be loaded is left to the import, which says why."""
    if not sys.platform.startswith("linux"):
        return
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return
    loader = ctypes.CDLL(None)
    loader.dlopen.restype = ctypes.c_void_p
    loader.dlopen.argtypes = (ctypes.c_char_p, ctypes.c_int)
    for name in _LINUX:
        path = Path(found.origin).parent / "lib" / name
        if path.is_file():
            # As torch itself does, so that every library takes the symbols from this one.
            visible = os.RTLD_GLOBAL if "global_deps" in name else os.RTLD_LOCAL
            loader.dlopen(os.fsencode(path), os.RTLD_LAZY | visible)
