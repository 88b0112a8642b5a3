"""How likely the most probable stage is right, learned on validation nights."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.stages import STAGES

N_RANKED = 3
_SMALLEST = 1e-4


@dataclass(frozen=True)
class ConfidenceModel:
    """Logistic regression of being right on the probabilities.

    The stages are trained with weights that favour the rare ones, so that a probability of .6 is
    right more often for N2 than for N1; one temperature for all can't mend that, and a bias of the
    probabilities would undo the weights. On cross-validated people the least certain fifth by this
    held .60 of the errors, by the probability itself .53.

    Parameters
    ----------
    ranked
        For the logs of the three highest probabilities.
    by_stage
        For the most probable stage being W, N1, N2, N3, R.
    """

    ranked: tuple[float, ...]
    by_stage: tuple[float, ...]

    @staticmethod
    def inputs(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, 8): what the coefficients, in order, are multiplied with."""
        ranked = np.sort(probabilities.astype(np.float64), axis=1)[:, ::-1][:, :N_RANKED]
        best = np.eye(len(STAGES))[probabilities.argmax(axis=1)]
        return np.concatenate([np.log(ranked + _SMALLEST), best], axis=1)

    def of(self, probabilities: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return how likely each epoch's most probable stage is right.

        Parameters
        ----------
        probabilities
            (n, 5), NaN where nothing was staged.

        Returns
        -------
        (n,) NaN where nothing was staged.
        """
        staged = np.isfinite(probabilities).all(axis=1)
        result = np.full(len(probabilities), np.nan, dtype=np.float32)
        score = self.inputs(probabilities[staged]) @ np.array([*self.ranked, *self.by_stage])
        result[staged] = 1 / (1 + np.exp(-score))
        return result

    def as_dict(self) -> dict[str, Any]:
        """Plain values for ``config.json``."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "ConfidenceModel":
        """The inverse of :meth:`as_dict`; KeyError, TypeError or ValueError where damaged."""
        ranked, by_stage = (tuple(map(float, stored[name])) for name in ("ranked", "by_stage"))
        if (len(ranked), len(by_stage)) != (N_RANKED, len(STAGES)):
            raise ValueError(f"{len(ranked)} and {len(by_stage)} coefficients")
        if not np.isfinite((*ranked, *by_stage)).all():
            raise ValueError("a coefficient is no number")
        return cls(ranked, by_stage)
