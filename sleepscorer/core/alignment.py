"""Lays two scorings of one night on one grid of epochs."""

from datetime import datetime, timedelta

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.wording import counted

_DAY = timedelta(days=1)
# What EDF files say whose start was removed altogether, time of day included.
_NO_START = datetime(1985, 1, 1)
# Starts are written with whole seconds as often as with fractions of one.
_OFFSET_TOLERANCE_S = 0.5


def alignment(reference: Scoring, other: Scoring) -> tuple[int, list[str]]:
    """Return the reference epoch at which ``other`` starts, and what to say about it.

    They are aligned by start time where both have one, else by their first epochs. Where they have
    no epoch in common by date, as after de-identification, they are aligned by the time of day;
    1 January 1985, 00:00:00 stands for a start that was removed, unless both have it.

    Raises
    ------
    ScoringError
        If the epochs of the two don't coincide.
    """
    epoch_s = reference.hypnogram.epoch_s
    if epoch_s != other.hypnogram.epoch_s:
        raise ScoringError(
            f"the epochs last {epoch_s:g} s in the reference and"
            f" {other.hypnogram.epoch_s:g} s in the other scoring"
        )
    removed = _NO_START in (reference.start, other.start) and reference.start != other.start
    if reference.start is None or other.start is None or removed:
        return 0, ["aligned from the first epochs: at least one scoring has no start time"]
    offset, notes = _offset(reference, reference.start, other, other.start)
    shift = round(offset.total_seconds() / epoch_s)
    if abs(offset.total_seconds() - shift * epoch_s) > _OFFSET_TOLERANCE_S:
        raise ScoringError(
            f"the starts ({reference.start:%H:%M:%S} and {other.start:%H:%M:%S}) are"
            f" {abs(offset.total_seconds()):g} s apart, not a whole number of epochs of"
            f" {epoch_s:g} s: no epoch of one is an epoch of the other"
        )
    if shift:
        later = "later" if shift > 0 else "earlier"
        notes.append(
            f"the other scoring starts {counted(abs(shift), 'epoch')} {later} than the reference"
        )
    return shift, notes


def _offset(
    reference: Scoring, reference_start: datetime, other: Scoring, other_start: datetime
) -> tuple[timedelta, list[str]]:
    """Return how much later ``other`` starts, by date or else by time of day."""

    def overlap(offset: timedelta) -> bool:
        offset_s = offset.total_seconds()
        return -other.hypnogram.duration_s < offset_s < reference.hypnogram.duration_s

    by_date = other_start - reference_start
    if overlap(by_date):
        return by_date, []
    by_time = (by_date + _DAY / 2) % _DAY - _DAY / 2
    if not overlap(by_time):
        raise ScoringError(
            "the scorings have no epoch in common: the reference starts on"
            f" {reference_start:%Y-%m-%d at %H:%M:%S} and lasts"
            f" {reference.hypnogram.duration_s / 60:g} min, the other starts on"
            f" {other_start:%Y-%m-%d at %H:%M:%S} and lasts {other.hypnogram.duration_s / 60:g} min"
        )
    note = (
        f"the dates differ ({reference_start:%Y-%m-%d} and {other_start:%Y-%m-%d}):"
        " aligned by time of day"
    )
    if _NO_START.date() not in (reference_start.date(), other_start.date()):
        note += "; make sure that both are scorings of the same night"
    return by_time, [note]
