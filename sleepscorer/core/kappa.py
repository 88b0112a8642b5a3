"""Cohen's kappa of confusion counts, and how far chance may have moved it."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.stages import EPOCH_S

BLOCK_S = 20 * 60.0
"""Length of the stretches of a night that are resampled whole, seconds."""
FEWEST_BLOCKS = 3
"""Nights with less than so many blocks have no interval: too few can be told apart."""
INTERVAL_METHOD = (
    "95 % interval of kappa: bootstrap over blocks of 20 min, because the epochs of one night are"
    " not independent (circular blocks, Politis & Romano 1992, after Künsch 1989; percentiles of"
    " 2000 resampled nights, Efron & Tibshirani 1993); none where two scorings share less than"
    " 60 min."
)
"""How the interval is made, in words, for outputs."""

_N_RESAMPLED = 2000
_AT_A_TIME = 200_000
_SEED = 20
_Z_95 = 1.959963984540054
_PERCENTILES = (2.5, 97.5)

Interval = tuple[float | None, float | None]


def kappa_of(counts: NDArray[np.integer]) -> float | None:
    """Return Cohen's kappa (1960) of (n, n) confusion counts; None where it is undefined.

    It is where nothing was counted, and where both scorings hold one and the same stage only.
    """
    value = float(_kappas(counts[None])[0])
    return None if math.isnan(value) else value


def kappa_against_rest(counts: NDArray[np.integer]) -> tuple[float | None, ...]:
    """Return the kappa of each stage against all others together, of (n, n) confusion counts."""
    total = counts.sum()
    found = []
    for stage in range(len(counts)):
        hit = counts[stage, stage]
        missed, false = counts[stage].sum() - hit, counts[:, stage].sum() - hit
        found.append(kappa_of(np.array([[hit, missed], [false, total - hit - missed - false]])))
    return tuple(found)


def asymptotic_interval(counts: NDArray[np.integer]) -> Interval:
    """Return the large-sample 95 % interval of kappa, cut at -1 and 1.

    It takes epochs for independent, which those of one night are not: it is too narrow there. The
    variance is that of Fleiss, Cohen & Everitt 1969, Psychological Bulletin 72, 323-327 (not their
    variance under the hypothesis that kappa is 0). Where it is estimated as 0 (perfect agreement,
    or a scoring of one stage only) the interval has no width, and says nothing.

    Parameters
    ----------
    counts
        (n, n) confusion counts.
    """
    kappa = kappa_of(counts)
    if kappa is None:
        return None, None
    n = counts.sum()
    shares = counts / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    expected = rows @ columns
    # weights[i, j] = column share of i + row share of j: the marginals cross over.
    weights = columns[:, None] + rows[None, :]
    agreed = shares.diagonal() @ (1 - weights.diagonal() * (1 - kappa)) ** 2
    off_diagonal = shares * weights**2
    np.fill_diagonal(off_diagonal, 0)
    spread = agreed + (1 - kappa) ** 2 * off_diagonal.sum() - (kappa - expected * (1 - kappa)) ** 2
    # Rounding can take a variance of 0 below it.
    half_width = _Z_95 * math.sqrt(max(spread, 0.0) / n) / (1 - expected)
    return max(-1.0, float(kappa - half_width)), min(1.0, float(kappa + half_width))


def block_bootstrap_interval(
    nights: Sequence[NDArray[np.integer]], n_told: int, *, epoch_s: float = EPOCH_S
) -> Interval:
    """Return the 95 % interval of kappa by resampling blocks of 20 min.

    Each night is put together anew, as long as it was, from blocks of consecutive epochs drawn
    with replacement within it. A block may run over the end of the night into its beginning, so
    that every epoch is drawn equally often (circular block bootstrap, Politis & Romano 1992, in
    LePage & Billard, Exploring the Limits of Bootstrap, 263-270; moving blocks: Künsch 1989,
    Annals of Statistics 17, 1217-1241). The ends are percentiles of the resampled kappas (Efron &
    Tibshirani 1993, An Introduction to the Bootstrap, chapter 13). The same nights give the same
    interval.

    Parameters
    ----------
    nights
        (n_epochs,) of each, in the order of time: the cell ``row * n_told + column`` of the
        confusion counts that an epoch falls in, negative where it is not scored in both.
    n_told
        Stages told apart.
    epoch_s
        Length of an epoch, seconds.

    Returns
    -------
    None for both where kappa is undefined, or all nights together hold fewer than
    :data:`FEWEST_BLOCKS` blocks of epochs that are scored in both.
    """
    length = block_length(epoch_s)
    n_compared = sum(int(np.count_nonzero(cells >= 0)) for cells in nights)
    if n_compared < FEWEST_BLOCKS * length:
        return None, None
    rng = np.random.default_rng(_SEED)
    drawn = np.zeros((_N_RESAMPLED, n_told**2))
    whole = np.zeros(n_told**2, dtype=np.int64)
    for cells in nights:
        if cells.size:
            drawn += _resampled(cells, n_told**2, min(length, cells.size), rng)
            whole += np.bincount(cells[cells >= 0], minlength=n_told**2)
    if kappa_of(whole.reshape(n_told, n_told)) is None:
        return None, None
    kappas = _kappas(drawn.reshape(-1, n_told, n_told))
    kappas = kappas[~np.isnan(kappas)]
    if not kappas.size:
        return None, None
    low, high = np.percentile(kappas, _PERCENTILES).tolist()
    return low, high


def block_length(epoch_s: float) -> int:
    """Return how many epochs a block has."""
    return max(1, round(BLOCK_S / epoch_s))


def _resampled(
    cells: NDArray[np.integer], n_cells: int, length: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """(n_resampled, n_cells) counts of nights made of blocks of this one."""
    n_epochs = cells.size
    n_blocks = math.ceil(n_epochs / length)
    rest = n_epochs - (n_blocks - 1) * length
    # summed[k] counts the first k epochs of the night followed by its beginning.
    summed = np.zeros((n_epochs + length + 1, n_cells), dtype=np.int32)
    around = np.concatenate([cells, cells[:length]])
    scored = np.flatnonzero(around >= 0)
    summed[scored + 1, around[scored]] = 1
    summed = np.cumsum(summed, axis=0, dtype=np.int32)
    windows = summed[length : length + n_epochs] - summed[:n_epochs]
    last = summed[rest : rest + n_epochs] - summed[:n_epochs]
    counts = last[rng.integers(n_epochs, size=_N_RESAMPLED)].astype(np.int64)
    at_a_time = max(1, _AT_A_TIME // max(1, n_blocks))
    for start in range(0, _N_RESAMPLED, at_a_time):
        stop = min(start + at_a_time, _N_RESAMPLED)
        starts = rng.integers(n_epochs, size=(stop - start, n_blocks - 1))
        counts[start:stop] += windows[starts].sum(axis=1)
    return counts


def _kappas(counts: NDArray[np.number]) -> NDArray[np.float64]:
    """(n_tables,) of (n_tables, n, n) counts; NaN where undefined."""
    counts = counts.astype(np.float64)
    totals = counts.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        rows, columns = counts.sum(axis=2), counts.sum(axis=1)
        observed = np.trace(counts, axis1=1, axis2=2) / totals
        expected = (rows * columns).sum(axis=1) / totals**2
        kappas = (observed - expected) / (1 - expected)
    # One and the same stage throughout: nothing is left for chance to have done.
    is_constant = (counts > 0).sum(axis=(1, 2)) <= 1
    agreed = np.trace(counts, axis1=1, axis2=2) == totals
    kappas[is_constant & agreed] = np.nan
    return np.asarray(kappas)
