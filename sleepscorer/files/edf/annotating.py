"""A copy of an EDF or BDF file with one annotation channel more; its records stay byte for byte.

Each record of the copy holds the bytes of the recording's, then the annotations that start in it.
Source: EDF+ specification (edfplus.info), section 2.2.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import ExportError, NotAnnotated, RecordingError, SleepScorerError
from sleepscorer.core.events import NOTE_PREFIX, Event
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.wording import counted
from sleepscorer.files.edf.annotated_header import MOST_CHANNELS, AnnotatedHeader
from sleepscorer.files.edf.annotations import read_annotations
from sleepscorer.files.edf.header import read_header
from sleepscorer.files.edf.header_table import HEADER_BYTES
from sleepscorer.files.edf.layout import RECOMMENDED_RECORD_BYTES, annotation_text
from sleepscorer.files.edf.reader import open_edf
from sleepscorer.files.edf.record_pieces import RecordPieces
from sleepscorer.files.edf.samples import RecordReader, file_size, read_bytes
from sleepscorer.files.edf.tal import encode_tal, parse_tals, rewritten_tals, tal_texts
from sleepscorer.files.edf.timeline import timeline
from sleepscorer.files.edf.writer import comparable

_SAME_TIME_S = 0.1
_LONGEST_MARK_BYTES = 4096


class EdfAnnotating:
    """A file that is copied with annotations of one's own.

    Parameters
    ----------
    path
        An EDF or BDF file without interruptions; it is only read.
    events
        Stand in the record in which they start; onsets count from the first sample.
    remarks
        Of the whole file: the first stands in the first record, the second in the second. So they
        don't make every record long.
    leave_out
        Which texts of the file's own annotations are emptied; None keeps all of them.

    Raises
    ------
    NotAnnotated
        If it has interruptions.
    RecordingError
        If it can't be read, or holds no whole data record.
    """

    def __init__(
        self,
        path: Path,
        events: Sequence[Event],
        remarks: Sequence[str] = (),
        leave_out: Callable[[str], bool] | None = None,
    ) -> None:
        self._path = path
        self._events, self._leave_out = tuple(events), leave_out
        self._source = header = read_header(path)
        self._check_copied()
        reader = RecordReader(path, header.data_offset, header.record_bytes)
        own = read_annotations(header, reader)
        self._is_first = not any(one.is_annotations for one in header.channels)
        self._check_times(own.record_times)
        self._first_sample = timeline(header, own.record_times, path).first_sample
        raw = read_bytes(path, 0, HEADER_BYTES * (1 + len(header.channels)))
        self._header = AnnotatedHeader(raw, header)
        words = (
            f"{NOTE_PREFIX}{name} field of the recording: {text}" for name, text in self._header.cut
        )
        self._remarks = (*remarks, *words)
        self._pieces = RecordPieces(header)
        self._tals = self._tals_by_record()
        self._n_samples = self._samples_per_record()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is to be said of the copy, one sentence each."""
        source, found = self._source, []
        n_bytes = source.record_bytes + self._n_behind
        if n_bytes > RECOMMENDED_RECORD_BYTES:
            found.append(
                f"its data records have {n_bytes} bytes: EDF recommends no more than"
                f" {RECOMMENDED_RECORD_BYTES}, and some programs may refuse it"
            )
        left = file_size(self._path) - source.data_offset - source.n_records * source.record_bytes
        if left:
            found.append(f"{counted(left, 'byte')} behind the last whole data record not copied")
        found += [
            f"the {name} field was not as in EDF+, and is so now" for name in self._header.replaced
        ]
        return tuple(found)

    def write(self, file: BinaryIO, progress: Progress = silent) -> None:
        """Write the copy into an open binary file, some records at a time.

        Raises
        ------
        RecordingError
            If the file can't be read any more.
        """
        file.write(self._header.with_channel(self._n_samples))
        for record, piece, is_end in self._own_pieces(progress):
            if is_end:
                block = self._block(record, len(piece))
                file.write(np.concatenate((piece, block), axis=1).data)
            else:
                file.write(piece.data)

    def verify(self, copy: Path, progress: Progress = silent) -> Recording:
        """Compare a copy with this file: samples by their SHA-256, annotations, what is read.

        Returns
        -------
        The copy as it was read.

        Raises
        ------
        ExportError
            Where it is not what was meant.
        RecordingError
            If either can't be read.
        """
        header = self._header.with_channel(self._n_samples)
        stride = self._source.record_bytes + self._n_behind
        n_bytes = len(header) + self._source.n_records * stride
        if file_size(copy) != n_bytes or read_bytes(copy, 0, len(header)) != header:
            raise ExportError("the header did not read back as it was written", path=copy)
        meant = self._digests(self._path, self._source.data_offset, 0, part_of(progress, 0.0, 0.4))
        found = self._digests(copy, len(header), self._n_behind, part_of(progress, 0.4, 0.8))
        if meant[0] != found[0]:
            raise ExportError("the samples are not those of the recording", path=copy)
        if meant[1] != found[1]:
            raise ExportError("the annotations of the recording did not stay", path=copy)
        progress(0.8, "reading the copy")
        return self._read_back(copy)

    # -- whether it can be copied so ------------------------------------------------------------

    def _check_copied(self) -> None:
        header = self._source
        refuse_interrupted(header.format_name, self._path)
        if not header.n_records:
            raise RecordingError("the file holds no complete data record", path=self._path)
        if len(header.channels) >= MOST_CHANNELS:
            raise NotAnnotated("there is no room for another channel", path=self._path)

    def _check_times(self, times_s: NDArray[np.float64]) -> None:
        """Refuse to call a file continuous whose own times say otherwise."""
        header = self._source
        if self._is_first or header.format_name.endswith("+C") or not header.record_duration_s:
            return
        expected_s = times_s[0] + np.arange(len(times_s)) * header.record_duration_s
        rounding_s = header.record_duration_rounding_s * len(times_s)
        # A time that is missing is none that follows.
        if not np.all(np.abs(times_s - expected_s) <= _SAME_TIME_S + rounding_s):
            raise NotAnnotated(
                "it holds annotations and does not call itself EDF+C, and they don't say that its"
                " data records follow each other",
                path=self._path,
            )

    # -- the annotations that are added ---------------------------------------------------------

    def _tals_by_record(self) -> dict[int, bytes]:
        """The annotations of each record that has any, without its time."""
        found: defaultdict[int, list[bytes]] = defaultdict(list)
        n_records = self._source.n_records
        for number, text in enumerate(self._remarks):
            found[number % n_records].append(encode_tal(self._first_sample, None, (text,)))
        for event in sorted(self._events, key=lambda one: one.onset_s):
            onset = self._first_sample + _exact(event.onset_s)
            tal = encode_tal(onset, event.duration_s, (annotation_text(event),))
            found[self._record_of(event.onset_s)].append(tal)
        return {record: b"".join(tals) for record, tals in found.items()}

    def _record_of(self, onset_s: float) -> int:
        duration_s = self._source.record_duration_s
        if not duration_s:
            return 0
        # The margin keeps an onset on a record's edge from falling before it by rounding.
        found = math.floor(onset_s / duration_s + 1e-9)
        return min(max(found, 0), self._source.n_records - 1)

    def _time_tal(self, record: int) -> bytes:
        """The time of a record: only the first annotation channel of a file keeps it."""
        if not self._is_first:
            return b""
        return encode_tal(record * _exact(self._source.record_duration_s), None, ("",))

    def _samples_per_record(self) -> int:
        longest = max(
            len(self._time_tal(record)) + len(self._tals.get(record, b""))
            for record in self._measured_records()
        )
        return max(math.ceil(longest / self._source.bytes_per_sample), 1)

    def _measured_records(self) -> Iterator[int]:
        """Yield records one of which has the longest annotations."""
        # Of records without any, times differ in length by their decimals alone.
        yield from range(self._source.n_records) if self._is_first else (self._tals or {0: b""})

    @property
    def _n_behind(self) -> int:
        return self._n_samples * self._source.bytes_per_sample

    def _block(self, first: int, n_records: int) -> NDArray[np.uint8]:
        """(n_records, n_bytes) of the annotations from record ``first``."""
        rows = (
            (self._time_tal(record) + self._tals.get(record, b"")).ljust(self._n_behind, b"\x00")
            for record in range(first, first + n_records)
        )
        return np.frombuffer(b"".join(rows), np.uint8).reshape(n_records, self._n_behind)

    # -- the records ----------------------------------------------------------------------------

    def _own_pieces(self, progress: Progress) -> Iterator[tuple[int, NDArray[np.uint8], bool]]:
        """Yield the first record of a piece, its bytes in the copy, whether it ends records."""
        first = 0
        pieces = self._pieces.read(self._path, self._source.data_offset, progress)
        for begin, piece, _ in pieces:
            self._empty(begin, piece)
            is_end = begin + piece.shape[1] == self._source.record_bytes
            yield first, piece, is_end
            first += len(piece) if is_end else 0

    def _empty(self, begin: int, piece: NDArray[np.uint8]) -> None:
        """Take out of the annotations in a piece what is left out, and touch no other record."""
        leave_out = self._leave_out
        if leave_out is None:
            return

        def rewrite(text: str) -> str | None:
            return None if leave_out(text) else text

        for rows in self._pieces.annotation_columns(begin, piece):
            for row in rows:
                raw = row.tobytes()
                if raw.rstrip(b"\x00") and any(map(leave_out, tal_texts(raw)[0])):
                    row[:] = np.frombuffer(rewritten_tals(raw, rewrite), np.uint8)

    def _digests(
        self, path: Path, data_offset: int, n_behind: int, progress: Progress
    ) -> tuple[bytes, bytes]:
        """Hash all samples, and all annotations that the recording has and is to keep.

        Of a copy the annotations that were added are compared on the way.
        """
        samples_hash, annotations_hash = hashlib.sha256(), hashlib.sha256()
        first = 0
        for begin, piece, behind in self._pieces.read(
            path, data_offset, progress, n_behind=n_behind
        ):
            is_samples = self._pieces.is_samples(begin, piece.shape[1])
            samples = piece if is_samples.all() else piece[:, is_samples]
            samples_hash.update(np.ascontiguousarray(samples).data)
            if not n_behind:
                self._empty(begin, piece)
            for rows in self._pieces.annotation_columns(begin, piece):
                annotations_hash.update(rows.tobytes())
            if behind.shape[1]:
                if not np.array_equal(behind, self._block(first, len(piece))):
                    raise ExportError("the annotations did not read back as meant", path=path)
                first += len(piece)
        return samples_hash.digest(), annotations_hash.digest()

    def _read_back(self, copy: Path) -> Recording:
        """Open a copy, and compare what is read of it with what was meant."""
        read = open_edf(copy)
        meant = [
            (one.label, self._source.n_records * one.samples_per_record)
            for one in self._source.channels
            if not one.is_annotations and not one.fault
        ]
        found = [(one.label, one.n_samples) for one in read.signals]
        if found != meant:
            raise ExportError(f"its signals read back as {found}", path=copy)
        lacking = Counter(map(comparable, self._events)) - Counter(map(comparable, read.events))
        if lacking:
            onset_s, _, text = next(iter(lacking))
            raise ExportError(f"it read back without {text!r} at {onset_s:g} s", path=copy)
        return read


def refuse_interrupted(format_name: str, path: Path) -> None:
    """Refuse a file that says of itself that its records do not follow each other.

    Raises
    ------
    NotAnnotated
        If it is EDF+D or BDF+D.
    """
    if format_name.endswith("+D"):
        raise NotAnnotated(
            f"its data records have interruptions ({format_name}): an annotated copy would say that"
            " they follow each other",
            path=path,
        )


def first_remark(path: Path) -> str:
    """Return the first text, if any, that the last channel of a file has in the first record.

    In a copy with annotations of one's own that is its first remark.
    """
    try:
        header = read_header(path)
        last = header.layout(header.channels[-1])
        if not header.channels[-1].is_annotations or not header.n_records:
            return ""
        n_bytes = min(last.n_bytes, _LONGEST_MARK_BYTES)
        tals, _ = parse_tals(read_bytes(path, header.data_offset + last.offset, n_bytes))
    except SleepScorerError:
        return ""
    return next((text for tal in tals for text in tal.texts if text), "")


def _exact(seconds: float) -> Decimal:
    # Sums of decimals, unlike sums of floats, read back as the very times that were written.
    return Decimal(repr(float(seconds)))
