"""Where the network runs."""

import torch

from sleepscorer.core.errors import UsageError

DEVICES = ("auto", "cpu", "cuda", "mps")


def choose_device(wanted: str) -> torch.device:
    """Return the device of this name; ``"auto"`` takes a GPU where there is one.

    Raises
    ------
    UsageError
        If a device is named that this machine, or this build of torch, does not have.
    """
    if wanted not in DEVICES:
        raise UsageError(f"there is no device {wanted!r}", hint="use " + ", ".join(DEVICES))
    has = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return torch.device(next(name for name in ("cuda", "mps", "cpu") if has[name]))
    if not has[wanted]:
        raise UsageError(
            f"this machine has no device {wanted!r} that torch {torch.__version__} can use",
            hint="choose auto or cpu",
        )
    return torch.device(wanted)
