"""Reads and filters pages on a thread of its own, neighbouring pages ahead, and keeps the last."""

import math
import os
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from threading import Condition, Lock

import numpy as np
from PySide6.QtCore import QObject, QThread, Signal

from sleepscorer.analysis.display import DisplayFilter, DisplayTrace
from sleepscorer.analysis.pages import TracePage, batches, read_page, read_pages, usual_levels
from sleepscorer.analysis.transforms import use_faster
from sleepscorer.core.derivation import ResolvedDerivation

Pages = tuple[TracePage, ...]

_CACHE_BYTES = 48 * 2**20
# The reader of EDF files keeps one block of records; the channels of a longer stretch would each
# read the file again. Shorter transforms are faster, too.
_LONGEST_PART_S = 400.0
# Handing the traces of a short page to several threads takes longer than filtering them.
_SHARED_FROM_S = 60.0
_MOST_THREADS = 4

_Source = tuple[ResolvedDerivation, DisplayFilter]
_Key = tuple[ResolvedDerivation, DisplayFilter, float, float, int]


@dataclass(frozen=True)
class PageRequest:
    """A stretch of some traces, for a number of pixel columns.

    Gain, polarity, colour and order are not part of it: changing them reads nothing again.
    """

    sources: tuple[_Source, ...]
    start_s: float
    stop_s: float
    n_columns: int

    @classmethod
    def of(
        cls, traces: Sequence[DisplayTrace], start_s: float, stop_s: float, *, n_columns: int
    ) -> "PageRequest":
        """Ask for a stretch of these traces."""
        sources = tuple((trace.channel, trace.filter) for trace in traces)
        return cls(sources, start_s, stop_s, n_columns)

    def key(self, source: _Source) -> _Key:
        """What identifies the page of one of the sources."""
        return (*source, self.start_s, self.stop_s, self.n_columns)


class _Cache:
    """Pages of single traces, the least recently used dropped beyond a number of bytes."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._pages: OrderedDict[_Key, TracePage] = OrderedDict()
        self._n_bytes = 0
        self._lock = Lock()

    def get(self, key: _Key) -> TracePage | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: _Key, page: TracePage) -> None:
        with self._lock:
            if key in self._pages:
                return
            self._pages[key] = page
            self._n_bytes += _n_bytes(page)
            while self._n_bytes > self._limit_bytes and len(self._pages) > 1:
                _, oldest = self._pages.popitem(last=False)
                self._n_bytes -= _n_bytes(oldest)


def _n_bytes(page: TracePage) -> int:
    arrays = (page.minima, page.maxima, page.samples, page.times_s)
    return sum(array.nbytes for array in arrays if array is not None)


class PageLoader(QThread):
    """The reader's thread; started at once, ended by :meth:`stop`.

    Signals
    -------
    page_read
        A :class:`PageRequest` can now be looked up.
    failed
        Reading a :class:`PageRequest` raised an exception; the rest of what was asked for goes on.
    """

    page_read = Signal(object)
    failed = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cache = _Cache(_CACHE_BYTES)
        self._levels: dict[_Source, float | None] = {}
        self._changed = Condition()
        self._wanted: list[PageRequest] = []
        self._ends = False
        n_threads = min(os.cpu_count() or 1, _MOST_THREADS)
        self._helpers = ThreadPoolExecutor(n_threads, thread_name_prefix="page")
        self.start()

    def lookup(self, request: PageRequest) -> Pages | None:
        """Return the pages of all sources if all have been read; for any thread."""
        pages: list[TracePage] = []
        for source in request.sources:
            page = self._cache.get(request.key(source))
            if page is None:
                return None
            pages.append(page)
        return tuple(pages)

    def ask(self, requests: Sequence[PageRequest]) -> None:
        """Read these, the first one first, and forget what was asked for before."""
        with self._changed:
            self._wanted = list(requests)
            self._changed.notify()

    def stop(self) -> None:
        """End the thread and wait for it; a second time does nothing."""
        with self._changed:
            self._ends = True
            self._wanted = []
            self._changed.notify()
        self.wait()
        self._helpers.shutdown()

    def run(self) -> None:
        """Read what is asked for until told to stop."""
        is_first = True
        while (request := self._next()) is not None:
            try:
                if self._read(request):
                    self.page_read.emit(request)
                    if is_first:
                        # Not before: the first page should not wait for it. Nor should the next.
                        self._helpers.submit(use_faster)
                        is_first = False
            except Exception as error:  # noqa: BLE001 - raised again on the window's thread
                with self._changed:
                    if request in self._wanted:
                        self._wanted.remove(request)
                self.failed.emit(request, error)

    def _next(self) -> PageRequest | None:
        with self._changed:
            while not self._wanted and not self._ends:
                self._changed.wait()
            return None if self._ends else self._wanted[0]

    def _read(self, request: PageRequest) -> bool:
        """Read what the cache lacks; return False if something else is more urgent by now."""
        # A montage may show the same thing twice.
        asked = dict.fromkeys(request.sources)
        lacking = [s for s in asked if self._cache.get(request.key(s)) is None]
        self._learn_levels(lacking)
        groups = list(batches([DisplayTrace(*source) for source in lacking]))
        parts: dict[_Source, list[TracePage]] = {source: [] for source in lacking}
        # Part by part, not trace by trace: the traces of a part share the records read for it.
        for start, stop in pairwise(_part_columns(request)):
            read_group = partial(self._read_group, request, start, stop)
            is_long = request.stop_s - request.start_s >= _SHARED_FROM_S
            found: Iterable[list[TracePage]]
            found = self._helpers.map(read_group, groups) if is_long else map(read_group, groups)
            for group, pages in zip(groups, found, strict=True):
                if not pages:
                    return False
                for trace, page in zip(group, pages, strict=True):
                    parts[trace.channel, trace.filter].append(page)
        for source, read in parts.items():
            page = replace(_joined(request, source, read), level=self._levels[source])
            self._cache.put(request.key(source), page)
        with self._changed:
            if request in self._wanted:
                self._wanted.remove(request)
        return True

    def _read_group(
        self, request: PageRequest, start: int, stop: int, traces: Sequence[DisplayTrace]
    ) -> list[TracePage]:
        """Read some columns of traces; nothing if something else is more urgent by now."""
        if self._is_overtaken(request):
            return []
        return _read_columns(request, traces, start, stop)

    def _learn_levels(self, sources: Sequence[_Source]) -> None:
        """Look once at the night of each signal, so that its scale is the same on all pages."""
        new = [source for source in sources if source not in self._levels]
        levels = usual_levels([DisplayTrace(*source) for source in new])
        self._levels.update(zip(new, levels, strict=True))

    def _is_overtaken(self, request: PageRequest) -> bool:
        with self._changed:
            return not self._wanted or self._wanted[0] != request


def _part_columns(request: PageRequest) -> list[int]:
    """Columns at which a long page is cut into parts, both ends included."""
    n_parts = math.ceil((request.stop_s - request.start_s) / _LONGEST_PART_S)
    n_parts = max(1, min(n_parts, request.n_columns))
    return [round(i * request.n_columns / n_parts) for i in range(n_parts + 1)]


def _read_columns(
    request: PageRequest, traces: Sequence[DisplayTrace], start: int, stop: int
) -> list[TracePage]:
    column_s = (request.stop_s - request.start_s) / request.n_columns
    start_s = request.start_s + start * column_s
    stop_s = request.stop_s if stop == request.n_columns else request.start_s + stop * column_s
    return read_pages(traces, start_s, stop_s, stop - start)


def _joined(request: PageRequest, source: _Source, parts: list[TracePage]) -> TracePage:
    """Make one page of the parts of a long one."""
    if len(parts) == 1:
        return parts[0]
    start_s, stop_s = request.start_s, request.stop_s
    envelopes = [part.envelope for part in parts if part.envelope is not None]
    if len(envelopes) == len(parts):
        minima, maxima = (np.concatenate(ends) for ends in zip(*envelopes, strict=True))
        return TracePage(start_s, stop_s, minima, maxima)
    curves = [part.curve for part in parts if part.curve is not None]
    if len(curves) == len(parts):
        # Each part holds one sample of its neighbours at both ends.
        last = len(parts) - 1
        cuts = [slice(1 if i else 0, -1 if i < last else None) for i in range(len(parts))]
        return TracePage(
            start_s,
            stop_s,
            samples=np.concatenate([s[cut] for (s, _), cut in zip(curves, cuts, strict=True)]),
            times_s=np.concatenate([t[cut] for (_, t), cut in zip(curves, cuts, strict=True)]),
        )
    # Close to two samples a column, rounding may make the parts differ in kind.
    return read_page(DisplayTrace(*source), start_s, stop_s, request.n_columns)
