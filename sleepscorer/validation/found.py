"""What a validation gave: figures by candidate, the verdict, and what the site keeps of it."""

from dataclasses import dataclass
from pathlib import Path

from sleepscorer.core.site_calibration import SiteCalibration
from sleepscorer.validation.candidates import Candidate, JudgedNight, NotJudged


@dataclass(frozen=True)
class Estimate:
    """A mean over people with its 95 % interval; None where it has no value.

    Parameters
    ----------
    value
        Mean over people of the mean of each one's nights.
    low, high
        Student's t over people, cut at the ends of what the figure can be; None for fewer than
        two people.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class MetricDifference:
    """A figure of sleep, machine minus person, night by night (Bland & Altman 1986).

    Epochs that only one of the two staged are unscored in both.

    Parameters
    ----------
    key
        A field of :class:`~sleepscorer.core.metrics.SleepStatistics`.
    n_nights
        Where both have a value.
    bias
        Mean difference.
    low, high
        Limits of agreement, bias plus and minus 1.96 standard deviations; None for one night.
    """

    key: str
    n_nights: int
    bias: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class CandidateFigures:
    """How far a candidate agrees with the site's scorings.

    Parameters
    ----------
    n_nights, n_people, n_epochs
        What was judged: epochs that a person and the candidate both staged.
    accuracy, kappa, macro_f1
        Of a night, the mean over people.
    f1
        Of W, N1, N2, N3, R likewise, over nights that hold the stage in either scoring.
    difference
        Kappa minus that of the candidate it was compared with, paired by person; None for that one
        itself.
    compared_with
        That candidate; None likewise.
    n_compared
        People who were judged by both.
    confusion
        (5, 5) counts over all epochs, rows the person, columns the candidate.
    metrics
        Bland-Altman figures.
    reliability
        Points (mean confidence, accuracy, share of epochs) of 15 bins, those that hold any.
    calibration_error
        Expected calibration error over these bins.
    review
        Points (share reviewed, share of the errors found in it), least confident epochs first;
        empty where there is no error.
    """

    candidate: Candidate
    n_nights: int
    n_people: int
    n_epochs: int
    accuracy: Estimate
    kappa: Estimate
    macro_f1: Estimate
    f1: tuple[Estimate, ...]
    difference: Estimate | None
    compared_with: Candidate | None
    n_compared: int
    confusion: tuple[tuple[int, ...], ...]
    metrics: tuple[MetricDifference, ...]
    reliability: tuple[tuple[float, float, float], ...]
    calibration_error: float
    review: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Verdict:
    """Whom the site should trust.

    Parameters
    ----------
    baseline
        Who stays unless another is better: the consensus, or our own stager where it is alone.
    choice
        Whom the rule chooses.
    sentences
        What was compared and why it came so, in words; the first is the verdict itself.
    is_decisive
        Whether there are enough people for the rule to choose another at all.
    """

    baseline: Candidate
    choice: Candidate
    sentences: tuple[str, ...]
    is_decisive: bool


@dataclass(frozen=True)
class HumanCeiling:
    """How far two people agree on the same nights: no machine can be expected to do better.

    Parameters
    ----------
    n_nights, n_people, n_epochs
        Nights with two scorings.
    accuracy, kappa
        Of a night, the mean over people.
    """

    n_nights: int
    n_people: int
    n_epochs: int
    accuracy: Estimate
    kappa: Estimate


@dataclass(frozen=True)
class Validation:
    """All of it.

    Parameters
    ----------
    folder
        Whose nights.
    created_utc
        ISO 8601.
    software
        Program and version.
    stagers
        Name and full name (:attr:`~sleepscorer.core.staging_result.Staging.full_name`) of each that
        was asked.
    rule
        How the verdict is made, said before any figure.
    nights
        All that were judged, those left out of the verdict among them.
    not_judged
        The others.
    figures
        One of each candidate that answered, the baseline first and other montages last; over the
        nights that count.
    ceiling
        Agreement of two people where nights have two scorings; None where none has.
    verdict
        None where no night counts.
    calibration
        Of the verdict's choice; None where no night counts.
    notes
        Whatever else one should know, one sentence each.
    own_weights
        Name and SHA-256 of the weights of our own stager; None where those that it takes by
        itself were asked.
    """

    folder: Path
    created_utc: str
    software: str
    stagers: tuple[tuple[str, str], ...]
    rule: str
    nights: tuple[JudgedNight, ...]
    not_judged: tuple[NotJudged, ...]
    figures: tuple[CandidateFigures, ...]
    ceiling: HumanCeiling | None
    verdict: Verdict | None
    calibration: SiteCalibration | None
    notes: tuple[str, ...] = ()
    own_weights: tuple[str, str] | None = None
