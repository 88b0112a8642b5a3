import io

import pytest
from pypdf import PdfReader

from sleepscorer.core.errors import ExportError
from sleepscorer.files.exports import (
    Document,
    Level,
    Plot,
    Plots,
    Points,
    Section,
    Table,
    Text,
    document_output,
    is_own_output,
)

_PLOT = Plot("Bias", "mean, min", "difference, min", [Points("a", [(1, -2), (3, 4)])],
             [Level(1, "bias 1", 0, 2)])  # fmt: skip
_ONE_PLACE = Plot("One", "x", "y", [Points("", [(5, 5)])])
_EMPTY = Plot("Empty", "x", "y", [])


def written(tmp_path, *sections, paper="a4"):
    output = document_output(tmp_path / "x.pdf", Document("Title", sections, paper))
    file = io.BytesIO()
    output.write(file)
    (tmp_path / "x.pdf").write_bytes(file.getvalue())
    output.verify(tmp_path / "x.pdf")
    return file.getvalue()


def texts(made):
    return [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_document_holds_its_parts_and_numbers_its_pages(tmp_path, paper):
    rows = [("Name", "Value"), *((f"row {n}", str(n)) for n in range(120))]
    made = written(
        tmp_path,
        Section("First", [Text("<b>&amp; as it is"), Plots([_PLOT, _ONE_PLACE, _EMPTY])]),
        Section("Second", [Table(rows, (2, 1))], begins_page=True),
        paper=paper,
    )
    pages = texts(made)
    assert "<b>&amp; as it is" in pages[0]
    assert "bias 1" in pages[0]
    assert "Second" in pages[1]
    # Headings of a table come again.
    assert all("Value" in page for page in pages[1:])
    n = len(pages)
    assert all(f"Page {k} of {n}" in page for k, page in enumerate(pages, start=1))


def test_a_full_page_brings_no_empty_one(tmp_path):
    for n_lines in range(58, 63):
        first = Section("First", [Text(f"line {n}") for n in range(n_lines)])
        made = written(tmp_path, first, Section("Second", [Text("end")], begins_page=True))
        assert all("line" in page or "end" in page for page in texts(made)), n_lines


def test_the_same_document_gives_the_same_bytes_and_is_known_as_ours(tmp_path):
    section = Section("First", [Text("said")])
    assert written(tmp_path, section) == written(tmp_path, section)
    assert is_own_output(tmp_path / "x.pdf")
    output = document_output(tmp_path / "x.pdf", Document("Other", [section]))
    with pytest.raises(ExportError, match="did not read back"):
        output.verify(tmp_path / "x.pdf")
