"""Which weights are offered to stage nights by: not those that did worst on raw signals.

All were trained by one recipe on the same nights, and on held-out band powers of that study they
are alike. What tells them apart are raw signals of other laboratories.
"""

from typing import NamedTuple

from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, WeightsInfo

RAW_RECORDINGS = "210 epochs of raw signals of other laboratories (DREAMS and Female57)"
"""What the figures were measured on, as ``models/RESULTS.md`` has them."""


class RawAgreement(NamedTuple):
    """Agreement with the scorings of the raw recordings, all epochs together.

    Parameters
    ----------
    accuracy
        Share of epochs.
    kappa, low, high
        Cohen's, with its 95 % interval.
    """

    accuracy: float
    kappa: float
    low: float
    high: float

    @property
    def in_words(self) -> str:
        """``"accuracy 0.519, kappa 0.274 (95 % 0.189 to 0.358)"``."""
        interval = f"95 % {self.low:.3f} to {self.high:.3f}"
        return f"accuracy {self.accuracy:.3f}, kappa {self.kappa:.3f} ({interval})"


OF_DEFAULT = RawAgreement(0.638, 0.422, 0.328, 0.515)
"""That of the default weights, to compare with."""
NOT_OFFERED = {
    "sleepedf-mrcnn-attention-2": RawAgreement(0.557, 0.308, 0.221, 0.394),
    "sleepedf-multi-period-attention-2": RawAgreement(0.519, 0.274, 0.189, 0.358),
    "sleepedf-multimodal-tcn-2": RawAgreement(0.576, 0.310, 0.220, 0.400),
}
"""By name, those that did worst; they stay to be trained, compared and asked for by name."""


def why_not_offered(info: WeightsInfo) -> str:
    """Say why weights are not offered beside the others, in one sentence; empty where they are.

    Whoever names them is given them all the same.
    """
    measured = None if info.is_own else NOT_OFFERED.get(info.name)
    if measured is None:
        return ""
    return (
        f"a published design, kept to be trained and compared; on {RAW_RECORDINGS}"
        f" {measured.in_words}; the default, {DEFAULT_WEIGHTS}: {OF_DEFAULT.in_words}"
    )
