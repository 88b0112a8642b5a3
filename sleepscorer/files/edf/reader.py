"""Opens EDF, EDF+ and BDF recordings; samples are read when they are asked for."""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sleepscorer.core.events import Event
from sleepscorer.core.interruptions import unknown_interruptions
from sleepscorer.core.recording import Gap, Quarantined, Recording, Signal
from sleepscorer.files.edf.annotations import MAX_CHANNELS, read_annotations
from sleepscorer.files.edf.fields import microvolts_per
from sleepscorer.files.edf.header import MAX_DURATION_S, EdfChannel, EdfHeader, read_header
from sleepscorer.files.edf.samples import (
    EdfSource,
    PassingChannels,
    RecordReader,
    Scale,
    Segments,
)
from sleepscorer.files.edf.status import is_status, pauses
from sleepscorer.files.edf.timeline import timeline


def edf_extent(path: Path) -> tuple[datetime | None, float | None]:
    """Tell from the header alone when a recording began, and how many seconds it lasts.

    Returns
    -------
    None for the start where the header holds none, and for the length where only the records tell:
    they may have pauses, or be none.

    Raises
    ------
    RecordingError
        If the file can't be read, or its header does not tell where the data lie.
    """
    header = read_header(path)
    is_whole = header.n_records > 0 and not header.format_name.endswith("+D")
    return header.start, header.n_records * header.record_duration_s if is_whole else None


def open_edf(path: Path | str) -> Recording:
    """Open an EDF, EDF+C, EDF+D, BDF or BDF+ file.

    Parameters
    ----------
    path
        The file. It is opened for reading only, and is not kept open.

    Raises
    ------
    RecordingError
        If the file can't be read, or its header does not tell where the data lie.
    """
    return EdfFile(Path(path)).recording()


class EdfFile:
    """A file of which the header was read, and nothing else yet.

    Who reads all of it for another reason hands its bytes on by :meth:`take`: the recording is then
    opened without reading the file again, and its channels of :meth:`keep` are staged so.

    Raises
    ------
    RecordingError
        As :func:`open_edf`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._header = header = read_header(path)
        self._passing = PassingChannels(header.data_offset, header.record_bytes, header.n_records)
        self._reader = RecordReader(path, header.data_offset, header.record_bytes, self._passing)

    @property
    def outline(self) -> Recording:
        """The recording as far as the header tells: without annotations and gaps."""
        header = self._header
        duration_s = header.n_records * header.record_duration_s
        return Recording(
            path=self._path,
            format_name=header.format_name,
            start=header.start,
            duration_s=duration_s,
            signals=self._signals(Segments([]), header.record_duration_s) if duration_s else (),
        )

    def keep(self, labels: Collection[str]) -> None:
        """Have what opening needs kept of the bytes that are taken, and these signals.

        Parameters
        ----------
        labels
            Of signals of the :attr:`outline`; those that memory has no room for are left out.
        """
        channels = self._header.channels
        needed = [one for one in channels if one.is_annotations][:MAX_CHANNELS]
        needed += [one for one in channels if is_status(one)]
        for channel in (*needed, *(one for one in channels if one.label in labels)):
            self._passing.add(self._header.layout(channel))

    def take(self, offset: int, block: bytes) -> None:
        """Take bytes of the file, which begin at ``offset``; they come from first to last."""
        self._passing.take(offset, block)

    def let_go(self) -> None:
        """Keep nothing any more."""
        self._passing.clear()

    def recording(self) -> Recording:
        """Open it; what was not kept is read from the file."""
        path, header = self._path, self._header
        annotations = read_annotations(header, self._reader)
        times = timeline(header, annotations.record_times, path)
        events = annotations.events(times.first_sample)
        joints_s = pauses(path, header, self._reader)
        ordinary = [channel for channel in header.channels if not channel.is_annotations]
        return Recording(
            path=path,
            format_name=header.format_name,
            start=_moved(header.start, times.first_sample),
            duration_s=times.duration_s if ordinary else _last_end(events, times.duration_s),
            signals=self._signals(Segments(list(times.segments)), times.record_duration_s),
            # A file has either: one that tells the times of its records tells no pauses.
            gaps=times.gaps or tuple(Gap(joint_s, joint_s) for joint_s in joints_s),
            events=events,
            quarantined=tuple(
                Quarantined(channel.label, channel.fault) for channel in ordinary if channel.fault
            ),
            warnings=(
                *header.warnings,
                *annotations.warnings,
                *times.warnings,
                *([unknown_interruptions(joints_s)] if joints_s else []),
            ),
            patient_id=header.patient_id,
            recording_id=header.recording_id,
        )

    def _signals(self, segments: Segments, record_duration_s: float) -> tuple[Signal, ...]:
        return tuple(
            _signal(channel, self._header, self._reader, segments, record_duration_s)
            for channel in self._header.channels
            if not channel.is_annotations and not channel.fault
        )


def _signal(
    channel: EdfChannel,
    header: EdfHeader,
    reader: RecordReader,
    segments: Segments,
    record_duration_s: float,
) -> Signal:
    microvolts = microvolts_per(channel.unit)
    low, high = (value * (microvolts or 1.0) for value in channel.physical)
    # Either range may run backwards: that is how EDF stores an inverted polarity.
    gain = (high - low) / (channel.digital[1] - channel.digital[0])
    rate_hz = channel.samples_per_record / record_duration_s
    return Signal(
        label=channel.label,
        sampling_rate_hz=rate_hz,
        unit=channel.unit if microvolts is None else "uV",
        stored_unit=channel.unit,
        n_samples=header.n_records * channel.samples_per_record,
        source=EdfSource(
            reader,
            header.layout(channel),
            segments=segments,
            sampling_rate_hz=rate_hz,
            scale=Scale(gain, low - gain * channel.digital[0]),
        ),
        physical_range=(min(low, high), max(low, high)),
        prefilter=channel.prefilter,
        transducer=channel.transducer,
    )


def _moved(start: datetime | None, first_sample: Decimal) -> datetime | None:
    if start is None:
        return None
    return start + timedelta(microseconds=round(first_sample * 1_000_000))


def _last_end(events: tuple[Event, ...], at_least_s: float) -> float:
    """End of the last plausible event: a file of annotations alone has no other length."""
    ends_s = (event.onset_s + (event.duration_s or 0.0) for event in events)
    return max(
        (end_s for end_s in ends_s if at_least_s < end_s <= MAX_DURATION_S), default=at_least_s
    )
