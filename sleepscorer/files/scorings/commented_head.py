"""What comments around a list of stages say: what numbers stand for, how long epochs are."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain, islice, takewhile

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.scorings.labels import Label, LabelKind, label_of_word
from sleepscorer.files.scorings.stage_codes import StageCodes

_MARKS = ("#", "%", "//")
# Nobody writes so much before a hypnogram, and every line is searched.
_LONGEST_HEAD = 1000
_MOST_LINES = 100
_LONGEST_LINE = 500
_LONGEST_INDENT = 80
_IN_COLUMNS = re.compile(r"\S\s{0,9}[,;\t]")
_SECONDS = r"(\d{1,4}(?:\.\d{1,6})?)"
_WITH_UNIT = re.compile(_SECONDS + r"[\s-]*(?:s|secs?|seconds?)\b", re.ASCII | re.IGNORECASE)
_ABOUT_EPOCHS = re.compile(r"epoch|values? per|every|each", re.IGNORECASE)
_NAMED_LENGTH = re.compile(
    r"epoch[ _-]?(?:length|len|duration|size|sec(?:onds)?|s)\b[^\d:=]{0,20}[:=]\s*" + _SECONDS,
    re.ASCII | re.IGNORECASE,
)
# "0: Wake, 1: N1" and "0=W 1=N1"; a clock time has digits before its colon as well.
_NUMBER_FIRST = re.compile(r"(?<![\w.:+-])([+-]?\d{1,3})\s*(?:->|[:=])\s*(?![\d:=])", re.ASCII)
_NUMBER_LAST = re.compile(
    r"([^\W\d_][\w? ]{0,30}|\?)\s*(?:->|[:=])\s*([+-]?\d{1,3})(?![\w.:])", re.ASCII
)
_LEAST_PAIRS = 2


def is_comment(line: str) -> bool:
    """Tell whether a line is a comment, as Python, MATLAB or C begin one."""
    return line[:_LONGEST_INDENT].lstrip().startswith(_MARKS)


def head_of(lines: Sequence[str]) -> int:
    """Return how many lines stand before the content: comments, and blank lines beside them."""
    around = takewhile(_is_around, islice(lines, _LONGEST_HEAD))
    head = sum(1 for _ in around)
    # A blank line that begins a list may be an epoch that nobody scored.
    return head if any(is_comment(line) for line in lines[:head]) else 0


def without_comments(lines: Sequence[str]) -> tuple[int, int, list[str]]:
    """Return the first line from 0 and past the last that are content, and the comments around.

    Blank lines are left out at the end, and beside comments at the head.
    """
    first, stop = head_of(lines), len(lines)
    while stop > first and _is_around(lines[stop - 1]):
        stop -= 1
    around = chain(islice(lines, first), islice(lines, stop, None))
    comments = islice((line for line in around if is_comment(line)), _MOST_LINES)
    return first, stop, [line.strip().lstrip("#%/").strip()[:_LONGEST_LINE] for line in comments]


def is_commented_list(lines: Sequence[str]) -> bool:
    """Tell whether comments stand before a list without columns."""
    first = head_of(lines)
    shown = lines[first : first + _MOST_LINES]
    return first > 0 and bool(shown) and not any(_IN_COLUMNS.search(line) for line in shown)


def _is_around(line: str) -> bool:
    return not line or line.isspace() or is_comment(line)


def codes_in_comments(comments: Iterable[str]) -> StageCodes | None:
    """Return the code that comments name, such as ``0: Wake, 1: N1, ...``; None where they don't.

    A number that is said to be two stages makes it none.
    """
    text = list(comments)
    pairs = [pair for line in text for pair in _number_first(line)]
    if len(pairs) < _LEAST_PAIRS:
        pairs = [pair for line in text for pair in _number_last(line)]
    labels: dict[int, Label] = {}
    for number, label in pairs:
        if labels.setdefault(number, label) != label:
            return None
    return StageCodes("", "as the file says", labels) if len(labels) >= _LEAST_PAIRS else None


def epoch_s_in_comments(comments: Iterable[str]) -> float | None:
    """Return the length of epochs that comments tell, seconds; None for none, or for several."""
    told: set[float] = set()
    for line in comments:
        told.update(float(text) for text in _NAMED_LENGTH.findall(line))
        if _ABOUT_EPOCHS.search(line):
            told.update(float(text) for text in _WITH_UNIT.findall(line))
    return told.pop() if len(told) == 1 else None


def _number_first(line: str) -> Iterable[tuple[int, Label]]:
    found = list(_NUMBER_FIRST.finditer(line))
    ends = (*(match.start() for match in found[1:]), len(line))
    for match, end in zip(found, ends, strict=False):
        words = re.split(r"[,;|/]", line[match.end() : end])[0]
        if (label := _label(words)) is not None:
            yield int(match[1]), label


def _number_last(line: str) -> Iterable[tuple[int, Label]]:
    for match in _NUMBER_LAST.finditer(line):
        # "codes: W: 0" names a stage by its last word, "movement time = 6" by two.
        if (label := _label(match[1]) or _label(match[1].split()[-1])) is not None:
            yield int(match[2]), label


def _label(words: str) -> Label | None:
    try:
        label = label_of_word(words.strip(" .()[]{}\"'"), 0)
    except ScoringError:
        return None
    return None if label.kind is LabelKind.UNDIVIDED else label
