"""How programs number the stages: one table, and never a guess which of them a file is in.

5 is R in the codes of Rechtschaffen & Kales and wake in one of a headband; 4 is R, stage 4 or
wake; 1 is N1, R or wake. So a file that holds numbers and names no code is refused with the counts
of its numbers until somebody says which code it is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sleepscorer.core.errors import CodesNeeded, ScoringError, UsageError
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings.labels import Label, LabelKind, label_of, label_of_word

# Also as spreadsheets and numpy write one: "2.0", "2,0", "2.000000e+00". No code has six digits.
_NUMBER = re.compile(r"([+-]?\d{1,6})(?:[.,]0*)?(?:[eE][+-]?0{1,3})?", re.ASCII)
_PAIR = re.compile(r"\s*([+-]?\d+)\s*[=:]\s*(\S+?)\s*")
_W, _N1, _N2, _N3, _R = (
    Label(LabelKind.STAGE, stage) for stage in (Stage.W, Stage.N1, Stage.N2, Stage.N3, Stage.R)
)
_S4 = Label(LabelKind.DEEP_R_AND_K, Stage.N3)
_MOVEMENT, _UNSCORED = Label(LabelKind.MOVEMENT_TIME), Label(LabelKind.UNSCORED)


@dataclass(frozen=True)
class StageCodes:
    """What the numbers of one code stand for.

    Parameters
    ----------
    name
        As options spell it; empty for one that somebody typed.
    title
        Who numbers so, for people.
    labels
        By number.
    """

    name: str
    title: str
    labels: Mapping[int, Label]

    @property
    def in_words(self) -> str:
        """``0 W, 1 N1, 2 N2, 3 N3, 5 R``; what is unscored is left out."""
        named = ((number, label.stage) for number, label in self.labels.items())
        return ", ".join(f"{number} {stage.text}" for number, stage in named if stage >= 0)


RK_CODES = StageCodes(
    "rk",
    "Rechtschaffen & Kales: Profusion, NSRR, Elan, ISRUC, SleepTrip, Stanford",
    {0: _W, 1: _N1, 2: _N2, 3: _N3, 4: _S4, 5: _R, 6: _MOVEMENT, 7: _UNSCORED, 8: _MOVEMENT}
    | {9: _UNSCORED, -1: _UNSCORED},
)
ALICE_CODES = StageCodes("alice", "Respironics Alice", {11: _W, 12: _R, 13: _N1, 14: _N2, 15: _N3})

STAGE_CODES = (
    StageCodes(
        "aasm",
        "YASA, GSSC, Dreem, Visbrain",
        {0: _W, 1: _N1, 2: _N2, 3: _N3, 4: _R, -1: _UNSCORED, -2: _UNSCORED},
    ),
    RK_CODES,
    StageCodes(
        "ucddb",
        "St. Vincent's (UCDDB of PhysioNet)",
        {0: _W, 1: _R, 2: _N1, 3: _N2, 4: _N3, 5: _S4, 6: _UNSCORED, 7: _UNSCORED, 8: _UNSCORED},
    ),
    ALICE_CODES,
    StageCodes("zmax", "Hypnodyne ZMax", {1: _N1, 2: _N2, 3: _N3, 4: _R, 5: _W, -1: _UNSCORED}),
    StageCodes("physip", "Physip", {0: _N3, 1: _N2, 2: _N1, 3: _R, 4: _W, -1: _UNSCORED}),
    StageCodes("deltamed", "Deltamed", {1: _W, 2: _R, 3: _N1, 4: _N2, 5: _N3, -1: _UNSCORED}),
)
"""What is offered where a file does not name its code; the commonest first."""

_BY_NAME = {codes.name: codes for codes in STAGE_CODES}


def codes_named(text: str) -> StageCodes:
    """Return the code of a name, or the one that ``0=W,1=N1,2=N2,3=N3,5=R`` spells.

    Raises
    ------
    UsageError
        If it is neither.
    """
    if (known := _BY_NAME.get(text.strip().casefold())) is not None:
        return known
    labels: dict[int, Label] = {}
    for part in text.split(","):
        pair = _PAIR.fullmatch(part)
        label = label_of(pair[2]) if pair else None
        if pair is None or label is None or label.kind in (LabelKind.UNKNOWN, LabelKind.UNDIVIDED):
            raise UsageError(
                f"{text!r} says no code of stages",
                hint=f"there are {', '.join(_BY_NAME)}, or pairs such as 0=W,1=N1,2=N2,3=N3,5=R",
            )
        if int(pair[1]) in labels:
            raise UsageError(f"{text!r} says twice what {pair[1]} stands for")
        labels[int(pair[1])] = label
    return StageCodes("", "as typed", labels)


def codes_holding(numbers: Iterable[int]) -> tuple[StageCodes, ...]:
    """Return the codes that know all of these numbers."""
    wanted = set(numbers)
    return tuple(codes for codes in STAGE_CODES if wanted <= codes.labels.keys())


def number_in(word: str) -> int | None:
    """Return the whole number that a word is, also as programs write one (``2.0``), else None."""
    found = _NUMBER.fullmatch(word.strip().strip("\"'"))
    return None if found is None else int(found[1])


def counted_numbers(words: Iterable[tuple[int, str]]) -> Counter[str]:
    """Return how often each number stands among words, as it is written."""
    return Counter(word.strip() for _, word in words if number_in(word) is not None)


def knows_all(codes: StageCodes, words: Iterable[tuple[int, str]]) -> bool:
    """Tell whether a code says of every number among words what it stands for."""
    return all(
        number is None or number in codes.labels
        for number in {number_in(word) for _, word in words}
    )


def labels_of_words(
    words: Sequence[tuple[int, str]], codes: StageCodes | None = None
) -> list[Label]:
    """Return what words say where every word is a stage: lines of a text, cells of a column.

    Parameters
    ----------
    words
        The number of the line and the word, of each.
    codes
        What numbers stand for, where the file or a person says it.

    Raises
    ------
    CodesNeeded
        If numbers stand there and no code was named.
    ScoringError
        If a word is no stage, or no number of the code, naming the line.
    """
    numbers = counted_numbers(words)
    if not numbers:
        return [label_of_word(word, line) for line, word in words]
    if codes is None:
        for line, word in words:
            if number_in(word) is None:
                label_of_word(word, line)
        values = {value for number in numbers if (value := number_in(number)) is not None}
        fitting = tuple(one.name for one in codes_holding(values))
        raise CodesNeeded(tuple(numbers.items()), fitting)
    return [_label(word, line, codes) for line, word in words]


def _label(word: str, line: int, codes: StageCodes) -> Label:
    number = number_in(word)
    if number is None:
        return label_of_word(word, line)
    label = codes.labels.get(number)
    if label is None:
        raise ScoringError(
            f"line {line}: {word.strip()} is no stage of the code"
            f" {codes.name or 'that was typed'} ({codes.in_words})",
            hint="name another code, or what every number stands for",
        )
    return label
