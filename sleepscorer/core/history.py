"""What was done to a session, in the order it was done: edits, signatures, unlockings, forms."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sleepscorer.core.edits import Author, Change, Edit, EditKind, Lights
from sleepscorer.core.events import Event
from sleepscorer.core.report_form import FormEntry, ReportForm
from sleepscorer.core.signatures import Signature, Unlocking
from sleepscorer.core.signing import Entry, Signing
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.core.wording import counted

Clock = Callable[[float], str]
"""Writes a moment, seconds from the start, for people."""

_NOTHING = "–"
_MOST_STAGES = 3


class StepKind(StrEnum):
    """Who or what did a step, in a word."""

    PERSON = "person"
    MACHINE = "machine"
    IMPORT = "import"
    UNDO = "undo"
    REDO = "redo"
    SIGNED = "signed"
    UNLOCKED = "unlocked"
    FORM = "form"


_OF_EDIT = {
    EditKind.MANUAL: StepKind.PERSON,
    EditKind.AUTO: StepKind.MACHINE,
    EditKind.IMPORT: StepKind.IMPORT,
    EditKind.UNDO: StepKind.UNDO,
    EditKind.REDO: StepKind.REDO,
}


@dataclass(frozen=True)
class HistoryStep:
    """One thing that was done.

    Parameters
    ----------
    utc, author
        When and who.
    kind
        Who or what did it.
    what
        In words.
    before, after
        From what to what; empty where it is no change from one thing to another.
    epochs
        Which epochs, from 1: ``133``, ``133–140``, ``5 from 133``; empty where none.
    epoch
        The first of them, from 0; None where it concerns no place.
    """

    utc: str
    author: Author
    kind: StepKind
    what: str
    before: str = ""
    after: str = ""
    epochs: str = ""
    epoch: int | None = None


def in_order(edits: Sequence[Edit], signing: Signing) -> tuple[Edit | Entry, ...]:
    """Return all that was done, oldest first.

    Edits stand as they are numbered, whatever the clock said. A signature stands behind the last
    edit that it signed, an unlocking behind what it took back, a form behind the last edit before.
    """
    signed_at = {one.number: one.n_edits for one in signing.signatures}

    def place(entry: Entry) -> int:
        match entry:
            case Unlocking():
                return max(signed_at[number] for number in entry.voids)
            case Signature() | FormEntry():
                return entry.n_edits

    # Within a millisecond a form is saved before it is signed, and signed before it is unlocked.
    ranked: tuple[Entry, ...] = (*signing.forms, *signing.signatures, *signing.unlockings)
    entries = sorted(ranked, key=lambda entry: (place(entry), entry.utc))
    placed = [(place(entry), 1, entry) for entry in entries]
    numbered = [(edit.number, 0, edit) for edit in edits]
    both = sorted((*numbered, *placed), key=lambda one: one[:2])
    return tuple(step for *_, step in both)


def history_steps(
    done: Iterable[Edit | Entry], clock: Clock, *, form: ReportForm | None = None
) -> Iterator[HistoryStep]:
    """Yield for people what was done.

    Parameters
    ----------
    done
        As of :func:`in_order`, or the rest of it.
    clock
        How moments are written.
    form
        The report form before; None means an empty one.
    """
    last = form or ReportForm()
    for one in done:
        match one:
            case Edit():
                yield _edit_step(one, clock)
            case Signature():
                what = f"Sign: {one.meaning} {one.name}, SHA-256 {one.short_sha256}"
                if one.is_broken:
                    what += " (changed outside the program since: does not count)"
                yield HistoryStep(one.utc, one.author, StepKind.SIGNED, what)
            case Unlocking():
                what = f"Unlock: {one.reason}"
                yield HistoryStep(one.utc, one.author, StepKind.UNLOCKED, what)
            case FormEntry():
                yield _form_step(one, last)
                last = one.form


def _edit_step(edit: Edit, clock: Clock) -> HistoryStep:
    change = edit.change
    has_events = bool(change.events_added or change.events_removed)

    def side(stages: str, events: Sequence[Event], lights: str) -> str:
        told = (
            stages,
            _events_text(events, clock) if has_events else "",
            lights,
        )
        return ", ".join(filter(None, told))

    stages_before, stages_after = _stage_texts(change)
    lights_before, lights_after = _lights_texts(change, clock)
    before = side(stages_before, change.events_removed, lights_before)
    after = side(stages_after, change.events_added, lights_after)
    epoch = min(change.epochs) if change.epochs else None
    if epoch is None and change.time_s is not None:
        epoch = int(change.time_s // EPOCH_S)
    return HistoryStep(
        edit.utc,
        edit.author,
        _OF_EDIT[edit.kind],
        edit.label,
        before,
        after,
        _epochs_text(change.epochs) or ("" if epoch is None else str(epoch + 1)),
        epoch,
    )


def _stage_texts(change: Change) -> tuple[str, str]:
    before, after = _stages_text(change.stages_before), _stages_text(change.stages_after)
    if before and before == after:
        # The same stage, and now a person stands for it, or no longer.
        is_confirmed = any(change.person_after)
        after += ", confirmed" if is_confirmed else ", of the machine"
    return before, after


def _stages_text(stages: Iterable[int]) -> str:
    """``N2``, or ``12 N2, 3 W`` with the most frequent first."""
    counts = Counter(stages).most_common()
    if len(counts) <= 1:
        return "".join(Stage(stage).text for stage, _ in counts)
    told = [f"{n} {Stage(stage).text}" for stage, n in counts[:_MOST_STAGES]]
    return ", ".join((*told, *(("…",) if len(counts) > _MOST_STAGES else ())))


def _events_text(events: Sequence[Event], clock: Clock) -> str:
    if not events:
        return _NOTHING
    if len(events) > 1:
        return counted(len(events), "event")
    (event,) = events
    lasts = "" if event.duration_s is None else f", {event.duration_s:.1f} s"
    return f"{event.text} at {clock(event.onset_s)}{lasts}"


def _lights_texts(change: Change, clock: Clock) -> tuple[str, str]:
    """The marks that were moved; both, where the change tells one side alone."""
    before, after = change.lights_before, change.lights_after
    moved = [True, True]
    if before is not None and after is not None and before != after:
        moved = [old != new for old, new in zip(before, after, strict=True)]
    return _lights_text(before, moved, clock), _lights_text(after, moved, clock)


def _lights_text(lights: Lights | None, moved: Sequence[bool], clock: Clock) -> str:
    if lights is None:
        return ""
    marks = zip(("off", "on"), lights, moved, strict=True)
    return ", ".join(
        f"{name} {_NOTHING if mark_s is None else clock(mark_s)}"
        for name, mark_s, is_moved in marks
        if is_moved
    )


def _epochs_text(epochs: Sequence[int]) -> str:
    if not epochs:
        return ""
    first, last, n = min(epochs) + 1, max(epochs) + 1, len(epochs)
    if n == 1:
        return str(first)
    return f"{first}–{last}" if last - first + 1 == n else f"{n} from {first}"


def _form_step(entry: FormEntry, before: ReportForm) -> HistoryStep:
    old, new = before.values(), entry.form.values()
    names = [
        name for name in (*new, *(n for n in old if n not in new)) if old.get(name) != new.get(name)
    ]
    fields = ", ".join(name.replace("_", " ") for name in names)
    return HistoryStep(entry.utc, entry.author, StepKind.FORM, f"Report form: {fields}")
