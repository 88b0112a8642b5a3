"""Stagers validated on own nights in the window: found, judged, shown, kept; and what fails."""

import shutil
import time

import numpy as np
import pytest
from other_stagers import opinion
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLabel, QPushButton
from real_window import press

from sleepscorer.core.errors import ExportError
from sleepscorer.files.scorings import read_scoring
from sleepscorer.gui.dialogs.read_only_table import ReadOnlyTable
from sleepscorer.gui.dialogs.validation import ValidationDialog
from sleepscorer.gui.look.reading_box import ReadingBox
from sleepscorer.pipeline import SiteChoice, keep_site_choice, read_site_choice, site_choice_file
from sleepscorer.simulated_files import scoring_path, write_simulated_night
from sleepscorer.simulation.channels import derivations
from sleepscorer.simulation.night import simulate_night
from sleepscorer.validation import report

_KEYS, _ALT = Qt.Key, Qt.KeyboardModifier.AltModifier
_N_NIGHTS = 5
_SOON_MS = 30_000


class Knowing:
    """Looks up what people said of the night, and is wrong and less sure in every tenth epoch.

    It is so little sure of anything that whoever says something else outvotes it.
    """

    title = "Knowing 1"

    def stage(self, recording, channels, progress):  # noqa: ARG002
        progress(0.5, "looking it up")
        given = opinion(recording.n_epochs)
        stages = read_scoring(scoring_path(recording.path)).hypnogram.stages.copy()
        stages[::10] = (stages[::10] + 1) % 5
        probabilities = np.full_like(given.probabilities, 0.15)
        probabilities[range(len(stages)), stages] = 0.4
        probabilities[::10] = (probabilities[::10] + 0.2) / 2
        return type(given)(probabilities, given.provenance)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Five nights of five people with their scorings, and one that nobody scored."""
    folder = tmp_path_factory.mktemp("written")
    channels = derivations("C4-M1", "E1-M2", sampling_rate_hz=100)
    for seed in range(_N_NIGHTS + 1):
        night = simulate_night(hours=0.55, seed=seed, channels=channels)
        write_simulated_night(night, folder / f"night{seed + 1}.edf")
    scoring_path(folder / f"night{_N_NIGHTS + 1}.edf").unlink()
    return folder


@pytest.fixture
def nights(written, tmp_path):
    return shutil.copytree(written, tmp_path / "nights")


@pytest.fixture
def others(offer_stagers):
    """One that is right, and one that says N2 all night."""
    offer_stagers(calm="other_stagers:Calm", knowing="test_validation_page:Knowing")


def page_of(qtbot, window):
    window.actions_of["score.validate"].trigger()
    page = window.findChild(ValidationDialog)
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.waitUntil(lambda: bool(boxes_of(page)))
    return page


def boxes_of(page):
    boxes = page.findChildren(QCheckBox)
    return {box.text(): box for box in boxes if box.accessibleName().startswith("Ask ")}


def button(page, text):
    return next(one for one in page.findChildren(QPushButton) if one.text() == text)


def shown(page, kind):
    return next(one for one in page.findChildren(kind) if one.isVisible())


def said(page):
    return "\n".join(one.text() for one in page.findChildren(QLabel) if one.isVisible())


def looked_through(qtbot, window, folder):
    """Name the folder by keys; our own stager, which takes its time, is not asked."""
    page = page_of(qtbot, window)
    press(qtbot, page, "f", _ALT)
    qtbot.keyClicks(page.focusWidget(), str(folder))
    press(qtbot, page, _KEYS.Key_Return)
    qtbot.waitUntil(lambda: not button(page, "Ca&ncel").isVisible(), timeout=_SOON_MS)
    boxes_of(page)["sleepscorer"].click()
    return page


def validated(qtbot, window, folder):
    page = looked_through(qtbot, window, folder)
    press(qtbot, page, "s", _ALT)
    qtbot.waitUntil(lambda: button(page, "Back to the nights").isVisible(), timeout=_SOON_MS)
    return page


def test_the_rule_and_who_counts_are_said_before_anything_is_staged(qtbot, window, others, nights):
    page = looked_through(qtbot, window, nights)
    rows = shown(page, ReadOnlyTable).texts()
    assert rows[:_N_NIGHTS] == [[f"night{n + 1}", str(n + 1), "yes", ""] for n in range(_N_NIGHTS)]
    assert rows[_N_NIGHTS][0::2] == ["night6", "no"]
    assert rows[_N_NIGHTS][3].startswith("nobody scored it")
    rule = shown(page, ReadingBox).toPlainText()
    assert rule.startswith("5 nights of 5 people count")
    assert "interval" in rule
    assert list(boxes_of(page)) == ["sleepscorer", "Calm 1.2", "Knowing 1"]
    assert button(page, "&Start").isEnabled()
    assert not (nights / "validation").exists()


def test_the_better_one_is_chosen_shown_and_used_from_then_on(
    qtbot, window, others, nights, monkeypatch
):
    opened = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True
    )
    window.settings.set(as_validated=False)
    page = validated(qtbot, window, nights)
    assert "Use knowing" in said(page)
    assert "Review 20 %, find" in said(page)
    rows = {row[0]: row for row in shown(page, ReadOnlyTable).texts()}
    assert rows["knowing (chosen)"][1:3] == ["5", "0.84 (0.83 to 0.86)"]
    assert rows["knowing (chosen)"][3].startswith("+")
    assert rows["consensus"][3] == "–"
    assert shown(page, ReadOnlyTable).currentItem().text() == "knowing (chosen)"
    assert "The rule was: 5 nights" in shown(page, ReadingBox).toPlainText()
    press(qtbot, page, "o", _ALT)
    qtbot.waitUntil(lambda: bool(opened))
    assert opened == [str(nights / "validation" / "validation.html")]
    (nights / "validation" / "validation.html").unlink()
    press(qtbot, page, "o", _ALT)
    qtbot.waitUntil(lambda: "moved or deleted since. Save the report" in said(page))
    assert read_site_choice() is None
    press(qtbot, page, "u", _ALT)
    qtbot.waitUntil(lambda: "This workstation uses knowing" in said(page))
    assert read_site_choice().stagers == ("knowing",)
    # Auto-score goes by it, whatever was ticked before.
    assert window.settings.now.as_validated
    press(qtbot, page, "r", _ALT)
    qtbot.waitUntil(lambda: "uses no validated choice" in said(page))
    assert read_site_choice() is None


def test_a_report_from_before_stays_and_another_folder_takes_one_too(
    qtbot, window, others, nights, tmp_path, monkeypatch
):
    (nights / "validation").mkdir()
    page = validated(qtbot, window, nights)
    assert (nights / "validation-2" / "validation.html").is_file()
    assert list((nights / "validation").iterdir()) == []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "other"))
    press(qtbot, page, "i", _ALT)
    qtbot.waitUntil((tmp_path / "other" / "validation.xlsx").is_file)


def test_what_the_report_s_drive_refuses_costs_no_figure(
    qtbot, window, others, nights, monkeypatch
):
    def refuse(*_args, **_options):
        raise ExportError("the folder takes no file", path=nights)

    monkeypatch.setattr(report, "write_report", refuse)
    page = validated(qtbot, window, nights)
    assert "the folder takes no file" in said(page)
    assert "Use knowing" in said(page)
    assert not button(page, "&Open the report").isEnabled()
    assert button(page, "Save the report &in…").isEnabled()


def test_the_window_stays_usable_and_the_closed_page_s_verdict_is_told(
    qtbot, opened, others, nights
):
    page = looked_through(qtbot, opened, nights)
    press(qtbot, page, "s", _ALT)
    qtbot.waitUntil(lambda: "Validating" in [task.title for task in opened.tasks.running])
    press(qtbot, page, _KEYS.Key_Escape)
    qtbot.waitUntil(opened.isActiveWindow)
    before = opened.workspace.model.epoch
    press(qtbot, opened, _KEYS.Key_Right)
    assert opened.workspace.model.epoch == before + 1
    qtbot.waitUntil(
        lambda: any("Use knowing" in text for text in opened.notices.texts), timeout=_SOON_MS
    )
    again = page_of(qtbot, opened)
    assert again is page
    assert "Use knowing" in said(page)


def test_it_is_cancelled_at_once_and_begun_again(qtbot, window, offer_stagers, nights):
    offer_stagers(calm="other_stagers:Calm", slow="other_stagers:Hanging")
    page = looked_through(qtbot, window, nights)
    press(qtbot, page, "s", _ALT)
    qtbot.waitUntil(lambda: "thinking" in said(page) or " %: " in said(page), timeout=_SOON_MS)
    assert not button(page, "&Start").isEnabled()
    begun = time.monotonic()
    press(qtbot, page, "n", _ALT)
    qtbot.waitUntil(lambda: "Cancelled" in said(page))
    assert time.monotonic() - begun < 5
    assert not (nights / "validation").exists()
    assert button(page, "&Start").isEnabled()
    boxes_of(page)["Hanging 1"].click()
    press(qtbot, page, "s", _ALT)
    qtbot.waitUntil(lambda: button(page, "Back to the nights").isVisible(), timeout=_SOON_MS)
    assert "Keep calm" in said(page)


def test_too_few_nights_or_no_folder_are_said_and_nothing_begins(qtbot, window, others, nights):
    for n in range(2, _N_NIGHTS):
        scoring_path(nights / f"night{n + 1}.edf").unlink()
    page = looked_through(qtbot, window, nights)
    assert "2 nights of the folder count, and at least 3 are needed" in said(page)
    assert not button(page, "&Start").isEnabled()
    page.look_through(nights / "nowhere")
    qtbot.waitUntil(lambda: "nowhere" in said(page), timeout=_SOON_MS)
    assert not button(page, "&Start").isEnabled()
    assert shown(page, ReadOnlyTable).texts() == []
    # The next thing typed is another folder.
    assert page.focusWidget().text().endswith("nowhere")


def test_tab_goes_from_the_nights_by_whom_to_ask_to_the_start(qtbot, window, others, nights):
    page = looked_through(qtbot, window, nights)
    shown(page, ReadOnlyTable).setFocus()
    passed = []
    for _ in range(5):
        press(qtbot, page, _KEYS.Key_Tab)
        passed.append(page.focusWidget().text())
    asked = ["sleepscorer", "Calm 1.2", "Knowing 1"]
    assert passed == [*asked, "Try &other channels, too", "&Start"]


def test_nights_of_another_folder_than_the_one_named_are_listed_no_more(
    qtbot, window, others, nights
):
    page = looked_through(qtbot, window, nights)
    press(qtbot, page, "f", _ALT)
    qtbot.keyClicks(page.focusWidget(), "x")
    assert shown(page, ReadOnlyTable).texts() == []
    assert not button(page, "&Start").isEnabled()


def test_what_names_hold_is_never_taken_for_markup(qtbot, window, others, nights):
    page = validated(qtbot, window, nights)
    press(qtbot, page, "u", _ALT)
    qtbot.waitUntil(lambda: "This workstation uses knowing" in said(page))
    page.look_through(nights / "<i>knowing</i>")
    qtbot.waitUntil(lambda: "<i>knowing</i>: there is no such folder" in said(page))
    naming = [one for one in page.findChildren(QLabel) if "knowing" in one.text()]
    assert len(naming) == 4
    assert {one.textFormat() for one in naming} == {Qt.TextFormat.PlainText}


def test_without_a_stager_nothing_begins(qtbot, window, others, nights):
    page = looked_through(qtbot, window, nights)
    boxes = boxes_of(page)
    for name in ("Calm 1.2", "Knowing 1"):
        assert button(page, "&Start").isEnabled()
        boxes[name].click()
    assert not button(page, "&Start").isEnabled()


def test_a_choice_of_before_is_shown_and_a_damaged_one_is_said(qtbot, window, others):
    keep_site_choice(SiteChoice(("calm",), ("Calm 1.2",), decided_utc="2026-11-30T01:00:00+00:00"))
    page = page_of(qtbot, window)
    qtbot.waitUntil(lambda: "uses calm, decided on 2026-11-30" in said(page))
    site_choice_file().write_text("{")
    press(qtbot, page, "r", _ALT)
    qtbot.waitUntil(lambda: "uses no validated choice" in said(page))
    site_choice_file().write_text("{")
    page._validator.look_around()
    qtbot.waitUntil(lambda: "damaged" in said(page) or "can't be read" in said(page))


def test_it_fits_a_small_screen_and_every_part_is_named(qtbot, window, others, nights):
    page = validated(qtbot, window, nights)
    page.resize(903, 478)
    qtbot.wait(20)
    assert (page.width(), page.height()) == (903, 478)
    for one in page.findChildren(QPushButton):
        if one.isVisible():
            assert one.accessibleName() or one.text() == "Close"
            place = QRect(one.mapTo(page, one.rect().topLeft()), one.size())
            assert page.rect().contains(place)
    for kind in (ReadOnlyTable, ReadingBox, QCheckBox):
        assert all(one.accessibleName() for one in page.findChildren(kind))
