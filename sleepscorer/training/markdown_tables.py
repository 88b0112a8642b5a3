"""Tables and figures of ``models/RESULTS.md`` and the model cards."""

from collections.abc import Sequence

import numpy as np

from sleepscorer.core.agreement import Agreement
from sleepscorer.core.kappa import asymptotic_interval

UNKNOWN = "–"
"""Where nothing was measured, or a figure is undefined."""


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown; no cell holds a line break or a bar."""
    lines = [" | ".join(header), " | ".join("---" for _ in header)]
    lines += [" | ".join(row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def figure(value: float | None, n_digits: int = 3) -> str:
    """A figure, or a dash for none."""
    return UNKNOWN if value is None else f"{value:.{n_digits}f}"


def signed(value: float | None) -> str:
    """A difference with its sign: ``"+0.117"``."""
    return UNKNOWN if value is None else f"{value:+.3f}"


def agreement_cells(found: Agreement) -> tuple[str, str, str, str]:
    """Epochs, accuracy, kappa with its asymptotic interval, macro-F1.

    What is compared here are as a rule epochs of several nights one after the other, and stretches
    shorter than a block: blocks of 20 min can't be drawn from them.
    """
    kappa = UNKNOWN
    low, high = asymptotic_interval(np.array(found.confusion))
    if found.kappa is not None and low is not None and high is not None:
        kappa = f"{found.kappa:.3f} ({low:.3f} to {high:.3f})"
    return f"{found.n_epochs}", f"{found.accuracy:.3f}", kappa, f"{found.macro_f1:.3f}"
