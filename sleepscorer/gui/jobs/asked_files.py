"""Tells what is to be opened of files that were asked for together."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sleepscorer.core.errors import SleepScorerError
from sleepscorer.core.progress import Progress
from sleepscorer.files.folder import is_called_scoring_of, is_recording
from sleepscorer.files.sessions import SUFFIX
from sleepscorer.session_documents import check_is_scoring


@dataclass(frozen=True)
class AskedFiles:
    """What is to be opened, and what goes with it.

    Parameters
    ----------
    path
        A recording, a session, a folder, or what nobody knows yet.
    is_folder
        It is a folder.
    scorings
        To be imported.
    left
        Recordings that are not opened: one is open at a time.
    """

    path: Path
    is_folder: bool = False
    scorings: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()


def sorted_out(paths: Sequence[Path], progress: Progress) -> AskedFiles:
    """Tell what is to be opened of one file, or of several that were dropped; for any thread."""
    if len(paths) == 1:
        return AskedFiles(paths[0], is_folder=_is_folder(paths[0]))
    recordings, scorings = [], []
    for path in paths:
        progress(0.0, path.name)
        if _is_to_be_opened(path, paths):
            recordings.append(path)
        elif _is_scoring(path):
            scorings.append(path)
    if not recordings:
        first, *others = scorings or paths
        return AskedFiles(first, scorings=tuple(others) if scorings else ())
    first, *left = recordings
    # Of several nobody knows whose a scoring is.
    return AskedFiles(first, _is_folder(first), () if left else tuple(scorings), tuple(left))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # Opening it says why that can't be done.
        return False


def _is_to_be_opened(path: Path, beside: Sequence[Path]) -> bool:
    """Tell a folder or a recording; a session, unless its recording is there as well."""
    if path.suffix.lower() == SUFFIX:
        return not any(one != path and one.with_suffix(SUFFIX) == path for one in beside)
    if _is_folder(path):
        return True
    with suppress(OSError, SleepScorerError):
        is_called_scoring = any(is_called_scoring_of(path, one) for one in beside)
        return is_recording(path) and not (is_called_scoring and _is_scoring(path))
    return False


def _is_scoring(path: Path) -> bool:
    try:
        check_is_scoring(path)
    except SleepScorerError:
        return False
    return True
