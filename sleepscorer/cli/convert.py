"""``sleepscorer convert``: from one program's scoring to another's."""

import argparse

from sleepscorer.cli.output import say
from sleepscorer.cli.reading import choice_of, naming_options
from sleepscorer.files.exports import EXPORT_FORMATS
from sleepscorer.files.scorings import READERS, STAGE_CODES
from sleepscorer.session_documents import (
    ConversionOf,
    format_written,
    read_conversion,
    write_conversion,
)


def convert(options: argparse.Namespace) -> int:
    """Tell what was read and what it was taken as, and write it unless only that was asked."""
    format_written(options.out, options.format_out)
    of = ConversionOf(options.file, options.recording, choice_of(options), options.epochs)
    with naming_options():
        read = read_conversion(of)
    if not options.quiet:
        say(*read.preview.lines())
    if options.preview:
        return 0
    name = write_conversion(read, options.out, form=options.format_out, force=options.force)
    if not options.quiet:
        say(f"wrote {options.out} ({name})")
    return 0


def say_formats() -> None:
    """List the formats that are read and written, and the codes of numbers."""
    reads = [f"  {reader.name:<12} {reader.title}" for reader in READERS]
    writes = [f"  {form.name:<12} {form.title}" for form in EXPORT_FORMATS]
    codes = [f"  {one.name:<12} {one.in_words} ({one.title})" for one in STAGE_CODES]
    say("read", *reads, "written", *writes, "codes of stages that are numbers", *codes)
