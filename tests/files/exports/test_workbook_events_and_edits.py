"""The sheets of events and edits in the Excel report, and the person on its summary."""

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from example_nights import night, staging_of

from sleepscorer.core.contrast import contrast
from sleepscorer.core.edits import Author
from sleepscorer.core.errors import ExportError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.journal import MemoryJournal
from sleepscorer.core.report_form import Person, ReportForm
from sleepscorer.core.session import ScoringSession
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.stage_colours import ON_LIGHT
from sleepscorer.core.stages import THREE_STAGES, Stage
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.files.exports.deidentification import deidentified
from sleepscorer.files.exports.excel.report import WorkbookReport
from sleepscorer.files.exports.night import Night

AROUSAL = Event(300.0, 5.0, "EEG arousal", "C4-M1")
CODE, NAME = "ZQ-77341", "Quintessa Dampfnudel"


def opened(shown: Night) -> Any:
    file = io.BytesIO()
    WorkbookReport(shown).write(file)
    return openpyxl.load_workbook(file)


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(min_row=4, values_only=True))


def session() -> ScoringSession:
    return ScoringSession(120, MemoryJournal(), author=Author("anna", "lab-3"))


def exported(scored: ScoringSession, **changes: Any) -> Night:
    logged = {
        "edits": scored.edits,
        "signatures": scored.signatures,
        "unlockings": scored.unlockings,
        "form": scored.form,
        "forms": scored.signing.forms,
    }
    return night(**(logged | changes))


def test_events_with_time_epoch_channel_and_whose_they_are() -> None:
    scored = session()
    scored.replace_event(None, AROUSAL)
    own = (Event(12.5, 3.0, "Snoring"), Event(3602.0, None, "Past the last epoch"))
    assert rows(opened(exported(scored, events=(own[1], AROUSAL, own[0])))["Events"]) == [
        (12.5, timedelta(seconds=12.5), datetime(2019, 3, 4, 22, 40, 13), 1, 3, "Snoring", None,
         "recording"),
        (300, timedelta(seconds=300), datetime(2019, 3, 4, 22, 45), 11, 5, "EEG arousal", "C4-M1",
         "marked here"),
        (3602, timedelta(seconds=3602), datetime(2019, 3, 4, 23, 40, 2), None, None,
         "Past the last epoch", None, "recording"),
    ]  # fmt: skip


def test_an_event_that_came_with_another_scoring_says_so_even_after_undo_and_redo() -> None:
    scored = session()
    stages = np.zeros(120, np.int8)
    scored.import_scoring(Scoring(Hypnogram(stages), events=(AROUSAL,)), name="other.edf")
    scored.undo()
    scored.redo()
    (row,) = rows(opened(exported(scored, events=(AROUSAL,)))["Events"])
    assert row[-1] == "imported"


def test_a_deidentified_night_says_of_no_event_whose_it_is() -> None:
    scored = session()
    scored.replace_event(None, AROUSAL)
    (row,) = rows(opened(deidentified(exported(scored, events=(AROUSAL,))))["Events"])
    assert row[2].isoformat() == "22:45:00"
    assert row[5:] == ("EEG arousal", None, None)


def test_a_night_without_events_says_so() -> None:
    assert [row[0] for row in rows(opened(night(events=()))["Events"])] == ["No events."]


def test_every_edit_stands_in_its_row_the_undone_ones_too() -> None:
    scored = session()
    scored.score([2], Stage.N2)
    scored.score([2, 3], Stage.W)
    scored.undo()
    scored.replace_event(None, AROUSAL)
    found = rows(opened(exported(scored))["Edits"])
    whose = ("anna", "lab-3")
    assert [(row[0], *row[2:]) for row in found] == [
        (1, *whose, "person", "Score epoch 3 as N2", 3, "?", "N2"),
        (2, *whose, "person", "Score 2 epochs from 3 as W", "3–4", "1 N2, 1 ?", "W"),
        (3, *whose, "undo", "Undo Score 2 epochs from 3 as W", "3–4", "W", "1 N2, 1 ?"),
        (4, *whose, "person", scored.edits[3].label, 11, "–",
         "EEG arousal at 22:45:00, 5.0 s"),
    ]  # fmt: skip
    meant = [datetime.fromisoformat(edit.utc).astimezone(UTC) for edit in scored.edits]
    assert [row[1] for row in found] == [at.replace(tzinfo=None, microsecond=0) for at in meant]


def test_times_within_a_recording_without_a_start_are_elapsed() -> None:
    scored = session()
    scored.replace_event(None, AROUSAL)
    (row,) = rows(opened(exported(scored, start=None))["Edits"])
    assert row[-1] == "EEG arousal at 0:05:00, 5.0 s"


def test_signatures_and_unlockings_stand_where_they_were_made() -> None:
    scored = session()
    scored.score([0], Stage.W)
    scored.sign("Anna Meier", Meaning.SCORED)
    scored.unlock("one more look")
    scored.score([1], Stage.W)
    found = rows(opened(exported(scored))["Edits"])
    assert [(row[0], row[4]) for row in found] == [
        (1, "person"), (None, "signed"), (None, "unlocked"), (2, "person"),
    ]  # fmt: skip
    assert found[1][5].startswith("Sign: scored by Anna Meier, SHA-256 ")
    assert found[2][5] == "Unlock: one more look"


def test_every_form_that_was_kept_has_a_row_without_what_it_says() -> None:
    scored = session()
    scored.set_form(ReportForm(Person(NAME), "quiet"))
    scored.score([0], Stage.W)
    scored.set_form(ReportForm(Person(NAME, CODE), "quiet"))
    scored.sign("Anna Meier", Meaning.SCORED)
    found = rows(opened(exported(scored))["Edits"])
    assert [(row[0], row[4], row[5].partition(" Anna")[0]) for row in found] == [
        (None, "form", "Report form: name, comment"),
        (1, "person", "Score epoch 1 as W"),
        (None, "form", "Report form: code"),
        (None, "signed", "Sign: scored by"),
    ]


def test_without_edits_the_sheet_says_why() -> None:
    (row,) = rows(opened(night())["Edits"])
    assert row[0] == "No edits: the scoring was not changed in a session."


def test_a_deidentified_report_tells_neither_edits_nor_person() -> None:
    scored = ScoringSession(120, MemoryJournal(), author=Author(NAME, NAME))
    scored.set_form(ReportForm(Person(NAME, CODE), f"{NAME} slept.", f"{CODE} is well."))
    scored.score([0], Stage.W)
    scored.sign(NAME, Meaning.SCORED)
    named, nameless = exported(scored), opened(deidentified(exported(scored)))
    texts = [str(v) for sheet in nameless for row in sheet.values for v in row if v is not None]
    assert not any(NAME in text or CODE in text for text in texts)
    (row,) = rows(nameless["Edits"])
    assert row[0].startswith("Left out, since this report is de-identified")
    assert rows(opened(named)["Edits"])[0][2] == NAME


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "#N/A"])
def test_no_text_of_a_session_is_ever_a_formula(tmp_path: Path, text: str) -> None:
    scored = ScoringSession(120, MemoryJournal(), author=Author(text, text))
    event = Event(300.0, None, text, text)
    scored.set_form(ReportForm(Person(*(text, text, None, "", None, None, text, text)), text, text))
    scored.replace_event(None, event)
    scored.sign(text, Meaning.REVIEWED)
    scored.unlock(text)
    shown = exported(scored, events=(event,))
    workbook = opened(shown)
    cells = [cell for sheet in workbook for row in sheet for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    starts = ("=", "+", "-", "@")
    assert not [c.value for c in cells if str(c.value).lstrip(" \t\r").startswith(starts)]
    path = tmp_path / "n.xlsx"
    workbook.save(path)
    WorkbookReport(shown).verify(path)


@pytest.mark.parametrize(("sheet", "cell"), [("Events", "F4"), ("Edits", "H5")])
def test_verification_reads_events_and_edits_back(tmp_path: Path, sheet: str, cell: str) -> None:
    scored = session()
    scored.score([2], Stage.N2)
    scored.score([2], Stage.R)
    shown = exported(scored, events=(AROUSAL,))
    workbook = opened(shown)
    workbook[sheet][cell] = "N3"
    path = tmp_path / "n.xlsx"
    workbook.save(path)
    with pytest.raises(ExportError, match=f"row {cell[1]} of sheet {sheet}"):
        WorkbookReport(shown).verify(path)


def test_the_summary_tells_what_was_filled_in_of_the_person() -> None:
    who = Person("Anna Meier", "P-1", date(1950, 3, 5), "F", 160.0, 64.0, "", "insomnia")
    shown = night(form=ReportForm(who, "Slept badly.\n\nNoise.", "No apnoea."))
    found = rows(opened(shown)["Summary"])
    begin = [row[0] for row in found].index("Person")
    assert [row[:3] for row in found[begin + 1 : begin + 11]] == [
        ("Name", "Anna Meier", None),
        ("Number or code", "P-1", None),
        ("Date of birth", datetime(1950, 3, 5), None),
        # The day before the 69th birthday.
        ("Age on the day of the recording", 68, "years"),
        ("Sex", "F", None),
        ("Height", 160, "cm"),
        ("Weight", 64, "kg"),
        ("Body-mass index (BMI)", pytest.approx(25), "kg/m²"),
        ("Indication", "insomnia", None),
        ("Recording", None, None),
    ]
    assert [row[0] for row in found][-5:] == [
        "Comment", "Slept badly.", "Noise.", "Impression", "No apnoea.",
    ]  # fmt: skip


def test_what_nobody_filled_in_is_no_part_of_the_summary() -> None:
    titles = {row[0] for row in rows(opened(night())["Summary"])}
    assert titles.isdisjoint({"Person", "Name", "Comment", "Impression"})


def test_a_long_comment_fits_the_highest_row_that_there_is() -> None:
    sheet = opened(night(form=ReportForm(comment="word " * 2000)))["Summary"]
    assert max(one.height or 0 for one in sheet.row_dimensions.values()) == 409


@pytest.mark.parametrize(("sheet", "column"), [("Stages", 1), ("Epochs", 5), ("Epochs", 8)])
def test_stages_stand_in_their_colours_and_can_be_read(sheet: str, column: int) -> None:
    cells = [row[column - 1] for row in opened(night())[sheet].iter_rows(min_row=4)]
    stages = {stage.text: colour for stage, colour in ON_LIGHT.items()}
    shown = {cell.value for cell in cells if cell.value in stages}
    assert shown == set(stages)
    for cell in cells:
        if cell.value in stages:
            fill, ink = f"#{cell.fill.fgColor.rgb[2:]}", f"#{cell.font.color.rgb[2:]}"
            assert fill == stages[cell.value]
            assert contrast(fill, ink) >= 4.5
        else:
            assert cell.fill.fill_type is None


def test_nrem_has_the_colour_of_n2() -> None:
    stages = np.resize(np.array([0, 5, 5, 4], np.int8), 120)
    hypnogram = Hypnogram(stages, stage_set=THREE_STAGES)
    shown = night(
        hypnogram=hypnogram,
        statistics=sleep_statistics(hypnogram),
        staging=staging_of(np.where(stages == 5, 2, stages).astype(np.int8)),
    )
    workbook = opened(shown)
    colours = {c.value: c.fill.fgColor.rgb[2:] for c in workbook["Stages"]["A"][3:]}
    assert colours["NREM"] == ON_LIGHT[Stage.N2][1:]
    names = [series.tx.v for series in workbook["Summary"]._charts[0].series]
    assert names[:4] == ["Stage", "W", "R", "NREM"]


def test_summary_and_stages_print_on_one_page_each_with_all_that_they_hold() -> None:
    workbook = opened(night())
    for name, last in (("Summary", "U"), ("Stages", "H")):
        setup = workbook[name].page_setup
        assert (setup.fitToWidth, setup.fitToHeight) == (1, 1)
        _, _, area = workbook[name].print_area.rpartition("!")
        assert area == f"$A$1:${last}${workbook[name].max_row}"
    # The charts end where the area does: 27 cm from the left edge of column F.
    widths = workbook["Summary"].column_dimensions
    columns = [widths[chr(code)] for code in range(ord("F"), ord("U") + 1)]
    cm = sum((7 * column.width + 5) * 2.54 / 96 for column in columns)
    assert 27 <= cm <= 30


@pytest.mark.parametrize("name", ["Events", "Edits"])
def test_events_and_edits_print_one_page_wide_and_as_long_as_they_are(name: str) -> None:
    scored = session()
    for number in range(100):
        scored.score([number], Stage.W)
    events = tuple(Event(float(n), None, "Snoring") for n in range(100))
    sheet = opened(exported(scored, events=events))[name]
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_area.endswith("$103")
