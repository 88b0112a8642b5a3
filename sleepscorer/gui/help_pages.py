"""The pages of the manual that come with the program."""

from dataclasses import dataclass
from pathlib import Path

from sleepscorer.paths import resource

_ORDER = ("getting_started", "keys", "review", "events", "files")


@dataclass(frozen=True)
class HelpPage:
    """A page: its title and its text in Markdown."""

    name: str
    title: str
    markdown: str


def help_pages() -> tuple[HelpPage, ...]:
    """Return all pages, in the order they are to be read."""
    pages = [_page(path) for path in sorted(resource("help").glob("*.md"))]
    rank = {name: number for number, name in enumerate(_ORDER)}
    return tuple(sorted(pages, key=lambda page: rank.get(page.name, len(rank))))


def _page(path: Path) -> HelpPage:
    text = path.read_text(encoding="utf-8")
    title = text.partition("\n")[0].lstrip("# ").strip()
    return HelpPage(path.stem, title, text)
