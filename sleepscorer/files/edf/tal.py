r"""Time-stamped annotation lists (TALs), the bytes in which EDF+ and BDF+ keep annotations.

A TAL is ``+onset[\x15duration]\x14text[\x14text...]\x14\x00`` (EDF+ specification, section
2.2.2).
Onsets are kept as decimals because seconds such as 0.1 have no exact binary form and a night's
record times must not drift apart by rounding.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

_ONSET_END = b"\x14"
_DURATION_MARK = b"\x15"
_TAL_END = b"\x00"
_CHANNEL_MARK = "@@"

_CHUNK = re.compile(rb"[^\x00]+")
# Twelve digits of seconds are 30,000 years; more is damage, not a time.
_TAL = re.compile(
    rb"([+-][0-9]{1,12}(?:\.[0-9]*)?)(?:\x15([0-9]{1,12}(?:\.[0-9]*)?)?)?\x14(.*)",
    re.DOTALL,
)
_TIME_ALONE = re.compile(rb"([+-][0-9]{1,12}(?:\.[0-9]*)?)\x14\x14\x00*")


@dataclass(frozen=True, slots=True)
class Tal:
    """One time-stamped annotation list.

    Parameters
    ----------
    onset
        Seconds from the start time in the header, exact.
    duration
        Seconds, exact; None where none is given.
    texts
        The annotations at this time, verbatim; an empty first one marks a timekeeping TAL.
    """

    onset: Decimal
    duration: Decimal | None
    texts: tuple[str, ...]

    @property
    def is_timekeeping(self) -> bool:
        """True where the first text is empty: as first TAL of a record it says when that starts."""
        return self.texts[0] == ""


def parse_tals(data: bytes, most: int = 2**31) -> tuple[list[Tal], int]:
    """Parse the annotation bytes of one data record.

    Parameters
    ----------
    data
        The bytes of one annotation channel in one record, padding included.
    most
        How many texts and damaged stretches to take beside the first text; the rest is left out.

    Returns
    -------
    The TALs in their order, and how many stretches of bytes were damaged. A damaged stretch is
    skipped up to the next zero byte; one that only lacks its end is kept.
    """
    tals: list[Tal] = []
    n_damaged = 0
    # Damage may have used up more than there was: the first text is taken all the same.
    most = max(most, 0)
    # One after the other, not split at once: a million parts would take more memory than the data.
    for i, found in enumerate(_CHUNK.finditer(data)):
        if i and most <= 0:
            break
        match = _TAL.fullmatch(found[0])
        if match is None:
            n_damaged += 1
            most -= 1
            continue
        onset, duration, body = match.groups()
        if body.endswith(_ONSET_END):
            body = body[:-1]
        else:
            n_damaged += 1
        room = most if i else most + 1
        texts = tuple(_text(text) for text in body.split(_ONSET_END, room)[:room])
        most -= len(texts) if i else len(texts) - 1
        tals.append(
            Tal(
                Decimal(onset.decode("ascii")),
                Decimal(duration.decode("ascii")) if duration else None,
                texts,
            )
        )
    return tals, n_damaged


def tal_texts(data: bytes) -> tuple[list[str], list[str]]:
    """Return all texts in the annotation bytes of a record, and what in them is no TAL."""
    texts: list[str] = []
    damaged: list[str] = []
    for found in _CHUNK.finditer(data):
        match = _TAL.fullmatch(found[0])
        if match is None:
            damaged.append(_text(found[0]))
        else:
            texts.extend(_text(raw) for raw in match[3].split(_ONSET_END) if raw)
    return texts, damaged


def rewritten_tals(data: bytes, rewrite: Callable[[str], str | None]) -> bytes:
    """Return the annotation bytes of a record with other texts, of the same length.

    Onsets and durations stay to the byte. What is no TAL goes; so do zero bytes between TALs.

    Parameters
    ----------
    data
        The bytes of one annotation channel in one record, padding included.
    rewrite
        Returns what a text becomes, None where it goes. One that became longer goes as well: there
        may be no room for it.
    """
    kept = []
    for found in _CHUNK.finditer(data):
        match = _TAL.fullmatch(found[0])
        if match is None:
            continue
        body, end = match[3], b""
        if body.endswith(_ONSET_END):
            body, end = body[:-1], _ONSET_END
        first, *others = body.split(_ONSET_END)
        # An empty first text marks the time of the record.
        texts = [b""] if not first else []
        texts += [new for raw in (first, *others) if (new := _rewritten(raw, rewrite))]
        if texts:
            head = found[0][: match.start(3)]
            kept.append(head + _ONSET_END.join(texts) + end + _TAL_END)
    # A last TAL that fills the record has no zero byte behind it.
    return b"".join(kept)[: len(data)].ljust(len(data), b"\x00")


def _rewritten(raw: bytes, rewrite: Callable[[str], str | None]) -> bytes:
    text = _text(raw)
    new = rewrite(text) if raw else None
    if new is None:
        return b""
    encoded = raw if new == text else new.encode("utf-8")
    return encoded if len(encoded) <= len(raw) else b""


def time_alone(data: bytes) -> float | None:
    """Return the time of a record that holds nothing but its time, else None.

    Most records do, and there may be millions: it takes a fifth of the time of parsing.
    """
    match = _TIME_ALONE.fullmatch(data)
    return float(match[1]) if match else None


def split_channel(text: str) -> tuple[str, str | None]:
    """Split ``"EEG arousal@@EEG C4-M1"`` into the event and the label of its signal.

    Returns
    -------
    The text and the label; the whole text and None where either part would be empty.
    """
    event, mark, channel = text.rpartition(_CHANNEL_MARK)
    if mark and event and channel:
        return event, channel
    return text, None


def encode_tal(
    onset_s: float | Decimal, duration_s: float | Decimal | None, texts: Sequence[str]
) -> bytes:
    """Encode one TAL, its closing zero byte included.

    Parameters
    ----------
    onset_s
        Seconds from the start time in the header. Floats are written as their shortest exact
        decimal, so that reading gives the same float again.
    duration_s
        Seconds, or None to leave it out.
    texts
        At least one; ``("",)`` makes a timekeeping TAL.

    Raises
    ------
    ValueError
        If a time is not finite, a duration is negative, there is no text, or a text holds one of
        the bytes 0, 20 and 21, which separate the parts of a TAL.
    """
    if not texts:
        raise ValueError("a TAL needs at least one text")
    for text in texts:
        if any(mark in text for mark in "\x00\x14\x15"):
            raise ValueError(f"an annotation can't hold the control characters 0, 20, 21: {text!r}")
    if duration_s is not None and duration_s < 0:
        raise ValueError(f"a duration can't be negative: {duration_s}")
    onset = _decimal_text(onset_s)
    head = (onset if onset.startswith("-") else f"+{onset}").encode("ascii")
    if duration_s is not None:
        head += _DURATION_MARK + _decimal_text(duration_s).encode("ascii")
    body = _ONSET_END.join(text.encode("utf-8") for text in texts)
    return head + _ONSET_END + body + _ONSET_END + _TAL_END


def _decimal_text(seconds: float | Decimal) -> str:
    """Write a number without exponent, superfluous zeros or a negative zero."""
    if not math.isfinite(seconds):
        raise ValueError(f"a time must be finite, not {seconds}")
    # numpy's floats print their type in repr; float() prints the shortest exact digits.
    exact = seconds if isinstance(seconds, Decimal) else Decimal(repr(float(seconds)))
    text = format(exact, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
