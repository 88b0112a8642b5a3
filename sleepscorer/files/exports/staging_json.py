"""A staged night as JSON: everything another program needs, and the staging read back from it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sleepscorer import __version__
from sleepscorer.core.errors import ExportError, ScoringError
from sleepscorer.core.json_files import read_json
from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.second_opinion import failure_among
from sleepscorer.core.signal_faults import SignalFault
from sleepscorer.core.signatures import standing
from sleepscorer.core.site_calibration import is_temperature
from sleepscorer.core.stages import STAGES, THREE_STAGES, Stage
from sleepscorer.core.staging_result import ReviewCurve, Staging, StagingProvenance
from sleepscorer.core.undefined import figures_of
from sleepscorer.files.exports.night import INTENDED_USE, Night
from sleepscorer.files.exports.own_files import STAGING_FORMAT

_SCHEMA_VERSION = 1
# Ten days with a second opinion take 13 MB, and with a consensus of four 25.
_MOST_BYTES = 40_000_000

_THREE = ("wake", "nrem", "rem")
_TUPLES = ("eeg", "eog", "emg", "notes", "warnings", "consensus_of")


def write_json(night: Night, file: BinaryIO) -> None:
    """Write the night into an open binary file: strict JSON, UTF-8, null where undefined."""
    file.write(_encoded(night))


def verify_json(night: Night, path: Path) -> None:
    """Reopen a written file and compare it, and the staging in it, with the night.

    Raises
    ------
    ExportError
        Where the file differs.
    """
    meant = json.loads(_encoded(night))
    if _load(path) != meant:
        raise ExportError("the file did not read back as it was written", path=path)
    if night.staging is None:
        return
    found, others = read_stagings_json(path)
    provenance = json.loads(json.dumps(_provenance_values(found)))
    is_same = all(
        np.array_equal(getattr(found, name), getattr(night.staging, name), equal_nan=True)
        for name in ("probabilities", "confidence", "faults", "unsound")
    )
    is_same = is_same and len(others) == len(night.others)
    for one, theirs in zip(others, night.others, strict=False):
        answers = (one.probabilities, theirs.probabilities)
        is_same = is_same and np.array_equal(*answers, equal_nan=True)
    if not is_same or provenance != meant["provenance"]:
        raise ExportError("the staging did not read back as it was written", path=path)


def read_stagings_json(path: Path) -> tuple[Staging, tuple[Staging, ...]]:
    """Read the staging of a ``_staging.json`` file and what other stagers answered beside it.

    Probabilities come back exactly.

    Raises
    ------
    ScoringError
        If the file can't be read, is no such file or holds no staging.
    """
    document = _load(path)
    if not isinstance(document, dict) or document.get("format") != STAGING_FORMAT:
        raise ScoringError("this is not a staging written by sleepscorer", path=path)
    if document.get("schema_version") != _SCHEMA_VERSION:
        raise ScoringError(
            f"this staging has version {document.get('schema_version')!r} of its format,"
            f" and only version {_SCHEMA_VERSION} is known",
            path=path,
            hint="a newer sleepscorer may read it",
        )
    if document.get("provenance") is None:
        raise ScoringError("this file holds stages set by people and no staging", path=path)
    try:
        staging = Staging(
            _probabilities(document),
            _provenance(document["provenance"]),
            _hierarchy(document),
            confidence=_stored_numbers(document, "confidence"),
            faults=_stored_faults(document),
            unsound=_stored_numbers(document, "unsound_shares"),
        )
        # Files of versions before 0.2 have neither.
        second = document.get("second_opinion")
        stored = document.get("answers") or ([] if second is None else [second])
        others = tuple(
            Staging(_array(one["probabilities"], len(STAGES)), _provenance(one["provenance"]))
            for one in stored
        )
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise ScoringError(f"this staging is damaged: {error}", path=path) from error
    if any(len(other.probabilities) != len(staging.probabilities) for other in others):
        what = "this staging is damaged: another stager's answer has another number of epochs"
        raise ScoringError(what, path=path)
    return staging, others


def stages_read_from(path: Path) -> tuple[bool, bool]:
    """Whether the stages of a ``_staging.json`` file are three, and whether they are smoothed.

    Raises
    ------
    ScoringError
        If the file can't be read.
    """
    document = _load(path)
    if not isinstance(document, dict):
        raise ScoringError("this is not a staging written by sleepscorer", path=path)
    five, three = ([stage.text for stage in told] for told in (STAGES, THREE_STAGES))
    told = document.get("stages_told", five)
    if told not in (five, three):
        raise ScoringError("this staging is damaged: its stages are unknown", path=path)
    return told == three, document.get("stages_are_smoothed") is True


def is_scored_by_hand(path: Path) -> bool:
    """Whether a ``_staging.json`` file says that people gave every stage, and no machine any.

    Raises
    ------
    ScoringError
        If the file can't be read.
    """
    document = _load(path)
    if not isinstance(document, dict) or document.get("format") != STAGING_FORMAT:
        return False
    stages, reviewed = document.get("stages"), document.get("reviewed")
    if not (isinstance(stages, list) and isinstance(reviewed, list)):
        return False
    is_staged = [stage != Stage.UNSCORED.text for stage in stages]
    is_reviewed = [one is True for one in reviewed]
    both = len(is_staged) == len(is_reviewed) and any(is_staged)
    return (
        document.get("provenance", "") is None
        and both
        and all(by_hand for by_hand, staged in zip(is_reviewed, is_staged, strict=True) if staged)
    )


def _load(path: Path) -> Any:
    try:
        return read_json(path, most_bytes=_MOST_BYTES)
    except OSError as error:
        raise ScoringError(f"could not be read: {error.strerror or error}", path=path) from error
    except ValueError as error:
        raise ScoringError(
            f"this is not a JSON file, or a damaged one: {error}", path=path
        ) from error


def _encoded(night: Night) -> bytes:
    text = json.dumps(_document(night), allow_nan=False, ensure_ascii=False, indent=1)
    # File names, and what is made from them, need not be valid Unicode.
    return text.encode("utf-8", "replace") + b"\n"


def _document(night: Night) -> dict[str, Any]:
    hypnogram = night.hypnogram
    return {
        "format": STAGING_FORMAT,
        "schema_version": _SCHEMA_VERSION,
        "software": f"sleepscorer {__version__}",
        "intended_use": INTENDED_USE,
        "recording": _recording(night),
        "provenance": _provenance_values(night.staging),
        "epoch_s": hypnogram.epoch_s,
        "lights": {
            "off_s": hypnogram.lights_off_s,
            "on_s": hypnogram.lights_on_s,
            "source": night.lights_source,
        },
        "n_epochs_edited": night.n_edited,
        "reviewed": None if night.reviewed is None else night.reviewed.tolist(),
        "stages_told": [stage.text for stage in hypnogram.stage_set],
        "stages": _texts(hypnogram.stages),
        "machine_stages": None if night.answer is None else _texts(night.answer.stages),
        "smoothing": night.smoothing or None,
        "stages_are_smoothed": night.is_smoothed,
        "smoothed_stages": _smoothed(night),
        "equivocal": None if night.answer is None else night.answer.equivocal.tolist(),
        "probability_columns": [stage.text for stage in STAGES],
        "probabilities": None if night.staging is None else _rows(night.staging.probabilities),
        "summed_columns": list(_THREE),
        "summed": None if night.staging is None else _rows(night.staging.summed),
        "hierarchy_columns": list(_THREE),
        "hierarchy": _hierarchy_rows(night.staging),
        "confidence": None if night.staging is None else _numbers(night.staging.confidence),
        "faults": None if night.staging is None else _faults(night.staging),
        "unsound_shares": None if night.staging is None else _numbers(night.staging.unsound),
        "confidence_is_measured": None if night.staging is None else night.staging.is_measured,
        "second_opinion": _second_opinion(night),
        "answers": [_answer(one, night) for one in night.others] if night.is_consensus else None,
        "unanimous": list(night.unanimous) if night.others else None,
        "statistics": figures_of(night.statistics),
        "statistics_notes": list(night.statistics.notes),
        "event_statistics": (
            None if night.event_statistics is None else night.event_statistics.as_dict()
        ),
        "events": [asdict(event) for event in night.events],
        "signed": _signed(night),
        "notes": list(night.all_notes),
        "warnings": list(night.all_warnings),
    }


def _recording(night: Night) -> dict[str, Any]:
    start = night.start
    return {
        "file": night.source_name,
        "sha256": night.sha256,
        "format": night.format_name,
        "start": None if start is None or night.deidentify else start.isoformat(),
        "time_of_day": None if start is None else start.time().isoformat(),
        "duration_s": night.duration_s,
        "patient_id": night.patient_id,
        "recording_id": night.recording_id,
        "deidentified": night.deidentify,
    }


def _signed(night: Night) -> dict[str, Any]:
    """In sentences, and every signature that was not taken back."""
    return {
        "sentences": list(night.signed_sentences),
        "signatures": [
            {
                "name": one.name or None,
                "meaning": one.meaning.value,
                "utc": one.utc or None,
                "sha256": one.sha256 or None,
                "counts": not one.is_broken,
            }
            for one in standing(night.signatures, night.unlockings)
        ],
    }


def _second_opinion(night: Night) -> dict[str, Any] | None:
    """What another stager answered, and how far it agrees with ours."""
    second, found = night.second, night.stagers_agreement
    if second is None:
        return None
    figures = None
    if found is not None:
        figures = {"accuracy": found.accuracy, "kappa": found.kappa, "n_epochs": found.n_epochs}
    told = _answer(second, night)
    return {**told, "stager": second.provenance.software, "agreement_with_staging": figures}


def _answer(answer: Staging, night: Night) -> dict[str, Any]:
    """What a stager answered, by its name."""
    return {
        "stager": answer.name,
        "provenance": _provenance_values(answer),
        "stages": _texts(machine_answer(answer, night.hypnogram.stage_set).stages),
        "probabilities": _rows(answer.probabilities),
    }


def _texts(stages: NDArray[np.int8]) -> list[str]:
    return [Stage(stage).text for stage in stages.tolist()]


def _smoothed(night: Night) -> list[str] | None:
    if night.answer is None or not night.smoothing:
        return None
    return _texts(night.answer.smoothed)


def _hierarchy_rows(staging: Staging | None) -> list[list[float | None]] | None:
    if staging is None or staging.hierarchy is None:
        return None
    return _rows(staging.hierarchy)


def _rows(probabilities: NDArray[np.float32]) -> list[list[float | None]]:
    return [_numbers(row) for row in probabilities]


def _numbers(values: NDArray[np.float32]) -> list[float | None]:
    # Nine digits tell every float32 from its neighbours (IEEE 754).
    return [None if np.isnan(value) else float(f"{value:.9g}") for value in values.tolist()]


def _faults(staging: Staging) -> list[list[str]]:
    """The names of the faults of each epoch."""
    return [
        [str(fault.name).lower() for fault in SignalFault(value)]
        for value in staging.faults.tolist()
    ]


def _probabilities(document: dict[str, Any]) -> NDArray[np.float32]:
    if document["probability_columns"] != [stage.text for stage in STAGES]:
        raise ValueError(f"unknown columns {document['probability_columns']}")
    return _array(document["probabilities"], len(STAGES))


def _hierarchy(document: dict[str, Any]) -> NDArray[np.float32] | None:
    # Files of versions before 0.2 have none.
    stored = document.get("hierarchy")
    return None if stored is None else _array(stored, len(_THREE))


def _stored_numbers(document: dict[str, Any], name: str) -> NDArray[np.float32]:
    stored = document.get(name) or []
    return np.array([np.nan if c is None else float(c) for c in stored], dtype=np.float32)


def _stored_faults(document: dict[str, Any]) -> NDArray[np.uint8]:
    stored = document.get("faults") or []
    values = [sum(SignalFault[name.upper()] for name in names) for names in stored]
    return np.array(values, dtype=np.uint8)


def _array(stored: list[list[float | None]], n_columns: int) -> NDArray[np.float32]:
    rows = [[np.nan if p is None else float(p) for p in row] for row in stored]
    return np.array(rows, dtype=np.float32).reshape(len(rows), -1 if rows else n_columns)


def _provenance_values(staging: Staging | None) -> dict[str, Any] | None:
    """Return what is stored of what made a staging; no failure of another where there was none."""
    if staging is None:
        return None
    values = asdict(staging.provenance)
    if not staging.provenance.second_opinion_failure:
        del values["second_opinion_failure"]
    return values


def _provenance(stored: dict[str, Any]) -> StagingProvenance:
    failure = failure_among(stored["warnings"])
    stored = {**_OF_OLDER, "second_opinion_failure": failure, **stored}
    values: dict[str, Any] = {}
    for field in fields(StagingProvenance):
        if field.name in _NUMBERS:
            values[field.name] = _NUMBERS[field.name](stored[field.name])
            continue
        value = stored[field.name]
        if field.name in _TUPLES:
            values[field.name] = tuple(_text(text, field.name) for text in value)
        else:
            values[field.name] = _text(value, field.name)
    return StagingProvenance(**values)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} is not text")
    # Half a character is no text: neither a session nor a report could hold it.
    value.encode("utf-8")
    return value


def _curve(stored: Any) -> ReviewCurve:
    points = [tuple(map(float, point)) for point in stored]
    return tuple((share, confidence, accuracy) for share, confidence, accuracy in points)


def _shares(stored: Any) -> tuple[float, ...]:
    return tuple(map(float, stored))


def _lights(stored: Any) -> tuple[float, ...]:
    marks = tuple(map(float, stored))
    if len(marks) not in (0, 2):
        raise ValueError(f"{len(marks)} suggested lights marks")
    return marks


def _temperature(stored: Any) -> float:
    value = float(stored)
    if not is_temperature(value):
        raise ValueError(f"{value} is no temperature")
    return value


# What files of older versions lack, as it was by then.
_OF_OLDER: Mapping[str, Any] = MappingProxyType(
    {
        "stager": "",
        "consensus_of": (),
        "review_curve": (),
        "suggested_lights_s": (),
        "confidence_measured_on": "",
        "confidence_temperature": 1.0,
        "unlearned_by_stage": (),
    }
)
_NUMBERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "review_curve": _curve,
        "suggested_lights_s": _lights,
        "confidence_temperature": _temperature,
        "unlearned_by_stage": _shares,
    }
)
