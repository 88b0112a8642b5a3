"""Hypnograms of Elan (``.hyp``), which Visbrain writes as well: a head, then one code a line.

The head is ``time_base`` (seconds of an epoch, commonly 1), ``sampling_period``, ``epoch_nb`` and
``epoch_list``. Codes are those of Rechtschaffen & Kales, 5 is R; negative ones are artefact.
"""

import re
from collections.abc import Sequence

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.scorings.bare_stages import scoring_of_words
from sleepscorer.files.scorings.labels import Label, LabelKind
from sleepscorer.files.scorings.stage_codes import RK_CODES, StageCodes, number_in
from sleepscorer.files.scorings.stage_spans import check_n_epochs
from sleepscorer.files.scorings.table_columns import number_of

_HEAD = re.compile(r"\s*(time_base|sampling_period|epoch_nb|epoch_list)\b[\s:=]*(\S*)\s*", re.ASCII)
_LONGEST_S = 120.0
_ARTEFACT = Label(LabelKind.UNSCORED)
_CODES = StageCodes("", "Elan", {**RK_CODES.labels, -1: _ARTEFACT, -2: _ARTEFACT, -3: _ARTEFACT})


def is_elan_hyp(lines: Sequence[str]) -> bool:
    """Tell whether the first line is that of Elan's head."""
    found = _HEAD.fullmatch(lines[0][:200]) if lines else None
    return found is not None and found[1] == "time_base"


def read_elan_hyp(lines: Sequence[str], codes: StageCodes | None = None) -> Scoring:
    """Read the codes; epochs are as long as the head says.

    Parameters
    ----------
    lines
        The lines of the file.
    codes
        What its numbers stand for, where a person says that they are not Elan's.

    Raises
    ------
    ScoringError
        If the head does not say how long epochs are, or a line is no stage, naming it.
    """
    head, first = {}, 0
    while first < len(lines) and (found := _HEAD.fullmatch(lines[first])):
        head[found[1]] = found[2]
        first += 1
    epoch_s = number_of(head.get("time_base", ""))
    if epoch_s is None or not 0 < epoch_s <= _LONGEST_S:
        raise ScoringError(
            f"line 1: time_base is {head.get('time_base', '')[:20]!r}, not the seconds of an epoch"
        )
    stop = max((i for i, line in enumerate(lines, start=1) if line.strip()), default=0)
    check_n_epochs(stop - first, epoch_s)
    words = list(enumerate(lines[first:stop], start=first + 1))
    n_said = number_in(head.get("epoch_nb", ""))
    notes = []
    if n_said is not None and n_said != len(words):
        kept = "all were kept" if len(words) > n_said else "the file may have been cut"
        notes.append(f"the head says {n_said} epochs and {len(words)} follow: {kept}")
    return scoring_of_words(words, codes=codes or _CODES, epoch_s=epoch_s, notes=notes)
