"""What stands on a report, in which order: templates that a laboratory edits."""

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from platformdirs import user_config_path

from sleepscorer.core.errors import ReportRefused, UsageError
from sleepscorer.files.exports.report.languages import gaps_of, language_codes, words_of
from sleepscorer.files.exports.report_look import DEFAULT_TEMPLATE
from sleepscorer.files.strict_toml import WrongEntry, check_keys, content_of, text_of, texts_of
from sleepscorer.paths import resource

Places: TypeAlias = tuple[tuple[str, ...], ...]
"""What stands on a page, from the top: names of one section, or of two side by side."""

PAPERS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
)
"""Width and height in millimetres, by name."""

SECTIONS = (
    "letterhead",
    "title",
    "person",
    "recording",
    "hypnogram",
    "key_figures",
    "tables",
    "warnings",
    "comment",
    "signatures",
    "respiratory",
    "movements",
    "oximetry",
    "arousals",
    "spectrogram",
    "cycles",
    "transitions",
    "agreement",
    "provenance",
    "notes",
    "definitions",
)
"""All that a page can hold, besides own sentences."""

_HINT = "mend the file or delete it"
_OWN = "own."
_PAGES_EXAMPLE = '[["title", "hypnogram"], [["cycles", "transitions"], "definitions"]]'
# What a report must say stays as it is.
_FIXED = ("report.intended_use", "report.deidentified", "language.name")
_MOST_PAGES, _MOST_LINES, _MOST_SENTENCES = 20, 12, 50
_LONGEST_SENTENCE = 5000
_LOGO_MM = (4.0, 40.0)
_LOGO_MOST_BYTES, _LOGO_MOST_PIXELS = 4_000_000, 16_000_000
_LOGO_KINDS = ("PNG", "JPEG")


@dataclass(frozen=True)
class Sentence:
    """A laboratory's own words under an own heading; an empty heading is none."""

    text: str
    heading: str = ""


@dataclass(frozen=True)
class Letterhead:
    """The head of the first page.

    Parameters
    ----------
    laboratory
        Its name; empty for none.
    lines
        Address and the like.
    logo
        Content of a PNG or JPEG file; empty for none.
    logo_height_mm
        As it is printed.
    """

    laboratory: str = ""
    lines: tuple[str, ...] = ()
    logo: bytes = b""
    logo_height_mm: float = 16.0


@dataclass(frozen=True)
class ReportTemplate:
    """One template.

    Parameters
    ----------
    name
        For people.
    pages
        Each begins anew, and goes on on further ones where it must.
    language, paper
        Unless others are asked for.
    letterhead
        The laboratory's.
    texts
        By key, in place of the language's.
    sentences
        By name.
    """

    name: str
    pages: tuple[Places, ...]
    language: str = "en"
    paper: str = "a4"
    letterhead: Letterhead = field(default_factory=Letterhead)
    texts: Mapping[str, str] = field(default_factory=dict)
    sentences: Mapping[str, Sentence] = field(default_factory=dict)

    def has(self, section: str) -> bool:
        """Tell whether a section stands on it."""
        return any(section in place for page in self.pages for place in page)


def templates_folder() -> Path:
    """Where a person's own templates lie; it need not exist."""
    return user_config_path("sleepscorer", appauthor=False) / "report_templates"


def template_files() -> Mapping[str, Path]:
    """Return the files of all templates by their names; those of the program come first.

    An own file that is called as one of the program's stands in its place.
    """
    shipped = sorted(resource("report_templates").glob("*.toml"))
    own = sorted(templates_folder().glob("*.toml"))
    return MappingProxyType({path.stem: path for path in (*shipped, *own)})


def load_template(name: str = DEFAULT_TEMPLATE) -> ReportTemplate:
    """Read a template.

    Raises
    ------
    UsageError
        If there is none of this name.
    ReportRefused
        If its file can't be read or is wrong; the message says which entry, and why.
    """
    files = template_files()
    if name not in files:
        raise UsageError(
            f"there is no report template {name!r}",
            hint=f"there are {', '.join(files)}; own ones lie in {templates_folder()}",
        )
    return read_template(files[name])


def read_template(path: Path) -> ReportTemplate:
    """Read a template from its file, and the logo beside it.

    Raises
    ------
    ReportRefused
        As :func:`load_template`.
    """
    try:
        # Reading a pipe would wait for ever.
        if not path.is_file():
            raise ReportRefused("this is no ordinary file", path=path)
        content = content_of(path.read_text("utf-8"), "a report template")
        return _template(content, path)
    except WrongEntry as error:
        raise ReportRefused(
            f"this is no report template: {error}", path=path, hint=_HINT
        ) from error
    except UnicodeDecodeError as error:
        raise ReportRefused("this is no text in UTF-8", path=path, hint=_HINT) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportRefused(f"the file can't be read: {reason}", path=path) from error
    except (ValueError, RecursionError) as error:
        raise ReportRefused(f"this is not valid TOML: {error}", path=path, hint=_HINT) from error


def _template(content: Mapping[str, Any], path: Path) -> ReportTemplate:
    known = ("name", "language", "paper", "pages", "letterhead", "texts", "sentence")
    check_keys(content, known, "the file")
    sentences = _sentences(content.get("sentence", []))
    language = _one_of(language_codes(), content.get("language", "en"), "language")
    return ReportTemplate(
        name=text_of(content.get("name"), "name"),
        pages=_pages(content.get("pages"), sentences),
        language=language,
        paper=_one_of(tuple(PAPERS), content.get("paper", "a4"), "paper"),
        letterhead=_letterhead(_table(content.get("letterhead", {}), "letterhead"), path),
        texts=_texts(_table(content.get("texts", {}), "texts")),
        sentences=sentences,
    )


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise WrongEntry(f"{where} must be a table, written as [{where}]")
    return value


def _one_of(known: tuple[str, ...], value: object, where: str) -> str:
    text = text_of(value, where)
    if text not in known:
        raise WrongEntry(f"{where} must be one of {', '.join(known)}, not {text!r}")
    return text


def _pages(value: object, sentences: Mapping[str, Sentence]) -> tuple[Places, ...]:
    if not isinstance(value, list) or not value or len(value) > _MOST_PAGES:
        raise WrongEntry(f"pages must be lists of sections, like {_PAGES_EXAMPLE}")
    pages = tuple(_page(page, f"page {number} of pages") for number, page in enumerate(value, 1))
    known = (*SECTIONS, *(f"{_OWN}{name}" for name in sentences))
    seen: set[str] = set()
    for name in (name for page in pages for place in page for name in place):
        if name not in known:
            raise WrongEntry(f"pages has no section {name!r}; known: {', '.join(known)}")
        if name in seen:
            raise WrongEntry(f"pages has the section {name!r} twice")
        seen.add(name)
    return pages


def _page(value: object, where: str) -> Places:
    if not isinstance(value, list):
        raise WrongEntry(f"{where} must be a list of sections, as in {_PAGES_EXAMPLE}")
    places = []
    for place in value:
        names = texts_of(place if isinstance(place, list) else [place], where, _PAGES_EXAMPLE)
        if len(names) not in (1, 2):
            raise WrongEntry(f"{where} has {len(names)} sections side by side; two fit at most")
        places.append(names)
    return tuple(places)


def _sentences(value: object) -> Mapping[str, Sentence]:
    if not isinstance(value, list) or len(value) > _MOST_SENTENCES:
        raise WrongEntry("own sentences are written as [[sentence]], with two brackets")
    found: dict[str, Sentence] = {}
    for number, one in enumerate(value, 1):
        where = f"sentence {number}"
        table = _table(one, where)
        check_keys(table, ("name", "heading", "text"), where)
        name = text_of(table.get("name"), f"name of {where}")
        if name in found:
            raise WrongEntry(f"there are two sentences {name!r}")
        heading = table.get("heading", "")
        if heading:
            heading = text_of(heading, f"heading of {where}")
        text = _short(text_of(table.get("text"), f"text of {where}"), f"text of {where}")
        found[name] = Sentence(text, heading)
    return MappingProxyType(found)


def _short(text: str, where: str) -> str:
    if len(text) > _LONGEST_SENTENCE:
        raise WrongEntry(f"{where} is longer than {_LONGEST_SENTENCE} characters")
    return text


def _texts(table: Mapping[str, Any]) -> Mapping[str, str]:
    meant = words_of("en").texts
    found = {}
    for key, value in _flat(table):
        if key not in meant or key in _FIXED:
            why = "stays as it is" if key in _FIXED else "is no text of a report"
            raise WrongEntry(f"{key!r} in texts {why}; see report_languages/en.toml")
        text = _short(text_of(value, f"{key!r} in texts"), f"{key!r} in texts")
        try:
            gaps = gaps_of(text)
        except ValueError as error:
            raise WrongEntry(f"{key!r} in texts: {error}") from error
        wanted = gaps_of(meant[key])
        if not gaps <= wanted:
            names = ", ".join(f"{{{gap}}}" for gap in sorted(wanted)) or "nothing in braces"
            raise WrongEntry(f"{key!r} in texts may hold {names}")
        found[key] = text
    return MappingProxyType(found)


def _flat(table: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """``report.title = "…"`` without quotation marks is a table in a table."""
    return [
        pair
        for name, value in table.items()
        for pair in (
            _flat(value, f"{before}{name}.")
            if isinstance(value, dict)
            else [(f"{before}{name}", value)]
        )
    ]


def _letterhead(table: Mapping[str, Any], path: Path) -> Letterhead:
    check_keys(table, ("laboratory", "lines", "logo", "logo_height_mm"), "letterhead")
    lines = texts_of(table.get("lines", []), "lines of letterhead", '["Street 1", "Telephone"]')
    if len(lines) > _MOST_LINES:
        raise WrongEntry(f"letterhead has more than {_MOST_LINES} lines")
    laboratory = table.get("laboratory", "")
    if laboratory != "":
        laboratory = text_of(laboratory, "laboratory of letterhead")
    height = table.get("logo_height_mm", Letterhead.logo_height_mm)
    low, high = _LOGO_MM
    if isinstance(height, bool) or not isinstance(height, int | float) or not low <= height <= high:
        raise WrongEntry(f"logo_height_mm of letterhead must be a number from {low:g} to {high:g}")
    logo = table.get("logo", "")
    content = b"" if logo == "" else _logo(text_of(logo, "logo of letterhead"), path)
    return Letterhead(laboratory, lines, content, float(height))


def _logo(name: str, path: Path) -> bytes:
    """Read the picture beside a template: a template of others must not show a file of ours."""
    where = "logo of letterhead"
    if name != Path(name).name or "\\" in name or ":" in name or name in (".", ".."):
        raise WrongEntry(f"{where} must be the name of a file beside the template, not {name!r}")
    picture = path.parent / name
    if picture.is_symlink() or not picture.is_file():
        raise WrongEntry(f"{where}: there is no file {name!r} beside the template")
    if picture.stat().st_size > _LOGO_MOST_BYTES:
        raise WrongEntry(f"{where} is larger than {_LOGO_MOST_BYTES // 1_000_000} MB")
    content = picture.read_bytes()
    _check_picture(content, where)
    return content


def _check_picture(content: bytes, where: str) -> None:
    from PIL import Image

    try:
        # Pillow warns of pictures that would fill the memory: they are refused below.
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(content), formats=_LOGO_KINDS) as picture,
        ):
            is_too_large = picture.width * picture.height > _LOGO_MOST_PIXELS
            if not is_too_large:
                picture.load()
    except Exception as error:
        # Damaged pictures raise whatever they like.
        raise WrongEntry(f"{where} is no PNG or JPEG that can be read") from error
    if is_too_large:
        raise WrongEntry(f"{where} has more than {_LOGO_MOST_PIXELS:,} pixels")
