"""Languages of the report: the same texts in each, with the same gaps."""

from datetime import date

import numpy as np
import pytest
from report_nights import FORM, PHYSICIAN, SCORER, looking, night_of, pages_of, reader, text_of
from test_report_figures import NIGHTS

from sleepscorer.analysis.spectrogram import Spectrogram
from sleepscorer.core.errors import UsageError
from sleepscorer.core.metrics import DEFINITIONS
from sleepscorer.core.stages import THREE_STAGES
from sleepscorer.files.exports.night import INTENDED_USE, NightSpectrogram
from sleepscorer.files.exports.report.languages import (
    gaps_of,
    language_codes,
    languages,
    words_of,
)

OTHERS = [code for code in language_codes() if code != "en"]


def test_there_are_five():
    assert list(language_codes()) == ["en", "de", "es", "fr", "nl"]
    assert languages()["fr"] == "Français"


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_the_texts_of_english_and_their_gaps(code):
    english, other = words_of("en").texts, words_of(code).texts
    assert set(other) == set(english)
    for key, text in english.items():
        if key != "language.date":
            assert gaps_of(other[key]) == gaps_of(text), key
    assert all(other[key].strip() for key in other)


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_was_left_in_english(code):
    english, other = words_of("en").texts, words_of(code).texts
    same = {key for key in english if other[key] == english[key] and len(english[key]) > 25}
    assert same == set()


def test_english_says_what_every_other_output_says():
    words = words_of("en")
    for definition in DEFINITIONS:
        if definition.key != "cycles":
            assert words.label(definition) == definition.label
        assert words.definition(definition, three_stages=False) == definition.text
    for definition in night_of([0, 5], stage_set=THREE_STAGES).statistics.definitions:
        assert words.definition(definition, three_stages=True) == definition.text
    assert words("report.intended_use") == INTENDED_USE


@pytest.mark.parametrize("code", language_codes())
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_report_of_each_language_on_each_paper(code, paper):
    words = words_of(code)
    night = night_of(
        NIGHTS["usual"],
        form=FORM,
        signatures=(SCORER, PHYSICIAN),
        look=looking(language=code, paper=paper),
    )
    read = reader(night)
    first = read.pages[0]
    sides = {"a4": (595, 842), "letter": (612, 792)}[paper]
    assert (round(first.mediabox.width), round(first.mediabox.height)) == sides
    pages = pages_of(night)
    assert len(pages) == 2
    for key in ("report.title", "status.signed", "hypnogram.heading", "comment.impression"):
        assert words(key) in pages[0]
    assert words.figure(night.statistics.se_pct, "%") in pages[0]
    for number, page in enumerate(pages, start=1):
        assert words("report.page", page=number, pages=2) in page
        assert words("report.intended_use") in page
    assert "{" not in "".join(pages)


@pytest.mark.parametrize(
    ("code", "number", "day"),
    [
        ("en", "1234.5", "02 May 1951"),
        ("de", "1234,5", "02.05.1951"),
        ("fr", "1234,5", "02/05/1951"),
        ("nl", "1234,5", "02-05-1951"),
        ("es", "1234,5", "02/05/1951"),
    ],
)
def test_numbers_and_dates_are_those_of_the_language(code, number, day):
    words = words_of(code)
    assert words.number(1234.49) == number
    assert words.number(None) == "–"
    assert words.number(-3, 0) == "−3"
    assert words.date(date(1951, 5, 2)) == day


def test_sentences_of_the_program_are_marked_as_english():
    night = night_of(NIGHTS["usual"], look=looking(language="de"))
    text = text_of(night)
    assert "Warnungen des Programms (englisch) • C4-M1 was clipped in 12 % of the night." in text
    assert "Warnings of the program •" in text_of(night_of(NIGHTS["usual"]))


def test_a_language_that_there_is_not():
    with pytest.raises(UsageError, match=r"no report in the language 'xx'.*en, de, es, fr, nl"):
        words_of("xx")


@pytest.mark.parametrize("text", ["{a.b}", "{a[0]}", "{a!r}", "{a:>9}", "{", "{}", "{0}", "} {a}"])
def test_only_a_name_can_be_filled_in(text):
    with pytest.raises(ValueError, match=r"gap|brace|'}'|'{'|field"):
        gaps_of(text)


@pytest.mark.parametrize("code", OTHERS)
def test_how_a_derivation_was_had_is_told_in_the_language(code):
    words = words_of(code)
    assert words.derivation("C4-M1") == "C4-M1"
    assert words.derivation("EEG (frontal)") == "EEG (frontal)"
    derived = words.derivation("C4-M1 (derived)")
    assert derived.startswith("C4-M1 (")
    assert "derived" not in derived
    turned = words.derivation("C4-M1 (from M1-C4, inverted)")
    assert "M1-C4" in turned
    assert "inverted" not in turned
    values = Spectrogram(np.zeros((2, 120), np.float32), np.array([1.0, 2.0]), np.arange(120) * 30)
    drawn = NightSpectrogram("C3-M2 (derived)", values)
    look = looking(language=code)
    text = " ".join(pages_of(night_of(NIGHTS["one hour"], look=look, spectrogram=drawn)))
    assert derived in text
    assert "(derived)" not in text
