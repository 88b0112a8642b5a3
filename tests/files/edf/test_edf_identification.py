"""Patient and recording fields of derived files."""

from datetime import date, datetime

import pytest

from sleepscorer.core.report_form import Person
from sleepscorer.files.edf.identification import (
    months_of,
    patient_identification,
    person_told,
    recording_identification,
    start_fields,
    subfield,
)

START = datetime(2019, 3, 4, 22, 40)


@pytest.mark.parametrize(
    "stored",
    ["X X X X", "MCH-0234567 F 02-MAY-1951 Haagse_Harry", "X M X Jan_Piet extra sub-fields"],
)
def test_edf_plus_patient_is_copied_verbatim(stored: str) -> None:
    assert patient_identification(stored) == stored


@pytest.mark.parametrize(
    ("stored", "field"),
    [
        ("", "X X X X"),
        ("Jane Roe", "X X X Jane_Roe"),
        ("  two   spaces ", "X X X two_spaces"),
        ("1 F 02-mai-1951 Roe", "X X X 1_F_02-mai-1951_Roe"),
        ("1 V 02-MAY-1951 Roe", "X X X 1_V_02-MAY-1951_Roe"),
        ("1 F  02-MAY-1951 Roe", "X X X 1_F_02-MAY-1951_Roe"),
        ("José Müller 김", "X X X Jose_Muller__"),
        ("a\x00b\nc", "X X X a_b_c"),
        ("n" * 80, "X X X " + "n" * 74),
    ],
)
def test_other_patient_text_becomes_the_name(stored: str, field: str) -> None:
    assert patient_identification(stored) == field


@pytest.mark.parametrize(
    ("stored", "field"),
    [
        ("MRN7788 F 09-MAR-1971 Müller_Jürgen", "MRN7788 F 09-MAR-1971 Muller_Jurgen"),
        ("77 M X Łukasz_Großmann_Ærø", "77 M X Lukasz_Grossmann_AEro"),
        ("77 M X 김", "77 M X _"),
    ],
)
def test_letters_beyond_ascii_leave_the_sub_fields(stored: str, field: str) -> None:
    assert patient_identification(stored) == field


def test_technician_beyond_ascii_is_kept() -> None:
    stored = "Startdate 04-MAR-2019 A1 Zoë Eq"
    assert recording_identification(START, stored, equipment="e") == (
        "Startdate 04-MAR-2019 A1 Zoe e"
    )


@pytest.mark.parametrize(
    ("start", "stored", "field"),
    [
        (START, "", "Startdate 04-MAR-2019 X X sleepscorer_0.1.0_w"),
        (None, "", "Startdate X X X sleepscorer_0.1.0_w"),
        (
            START,
            "Startdate 04-MAR-2019 A1 NN Eq",
            "Startdate 04-MAR-2019 A1 NN sleepscorer_0.1.0_w",
        ),
        (START, "free text", "Startdate 04-MAR-2019 X X sleepscorer_0.1.0_w"),
        (
            START,
            f"Startdate 04-MAR-2019 {'A' * 40} NN E",
            "Startdate 04-MAR-2019 X X sleepscorer_0.1.0_w",
        ),
    ],
)
def test_recording_field_documents_the_analysis(
    start: datetime | None, stored: str, field: str
) -> None:
    assert recording_identification(start, stored, equipment="sleepscorer_0.1.0_w") == field


def test_recording_field_is_never_too_long() -> None:
    field = recording_identification(START, "", equipment="e" * 200)
    assert len(field) == 80


def test_start_fields() -> None:
    assert start_fields(datetime(1999, 12, 31, 23, 59, 59, 999_999)) == ("31.12.99", "23.59.59")
    assert start_fields(None) == ("01.01.85", "00.00.00")


def test_months_by_the_beginning_of_their_names() -> None:
    assert [month[0] for month in map(months_of, range(1, 13))] == [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"
    ]  # fmt: skip
    assert {"okt", "ott"} <= set(months_of(10))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "X"),
        (" \t ", "X"),
        ("a \t b", "a_b"),
        ("~!", "~!"),
        ("a\x7fb", "a_b"),
        ("ẞßÆæŒœØøŁłĐđÐðÞþı", "SSssAEaeOEoeOoLlDdDdThthi"),
        ("한국", "__"),
    ],
)
def test_sub_fields_are_printable_ascii_without_spaces(text: str, field: str) -> None:
    assert subfield(text) == field


@pytest.mark.parametrize(
    ("stored", "person"),
    [
        (
            "MCH-02 F 02-MAY-1951 Haagse_Harry",
            Person("Haagse Harry", "MCH-02", date(1951, 5, 2), "F"),
        ),
        ("Q_7 M X José_Müller age_55", Person("José Müller", "Q 7", None, "M")),
        ("X X X X", Person()),
        ("1 X 31-FEB-1951 X", Person(code="1")),
        ("Jane Roe", Person()),
        ("", Person()),
    ],
)
def test_what_a_patient_field_tells_of_the_person(stored: str, person: Person) -> None:
    assert person_told(stored) == person
