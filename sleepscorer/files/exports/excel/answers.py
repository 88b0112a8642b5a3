"""What the Excel report says of other stagers: a second opinion, the answers of a consensus."""

from collections.abc import Iterator

from sleepscorer.core.wording import counted
from sleepscorer.files.exports.excel.columns import THOUSANDTHS, Column, Value
from sleepscorer.files.exports.night import Night

SECOND_OPINION = (
    Column("Second stager", 14),
    Column("Second stager's stage", 10, is_stage=True),
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


def consensus_columns(night: Night) -> tuple[Column, ...]:
    """Columns of the sheet of epochs that a consensus adds; none where there is none."""
    if not night.is_consensus:
        return ()
    each = (
        column
        for answer in night.others
        for column in (
            Column(f"{answer.name}: stage", 12, is_stage=True),
            Column(f"{answer.name}: probability (0–1)", 13, THOUSANDTHS),
        )
    )
    return (Column("Unanimous", 11), Column("Answered by", 24), *each)


def consensus_rows(night: Night) -> Iterator[tuple[str, Value]]:
    """Return what stands of a consensus in the sheet of provenance, each stager by its name."""
    if not night.is_consensus:
        return
    told = [is_one for is_one in night.unanimous if is_one is not None]
    yield "Consensus of (n)", len(night.others)
    yield "Epochs staged by two stagers or more", len(told)
    yield "Unanimous epochs of those (%)", 100 * sum(told) / len(told) if told else None
    for answer in night.others:
        made, n_staged = answer.provenance, int((answer.stages >= 0).sum())
        yield f"{answer.name}: made by", made.software
        yield f"{answer.name}: weights", made.weights_name
        yield f"{answer.name}: weights SHA-256", made.weights_sha256 or None
        yield f"{answer.name}: EEG used", ", ".join(made.eeg) or "none"
        yield f"{answer.name}: EOG used", ", ".join(made.eog) or "none"
        yield f"{answer.name}: EMG used", ", ".join(made.emg) or "none"
        yield f"{answer.name}: staged", counted(n_staged, "epoch")
