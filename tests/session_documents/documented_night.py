"""A recording for documents, and who scores it."""

from datetime import datetime

import numpy as np

from sleepscorer.core.edits import Author
from sleepscorer.files.edf.writer import EdfPlan, SignalHeader, write_edf

ANNA = Author("anna", "lab-3")
BEN = Author("ben", "lab-4")
START = datetime(2024, 3, 1, 23, 0, 0)
N = 10


def write_night(path, *, n_epochs=N, events=(), seed=0, start=START, tail_s=0):
    rng = np.random.default_rng(seed)
    samples = rng.normal(0, 20, n_epochs * 3000 + tail_s * 100).astype(np.float32)
    header = EdfPlan(
        signals=(
            SignalHeader(
                label="EEG C4-M1", sampling_rate_hz=100, physical_min=-500, physical_max=500
            ),
        ),
        n_records=n_epochs * 30 + tail_s,
        record_duration_s=1,
        start=start,
    )
    write_edf(path, header, [[samples]], events=events)
    return path
