"""Quantiles of Student's t distribution, for small numbers of nights and people."""

import math

_HALF = 0.5
_WIDEST = 1e9
_N_HALVINGS = 120


def t_quantile(probability: float, n_freedom: int) -> float:
    """Return the value that a t of ``n_freedom`` degrees stays below with this probability.

    The distribution function of a whole number of degrees of freedom is a finite sum (Abramowitz &
    Stegun 1972, Handbook of Mathematical Functions, 26.7.3 and 26.7.4); it is inverted by halving.

    Parameters
    ----------
    probability
        Between 0 and 1, both left out.
    n_freedom
        At least 1.

    Raises
    ------
    ValueError
        If there is no such quantile.
    """
    if not 0 < probability < 1 or n_freedom < 1:
        raise ValueError(f"no quantile {probability} of t with {n_freedom} degrees of freedom")
    if probability < _HALF:
        return -t_quantile(1 - probability, n_freedom)
    within = 2 * probability - 1
    low, high = 0.0, _WIDEST
    for _ in range(_N_HALVINGS):
        # Between their logarithms, the quantiles of few degrees being far apart.
        middle = math.sqrt((low + 1) * (high + 1)) - 1
        if _share_within(middle, n_freedom) < within:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _share_within(t: float, n_freedom: int) -> float:
    """Return how likely a t lies between -t and t."""
    angle = math.atan2(t, math.sqrt(n_freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    is_odd = n_freedom % 2
    term = cosine if is_odd else 1.0
    total = term if n_freedom > 1 else 0.0
    for k in range(2 + is_odd, n_freedom - 1, 2):
        term *= (k - 1) / k * cosine**2
        total += term
    if is_odd:
        return 2 / math.pi * (angle + sine * total)
    return sine * total
