"""Numbers and foreign text in sentences."""

import pytest

from sleepscorer.core.wording import (
    bare_letters,
    counted,
    of_counted,
    one_line,
    percent,
    rounded,
    sure_text,
)


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (0, ("epoch",), "0 epochs"),
        (1, ("epoch",), "1 epoch"),
        (2, ("epoch",), "2 epochs"),
        (1, ("person", "people"), "1 person"),
        (2, ("person", "people"), "2 people"),
    ],
)
def test_a_noun_follows_its_number(number, noun, said):
    assert counted(number, *noun) == said


def test_a_part_has_the_noun_of_the_whole():
    assert of_counted(1, 1, "epoch") == "1 of 1 epoch"
    assert of_counted(1, 2, "epoch") == "1 of 2 epochs"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "0 %"),
        (1e-9, "<1 %"),
        (0.0049, "<1 %"),
        (0.005, "1 %"),
        (0.144, "14 %"),
        (0.155, "16 %"),
        (0.994, "99 %"),
        (0.995, ">99 %"),
        (0.997, ">99 %"),
        (1.0, "100 %"),
        (float("nan"), "–"),
    ],
)
def test_percent_is_whole_and_says_nothing_and_all_only_where_it_is_so(share, said):
    assert percent(share) == said


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [(2.25, 1, "2.3"), (36.35, 1, "36.4"), (0.0, 1, "0.0"), (2.2499999999999996, 1, "2.3"),
     (2.2499, 1, "2.2"), (26.5, 0, "27"), (1559.95, 1, "1560.0")],
)  # fmt: skip
def test_figures_are_rounded_as_excel_shows_them(value, decimals, said):
    assert rounded(value, decimals) == said


def test_how_sure_is_never_a_bare_figure():
    assert sure_text(0.15) == "15 % sure"


@pytest.mark.parametrize(
    "steering", ["\x1b", "\n", "\r", "\x07", "\x9b", "\u202e", "\u2066", "\u2028"]
)
def test_what_steers_a_terminal_is_replaced(steering):
    assert one_line(f"a{steering}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_letters_of_all_people_stay():
    text = "Müller, Łukasz 東京 \N{NO-BREAK SPACE}µV – 5\N{NARROW NO-BREAK SPACE}s"
    assert one_line(text) == text


def test_bare_letters_have_neither_case_nor_accents():
    assert bare_letters("Müller") == bare_letters("MU\u0308LLER") == "muller"
