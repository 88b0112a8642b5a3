"""The pages of the manual that come with the program."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sleepscorer.gui.keys import Keys, with_keys
from sleepscorer.paths import resource

_ORDER = (
    *("getting_started", "scoring", "looking", "review", "events", "files"),
    *("several_scorers", "validating", "other_stagers", "command_line"),
)


@dataclass(frozen=True)
class HelpPage:
    """A page: its title and its text in Markdown."""

    name: str
    title: str
    markdown: str


def help_pages(keys: Mapping[str, Keys]) -> tuple[HelpPage, ...]:
    """Return all pages, in the order they are to be read, with the keys in force.

    Where a page has the name of an action in braces, the keys of this action stand in its place.
    """
    pages = [_page(path, keys) for path in sorted(resource("help").glob("*.md"))]
    rank = {name: number for number, name in enumerate(_ORDER)}
    return tuple(sorted(pages, key=lambda page: rank.get(page.name, len(rank))))


def _page(path: Path, keys: Mapping[str, Keys]) -> HelpPage:
    text = with_keys(path.read_text(encoding="utf-8"), keys, quote="`")
    title = text.partition("\n")[0].lstrip("# ").strip()
    return HelpPage(path.stem, title, text)
