"""By which channels nights could be staged: what a site may record less of, or trust more."""

from collections.abc import Iterator, Sequence

from sleepscorer.core.derivation import ResolvedDerivation, resolve
from sleepscorer.core.errors import MontageError
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import (
    NONE,
    ChannelChoice,
    StagerChannels,
    choose_stager_channels,
)
from sleepscorer.core.wording import of_counted
from sleepscorer.validation.candidates import Montage


def usable_montages(recording: Recording) -> tuple[Montage, ...]:
    """Return what a recording can be staged by besides the program's own choice.

    Each EEG derivation of that choice alone with the EOG, where there are several; all of them
    without the EOG, where there is one. The EOG and the chin EMG stay those that the program
    chooses of each recording, so that a montage means the same on every night that has its EEG.

    Raises
    ------
    MontageError
        If the program can choose nothing.
    """
    chosen = choose_stager_channels(recording)
    return tuple(_montages(recording, chosen))


def shared_montages(
    recordings: Sequence[Recording],
) -> tuple[tuple[Montage, ...], tuple[str, ...]]:
    """Return the montages that all of these nights can be staged by, the program's choice first.

    One that only some have could not be compared on the same nights. A night that can't be staged
    at all takes none away.

    Returns
    -------
    The montages; and a sentence on those that only some nights have.
    """
    stageable = [one for one in recordings if channels_of(one, Montage()) is not None]
    # The same channels have another name where a night has no EOG.
    offered: dict[ChannelChoice, Montage] = {}
    for montage in (m for one in stageable for m in usable_montages(one)):
        offered.setdefault(montage.channels, montage)
    shared, notes = [Montage()], []
    for montage in offered.values():
        n_having = sum(channels_of(one, montage) is not None for one in stageable)
        if n_having < len(stageable):
            part = of_counted(n_having, len(stageable), "night")
            notes.append(f"{montage.name} was not tried: {part} can be staged by it")
        elif any(_differs(one, montage) for one in stageable):
            shared.append(montage)
    # In one order, whichever night comes first.
    shared.sort(key=lambda montage: montage.channels.eog is not None)
    return tuple(shared), tuple(notes)


def channels_of(recording: Recording, montage: Montage) -> StagerChannels | None:
    """Find a montage in a recording; None where it can't be had."""
    try:
        return montage.channels.resolve(recording)
    except MontageError:
        return None


def _montages(recording: Recording, chosen: StagerChannels) -> Iterator[Montage]:
    with_eog = " + EOG" if chosen.eog else ""
    if len(chosen.eeg) > 1:
        for one in chosen.eeg:
            text = _asked_by(recording, one)
            if text is not None:
                yield Montage(f"{text}{with_eog}", ChannelChoice(eeg=(text,)))
    if chosen.eeg and chosen.eog:
        yield Montage("EEG without EOG", ChannelChoice(eog=(NONE,)))


def _asked_by(recording: Recording, wanted: ResolvedDerivation) -> str | None:
    """The text that any recording can be asked for it by: ``"C4-M1"``, however it is had here."""
    for text in (wanted.plain_name, wanted.name, *wanted.stored_labels[:1]):
        try:
            if resolve(recording, text).parts == wanted.parts:
                return text
        except MontageError:
            continue
    return None


def _differs(recording: Recording, montage: Montage) -> bool:
    """Tell whether a montage is another than the program's choice in this recording."""
    both = (channels_of(recording, one) for one in (Montage(), montage))
    known = [one.parts for one in both if one is not None]
    return len(set(known)) > 1
