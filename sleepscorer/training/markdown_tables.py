"""Tables and figures of ``models/RESULTS.md`` and the model cards."""

from collections.abc import Sequence

from sleepscorer.core.agreement import Agreement

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
    """Epochs, accuracy, kappa with its interval over epochs, macro-F1."""
    kappa = UNKNOWN
    if found.kappa is not None and found.kappa_low is not None and found.kappa_high is not None:
        kappa = f"{found.kappa:.3f} ({found.kappa_low:.3f} to {found.kappa_high:.3f})"
    return f"{found.n_epochs}", f"{found.accuracy:.3f}", kappa, f"{found.macro_f1:.3f}"
