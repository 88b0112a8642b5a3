"""How files spell the stages: one table for every vocabulary.

Vocabularies: the standard texts of EDF+ (edfplus.info, "EDF+ texts"), Rechtschaffen & Kales, the
AASM manual's letters, Embla and RemLogic (``SLEEP-S2``), Noxturnal (``sleep-n2``), Grael and Natus
(``Stage - N2``), Philips (``NonREM2``), the NSRR (``Stage 2 sleep|2``, ``SDO:WakeState``), YASA
(``WAKE``, ``ART``), and the words of some other languages.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.stages import Stage


class LabelKind(Enum):
    """What a label says."""

    STAGE = auto()
    DEEP_R_AND_K = auto()
    """Stage 3 or 4 of Rechtschaffen & Kales: N3 of the AASM manual."""
    UNSCORED = auto()
    """That the time is unscored."""
    MOVEMENT_TIME = auto()
    """Movement time, which the AASM manual does not have."""
    UNDIVIDED = auto()
    """Sleep in which N1, N2 and N3 are not told apart, as of infants."""
    UNKNOWN = auto()
    """A stage by its form, of no name known here."""


@dataclass(frozen=True)
class Label:
    """What a text says on the stage.

    Parameters
    ----------
    kind
        What it says.
    stage
        The stage; unscored for all that names none of the five.
    spelling
        The words around the name: the texts of one vocabulary share them.
    """

    kind: LabelKind
    stage: Stage = Stage.UNSCORED
    spelling: str = ""


def _table(*rows: tuple[LabelKind, Stage, str]) -> dict[str, tuple[LabelKind, Stage]]:
    return {name: (kind, stage) for kind, stage, names in rows for name in names.split()}


# Names as they are left by _words(): small letters without accents, joined to one word.
_NAMES = _table(
    (
        LabelKind.STAGE,
        Stage.W,
        "w wk wake awake wakefulness wakestate s0 wach wachheit eveil veille despierto vigilia"
        " veglia wakker waak vaken acordado",
    ),
    (LabelKind.STAGE, Stage.N1, "n1 s1 nrem1 nonrem1 nonrapideyemovementsleepn1"),
    (LabelKind.STAGE, Stage.N2, "n2 s2 nrem2 nonrem2 nonrapideyemovementsleepn2"),
    (
        LabelKind.STAGE,
        Stage.N3,
        "n3 nrem3 nonrem3 nonrapideyemovementsleepn3 sws slowwave tiefschlaf",
    ),
    (
        LabelKind.DEEP_R_AND_K,
        Stage.N3,
        "s3 s4 n4 s3s4 n3n4 nrem4 nonrem4 nonrapideyemovementsleepn4",
    ),
    (
        LabelKind.STAGE,
        Stage.R,
        "r rem rapideyemovement rapideyemovementsleep remschlaf traumschlaf",
    ),
    (LabelKind.UNSCORED, Stage.UNSCORED, "? uns ns unscored notscored unstaged unscoredepoch"),
    (LabelKind.MOVEMENT_TIME, Stage.UNSCORED, "movementtime mt"),
    (LabelKind.UNDIVIDED, Stage.UNSCORED, "nrem nonrem nonrapideyemovement leichtschlaf"),
)
# Beside the word "sleep" or "stage" in some language.
_NAMES_IN_CONTEXT = _table(
    (LabelKind.STAGE, Stage.N3, "deep delta profond"),
    (LabelKind.STAGE, Stage.R, "paradoxical paradoxal"),
    (LabelKind.UNDIVIDED, Stage.UNSCORED, "light leger quiet active"),
)
# Behind the word "stage" alone: numbers are none elsewhere, programs count differently.
_NAMES_OF_STAGES = _table(
    (LabelKind.STAGE, Stage.W, "0"),
    (LabelKind.STAGE, Stage.N1, "1"),
    (LabelKind.STAGE, Stage.N2, "2"),
    (LabelKind.DEEP_R_AND_K, Stage.N3, "3 4 34"),
    (LabelKind.UNSCORED, Stage.UNSCORED, "no none u ns unknown undefined indeterminate"),
    (LabelKind.MOVEMENT_TIME, Stage.UNSCORED, "m movement"),
    (LabelKind.UNDIVIDED, Stage.UNSCORED, "n t transitional"),
)
# Where every text is a stage, as in the column of a table, these are no event.
_NAMES_IN_COLUMNS = _table(
    (LabelKind.UNSCORED, Stage.UNSCORED, "art artefact artifact na nan undefined unknown unsure"),
    (LabelKind.MOVEMENT_TIME, Stage.UNSCORED, "movement"),
)

_STAGE_WORDS = frozenset(
    {"stage", "stages", "stade", "stadio", "stadium", "schlafstadium", "slaapstadium"}
    | {"etape", "etapa", "estadio", "estagio", "fase"}
)
_SLEEP_WORDS = frozenset(["sleep", "schlaf", "sommeil", "sueno", "slaap", "sonno"])
# "SRO:" and "SDO:" name vocabularies, "|2" and "/2" repeat the stage as a number.
_VOCABULARY = re.compile(r"^s[rd]o:\s*")
_NUMBER = re.compile(r"(?<=\D)\s*\|\s*\d$|(?<=[a-z])\s*/\s*\d$|(?<=\w\d)\s*/\s*\d$|(?<=\d)\|\d$")
# "SleepStageN2", "Stage2" and "Stage2Sleep" are as good as with blanks between.
_JOINED = re.compile(r"\b(sleep)?(stage)(?=(?:w|wake|r|rem|n?[0-4])\b)")
_TAILED = re.compile(r"\b(stage)([0-4]{1,2})(?=sleep\b)")
_SHORT_NAME = re.compile(r"sleep[-_]\w{1,3}")
# "Sleep stage 2b" and "Stage X (left)" are stages by their form, a sentence is a remark.
_MOST_WORDS = 2


# Annotations of a night are some hundred texts, tens of thousands of times.
@lru_cache(maxsize=4096)
def label_of(text: str) -> Label | None:
    """Return what a text of an EDF+ file says on the stage; None if it is about something else.

    Parameters
    ----------
    text
        The text of an annotation; case, accents and "@@" with a channel behind it don't matter.
    """
    plain = _plain(text)
    words = re.findall(r"[^\W_]+|\?", plain)
    name_words = [word for word in words if word not in _STAGE_WORDS | _SLEEP_WORDS]
    around = [word for word in words if word not in name_words]
    spelling = " ".join(around)
    if not name_words:
        is_sleep = bool(words) and set(words) <= _SLEEP_WORDS
        return Label(LabelKind.UNDIVIDED, spelling=spelling) if is_sleep else None
    has_stage_word = bool(_STAGE_WORDS & set(around))

    def named(name: str) -> tuple[LabelKind, Stage] | None:
        found = _NAMES.get(name)
        if found is None and around:
            found = _NAMES_IN_CONTEXT.get(name)
        if found is None and has_stage_word:
            found = _NAMES_OF_STAGES.get(name)
        return found

    found = named(name_words[0])
    # "Stage 3 (N3)" and "REM R" say one thing twice.
    if found is None or any(not _are_one(named(word), found) for word in name_words[1:]):
        # "Non-REM 2" and "not scored" are one name, "S 1" is a stimulus of an evoked potential.
        is_cut = any(len(word) == 1 and word.isalpha() for word in name_words)
        found = None if is_cut else named("".join(name_words))
    if found is not None:
        return Label(*found, spelling)
    begins = words[0] in _STAGE_WORDS or (words[:1] == ["sleep"] and words[1] in _STAGE_WORDS)
    if (begins and len(name_words) <= _MOST_WORDS) or _SHORT_NAME.fullmatch(plain):
        return Label(LabelKind.UNKNOWN, spelling=spelling)
    return None


def label_in_stages(text: str) -> Label | None:
    """Return what a text says on the stage where every text is one; None if nobody knows it.

    Artefacts and what is undefined are no event there: such an epoch is unscored.
    """
    label = label_of(text)
    if label is None and (found := _NAMES_IN_COLUMNS.get("".join(re.findall(r"\w", _plain(text))))):
        return Label(*found)
    return label


def label_of_word(word: str, line_number: int) -> Label:
    """Return what a word says where every word is a stage: a line of a text, a cell of a column.

    Raises
    ------
    ScoringError
        If it is no stage, naming the line. A number is none: programs differ in them.
    """
    word = word.strip()
    label = label_in_stages(word)
    if label is not None and label.kind is LabelKind.UNDIVIDED:
        raise ScoringError(
            f"line {line_number}: {word} does not tell N1, N2 and N3 apart, which a scoring must"
        )
    if label is not None and label.kind is not LabelKind.UNKNOWN:
        return label
    expected = "stages are W N1 N2 N3 R and ? for unscored"
    raise ScoringError(f"line {line_number}: {_shown(word)} is no stage", hint=expected)


def _are_one(a: tuple[LabelKind, Stage] | None, b: tuple[LabelKind, Stage]) -> bool:
    return a is not None and (a == b or (a[1] is b[1] and b[1] is not Stage.UNSCORED))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.split("@@")[0].strip().casefold())
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = _TAILED.sub(r"\1 \2 ", _JOINED.sub(r"\1 \2 ", text))
    return _NUMBER.sub("", _VOCABULARY.sub("", text)).strip()


def _shown(word: str) -> str:
    return repr(word if len(word) <= 20 else word[:20] + "...")
