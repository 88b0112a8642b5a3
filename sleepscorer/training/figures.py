"""Curves of a training and of its calibration, as PNG."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from sleepscorer import __version__
from sleepscorer.core.reliability import Reliability, RiskCoverage
from sleepscorer.files.exports import PROGRAM, SOFTWARE_KEY
from sleepscorer.training.trainer import Checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIZE_IN, _DPI = (6.0, 4.0), 120


def history_png(history: Sequence[Checked]) -> bytes:
    """Loss of the training and kappa on the validation nights, by batch."""
    figure = _figure()
    loss = figure.add_subplot()
    steps = [each.step for each in history]
    loss.plot(steps, [each.loss for each in history], color="tab:blue")
    loss.set_xlabel("batches")
    loss.set_ylabel("training loss", color="tab:blue")
    kappa = loss.twinx()
    kappa.plot(steps, [each.kappa for each in history], color="tab:orange", linestyle="--")
    kappa.set_ylabel("kappa on validation nights", color="tab:orange")
    return _png(figure)


def reliability_png(found: Reliability, title: str) -> bytes:
    """Accuracy by confidence, beside the diagonal where they are equal."""
    figure = _figure()
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.7")
    axes.plot(found.confidence, found.accuracy, marker="o")
    for x, y, share in zip(found.confidence, found.accuracy, found.share, strict=True):
        axes.annotate(f"{100 * share:.0f} %", (x, y), (4, -10), textcoords="offset points", size=7)
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0.2, 1), ylim=(0, 1))
    axes.set_title(f"{title}\nexpected calibration error {found.error:.3f}", size=9)
    return _png(figure)


def risk_coverage_png(found: RiskCoverage, title: str) -> bytes:
    """Accuracy and errors found by the share of epochs reviewed."""
    figure = _figure()
    axes = figure.add_subplot()
    axes.plot(found.reviewed, found.accuracy, label="accuracy after the review")
    axes.plot(found.reviewed, found.errors_found, linestyle="--", label="errors found")
    axes.set(xlabel="share of epochs reviewed, least certain first", xlim=(0, 1), ylim=(0, 1))
    axes.legend()
    axes.set_title(title, size=9)
    return _png(figure)


def _png(figure: "Figure") -> bytes:
    drawn = BytesIO()
    figure.savefig(drawn, format="png", metadata={SOFTWARE_KEY: f"{PROGRAM} {__version__}"})
    return drawn.getvalue()


def _figure() -> "Figure":
    # matplotlib takes a second to import.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE_IN, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure
