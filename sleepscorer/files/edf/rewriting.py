"""A copy of an EDF or BDF file with other words in it, of which the samples stay byte for byte.

Nothing gets into the copy but numbers of the header, the words that are given for it, samples, and
the times and texts of annotations. What else a file may hold stays behind: text after a zero byte
in a field, bytes between the header and the data records, an incomplete last record and whatever
was appended to it, rubbish in annotation channels.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from sleepscorer.core.errors import ExportError, RecordingError
from sleepscorer.core.progress import Progress, silent
from sleepscorer.core.wording import counted
from sleepscorer.files.edf.fields import header_clock
from sleepscorer.files.edf.header import read_header
from sleepscorer.files.edf.header_table import HEADER_BYTES
from sleepscorer.files.edf.identification import UNKNOWN_START, start_fields
from sleepscorer.files.edf.record_pieces import RecordPieces
from sleepscorer.files.edf.samples import file_size, read_bytes
from sleepscorer.files.edf.stored_header import EdfWords, Leftover, StoredHeader, readable
from sleepscorer.files.edf.tal import parse_tals, rewritten_tals, tal_texts, time_alone

Rewrite = Callable[[str], str | None]
"""What a text of an annotation becomes; None where it goes."""

_MOST_LEFTOVER_BYTES = 4 * 2**20
# By chance samples look so in one night of thousands: only what a channel's record begins with is
# compared.
_ANNOTATION = re.compile(rb"[+-]\d{1,12}(?:\.\d*)?(?:\x15[\d.]*)?\x14[^\x00]*\x14\x00")


class EdfRewriting:
    """A file that is copied with other words.

    Parameters
    ----------
    path
        An EDF or BDF file, of any kind; it is only read.

    Raises
    ------
    RecordingError
        If it can't be read, its header does not tell where the data lie, or it holds no whole data
        record.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._header = header = read_header(path)
        if not header.n_records:
            raise RecordingError("the file holds no complete data record", path=path)
        self._stored = StoredHeader(read_bytes(path, 0, HEADER_BYTES * (1 + len(header.channels))))
        self._pieces = RecordPieces(header)

    # -- what it holds --------------------------------------------------------------------------

    @property
    def is_bdf(self) -> bool:
        """Whether its samples have 24 bits."""
        return self._header.bytes_per_sample == 3

    @property
    def n_records(self) -> int:
        """Whole data records."""
        return self._header.n_records

    @property
    def start(self) -> datetime | None:
        """Start in the header; None where it is not valid."""
        return self._header.start

    @property
    def words(self) -> EdfWords:
        """The words of its header."""
        return self._stored.words

    @property
    def ordinary(self) -> tuple[int, ...]:
        """Places of its channels of samples, from 0, in the order that an opened recording has.

        Those that can't be used come last.
        """
        own = [i for i, one in enumerate(self._header.channels) if not one.is_annotations]
        return tuple(sorted(own, key=lambda i: bool(self._header.channels[i].fault)))

    @property
    def dateless(self) -> tuple[str, str]:
        """The date and time fields of a copy that has no date: its time of day stays.

        A time that is none becomes midnight.
        """
        clock = header_clock(self.words.time)
        return start_fields(None if clock is None else datetime.combine(UNKNOWN_START, clock))

    @property
    def kind(self) -> str:
        """What its reserved field says of the kind of file, and nothing else of it."""
        name = self._header.format_name
        # Without annotations it is no EDF+, whatever it says, and other programs refuse it.
        is_plus = "+" in name and any(one.is_annotations for one in self._header.channels)
        return name if is_plus else "24BIT" if self.is_bdf else ""

    def leftovers(self) -> tuple[Leftover, ...]:
        """What it holds beside words, numbers and data records."""
        header = self._header
        found = list(self._stored.hidden())
        ends = (
            (
                HEADER_BYTES * (1 + len(header.channels)),
                header.data_offset,
                "before the data records",
            ),
            (
                header.data_offset + header.n_records * header.record_bytes,
                file_size(self._path),
                "behind the last whole data record",
            ),
        )
        for begin, end, where in ends:
            if end > begin:
                raw = read_bytes(self._path, begin, min(end - begin, _MOST_LEFTOVER_BYTES))
                found.append(Leftover(f"{counted(end - begin, 'byte')} {where}", readable(raw)))
        return tuple(found)

    def annotation_texts(self, progress: Progress = silent) -> Iterator[tuple[str, bool]]:
        """Yield every text of its annotations, and what stands there and is none.

        Yields
        ------
        The text, and whether it is one of an annotation that can be read.

        Raises
        ------
        RecordingError
            If a channel that is none of annotations holds some.
        """
        for begin, piece, _ in self._pieces.read(self._path, self._header.data_offset, progress):
            self._refuse_unlabelled_annotations(begin, piece)
            for rows in self._pieces.annotation_columns(begin, piece):
                for row in rows:
                    texts, damaged = _texts_of(row.tobytes())
                    yield from ((text, True) for text in texts)
                    yield from ((text, False) for text in damaged)

    # -- the copy -------------------------------------------------------------------------------

    def write(
        self, file: BinaryIO, words: EdfWords, rewrite: Rewrite, progress: Progress = silent
    ) -> None:
        """Write the copy into an open binary file, some records at a time.

        Raises
        ------
        RecordingError
            If the file can't be read any more.
        ValueError
            If words are no printable ASCII, too long, or not of its channels.
        """
        file.write(self._header_of(words))
        for begin, piece, _ in self._pieces.read(self._path, self._header.data_offset, progress):
            for rows in self._pieces.annotation_columns(begin, piece):
                for row in rows:
                    row[:] = np.frombuffer(_rewritten(row.tobytes(), rewrite), np.uint8)
            file.write(piece.data)

    def verify(
        self, copy: Path, words: EdfWords, rewrite: Rewrite, progress: Progress = silent
    ) -> None:
        """Compare a copy with this file: header, samples by their SHA-256, each annotation.

        Raises
        ------
        ExportError
            Where it is not what was meant.
        RecordingError
            If either can't be read.
        """
        header = self._header_of(words)
        n_bytes = len(header) + self.n_records * self._header.record_bytes
        if file_size(copy) != n_bytes or read_bytes(copy, 0, len(header)) != header:
            raise ExportError("the header did not read back as it was written", path=copy)
        hashes = hashlib.sha256(), hashlib.sha256()
        ours = self._pieces.read(self._path, self._header.data_offset, progress)
        theirs = self._pieces.read(copy, len(header), silent)
        for (begin, mine, _), (_, its, _) in zip(ours, theirs, strict=True):
            samples = self._pieces.is_samples(begin, mine.shape[1])
            for digest, piece in zip(hashes, (mine, its), strict=True):
                digest.update((piece if samples.all() else piece[:, samples]).tobytes())
            columns = zip(
                self._pieces.annotation_columns(begin, mine),
                self._pieces.annotation_columns(begin, its),
                strict=True,
            )
            for before, after in columns:
                for old, new in zip(before, after, strict=True):
                    if not _is_as_meant(old.tobytes(), new.tobytes(), rewrite):
                        raise ExportError("the annotations did not read back as meant", path=copy)
        if hashes[0].digest() != hashes[1].digest():
            raise ExportError("the samples are not those of the recording", path=copy)

    def _header_of(self, words: EdfWords) -> bytes:
        counts = {i: one.samples_per_record for i, one in enumerate(self._header.channels)}
        return self._stored.with_words(words, n_records=self.n_records, samples_per_record=counts)

    # -- its records ----------------------------------------------------------------------------

    def _refuse_unlabelled_annotations(self, begin: int, piece: NDArray[np.uint8]) -> None:
        """Annotations under another label would be copied as samples, unread."""
        for number, channel in enumerate(self._header.channels, start=1):
            layout = self._header.layout(channel)
            first, end = layout.offset - begin, layout.offset - begin + layout.n_bytes
            if channel.is_annotations or not layout.n_bytes or not 0 <= first < piece.shape[1] - 1:
                continue
            signs, digits = piece[:, first], piece[:, first + 1]
            is_like = ((signs == ord("+")) | (signs == ord("-"))) & (digits >= 48) & (digits < 58)
            for row in np.flatnonzero(is_like):
                if _ANNOTATION.match(piece[row, first:end].tobytes()):
                    raise RecordingError(
                        f"channel {number}, {channel.label!r}, holds annotations, but has not"
                        " their label: they can't be told from samples",
                        path=self._path,
                        hint="have the recording exported again",
                    )


def _texts_of(row: bytes) -> tuple[list[str], list[str]]:
    return ([], []) if _has_no_text(row) else tal_texts(row)


def _rewritten(row: bytes, rewrite: Rewrite) -> bytes:
    return row if _has_no_text(row) else rewritten_tals(row, rewrite)


def _has_no_text(row: bytes) -> bool:
    """Most records hold nothing but their time, or nothing at all."""
    return not row.rstrip(b"\x00") or time_alone(row) is not None


def _is_as_meant(old: bytes, new: bytes, rewrite: Rewrite) -> bool:
    """Whether every text of a record may stand there, and its times are those before."""
    if _has_no_text(old):
        return old == new
    texts, damaged = tal_texts(new)
    before, after = parse_tals(old)[0], parse_tals(new)[0]
    times = {(tal.onset, tal.duration) for tal in before}
    return (
        not damaged
        and all(rewrite(text) == text for text in texts)
        and all((tal.onset, tal.duration) in times for tal in after)
        and [tal.onset for tal in before[:1] if tal.is_timekeeping]
        == [tal.onset for tal in after[:1] if tal.is_timekeeping]
        and new == rewritten_tals(old, rewrite)
    )
