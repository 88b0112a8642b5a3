"""What is typed of a person is read in every usual spelling, and never guessed."""

from datetime import date

import pytest

from sleepscorer.core.errors import UsageError
from sleepscorer.gui.dialogs.person_values import HEIGHT_CM, WEIGHT_KG, birth_date_of

DAY = date(2019, 3, 4)


@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), ("  ", None), ("172", 172.0), ("172,5", 172.5), ("20", 20.0), (" 280 cm ", 280.0)],
)
def test_a_height_is_read(text, value):
    assert HEIGHT_CM.value_of(text) == value


@pytest.mark.parametrize("text", ["19.9", "280.1", "1.72", "1e2", "inf", "nan", "-172", "172 kg"])
def test_what_is_no_height_is_refused(text):
    with pytest.raises(UsageError, match="no height"):
        HEIGHT_CM.value_of(text)


def test_a_weight_is_read_with_its_unit():
    assert WEIGHT_KG.value_of("3,4kg") == 3.4
    with pytest.raises(UsageError, match=r"type 0\.3 to 650 kg"):
        WEIGHT_KG.value_of("0.2")


@pytest.mark.parametrize("text", ["1951-05-02", "1951-5-2", "02.05.1951", " 2.5.1951 "])
def test_a_birth_date_is_read(text):
    assert birth_date_of(text, DAY) == date(1951, 5, 2)


def test_nothing_and_the_last_possible_days_are_read():
    assert birth_date_of(" ", DAY) is None
    assert birth_date_of("2019-03-04", DAY) == DAY
    assert birth_date_of("1889-01-01", DAY) == date(1889, 1, 1)


@pytest.mark.parametrize(
    "text", ["2019-03-05", "1888-12-31", "51-05-02", "02.05.51", "5/2/1951", "1951-02-30", "x"]
)
def test_what_can_be_no_birth_date_is_refused(text):
    with pytest.raises(UsageError):
        birth_date_of(text, DAY)
