"""Derivations, and how a recording provides them: stored, stored upside down, or by subtraction."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sleepscorer.core.channel_aliases import normalised
from sleepscorer.core.channel_names import (
    ChannelName,
    canonical_electrode,
    electrode_kind,
    is_stated,
    recognise,
    signal_kind,
)
from sleepscorer.core.errors import MontageError
from sleepscorer.core.recording import FloatArray, Recording, Signal

_GRID_LABEL = re.compile(r"(?:EEG\s+)?[A-I]\d+", re.IGNORECASE)
# Labels the 10-20 system does not have: numbered caps and nets use A1, C3, E1, F4 for other sites.
_GRID_MARKS = frozenset({"a3", "b1", "d1", "e5"})
_LONGEST_LIST = 40


@dataclass(frozen=True)
class Derivation:
    """A difference of two electrodes, or one channel by its name.

    Parameters
    ----------
    positive
        Electrode or channel name, canonical where it is known.
    negative
        Second electrode or reference; None for a channel by its name.
    """

    positive: str
    negative: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Derivation":
        """Read ``"C4-M1"``, ``"c4/a1"``, ``"EEG C4-A1"`` or a name like ``"EOG horizontal"``.

        Raises
        ------
        MontageError
            If nothing is written, or more than a pair.
        """
        text = text.strip()
        found = recognise(text)
        if found is not None:
            if found.positive is None:
                return cls(found.name)
            return cls(found.positive, found.negative)
        sides = [canonical_electrode(side) for side in text.split("-")]
        if not all(sides) or len(sides) > 2:
            raise MontageError(f"{text!r} is no derivation", hint="write it like C4-M1")
        return cls(*sides)

    def __str__(self) -> str:
        return self.positive if self.negative is None else f"{self.positive}-{self.negative}"


@dataclass(frozen=True, eq=False)
class ResolvedDerivation:
    """A derivation as one recording provides it.

    Parameters
    ----------
    name
        As shown to people: ``"C4-M1"``, ``"C4-M1 (derived)"``, ``"C4-M1 (from M1-C4, inverted)"``,
        or the stored label where that does not say which electrodes it is.
    kind
        One of :data:`~sleepscorer.core.channel_aliases.KINDS`.
    parts
        Stored signals and their weights, +1 or -1; the derivation is the weighted sum.
    """

    name: str
    kind: str
    parts: tuple[tuple[Signal, float], ...]

    @property
    def plain_name(self) -> str:
        """The name without how it was had: ``"C4-M1"``."""
        return plain_name(self.name)

    @property
    def is_derived(self) -> bool:
        """True where it is computed from two stored signals."""
        return len(self.parts) > 1

    @property
    def stored_labels(self) -> tuple[str, ...]:
        """Labels of the stored signals it is built from."""
        return tuple(signal.label for signal, _ in self.parts)

    @property
    def formula(self) -> str:
        """How it is built, in words: ``"'EEG C4-Cz' minus 'EEG M1-Cz'"``."""
        (first, weight), *rest = self.parts
        words = ("minus " if weight < 0 else "") + repr(first.label)
        for signal, weight in rest:
            words += (" minus " if weight < 0 else " plus ") + repr(signal.label)
        return words

    @property
    def sampling_rate_hz(self) -> float:
        """Samples a second."""
        return self.parts[0][0].sampling_rate_hz

    @property
    def unit(self) -> str:
        """Unit of the samples, as of :class:`~sleepscorer.core.recording.Signal`."""
        return self.parts[0][0].unit

    @property
    def physical_range(self) -> tuple[float, float] | None:
        """Smallest and largest storable value; None where unlimited, or derived from two signals.

        Either signal of a difference can be clipped while the difference is not at its limits, so
        a range of the difference would hide that: look at the parts.
        """
        limits = self.parts[0][0].physical_range
        if self.is_derived or limits is None:
            return None
        return limits if self.parts[0][1] > 0 else (-limits[1], -limits[0])

    def read(self, start_s: float, stop_s: float) -> FloatArray:
        """Read a stretch.

        Parameters
        ----------
        start_s, stop_s
            Seconds from the start of the recording.

        Returns
        -------
        (n_samples,) float32 in ``unit``; NaN where any of the stored signals is NaN. The grid is
        that of :meth:`~sleepscorer.core.recording.Signal.read`.
        """
        (first, weight), *rest = self.parts
        samples = first.read(start_s, stop_s)
        if weight < 0:
            samples = -samples
        for signal, weight in rest:
            other = signal.read(start_s, stop_s)
            samples = samples - other if weight < 0 else samples + other
        return np.asarray(samples, dtype=np.float32)


def recognised(signals: Sequence[Signal]) -> tuple[ChannelName | None, ...]:
    """Read the labels of one recording together.

    In caps and nets with numbered sites (A1 to A32, E1 to E256) a label such as A1, C3 or E1 is
    not the electrode of the 10-20 system, so none of them is recognised.
    """
    labels = [signal.label.strip() for signal in signals]
    plain = {normalised(label).removeprefix("eeg ") for label in labels}
    numbered = not _GRID_MARKS.isdisjoint(plain)
    return tuple(
        None if numbered and _GRID_LABEL.fullmatch(label) else recognise(label) for label in labels
    )


def signal_kinds(recording: Recording) -> list[str]:
    """Return the kind of each signal, its label read among those of the recording.

    A1 to A32 of a numbered cap are no ears.
    """
    names = recognised(recording.signals)
    return [_kind(signal, name) for signal, name in zip(recording.signals, names, strict=True)]


def _kind(signal: Signal, name: ChannelName | None) -> str:
    kind = signal_kind(signal.label, signal.unit)
    # Numbered sites of a cap look like electrodes of the 10-20 system and are not.
    unlike = name is None and recognise(signal.label) is not None and kind != "impedance"
    return "other" if unlike else kind


def resolve(recording: Recording, wanted: str | Derivation) -> ResolvedDerivation:
    """Find a derivation in a recording.

    A stored label counts first, as it is spelled, then whatever its case; then another spelling of
    the same derivation; then the same electrodes the other way round; then the difference of two
    signals against one common reference, at one rate and both in microvolts.

    Raises
    ------
    MontageError
        If the recording can't provide it; the message says what lacks and what is there.
    """
    text = str(wanted).strip()
    stored = _stored_as(recording, text)
    if stored is not None:
        return as_stored(stored, recording)
    derivation = wanted if isinstance(wanted, Derivation) else Derivation.parse(text)
    finder = DerivationFinder(recording.signals)
    found = finder.find(derivation)
    if found is None:
        raise MontageError(
            f"{text!r} can't be had from this recording: {finder.lack(derivation)}",
            path=recording.path,
            hint=_contents(recording, text),
        )
    return found


def plain_name(name: str) -> str:
    """Return a :attr:`ResolvedDerivation.name` without how it was had, in brackets behind it."""
    return name.partition(" (")[0]


def resolve_again(recording: Recording, name: str) -> ResolvedDerivation:
    """Find what a :attr:`ResolvedDerivation.name` meant, in the recording it was resolved in.

    Raises
    ------
    MontageError
        If the recording does not have it.
    """
    for signal in recording.signals:
        stored = as_stored(signal, recording)
        if stored.name == name:
            return stored
    wanted = Derivation.parse(plain_name(name))
    finder = DerivationFinder(recording.signals)
    for found in (finder.stored(wanted), finder.subtracted(wanted)):
        if found is not None and found.name == name:
            return found
    raise MontageError(
        f"{name!r} can't be had from this recording",
        path=recording.path,
        hint=_contents(recording, name),
    )


def as_stored(signal: Signal, recording: Recording) -> ResolvedDerivation:
    """Take one stored signal as it is, whatever its label."""
    index = [id(other) for other in recording.signals].index(id(signal))
    found = recognised(recording.signals)[index]
    return _single(signal, found, inverted=False)


class DerivationFinder:
    """Looks up derivations among signals by their electrodes.

    Parameters
    ----------
    signals
        The signals to look among, in the order of preference.
    names
        What their labels say; read from the labels of ``signals`` if not given. A caller that
        leaves signals out passes the names it got from all of them.
    """

    def __init__(
        self, signals: Sequence[Signal], names: Sequence[ChannelName | None] | None = None
    ) -> None:
        if names is None:
            names = recognised(signals)
        self.named = tuple(
            (signal, name) for signal, name in zip(signals, names, strict=True) if name is not None
        )

    def find(self, wanted: Derivation) -> ResolvedDerivation | None:
        """Return the derivation stored, inverted or by subtraction, in this order; else None."""
        return self.stored(wanted) or self.subtracted(wanted)

    def stored(self, wanted: Derivation) -> ResolvedDerivation | None:
        """Return the derivation if one stored signal holds it, in either polarity."""
        if wanted.negative is None:
            return self._channel(wanted.positive)
        pair = (wanted.positive, wanted.negative)
        for inverted in (False, True):
            for signal, name in self.named:
                if (name.positive, name.negative) == (pair[::-1] if inverted else pair):
                    return _single(signal, name, inverted=inverted)
        return None

    def _channel(self, wanted: str) -> ResolvedDerivation | None:
        for signal, name in self.named:
            if name.name == wanted and not name.inverted:
                return _single(signal, name, inverted=False)
        for signal, name in self.named:
            if name.positive == wanted and not is_stated(name.negative):
                return _single(signal, name, inverted=False)
        return None

    def subtracted(self, wanted: Derivation) -> ResolvedDerivation | None:
        """Return the derivation as a difference of two signals against one reference, or None."""
        for first, second, reason in self._differences(wanted):
            if not reason:
                name = recognise(str(wanted))
                kind = name.kind if name else electrode_kind(wanted.positive)
                parts = (first, (second[0], -second[1]))
                return ResolvedDerivation(f"{wanted} (derived)", kind, parts)
        return None

    def lack(self, wanted: Derivation) -> str:
        """Say why there is no such derivation."""
        if wanted.negative is None:
            return f"no signal is known to be {wanted.positive}"
        reasons = [reason for *_, reason in self._differences(wanted)]
        if reasons:
            return reasons[0]
        sides = (wanted.positive, wanted.negative)
        lacking = [side for side in sides if not any(self._against_reference(side))]
        if lacking:
            return f"no signal holds {' or '.join(lacking)}"
        held = [
            f"{side} against " + ", ".join(sorted({r for r, *_ in self._against_reference(side)}))
            for side in sides
        ]
        return f"it holds {' and '.join(held)}, which have no reference in common"

    def _differences(
        self, wanted: Derivation
    ) -> Iterator[tuple[tuple[Signal, float], tuple[Signal, float], str]]:
        """Yield the pairs of signals with one reference, and what forbids to subtract them."""
        if wanted.negative is None:
            return
        for reference, first, sign in self._against_reference(wanted.positive):
            for other, second, other_sign in self._against_reference(wanted.negative):
                if reference == other and reference not in (wanted.positive, wanted.negative):
                    yield (first, sign), (second, other_sign), _reason_against(first, second)

    def _against_reference(self, electrode: str) -> Iterator[tuple[str, Signal, float]]:
        """Yield the reference, the signal and the sign of all that hold this electrode."""
        for signal, name in self.named:
            if name.positive == electrode:
                yield name.negative or "an unnamed reference", signal, 1.0
            elif name.negative == electrode and name.positive is not None:
                yield name.positive, signal, -1.0


def _reason_against(first: Signal, second: Signal) -> str:
    labels = f"{first.label!r} and {second.label!r}"
    if first.sampling_rate_hz != second.sampling_rate_hz:
        rates = f"{first.sampling_rate_hz:g} and {second.sampling_rate_hz:g} Hz"
        return f"{labels} have different rates, {rates}"
    if first.unit != "uV" or second.unit != "uV":
        return f"{labels} are not both voltages"
    return ""


def _single(signal: Signal, name: ChannelName | None, *, inverted: bool) -> ResolvedDerivation:
    kind = name.kind if name else _kind(signal, name)
    if name is None or name.positive is None or not is_stated(name.negative):
        return ResolvedDerivation(signal.label, kind, ((signal, 1.0),))
    stored = f"{name.positive}-{name.negative}"
    if not inverted:
        return ResolvedDerivation(stored, kind, ((signal, 1.0),))
    shown = f"{name.negative}-{name.positive} (from {stored}, inverted)"
    return ResolvedDerivation(shown, kind, ((signal, -1.0),))


def _stored_as(recording: Recording, text: str) -> Signal | None:
    """Return the signal with this label: as spelled, else whatever its case or separators."""
    for same in (str.strip, lambda label: label.strip().casefold(), normalised):
        found = [s for s in recording.signals if same(s.label) == same(text) and same(text)]
        spellings = {signal.label for signal in found}
        if len(spellings) > 1:
            raise MontageError(
                f"{text!r} may be any of {', '.join(sorted(map(repr, spellings)))}",
                path=recording.path,
                hint="spell it as in the file",
            )
        if found:
            return found[0]
    return None


def _contents(recording: Recording, text: str) -> str:
    for channel in recording.quarantined:
        if normalised(channel.label) == normalised(text):
            return f"{channel.label!r} can't be used: {channel.reason}"
    labels = [signal.label for signal in recording.signals]
    more = f" and {len(labels) - _LONGEST_LIST} more" if len(labels) > _LONGEST_LIST else ""
    return "it has " + (", ".join(labels[:_LONGEST_LIST]) + more if labels else "no signals")
