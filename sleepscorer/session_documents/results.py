"""What is made from a document: a staging of its recording, the exports of its scoring."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.adopting import ever_marked, still_beside
from sleepscorer.core.arousals import count_arousals
from sleepscorer.core.edits import Edit, EditKind, Lights, ScoringState
from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.layers import LayerKind
from sleepscorer.core.lights import lights_of_events
from sleepscorer.core.machine_answer import machine_answer, smoothed_sentence
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.core.wording import of_counted
from sleepscorer.files.exports import Night
from sleepscorer.pipeline import (
    Answers,
    AskedStagers,
    Destination,
    SourceRecording,
    event_figures,
    find_channels_for,
    hashed,
    make_night,
    stage_recording,
    write_outputs,
)
from sleepscorer.session_documents.document import Document
from sleepscorer.session_documents.snapshot import Snapshot, output_stem

if TYPE_CHECKING:
    from sleepscorer.staging.stager import Stager


def stage_document(
    document: Document,
    *,
    device: str = "auto",
    weights: str | None = None,
    channels: ChannelChoice | None = None,
    asked: AskedStagers | None = None,
    progress: Progress = silent,
) -> Answers:
    """Stage the recording of a document, for :meth:`ScoringSession.fill`; for any thread.

    Parameters
    ----------
    document
        Only its recording is read.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
    weights
        Name of the weights; None takes the default.
    channels
        What to look at; None chooses, or takes what the site validated whose choice is asked.
    asked
        Which stagers are asked; None asks our own alone.
    progress
        May raise Cancelled.

    Raises
    ------
    SleepScorerError
        If it can't be staged; the message says why.
    """
    recording = document.recording
    asked = asked or AskedStagers()
    progress(0.0, "loading the network")
    found = find_channels_for(recording, channels or ChannelChoice(), asked.site)
    return stage_recording(
        recording,
        found,
        stager=_stager(weights, device) if asked.asks_ours else None,
        asked=asked,
        progress=progress,
    )


def _stager(weights: str | None, device: str) -> "Stager":
    # torch takes a second to import: the window is on the screen before.
    from sleepscorer.staging.native_libraries import import_stager

    import_stager()
    from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS
    from sleepscorer.staging.stager import Stager

    return Stager(weights or DEFAULT_WEIGHTS, device=device)


def export_document(
    snapshot: Snapshot,
    to: Destination,
    *,
    scored: Collection[EventFamily] = (),
    smooth: bool = False,
    progress: Progress = silent,
) -> tuple[Path, ...]:
    """Write what ``sleepscorer score`` writes, from the scoring as people left it; for any thread.

    Parameters
    ----------
    snapshot
        The document when its export was asked for.
    to
        Where and how; de-identified, who scored is left out as well.
    scored
        Families of events that were scored in the whole night, here or in the recording, so that
        their figures mean something.
    smooth
        Put the machine's smoothed answer beside its own; where epochs were filled from it, it
        stands there always.
    progress
        May raise Cancelled, and nothing has then been written.

    Raises
    ------
    UsageError
        If a format is unknown.
    ExportError
        If the recording is not the one that was scored, a file is in the way or can't be written.
    """
    recording = snapshot.recording
    snapshot.check_found()
    to.check_look()
    if not to.deidentify:
        stem = output_stem(snapshot.layer, recording.path.stem, deidentify=False)
        to.check_free(recording.path, stem)
    source = hashed(recording, to, part_of(progress, 0.0, 0.8))
    stem = output_stem(snapshot.layer, source.stem, deidentify=to.deidentify)
    if stem != source.stem:
        to.check_free(recording.path, stem)
        source = replace(source, stem=stem)
    snapshot.check_content(source.sha256)
    night = night_of(snapshot, source, scored=scored, smooth=smooth)
    last = part_of(progress, 0.8, 1.0)
    return write_outputs(night, source, to=to, doing="exported", progress=last)


def night_of(
    snapshot: Snapshot,
    source: SourceRecording | None = None,
    *,
    scored: Collection[EventFamily] = (),
    smooth: bool = False,
) -> Night:
    """Return what the exports hold: the scoring, and how much of it people made.

    Parameters
    ----------
    snapshot
        The document at one moment.
    source
        Its recording; None means that its content is not known.
    scored, smooth
        As in :func:`export_document`.
    """
    recording, state, machine = snapshot.recording, snapshot.state, snapshot.machine
    source = source or SourceRecording(recording)
    hypnogram = state.hypnogram
    beside = still_beside(recording.events, (*ever_marked(snapshot.done), *state.events))
    events = sorted([*beside, *state.events], key=lambda event: event.onset_s)
    night = make_night(
        source,
        hypnogram,
        staging=machine,
        others=snapshot.others,
        lights_source=_lights_source(state, snapshot.edits, recording),
        notes=(
            _review_note(snapshot),
            *_layer_notes(snapshot, names_people=not source.deidentify),
            *(() if source.deidentify else _people_notes(snapshot.edits)),
        ),
        n_edited=None if machine is None else _count_edited(state, machine),
        n_arousals=count_arousals(events, hypnogram) if EventFamily.AROUSAL in scored else None,
    )
    is_smoothed = machine is not None and snapshot.holds_smoothed
    return replace(
        night,
        events=tuple(events),
        own_events=tuple(state.events),
        event_statistics=event_figures(recording, hypnogram, events, scored),
        by_person=state.by_person,
        reviewed=snapshot.reviewed,
        smoothing=_smoothing(machine, is_filled=is_smoothed) if smooth or is_smoothed else "",
        is_smoothed=is_smoothed,
        form=snapshot.signing.form,
        signatures=snapshot.signing.signatures,
        unlockings=snapshot.signing.unlockings,
        edits=snapshot.edits,
        forms=snapshot.signing.forms,
    )


def _smoothing(machine: Staging | None, *, is_filled: bool) -> str:
    """Say what the smoothed answer is, and whether epochs were filled from it."""
    if machine is None:
        return ""
    sentence = smoothed_sentence(machine_answer(machine))
    if is_filled:
        return f"Epochs that no person scored were filled from the smoothed answer. {sentence}"
    return f"The stages are as scored, and not smoothed. Beside them: {sentence}"


def _lights_source(state: ScoringState, edits: Sequence[Edit], recording: Recording) -> str:
    if state.lights_off_s is None and state.lights_on_s is None:
        return "no lights marks: the whole recording"
    off = "lights off" if state.lights_off_s is not None else "lights off = start of recording"
    on = "lights on" if state.lights_on_s is not None else "lights on = end of recording"
    lights = (state.lights_off_s, state.lights_on_s)
    return f"{off}, {on}: {_origin(lights, edits, recording)}"


def _origin(lights: Lights, edits: Sequence[Edit], recording: Recording) -> str:
    """Say what set the lights marks, and never in the words of a label: it may name a person."""
    set_by = [edit.kind for edit in edits if edit.change.lights_after == lights and edit.of is None]
    if set_by[-1] is EditKind.MANUAL:
        return "set by hand"
    marks = lights_of_events(recording.events, recording.n_epochs * EPOCH_S)
    if not marks.contradiction and (marks.off_s, marks.on_s) == lights:
        return "marks in the recording"
    return "imported from a scoring"


def _count_edited(state: ScoringState, machine: Staging) -> int:
    """Count the epochs that a person gave another stage than the machine."""
    return int(np.count_nonzero(state.by_person & _differs(state, machine)))


def _differs(state: ScoringState, machine: Staging) -> NDArray[np.bool_]:
    differs: NDArray[np.bool_] = (state.stages != machine.stages) & (state.stages >= 0)
    return differs


def _review_note(snapshot: Snapshot) -> str:
    """Say how much of the scoring is people's, how much an earlier staging's, how much is open."""
    state, machine = snapshot.state, snapshot.machine
    n_epochs = state.stages.size

    def share(these: NDArray[np.bool_]) -> str:
        n = int(np.count_nonzero(these))
        return f"{of_counted(n, n_epochs, 'epoch')} ({100 * n / max(n_epochs, 1):.1f} %)"

    imported = state.by_person & ~snapshot.reviewed
    rest = [(imported, "imported and not reviewed")]
    if machine is None:
        note = f"{share(state.by_person)} scored by a person"
    else:
        differs = _differs(state, machine)
        note = (
            f"{share(state.by_person & differs)} scored by a person otherwise than by the machine,"
            f" {share(snapshot.reviewed)} reviewed by a person"
        )
        of_machine = ~state.by_person & differs
        is_smoothed = state.stages == machine_answer(machine).smoothed
        smoothed = of_machine & is_smoothed & snapshot.holds_smoothed
        rest += [
            (smoothed, "smoothed"),
            (of_machine & ~smoothed, "from an earlier automatic staging"),
        ]
    rest += [(state.stages == Stage.UNSCORED, "unscored")]
    return (
        ", ".join((note, *(f"{share(these)} {what}" for these, what in rest if these.any()))) + "."
    )


def _layer_notes(snapshot: Snapshot, *, names_people: bool) -> tuple[str, ...]:
    """Say which of several scorings it is."""
    layer, n_layers = snapshot.layer, snapshot.n_layers
    if n_layers == 1:
        return ()
    kind = {
        LayerKind.PERSON: f" of {layer.scorer}" if layer.scorer and names_people else "",
        LayerKind.IMPORT: ", imported",
        LayerKind.CONSENSUS: ", a consensus",
    }[layer.kind]
    blind = ""
    if layer.is_blind:
        blind = ", begun blind" if layer.is_done else ", scored blind and not done"
    name = f" {layer.name}" if names_people else ""
    told = f"Scoring {layer.number}{name}{kind}{blind}; the session holds {n_layers}"
    return (f"{told}, and numbers their edits through.",)


def _people_notes(edits: Sequence[Edit]) -> tuple[str, ...]:
    people = {edit.author.user: None for edit in edits if edit.kind is EditKind.MANUAL}
    return (f"Edited by {', '.join(people)}.",) if people else ()
