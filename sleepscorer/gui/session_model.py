"""The open session as the window sees it: one place that tells every pane what changed.

Panes read from here, ask here for changes, and follow the signals; none of them knows another.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from sleepscorer.analysis.display import DisplayMontage
from sleepscorer.analysis.laboratory import AASM, Laboratory, in_step
from sleepscorer.core.adopting import adoptable, adopted, ever_marked, still_beside
from sleepscorer.core.changes import change_between
from sleepscorer.core.compared_layers import comparison_of, scorers_among, votes_in_words
from sleepscorer.core.edits import Change
from sleepscorer.core.errors import ScoringLocked, SleepScorerError
from sleepscorer.core.event_doubts import event_warnings
from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.events import Event
from sleepscorer.core.layered_session import LayeredSession
from sleepscorer.core.layers import LayerKind, LayerStages
from sleepscorer.core.lights import parse_time_mark
from sleepscorer.core.machine_answer import MachineAnswer, machine_answer
from sleepscorer.core.recording import Recording
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.unanimity import (
    compared,
    not_unanimous,
    own_answer,
    second_opinion,
    unanimity_text,
)
from sleepscorer.core.wording import probability_text
from sleepscorer.files.scorings import is_stage

# Where the start is not known time is counted from 0:00:00.
_MIDNIGHT = datetime(2000, 1, 1)
_BLIND = "The machine's answers are hidden: scored blind."
OF_RECORDING = "the recording"
"""Whose events are those that came with it."""
PAGE_LENGTHS_S = (5, 10, 15, 20, 30, 60, 120, 300, 600)


class SessionModel(QObject):
    """A recording, its scoring, and what of it is on the screen.

    Signals
    -------
    epoch_selected
        The current epoch changed; index from 0.
    page_changed
        Another stretch of the recording is shown, or the page length changed.
    scoring_changed
        The session changed; a :class:`~sleepscorer.core.edits.Change`.
    montage_changed
        Other traces, filters or scales are shown.
    refused
        An edit was refused or could not be stored; the sentence for people.
    refused_signed
        An edit was refused because the scoring is signed.
    painting_stage_changed
        Dragging paints another stage; a Stage.
    derivation_chosen
        A person chose what a pane analyses.
    panel_changed
        Another panel is shown; its name.
    layers_changed
        Other layers are to be shown, or the machine's in other stages.
    event_chosen
        Another event is the chosen one, or none is; an Event or None.
    scorings_changed
        A scoring of the session was begun, named or done, or another one is on the screen.
    compared_changed
        What :meth:`compared` returns changed; it comes with every edit.
    """

    epoch_selected = Signal(int)
    page_changed = Signal()
    scoring_changed = Signal(object)
    montage_changed = Signal()
    refused = Signal(str)
    refused_signed = Signal()
    painting_stage_changed = Signal(object)
    derivation_chosen = Signal()
    panel_changed = Signal(str)
    event_chosen = Signal(object)
    layers_changed = Signal()
    scorings_changed = Signal()
    compared_changed = Signal()

    def __init__(
        self,
        recording: Recording,
        session: ScoringSession,
        montage: DisplayMontage,
        parent: QObject | None = None,
        *,
        laboratory: Laboratory = AASM,
        scorings: LayeredSession | None = None,
    ) -> None:
        super().__init__(parent)
        self.recording = recording
        self._laboratory = laboratory
        self._alone, self._scorings, self._shown = session, scorings, session
        self._scored_in: dict[EventFamily, set[int]] = {}
        self.chosen_derivations: dict[str, str] = {}
        self.panel = ""
        self.shows_second_opinion = True
        self.machine_stage_set = STAGES
        self.shows_smoothed = False
        self._montage = montage
        self._epoch = 0
        self._page_s = 30
        self._page_start_s = 0.0
        self._painting_stage = Stage.N2
        self._chosen_event: Event | None = None
        self._events_seen: tuple[Event, ...] | None = None
        self._beside_now = recording.events
        if scorings is None:
            session.subscribe(self._on_session_changed)
        else:
            scorings.subscribe(self._on_session_changed)
            scorings.subscribe_layers(self._on_scorings_changed)

    @property
    def session(self) -> ScoringSession:
        """The scoring on the screen; another one after ``scorings_changed``."""
        return self._alone if self._scorings is None else self._scorings.active

    @property
    def is_blind(self) -> bool:
        """Whether other scorings and the machine's answers must not be seen."""
        return self.session.layer.hides_others

    @property
    def blind_sentence(self) -> str:
        """Why nothing of the machine is shown while the scoring is blind; empty where it is not."""
        return _BLIND if self.is_blind else ""

    def compared(self) -> tuple[LayerStages, ...]:
        """Return the scorings that may be seen; see :meth:`LayeredSession.compared`."""
        return () if self._scorings is None else self._scorings.compared()

    @property
    def scored(self) -> frozenset[EventFamily]:
        """Families of events that were scored in the whole night, in the scoring on the screen."""
        number = self.session.layer.number
        return frozenset(family for family, layers in self._scored_in.items() if number in layers)

    def set_scored(self, family: EventFamily, scored: bool) -> None:
        """Say whether a family was."""
        layers = self._scored_in.setdefault(family, set())
        change = layers.add if scored else layers.discard
        change(self.session.layer.number)

    @property
    def arousals_scored(self) -> bool:
        """Whether arousals were."""
        return EventFamily.AROUSAL in self.scored

    @arousals_scored.setter
    def arousals_scored(self, scored: bool) -> None:
        self.set_scored(EventFamily.AROUSAL, scored)

    @property
    def scored_in(self) -> dict[EventFamily, tuple[int, ...]]:
        """Numbers of the layers in which each family was; no family that was in none."""
        found = {family: tuple(sorted(layers)) for family, layers in self._scored_in.items()}
        return {family: layers for family, layers in found.items() if layers}

    def set_scored_in(self, layers: Mapping[EventFamily, Iterable[int]]) -> None:
        """Remember in which they were."""
        self._scored_in = {family: set(numbers) for family, numbers in layers.items()}

    @property
    def machine_answer(self) -> MachineAnswer | None:
        """What the machine says, in the stages it is shown in; None where it has staged nothing."""
        machine = self.session.machine
        return None if machine is None else machine_answer(machine, self.machine_stage_set)

    @property
    def second(self) -> Staging | None:
        """What another stager says beside ours; None beside a consensus."""
        return second_opinion(self.session.machine, self.session.others)

    @property
    def own_answer(self) -> Staging | None:
        """What our own stager said, alone or in a consensus; the only one that can be explained."""
        return own_answer(self.session.machine, self.session.others)

    @property
    def is_consensus(self) -> bool:
        """Whether the machine's layer is the consensus of what stands beside it."""
        machine = self.session.machine
        return machine is not None and bool(machine.provenance.consensus_of)

    @property
    def not_unanimous(self) -> NDArray[np.bool_]:
        """(n_epochs,) where several stagers differ, in the stages the machine's layer is shown in.

        No epoch where fewer than two answered.
        """
        machine, others = self.session.machine, self.session.others
        if machine is None:
            return np.zeros(self.n_epochs, bool)
        return not_unanimous(compared(machine, others), self.machine_stage_set)

    def show_machine(self, stage_set: tuple[Stage, ...], *, smooth: bool) -> None:
        """Show the machine's layer in these stages, and its smoothed answer beside it or not."""
        if (stage_set, smooth) != (self.machine_stage_set, self.shows_smoothed):
            self.machine_stage_set, self.shows_smoothed = stage_set, smooth
            self.layers_changed.emit()

    @property
    def montage(self) -> DisplayMontage:
        """What the trace view draws."""
        return self._montage

    @Slot(str)
    def set_panel(self, name: str) -> None:
        """Remember which panel is shown beside the traces."""
        if name != self.panel:
            self.panel = name
            self.panel_changed.emit(name)

    def set_montage(self, montage: DisplayMontage) -> None:
        """Draw other traces."""
        self._montage = montage
        self.montage_changed.emit()

    @property
    def laboratory(self) -> Laboratory:
        """The defaults by which traces are shown where nothing else was set."""
        return self._laboratory

    def set_laboratory(self, laboratory: Laboratory) -> None:
        """Go by these defaults; what was set otherwise on a trace stays."""
        before, self._laboratory = self._laboratory, laboratory
        montage = in_step(self._montage, before, laboratory)
        if montage is not self._montage:
            self.set_montage(montage)

    def show_second_opinion(self, *, shown: bool) -> None:
        """Show another stager's answer in the overview, or not."""
        self.shows_second_opinion = shown
        self.layers_changed.emit()

    def others_text(self, epoch: int, stage_set: tuple[Stage, ...] | None = None) -> str:
        """What other stagers say of an epoch: "YASA 0.8.1: N2, probability 91 %" or "".

        Of a consensus it is "unanimous: sleepscorer N2, yasa N2", or who says what else. In these
        stages or, for None, in those shown.
        """
        told, second = stage_set or self.machine_stage_set, self.second
        if self.is_consensus:
            return unanimity_text(self.session.others, epoch, told)
        if second is None:
            return ""
        answer = machine_answer(second, told)
        stage = Stage(int(answer.stages[epoch]))
        given = "none"
        if stage is not Stage.UNSCORED:
            # Of another stager no more is known than what it gives its stage.
            given = f"{stage.text}, {probability_text(float(answer.confidence[epoch]))}"
        return f"{second.provenance.software}: {given}"

    def choose_derivation(self, pane: str, name: str) -> None:
        """Let a pane analyse this derivation whenever the montage has it."""
        self.chosen_derivations[pane] = name
        self.derivation_chosen.emit()

    @property
    def is_editable(self) -> bool:
        """Whether edits are taken: it is neither for reading only, nor signed nor another's."""
        session = self.session
        return session.is_own and not (session.read_only or session.is_locked)

    @property
    def n_epochs(self) -> int:
        """Whole epochs of the recording."""
        return self.session.n_epochs

    @property
    def epoch(self) -> int:
        """The current epoch: scoring goes to it."""
        return self._epoch

    @property
    def stage(self) -> Stage | None:
        """The stage of the current epoch as it is scored now; None in a night without epochs."""
        stages = self.session.state.stages
        return Stage(int(stages[self._epoch])) if stages.size else None

    @property
    def page_s(self) -> int:
        """Length of a page, seconds."""
        return self._page_s

    @property
    def page_start_s(self) -> float:
        """Where the page starts, seconds from the start of the recording."""
        return self._page_start_s

    @property
    def context_s(self) -> float:
        """Seconds shown in grey on both sides of a 30-s page."""
        return 5.0 if self._page_s == round(EPOCH_S) else 0.0

    def select_epoch(self, epoch: int) -> None:
        """Make an epoch current and turn to the page that holds it."""
        epoch = min(max(epoch, 0), max(self.n_epochs - 1, 0))
        start_s = epoch * EPOCH_S
        if self._page_s > EPOCH_S:
            start_s = start_s // self._page_s * self._page_s
        self._show(start_s, epoch)

    def show_time(self, time_s: float) -> None:
        """Make the epoch at this time current and turn to the page that holds the time."""
        start_s = max(min(time_s // self._page_s * self._page_s, self._last_page_start_s()), 0.0)
        self._show(start_s, int(time_s // EPOCH_S))

    def turn_page(self, pages: int) -> None:
        """Go forward or back by whole pages."""
        start_s = self._page_start_s + pages * self._page_s
        start_s = max(min(start_s, self._last_page_start_s()), 0.0)
        self._show(start_s, int(start_s // EPOCH_S))

    def _last_page_start_s(self) -> float:
        duration_s = self.recording.duration_s
        if self._page_s < EPOCH_S:
            return duration_s - self._page_s
        return (math.ceil(duration_s / self._page_s) - 1.0) * self._page_s

    def set_page_length(self, page_s: int) -> None:
        """Show pages of this length, keeping the current epoch.

        Raises
        ------
        ValueError
            If it is none of PAGE_LENGTHS_S.
        """
        if page_s not in PAGE_LENGTHS_S:
            raise ValueError(f"no page length {page_s}")
        if page_s != self._page_s:
            self._page_s = page_s
            self._page_start_s = -1.0
            self.select_epoch(self._epoch)

    def step_page_length(self, steps: int) -> None:
        """Show pages longer, or shorter, by so many steps of PAGE_LENGTHS_S."""
        wanted = PAGE_LENGTHS_S.index(self._page_s) + steps
        self.set_page_length(PAGE_LENGTHS_S[min(max(wanted, 0), len(PAGE_LENGTHS_S) - 1)])

    def _show(self, start_s: float, epoch: int) -> None:
        epoch = min(max(epoch, 0), max(self.n_epochs - 1, 0))
        is_new_page, is_new_epoch = start_s != self._page_start_s, epoch != self._epoch
        self._page_start_s, self._epoch = start_s, epoch
        if is_new_page:
            self._let_unseen_event_go()
            self.page_changed.emit()
        if is_new_epoch:
            self.epoch_selected.emit(epoch)

    @property
    def chosen_event(self) -> Event | None:
        """What deleting and placing concern: an event of the page, or none."""
        return self._chosen_event

    def choose_event(self, event: Event | None) -> None:
        """Choose an event, or none; it stays chosen while the page shows it."""
        if event != self._chosen_event:
            self._chosen_event = event
            self.event_chosen.emit(event)

    def is_own(self, event: Event) -> bool:
        """Return whether an event is of the session: those of the recording never change."""
        return event in self.session.state.events

    @property
    def annotations(self) -> tuple[Event, ...]:
        """The recording's own events, less those that were taken as one's own.

        While blind, without stages that somebody wrote there.
        """
        events = self._beside()
        if not self.is_blind:
            return events
        return tuple(event for event in events if not is_stage(event.text))

    def _beside(self) -> tuple[Event, ...]:
        """The recording's events that were not taken; worked out when events changed."""
        session = self.session
        if self._events_seen is not session.state.events:
            self._events_seen = session.state.events
            beside = still_beside(self.recording.events, ever_marked(session.done))
            # The same tuple where nothing was taken: panes look whether it is another.
            if beside != self._beside_now:
                self._beside_now = beside
        return self._beside_now

    def not_taken(self) -> tuple[Event, ...]:
        """The recording's events that can be taken as one's own and were not yet."""
        return adoptable(self.annotations, is_stage)

    def sources_to_take(self) -> dict[str, tuple[Event, ...]]:
        """What can be taken as one's own, by whose it is; what is here already is left out.

        Other scorings are not among them while this one is blind.
        """
        sources = {OF_RECORDING: self.not_taken()}
        if self._scorings is not None and not self.is_blind:
            for layer in self._scorings.layers:
                if layer.number != self.session.layer.number and not layer.is_hidden:
                    events = self._scorings.of_number(layer.number).state.events
                    sources[f"the scoring {layer.name}"] = adoptable(events, is_stage)
        here = set(self.session.state.events)
        free = {
            name: tuple(event for event in events if adopted(event) not in here)
            for name, events in sources.items()
        }
        return {name: events for name, events in free.items() if events}

    def take(self, events: Iterable[Event], source: str) -> int:
        """Take events as one's own, in one edit; return how many that were."""
        taken = 0

        def edit() -> None:
            nonlocal taken
            taken = self.session.adopt_events(events, source)

        self._try(edit)
        return taken

    def events_of_night(self) -> list[Event]:
        """The session's events and the recording's, by onset; without what is listed twice."""
        events = (*self.session.state.events, *self.annotations)
        within = [e for e in events if 0 <= e.onset_s <= self.recording.duration_s]
        return sorted(dict.fromkeys(within), key=lambda event: event.onset_s)

    def event_text(self, event: Event) -> str:
        """An event in a sentence: what, how long, where and when, and what is doubtful."""
        lasts = "" if event.duration_s is None else f", {event.duration_s:.1f} s"
        where = f" on {event.channel}" if event.channel else ""
        clock = self.clock_text(event.onset_s, tenths=True)
        if not self.is_own(event):
            return f"{event.text}{lasts}{where} at {clock}, annotation of the recording"
        doubts = event_warnings(event, self.session.state.hypnogram)
        doubtful = f"; doubtful: {'; '.join(doubts)}" if doubts else ""
        return f"{event.text}{lasts}{where} at {clock}{doubtful}"

    def shows_event(self, event: Event) -> bool:
        """Return whether any part of an event lies on the page, its grey context left out."""
        stop_s = event.onset_s + (event.duration_s or 0.0)
        is_over = max(stop_s, event.onset_s) <= self._page_start_s != event.onset_s
        return event.onset_s < self._page_start_s + self._page_s and not is_over

    def _let_unseen_event_go(self) -> None:
        if self._chosen_event is not None and not self.shows_event(self._chosen_event):
            self.choose_event(None)

    @property
    def painting_stage(self) -> Stage:
        """What dragging over the hypnogram paints: the stage scored or chosen last."""
        return self._painting_stage

    def set_painting_stage(self, stage: Stage) -> None:
        """Let dragging paint this stage."""
        if stage != self._painting_stage:
            self._painting_stage = stage
            self.painting_stage_changed.emit(stage)

    def score(self, stage: Stage, *, advance: bool = True) -> bool:
        """Score the current epoch and go to the next, if wanted; return whether stored.

        In a consensus the next one after an epoch that was open is the next open one.
        """
        epoch = self._epoch
        if self.n_epochs and (epoch + 1) * EPOCH_S <= self._page_start_s:
            # The last seconds of the recording are shown; the current epoch lies before them.
            self.refused.emit("The end of the recording is no whole epoch and can't be scored.")
            return False
        self.set_painting_stage(stage)
        was_open = self._is_to_decide and self.stage in (None, Stage.UNSCORED)
        is_stored = self.score_epochs([epoch], stage)
        if is_stored and advance and not (was_open and self.next_difference()):
            self.select_epoch(epoch + 1)
        return is_stored

    @property
    def _is_to_decide(self) -> bool:
        """Whether what is scored is what several scorers decide together."""
        return self.session.layer.kind is LayerKind.CONSENSUS

    def score_epochs(self, epochs: Iterable[int], stage: Stage) -> bool:
        """Score epochs; return whether that was stored.

        In a consensus the log keeps who said what of an epoch that is decided.
        """
        index = tuple(epochs)
        because = ""
        if self._is_to_decide and len(index) == 1:
            because = votes_in_words(scorers_among(self.compared()), index[0])
        return self._try(lambda: self.session.score(index, stage, because=because))

    def set_lights(self, off_s: float | None, on_s: float | None) -> bool:
        """Set both lights marks; return whether that was stored."""
        return self._try(lambda: self.session.set_lights(off_s, on_s))

    def replace_event(self, old: Event | None, new: Event | None) -> bool:
        """Mark (no ``old``), change or delete (no ``new``) an event; return whether stored."""
        return self._try(lambda: self.session.replace_event(old, new))

    def _try(self, edit: Callable[[], object]) -> bool:
        try:
            edit()
        except ScoringLocked:
            self.refused_signed.emit()
            return False
        except SleepScorerError as error:
            self.refused.emit(str(error))
            return False
        return True

    def undo(self) -> None:
        """Take the last edit back and show where it was."""
        self._travel(self.session.undo)

    def redo(self) -> None:
        """Do the last undone edit again and show where it was."""
        self._travel(self.session.redo)

    def _travel(self, step: Callable[[], Change | None]) -> None:
        try:
            change = step()
        except SleepScorerError as error:
            self.refused.emit(str(error))
            return
        if change is None:
            return
        if change.epochs:
            if self._epoch not in change.epochs:
                self.select_epoch(change.epochs[0])
            return
        time_s = change.time_s
        if time_s is not None and not 0 <= time_s - self._page_start_s < self._page_s:
            self.show_time(time_s)

    def next_epoch_where(self, wanted: NDArray[np.bool_], *, back: bool = False) -> None:
        """Go to the next epoch (cyclically) for which (n_epochs,) ``wanted`` is true."""
        order = np.roll(np.arange(self.n_epochs), -self._epoch - 1)[:-1]
        if back:
            order = order[::-1]
        found = order[wanted[order]]
        if found.size:
            self.select_epoch(int(found[0]))

    def next_difference(self, *, back: bool = False) -> bool:
        """Go to the next epoch (cyclically) that is still to be decided between scorers.

        In a consensus those are the epochs without a stage, else those on which not all agree.
        Return whether there is any.
        """
        comparison = comparison_of(self.compared())
        wanted = np.zeros(self.n_epochs, bool)
        if self._is_to_decide:
            wanted = self.session.state.stages == Stage.UNSCORED
        elif comparison is not None:
            wanted[comparison.disagreements] = True
        if wanted.size:
            self.next_epoch_where(wanted, back=back)
        return bool(wanted.any())

    def next_stage_change(self, *, back: bool = False) -> None:
        """Go to the next epoch whose stage differs from the one before it; not cyclically."""
        stages = self.session.state.stages
        changes = np.flatnonzero(np.diff(stages)) + 1
        changes = changes[changes < self._epoch] if back else changes[changes > self._epoch]
        if changes.size:
            self.select_epoch(int(changes[-1 if back else 0]))

    def clock_text(self, time_s: float, *, tenths: bool = False) -> str:
        """The local time at a moment as hh:mm:ss; elapsed time where the start is unknown.

        With ``tenths`` as hh:mm:ss.s.
        """
        half_s = 0.05 if tenths else 0.5
        moment = (self.recording.start or _MIDNIGHT) + timedelta(seconds=time_s + half_s)
        tenth = f".{moment.microsecond // 100_000}" if tenths else ""
        if self.recording.start is not None:
            return f"{moment:%H:%M:%S}{tenth}"
        if moment < _MIDNIGHT:
            return f"-{self.clock_text(-time_s, tenths=tenths)}"
        hours = (moment - _MIDNIGHT) // timedelta(hours=1)
        return f"{hours:d}:{moment:%M:%S}{tenth}"

    def time_of(self, text: str) -> float:
        """Read a moment as a person types it: seconds, or as :meth:`clock_text` writes it.

        Raises
        ------
        UsageError
            If it is none, or lies outside the recording.
        """
        recording = self.recording
        return parse_time_mark(text, recording.start or _MIDNIGHT, recording.duration_s)

    def _on_scorings_changed(self) -> None:
        """Let every pane read anew: another scoring, or what a blind one hid, is to be seen."""
        before, self._shown = self._shown, self.session
        change = Change()
        if before is not self._shown:
            self.choose_event(None)
            # Nobody edited an event: panes that follow events read all of them anew.
            between = change_between(before.state, self._shown.state)
            change = replace(between, events_removed=(), events_added=())
        self.scorings_changed.emit()
        self.layers_changed.emit()
        self.scoring_changed.emit(change)
        self.compared_changed.emit()

    def _on_session_changed(self, change: Change) -> None:
        self.scoring_changed.emit(change)
        self.compared_changed.emit()
        if self._chosen_event not in change.events_removed:
            return
        # Moving or renaming takes one event away and brings one: it stays chosen.
        is_one = len(change.events_removed) == len(change.events_added) == 1
        new = change.events_added[0] if is_one else None
        self.choose_event(new if new is not None and self.shows_event(new) else None)
