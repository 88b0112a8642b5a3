"""Night by night: whose, how far each stager agrees, what failed, and what does not count."""

from sleepscorer.core.wording import counted
from sleepscorer.validation.candidates import Candidate, JudgedNight
from sleepscorer.validation.found import Validation
from sleepscorer.validation.report.markup import (
    Markup,
    element,
    joined,
    number_cell,
    row_head,
    table,
)
from sleepscorer.validation.report.night_figures import (
    n_scored,
    night_agreement,
    no_agreement_reason,
)
from sleepscorer.validation.report.words import counted_nights, number


def nights_sections(validation: Validation) -> Markup:
    """Return the nights that count, and those and the files that do not."""
    return joined((_nights(validation), _left_out(validation)))


def _nights(validation: Validation) -> Markup:
    nights = counted_nights(validation)
    if not nights:
        return Markup()
    shown = _columns(validation)
    further: list[Markup] = []
    if len(shown) < len(validation.figures):
        further = [element("p", "Further montages stand in the workbook.", class_="faint")]
    heads = ("Night", "Person", "Epochs scored", *(f"Kappa: {one.name}" for one in shown), "Notes")
    rows = [_row(night, shown) for night in nights]
    return element(
        "section",
        element("h2", "Night by night"),
        table(heads, rows, class_="nights"),
        *further,
        class_="page",
    )


def _columns(validation: Validation) -> list[Candidate]:
    """Those on the channels that the program chooses, and whoever is kept."""
    shown = [one.candidate for one in validation.figures if not one.candidate.montage.name]
    if validation.verdict is not None and validation.verdict.choice not in shown:
        shown.append(validation.verdict.choice)
    return shown


def _row(night: JudgedNight, shown: list[Candidate]) -> list[Markup]:
    remarks = [*night.notes]
    if night.second_reference is not None:
        remarks.append("Scored by two people.")
    remarks += _failures(night)
    return [
        row_head(night.name),
        element("td", night.person, class_="name"),
        number_cell(str(n_scored(night))),
        *(_kappa_cell(night, one) for one in shown),
        element("td", *(element("p", remark) for remark in remarks), class_="notes"),
    ]


def _failures(night: JudgedNight) -> list[str]:
    """Who failed on a night, those together who failed for one reason."""
    names: dict[str, list[str]] = {}
    for one, why in night.failures.items():
        names.setdefault(why, []).append(one.name)
    return [
        f"{'All' if not night.answers and len(names) == 1 else '; '.join(failed)} failed: {why}"
        for why, failed in names.items()
    ]


def _kappa_cell(night: JudgedNight, candidate: Candidate) -> Markup:
    found = night_agreement(night, candidate)
    if found is None:
        return number_cell("–", no_agreement_reason(night, candidate))
    return number_cell(number(found.kappa), "" if found.kappa is not None else "one stage only")


def _left_out(validation: Validation) -> Markup:
    parts = []
    left_out = [night for night in validation.nights if night.left_out]
    if left_out:
        rows = [
            (
                row_head(night.name),
                element("td", night.person, class_="name"),
                number_cell(str(n_scored(night))),
                night.left_out,
            )
            for night in left_out
        ]
        parts += [
            element("h2", f"Left out of every figure: {counted(len(left_out), 'night')}"),
            table(("Night", "Person", "Epochs scored", "Why"), rows, class_="left-out"),
        ]
    if validation.not_judged:
        files = [(row_head(one.name), one.why) for one in validation.not_judged]
        parts += [
            element("h2", f"Not judged: {counted(len(files), 'file')}"),
            table(("File", "Why"), files, class_="not-judged"),
        ]
    return element("section", *parts) if parts else Markup()
