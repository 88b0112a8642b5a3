"""What the Excel report says of another stager's opinion."""

from collections.abc import Iterator

from sleepscorer.files.exports.excel.cells import THOUSANDTHS, Column, Value
from sleepscorer.files.exports.night import Night

SECOND_OPINION = (
    Column("Second stager", 14),
    Column("Second stager's stage", 10),
    Column("Second stager's confidence (0–1)", 13, THOUSANDTHS),
    Column("Stagers agree", 10),
)
"""Columns of the sheet of epochs, after those of every night."""


def second_opinion_rows(night: Night) -> Iterator[tuple[str, Value]]:
    """Return what stands in the sheet of provenance, nothing without a second opinion."""
    if night.second is None:
        return
    made, found = night.second.provenance, night.stagers_agreement
    yield "Second opinion by", made.software
    yield "Second opinion: EEG used", ", ".join(made.eeg) or "none"
    yield "Second opinion: EOG used", ", ".join(made.eog) or "none"
    yield "Second opinion: EMG used", ", ".join(made.emg) or "none"
    if found is not None:
        yield "Agreement of both stagers (%)", 100 * found.accuracy
        yield "Kappa of both stagers", found.kappa
        yield "Epochs staged by both", found.n_epochs
    for sentence in made.notes:
        yield "Second opinion: note", sentence
