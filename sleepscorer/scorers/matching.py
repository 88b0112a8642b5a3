"""Which files of several scorers' folders are scorings of one night, by their names."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sleepscorer.core.errors import SleepScorerError, UsageError
from sleepscorer.files.folder import SCORING_ENDS, files_in, is_recording, stem_of_scored
from sleepscorer.validation.scoring_files import SCORING_SUFFIXES, rest_of_name

_BETWEEN = "-_ ."


@dataclass(frozen=True)
class NotCompared:
    """A file, or a scorer's night, that is in no figure.

    Parameters
    ----------
    name
        Of the night or the file.
    scorer
        Whose.
    why
        In words.
    """

    name: str
    scorer: str
    why: str


@dataclass(frozen=True)
class MatchedFiles:
    """The files of several scorers, night by night.

    Parameters
    ----------
    scorers
        Names, the reference first.
    nights
        By the name of the night, each scorer's file; two or more of each night.
    not_compared
        Files that belong to no such night.
    """

    scorers: tuple[str, ...]
    nights: Mapping[str, Mapping[str, Path]]
    not_compared: tuple[NotCompared, ...]


def matched_files(folders: Sequence[Path]) -> MatchedFiles:
    """Match the files of folders, one of each scorer, by the recording that they are of.

    Files are of one recording if they are called alike but for the endings that programs use
    (``night_scoring.edf``, ``night_hypnogram.edf``) and for the name of the scorer's own folder
    (``ab/night_ab.csv``); or else if one is called like the other with something more behind it.

    Parameters
    ----------
    folders
        Searched with all below; the first is the reference's.

    Raises
    ------
    UsageError
        If one of them is none, or holds no file that may be a scoring.
    """
    scorers = scorer_names(folders)
    not_compared: list[NotCompared] = []
    by_scorer: dict[str, dict[str, Path]] = {}
    for scorer, folder in zip(scorers, folders, strict=True):
        found = _files(folder, scorer, not_compared)
        if not found:
            raise UsageError("this folder holds no scoring", path=folder)
        by_scorer[scorer] = found
    nights: dict[str, dict[str, Path]] = defaultdict(dict)
    for scorer, found in by_scorer.items():
        for stem, path in found.items():
            nights[stem][scorer] = path
    _join_longer_names(nights)
    for stem in sorted(nights):
        if len(nights[stem]) == 1:
            ((scorer, path),) = nights.pop(stem).items()
            not_compared.append(
                NotCompared(path.name, scorer, "no other scorer has a file of this name")
            )
    return MatchedFiles(scorers, dict(sorted(nights.items())), tuple(not_compared))


def scorer_names(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return what scorers are called by their folders or files, each otherwise than all others."""
    names: list[str] = []
    for path in paths:
        resolved = path.absolute()
        is_file = resolved.suffix.lower() in SCORING_SUFFIXES and not path.is_dir()
        name = (resolved.stem if is_file else resolved.name) or str(resolved)
        if name in names or sum(one.absolute().name == resolved.name for one in paths) > 1:
            name = f"{resolved.parent.name}/{name}"
        first, number = name, 1
        while name in names:
            number += 1
            name = f"{first} ({number})"
        names.append(name)
    return tuple(names)


def _files(folder: Path, scorer: str, not_compared: list[NotCompared]) -> dict[str, Path]:
    """The file of each recording, by the recording's stem."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in files_in(folder, SCORING_SUFFIXES):
        if path.is_file() and not path.name.startswith("."):
            found[_stem(path, folder)].append(path)
    chosen: dict[str, Path] = {}
    for stem, paths in found.items():
        scorings = [path for path in paths if not _holds_signals(path)] or paths
        scorings.sort(key=_preference)
        chosen[stem] = scorings[0]
        not_compared += [
            NotCompared(path.name, scorer, f"{scorings[0].name} counts for this night")
            for path in scorings[1:]
        ]
    return chosen


def _stem(path: Path, folder: Path) -> str:
    stem, own = stem_of_scored(path), folder.absolute().name.casefold()
    before = stem.removesuffix(own)
    return before.rstrip(_BETWEEN) if before != stem and before[-1:] in tuple(_BETWEEN) else stem


def _holds_signals(path: Path) -> bool:
    try:
        return is_recording(path)
    except SleepScorerError:
        return False


def _preference(path: Path) -> tuple[int, str]:
    name = path.name.casefold()
    ends = (place for place, end in enumerate(SCORING_ENDS) if name.endswith(end))
    return next(ends, len(SCORING_ENDS)), name


def _join_longer_names(nights: dict[str, dict[str, Path]]) -> None:
    """Put a file that no other is called like to the longest name that its own begins with."""
    alone = [stem for stem, files in nights.items() if len(files) == 1]
    for stem in sorted(alone, key=len, reverse=True):
        if len(nights[stem]) > 1:
            # A longer one was put to it meanwhile.
            continue
        ((scorer, path),) = nights[stem].items()
        shorter = [
            one
            for one, files in nights.items()
            if one != stem and scorer not in files and rest_of_name(Path(f"{stem}.x"), one)
        ]
        if shorter:
            nights[max(shorter, key=len)][scorer] = path
            del nights[stem]
