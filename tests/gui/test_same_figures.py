"""Every figure of a night is the same on the screen, in Excel, PDF, CSV and JSON."""

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from night_models import arousal, night_model
from printed_figures import (
    LISTED,
    ExcelFigures,
    PdfFigures,
    expected,
    expected_of_stages,
    of_screen,
    stages_of_csv,
)

from sleepscorer.cli import main
from sleepscorer.core.arousals import count_arousals
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.metrics import DEFINITIONS
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.core.undefined import figures_of
from sleepscorer.files.exports.formats import write_exports
from sleepscorer.files.exports.night import Night
from sleepscorer.gui.panels.statistics import StatisticsPanel
from sleepscorer.simulation.hypnogram import simulate_hypnogram

_KEYS = {one.key for one in DEFINITIONS}
_AROUSALS = tuple(arousal(onset_s) for onset_s in np.arange(40.0, 27_000.0, 411.0).tolist())


def _night(seed, *, hours=8.0, stages=None, marked=True):
    """A simulated scoring; ``stages`` makes others of those that were simulated."""
    made = simulate_hypnogram(n_epochs=round(hours * 120), seed=seed)
    kept = made.stages if stages is None else stages(made.stages).astype(np.int8)
    marks = (made.lights_off_s, made.lights_on_s) if marked else (None, None)
    return Hypnogram(kept, 30.0, *marks)


def _with_gaps(stages):
    return np.where(np.arange(stages.size) % 97 < 8, Stage.UNSCORED, stages)


# Hypnogram, and whether all arousals were marked.
NIGHTS = {
    "usual": (_night(1), False),
    "arousals": (_night(2, hours=7.3), True),
    "no lights marks": (_night(3, marked=False), False),
    "partly unscored": (_night(4, stages=_with_gaps), True),
    "short sleep": (_night(5, hours=3.1), False),
    "without REM": (_night(6, stages=lambda s: np.where(s == Stage.R, Stage.N2, s)), False),
    "without sleep": (_night(7, stages=lambda s: np.full(s.size, Stage.W)), True),
    "unscored": (_night(8, stages=lambda s: np.full(s.size, Stage.UNSCORED)), False),
    "one hour": (_night(9, hours=1.0), False),
    "26 hours": (_night(10, hours=26.0), True),
}


@pytest.fixture(params=NIGHTS.values(), ids=NIGHTS)
def night(request) -> Night:
    hypnogram, arousals_scored = request.param
    n_arousals = count_arousals(_AROUSALS, hypnogram) if arousals_scored else None
    return Night(
        path=Path("/nowhere/night.edf"),
        format_name="EDF+C",
        start=datetime(2024, 1, 1, 22, 50),
        duration_s=hypnogram.duration_s,
        hypnogram=hypnogram,
        statistics=sleep_statistics(hypnogram, n_arousals),
        lights_source="lights off from annotation, lights on from annotation",
        events=_AROUSALS if arousals_scored else (),
    )


def _n_arousals(night):
    return count_arousals(night.events, night.hypnogram) if night.events else None


def _panel(qtbot, night):
    """The Statistics panel of a session that was scored so."""
    hypnogram = night.hypnogram
    model = night_model(n_epochs=hypnogram.n_epochs)
    for stage in STAGES:
        model.score_epochs(np.flatnonzero(hypnogram.stages == stage).tolist(), stage)
    model.set_lights(hypnogram.lights_off_s, hypnogram.lights_on_s)
    for event in night.events:
        if event.onset_s < hypnogram.duration_s:
            model.replace_event(None, event)
    model.arousals_scored = bool(night.events)
    panel = StatisticsPanel(model)
    qtbot.addWidget(panel)
    return panel


def _printed(args, capsys):
    assert main([str(one) for one in args]) == 0
    return capsys.readouterr().out


def test_each_medium_shows_the_figures_of_the_night(qtbot, night, tmp_path, capsys):
    statistics = night.statistics
    figures, of_stages = expected(statistics), expected_of_stages(statistics)
    write_exports(night, tmp_path, stem="n", formats=("csv", "xlsx", "json", "pdf"))

    screen = of_screen(_panel(qtbot, night))
    assert _KEYS - set(screen) == {"transitions", "latency_r_onset_min"}
    assert screen == {key: figures[key] for key in screen}

    excel = ExcelFigures(tmp_path / "n_report.xlsx")
    assert excel.summary() == figures
    assert excel.stages() == of_stages
    n_columns = len(statistics.transition_stages) + 1
    counts = [row[1:] for row in excel.counts("Transitions", n_columns)]
    assert counts == [list(row) for row in statistics.transitions]

    pdf = PdfFigures(tmp_path / "n_report.pdf")
    found = pdf.figures()
    assert _KEYS - set(found) == {
        "transitions",
        *(d.key for d in DEFINITIONS if d.stage is not None),
    }
    assert found == {key: figures[key] for key in found}
    assert pdf.stages() == of_stages
    for stage, row in zip(statistics.transition_stages, statistics.transitions, strict=True):
        assert f" {stage.text} {' '.join(map(str, row))} " in pdf.text

    cycles = [
        [c.start_min, c.end_min, c.end_min - c.start_min, c.nrem_min, c.rem_min]
        for c in statistics.cycles
    ]
    rows = excel.counts("Cycles", 7)
    assert [[*row[1:4], *row[5:]] for row in rows] == cycles
    for number, cycle in enumerate(cycles, start=1):
        assert f" {number} {' '.join(f'{minutes:.1f}' for minutes in cycle)} " in pdf.text

    stored = json.loads((tmp_path / "n_staging.json").read_text("utf-8"))
    assert stored["statistics"] == json.loads(json.dumps(figures_of(statistics)))
    assert {k for k, value in stored["statistics"].items() if value is None} == {
        key for key, text in figures.items() if not text
    }

    table = tmp_path / "n_epochs.csv"
    lights, n_arousals = stored["lights"], _n_arousals(night)
    again = Hypnogram(stages_of_csv(table), stored["epoch_s"], lights["off_s"], lights["on_s"])
    assert sleep_statistics(again, n_arousals) == statistics

    options = ["statistics", table]
    for name, value in (
        ("--lights-off", lights["off_s"]),
        ("--lights-on", lights["on_s"]),
        ("--arousals", n_arousals),
    ):
        options += [] if value is None else [name, value]
    printed = json.loads(_printed([*options, "--json"], capsys))
    # The published vectors have 0 min of sleep where nobody scored: their keys, their values.
    assert printed == json.loads(json.dumps(statistics.as_dict()))
    assert {k: v for k, v in printed.items() if stored["statistics"][k] is not None} == {
        k: v for k, v in stored["statistics"].items() if v is not None
    }
    lines = [line.rstrip() for line in _printed(options, capsys).splitlines()]
    for one in DEFINITIONS:
        if one.key not in LISTED:
            unit = "" if one.unit == "n" else one.unit
            shown = f"{figures[one.key] or '–'} {unit}".rstrip()
            beside = [line for line in lines if line.split("  ")[0] == one.label]
            assert [line.removeprefix(one.label).strip() for line in beside] == [shown], one.key


def test_a_night_of_nothing_has_no_zero_for_what_nobody_scored():
    hypnogram, _ = NIGHTS["unscored"]
    defined = {key for key, text in expected(sleep_statistics(hypnogram)).items() if text}
    assert defined == {"trt_min", "unscored_min"}
