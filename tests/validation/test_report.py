"""The report of a validation says what was found, to people and to spreadsheets alike."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from example_validation import (
    CANDIDATES,
    DRAFTED,
    NOT_JUDGED,
    STAGERS,
    example_nights,
    example_validation,
    without_r,
)
from openpyxl import load_workbook
from report_page import ReadPage

from sleepscorer.core.agreement import agreement
from sleepscorer.core.errors import ExportError, OutputExists
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.metrics import DEFINITIONS
from sleepscorer.core.site_calibration import SiteCalibration
from sleepscorer.core.stage_colours import ON_LIGHT
from sleepscorer.core.stages import STAGES
from sleepscorer.core.staging_result import most_probable
from sleepscorer.validation.candidates import Candidate, NotJudged
from sleepscorer.validation.found import Estimate
from sleepscorer.validation.report import REPORT_NAMES, check_report, write_report
from sleepscorer.validation.report import writing as writing_module

N_DEFAULT = 4
"""Candidates on the channels that the program chooses."""


@pytest.fixture(scope="module")
def found():
    return example_validation()


@pytest.fixture(scope="module")
def written(found, tmp_path_factory):
    return write_report(found, tmp_path_factory.mktemp("report") / "of nights")


@pytest.fixture(scope="module")
def page(written):
    return ReadPage(written[0].read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def workbook(written):
    return load_workbook(written[1])


def page_of(validation, folder: Path) -> ReadPage:
    return ReadPage(write_report(validation, folder)[0].read_text(encoding="utf-8"))


def rows_of(workbook, name: str) -> list[dict[str, object]]:
    headings, *rows = list(workbook[name].iter_rows(min_row=3, values_only=True))
    return [dict(zip(headings, row, strict=True)) for row in rows]


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("%", ""))


def ends(text: str) -> tuple[float, float]:
    low, high = text.split(" to ")
    return number(low), number(high)


def assert_shown(cell: tuple[str, str], meant: Estimate, digits: int) -> None:
    assert number(cell[0]) == pytest.approx(meant.value, abs=0.51 * 10**-digits)
    assert ends(cell[1]) == pytest.approx((meant.low, meant.high), abs=0.51 * 10**-digits)


def test_two_files_of_known_names_are_written(written):
    assert tuple(path.name for path in written) == REPORT_NAMES
    assert all(path.is_file() for path in written)
    assert sorted(path.name for path in written[0].parent.iterdir()) == sorted(REPORT_NAMES)


def test_the_verdict_stands_first_and_large(page, found):
    assert page.said("h1") == [found.verdict.sentences[0]]
    assert page.said("h2")[0] == "Kept for this site"
    assert found.verdict.choice.name in page.said("p")
    assert found.rule in page.said("p")
    for sentence in (*found.verdict.sentences[1:], *found.notes):
        assert sentence in page.said("li")


def test_the_first_page_says_what_a_review_finds(page, found):
    chosen = next(one for one in found.figures if one.candidate == found.verdict.choice)
    rows = page.table("review")[1:]
    assert [row[0][0] for row in rows] == ["10 %", "20 %", "30 %"]
    for row, share in zip(rows, (0.1, 0.2, 0.3), strict=True):
        meant = {round(reviewed, 9): errors for reviewed, errors in chosen.review}[share]
        assert number(row[1][0]) == pytest.approx(100 * meant, abs=0.5)


def test_the_first_page_counts_nights_people_and_what_does_not_count(page):
    assert "9 nights of 8 people count; 1 night left out and 2 files not judged." in page.said("p")


@pytest.mark.parametrize(
    ("temperature", "said"),
    [
        (2.0, "It is right less often on your nights than its confidence says: where it says 90 %"
              " sure, 75 % is shown here (temperature 2.00)."),
        (0.5, "It is right more often on your nights than its confidence says: where it says 90 %"
              " sure, 99 % is shown here (temperature 0.50)."),
        (1.0, "It is right about as often on your nights as its confidence says (temperature"
              " 1.00)."),
    ],
)  # fmt: skip
def test_the_local_temperature_is_said_in_words(found, tmp_path, temperature, said):
    calibration = SiteCalibration(temperature, found.calibration.review_curve, "9 nights")
    assert said in page_of(replace(found, calibration=calibration), tmp_path).said("p")


def test_every_candidate_is_in_the_table_with_its_figures(page, found):
    rows = page.table("candidates")[1:]
    assert [row[0][0] for row in rows] == [one.candidate.name for one in found.figures]
    assert len(rows) == len(CANDIDATES)
    for row, one in zip(rows, found.figures, strict=True):
        assert_shown(row[1], one.kappa, 2)
        if one.difference is None:
            assert row[2] == ("–", "others are compared with it")
        else:
            assert_shown(row[2], one.difference, 3)
        for cell, meant in zip(row[3:], (one.accuracy, one.macro_f1, *one.f1), strict=True):
            assert_shown(cell, meant, 2)


def test_the_choice_and_the_baseline_are_named_in_the_table(page, found):
    roles = {row[0][0]: row[0][1] for row in page.table("candidates")[1:]}
    assert found.verdict.choice != found.verdict.baseline
    assert roles[found.verdict.choice.name].startswith("kept; ")
    assert roles[found.verdict.baseline.name].startswith("baseline; ")


def test_each_confusion_holds_counts_and_shares_of_rows(page, found):
    for at, one in enumerate(found.figures):
        heads, *rows = page.table("confusion", at)
        assert [cell[0] for cell in heads[1:-1]] == [stage.text for stage in STAGES]
        for row, counts in zip(rows, one.confusion, strict=True):
            assert [int(cell[1]) for cell in row[1:-1]] == list(counts)
            assert int(row[-1][0]) == sum(counts)
            for cell, count in zip(row[1:-1], counts, strict=True):
                share = 100 * count / sum(counts)
                shown = 0.4 if cell[0] == "<1 %" else number(cell[0])
                assert shown == pytest.approx(share, abs=0.51)


def test_a_ground_is_the_darker_the_more_of_its_row_a_cell_holds(page, found):
    grounds = [
        float(attributes["style"].rpartition(",")[2].rstrip(")"))
        for tag, attributes in page.tags
        if tag == "td" and "rgba" in (attributes.get("style") or "")
    ]
    shares = [
        count / sum(row) for one in found.figures for row in one.confusion for count in row if count
    ]
    assert grounds == pytest.approx([share / 2 for share in shares], abs=0.001)


def test_stages_have_the_colours_of_the_program(page):
    styles = {attributes.get("style") for _, attributes in page.tags}
    assert {f"background:{ON_LIGHT[stage]}" for stage in STAGES} <= styles


def test_figures_of_sleep_are_shown_by_their_names_and_units(page, found):
    named = {one.key: one for one in DEFINITIONS}
    for at, one in enumerate(found.figures):
        rows = page.table("metrics", at)[1:]
        for row, metric in zip(rows, one.metrics, strict=True):
            definition = named[metric.key]
            assert (row[0][0], row[1][0]) == (definition.label, definition.unit)
            assert int(row[2][0]) == metric.n_nights
            assert number(row[3][0]) == pytest.approx(metric.bias, abs=0.051)
            assert ends(row[4][0]) == pytest.approx((metric.low, metric.high), abs=0.051)


def test_further_montages_are_folded_and_the_others_open(page, found):
    folded = [one.candidate.name for one in found.figures if one.candidate.montage.name]
    assert page.said("summary") == folded
    opened = [one.candidate.name for one in found.figures if not one.candidate.montage.name]
    assert [name for name in page.said("h2") if name in opened] == opened


def test_the_kept_candidate_is_open_on_whatever_montage(found, tmp_path):
    choice = next(one.candidate for one in found.figures if one.candidate.montage.name)
    shown = page_of(replace(found, verdict=replace(found.verdict, choice=choice)), tmp_path)
    assert choice.name in shown.said("h2")
    assert choice.name not in shown.said("summary")
    assert f"Kappa: {choice.name}" in [cell[0] for cell in shown.table("nights")[0]]


def test_the_forest_places_every_difference_by_its_size(page, found):
    def places(kind: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in page.tags if attributes.get("class") == kind]

    stagers = found.figures[1:N_DEFAULT]
    means = [float(one["x"]) + 4 for one in places("mean")][: len(stagers)]
    lows = [float(one["x1"]) for one in places("whisker")][: len(stagers)]
    highs = [float(one["x2"]) for one in places("whisker")][: len(stagers)]
    zero = float(places("zero")[0]["x1"])
    per_unit = (means[0] - zero) / stagers[0].difference.value
    for mean, low, high, one in zip(means, lows, highs, stagers, strict=True):
        meant = one.difference
        drawn = [(x - zero) / per_unit for x in (mean, low, high)]
        assert drawn == pytest.approx((meant.value, meant.low, meant.high), abs=1e-3)
    assert len(places("mean")) == len(found.figures) - 1


def test_reliability_and_review_draw_every_point(page, found):
    bins = [attributes for _, attributes in page.tags if attributes.get("class") == "bin"]
    assert len(bins) == sum(len(one.reliability) for one in found.figures)
    curves = [
        attributes["points"].split()
        for _, attributes in page.tags
        if attributes.get("class") == "curve"
    ]
    for curve, one in zip(curves[1::2], found.figures, strict=True):
        assert len(curve) == len(one.review)
        (x_0, y_0), (x_1, y_1) = (map(float, curve[at].split(",")) for at in (0, -1))
        shares = [(y_0 - float(point.split(",")[1])) / (y_0 - y_1) for point in curve]
        assert shares == pytest.approx([errors for _, errors in one.review], abs=0.001)
        assert x_1 > x_0


def test_night_by_night_shows_the_kappa_of_each_stager(page, found):
    heads, *rows = page.table("nights")
    names = [cell[0].removeprefix("Kappa: ") for cell in heads[3:-1]]
    assert names == [one.candidate.name for one in found.figures[:N_DEFAULT]]
    counted = [night for night in found.nights if not night.left_out]
    for row, night in zip(rows, counted, strict=True):
        assert (row[0][0], row[1][0]) == (night.name, night.person)
        assert int(row[2][0]) == np.count_nonzero(night.reference >= 0)
        for cell, one in zip(row[3:-1], found.figures[:N_DEFAULT], strict=True):
            if one.candidate in night.failures:
                assert cell == ("–", "failed")
                continue
            stages = most_probable(night.answers[one.candidate].probabilities)
            meant = agreement(Scoring(Hypnogram(night.reference)), Scoring(Hypnogram(stages)))
            assert number(cell[0]) == pytest.approx(meant.kappa, abs=0.0051)


def test_failures_and_what_does_not_count_stand_with_their_reasons(page, found):
    notes = "".join(row[-1][0] for row in page.table("nights"))
    assert "yasa failed: YASA needs an EEG sampled at 80 Hz or more" in notes
    drafted = next(night for night in found.nights if night.left_out)
    assert [cell[0] for cell in page.table("left-out")[1]][::3] == [drafted.name, DRAFTED]
    assert drafted.name not in [row[0][0] for row in page.table("nights")]
    files = [(row[0][0], row[1][0]) for row in page.table("not-judged")[1:]]
    assert files == [(one.name, one.why) for one in NOT_JUDGED]


def test_a_night_on_which_all_failed_says_why_once(tmp_path):
    first, *others = example_nights(2)
    why = "it has no EEG"
    first = replace(first, answers={}, failures=dict.fromkeys(CANDIDATES, why))
    shown = page_of(example_validation([first, *others]), tmp_path)
    row = shown.table("nights")[1]
    assert row[-1][0].endswith(f"All failed: {why}")
    assert set(row[3:-1]) == {("–", "failed")}


def test_provenance_names_program_stagers_date_and_no_more_of_the_folder(page, found, written):
    made = {row[0][0]: row[1][0] for row in page.table("methods", 1)[1:]}
    assert made["Program"] == found.software
    assert made["Made at (UTC)"] == found.created_utc
    assert made["Folder of nights"] == found.folder.name
    for name, full_name in found.stagers:
        assert made[f"Stager {name}"] == full_name
    assert str(found.folder) not in written[0].read_text(encoding="utf-8")


def test_it_says_that_it_holds_names(page, workbook):
    assert any("holds names of nights and people" in text for text in page.said("p"))
    cells = [cell for row in workbook["Verdict"].iter_rows(values_only=True) for cell in row]
    assert any("holds names of nights and people" in str(cell) for cell in cells)


def test_the_page_needs_nothing_from_elsewhere_and_no_script(page, written):
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a"}
    attributes = {name for _, found in page.tags for name in found}
    assert not attributes & {"src", "href", "xlink:href", "srcset", "action"}
    assert not any(name.startswith("on") for name in attributes)
    text = written[0].read_text(encoding="utf-8")
    assert "url(" not in text
    assert "@import" not in text
    assert "://" not in text


def test_the_same_validation_gives_the_same_files(found, written, tmp_path):
    again = write_report(found, tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]


HOSTILE = '<script>alert("1")</script>&amp;\u202efdE.thgin'


def test_names_are_text_and_nothing_else(tmp_path):
    nights = example_nights(3)
    nights[0] = replace(nights[0], name=HOSTILE, person="=1+1", notes=('"><b onclick="x">',))
    nights[1] = replace(nights[1], left_out="<i>drafted</i>")
    validation = example_validation(nights)
    validation = replace(
        validation,
        not_judged=(NotJudged("=HYPERLINK(1)", "</td></table><style>*{display:none}</style>"),),
        stagers=(("a<b", 'c" & d'),),
    )
    paths = write_report(validation, tmp_path)
    shown = ReadPage(paths[0].read_text(encoding="utf-8"))
    names = [tag for tag, _ in shown.tags]
    assert names.count("style") == 1
    assert not {"script", "b", "i"} & set(names)
    assert shown.table("nights")[1][0][0] == HOSTILE.replace("\u202e", "\ufffd")
    assert shown.table("not-judged")[1][1][0] == validation.not_judged[0].why
    book = load_workbook(paths[1])
    assert rows_of(book, "Nights")[0]["Person"] == "'=1+1"
    assert book["Left out"]["A5"].value == "'=HYPERLINK(1)"
    assert book["Left out"]["A5"].data_type == "s"


def test_a_stage_that_no_night_holds_has_a_dash_and_an_empty_cell(tmp_path):
    validation = example_validation(without_r(example_nights(5, n_people=5)))
    assert all(one.f1[4].value is None for one in validation.figures)
    paths = write_report(validation, tmp_path)
    shown = ReadPage(paths[0].read_text(encoding="utf-8"))
    assert {row[-1] for row in shown.table("candidates")[1:]} == {("–", "in no night")}
    latency = [row for row in shown.table("metrics")[1:] if row[0][0] == "REM latency"]
    assert latency[0][2:] == [("0", ""), ("–", ""), ("–", "no night has both")]
    assert {cell for row in shown.table("confusion")[-1:] for cell in row[1:-1]} == {("–", "0")}
    rows = rows_of(load_workbook(paths[1]), "Candidates")
    assert {row["F1 R (0–1)"] for row in rows} == {None}


def test_one_person_has_figures_and_no_interval(tmp_path):
    validation = example_validation(example_nights(2, n_people=1, two_scorers=0))
    paths = write_report(validation, tmp_path)
    shown = ReadPage(paths[0].read_text(encoding="utf-8"))
    assert {row[1][1] for row in shown.table("candidates")[1:]} == {"one person"}
    assert "Of one person only, so there is no interval." in shown.said("p")
    assert any("two scorings, so how far people agree here is not known" in text
               for text in shown.said("p"))  # fmt: skip
    kappa = rows_of(load_workbook(paths[1]), "Candidates")[0]
    assert kappa["Kappa"] == pytest.approx(validation.figures[0].kappa.value)
    assert kappa["Kappa, low"] is None


def test_too_few_people_are_said_to_be_too_few(tmp_path):
    validation = example_validation(example_nights(3, n_people=3))
    assert not validation.verdict.is_decisive
    text = write_report(validation, tmp_path)[0].read_text(encoding="utf-8")
    assert "Too few people for the rule to decide" in text
    assert "too few people to choose another stager" in text


def test_where_no_night_counts_that_is_what_is_said(tmp_path):
    nights = [replace(night, left_out=DRAFTED) for night in example_nights(2)]
    validation = example_validation(nights)
    assert validation.verdict is None
    paths = write_report(validation, tmp_path)
    shown = ReadPage(paths[0].read_text(encoding="utf-8"))
    assert shown.said("h1") == ["No night counts, so nothing can be said of any stager."]
    assert [row[0][0] for row in shown.table("left-out")[1:]] == [one.name for one in nights]
    assert rows_of(load_workbook(paths[1]), "Candidates") == []


def test_the_sheets_stand_in_order_with_headings_in_view_and_print_areas(workbook):
    assert workbook.sheetnames == [
        "Verdict", "Candidates", "Nights", "Confusion", "Sleep figures", "Reliability", "Review",
        "Left out",
    ]  # fmt: skip
    for sheet in workbook.worksheets:
        assert sheet.freeze_panes == "B4"
        assert sheet.print_title_rows == "$1:$3"
        assert sheet.print_area.startswith(f"'{sheet.title}'!$A$1:")


def test_the_workbook_holds_the_figures_of_every_candidate_as_numbers(workbook, found):
    rows = rows_of(workbook, "Candidates")
    assert [row["Candidate"] for row in rows] == [one.candidate.name for one in found.figures]
    for row, one in zip(rows, found.figures, strict=True):
        assert (row["Nights (n)"], row["People (n)"], row["Epochs (n)"]) == (
            one.n_nights, one.n_people, one.n_epochs,
        )  # fmt: skip
        estimates = {
            "Kappa": one.kappa,
            "Difference of kappa": one.difference or Estimate(None),
            "Accuracy (0–1)": one.accuracy,
            "Macro-F1 (0–1)": one.macro_f1,
            **{f"F1 {s.text} (0–1)": f1 for s, f1 in zip(STAGES, one.f1, strict=True)},
        }
        for name, meant in estimates.items():
            shown = (row[name], row[f"{name}, low"], row[f"{name}, high"])
            assert shown == pytest.approx((meant.value, meant.low, meant.high))


def test_the_workbook_has_a_row_of_each_night_and_candidate(workbook, found):
    rows = rows_of(workbook, "Nights")
    counted = [night for night in found.nights if not night.left_out]
    pairs = [(night.name, one.candidate.name) for night in counted for one in found.figures]
    assert [(row["Night"], row["Candidate"]) for row in rows] == pairs
    yasa = Candidate(STAGERS[1:2])
    failed = next(
        row for row in rows if (row["Night"], row["Candidate"]) == ("night05.edf", "yasa")
    )
    assert failed["Kappa"] is None
    assert found.nights[4].failures[yasa] in failed["Why it has no figure, and notes"]
    by_person = [row["Kappa"] for row in rows if row["Candidate"] == "sleepscorer"]
    twice = np.mean([by_person[0], by_person[-1]])
    means = [twice, *by_person[1:-1]]
    ours = next(one for one in found.figures if one.candidate.name == "sleepscorer")
    assert np.mean(means) == pytest.approx(ours.kappa.value)


def test_the_other_sheets_hold_what_was_found(workbook, found):
    confusion = rows_of(workbook, "Confusion")
    counts = [[row[f"{stage.text} (n)"] for stage in STAGES] for row in confusion]
    assert counts == [list(row) for one in found.figures for row in one.confusion]
    percents = [sum(row[f"{stage.text} (% of row)"] for stage in STAGES) for row in confusion]
    assert percents == pytest.approx([100] * len(percents))
    metrics = rows_of(workbook, "Sleep figures")
    assert [(row["Bias"], row["Lower limit"], row["Upper limit"]) for row in metrics] == [
        pytest.approx((metric.bias, metric.low, metric.high))
        for one in found.figures
        for metric in one.metrics
    ]
    review = [tuple(row.values())[1:] for row in rows_of(workbook, "Review")]
    meant = [(100 * at, 100 * errors) for one in found.figures for at, errors in one.review]
    assert review == [pytest.approx(pair) for pair in meant]
    bins = [tuple(row.values())[1:] for row in rows_of(workbook, "Reliability")]
    meant = [tuple(100 * value for value in point) for one in found.figures
             for point in one.reliability]  # fmt: skip
    assert bins == [pytest.approx(point) for point in meant]


def test_a_report_is_replaced_only_where_that_was_asked(found, tmp_path):
    write_report(found, tmp_path)
    with pytest.raises(OutputExists):
        write_report(found, tmp_path)
    with pytest.raises(OutputExists):
        check_report(tmp_path)
    changed = replace(found, rule="Another rule.")
    paths = write_report(changed, tmp_path, force=True)
    assert "Another rule." in paths[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REPORT_NAMES)
def test_files_of_others_stay_even_where_replacing_was_asked(found, tmp_path, name):
    theirs = b"<html><head><title>sleepscorer validation</title></head></html>"
    (tmp_path / name).write_bytes(theirs)
    with pytest.raises(ExportError, match="not made by sleepscorer"):
        write_report(found, tmp_path, force=True)
    assert (tmp_path / name).read_bytes() == theirs
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_page_that_does_not_read_back_is_discarded(found, tmp_path, monkeypatch):
    monkeypatch.setattr(writing_module, "_write", lambda written, file: file.write(written[:-9]))
    with pytest.raises(ExportError, match="did not read back"):
        write_report(found, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_recording_that_was_read_is_never_written_over(found, tmp_path):
    path = tmp_path / REPORT_NAMES[0]
    path.write_text("night")
    with pytest.raises(ExportError, match="never overwritten"):
        write_report(found, tmp_path, force=True, sources=(path,))
