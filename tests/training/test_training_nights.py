"""What is kept of nights beside their epochs."""

import numpy as np

from sleepscorer.core.head_regions import is_central
from sleepscorer.training.nights import TrainingNight, eeg_of

LABELS = np.zeros(2, dtype=np.int64)


def night(*eeg):
    return TrainingNight("n", "p", LABELS, {}, {}, eeg=eeg)


def test_a_derivation_was_learned_where_a_tenth_of_the_nights_have_it():
    usual = [night("F4-M1", "C4-M1")] * 18
    assert eeg_of([*usual, night("C4-M1", "C4-M1"), night("Pz-Oz")]) == ("C4-M1", "F4-M1")
    assert eeg_of([*usual, night("Pz-Oz"), night("Pz-Oz")]) == ("F4-M1", "C4-M1", "Pz-Oz")
    assert eeg_of([night(), night()]) == eeg_of([]) == ()
    assert any(map(is_central, eeg_of(usual)))
