"""What is to be exported: formats, the look of a report, and whose annotations."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox

from sleepscorer.files.exports import FORMATS, PDF, ReportLook
from sleepscorer.gui.dialogs.export import ExportDialog
from sleepscorer.gui.dialogs.report_look import ReportLookBoxes
from sleepscorer.gui.process.tasks import TaskRunner


@pytest.fixture
def dialog_with(qtbot, tmp_path):
    def make(*formats, look=None):
        dialog = ExportDialog(
            Path(tmp_path), formats, existing=lambda _: (), tasks=TaskRunner(), look=look
        )
        qtbot.addWidget(dialog)
        return dialog

    return make


def _box(dialog, name):
    return next(
        box for box in dialog.findChildren(QComboBox) if box.accessibleName().startswith(name)
    )


def test_what_was_chosen_is_exported(dialog_with):
    dialog = dialog_with("edf", PDF, look=ReportLook(language="de", paper="letter"))
    assert dialog.choice.look == ReportLook("default", "de", "letter")
    assert dialog.choice.formats == ("edf", "pdf")
    _box(dialog, "Language").setCurrentText("Español")
    _box(dialog, "Paper").setCurrentText("A4")
    assert dialog.choice.look == ReportLook("default", "es", "a4")


def test_it_is_asked_for_only_where_a_pdf_is_written(dialog_with):
    dialog = dialog_with(*FORMATS)
    assert not dialog.findChild(ReportLookBoxes).isEnabled()
    check = next(one for one in dialog.findChildren(QCheckBox) if "PDF" in one.text())
    assert not check.isChecked()
    check.setChecked(True)
    assert dialog.findChild(ReportLookBoxes).isEnabled()


def test_a_template_that_is_gone_gives_way_to_the_programs(dialog_with):
    dialog = dialog_with(PDF, look=ReportLook("of last year", "tlh", "a3"))
    assert dialog.choice.look == ReportLook("default", "", "")


def test_formats_of_others_and_the_recordings_annotations_are_chosen(dialog_with):
    dialog = dialog_with("edf", "annot")
    assert dialog.choice.formats == ("edf", "annot")
    assert not dialog.choice.all_annotations
    for check in dialog.findChildren(QCheckBox):
        if "BIDS" in check.text() or "own" in check.text():
            check.click()
    assert dialog.choice.formats == ("edf", "annot", "bids")
    assert dialog.choice.all_annotations
