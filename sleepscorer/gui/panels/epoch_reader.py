"""Reads and analyses the epoch shown, on a thread; only the latest wish counts."""

from dataclasses import dataclass
from threading import Lock

import numpy as np
from PySide6.QtCore import QThread, Signal, Slot

from sleepscorer.analysis.evidence import eyes_around
from sleepscorer.analysis.spectra import BandPower, Spectrum, band_powers, epoch_spectrum
from sleepscorer.analysis.waves import WaveMark, slow_waves, spindle_marks
from sleepscorer.core.derivation import ResolvedDerivation
from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.stages import EPOCH_S
from sleepscorer.gui.process.bug_reports import BUG_SENTENCE, log_bug

_CONTEXT_S = 5.0
# A thread that nobody refers to any more is destroyed, and the program with it if it runs.
_running: set["EpochReader"] = set()


@dataclass(frozen=True, eq=False)
class EpochWish:
    """What to analyse.

    Parameters
    ----------
    epoch
        Its index.
    channel
        Whose spectrum, and whose bands and spindles where it is an EEG.
    slow_wave_channel
        Whose slow waves; None for none.
    eyes
        One eye against the other, to tell eye movements from slow waves; None where there is none.
    """

    epoch: int
    channel: ResolvedDerivation
    slow_wave_channel: ResolvedDerivation | None
    eyes: ResolvedDerivation | None = None


@dataclass(frozen=True, eq=False)
class EpochFigures:
    """What was found.

    Parameters
    ----------
    wish
        What was asked for.
    spectrum, bands
        Of the channel; None where it could not be read; bands of an EEG only.
    spindles
        (start, duration) of each, seconds from the start of the epoch; None where part of the
        epoch was not recorded, or could not be read, and where the channel is no EEG.
    slow_waves
        Deflections of their size, those that are none of sleep too; None where the channel is no
        voltage, and where there are no spindles.
    problem
        The sentence for people; empty where all went well.
    """

    wish: EpochWish
    spectrum: Spectrum | None = None
    bands: dict[str, BandPower] | None = None
    spindles: tuple[tuple[float, float], ...] | None = None
    slow_waves: tuple[WaveMark, ...] | None = None
    problem: str = ""


class EpochReader(QThread):
    """Sleeps unless there is something to analyse.

    It is no :class:`~sleepscorer.gui.process.latest.Latest`, which begins the new before the old
    has ended: whoever goes through epochs on a slow drive would have one more thread read from it
    at each of them. Here one reading ends before the latest wish is read.

    Signals
    -------
    analysed
        The :class:`EpochFigures` of a wish that was still the latest when they were ready.
    """

    analysed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._wish: EpochWish | None = None
        self._is_busy = False
        self.finished.connect(self._on_finished)

    def ask(self, wish: EpochWish) -> None:
        """Analyse this, and forget what was asked before."""
        with self._lock:
            self._wish = wish
            if self._is_busy:
                return
            self._is_busy = True
        self.wait()
        _running.add(self)
        self.start()

    def stop(self) -> None:
        """Forget what was asked and wait for the thread."""
        with self._lock:
            self._wish = None
        self.wait()
        _running.discard(self)

    @Slot()
    def _on_finished(self) -> None:
        # It may have been started again before this came.
        if not self.isRunning():
            _running.discard(self)

    def run(self) -> None:  # noqa: D102
        while True:
            with self._lock:
                wish, self._wish = self._wish, None
                if wish is None:
                    self._is_busy = False
                    return
            figures = _figures(wish)
            with self._lock:
                is_latest = self._wish is None
            if is_latest:
                self.analysed.emit(figures)


def _figures(wish: EpochWish) -> EpochFigures:
    try:
        return _analysed(wish)
    except SleepScorerError as error:
        return EpochFigures(wish, problem=str(error))
    except Exception as error:  # noqa: BLE001 - a bug here must not end the thread unseen
        log_bug(error)
        return EpochFigures(wish, problem=BUG_SENTENCE)


def _analysed(wish: EpochWish) -> EpochFigures:
    start_s, channel = wish.epoch * EPOCH_S, wish.channel
    rate_hz = channel.sampling_rate_hz
    samples = channel.read(start_s, start_s + EPOCH_S)
    spectrum = epoch_spectrum(samples, rate_hz)
    if channel.kind != "eeg":
        return EpochFigures(wish, spectrum)
    if not np.isfinite(samples).all():
        bands = band_powers(spectrum)
        return EpochFigures(wish, spectrum, bands, problem="Part of the epoch was not recorded.")
    around = (start_s - _CONTEXT_S, start_s + EPOCH_S + _CONTEXT_S)
    marks = spindle_marks(channel.read(*around), rate_hz, context_s=_CONTEXT_S)
    slow, waves = wish.slow_wave_channel, None
    if (
        slow is not None
        and slow.unit == "uV"
        and np.isfinite(slow.read(start_s, start_s + EPOCH_S)).all()
    ):
        waves = slow_waves(
            slow.read(*around),
            slow.sampling_rate_hz,
            context_s=_CONTEXT_S,
            eyes=None if wish.eyes is None else eyes_around(wish.eyes, wish.epoch),
        )
    return EpochFigures(
        wish,
        spectrum,
        band_powers(spectrum),
        tuple((mark.start_s, mark.duration_s) for mark in marks),
        waves,
    )
