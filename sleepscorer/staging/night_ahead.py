"""Reads and filters a night on a thread of its own, ahead of the network that looks at it.

It needs no torch, so that it can begin while that is imported. Both let go of the interpreter for
most of the time.
"""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.recording import Recording
from sleepscorer.staging.plausibility import EpochTraits, traits_of
from sleepscorer.staging.preprocess import Band, EpochBlock, epoch_blocks

TraitedBlock = tuple[EpochBlock, EpochTraits]

_MOST_BLOCKS = 200
"""Each 10 min of a channel, 0.3 MB: four channels of a night of 8 h."""

_PATIENCE_S = 0.1


def traited_blocks(
    recording: Recording, channel: ResolvedDerivation, kind: Band
) -> Iterator[TraitedBlock]:
    """The epochs of a channel as :func:`epoch_blocks` gives them, and what is asked of each."""
    for block in epoch_blocks(channel, recording.n_epochs, band=kind, gaps=recording.gaps):
        yield block, traits_of(block.epochs, kind)


class NightAhead(AbstractContextManager["NightAhead"]):
    """The blocks of some channels, of which so many are ready as memory allows.

    Parameters
    ----------
    recording
        What is read; it begins at once.
    channels
        What each is taken for, in the order in which they will be asked for.
    when_read
        Called on the other thread once all was read.
    """

    def __init__(
        self,
        recording: Recording,
        channels: Sequence[tuple[ResolvedDerivation, Band]],
        when_read: Callable[[], None] = lambda: None,
    ) -> None:
        self._recording = recording
        self._channels = tuple(channels)
        self._when_read = when_read
        self._next = 0
        self._is_closed = False
        # The number of a channel with each of its blocks, with None after the last; or an error.
        self._ready: queue.Queue[tuple[int, TraitedBlock | None] | BaseException] = queue.Queue(
            _MOST_BLOCKS
        )
        self._thread = threading.Thread(target=self._read, name="night-ahead", daemon=True)
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        """Stop reading."""
        self.close()

    def close(self) -> None:
        """Stop reading; what was not asked for is lost."""
        self._is_closed = True
        self._thread.join()

    def blocks(self, channel: ResolvedDerivation, kind: Band) -> Iterator[TraitedBlock]:
        """As :func:`traited_blocks`; what was not announced, or not in this order, is read now."""
        pairs = enumerate(self._channels)
        number = next((n for n, (one, of) in pairs if one is channel and of == kind), -1)
        if number < self._next:
            yield from traited_blocks(self._recording, channel, kind)
            return
        self._next = number + 1
        while True:
            found, block = self._taken()
            if found == number and block is None:
                return
            if found == number and block is not None:
                yield block

    def _taken(self) -> tuple[int, TraitedBlock | None]:
        while True:
            try:
                # A wait without an end could not be interrupted from the keyboard everywhere.
                ready = self._ready.get(timeout=_PATIENCE_S)
            except queue.Empty:
                continue
            if isinstance(ready, BaseException):
                self._next = len(self._channels)
                raise ready
            return ready

    def _read(self) -> None:
        try:
            for number, (channel, kind) in enumerate(self._channels):
                for block in traited_blocks(self._recording, channel, kind):
                    self._put((number, block))
                self._put((number, None))
            self._when_read()
        except _Closed:
            return
        except BaseException as error:  # noqa: BLE001 - it is raised where the blocks are asked for
            self._put_unless_closed(error)

    def _put(self, ready: tuple[int, TraitedBlock | None]) -> None:
        if not self._put_unless_closed(ready):
            raise _Closed

    def _put_unless_closed(self, ready: tuple[int, TraitedBlock | None] | BaseException) -> bool:
        while not self._is_closed:
            try:
                self._ready.put(ready, timeout=_PATIENCE_S)
            except queue.Full:
                continue
            return True
        return False


class _Closed(Exception):
    """Nobody wants more."""
