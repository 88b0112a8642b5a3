"""Few numbers that fit the answers of weights to how a site records and scores.

Scorers, filters and derivations differ between sites in ways that a network shows as a constant
habit: wake of central EEG, which has no blinks in it, is read as N1. A multinomial logistic
regression on the answers mends that from few nights, where training the network would not.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.stages import STAGES

if TYPE_CHECKING:
    from torch import Tensor

N_INPUTS = len(STAGES) + 2
"""The logs of the five probabilities, the log-odds of wake by the hierarchy, and a constant."""

_LARGEST = 1000.0
_SMALLEST = 1e-6


@dataclass(frozen=True)
class Recalibration:
    """Multinomial logistic regression on what the heads answer: 35 numbers.

    The log-odds of wake come from the hierarchy, which learned wake against sleep by itself: where
    the five stages are at odds about quiet wake, it knows more.

    Parameters
    ----------
    rows
        Five rows, for W N1 N2 N3 R, of seven weights, see :data:`N_INPUTS`.
    """

    rows: tuple[tuple[float, ...], ...]

    @classmethod
    def identity(cls) -> "Recalibration":
        """The one that changes nothing."""
        return cls.from_array(np.eye(len(STAGES), N_INPUTS))

    @classmethod
    def from_array(cls, rows: NDArray[np.floating]) -> "Recalibration":
        """Of (5, 7) numbers; ValueError where they are others."""
        return cls.from_list(rows.tolist())

    @property
    def array(self) -> NDArray[np.float64]:
        """(5, 7)."""
        return np.array(self.rows)

    @staticmethod
    def inputs(
        probabilities: NDArray[np.floating], hierarchy: NDArray[np.floating]
    ) -> NDArray[np.float64]:
        """(n, 7): what the rows are multiplied with; of (n, 5) and (n, 3), wake first in both."""
        wake = np.clip(hierarchy[:, :1].astype(np.float64), _SMALLEST, 1 - _SMALLEST)
        logs = np.log(np.maximum(probabilities.astype(np.float64), _SMALLEST))
        return np.concatenate([logs, np.log(wake / (1 - wake)), np.ones_like(wake)], axis=1)

    def of(
        self, probabilities: NDArray[np.floating], hierarchy: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """Give the probabilities that fit the site.

        Parameters
        ----------
        probabilities, hierarchy
            (n, 5) and (n, 3) as of :meth:`StagingNetwork.answers`; NaN where nothing was staged.

        Returns
        -------
        (n, 5), NaN where nothing was staged.
        """
        staged = np.isfinite(probabilities).all(axis=1)
        result = np.full(probabilities.shape, np.nan, dtype=np.float32)
        result[staged] = self.of_inputs(self.inputs(probabilities[staged], hierarchy[staged]))
        return result

    def of_inputs(self, inputs: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 5) probabilities of (n, 7) :meth:`inputs`."""
        logits = inputs @ self.array.T
        found: NDArray[np.float64] = np.exp(
            logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        )
        return found

    def logit(self, stage: int, log_probabilities: "Tensor", asleep: "Tensor") -> "Tensor":
        """The logit of a stage, to go back from to what the network saw.

        Parameters
        ----------
        stage
            0 to 4.
        log_probabilities
            (5,) of the stages.
        asleep
            () the hierarchy's log-odds of sleep.
        """
        row = log_probabilities.new_tensor(self.rows[stage])
        return row[: len(STAGES)] @ log_probabilities - row[-2] * asleep + row[-1]

    def as_list(self) -> list[list[float]]:
        """Plain values for ``config.json``."""
        return [list(row) for row in self.rows]

    @classmethod
    def from_list(cls, stored: Any) -> "Recalibration":
        """The inverse of :meth:`as_list`; TypeError or ValueError where damaged."""
        rows = tuple(tuple(map(_number, row)) for row in stored)
        if [len(row) for row in rows] != [N_INPUTS] * len(STAGES):
            raise ValueError("no recalibration has such rows")
        return cls(rows)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r:.40} is no number")
    # Not even NaN lies between.
    if not -_LARGEST <= value <= _LARGEST:
        raise ValueError(f"{value!r:.40} is no weight of a recalibration")
    return float(value)
