"""The words of a report: one file a language, in ``resources/report_languages``."""

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sleepscorer.core.errors import ReportRefused, UsageError
from sleepscorer.core.metrics import Definition
from sleepscorer.core.wording import rounded
from sleepscorer.files.strict_toml import WrongEntry, content_of
from sleepscorer.paths import resource

_PATTERNED = (
    (re.compile(r"latency_\w+_onset_min"), "stage_onset_latency"),
    (re.compile(r"latency_\w+_min"), "stage_latency"),
    (re.compile(r"(?:w|n1|n2|n3|nrem|r)_min"), "stage_min"),
    (re.compile(r"(?:n1|n2|n3|nrem|r)_pct"), "stage_pct"),
)
# Of a name of core/derivation.py, what stands in its brackets.
_TURNED = re.compile(r"from (?P<channel>.*), inverted")
_UNITS = {"min": "min", "%": "percent", "1/h": "per_hour", "1/min": "per_minute", "n": "count"}
_MONTHS = "language.months"
DASH = "–"


@dataclass(frozen=True)
class Words:
    """The texts of one language, by key: ``"person.name"``.

    Parameters
    ----------
    code
        Of the language.
    texts
        As :func:`string.Formatter` fills them in.
    months
        Names of the months.
    """

    code: str
    texts: Mapping[str, str]
    months: tuple[str, ...]

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its gaps filled in."""
        text = self.texts[key]
        return text.format(**values) if values else text

    def with_texts(self, own: Mapping[str, str]) -> "Words":
        """Return the words with some in a laboratory's own."""
        return replace(self, texts=MappingProxyType({**self.texts, **own}))

    def number(self, value: float | None, decimals: int = 1) -> str:
        """Return a number as the language writes it, a dash for None."""
        if value is None:
            return DASH
        text = rounded(value, decimals).replace(".", self("language.decimal_mark"))
        return text.replace("-", "\N{MINUS SIGN}")

    def figure(self, value: float | None, unit: str) -> str:
        """Return a figure as every output rounds it: counts whole, all else to a tenth."""
        return self.number(value, 0 if unit == "n" else 1)

    def derivation(self, name: str) -> str:
        """Return a derivation as people are shown it, with how it was had in this language."""
        plain, _, had = name.partition(" (")
        had = had.removesuffix(")")
        if had in ("derived", "inverted"):
            return f"{plain} ({self(f'derivation.{had}')})"
        if (turned := _TURNED.fullmatch(had)) is not None:
            return f"{plain} ({self('derivation.from_inverted', channel=turned['channel'])})"
        return name

    def date(self, day: date) -> str:
        """Return a date in the order of the language."""
        return self(
            "language.date",
            day=f"{day.day:02d}",
            month=f"{day.month:02d}",
            month_name=self.months[day.month - 1],
            year=f"{day.year:04d}",
        )

    def moment(self, utc: str) -> str:
        """Return a time of the log, ISO 8601 in UTC, as a date and a time of day."""
        at = datetime.fromisoformat(utc)
        return f"{self.date(at)}, {at:%H:%M} UTC"

    def label(self, figure: Definition, *, stage: str = "") -> str:
        """Return the name of a figure, or of one for several stages."""
        return self._of_figure("figures", figure, stage)

    def definition(self, figure: Definition, *, three_stages: bool, stage: str = "") -> str:
        """Return what a figure is, of a night of five stages or three."""
        text = self._of_figure("definitions", figure, stage)
        return text.replace("N1, N2, N3", "NREM") if three_stages else text

    def pattern_of(self, figure: Definition) -> str:
        """Return the key of a figure's texts; those of single stages share one."""
        for pattern, key in _PATTERNED:
            if figure.stage is not None and pattern.fullmatch(figure.key):
                return key
        return figure.key

    def unit(self, unit: str) -> str:
        """Return a unit as it is printed."""
        return self(f"units.{_UNITS[unit]}")

    def _of_figure(self, table: str, figure: Definition, stage: str) -> str:
        text = f"{table}.{self.pattern_of(figure)}"
        if figure.stage is None:
            return self(text)
        return self(text, stage=stage or figure.stage.text)


@cache
def language_codes() -> tuple[str, ...]:
    """Return the codes of all languages, English first."""
    codes = sorted(path.stem for path in resource("report_languages").glob("*.toml"))
    return tuple(sorted(codes, key=lambda code: code != "en"))


def languages() -> Mapping[str, str]:
    """Return the names of all languages by their codes, English first."""
    return {code: words_of(code)("language.name") for code in language_codes()}


@cache
def words_of(code: str) -> Words:
    """Read a language.

    Raises
    ------
    UsageError
        If there is none of this code.
    ReportRefused
        If its file is broken.
    """
    if code not in language_codes():
        raise UsageError(
            f"there is no report in the language {code!r}",
            hint=f"there are {', '.join(language_codes())}",
        )
    return _read(code, resource("report_languages", f"{code}.toml"))


def _read(code: str, path: Path) -> Words:
    try:
        content = content_of(path.read_text("utf-8"), "a language")
        texts = dict(_flat(content))
        months = texts.pop(_MONTHS)
    except (OSError, ValueError, KeyError, RecursionError) as error:
        raise ReportRefused(f"the texts of the report can't be read: {error}", path=path) from error
    return Words(code, MappingProxyType(texts), tuple(months))


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        key = f"{before}{name}"
        if isinstance(value, dict):
            yield from _flat(value, f"{key}.")
        elif isinstance(value, str) or key == _MONTHS:
            yield key, value
        else:
            raise WrongEntry(f"{key} is no text")


def gaps_of(text: str) -> frozenset[str]:
    """Return the names in braces that a text has filled in.

    Raises
    ------
    ValueError
        If a brace is not closed, or asks for more than a name.
    """
    gaps = set()
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        # "{number.__class__}" would show what is none of a report's business.
        if form or conversion or not name.isidentifier():
            raise ValueError(f"{{{name}}} is no gap that can be filled in")
        gaps.add(name)
    return frozenset(gaps)
