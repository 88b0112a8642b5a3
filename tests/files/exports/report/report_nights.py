"""Nights to report, and what a reader of their reports finds."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from example_nights import night, staging_of
from pypdf import PdfReader

from sleepscorer.core.edits import Author
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.report_form import Person, ReportForm
from sleepscorer.core.signatures import Meaning, Signature, Unlocking
from sleepscorer.core.stages import STAGES
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.files.exports.night import Night
from sleepscorer.files.exports.report.document import PdfReport
from sleepscorer.files.exports.report_look import ReportLook

PERSON = Person(
    name="Ærøskøbing-Ødegård, Zoë Łucja",
    code="K-4711",
    birth_date=date(1951, 5, 2),
    sex="F",
    height_cm=168.0,
    weight_kg=70.5,
    referrer="Dr. Praxis am Markt",
    indication="Schnarchen, Tagesmüdigkeit (ESS 14)",
)
FORM = ReportForm(PERSON, "Ruhige Nacht.\nSensor um 3 Uhr ab.", "Kein Hinweis auf Insomnie.")
SCORER = Signature(
    1, "2026-03-01T21:10:00+00:00", Author("am", "lab1"), "Anna Meier", Meaning.SCORED,
    "12" * 32, 7,
)  # fmt: skip
PHYSICIAN = Signature(
    2, "2026-03-02T08:00:00+00:00", Author("dr", "lab2"), "Dr. Béla Nagy", Meaning.REVIEWED,
    "34" * 32, 7,
)  # fmt: skip
UNLOCKING = Unlocking("2026-03-01T22:00:00+00:00", Author("am", "lab1"), "N1 seen again", (1,))


def night_of(stages: Any, **changes: Any) -> Night:
    """A night of these stages, as a stager gave them."""
    stages = np.asarray(stages, np.int8)
    told = changes.pop("stage_set", STAGES)
    hypnogram = Hypnogram(stages, 30.0, *changes.pop("lights", (None, None)), told)
    values = {
        "hypnogram": hypnogram,
        "statistics": sleep_statistics(hypnogram),
        "staging": staging_of(np.minimum(stages, 4)),
        "duration_s": len(stages) * 30.0,
    }
    return night(len(stages), **(values | changes))


def written(shown: Night) -> bytes:
    """The report of a night."""
    file = io.BytesIO()
    PdfReport(shown).write(file)
    return file.getvalue()


def reader(shown: Night) -> PdfReader:
    """The report of a night as another program reads it."""
    return PdfReader(io.BytesIO(written(shown)))


def pages_of(shown: Night) -> list[str]:
    """The text of each page, in the order it was drawn, spaces and breaks as one space."""
    return [" ".join(page.extract_text().split()) for page in reader(shown).pages]


def text_of(shown: Night) -> str:
    """The text of all pages."""
    return " ".join(pages_of(shown))


def looking(**look: str) -> ReportLook:
    """A look of these names."""
    return ReportLook(**look)


def save_template(folder: Path, name: str, text: str) -> None:
    """Put a template where own ones lie."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text, "utf-8")
