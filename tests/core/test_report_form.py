"""What people write for a report: figures of the person, and how it is kept."""

from datetime import date

import pytest

from sleepscorer.core.report_form import Person, ReportForm

FULL = ReportForm(
    Person("Erika Müller", "Q-17", date(1951, 5, 2), "F", 170.5, 64, "Dr. Lang", "snoring"),
    "restless at first",
    "no finding",
)


def test_a_form_is_kept_by_its_filled_fields():
    assert FULL.values() == {
        "name": "Erika Müller",
        "code": "Q-17",
        "birth_date": "1951-05-02",
        "sex": "F",
        "height_cm": 170.5,
        "weight_kg": 64.0,
        "referrer": "Dr. Lang",
        "indication": "snoring",
        "comment": "restless at first",
        "impression": "no finding",
    }
    assert ReportForm().values() == {}
    for form in (FULL, ReportForm(), ReportForm(comment="x"), ReportForm(Person(height_cm=1.0))):
        assert ReportForm.of_values(form.values()) == form


@pytest.mark.parametrize(
    "values",
    [
        {"name": 7},
        {"height_cm": "170"},
        {"height_cm": 170},
        {"birth_date": "yesterday"},
        {"shoe_size": "44"},
        {"person": "x"},
        {"comment": None},
    ],
)
def test_values_of_no_form_are_refused(values):
    with pytest.raises(ValueError, match=r"makes no sense|isoformat"):
        ReportForm.of_values(values)
