"""The epochs of a night as a table, and the table as a CSV file."""

import csv
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from sleepscorer.core.errors import ExportError
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.files.night import Night

PROBABILITY_COLUMNS = tuple(f"p_{stage.name.lower()}" for stage in STAGES)
COLUMNS = ("epoch", "start_s", "clock", "stage", *PROBABILITY_COLUMNS, "confidence")

# Six decimals hold what a float32 probability can tell, and a row still sums to 1 within 3e-6.
_DECIMALS = 6


def epochs_table(night: Night) -> pd.DataFrame:
    """Return one row an epoch, with the columns of the CSV file.

    Returns
    -------
    ``epoch`` from 1, ``start_s`` from the start of the recording, ``clock`` (ISO 8601, the time of
    day alone where de-identified, empty where the start is unknown), ``stage`` as W N1 N2 N3 R ?,
    the probabilities of the five stages and the confidence, NaN where nothing was staged.
    """
    hypnogram = night.hypnogram
    epochs = np.arange(hypnogram.n_epochs)
    starts_s = epochs * hypnogram.epoch_s
    is_whole = float(hypnogram.epoch_s).is_integer()
    table = pd.DataFrame(
        {
            "epoch": epochs + 1,
            "start_s": starts_s.astype(np.int64) if is_whole else starts_s,
            "clock": [night.clock_text(float(start_s)) for start_s in starts_s],
            "stage": [Stage(stage).text for stage in hypnogram.stages.tolist()],
        }
    )
    probabilities = np.full((hypnogram.n_epochs, len(STAGES)), np.nan)
    confidence = np.full(hypnogram.n_epochs, np.nan)
    if night.staging is not None:
        probabilities = night.staging.probabilities.astype(np.float64)
        confidence = night.staging.confidence.astype(np.float64)
    for column, values in zip(PROBABILITY_COLUMNS, probabilities.T, strict=True):
        table[column] = values.round(_DECIMALS)
    table["confidence"] = confidence.round(_DECIMALS)
    return table


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
    if tuple(rows[0]) != COLUMNS or len(rows) - 1 != len(table):
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
