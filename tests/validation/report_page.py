"""Reads a page of a report as a person sees it: its headings, tables and drawings."""

from html.parser import HTMLParser


class ReadPage(HTMLParser):
    """What stands in a page; refuses one whose elements are not closed in order.

    ``tags`` holds name and attributes of every element; ``tables`` the rows of each table under
    the class it has, a cell as its text and what stands below it in small writing; ``texts`` the
    text of headings, paragraphs and list items under the element's name.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[tuple[str | None, list[list[tuple[str, str]]]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def table(self, kind: str, number: int = 0) -> list[list[tuple[str, str]]]:
        return [rows for found, rows in self.tables if found == kind][number]

    def said(self, tag: str) -> list[str]:
        return [text for found, text in self.texts if found == tag]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag == "table":
            self.tables.append((dict(attrs).get("class"), []))
        elif tag == "tr":
            self.tables[-1][1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][1][-1].append(("", ""))
        elif tag in ("h1", "h2", "h3", "p", "li", "summary", "figcaption", "text", "title"):
            self.texts.append((tag, ""))

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "td" in self._open or "th" in self._open:
            row = self.tables[-1][1][-1]
            text, below = row[-1]
            row[-1] = (text, below + data) if "small" in self._open else (text + data, below)
        if self.texts and self._open and self._open[-1] != "style":
            tag, text = self.texts[-1]
            if tag in self._open:
                self.texts[-1] = (tag, text + data)
