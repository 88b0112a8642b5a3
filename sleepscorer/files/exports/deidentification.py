"""Take out of a night everything that tells who was recorded and when.

Dates go, the time of day stays (HIPAA Safe Harbor, 45 CFR 164.514(b)(2), names dates only).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sleepscorer.core.event_kinds import KNOWN_TEXTS
from sleepscorer.core.events import Event
from sleepscorer.core.staging_result import Staging
from sleepscorer.files.edf import UNKNOWN_PATIENT, UNKNOWN_START
from sleepscorer.files.exports.night import Night

_REMOVED = "[removed]"

_DATES = re.compile(
    r"\d{4}([-./])\d{1,2}\1\d{1,2}(?:T[\d:.]+)?"
    r"|\d{1,2}([-./])(?:\d{1,2}|[A-Za-z]{3,9})\2(?:\d{4}|\d{2})(?!\d)"
)
# Words of identification fields and file names that identify nobody.
_HARMLESS = frozenset(
    {"startdate", "eeg", "eog", "emg", "ecg", "psg", "edf", "bdf", "night", "sleep", "signal"}
    | {"file", "recording", "epoch", "epochs", "stage", "lights", "off", "on", "the", "and", "not"}
    | {"is", "of", "in", "to", "for", "n1", "n2", "n3", "rem", "hz", "uv", "mv"}
)


def deidentified(night: Night) -> Night:
    """Return the night without name, codes, dates, file name and free annotation texts.

    Sentences and channel labels stay, less the words of the identification fields and the file
    name, and less anything that looks like a date.
    """
    clean = _remover(night)
    start = None
    if night.start is not None:
        start = datetime.combine(UNKNOWN_START, night.start.time())
    return replace(
        night,
        path=Path(_REMOVED),
        start=start,
        patient_id=UNKNOWN_PATIENT,
        recording_id="",
        lights_source=clean(night.lights_source),
        staging=None if night.staging is None else _without_words(night.staging, clean),
        second=None if night.second is None else _without_words(night.second, clean),
        events=tuple(_known(night.events)),
        notes=tuple(map(clean, night.notes)),
        warnings=tuple(map(clean, night.warnings)),
        deidentify=True,
    )


def deidentified_stem(sha256: str) -> str:
    """What the outputs of a recording are called where its own name must not show.

    A file name tells as much as a header does: names of people, dates, numbers of patients.
    """
    return f"recording_{sha256[:12]}"


def _known(events: Iterable[Event]) -> Iterable[Event]:
    for event in events:
        text = KNOWN_TEXTS.get(event.text.strip().casefold())
        if text is not None:
            yield Event(event.onset_s, event.duration_s, text)


def _without_words(staging: Staging, clean: Callable[[str], str]) -> Staging:
    made = staging.provenance
    provenance = replace(
        made,
        eeg=tuple(map(clean, made.eeg)),
        eog=tuple(map(clean, made.eog)),
        emg=tuple(map(clean, made.emg)),
        notes=tuple(map(clean, made.notes)),
        warnings=tuple(map(clean, made.warnings)),
        second_opinion_failure=clean(made.second_opinion_failure),
        created_utc="",
    )
    return replace(staging, provenance=provenance)


def _remover(night: Night) -> Callable[[str], str]:
    """Return a function that takes identifying words out of a text."""
    phrases = {str(night.path), night.path.name, night.path.stem, night.patient_id}
    words = {*_words(night.patient_id, 2), *_words(night.recording_id, 3)}
    words |= {*_words(night.path.stem, 3)}
    telling = sorted((p for p in phrases | words if p.strip()), key=len, reverse=True)
    telling = [text for text in telling if text.casefold() not in _HARMLESS]
    pattern = re.compile(
        "|".join(rf"(?<![^\W_]){re.escape(text)}(?![^\W_])" for text in telling) or r"(?!)",
        re.IGNORECASE,
    )

    def clean(text: str) -> str:
        return _DATES.sub(_REMOVED, pattern.sub(_REMOVED, text))

    return clean


def _words(text: str, shortest: int) -> set[str]:
    # Dates are found by their form; their months alone are words of any sentence ("may").
    dateless = _DATES.sub(" ", text)
    return {word for word in re.split(r"[\W_]+", dateless) if len(word) >= shortest}
