"""A night in overlapping windows against a plain loop."""

import numpy as np
import pytest

from sleepscorer.staging.windows import averaged_windows


def head(features, present):
    """Answers that depend on the epoch, on where it lies in its window, and on its presence."""
    place = np.arange(features.shape[1], dtype=np.float32)[None, :, None]
    return np.concatenate([features[:, :, 0] + place, present * place], axis=2)


@pytest.mark.parametrize("n_epochs", [1, 7, 99, 100, 101, 130, 875, 900, 1701])
def test_an_epoch_is_the_weighted_mean_of_its_windows(n_epochs):
    rng = np.random.default_rng(n_epochs)
    features = rng.normal(size=(n_epochs, 1, 2)).astype(np.float32)
    present = rng.integers(0, 2, (n_epochs, 1)).astype(np.float32)
    seen = []
    found = averaged_windows(head, features, present, lambda share, _: seen.append(share))

    length = min(100, n_epochs)
    starts = list(range(0, n_epochs - length + 1, 25))
    if starts[-1] != n_epochs - length:
        starts.append(n_epochs - length)
    for epoch in range(n_epochs):
        total, count = np.zeros(3), 0
        for start in starts:
            place = epoch - start
            if 0 <= place < length:
                weight = min(place + 1, length - place)
                total[:2] += weight * (features[epoch, 0] + place)
                total[2] += weight * present[epoch, 0] * place
                count += weight
        np.testing.assert_allclose(found[epoch], total / count, rtol=1e-5, atol=1e-5)
    assert seen == sorted(seen)
    assert len(seen) == 1 + -(-len(starts) // 8)
    assert (seen[0], seen[-1]) == (0, 1)
