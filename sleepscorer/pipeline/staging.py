"""A recording staged by the stagers that are asked, and what their answers become."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sleepscorer import __version__
from sleepscorer.core.consensus import consensus
from sleepscorer.core.errors import SleepScorerError, StagingRefused, UsageError
from sleepscorer.core.progress import Progress, part_of, silent
from sleepscorer.core.recording import Recording
from sleepscorer.core.second_opinion import failure_sentence
from sleepscorer.core.stager_channels import StagerChannels
from sleepscorer.core.staging_result import OWN_STAGER, Staging
from sleepscorer.core.wording import counted
from sleepscorer.pipeline.site_answers import as_sure_as_validated
from sleepscorer.pipeline.site_choice import SiteChoice
from sleepscorer.staging.stagers import offered_stager, offered_stagers

if TYPE_CHECKING:
    from sleepscorer.staging.measured_night import MeasuredNight
    from sleepscorer.staging.stager import Stager

_FEWEST = 2


@dataclass(frozen=True)
class AskedStagers:
    """Which stagers are asked, and what their answers become.

    Parameters
    ----------
    names
        :data:`~sleepscorer.core.staging_result.OWN_STAGER`, or one that is installed besides.
    is_consensus
        The stages are those of their consensus; else those of the first, and the answers of the
        others stand beside.
    site
        Whose measurement the confidence is to follow, where it was of these; None for nobody's.
    """

    names: tuple[str, ...] = (OWN_STAGER,)
    is_consensus: bool = False
    site: SiteChoice | None = None

    @classmethod
    def consensus_of_all(cls) -> "AskedStagers":
        """Ask our own stager and all others that are installed; our own alone where none is."""
        others = tuple(one.name for one in offered_stagers())
        return cls((OWN_STAGER, *others), is_consensus=bool(others))

    @classmethod
    def as_validated(cls, site: SiteChoice) -> "AskedStagers":
        """Ask those that a site trusts since it validated them."""
        return cls(site.stagers, site.is_consensus, site)

    @property
    def asks_ours(self) -> bool:
        """Whether our own stager is among them."""
        return OWN_STAGER in self.names

    @property
    def asks_others(self) -> bool:
        """Whether others are among them, who read the recording for themselves."""
        return set(self.names) != {OWN_STAGER}

    def check(self) -> None:
        """Refuse what can't be asked, before any night is read.

        Raises
        ------
        UsageError
            If one is not installed or named twice, or there are too few for a consensus.
        """
        if len(set(self.names)) < len(self.names):
            raise UsageError("a stager is named twice", hint="name each once")
        if not self.names or (self.is_consensus and len(self.names) < _FEWEST):
            raise UsageError("a consensus needs two stagers or more", hint=_installed())
        for name in self.names:
            if name != OWN_STAGER:
                offered_stager(name)


@dataclass(frozen=True, eq=False)
class Answers:
    """What the stagers say of a recording.

    Parameters
    ----------
    staging
        What the stages are: the answer of one stager, or the consensus of all.
    others
        What stands beside: other stagers' answers, or all those that it is the consensus of.
    night
        What our own measured: to explain it, the night need not be read again.
    """

    staging: Staging
    others: tuple[Staging, ...] = ()
    night: "MeasuredNight | None" = None


def stage_recording(
    recording: Recording,
    channels: StagerChannels,
    *,
    stager: "Stager | None",
    asked: AskedStagers | None = None,
    progress: Progress = silent,
) -> Answers:
    """Stage a recording by all stagers that are asked, one after the other.

    Of a consensus each that fails is left out, and a warning names it. Else the first must answer;
    where another fails the staging says so in a warning, and is no worse for it.

    Parameters
    ----------
    recording
        What to stage.
    channels
        What all of them look at.
    stager
        Our own; None where it is not asked.
    asked
        None asks our own stager alone.
    progress
        May raise Cancelled.

    Raises
    ------
    StagingRefused
        If nobody whose answer is needed can stage it.
    """
    asked = asked or AskedStagers()
    answers = _answers(recording, channels, stager, asked, progress)
    if asked.site is None:
        return answers
    staging = as_sure_as_validated(
        answers.staging, answers.others, choice=asked.site, recording=recording, channels=channels
    )
    return replace(answers, staging=staging)


def _answers(
    recording: Recording,
    channels: StagerChannels,
    stager: "Stager | None",
    asked: AskedStagers,
    progress: Progress,
) -> Answers:
    answers: list[Staging] = []
    failures: dict[str, str] = {}
    night: MeasuredNight | None = None
    n_asked = len(asked.names)
    for place, name in enumerate(asked.names):
        part = part_of(progress, place / n_asked, (place + 1) / n_asked)
        try:
            if name == OWN_STAGER and stager is not None:
                answer, night = stager.stage_and_measure(recording, channels, part)
            else:
                answer = offered_stager(name).stage(recording, channels, part)
        except SleepScorerError as error:
            if not place and not asked.is_consensus:
                raise
            failures[name] = error.what
        else:
            answers.append(answer)
    if asked.is_consensus:
        joined = _in_consensus(answers, failures, recording)
        return Answers(joined, tuple(answers), night)
    staging, *others = answers
    for what in failures.values():
        staging = _with_failure(staging, failure_sentence(what))
    return Answers(staging, tuple(others), night)


def _in_consensus(
    answers: Sequence[Staging], failures: dict[str, str], recording: Recording
) -> Staging:
    failed = "; ".join(f"{name} ({what})" for name, what in failures.items())
    if not answers:
        raise StagingRefused(f"no stager could stage it: {failed}", path=recording.path)
    failure = ""
    if failures:
        left = ", ".join(answer.name for answer in answers)
        of = "one stager" if len(answers) == 1 else counted(len(answers), "stager")
        failure = f"The consensus is of {of} alone ({left}); left out: {failed}."
    return consensus(answers, software=f"sleepscorer {__version__}", failure=failure)


def _with_failure(staging: Staging, failure: str) -> Staging:
    made = staging.provenance
    provenance = replace(made, warnings=(*made.warnings, failure), second_opinion_failure=failure)
    return replace(staging, provenance=provenance)


def _installed() -> str:
    names = ", ".join((OWN_STAGER, *(one.name for one in offered_stagers())))
    return f"installed are {names}"
