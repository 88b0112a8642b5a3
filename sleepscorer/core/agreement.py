"""Epoch-by-epoch agreement of two scorings of one night."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.alignment import alignment
from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.kappa import (
    BLOCK_S,
    FEWEST_BLOCKS,
    Interval,
    block_bootstrap_interval,
    block_length,
    kappa_against_rest,
    kappa_of,
)
from sleepscorer.core.machine_answer import in_three
from sleepscorer.core.stages import EPOCH_S, STAGES, THREE_STAGES, Stage
from sleepscorer.core.wording import counted

_PER_STAGE = ("f1", "precision", "recall", "support", "kappa_by_stage")
_FIGURES = ("accuracy", "kappa", "kappa_low", "kappa_high", "macro_f1", *_PER_STAGE)
_COUNTS = ("n_epochs", "n_excluded")

PerStage = tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far two scorings agree; None where a figure is undefined.

    Parameters
    ----------
    accuracy
        Share of equal epochs, 0 to 1; times 100, the percent agreement.
    kappa
        Cohen's; undefined where both scorings hold one and the same stage only.
    kappa_by_stage
        Cohen's kappa of each stage against all others together, in the order of ``stage_set``.
    macro_f1
        Mean F1 of the stages that occur in either scoring.
    f1, precision, recall, specificity
        By stage in the order of ``stage_set``, 0 to 1; recall is the sensitivity and, times 100,
        the percent agreement of a stage with the reference. A stage that neither scoring holds has
        none; precision is undefined where OTHER never has the stage,
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
    cells
        (n_common,) int8, the epochs that both scorings cover in the order of time: the cell of the
        confusion counts, row times number of stages plus column, or -1 where not scored in both.
    epoch_s
        Length of an epoch, seconds.
    """

    accuracy: float
    kappa: float | None
    kappa_by_stage: PerStage
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
    cells: NDArray[np.int8] = field(compare=False, repr=False)
    epoch_s: float = EPOCH_S

    @property
    def kappa_low(self) -> float | None:
        """Lower end of kappa's 95 % interval; None where it has none."""
        return self._interval[0]

    @property
    def kappa_high(self) -> float | None:
        """Upper end of kappa's 95 % interval; None where it has none."""
        return self._interval[1]

    @cached_property
    def _interval(self) -> Interval:
        """By :func:`~sleepscorer.core.kappa.block_bootstrap_interval`: epochs are not independent.

        Computed when it is asked for: many comparisons need no more than kappa.
        """
        return block_bootstrap_interval([self.cells], len(self.stage_set), epoch_s=self.epoch_s)

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

    How they are aligned stands in :func:`~sleepscorer.core.alignment.alignment`.

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
    shift, notes = alignment(reference, other)
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
    cells = cells_of(true, judged, stage_set)
    counts = confusion_of(cells, len(stage_set))
    n_epochs = int(counts.sum())
    notes += _length_notes(n_reference, n_other, n_common, n_common - n_epochs)
    epoch_s = reference.hypnogram.epoch_s
    if n_epochs < FEWEST_BLOCKS * block_length(epoch_s):
        notes.append(
            f"kappa has no interval: that takes {FEWEST_BLOCKS * BLOCK_S / 60:g} min scored in"
            f" both, and here there are {n_epochs * epoch_s / 60:g}"
        )
    return Agreement(
        **_figures(counts),
        confusion=tuple(tuple(row) for row in counts.tolist()),
        n_epochs=n_epochs,
        n_excluded=n_common - n_epochs,
        n_only_reference=n_reference - n_common,
        n_only_other=n_other - n_common,
        stage_set=stage_set,
        notes=tuple(notes),
        cells=cells,
        epoch_s=epoch_s,
    )


def cells_of(
    true: NDArray[np.int8], judged: NDArray[np.int8], stage_set: tuple[Stage, ...]
) -> NDArray[np.int8]:
    """Return the cell of the confusion counts that each epoch falls in.

    Parameters
    ----------
    true, judged
        (n_epochs,) int8 values of ``stage_set`` or UNSCORED.
    stage_set
        The stages told apart, in the order of the counts.

    Returns
    -------
    (n_epochs,) int8: row times number of stages plus column, -1 where not scored in both.
    """
    place = np.full(max(Stage) + 2, -1, dtype=np.int8)
    place[list(stage_set)] = np.arange(len(stage_set))
    # UNSCORED, -1, indexes the last place, which no stage has.
    rows, columns = place[true], place[judged]
    cells = rows * np.int8(len(stage_set)) + columns
    return np.where((rows < 0) | (columns < 0), np.int8(-1), cells)


def confusion_of(cells: NDArray[np.int8], n_told: int) -> NDArray[np.int_]:
    """(n_told, n_told) counts of the cells of :func:`cells_of`, rows the reference."""
    return np.bincount(cells[cells >= 0], minlength=n_told**2).reshape(n_told, n_told)


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
    return {
        "accuracy": sum(hits) / total,
        "kappa": kappa_of(counts),
        "kappa_by_stage": kappa_against_rest(counts),
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
