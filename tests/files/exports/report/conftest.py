"""Helpers of the exports' tests are found from here, too."""

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[1])]


@pytest.fixture
def own_templates(tmp_path, monkeypatch):
    """An empty folder for templates of one's own."""
    folder = tmp_path / "own templates"
    folder.mkdir()
    monkeypatch.setattr(
        "sleepscorer.files.exports.report.templates.templates_folder", lambda: folder
    )
    return folder
