"""``sleepscorer annotate``: a copy of a recording that holds its scoring."""

import argparse
import shlex

from sleepscorer.cli.output import complain, say
from sleepscorer.cli.progress import progress_bar
from sleepscorer.cli.reading import choice_of, naming_options
from sleepscorer.core.errors import (
    NotAnnotated,
    NotTheScored,
    OutputRefused,
    SleepScorerError,
)
from sleepscorer.files.sessions import SUFFIX
from sleepscorer.pipeline import AnnotatedCopy
from sleepscorer.session_documents import AnnotationOf, annotate


def annotate_recording(options: argparse.Namespace) -> int:
    """Write the copy, and say what is to be known of it."""
    of = AnnotationOf(options.file, options.scoring, choice_of(options), options.layer)
    copy = AnnotatedCopy(options.out, options.force, options.replace_scoring)
    try:
        with progress_bar(options.file.name, quiet=options.quiet) as progress, naming_options():
            written = annotate(of, copy, progress)
    except NotAnnotated as error:
        error.hint = f"the annotations alone are written by: {_annotations_alone(of)}"
        raise
    except (NotTheScored, OutputRefused) as error:
        # What helps with other commands are options that this one has not.
        hint = "choose another OUT" if isinstance(error, OutputRefused) else ""
        raise SleepScorerError(error.what, path=error.path, hint=hint) from error
    for sentence in written.warnings:
        complain(f"{written.path}: {sentence}")
    if not options.quiet:
        say(f"wrote {written.path}; its samples were compared: they are those of the recording")
    return 0


def _annotations_alone(of: AnnotationOf) -> str:
    """The command that writes a scoring without the signals."""
    scoring, recording = (shlex.quote(str(path)) for path in (of.scoring, of.recording))
    if of.scoring.suffix.lower() == SUFFIX:
        return f"sleepscorer report {scoring} --formats edf"
    out = shlex.quote(f"{of.recording.stem}_hypnogram.edf")
    return f"sleepscorer convert {scoring} {out} --recording {recording}"
