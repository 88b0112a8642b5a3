"""What every file comes to that lists stages and nothing else: words or numbers, one an epoch."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sleepscorer.core.errors import EpochLengthNeeded
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.made_scoring import scoring_of_epochs
from sleepscorer.files.scorings.stage_codes import (
    StageCodes,
    counted_numbers,
    knows_all,
    labels_of_words,
    number_in,
)
from sleepscorer.files.scorings.stage_spans import check_n_epochs

# One number a second is as common as one every 30: nine hours would be eleven days.
_MOST_S = 3 * 86_400.0


def scoring_of_words(
    words: Sequence[tuple[int, str]],
    *,
    codes: StageCodes | None = None,
    codes_told: StageCodes | None = None,
    epoch_s: float | None = None,
    epoch_s_told: float | None = None,
    events: Iterable[Event] = (),
    notes: Iterable[str] = (),
) -> Scoring:
    """Return the scoring of a list of stages.

    Parameters
    ----------
    words
        The number of the line and the word of each epoch.
    codes
        What numbers stand for, where a person says it.
    codes_told
        What the file says on it; used where it says it of every number.
    epoch_s
        Length of an epoch, seconds, where a person says it.
    epoch_s_told
        What the file says on it.
    events
        What else the file tells; onsets count from the first epoch.
    notes
        What had to be decided before.

    Raises
    ------
    CodesNeeded
        If they are numbers, and neither the file nor a person says what they stand for.
    EpochLengthNeeded
        If they are numbers, too many for epochs of 30 s, and nobody says how long they last.
    ScoringError
        If there are none, or one is no stage, naming the line.
    """
    length_s = epoch_s or epoch_s_told
    check_n_epochs(len(words), length_s or EPOCH_S)
    if codes is None and codes_told is not None and knows_all(codes_told, words):
        codes = codes_told
    labels = labels_of_words(words, codes)
    notes = list(notes)
    if codes is not None and codes_told is not None and codes is not codes_told:
        notes += _contradiction(words, codes, codes_told)
    if length_s is None and counted_numbers(words):
        if len(words) * EPOCH_S > _MOST_S:
            raise EpochLengthNeeded(
                f"the file lists {len(words)} stages and does not say how long each lasts: at"
                f" {EPOCH_S:g} s they would be {len(words) * EPOCH_S / 86_400:.1f} days",
                n_epochs=len(words),
            )
        notes.append(f"the file does not say how long its epochs are: {EPOCH_S:g} s were taken")
    scoring = scoring_of_epochs(
        [word for _, word in words],
        labels,
        epoch_s=length_s or EPOCH_S,
        events=events,
        notes=notes,
    )
    return replace(scoring, is_length_assumed=length_s is None)


def _contradiction(
    words: Sequence[tuple[int, str]], said: StageCodes, told: StageCodes
) -> Iterable[str]:
    """Tell which numbers a person says to be others than the file does."""
    numbers = sorted({number for _, word in words if (number := number_in(word)) is not None})
    other = {n: told.labels[n] for n in numbers if n in told.labels}
    other = {n: label for n, label in other.items() if label != said.labels.get(n)}
    if other:
        yield f"the file itself says otherwise: {StageCodes('', '', other).in_words}"
