"""A whole simulated polysomnogram, made page by page as it is asked for."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

import numpy as np

from sleepscorer.core.errors import MontageError, UsageError
from sleepscorer.core.events import LIGHTS_OFF, LIGHTS_ON, Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.recording import FloatArray
from sleepscorer.core.stages import EPOCH_S, Stage
from sleepscorer.simulation.autonomic import build_autonomic
from sleepscorer.simulation.body import Body, body_page, make_body
from sleepscorer.simulation.channels import STANDARD_MONTAGE, ChannelKind, ChannelSpec
from sleepscorer.simulation.head import Head
from sleepscorer.simulation.hypnogram import simulate_hypnogram
from sleepscorer.simulation.timeline import PAGE_S, Timeline, Window, build_timeline

SYNTHETIC = "Synthetic (sleepscorer)"
"""Transducer of every channel, so that no file can pass for a person's recording."""

_KEPT_PAGES = 4
_AMPLIFIER_NOISE_UV = 0.4
_LONGEST_H = 168.0
_DEFAULT_START = datetime(2024, 1, 1, 22, 30)


@dataclass(frozen=True)
class FlatStretch:
    """A channel without signal from ``start_s`` to before ``stop_s``: a lead that fell off."""

    label: str
    start_s: float
    stop_s: float


@dataclass(frozen=True)
class NightOptions:
    """Departures from an ordinary night.

    Parameters
    ----------
    stages
        Stages of the epochs from the first (values of ``Stage``) instead of a simulated night;
        they set the length.
    waves
        Single EEG waves (spindles, K-complexes, slow waves ...); without them only the
        spectrum tells the stages apart.
    artefacts
        Movement, sweat, loose electrodes, mains hum, the heart in the EEG.
    flat
        Channels that fail for a while.
    """

    stages: tuple[int, ...] | None = None
    waves: bool = True
    artefacts: bool = True
    flat: tuple[FlatStretch, ...] = ()


class SimulatedNight:
    """A polysomnogram that is computed as it is read; made by :func:`simulate_night`.

    One thread at a time may read it.

    Parameters
    ----------
    channels
        What is recorded.
    hypnogram
        The true scoring of the whole epochs in it.
    timeline
        What happens in it.
    duration_s
        Length, whole seconds.
    start
        Local time of the first sample.
    options
        Departures from an ordinary night.
    """

    def __init__(
        self,
        channels: Sequence[ChannelSpec],
        hypnogram: Hypnogram,
        *,
        timeline: Timeline,
        duration_s: int,
        start: datetime,
        options: NightOptions,
    ) -> None:
        self.channels = tuple(channels)
        self.hypnogram = hypnogram
        self.duration_s = float(duration_s)
        self.start = start
        self.seed = timeline.seed
        self._options = options
        self._timeline = timeline
        self._autonomic = build_autonomic(timeline)
        self._heads = self._make_heads()
        self._bodies: list[Body | None] = [
            None if spec.kind.is_head else make_body(spec, timeline, self._autonomic)
            for spec in self.channels
        ]
        self.events = self._collect_events()
        # The same page is asked for again where blocks are short or out of step with pages.
        self._pages: OrderedDict[int, list[FloatArray]] = OrderedDict()

    @property
    def n_samples(self) -> tuple[int, ...]:
        """Samples of each channel."""
        return tuple(round(self.duration_s * c.sampling_rate_hz) for c in self.channels)

    def block(self, start_s: float, stop_s: float) -> list[FloatArray]:
        """Make a stretch of all channels.

        Parameters
        ----------
        start_s, stop_s
            Seconds from the start, within the recording.

        Returns
        -------
        For each channel (n_samples,) float32 in its unit: the samples ``round(start_s * rate)``
        to before ``round(stop_s * rate)``. However a night is cut into blocks, the samples are
        the same.
        """
        if not 0 <= start_s <= stop_s <= self.duration_s:
            raise ValueError(f"{start_s} to {stop_s} s is not within 0 to {self.duration_s} s")
        bounds = [
            (round(start_s * c.sampling_rate_hz), round(stop_s * c.sampling_rate_hz))
            for c in self.channels
        ]
        made = [np.empty(stop - first, dtype=np.float32) for first, stop in bounds]
        # A sample rounded to the page's edge belongs to the page next door.
        for page in range(max(int(start_s // PAGE_S) - 1, 0), int(stop_s // PAGE_S) + 1):
            if page * PAGE_S < self.duration_s and stop_s > start_s:
                self._copy(page, bounds, made)
        return made

    def _copy(self, page: int, bounds: list[tuple[int, int]], made: list[FloatArray]) -> None:
        """Copy what a page holds of the wanted samples, if it holds any."""
        jobs = []
        for index, (spec, (first, stop)) in enumerate(zip(self.channels, bounds, strict=True)):
            n_page = Window(page, spec.sampling_rate_hz).n_samples
            begin, end = max(first, page * n_page), min(stop, (page + 1) * n_page)
            if begin < end:
                jobs.append((index, begin - first, begin - page * n_page, end - begin))
        if not jobs:
            return
        signals = self._page(page)
        for index, to, of, n in jobs:
            made[index][to : to + n] = signals[index][of : of + n]

    def _page(self, page: int) -> list[FloatArray]:
        if page in self._pages:
            return self._pages[page]
        potentials = {rate: head.page(page) for rate, head in self._heads.items()}
        signals = [
            self._finish(spec, self._raw(index, spec, potentials, page), page)
            for index, spec in enumerate(self.channels)
        ]
        self._pages[page] = signals
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)
        return signals

    def _raw(
        self, index: int, spec: ChannelSpec, potentials: dict[float, FloatArray], page: int
    ) -> FloatArray:
        rate = spec.sampling_rate_hz
        if spec.electrodes is not None:
            plus, minus = (self._heads[rate].row(name) for name in spec.electrodes)
            derived: FloatArray = potentials[rate][plus] - potentials[rate][minus]
            return derived
        body = self._bodies[index]
        if body is None:
            raise ValueError(f"nothing makes {spec.kind}")
        return body_page(body, spec, page)

    def _finish(self, spec: ChannelSpec, signal: FloatArray, page: int) -> FloatArray:
        """Add the amplifier's noise, cut what failed, and clip to the amplifier's range."""
        window = Window(page, spec.sampling_rate_hz)
        if spec.unit == "uV" and spec.kind is not ChannelKind.CHIN_RMS:
            rng = self._timeline.rng("amplifier " + spec.label, page)
            hiss = rng.standard_normal(window.n_samples, dtype=np.float32)
            signal = signal + np.float32(_AMPLIFIER_NOISE_UV) * hiss
        for flat in self._options.flat:
            if flat.label == spec.label:
                signal = signal.copy()
                signal[window.samples_between(flat.start_s, flat.stop_s)] = 0.0
        return np.clip(signal, *spec.physical_range).astype(np.float32, copy=False)

    def _collect_events(self) -> tuple[Event, ...]:
        events = [*self._timeline.events, *self._autonomic.events]
        if not self._options.artefacts:
            events = [e for e in events if e.text != "Body movement"]
        for head in self._heads.values():
            events += head.events()
        lights = (
            (LIGHTS_OFF, self.hypnogram.lights_off_s),
            (LIGHTS_ON, self.hypnogram.lights_on_s),
        )
        events += [Event(at, None, text) for text, at in lights if at is not None]
        flats = self._options.flat
        events += [Event(f.start_s, f.stop_s - f.start_s, "Flat signal", f.label) for f in flats]
        kept = {self._cut(e) for e in events if e.onset_s < self.duration_s}
        return tuple(sorted(kept, key=lambda e: (e.onset_s, e.text, e.channel or "")))

    def _cut(self, event: Event) -> Event:
        """End an event with the recording: both may stop in the middle of an epoch."""
        if event.duration_s is None:
            return event
        return replace(event, duration_s=min(event.duration_s, self.duration_s - event.onset_s))

    def _make_heads(self) -> dict[float, Head]:
        by_rate: dict[float, list[str]] = {}
        for spec in self.channels:
            if spec.electrodes is not None:
                by_rate.setdefault(spec.sampling_rate_hz, []).extend(spec.electrodes)
        return {
            rate: Head(
                tuple(dict.fromkeys(names)),
                rate,
                autonomic=self._autonomic,
                with_waves=self._options.waves,
                with_artefacts=self._options.artefacts,
            )
            for rate, names in by_rate.items()
        }


def simulate_night(
    *,
    hours: float = 8.0,
    seed: int = 0,
    channels: Sequence[ChannelSpec] | None = None,
    start: datetime = _DEFAULT_START,
    options: NightOptions | None = None,
) -> SimulatedNight:
    """Simulate a polysomnogram; the same seed and length give the same samples.

    Parameters
    ----------
    hours
        Length, rounded to whole seconds; the scoring covers the whole epochs.
    seed
        Sets the sleeper and the night, 0 or more.
    channels
        What to record; the 16 channels of :data:`STANDARD_MONTAGE` where None.
    start
        Local time of the first sample.
    options
        Departures from an ordinary night.

    Raises
    ------
    UsageError
        If the length or the seed can't be used.
    MontageError
        If no channels, or two of one label, are asked for.
    """
    chosen = STANDARD_MONTAGE if channels is None else tuple(channels)
    options = options or NightOptions()
    if options.stages is not None:
        hours = len(options.stages) * EPOCH_S / 3600
    _check(hours, seed, chosen)
    _check_flat(options.flat, chosen)
    duration_s = round(hours * 3600)
    whole = _whole_hypnogram(duration_s, seed, options)
    scored = Hypnogram(
        whole.stages[: int(duration_s // EPOCH_S)],
        lights_off_s=whole.lights_off_s,
        lights_on_s=whole.lights_on_s,
    )
    return SimulatedNight(
        chosen,
        scored,
        timeline=build_timeline(whole, seed),
        duration_s=duration_s,
        start=start,
        options=options,
    )


def _whole_hypnogram(duration_s: int, seed: int, options: NightOptions) -> Hypnogram:
    """Scoring of all epochs, a last unfinished one included; lights only in finished ones."""
    if options.stages is not None:
        return Hypnogram(np.array(options.stages, dtype=np.int8))
    n_whole = int(duration_s // EPOCH_S)
    hypnogram = simulate_hypnogram(n_epochs=max(n_whole, 1), seed=seed)
    missing = ceil(duration_s / EPOCH_S) - hypnogram.n_epochs
    stages = np.concatenate([hypnogram.stages, np.full(missing, Stage.W, dtype=np.int8)])
    return Hypnogram(stages, lights_off_s=hypnogram.lights_off_s, lights_on_s=hypnogram.lights_on_s)


def _check(hours: float, seed: int, channels: Sequence[ChannelSpec]) -> None:
    if not 1 <= hours * 3600 <= _LONGEST_H * 3600:
        raise UsageError(
            f"a night of {hours:g} h can't be simulated",
            hint=f"choose between one second and {_LONGEST_H:g} hours",
        )
    if seed < 0:
        raise UsageError(f"{seed} can't be a seed", hint="choose 0 or more")
    labels = [spec.label for spec in channels]
    if not labels:
        raise MontageError("no channels to simulate", hint="name at least one")
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise MontageError(f"two channels are called {twice[0]}", hint="give each its own label")


def _check_flat(flats: Sequence[FlatStretch], channels: Sequence[ChannelSpec]) -> None:
    labels = [spec.label for spec in channels]
    for flat in flats:
        if flat.label not in labels:
            raise MontageError(
                f"there is no channel {flat.label!r} to fail", hint="there are " + ", ".join(labels)
            )
        if not 0 <= flat.start_s < flat.stop_s:
            raise UsageError(f"{flat.label} can't be flat from {flat.start_s} to {flat.stop_s} s")
