"""How the report as PDF is laid out, by name: nothing is read before it is written."""

from dataclasses import dataclass

DEFAULT_TEMPLATE = "default"


@dataclass(frozen=True)
class ReportLook:
    """Which template, language and paper.

    Parameters
    ----------
    template
        Name of a template: the program's or one of the person's own.
    language
        Its code; empty takes that of the template.
    paper
        ``"a4"`` or ``"letter"``; empty takes that of the template.
    """

    template: str = DEFAULT_TEMPLATE
    language: str = ""
    paper: str = ""
