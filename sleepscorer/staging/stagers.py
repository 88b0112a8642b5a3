"""Stagers of other makers: a second opinion, by plug-in or by a program of its own.

A package offers one under the entry point group ``sleepscorer.stagers``: a class without arguments
that has the form of :class:`OtherStager`. A person names a program in ``stagers.toml``
(:mod:`sleepscorer.staging.programs`). Whatever goes wrong in either is said in words, and nothing
else suffers.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

from sleepscorer.core.errors import SettingsError, SleepScorerError, StagingRefused, UsageError
from sleepscorer.core.progress import Cancelled, Progress, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import StagerChannels
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.core.wording import counted
from sleepscorer.staging.programs import (
    NAME_TAKEN,
    ProgramStager,
    is_own_name,
    programs_file,
    read_programs,
)
from sleepscorer.staging.robust_sleep_net.stager import RobustSleepNetStager
from sleepscorer.staging.robust_sleep_net.tuned_here import tuned_weights

GROUP = "sleepscorer.stagers"
HOW_TO_GET = {
    "robust-sleep-net": "RobustSleepNet: sleepscorer models fetch robust-sleep-net",
    "yasa": "YASA: pip install 'sleepscorer[yasa]'",
}
"""Title and what to type in a terminal, of the stagers that this program knows, by name."""

# What a plug-in tells of its staging; the rest is ours to say.
_TEXT = ("weights_name", "weights_sha256", "device", "software", "created_utc")
_TEXTS = ("eeg", "eog", "emg", "notes", "warnings")

_log = logging.getLogger(__name__)


class OtherStager(Protocol):
    """What a plug-in offers.

    Its module and its constructor are run to list it: they are to be quick, and to raise
    ImportError or SleepScorerError where what it needs is not installed. Libraries are imported in
    :meth:`stage`.

    Attributes
    ----------
    title
        Name and version, for people: ``"YASA 0.8.1"``.
    """

    title: str

    def stage(self, recording: Recording, channels: StagerChannels, progress: Progress) -> Staging:
        """Stage every epoch of a recording by some of the channels.

        Raises
        ------
        StagingRefused
            If it can't, in words.
        """
        ...


@dataclass(frozen=True)
class Offered:
    """A stager that is installed.

    Parameters
    ----------
    name
        By which it is chosen.
    title
        Name and version.
    """

    name: str
    title: str
    _stager: OtherStager

    def stage(
        self, recording: Recording, channels: StagerChannels, progress: Progress = silent
    ) -> Staging:
        """Stage; what it gives is checked, and named by the plug-in's title.

        Raises
        ------
        StagingRefused
            If it fails, or gives something else than a staging of the recording.
        """
        try:
            staging = _checked(self._stager.stage(recording, channels, progress))
        except (SleepScorerError, Cancelled):
            raise
        # A plug-in that ends the program is a failing one, too.
        except (Exception, SystemExit) as error:
            # Whatever it is, it is the plug-in's: the program goes on.
            _log.warning("the stager %s failed: %s", self.name, type(error).__name__)
            raise StagingRefused(
                f"{self.title} failed: {type(error).__name__} {error}".rstrip(),
                path=recording.path,
                hint="the program's own staging is not concerned",
            ) from error
        if len(staging.probabilities) != recording.n_epochs:
            raise StagingRefused(
                f"{self.title} gave {counted(len(staging.probabilities), 'epoch')} of"
                f" {recording.n_epochs}",
                path=recording.path,
            )
        made = replace(staging.provenance, software=self.title, stager=self.name)
        return replace(staging, provenance=made)


def offered_stagers() -> tuple[Offered, ...]:
    """The plug-ins that are installed with what they need, what was tuned here, and the programs.

    By name.
    """
    found = _installed()
    for program in read_programs()[0]:
        # A name means the same on every machine: that of an installed one is taken.
        found.setdefault(program.name, Offered(program.name, program.title, ProgramStager(program)))
    return tuple(found[name] for name in sorted(found))


def not_offered() -> tuple[SettingsError, ...]:
    """Why stagers that are installed, or that a person named, can't be asked."""
    programs, faults = read_programs()
    installed = _installed()
    taken = (program.name for program in programs if program.name in installed)
    why = "an installed one has this name"
    hint = "give the entry another name"
    return (
        *faults,
        *(SettingsError(_refused(name, why), path=programs_file(), hint=hint) for name in taken),
        *(
            SettingsError(
                _refused(entry.name, NAME_TAKEN),
                hint=f"its package{_package_of(entry)} must give it another name",
            )
            for entry in entry_points(group=GROUP)
            if is_own_name(entry.name)
        ),
    )


def _refused(name: str, why: str) -> str:
    return f"the stager {name!r} can't be asked: {why}"


def _package_of(entry: EntryPoint) -> str:
    return f" {entry.dist.name}" if entry.dist else ""


def how_to_get_others(offered: Sequence[Offered]) -> tuple[str, ...]:
    """Title and what to type in a terminal, of each stager that is known and not among these."""
    there = {one.name for one in offered}
    return tuple(how for name, how in HOW_TO_GET.items() if name not in there)


def offered_stager(name: str) -> Offered:
    """The stager of this name.

    Raises
    ------
    UsageError
        If there is none, naming those there are and how to get others.
    """
    offered = {one.name: one for one in offered_stagers()}
    if name not in offered:
        names = ", ".join(offered)
        there = f"there is {names}" if names else "none is"
        wanted = HOW_TO_GET.get(name)
        how = (wanted,) if wanted else how_to_get_others(tuple(offered.values()))
        raise UsageError(
            f"no other stager called {name!r} is installed",
            hint="; ".join(
                (
                    there,
                    *(f"to get {one}" for one in how),
                    *(
                        fault.what if fault.path is None else f"{fault.path}: {fault.what}"
                        for fault in not_offered()
                    ),
                )
            ),
        )
    return offered[name]


def _installed() -> dict[str, Offered]:
    """The plug-ins, and what was tuned here of one."""
    found = _plug_ins()
    for weights in tuned_weights():
        stager = RobustSleepNetStager(weights)
        found.setdefault(weights.name, Offered(weights.name, stager.title, stager))
    return found


def _plug_ins() -> dict[str, Offered]:
    found = {}
    for entry in entry_points(group=GROUP):
        # Asked by such a name, this program's own answers: another's would be taken for it.
        stager = None if is_own_name(entry.name) else _loaded(entry)
        if stager is not None:
            found[entry.name] = Offered(entry.name, str(stager.title), stager)
    return found


def _loaded(entry: EntryPoint) -> OtherStager | None:
    try:
        stager: OtherStager = entry.load()()
        str(stager.title)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - what a plug-in does harms nobody
        # Ours is listed whether YASA is installed or not; a broken one of others is no offer.
        _log.info("the stager %s is not offered: %s", entry.name, type(error).__name__)
        return None
    return stager


def _checked(given: object) -> Staging:
    """What every output can hold, whatever a plug-in calls a staging."""
    if not isinstance(given, Staging) or not isinstance(given.provenance, StagingProvenance):
        raise TypeError(f"it gave {type(given).__name__}, not a staging")
    told = {}
    for names, is_one in ((_TEXT, True), (_TEXTS, False)):
        for name in names:
            told[name] = value = getattr(given.provenance, name)
            texts = (value,) if is_one else value
            if not isinstance(texts, tuple) or not all(isinstance(text, str) for text in texts):
                raise TypeError(f"{name} of its provenance is {value!r}")
    return Staging(given.probabilities, StagingProvenance(**told))
