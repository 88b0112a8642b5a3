"""Edits of a scoring: the state they change, the change they make, the log they stand in.

A night is a thousand small integers, so a state is a value, and an edit the difference between two.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import EPOCH_S, Stage


class EditKind(StrEnum):
    """Who or what made an edit."""

    MANUAL = "manual"
    AUTO = "auto"
    IMPORT = "import"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True)
class Author:
    """Who edits, and where."""

    user: str
    workstation: str


@dataclass(frozen=True, eq=False)
class ScoringState:
    """The scoring at one moment.

    Parameters
    ----------
    stages
        (n_epochs,) int8 values of :class:`~sleepscorer.core.stages.Stage`; read-only.
    by_person
        (n_epochs,) bool: a person scored or confirmed the epoch; read-only.
    events
        Everything marked by hand or imported, in order of onset.
    lights_off_s, lights_on_s
        Seconds from the start, or None.
    """

    stages: NDArray[np.int8]
    by_person: NDArray[np.bool_]
    events: tuple[Event, ...] = ()
    lights_off_s: float | None = None
    lights_on_s: float | None = None

    def __post_init__(self) -> None:
        for name, dtype in (("stages", np.int8), ("by_person", np.bool_)):
            values = np.array(getattr(self, name), dtype=dtype)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if self.stages.shape != self.by_person.shape:
            raise ValueError("stages and by_person must have the same length")

    @classmethod
    def unscored(cls, n_epochs: int) -> "ScoringState":
        """The state of a recording nobody has scored."""
        return cls(np.full(n_epochs, Stage.UNSCORED, np.int8), np.zeros(n_epochs, bool))

    @property
    def hypnogram(self) -> Hypnogram:
        """Stages and lights marks."""
        return Hypnogram(self.stages, EPOCH_S, self.lights_off_s, self.lights_on_s)


Lights = tuple[float | None, float | None]


@dataclass(frozen=True)
class Change:
    """The difference between two states; applied backwards it undoes itself.

    Parameters
    ----------
    epochs
        Indices of the epochs whose stage or origin changes.
    stages_before, stages_after
        Their stages, values of Stage.
    person_before, person_after
        Whether a person scored them.
    events_removed, events_added
        Events; a moved event is removed and added.
    lights_before, lights_after
        (lights off, lights on), seconds or None; both None where the marks don't change.
    """

    epochs: tuple[int, ...] = ()
    stages_before: tuple[int, ...] = ()
    stages_after: tuple[int, ...] = ()
    person_before: tuple[bool, ...] = ()
    person_after: tuple[bool, ...] = ()
    events_removed: tuple[Event, ...] = ()
    events_added: tuple[Event, ...] = ()
    lights_before: Lights | None = None
    lights_after: Lights | None = None

    @property
    def is_empty(self) -> bool:
        """True where nothing changes."""
        return not (
            self.epochs or self.events_removed or self.events_added or self.lights_after is not None
        )

    @property
    def time_s(self) -> float | None:
        """Where a change of events or lights marks is to be seen, seconds; None for neither."""
        for event in (*self.events_added, *self.events_removed):
            return event.onset_s
        before, after = self.lights_before or (None, None), self.lights_after or (None, None)
        moved = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        return next((old if new is None else new for old, new in moved), None)

    def reversed(self) -> "Change":
        """The change that takes this one back."""
        return Change(
            self.epochs,
            self.stages_after,
            self.stages_before,
            self.person_after,
            self.person_before,
            self.events_added,
            self.events_removed,
            self.lights_after,
            self.lights_before,
        )

    def applied_to(self, state: ScoringState) -> ScoringState:
        """The state after the change."""
        stages, by_person = state.stages.copy(), state.by_person.copy()
        index = list(self.epochs)
        stages[index], by_person[index] = self.stages_after, self.person_after
        lights = self.lights_after or (None, None)
        if self.lights_after is None:
            lights = (state.lights_off_s, state.lights_on_s)
        return ScoringState(stages, by_person, self._events_of(state), *lights)

    def problem_with(self, state: ScoringState) -> str:
        """Say why the change can't have been made of this state; empty where it can."""
        n_epochs, index = state.stages.size, list(self.epochs)
        if len(set(index)) != len(index) or not all(0 <= epoch < n_epochs for epoch in index):
            return "epochs: not those of the recording"
        before = (self.stages_before, self.person_before)
        if before != (tuple(state.stages[index].tolist()), tuple(state.by_person[index].tolist())):
            return "stages before: not those that were scored"
        # Once for all: thousands of events may come with one import.
        removed = set(self.events_removed)
        if removed and not removed <= set(state.events):
            return "events before: not those that were marked"
        if self.events_added and not set(self.events_added).isdisjoint(set(state.events) - removed):
            return "events: marked already"
        if (self.lights_before is None) != (self.lights_after is None):
            return "lights marks: one of two is missing"
        if self.lights_before is not None and self.lights_before != (
            state.lights_off_s,
            state.lights_on_s,
        ):
            return "lights marks before: not those that were set"
        return ""

    def _events_of(self, state: ScoringState) -> tuple[Event, ...]:
        # Sorting thousands of events is slower than all the rest, and scoring touches none.
        if not (self.events_removed or self.events_added):
            return state.events
        removed = set(self.events_removed)
        kept = (event for event in state.events if event not in removed)
        return tuple(sorted({*kept, *self.events_added}, key=_event_order))


def _event_order(event: Event) -> tuple[float, float, str, str]:
    return (event.onset_s, event.duration_s or 0.0, event.text, event.channel or "")


@dataclass(frozen=True)
class Edit:
    """One row of the log.

    Parameters
    ----------
    number
        From 1, without holes in the log of the session, which all of its layers share.
    utc
        ISO 8601 time, UTC.
    author
        Who, where.
    kind
        What made it.
    label
        For people: "Score epoch 133 as N2".
    change
        What it did.
    of
        Number of the edit that an undo or redo concerns; None for others.
    is_smoothed
        It took stages from the machine's smoothed answer.
    is_of_opening
        The program made it when it first opened the recording, or to begin a layer: nobody's step
        to undo.
    layer
        Number of the :class:`~sleepscorer.core.layers.Layer` that it is an edit of.
    """

    number: int
    utc: str
    author: Author
    kind: EditKind
    label: str
    change: Change
    of: int | None = None
    is_smoothed: bool = False
    is_of_opening: bool = False
    layer: int = 1

    @property
    def epoch(self) -> int | None:
        """At which somebody made it; None where it does not tell."""
        if self.kind in (EditKind.AUTO, EditKind.IMPORT):
            return None
        if self.change.epochs:
            return self.change.epochs[0]
        time_s = self.change.time_s
        return None if time_s is None else int(time_s // EPOCH_S)


@dataclass
class EditHistory:
    """The edits that can be undone and redone, newest last."""

    done: list[Edit] = field(default_factory=list)
    undone: list[Edit] = field(default_factory=list)

    @property
    def last(self) -> Edit | None:
        """What undo would take back."""
        return self.done[-1] if self.done and not self.done[-1].is_of_opening else None

    def problem_with(self, edit: Edit) -> str:
        """Say why the edit can't be the next of the log; empty where it can."""
        if edit.kind in (EditKind.UNDO, EditKind.REDO):
            is_undo = edit.kind is EditKind.UNDO
            # Older programs let the edit of the opening be undone too.
            other = next(reversed(self.done if is_undo else self.undone), None)
            if other is None or other.number != edit.of:
                return f"{edit.kind}: not of the edit before"
            if edit.change != (other.change.reversed() if is_undo else other.change):
                return f"{edit.kind}: another change than that of edit {edit.of}"
        return ""

    def add(self, edit: Edit) -> None:
        """Take in the next edit of the log."""
        if edit.kind is EditKind.UNDO:
            self.undone.append(self.done.pop())
        elif edit.kind is EditKind.REDO:
            self.done.append(self.undone.pop())
        elif not edit.change.is_empty:
            # An automatic staging that changes nothing is logged, but is no step to undo.
            self.done.append(edit)
            self.undone.clear()


def replayed(n_epochs: int, edits: Iterable[Edit]) -> tuple[ScoringState, EditHistory]:
    """Make the edits of a log again.

    Parameters
    ----------
    n_epochs
        Whole epochs of the recording.
    edits
        The whole log, oldest first.

    Returns
    -------
    The scoring, and what can be undone and redone.

    Raises
    ------
    ValueError
        If an edit does not begin with what the one before left.
    """
    state, history = ScoringState.unscored(n_epochs), EditHistory()
    for edit in edits:
        problem = edit.change.problem_with(state) or history.problem_with(edit)
        if problem:
            raise ValueError(f"edit {edit.number}, {problem}")
        state = edit.change.applied_to(state)
        history.add(edit)
    return state, history
