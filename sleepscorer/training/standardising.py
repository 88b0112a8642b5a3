"""Centres what heads look at, by what the encoder gives."""

from collections.abc import Iterable

import torch
from torch import Tensor

from sleepscorer.staging.networks.staging_network import StageHead, StagingNetwork, night_features
from sleepscorer.training.nights import NO_LABEL
from sleepscorer.training.window_sampler import Batch

_LEAST_SPREAD = 1e-3

Measured = tuple[Batch, Tensor]
"""A batch, and (batch, n_epochs, n_kinds, 5 + n_learned) what was measured of it."""


def standardise(network: StagingNetwork, batches: Iterable[Measured]) -> None:
    """Set centre and spread of every head's inputs, unless they come from a training.

    Only epochs with a stage count, and of each channel those in which it can be used: the heads see
    a zero in the place of what is absent.
    """
    heads = [head for head in network.stage_heads if not bool((head.centre != 0).any())]
    if not heads:
        return
    # Not every device has double precision.
    sums = [torch.zeros(3, head.centre.numel(), dtype=torch.float64) for head in heads]
    for batch, measures in batches:
        features = night_features(measures, batch.levels[:, None])
        known = (batch.labels != NO_LABEL)[..., None]
        for index, head in enumerate(heads):
            sums[index] += _sums(head, features, head.seen(batch.present) * known)
    for head, (count, first, second) in zip(heads, sums, strict=True):
        centre = first / count.clamp(min=1)
        spread = (second / count.clamp(min=1) - centre.square()).clamp(min=0).sqrt()
        head.centre.copy_(centre)
        # What never varies, being absent from all nights, must not be divided by nothing.
        head.spread.copy_(torch.where(spread < _LEAST_SPREAD, torch.ones_like(spread), spread))


def _sums(head: StageHead, features: Tensor, weights: Tensor) -> Tensor:
    """(3, n_inputs): how many count, their sum, the sum of their squares."""
    described, weights = head.describe(features).cpu().double(), weights.cpu().double()
    counted = (weights, weights * described, weights * described.square())
    return torch.stack([each.flatten(0, 1).sum(dim=0) for each in counted])
