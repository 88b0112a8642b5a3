"""The statistics: five figures large, the others in groups that fold."""

import numpy as np
import pytest
from night_models import arousal, night_model
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from real_window import open_in, press, show_window

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.event_statistics import EVENT_FIGURES
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.core.statistics import DEFINITIONS, FigureGroup, sleep_statistics
from sleepscorer.files import event_rules
from sleepscorer.gui.look.appearance import apply_theme
from sleepscorer.gui.look.theme import DARK, LIGHT
from sleepscorer.gui.panels import statistics
from sleepscorer.gui.panels.figure_tree import FigureTree
from sleepscorer.gui.panels.main_figures import MainFigures
from sleepscorer.gui.panels.statistics import StatisticsPanel
from sleepscorer.simulation.hypnogram import simulate_hypnogram

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
KEYS = Qt.Key
LABELS = {d.key: d.label for d in DEFINITIONS}
NOT_SHOWN = {"transitions", "latency_r_onset_min"}
OF_EVENTS = {one.definition.key for one in EVENT_FIGURES if one.source is None}


def shown(qtbot, model, width=360):
    panel = StatisticsPanel(model)
    qtbot.addWidget(panel)
    apply_theme(QApplication.instance(), LIGHT)
    panel.resize(width, 640)
    panel.show()
    return panel


def tree_of(panel):
    return panel.findChild(FigureTree)


def tile(panel, key):
    """The large figure: the widget, its number and its unit."""
    main = panel.findChild(MainFigures)
    widget = next(
        one
        for one in main.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if one.accessibleName().startswith(f"{LABELS[key]}: ")
    )
    number, unit = widget.findChildren(QLabel)[:2]
    return widget, number, unit


def value(panel, key):
    """A figure as it is read."""
    tree = tree_of(panel)
    if key in tree.keys:
        item, column = tree._places[key]
        return item.text(column)
    _, number, unit = tile(panel, key)
    return f"{number.text()} {unit.text()}".strip()


def tip(panel, key):
    tree = tree_of(panel)
    if key in tree.keys:
        item, column = tree._places[key]
        return item.toolTip(column)
    return tile(panel, key)[0].toolTip()


def group(panel, title):
    tree = tree_of(panel)
    items = [tree.topLevelItem(row) for row in range(tree.topLevelItemCount())]
    return next(item for item in items if item.text(0) == title)


def scored_night():
    night = simulate_hypnogram(n_epochs=1200, seed=3).stages
    model = night_model(n_epochs=1200)
    for stage in STAGES:
        model.score_epochs(np.flatnonzero(night == stage).tolist(), stage)
    model.set_lights(300.0, 35_400.0)
    return model, sleep_statistics(Hypnogram(night, lights_off_s=300.0, lights_on_s=35_400.0))


def test_figures_follow_the_scoring_a_moment_later(qtbot):
    model = night_model()
    panel = shown(qtbot, model)
    assert value(panel, "trt_min") == "50.0 min"
    assert value(panel, "tst_min") == value(panel, "sl_min") == "—"
    assert tip(panel, "tst_min").endswith("\n— Nothing was scored.")
    assert "Nothing was scored." in panel._notes.text()
    model.score_epochs(range(10), Stage.W)
    model.score_epochs(range(10, 100), Stage.N2)
    assert value(panel, "tst_min") == "—"
    qtbot.waitUntil(lambda: value(panel, "tst_min") == "45.0 min")
    assert value(panel, "sl_min") == "5.0 min"
    assert value(panel, "se_pct") == "90.0 %"
    assert value(panel, "n2_pct") == "100.0 %"
    assert value(panel, "awakenings") == "0"
    assert value(panel, "awakening_index_per_h") == "0.0/h"
    assert value(panel, "cycles") == "1"
    assert value(panel, "rem_latency_min") == "—"
    assert panel._scored.text() == "100 of 100 epochs scored, 100 reviewed by a person"


def test_the_five_that_are_asked_for_are_large_and_first(qtbot):
    model, _ = scored_night()
    panel = shown(qtbot, model)
    main = panel.findChild(MainFigures)
    assert set(main.keys) == {d.key for d in DEFINITIONS if d.group is FigureGroup.MAIN}
    captions = [label.text() for label in main.findChildren(QLabel, "faint")]
    assert sorted(captions) == ["REM latency", "SE", "Sleep latency", "TST", "WASO"]
    assert main.geometry().bottom() < tree_of(panel).geometry().top()
    body_px = QFontMetrics(panel.font()).height()
    for key in main.keys:
        widget, number, _ = tile(panel, key)
        assert QFontMetrics(number.font()).height() > 1.5 * body_px
        assert widget.accessibleName() == f"{LABELS[key]}: {value(panel, key)}"


def why_none(panel, key):
    """What stands under a large figure that is undefined; empty where nothing does."""
    label = tile(panel, key)[0].findChild(QLabel, "small")
    return label.text() if label.isVisible() else ""


@pytest.mark.parametrize("width", [300, 360])
def test_under_a_large_dash_stands_why(qtbot, width):
    model = night_model()
    panel = shown(qtbot, model, width)
    keys = panel.findChild(MainFigures).keys
    assert {why_none(panel, key) for key in keys} == {"nothing was scored"}
    for key in keys:
        label = tile(panel, key)[0].findChild(QLabel, "small")
        assert label.height() >= label.heightForWidth(label.width())
        assert label.font().pixelSize() < panel.fontInfo().pixelSize()
    model.score_epochs(range(100), Stage.W)
    qtbot.waitUntil(lambda: why_none(panel, "sl_min") == "no sleep was scored")
    model.score_epochs(range(10, 100), Stage.N2)
    qtbot.waitUntil(lambda: why_none(panel, "sl_min") == "")
    whys = {key: why_none(panel, key) for key in keys if value(panel, key) == "—"}
    assert whys == {"rem_latency_min": "no R was scored"}


def test_no_figure_is_shown_twice_and_none_is_missing(qtbot):
    panel = shown(qtbot, night_model())
    keys = [*panel.findChild(MainFigures).keys, *tree_of(panel).keys]
    assert len(keys) == len(set(keys))
    assert set(keys) == set(LABELS) - NOT_SHOWN | OF_EVENTS


def test_every_figure_is_that_of_the_core(qtbot):
    model, expected = scored_night()
    panel = shown(qtbot, model)
    assert expected.tst_min > 300
    assert expected.latency_r_onset_min == expected.rem_latency_min
    units = {d.key: d.unit for d in DEFINITIONS}
    for key in set(LABELS) - NOT_SHOWN:
        wanted, text = getattr(expected, key), value(panel, key)
        if wanted is None:
            assert text == "—", key
        elif key == "cycles":
            assert text == str(len(wanted))
        else:
            number = text.split("/")[0].split()[0]
            assert float(number) == pytest.approx(wanted, abs=0.0501), key
            unit = text.removeprefix(number)
            assert unit == {"min": " min", "%": " %", "1/h": "/h", "n": ""}[units[key]], key


def test_stages_are_rows_of_one_small_table_with_their_colours(qtbot):
    model, _ = scored_night()
    panel = shown(qtbot, model)
    rows = group(panel, "Stages")
    table = [[rows.child(i).text(column) for column in range(3)] for i in range(rows.childCount())]
    assert table[0] == ["", "in all", "of TST"]
    assert [row[0] for row in table[1:]] == ["W", "N1", "N2", "N3", "R", "Unscored"]
    assert all(row[1].endswith(" min") for row in table[1:])
    assert [row[2].endswith(" %") for row in table[1:]] == [False, True, True, True, True, False]
    for theme in (DARK, LIGHT):
        panel.set_theme(theme)
        chips = [rows.child(at).data(0, Qt.ItemDataRole.DecorationRole) for at in range(1, 7)]
        assert [chip.name() for chip in chips] == [
            theme.stages[stage] for stage in (*STAGES, Stage.UNSCORED)
        ]


def test_many_keys_make_one_update(qtbot, monkeypatch):
    model = night_model()
    panel = shown(qtbot, model)
    made = []
    compute = statistics.sleep_statistics
    monkeypatch.setattr(statistics, "sleep_statistics", lambda *a: made.append(1) or compute(*a))
    for epoch in range(30):
        model.score_epochs([epoch], Stage.N2)
    qtbot.waitUntil(lambda: value(panel, "tst_min") == "15.0 min")
    assert len(made) == 1


def test_arousals_count_once_they_are_said_to_be_scored(qtbot):
    model = night_model()
    model.score_epochs(range(100), Stage.N2)
    model.set_lights(0.0, 2400.0)
    for onset_s in (300.0, 600.0, 2700.0):
        model.replace_event(None, arousal(onset_s))
    panel = shown(qtbot, model)
    assert panel.n_arousals is None
    assert value(panel, "arousal_index_per_h") == "—"
    assert "nobody says" in tip(panel, "arousal_index_per_h")
    with qtbot.waitSignal(panel.scored_changed):
        panel._arousals.setFocus()
        qtbot.keyClick(panel._arousals, KEYS.Key_Space)
    assert panel.n_arousals == 2
    assert value(panel, "arousal_index_per_h") == "3.0/h"


def test_events_count_once_somebody_says_that_they_were_scored(qtbot):
    model = night_model()
    model.score_epochs(range(20), Stage.W)
    model.score_epochs(range(20, 100), Stage.N2)
    for onset_s in (100.0, 700.0, 900.0):
        model.replace_event(None, Event(onset_s, 20.0, "Hypopnea"))
    panel = shown(qtbot, model)
    assert value(panel, "ahi_per_h") == "—"
    assert "respiratory events were scored" in tip(panel, "ahi_per_h")
    with qtbot.waitSignal(panel.scored_changed):
        panel._boxes.boxes[EventFamily.RESPIRATORY].click()
    # Two begin in 40 min of sleep, one in wake.
    assert (value(panel, "ahi_per_h"), value(panel, "hypopneas")) == ("3.0/h", "2")
    assert "Hypopneas by rule 1A" in panel._notes.text()
    model.score_epochs(range(20), Stage.N1)
    qtbot.waitUntil(lambda: value(panel, "hypopneas") == "3")
    assert value(panel, "plmi_per_h") == "—"
    assert model.scored == {EventFamily.RESPIRATORY}


def test_a_wrong_file_of_rules_is_told_and_the_shipped_rules_count(qtbot, tmp_path, monkeypatch):
    own = tmp_path / "event_rules.toml"
    own.write_text("[respiratory]")
    monkeypatch.setattr(event_rules, "own_event_rules_path", lambda: own)
    model = night_model()
    model.set_scored(EventFamily.RESPIRATORY, True)
    panel = shown(qtbot, model)
    assert "Events are counted by the program's own rules" in panel._notes.text()


def test_arousals_of_the_recording_count_with_those_marked_here(qtbot):
    model = night_model(events=(arousal(300.0), arousal(600.0)))
    model.score_epochs(range(100), Stage.N2)
    for onset_s in (600.0, 900.0):
        model.replace_event(None, arousal(onset_s))
    model.arousals_scored = True
    assert shown(qtbot, model).n_arousals == 3


@pytest.mark.parametrize(
    ("stages", "key", "reason"),
    [
        ((Stage.W,), "sl_min", "No sleep was scored."),
        ((Stage.W, Stage.N2), "rem_latency_min", "No R was scored."),
        ((Stage.W, Stage.N2), "rem_latency_less_wake_min", "No R was scored."),
        ((Stage.W, Stage.N2), "latency_n3_onset_min", "No N3 was scored."),
        ((Stage.W, Stage.N2), "lps_min", "No 10 min of uninterrupted sleep."),
    ],
)
def test_a_dash_gives_its_reason(qtbot, stages, key, reason):
    model = night_model()
    for epoch in range(100):
        model.score_epochs([epoch], stages[epoch % len(stages)])
    panel = shown(qtbot, model)
    assert value(panel, key) == "—"
    assert tip(panel, key).endswith(f"\n— {reason}")


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ((None, None), "Lights off and lights on are not marked"),
        ((60.0, None), "Lights on is not marked"),
        ((None, 600.0), "Lights off is not marked"),
    ],
)
def test_lights_that_nobody_marked_are_said(qtbot, marks, said):
    model = night_model()
    model.score_epochs(range(100), Stage.N2)
    model.set_lights(*marks)
    panel = shown(qtbot, model)
    assert said in panel._notes.text()
    model.set_lights(60.0, 1200.0)
    qtbot.waitUntil(lambda: "marked" not in panel._notes.text())


@pytest.mark.parametrize("width", [300, 360])
def test_no_name_and_no_figure_is_cut_in_the_dock(qtbot, width):
    model, _ = scored_night()
    panel = shown(qtbot, model, width)
    assert panel.width() == width
    tree = tree_of(panel)
    tree.expandAll()
    assert tree.horizontalScrollBar().maximum() == 0
    metrics = QFontMetrics(tree.font())

    def has_lines(item):
        room = tree.columnWidth(0) - 2 * tree.indentation()
        words = metrics.boundingRect(0, 0, room, 999, Qt.TextFlag.TextWordWrap, item.text(0))
        return tree.visualItemRect(item).height() >= words.height()

    for item, column in tree._places.values():
        assert metrics.horizontalAdvance(item.text(column)) < tree.columnWidth(column)
        qtbot.waitUntil(lambda item=item: has_lines(item))
    for key in panel.findChild(MainFigures).keys:
        for label in tile(panel, key)[1:]:
            assert label.width() >= label.sizeHint().width()


def test_hidden_it_computes_nothing_and_shown_it_is_up_to_date(qtbot):
    model = night_model()
    panel = shown(qtbot, model)
    panel.hide()
    model.score_epochs(range(100), Stage.N2)
    assert not panel._update_timer.isActive()
    panel.show()
    assert value(panel, "tst_min") == "50.0 min"


def test_every_figure_explains_itself(qtbot):
    panel = shown(qtbot, night_model())
    assert tip(panel, "waso_min").startswith("Wake after sleep onset (WASO): ")
    assert "final" in tip(panel, "waso_min")
    for key in set(LABELS) - NOT_SHOWN:
        assert tip(panel, key).startswith(f"{LABELS[key]}: ")


def test_all_figures_are_copied(qtbot, opened):
    opened.workspace.model.score_epochs(range(0, 40), Stage.N2)
    press(qtbot, opened, KEYS.Key_3, CTRL)
    press(qtbot, opened, KEYS.Key_C, CTRL)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert opened.status.message == f"{len(lines)} figures copied"
    assert len(lines) == len(set(LABELS) - NOT_SHOWN | OF_EVENTS)
    assert f"Total sleep time (TST)\t{value(opened.workspace.statistics, 'tst_min')}" in lines
    assert "NREM-REM cycles (research)\t1" in lines
    assert "REM latency\t—" in lines


def test_groups_open_by_click_and_keys_and_are_remembered(qtbot, opened, settings, night):
    press(qtbot, opened, KEYS.Key_3, CTRL)
    panel = opened.workspace.statistics
    tree = tree_of(panel)
    assert tree.hasFocus()
    assert tree.open_groups == settings.now.open_statistics == ("STAGES",)
    latencies = group(panel, "Latencies")
    place = tree.visualItemRect(latencies).center()
    qtbot.mouseClick(tree.viewport(), LEFT, pos=place)
    assert latencies.isExpanded()
    assert settings.now.open_statistics == ("LATENCIES", "STAGES")
    qtbot.mouseClick(tree.viewport(), LEFT, pos=place)
    assert not latencies.isExpanded()
    press(qtbot, opened, KEYS.Key_Home)
    tree.setCurrentItem(group(panel, "Stages"))
    press(qtbot, opened, KEYS.Key_Return)
    assert settings.now.open_statistics == ()
    press(qtbot, opened, KEYS.Key_Up)
    press(qtbot, opened, KEYS.Key_Space)
    assert settings.now.open_statistics == ("LATENCIES",)
    opened.close()
    again = open_in(qtbot, show_window(qtbot, settings), night)
    assert tree_of(again.workspace.statistics).open_groups == ("LATENCIES",)
    again.close()


def test_groups_of_another_version_are_no_hindrance(qtbot):
    panel = shown(qtbot, night_model())
    panel.show_open_groups(("STAGES", "DREAMS"))
    assert tree_of(panel).open_groups == ("STAGES",)
