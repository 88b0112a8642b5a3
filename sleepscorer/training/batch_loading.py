"""Batches in order, drawn beside the training where that keeps a GPU busy."""

import multiprocessing
import os
from collections.abc import Iterator

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from sleepscorer.training.window_sampler import Batch, WindowSampler

_MOST_WORKERS = 8
# Forked workers share the mapped nights; others would each be sent a copy.
_FORK = "fork"


def n_workers_for(device: torch.device, wanted: int | None = None) -> int:
    """How many processes draw: as many as wanted, or as keep a GPU busy; none beside a CPU.

    None at all where processes can't be forked.
    """
    if _FORK not in multiprocessing.get_all_start_methods():
        return 0
    if wanted is not None:
        return wanted
    return 0 if device.type == "cpu" else min(_MOST_WORKERS, max((os.cpu_count() or 1) - 1, 0))


def batches(
    sampler: WindowSampler, numbers: range, *, seed: int, n_workers: int, pinned: bool
) -> Iterator[Batch]:
    """Draw the batches of these numbers.

    A number and the seed decide what is in a batch: what was killed draws the same again, with any
    number of workers.

    Parameters
    ----------
    sampler
        Draws them.
    numbers
        From the first to the last.
    n_workers
        Processes that draw; 0 draws in this one.
    pinned
        Into memory that a GPU reads by itself.
    """
    return iter(
        DataLoader(
            _Drawn(sampler, seed),
            batch_size=None,
            sampler=numbers,
            num_workers=n_workers,
            pin_memory=pinned,
            multiprocessing_context=_FORK if n_workers else None,
            # It would take a number from the one that decides what is dropped out.
            generator=torch.Generator(),
        )
    )


class _Drawn(Dataset[Batch]):
    def __init__(self, sampler: WindowSampler, seed: int) -> None:
        self._sampler, self._seed = sampler, seed

    def __getitem__(self, number: int) -> Batch:
        return self._sampler.draw(np.random.default_rng((self._seed, number)))
