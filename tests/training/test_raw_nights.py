"""Raw nights in the layouts of Sleep-EDF, of the NSRR, and of any folder: read, trained on, judged.

The nights are simulated: they prove the plumbing, never accuracy on people.
"""

import json
from functools import cache

import numpy as np
import pytest

from sleepscorer.cli import main
from sleepscorer.core.errors import UsageError
from sleepscorer.core.montage import choose_stager_channels
from sleepscorer.files.recordings import open_recording
from sleepscorer.simulated_files import scoring_path, write_simulated_night
from sleepscorer.simulation.channels import ChannelKind, ChannelSpec
from sleepscorer.simulation.night import simulate_night
from sleepscorer.staging.stager import Stager
from sleepscorer.training.raw_nights import prepared
from sleepscorer.training.scored_recordings import any_folder, shhs, sleep_edf

CHANNELS = (
    ChannelSpec("EEG Fpz-Cz", 100, ChannelKind.EEG, ("Fpz", "Cz")),
    ChannelSpec("EEG Pz-Oz", 100, ChannelKind.EEG, ("Pz", "Oz")),
    ChannelSpec("EOG horizontal", 100, ChannelKind.EOG, ("E1", "E2")),
)


@cache
def night(seed):
    return simulate_night(hours=1.0, seed=seed, channels=CHANNELS)


def write_sleep_edf(folder, subjects):
    folder.mkdir(exist_ok=True)
    for number in subjects:
        psg = folder / f"SC4{number:02d}1E0-PSG.edf"
        write_simulated_night(night(number), psg)
        scoring_path(psg).rename(folder / f"SC4{number:02d}1EC-Hypnogram.edf")
    return folder


def write_shhs(folder, subjects):
    """EDF and XML in the folders that the NSRR has."""
    annotations = folder / "polysomnography" / "annotations-events-nsrr" / "shhs1"
    annotations.mkdir(parents=True)
    codes = {0: "Wake|0", 1: "Stage 1 sleep|1", 2: "Stage 2 sleep|2", 3: "Stage 3 sleep|3"}
    codes[4] = "REM sleep|5"
    for number in subjects:
        psg = folder / "polysomnography" / "edfs" / "shhs1" / f"shhs1-{200000 + number}.edf"
        write_simulated_night(night(number), psg)
        scoring_path(psg).unlink()
        rows = "".join(
            "<ScoredEvent><EventType>Stages|Stages</EventType>"
            f"<EventConcept>{codes[stage]}</EventConcept>"
            f"<Start>{30 * epoch}.0</Start><Duration>30.0</Duration></ScoredEvent>"
            for epoch, stage in enumerate(night(number).hypnogram.stages.tolist())
        )
        (annotations / f"shhs1-{200000 + number}-nsrr.xml").write_text(
            '<?xml version="1.0" encoding="UTF-8"?><PSGAnnotation><EpochLength>30</EpochLength>'
            f"<ScoredEvents>{rows}</ScoredEvents></PSGAnnotation>",
            encoding="utf-8",
        )
    return folder


def test_nights_of_sleep_edf_are_found_with_their_people(tmp_path):
    found = sleep_edf(write_sleep_edf(tmp_path, (0, 1)))
    assert [(one.name, one.subject, one.scoring.name) for one in found] == [
        ("SC4001", "SC400", "SC4001EC-Hypnogram.edf"),
        ("SC4011", "SC401", "SC4011EC-Hypnogram.edf"),
    ]


def test_nights_of_shhs_are_found_with_their_people(tmp_path):
    (found,) = shhs(write_shhs(tmp_path, (3,)))
    assert (found.name, found.subject) == ("shhs1-200003", "shhs-200003")
    _, scoring = found.read()
    assert (scoring.hypnogram.stages == night(3).hypnogram.stages).all()


def test_people_of_any_folder_are_named_by_a_pattern(tmp_path):
    for name, seed in (("p1_a", 0), ("p1_b", 1), ("p2_a", 2)):
        write_simulated_night(night(seed), tmp_path / f"{name}.edf")
    assert [one.subject for one in any_folder(tmp_path, subject=r"(p\d)_")] == ["p1", "p1", "p2"]
    with pytest.raises(UsageError, match="does not match this name"):
        any_folder(tmp_path, subject=r"(q\d)_")
    with pytest.raises(UsageError, match="no group"):
        any_folder(tmp_path, subject="p1")
    with pytest.raises(UsageError, match="no regular expression"):
        any_folder(tmp_path, subject="(")


@pytest.mark.parametrize("source", [sleep_edf, shhs, any_folder])
def test_a_folder_without_such_nights_is_said(tmp_path, source):
    with pytest.raises(UsageError, match="the folder holds no"):
        source(tmp_path)
    with pytest.raises(UsageError, match="no such folder"):
        source(tmp_path / "lacking")


def test_epochs_are_cropped_to_half_an_hour_around_sleep_and_kept_on_disk(tmp_path):
    scored = sleep_edf(write_sleep_edf(tmp_path / "data", (0,)))
    nights, refused = prepared(scored, ("eeg", "eog"), tmp_path / "epochs")
    assert not refused
    stages = night(0).hypnogram.stages
    asleep = np.flatnonzero(stages > 0)
    expected = stages[max(asleep[0] - 60, 0) : asleep[-1] + 61]
    assert nights[0].labels.tolist() == expected.tolist()
    assert nights[0].signals["eeg"].shape == (len(expected), 2, 3000)
    assert nights[0].signals["eog"].shape == (len(expected), 1, 3000)
    assert nights[0].powers["eeg"].shape == (len(expected), 2, 5)
    # The second time nothing is computed: not even the recording is needed any more.
    stamp = next((tmp_path / "epochs").rglob("eeg.npy")).stat().st_mtime_ns
    again, _ = prepared(scored, ("eeg", "eog"), tmp_path / "epochs")
    assert next((tmp_path / "epochs").rglob("eeg.npy")).stat().st_mtime_ns == stamp
    np.testing.assert_array_equal(again[0].signals["eeg"], nights[0].signals["eeg"])


def test_in_bed_needs_lights_and_whole_recordings_need_nothing(tmp_path):
    scored = sleep_edf(write_sleep_edf(tmp_path / "data", (0,)))
    whole, _ = prepared(scored, ("eeg",), tmp_path / "epochs", trim="none")
    assert whole[0].n_epochs == 120
    hypnogram = scored[0].read()[1].hypnogram
    in_bed, refused = prepared(scored, ("eeg",), tmp_path / "epochs", trim="in-bed")
    if hypnogram.lights_off_s is None:
        assert "no lights off and lights on" in refused[0]
    else:
        first = int(hypnogram.lights_off_s // 30)
        assert in_bed[0].labels[0] == hypnogram.stages[first]


def test_one_bad_recording_does_not_keep_the_others(tmp_path):
    folder = write_sleep_edf(tmp_path / "data", (0, 1))
    content = (folder / "SC4011EC-Hypnogram.edf").read_bytes()
    (folder / "SC4011EC-Hypnogram.edf").write_bytes(content[:300])
    nights, refused = prepared(sleep_edf(folder), ("eeg",), tmp_path / "epochs")
    assert [each.name for each in nights] == ["SC4001"]
    assert len(refused) == 1
    assert refused[0].startswith("SC4011E0-PSG.edf: ")


@pytest.mark.parametrize("kind", ["sleep-edf", "shhs", "folder"])
def test_train_end_to_end_and_score_with_what_comes_out(tmp_path, capsys, kind):
    data = tmp_path / "data"
    if kind == "shhs":
        write_shhs(data, (0, 1, 2))
    elif kind == "sleep-edf":
        write_sleep_edf(data, (0, 1, 2))
    else:
        data.mkdir()
        for number in range(3):
            write_simulated_night(night(number), data / f"n{number}.edf")
    run = tmp_path / "run"
    arguments = ["train", "--data", kind, "--folder", str(data), "--out", str(run)]
    arguments += ["--steps", "2", "--learned", "2", "--device", "cpu", "--start", "none"]
    if kind == "folder":
        arguments += ["--subject", r"(n\d)"]
    assert main(arguments) == 0
    assert "epochs of people it did not see" in capsys.readouterr().out
    fold = run / "fold-01"
    assert {path.name for path in fold.iterdir()} >= {
        "weights", "curves.png", "reliability.png", "review.png", "metrics.json", "history.json",
    }  # fmt: skip
    split = json.loads((run / "run.json").read_text(encoding="utf-8"))["splits"][0]
    assert sum(map(len, split.values())) == 3
    psg = {"sleep-edf": "SC4001E0-PSG.edf", "shhs": "shhs1-200000.edf", "folder": "n0.edf"}[kind]
    recording = open_recording(next(data.rglob(psg)))
    staging = Stager(fold / "weights", device="cpu").stage(
        recording, choose_stager_channels(recording)
    )
    assert staging.probabilities.shape == (120, 5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--data", "x"], "--data x"),
        (["--data", "shhs"], "needs --folder"),
        (["--data", "shhs", "--channels", "eeg,ecg"], "--channels ecg"),
        (["--data", "shhs", "--head", "gru"], "no such network: gru"),
        (["--data", "shhs", "--folder", "nowhere"], "no such folder"),
    ],
)
def test_wrong_options_are_said(tmp_path, capsys, options, said):
    assert main(["train", "--out", str(tmp_path / "run"), "--start", "none", *options]) == 2
    assert said in capsys.readouterr().err
