"""How files spell the stages."""

import re
from types import MappingProxyType

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.stages import Stage

_WORDS = MappingProxyType(
    {
        "w": Stage.W,
        "wake": Stage.W,
        "n1": Stage.N1,
        "n2": Stage.N2,
        "n3": Stage.N3,
        "n4": Stage.N3,
        "s1": Stage.N1,
        "s2": Stage.N2,
        "s3": Stage.N3,
        "s4": Stage.N3,
        "nrem1": Stage.N1,
        "nrem2": Stage.N2,
        "nrem3": Stage.N3,
        "nrem4": Stage.N3,
        "r": Stage.R,
        "rem": Stage.R,
        "?": Stage.UNSCORED,
        "unscored": Stage.UNSCORED,
        "uns": Stage.UNSCORED,
        "art": Stage.UNSCORED,
    }
)
# Numbers mean a stage only behind the word "stage" (EDF+ standard texts, NSRR's remapping).
_STAGE_NUMBERS = MappingProxyType({"1": Stage.N1, "2": Stage.N2, "3": Stage.N3, "4": Stage.N3})
_OTHER_TEXTS = MappingProxyType(
    {
        "movement time": Stage.UNSCORED,
        "rem sleep": Stage.R,
        "sleep-s0": Stage.W,
        "sleep-s1": Stage.N1,
        "sleep-s2": Stage.N2,
        "sleep-s3": Stage.N3,
        "sleep-s4": Stage.N3,
        "sleep-rem": Stage.R,
        "sleep-mt": Stage.UNSCORED,
    }
)
_SLEEP_STAGE = re.compile(r"sleep[ _-]?stage[ _-]*(\S.*)", re.DOTALL)
_STAGE = re.compile(r"stage[ _-]*(\S+?)(?: sleep)?")
# "SRO:" and "SDO:" name vocabularies, "|2" and "/2" repeat the stage as a number.
_DECORATION = re.compile(r"^s[rd]o:\s*|[|/]\d$")


def stage_of_word(word: str, line_number: int) -> Stage:
    """Return the stage a word of a text file stands for, whatever its case.

    Raises
    ------
    ScoringError
        If it is none, naming the line. Numbers are refused: they differ between programs.
    """
    word = word.strip()
    stage = _WORDS.get(word.casefold())
    if stage is not None:
        return stage
    if word.casefold() == "nrem":
        raise ScoringError(
            f"line {line_number}: {word} does not tell N1, N2 and N3 apart, which a scoring must"
        )
    expected = "stages are W N1 N2 N3 R and ? for unscored"
    if re.fullmatch(r"[+-]?\d+(\.0*)?", word):
        raise ScoringError(
            f"line {line_number}: {word} is a number, and programs number the stages differently"
            " (4 is R in some and stage 4 in others, 5 is R or W)",
            hint=expected,
        )
    raise ScoringError(f"line {line_number}: {_shown(word)} is no stage", hint=expected)


def _shown(word: str) -> str:
    return repr(word if len(word) <= 20 else word[:20] + "...")


def stage_of_annotation(text: str) -> Stage | None:
    """Return the stage that a text of an EDF+ file stands for; None if it is no stage.

    ``Sleep stage`` with an unknown rest is unscored, as is ``Movement time``.
    """
    text = _plain(text)
    if text in _OTHER_TEXTS:
        return _OTHER_TEXTS[text]
    if match := _SLEEP_STAGE.fullmatch(text):
        stage = _named(match[1].strip())
        return Stage.UNSCORED if stage is None else stage
    if match := _STAGE.fullmatch(text):
        return _named(match[1])
    return None


def stage_of_bare_annotation(text: str) -> Stage | None:
    """Return the stage of an annotation that is a stage's name and no more ("N2", "REM")."""
    return _WORDS.get(_plain(text))


def is_unscored_by_name(text: str) -> bool:
    """Tell whether an annotation itself says that the time is unscored."""
    text = _plain(text)
    match = _SLEEP_STAGE.fullmatch(text)
    return (match[1].strip() if match else text) in {"?", "unscored"}


def is_nrem(text: str) -> bool:
    """Tell whether an annotation is NREM sleep of no stage, as of a scoring in three stages."""
    return re.fullmatch(r"(sleep stage )?nrem", _plain(text)) is not None


def is_movement_time(text: str) -> bool:
    """Tell whether an annotation is movement time, which the AASM manual does not have."""
    return _plain(text) in {"movement time", "sleep-mt"}


def is_deep_r_and_k(text: str) -> bool:
    """Tell whether an annotation is stage 3 or 4 of Rechtschaffen & Kales."""
    return re.fullmatch(r".*(stage[ _-]*|\bs|-s)[34]( sleep)?", _plain(text)) is not None


def _named(rest: str) -> Stage | None:
    return _WORDS.get(rest, _STAGE_NUMBERS.get(rest))


def _plain(text: str) -> str:
    text = text.split("@@")[0].strip().casefold()
    return _DECORATION.sub("", text).strip()
