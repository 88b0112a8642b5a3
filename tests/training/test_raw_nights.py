"""Raw nights in the layouts of Sleep-EDF, of the NSRR, of any folder: read and trained on."""

import json
import shutil
from datetime import datetime

import numpy as np
import pytest
from published_nights import (
    LABELS,
    N_EPOCHS,
    N_WAKE,
    START,
    stage_events,
    write_folder,
    write_psg,
    write_shhs,
    write_sleep_edf,
)

from sleepscorer import faults
from sleepscorer.cli import main
from sleepscorer.core.errors import UsageError
from sleepscorer.core.events import Event
from sleepscorer.files.edf.writer import EdfPlan, SignalHeader, write_edf
from sleepscorer.files.recordings import open_recording
from sleepscorer.training.raw_nights import prepared
from sleepscorer.training.runs import begun_batch
from sleepscorer.training.scored_recordings import any_folder, shhs, sleep_edf

pytestmark = pytest.mark.long

# Half an hour of wake on both sides of sleep.
TRIMMED = LABELS[N_WAKE - 60 : N_EPOCHS - N_WAKE + 60]


@pytest.fixture(scope="module")
def cassette(tmp_path_factory):
    """Three nights of Sleep-EDF, two of them of one person; tests read them."""
    folder = tmp_path_factory.mktemp("cassette")
    return write_sleep_edf(folder, ("00:1", "00:2", "01:1", "02:1"))


# -- finding -------------------------------------------------------------------------------------


def test_nights_of_sleep_edf_are_found_with_their_people(cassette):
    found = sleep_edf(cassette)
    assert [(one.name, one.subject, one.scoring.name) for one in found] == [
        ("SC4001", "SC400", "SC4001EC-Hypnogram.edf"),
        ("SC4002", "SC400", "SC4002EC-Hypnogram.edf"),
        ("SC4011", "SC401", "SC4011EC-Hypnogram.edf"),
        ("SC4021", "SC402", "SC4021EC-Hypnogram.edf"),
    ]
    _, scoring = found[0].read()
    assert np.where(LABELS < 0, -1, LABELS).tolist() == scoring.hypnogram.stages.tolist()


def test_both_visits_of_shhs_are_one_person(tmp_path):
    found = shhs(write_shhs(write_shhs(tmp_path, (3,)), (3,), visit=2))
    assert [(one.name, one.subject) for one in found] == [
        ("shhs1-200003", "shhs-200003"), ("shhs2-200003", "shhs-200003"),
    ]  # fmt: skip
    _, scoring = found[0].read()
    assert np.where(LABELS < 0, -1, LABELS).tolist() == scoring.hypnogram.stages.tolist()


def test_people_of_any_folder_are_named_by_a_pattern(tmp_path):
    write_folder(tmp_path, ("p1_a", "p1_b", "p2_a"))
    assert [one.subject for one in any_folder(tmp_path)] == ["p1_a", "p1_b", "p2_a"]
    assert [one.subject for one in any_folder(tmp_path, subject=r"(p\d)_")] == ["p1", "p1", "p2"]
    with pytest.raises(UsageError, match="does not match this name"):
        any_folder(tmp_path, subject=r"(q\d)_")
    with pytest.raises(UsageError, match="no group"):
        any_folder(tmp_path, subject="p1")
    with pytest.raises(UsageError, match="no regular expression"):
        any_folder(tmp_path, subject="(")


def test_any_folder_takes_stages_beside_and_within_but_never_the_machines(tmp_path):
    rates = {"EEG C4-M1": 100}
    within = [event for event in stage_events() if event.text != "Sleep stage ?"]
    write_psg(tmp_path / "within.edf", 1, rates, patient="4711 F X Ann", events=within)
    write_psg(tmp_path / "nothing.edf", 2, rates)
    shutil.copy(write_psg(tmp_path / "machine.edf", 3, rates), tmp_path / "table.edf")
    (tmp_path / "table_epochs.csv").write_text("epoch,stage\n1,W\n2,N2\n")
    wanted = ["score", str(tmp_path / "machine.edf"), "--quiet"]
    assert main([*wanted, "--formats", "edf,csv,json"]) == 0
    found = [(one.name, one.subject, one.scoring.name) for one in any_folder(tmp_path)]
    assert found == [
        ("table", "table", "table_epochs.csv"), ("within", "4711 F X Ann", "within.edf"),
    ]  # fmt: skip


@pytest.mark.parametrize("source", [sleep_edf, shhs, any_folder])
def test_a_folder_without_such_nights_is_said(tmp_path, source):
    with pytest.raises(UsageError, match="the folder holds no"):
        source(tmp_path)
    with pytest.raises(UsageError, match="no such folder"):
        source(tmp_path / "lacking")


# -- preparing -----------------------------------------------------------------------------------


def test_epochs_are_cropped_to_half_an_hour_around_sleep_and_kept_on_disk(cassette, tmp_path):
    scored = sleep_edf(cassette)[:1]
    nights, refused = prepared(scored, ("eeg", "eog"), tmp_path)
    assert not refused
    # Stage 4 is N3; movement time teaches nothing; the tail past the recording's end is not there.
    assert nights[0].labels.tolist() == TRIMMED.tolist()
    assert nights[0].signals["eeg"].shape == (len(TRIMMED), 2, 3000)
    assert nights[0].signals["eog"].shape == (len(TRIMMED), 1, 3000)
    assert nights[0].powers["eeg"].shape == (len(TRIMMED), 2, 5)
    assert nights[0].eeg == ("Fpz-Cz", "Pz-Oz")
    # Stage N3 was written as 2 Hz, wake as 20 Hz: delta and beta tell them apart.
    powers = nights[0].powers["eeg"][:, 0]
    assert powers[TRIMMED == 3].mean(axis=0).argmax() == 0
    assert powers[TRIMMED == 0].mean(axis=0).argmax() == 4
    # The second time nothing is computed.
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npy")}
    again, _ = prepared(scored, ("eeg", "eog"), tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npy")} == stamps
    np.testing.assert_array_equal(again[0].signals["eeg"], nights[0].signals["eeg"])
    assert again[0].eeg == nights[0].eeg


def test_a_chin_emg_that_is_stored_as_an_envelope_is_left_out(cassette, tmp_path):
    (night,), _ = prepared(sleep_edf(cassette)[:1], ("eeg", "eog", "emg"), tmp_path)
    assert set(night.signals) == {"eeg", "eog"}


def test_in_bed_needs_lights_and_whole_recordings_need_nothing(cassette, tmp_path):
    scored = sleep_edf(cassette)[:1]
    whole, _ = prepared(scored, ("eeg",), tmp_path / "epochs", trim="none")
    assert whole[0].labels.tolist() == LABELS.tolist()
    nights, refused = prepared(scored, ("eeg",), tmp_path / "epochs", trim="in-bed")
    assert nights == []
    assert "no lights off and lights on" in refused[0]
    psg = write_psg(tmp_path / "bed" / "a.edf", 1, {"EEG C4-M1": 100})
    lights = [Event(1815.0, None, "Lights off"), Event(4230.0, None, "Lights on")]
    events = [*stage_events(), *lights]
    write_edf(psg.with_name("a_scoring.edf"), EdfPlan((), 1, 0, START), events=events)
    (night,), _ = prepared(any_folder(psg.parent), ("eeg",), tmp_path / "epochs", trim="in-bed")
    assert night.labels.tolist() == LABELS[60:141].tolist()


def test_one_bad_recording_does_not_keep_the_others(tmp_path):
    folder = write_sleep_edf(tmp_path / "data", ("00:1", "01:1", "02:1")) / "sleep-cassette"
    torn = folder / "SC4011EC-Hypnogram.edf"
    torn.write_bytes(torn.read_bytes()[:300])
    awake = [Event(0.0, N_EPOCHS * 30.0, "Sleep stage W")]
    start = EdfPlan((), 1, 0, datetime(1989, 4, 24, 16, 13, 0))
    (folder / "SC4021EC-Hypnogram.edf").unlink()
    write_edf(folder / "SC4021EC-Hypnogram.edf", start, events=awake)
    nights, refused = prepared(sleep_edf(folder), ("eeg",), tmp_path / "epochs")
    assert [each.name for each in nights] == ["SC4001"]
    assert refused[0].startswith("SC4011E0-PSG.edf: ")
    assert refused[1] == "SC4021E0-PSG.edf: nobody sleeps in its scoring"


def test_where_a_derivation_holds_no_signal_is_kept(tmp_path):
    psg = write_psg(tmp_path / "a.edf", 1, {"EEG Fpz-Cz": 100, "EEG Pz-Oz": 100})
    recording = open_recording(psg)
    samples = [signal.read(0.0, N_EPOCHS * 30.0) for signal in recording.signals]
    samples[1][80 * 3000 : 90 * 3000] = 7.0
    headers = tuple(SignalHeader(s.label, 100, -500, 500) for s in recording.signals)
    plan = EdfPlan(headers, N_EPOCHS, 30, START)
    psg.unlink()
    write_edf(psg, plan, [samples], events=())
    write_edf(tmp_path / "a_scoring.edf", EdfPlan((), 1, 0, START), events=stage_events())
    (night,), _ = prepared(any_folder(tmp_path), ("eeg",), tmp_path / "epochs", trim="none")
    flat = (np.arange(N_EPOCHS) >= 80) & (np.arange(N_EPOCHS) < 90)
    assert night.usable["eeg"].T.tolist() == [[True] * N_EPOCHS, (~flat).tolist()]
    # One of the two holds a signal everywhere: every stage teaches.
    assert night.labels.tolist() == LABELS.tolist()
    powers = night.powers["eeg"][:, 1]
    np.testing.assert_allclose(powers[80:90], np.tile(np.median(powers[~flat], axis=0), (10, 1)))


def test_a_night_without_any_stage_is_refused(tmp_path):
    write_psg(tmp_path / "a.edf", 1, {"EEG C4-M1": 100})
    nothing = [Event(0.0, N_EPOCHS * 30.0, "Sleep stage ?")]
    write_edf(tmp_path / "a_scoring.edf", EdfPlan((), 1, 0, START), events=nothing)
    nights, refused = prepared(any_folder(tmp_path), ("eeg",), tmp_path / "epochs", trim="none")
    assert (nights, refused) == ([], ["a.edf: no epoch with a signal has a stage"])


# -- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sleep-edf", "shhs", "folder"])
def test_train_end_to_end_and_score_with_what_comes_out(tmp_path, capsys, kind):
    write = {"sleep-edf": write_sleep_edf, "shhs": write_shhs, "folder": write_folder}[kind]
    data, run = write(tmp_path / "data"), tmp_path / "run"
    arguments = ["train", "--data", kind, "--folder", str(data), "--out", str(run)]
    arguments += ["--steps", "2", "--learned", "2", "--device", "cpu", "--start", "none"]
    if kind == "folder":
        arguments += ["--subject", r"(n\d)", "--undo-weights", "--batch", "3", "--workers", "1"]
    assert main(arguments) == 0
    printed, progress = capsys.readouterr()
    assert "1 night, " in printed
    assert "epochs of people it did not see" in printed
    assert progress.splitlines()[-1].startswith("run: 100 %, 0:00:00 left; batch 2: loss ")
    fold = run / "fold-01"
    for name in ("curves", "reliability", "review"):
        assert (fold / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    history = json.loads((fold / "history.json").read_text(encoding="utf-8"))
    assert [each["step"] for each in history] == [1, 2]
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    n_labelled = int((TRIMMED >= 0).sum())
    assert (metrics["n_nights"], metrics["n_epochs"]) == (1, n_labelled)
    rows = (run / "nights.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "night,epochs,accuracy,kappa,macro_f1"
    assert rows[1].split(",")[1] == str(n_labelled)
    described = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert (described["recipe"]["n_steps"], described["recipe"]["raw"]) == (2, True)
    assert described["recipe"]["batch_windows"] == (3 if kind == "folder" else 8)
    weights = json.loads((fold / "weights" / "config.json").read_text(encoding="utf-8"))
    assert weights["network"]["undo_stage_weights"] is (kind == "folder")
    assert len(set(weights["network"]["stage_weights"])) > 1
    assert weights["input"]["window_epochs"] == 20
    assert [len(part) for part in described["splits"][0].values()] == [1, 1, 1]
    recording = open_recording(sorted(data.rglob("*.edf"))[0])
    if not recording.signals:
        recording = open_recording(sorted(data.rglob("*-PSG.edf"))[0])
    wanted = ["score", str(recording.path), "--weights", str(fold / "weights"), "--device", "cpu"]
    assert main([*wanted, "--out", str(tmp_path / "scored"), "--formats", "csv"]) == 0
    (table,) = (tmp_path / "scored").iterdir()
    assert len(table.read_text(encoding="utf-8").splitlines()) == 1 + N_EPOCHS


@pytest.mark.parametrize("begun", [{}, {"recipe": 3}, {"recipe": {"batch_windows": "8"}}])
def test_what_says_nothing_of_batches_begins_with_the_usual_ones(tmp_path, begun):
    (tmp_path / "run.json").write_text(json.dumps({"format": "sleepscorer training run"} | begun))
    assert begun_batch(tmp_path) is None
    assert begun_batch(tmp_path / "lacking") is None


def test_a_run_goes_on_with_the_same_options_only(cassette, tmp_path, capsys):
    arguments = ["train", "--data", "sleep-edf", "--folder", str(cassette), "--channels", "eeg"]
    arguments += ["--out", str(tmp_path), "--steps", "1", "--device", "cpu", "--start", "none"]
    assert main([*arguments, "--quiet", "--batch", "3"]) == 0
    weights = (tmp_path / "fold-01" / "weights" / "weights.safetensors").read_bytes()
    assert main([*arguments, "--quiet"]) == 0
    assert (tmp_path / "fold-01" / "weights" / "weights.safetensors").read_bytes() == weights
    assert capsys.readouterr() == ("", "")
    assert main([*arguments, "--seed", "2"]) == 2
    assert "other nights or options was begun here" in capsys.readouterr().err


def test_a_protocol_splits_people_and_refuses_too_few(cassette, tmp_path, capsys):
    arguments = ["train", "--data", "sleep-edf", "--folder", str(cassette), "--channels", "eeg"]
    arguments += ["--out", str(tmp_path), "--steps", "1", "--device", "cpu", "--start", "none"]
    assert main([*arguments, "--protocol", "edf-20"]) == 2
    assert "20 folds can't be made of 3 people" in capsys.readouterr().err
    assert main([*arguments, "--folds", "3", "--only-fold", "4"]) == 2
    assert "there is no fold 4 of 3" in capsys.readouterr().err


def test_recordings_that_do_not_say_whose_they_are_are_told(tmp_path, capsys):
    write_folder(tmp_path / "nights", ("p1_a", "p2_a"))
    arguments = ["train", "--data", "folder", "--folder", str(tmp_path / "nights"), "--quiet"]
    arguments += ["--out", str(tmp_path / "run"), "--channels", "eeg", "--start", "none"]
    assert main(arguments) == 2
    assert "2 recordings do not say whose they are" in capsys.readouterr().err
    assert main([*arguments, "--subject", r"(p\d)_"]) == 2
    assert "2 people can't be split" in (said := capsys.readouterr().err)
    assert "do not say whose" not in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--data", "x"], "--data x"),
        (["--data", "shhs"], "needs --folder"),
        (["--data", "shhs", "--channels", "eeg,ecg"], "--channels ecg"),
        (["--data", "shhs", "--head", "gru"], "no such network: gru"),
        (["--data", "shhs", "--folder", "nowhere"], "no such folder"),
        (["--data", "shhs", "--name", "mine"], "--name is for --data sessions"),
        (["--data", "shhs", "--batch", "0"], "--batch 0"),
        (["--data", "shhs", "--workers", "-1"], "--workers -1"),
    ],
)
def test_wrong_options_are_said(tmp_path, capsys, options, said):
    assert main(["train", "--out", str(tmp_path / "run"), "--start", "none", *options]) == 2
    assert said in capsys.readouterr().err


def test_whatever_one_recording_raises_the_others_are_prepared(cassette, tmp_path, monkeypatch):
    scored = sleep_edf(cassette)[:2]
    monkeypatch.setattr(faults, "log_fault", lambda _error: None)
    monkeypatch.setattr(type(scored[0]), "read", failing_for(scored[0], type(scored[0]).read))
    nights, refused = prepared(scored, ("eeg",), tmp_path)
    assert [night.name for night in nights] == [scored[1].name]
    assert "there is not enough memory" in refused[0]


def failing_for(one, really):
    def read(self):
        if self == one:
            raise MemoryError
        return really(self)

    return read
