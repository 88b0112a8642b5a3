"""The epochs of a night as a table, and the table as a CSV file."""

import csv
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sleepscorer.core.errors import ExportError
from sleepscorer.core.machine_answer import machine_answer
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.files.exports.night import Night

PROBABILITY_COLUMNS = tuple(f"p_{stage.name.lower()}" for stage in STAGES)
THREE_COLUMNS = tuple(f"{way}_{name}" for way in ("sum", "tree") for name in ("w", "nrem", "r"))
"""Probabilities of three stages: those of five added up, and those of the trained hierarchy."""
_PLACE_COLUMNS = ("epoch", "start_s", "clock", "stage")
FIRST_COLUMNS = (*_PLACE_COLUMNS, "scored_by", "reviewed", "machine_stage")
"""What every table begins with."""
SECOND_COLUMNS = ("second_stager", "second_stage", "second_confidence", "stagers_agree")
"""Of a night with a second opinion, after the others."""
CONSENSUS_COLUMNS = ("unanimous", "answered_by")
"""Of a consensus, after the others; then the stage and its probability by each stager."""
OLDER_COLUMNS = (*_PLACE_COLUMNS, *PROBABILITY_COLUMNS, "confidence")
"""Of the tables written before they told who scored an epoch: they are ours as well."""

# Six decimals hold what a float32 probability can tell, and a row still sums to 1 within 3e-6.
_DECIMALS = 6


def epochs_table(night: Night) -> pd.DataFrame:
    """Return one row an epoch, with the columns of the CSV file.

    Returns
    -------
    ``epoch`` from 1, ``start_s`` from the start of the recording, ``clock`` (ISO 8601, the time of
    day alone where de-identified, empty where the start is unknown), ``stage`` as W N1 N2 N3 R ?,
    ``scored_by`` (person, machine, none), ``reviewed`` (yes where a person scored or confirmed it
    in this program; no also where it came with an imported scoring), ``machine_stage`` (its most
    probable one; ? where it could stage nothing, empty without a machine), the ``smoothed_stage``
    where that is asked for, the ``confidence`` of machine_stage, ``equivocal`` (yes where its two
    most probable stages are nearly as probable; empty where nothing was staged), ``signal`` (what
    is wrong with the signals that were read, empty where nothing is), and the probabilities of the
    five stages; NaN where nothing was staged. A night told in three stages has the probabilities
    of those, by both ways.
    With a second opinion also ``second_stager`` (its name and version), ``second_stage``,
    ``second_confidence`` (the probability it gives its own stage) and ``stagers_agree`` (yes or
    no; empty where not both staged the epoch).
    Of a consensus also ``unanimous`` (yes or no; empty where not two stagers answer), who
    ``answered_by`` (names with spaces between), and of each stager its stage and the probability
    it gives that, as ``stager_yasa`` and ``stager_yasa_probability``.
    Where nobody measured how often such a stage is right, as of a consensus, ``probability`` stands
    in place of ``confidence``: that of machine_stage.
    """
    hypnogram = night.hypnogram
    epochs = np.arange(hypnogram.n_epochs)
    starts_s = epochs * hypnogram.epoch_s
    is_whole = float(hypnogram.epoch_s).is_integer()
    nobody = np.zeros(hypnogram.n_epochs, bool)
    by_person = nobody if night.by_person is None else night.by_person
    reviewed = nobody if night.reviewed is None else night.reviewed
    table = pd.DataFrame(
        {
            "epoch": epochs + 1,
            "start_s": starts_s.astype(np.int64) if is_whole else starts_s,
            "clock": [night.clock_text(float(start_s)) for start_s in starts_s],
            "stage": _texts(hypnogram.stages),
            "scored_by": _scorers(hypnogram.stages, by_person),
            "reviewed": np.where(reviewed, "yes", "no"),
            **_machine_columns(night),
        }
    )
    for column, values in _probabilities(night).items():
        table[column] = values.astype(np.float64).round(_DECIMALS)
    if night.second is not None:
        _add_second(table, night.second, night)
    if night.is_consensus:
        _add_answers(table, night)
    return table


def _add_second(table: pd.DataFrame, second: Staging, night: Night) -> None:
    agree = np.full(len(table), "", dtype="<U3")
    theirs = machine_answer(second, night.hypnogram.stage_set)
    if night.answer is not None:
        both = (night.answer.stages >= 0) & (theirs.stages >= 0)
        agree = np.where(both, np.where(night.answer.stages == theirs.stages, "yes", "no"), agree)
    table["second_stager"] = second.provenance.software
    table["second_stage"] = _texts(theirs.stages)
    table["second_confidence"] = theirs.confidence.astype(np.float64).round(_DECIMALS)
    table["stagers_agree"] = agree


def answer_columns(night: Night) -> tuple[str, ...]:
    """The columns of a consensus, after the others; none where the staging is one's own."""
    if not night.is_consensus:
        return ()
    each = (f"stager_{answer.name}{end}" for answer in night.others for end in ("", "_probability"))
    return (*CONSENSUS_COLUMNS, *each)


def _add_answers(table: pd.DataFrame, night: Night) -> None:
    read = [machine_answer(answer, night.hypnogram.stage_set) for answer in night.others]
    names = np.array([answer.name for answer in night.others])
    is_answer = np.stack([one.stages >= 0 for one in read], axis=1)
    said = {True: "yes", False: "no", None: ""}
    values: list[list[str] | NDArray[np.float64]] = [
        [said[is_one] for is_one in night.unanimous],
        [" ".join(names[row]) for row in is_answer],
    ]
    for one in read:
        probability = one.probabilities.max(axis=1).astype(np.float64)
        values += [_texts(one.stages), probability.round(_DECIMALS)]
    for column, value in zip(answer_columns(night), values, strict=True):
        table[column] = value


def _machine_columns(night: Night) -> dict[str, object]:
    answer, n_epochs = night.answer, night.hypnogram.n_epochs
    none = [""] * n_epochs
    columns: dict[str, object] = {
        "machine_stage": none if answer is None else _texts(answer.stages)
    }
    if night.smoothing:
        columns["smoothed_stage"] = none if answer is None else _texts(answer.smoothed)
    confidence = np.full(n_epochs, np.nan)
    if answer is not None:
        confidence = answer.confidence.astype(np.float64)
    columns[confidence_column(night)] = confidence.round(_DECIMALS)
    equivocal = none if answer is None else np.where(answer.equivocal, "yes", "no")
    columns["equivocal"] = np.where(np.isnan(confidence), "", equivocal)
    columns["signal"] = none if night.staging is None else night.staging.fault_texts()
    return columns


def confidence_column(night: Night) -> str:
    """What the column is called that tells how likely the machine's stage is right."""
    return "confidence" if night.staging is None or night.staging.is_measured else "probability"


def _texts(stages: NDArray[np.int8]) -> list[str]:
    return [Stage(stage).text for stage in stages.tolist()]


def _probabilities(night: Night) -> dict[str, NDArray[np.float32]]:
    staging, n_epochs = night.staging, night.hypnogram.n_epochs
    none = np.full((n_epochs, len(STAGES)), np.nan, np.float32)
    if night.hypnogram.stage_set == STAGES:
        values = none if staging is None else staging.probabilities
        return dict(zip(PROBABILITY_COLUMNS, values.T, strict=True))
    summed = none[:, :3] if staging is None else staging.summed
    hierarchy = none[:, :3] if staging is None or staging.hierarchy is None else staging.hierarchy
    return dict(zip(THREE_COLUMNS, np.hstack([summed, hierarchy]).T, strict=True))


def _scorers(stages: NDArray[np.int8], by_person: NDArray[np.bool_]) -> NDArray[np.str_]:
    scorers = np.where(by_person, "person", "machine")
    return np.where(stages == Stage.UNSCORED, "none", scorers)


def write_csv(night: Night, file: BinaryIO) -> None:
    """Write the table into an open binary file: UTF-8, line feeds, empty where undefined."""
    text: str = epochs_table(night).to_csv(
        index=False, lineterminator="\n", float_format=f"%.{_DECIMALS}f"
    )
    file.write(text.encode("utf-8"))


def verify_csv(night: Night, path: Path) -> None:
    """Reopen a written table and compare every row.

    Raises
    ------
    ExportError
        Where the file differs from the night.
    """
    table = epochs_table(night)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if rows[0] != list(table.columns) or len(rows) - 1 != len(table):
        raise ExportError(f"{len(rows) - 1} epochs read back of {len(table)} written", path=path)
    for number, (row, meant) in enumerate(zip(rows[1:], table.to_numpy(), strict=True), start=1):
        if not _same_row(row, list(meant)):
            raise ExportError(f"epoch {number} read back as {row}", path=path)


def _same_row(row: list[str], meant: list[object]) -> bool:
    return len(row) == len(meant) and all(map(_same_cell, row, meant))


def _same_cell(text: str, meant: object) -> bool:
    if isinstance(meant, str):
        return text == meant
    value = float(str(meant))
    return (text == "") if np.isnan(value) else abs(float(text or "nan") - value) < 1e-9
