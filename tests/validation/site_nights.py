"""Short nights of a site, with sessions and scorings as people leave them."""

from datetime import datetime

import numpy as np

from sleepscorer.core.edits import Author
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.files.edf.writer import EdfPlan, SignalHeader, write_edf
from sleepscorer.session_documents import open_document

ANNA = Author("anna", "lab-3")
N_EPOCHS = 80
START = datetime(2024, 3, 1, 23, 0, 0)
CLINICAL = ("EEG F4-M1", "EEG C4-M1", "EOG E1-M2")


def stages_of(seed):
    """(80,) every stage, in runs of four epochs."""
    rng = np.random.default_rng(seed)
    runs = np.concatenate([np.arange(5), rng.integers(0, 5, N_EPOCHS // 4 - 5)])
    return np.repeat(rng.permutation(runs), 4).astype(np.int8)


def with_errors(stages, n_wrong):
    """The same with the first epochs called otherwise."""
    changed = stages.copy()
    changed[:n_wrong] = (changed[:n_wrong] + 1) % 5
    return changed


def write_recording(path, seed, *, labels=CLINICAL, patient=None, events=(), start=START):
    rng = np.random.default_rng(seed)
    samples = [rng.normal(0, 20, N_EPOCHS * 3000).astype(np.float32) for _ in labels]
    signals = tuple(SignalHeader(label, 100, -500, 500) for label in labels)
    who = f"P{seed} X X Somebody" if patient is None else patient
    plan = EdfPlan(signals, N_EPOCHS * 30, 1, start, patient_id=who)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_edf(path, plan, [samples], events=events)
    return path


def write_table(path, *scorers):
    """A table of epochs: one column of stages, or one of each scorer."""
    heads = ["stage"] if len(scorers) == 1 else ["anna", "ben", "cleo"][: len(scorers)]
    rows = zip(*([_text(stage) for stage in stages] for stages in scorers), strict=True)
    lines = [",".join(("epoch", *heads))]
    lines += [",".join((str(n), *row)) for n, row in enumerate(rows, start=1)]
    path.write_text("\n".join(lines) + "\n")
    return path


def _text(stage):
    return "?" if stage == Stage.UNSCORED else Stage(int(stage)).text


def staging_of(stages):
    """A machine's answer with these stages."""
    probabilities = np.full((stages.size, 5), 0.1, np.float32)
    probabilities[np.arange(stages.size), stages] = 0.6
    made = StagingProvenance("w", "", ("C4-M1",), (), (), "cpu", "test", "")
    return Staging(probabilities, made)


def write_session(recording, stages, *, machine=None, n_by_hand=0, folder=None, lights=None):
    """A session in which a person scored all epochs, after the machine but for the first ones."""
    document = open_document(recording, author=ANNA, session_folder=folder)
    session = document.session
    _score(session, stages, range(n_by_hand))
    if machine is not None:
        session.fill(staging_of(machine))
    _score(session, stages, range(n_by_hand, N_EPOCHS))
    if lights is not None:
        session.set_lights(*lights)
    document.close()
    return document.session_path


def _score(session, stages, epochs):
    for stage in STAGES:
        session.score([epoch for epoch in epochs if stages[epoch] == stage], stage)
