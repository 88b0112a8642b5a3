"""Reads the XML of other programs, which may be hostile, and the fields in it."""

from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.scorings.stage_spans import is_epoch_length

# Four months; no time of a recording is later.
_LATEST_S = 1e7


def xml_tree(text: str) -> Element:
    """Return the outermost element; nothing outside the file is read, no entity is expanded.

    The names of elements have lost their namespaces.

    Raises
    ------
    ScoringError
        If it is no XML, or asks for what is not read.
    """
    try:
        root = ElementTree.fromstring(text)
    except DefusedXmlException as error:
        raise ScoringError("the XML can't be read: it declares entities") from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise ScoringError(f"the XML can't be read: {error}") from error
    assert isinstance(root, Element)
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def text_of(element: Element, name: str) -> str:
    """Return the text of the first child of this name; empty where there is none."""
    return (element.findtext(name) or "").strip()


def seconds_of(text: str, name: str) -> float:
    """Return a time that stands in a file, seconds.

    Parameters
    ----------
    text
        The number.
    name
        What it is called there.

    Raises
    ------
    ScoringError
        If it is no number, or none of a recording.
    """
    seconds = seconds_or_none(text)
    if seconds is None:
        raise ScoringError(f"{name} is {text[:40]!r}, not a time in seconds")
    return seconds


def seconds_or_none(text: str) -> float | None:
    """Return a time that stands in a file, seconds; None where it is none of a recording."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    # "not" lets out what is no number.
    return seconds if 0 <= seconds <= _LATEST_S else None


def epoch_length(text: str) -> float:
    """Return the length of epochs that stands in a file, seconds; 30 s where it is left out.

    Raises
    ------
    ScoringError
        If it is no length of an epoch.
    """
    if not text:
        return EPOCH_S
    seconds = seconds_or_none(text)
    if seconds is None or not is_epoch_length(seconds):
        raise ScoringError(f"its epochs last {text[:40]!r} s, which is no length of one")
    return seconds


def untimed_note(n_untimed: int) -> tuple[str, ...]:
    """Say how many events were left out; nothing for none."""
    if not n_untimed:
        return ()
    return (f"events without a time that can be read were left out: {n_untimed}",)
