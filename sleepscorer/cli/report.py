"""``sleepscorer report``: writes the report of a session or of a scoring."""

import argparse
from pathlib import Path

from sleepscorer.cli.output import complain, say, say_if_possible
from sleepscorer.cli.progress import progress_bar
from sleepscorer.cli.reading import choice_of, naming_options
from sleepscorer.cli.scored import scored_of
from sleepscorer.core.errors import UsageError
from sleepscorer.files.exports import (
    PAPERS,
    ReportLook,
    language_codes,
    template_files,
    templates_folder,
)
from sleepscorer.files.sessions import SUFFIX
from sleepscorer.pipeline import Destination
from sleepscorer.session_documents import ReportOf, write_report


def report(options: argparse.Namespace) -> int:
    """Write the outputs that are asked for, or list the templates there are."""
    if options.list_templates:
        return _list_templates()
    if options.file is None:
        raise UsageError(
            "the session or the scoring is missing", hint="see: sleepscorer report --help"
        )
    path: Path = options.file
    if not path.exists():
        raise UsageError("there is no such file", path=path)
    if options.out is not None and options.out.exists() and not options.out.is_dir():
        raise UsageError("--out is not a folder", path=options.out)
    formats = tuple(name.strip() for name in options.formats.split(",") if name.strip())
    beside = path if options.recording is None else options.recording
    to = Destination(
        options.out or beside.absolute().parent,
        formats,
        force=options.force,
        deidentify=options.deidentify,
        look=_look(options),
        all_annotations=options.annotations == "all",
    )
    if options.layer is not None and path.suffix.lower() != SUFFIX:
        raise UsageError("--layer is of sessions, and this is none", path=path)
    of = ReportOf(path, options.recording, choice_of(options), scored_of(options), options.layer)
    with progress_bar(path.name, quiet=options.quiet) as progress, naming_options():
        written = write_report(of, to, progress=progress)
    if not options.quiet:
        say_if_possible(*(str(one) for one in written))
    return 0


def _look(options: argparse.Namespace) -> ReportLook:
    """Refuse what is no language or paper; the template is looked for where it is read."""
    for name, value, known in (
        ("--language", options.language, language_codes()),
        ("--paper", options.paper, tuple(PAPERS)),
    ):
        if value is not None and value not in known:
            raise UsageError(f"{name} {value} is not known", hint=f"there are {', '.join(known)}")
    return ReportLook(options.template, options.language or "", options.paper or "")


def _list_templates() -> int:
    shipped = templates_folder()
    for name, path in template_files().items():
        say(f"{name:<20} {'own' if path.parent == shipped else 'comes with the program'}: {path}")
    complain(f"Own templates lie in {shipped}: copy one there under another name, and change it.")
    return 0
