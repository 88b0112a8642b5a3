"""A stager beside ours: how far they agree, and how sure both together leave us."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.agreement import Agreement, agreement
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.staging_result import Staging

_BEGINNING = "There is no second opinion: "


def failure_sentence(why: str) -> str:
    """Return the warning of a staging beside which another stager failed; ours is no worse."""
    return f"{_BEGINNING}{why}."


def failure_among(warnings: Iterable[str]) -> str:
    """Return that warning where an older file holds it among others only; empty for none."""
    return next((sentence for sentence in warnings if sentence.startswith(_BEGINNING)), "")


def stagers_agreement(
    ours: Staging, theirs: Staging, stage_set: tuple[Stage, ...] = STAGES
) -> Agreement | None:
    """How far the two agree, ours as the reference; None where no epoch is staged by both."""
    if not ((ours.stages >= 0) & (theirs.stages >= 0)).any():
        return None
    one, other = (
        Scoring(Hypnogram(machine_answer(staging, stage_set).stages, stage_set=stage_set))
        for staging in (ours, theirs)
    )
    return agreement(one, other)


def shared_confidence(staging: Staging, others: Sequence[Staging]) -> NDArray[np.float32]:
    """(n_epochs,) float32: how likely the stage is right by all; NaN where nothing is staged.

    The mean of our confidence and the probability that each other stager which answers gives our
    stage (a linear opinion pool, Stone 1961, Annals of Mathematical Statistics 32, 1339-1342). Of
    two epochs of which we are equally certain, that of which another doubts our stage gets the
    lower value, and where it gives another stage it doubts ours most. Where the others say nothing
    this is our confidence. A consensus holds what they say already.
    """
    if staging.provenance.consensus_of or not others:
        return staging.confidence
    rows = np.arange(len(staging.confidence))
    given = [other.probabilities[rows, np.maximum(staging.stages, 0)] for other in others]
    doubted = np.stack([staging.confidence, *given])
    n_answering = (~np.isnan(doubted)).sum(axis=0)
    mean = np.nansum(doubted, axis=0) / np.maximum(n_answering, 1)
    return np.where(np.isnan(staging.confidence), np.nan, mean).astype(np.float32)
