"""The open document: what people and the machine made of one recording, edit by edit.

Every edit goes to the journal before it counts: what the screen shows as done is stored. Undo and
redo are edits too; the log only grows.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.adopting import adopted
from sleepscorer.core.changes import imported_change, staged_change
from sleepscorer.core.common_log import CommonLog
from sleepscorer.core.edits import (
    Author,
    Change,
    Edit,
    EditKind,
    Lights,
    ScoringState,
    replayed,
)
from sleepscorer.core.errors import ScoringError, SessionError
from sleepscorer.core.events import Event
from sleepscorer.core.filling import FillMode, epochs_to_fill
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.journal import Journal
from sleepscorer.core.layers import Layer
from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.report_form import FormEntry, ReportForm
from sleepscorer.core.reviewed import ReviewedEpochs
from sleepscorer.core.signatures import Meaning, Signature, Unlocking
from sleepscorer.core.signed_content import signed_sha256
from sleepscorer.core.signing import Entry, Signing
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.wording import counted

_SMOOTHED = ", smoothed"

Listener = Callable[[Change], None]


class ScoringSession:
    """One scoring of a recording, a layer of its session; mutable, for one thread.

    While it is signed it is locked: what would change it raises ScoringLocked. What would change
    another scorer's layer raises NotYourScoring. A blind one knows nothing of machines.

    Parameters
    ----------
    n_epochs
        Whole epochs of the recording.
    journal
        Where edits are stored.
    author
        Who edits.
    edits
        The log so far; it is replayed, and a ValueError says where it contradicts itself.
    stagings
        Automatic stagings so far, oldest first.
    others
        What other stagers answered beside the latest of them.
    signing
        Form and signatures so far; a signature that does not fit what is here counts as broken, and
        a ValueError says where they contradict themselves.
    read_only
        Every edit raises.
    duration_s
        Of the recording, whose last seconds need not be a whole epoch; None means they are.
    layer
        Which layer of the session it is; None means the first.
    common
        What it shares with the other layers, and checks nothing of; ``edits`` and ``signing`` are
        then those of this layer, ``stagings`` and ``others`` are left out. None means that there
        is no other layer.
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
        read_only: bool = False,
        duration_s: float | None = None,
        layer: Layer | None = None,
        common: CommonLog | None = None,
    ) -> None:
        self._signing = signing or Signing()
        if common is None:
            for problem in self._signing.problems(len(edits)):
                raise ValueError(problem)
            common = CommonLog(edits, len(self._signing.signatures), stagings, others)
        self.layer = layer or Layer()
        self._common = common
        self._state, self._history = replayed(n_epochs, edits)
        self._journal = journal
        self._author = author
        self._edits = list(edits)
        self._reviewed = ReviewedEpochs(n_epochs, self._history.done)
        self._reviewed_now = self._reviewed.now
        if self.is_locked:
            self._signing = self._signing.compared_with(self._sha256())
        self._listeners: list[Listener] = []
        self.read_only = read_only
        self.duration_s = n_epochs * EPOCH_S if duration_s is None else duration_s

    @property
    def author(self) -> Author:
        """Who edits, and where."""
        return self._author

    @property
    def state(self) -> ScoringState:
        """The scoring now."""
        return self._state

    @property
    def reviewed(self) -> NDArray[np.bool_]:
        """(n_epochs,) bool: see :func:`~sleepscorer.core.reviewed.reviewed_epochs`; read-only."""
        return self._reviewed_now

    @property
    def n_epochs(self) -> int:
        """Whole epochs of the recording."""
        return int(self._state.stages.size)

    @property
    def machine(self) -> Staging | None:
        """The latest automatic staging; corrections never change it.

        None while this layer is scored blind.
        """
        return None if self.layer.hides_others else self._common.machine

    @property
    def others(self) -> tuple[Staging, ...]:
        """What stands beside it and never fills an epoch.

        A second opinion, or the answers that the machine's is the consensus of.
        """
        return () if self.layer.hides_others else self._common.others

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The whole log of this layer, oldest first."""
        return tuple(self._edits)

    @property
    def edits_of_all(self) -> tuple[Edit, ...]:
        """The log of all layers of the session, oldest first."""
        return self._common.edits

    @property
    def done(self) -> tuple[Edit, ...]:
        """The edits that hold, oldest first: what was undone is not among them."""
        return tuple(self._history.done)

    @property
    def n_steps(self) -> int:
        """How many edits hold that can be undone: that of the opening comes first and can't."""
        done = self._history.done
        return len(done) - sum(1 for _ in takewhile(lambda edit: edit.is_of_opening, done))

    @property
    def holds_smoothed(self) -> bool:
        """Whether an edit that holds took stages from the machine's smoothed answer."""
        return any(edit.is_smoothed for edit in self.done)

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, or None."""
        return None if (last := self._history.last) is None else last.label

    @property
    def redo_label(self) -> str | None:
        """What redo would do again, or None."""
        return self._history.undone[-1].label if self._history.undone else None

    @property
    def signing(self) -> Signing:
        """Every form, signature and unlocking of the log."""
        return self._signing

    @property
    def form(self) -> ReportForm:
        """What people wrote for the report."""
        return self._signing.form

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """All that were ever given, void ones among them; oldest first."""
        return self._signing.signatures

    @property
    def unlockings(self) -> tuple[Unlocking, ...]:
        """All of the log; oldest first."""
        return self._signing.unlockings

    @property
    def is_locked(self) -> bool:
        """Whether the scoring is signed, and must be unlocked before it is edited."""
        return self._signing.is_locked

    @property
    def is_own(self) -> bool:
        """Whether it may be edited by who edits here: not another's, and not an imported one."""
        return self.layer.is_edited_by(self._author)

    def subscribe(self, listener: Listener) -> None:
        """Call ``listener`` after every change, with what changed."""
        self._listeners.append(listener)

    def score(self, epochs: Iterable[int], stage: Stage, *, because: str = "") -> None:
        """Let a person score epochs; giving an epoch the stage it has confirms it.

        That is an edit unless the epoch is reviewed already, also where its stage came with
        another person's scoring. ``Stage.UNSCORED`` clears, and nobody is then the epoch's scorer.

        Parameters
        ----------
        epochs
            From 0.
        stage
            One of five, or UNSCORED.
        because
            What was decided upon, such as ``"W by A, N2 by B and the machine"``: the log then says
            "Decide epoch 133 as N2: W by A, N2 by B and the machine".

        Raises
        ------
        ScoringError
            If the recording holds no whole epoch.
        """
        if stage is Stage.NREM:
            raise ValueError("a person tells N1, N2 and N3 apart")
        index = tuple(sorted(set(epochs)))
        if not index:
            return
        if not self.n_epochs:
            raise ScoringError(
                f"The recording is shorter than an epoch of {EPOCH_S:g} s: nothing can be scored"
            )
        if index[0] < 0 or index[-1] >= self.n_epochs:
            raise ValueError(f"epochs {index[0]} to {index[-1]} of {self.n_epochs}")
        where = f"epoch {index[0] + 1}"
        if len(index) > 1:
            where = f"{len(index)} epochs from {index[0] + 1}"
        verb = "Decide" if because else "Score"
        label = f"Clear {where}" if stage is Stage.UNSCORED else f"{verb} {where} as {stage.text}"
        label += f": {because}" if because else ""
        after = np.full(len(index), stage, dtype=np.int8)
        person = np.full(len(index), stage >= 0)
        # One that is confirmed for the first time stays in.
        kept = ~self.reviewed if stage >= 0 else None
        change = staged_change(self._state, index, after, person=person, kept=kept)
        self._edit(EditKind.MANUAL, label, change)

    def fill(
        self,
        staging: Staging,
        mode: FillMode = FillMode.UNSCORED,
        *,
        chosen: Iterable[Stage] = (),
        over_person: bool = False,
        others: Sequence[Staging] = (),
        smooth: bool = False,
    ) -> None:
        """Keep an automatic staging and fill epochs from it, in one edit.

        Parameters
        ----------
        staging
            Becomes the machine's layer.
        mode
            Unscored epochs only, those of the ``chosen`` stages too, or all.
        chosen
            For :attr:`FillMode.CHOSEN`.
        over_person
            Whether epochs that a person scored are replaced as well.
        others
            What other stagers answered, kept beside it and used for nothing here.
        smooth
            Fill from its smoothed answer; what is kept is the staging as it is.

        Raises
        ------
        ScoringError
            If a staging has more or fewer epochs than the recording.
        SessionError
            While this layer is scored blind.
        """
        self.layer.check_sees_others()
        for given in (staging, *others):
            if len(given.probabilities) != self.n_epochs:
                raise ScoringError(
                    f"The staging has {counted(len(given.probabilities), 'epoch')}, and the"
                    f" recording"
                    f" has {self.n_epochs}",
                    hint="stage this recording again",
                )
        found = machine_answer(staging).smoothed if smooth else staging.stages
        wanted = epochs_to_fill(self._state, mode, chosen=chosen, over_person=over_person)
        index = tuple(int(i) for i in np.flatnonzero(wanted & (found != Stage.UNSCORED)))
        person = np.zeros(len(index), bool)
        change = staged_change(self._state, index, found[list(index)], person=person)
        label = f"Auto-score{_SMOOTHED if smooth else ''}"
        made_by = (staging, *others)
        self._edit(EditKind.AUTO, label, change, stagings=made_by, is_smoothed=smooth)

    def import_scoring(
        self,
        scoring: Scoring,
        *,
        name: str,
        staging: Staging | None = None,
        others: Sequence[Staging] = (),
        smoothed: bool = False,
        of_opening: bool = False,
    ) -> bool:
        """Take over stages, lights marks and events of another scoring, in one edit.

        A lights mark that the other scoring lacks stays as it is here. Return whether there was
        anything to take over: else there is no edit, and nothing to undo.

        Parameters
        ----------
        scoring
            What is taken over.
        name
            Of its file, for the log.
        staging
            What it was corrected from, which becomes the machine's layer: only the epochs that
            differ from it are then a person's.
        others
            What other stagers answered, kept beside.
        smoothed
            The scoring was begun with the smoothed answer of this staging.
        of_opening
            The program takes it over when it first opens the recording: no step to undo.

        Raises
        ------
        ScoringError
            If a lights mark lies outside the recording, or off is not before on.
        SessionError
            While this layer is scored blind.
        """
        if not of_opening:
            self.layer.check_sees_others()
        change = imported_change(self._state, scoring, staging=staging, smoothed=smoothed)
        label = f"Import {name}{_SMOOTHED if smoothed else ''}"
        made = self._edit(
            EditKind.IMPORT,
            label,
            change,
            stagings=() if staging is None else (staging, *others),
            is_smoothed=smoothed,
            is_of_opening=of_opening,
        )
        return made is not None and not made.is_empty

    def replace_event(self, old: Event | None, new: Event | None) -> None:
        """Mark (no ``old``), move, resize, rename or delete (no ``new``) an event.

        Raises
        ------
        ScoringError
            If the new one starts outside the recording or lasts less than no time.
        """
        if old is not None and old not in self._state.events:
            raise ValueError(f"there is no event {old}")
        if old == new or (new is not None and new in self._state.events):
            return
        if new is not None:
            self._check_event(new)
        verb = "Mark" if old is None else "Delete" if new is None else "Change"
        text = (new or old or Event(0, None, "")).text
        change = Change(
            events_removed=() if old is None else (old,),
            events_added=() if new is None else (new,),
        )
        self._edit(EditKind.MANUAL, f"{verb} {text}", change)

    def adopt_events(self, events: Iterable[Event], source: str) -> int:
        """Take events of the recording, or of another scoring, as one's own, in one edit.

        Parameters
        ----------
        events
            As they stand there; each becomes the kind that its words mean, see
            :func:`~sleepscorer.core.adopting.adopted`. Those that are here already are left out.
        source
            For the log: "the recording".

        Returns
        -------
        How many were taken; for none there is no edit.

        Raises
        ------
        ScoringError
            If one starts outside the recording.
        """
        here = set(self._state.events)
        new = [event for event in dict.fromkeys(map(adopted, events)) if event not in here]
        for event in new:
            self._check_event(event)
        if new:
            label = f"Take {counted(len(new), 'event')} of {source} as own"
            self._edit(EditKind.MANUAL, label, Change(events_added=tuple(new)))
        return len(new)

    def set_lights(self, off_s: float | None, on_s: float | None) -> None:
        """Set both lights marks.

        Raises
        ------
        ScoringError
            If one lies outside the recording, or off is not before on.
        """
        self._check_lights((off_s, on_s))
        if (off_s, on_s) != self._lights():
            change = Change(lights_before=self._lights(), lights_after=(off_s, on_s))
            self._edit(EditKind.MANUAL, "Set lights off and on", change)

    def undo(self) -> Change | None:
        """Take the last edit back; return what changed, or None where there is nothing."""
        if (last := self._history.last) is None:
            return None
        return self._edit(
            EditKind.UNDO, f"Undo {last.label}", last.change.reversed(), of=last.number
        )

    def redo(self) -> Change | None:
        """Do the last undone edit again; return what changed, or None where there is nothing."""
        if not self._history.undone:
            return None
        last = self._history.undone[-1]
        return self._edit(EditKind.REDO, f"Redo {last.label}", last.change, of=last.number)

    def sign(self, name: str, meaning: Meaning) -> Signature:
        """Sign the scoring as it is, which locks it; several signatures may stand together.

        Raises
        ------
        SessionError
            If the name is empty, has signed so already, or what was signed before was changed
            outside the program.
        """
        self._check_writable()
        signature = Signature(
            number=self._common.n_signatures + 1,
            utc=now_utc(),
            author=self._author,
            name=self._signing.check_signed_by(name, meaning),
            meaning=meaning,
            sha256=self._sha256(),
            n_edits=self._common.n_edits,
            layer=self.layer.number,
        )
        self._add(signature)
        self._common.n_signatures += 1
        return signature

    def unlock(self, reason: str) -> Unlocking:
        """Take every signature that stands back, so that the scoring can be edited again.

        Raises
        ------
        SessionError
            If there is no signature to take back, or no reason.
        """
        self._check_writable()
        unlocking = self._signing.new_unlocking(
            reason, author=self._author, utc=now_utc(), layer=self.layer.number
        )
        self._add(unlocking)
        return unlocking

    def set_form(self, form: ReportForm) -> None:
        """Keep what people wrote for the report; what was kept before stays in the log.

        Raises
        ------
        ScoringLocked
            If the scoring is signed: the form is part of what was signed.
        """
        self._check_editable()
        if form != self.form:
            entry = FormEntry(
                now_utc(), self._author, form, self._common.n_edits, self.layer.number
            )
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        self._journal.add_entry(entry)
        self._signing = self._signing.with_entry(entry)
        self._tell(Change())

    def _sha256(self) -> str:
        return signed_sha256(self._state, self._edits, self.form)

    def _lights(self) -> Lights:
        return self._state.lights_off_s, self._state.lights_on_s

    def _check_lights(self, lights: Lights) -> None:
        Hypnogram(self._state.stages, EPOCH_S, *lights)

    def _check_event(self, event: Event) -> None:
        if not 0 <= event.onset_s <= self.duration_s:
            raise ScoringError(
                f"{event.text} at {event.onset_s:g} s lies outside the recording of"
                f" {self.duration_s:g} s"
            )
        if event.duration_s is not None and not event.duration_s >= 0:
            raise ScoringError(f"{event.text} can't last {event.duration_s:g} s")

    def _check_editable(self) -> None:
        self._check_writable()
        self.layer.check_edited_by(self._author)
        self._signing.check_unlocked()

    def _check_writable(self) -> None:
        if self.read_only:
            raise SessionError(
                "this session is open for reading only", hint="close it where it is being edited"
            )

    def _edit(
        self,
        kind: EditKind,
        label: str,
        change: Change,
        *,
        of: int | None = None,
        stagings: tuple[Staging, ...] = (),
        is_smoothed: bool = False,
        is_of_opening: bool = False,
    ) -> Change | None:
        """Store and make an edit; of the stagings the machine's layer comes first."""
        self._check_editable()
        staging, others = (stagings[0], stagings[1:]) if stagings else (None, ())
        if change.is_empty and staging is None and kind in (EditKind.MANUAL, EditKind.IMPORT):
            return None
        edit = Edit(
            number=self._common.n_edits + 1,
            utc=now_utc(),
            author=self._author,
            kind=kind,
            label=label,
            change=change,
            of=of,
            is_smoothed=is_smoothed,
            is_of_opening=is_of_opening,
            layer=self.layer.number,
        )
        self._journal.append(edit, staging, others=others)
        self._common.add(edit, staging, others)
        self._apply(edit)
        self._tell(change)
        return change

    def _tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)

    def _apply(self, edit: Edit) -> None:
        self._state = edit.change.applied_to(self._state)
        if edit.kind is EditKind.UNDO:
            self._reviewed.take_back(self._history.done[-1])
        self._history.add(edit)
        if edit.kind is not EditKind.UNDO:
            self._reviewed.add(self._history.done[-1] if edit.kind is EditKind.REDO else edit)
        self._reviewed_now = self._reviewed.now
        self._edits.append(edit)


def now_utc() -> str:
    """The time as the log of a session has it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
