"""What is doubtful in a marked event, whatever its kind: its length, and what is before it."""

from sleepscorer.core.arousals import arousal_warnings, is_arousal, length_text
from sleepscorer.core.event_kinds import kind_of_text
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram


def event_warnings(event: Event, hypnogram: Hypnogram) -> tuple[str, ...]:
    """Say what makes a marked event doubtful by the AASM manual; nothing for what is no kind.

    It lasts shorter or longer than an event of its kind does; an arousal may follow W as well, see
    :func:`~sleepscorer.core.arousals.arousal_warnings`.
    """
    if is_arousal(event):
        return arousal_warnings(event, hypnogram)
    kind = kind_of_text(event.text)
    if kind is None:
        return ()
    lasts = f"({length_text(event.duration_s)})"
    if kind.is_too_short(event.duration_s):
        return (f"shorter than {kind.shortest_s:g} s {lasts}",)
    if kind.is_too_long(event.duration_s):
        return (f"longer than {kind.longest_s:g} s {lasts}",)
    return ()
