"""The figures of the machine and of the review on the real window: none can be misread."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dropped_files import import_it
from night_models import staging_of
from PySide6.QtCore import Qt
from real_window import PLAIN, open_in, press, show_window, write_night

from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring
from sleepscorer.gui.traces.epoch_title import TitleLine
from sleepscorer.pipeline import Destination
from sleepscorer.simulated_files import scoring_path

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
_N_OTHERWISE = 7


@pytest.fixture
def beside(tmp_path) -> Path:
    """A quarter of an hour, thirty epochs, with a scoring beside it."""
    names = ("F4-M1", "C4-M1", "E1-M2", "E2-M2")
    return write_night(tmp_path / "Night.edf", *names, hours=0.25, keep_scoring=True)


@pytest.fixture
def imported(qtbot, window, beside):
    """Its scoring imported by the button, and staged otherwise in seven epochs."""
    open_in(qtbot, window, beside)
    import_it(qtbot, window)
    qtbot.waitUntil(lambda: window.document.importable is None)
    stages = read_scoring(scoring_path(beside)).hypnogram.stages.astype(int)
    stages[:_N_OTHERWISE] = (stages[:_N_OTHERWISE] + 1) % 5
    window.document.session.fill(staging_of(stages, 0.9))
    return window


def _title(window) -> str:
    return window.workspace.traces.findChild(TitleLine).accessibleDescription()


def _choose_order(qtbot, review, down: int) -> None:
    """Choose an order of the queue by so many presses of Down from where it stands."""
    review._order.setFocus()
    for _ in range(down):
        qtbot.keyClick(review._order, _KEYS.Key_Down)


def test_header_queue_epoch_panel_and_overview_say_how_sure_the_machine_is(qtbot, opened):
    session = opened.document.session
    # Of the five N3 is the most probable, with 39 %, and it is hardly ever right so.
    n = session.n_epochs
    rows = np.tile(np.array([0.09, 0.09, 0.34, 0.39, 0.09], np.float32), (n, 1))
    sure = np.full(n, 0.9, np.float32)
    sure[12] = 0.15
    made = staging_of(np.full(n, Stage.N3))
    session.fill(replace(made, probabilities=rows, confidence=sure))
    review, epoch_panel = opened.workspace.review, opened.workspace.epoch
    press(qtbot, opened, "n")
    assert opened.workspace.model.epoch == 12
    qtbot.waitUntil(lambda: "N3" in _title(opened))
    assert _title(opened).endswith(" · N3 · machine, 15 % sure · N3/N2 equivocal")
    assert review._table.index(0, 4).data() == "N3, 15 % sure"
    assert "the machine says N3, 15 % sure, next N2" in review._reason.text()
    press(qtbot, opened, _KEYS.Key_4, _CTRL)
    said = (
        "Machine: N3, 15 % sure, N3/N2 equivocal."
        " Probabilities: W 9 %, R 9 %, N1 9 %, N2 34 %, N3 39 %"
    )
    qtbot.waitUntil(lambda: epoch_panel._machine.text == said, timeout=10_000)
    hovered = opened.workspace.overview.canvas._layers.described(12)
    assert hovered.endswith(" · machine N3, 15 % sure · N3/N2 equivocal")


def test_all_epochs_where_the_machine_is_against_the_person_are_listed(qtbot, imported):
    review = imported.workspace.review
    press(qtbot, imported, _KEYS.Key_1, _CTRL)
    assert review._share.isVisible()
    _choose_order(qtbot, review, 2)
    assert review._order.currentText() == "Machine against person"
    # The slider stands at a tenth of the night, and has no say here.
    assert review._table.rowCount() == _N_OTHERWISE
    assert review._promise.text() == "7 epochs that a person scored differ from the machine"
    assert not review._share.isVisible()
    assert not review._done_text.isVisible()
    review._view.selectRow(0)
    assert ": the imported scoring says " in review._reason.text()
    assert "; the machine says " in review._reason.text()


def test_the_slider_reaches_the_whole_night_and_says_what_it_leaves_out(qtbot, imported):
    review, n = imported.workspace.review, imported.document.session.n_epochs
    press(qtbot, imported, _KEYS.Key_1, _CTRL)
    qtbot.waitUntil(lambda: review._table.rowCount() > 0)
    review._share.setFocus()
    for _ in range(90):
        qtbot.keyClick(review._share, _KEYS.Key_Up)
    assert review._share_text.text() == f"Review the most doubtful 100 % ({n} epochs)"
    assert review._table.rowCount() == n
    _choose_order(qtbot, review, 1)
    n_changes = review._queue.n_found
    review._share.setFocus()
    for _ in range(99):
        qtbot.keyClick(review._share, _KEYS.Key_Down)
    said = f"Review both sides of stage changes, at most 1 % (1 of {n_changes} epochs)"
    assert n_changes > 1
    assert review._share_text.text() == said


def test_an_imported_scoring_is_not_reviewed_until_a_key_confirms_it(
    qtbot, imported, beside, settings, tmp_path
):
    session, workspace = imported.document.session, imported.workspace
    review = workspace.review
    review._update()
    assert review._done_text.text() == "0 of 3 done"
    assert "100 %" not in review._promise.text()
    workspace.statistics._update()
    assert workspace.statistics._scored.text().endswith(" scored, 0 reviewed by a person")
    press(qtbot, imported, "n")
    epoch = workspace.model.epoch
    stage = Stage(int(session.state.stages[epoch]))
    press(qtbot, imported, {Stage.W: "w", Stage.R: "r"}.get(stage, str(int(stage))))
    qtbot.waitUntil(lambda: review._done_text.text() == "1 of 3 done")
    assert Stage(int(session.state.stages[epoch])) is stage
    assert np.flatnonzero(session.reviewed).tolist() == [epoch]
    press(qtbot, imported, _KEYS.Key_Z, _CTRL)
    qtbot.waitUntil(lambda: review._done_text.text() == "0 of 3 done")
    press(qtbot, imported, _KEYS.Key_Y, _CTRL)
    out = Destination(tmp_path / "out", ("csv",))
    with qtbot.waitSignal(imported.exporter.ended, timeout=20_000):
        imported.dialogs.export_to(imported.document, out)
    lines = (tmp_path / "out" / "Night_epochs.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines))
    assert [n for n, row in enumerate(rows) if row["reviewed"] == "yes"] == [epoch]
    assert {row["scored_by"] for row in rows} == {"person"}
    imported.close()
    again = show_window(qtbot, settings)
    open_in(qtbot, again, beside)
    assert np.flatnonzero(again.document.session.reviewed).tolist() == [epoch]
    again.close()


def test_the_doubt_of_the_night_goes_as_it_is_reviewed_on_the_screen_and_in_the_report(
    qtbot, opened, tmp_path
):
    session, review = opened.document.session, opened.workspace.review
    n = session.n_epochs
    confidence = np.full(n, 0.9)
    doubtful = range(0, n, 3)
    confidence[list(doubtful)] = 0.4
    session.fill(staging_of(np.full(n, Stage.N2), confidence))
    said = "33 % of the staged epochs are doubtful (the machine is less than 70 % sure): "
    press(qtbot, opened, "n")
    assert review._doubt.text() == f"{said}review this night with care."
    press(qtbot, opened, "2", PLAIN)
    left = len(doubtful) - 1
    assert len(doubtful) == 20
    some = f"{said}a person reviewed 1 of these 20; review the other {left} with care"
    qtbot.waitUntil(lambda: review._doubt.text() == f"{some}.")

    def exported(name: str) -> dict[str, list[str]]:
        with qtbot.waitSignal(opened.exporter.ended, timeout=20_000):
            opened.dialogs.export_to(opened.document, Destination(tmp_path / name, ("json",)))
        return json.loads((tmp_path / name / "Night_staging.json").read_text(encoding="utf-8"))

    assert some in exported("some")["warnings"]
    session.score(doubtful, Stage.N2)
    qtbot.waitUntil(lambda: review._doubt.text() == f"{said}a person reviewed all 20.")
    document = exported("all")
    assert f"{said}a person reviewed all 20." in document["notes"]
    assert not any("doubtful" in warning for warning in document["warnings"])
