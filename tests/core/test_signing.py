"""Signing locks a scoring as it is; unlocking needs a reason, and both stay for ever."""

import hashlib
import json
from dataclasses import replace

import pytest

from sleepscorer.core.edits import Author, EditKind
from sleepscorer.core.errors import ScoringLocked, SessionError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.report_form import FormEntry, Person, ReportForm
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.signatures import Meaning, Signature, Unlocking
from sleepscorer.core.signed_content import signed_sha256
from sleepscorer.core.signing import Signing
from sleepscorer.core.stages import Stage

ANNA = Author("anna", "lab-3")
N = 4
FORM = ReportForm(Person("Erika", height_cm=170), "fine")


def session(**options):
    return ScoringSession(N, options.pop("journal", MemoryJournal()), author=ANNA, **options)


def scored(**options):
    opened = session(**options)
    opened.score([0, 1], Stage.N2)
    opened.replace_event(None, Event(31, 3.5, "EEG arousal", "C4-M1"))
    opened.set_lights(30, None)
    opened.set_form(FORM)
    return opened


def reopened(opened, **changes):
    values = {"edits": opened.edits, "signing": opened.signing}
    return session(**(values | changes))


# -- locking ----------------------------------------------------------------------------------


def _edits(opened):
    scoring = Scoring(Hypnogram(opened.state.stages[:1] * 0), (), ())
    return {
        "score": lambda: opened.score([3], Stage.W),
        "event": lambda: opened.replace_event(None, Event(1.0, 1.0, "Artefact")),
        "lights": lambda: opened.set_lights(None, None),
        "undo": opened.undo,
        "redo": opened.redo,
        "import": lambda: opened.import_scoring(scoring, name="other.csv"),
        "form": lambda: opened.set_form(ReportForm(comment="else")),
    }


@pytest.mark.parametrize("which", ["score", "event", "lights", "undo", "redo", "import", "form"])
def test_nothing_changes_while_it_is_signed_and_the_words_say_who_and_what_to_do(which):
    opened = scored()
    opened.score([2], Stage.R)
    opened.undo()
    opened.sign("Anna Meier", Meaning.SCORED)
    before = (opened.state, opened.edits, opened.signing)
    with pytest.raises(ScoringLocked, match=r"scored by Anna Meier, 20.*unlock it first"):
        _edits(opened)[which]()
    assert (opened.state, opened.edits, opened.signing) == before
    opened.unlock("a mistake")
    _edits(opened)[which]()
    assert (opened.edits, opened.signing.forms) != (before[1], before[2].forms)


def test_a_signature_says_who_what_and_of_how_much():
    opened = scored()
    heard = []
    opened.subscribe(heard.append)
    made = opened.sign("  Anna Meier ", Meaning.SCORED)
    assert opened.signatures == (made,)
    assert (made.number, made.name, made.meaning, made.author) == (
        1, "Anna Meier", Meaning.SCORED, ANNA,
    )  # fmt: skip
    assert (made.n_edits, made.is_broken, len(heard)) == (3, False, 1)
    assert made.sha256 == signed_sha256(opened.state, opened.edits, FORM)
    assert opened.is_locked


def test_a_second_signature_stands_beside_the_first_and_unlocking_voids_both():
    opened = scored()
    first = opened.sign("Anna", Meaning.SCORED)
    second = opened.sign("Ben", Meaning.REVIEWED)
    assert first.sha256 == second.sha256
    assert opened.signing.standing == (first, second)
    made = opened.unlock(" lights off was wrong ")
    assert (made.voids, made.reason, made.author) == ((1, 2), "lights off was wrong", ANNA)
    assert (opened.is_locked, opened.signing.standing) == (False, ())
    third = opened.sign("Anna", Meaning.SCORED)
    assert (third.number, opened.signing.standing) == (3, (third,))
    assert opened.signatures == (first, second, third)
    assert opened.unlockings == (made,)


@pytest.mark.parametrize("name", ["", "  "])
def test_nobody_can_sign(name):
    opened = scored()
    with pytest.raises(SessionError, match="needs a name"):
        opened.sign(name, Meaning.SCORED)
    assert not opened.is_locked


def test_nobody_signs_twice_as_the_same():
    opened = scored()
    opened.sign("Anna", Meaning.SCORED)
    with pytest.raises(SessionError, match="signed already: scored by Anna"):
        opened.sign("Anna", Meaning.SCORED)
    opened.sign("Anna", Meaning.REVIEWED)
    opened.sign("Ben", Meaning.SCORED)
    assert len(opened.signing.standing) == 3


def test_unlocking_needs_a_signature_and_a_reason():
    opened = scored()
    with pytest.raises(SessionError, match="not signed"):
        opened.unlock("why not")
    opened.sign("Anna", Meaning.SCORED)
    with pytest.raises(SessionError, match="without a reason"):
        opened.unlock("  ")
    assert opened.is_locked


def test_what_is_read_only_is_neither_signed_nor_unlocked_nor_filled_in():
    opened = scored()
    opened.sign("Anna", Meaning.SCORED)
    opened.read_only = True
    for do in (
        lambda: opened.sign("Ben", Meaning.REVIEWED),
        lambda: opened.unlock("why"),
        lambda: opened.set_form(ReportForm()),
    ):
        with pytest.raises(SessionError, match="reading only"):
            do()


def test_what_could_not_be_stored_is_not_signed():
    class Full(MemoryJournal):
        def add_entry(self, entry):  # noqa: ARG002
            raise SessionError("no room")

    opened = session(journal=Full())
    for do in (lambda: opened.sign("Anna", Meaning.SCORED), lambda: opened.set_form(FORM)):
        with pytest.raises(SessionError, match="no room"):
            do()
    assert (opened.is_locked, opened.form) == (False, ReportForm())


def test_every_form_stays_and_the_same_one_is_no_other():
    opened = session()
    for form in (FORM, FORM, ReportForm(comment="second")):
        opened.set_form(form)
    assert [one.form for one in opened.signing.forms] == [FORM, ReportForm(comment="second")]
    assert opened.form == ReportForm(comment="second")


# -- what is signed ---------------------------------------------------------------------------


def test_the_layout_of_what_is_signed():
    opened = scored()
    utc = [edit.utc for edit in opened.edits]
    lines = [
        ["sleepscorer signature", 1],
        ["stages", [2, 2, -1, -1]],
        ["by_person", [1, 1, 0, 0]],
        ["lights", [30.0, None]],
        ["event", [31.0, 3.5, "EEG arousal", "C4-M1"]],
        [
            "edit", 1, utc[0], "anna", "lab-3", "manual", "Score 2 epochs from 1 as N2",
            None, 0, 0,
            {
                "epochs": [0, 1], "person_after": [1, 1], "person_before": [0, 0],
                "stages_after": [2, 2], "stages_before": [-1, -1],
            },
        ],
        [
            "edit", 2, utc[1], "anna", "lab-3", "manual", "Mark EEG arousal", None, 0, 0,
            {"events_added": [[31.0, 3.5, "EEG arousal", "C4-M1"]]},
        ],
        [
            "edit", 3, utc[2], "anna", "lab-3", "manual", "Set lights off and on", None, 0, 0,
            {"lights_after": [30.0, None], "lights_before": [None, None]},
        ],
        ["form", {"comment": "fine", "height_cm": 170.0, "name": "Erika"}],
    ]  # fmt: skip
    content = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    wanted = hashlib.sha256(content.encode()).hexdigest()
    assert signed_sha256(opened.state, opened.edits, opened.form) == wanted


@pytest.mark.parametrize(
    "changed",
    [
        lambda s, e, f: (replace(s, stages=s.stages.copy() + 1), e, f),
        lambda s, e, f: (replace(s, by_person=~s.by_person), e, f),
        lambda s, e, f: (replace(s, events=()), e, f),
        lambda s, e, f: (replace(s, lights_off_s=29.999), e, f),
        lambda s, e, f: (replace(s, lights_on_s=90.0), e, f),
        lambda s, e, f: (s, e[:-1], f),
        lambda s, e, f: (s, (replace(e[0], label="Score"), *e[1:]), f),
        lambda s, e, f: (s, (replace(e[0], kind=EditKind.IMPORT), *e[1:]), f),
        lambda s, e, f: (s, (replace(e[0], author=Author("ben", "lab-3")), *e[1:]), f),
        lambda s, e, f: (s, (replace(e[0], utc=e[1].utc + "0"), *e[1:]), f),
        lambda s, e, f: (s, (replace(e[0], is_smoothed=True), *e[1:]), f),
        lambda s, e, f: (s, (replace(e[0], change=e[1].change), *e[1:]), f),
        lambda s, e, f: (s, e, replace(f, impression="none")),
        lambda s, e, f: (s, e, replace(f, person=Person("Erika"))),
    ],
)
def test_whatever_is_changed_is_another_content(changed):
    opened = scored()
    parts = (opened.state, opened.edits, opened.form)
    assert signed_sha256(*changed(*parts)) != signed_sha256(*parts)


def test_what_is_stored_otherwise_is_the_same_content():
    opened = session()
    opened.replace_event(None, Event(31, 3, "a\udce9"))
    edit = replace(opened.edits[0], label="Mark a?")
    state = replace(opened.state, events=(Event(31.0, 3.0, "a?"),))
    assert signed_sha256(opened.state, [edit], opened.form) == signed_sha256(
        state, [edit], opened.form
    )
    assert signed_sha256(state, opened.edits, opened.form) == signed_sha256(
        state, [edit], opened.form
    )


# -- opened again -----------------------------------------------------------------------------


def test_a_signature_holds_when_what_was_signed_is_there_again():
    opened = scored()
    opened.sign("Anna", Meaning.SCORED)
    again = reopened(opened)
    assert (again.is_locked, again.signing.broken, again.form) == (True, (), FORM)


def test_a_signature_of_something_else_is_broken_and_locks_until_it_is_taken_back():
    opened = scored()
    opened.sign("Anna", Meaning.SCORED)
    other = replace(opened.signing, forms=(replace(opened.signing.forms[0], form=ReportForm()),))
    again = reopened(opened, signing=other)
    (broken,) = again.signing.broken
    assert (broken.name, again.is_locked) == ("Anna", True)
    with pytest.raises(ScoringLocked):
        again.score([3], Stage.W)
    with pytest.raises(SessionError, match="changed outside the program"):
        again.sign("Ben", Meaning.REVIEWED)
    again.unlock("looked at")
    assert again.signing.broken == ()
    again.sign("Ben", Meaning.SCORED)
    assert [one.name for one in again.signing.standing] == ["Ben"]


def test_a_signature_that_was_taken_back_is_not_compared():
    opened = scored()
    opened.sign("Anna", Meaning.SCORED)
    opened.unlock("more to score")
    opened.score([3], Stage.W)
    assert not any(one.is_broken for one in reopened(opened).signatures)


UTC = "2026-03-01T21:00:00.000+00:00"


def signature(number=1, n_edits=3):
    return Signature(number, UTC, ANNA, "Anna", Meaning.SCORED, "ab" * 32, n_edits)


@pytest.mark.parametrize(
    ("signing", "said"),
    [
        (Signing((signature(2),)), "a signature is missing"),
        (Signing((signature(), signature(1))), "a signature is missing"),
        (Signing((signature(n_edits=4),)), "edits that were made before"),
        (Signing(forms=(FormEntry(UTC, ANNA, FORM, 4),)), "edits that were made before"),
        (Signing((), (Unlocking(UTC, ANNA, "x", (1,)),)), "was not signed"),
        (Signing((signature(),), (Unlocking(UTC, ANNA, "x", ()),)), "was not signed"),
        (Signing((signature(),), (Unlocking(UTC, ANNA, "x", (1,)),) * 2), "was not signed"),
    ],
)
def test_a_log_that_contradicts_itself_is_refused(signing, said):
    with pytest.raises(ValueError, match=said):
        reopened(scored(), signing=signing)


def test_the_entries_are_all_there_are():
    form = FormEntry(UTC, ANNA, FORM, 0)
    unlocking = Unlocking(UTC, ANNA, "x", (1,))
    signing = Signing()
    for entry in (form, signature(), unlocking):
        signing = signing.with_entry(entry)
    assert signing == Signing((signature(),), (unlocking,), (form,))
    assert set(signing.entries) == {form, signature(), unlocking}
