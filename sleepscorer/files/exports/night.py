"""A staged night as the exports take it: one value that holds all they print."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleepscorer.analysis.spectrogram import Spectrogram
from sleepscorer.core.agreement import Agreement
from sleepscorer.core.consensus import CONSENSUS_RULE
from sleepscorer.core.doubtful import DoubtfulEpochs, doubtful_epochs
from sleepscorer.core.edits import Edit
from sleepscorer.core.event_statistics import EventStatistics
from sleepscorer.core.events import Event, is_remark
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.machine_answer import MachineAnswer, machine_answer
from sleepscorer.core.recording import Recording
from sleepscorer.core.report_form import FormEntry, ReportForm
from sleepscorer.core.second_opinion import stagers_agreement
from sleepscorer.core.signatures import (
    Signature,
    Unlocking,
    broken_sentences,
    signed_sentences,
    standing,
)
from sleepscorer.core.stages import STAGES
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.statistics import SleepStatistics
from sleepscorer.core.unanimity import compared, second_opinion, unanimous_epochs
from sleepscorer.core.wording import counted
from sleepscorer.files.exports.report_look import ReportLook
from sleepscorer.files.exports.telling import Identity


@dataclass(frozen=True, eq=False)
class NightSpectrogram:
    """A spectrogram of the night, and the derivation that it is of."""

    channel: str
    values: Spectrogram


INTENDED_USE = (
    "For research use. Not a medical device; not CE/FDA cleared."
    " Automatic scores must be reviewed by a qualified scorer."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Night:
    """A recording, its hypnogram and what is known about both.

    Parameters
    ----------
    path, format_name, start, duration_s, patient_id, recording_id
        As in :class:`~sleepscorer.core.recording.Recording`.
    hypnogram
        The stages to export; its first epoch begins at ``start``.
    statistics
        Of this hypnogram.
    lights_source
        In words, where the lights marks come from ("marks in the recording", ...).
    staging
        What the stager answered; None where people alone scored.
    others
        What other stagers answered, which fills no epoch: a second opinion, or all the answers that
        the staging is the consensus of.
    by_person
        (n_epochs,) bool, the epochs whose stage is a person's, here or in a scoring that was
        imported; None means none of a staging, and all where there is no staging.
    reviewed
        (n_epochs,) bool, as of :func:`~sleepscorer.core.reviewed.reviewed_epochs`; None means
        none.
    n_edited
        Epochs that people gave another stage than the stager; None means none of a staging, and
        stays None where there is no staging.
    events
        Of the recording or the scoring; onsets count from ``start``. Remarks of this program in an
        older file of the night are left out: what they warn of may have been reviewed since.
    own_events
        Those of ``events`` that belong to the scoring, and not to the recording alone; None means
        all of them.
    all_annotations
        Whether the files for other programs hold the recording's own annotations as well.
    notes
        What was decided or set right on the way, one sentence each.
    warnings
        What makes the result doubtful, one sentence each, beyond the warnings of the staging.
    sha256
        Of the recording's file, of several one after the other; None where not computed.
    smoothing
        In a sentence what the smoothed answer of the machine is and where it stands; the tables
        then hold it beside the machine's own. Empty where it is not asked for.
    is_smoothed
        Whether the hypnogram itself holds the smoothed answer.
    labels
        Of the recording's channels, as stored, in the order of the file.
    stored_texts
        What else the recording holds in its own words: units, transducers, filters.
    files
        Of which the recording consists.
    is_simulated
        The stages are the true ones of a synthetic night, neither a person's nor a machine's.
    deidentify
        Whether the outputs leave out everything that tells who was recorded and when.
    form
        What people wrote for the report.
    signatures, unlockings
        All of the session's log, void ones among them; oldest first. De-identified, names and
        times are empty.
    edits, forms
        The whole log of the session, and every form that was kept; empty where there is none, and
        where it is de-identified.
    look
        Template, language and paper of the report as PDF.
    event_statistics
        Figures of the events and of slow channels; None where there are none to tell of.
    spectrogram
        For that report; None where it has none, or the recording is not at hand.
    """

    path: Path
    format_name: str
    start: datetime | None
    duration_s: float
    hypnogram: Hypnogram
    statistics: SleepStatistics
    lights_source: str
    patient_id: str = ""
    recording_id: str = ""
    staging: Staging | None = None
    others: tuple[Staging, ...] = ()
    by_person: NDArray[np.bool_] | None = None
    reviewed: NDArray[np.bool_] | None = None
    n_edited: int | None = None
    events: tuple[Event, ...] = ()
    own_events: tuple[Event, ...] | None = None
    all_annotations: bool = False
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sha256: str | None = None
    smoothing: str = ""
    is_smoothed: bool = False
    labels: tuple[str, ...] = ()
    stored_texts: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    is_simulated: bool = False
    deidentify: bool = False
    form: ReportForm = field(default_factory=ReportForm)
    signatures: tuple[Signature, ...] = ()
    unlockings: tuple[Unlocking, ...] = ()
    edits: tuple[Edit, ...] = ()
    forms: tuple[FormEntry, ...] = ()
    look: ReportLook = field(default_factory=ReportLook)
    spectrogram: NightSpectrogram | None = None
    event_statistics: EventStatistics | None = None

    def __post_init__(self) -> None:
        n_epochs = self.hypnogram.n_epochs
        object.__setattr__(self, "events", _without_remarks(self.events))
        if self.by_person is None:
            object.__setattr__(self, "by_person", np.full(n_epochs, self.staging is None))
        elif self.by_person.shape != (n_epochs,):
            raise ValueError(f"{self.by_person.shape} epochs of a person, {n_epochs} scored")
        if self.reviewed is None:
            object.__setattr__(self, "reviewed", np.zeros(n_epochs, bool))
        elif self.reviewed.shape != (n_epochs,):
            raise ValueError(f"{self.reviewed.shape} epochs reviewed, {n_epochs} scored")
        if self.staging is None:
            if self.n_edited is not None:
                raise ValueError(f"{self.n_edited} epochs edited of no staging")
        else:
            if self.n_edited is None:
                object.__setattr__(self, "n_edited", 0)
            n_staged = len(self.staging.probabilities)
            if n_staged != n_epochs:
                raise ValueError(f"{n_staged} epochs staged, {n_epochs} scored")
        if any(len(other.probabilities) != n_epochs for other in self.others):
            raise ValueError(f"another stager's answer is not of {n_epochs} epochs")

    @classmethod
    def of_recording(
        cls,
        recording: Recording,
        hypnogram: Hypnogram,
        *,
        statistics: SleepStatistics,
        lights_source: str,
        staging: Staging | None = None,
        others: tuple[Staging, ...] = (),
        n_edited: int | None = None,
        notes: tuple[str, ...] = (),
        sha256: str | None = None,
        deidentify: bool = False,
    ) -> "Night":
        """Take the facts of an opened recording, its warnings among them."""
        identity = Identity.of_recording(recording)
        return cls(
            path=recording.path,
            format_name=recording.format_name,
            start=recording.start,
            duration_s=recording.duration_s,
            hypnogram=hypnogram,
            statistics=statistics,
            lights_source=lights_source,
            patient_id=recording.patient_id,
            recording_id=recording.recording_id,
            staging=staging,
            others=others,
            n_edited=n_edited,
            events=recording.events,
            own_events=(),
            notes=notes,
            warnings=recording.warnings,
            sha256=sha256,
            labels=identity.labels,
            stored_texts=identity.stored_texts,
            files=recording.all_files,
            deidentify=deidentify,
        )

    @property
    def handed_on(self) -> tuple[Event, ...]:
        """The events that go into the files for other programs."""
        if self.all_annotations or self.own_events is None:
            return self.events
        return _without_remarks(self.own_events)

    @property
    def is_consensus(self) -> bool:
        """Whether the staging is the consensus of what stands beside it."""
        return self.staging is not None and bool(self.staging.provenance.consensus_of)

    @property
    def second(self) -> Staging | None:
        """A second opinion; None where none was asked."""
        return second_opinion(self.staging, self.others)

    @property
    def unanimous(self) -> tuple[bool | None, ...]:
        """Whether the stagers give each epoch one stage; None where not two of them answer."""
        return (
            ()
            if self.staging is None
            else unanimous_epochs(compared(self.staging, self.others), self.hypnogram.stage_set)
        )

    @property
    def stagers_agreement(self) -> Agreement | None:
        """How far the second opinion agrees with the stager; None where there are not both."""
        if self.staging is None or self.second is None:
            return None
        return stagers_agreement(self.staging, self.second, self.hypnogram.stage_set)

    @property
    def second_opinion_text(self) -> str:
        """Who gave it, and how far it agrees with the stager; empty where there is none."""
        if self.second is None:
            return ""
        found, title = self.stagers_agreement, self.second.provenance.software
        if found is None:
            return f"{title}, no epoch staged by both"
        kappa = "undefined" if found.kappa is None else f"{found.kappa:.2f}"
        return (
            f"{title}, agrees with the machine in {100 * found.accuracy:.1f} % of"
            f" {counted(found.n_epochs, 'epoch')}, kappa {kappa}"
        )

    @property
    def answer(self) -> MachineAnswer | None:
        """What the machine says, in the stages that the hypnogram tells apart."""
        return (
            None if self.staging is None else machine_answer(self.staging, self.hypnogram.stage_set)
        )

    @property
    def reading_notes(self) -> tuple[str, ...]:
        """How the stages are to be read, where that is not as usual.

        A consensus, three stages, smoothed.
        """
        whose = (self._consensus_note(),) if self.is_consensus else ()
        three = () if self.hypnogram.stage_set == STAGES else (_three_note(self.staging),)
        return (*whose, *three, *((self.smoothing,) if self.smoothing else ()))

    def _consensus_note(self) -> str:
        names = ", ".join(one.full_name for one in self.others)
        told = [is_one for is_one in self.unanimous if is_one is not None]
        n_unanimous = sum(told)
        said = f"unanimous in {n_unanimous} of {counted(len(told), 'epoch')}"
        if not told:
            said = "no epoch is staged by two of them"
        return f"Consensus of {names}: {CONSENSUS_RULE}; {said}."

    @property
    def confidence_notes(self) -> tuple[str, ...]:
        """Where the confidence was measured; nothing where there is none."""
        return () if self.staging is None else (self.staging.measured_sentence,)

    @property
    def all_notes(self) -> tuple[str, ...]:
        """Everything that was decided, how the stages are to be read first."""
        doubtful = self.doubtful
        settled = (doubtful.note,) if doubtful is not None and doubtful.note else ()
        return (*self.reading_notes, *self.confidence_notes, *self.notes, *settled)

    @property
    def all_warnings(self) -> tuple[str, ...]:
        """What makes the result doubtful: open doubts, the night's and the stager's warnings.

        A signature that does not count comes first of all.
        Those of a second opinion come last, with its name; a consensus has them in its own.
        """
        doubtful = self.doubtful
        is_open = (doubtful.warning,) if doubtful is not None and doubtful.warning else ()
        made = () if self.staging is None else self.staging.provenance.warnings
        other: tuple[str, ...] = ()
        if self.second is not None:
            theirs = self.second.provenance
            other = tuple(f"{theirs.software}: {sentence}" for sentence in theirs.warnings)
        broken = broken_sentences(standing(self.signatures, self.unlockings))
        return tuple(dict.fromkeys((*broken, *is_open, *self.warnings, *made, *other)))

    @property
    def signed_sentences(self) -> tuple[str, ...]:
        """Who signed what when, or that nobody did; "Not signed." first unless one holds."""
        return signed_sentences(self.signatures, self.unlockings)

    @property
    def source_name(self) -> str:
        """Name of the recording's file, fit for any text file whatever bytes it is made of."""
        return self.path.name.encode("utf-8", "replace").decode("utf-8")

    def time_of(self, onset_s: float) -> datetime | None:
        """Return the local time ``onset_s`` after the start, rounded to the second.

        Clock time is start plus elapsed time: a change to or from summer time is not applied.
        """
        if self.start is None:
            return None
        moment = self.start + timedelta(seconds=onset_s)
        return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)

    def clock_text(self, onset_s: float) -> str:
        """Return the time as ``YYYY-MM-DDTHH:MM:SS``, without the date where that must not show.

        Empty where the start is unknown.
        """
        moment = self.time_of(onset_s)
        if moment is None:
            return ""
        return f"{moment:%H:%M:%S}" if self.deidentify else moment.isoformat()

    @property
    def doubtful(self) -> DoubtfulEpochs | None:
        """How many epochs are doubtful and still to be reviewed; None where there is no staging.

        The confidence is that of the stages that are told apart, as in the table of epochs.
        """
        if self.answer is None or self.reviewed is None:
            return None
        return doubtful_epochs(self.answer, self.reviewed)


def _without_remarks(events: tuple[Event, ...]) -> tuple[Event, ...]:
    return tuple(event for event in events if not is_remark(event.text))


def _three_note(staging: Staging | None) -> str:
    if staging is None:
        return "Three stages: W, NREM, R."
    if staging.hierarchy is None:
        return "Three stages: W, NREM, R; probabilities of N1, N2 and N3 added up."
    return "Three stages: W, NREM, R, by a hierarchy trained for them (W or sleep, then NREM or R)."
