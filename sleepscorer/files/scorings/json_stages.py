"""Scorings as JSON: ScoringHero's, YASA's, and lists of stages (Dreem, ZMax) in a few wrappings."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import STAGES
from sleepscorer.files.scorings.alignment import LONGEST_EPOCH_S, SHORTEST_EPOCH_S
from sleepscorer.files.scorings.bare_stages import scoring_of_words
from sleepscorer.files.scorings.labels import LabelKind, label_of
from sleepscorer.files.scorings.scoringhero import is_scoringhero, read_scoringhero
from sleepscorer.files.scorings.stage_codes import StageCodes
from sleepscorer.files.scorings.stage_spans import check_n_epochs
from sleepscorer.files.scorings.table_columns import Column, Role

_YASA = frozenset({"values", "n_stages", "freq"})
_FREQUENCY = re.compile(r"(\d{1,5}(?:\.\d{1,6})?)?\s*(ms|s|sec|t|min|h)", re.ASCII | re.IGNORECASE)
_UNITS_S = {"ms": 1e-3, "s": 1.0, "sec": 1.0, "t": 60.0, "min": 60.0, "h": 3600.0}
_LENGTHS = ("epoch_s", "epoch_length", "epoch_length_s", "epoch_duration", "epoch_len", "epoch_sec")
_BEGINS = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*(?:[\[{\"\d\]]|-\d|null|true|false))", re.ASCII)
_LONGEST_NUMBER = 18
_SHOWN = 6
_HINT = "expected a list of stages, or one under a name such as stages or hypnogram"


def is_json(text: str) -> bool:
    """Tell whether a text begins as an object or a list of JSON does."""
    return _BEGINS.match(text) is not None


def read_json_stages(
    text: str, codes: StageCodes | None = None, epoch_s: float | None = None
) -> Scoring:
    """Read the stages of one scoring.

    Parameters
    ----------
    text
        The JSON.
    codes
        What numbers stand for, where it numbers the stages.
    epoch_s
        Length of its epochs, seconds, where a person says it.

    Raises
    ------
    CodesNeeded
        If the stages are numbers and no code was named.
    EpochLengthNeeded
        If they are too many for epochs of 30 s, and nobody says how long they last.
    ScoringError
        If it is JSON of another kind, or what it says is no stage.
    """
    document = _parsed(text)
    is_yasa = isinstance(document, dict) and document.keys() >= _YASA
    if epoch_s is not None and (is_yasa or is_scoringhero(document)):
        raise ScoringError(
            "the file itself says how long its epochs are",
            hint="leave out how long its epochs are",
        )
    try:
        if is_scoringhero(document):
            return read_scoringhero(document)
        if isinstance(document, dict):
            return _yasa(document) if is_yasa else _named_list(document, codes, epoch_s)
        if isinstance(document, list):
            return scoring_of_words(_words(document), codes=codes, epoch_s=epoch_s)
    except ScoringError as error:
        # JSON may stand on one line: what is named is the place in its list.
        error.what = re.sub(r"^line (?=\d)", "item ", error.what)
        raise
    raise ScoringError("it is JSON of a kind that is not read", hint=_HINT)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_int=_integer, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        what = "it is JSON of a kind that is not read, or damaged"
        raise ScoringError(what, hint=_HINT) from error


def _named_list(
    document: Mapping[str, Any], codes: StageCodes | None, epoch_s: float | None
) -> Scoring:
    """Read the only list of stages among the values of names."""
    if str(document.get("format", "")).startswith("sleepscorer"):
        raise ScoringError(
            "it is a staging that sleepscorer wrote, not a scoring",
            hint="import it into its recording, or convert the hypnogram beside it",
        )
    names = [
        name
        for name, value in document.items()
        if Column.headed(0, name).role is Role.STAGE and isinstance(value, list | dict)
    ]
    if len(names) != 1:
        shown = ", ".join(repr(name[:30]) for name in list(document)[:_SHOWN])
        what = "several lists of stages" if names else "no list of stages by its names"
        raise ScoringError(f"it is JSON that holds {what} ({shown})", hint=_HINT)
    values = document[names[0]]
    told = [document[name] for name in _LENGTHS if name in document]
    return scoring_of_words(
        _words(list(values.values()) if isinstance(values, dict) else values),
        codes=codes,
        epoch_s=epoch_s,
        epoch_s_told=_length(told[0]) if told else None,
    )


def _words(values: Sequence[Any]) -> list[tuple[int, str]]:
    """Return the number and the word of each; nothing in place of a stage is an unscored epoch."""
    check_n_epochs(len(values), 1e-1)
    words = []
    for i, value in enumerate(values, start=1):
        if isinstance(value, bool | list | dict):
            raise ScoringError(
                f"it is JSON of a kind that is not read: item {i} of its list is no stage",
                hint=_HINT,
            )
        words.append((i, "?" if value is None else str(value)))
    return words


def _yasa(document: Mapping[str, Any]) -> Scoring:
    """Read what YASA's Hypnogram.to_json writes: labels, the length of epochs, probabilities."""
    values = document["values"]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ScoringError("its values are no list of stages")
    scoring = scoring_of_words(_words(values), epoch_s=_frequency_s(document["freq"]))
    return replace(
        scoring,
        start=_start(document.get("start")),
        probabilities=_probabilities(document.get("proba"), len(values)),
    )


def _frequency_s(text: Any) -> float:
    """Return the seconds of a frequency as pandas spells it, such as ``30s``."""
    found = _FREQUENCY.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ScoringError(f"freq is {str(text)[:20]!r}, not the length of an epoch")
    return _length(float(found[1] or 1) * _UNITS_S[found[2].casefold()])


def _length(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not SHORTEST_EPOCH_S <= value <= LONGEST_EPOCH_S:
        raise ScoringError(f"its epochs last {str(value)[:20]!r}, which is no number of seconds")
    return float(value)


def _start(text: Any) -> datetime | None:
    """Return the local time of a start; its offset from UTC only says which clock that is."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except (TypeError, ValueError):
        raise ScoringError(f"start is {str(text)[:30]!r}, not a date and time") from None


def _probabilities(told: Any, n_epochs: int) -> NDArray[np.float64] | None:
    if told is None:
        return None
    columns = {}
    for name, values in told.items() if isinstance(told, dict) else ():
        label = label_of(name)
        if label is not None and label.kind is LabelKind.STAGE:
            columns[label.stage] = values
    if set(columns) != set(STAGES):
        return None
    found = np.full((n_epochs, len(STAGES)), np.nan)
    for stage, values in columns.items():
        if not isinstance(values, list) or len(values) != n_epochs:
            raise ScoringError(f"its probabilities of {stage.text} are not one an epoch")
        found[:, stage] = [v if isinstance(v, int | float) else np.nan for v in values]
    return found


def _integer(text: str) -> int | float:
    # Python refuses to convert thousands of digits, in words that are not for people.
    return int(text) if len(text) <= _LONGEST_NUMBER else float(text)
