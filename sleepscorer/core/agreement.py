"""Epoch-by-epoch agreement of two scorings of one night."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.machine_answer import in_three
from sleepscorer.core.stages import STAGES, THREE_STAGES, Stage
from sleepscorer.core.wording import counted

_Z_95 = 1.959963984540054
_DAY = timedelta(days=1)
# What EDF files say whose start was removed altogether, time of day included.
_NO_START = datetime(1985, 1, 1)
# Starts are written with whole seconds as often as with fractions of one.
_OFFSET_TOLERANCE_S = 0.5

_PER_STAGE = ("f1", "precision", "recall", "support")
_FIGURES = ("accuracy", "kappa", "kappa_low", "kappa_high", "macro_f1", *_PER_STAGE)
_COUNTS = ("n_epochs", "n_excluded")

PerStage = tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far two scorings agree; None where a figure is undefined.

    Parameters
    ----------
    accuracy
        Share of equal epochs, 0 to 1.
    kappa, kappa_low, kappa_high
        Cohen's kappa and its asymptotic 95 % confidence interval; undefined where both scorings
        hold one and the same stage only. Where its variance is estimated as 0 (perfect agreement,
        or a scoring of one stage only) the interval has no width, and says nothing.
    macro_f1
        Mean F1 of the stages that occur in either scoring.
    f1, precision, recall, specificity
        By stage in the order of ``stage_set``, 0 to 1; recall is the sensitivity. A stage that
        neither scoring holds has none; precision is undefined where OTHER never has the stage,
        recall where the reference never has it.
    support
        Epochs of each stage in the reference.
    confusion
        (n_told, n_told) counts, rows the reference, columns the other scoring.
    n_epochs
        Epochs compared: scored in both.
    n_excluded
        Epochs that both scorings cover but that are not scored in both.
    n_only_reference, n_only_other
        Epochs that one scoring covers and the other does not.
    stage_set
        The stages that are compared: W N1 N2 N3 R, or W NREM R where a scoring tells only these.
    notes
        How the two were aligned and what was left out, in words.
    """

    accuracy: float
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    macro_f1: float
    f1: PerStage
    precision: PerStage
    recall: PerStage
    specificity: PerStage
    support: tuple[int, ...]
    confusion: tuple[tuple[int, ...], ...]
    n_epochs: int
    n_excluded: int
    n_only_reference: int
    n_only_other: int
    stage_set: tuple[Stage, ...] = STAGES
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Figures and notes by name, ready for JSON; figures by stage as ``{stage: value}``."""
        values = {name: getattr(self, name) for name in _FIGURES}
        for name in _PER_STAGE:
            by_stage = zip(self.stage_set, values[name], strict=True)
            values[name] = {stage.text: value for stage, value in by_stage}
        values["confusion"] = [list(row) for row in self.confusion]
        values |= {name: getattr(self, name) for name in _COUNTS}
        values["notes"] = list(self.notes)
        return values


def agreement(reference: Scoring, other: Scoring) -> Agreement:
    """Compare two scorings over the epochs that both have scored.

    They are aligned by start time where both have one, else by their first epochs. Where they have
    no epoch in common by date, as after de-identification, they are aligned by the time of day;
    1 January 1985, 00:00:00 stands for a start that was removed, unless both have it.

    Parameters
    ----------
    reference, other
        The scoring that is taken as true, and the one to be judged.

    Raises
    ------
    ScoringError
        If the epochs of the two don't coincide, or none is scored in both.
    """
    n_reference, n_other = reference.hypnogram.n_epochs, other.hypnogram.n_epochs
    shift, notes = _alignment(reference, other)
    first, stop = max(0, shift), min(n_reference, shift + n_other)
    n_common = max(0, stop - first)
    stage_set = STAGES
    if (reference.hypnogram.stage_set, other.hypnogram.stage_set) != (STAGES, STAGES):
        stage_set = THREE_STAGES
        notes.append("compared in three stages: N1, N2 and N3 count as NREM")
    true = reference.hypnogram.stages[first : first + n_common]
    judged = other.hypnogram.stages[first - shift : first - shift + n_common]
    if stage_set != STAGES:
        true, judged = in_three(true), in_three(judged)
    scored = (true != Stage.UNSCORED) & (judged != Stage.UNSCORED)
    if not scored.any():
        raise ScoringError("no epoch is scored in both scorings")
    counts = np.array(
        [[np.count_nonzero((true == a) & (judged == b)) for b in stage_set] for a in stage_set],
        dtype=int,
    )
    n_epochs = int(counts.sum())
    notes += _length_notes(n_reference, n_other, n_common, n_common - n_epochs)
    return Agreement(
        **_figures(counts),
        confusion=tuple(tuple(row) for row in counts.tolist()),
        n_epochs=n_epochs,
        n_excluded=n_common - n_epochs,
        n_only_reference=n_reference - n_common,
        n_only_other=n_other - n_common,
        stage_set=stage_set,
        notes=tuple(notes),
    )


def _alignment(reference: Scoring, other: Scoring) -> tuple[int, list[str]]:
    """Return the reference epoch at which ``other`` starts, and what to say about it."""
    epoch_s = reference.hypnogram.epoch_s
    if epoch_s != other.hypnogram.epoch_s:
        raise ScoringError(
            f"the epochs last {epoch_s:g} s in the reference and"
            f" {other.hypnogram.epoch_s:g} s in the other scoring"
        )
    removed = _NO_START in (reference.start, other.start) and reference.start != other.start
    if reference.start is None or other.start is None or removed:
        return 0, ["aligned from the first epochs: at least one scoring has no start time"]
    offset, notes = _offset(reference, reference.start, other, other.start)
    shift = round(offset.total_seconds() / epoch_s)
    if abs(offset.total_seconds() - shift * epoch_s) > _OFFSET_TOLERANCE_S:
        raise ScoringError(
            f"the starts ({reference.start:%H:%M:%S} and {other.start:%H:%M:%S}) are"
            f" {abs(offset.total_seconds()):g} s apart, not a whole number of epochs of"
            f" {epoch_s:g} s: no epoch of one is an epoch of the other"
        )
    if shift:
        later = "later" if shift > 0 else "earlier"
        notes.append(
            f"the other scoring starts {counted(abs(shift), 'epoch')} {later} than the reference"
        )
    return shift, notes


def _offset(
    reference: Scoring, reference_start: datetime, other: Scoring, other_start: datetime
) -> tuple[timedelta, list[str]]:
    """Return how much later ``other`` starts, by date or else by time of day."""

    def overlap(offset: timedelta) -> bool:
        offset_s = offset.total_seconds()
        return -other.hypnogram.duration_s < offset_s < reference.hypnogram.duration_s

    by_date = other_start - reference_start
    if overlap(by_date):
        return by_date, []
    by_time = (by_date + _DAY / 2) % _DAY - _DAY / 2
    if not overlap(by_time):
        raise ScoringError(
            "the scorings have no epoch in common: the reference starts on"
            f" {reference_start:%Y-%m-%d at %H:%M:%S} and lasts"
            f" {reference.hypnogram.duration_s / 60:g} min, the other starts on"
            f" {other_start:%Y-%m-%d at %H:%M:%S} and lasts {other.hypnogram.duration_s / 60:g} min"
        )
    note = (
        f"the dates differ ({reference_start:%Y-%m-%d} and {other_start:%Y-%m-%d}):"
        " aligned by time of day"
    )
    if _NO_START.date() not in (reference_start.date(), other_start.date()):
        note += "; make sure that both are scorings of the same night"
    return by_time, [note]


def _length_notes(n_reference: int, n_other: int, n_common: int, n_excluded: int) -> list[str]:
    notes = []
    if n_reference != n_other:
        notes.append(
            f"the reference has {counted(n_reference, 'epoch')}, the other scoring {n_other}"
        )
    if n_common < max(n_reference, n_other):
        notes.append(
            f"{counted(n_common, 'epoch')} {'is' if n_common == 1 else 'are'} covered by both"
        )
    if n_excluded:
        notes.append(f"{n_excluded} of the epochs covered by both are not scored in both")
    return notes


def _figures(counts: NDArray[np.int_]) -> dict[str, Any]:
    """Compute everything that follows from the (n_told, n_told) confusion counts."""
    total = int(counts.sum())
    in_reference, in_other = counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist()
    hits = counts.diagonal().tolist()
    pairs = list(zip(hits, in_reference, in_other, strict=True))
    f1 = tuple(_ratio(2 * hit, n_true + n_judged) for hit, n_true, n_judged in pairs)
    defined_f1 = [value for value in f1 if value is not None]
    kappa, low, high = _kappa(counts)
    return {
        "accuracy": sum(hits) / total,
        "kappa": kappa,
        "kappa_low": low,
        "kappa_high": high,
        "macro_f1": sum(defined_f1) / len(defined_f1),
        "f1": f1,
        "precision": tuple(_ratio(hit, n_judged) for hit, _, n_judged in pairs),
        "recall": tuple(_ratio(hit, n_true) for hit, n_true, _ in pairs),
        "specificity": tuple(
            _ratio(total - n_true - n_judged + hit, total - n_true)
            for hit, n_true, n_judged in pairs
        ),
        "support": tuple(in_reference),
    }


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _kappa(counts: NDArray[np.int_]) -> tuple[float | None, float | None, float | None]:
    """Compute Cohen's kappa and its 95 % interval, cut at -1 and 1.

    The large-sample variance is that of Fleiss, Cohen & Everitt 1969, Psychological Bulletin 72,
    323-327 (not their variance under the hypothesis that kappa is 0).
    """
    n = counts.sum()
    shares = counts / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = shares.trace(), rows @ columns
    if np.count_nonzero(rows * columns) == 1 and observed == 1:
        return None, None, None
    kappa = (observed - expected) / (1 - expected)
    # weights[i, j] = column share of i + row share of j: the marginals cross over.
    weights = columns[:, None] + rows[None, :]
    agreed = shares.diagonal() @ (1 - weights.diagonal() * (1 - kappa)) ** 2
    off_diagonal = shares * weights**2
    np.fill_diagonal(off_diagonal, 0)
    spread = agreed + (1 - kappa) ** 2 * off_diagonal.sum() - (kappa - expected * (1 - kappa)) ** 2
    # Rounding can take a variance of 0 below it.
    half_width = _Z_95 * math.sqrt(max(spread, 0.0) / n) / (1 - expected)
    return float(kappa), max(-1.0, float(kappa - half_width)), min(1.0, float(kappa + half_width))
