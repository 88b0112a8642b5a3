"""Annotations as mne-python saves them in a text file.

A line ``# MNE-Annotations``, maybe ``# orig_time : 2020-01-02 22:30:00``, the heading
``# onset, duration, description``, and then a row an annotation: seconds from ``orig_time``, or
from the start of the recording where there is none.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.scorings.stage_annotations import scoring_of_events
from sleepscorer.files.scorings.stage_spans import MAX_EPOCHS
from sleepscorer.files.scorings.table_columns import number_of

_HEAD = "# MNE-Annotations"
_ORIG_TIME = re.compile(r"#\s*orig_time\s*:\s*(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?).*")
_MOST_ROWS = 12 * MAX_EPOCHS
_N_COLUMNS = 3


def is_mne_annotations(lines: Sequence[str]) -> bool:
    """Tell whether the first line is that of such a file."""
    return bool(lines) and lines[0].strip() == _HEAD


def read_mne_annotations(lines: Sequence[str]) -> Scoring:
    """Read the stages, and all other annotations as events.

    Raises
    ------
    ScoringError
        If there are no stages, or a row is none, naming its line.
    """
    times = [found[1] for line in lines[:10] if (found := _ORIG_TIME.fullmatch(line.strip()))]
    try:
        start = datetime.fromisoformat(times[0]) if times else None
    except ValueError:
        raise ScoringError(f"its orig_time {times[0]!r} is no time") from None
    return scoring_of_events(tuple(_events(lines)), start=start)


def _events(lines: Sequence[str]) -> Iterator[Event]:
    n_rows = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        n_rows += 1
        if n_rows > _MOST_ROWS:
            raise ScoringError(f"the file has more than {_MOST_ROWS} rows")
        try:
            # Names of channels may follow the description.
            row = next(csv.reader([line]))
        except csv.Error as error:
            raise ScoringError(f"line {number} is no annotation: {error}") from error
        onset_s, duration_s = (number_of(cell) for cell in (*row, "", "")[:2])
        if len(row) < _N_COLUMNS or onset_s is None or duration_s is None or duration_s < 0:
            raise ScoringError(f"line {number} is no annotation: onset, duration, description")
        yield Event(onset_s, duration_s or None, row[2].strip())
