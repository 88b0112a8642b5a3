"""Reviewing the machine's stages on the real window, by keys."""

from pathlib import Path

import numpy as np
import pytest
from night_models import staging_of
from PySide6.QtCore import Qt
from real_window import PLAIN, press, write_night

from sleepscorer.core.stages import Stage

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
# Least certain first: 7, 20, 12; then the others, which are equally sure, by time.
_DOUBTFUL = {7: 0.3, 20: 0.4, 12: 0.5}


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Path:
    """Thirty epochs: a tenth of them is to be reviewed."""
    folder = tmp_path_factory.mktemp("night")
    return write_night(folder / "Night.edf", "F4-M1", "C4-M1", "E1-M2", "E2-M2", hours=0.25)


@pytest.fixture
def reviewed(opened):
    """A window of a night that the machine staged as N2, three epochs of it in doubt."""
    session = opened.document.session
    confidence = np.full(session.n_epochs, 0.9)
    confidence[list(_DOUBTFUL)] = list(_DOUBTFUL.values())
    session.fill(staging_of(np.full(session.n_epochs, Stage.N2), confidence))
    return opened


def _press(qtbot, window, *keys, modifier=PLAIN) -> int:
    """Press keys; return the epoch that is then shown."""
    for key in keys:
        press(qtbot, window, key, modifier)
    return window.workspace.model.epoch


def test_a_stage_key_goes_on_in_the_queue_and_confirming_counts(qtbot, reviewed):
    state = reviewed.document.session
    assert _press(qtbot, reviewed, "n") == 7
    assert _press(qtbot, reviewed, "2") == 20  # the same stage as the machine's
    assert _press(qtbot, reviewed, "1") == 12
    assert list(np.flatnonzero(state.state.by_person)) == [7, 20]
    qtbot.waitUntil(lambda: reviewed.workspace.review._done_text.text() == "2 of 3 done")
    assert _press(qtbot, reviewed, "2") == 12
    assert reviewed.status.message == "No epoch is left in the review queue"


def test_who_leaves_the_queue_goes_on_in_time(qtbot, reviewed):
    assert _press(qtbot, reviewed, "n") == 7
    assert _press(qtbot, reviewed, _KEYS.Key_Right) == 8
    assert _press(qtbot, reviewed, "2", "2") == 10
    assert _press(qtbot, reviewed, "n") == 20  # n went past epoch 7, which stays to be done
    assert _press(qtbot, reviewed, "2") == 12
    assert _press(qtbot, reviewed, "2") == 7


def test_an_epoch_chosen_in_the_list_is_in_the_queue(qtbot, reviewed):
    review = reviewed.workspace.review
    qtbot.waitUntil(lambda: review._done_text.text() == "0 of 3 done")
    _press(qtbot, reviewed, _KEYS.Key_1, modifier=_CTRL)
    assert _press(qtbot, reviewed, _KEYS.Key_Down, _KEYS.Key_Return) == 20
    assert _press(qtbot, reviewed, "2") == 12


def test_undo_stays_in_the_queue(qtbot, reviewed):
    assert _press(qtbot, reviewed, "n", "2") == 20
    assert _press(qtbot, reviewed, _KEYS.Key_Z, modifier=_CTRL) == 7
    assert _press(qtbot, reviewed, "1") == 20
    assert reviewed.document.session.state.stages[7] == Stage.N1


def test_nothing_goes_on_where_that_is_switched_off(qtbot, reviewed):
    reviewed.settings.set(advance_after_top_row=False)
    assert _press(qtbot, reviewed, "n", "2") == 7
    assert _press(qtbot, reviewed, "n") == 20


def test_a_disagreement_that_is_settled_goes_on_to_the_next_one(qtbot, reviewed):
    for epoch in (3, 5, 9):
        reviewed.workspace.model.score_epochs([epoch], Stage.R)
    reviewed.workspace.review._order.setCurrentText("Machine against person")
    assert _press(qtbot, reviewed, "n") == 3
    assert _press(qtbot, reviewed, "r") == 5
    assert _press(qtbot, reviewed, "2") == 9
