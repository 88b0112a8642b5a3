"""When the lights were off: marks given as options, marks in a file, or the whole recording."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sleepscorer.core.errors import LightsContradiction, LightsRefused, UsageError
from sleepscorer.core.events import Event

_OFF_TEXTS = frozenset({"lightsoff", "lightsout", "lightoff", "lightout", "lichtaus"})
_ON_TEXTS = frozenset({"lightson", "lighton", "lichtan"})
_SECONDS = re.compile(r"\d+(\.\d*)?|\.\d+", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d*)?))?", re.ASCII)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class LightsMarks:
    """When the lights went off and came on, and where that is known from.

    Parameters
    ----------
    off_s, on_s
        Seconds from the start of the recording; None where nobody marked them, and the start or
        the end of the recording holds.
    source
        Which marks hold, in words ("lights off from option, lights on = end of recording").
    notes
        What had to be decided on reading several or stray marks.
    off_notes, on_notes
        Those of them that mean nothing where another lights off, or lights on, is given.
    contradiction
        Why the marks of a file can't all be true, in words; they then hold nothing, and
        :func:`resolve_lights` asks for both to be given.
    """

    off_s: float | None = None
    on_s: float | None = None
    source: str = ""
    notes: tuple[str, ...] = ()
    contradiction: str = ""
    off_notes: tuple[str, ...] = ()
    on_notes: tuple[str, ...] = ()


def parse_time_mark(text: str, start: datetime | None, duration_s: float) -> float:
    """Read a time as people type it: seconds from the start, or a clock time.

    Parameters
    ----------
    text
        ``75``, ``75.5``, ``23:15`` or ``23:15:00``. A clock time before that of the start is one
        of the next day.
    start
        Start of the recording; None where it is not known, and clock times are refused.
    duration_s
        Length of the recording.

    Returns
    -------
    Seconds from the start, between 0 and ``duration_s``.

    Raises
    ------
    UsageError
        If the text is no time, or the time lies outside the recording.
    """
    text = text.strip()
    if _SECONDS.fullmatch(text):
        time_s = float(text)
    elif clock := _CLOCK.fullmatch(text):
        time_s = _seconds_after(start, text, *clock.groups(default="0"))
    else:
        raise UsageError(f"{text!r} is not a time", hint="give seconds from the start, or hh:mm:ss")
    if time_s > duration_s:
        span = _length_text(duration_s)
        if start is not None:
            span = f"{start:%H:%M:%S} to {start + timedelta(seconds=duration_s):%H:%M:%S}, {span}"
        raise UsageError(f"{text} lies outside the recording ({span})")
    return time_s


def _length_text(duration_s: float) -> str:
    """Write a length of time as people say it: ``"8 h 0 min"``, ``"12 min 30 s"``, ``"45 s"``."""
    minutes, seconds = divmod(round(duration_s), 60)
    if not minutes:
        return f"{duration_s:g} s"
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _seconds_after(start: datetime | None, text: str, hour: str, minute: str, sec: str) -> float:
    if start is None:
        raise UsageError(
            f"the clock time {text} means nothing where the start of the recording is not known",
            hint="give seconds from the start",
        )
    if int(hour) > 23 or int(minute) > 59 or float(sec) >= 60:
        raise UsageError(f"{text} is not a clock time")
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    clock = midnight + timedelta(hours=int(hour), minutes=int(minute), seconds=float(sec))
    # Clocks show whole seconds: a recording of 22:00:00.4 starts at what people call 22:00:00.
    if clock < start.replace(microsecond=0):
        clock += _DAY
    return max(0.0, (clock - start).total_seconds())


def lights_of_events(events: Iterable[Event], duration_s: float) -> LightsMarks:
    """Find the lights marks among the annotations of a file.

    Of several marks the first ``Lights off`` and the last ``Lights on`` hold, and a note lists
    them all. ``Lights on`` before the first ``Lights off`` belongs to what precedes the night
    (calibrations with the lights on), and is left out with a note. Marks outside the recording
    move to its start or end, with a note.

    Marks that leave no night between them are returned as a contradiction. So are a ``Lights on``
    and a later ``Lights off`` with more of the recording before the first than after the second:
    either may be the stray one.
    """
    if duration_s <= 0:
        return LightsMarks(source=_source(None, None, "", ""))
    events = tuple(events)
    off = sorted(e.onset_s for e in events if is_lights_off(e.text))
    on = sorted(e.onset_s for e in events if is_lights_on(e.text))
    early = [time_s for time_s in on if off and time_s < off[0]]
    late = on[len(early) :]
    contradiction = _contradiction(off, early, late, duration_s)
    if contradiction:
        return LightsMarks(source=_source(None, None, "", ""), contradiction=contradiction)
    off_notes: list[str] = []
    on_notes: list[str] = []
    off_s = _inside(off[0], "lights off", duration_s, off_notes) if off else None
    on_s = _inside(late[-1], "lights on", duration_s, on_notes) if late else None
    if early:
        on_notes.append(
            f"lights on ({_listed(early)}) before the first lights off ({off[0]:g} s) was left out"
        )
    if len(off) > 1:
        off_notes.append(f"{len(off)} lights off marks ({_listed(off)}): the first holds")
    if len(late) > 1:
        on_notes.append(f"{len(late)} lights on marks ({_listed(late)}): the last holds")
    return LightsMarks(
        off_s,
        on_s,
        _source(off_s, on_s, "annotation", "annotation"),
        notes=(*off_notes, *on_notes),
        off_notes=tuple(off_notes),
        on_notes=tuple(on_notes),
    )


def _contradiction(
    off: list[float], early: list[float], late: list[float], duration_s: float
) -> str:
    """Say why a file's marks can't all be true; empty where they can."""
    off_s, on_s = off[0] if off else 0.0, late[-1] if late else duration_s
    ends = f"(lights off at {off_s:g} s" + (f", lights on at {on_s:g} s)" if late else ")")
    if off and off_s >= duration_s:
        both = "both lights marks" if late else "its lights off mark"
        return f"the file has {both} past its end at {duration_s:g} s {ends}"
    if late and on_s <= 0:
        return f"the file has lights on at {on_s:g} s, not after its start"
    if off_s >= on_s:
        return f"the file marks lights off at {off_s:g} s, which is not before lights on"
    if early and not late and early[-1] > duration_s - off_s:
        return f"the file marks lights on at {early[-1]:g} s, before lights off at {off_s:g} s"
    return ""


def _listed(times: list[float]) -> str:
    return ", ".join(f"{time_s:g} s" for time_s in times)


def _inside(time_s: float, name: str, duration_s: float, notes: list[str]) -> float:
    inside_s = min(max(time_s, 0.0), duration_s)
    if inside_s != time_s:
        notes.append(f"{name} at {time_s:g} s lies outside the scoring: taken as {inside_s:g} s")
    return inside_s


def is_lights_off(text: str) -> bool:
    """Tell whether an annotation says that the lights go off."""
    return _plain(text) in _OFF_TEXTS


def is_lights_on(text: str) -> bool:
    """Tell whether an annotation says that the lights come on."""
    return _plain(text) in _ON_TEXTS


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text.split("@@")[0].casefold())


def resolve_lights(
    marked: LightsMarks, *, off_s: float | None, on_s: float | None, duration_s: float
) -> LightsMarks:
    """Decide which marks hold: an option, else the file's annotation, else the whole recording.

    Parameters
    ----------
    marked
        Marks of the file.
    off_s, on_s
        Marks given as options (see :func:`parse_time_mark`), or None.
    duration_s
        Length of the recording.

    Raises
    ------
    LightsRefused
        If lights off is not before lights on.
    LightsContradiction
        If the marks of the file contradict each other, and the options don't give both.
    """
    idle = {
        *(() if off_s is None else marked.off_notes),
        *(() if on_s is None else marked.on_notes),
    }
    notes = tuple(note for note in marked.notes if note not in idle)
    if marked.contradiction:
        if off_s is None or on_s is None:
            raise LightsContradiction(marked.contradiction)
        notes += (f"{marked.contradiction}: the options hold",)
    off_from = "annotation" if off_s is None else "option"
    on_from = "annotation" if on_s is None else "option"
    off_s = marked.off_s if off_s is None else off_s
    on_s = marked.on_s if on_s is None else on_s
    source = _source(off_s, on_s, off_from, on_from)
    first_s, last_s = off_s or 0.0, duration_s if on_s is None else on_s
    if (off_s, on_s) != (None, None) and first_s >= last_s:
        raise LightsRefused(
            f"lights off at {first_s:g} s is not before lights on at {last_s:g} s ({source})"
        )
    return replace(marked, off_s=off_s, on_s=on_s, source=source, notes=notes, contradiction="")


def _source(off_s: float | None, on_s: float | None, off_from: str, on_from: str) -> str:
    if off_s is None and on_s is None:
        return "no lights marks: the whole recording"
    off = "lights off = start of recording" if off_s is None else f"lights off from {off_from}"
    on = "lights on = end of recording" if on_s is None else f"lights on from {on_from}"
    return f"{off}, {on}"
