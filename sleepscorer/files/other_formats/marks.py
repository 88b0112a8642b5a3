"""What the words of a mark are, where a format puts its type before them."""

import re

# Type of the BrainVision marker with which a recording begins, and goes on after a pause.
_NEW_SEGMENT = "newsegment"
# Their descriptions are codes ("S  2", "R  1"), which alone would read as stages of sleep.
_TRIGGERS = frozenset({"stimulus", "response", "toggle", "optic", "sync status", "syncstatus"})
_TYPES = _TRIGGERS | {"comment"}
# "boundary" is EEGLAB's and ERPLAB's "-99"; mne puts the two others where files were joined.
_BOUNDARIES = frozenset({"boundary", "-99", "edge boundary", "bad boundary"})
_CODE = re.compile(r"[^\W\d]?\s*\d*")
_LOST = re.compile(r"LostSamples:\s*(\d{1,12})", re.IGNORECASE | re.ASCII)


def mark_text(kind: str, text: str) -> str:
    """Return the words of a mark.

    Parameters
    ----------
    kind
        Type of the marker: ``"Comment"``, ``"Stimulus"``, ...
    text
        Its description: what a person wrote, or the code of a trigger. Only before a code does
        the type stay, since it says what the code is.
    """
    if not text:
        return kind
    is_code = kind.casefold() in _TRIGGERS and _CODE.fullmatch(text) is not None
    return f"{kind}/{text}" if kind and is_code else text


def text_without_type(text: str) -> str:
    """Return the words of a mark that another program wrote as ``type/words``."""
    kind, slash, words = text.partition("/")
    return mark_text(kind, words.strip()) if slash and kind.casefold() in _TYPES else text


def is_new_segment(kind: str) -> bool:
    """Tell whether markers of this type say that a recording begins, or goes on after a pause."""
    return re.sub(r"[\s_]", "", kind).casefold() == _NEW_SEGMENT


def is_joint(text: str) -> bool:
    """Tell whether a mark says that what follows was recorded some time after what is before."""
    kind, slash, _ = text.partition("/")
    if slash and is_new_segment(kind):
        return True
    return text_without_type(text).strip().casefold().replace("_", " ") in _BOUNDARIES


def lost_samples(text: str, rate_hz: float) -> float | None:
    """Return the seconds that a segment's description says were lost, None where it says none."""
    lost = _LOST.search(text)
    return int(lost[1]) / rate_hz if lost else None
