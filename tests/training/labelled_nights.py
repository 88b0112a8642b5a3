"""Nights whose band powers tell the stage at once, to see whether a network learns at all."""

import csv

import numpy as np

from sleepscorer.training.nights import feature_nights


def write_features(folder, subjects=(0, 2, 5, 5, 1, 3), n_epochs=300):
    """Write them in the layout of the published features; one epoch of each has no stage."""
    rng = np.random.default_rng(0)
    rows = []
    for subject in subjects:
        record = f"SC{len(rows)}"
        labels = np.repeat(rng.integers(0, 5, n_epochs // 10), 10)
        features = rng.normal(0, 0.1, (n_epochs, 3, 10)).astype(np.float32)
        features[np.arange(n_epochs), :, labels] += 3
        labels[7] = -1
        np.savez(folder / f"{record}.npz", features=features, labels=labels)
        rows.append({"record": record, "subject": subject})
    with (folder / "index.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["record", "subject"])
        writer.writeheader()
        writer.writerows(rows)
    return folder


def nights(folder, **kwargs):
    return feature_nights(write_features(folder, **kwargs))
