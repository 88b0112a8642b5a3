"""The hypnogram has the room; the other strips fold away by their labels and by actions."""

from dataclasses import replace

import numpy as np
import pytest
from night_models import staging_of
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from real_window import open_in, press, show_window, write_night

from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.gui.look.theme import THEMES, contrast
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.gui.strip_names import AS_MANY_AS_FIT, FOLDABLE

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def staged(opened):
    """The window with a night that the machine staged."""
    fill(opened)
    return opened


def fill(window):
    session = window.workspace.model.session
    session.fill(staging_of(np.arange(session.n_epochs) // 20 % 5))


def strips_of(window):
    return window.workspace.overview.canvas.strips


def label_of(window, name):
    return window.workspace.overview._labels[name]


def checked(window):
    return {name for name in FOLDABLE if window.actions_of[f"view.strip_{name}"].isChecked()}


@pytest.mark.parametrize(
    ("size", "unfolded", "share", "row_px"),
    [
        ((1920, 1080), set(FOLDABLE), 0.45, 22),
        ((1366, 768), {"hypnodensity", "events"}, 0.5, 20),
        ((911, 512), set(), 0.5, 13),
    ],
)
def test_the_hypnogram_has_about_half_of_the_overview(staged, size, unfolded, share, row_px):
    staged.resize(*size)
    assert (staged.width(), staged.height()) == size
    strips, height_px = strips_of(staged), staged.workspace.overview.canvas.height()
    assert {name for name in FOLDABLE if strips.is_shown(name)} == unfolded == checked(staged)
    assert strips.hypnogram.height() >= share * height_px
    assert strips.hypnogram.height() / len(STAGES) >= row_px
    assert strips.clock.bottom() <= height_px


@pytest.mark.parametrize("name", FOLDABLE)
def test_a_click_on_a_label_folds_a_strip_away_and_unfolds_it(qtbot, staged, name):
    staged.resize(1920, 1080)
    before_px = strips_of(staged).hypnogram.height()
    qtbot.mouseClick(label_of(staged, name), LEFT)
    assert not strips_of(staged).is_shown(name)
    assert strips_of(staged).hypnogram.height() > before_px
    assert checked(staged) == FOLDABLE.keys() - {name}
    assert label_of(staged, name).isVisible()
    assert label_of(staged, name).accessibleName() == f"{FOLDABLE[name]}, folded away"
    qtbot.mouseClick(label_of(staged, name), LEFT)
    assert strips_of(staged).is_shown(name)
    assert strips_of(staged).hypnogram.height() == before_px
    assert label_of(staged, name).accessibleName() == f"{FOLDABLE[name]}, shown"


def test_labels_of_folded_strips_lie_on_nothing(qtbot, staged):
    staged.resize(911, 512)
    labels = [label_of(staged, name).geometry() for name in FOLDABLE]
    zoom = staged.workspace.overview._zoom.geometry()
    for rect in labels:
        assert not rect.intersects(zoom)
        assert sum(rect.intersects(other) for other in labels) == 1
        assert rect.right() < strips_of(staged).hypnogram.left()


def test_strips_fold_by_keys(qtbot, staged):
    label = label_of(staged, "spectrogram")
    label.setFocus(Qt.FocusReason.TabFocusReason)
    assert QApplication.focusWidget() is label
    qtbot.keyClick(label, Qt.Key.Key_Space)
    assert strips_of(staged).is_shown("spectrogram")
    assert staged.settings.now.overview_strips == ("hypnodensity", "events", "spectrogram")


@pytest.mark.parametrize("name", FOLDABLE)
def test_strips_fold_by_their_actions(staged, name):
    action = staged.actions_of[f"view.strip_{name}"]
    for _ in range(2):
        was = strips_of(staged).is_shown(name)
        action.trigger()
        assert strips_of(staged).is_shown(name) is not was
        assert action.isChecked() is not was
    staged.actions_of["view.strips_fit"].trigger()
    assert staged.settings.now.overview_strips == AS_MANY_AS_FIT
    assert checked(staged) == {"hypnodensity", "events"}
    staged.actions_of["view.strips_fit"].trigger()
    assert staged.actions_of["view.strips_fit"].isChecked()


def test_folded_strips_are_remembered(qtbot, staged, night, tmp_path):
    qtbot.mouseClick(label_of(staged, "hypnodensity"), LEFT)
    staged.close()
    again = open_in(qtbot, show_window(qtbot, SettingsFile(tmp_path / "settings.json")), night)
    assert checked(again) == {"events"}
    assert not strips_of(again).is_shown("hypnodensity")
    assert strips_of(again).is_shown("events")


def test_who_folds_a_strip_before_staging_gets_the_others_with_it(qtbot, opened):
    assert strips_of(opened).is_shown("spectrogram")
    qtbot.mouseClick(label_of(opened, "events"), LEFT)
    fill(opened)
    assert {name for name in FOLDABLE if strips_of(opened).is_shown(name)} == {
        "hypnodensity",
        "spectrogram",
    }


def test_the_second_opinion_folds_by_its_label_and_by_its_key(qtbot, staged):
    session = staged.workspace.model.session
    second = staging_of(np.full(session.n_epochs, Stage.N2))
    second = replace(second, provenance=replace(second.provenance, software="other 1.0"))
    session.fill(staging_of(np.arange(session.n_epochs) % 5), others=(second,))
    assert strips_of(staged).is_shown("second")
    label = label_of(staged, "second")
    assert label.text() == "other 1.0"
    qtbot.mouseClick(label, LEFT)
    assert not strips_of(staged).is_shown("second")
    assert label.isVisible()
    press(qtbot, staged, Qt.Key.Key_B)
    assert strips_of(staged).is_shown("second")


def test_a_folded_spectrogram_is_not_computed(qtbot, night, settings):
    settings.set(overview_strips=("events",))
    window = open_in(qtbot, show_window(qtbot, settings), night)
    overview = window.workspace.overview
    overview._spectrogram._start_timer.stop()
    overview._spectrogram._start()
    assert not [task for task in window.tasks.running if "Spectrogram" in task.title]
    qtbot.mouseClick(label_of(window, "spectrogram"), LEFT)
    qtbot.waitUntil(lambda: bool(overview._spectrogram._spectrograms), timeout=20_000)
    assert overview._spectrogram._highest.isVisible()
    qtbot.mouseClick(label_of(window, "spectrogram"), LEFT)
    assert not overview._spectrogram._highest.isVisible()
    assert not overview._spectrogram._derivation.isVisible()


def test_the_hypnogram_has_colours_by_choice(staged):
    assert staged.actions_of["view.hypnogram_colours"].isChecked()
    canvas = staged.workspace.overview.canvas

    def colours():
        image, rect = canvas.grab().toImage(), strips_of(staged).hypnogram.toRect()
        return {image.pixelColor(x, y).name() for x in range(rect.left(), rect.right(), 3)
                for y in range(rect.top(), rect.bottom())}  # fmt: skip

    stages = {staged.theme.stages[stage] for stage in (Stage.W, Stage.N1, Stage.N2)}
    assert stages <= colours()
    staged.actions_of["view.hypnogram_colours"].trigger()
    assert not staged.settings.now.hypnogram_colours
    assert not stages & colours()
    assert staged.theme.stages[Stage.R] not in stages


@pytest.fixture(scope="module")
def whole_night(tmp_path_factory):
    return write_night(tmp_path_factory.mktemp("whole") / "Whole.edf", "C4-M1", hours=8)


@pytest.mark.parametrize("theme", THEMES)
def test_a_change_of_one_epoch_of_a_night_is_seen(qtbot, settings, whole_night, theme):
    settings.set(theme=theme)
    window = open_in(qtbot, show_window(qtbot, settings), whole_night)
    model, canvas = window.workspace.model, window.workspace.overview.canvas
    assert (window.width(), window.height(), model.n_epochs) == (1366, 768, 960)
    assert canvas.axis.width_px / model.n_epochs < 1
    model.session.fill(staging_of(np.full(960, Stage.N2)))
    model.select_epoch(20)
    for epoch, stage in enumerate(STAGES, start=500):
        before = canvas.grab().toImage()
        model.score_epochs([7 * epoch % 960], stage)
        after = canvas.grab().toImage()
        rect = canvas.strips.hypnogram.toRect()
        changed = [
            (x, y)
            for x in range(rect.left(), rect.right() + 1)
            for y in range(rect.top(), rect.bottom() + 1)
            if before.pixelColor(x, y) != after.pixelColor(x, y)
        ]
        seen = [
            place
            for place in changed
            if contrast(QColor(after.pixel(*place)).name(), window.theme.background) >= 3.0
        ]
        # A block of its own in the row of its stage, or a thickening of the line it lies on.
        assert len(seen) >= 9, stage
        assert len({x for x, _ in seen}) >= 3
