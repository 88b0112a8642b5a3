"""Which channels of a recording the stager looks at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sleepscorer.core.channel_names import (
    ChannelName,
    is_stated,
    recognise,
    signal_kind,
)
from sleepscorer.core.derivation import (
    Derivation,
    DerivationFinder,
    ResolvedDerivation,
    as_stored,
    recognised,
    resolve,
    signal_kinds,
)
from sleepscorer.core.errors import MontageError, NothingToStageBy
from sleepscorer.core.head_regions import HeadRegion, region_of
from sleepscorer.core.recording import Recording, Signal

ROLES = ("eeg", "eog", "emg")
"""The modalities a night is staged by."""

NONE = "none"
"""Named instead of a channel, it leaves the modality out."""

MIN_EEG_EOG_RATE_HZ = 50.0
"""Slower signals do not hold the sigma band of the spindles."""

# One derivation of each region is staged, the best it has. Fpz-Cz and Pz-Oz come first in theirs
# because no others have as many scored nights to learn from (Sleep-EDF); then the derivations the
# AASM manual recommends, its backups and alternatives, and the same electrodes to the near mastoid.
_PREFERRED_EEG = (
    ("Fpz-Cz", "F4-M1", "F3-M2", "Fz-Cz", "F4-M2", "F3-M1", "Fz-M1", "Fz-M2", "Fp2-M1", "Fp1-M2"),
    ("C4-M1", "C3-M2", "C4-M2", "C3-M1", "Cz-M1", "Cz-M2"),
    ("Pz-Oz", "O2-M1", "O1-M2", "Cz-Oz", "O2-M2", "O1-M1", "Oz-M1", "Oz-M2", "Pz-M1", "Pz-M2"),
)
_PREFERRED_ELECTRODES = (
    ("F4", "F3", "Fz", "Fpz", "Fp2", "Fp1"),
    ("C4", "C3", "Cz"),
    ("O2", "O1", "Oz", "Pz"),
)
_CHIN = (("Chin1", "Chin2"), ("Chin1", "Chin3"), ("ChinZ", "Chin1"), ("ChinZ", "Chin2"))
_CHIN_SIDES = (("LChin", "CChin"), ("RChin", "CChin"), ("LChin", "RChin"), ("Chin2", "Chin3"))
_MOST_UNNAMED_EEG = 2
_LONGEST_LIST = 8

ChannelNames = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Names of derivations of EEG, EOG and EMG, in order of the alphabet."""
ChannelParts = tuple[tuple[tuple[tuple[str, float], ...], ...], ...]
"""Stored labels and their weights, of each derivation of each role."""


@dataclass(frozen=True, eq=False)
class StagerChannels:
    """What the stager looks at.

    Parameters
    ----------
    eeg, eog, emg
        Derivations of each modality; empty where it is left out.
    notes
        What was chosen, how it is built and what was left out, one sentence each.
    warnings
        What makes the staging doubtful: electrodes or references nobody knows, EOG alone.
    """

    eeg: tuple[ResolvedDerivation, ...]
    eog: tuple[ResolvedDerivation, ...]
    emg: tuple[ResolvedDerivation, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def parts(self) -> "ChannelParts":
        """What is read of a recording, of each role: alike where two choices are the same there."""
        roles = (self.eeg, self.eog, self.emg)
        return tuple(
            tuple(tuple((signal.label, weight) for signal, weight in one.parts) for one in role)
            for role in roles
        )

    @property
    def names(self) -> "ChannelNames":
        """The derivations of EEG, EOG and EMG, however they are built: ``"C4-M1"``."""
        eeg, eog, emg = (
            tuple(sorted(one.plain_name for one in role)) for role in (self.eeg, self.eog, self.emg)
        )
        return eeg, eog, emg


@dataclass(frozen=True)
class ChannelChoice:
    """Which channels to stage by; a role that is None is chosen by the recording.

    Parameters
    ----------
    eeg, eog, emg
        Stored labels or derivations, or ``("none",)``.
    """

    eeg: tuple[str, ...] | None = None
    eog: tuple[str, ...] | None = None
    emg: tuple[str, ...] | None = None

    def resolve(self, recording: Recording) -> StagerChannels:
        """Find the channels in a recording.

        Raises
        ------
        MontageError
            If the recording lacks one, or nothing is left to stage by.
        """
        return choose_stager_channels(recording, eeg=self.eeg, eog=self.eog, emg=self.emg)


def choose_stager_channels(
    recording: Recording,
    *,
    eeg: Sequence[str] | str | None = None,
    eog: Sequence[str] | str | None = None,
    emg: Sequence[str] | str | None = None,
) -> StagerChannels:
    """Choose the EEG, the EOG and the chin EMG to stage by.

    Parameters
    ----------
    recording
        The recording.
    eeg, eog, emg
        Stored labels or derivations of each modality; ``"none"`` leaves it out; None chooses.
        Chosen are up to three EEG derivations, one a region of the head; one horizontal EOG, or
        one of each eye; one chin EMG.

    Raises
    ------
    MontageError
        If the recording lacks a named channel, or has neither EEG nor EOG.
    """
    choice = _Choice(recording)
    roles = (("EEG", eeg, choice.eeg), ("EOG", eog, choice.eog), ("EMG", emg, choice.emg))
    chosen: list[tuple[ResolvedDerivation, ...]] = []
    notes: list[str] = []
    warnings: list[str] = []
    for role, named, automatic in roles:
        found = tuple(automatic()) if named is None else _by_name(recording, named)
        chosen.append(found)
        notes += _notes(role, found, named)
        if role != "EMG":
            warnings += filter(None, map(_doubt, found))
        if named is None:
            notes += choice.left_out(role.casefold(), found)
    if not chosen[0] and not chosen[1]:
        raise _nothing_to_stage(recording, choice.slow(eeg=eeg is None, eog=eog is None))
    if not chosen[0]:
        warnings.append("The night is staged by EOG alone, which is much less accurate.")
    return StagerChannels(chosen[0], chosen[1], chosen[2], tuple(notes), tuple(warnings))


def horizontal_eog(recording: Recording) -> ResolvedDerivation | None:
    """Return the EOG of one eye against the other; None where it can't be had."""
    return _Choice(recording).horizontal_eog()


def _nothing_to_stage(recording: Recording, slow: Sequence[Signal]) -> MontageError:
    labels = ", ".join(signal.label for signal in recording.signals[:40])
    if not recording.signals:
        bad = [f"{one.label!r}: {one.reason}" for one in recording.quarantined[:_LONGEST_LIST]]
        why = f": none of its channels can be used ({'; '.join(bad)})" if bad else ""
        return MontageError(f"there are no signals to stage by{why}", path=recording.path)
    if slow:
        rates = [f"{one.label} ({one.sampling_rate_hz:g} Hz)" for one in slow]
        kinds = dict.fromkeys(signal_kind(one.label, one.unit).upper() for one in slow)
        return MontageError(
            f"all its {' and '.join(kinds)} is sampled below {MIN_EEG_EOG_RATE_HZ:g} Hz, too slowly"
            f" to stage by: {_listing(rates)}",
            path=recording.path,
        )
    return NothingToStageBy(
        "there is neither EEG nor EOG to stage by",
        path=recording.path,
        hint=f"choose the channels to use; it has {labels}",
    )


def _by_name(recording: Recording, named: Sequence[str] | str) -> tuple[ResolvedDerivation, ...]:
    names = [named] if isinstance(named, str) else list(named)
    if [name.strip().casefold() for name in names] == [NONE]:
        return ()
    found: dict[tuple[str, ...], ResolvedDerivation] = {}
    for name in names:
        derivation = resolve(recording, name)
        found.setdefault(derivation.stored_labels, derivation)
    return tuple(found.values())


class _Choice:
    """The automatic choice in one recording."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._kinds = signal_kinds(recording)
        names = recognised(recording.signals)
        fast = [
            (signal, name)
            for signal, name in zip(recording.signals, names, strict=True)
            if signal.sampling_rate_hz >= MIN_EEG_EOG_RATE_HZ
        ]
        self._fast = DerivationFinder([s for s, _ in fast], [n for _, n in fast])
        self._all = DerivationFinder(recording.signals, names)

    def eeg(self) -> list[ResolvedDerivation]:
        """One derivation of each region, those with a known reference before all others."""
        return self._referenced_eeg() or self._unreferenced_eeg() or self._unnamed("eeg")

    def _referenced_eeg(self) -> list[ResolvedDerivation]:
        stored = [Derivation.parse(name.name) for _, name in self._fast.named if _is_eeg_pair(name)]
        chosen: list[ResolvedDerivation] = []
        for preferred, region in zip(_PREFERRED_EEG, HeadRegion, strict=True):
            wanted = [Derivation.parse(name) for name in preferred]
            wanted += [one for one in stored if region_of(one.positive) is region]
            chosen += _first(self._fast, wanted, besides=chosen)
        return chosen or _first(self._fast, stored)

    def _unreferenced_eeg(self) -> list[ResolvedDerivation]:
        stored = [
            Derivation(name.positive or name.name)
            for _, name in self._fast.named
            if name.kind == "eeg" and not _is_eeg_pair(name)
        ]
        chosen: list[ResolvedDerivation] = []
        for preferred, region in zip(_PREFERRED_ELECTRODES, HeadRegion, strict=True):
            wanted = [Derivation(electrode) for electrode in preferred]
            wanted += [one for one in stored if region_of(one.positive) is region]
            chosen += _first(self._fast, wanted, besides=chosen)
        return chosen or _first(self._fast, stored)

    def _unnamed(self, kind: str) -> list[ResolvedDerivation]:
        """Return signals whose label tells the kind and nothing else."""
        chosen = [
            as_stored(signal, self._recording)
            for signal in self._of_kind(kind)
            if signal.sampling_rate_hz >= MIN_EEG_EOG_RATE_HZ
        ]
        return chosen[:_MOST_UNNAMED_EEG]

    def horizontal_eog(self) -> ResolvedDerivation | None:
        """One eye against the other: stored, or else by subtraction."""
        horizontal = Derivation("E1", "E2")
        return (
            self._fast.stored(horizontal)
            or self._fast.stored(Derivation("EOG horizontal"))
            or self._fast.subtracted(horizontal)
        )

    def eog(self) -> list[ResolvedDerivation]:
        """One horizontal EOG; else one of each eye; else any."""
        found = self.horizontal_eog()
        if found:
            return [found]
        eyes = self._one_eye("E1", ("M2", "M1")) + self._one_eye("E2", ("M1", "M2"))
        return eyes or self._unnamed("eog")[:1]

    def _one_eye(self, eye: str, mastoids: tuple[str, str]) -> list[ResolvedDerivation]:
        wanted = [Derivation(eye, mastoid) for mastoid in mastoids]
        wanted += [
            Derivation.parse(name.name)
            for _, name in self._fast.named
            if eye in (name.positive, name.negative) and is_stated(name.negative)
        ]
        return _first(self._fast, [*wanted, Derivation(eye)])

    def emg(self) -> list[ResolvedDerivation]:
        """One chin EMG: stored between two electrodes, else by subtraction, else against any."""
        pairs = [Derivation(*pair) for pair in (*_CHIN, *_CHIN_SIDES)]
        stored = [
            Derivation(name.positive, name.negative)
            for _, name in self._all.named
            if name.kind == "emg" and name.positive and is_stated(name.negative)
        ]
        found = _first(self._all, [*stored, Derivation("Chin"), *pairs])
        return found or [as_stored(s, self._recording) for s in self._of_kind("emg")[:1]]

    def left_out(self, kind: str, chosen: Sequence[ResolvedDerivation]) -> Iterator[str]:
        """Say which other signals of this kind there are."""
        used = {label for one in chosen for label in one.stored_labels}
        others = [signal for signal in self._of_kind(kind) if signal.label not in used]
        if kind != "emg":
            slow = [s.label for s in others if s.sampling_rate_hz < MIN_EEG_EOG_RATE_HZ]
            others = [s for s in others if s.sampling_rate_hz >= MIN_EEG_EOG_RATE_HZ]
            if slow:
                rate = f"{MIN_EEG_EOG_RATE_HZ:g} Hz"
                yield f"{kind.upper()} left out, sampled below {rate}: {_listing(slow)}."
        if others:
            yield f"{kind.upper()} not used: {_listing([s.label for s in others])}."

    def slow(self, *, eeg: bool, eog: bool) -> list[Signal]:
        """Return the EEG, the EOG or both that are too slow to be chosen."""
        both = [*(self._of_kind("eeg") if eeg else ()), *(self._of_kind("eog") if eog else ())]
        return [signal for signal in both if signal.sampling_rate_hz < MIN_EEG_EOG_RATE_HZ]

    def _of_kind(self, kind: str) -> list[Signal]:
        both = zip(self._recording.signals, self._kinds, strict=True)
        return [signal for signal, this in both if this == kind]


def _first(
    finder: DerivationFinder,
    wanted: Sequence[Derivation],
    *,
    besides: Sequence[ResolvedDerivation] = (),
) -> list[ResolvedDerivation]:
    """Return the first there is; what another region took, as Cz-Oz, is not taken again."""
    taken = {one.stored_labels for one in besides}
    for derivation in wanted:
        found = finder.find(derivation)
        if found and found.stored_labels not in taken:
            return [found]
    return []


def _is_eeg_pair(name: ChannelName) -> bool:
    return name.kind == "eeg" and is_stated(name.positive) and is_stated(name.negative)


def _notes(
    role: str, chosen: Sequence[ResolvedDerivation], named: Sequence[str] | str | None
) -> Iterator[str]:
    if not chosen:
        why = "left out as asked" if named is not None else "none recognised in the recording"
        yield f"{role}: {why}."
        return
    how = "chosen automatically" if named is None else "named by the user"
    yield f"{role}: {', '.join(_name_and_source(one) for one in chosen)}; {how}."
    for one in chosen:
        if one.kind not in (role.casefold(), "other"):
            yield f"{one.name!r} is used as {role} though its label says {one.kind}."


def _name_and_source(one: ResolvedDerivation) -> str:
    plain = one.name == one.stored_labels[0] and one.parts[0][1] > 0
    return one.name if plain else f"{one.name} = {one.formula}"


def _doubt(one: ResolvedDerivation) -> str:
    """Say what the label of an EEG or EOG leaves open; empty where that is nothing."""
    label = one.stored_labels[0]
    name = recognise(label)
    if one.is_derived:
        return ""
    if name is None:
        return f"The label {label!r} does not say which electrodes it is."
    references = [name.negative] if name.positive is None else [name.positive, name.negative]
    if not all(map(is_stated, references)) and name.name != "EOG horizontal":
        return f"The recording's channel label {label!r} does not say the reference."
    return ""


def _listing(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - _LONGEST_LIST} more" if len(labels) > _LONGEST_LIST else ""
    return ", ".join(labels[:_LONGEST_LIST]) + more
