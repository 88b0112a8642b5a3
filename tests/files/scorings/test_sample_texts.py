"""Real files of other programs, as those who publish them count their stages."""

import json

import pytest

from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import read_scoring

LETTERS = {Stage.W: "W", Stage.N1: "1", Stage.N2: "2", Stage.N3: "3", Stage.R: "R"}


@pytest.mark.data
@pytest.mark.parametrize(
    ("program", "form", "n_events"),
    [("DOMINO", "domino", 0), ("NOX", "events", 53), ("YASA-LABELS", "lines", 0)],
)
def test_every_epoch_of_the_samples(real_data, program, form, n_events):
    folder = real_data / "scoring_samples"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    (path,) = folder.glob(f"{program}__*")
    scoring = read_scoring(path)
    stages = "".join(LETTERS.get(stage, "?") for stage in scoring.hypnogram.stages.tolist())
    assert stages == expected[path.name]["stages"]
    assert scoring.hypnogram.epoch_s == expected[path.name]["epoch_s"]
    assert (scoring.format, len(scoring.events)) == (form, n_events)
