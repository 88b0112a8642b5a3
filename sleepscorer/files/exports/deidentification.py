"""Take out of a night everything that tells who was recorded and when.

What is kept is known: fields that hold nothing foreign, and labels, annotations and quotations as
far as they are names that laboratories share. Sentences lose besides every word of the fields that
may tell of a person, in whatever spelling. Dates go, the time of day stays (HIPAA Safe Harbor,
45 CFR 164.514(b)(2), names dates only).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sleepscorer.core.edits import Author
from sleepscorer.core.event_kinds import KNOWN_TEXTS
from sleepscorer.core.event_statistics import (
    ALL_RESPIRATORY,
    APNEAS_AND_HYPOPNEAS,
    EventStatistics,
)
from sleepscorer.core.events import Event
from sleepscorer.core.report_form import Person, ReportForm
from sleepscorer.core.signatures import Signature
from sleepscorer.core.staging_result import Staging
from sleepscorer.files.edf import UNKNOWN_PATIENT, UNKNOWN_START
from sleepscorer.files.exports.night import Night, NightSpectrogram
from sleepscorer.files.exports.telling import REMOVED, Identity, Remover

_NOBODY = Author("", "")


def deidentified(night: Night) -> Night:
    """Return the night without name, codes, dates, file and folder names and foreign texts.

    Channels with a label of the laboratory's own become "channel 3", as they are counted in the
    file; annotations that are in no list go. Sentences stay, less what may tell of a person.
    """
    remover = Remover(_identity_of(night))
    start = None
    if night.start is not None:
        start = datetime.combine(UNKNOWN_START, night.start.time())
    return replace(
        night,
        path=Path(REMOVED),
        start=start,
        patient_id=UNKNOWN_PATIENT,
        recording_id="",
        lights_source=remover.sentence(night.lights_source),
        staging=None if night.staging is None else _without_words(night.staging, remover),
        others=tuple(_without_words(other, remover) for other in night.others),
        events=tuple(_known(night.events)),
        own_events=None if night.own_events is None else tuple(_known(night.own_events)),
        notes=tuple(map(remover.sentence, night.notes)),
        warnings=tuple(map(remover.sentence, night.warnings)),
        labels=(),
        spectrogram=_without_label(night.spectrogram, remover),
        event_statistics=_without_labels(night.event_statistics, remover),
        stored_texts=(),
        files=(),
        deidentify=True,
        form=ReportForm(),
        signatures=tuple(map(_nameless, night.signatures)),
        unlockings=tuple(
            replace(one, utc="", author=_NOBODY, reason=REMOVED) for one in night.unlockings
        ),
        # Labels name files, authors people, and events hold what anybody wrote.
        edits=(),
        forms=(),
    )


def _without_label(
    spectrogram: NightSpectrogram | None, remover: Remover
) -> NightSpectrogram | None:
    if spectrogram is None:
        return None
    return replace(spectrogram, channel=remover.channel(spectrogram.channel))


def _without_labels(counted: EventStatistics | None, remover: Remover) -> EventStatistics | None:
    if counted is None:
        return None
    channels = {source: remover.channel(label) for source, label in counted.channels.items()}
    shared = (ALL_RESPIRATORY, APNEAS_AND_HYPOPNEAS)
    kinds = tuple(
        kind
        for kind in counted.kinds
        if kind.label in shared or kind.label.casefold() in KNOWN_TEXTS
    )
    return replace(counted, channels=channels, kinds=kinds)


def _identity_of(night: Night) -> Identity:
    return Identity(
        files=(night.path, *night.files),
        patient_id=night.patient_id,
        recording_id=night.recording_id,
        start=night.start,
        labels=night.labels,
        stored_texts=night.stored_texts,
        events=night.events,
        of_form=_telling_of(night.form.person),
    )


def _telling_of(person: Person) -> tuple[str, ...]:
    born = "" if person.birth_date is None else person.birth_date.isoformat()
    return tuple(filter(None, (person.name, person.code, born)))


def deidentified_stem(sha256: str) -> str:
    """What the outputs of a recording are called where its own name must not show.

    A file name tells as much as a header does: names of people, dates, numbers of patients.
    """
    return f"recording_{sha256[:12]}"


def _nameless(signature: Signature) -> Signature:
    """That somebody signed stays; its hash is one of names too, and leads to who has them."""
    return replace(signature, utc="", author=_NOBODY, name="", sha256="")


def _known(events: Iterable[Event]) -> Iterable[Event]:
    for event in events:
        text = KNOWN_TEXTS.get(event.text.strip().casefold())
        if text is not None:
            yield Event(event.onset_s, event.duration_s, text)


def _without_words(staging: Staging, remover: "Remover") -> Staging:
    made = staging.provenance
    provenance = replace(
        made,
        weights_name=remover.own_name(made.weights_name),
        eeg=tuple(map(remover.channel, made.eeg)),
        eog=tuple(map(remover.channel, made.eog)),
        emg=tuple(map(remover.channel, made.emg)),
        notes=tuple(map(remover.sentence, made.notes)),
        warnings=tuple(map(remover.sentence, made.warnings)),
        second_opinion_failure=remover.sentence(made.second_opinion_failure),
        created_utc="",
    )
    return replace(staging, provenance=provenance)
