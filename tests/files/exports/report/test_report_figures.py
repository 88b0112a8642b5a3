"""The figures of a report are those of the night, and what has no value says why."""

import json
import re

import numpy as np
import pytest
from openpyxl import load_workbook
from report_nights import night_of, pages_of, text_of

from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.metrics import FigureGroup
from sleepscorer.core.stages import THREE_STAGES, Stage
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.core.undefined import figure_of, figures_of, why_undefined
from sleepscorer.core.wording import rounded
from sleepscorer.files.exports.formats import write_exports
from sleepscorer.files.exports.report.content import Content, register_fonts
from sleepscorer.files.exports.report.figures import _figures_table
from sleepscorer.files.exports.report.languages import language_codes, words_of
from sleepscorer.files.exports.report.looked_up import looked_up

_CYCLE = [0] * 8 + [1] * 5 + [2] * 30 + [3] * 22 + [2] * 9 + [4] * 16 + [0] * 3
NIGHTS = {
    "usual": np.resize(_CYCLE, 960),
    "no R": np.where(np.resize(_CYCLE, 960) == 4, 2, np.resize(_CYCLE, 960)),
    "no sleep": np.zeros(700, int),
    "nothing scored": np.full(700, -1),
    "some unscored": np.where(np.arange(960) % 7 == 0, -1, np.resize(_CYCLE, 960)),
    "one hour": np.resize(_CYCLE, 120),
    "26 hours": np.resize(_CYCLE, 3120),
    "one epoch": np.array([2]),
}


def _shown(value, unit):
    if value is None:
        return "–"
    return str(value) if unit == "n" else rounded(value)


@pytest.mark.parametrize("stages", NIGHTS.values(), ids=NIGHTS)
def test_every_figure_stands_beside_its_name(stages):
    night = night_of(stages)
    text = text_of(night)
    words = words_of("en")
    for definition in night.statistics.definitions:
        if definition.key in ("cycles", "transitions") or definition.stage is not None:
            continue
        value = figure_of(night.statistics, definition.key)
        label = words.label(definition)
        if definition.group is FigureGroup.MAIN:
            # Their names stand in a row above the numbers.
            assert label in text
            if value is not None:
                assert f"{_shown(value, definition.unit)} {definition.unit}" in text
            continue
        reason = r"[^–]*?" if value is None else " "
        pattern = re.escape(label) + reason + re.escape(_shown(value, definition.unit))
        assert re.search(pattern, text), definition.key


@pytest.mark.parametrize("stages", NIGHTS.values(), ids=NIGHTS)
def test_the_table_of_stages_is_the_nights(stages):
    night = night_of(stages)
    text = pages_of(night)[0]
    values, trt_min = figures_of(night.statistics), night.statistics.trt_min
    for stage in night.statistics.transition_stages:
        key = stage.name.lower()
        minutes = values[f"{key}_min"]
        if minutes is None:
            dashes = "– – – – – –" if stage.is_sleep else "– – –"
            assert f"{stage.text} {dashes}" in text
            continue
        seconds = round(60 * minutes)
        row = [
            stage.text,
            f"{minutes:.1f}",
            f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}",
        ]
        if stage.is_sleep:
            row.append(_shown(values[f"{key}_pct"], "%"))
        row.append(rounded(100 * minutes / trt_min))
        if stage.is_sleep:
            row += [_shown(values[f"latency_{key}{end}_min"], "min") for end in ("", "_onset")]
        assert " ".join(row) in text


def test_five_figures_and_the_stages_stand_on_the_first_page():
    first = pages_of(night_of(NIGHTS["usual"]))[0]
    for words in ("Total sleep time", "Sleep efficiency", "Sleep latency", "REM latency", "WASO"):
        assert words in first
    assert "% TST" in first


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("no R", ("no stage R",)),
        ("no sleep", ("no sleep",)),
        ("nothing scored", ("nothing was scored",)),
        ("one epoch", ("no 10 min of sleep without a break", "no 5 min of sleep without a break")),
        ("usual", ("nobody said that all arousals are marked",)),
    ],
)
def test_a_dash_has_its_reason(name, reasons):
    text = text_of(night_of(NIGHTS[name]))
    for reason in reasons:
        assert reason in text


def test_one_reason_for_all_is_not_told_at_each():
    first = pages_of(night_of(NIGHTS["nothing scored"], staging=None))[0]
    told = first.partition("Warnings of the program")[0]
    # At the sleep onset, below the large figures, above the others.
    assert told.count("nothing was scored") == 3


@pytest.mark.parametrize("code", language_codes())
def test_the_arousal_index_says_what_to_do(code):
    text = words_of(code)("undefined.arousals_not_scored")
    assert "--arousals-scored" in text
    assert "Arousals were scored" in text


def test_figures_of_single_stages_stand_in_their_own_table():
    night = night_of(NIGHTS["usual"])
    look = looked_up(night.look)
    content = Content(night, look.words, look.template, 500.0)
    register_fonts()
    made = _figures_table(content, (FigureGroup.TIME, FigureGroup.STAGES), 240.0)
    labels = [row[0].text for row in made._cellvalues]
    assert labels
    assert not [label for label in labels if label.endswith((" duration", "% of TST"))]


def test_a_dash_has_no_unit():
    text = text_of(night_of(NIGHTS["nothing scored"]))
    assert "350.0 min" in text
    for unit in ("min", "%", "1/h"):
        assert f"– {unit}" not in text


def test_what_has_a_value_has_no_reason():
    text = text_of(night_of(NIGHTS["usual"]))
    for other in ("no stage", "no sleep", "nothing was scored"):
        assert other not in text


@pytest.mark.parametrize("stages", NIGHTS.values(), ids=NIGHTS)
def test_every_undefined_figure_has_a_reason(stages):
    statistics = sleep_statistics(Hypnogram(np.asarray(stages, np.int8)))
    for definition in statistics.definitions:
        why = why_undefined(statistics, definition.key)
        assert (why is None) == (figure_of(statistics, definition.key) is not None)


def test_lights_between_which_no_epoch_lies_are_the_reason():
    statistics = sleep_statistics(Hypnogram(np.zeros(4, np.int8), 30.0, 31.0, 40.0))
    assert str(why_undefined(statistics, "se_pct").reason) == "no_window"


def test_figures_equal_those_of_excel_csv_and_json(tmp_path):
    night = night_of(NIGHTS["some unscored"])
    text = text_of(night)
    write_exports(night, tmp_path, stem="n", formats=("csv", "xlsx", "json", "pdf"))
    summary = load_workbook(tmp_path / "n_report.xlsx")["Summary"]
    excel = {row[0]: row[1] for row in summary.iter_rows(values_only=True)}
    stored = json.loads((tmp_path / "n_staging.json").read_text())["statistics"]
    for key, label in (
        ("tst_min", "Total sleep time (TST)"),
        ("se_pct", "Sleep efficiency (SE)"),
        ("stage_shift_index_per_h", "Stage shift index"),
        ("trt_min", "Total recording time (TRT, time in bed)"),
    ):
        assert excel[label] == pytest.approx(stored[key])
        assert f"{stored[key]:.1f}" in text
    rows = (tmp_path / "n_epochs.csv").read_text().splitlines()[1:]
    n_rem = sum(",R," in row for row in rows)
    assert n_rem / 2 == stored["r_min"]
    assert f"R {n_rem / 2:.1f} " in text


def test_cycles_and_transitions_are_those_of_the_night():
    night = night_of(NIGHTS["usual"])
    text = pages_of(night)[1]
    assert night.statistics.cycles
    for number, cycle in enumerate(night.statistics.cycles, start=1):
        lengths = (cycle.start_min, cycle.end_min, cycle.end_min - cycle.start_min)
        row = " ".join(f"{one:.1f}" for one in (*lengths, cycle.nrem_min, cycle.rem_min))
        assert f"{number} {row}" in text
    stages = night.statistics.transition_stages
    for stage, counts in zip(stages, night.statistics.transitions, strict=True):
        assert f"{stage.text} {' '.join(map(str, counts))}" in text


def test_agreement_counts_what_a_person_saw():
    stages = np.asarray(NIGHTS["usual"], np.int8)
    corrected = stages.copy()
    corrected[:50] = Stage.N2
    seen = np.arange(960) < 100
    night = night_of(
        corrected,
        staging=night_of(stages).staging,
        reviewed=seen,
        by_person=np.arange(960) < 50,
        n_edited=int((stages != corrected).sum()),
    )
    text = pages_of(night)[1]
    n_equal = int((stages == corrected)[:100].sum())
    assert "Epochs compared 100" in text
    assert f"Equal epochs {n_equal:.1f} %" in text
    assert "biased upward" in text
    assert f"Edited by people {night.n_edited} of 960 epochs" in text
    assert "Reviewed by a person 100 of 960 epochs (10.4 %)" in text


def test_without_a_person_there_is_no_agreement():
    assert "no person scored or reviewed an epoch" in text_of(night_of(NIGHTS["usual"]))


def test_three_stages_have_no_cycles_and_their_own_definitions():
    stages = np.where(np.isin(NIGHTS["usual"], (1, 2, 3)), Stage.NREM, NIGHTS["usual"])
    night = night_of(stages, stage_set=THREE_STAGES)
    text = text_of(night)
    assert "Cycles can't be told in three stages." in text
    assert "Epochs of NREM and R." in text
    assert f"NREM {night.statistics.nrem_min:.1f}" in text
    assert "N1" not in text.split("Definitions")[1]
