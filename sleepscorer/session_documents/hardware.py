"""Tells on what the auto-scorer will run, without importing torch, which takes a second."""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

_CUDA_LIBRARIES = ("libtorch_cuda.so", "torch_cuda.dll")
_ANSWER_WITHIN_S = 10.0


def expected_device(wanted: str) -> str:
    """Return the name of the device for people: ``"CPU"``, ``"GPU: NVIDIA H100"``.

    Parameters
    ----------
    wanted
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
    """
    if wanted in ("auto", "cuda") and _torch_knows_cuda():
        name = _nvidia_name()
        if name:
            return f"GPU: {name}"
    is_apple = sys.platform == "darwin" and platform.machine() == "arm64"
    if wanted in ("auto", "mps") and is_apple:
        return "GPU (Metal)"
    return "CPU" if wanted in ("auto", "cpu") else "no GPU found"


def _torch_knows_cuda() -> bool:
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return False
    libraries = Path(found.origin).parent / "lib"
    return any((libraries / name).exists() for name in _CUDA_LIBRARIES)


def _nvidia_name() -> str:
    """The first GPU that programs may use; empty where there is none."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    asking = shutil.which("nvidia-smi")
    if asking is None or (visible is not None and visible.strip() in ("", "-1")):
        return ""
    # A program without a console would show one for a moment on Windows.
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        answer = subprocess.run(  # noqa: S603 - the driver's own program
            [asking, "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=_ANSWER_WITHIN_S,
            check=True,
            creationflags=flags,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return next((line.strip() for line in answer.stdout.splitlines() if line.strip()), "")
