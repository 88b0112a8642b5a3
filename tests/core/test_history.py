"""The history of a session in words and in order."""

from dataclasses import replace

import numpy as np

from sleepscorer.core.edits import Author
from sleepscorer.core.events import Event
from sleepscorer.core.filling import FillMode
from sleepscorer.core.history import StepKind, history_steps, in_order
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.report_form import FormEntry, Person, ReportForm
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.signing import Signing
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance

ANNA = Author("anna", "lab-3")
N = 6


def session():
    return ScoringSession(N, MemoryJournal(), author=ANNA)


def steps(opened, **options):
    done = in_order(opened.edits, opened.signing)
    return list(history_steps(done, lambda time_s: f"<{time_s:g}>", **options))


def told(opened):
    return [(s.kind.value, s.what, s.before, s.after, s.epochs, s.epoch) for s in steps(opened)]


def staging(*stages):
    probabilities = np.full((len(stages), 5), 0.05, dtype=np.float32)
    probabilities[range(len(stages)), stages] = 0.8
    made = StagingProvenance("w", "0" * 64, ("C4-M1",), (), (), "cpu", "s", "2026-01-01T00:00:00")
    return Staging(probabilities, made)


def test_stages_from_and_to():
    opened = session()
    opened.score([2], Stage.N2)
    opened.score([2, 3], Stage.W)
    opened.score([0, 3, 5], Stage.R)
    opened.undo()
    opened.redo()
    assert told(opened) == [
        ("person", "Score epoch 3 as N2", "?", "N2", "3", 2),
        ("person", "Score 2 epochs from 3 as W", "1 N2, 1 ?", "W", "3–4", 2),
        ("person", "Score 3 epochs from 1 as R", "2 ?, 1 W", "R", "3 from 1", 0),
        ("undo", "Undo Score 3 epochs from 1 as R", "R", "2 ?, 1 W", "3 from 1", 0),
        ("redo", "Redo Score 3 epochs from 1 as R", "2 ?, 1 W", "R", "3 from 1", 0),
    ]


def test_what_a_person_confirmed():
    opened = session()
    opened.fill(staging(0, 1, 2, 3, 4, 4), FillMode.ALL)
    opened.score([1], Stage.N1)
    auto, confirmed = told(opened)
    assert auto == ("machine", "Auto-score", "?", "2 R, 1 W, 1 N1, …", "1–6", 0)
    assert confirmed == ("person", "Score epoch 2 as N1", "N1", "N1, confirmed", "2", 1)


def test_events_and_lights_from_and_to():
    opened = session()
    arousal = Event(65.0, 3.0, "EEG arousal", "C4-M1")
    opened.replace_event(None, arousal)
    opened.replace_event(arousal, replace(arousal, onset_s=95.0, duration_s=None))
    opened.replace_event(opened.state.events[0], None)
    opened.set_lights(30.0, None)
    opened.set_lights(30.0, 150.0)
    assert [one[2:] for one in told(opened)] == [
        ("–", "EEG arousal at <65>, 3.0 s", "3", 2),
        ("EEG arousal at <65>, 3.0 s", "EEG arousal at <95>", "4", 3),
        ("EEG arousal at <95>", "–", "4", 3),
        ("off –", "off <30>", "2", 1),
        ("on –", "on <150>", "6", 5),
    ]


def test_signatures_and_forms_stand_among_the_edits():
    opened = session()
    opened.score([0], Stage.W)
    opened.set_form(ReportForm(Person("Erika", height_cm=170.0), "fine"))
    made = opened.sign("Anna Meier", Meaning.SCORED)
    opened.unlock("too early")
    opened.score([1], Stage.W)
    opened.set_form(ReportForm(Person("Erika"), "better"))
    opened.sign("Anna Meier", Meaning.SCORED)
    assert [(s.kind, s.what, s.epoch) for s in steps(opened)] == [
        (StepKind.PERSON, "Score epoch 1 as W", 0),
        (StepKind.FORM, "Report form: name, height cm, comment", None),
        (StepKind.SIGNED, f"Sign: scored by Anna Meier, SHA-256 {made.sha256[:12]}", None),
        (StepKind.UNLOCKED, "Unlock: too early", None),
        (StepKind.PERSON, "Score epoch 2 as W", 1),
        (StepKind.FORM, "Report form: comment, height cm", None),
        (StepKind.SIGNED, steps(opened)[-1].what, None),
    ]
    assert all("Erika" not in step.what for step in steps(opened))


def test_the_log_keeps_its_order_when_the_clock_is_put_back():
    opened = session()
    for epoch in range(3):
        opened.score([epoch], Stage.W)
    times = ("2026-03-01T10:00:00+00:00", "2026-03-01T09:00:00+00:00", "2026-03-01T09:30:00+00:00")
    edits = [replace(e, utc=utc) for e, utc in zip(opened.edits, times, strict=True)]
    form = FormEntry("2026-03-01T08:00:00+00:00", ANNA, ReportForm(comment="x"), 2)
    done = in_order(edits, Signing(forms=(form,)))
    assert done == (edits[0], edits[1], form, edits[2])


def test_the_rest_of_a_history_knows_the_form_before():
    opened = session()
    opened.set_form(ReportForm(comment="a"))
    opened.set_form(ReportForm(comment="a", impression="b"))
    done = in_order(opened.edits, opened.signing)
    (last,) = history_steps(done[1:], str, form=ReportForm(comment="a"))
    assert last.what == "Report form: impression"
