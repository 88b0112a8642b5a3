"""What a person may say of a scoring that is imported, and JSON of other programs."""

import json
from datetime import datetime

import pytest

from sleepscorer.core.errors import AlignmentNeeded, CodesNeeded, EpochLengthNeeded, ScoringError
from sleepscorer.core.recording import Recording
from sleepscorer.files.scorings import Alignment, codes_named
from sleepscorer.session_documents import ImportChoice, read_importable

RECORDING = Recording("night.edf", "EDF", datetime(2024, 3, 1, 22, 30), 120.0, signals=())


def stages(path, **said):
    read = read_importable(path, RECORDING, ImportChoice(**said))
    return read.scoring.hypnogram.stages.tolist()


def test_json_of_another_program_is_a_scoring(tmp_path):
    path = tmp_path / "night.json"
    path.write_text(json.dumps(["Wake", "N2", "REM", "N3"]))
    assert stages(path) == [0, 2, 4, 3]
    path.write_text(json.dumps([0, 2, 4, 3]))
    with pytest.raises(CodesNeeded):
        stages(path)
    assert stages(path, codes=codes_named("aasm")) == [0, 2, 4, 3]


def test_a_staging_of_ours_is_known_whatever_it_is_called(tmp_path):
    path = tmp_path / "night.txt"
    path.write_text(json.dumps({"format": "sleepscorer staging", "schema_version": 99}))
    with pytest.raises(ScoringError, match="this staging has version 99 of its format"):
        stages(path)


def test_the_length_of_epochs_and_their_alignment_are_said(tmp_path):
    path = tmp_path / "night.txt"
    path.write_text("W\n" * 4 + "N2\n" * 2)
    with pytest.raises(EpochLengthNeeded):
        stages(path)
    with pytest.raises(AlignmentNeeded) as raised:
        stages(path, epoch_s=20.0)
    assert raised.value.path == path
    assert stages(path, epoch_s=20.0, alignment=Alignment(epochs="majority")) == [0, 0, 0, 2]
