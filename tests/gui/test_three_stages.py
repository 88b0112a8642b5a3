"""The machine's layer in three stages, smoothed and equivocal, on the real window, by keys."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from night_models import staging_of
from PySide6.QtCore import QPoint, Qt
from real_window import PLAIN, dialog_of, open_in, press, show_window, write_night

from sleepscorer.core.stages import STAGES, THREE_STAGES, Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.gui.actions.table import BY_ID
from sleepscorer.gui.dialogs.auto_scoring_choice import AutoScoringDialog
from sleepscorer.gui.keys import PROFILES
from sleepscorer.gui.look.theme import LIGHT
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.gui.traces.epoch_title import epoch_title
from sleepscorer.pipeline import Answers, Destination

DOUBTFUL = 8
_KEYS = Qt.Key


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Path:
    """Thirty epochs."""
    folder = tmp_path_factory.mktemp("night")
    return write_night(folder / "Night.edf", "F4-M1", "C4-M1", "E1-M2", "E2-M2", hours=0.25)


def _staging(n_epochs):
    """N2, but epoch 8 is N1 by a hair; by the hierarchy NREM, and REM from epoch 20 on."""
    plain = staging_of(np.full(n_epochs, Stage.N2))
    rows = plain.probabilities.copy()
    rows[DOUBTFUL] = [0, 0.52, 0.48, 0, 0]
    hierarchy = np.tile(np.array([0.05, 0.9, 0.05], np.float32), (n_epochs, 1))
    hierarchy[20:] = [0.05, 0.05, 0.9]
    return Staging(rows, plain.provenance, hierarchy)


@pytest.fixture
def staged(opened):
    """The night, staged but not filled in: the machine's answer stands beside."""
    session = opened.document.session
    session.score(range(session.n_epochs), Stage.N2)
    session.fill(_staging(session.n_epochs))
    return opened


def _at(window, epoch):
    model = window.workspace.model
    model.select_epoch(epoch)
    return epoch_title(model).after


def _colour(window, rect, epoch, share=0.5):
    """The colour that the overview shows for an epoch, at a share of the height of a strip."""
    canvas = window.workspace.overview.canvas
    # Away from the mark of the page, which tints what it covers.
    window.workspace.model.select_epoch(15)
    image = canvas.grab().toImage()
    x = canvas.axis.x_of((epoch + 0.5) * 30)
    ratio = image.devicePixelRatio()
    y = rect.top() + share * rect.height()
    return image.pixelColor(round(x * ratio), round(y * ratio)).name()


def _choice(folder, *formats):
    return Destination(folder, formats, force=False, deidentify=False)


def _strips(window):
    return window.workspace.overview.canvas.strips


def test_the_keys_switch_between_five_and_three_stages(qtbot, staged):
    model = staged.workspace.model
    assert model.machine_stage_set == STAGES
    assert _at(staged, 25).endswith("machine N2, 80 % sure")
    press(qtbot, staged, "h")
    assert model.machine_stage_set == THREE_STAGES
    assert _at(staged, 25).endswith("machine R, 90 % sure")
    assert _at(staged, 3).endswith("machine NREM, 90 % sure")
    assert staged.settings.now.three_stages
    press(qtbot, staged, "h")
    assert staged.actions_of["view.stages_3"].isChecked()
    press(qtbot, staged, "f")
    assert model.machine_stage_set == STAGES
    checked = [staged.actions_of[f"view.stages_{n}"].isChecked() for n in (5, 3)]
    assert checked == [True, False]
    assert set(model.session.state.stages.tolist()) == {Stage.N2}


def test_the_overview_follows(qtbot, staged):
    rect = _strips(staged).hypnodensity
    assert _colour(staged, rect, 25) == LIGHT.stages[Stage.N2]
    press(qtbot, staged, "h")
    assert _colour(staged, rect, 25) == LIGHT.stages[Stage.R]
    assert _colour(staged, rect, 3) == LIGHT.stages[Stage.N2]
    described = staged.workspace.overview.canvas._layers.described
    assert "machine NREM, 90 % sure" in described(3)


def test_nrem_is_no_line_at_n2(qtbot, opened):
    opened.document.session.fill(_staging(opened.document.session.n_epochs))
    opened.document.session.score(range(opened.document.session.n_epochs), Stage.W)
    rect = _strips(opened).hypnogram
    n1, n3 = 2.2 / 5, 4.8 / 5
    assert _colour(opened, rect, 3, n1) == _colour(opened, rect, 3, n3) == LIGHT.background
    press(qtbot, opened, "h")
    assert _colour(opened, rect, 3, n1) == _colour(opened, rect, 3, n3) != LIGHT.background
    assert _colour(opened, rect, 25, n1) == LIGHT.background


def test_raw_and_smoothed_stand_side_by_side(qtbot, staged):
    assert _strips(staged).machine.height() == _strips(staged).smoothed.height() == 0
    assert _at(staged, DOUBTFUL).endswith("machine N1, 52 % sure · N1/N2 equivocal")
    press(qtbot, staged, "o")
    strips = _strips(staged)
    assert strips.smoothed.top() > strips.machine.bottom() > strips.machine.top()
    assert _colour(staged, strips.machine, DOUBTFUL) == LIGHT.stages[Stage.N1]
    assert _colour(staged, strips.smoothed, DOUBTFUL) == LIGHT.stages[Stage.N2]
    assert _at(staged, DOUBTFUL).endswith("machine N1, 52 % sure · N1/N2 equivocal · smoothed N2")
    assert staged.document.session.machine.stages[DOUBTFUL] == Stage.N1
    press(qtbot, staged, "o")
    assert _strips(staged).machine.height() == 0
    assert not staged.actions_of["view.smooth"].isChecked()


def test_strips_shown_on_demand_take_their_room_from_the_traces(qtbot, staged):
    staged.resize(1366, 768)
    splitter = staged.workspace._splitter
    before, hypnogram_px = splitter.sizes(), _strips(staged).hypnogram.height()
    press(qtbot, staged, "o")
    assert _strips(staged).hypnogram.height() == hypnogram_px
    assert splitter.sizes() == [before[0] + 24, before[1] - 24]
    path = staged.document.recording.path
    staged.close_recording()
    open_in(qtbot, staged, path)
    qtbot.waitUntil(lambda: _strips(staged).hypnogram.height() == hypnogram_px)
    press(qtbot, staged, "o")
    assert staged.workspace._splitter.sizes() == before


def test_a_height_that_was_dragged_is_kept_beside_strips_shown_on_demand(qtbot, staged):
    staged.resize(1366, 768)
    splitter = staged.workspace._splitter
    handle = splitter.handle(1)
    place = handle.rect().center()
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseMove(handle, place + QPoint(0, 60))
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=place + QPoint(0, 60))
    dragged = splitter.sizes()
    assert dragged[0] > 200
    press(qtbot, staged, "o")
    assert splitter.sizes() == [dragged[0] + 24, dragged[1] - 24]
    staged.resize(1366, 700)
    share = dragged[0] / sum(dragged)
    assert splitter.sizes()[0] == pytest.approx(24 + share * sum(splitter.sizes()), abs=1)


def test_equivocal_epochs_are_marked_in_the_overview(staged):
    staged.settings.set(overview_strips=("hypnodensity", "confidence"))
    rect = _strips(staged).confidence
    assert _colour(staged, rect, DOUBTFUL, 0.07) == LIGHT.accent
    assert _colour(staged, rect, DOUBTFUL + 2, 0.07) == LIGHT.background


def test_the_epoch_panel_shows_three_bars(qtbot, staged):
    staged.workspace.model.select_epoch(DOUBTFUL)
    staged.show_panel("epoch")
    bars = staged.workspace.epoch._machine
    qtbot.waitUntil(lambda: "W 0 %" in bars.text)
    assert bars.text == (
        "Machine: N1, 52 % sure, N1/N2 equivocal."
        " Probabilities: W 0 %, R 0 %, N1 52 %, N2 48 %, N3 0 %"
    )
    press(qtbot, staged, _KEYS.Key_Escape)
    press(qtbot, staged, "h")
    assert bars.text == "Machine: NREM, 90 % sure. Probabilities: W 5 %, R 5 %, NREM 90 %"
    staged.workspace.epoch.grab()


def test_the_switches_last_until_the_program_is_started_again(qtbot, staged, night, tmp_path):
    press(qtbot, staged, "h")
    press(qtbot, staged, "o")
    staged.close()
    again = open_in(qtbot, show_window(qtbot, SettingsFile(tmp_path / "settings.json")), night)
    model = again.workspace.model
    assert (model.machine_stage_set, model.shows_smoothed) == (THREE_STAGES, True)
    assert again.actions_of["view.stages_3"].isChecked()
    assert again.actions_of["view.smooth"].isChecked()
    again.close()


def test_the_review_tab_lists_equivocal_epochs(qtbot, opened):
    session = opened.document.session
    session.fill(_staging(session.n_epochs))
    review = opened.workspace.review
    review._share.setValue(60)
    review._order.setCurrentText("Equivocal epochs")
    assert review._queue.epochs == (DOUBTFUL,)
    cells = [review._table.index(0, c).data() for c in range(review._table.columnCount())]
    assert (cells[1], *cells[4:]) == ("9", "N1, 52 % sure", "≈", "N2")
    assert "equivocal" in review._table.reason(DOUBTFUL)
    assert "equivocal" not in review._table.reason(DOUBTFUL + 1)
    press(qtbot, opened, "n")
    assert opened.workspace.model.epoch == DOUBTFUL


def test_filling_from_the_smoothed_answer_is_named_and_exported(
    qtbot, opened, monkeypatch, tmp_path
):
    def stage(document, *_args, **_options):
        return Answers(_staging(document.session.n_epochs))

    monkeypatch.setattr("sleepscorer.gui.jobs.auto_scoring.stage_document", stage)
    press(qtbot, opened, _KEYS.Key_R, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(qtbot, opened, AutoScoringDialog)
    assert not dialog.choice.smooth
    press(qtbot, opened, _KEYS.Key_M, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: dialog.choice.smooth)
    qtbot.waitUntil(lambda: dialog._weights.count() > 0)
    qtbot.keyClick(dialog._score, _KEYS.Key_Return)
    session = opened.document.session
    qtbot.waitUntil(lambda: session.machine is not None, timeout=10_000)
    assert session.edits[-1].label == "Auto-score, smoothed"
    assert session.state.stages[DOUBTFUL] == Stage.N2
    assert session.machine.stages[DOUBTFUL] == Stage.N1
    said = "machine, smoothed from N1 · probability of N2 48 % · N1/N2 equivocal"
    assert _at(opened, DOUBTFUL) == said
    out = tmp_path / "out"
    with qtbot.waitSignal(opened.exporter.ended, timeout=20_000):
        opened.dialogs.export_to(opened.document, _choice(out, "csv", "json"))
    row = list(csv.DictReader((out / "Night_epochs.csv").read_text().splitlines()))[DOUBTFUL]
    assert [row[k] for k in ("stage", "machine_stage", "smoothed_stage", "equivocal")] == [
        "N2", "N1", "N2", "yes",
    ]  # fmt: skip
    notes = json.loads((out / "Night_staging.json").read_text(encoding="utf-8"))["notes"]
    assert notes[0].startswith("Epochs that no person scored were filled from the smoothed answer")
    assert any("1 of 30 epochs (3.3 %) smoothed." in note for note in notes)


def test_one_epoch_that_auto_scoring_changed_is_one(qtbot, opened, monkeypatch):
    session = opened.document.session
    session.score(range(1, session.n_epochs), Stage.N2)
    answer = Answers(_staging(session.n_epochs))
    monkeypatch.setattr("sleepscorer.gui.jobs.auto_scoring.stage_document", lambda *_, **__: answer)
    press(qtbot, opened, _KEYS.Key_R, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(qtbot, opened, AutoScoringDialog)
    qtbot.waitUntil(lambda: dialog._weights.count() > 0)
    qtbot.keyClick(dialog._score, _KEYS.Key_Return)
    qtbot.waitUntil(lambda: opened.status.message == "Auto-scored: 1 epoch changed")


def test_the_dialog_forgets_smoothing(qtbot, opened):
    opened.dialogs._auto_choice = replace(opened.dialogs._auto_choice, smooth=True)
    press(qtbot, opened, _KEYS.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert not dialog_of(qtbot, opened, AutoScoringDialog).choice.smooth


def test_the_export_has_the_smoothed_answer_beside_where_it_is_shown(qtbot, staged, tmp_path):
    press(qtbot, staged, "o", PLAIN)
    with qtbot.waitSignal(staged.exporter.ended, timeout=20_000):
        staged.dialogs.export_to(staged.document, _choice(tmp_path / "out", "json"))
    path = tmp_path / "out" / "Night_staging.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["smoothed_stages"][DOUBTFUL] == "N2"
    assert document["machine_stages"][DOUBTFUL] == "N1"
    assert document["stages_are_smoothed"] is False
    assert document["notes"][0].startswith("The stages are as scored, and not smoothed.")


def test_the_keys_are_free_in_every_profile_and_in_the_list_of_keys():
    for name in ("view.stages_5", "view.stages_3", "view.smooth"):
        assert BY_ID[name].submenu == "Staging shows"
        for keys in PROFILES.values():
            held = [action for action, own in keys.items() if set(own) & set(keys[name])]
            assert held == [name]
