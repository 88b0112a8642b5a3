"""The files a scored night is handed on in: a table of formats, written together or not at all."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sleepscorer.core.errors import UsageError
from sleepscorer.core.progress import Progress, silent
from sleepscorer.files.exports.deidentification import deidentified
from sleepscorer.files.exports.night import INTENDED_USE, Night
from sleepscorer.files.exports.own_files import is_own_output
from sleepscorer.files.verified_write import (
    Output,
    check_targets,
    make_folder,
    write_verified,
)

__all__ = ["FORMATS", "INTENDED_USE", "Night", "check_outputs", "output_paths", "write_exports"]


@dataclass(frozen=True)
class _Format:
    """How one kind of file is named, written and checked.

    The module is imported when the format is first used: pandas and openpyxl take half a second.
    """

    suffix: str
    module: str
    writer: str
    verifier: str

    def function(self, name: str) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(importlib.import_module(self.module), name)
        return function


_FORMATS = {
    "edf": _Format(
        "_hypnogram.edf",
        "sleepscorer.files.exports.annotations",
        "write_annotations",
        "verify_annotations",
    ),
    "csv": _Format(
        "_epochs.csv", "sleepscorer.files.exports.epochs_csv", "write_csv", "verify_csv"
    ),
    "xlsx": _Format(
        "_report.xlsx",
        "sleepscorer.files.exports.excel.report",
        "write_workbook",
        "verify_workbook",
    ),
    "json": _Format(
        "_staging.json", "sleepscorer.files.exports.staging_json", "write_json", "verify_json"
    ),
}

FORMATS = tuple(_FORMATS)
"""The names of the formats, in the order they are written."""


def output_paths(folder: Path, stem: str, formats: Sequence[str] = FORMATS) -> tuple[Path, ...]:
    """Return the files that :func:`write_exports` would write.

    Raises
    ------
    UsageError
        If a format is unknown or none is asked for.
    """
    unknown = [name for name in formats if name not in _FORMATS]
    if unknown or not formats:
        raise UsageError(
            f"{unknown[0]!r} is not an output format" if unknown else "no output format was named",
            hint=f"there are {', '.join(FORMATS)}",
        )
    return tuple(folder / f"{stem}{_FORMATS[name].suffix}" for name in dict.fromkeys(formats))


def check_outputs(
    source: Path,
    folder: Path,
    *,
    stem: str,
    formats: Sequence[str] = FORMATS,
    force: bool = False,
) -> tuple[Path, ...]:
    """Return the files to be written, having made sure that none is in the way.

    Raises
    ------
    UsageError
        If a format is unknown.
    ExportError
        If a file exists and ``force`` is not set, is not one that sleepscorer made, or is the
        recording ``source`` itself.
    """
    paths = output_paths(folder, stem, formats)
    check_targets(paths, source=source, force=force, is_own=is_own_output)
    return paths


def write_exports(
    night: Night,
    folder: Path,
    *,
    stem: str,
    formats: Sequence[str] = FORMATS,
    force: bool = False,
    progress: Progress = silent,
) -> tuple[Path, ...]:
    """Write a night in some formats, check every file, then move all into place.

    Parameters
    ----------
    night
        What to write; where it asks for it, without all that tells who was recorded and when.
    folder
        Made where it does not exist.
    stem
        Beginning of the files' names.
    formats
        Of :data:`FORMATS`.
    force
        Replace existing files that sleepscorer made.
    progress
        Called for each file until they are moved into place; may raise Cancelled.

    Returns
    -------
    The files, in the order of ``formats``.

    Raises
    ------
    UsageError
        If a format is unknown.
    ExportError
        If a file exists, is not ours or is the recording itself, can't be written or does not
        read back as it was meant. No file has then been changed.
    """
    paths = check_outputs(night.path, folder, stem=stem, formats=formats, force=force)
    shown = deidentified(night) if night.deidentify else night
    outputs = [
        _output(path, _FORMATS[name], shown)
        for path, name in zip(paths, dict.fromkeys(formats), strict=True)
    ]
    make_folder(folder)
    write_verified(outputs, source=night.path, force=force, is_own=is_own_output, progress=progress)
    return paths


def _output(path: Path, form: _Format, night: Night) -> Output:
    return Output(
        path,
        partial(form.function(form.writer), night),
        partial(form.function(form.verifier), night),
    )
