"""What a stager answered, kept for ever beside what people make of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.signal_faults import SignalFault
from sleepscorer.core.stages import STAGES, Stage

_N_THREE = 3

ReviewCurve = tuple[tuple[float, float, float], ...]
"""Points (share reviewed, highest confidence among those, accuracy of all once they are right)."""

OWN_STAGER = "sleepscorer"
"""Name of this program's own stager, among those of other makers."""

_BY_WEIGHTS = (
    "Confidence was measured on the validation nights of the weights, not on nights of this site."
)
_NOWHERE_KNOWN = "It is not known on which nights this confidence was measured."

EQUIVOCAL_WITHIN = 0.15
"""Two stages are equivocal where their probabilities differ by no more."""
EQUIVOCAL_TEXT = f"{100 * EQUIVOCAL_WITHIN:g} percentage points"
"""The same in words."""


@dataclass(frozen=True)
class StagingProvenance:
    """What made a staging: enough to repeat it.

    Parameters
    ----------
    weights_name, weights_sha256
        Name and SHA-256 of the weights.
    eeg, eog, emg
        The derivations used, as shown to people ("C4-M1 (derived)"); empty where none was.
    device
        Where the network ran: ``"cpu"``, ``"cuda"``, ``"mps"``.
    software
        Program and version.
    created_utc
        ISO 8601 time, UTC.
    notes
        What was chosen and what was left out, one sentence each.
    warnings
        What makes the staging doubtful, one sentence each; shown in every output.
    review_curve
        What reviewing the least certain epochs gained on the validation nights of the weights
        (a risk-coverage curve, El-Yaniv & Wiener 2010); empty where nobody measured it.
    second_opinion_failure
        The warning that says why other stagers that were asked gave no answer; else empty.
    suggested_lights_s
        Lights off and lights on, seconds from the start, as the signal suggests them; empty where
        it does not. Nothing uses them unless a person says so.
    stager
        Name by which the stager is chosen; empty in files of versions that did not store it.
    consensus_of
        Names of the stagers that this is the consensus of; empty where it is one's own answer.
    confidence_measured_on
        On which nights it was measured how often a stage of such confidence is right, to end a
        sentence with; empty where nobody did, and in files of versions that did not store it.
    confidence_temperature
        By which a site's own measurement made the confidence less sure or surer, see
        :class:`~sleepscorer.core.site_calibration.SiteCalibration`; 1 where there is none.
    unlearned_by_stage
        How much less an answer of W, N1, N2, N3 and R is worth, 0 to 1 each, because the signals
        are not such as the weights learned from (filters, a place on the head); empty where
        nothing of the kind is known.
    """

    weights_name: str
    weights_sha256: str
    eeg: tuple[str, ...]
    eog: tuple[str, ...]
    emg: tuple[str, ...]
    device: str
    software: str
    created_utc: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    review_curve: ReviewCurve = ()
    suggested_lights_s: tuple[float, ...] = ()
    second_opinion_failure: str = ""
    stager: str = ""
    consensus_of: tuple[str, ...] = ()
    confidence_measured_on: str = ""
    confidence_temperature: float = 1.0
    unlearned_by_stage: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        shares = self.unlearned_by_stage
        if shares and not (len(shares) == len(STAGES) and all(0 <= one <= 1 for one in shares)):
            raise ValueError(f"{shares} are no shares of five stages")


@dataclass(frozen=True, eq=False)
class Staging:
    """Stage probabilities of a recording's epochs; immutable.

    Parameters
    ----------
    probabilities
        (n_epochs, 5) float32, columns W N1 N2 N3 R; rows sum to 1, or are NaN where nothing
        could be staged (a gap, no signal).
    provenance
        What made it.
    hierarchy
        (n_epochs, 3) float32, columns wake, NREM, REM: the same epochs by a network trained to
        tell wake from sleep, then REM from NREM; None where there is none.
    confidence
        (n_epochs,) float32: how likely the most probable stage is right, NaN where nothing could
        be staged. An empty one takes the probability of that stage.
    faults
        (n_epochs,) uint8 of :class:`~sleepscorer.core.signal_faults.SignalFault`: what is wrong
        with the signals that the staging read. An empty one takes none.
    unsound
        (n_epochs,) float32: how much of each epoch is no signal in what the stage rests on, 0 to
        1; one of the reasons to lower the confidence (:attr:`doubted`). An empty one takes none.
    """

    probabilities: NDArray[np.float32]
    provenance: StagingProvenance
    hierarchy: NDArray[np.float32] | None = None
    confidence: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))
    faults: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    unsound: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))

    def __post_init__(self) -> None:
        probabilities = _checked(self.probabilities, len(STAGES))
        object.__setattr__(self, "probabilities", probabilities)
        if self.hierarchy is not None:
            hierarchy = _checked(self.hierarchy, _N_THREE)
            if len(hierarchy) != len(probabilities):
                raise ValueError(f"{len(hierarchy)} rows for {len(probabilities)} epochs")
            object.__setattr__(self, "hierarchy", hierarchy)
        object.__setattr__(self, "confidence", self._confidence(self.confidence))
        for name, dtype in (("faults", np.uint8), ("unsound", np.float32)):
            object.__setattr__(self, name, self._by_epoch(getattr(self, name), dtype))
        if not np.all((self.unsound >= 0) & (self.unsound <= 1)):
            raise ValueError("a share of an epoch lies between 0 and 1")

    @property
    def name(self) -> str:
        """What made it, for people: the stager's name, or program and version."""
        return self.provenance.stager or self.provenance.software

    @property
    def full_name(self) -> str:
        """The name with program, version and weights: ``"yasa (YASA 0.8.1)"``."""
        made = self.provenance
        weights = "" if made.weights_name in (made.software, "") else f", {made.weights_name}"
        return f"{self.name} ({made.software}{weights})"

    @property
    def is_measured(self) -> bool:
        """Whether the confidence was measured on scored nights.

        It was for our own stager, and of others where a site did so (there is a review curve then);
        else it is no more than the probability that a stager, or a consensus, gives its stage.
        """
        made = self.provenance
        return (
            made.stager in ("", OWN_STAGER)
            or bool(made.review_curve)
            or bool(made.confidence_measured_on)
        )

    @property
    def measured_sentence(self) -> str:
        """Where the confidence was measured, or that it was not, for wherever one is shown."""
        made = self.provenance
        if made.confidence_measured_on:
            return f"Confidence was measured on {made.confidence_measured_on}."
        if self.is_measured:
            # Files of versions that did not store it, and weights that nobody measured.
            return _BY_WEIGHTS if made.review_curve else _NOWHERE_KNOWN
        whose = "a consensus" if made.consensus_of else self.name
        return f"The probability of {whose}: how often it is right was not measured here."

    @property
    def summed(self) -> NDArray[np.float32]:
        """(n_epochs, 3) float32, columns wake, NREM, REM: N1, N2 and N3 added up."""
        p = self.probabilities
        return np.stack([p[:, 0], p[:, Stage.N1 : Stage.R].sum(axis=1), p[:, Stage.R]], axis=1)

    @property
    def equivocal(self) -> NDArray[np.bool_]:
        """(n_epochs,) bool: the two most probable stages are within :data:`EQUIVOCAL_WITHIN`."""
        return equivocal_rows(self.probabilities)

    @property
    def stages(self) -> NDArray[np.int8]:
        """(n_epochs,) int8: the most probable stage, UNSCORED where nothing could be staged."""
        return most_probable(self.probabilities)

    @property
    def doubted(self) -> NDArray[np.float32]:
        """(n_epochs,) float32: how far the confidence of each epoch was lowered, 0 to 1.

        By what is unsound in its signals, and by what the weights did not learn of them.
        """
        return doubted(self.unsound, self.stages, self.provenance.unlearned_by_stage)

    def fault(self, epoch: int) -> SignalFault:
        """What is wrong with the signals of an epoch."""
        return SignalFault(int(self.faults[epoch]))

    def fault_texts(self) -> list[str]:
        """What is wrong with the signals of each epoch, in words; empty where nothing is."""
        return [SignalFault(value).text for value in self.faults.tolist()]

    def _confidence(self, given: NDArray[np.floating]) -> NDArray[np.float32]:
        if not given.size:
            given = self.probabilities.max(axis=1)
        confidence = np.array(given, dtype=np.float32)
        self._check_length(confidence)
        if np.any((confidence < 0) | (confidence > 1)):
            raise ValueError("a confidence is a probability")
        if not np.array_equal(np.isnan(confidence), np.isnan(self.probabilities[:, 0])):
            raise ValueError("there is a confidence where something was staged, and nowhere else")
        confidence.setflags(write=False)
        return confidence

    def _by_epoch(self, given: NDArray[Any], dtype: type[Any]) -> NDArray[Any]:
        """Read-only; nothing but zeros where none are given."""
        values = np.array(given if given.size else np.zeros(len(self.probabilities)), dtype)
        self._check_length(values)
        values.setflags(write=False)
        return values

    def _check_length(self, values: NDArray[np.generic]) -> None:
        if values.shape != (len(self.probabilities),):
            raise ValueError(f"{values.shape} values for {len(self.probabilities)} epochs")


def checked_review_curve(stored: Sequence[Sequence[float]]) -> ReviewCurve:
    """Take a review curve from a file.

    Raises
    ------
    TypeError, ValueError
        If it is none: values are shares, and each point reviews more than the one before.
    """
    curve: list[tuple[float, float, float]] = []
    for point in stored:
        share, confidence, accuracy = map(float, point)
        # Not even NaN lies between.
        if not all(0 <= value <= 1 for value in (share, confidence, accuracy)):
            raise ValueError(f"{point} is no point of a curve")
        if curve and share <= curve[-1][0]:
            raise ValueError("the curve goes back")
        curve.append((share, confidence, accuracy))
    return tuple(curve)


def most_probable(probabilities: NDArray[np.float32]) -> NDArray[np.int8]:
    """(n_epochs,) the most probable stage of (n_epochs, 5), UNSCORED where they are NaN."""
    return np.where(
        np.isnan(probabilities[:, 0]),
        np.int8(Stage.UNSCORED),
        np.nan_to_num(probabilities).argmax(axis=1).astype(np.int8),
    )


def doubted(
    unsound: NDArray[np.float32], stages: NDArray[np.int8], unlearned_by_stage: Sequence[float]
) -> NDArray[np.float32]:
    """(n_epochs,) how much of each stage nothing speaks for, 0 to 1.

    What is unsound and what is not learned are two reasons, of which neither knows the other: what
    is left is the product of what each leaves.

    Parameters
    ----------
    unsound
        (n_epochs,) how much of each epoch is no signal, 0 to 1.
    stages
        (n_epochs,) that were given, UNSCORED where none was.
    unlearned_by_stage
        As of :class:`StagingProvenance`.
    """
    if not unlearned_by_stage:
        return unsound
    unlearned = np.array([*unlearned_by_stage, 0.0])[stages]
    return np.asarray(1 - (1 - unsound) * (1 - unlearned), dtype=np.float32)


def lowered(
    confidence: NDArray[np.float32], doubted: NDArray[np.floating], n_told: int
) -> NDArray[np.float32]:
    """Lower a confidence where the signals are bad, or not such as were learned from.

    As far as they say nothing the stage is as good as one drawn at random.

    Parameters
    ----------
    confidence
        (n_epochs,) by the probabilities.
    doubted
        (n_epochs,) how much of each stage nothing speaks for, 0 to 1.
    n_told
        How many stages are told apart.
    """
    lower = confidence * (1 - doubted) + np.minimum(confidence, 1 / n_told) * doubted
    return np.asarray(lower, dtype=np.float32)


def equivocal_rows(probabilities: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell in which rows (n_epochs, n_stages) the two largest are equivocal; never in NaN ones."""
    two = np.sort(probabilities.astype(np.float64), axis=1)[:, -2:]
    # 0.5 and 0.35 are within 0.15, though as float32 they are a little further apart.
    within: NDArray[np.bool_] = two[:, 1] - two[:, 0] <= EQUIVOCAL_WITHIN + 1e-6
    return within


def _checked(given: NDArray[np.floating], n_columns: int) -> NDArray[np.float32]:
    """A copy that nobody can change."""
    probabilities = np.array(given, dtype=np.float32)
    if probabilities.ndim != 2 or probabilities.shape[1] != n_columns:
        raise ValueError(f"probabilities must be (n_epochs, {n_columns}): {probabilities.shape}")
    is_nothing = np.isnan(probabilities).all(axis=1)
    is_whole = (np.abs(probabilities.sum(axis=1) - 1) < 1e-4) & (probabilities >= 0).all(axis=1)
    if not np.all(is_nothing | is_whole):
        raise ValueError("each row of probabilities must sum to 1, or be NaN throughout")
    probabilities.setflags(write=False)
    return probabilities
