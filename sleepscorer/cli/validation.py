"""``sleepscorer validate``: whose staging agrees best with one's own scorings."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sleepscorer.cli.output import complain, say
from sleepscorer.cli.progress import progress_bar
from sleepscorer.core.errors import UsageError
from sleepscorer.core.wording import counted

if TYPE_CHECKING:
    from sleepscorer.validation.found import CandidateFigures, Validation
    from sleepscorer.validation.nights import FoundNights
    from sleepscorer.validation.run import ValidationOptions

_NOT_STAGED = 1
_REVIEWED_SHARE = 0.1
_NOT_KEPT = "Nothing is kept of it: with --keep, score --site asks whom it chose."


def validate_nights(options: argparse.Namespace) -> int:
    """Judge stagers by a folder's scored nights; say whom to trust, and write the report."""
    from sleepscorer.validation.report import REPORT_FOLDER, check_report, write_report
    from sleepscorer.validation.run import check_enough, found_nights, validated

    wanted = _options(options)
    out: Path = options.folder / REPORT_FOLDER if options.out is None else options.out
    if out.exists() and not out.is_dir():
        raise UsageError("--out is not a folder", path=out)
    wanted.check()
    # What is in the way is said before the work, which may take an hour.
    check_report(out, force=options.force)
    with progress_bar(options.folder.name, quiet=options.quiet) as progress:
        found = found_nights(options.folder, wanted, progress=progress)
    if not options.quiet:
        say(*_beforehand(found))
    for line in _not_counting(found, quiet=options.quiet):
        complain(f"sleepscorer: {line}")
    check_enough(found)
    with progress_bar(options.folder.name, quiet=options.quiet) as progress:
        validation = validated(found, wanted, progress=progress)
    sources = {path for one in found.nights for path in (*one.recording.all_files, one.path)}
    if not options.quiet:
        # Before the report: an hour's work is not lost for a disk that is full by then.
        say(*_results(validation))
        if validation.verdict is not None and not options.keep:
            say(_NOT_KEPT)
    written = write_report(validation, out, force=options.force, sources=sorted(sources))
    if not options.quiet:
        say(f"Report: {' and '.join(map(str, written))}")
    if options.keep:
        _keep(validation, quiet=options.quiet)
    failed = _unstaged(validation)
    for night in failed:
        complain(f"sleepscorer: {night}")
    return _NOT_STAGED if failed else 0


def _options(options: argparse.Namespace) -> "ValidationOptions":
    from sleepscorer.validation.run import ValidationOptions

    names: tuple[str, ...] = ()
    if options.stagers is not None:
        names = tuple(name.strip() for name in options.stagers.split(",") if name.strip())
        if not names:
            raise UsageError("--stagers names nothing", hint="see: sleepscorer models")
    if options.weights is not None and not options.weights.strip():
        raise UsageError("--weights names nothing", hint="see: sleepscorer models")
    return ValidationOptions(
        stagers=names,
        all_montages=options.montages == "all",
        subject=options.subject,
        second=options.second,
        weights=options.weights,
        device=options.device,
    )


def _beforehand(found: "FoundNights") -> Iterator[str]:
    """What is said before any night is staged: the rule, and who counts."""
    from sleepscorer.validation.run import USUAL_NIGHTS
    from sleepscorer.validation.verdict import rule

    n_nights = len(found.counting)
    yield f"Rule: {rule(n_nights, found.n_people)}"
    if n_nights > USUAL_NIGHTS:
        yield (
            f"{n_nights} nights are more than the {USUAL_NIGHTS} that usually decide: all of them"
            " count, and it takes its time."
        )
    for one in found.counting:
        yield from (f"{one.night.name}: {note}" for note in one.night.notes)


def _not_counting(found: "FoundNights", *, quiet: bool) -> Iterator[str]:
    for one in found.nights:
        if one.night.left_out:
            yield f"{one.night.name} does not count: {one.night.left_out}"
    for none in found.not_judged:
        yield f"{none.name} is not judged: {none.why}"
    if found.n_unknown and not quiet:
        from sleepscorer.core.people import told_of_unknown

        yield from told_of_unknown(found.n_unknown, remedy="name the people with --subject")


def _results(validation: "Validation") -> Iterator[str]:
    from sleepscorer.validation.report.front_page import ceiling_sentence

    if validation.verdict is None:
        yield "There is no verdict: nobody staged any of the nights that count."
    else:
        yield from validation.verdict.sentences
    yield ""
    yield from _table(validation.figures)
    yield ""
    yield f"Two people on the same nights: {ceiling_sentence(validation.ceiling)}"
    yield from validation.notes


def _table(figures: "Sequence[CandidateFigures]") -> Iterator[str]:
    """One row a candidate."""
    heads = ("candidate", "nights", "kappa (95 %)", "difference (95 %)", "accuracy", "review")
    rows = [heads, *map(_row, figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _row(one: "CandidateFigures") -> tuple[str, ...]:
    from sleepscorer.validation.report.words import interval, number, review_sentence

    difference = one.difference
    shown = ""
    if difference is not None and difference.value is not None:
        shown = f"{number(difference.value, signed=True)} ({interval(difference, signed=True)})"
    kappa = number(one.kappa.value)
    if one.kappa.value is not None:
        kappa += f" ({interval(one.kappa)})"
    return (
        one.candidate.name,
        str(one.n_nights),
        kappa,
        shown or "–",
        number(one.accuracy.value),
        review_sentence(one, _REVIEWED_SHARE),
    )


def _unstaged(validation: "Validation") -> list[str]:
    """The nights that count and that nobody could stage, with the first reason."""
    return [
        f"{night.name} was staged by nobody: {next(iter(night.failures.values()), '')}"
        for night in validation.nights
        if not night.left_out and not night.answers
    ]


def _keep(validation: "Validation", *, quiet: bool) -> None:
    from sleepscorer.pipeline import keep_site_choice
    from sleepscorer.validation.site import site_choice_of

    if validation.verdict is None:
        complain("sleepscorer: nothing is kept: there is no verdict")
        return
    choice = site_choice_of(validation)
    path = keep_site_choice(choice)
    if not quiet:
        nights = counted(sum(not night.left_out for night in validation.nights), "night")
        say(f"Kept for this site, by {nights}: {choice.in_words}, in {path}")
