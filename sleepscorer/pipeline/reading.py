"""Makes a recording ready to be staged: opens, hashes and reads it, finds channels and lights."""

import threading
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sleepscorer.core.errors import MontageError, RecordingError, UsageError
from sleepscorer.core.lights import (
    LightsMarks,
    lights_of_events,
    parse_time_mark,
    resolve_lights,
)
from sleepscorer.core.progress import Cancelled, Progress, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import ChannelChoice, StagerChannels
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.files.recordings import HashedRecording, open_hashed, open_recording
from sleepscorer.pipeline.channels import find_channels_for
from sleepscorer.pipeline.outputs import Destination, SourceRecording, source_of
from sleepscorer.pipeline.site_choice import SiteChoice
from sleepscorer.staging.input_gate import reason_against
from sleepscorer.staging.night_ahead import NightAhead

if TYPE_CHECKING:
    from sleepscorer.staging.preprocess import Band

_PATIENCE_S = 0.1


@dataclass(frozen=True)
class ReadOptions:
    """What is to be read of a recording; what is None is decided by the recording.

    Parameters
    ----------
    channels
        What to stage by.
    kinds
        The kinds of channel that our own stager looks at.
    lights_off, lights_on
        Seconds from the start or a clock time, as typed.
    is_read_again
        Others want the samples as well, once they were read: they stay in memory.
    site
        Whose channels are taken where none are named; None for nobody's.
    """

    channels: ChannelChoice
    kinds: tuple["Band", ...]
    lights_off: str | None = None
    lights_on: str | None = None
    is_read_again: bool = False
    site: SiteChoice | None = None

    def find_channels(self, recording: Recording) -> StagerChannels:
        """What to stage by, as :func:`~sleepscorer.pipeline.channels.find_channels_for`."""
        return find_channels_for(recording, self.channels, self.site)


@dataclass(frozen=True, eq=False)
class ReadyNight:
    """A recording that can be staged.

    Parameters
    ----------
    source
        The recording, as its outputs are made and named.
    channels
        What the stagers look at.
    lights
        The lights marks.
    ahead
        Reads it, from now on; to be closed.
    """

    source: SourceRecording
    channels: StagerChannels
    lights: LightsMarks
    ahead: NightAhead


def ready_night(
    path: Path, options: ReadOptions, to: Destination, progress: Progress = silent
) -> ReadyNight:
    """Open and hash a recording, find its channels and lights, and begin to read it.

    Raises
    ------
    SleepScorerError
        If it can't be opened, has not what was asked for, or an output is in the way.
    """
    to.check_named(path)
    read = _opened(path, options, progress)
    recording = read.recording
    channels = options.find_channels(recording)
    lights = _lights(recording, options)
    source = source_of(read, to)
    by_kind = {"eeg": channels.eeg, "eog": channels.eog, "emg": channels.emg}
    wanted = [
        (channel, kind)
        for kind in options.kinds
        for channel in by_kind[kind]
        if not reason_against(channel)
    ]
    when_read = _nothing if options.is_read_again else read.let_go
    return ReadyNight(source, channels, lights, NightAhead(recording, wanted, when_read))


class NightComing(AbstractContextManager["NightComing"]):
    """A night that is made ready on another thread, while this one does something else.

    Parameters
    ----------
    make
        Makes it ready.
    """

    def __init__(self, make: Callable[[Progress], ReadyNight]) -> None:
        self._make = make
        self._is_closed = False
        self._said = (0.0, "reading the file")
        self._night: ReadyNight | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="night-coming", daemon=True)
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        """Stop; a night that nobody took is closed."""
        self._is_closed = True
        self._thread.join()
        if self._night is not None:
            self._night.ahead.close()

    def result(self, progress: Progress = silent) -> ReadyNight:
        """Wait for it and hand it over; what went wrong with it is raised here."""
        while self._thread.is_alive():
            progress(*self._said)
            self._thread.join(_PATIENCE_S)
        night, self._night = self._night, None
        if night is None:
            raise self._error or Cancelled
        return night

    def _run(self) -> None:
        try:
            self._night = self._make(self._tell)
        except BaseException as error:  # noqa: BLE001 - raised where the night is asked for
            self._error = error

    def _tell(self, fraction: float, text: str) -> None:
        self._said = (fraction, text)
        if self._is_closed:
            raise Cancelled


def _nothing() -> None:
    """Keep what was read."""


def _opened(path: Path, options: ReadOptions, progress: Progress) -> HashedRecording:
    """Open and hash a recording; what can't be staged is refused before it is read."""

    def wanted(outline: Recording) -> Collection[str]:
        channels = options.find_channels(outline)
        used = (*channels.eeg, *channels.eog, *channels.emg)
        return {label for one in used for label in one.stored_labels}

    try:
        read = open_hashed(path, wanted, progress)
    except MontageError:
        # The header may have the rates of the channels wrong; and of annotations alone it is
        # better said that they are.
        recording = open_recording(path)
        _check_signals(recording)
        options.find_channels(recording)
        read = open_hashed(path, lambda _outline: (), progress)
    _check_signals(read.recording)
    return read


def _check_signals(recording: Recording) -> None:
    if recording.signals or recording.quarantined:
        return
    what = "annotations only, no signals" if recording.events else "no signals"
    raise RecordingError(
        f"it holds {what}", path=recording.path, hint="score the recording it belongs to"
    )


def _lights(recording: Recording, options: ReadOptions) -> LightsMarks:
    """Decide the lights marks; a typed lights on may lie in the rest after the last whole epoch."""
    scored_s = recording.n_epochs * EPOCH_S

    def typed(text: str | None) -> float | None:
        if text is None:
            return None
        return parse_time_mark(text, recording.start, recording.duration_s)

    off_s, on_s = typed(options.lights_off), typed(options.lights_on)
    if off_s is not None and off_s >= scored_s > 0:
        raise UsageError(
            f"lights off at {options.lights_off} lies after the last whole epoch,"
            f" which ends at {scored_s:g} s"
        )
    marked = lights_of_events(recording.events, scored_s)
    return resolve_lights(
        marked,
        off_s=off_s,
        on_s=None if on_s is None else min(on_s, scored_s),
        duration_s=scored_s,
    )
