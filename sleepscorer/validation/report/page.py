"""The page: one file of HTML that needs no script and loads nothing."""

from sleepscorer.files.exports import PROGRAM
from sleepscorer.paths import resource
from sleepscorer.validation.found import Validation
from sleepscorer.validation.report.candidate_details import details_sections
from sleepscorer.validation.report.candidate_table import candidates_section
from sleepscorer.validation.report.front_page import front_page
from sleepscorer.validation.report.markup import Markup, element
from sleepscorer.validation.report.methods import methods_section
from sleepscorer.validation.report.night_table import nights_sections

GENERATOR = f'<meta name="generator" content="{PROGRAM} validation"/>'
"""Stands near the beginning of each page that this program made, and tells it from others."""

_NOTHING_FROM_ELSEWHERE = "default-src 'none'; style-src 'unsafe-inline'"


def page(validation: Validation) -> str:
    """Return the whole report as HTML."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Markup(GENERATOR),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_FROM_ELSEWHERE}"/>'),
        element("meta", name="viewport", content="width=device-width"),
        element("title", f"Validation of {validation.folder.name}"),
        element("style", Markup(resource("validation_report.css").read_text(encoding="utf-8"))),
    )
    body = element(
        "body",
        front_page(validation),
        candidates_section(validation),
        details_sections(validation),
        nights_sections(validation),
        methods_section(validation),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"
