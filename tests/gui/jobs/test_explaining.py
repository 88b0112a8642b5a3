"""Why the machine gave an epoch its stage: in the Epoch tab and on the traces, real window."""

import gc
import time
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from measured_nights import note_measured
from night_models import staging_of
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QPushButton
from real_window import dialog_of, open_in, press, settings_in, show_window

from sleepscorer.analysis.display import DisplayMontage
from sleepscorer.core.errors import RecordingError
from sleepscorer.core.runs import runs_of
from sleepscorer.core.session import FillMode
from sleepscorer.core.stages import EPOCH_S, STAGES, Stage
from sleepscorer.core.staging_result import Staging
from sleepscorer.gui.dialogs.auto_scoring_choice import AutoScoringDialog
from sleepscorer.gui.jobs import explaining
from sleepscorer.gui.jobs.explaining import EXPLAINING, MEASURING
from sleepscorer.gui.look.theme import DARK, LIGHT
from sleepscorer.gui.traces.activation import tinted
from sleepscorer.pipeline import ExplainedNight, Explanation, measure_to_explain
from sleepscorer.session_documents import current_author, open_document, stage_document
from sleepscorer.staging.explanation import ActivationMap
from sleepscorer.staging.stager import Stager

_KEYS = Qt.Key
_CTRL = Qt.KeyboardModifier.ControlModifier
_WITHIN_MS = 20_000


@pytest.fixture(scope="module")
def staging(night, tmp_path_factory) -> Staging:
    """The night staged by the program's own weights."""
    folder = tmp_path_factory.mktemp("staged")
    document = open_document(night, author=current_author(), session_folder=folder)
    staging = stage_document(document, device="cpu").staging
    document.close()
    return staging


@pytest.fixture
def titles(window) -> list[str]:
    """What was computed for explanations, in order."""
    seen: list[str] = []

    def note(task) -> None:
        if task.title in (MEASURING, EXPLAINING):
            seen.append(task.title)

    window.tasks.started.connect(note)
    return seen


def fill(window, staging: Staging) -> None:
    window.document.session.fill(staging, FillMode.ALL)


@pytest.fixture
def staged(opened, staging):
    fill(opened, staging)
    return opened


def explainer_of(window):
    return window.workspace.explainer


def why_of(window):
    return window.workspace.epoch.why


def wait_for_explanation(qtbot, window, epoch: int):
    """Until this epoch is explained."""

    def is_there() -> bool:
        found = explainer_of(window).explanation
        return found is not None and found.epoch == epoch

    qtbot.waitUntil(is_there, timeout=_WITHIN_MS)
    return explainer_of(window).explanation


def picture(window) -> np.ndarray:
    """(height, width) of the canvas's pixels."""
    image = window.workspace.traces.canvas.grab().toImage()
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    return pixels[:, : image.width()].copy()


def slowly(_recording, _provenance, progress, **_):
    """Measures for ever, until it is cancelled."""
    while True:
        progress(0.25, "C4-M1: epoch 15 of 60")
        time.sleep(0.01)


# -- the Epoch tab --------------------------------------------------------------------------------


def test_without_a_staging_there_is_nothing_to_explain(qtbot, opened, titles):
    press(qtbot, opened, _KEYS.Key_4, _CTRL)
    said = "No auto-scoring yet: there is no stage of the machine to explain."
    assert why_of(opened).text == f"Why this stage?\n{said}"
    press(qtbot, opened, "t")
    assert not opened.actions_of["view.explanation"].isChecked()
    assert opened.status.message == said
    qtbot.wait(1200)
    assert titles == []


def test_the_machines_stage_is_explained_as_without_a_window(qtbot, staged, titles, staging):
    press(qtbot, staged, _KEYS.Key_4, _CTRL)
    found = wait_for_explanation(qtbot, staged, 0)
    stage = Stage(int(staging.stages[0]))
    night = measure_to_explain(staged.document.recording, staging.provenance)
    wanted = night.explain(0, stage)
    assert (found.stage, found.evidence) == (stage, wanted.evidence)
    assert [m.channel for m in found.maps] == [m.channel for m in wanted.maps]
    for one, other in zip(found.maps, wanted.maps, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
    lines = why_of(staged).text.split("\n")
    assert lines[:2] == [f"Why {stage.text}?", f"Speaks for {stage.text}:"]
    for_it = [e.sentence for e in wanted.evidence if e.speaks == 1] or ["nothing clear"]
    against = [e.sentence for e in wanted.evidence if e.speaks == -1] or ["nothing clear"]
    assert [line[2:] for line in lines if line.startswith("+ ")] == for_it
    assert [line[2:] for line in lines if line.startswith("− ")] == against
    assert titles == [MEASURING, EXPLAINING]


def test_other_epochs_come_without_measuring_again(qtbot, staged, titles, staging):
    press(qtbot, staged, _KEYS.Key_4, _CTRL)
    wait_for_explanation(qtbot, staged, 0)
    press(qtbot, staged, _KEYS.Key_Right)
    assert explainer_of(staged).explanation is None
    assert why_of(staged).text.endswith("Computing …")
    found = wait_for_explanation(qtbot, staged, 1)
    assert found.stage == staging.stages[1]
    assert titles == [MEASURING, EXPLAINING, EXPLAINING]


def test_any_stage_can_be_asked_about_by_keys(qtbot, staged):
    press(qtbot, staged, _KEYS.Key_4, _CTRL)
    wait_for_explanation(qtbot, staged, 0)
    box = next(b for b in why_of(staged).findChildren(QComboBox))
    for _ in STAGES:
        qtbot.keyClick(box, _KEYS.Key_Down)
    assert explainer_of(staged).stage == Stage.R
    wait_for_explanation(qtbot, staged, 0)
    assert why_of(staged).text.startswith("Why R?\nSpeaks for R:\n")
    press(qtbot, staged, _KEYS.Key_Right)
    assert wait_for_explanation(qtbot, staged, 1).stage == Stage.R
    for _ in STAGES:
        qtbot.keyClick(box, _KEYS.Key_Up)
    assert explainer_of(staged).stage == staged.document.session.machine.stages[1]


def test_an_epoch_that_could_not_be_staged_says_so(qtbot, opened, staging, titles):
    probabilities = staging.probabilities.copy()
    probabilities[0] = np.nan
    fill(opened, Staging(probabilities, staging.provenance))
    press(qtbot, opened, _KEYS.Key_4, _CTRL)
    qtbot.waitUntil(lambda: titles == [MEASURING] and not opened.tasks.running, timeout=_WITHIN_MS)
    assert why_of(opened).text == (
        "Why this stage?\nThe machine could not stage this epoch: choose the stage to ask about."
    )
    box = next(b for b in why_of(opened).findChildren(QComboBox))
    for _ in STAGES:
        qtbot.keyClick(box, _KEYS.Key_Down)
    assert wait_for_explanation(qtbot, opened, 0).stage == Stage.R


def test_hidden_it_computes_nothing(qtbot, staged, titles):
    press(qtbot, staged, _KEYS.Key_1, _CTRL)
    qtbot.wait(1300)
    assert titles == []


def test_weights_that_are_gone_are_named(qtbot, opened):
    fill(opened, staging_of(np.full(opened.workspace.model.n_epochs, Stage.N2)))
    press(qtbot, opened, _KEYS.Key_4, _CTRL)
    said = (
        "Why N2?\nNot possible: the weights that staged this night, w, are not here any more"
        " (auto-score it again to have its stages explained)"
    )
    qtbot.waitUntil(lambda: why_of(opened).text == said, timeout=_WITHIN_MS)


def test_another_staging_is_measured_anew_and_the_same_is_not(qtbot, staged, staging, titles):
    press(qtbot, staged, _KEYS.Key_4, _CTRL)
    wait_for_explanation(qtbot, staged, 0)
    fill(staged, Staging(staging.probabilities, staging.provenance))
    assert explainer_of(staged).explanation is not None
    one_eeg = replace(staging.provenance, eeg=staging.provenance.eeg[:1])
    fill(staged, Staging(staging.probabilities, one_eeg))
    assert explainer_of(staged).explanation is None
    found = wait_for_explanation(qtbot, staged, 0)
    assert [m.channel for m in found.maps if m.kind == "eeg"] == list(one_eeg.eeg)
    assert titles == [MEASURING, EXPLAINING, MEASURING, EXPLAINING]


def test_a_recording_that_can_not_be_read_is_said_and_tried_again(
    qtbot, staged, monkeypatch, titles
):
    def gone(*_, **__):
        raise RecordingError("the drive is gone")

    with monkeypatch.context() as broken:
        broken.setattr(explaining, "measure_to_explain", gone)
        press(qtbot, staged, _KEYS.Key_4, _CTRL)
        said = "Not possible: the drive is gone"
        qtbot.waitUntil(lambda: why_of(staged).text.endswith(said), timeout=_WITHIN_MS)
        press(qtbot, staged, _KEYS.Key_Right)
        qtbot.wait(300)
        assert titles == [MEASURING]
    qtbot.keyClick(button(staged, "Try again"), _KEYS.Key_Space)
    wait_for_explanation(qtbot, staged, 1)


def button(window, text: str) -> QPushButton:
    found = next(iter(why_of(window).findChildren(QPushButton)))
    assert (found.text(), found.isVisible()) == (text, True)
    return found


def test_measuring_is_cancelled_by_its_button_and_begun_again(qtbot, staged, monkeypatch):
    with monkeypatch.context() as slow:
        slow.setattr(explaining, "measure_to_explain", slowly)
        press(qtbot, staged, _KEYS.Key_4, _CTRL)
        said = "Computing: C4-M1: epoch 15 of 60, 25 % …"
        qtbot.waitUntil(lambda: why_of(staged).text.endswith(said), timeout=_WITHIN_MS)
        qtbot.keyClick(button(staged, "Cancel"), _KEYS.Key_Space)
        said = "Cancelled: the night was not measured, and no stage is explained."
        qtbot.waitUntil(lambda: why_of(staged).text.endswith(said), timeout=_WITHIN_MS)
        assert [task.title for task in staged.tasks.running] == []
    qtbot.keyClick(button(staged, "Try again"), _KEYS.Key_Space)
    wait_for_explanation(qtbot, staged, 0)


def test_every_control_has_a_name_a_tip_and_the_focus(qtbot, staged, monkeypatch):
    monkeypatch.setattr(explaining, "measure_to_explain", slowly)
    press(qtbot, staged, _KEYS.Key_4, _CTRL)
    qtbot.waitUntil(lambda: explainer_of(staged).is_measuring, timeout=_WITHIN_MS)
    box = next(b for b in why_of(staged).findChildren(QComboBox))
    for control in (box, button(staged, "Cancel")):
        assert control.accessibleName()
        assert control.toolTip()
        assert control.focusPolicy() != Qt.FocusPolicy.NoFocus
    items = [box.itemText(row) for row in range(box.count())]
    assert items == ["machine's stage", *(stage.text for stage in STAGES)]


# -- the traces -----------------------------------------------------------------------------------

_SEEN_S = (10.0, 12.5)


class _KnownNight(ExplainedNight):
    """Whatever the epoch, the network saw its stage from 10 to 12.5 s on C4-M1, and in the eyes."""

    def __init__(self) -> None:
        pass

    def explain(self, epoch, stage):
        values = np.full(60, 0.49, np.float32)
        faint, values[20:25] = values.copy(), 1.0
        maps = (
            ActivationMap("C4-M1", ("C4-M1",), "eeg", values),
            ActivationMap("E1-E2 (derived)", ("E1-M2", "E2-M2"), "eog", values / 2 + 0.1),
            ActivationMap("F4-M1", ("F4-M1",), "eeg", faint),
            ActivationMap("Pz-Oz", ("Pz-Oz",), "eeg", values),
        )
        return Explanation(epoch, stage, (), maps)


@pytest.fixture
def known(monkeypatch):
    """What is seen where does not hang on weights."""
    monkeypatch.setattr(explaining, "measure_to_explain", lambda *_, **__: _KnownNight())


def row_of(window, name: str) -> int:
    names = [trace.channel.name for trace in window.workspace.traces.canvas.traces]
    return names.index(name)


def tinted_box(window, before: np.ndarray, after: np.ndarray, name: str) -> tuple[float, float]:
    """From which to which second the row of a trace differs, to the centre of its pixels."""
    canvas = window.workspace.traces.canvas
    top, bottom = (round(canvas.grid.row_top_px(row_of(window, name) + i)) for i in (0, 1))
    columns = np.flatnonzero((before != after)[top:bottom].any(axis=0))
    return canvas.axis.time_s(columns[0] + 0.5), canvas.axis.time_s(columns[-1] + 0.5)


@pytest.mark.parametrize("longer", [0, 1, 2])
def test_the_key_tints_where_the_network_saw_the_stage(qtbot, staged, known, longer):
    for _ in range(longer):
        press(qtbot, staged, _KEYS.Key_Up, _CTRL)
    for _ in range(3):
        press(qtbot, staged, _KEYS.Key_Right)
    qtbot.waitUntil(lambda: staged.workspace.traces.is_current, timeout=_WITHIN_MS)
    before = picture(staged)
    press(qtbot, staged, "t")
    wait_for_explanation(qtbot, staged, 3)
    after = picture(staged)
    canvas = staged.workspace.traces.canvas
    slack_s = 1.5 / canvas.axis.px_per_s
    for name in ("C4-M1", "E1-M2", "E2-M2"):
        start_s, stop_s = tinted_box(staged, before, after, name)
        assert start_s == pytest.approx(3 * EPOCH_S + _SEEN_S[0], abs=slack_s)
        assert stop_s == pytest.approx(3 * EPOCH_S + _SEEN_S[1], abs=slack_s)
    rows = np.flatnonzero((before != after).any(axis=1))
    seen = sorted({canvas.grid.row_at(float(y)) for y in rows.tolist()})
    assert seen == sorted(row_of(staged, name) for name in ("C4-M1", "E1-M2", "E2-M2"))
    press(qtbot, staged, "t")
    np.testing.assert_array_equal(picture(staged), before)


def said_places(window) -> dict[str, str]:
    """What is said of each trace: where the network saw the stage behind it."""
    lines = [line[2:] for line in why_of(window).text.split("\n") if line.startswith("· ")]
    said = {}
    if lines == ["nowhere in particular in this epoch"]:
        return {}
    for line in lines:
        where, places = line.split(": ", 1)
        name, _, behind = where.partition(", behind ")
        for trace in behind.split(" and ") if behind else (name.removesuffix(", not shown"),):
            said[trace] = places
    return said


def tinted_steps(window, before: np.ndarray, after: np.ndarray, name: str) -> list[bool]:
    """Of each half second of the epoch whether its middle, behind a trace, has a tint."""
    canvas = window.workspace.traces.canvas
    top, bottom = (round(canvas.grid.row_top_px(row_of(window, name) + i)) for i in (0, 1))
    is_tinted = (before != after)[top:bottom].any(axis=0)
    start_s = window.workspace.model.epoch * EPOCH_S
    return [bool(is_tinted[int(canvas.axis.x_px(start_s + 0.5 * n + 0.25))]) for n in range(60)]


# In the last one nothing speaks for the stage more than the rest does.
@pytest.mark.parametrize("epoch", [13, 27, 33, 45, 59])
def test_the_tint_of_every_trace_is_what_the_words_say(qtbot, staged, epoch):
    """On a night that is really explained; trace by trace, half second by half second."""
    press(qtbot, staged, _KEYS.Key_4, _CTRL)
    staged.workspace.model.select_epoch(epoch)
    qtbot.waitUntil(lambda: staged.workspace.traces.is_current, timeout=_WITHIN_MS)
    wait_for_explanation(qtbot, staged, epoch)
    before = picture(staged)
    press(qtbot, staged, "t")
    after, said = picture(staged), said_places(staged)
    names = [trace.channel.name for trace in staged.workspace.traces.canvas.traces]
    assert set(names) <= set(said) or said == {}
    for name in names:
        steps = tinted_steps(staged, before, after, name)
        runs = [f"{start / 2:g} to {stop / 2:g}" for start, stop in runs_of(np.array(steps))]
        words = f"{', '.join(runs)}\N{NO-BREAK SPACE}s" if runs else "nowhere much"
        assert said.get(name, "nowhere much") == words, name


def test_a_channel_that_no_trace_shows_is_said(qtbot, staged, known):
    press(qtbot, staged, _KEYS.Key_4, _CTRL)
    wait_for_explanation(qtbot, staged, 0)
    assert why_of(staged).text.replace("\N{NO-BREAK SPACE}", " ").split("\n")[-5:] == [
        f"Where the network saw {explainer_of(staged).stage.text}:",
        "· C4-M1: 10 to 12.5 s",
        "· E1-E2 (derived), behind E1-M2 and E2-M2: 10 to 12.5 s",
        "· F4-M1: nowhere much",
        "· Pz-Oz, not shown: 10 to 12.5 s",
    ]
    model = staged.workspace.model
    traces = tuple(t for t in model.montage.traces if t.channel.name != "C4-M1")
    model.set_montage(DisplayMontage("without", traces))
    assert "· C4-M1, not shown: 10 to 12.5\N{NO-BREAK SPACE}s" in why_of(staged).text


def test_the_tint_follows_the_cursor_and_is_named(qtbot, staged, known, staging):
    title = staged.workspace.traces.title
    notes = [
        f"tint: where the network saw {Stage(int(staging.stages[epoch])).text}   30 s page"
        for epoch in (0, 1)
    ]
    press(qtbot, staged, "t")
    wait_for_explanation(qtbot, staged, 0)
    assert title.note == notes[0]
    press(qtbot, staged, _KEYS.Key_Right)
    assert not title.note.startswith("tint")
    wait_for_explanation(qtbot, staged, 1)
    qtbot.waitUntil(lambda: title.note == notes[1], timeout=_WITHIN_MS)
    press(qtbot, staged, "t")
    assert title.note == "30 s page"


def test_where_nothing_stands_out_it_is_said(qtbot, staged, known, monkeypatch):
    def nowhere(_self, epoch, stage):
        zero = np.zeros(60, np.float32)
        return Explanation(
            epoch, stage, (),
            (ActivationMap("C4-M1", ("C4",), "eeg", zero),),
        )  # fmt: skip

    monkeypatch.setattr(_KnownNight, "explain", nowhere)
    press(qtbot, staged, _KEYS.Key_4, _CTRL)
    press(qtbot, staged, "t")
    stage = wait_for_explanation(qtbot, staged, 0).stage.text
    assert why_of(staged).text.endswith(
        f"Where the network saw {stage}:\n· nowhere in particular in this epoch"
    )
    note = staged.workspace.traces.title.note
    assert note.startswith(f"no tint: the network saw {stage} nowhere in particular")


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_tint_is_of_the_theme(qtbot, staged, theme):
    staged.settings.set(theme=theme.name)
    press(qtbot, staged, "t")
    found = wait_for_explanation(qtbot, staged, 0)
    ground = np.full(3500, int(theme.background[1:], 16) | 0xFF000000, np.uint32)
    axis = replace(staged.workspace.traces.canvas.axis, start_s=0.0, stop_s=35.0)
    values = np.ones(60, np.float32)
    colour = int(theme.activation[1:], 16) | 0xFF000000
    line = tinted(ground, values, epoch=found.epoch, axis=axis, colour=colour)
    assert found.epoch == 0
    assert set(line[3000:]) == {ground[0]}
    pairs = [(theme.background[i : i + 2], theme.activation[i : i + 2]) for i in (1, 3, 5)]
    wanted = [round(int(one, 16) * 0.2 + int(other, 16) * 0.8) for one, other in pairs]
    assert {int(pixel) for pixel in line[:3000]} == {
        0xFF000000 | wanted[0] << 16 | wanted[1] << 8 | wanted[2]
    }


# -- what was measured is kept ---------------------------------------------------------------------


@pytest.fixture
def measured(monkeypatch) -> list[str]:
    """The recordings of which a whole night was read and measured."""
    return note_measured(monkeypatch)


def explained_again(qtbot, window, night):
    """Close the recording, open it again, which shows the tab it had, and wait."""
    press(qtbot, window, _KEYS.Key_W, _CTRL)
    assert window.document is None
    open_in(qtbot, window, night)
    assert why_of(window).isVisible()
    return wait_for_explanation(qtbot, window, window.workspace.model.epoch)


def test_the_next_opening_measures_nothing(qtbot, staged, night, measured):
    press(qtbot, staged, _KEYS.Key_4, _CTRL)
    first = wait_for_explanation(qtbot, staged, 0)
    assert measured == [night.name]
    kept = staged.document.kept_measures.path
    assert kept.is_file()
    again = explained_again(qtbot, staged, night)
    assert measured == [night.name]
    assert again.evidence == first.evidence
    for one, other in zip(again.maps, first.maps, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
    # Undo and redo leave it as it is.
    before = kept.read_bytes()
    for _ in range(2):
        press(qtbot, staged, "3")
        press(qtbot, staged, _KEYS.Key_Z, _CTRL)
    assert kept.read_bytes() == before


def test_where_a_byte_of_it_is_flipped_the_session_opens_and_it_is_measured_anew(
    qtbot, staged, night, measured
):
    press(qtbot, staged, _KEYS.Key_4, _CTRL)
    wait_for_explanation(qtbot, staged, 0)
    press(qtbot, staged, "2")
    stages = staged.document.session.state.stages.tolist()
    kept = staged.document.kept_measures
    damaged = bytearray(kept.path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    kept.path.write_bytes(damaged)
    explained_again(qtbot, staged, night)
    assert measured == [night.name] * 2
    document = staged.document
    assert (document.session.read_only, document.copy_problem) == (False, "")
    assert document.session.state.stages.tolist() == stages
    assert kept.path.read_bytes() != damaged
    explained_again(qtbot, staged, night)
    assert measured == [night.name] * 2


def test_a_session_that_is_only_read_is_explained_and_keeps_nothing_new(
    qtbot, staged, night, measured, monkeypatch
):
    press(qtbot, staged, _KEYS.Key_4, _CTRL)
    wait_for_explanation(qtbot, staged, 0)
    kept = staged.document.kept_measures.path
    kept.unlink()
    press(qtbot, staged, _KEYS.Key_W, _CTRL)
    holder = open_document(
        night, author=current_author(), session_folder=Path(staged.settings.now.session_folder)
    )
    open_in(qtbot, staged, night)
    assert staged.document.session.read_only
    wait_for_explanation(qtbot, staged, staged.workspace.model.epoch)
    assert not kept.exists()
    holder.close()


def test_it_waits_for_what_else_is_computed(qtbot, staged, titles, monkeypatch):
    """As for the spectrogram of a night that was just opened."""
    going_on = [True]

    def spectrogram(progress) -> None:
        while going_on:
            progress(0.5, "reading")
            time.sleep(0.01)

    staged.tasks.start("Spectrogram", spectrogram)
    press(qtbot, staged, _KEYS.Key_4, _CTRL)
    qtbot.wait(1500)
    assert titles == []
    assert why_of(staged).text.split("\n")[1] == "Computing: the night is measured first …"
    going_on.clear()
    wait_for_explanation(qtbot, staged, 0)
    assert titles == [MEASURING, EXPLAINING]


def auto_score(qtbot, window) -> None:
    """By keys, as the dialog suggests, until the stages are there."""
    press(qtbot, window, "r", _CTRL)
    dialog = dialog_of(qtbot, window, AutoScoringDialog)
    with qtbot.waitSignal(window.auto_scorer.answered, timeout=_WITHIN_MS):
        qtbot.keyClick(dialog.focusWidget(), _KEYS.Key_Return)


def test_what_the_stager_measured_is_not_measured_again(qtbot, opened, night, titles, monkeypatch):
    opened.settings.set(device="cpu")
    press(qtbot, opened, _KEYS.Key_4, _CTRL)
    opened.focus_traces()
    auto_score(qtbot, opened)

    def again(*_):
        raise AssertionError("the stager has read the night")

    with monkeypatch.context() as once:
        once.setattr(Stager, "measure", again)
        found = wait_for_explanation(qtbot, opened, 0)
    assert titles == [MEASURING, EXPLAINING]
    document = opened.document
    wanted = measure_to_explain(document.recording, document.session.machine.provenance)
    wanted = wanted.explain(0, found.stage)
    assert found.evidence == wanted.evidence
    for one, other in zip(found.maps, wanted.maps, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
    assert document.kept_measures.path.is_file()


def test_nothing_is_measured_while_another_panel_is_shown(qtbot, opened, titles):
    opened.settings.set(device="cpu")
    press(qtbot, opened, _KEYS.Key_4, _CTRL)
    press(qtbot, opened, _KEYS.Key_1, _CTRL)
    opened.focus_traces()
    auto_score(qtbot, opened)
    # Looked at for less than it takes until something begins.
    press(qtbot, opened, _KEYS.Key_4, _CTRL)
    press(qtbot, opened, _KEYS.Key_1, _CTRL)
    press(qtbot, opened, _KEYS.Key_Right)
    qtbot.wait(1500)
    assert titles == []
    press(qtbot, opened, _KEYS.Key_4, _CTRL)
    wait_for_explanation(qtbot, opened, opened.workspace.model.epoch)


# -- the end --------------------------------------------------------------------------------------


def test_closing_lets_the_measured_night_go(qtbot, staged):
    press(qtbot, staged, "t")
    wait_for_explanation(qtbot, staged, 0)
    night = weakref.ref(explainer_of(staged)._night)
    press(qtbot, staged, _KEYS.Key_W, _CTRL)
    assert staged.document is None
    assert not staged.actions_of["view.explanation"].isChecked()
    qtbot.wait(50)
    gc.collect()
    assert night() is None


def test_closing_while_it_measures_ends_it(qtbot, staged, monkeypatch):
    monkeypatch.setattr(explaining, "measure_to_explain", slowly)
    press(qtbot, staged, "t")
    qtbot.waitUntil(lambda: explainer_of(staged).is_measuring, timeout=_WITHIN_MS)
    press(qtbot, staged, _KEYS.Key_W, _CTRL)
    assert staged.document is None
    assert [task.title for task in staged.tasks.running if not task.is_quiet] == []
    assert not staged.actions_of["view.explanation"].isChecked()


def test_it_is_off_in_the_next_recording(qtbot, tmp_path, night, staging):
    (tmp_path / "a").mkdir()
    window = open_in(qtbot, show_window(qtbot, settings_in(tmp_path / "a")), night)
    fill(window, staging)
    press(qtbot, window, "t")
    wait_for_explanation(qtbot, window, 0)
    window.close_recording()
    open_in(qtbot, window, night)
    assert not explainer_of(window).is_shown
    assert not window.actions_of["view.explanation"].isChecked()
    window.close()
