"""The probabilities of the stages in a table: a column for each of the five."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.files.scorings.labels import label_of
from sleepscorer.files.scorings.stage_spans import TOLERANCE_S, StageSpan
from sleepscorer.files.scorings.table_columns import Column, Role, number_of, words_of
from sleepscorer.files.scorings.table_rows import Rows

# "p_w", "prob N2", "Probability REM" and, where all five are there, a stage alone.
_WORDS = frozenset({"p", "prob", "proba", "probs", "probability", "probabilities"})


def probabilities_of(
    rows: Rows, spans: Sequence[StageSpan], shift_s: float, n_epochs: int, epoch_s: float
) -> NDArray[np.float64] | None:
    """Return the probabilities that a table gives its epochs.

    Parameters
    ----------
    rows
        Of the table.
    spans
        Where each row lies, in their order.
    shift_s
        Where the first epoch starts, seconds from the start of the file.
    n_epochs
        Epochs of the scoring.
    epoch_s
        Their length, seconds.

    Returns
    -------
    (n_epochs, 5) as they stand, NaN where there is no number; None where the table has not one
    column for each stage, or its rows are shorter than an epoch.
    """
    columns = _columns(rows)
    if columns is None or any(0 < span.duration_s < epoch_s - TOLERANCE_S for span in spans):
        return None
    found = np.full((n_epochs, len(STAGES)), np.nan)
    for (_, cells), span in zip(rows.rows, spans, strict=True):
        first, stop = span.epochs(shift_s, epoch_s)
        numbers = (number_of(cells[column.index]) for column in columns)
        # Without a length it is the one epoch; before the first epoch there is none.
        found[max(first, 0) : max(stop, first + 1, 0)] = [
            np.nan if number is None else number for number in numbers
        ]
    return found


def _columns(rows: Rows) -> list[Column] | None:
    """Return the columns of the five stages, in their order."""
    of_stage: dict[Stage, list[Column]] = {stage: [] for stage in STAGES}
    for column in rows.header.with_role(Role.OTHER):
        words = words_of(column.heading)
        names = [word for word in words if word not in _WORDS]
        label = label_of(names[0]) if len(names) == 1 else None
        if label is not None and label.stage in of_stage:
            of_stage[label.stage].append(column)
    found = [columns[0] for columns in of_stage.values() if len(columns) == 1]
    return found if len(found) == len(STAGES) else None
