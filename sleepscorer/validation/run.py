"""A validation from the folder to the verdict."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sleepscorer.core.errors import UsageError
from sleepscorer.core.people import told_of_unknown
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.staging_result import OWN_STAGER
from sleepscorer.core.wording import counted
from sleepscorer.pipeline import AskedStagers
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, read_info
from sleepscorer.staging.native_libraries import import_stager
from sleepscorer.staging.stagers import not_offered
from sleepscorer.validation.candidates import Candidate, JudgedNight
from sleepscorer.validation.found import Validation
from sleepscorer.validation.judging import judged
from sleepscorer.validation.montages import shared_montages
from sleepscorer.validation.nights import FoundNights, find_nights
from sleepscorer.validation.staging import silent_stagers, staged_night, without_silent

if TYPE_CHECKING:
    from sleepscorer.staging.stager import Stager

MIN_NIGHTS = 3
"""Fewer say nothing at all."""
USUAL_NIGHTS = 20
"""More take their time and narrow the intervals little."""
_SHARE_FINDING = 0.02
_N_THREADS = 2


@dataclass(frozen=True)
class ValidationOptions:
    """What is to be validated, and on what.

    Parameters
    ----------
    stagers
        Names; empty asks every installed one.
    all_montages
        Whether other channels are tried than those that the program chooses.
    subject, second
        As :func:`~sleepscorer.validation.nights.find_nights` takes them.
    weights
        Of our own stager; None takes the default.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
    """

    stagers: tuple[str, ...] = ()
    all_montages: bool = True
    subject: str | None = None
    second: Path | None = None
    weights: str | None = None
    device: str = "auto"

    @property
    def names(self) -> tuple[str, ...]:
        """Of the stagers that are asked."""
        return self.stagers or AskedStagers.consensus_of_all().names

    def check(self) -> None:
        """Refuse what can't be asked, before any night is read.

        Raises
        ------
        UsageError
            If a stager is not installed or named twice, or weights are given to nobody.
        WeightsError
            If the weights can't be read.
        """
        AskedStagers(self.names, is_consensus=len(self.names) > 1).check()
        if OWN_STAGER in self.names:
            read_info(self.weights or DEFAULT_WEIGHTS)
        elif self.weights is not None:
            raise UsageError(
                f"weights are those of {OWN_STAGER}, which is not asked", hint="leave them out"
            )


def validate(
    folder: Path, options: ValidationOptions | None = None, *, progress: Progress = silent
) -> Validation:
    """Find the scored nights of a folder, stage them by all candidates, and judge these.

    Parameters
    ----------
    folder
        Nothing in it changes.
    options
        None asks every installed stager by every montage.
    progress
        May raise Cancelled.

    Raises
    ------
    UsageError
        If there is no such folder, an option means nothing, or too few nights count.
    """
    options = options or ValidationOptions()
    options.check()
    first = part_of(progress, 0.0, _SHARE_FINDING)
    found = found_nights(folder, options, progress=first)
    return validated(found, options, progress=part_of(progress, _SHARE_FINDING, 1.0))


def found_nights(
    folder: Path, options: ValidationOptions, *, progress: Progress = silent
) -> FoundNights:
    """Do the first part of :func:`validate`: what counts is known before anything is staged."""
    return find_nights(folder, subject=options.subject, second=options.second, progress=progress)


def check_enough(found: FoundNights) -> None:
    """Refuse fewer nights than tell anything.

    Raises
    ------
    UsageError
        Saying how many count, or that there is none at all.
    """
    if not (found.nights or found.not_judged):
        raise UsageError(
            "no recording lies in this folder",
            path=found.folder,
            hint="choose the one that holds the recordings, with their scorings beside them",
        )
    n_nights = len(found.counting)
    if n_nights < MIN_NIGHTS:
        raise UsageError(
            f"{counted(n_nights, 'night')} of the folder"
            f" {'counts' if n_nights == 1 else 'count'}, and at least {MIN_NIGHTS} are needed;"
            " ten nights of ten people can decide",
            path=found.folder,
            hint="score more nights from nothing, without a machine's draft",
        )


def validated(
    found: FoundNights, options: ValidationOptions, *, progress: Progress = silent
) -> Validation:
    """Do the rest of :func:`validate`: stage the nights that count, and judge the candidates.

    Nights that are left out are not staged: they would count for no figure.
    """
    check_enough(found)
    counting = found.counting
    recordings = [one.recording for one in counting] if options.all_montages else []
    montages, told = shared_montages(recordings)
    names = options.names
    progress(0.0, "loading the network")
    stager = _stager(options) if OWN_STAGER in names else None
    staged: dict[Path, JudgedNight] = {}
    full_names: dict[str, str] = {}
    for at, one in enumerate(counting):
        part = part_of(progress, at / len(counting), (at + 1) / len(counting))
        answered = staged_night(one, names, montages, stager=stager, progress=part)
        staged[one.path] = answered.night
        full_names |= answered.full_names
    answering = tuple(staged.values())
    silent = silent_stagers(answering, names)
    nights = (staged.get(one.path, one.night) for one in found.nights)
    validation = judged(
        found.folder,
        tuple(without_silent(night, silent) for night in nights),
        found.not_judged,
        stagers=tuple((name, full_names.get(name) or name) for name in names),
        notes=(
            *told_of_unknown(found.n_unknown),
            *told,
            *_not_asked(),
            *_of_silent(silent, answering),
        ),
    )
    if stager is None:
        return validation
    return replace(validation, own_weights=(stager.info.name, stager.info.sha256))


def _stager(options: ValidationOptions) -> "Stager":
    # torch takes a second to import: what is wrong with the options is said before that.
    import_stager()
    from sleepscorer.staging.stager import Stager

    return Stager(options.weights or DEFAULT_WEIGHTS, device=options.device, n_threads=_N_THREADS)


def _not_asked() -> Iterator[str]:
    for fault in not_offered():
        yield fault.what


def _of_silent(silent: Iterable[str], nights: Iterable[JudgedNight]) -> Iterator[str]:
    first = next(iter(nights))
    for name in silent:
        why = first.failures[Candidate((name,))].rstrip(".")
        yield f"{name} answered for no night: {why}."
