"""Write EDF, EDF+C and EDF+D files record by record; a night is never held in memory."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import ExportError
from sleepscorer.core.events import Event
from sleepscorer.core.recording import FloatArray
from sleepscorer.files.edf.layout import EdfPlan, Layout, SignalHeader, annotation_text
from sleepscorer.files.edf.reader import open_edf
from sleepscorer.files.verified_write import Output, write_verified

__all__ = ["EdfPlan", "SignalHeader", "verify_edf", "write_edf", "write_edf_into"]


def write_edf(
    path: Path,
    header: EdfPlan,
    blocks: Iterable[Sequence[FloatArray]] = (),
    *,
    events: Sequence[Event] = (),
) -> None:
    """Write a file beside its target, check it and move it into place.

    Parameters
    ----------
    path, header
        Where, and what its header says.
    blocks
        Stretches of whole records, each a (n_records * samples_per_record,) array for every
        signal, in its unit; as many as ``header.n_records`` together.
    events
        Become annotations of the record in which they start, ``text@@channel`` where they have
        a channel.

    Raises
    ------
    ExportError
        If the file exists, can't be written or does not read back.
    ValueError
        If header, blocks and events contradict each other, or EDF can't express them.
    """

    def write(file: BinaryIO) -> None:
        write_edf_into(file, header, blocks, events=events)

    def verify(part: Path) -> None:
        verify_edf(part, header, events=events)

    write_verified([Output(path, write, verify)])


def write_edf_into(
    file: BinaryIO,
    header: EdfPlan,
    blocks: Iterable[Sequence[FloatArray]] = (),
    *,
    events: Sequence[Event] = (),
) -> None:
    """Write header and records into an open binary file; see :func:`write_edf`."""
    layout = Layout.of(header, events)
    file.write(layout.header_bytes())
    n_written = 0
    for records in _records(layout, blocks):
        file.write(records)
        n_written += len(records) // layout.record_bytes
    if n_written != layout.n_records:
        raise ValueError(f"blocks held {n_written} records, not {layout.n_records}")


def verify_edf(path: Path, header: EdfPlan, *, events: Sequence[Event]) -> None:
    """Reopen a file and compare size, start, signals and every annotation with what was meant.

    Raises
    ------
    ExportError
        Where they differ.
    RecordingError
        If it can't be opened.
    """
    layout = Layout.of(header, events)
    expected_bytes = len(layout.header_bytes()) + layout.n_records * layout.record_bytes
    recording = open_edf(path)
    labels = tuple(signal.label for signal in recording.signals)
    if path.stat().st_size != expected_bytes:
        raise ExportError("the file has not the size it was written with", path=path)
    if labels != tuple(signal.label.strip() for signal in header.signals):
        raise ExportError(f"the file read back with the signals {labels}", path=path)
    _compare_start(path, header, recording.start)
    _compare_events(path, events, recording.events)


def _compare_start(path: Path, header: EdfPlan, found: datetime | None) -> None:
    # The date of a de-identified file is none, and may be read as none.
    is_dateless = header.recording_id.startswith("Startdate X ") and found is None
    if header.start is not None and header.start != found and not is_dateless:
        raise ExportError(f"the start read back as {found}, not {header.start}", path=path)


def _compare_events(path: Path, meant: Sequence[Event], found: Sequence[Event]) -> None:
    expected = sorted(map(comparable, meant))
    actual = sorted(map(comparable, found))
    if expected != actual:
        lost = next((e for e in expected if e not in actual), None)
        which = f", without {lost[2]!r} at {lost[0]:g} s" if lost else ""
        raise ExportError(
            f"{len(actual)} annotations read back of {len(expected)} written{which}", path=path
        )


def comparable(event: Event) -> tuple[float, float, str]:
    """Return what has to be the same of an event that was written and read back."""
    duration_s = -1.0 if event.duration_s is None else round(event.duration_s, 6)
    return round(event.onset_s, 6), duration_s, annotation_text(event)


def _records(layout: Layout, blocks: Iterable[Sequence[FloatArray]]) -> Iterator[bytes]:
    """Yield the bytes of the records, some at a time."""
    if not layout.scales:
        yield layout.annotation_block(0, layout.n_records).tobytes()
        return
    first = 0
    for block in blocks:
        columns = _columns(layout, block)
        n_records = len(columns[0])
        if first + n_records > layout.n_records:
            raise ValueError(f"blocks held more than {layout.n_records} records")
        if layout.annotations:
            columns.append(layout.annotation_block(first, n_records))
        yield np.concatenate(columns, axis=1).astype("<i2", copy=False).tobytes()
        first += n_records


def _columns(layout: Layout, block: Sequence[FloatArray]) -> list[NDArray[np.int16]]:
    """Return for each signal its (n_records, samples_per_record) integers."""
    columns = [
        scale.digital(samples).reshape(-1, scale.samples_per_record)
        for scale, samples in zip(layout.scales, block, strict=True)
    ]
    if len({len(column) for column in columns}) != 1:
        raise ValueError("the signals of a block cover different numbers of records")
    return columns
