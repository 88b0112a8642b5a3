"""Finds what a report is asked to look like."""

from dataclasses import dataclass

from sleepscorer.core.errors import UsageError
from sleepscorer.files.exports.report.languages import Words, words_of
from sleepscorer.files.exports.report.templates import PAPERS, ReportTemplate, load_template
from sleepscorer.files.exports.report_look import ReportLook


@dataclass(frozen=True)
class FoundLook:
    """A template, the words of its language with its own among them, and the paper's sides."""

    template: ReportTemplate
    words: Words
    paper_mm: tuple[float, float]


def looked_up(look: ReportLook) -> FoundLook:
    """Read the template and the language that are asked for.

    Raises
    ------
    UsageError
        If there is no such template, language or paper.
    ReportRefused
        If the template is wrong.
    """
    template = load_template(look.template)
    words = words_of(look.language or template.language).with_texts(template.texts)
    paper = look.paper or template.paper
    if paper not in PAPERS:
        raise UsageError(f"{paper!r} is no paper", hint=f"there are {', '.join(PAPERS)}")
    return FoundLook(template, words, PAPERS[paper])
