"""Finds recordings with their scorings, and whose nights they are."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sleepscorer.core.errors import UsageError
from sleepscorer.core.hypnogram import Scoring
from sleepscorer.core.people import is_nobody, person_of, subject_pattern
from sleepscorer.core.recording import Recording
from sleepscorer.faults import in_words
from sleepscorer.files.folder import files_in, scoring_beside
from sleepscorer.files.other_formats import OTHER_FORMATS
from sleepscorer.files.recordings import EDF_SUFFIXES, open_recording
from sleepscorer.files.scorings import fitted, read_scoring, scoring_of_recording
from sleepscorer.session_documents.drafts import is_draft

# Sleep-EDF Expanded: SC4ssN: study, subject, night; ST7ssN likewise.
_SLEEP_EDF = re.compile(r"(SC4|ST7)(\d\d)\d\w\d?-PSG", re.IGNORECASE)
_NOT_THERE = frozenset({39, 68, 69, 78, 79})
_SHHS = re.compile(r"shhs[12]-(\d+)", re.IGNORECASE)
_NSRR_END = "-nsrr.xml"
NAME_THEM = "name the people with --subject"
"""What to do where recordings do not say whose they are."""


@dataclass(frozen=True)
class ScoredRecording:
    """A recording and the scoring of it.

    Parameters
    ----------
    name
        Of the night.
    subject
        Whose it is.
    psg, scoring
        The files; the same one where a recording holds its stages itself.
    is_known
        Whether anything tells whose it is; else it counts as somebody else's than all others.
    """

    name: str
    subject: str
    psg: Path
    scoring: Path
    is_known: bool = True

    def read(self) -> tuple[Recording, Scoring]:
        """Open the recording, and fit the scoring to its epochs.

        Raises
        ------
        SleepScorerError
            If one can't be read or they don't belong together.
        """
        recording = open_recording(self.psg)
        if self.scoring == self.psg:
            return recording, fitted(scoring_of_recording(recording), recording)
        return recording, fitted(read_scoring(self.scoring), recording)


def sleep_edf(folder: Path) -> tuple[ScoredRecording, ...]:
    """Nights of Sleep-EDF Expanded: ``SC4001E0-PSG.edf`` with ``SC4001EC-Hypnogram.edf``."""
    found = []
    for psg in files_in(folder, ("-psg.edf",)):
        known = _SLEEP_EDF.fullmatch(psg.stem)
        scorings = sorted(psg.parent.glob(f"{psg.stem[:7]}*-Hypnogram.edf"))
        if known and scorings:
            found.append(ScoredRecording(psg.stem[:6], known[1] + known[2], psg, scorings[0]))
    return _some(found, folder, "PSG.edf files of Sleep-EDF with their Hypnogram.edf")


def downloaded_sleep_edf() -> tuple[ScoredRecording, ...]:
    """Fetch the cassette nights of Sleep-EDF Expanded with mne-python, or what lacks of them.

    Raises
    ------
    UsageError
        If they can't be had.
    """
    import mne

    try:
        pairs = mne.datasets.sleep_physionet.age.fetch_data(
            subjects=[s for s in range(83) if s not in _NOT_THERE], on_missing="ignore"
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(
            f"Sleep-EDF can't be downloaded: {error}",
            hint="download it from PhysioNet and name its folder with --folder",
        ) from error
    folders = {Path(psg).parent for psg, _ in pairs}
    return tuple(one for folder in sorted(folders) for one in sleep_edf(folder))


def shhs(folder: Path) -> tuple[ScoredRecording, ...]:
    """Nights of the Sleep Heart Health Study: EDF, and the NSRR's XML anywhere in the folder."""
    scorings = {path.name.casefold(): path for path in files_in(folder, (_NSRR_END,))}
    found = []
    for psg in files_in(folder, (".edf",)):
        known = _SHHS.fullmatch(psg.stem)
        scoring = scorings.get(f"{psg.stem.casefold()}{_NSRR_END}")
        if known and scoring:
            found.append(ScoredRecording(psg.stem, f"shhs-{known[1]}", psg, scoring))
    return _some(found, folder, "shhs1-*.edf files with their -nsrr.xml")


def any_folder(folder: Path, *, subject: str | None = None) -> tuple[ScoredRecording, ...]:
    """Recordings of any format that the program reads, with any scoring it reads beside them.

    What ``sleepscorer score`` or the window's export wrote is no such scoring: a network would
    learn its own answers; :mod:`~sleepscorer.training.session_nights` reads what was reviewed.

    Parameters
    ----------
    subject
        See :func:`~sleepscorer.core.people.subject_pattern`; None goes by the patient
        field of each recording.
    """
    pattern = subject_pattern(subject)
    found = []
    for psg in files_in(folder, (*EDF_SUFFIXES, *OTHER_FORMATS)):
        try:
            recording = open_recording(psg)
        except Exception as error:  # noqa: BLE001 - one file never ends the others
            # An EDF+ hypnogram is no recording; one that is damaged can teach nothing.
            in_words(error, psg)
            continue
        scoring = scoring_beside(recording)
        if recording.signals and scoring is not None and not is_draft(scoring):
            person = person_of(recording, pattern)
            is_known = pattern is not None or not is_nobody(recording.patient_id)
            found.append(ScoredRecording(psg.stem, person, psg, scoring, is_known))
    return _some(found, folder, "recordings with a scoring beside them")


SOURCES: Mapping[str, Callable[[Path], tuple[ScoredRecording, ...]]] = MappingProxyType(
    {"sleep-edf": sleep_edf, "shhs": shhs, "folder": any_folder}
)
"""By the name that ``--data`` gives."""


def _some(found: list[ScoredRecording], folder: Path, what: str) -> tuple[ScoredRecording, ...]:
    if not found:
        raise UsageError(f"the folder holds no {what}", path=folder)
    return tuple(found)
