"""Weights beside those they were tuned from, on nights of people whom neither saw."""

from dataclasses import dataclass
from typing import Any

import numpy as np

_MAX_ECE_RISE = 0.02
_CALIBRATION_ERRORS = ("ece", "ece_of_confidence")


@dataclass(frozen=True)
class NightKappas:
    """Agreement on a night of a person whom neither weights saw; None where it has no value."""

    night: str
    n_epochs: int
    former: float | None
    new: float | None

    @property
    def gain(self) -> float | None:
        """By how much the new one is higher."""
        return None if self.former is None or self.new is None else self.new - self.former


@dataclass(frozen=True)
class Comparison:
    """Former and tuned weights on the same nights, all of people they did not see.

    Parameters
    ----------
    former, new
        Figures of :func:`~sleepscorer.training.runs.metrics_of`.
    nights
        One by one.
    """

    former: dict[str, Any]
    new: dict[str, Any]
    nights: tuple[NightKappas, ...]

    def followed_by(self, later: "Comparison") -> "Comparison":
        """The new weights of this one as the former ones of another, on the same nights."""
        former, new = (sorted(each.nights, key=_of_night) for each in (self, later))
        nights = tuple(
            NightKappas(after.night, after.n_epochs, before.new, after.new)
            for before, after in zip(former, new, strict=True)
        )
        return Comparison(self.new, later.new, nights)

    def reasons_against(self) -> tuple[str, ...]:
        """Why the new weights are not better, one sentence each; empty where they are."""
        reasons = []
        if (self.new["kappa"] or 0.0) <= (self.former["kappa"] or 0.0):
            reasons.append("kappa on held-out nights is not higher")
        gains = [night.gain for night in self.nights if night.gain is not None]
        mean = float(np.mean(gains)) if gains else 0.0
        error = float(np.std(gains, ddof=1) / np.sqrt(len(gains))) if len(gains) > 1 else 0.0
        # Of weights that are no better every second set would win by luck.
        if not reasons and mean <= error:
            reasons.append(
                f"the mean gain of a night, {mean:.3f}, is within its standard error, {error:.3f}"
            )
        if any(self.new[key] > self.former[key] + _MAX_ECE_RISE for key in _CALIBRATION_ERRORS):
            reasons.append(
                f"the calibration error rises by more than {_MAX_ECE_RISE:g}: the new weights"
                " would not know when they are wrong"
            )
        return tuple(reasons)


def _of_night(one: NightKappas) -> tuple[str, int]:
    return one.night, one.n_epochs
