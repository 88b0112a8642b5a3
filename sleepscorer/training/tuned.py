"""What a tuning to a site comes to: new weights beside the former ones, and the files of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sleepscorer.core.reliability import reliability
from sleepscorer.core.wording import counted as n_of
from sleepscorer.training.comparison import Comparison, NightKappas
from sleepscorer.training.evaluate import NightAnswers, agreement_of, pooled
from sleepscorer.training.figures import reliability_png
from sleepscorer.training.nights import ScoredNight, counted
from sleepscorer.training.runs import metrics_of, write_bytes, write_json, write_rows


@dataclass(frozen=True)
class Tuned:
    """What came of it.

    Parameters
    ----------
    comparison
        By cross-validation.
    reasons_against
        Keeping the new weights; empty where they are better.
    weights
        Folder of the new weights, tuned on all nights; kept for a look where they are not better.
    """

    comparison: Comparison
    reasons_against: tuple[str, ...]
    weights: Path


def compared(former: Sequence[NightAnswers], new: Sequence[NightAnswers]) -> Comparison:
    """Set what former and new weights say of the same held-out nights side by side."""
    nights = tuple(
        NightKappas(
            after.night, len(after.labels), agreement_of(before).kappa, agreement_of(after).kappa
        )
        for before, after in zip(former, new, strict=True)
    )
    return Comparison(metrics_of(former), metrics_of(new), nights)


def digest_of(nights: Sequence[ScoredNight]) -> str:
    """Tells whether a run goes on with the nights it was begun with."""
    digest = hashlib.sha256()
    for night in sorted(nights, key=lambda each: each.name):
        digest.update(f"{night.name} {night.subject} ".encode())
        digest.update(np.ascontiguousarray(night.labels).tobytes())
    return digest.hexdigest()


def summary_of(former: str, how: str, nights: Sequence[ScoredNight], found: Comparison) -> str:
    """Say in a sentence what the new weights are: former ones, "recalibrated", and their kappa."""
    return (
        f"{former} {how} on reviewed sessions of this site, {counted(nights)};"
        f" kappa on held-out nights {found.new['kappa'] or 0:.3f},"
        f" before {found.former['kappa'] or 0:.3f}."
    )


def write_figures(
    folder: Path, found: Comparison, reasons: Sequence[str], new: Sequence[NightAnswers]
) -> None:
    """Write the comparison for people and programs, and how far the new confidence is true."""
    write_json(
        folder / "metrics.json",
        {"former": found.former, "new": found.new, "reasons_against": list(reasons)},
    )
    write_rows(
        folder / "nights.csv",
        [
            ("night", "epochs", "former_kappa", "new_kappa"),
            *((each.night, each.n_epochs, each.former, each.new) for each in found.nights),
        ],
    )
    together = pooled(new)
    png = reliability_png(
        reliability(together.confidence, together.right),
        f"new weights, {n_of(len(new), 'held-out night')}",
    )
    write_bytes(folder / "reliability.png", png)
