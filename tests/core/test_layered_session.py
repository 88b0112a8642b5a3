"""Several scorings of a recording: each has its own log, and a blind one knows of nothing else."""

import numpy as np
import pytest

from sleepscorer.core.edits import Author
from sleepscorer.core.errors import NotYourScoring, ScoringLocked, SessionError
from sleepscorer.core.events import Event
from sleepscorer.core.filling import FillMode
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.layered_session import LayeredSession
from sleepscorer.core.layers import FIRST, Layer, LayerKind, LayerMark, Layers, MarkKind
from sleepscorer.core.report_form import Person, ReportForm
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.signing import Signing
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance

ANNA = Author("anna", "lab-3")
BEN = Author("ben", "lab-4")
N = 12
NO_LIGHTS = Scoring(Hypnogram(np.full(N, -1, np.int8)))
SCORED = Scoring(
    Hypnogram(np.array([0, 0, 1, 2, 2, 2, 3, 3, 3, 4, 4, 0], np.int8), 30.0, 30.0, 330.0),
    (Event(61.0, 3.0, "EEG arousal"),),
)


class Kept(MemoryJournal):
    """Remembers all it is given, as a session file does."""

    def __init__(self):
        self.edits, self.stagings, self.entries = [], [], []
        self.layers, self.marks = [], []

    def append(self, edit, staging=None, **_others):
        self.edits.append(edit)
        self.stagings += [] if staging is None else [staging]

    def add_entry(self, entry):
        self.entries.append(entry)

    def add_layer(self, layer, *, edits=(), forms=()):
        self.layers.append(layer)
        self.edits += edits
        self.entries += forms

    def add_mark(self, mark):
        self.marks.append(mark)

    def opened(self, author):
        """Open what was stored, as another one may."""
        return LayeredSession(
            N,
            self,
            author=author,
            edits=self.edits,
            stagings=self.stagings,
            signing=_signing(self.entries),
            layers=Layers(tuple(self.layers), tuple(self.marks)),
        )


def _signing(entries):
    signing = Signing()
    for entry in entries:
        signing = signing.with_entry(entry)
    return signing


@pytest.fixture
def journal():
    return Kept()


@pytest.fixture
def opened(journal):
    return journal.opened(ANNA)


def begin(layers, name="Anna", **options):
    begun = layers.begin(name, layers.empty(NO_LIGHTS, "lights marks"), **options)
    layers.switch(begun.number)
    return layers.active


def staging(stage=2):
    probabilities = np.full((N, 5), 0.05, np.float32)
    probabilities[:, stage] = 0.8
    made = StagingProvenance("w", "0" * 64, ("C4-M1",), (), (), "cpu", "s", "2026-01-01T00:00:00")
    return Staging(probabilities, made)


def test_a_session_has_one_layer_that_anyone_edits(opened):
    assert opened.layers == (Layer(),)
    assert opened.active.layer.number == FIRST
    assert opened.active.is_own
    assert [one.key for one in opened.compared()] == ["layer 1"]


def test_each_layer_is_scored_by_itself(opened):
    opened.active.score([0, 1], Stage.W)
    second = begin(opened)
    second.score([1], Stage.N1)
    opened.of_number(FIRST).score([2], Stage.N3)
    assert second.state.stages.tolist() == [-1, 1] + [-1] * 10
    assert opened.of_number(FIRST).state.stages.tolist()[:3] == [0, 0, 3]
    assert second.reviewed.tolist() == [False, True] + [False] * 10
    numbers = [(edit.number, edit.layer) for edit in second.edits_of_all]
    assert numbers == [(1, 1), (2, 2), (3, 1)]


def test_undo_stays_in_its_layer(opened):
    first = opened.active
    first.score([0], Stage.W)
    second = begin(opened)
    assert second.undo() is None
    second.score([0], Stage.N2)
    first.score([1], Stage.W)
    second.undo()
    assert second.undo() is None
    assert (second.state.stages[0], first.state.stages[:2].tolist()) == (-1, [0, 0])
    first.undo()
    second.redo()
    assert (second.state.stages[0], first.state.stages[:2].tolist()) == (2, [0, -1])


def test_all_comes_back_as_it_was_stored(journal, opened):
    opened.active.score([0], Stage.W)
    second = begin(opened)
    second.score([0], Stage.N2)
    second.undo()
    second.score([5], Stage.R)
    opened.of_number(FIRST).fill(staging())
    second.set_lights(30.0, None)
    again = journal.opened(ANNA)
    for number in (1, 2):
        before, after = opened.of_number(number), again.of_number(number)
        assert after.edits == before.edits
        assert after.state.stages.tolist() == before.state.stages.tolist()
        assert after.undo_label == before.undo_label
    assert again.of_number(2).state.lights_off_s == 30.0
    assert again.layers == opened.layers


def test_what_the_machine_answers_belongs_to_all(opened):
    first = opened.active
    second = begin(opened)
    second.fill(staging(), FillMode.ALL)
    assert first.machine is second.machine is not None
    assert (first.state.stages == -1).all()
    assert [one.key for one in opened.compared()] == ["layer 1", "layer 2", "machine"]
    assert opened.compared()[-1].is_machine


def test_another_s_layer_is_seen_and_not_edited(journal, opened):
    begin(opened).score([3], Stage.N2)
    ben = journal.opened(BEN)
    ben.switch(2)
    assert not ben.active.is_own
    for edit in (
        lambda: ben.active.score([3], Stage.N1),
        lambda: ben.active.set_lights(30.0, None),
        ben.active.undo,
        lambda: ben.active.fill(staging()),
        lambda: ben.active.set_form(ReportForm(comment="x")),
        lambda: ben.rename(2, "Ben"),
        lambda: ben.hide(2),
    ):
        with pytest.raises(NotYourScoring, match=r"this is anna's scoring.*of your own"):
            edit()
    ben.switch(FIRST)
    ben.active.score([3], Stage.N1)
    assert ben.active.state.stages[3] == 1


def test_a_copy_begins_with_the_stages_and_the_origin_of_each(opened):
    first = opened.active
    first.fill(staging())
    first.score([0], Stage.W)
    first.set_lights(30.0, 330.0)
    first.replace_event(None, Event(61.0, 3.0, "EEG arousal"))
    layer = opened.begin("Copy", opened.copy_of(FIRST))
    opened.switch(layer.number)
    copy = opened.active
    assert copy.state.stages.tolist() == first.state.stages.tolist()
    assert copy.state.by_person.tolist() == first.state.by_person.tolist()
    assert copy.state.events == first.state.events
    assert (copy.state.lights_off_s, copy.state.lights_on_s) == (30.0, 330.0)
    assert not copy.reviewed.any()
    assert copy.undo() is None
    assert (layer.copied_from, copy.edits[0].label) == (FIRST, "Copy of First scoring")
    copy.score([0], Stage.N1)
    assert first.state.stages[0] == 0


def test_an_imported_layer_never_changes_and_can_be_copied(opened):
    beginning = opened.imported(SCORED, "ben.csv")
    layer = opened.begin("Ben's", beginning, kind=LayerKind.IMPORT)
    opened.switch(layer.number)
    assert opened.active.state.stages.tolist() == SCORED.hypnogram.stages.tolist()
    assert opened.active.state.lights_off_s == 30.0
    with pytest.raises(NotYourScoring, match="imported scoring and never changes"):
        opened.active.score([0], Stage.N1)
    own = opened.begin("Mine", opened.copy_of(layer.number))
    opened.switch(own.number)
    opened.active.score([0], Stage.N1)
    assert opened.of_number(layer.number).state.stages[0] == 0
    opened.rename(layer.number, "Ben Maier")
    assert opened.layers[1].name == "Ben Maier"


def test_a_consensus_is_decided_by_anyone_and_says_upon_what(journal, opened):
    consensus = begin(opened, "Consensus", kind=LayerKind.CONSENSUS)
    consensus.score([2], Stage.N2, because="W by A, N2 by B and the machine")
    label = "Decide epoch 3 as N2: W by A, N2 by B and the machine"
    assert consensus.undo_label == label
    ben = journal.opened(BEN)
    ben.switch(2)
    ben.active.score([2], Stage.W)
    assert ben.compared()[1].author == "anna, ben"


def test_blind_hides_machine_and_others_until_done(journal, opened):
    opened.active.score([0], Stage.W)
    opened.active.fill(staging())
    blind = begin(opened, is_blind=True)
    assert blind.machine is None
    assert blind.others == ()
    assert [one.key for one in opened.compared()] == ["layer 2"]
    for refused in (
        lambda: blind.fill(staging()),
        lambda: blind.import_scoring(SCORED, name="ben.csv"),
        lambda: opened.switch(FIRST),
        lambda: opened.begin("Copy", opened.copy_of(FIRST)),
    ):
        with pytest.raises(SessionError, match="scored blind"):
            refused()
    blind.score([0], Stage.N1)
    opened.finish(2)
    assert blind.machine is not None
    assert [one.key for one in opened.compared()] == ["layer 1", "layer 2", "machine"]
    opened.switch(FIRST)
    assert journal.opened(ANNA).layers[1].is_done
    with pytest.raises(SessionError, match="nothing to end"):
        opened.finish(2)


def test_a_blind_scoring_begins_without_stages(opened):
    opened.active.score([0], Stage.W)
    with pytest.raises(SessionError, match="begins without stages"):
        opened.begin("Blind", opened.copy_of(FIRST), is_blind=True)
    assert len(opened.layers) == 1


def test_one_may_begin_a_blind_scoring_for_another(journal, opened):
    beginning = opened.empty(NO_LIGHTS, "lights marks")
    layer = opened.begin("Ben, blind", beginning, scorer="ben", is_blind=True)
    opened.switch(layer.number)
    assert not opened.active.is_own
    opened.switch(FIRST)  # It binds its scorer alone.
    with pytest.raises(NotYourScoring):
        opened.finish(layer.number)
    ben = journal.opened(BEN)
    ben.switch(layer.number)
    with pytest.raises(SessionError, match="scored blind"):
        ben.switch(FIRST)


def test_a_name_that_is_stored_otherwise_is_still_the_same_user_s(journal):
    odd = Author(" Ann\udce9 ", "lab-3")
    layers = journal.opened(odd)
    begin(layers).score([0], Stage.W)
    assert layers.active.layer.scorer == "Ann?"
    assert layers.active.is_own


def test_a_signature_locks_its_layer_alone(journal, opened):
    first = opened.active
    first.score([0], Stage.W)
    first.sign("Anna Meier", Meaning.SCORED)
    second = begin(opened)
    second.score([0], Stage.N1)
    second.set_form(ReportForm(comment="mine"))
    with pytest.raises(ScoringLocked):
        first.score([1], Stage.W)
    signature = second.sign("Anna Meier", Meaning.SCORED)
    assert (signature.number, signature.layer, signature.n_edits) == (2, 2, 2)
    first.unlock("one more")
    assert (first.is_locked, second.is_locked) == (False, True)
    first.score([1], Stage.W)
    again = journal.opened(ANNA)
    assert not any(again.of_number(n).signing.broken for n in (1, 2))
    assert again.of_number(2).is_locked
    assert (first.form.comment, second.form.comment) == ("", "mine")


def test_a_new_layer_knows_who_was_recorded_and_nothing_else_of_the_form(opened):
    opened.active.set_form(ReportForm(Person("Erika"), "slept badly", "apnoea"))
    second = begin(opened)
    assert second.form == ReportForm(Person("Erika"))


def test_names_are_one_each_and_hidden_layers_are_left_out(opened):
    begin(opened, "Anna")
    for name, why in (("Anna", "already"), (" ", "needs a name"), ("x" * 101, "at most")):
        with pytest.raises(SessionError, match=why):
            opened.begin(name, opened.empty(NO_LIGHTS, "lights marks"))
    with pytest.raises(SessionError, match="on the screen"):
        opened.hide(2)
    opened.rename(2, " Anna  M. ")
    opened.switch(FIRST)
    opened.hide(2)
    assert [one.key for one in opened.compared()] == ["layer 1"]
    assert opened.found("Anna M.") == opened.found("2") == opened.layers[1]
    with pytest.raises(SessionError, match="1 First scoring, 2 Anna M"):
        opened.found("Anna")
    opened.hide(2, hidden=False)
    assert len(opened.compared()) == 2


def test_switching_is_told_as_the_change_from_one_to_the_other(opened):
    first, told, n_told = opened.active, [], []
    first.score([0, 1], Stage.W)
    first.replace_event(None, Event(61.0, 3.0, "EEG arousal"))
    second = begin(opened)
    second.score([1, 2], Stage.N1)
    opened.subscribe(told.append)
    opened.subscribe_layers(lambda: n_told.append(1))
    opened.switch(FIRST)
    (change,) = told
    assert (change.epochs, change.stages_before) == ((0, 1, 2), (-1, 1, 1))
    assert change.stages_after == (0, 0, -1)
    assert change.events_added == first.state.events
    assert len(n_told) == 1
    second.score([5], Stage.W)
    assert (len(told), len(n_told)) == (1, 2)  # It is not on the screen.


def test_what_is_open_for_reading_takes_no_layer(opened):
    opened.read_only = True
    for refused in (
        lambda: opened.begin("Anna", opened.empty(NO_LIGHTS, "lights marks")),
        lambda: opened.rename(FIRST, "Anna"),
        lambda: opened.active.score([0], Stage.W),
    ):
        with pytest.raises(SessionError, match="reading only"):
            refused()


def test_a_layer_that_could_not_be_stored_is_not_there(journal, opened, monkeypatch):
    def refuse(*_arguments, **_options):
        raise SessionError("no room")

    monkeypatch.setattr(journal, "add_layer", refuse)
    with pytest.raises(SessionError, match="no room"):
        opened.begin("Anna", opened.imported(SCORED, "x.csv"))
    assert opened.layers == (Layer(),)
    opened.active.score([0], Stage.W)
    assert opened.active.edits[-1].number == 1


@pytest.mark.parametrize(
    "layers",
    [
        Layers((Layer(3, name="x"),)),
        Layers((Layer(2, name="x", copied_from=2),)),
        Layers((), (LayerMark("2026", ANNA, 2, MarkKind.DONE),)),
    ],
)
def test_layers_that_contradict_themselves_are_refused(layers):
    with pytest.raises(ValueError, match=r"missing"):
        LayeredSession(N, MemoryJournal(), author=ANNA, layers=layers)


def test_an_edit_of_no_layer_is_refused(journal, opened):
    begin(opened).score([0], Stage.W)
    journal.layers.clear()
    with pytest.raises(ValueError, match="of a scoring that is missing"):
        journal.opened(ANNA)


def test_a_session_by_itself_is_the_first_layer():
    alone = ScoringSession(N, MemoryJournal(), author=ANNA)
    alone.score([0], Stage.W)
    assert (alone.layer, alone.edits[0].layer) == (Layer(), FIRST)
