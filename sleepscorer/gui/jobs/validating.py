"""Validates stagers on a site's own nights, beside the window, and keeps what that gave."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from sleepscorer.core.errors import SettingsError, SleepScorerError, UsageError
from sleepscorer.core.people import told_of_unknown
from sleepscorer.core.progress import Progress
from sleepscorer.core.staging_result import OWN_STAGER
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.pipeline import (
    SiteChoice,
    forget_site_choice,
    keep_site_choice,
    read_site_choice,
)
from sleepscorer.staging.stagers import offered_stagers

if TYPE_CHECKING:
    # Its figures need a library that takes a second to import.
    from sleepscorer.validation.found import Validation
    from sleepscorer.validation.nights import FoundNights

TITLE = "Validating"


class Workstation(NamedTuple):
    """Who can be asked here, and whom it trusts already.

    Parameters
    ----------
    titles
        Of the stagers, by name, ours first.
    site
        What a validation gave before; None where there was none.
    problem
        Why that can't be read; empty where it can.
    """

    titles: dict[str, str]
    site: SiteChoice | None
    problem: str = ""


class LookedThrough(NamedTuple):
    """What lies in a folder, and what is said before any of it is staged.

    Parameters
    ----------
    found
        The nights.
    beforehand
        How the verdict will be made, and what else to know before.
    too_few
        Why nothing can be begun; empty where it can.
    """

    found: "FoundNights"
    beforehand: str
    too_few: str


@dataclass(frozen=True)
class Wish:
    """What is to be validated.

    Parameters
    ----------
    stagers
        Names.
    all_montages
        Whether other channels are tried than those that the program chooses.
    weights
        Of our own stager; empty takes the default.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
    """

    stagers: tuple[str, ...]
    all_montages: bool = True
    weights: str = ""
    device: str = "auto"


class Validated(NamedTuple):
    """What came of it.

    Parameters
    ----------
    validation
        All of it.
    report
        The page that tells it; None where it could not be written.
    problem
        Why not, in words.
    """

    validation: "Validation"
    report: Path | None
    problem: str = ""


class Validator(QObject):
    """Does one thing at a time: looks through a folder, or stages and judges.

    Signals
    -------
    workstation_found
        The :class:`Workstation`, as it is now.
    looked_through
        The :class:`LookedThrough`.
    validated
        The :class:`Validated`; again where its report was written to another folder.
    failed
        A sentence.
    cancelled
        It was stopped, and gave nothing.
    progressed
        Fraction done, and a short text.
    """

    workstation_found = Signal(object)
    looked_through = Signal(object)
    validated = Signal(object)
    failed = Signal(str)
    cancelled = Signal()
    progressed = Signal(float, str)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._keeping = Latest(tasks, self), Latest(tasks, self)

    @property
    def is_running(self) -> bool:
        """Whether it looks, stages or writes."""
        return self._work.is_running

    @property
    def time_left_s(self) -> float | None:
        """Seconds it will take from here; None while that can't be relied on."""
        return self._work.time_left_s

    def look_around(self) -> None:
        """Look who is installed, and whom this workstation trusts."""
        self._keep("Looking for stagers", _workstation)

    def look_through(self, folder: Path) -> None:
        """Look which nights of a folder people scored."""
        self._start("Looking for scored nights", partial(_look_through, folder))

    def validate(self, found: "FoundNights", wish: Wish) -> None:
        """Stage the nights by all, judge, and write the report beside the nights."""
        self._start(TITLE, partial(_validated, found, wish))

    def write_report(self, validation: "Validation", folder: Path) -> None:
        """Write the report to another folder; what sleepscorer wrote there is replaced."""
        self._start("Writing the report", partial(_reported, validation, folder))

    def keep(self, validation: "Validation") -> None:
        """Let this workstation use the verdict's choice from now on."""
        self._keep("Keeping the choice", partial(_keep, validation))

    def forget(self) -> None:
        """Let this workstation use none."""
        self._keep("Forgetting the choice", _forget)

    def cancel(self) -> None:
        """Stop."""
        self._work.cancel()

    def _start(self, title: str, work: Callable[[Progress], object]) -> None:
        self._work.start(
            title,
            work,
            self._on_done,
            failed=self.failed.emit,
            cancelled=self.cancelled.emit,
            progressed=self.progressed.emit,
        )

    def _keep(self, title: str, work: Callable[[Progress], Workstation]) -> None:
        self._keeping.start(
            title, work, self.workstation_found.emit, failed=self.failed.emit, quiet=True
        )

    def _on_done(self, result: object) -> None:
        signal = self.looked_through if isinstance(result, LookedThrough) else self.validated
        signal.emit(result)


def _workstation(_progress: Progress) -> Workstation:
    titles = {OWN_STAGER: OWN_STAGER, **{one.name: one.title for one in offered_stagers()}}
    try:
        return Workstation(titles, read_site_choice())
    except SettingsError as error:
        return Workstation(titles, None, str(error))


def _keep(validation: "Validation", progress: Progress) -> Workstation:
    from sleepscorer.validation.site import site_choice_of

    keep_site_choice(site_choice_of(validation))
    return _workstation(progress)


def _forget(progress: Progress) -> Workstation:
    forget_site_choice()
    return _workstation(progress)


def _look_through(folder: Path, progress: Progress) -> LookedThrough:
    progress(0.0, "loading")
    from sleepscorer.validation.nights import find_nights
    from sleepscorer.validation.run import USUAL_NIGHTS, check_enough
    from sleepscorer.validation.verdict import rule

    found = find_nights(folder, progress=progress)
    try:
        check_enough(found)
    except UsageError as error:
        too_few = error.what
    else:
        too_few = ""
    n_nights = len(found.counting)
    sentences = [rule(n_nights, found.n_people)]
    if n_nights > USUAL_NIGHTS:
        sentences.append(f"More than {USUAL_NIGHTS} nights take their time and decide little more.")
    remedy = "validate on the command line, where people can be named (see the help)"
    sentences += told_of_unknown(found.n_unknown, remedy=remedy)
    return LookedThrough(found, "\n".join(sentences), too_few)


def _validated(found: "FoundNights", wish: Wish, progress: Progress) -> Validated:
    from sleepscorer.validation.run import ValidationOptions, validated

    options = ValidationOptions(
        stagers=wish.stagers,
        all_montages=wish.all_montages,
        weights=wish.weights or None if OWN_STAGER in wish.stagers else None,
        device=wish.device,
    )
    options.check()
    validation = validated(found, options, progress=progress)
    sources = tuple(path for one in found.nights for path in one.recording.all_files)
    return _reported(validation, None, progress, sources=sources)


def _reported(
    validation: "Validation",
    folder: Path | None,
    progress: Progress,
    *,
    sources: tuple[Path, ...] = (),
) -> Validated:
    """Write the report; None writes beside the nights, where no other report lies."""
    from sleepscorer.validation.report import write_report

    is_chosen = folder is not None
    target = _free_folder(validation.folder) if folder is None else folder
    progress(1.0, "writing the report")
    try:
        page, *_ = write_report(validation, target, force=is_chosen, sources=sources)
    except SleepScorerError as error:
        # An hour's work is not lost for a drive that takes no file.
        return Validated(validation, None, str(error))
    return Validated(validation, page)


def _free_folder(nights: Path) -> Path:
    from sleepscorer.validation.report import REPORT_FOLDER

    names = (f"{REPORT_FOLDER}-{n}" if n > 1 else REPORT_FOLDER for n in count(1))
    return next(nights / name for name in names if not lexists(nights / name))
