"""A small recording and what is done to it: the beginning of the scripts of this folder."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime

import numpy as np

from sleepscorer.core.edits import Author, Edit, ScoringState, replayed
from sleepscorer.core.events import Event
from sleepscorer.core.layers import LayerKind, Layers
from sleepscorer.core.report_form import ReportForm
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.signing import Signing
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.files.edf.writer import EdfPlan, SignalHeader, write_edf

N_EPOCHS = 60
MOST_LAYERS = 6
ANNA = Author("anna", "lab-3")


def write_night(path):
    """Write a recording of 30 minutes; it is only opened."""
    samples = np.random.default_rng(0).normal(0, 20, N_EPOCHS * 30).astype(np.float32)
    plan = EdfPlan(
        signals=(
            SignalHeader(
                label="EEG C4-M1", sampling_rate_hz=1, physical_min=-500, physical_max=500
            ),
        ),
        n_records=N_EPOCHS,
        record_duration_s=30,
        start=datetime(2024, 3, 1, 23),
    )
    write_edf(path, plan, [[samples]])
    return path


def a_staging(chance: random.Random) -> Staging:
    """Return a staging of no particular sense."""
    numbers = np.random.default_rng(chance.randrange(1000))
    made = StagingProvenance("w", "0" * 64, ("C4-M1",), (), (), "cpu", "s", "2026-01-01T00:00:00")
    return Staging(numbers.dirichlet(np.ones(5), N_EPOCHS).astype(np.float32), made)


def edit_somehow(session, chance: random.Random) -> bool:
    """Edit as a person might; return whether there was something to edit."""
    before = len(session.edits)
    kind = chance.random()
    if kind < 0.5:
        first = chance.randrange(N_EPOCHS)
        last = min(first + chance.choice([1, 1, 1, 5, 30]), N_EPOCHS)
        session.score(range(first, last), chance.choice([*STAGES, Stage.UNSCORED]))
    elif kind < 0.65:
        onset = chance.randrange(N_EPOCHS * 30)
        session.replace_event(None, Event(onset / 3, chance.choice([None, 3.5]), "EEG arousal"))
    elif kind < 0.72 and session.state.events:
        session.replace_event(chance.choice(session.state.events), None)
    elif kind < 0.77:
        session.set_lights(chance.randrange(100) + 0.5, None)
    elif kind < 0.8 and not session.layer.hides_others:
        session.fill(a_staging(chance), others=(a_staging(chance),))
    elif kind < 0.93:
        session.undo()
    else:
        session.redo()
    return len(session.edits) > before


def change_layers_somehow(document, chance: random.Random) -> None:
    """Begin a scoring, go to another one, or call a blind one done."""
    layers = document.layers
    if document.session.layer.hides_others:
        if chance.random() < 0.3:
            document.scorings.finish(document.session.layer.number)
    elif len(layers) < MOST_LAYERS and chance.random() < 0.5:
        kind = chance.choice(list(LayerKind))
        name = f"Scoring {len(layers) + 1}"
        if kind is LayerKind.PERSON and chance.random() < 0.5:
            document.add_layer(name, is_blind=True)
        else:
            document.add_layer(name, kind, copy_of=chance.choice(layers).number)
    elif chance.random() < 0.1:
        document.scorings.rename(1, f"First {chance.randrange(1 << 20)}")
    else:
        document.switch_layer(chance.choice(layers).number)


def sign_somehow(session, chance: random.Random) -> None:
    """Take back what is signed, or else sign or write into the form."""
    if session.is_locked:
        session.unlock("one more epoch")
    elif chance.random() < 0.5:
        session.sign("Anna Meier", chance.choice(list(Meaning)))
    else:
        session.set_form(ReportForm(comment=f"remark {chance.randrange(1 << 20)}"))


def told_of_signing(signing: Signing) -> str:
    """Return what stands for all forms, signatures and unlockings, and how many there are."""
    parts = (signing.signatures, signing.unlockings, signing.forms)
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()
    return f"+{' '.join(str(len(part)) for part in parts)} {digest}"


def told_of_layers(layers: Layers) -> str:
    """Return what stands for all layers and what became of them, and how many there are."""
    parts = (layers.begun, layers.marks)
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()
    return f"*{' '.join(str(len(part)) for part in parts)} {digest}"


def state_after(edits: Sequence[Edit], edit: Edit) -> ScoringState:
    """Return the scoring that an edit led to: that of its layer alone."""
    own = [one for one in edits[: edit.number] if one.layer == edit.layer]
    return replayed(N_EPOCHS, own)[0]


def told_of(edit: Edit, state: ScoringState) -> str:
    """Return what stands for an edit and the scoring after it."""
    digest = hashlib.sha256(repr(astuple(edit)).encode())
    digest.update(state.stages.tobytes() + state.by_person.tobytes())
    digest.update(repr((state.events, state.lights_off_s, state.lights_on_s)).encode())
    return f"{edit.number} {digest.hexdigest()}"
