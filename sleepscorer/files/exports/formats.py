"""The files a scored night is handed on in: a table of formats, written together or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sleepscorer.core.errors import UsageError
from sleepscorer.core.progress import Progress, silent
from sleepscorer.files.exports.deidentification import deidentified
from sleepscorer.files.exports.export_format import ExportFormat, Writer
from sleepscorer.files.exports.interchange.formats import INTERCHANGE_FORMATS
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.own_files import (
    is_own_pdf,
    is_own_report,
    is_own_scoring,
    is_own_staging,
    is_own_table,
)
from sleepscorer.files.verified_write import (
    Output,
    check_targets,
    make_folder,
    write_verified,
)


class _Writes(NamedTuple):
    """A writer of two functions that have nothing to share."""

    write: Callable[[BinaryIO], None]
    verify: Callable[[Path], None]


def _annotations(night: Night) -> Writer:
    from sleepscorer.files.exports import annotations

    return _Writes(
        partial(annotations.write_annotations, night),
        partial(annotations.verify_annotations, night),
    )


def _epochs_csv(night: Night) -> Writer:
    from sleepscorer.files.exports import epochs_csv

    return _Writes(partial(epochs_csv.write_csv, night), partial(epochs_csv.verify_csv, night))


def _report(night: Night) -> Writer:
    from sleepscorer.files.exports.excel import report

    return report.WorkbookReport(night)


def _pdf(night: Night) -> Writer:
    from sleepscorer.files.exports.report import document

    return document.PdfReport(night)


def _staging_json(night: Night) -> Writer:
    from sleepscorer.files.exports import staging_json

    return _Writes(
        partial(staging_json.write_json, night), partial(staging_json.verify_json, night)
    )


PDF = "pdf"
"""Name of the report as PDF, which asks for a template, a language and a paper."""

EXPORT_FORMATS = (
    ExportFormat(
        "edf",
        "Hypnogram and events as EDF+ annotations",
        "_hypnogram.edf",
        _annotations,
        is_own_scoring,
        read_back=2,
    ),
    ExportFormat(
        "csv", "Table of epochs (CSV)", "_epochs.csv", _epochs_csv, is_own_table, read_back=3
    ),
    ExportFormat("xlsx", "Report (Excel)", "_report.xlsx", _report, is_own_report),
    ExportFormat(
        "json",
        "Stage probabilities and what made them (JSON)",
        "_staging.json",
        _staging_json,
        is_own_staging,
        read_back=1,
    ),
    ExportFormat(PDF, "Report to sign (PDF)", "_report.pdf", _pdf, is_own_pdf, is_default=False),
    *INTERCHANGE_FORMATS,
)
"""In the order they are written; window, command line and what may be replaced follow from it."""

_BY_NAME: Mapping[str, ExportFormat] = {form.name: form for form in EXPORT_FORMATS}

INTERCHANGE_SUFFIXES = tuple(form.suffix for form in EXPORT_FORMATS if form.is_for_others)
"""How files for other programs end, after the stem."""

FORMATS = tuple(form.name for form in EXPORT_FORMATS if form.is_default)
"""The names of the formats that are written unless others are asked for."""


def is_own_output(path: Path) -> bool:
    """Tell by its content whether sleepscorer exported this file."""
    return any(form.is_ours(path) for form in _of_ending(path))


def _of_ending(path: Path) -> Iterator[ExportFormat]:
    ending = path.suffix.lower()
    for form in _with_those_beside(EXPORT_FORMATS):
        if form.ending == ending:
            yield form


def _with_those_beside(forms: Iterable[ExportFormat]) -> Iterator[ExportFormat]:
    for form in forms:
        yield form
        if form.beside is not None:
            yield form.beside


def _may_replace(paths: Sequence[Path], forms: Sequence[ExportFormat]) -> Callable[[Path], bool]:
    """Tell by its content whether a file that exists gives way to one of these forms."""
    of = dict(zip(paths, forms, strict=True))

    def may_replace(path: Path) -> bool:
        return (of[path].may_replace or is_own_output)(path)

    return may_replace


def _asked_for(formats: Sequence[str]) -> tuple[ExportFormat, ...]:
    """Every file that is written where these formats are asked for."""
    return tuple(_with_those_beside(_BY_NAME[name] for name in dict.fromkeys(formats)))


def output_paths(folder: Path, stem: str, formats: Sequence[str] = FORMATS) -> tuple[Path, ...]:
    """Return the files that :func:`write_exports` would write.

    Raises
    ------
    UsageError
        If a format is unknown or none is asked for.
    """
    unknown = [name for name in formats if name not in _BY_NAME]
    if unknown or not formats:
        raise UsageError(
            f"{unknown[0]!r} is not an output format" if unknown else "no output format was named",
            hint=f"there are {', '.join(_BY_NAME)}",
        )
    return tuple(folder / f"{stem}{form.suffix}" for form in _asked_for(formats))


def check_outputs(
    source: Path,
    folder: Path,
    *,
    stem: str,
    formats: Sequence[str] = FORMATS,
    force: bool = False,
    sources: Sequence[Path] = (),
) -> tuple[Path, ...]:
    """Return the files to be written, having made sure that none is in the way.

    Parameters
    ----------
    source
        The recording, which no output may replace.
    folder, stem, formats, force
        As for :func:`write_exports`.
    sources
        Other files that are read for the outputs.

    Raises
    ------
    UsageError
        If a format is unknown.
    ExportError
        If a file exists and ``force`` is not set, is not one that sleepscorer made, or is the
        recording ``source`` itself.
    """
    paths = output_paths(folder, stem, formats)
    is_own = _may_replace(paths, _asked_for(formats))
    check_targets(paths, sources=(source, *sources), force=force, is_own=is_own)
    return paths


def write_exports(
    night: Night,
    folder: Path,
    *,
    stem: str,
    formats: Sequence[str] = FORMATS,
    force: bool = False,
    sources: Sequence[Path] = (),
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
        Names of :data:`EXPORT_FORMATS`.
    force
        Replace existing files that sleepscorer made.
    sources
        Files that were read for it beside the recording: no output replaces them, or is open to
        more people.
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
    paths = check_outputs(
        night.path, folder, stem=stem, formats=formats, force=force, sources=sources
    )
    shown = deidentified(night) if night.deidentify else night
    forms = _asked_for(formats)
    outputs = [_output(path, form, shown) for path, form in zip(paths, forms, strict=True)]
    make_folder(folder)
    write_verified(
        outputs,
        sources=(night.path, *sources),
        force=force,
        is_own=_may_replace(paths, forms),
        progress=progress,
    )
    return paths


def format_for(path: Path, name: str | None = None) -> str:
    """Return the name of the format that a file is to have: the one named, or that of its ending.

    Raises
    ------
    UsageError
        If there is none.
    """
    if name is not None:
        output_paths(path.parent, path.stem, (name,))
        return name
    lower = path.name.lower()
    by_end = [form for form in EXPORT_FORMATS if lower.endswith(form.suffix)]
    ending = path.suffix.lower()
    by_suffix = [form for form in EXPORT_FORMATS if form.ending == ending]
    for form in (*by_end, *by_suffix):
        return form.name
    raise UsageError(
        f"no format ends with {ending!r}" if ending else "the output has no ending",
        path=path,
        hint=f"name the format: there are {', '.join(_BY_NAME)}",
    )


def write_export(
    night: Night,
    path: Path,
    name: str,
    *,
    force: bool = False,
    sources: Sequence[Path] = (),
) -> None:
    """Write a night in one format under a name of its own.

    Parameters
    ----------
    night, force
        As for :func:`write_exports`.
    path
        The file; its folder must exist.
    name
        Of a format.
    sources
        Files that were read for it: none is replaced.

    Raises
    ------
    UsageError
        If its ending is that of a file that is written with it.
    ExportError
        As :func:`write_exports`.
    """
    forms = _asked_for((name,))
    paths = (path, *(path.with_suffix(form.ending) for form in forms[1:]))
    if len(set(paths)) < len(paths):
        raise UsageError(
            f"the file beside it is to end with {path.suffix}", path=path, hint="end it otherwise"
        )
    is_own = _may_replace(paths, forms)
    check_targets(paths, sources=sources, force=force, is_own=is_own)
    shown = deidentified(night) if night.deidentify else night
    outputs = [_output(one, form, shown) for one, form in zip(paths, forms, strict=True)]
    write_verified(outputs, sources=sources, force=force, is_own=is_own)


def _output(path: Path, form: ExportFormat, night: Night) -> Output:
    writer = form.writer(night)
    return Output(path, writer.write, writer.verify)
