"""All scorings of one recording: the layers of its session, one of which is on the screen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sleepscorer.core.changes import change_between, imported_change
from sleepscorer.core.common_log import CommonLog
from sleepscorer.core.compared_layers import comparison_of, scorers_among
from sleepscorer.core.edits import Author, Change, Edit, EditKind, ScoringState
from sleepscorer.core.errors import SessionError
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.journal import Journal
from sleepscorer.core.layers import (
    FIRST,
    Layer,
    LayerKind,
    LayerMark,
    Layers,
    LayerStages,
    MarkKind,
    user_name,
)
from sleepscorer.core.report_form import FormEntry, ReportForm
from sleepscorer.core.session import Listener, ScoringSession, now_utc
from sleepscorer.core.signing import Signing
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.core.staging_result import Staging

MACHINE = "machine"
"""The key of the machine's answer among what is compared."""


@dataclass(frozen=True)
class Beginning:
    """What a layer begins with, as its first edit, which nobody can undo.

    Parameters
    ----------
    label
        Of the edit.
    change
        Of a recording that nobody scored.
    is_smoothed
        Stages of it come from the machine's smoothed answer.
    copied_from
        Number of the layer that it is a copy of; None for others.
    """

    label: str
    change: Change
    is_smoothed: bool = False
    copied_from: int | None = None


class LayeredSession:
    """The layers of a session; mutable, for one thread.

    Parameters
    ----------
    n_epochs
        Whole epochs of the recording.
    journal
        Where all is stored.
    author
        Who edits.
    edits, signing
        The logs so far, of all layers; they are replayed, and a ValueError says where they
        contradict themselves.
    stagings
        Automatic stagings so far, oldest first.
    others
        What other stagers answered beside the latest of them.
    layers
        Those there are.
    duration_s
        Of the recording; None means whole epochs.
    """

    def __init__(
        self,
        n_epochs: int,
        journal: Journal,
        *,
        author: Author,
        edits: Sequence[Edit] = (),
        stagings: Sequence[Staging] = (),
        others: Sequence[Staging] = (),
        signing: Signing | None = None,
        layers: Layers | None = None,
        duration_s: float | None = None,
    ) -> None:
        signing, self._layers = signing or Signing(), layers or Layers()
        for problem in (*signing.problems(len(edits)), *self._layers.problems()):
            raise ValueError(problem)
        self._n_epochs, self._journal, self._author = n_epochs, journal, author
        self._duration_s = n_epochs * EPOCH_S if duration_s is None else duration_s
        self._common = CommonLog(edits, len(signing.signatures), stagings, others)
        self._read_only = False
        self._sessions: dict[int, ScoringSession] = {}
        self._listeners: list[Listener] = []
        self._layer_listeners: list[Callable[[], None]] = []
        now = self._layers.now
        numbers = {layer.number for layer in now}
        if any(one.layer not in numbers for one in (*edits, *signing.entries)):
            raise ValueError("something is of a scoring that is missing")
        for layer in now:
            own = tuple(edit for edit in edits if edit.layer == layer.number)
            self._sessions[layer.number] = self._replayed(layer, own, signing)
        self._active = FIRST

    @property
    def active(self) -> ScoringSession:
        """The one on the screen."""
        return self._sessions[self._active]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All layers as they are now, by number."""
        return self._layers.now

    @property
    def read_only(self) -> bool:
        """Whether every edit, of any layer, raises."""
        return self._read_only

    @read_only.setter
    def read_only(self, read_only: bool) -> None:
        self._read_only = read_only
        for session in self._sessions.values():
            session.read_only = read_only

    @property
    def is_blind(self) -> bool:
        """Whether what is on the screen hides other scorings and the machine's answers."""
        return self.active.layer.hides_others

    def of_number(self, number: int) -> ScoringSession:
        """Return the scoring of a layer; KeyError where there is none."""
        return self._sessions[number]

    def found(self, text: str) -> Layer:
        """Return the layer of this name or number; SessionError names those there are."""
        return self._layers.found(text)

    def free_name(self, name: str) -> str:
        """Return this name, with a number behind where another layer has it."""
        return self._layers.free_name(name)

    def n_scored(self, number: int) -> int:
        """Return how many epochs of a layer have a stage."""
        return int(np.count_nonzero(self._sessions[number].state.stages >= 0))

    def scorers_of(self, layer: Layer) -> tuple[str, ...]:
        """Return whose scoring it is: its scorer, or else who edited stages of it by hand."""
        if layer.scorer:
            return (layer.scorer,)
        done = self._sessions[layer.number].done
        by_hand = (e.author.user for e in done if e.kind is EditKind.MANUAL and e.change.epochs)
        return tuple(dict.fromkeys(by_hand))

    def subscribe(self, listener: Listener) -> None:
        """Call ``listener`` after every change of what is on the screen, with what changed.

        Another layer on the screen is a change from the one before.
        """
        self._listeners.append(listener)

    def subscribe_layers(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` when a layer was begun, marked or put on the screen.

        And when one was edited that is not there: a staging takes minutes.
        """
        self._layer_listeners.append(listener)

    def empty(self, own_lights: Scoring, name: str) -> Beginning:
        """Return the beginning of an empty layer: the recording's own lights marks."""
        unscored = ScoringState.unscored(self._n_epochs)
        change = imported_change(unscored, own_lights, staging=None, smoothed=False)
        return Beginning(f"Import {name}", change)

    def copy_of(self, number: int) -> Beginning:
        """Return the beginning of a copy of a layer: its stages, lights marks and events."""
        source = self._sessions[number]
        change = change_between(ScoringState.unscored(self._n_epochs), source.state)
        label = f"Copy of {source.layer.name}"
        return Beginning(label, change, source.holds_smoothed, copied_from=number)

    def agreed(self) -> Beginning:
        """Return the beginning of a consensus: the stages that all who scored give.

        The machine is one of them where fewer than two people scored. Lights marks are those on
        the screen.

        Raises
        ------
        SessionError
            If there are not two of them, or others must not be seen.
        """
        if self.is_blind:
            self.active.layer.check_sees_others()
        scored = [one for one in scorers_among(self.compared()) if one.n_scored]
        people = [one for one in scored if not one.is_machine]
        between = people if len(people) > 1 else scored
        comparison = comparison_of(between)
        if comparison is None or len(between) < 2:
            raise SessionError(
                "there are not two scorings to agree",
                hint="score the night twice, or auto-score it",
            )
        state = self.active.state
        lights = (state.lights_off_s, state.lights_on_s)
        by_all = comparison.n_scored == len(between)
        agreed = np.where(by_all, comparison.unanimous, np.int8(Stage.UNSCORED))
        scoring = Scoring(Hypnogram(agreed, EPOCH_S, *lights))
        unscored = ScoringState.unscored(self._n_epochs)
        change = imported_change(unscored, scoring, staging=None, smoothed=False)
        names = " and ".join(one.title for one in between)
        return Beginning(f"What {names} agree on", change)

    def imported(
        self, scoring: Scoring, name: str, *, staging: Staging | None = None, smoothed: bool = False
    ) -> Beginning:
        """Return the beginning of a layer that is another scoring; see ``import_scoring``.

        Raises
        ------
        ScoringError
            If a lights mark lies outside the recording, or off is not before on.
        """
        unscored = ScoringState.unscored(self._n_epochs)
        change = imported_change(unscored, scoring, staging=staging, smoothed=smoothed)
        return Beginning(f"Import {name}{', smoothed' if smoothed else ''}", change, smoothed)

    def begin(
        self,
        name: str,
        beginning: Beginning,
        *,
        kind: LayerKind = LayerKind.PERSON,
        scorer: str = "",
        is_blind: bool = False,
    ) -> Layer:
        """Begin another layer, which does not come to the screen by that.

        Its form begins with what the one on the screen says of the person who was recorded.

        Parameters
        ----------
        name
            What it is called; no other layer's name.
        beginning
            What it begins with.
        kind
            What it is.
        scorer
            The user whose scoring it is; empty means this one, unless the kind has no scorer.
        is_blind
            Until it is done, nothing of other layers and machines is shown to its scorer.

        Raises
        ------
        SessionError
            If the name can't be, a blind one is to begin with another's stages, another is copied
            while a blind one is scored, or it can't be stored.
        """
        self._check_writable()
        copied = beginning.copied_from
        if is_blind and (beginning.change.epochs or kind is not LayerKind.PERSON):
            raise SessionError(
                "a blind scoring begins without stages", hint="choose empty, or not blind"
            )
        if copied not in (None, self._active) and self.active.is_own:
            self.active.layer.check_sees_others()
        whose = user_name(scorer) or user_name(self._author.user)
        layer = Layer(
            number=len(self._layers.begun) + FIRST + 1,
            utc=now_utc(),
            author=self._author,
            name=self._layers.checked_name(name),
            kind=kind,
            scorer=whose if kind is LayerKind.PERSON else "",
            is_blind=is_blind,
            copied_from=copied,
        )
        edits, forms = self._first_edits(layer, beginning), self._first_forms(layer)
        self._journal.add_layer(layer, edits=edits, forms=forms)
        for edit in edits:
            self._common.add(edit, None, ())
        self._layers = self._layers.with_layer(layer)
        session = self._replayed(layer, edits, Signing(forms=forms))
        self._sessions[layer.number] = session
        self._tell_layers()
        return layer

    def switch(self, number: int) -> None:
        """Put another layer on the screen; KeyError where there is none.

        Raises
        ------
        SessionError
            If the one on the screen is scored blind by this user, and not done.
        """
        if number == self._active:
            return
        new, old = self._sessions[number], self.active
        if old.is_own:
            old.layer.check_sees_others()
        self._active = number
        change = change_between(old.state, new.state)
        for listener in tuple(self._listeners):
            listener(change)
        self._tell_layers()

    def finish(self, number: int) -> None:
        """Call a layer done, which ends its blindness for good.

        Raises
        ------
        SessionError
            If it is another's, was not begun blind, is done already, or that can't be stored.
        """
        layer = self._layers.of_number(number)
        layer.check_edited_by(self._author)
        if not layer.hides_others:
            raise SessionError(f"{layer.name} is not scored blind: there is nothing to end")
        self._mark(number, MarkKind.DONE)

    def rename(self, number: int, name: str) -> None:
        """Give a layer another name.

        Raises
        ------
        SessionError
            If it is another's, the name can't be, or that can't be stored.
        """
        self._check_cared_for(self._layers.of_number(number))
        name = self._layers.checked_name(name, but=number)
        if name != self._layers.of_number(number).name:
            self._mark(number, MarkKind.NAMED, name)

    def hide(self, number: int, *, hidden: bool = True) -> None:
        """Leave a layer out of lists, or have it there again; nothing is ever deleted.

        Raises
        ------
        SessionError
            If it is another's, the one on the screen, or that can't be stored.
        """
        layer = self._layers.of_number(number)
        self._check_cared_for(layer)
        if hidden and number == self._active:
            raise SessionError(
                f"{layer.name} is on the screen", hint="switch to another scoring first"
            )
        if hidden != layer.is_hidden:
            self._mark(number, MarkKind.HIDDEN if hidden else MarkKind.SHOWN)

    def compared(self) -> tuple[LayerStages, ...]:
        """Return the stages of all layers that may be seen, and of the machine's latest answer.

        The one on the screen is among them always, hidden ones never. While that is scored blind it
        is the only one.
        """
        machine = self._common.machine
        seen = [
            self._stages_of(layer)
            for layer in self._layers.now
            if layer.number == self._active or not (layer.is_hidden or self.is_blind)
        ]
        if machine is not None and not self.is_blind:
            stages = np.array(machine.stages, np.int8)
            stages.setflags(write=False)
            seen.append(LayerStages(MACHINE, machine.full_name, "", None, stages, is_machine=True))
        return tuple(seen)

    def _stages_of(self, layer: Layer) -> LayerStages:
        return LayerStages(
            key=f"layer {layer.number}",
            title=layer.name,
            author=", ".join(self.scorers_of(layer)),
            kind=layer.kind,
            stages=self._sessions[layer.number].state.stages,
            is_active=layer.number == self._active,
        )

    def _replayed(self, layer: Layer, edits: Sequence[Edit], signing: Signing) -> ScoringSession:
        session = ScoringSession(
            self._n_epochs,
            self._journal,
            author=self._author,
            edits=edits,
            signing=signing.of_layer(layer.number),
            read_only=self._read_only,
            duration_s=self._duration_s,
            layer=layer,
            common=self._common,
        )
        session.subscribe(lambda change: self._relay(layer.number, change))
        return session

    def _relay(self, number: int, change: Change) -> None:
        if number != self._active:
            self._tell_layers()
            return
        for listener in tuple(self._listeners):
            listener(change)

    def _tell_layers(self) -> None:
        for listener in tuple(self._layer_listeners):
            listener()

    def _first_edits(self, layer: Layer, beginning: Beginning) -> tuple[Edit, ...]:
        if beginning.change.is_empty:
            return ()
        edit = Edit(
            number=self._common.n_edits + 1,
            utc=layer.utc,
            author=layer.author,
            kind=EditKind.IMPORT,
            label=beginning.label,
            change=beginning.change,
            is_smoothed=beginning.is_smoothed,
            is_of_opening=True,
            layer=layer.number,
        )
        return (edit,)

    def _first_forms(self, layer: Layer) -> tuple[FormEntry, ...]:
        form = ReportForm(person=self.active.form.person)
        if form == ReportForm():
            return ()
        return (FormEntry(layer.utc, layer.author, form, self._common.n_edits, layer.number),)

    def _mark(self, number: int, kind: MarkKind, text: str = "") -> None:
        self._check_writable()
        mark = LayerMark(now_utc(), self._author, number, kind, text)
        self._journal.add_mark(mark)
        self._layers = self._layers.with_mark(mark)
        self._sessions[number].layer = self._layers.of_number(number)
        self._tell_layers()

    def _check_cared_for(self, layer: Layer) -> None:
        """Let names be given by its scorer, of an imported one by who imported it."""
        if layer.kind is LayerKind.IMPORT:
            scorer = user_name(layer.author.user)
            layer = replace(layer, kind=LayerKind.PERSON, scorer=scorer)
        layer.check_edited_by(self._author)

    def _check_writable(self) -> None:
        if self._read_only:
            raise SessionError(
                "this session is open for reading only", hint="close it where it is being edited"
            )
