"""Scorings of Zurich's sleep laboratories (``.vis``): epochs of 20 s, told where they change.

The first line is how many epochs of the recording come before those that are counted. Then a line
is the number of an epoch, its symbol, and a letter a track; the stage holds until the next line,
the letter for that epoch alone. Symbols are 0 (wake), 1 to 4, r, m (movement time) and e, the end.
A letter is 64 and the sum of 1, 2, 4, 8 and 16 for the 4-s parts that are excluded, the first to
the fifth. Sums may stand behind the end. Epochs count from 0, and what comes before the first line
is wake: the sums at the foot of such files count it so.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import LIGHTS_OFF, Event
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.files.scorings.labels import Label, LabelKind
from sleepscorer.files.scorings.made_scoring import scoring_of_epochs
from sleepscorer.files.scorings.stage_codes import RK_CODES, number_in
from sleepscorer.files.scorings.stage_spans import check_n_epochs, counted_texts

_EPOCH_S = 20.0
_PART_S = 4.0
_N_PARTS = 5
_ROW = re.compile(r"\s*(\d{1,6})(?:[ \t](\S| (?=[ \t]|$))(?:[ \t](.*))?)?\s*", re.ASCII)
_END_ROW = re.compile(r"\s*\d{1,6}\s+[eE]\s*", re.ASCII)
_TRACK = re.compile(r"(?:^|\s)Track\s+\d+\s*:\s*(.{1,60}?)\s*$", re.IGNORECASE)
_UNSCORED = Label(LabelKind.UNSCORED)
_LABELS: dict[str, Label] = {
    **{str(number): RK_CODES.labels[number] for number in range(5)},
    "r": RK_CODES.labels[5],
    "m": Label(LabelKind.MOVEMENT_TIME),
    "x": _UNSCORED,
}
_END = "e"
_WAKE = "0"
_SYMBOLS = frozenset(_LABELS) | {_END}
_SHOWN = 40
_EXCLUDED = "Excluded"


@dataclass(frozen=True)
class _Row:
    line: int
    epoch: int
    symbol: str
    letters: str


def is_zurich_vis(lines: Sequence[str]) -> bool:
    """Tell whether the first line is a number alone, and the next ones are epochs that count up."""
    if len(lines) < 2 or number_in(lines[0]) is None:
        return False
    shown = [line for line in lines[1:_SHOWN] if line.strip()]
    rows = [_ROW.fullmatch(line[:200]) for line in shown[: max(1, len(shown) - 1)]]
    if not rows or rows[0] is None or (rows[0][2] or "").casefold() not in _SYMBOLS:
        return False
    # A list that begins with how many follow would be one that begins late.
    is_ended = any(_END_ROW.fullmatch(line) for line in lines if len(line) < _SHOWN)
    return len(shown) > 1 and (is_ended or number_in(lines[0]) == 0)


def read_zurich_vis(lines: Sequence[str]) -> Scoring:
    """Read the epochs of 20 s; what is excluded of them are events.

    Raises
    ------
    ScoringError
        If a line can't be understood, naming it.
    """
    before = number_in(lines[0]) if lines else None
    if before is None or before < 0:
        raise ScoringError("line 1 is not how many epochs come before those that are counted")
    rows, foot, title = _rows(lines)
    symbols, first, notes = _symbols(rows)
    check_n_epochs(before + len(symbols), _EPOCH_S)
    unknown = [symbol for symbol in symbols if symbol not in _LABELS]
    if unknown:
        notes.append(f"what is no stage was taken as unscored: {counted_texts(unknown)}")
    notes += _foot_notes(lines[foot:], symbols)
    excluded = list(_excluded(rows, first - before, title))
    if excluded:
        n_epochs = sum(bool(_parts(row.letters)) for row in rows)
        notes.append(f"epochs of which parts are excluded keep their stage: {n_epochs}")
    if before:
        notes.append(f"the {before} epochs before lights off were left unscored, as line 1 says")
        excluded.append(Event(before * _EPOCH_S, None, LIGHTS_OFF))
    texts = ["x"] * before + symbols
    return scoring_of_epochs(
        texts,
        [_LABELS.get(text, _UNSCORED) for text in texts],
        epoch_s=_EPOCH_S,
        events=excluded,
        notes=notes,
    )


def _rows(lines: Sequence[str]) -> tuple[list[_Row], int, str]:
    """Return the rows up to the end, the number of lines before the foot, and what a track is."""
    rows: list[_Row] = []
    title = _EXCLUDED
    for i, line in enumerate(lines[1:], start=1):
        found = _ROW.fullmatch(line)
        if not line.strip() or (found and rows and int(found[1]) < rows[-1].epoch):
            return rows, i, title
        if found is None:
            raise ScoringError(f"line {i + 1}: {line.strip()[:40]!r} is not an epoch and its stage")
        rest = found[3] or ""
        if track := _TRACK.search(rest):
            title, rest = track[1], rest[: track.start()]
        letters = "".join(rest[::2]) if not rest[1::2].strip() else ""
        if rest.strip() and not letters:
            raise ScoringError(f"line {i + 1}: {rest.strip()[:40]!r} is no letter of a track")
        symbol = (found[2] or " ").casefold().strip()
        if rows and int(found[1]) == rows[-1].epoch:
            raise ScoringError(f"line {i + 1}: epoch {found[1]} stands there twice")
        rows.append(_Row(i + 1, int(found[1]), symbol, letters))
        if symbol == _END:
            return rows, i + 1, title
    return rows, len(lines), title


def _symbols(rows: Sequence[_Row]) -> tuple[list[str], int, list[str]]:
    """Return the symbol of each epoch, which epoch is the first, and what to say on it."""
    if not rows or rows[0].symbol == _END:
        raise ScoringError("it holds no sleep stages")
    notes = []
    is_ended = rows[-1].symbol == _END
    stop = rows[-1].epoch + (not is_ended)
    check_n_epochs(stop, _EPOCH_S)
    symbols = [_WAKE] * stop
    for row, after in zip(rows, [*(r.epoch for r in rows[1:]), stop], strict=True):
        symbols[row.epoch : after] = [row.symbol] * (after - row.epoch)
    first = 0
    # Programs that write a line an epoch count from 1, and write no end.
    if not is_ended and rows[0].epoch == 1 and len(rows) == stop - 1:
        first = 1
        notes.append("a line stands for every epoch: they were taken to count from 1")
    elif not is_ended:
        notes.append("no line ends the epochs: the last was taken as one epoch")
    return symbols[first:], first, notes


def _parts(letters: str) -> list[int]:
    """Return the parts of an epoch that any track excludes, from 0."""
    codes = [ord(letter) - 64 for letter in letters if 64 <= ord(letter) <= 95]
    return [part for part in range(_N_PARTS) if any(code >> part & 1 for code in codes)]


def _excluded(rows: Sequence[_Row], first: int, title: str) -> Iterator[Event]:
    """Yield the stretches of excluded parts; neighbours within an epoch are one."""
    for row in rows:
        parts = _parts(row.letters)
        for part in parts:
            if part - 1 in parts:
                continue
            n = next(k for k in range(1, _N_PARTS + 1) if part + k not in parts)
            onset_s = (row.epoch - first) * _EPOCH_S + part * _PART_S
            yield Event(onset_s, n * _PART_S, title)


def _foot_notes(foot: Sequence[str], symbols: Sequence[str]) -> list[str]:
    """Say where the sums at the foot are others than those of the epochs."""
    headings: list[str] = []
    for line in foot:
        words = line.split()
        if "TOTAL" in (word.upper() for word in words):
            headings = [word.casefold() for word in words]
            continue
        numbers = [number_in(word) for word in words]
        if headings and words and None not in numbers:
            told = dict(zip(headings, numbers, strict=False))
            counted = Counter(symbols)
            names = [name for name in _LABELS if name in told]
            if any(told[name] != counted[name] for name in names):
                sums = ", ".join(f"{name}: {told[name]}" for name in names)
                return [f"the sums at its foot are others than those of its epochs ({sums})"]
            return []
    return []
