"""``sleepscorer deidentify``: a copy of a recording without who was recorded, and when."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby

from sleepscorer.cli.output import say
from sleepscorer.cli.progress import progress_bar
from sleepscorer.core.errors import ExportError, OutputExists, OutputRefused, UsageError
from sleepscorer.core.wording import of_counted
from sleepscorer.files.exports import ANNOTATION, FoundText, Staying
from sleepscorer.pipeline import CopySurvey, survey_recording, write_copy

_OF_PERSON = ("sex", "age")
_NOT_WRITTEN = 1


def deidentify(options: argparse.Namespace) -> int:
    """List what a recording tells, ask, and write the copy."""
    if options.out is None and not options.list:
        raise UsageError("nothing says where the copy goes", hint="give OUT, or --list")
    if options.quiet and not (options.yes or options.list):
        raise UsageError("nobody sees the list with --quiet", hint="give --yes as well")
    staying = _staying(options)
    with progress_bar(options.file.name, quiet=options.quiet) as progress:
        survey = survey_recording(options.file, progress).letting_stay(staying)
    if options.list:
        say(*listed(survey))
        return 0
    with _another_out():
        out = survey.out_path(options.out)
    if not options.quiet:
        say(*listed(survey))
    if not options.yes and not _is_confirmed(f"Write the copy to {out}? [y/N] "):
        say("nothing was written")
        return _NOT_WRITTEN
    with _another_out(), progress_bar(out.name, quiet=options.quiet) as progress:
        written = write_copy(survey, out, progress)
    if not options.quiet:
        say(f"wrote {written}; its samples were compared: they are those of the recording")
    return 0


def listed(survey: CopySurvey) -> Iterator[str]:
    """What becomes of every text of a recording, in lines: first what does not stay."""
    found = survey.found
    yield f"{survey.path}: not in the copy"
    for one in found:
        if not one.stays:
            times = f" ({one.count} times)" if one.count > 1 and one.place == one.kind else ""
            yield f"  {one.place}{times}: {one.text!r} -> {one.becomes or 'removed'}"
    yield "in the copy, as it stands"
    yield from _staying_lines(one for one in found if one.stays)
    annotations = [one for one in found if one.place == ANNOTATION]
    n_gone = sum(one.count for one in annotations if not one.becomes)
    n_all = sum(one.count for one in annotations)
    if n_gone:
        yield f"{of_counted(n_gone, n_all, 'annotation')} removed"
    yield "--keep-text TEXT lets a text stay that tells of nobody."
    yield "The time of day stays: let your laboratory confirm that its rules allow that."


def _staying_lines(found: Iterable[FoundText]) -> Iterator[str]:
    """A line for each kind of text: they are many, and none of them is news."""
    ordered = sorted(found, key=lambda one: one.kind)
    for kind, ones in groupby(ordered, key=lambda one: one.kind):
        texts: dict[str, int] = {}
        for one in ones:
            texts[one.text] = texts.get(one.text, 0) + one.count
        shown = (text if n == 1 else f"{text} ({n})" for text, n in texts.items())
        yield f"  {kind}: {', '.join(shown)}"


def _staying(options: argparse.Namespace) -> Staying:
    named = [name.strip() for name in (options.keep or "").split(",") if name.strip()]
    for name in named:
        if name not in _OF_PERSON:
            raise UsageError(f"--keep {name}", hint=f"there are {' and '.join(_OF_PERSON)}")
    return Staying(sex="sex" in named, age="age" in named, texts=frozenset(options.keep_text or ()))


@contextmanager
def _another_out() -> Iterator[None]:
    """Say what helps: no option of this command replaces a file."""
    try:
        yield
    except (OutputExists, OutputRefused) as error:
        raise ExportError(error.what, path=error.path, hint="choose another OUT") from error


def _is_confirmed(question: str) -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "nothing was written: nobody is there to confirm the list",
            hint="look through it, then give --yes",
        )
    try:
        return input(question).strip().casefold() in ("y", "yes")
    except EOFError:
        return False
