"""Reviewing the machine's stages on the real window, by keys."""

from pathlib import Path

import numpy as np
import pytest
from night_models import staging_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from sleepscorer.core.stages import Stage
from sleepscorer.gui.main_window import MainWindow
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.simulated_files import scoring_path, write_simulated_night
from sleepscorer.simulation.channels import derivations
from sleepscorer.simulation.night import simulate_night

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
# Least certain first: 7, 20, 12; then the others, which are equally sure, by time.
_DOUBTFUL = {7: 0.3, 20: 0.4, 12: 0.5}


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("night") / "Night.edf"
    channels = derivations("F4-M1", "C4-M1", "E1-M2", "E2-M2", sampling_rate_hz=100)
    write_simulated_night(simulate_night(hours=0.25, seed=5, channels=channels), path)
    scoring_path(path).unlink()
    return path


@pytest.fixture
def window(qtbot, night, tmp_path):
    settings = SettingsFile(tmp_path / "settings.json")
    (tmp_path / "sessions").mkdir()
    settings.set(session_folder=str(tmp_path / "sessions"))
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.open_path(night)
    qtbot.waitUntil(lambda: window.workspace is not None, timeout=20_000)
    session = window.document.session
    confidence = np.full(session.n_epochs, 0.9)
    confidence[list(_DOUBTFUL)] = list(_DOUBTFUL.values())
    session.fill(staging_of(np.full(session.n_epochs, Stage.N2), confidence))
    yield window
    window.close()


def _press(qtbot, window, *keys, modifier=Qt.KeyboardModifier.NoModifier) -> int:
    """Press keys; return the epoch that is then shown."""
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)
    return window.workspace.model.epoch


def test_a_stage_key_goes_on_in_the_queue_and_confirming_counts(qtbot, window):
    state = window.document.session
    assert _press(qtbot, window, "n") == 7
    assert _press(qtbot, window, "2") == 20  # the same stage as the machine's
    assert _press(qtbot, window, "1") == 12
    assert list(np.flatnonzero(state.state.by_person)) == [7, 20]
    qtbot.waitUntil(lambda: window.workspace.review._done_text.text() == "2 of 3 done")
    assert _press(qtbot, window, "2") == 12
    assert window.status.message == "No epoch is left in the review queue"


def test_who_leaves_the_queue_goes_on_in_time(qtbot, window):
    assert _press(qtbot, window, "n") == 7
    assert _press(qtbot, window, _KEYS.Key_Right) == 8
    assert _press(qtbot, window, "2", "2") == 10
    assert _press(qtbot, window, "n") == 20  # n went past epoch 7, which stays to be done
    assert _press(qtbot, window, "2") == 12
    assert _press(qtbot, window, "2") == 7


def test_an_epoch_chosen_in_the_list_is_in_the_queue(qtbot, window):
    review = window.workspace.review
    qtbot.waitUntil(lambda: review._done_text.text() == "0 of 3 done")
    _press(qtbot, window, _KEYS.Key_1, modifier=_CTRL)
    assert _press(qtbot, window, _KEYS.Key_Down, _KEYS.Key_Return) == 20
    assert _press(qtbot, window, "2") == 12


def test_undo_stays_in_the_queue(qtbot, window):
    assert _press(qtbot, window, "n", "2") == 20
    assert _press(qtbot, window, _KEYS.Key_Z, modifier=_CTRL) == 7
    assert _press(qtbot, window, "1") == 20
    assert window.document.session.state.stages[7] == Stage.N1


def test_nothing_goes_on_where_that_is_switched_off(qtbot, window):
    window.settings.set(advance_after_top_row=False)
    assert _press(qtbot, window, "n", "2") == 7
    assert _press(qtbot, window, "n") == 20


def test_a_disagreement_that_is_settled_goes_on_to_the_next_one(qtbot, window):
    for epoch in (3, 5, 9):
        window.workspace.model.score_epochs([epoch], Stage.R)
    window.workspace.review._order.setCurrentIndex(2)
    assert _press(qtbot, window, "n") == 3
    assert _press(qtbot, window, "r") == 5
    assert _press(qtbot, window, "2") == 9
