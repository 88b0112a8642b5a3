"""Templates that a laboratory writes, and those that nobody should."""

import io
import itertools
import json
import os
import re

import numpy as np
import pytest
from PIL import Image
from report_nights import FORM, looking, night_of, pages_of, reader, save_template, text_of
from test_report_figures import NIGHTS

from sleepscorer.core.errors import ReportRefused, UsageError
from sleepscorer.files.exports.report.templates import (
    SECTIONS,
    load_template,
    read_template,
    template_files,
)
from sleepscorer.paths import resource

MOONLIGHT = """
name = "Sleep laboratory Moonlight"
language = "de"
paper = "letter"
pages = [
  ["letterhead", "title", "key_figures", "hypnogram", "own.limits", "signatures"],
  [["transitions", "cycles"], "tables"],
]
[letterhead]
laboratory = "Schlaflabor Mondlicht"
lines = ["Musterweg 7", "Telefon 0123"]
logo = "moon.png"
[texts]
"report.title" = "Befund der Polysomnographie"
figures.hours_and_minutes = "{hours} Std. {minutes} Min."
[[sentence]]
name = "limits"
heading = "Grenzen"
text = "Eine Nacht im Labor <b>kann</b> & darf abweichen."
"""


def _picture(size=(40, 20), kind="PNG"):
    file = io.BytesIO()
    Image.new("RGB", size, "#1f4e79").save(file, kind)
    return file.getvalue()


def _look(name="own"):
    return looking(template=name)


def test_a_laboratory_writes_its_own(own_templates):
    save_template(own_templates, "own", MOONLIGHT)
    (own_templates / "moon.png").write_bytes(_picture())
    night = night_of(NIGHTS["usual"], form=FORM, look=_look())
    first, second = pages_of(night)
    places = [
        first.index(text)
        for text in (
            "Schlaflabor Mondlicht", "Musterweg 7", "Befund der Polysomnographie",
            "Gesamtschlafzeit", "Hypnogramm", "Grenzen", "Ausgewertet von",
        )
    ]  # fmt: skip
    assert places == sorted(places)
    assert "Eine Nacht im Labor <b>kann</b> & darf abweichen." in first
    assert re.search(r"\d+ Std\. \d+ Min\.", first)
    assert "Übergänge" in second
    assert "Definitionen" not in first + second
    assert round(reader(night).pages[0].mediabox.width) == 612
    assert len(reader(night).pages[0].images) == 1


def test_language_and_paper_can_be_chosen_anew(own_templates):
    save_template(own_templates, "own", MOONLIGHT)
    (own_templates / "moon.png").write_bytes(_picture(kind="JPEG"))
    night = night_of(NIGHTS["usual"], look=looking(template="own", language="fr", paper="a4"))
    assert "Temps total de sommeil" in pages_of(night)[0]
    assert round(reader(night).pages[0].mediabox.width) == 595


def test_what_a_report_must_say_stands_on_every_page_of_every_template(own_templates):
    save_template(own_templates, "own", 'name = "x"\npages = [["tables"], ["definitions"]]')
    for page in pages_of(night_of(NIGHTS["usual"], look=_look())):
        assert "Not a medical device" in page


def test_own_templates_are_listed_after_those_of_the_program(own_templates):
    save_template(own_templates, "own", MOONLIGHT)
    assert list(template_files()) == ["default", "own"]
    with pytest.raises(UsageError, match=r"no report template 'other'.*there are default, own"):
        load_template("other")


def test_every_section_fits_in_half_a_page(own_templates):
    pairs = [list(pair) for pair in zip(SECTIONS[1::2], SECTIONS[2::2], strict=True)]
    save_template(own_templates, "own", f'name = "Pairs"\npages = {json.dumps([pairs])}')
    night = night_of(NIGHTS["usual"], form=FORM, look=_look(), reviewed=np.arange(960) < 300)
    statistics = night.statistics
    text = text_of(night)
    # Numbers are not broken.
    for value in (statistics.tst_min, statistics.sl_min, statistics.rem_latency_min):
        assert f"{value:.1f} min" in text
    assert "Precision (%) 100.0" in text
    read = reader(night)
    times = []
    read.pages[0].extract_text(visitor_text=_times_into(times))
    assert len(times) > 3
    assert all(right - left > 25 for left, right in itertools.pairwise(times))


def _times_into(places):
    """Collect where the clock times below the hypnogram stand."""

    def look(text, cm, tm, _font, _size):
        if re.fullmatch(r"\d\d:00", text.strip()):
            places.append(tm[4] * cm[0] + cm[4])

    return look


def test_the_programs_template_names_every_section():
    template = read_template(resource("report_templates", "default.toml"))
    assert {name for page in template.pages for place in page for name in place} == set(SECTIONS)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('pages = [["title", "colour"]]', "no section 'colour'; known: letterhead"),
        ('pages = [["title", "title"]]', "the section 'title' twice"),
        ('pages = ["title"]', "page 1 of pages must be a list"),
        ("pages = []", "pages must be lists of sections"),
        ('pages = [[["title", "notes", "cycles"]]]', "3 sections side by side"),
        ('pages = [["own.x"]]', "no section 'own.x'"),
        ("pages = [[1]]", "page 1 of pages must be a text"),
        ('pages = [["title"]]\nlanguage = "tlh"', "language must be one of en, de"),
        ('pages = [["title"]]\npaper = "a3"', "paper must be one of a4, letter, not 'a3'"),
        ('pages = [["title"]]\ncolour = "red"', "unknown entry 'colour'"),
        ('pages = [["title"]]\n[letterhead]\nlogo = 3', "logo of letterhead must be a text"),
        ('pages = [["title"]]\n[letterhead]\nlogo_height_mm = 400', "a number from 4 to 40"),
        ('pages = [["title"]]\n[letterhead]\nlogo_height_mm = true', "a number from 4 to 40"),
        ('pages = [["title"]]\n[letterhead]\nlines = "x"', "lines of letterhead must be a list"),
        ('pages = [["title"]]\nletterhead = 3', r"letterhead must be a table"),
        ('pages = [["title"]]\n[texts]\n"report.titel" = "x"', "'report.titel' in texts is no"),
        ('pages = [["title"]]\n[texts]\n"report.title" = 3', "must be a text in quotes"),
        ('pages = [["title"]]\n[texts]\n"report.intended_use" = "x"', "stays as it is"),
        ('pages = [["title"]]\n[texts]\n"report.page" = "{pages} {secret}"', "may hold {page}"),
        ('pages = [["title"]]\n[texts]\n"report.page" = "{page.__class__}"', "no gap"),
        ('pages = [["title"]]\n[texts]\n"report.page" = "{page:>999999999}"', "no gap"),
        ('pages = [["title"]]\n[texts]\n"report.page" = "{"', "in texts: "),
        ('pages = [["title"]]\n[[sentence]]\nname = "a"', "text of sentence 1 must be a text"),
        (f'pages = [["title"]]\n[[sentence]]\nname = "a"\ntext = "{"x" * 5001}"', "longer than"),
        ('pages = [["title"]]\nsentence = "a"', r"written as \[\[sentence\]\]"),
        (
            'pages = [["title"]]' + 2 * '\n[[sentence]]\nname = "a"\ntext = "b"',
            "two sentences 'a'",
        ),
        ("pages = [[", "not valid TOML"),
        ("#" * 200_001, "too long for a report template"),
        (f"{'a.' * 5000}b = 1", "too long for a report template"),
        (f"name2 = {'9' * 5000}", "not valid TOML"),
        (f"pages = {'[' * 5000}", "not valid TOML"),
    ],
)
def test_a_wrong_template_says_which_entry_and_why(own_templates, line, why):
    save_template(own_templates, "own", f'name = "Own"\n{line}')
    with pytest.raises(ReportRefused, match=why) as refused:
        load_template("own")
    assert refused.value.path == own_templates / "own.toml"


@pytest.mark.parametrize(
    "name",
    ["../secret.png", "/etc/hostname", "sub/moon.png", "..", ".", "C:moon.png", "..\\\\moon.png"],
)
def test_a_logo_lies_beside_its_template(own_templates, name):
    (own_templates.parent / "secret.png").write_bytes(_picture())
    text = f'name = "x"\npages = [["letterhead"]]\n[letterhead]\nlogo = "{name}"'
    save_template(own_templates, "own", text)
    with pytest.raises(ReportRefused, match="must be the name of a file beside the template"):
        load_template("own")


def _with_logo(folder, content):
    save_template(
        folder, "own", 'name = "x"\npages = [["letterhead"]]\n[letterhead]\nlogo = "moon.png"'
    )
    (folder / "moon.png").write_bytes(content)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no PNG or JPEG that can be read"),
        (b"%PDF-1.4", "no PNG or JPEG that can be read"),
        (_picture()[:60], "no PNG or JPEG that can be read"),
        (_picture((20, 20), "GIF"), "no PNG or JPEG that can be read"),
        (_picture((5000, 4000)), "more than 16,000,000 pixels"),
        (bytes(4_000_001), "larger than 4 MB"),
    ],
)
def test_a_logo_that_is_none_is_refused(own_templates, content, why):
    _with_logo(own_templates, content)
    with pytest.raises(ReportRefused, match=why):
        load_template("own")


def test_a_logo_leads_nowhere_else(own_templates):
    _with_logo(own_templates, b"")
    (own_templates.parent / "secret.png").write_bytes(_picture())
    (own_templates / "moon.png").unlink()
    (own_templates / "moon.png").symlink_to(own_templates.parent / "secret.png")
    with pytest.raises(ReportRefused, match=r"there is no file 'moon\.png' beside the template"):
        load_template("own")


def test_a_template_that_is_no_file_is_not_waited_for(own_templates):
    os.mkfifo(own_templates / "own.toml")
    with pytest.raises(ReportRefused, match="no ordinary file"):
        load_template("own")


def test_a_template_that_is_no_text(own_templates):
    (own_templates / "own.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReportRefused, match="no text in UTF-8"):
        load_template("own")


def test_words_of_a_template_say_nothing_where_nobody_may_know(own_templates):
    save_template(own_templates, "own", MOONLIGHT)
    (own_templates / "moon.png").write_bytes(_picture())
    night = night_of(NIGHTS["usual"], look=_look(), deidentify=True)
    text = text_of(night)
    assert "Mondlicht" not in text
    assert "Grenzen" not in text
    assert not reader(night).pages[0].images
