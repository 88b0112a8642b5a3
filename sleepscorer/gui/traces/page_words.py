"""How a page calls its channels, events and scorers: as they are stored, or by neutral names."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sleepscorer.core.events import Event
from sleepscorer.gui.traces.event_spans import EventSpan

PERSON = "person"
"""Stands for a scorer who is not named."""


def _as_stored(text: str) -> str:
    return text


@dataclass(frozen=True)
class PageWords:
    """What names become on a page.

    Parameters
    ----------
    channel
        The name of a channel or derivation.
    event
        The text of an event.
    are_neutral
        True where nobody is to be named: neither scorers nor what is being pointed at or marked.
    """

    channel: Callable[[str], str] = _as_stored
    event: Callable[[str], str] = _as_stored
    are_neutral: bool = False

    def span(self, span: EventSpan) -> EventSpan:
        """An event on the screen as it is called."""
        if not self.are_neutral:
            return span
        event = span.event
        channel = None if event.channel is None else self.channel(event.channel)
        shown = Event(event.onset_s, event.duration_s, self.event(event.text), channel)
        return replace(span, event=shown)


AS_STORED = PageWords()
"""Nothing is called otherwise."""
