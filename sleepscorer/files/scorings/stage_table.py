"""Tables of stages: a row an epoch or a stretch of epochs, with its place in columns.

Ours, YASA's, those of BIDS, and what spreadsheets make of them. What a column says on the place
of a row is used or refused by its name, never passed over.
"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.files.scorings.stage_codes import StageCodes, labels_of_words
from sleepscorer.files.scorings.stage_spans import StageSpan, epoch_length
from sleepscorer.files.scorings.staged_epochs import epochs_of_spans
from sleepscorer.files.scorings.table_columns import Role
from sleepscorer.files.scorings.table_places import places_of
from sleepscorer.files.scorings.table_probabilities import probabilities_of
from sleepscorer.files.scorings.table_rows import n_comments, read_header, read_rows
from sleepscorer.files.scorings.table_scorers import of_one_scorer

_LONGEST_HEAD = 100_000
_NO_LIGHTS = "this table holds no lights marks"


def is_stage_table(lines: Sequence[str]) -> bool:
    """Tell whether this is a table: its first line separates columns, or heads one of stages."""
    if any(len(line) > _LONGEST_HEAD for line in lines[:1]):
        return False
    header = read_header(lines)
    is_separated = header.n_lines > n_comments(lines) + 1
    return len(header.columns) > 1 or is_separated or bool(header.with_role(Role.STAGE))


def read_stage_table(
    lines: Sequence[str], scorer: str | None = None, codes: StageCodes | None = None
) -> Scoring:
    """Read a table of stages.

    A row lies where its columns say: the number of its epoch, its start, end and duration, the
    clock. They must not contradict each other, but clock times that a spreadsheet has spoilt are
    left out with a note where another column tells the place. Rows may stand for several epochs,
    and epochs without a row are unscored. In a table without any such column every row is the
    next epoch. Probabilities are those of five columns headed by the stages, as ``p_w`` to ``p_r``.

    The start is known where there are clock times; times of day get the date 1 January 1985 and a
    note.

    Parameters
    ----------
    lines
        The lines of the file.
    scorer
        Whose stages to read, as a cell of the column of scorers or the heading of a column of
        stages; needed where several scored.
    codes
        What numbers stand for, if the stages are numbers.

    Raises
    ------
    CodesNeeded
        If the stages are numbers and no code was named.
    SeveralScorers
        If the table holds the stages of several and none of them is named.
    ScoringError
        If no column holds stages, a row is no stage, or a column tells something on the places
        that can't be understood, naming the line.
    """
    column, rows, notes = of_one_scorer(read_rows(lines), scorer)
    labels = labels_of_words(rows.cells(column), codes)
    places = places_of(rows)
    spans = [
        StageSpan(start_s, duration_s, label, cell)
        for start_s, duration_s, label, (_, cell) in zip(
            places.starts_s, places.durations_s, labels, rows.cells(column), strict=True
        )
    ]
    epoch_s = epoch_length(spans)
    epochs = epochs_of_spans(spans, epoch_s=epoch_s)
    start = places.start
    return Scoring(
        Hypnogram(epochs.stages, epoch_s),
        start=None if start is None else start + timedelta(seconds=epochs.shift_s),
        notes=(
            *notes,
            *places.notes,
            *epochs.notes,
            *_missing_notes(spans, epochs.shift_s, len(epochs.stages), epoch_s),
            _NO_LIGHTS,
        ),
        probabilities=probabilities_of(rows, spans, epochs.shift_s, len(epochs.stages), epoch_s),
        labels=epochs.labels,
    )


def _missing_notes(
    spans: Sequence[StageSpan], shift_s: float, n_epochs: int, epoch_s: float
) -> list[str]:
    """Say which epochs no row tells of."""
    told = np.zeros(n_epochs, bool)
    for span in spans:
        first, stop = span.epochs(shift_s, epoch_s)
        # Until the next one, where the table tells no length.
        told[max(first, 0) : max(stop, first + 1)] = True
    n_before = int(np.argmax(told)) if told.any() else 0
    n_between = int((~told).sum()) - n_before
    notes = []
    if n_before:
        notes.append(f"epochs before the first row were left unscored: {n_before}")
    if n_between and any(span.duration_s for span in spans):
        notes.append(f"epochs without a row were left unscored: {n_between}")
    return notes
