"""Folders of scorers, written for the tests."""

from datetime import datetime, timedelta

import numpy as np

NAMES = ["W", "N1", "N2", "N3", "R"]
START = datetime(2024, 1, 10, 22, 30)


def stages_of(seed, n_epochs=180):
    rng = np.random.default_rng(seed)
    return np.repeat(rng.integers(0, 5, n_epochs // 6), 6)


def strayed(stages, seed, share=0.2):
    rng = np.random.default_rng(seed)
    return np.where(rng.random(stages.size) < share, rng.integers(0, 5, stages.size), stages)


def write(path, stages, start=START):
    """A table of a scorer, with dates."""
    path.parent.mkdir(parents=True, exist_ok=True)
    times = (start + timedelta(seconds=30 * number) for number in range(len(stages)))
    rows = [f"{t:%Y-%m-%d %H:%M:%S},{NAMES[s]}" for t, s in zip(times, stages, strict=True)]
    path.write_text("\n".join(["time,stage", *rows]) + "\n")


def two_scorers(folder, n_nights=3):
    """``ab`` and ``cd``, the second of whom puts its name behind each file's."""
    for number in range(n_nights):
        stages, start = stages_of(number), START + timedelta(days=60 * number)
        write(folder / "ab" / f"night{number}.csv", stages, start)
        write(folder / "cd" / f"night{number}_cd.csv", strayed(stages, number), start)
    return folder / "ab", folder / "cd"
