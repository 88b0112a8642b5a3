"""Sessions whose recordings tell the stage by their rhythm, reviewed by nobody real."""

import numpy as np

from sleepscorer.core.edits import Author
from sleepscorer.core.filling import FillMode
from sleepscorer.core.stages import STAGES
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.files.edf.writer import EdfPlan, SignalHeader, write_edf
from sleepscorer.session_documents import open_document

ANNA = Author("anna", "lab-3")
N_EPOCHS = 120
_RHYTHM_HZ = np.array([20.0, 6.0, 14.0, 2.0, 10.0])


def stages_of(seed):
    """Every stage, in runs of ten epochs; no two nights alike."""
    rng = np.random.default_rng(seed)
    runs = np.concatenate([np.arange(5), rng.integers(0, 5, N_EPOCHS // 10 - 5)])
    return np.repeat(rng.permutation(runs), 10).astype(np.int8)


def write_recording(path, seed, *, patient=None, labels=("EEG C4-M1", "EOG E1-M2")):
    """The same rhythm in every channel, at 100 Hz."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(N_EPOCHS * 3000) / 100
    rhythm = np.sin(2 * np.pi * np.repeat(_RHYTHM_HZ[stages_of(seed)], 3000) * t_s)
    samples = [(40 * rhythm + rng.normal(0, 10, t_s.size)).astype(np.float32) for _ in labels]
    signals = tuple(SignalHeader(label, 100, -500, 500) for label in labels)
    who = f"P{seed} X X Somebody" if patient is None else patient
    plan = EdfPlan(signals, N_EPOCHS * 30, 1, None, patient_id=who)
    write_edf(path, plan, [samples])
    return path


def wrong_staging(eeg="C4-M1", eog=()):
    """The machine takes every epoch for N1, by the EEG alone."""
    probabilities = np.tile(np.float32([0.1, 0.6, 0.1, 0.1, 0.1]), (N_EPOCHS, 1))
    made = StagingProvenance("w", "0" * 64, (eeg,), eog, (), "cpu", "test", "2024-01-01")
    return Staging(probabilities, made)


def write_session(recording, stages, *, n_reviewed=N_EPOCHS, staging=None):
    """A session in which a person scored the first epochs, after the machine where it did."""
    document = open_document(recording, author=ANNA)
    if staging is not None:
        document.session.fill(staging, FillMode.ALL)
    for stage in STAGES:
        document.session.score(
            (int(i) for i in np.flatnonzero(stages[:n_reviewed] == stage)), stage
        )
    document.close()
    return document.session_path


def write_site(folder, n_people=10):
    """One reviewed night each."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(n_people):
        write_session(write_recording(folder / f"n{seed}.edf", seed), stages_of(seed))
    return folder
