"""What several tests of the command line score."""

import json

import pytest
from short_night import N_EPOCHS

from sleepscorer.cli import main


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    path = tmp_path_factory.mktemp("simulated") / "night.edf"
    assert main(["simulate", "--hours", str(N_EPOCHS / 120), "--seed", "3", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def alone(simulated, tmp_path_factory):
    """What scoring gives without a second opinion."""
    folder = tmp_path_factory.mktemp("alone")
    wanted = ["score", str(simulated), "--out", str(folder), "--formats", "json", "--quiet"]
    assert main(wanted) == 0
    return json.loads((folder / "night_staging.json").read_text())
