"""Weights tuned to a site's reviewed sessions: what counts, what is refused, what is kept."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from labelled_nights import nights as feature_nights_in
from reviewed_sessions import (
    ANNA,
    N_EPOCHS,
    stages_of,
    write_recording,
    write_session,
    write_site,
    wrong_staging,
)

from sleepscorer import faults
from sleepscorer.cli import main
from sleepscorer.core.errors import UsageError
from sleepscorer.core.people import is_nobody
from sleepscorer.core.stages import Stage
from sleepscorer.session_documents import open_document, read_importable
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, available_weights, read_info
from sleepscorer.staging.loading import load_network
from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
from sleepscorer.staging.stager import Stager
from sleepscorer.training import fine_tuning, session_nights
from sleepscorer.training.comparison import Comparison, NightKappas
from sleepscorer.training.evaluate import answers_on
from sleepscorer.training.fine_tuning import fine_tune
from sleepscorer.training.runs import begin_from, save_network
from sleepscorer.training.session_nights import (
    check_enough,
    measured_nights,
    reviewed_nights,
)
from sleepscorer.training.trainer import Recipe

pytestmark = pytest.mark.long

RECIPE = Recipe(n_steps=24, batch_windows=8, learning_rate=3e-2, n_looks=2, patience=4)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Ten reviewed nights of ten people; tests read them."""
    return write_site(tmp_path_factory.mktemp("site") / "nights")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Weights with the shipped front-end and two small heads that know nothing."""
    torch.manual_seed(0)
    network = StagingNetwork(NetworkConfig(heads=("bilstm", "bilstm"), width=16, dropout=0.1))
    begin_from(network, load_network(read_info(DEFAULT_WEIGHTS)))
    folder = tmp_path_factory.mktemp("weights") / "small"
    save_network(network.eval(), folder, summary="small")
    return folder


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# -- what counts ---------------------------------------------------------------------------------


def test_only_what_a_person_scored_or_confirmed_is_a_label(tmp_path):
    recording = write_recording(tmp_path / "a.edf", 1)
    write_session(recording, stages_of(1), n_reviewed=80, staging=wrong_staging())
    (night,), told = reviewed_nights(tmp_path)
    assert told == ()
    assert (night.name, night.subject, night.n_reviewed) == ("a", "P1 X X Somebody", 80)
    # The machine's N1 is confirmed in 80 epochs or replaced, and unknown in the other 40.
    assert night.labels[:80].tolist() == stages_of(1)[:80].tolist()
    assert night.labels[80:].tolist() == [-100] * 40
    # The machine was shown the EEG alone: so are the heads.
    assert [each.name for each in night.channels.eeg] == ["C4-M1"]
    assert night.channels.eog == ()


@pytest.mark.parametrize(
    ("eeg", "eog", "used"),
    [
        ("F4-M1", ("E1-E2 (derived)",), (["F4-M1"], ["E1-E2 (derived)"])),
        ("F4-M1", (), (["F4-M1"], [])),
        ("nowhere", (), (["F4-M1", "C4-M1"], ["E1-E2 (derived)"])),
    ],
)
def test_the_channels_are_those_that_the_machine_was_shown(tmp_path, eeg, eog, used):
    labels = ("EEG F4-M1", "EEG C4-M1", "EOG E1-M2", "EOG E2-M2")
    recording = write_recording(tmp_path / "a.edf", 1, labels=labels)
    write_session(recording, stages_of(1), staging=wrong_staging(eeg, eog))
    (night,), _ = reviewed_nights(tmp_path)
    found = night.channels
    assert ([each.name for each in found.eeg], [each.name for each in found.eog]) == used


def test_sessions_that_teach_nothing_are_named(tmp_path):
    for number, n_reviewed in enumerate((59, 60, 50)):
        recording = write_recording(tmp_path / f"n{number}.edf", number)
        staging = wrong_staging() if number == 1 else None
        write_session(recording, stages_of(number), n_reviewed=n_reviewed, staging=staging)
    gone = write_recording(tmp_path / "gone.edf", 7)
    write_session(gone, stages_of(7))
    gone.unlink()
    (tmp_path / "torn.sleepscorer").write_bytes(b"not a session")
    nights, told = reviewed_nights(tmp_path)
    assert [night.name for night in nights] == ["n1"]
    needed = "at least 60 and half of them are needed"
    assert told[1] == f"n0.sleepscorer: people reviewed 59 of its 59 scored epochs; {needed}"
    assert told[2] == f"n2.sleepscorer: people reviewed 50 of its 50 scored epochs; {needed}"
    assert told[0].startswith("gone.sleepscorer: The recording gone.edf was not found")
    assert told[3].startswith("torn.sleepscorer: ")
    assert len(told) == 4


def test_whatever_one_session_raises_the_others_teach(tmp_path, monkeypatch):
    for number in (1, 2):
        write_session(write_recording(tmp_path / f"n{number}.edf", number), stages_of(number))
    really = session_nights.open_document

    def opened(path, **options):
        if path.stem == "n1":
            raise RecursionError
        return really(path, **options)

    monkeypatch.setattr(session_nights, "open_document", opened)
    monkeypatch.setattr(faults, "log_fault", lambda _error: None)
    nights, told = reviewed_nights(tmp_path)
    assert [night.name for night in nights] == ["n2"]
    assert told[0].startswith("n1.sleepscorer: something went wrong inside the program")


@pytest.mark.parametrize("n_corrected", [0, 70])
def test_what_the_machine_gave_is_no_persons_after_an_export_and_an_import(tmp_path, n_corrected):
    recording = write_recording(tmp_path / "a.edf", 1)
    assert main(["score", str(recording), "--formats", "edf", "--quiet"]) == 0
    document = open_document(recording, author=ANNA)
    document.import_scoring(read_importable(document.importable, document.recording))
    assert document.session.state.by_person.sum() > 100
    given = document.session.state.stages.copy()
    for epoch in range(n_corrected):
        document.session.score([epoch], Stage((int(given[epoch]) + 1) % 5))
    document.close()
    nights, told = reviewed_nights(tmp_path)
    if n_corrected:
        assert nights[0].n_reviewed == 70
        assert (nights[0].labels[:70] == (given[:70] + 1) % 5).all()
        return
    assert nights == ()
    assert told[0].startswith("a.sleepscorer: people reviewed 0 of its 120 scored epochs")
    assert told[0].endswith("without its _staging.json beside it, may be the machine's")


def test_a_recording_counts_once_however_many_sessions_it_has(tmp_path):
    (tmp_path / "copy").mkdir()
    first = write_recording(tmp_path / "n.edf", 1)
    write_session(first, stages_of(1), n_reviewed=70)
    second = shutil.copy(first, tmp_path / "copy" / "m.edf")
    write_session(second, stages_of(1), n_reviewed=90)
    (night,), told = reviewed_nights(tmp_path)
    assert (night.name, night.n_reviewed) == ("m", 90)
    assert told == ("n.sleepscorer: a session of the recording of m; one counts",)


def test_people_are_told_apart_by_patient_field_pattern_or_recording(tmp_path):
    for number, patient in enumerate(("P1 F X Ann", "P1 F X Ann", "X F X X", "X M X X")):
        recording = write_recording(
            tmp_path / f"q{number % 3}_{number}.edf", number, patient=patient
        )
        write_session(recording, stages_of(number))
    nights, told = reviewed_nights(tmp_path)
    people = {night.name: night.subject for night in nights}
    assert people == {
        "q0_0": "P1 F X Ann", "q1_1": "P1 F X Ann", "q2_2": "q2_2", "q0_3": "q0_3",
    }  # fmt: skip
    assert told == (
        "2 recordings do not say whose they are, and each counts as somebody else's; where that is"
        " not so, name the people with --subject",
    )
    nights, told = reviewed_nights(tmp_path, subject=r"(q\d)_")
    assert sorted(night.subject for night in nights) == ["q0", "q0", "q1", "q2"]
    assert told == ()
    with pytest.raises(UsageError, match="does not match this name"):
        reviewed_nights(tmp_path, subject=r"(z\d)_")


@pytest.mark.parametrize(
    ("patient", "nobody"),
    [("", True), ("X", True), ("X X X X", True), ("X F 02-MAY-1951 X", True), ("X F X", True),
     ("4711", False), ("X X X Ann", False), ("MCH-1 F X X", False)],
)  # fmt: skip
def test_a_withheld_patient_is_nobody(patient, nobody):
    assert is_nobody(patient) is nobody


def test_too_few_nights_or_people_are_refused_with_their_number(site, tmp_path):
    nights, _ = reviewed_nights(site)
    check_enough(nights, site, 10)
    check_enough(nights[:5], site, 5)
    with pytest.raises(UsageError, match="9 reviewed nights of 9 people are here, and at least 10"):
        check_enough(nights[:9], site, 10)
    same, _ = reviewed_nights(site, subject=r"(n)")
    with pytest.raises(UsageError, match=r"10 reviewed nights of 1 person .* of 10 people"):
        check_enough(same, site, 10)
    with pytest.raises(UsageError, match="holds no sessions"):
        reviewed_nights(tmp_path)


# -- measuring -----------------------------------------------------------------------------------


def test_each_night_is_measured_once_as_on_scoring(site, small, tmp_path):
    nights = reviewed_nights(site)[0][:2]
    stager = Stager(small, device="cpu")
    measured, refused = measured_nights(nights, stager, tmp_path)
    assert refused == ()
    assert [night.name for night in measured] == ["n0", "n1"]
    assert measured[0].powers["eeg"].shape == (N_EPOCHS, 1, 5)
    assert measured[0].powers["eog"].shape == (N_EPOCHS, 1, 5)
    seen = stager.measure(nights[0].recording, nights[0].channels)
    np.testing.assert_array_equal(
        measured[0].powers["eeg"][:, 0], seen.channels["eeg"][0].log_powers
    )
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again, _ = measured_nights(nights, stager, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == stamps
    np.testing.assert_array_equal(again[1].powers["eog"], measured[1].powers["eog"])
    np.testing.assert_array_equal(again[1].labels, stages_of(1))
    # A file that a crash left torn is measured anew.
    torn = sorted(stamps)[0]
    torn.write_bytes(torn.read_bytes()[:100])
    np.testing.assert_array_equal(
        measured_nights(nights, stager, tmp_path)[0][0].powers["eeg"], measured[0].powers["eeg"]
    )


# -- tuning --------------------------------------------------------------------------------------


def ten_nights(folder):
    folder.mkdir()
    return feature_nights_in(folder, subjects=range(10), n_epochs=120)


@pytest.fixture(scope="module")
def run(small, tmp_path_factory):
    """A run on ten nights that can be learned from: its nights, its folder, what came of it."""
    folder = tmp_path_factory.mktemp("tuning")
    nights, before = ten_nights(folder / "data"), content(small)
    tuned = fine_tune(read_info(small), nights, folder / "run", recipe=RECIPE)
    assert content(small) == before
    return nights, folder / "run", tuned


def test_weights_that_learned_something_are_better_and_the_former_ones_stay(run, small):
    nights, _, tuned = run
    assert tuned.reasons_against == ()
    found = tuned.comparison
    assert found.new["kappa"] > 0.7 > found.former["kappa"]
    assert sorted(each.night for each in found.nights) == sorted(night.name for night in nights)
    assert sum(each.n_epochs for each in found.nights) == found.new["n_epochs"] == 10 * 119
    assert content(tuned.weights).keys() == content(small).keys() | {"MODEL_CARD.md"}
    card = (tuned.weights / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"| kappa | {found.former['kappa']:.3f} | {found.new['kappa']:.3f} |" in card
    assert read_info(small).sha256 in card
    assert read_info(tuned.weights).sha256 in card
    assert read_info(tuned.weights).learned_eeg == ("Fpz-Cz", "Pz-Oz")
    assert "SC0" not in card
    # The front-end is the former one's, every head is new.
    old, new = load_network(read_info(small)), load_network(read_info(tuned.weights))
    for name, tensor in old.encoder.state_dict().items():
        torch.testing.assert_close(new.encoder.state_dict()[name], tensor, rtol=0, atol=0)
    for head in ("0", "1"):
        name = f"{head}.output.weight"
        assert not torch.equal(old.heads.state_dict()[name], new.heads.state_dict()[name])
    assert float(new.log_temperature) != float(old.log_temperature)


def test_a_run_holds_its_configuration_curves_and_figures(run, small):
    nights, folder, tuned = run
    for name in (*(f"fold-0{n}" for n in range(1, 6)), "final"):
        assert (folder / name / "curves.png").read_bytes().startswith(b"\x89PNG")
        history = json.loads((folder / name / "history.json").read_text())
        assert [each["step"] for each in history] == [12, 24]
    assert (folder / "reliability.png").read_bytes().startswith(b"\x89PNG")
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["new"] == tuned.comparison.new
    assert metrics["reasons_against"] == []
    rows = (folder / "nights.csv").read_text().splitlines()
    assert rows[0] == "night,epochs,former_kappa,new_kappa"
    assert len(rows) == 11
    described = json.loads((folder / "run.json").read_text())
    assert described["start"] == {"name": "small", "sha256": read_info(small).sha256}
    assert described["recipe"]["seed"] == 1
    people = {night.subject for night in nights}
    tested = [one for split in described["splits"] for one in split["test"]]
    assert sorted(tested) == sorted(people)
    for split in described["splits"]:
        assert [len(split[part]) for part in ("train", "validation", "test")] == [6, 2, 2]


def test_a_run_goes_on_to_the_same_end_and_not_with_other_nights_or_options(run, small):
    nights, folder, tuned = run
    before = content(tuned.weights)
    again = fine_tune(read_info(small), nights, folder, recipe=RECIPE)
    assert content(again.weights) == before
    with pytest.raises(UsageError, match="other nights or options was begun here"):
        fine_tune(read_info(small), nights, folder, recipe=replace(RECIPE, seed=2))
    other = replace(nights[0], labels=(nights[0].labels + 1) % 5)
    with pytest.raises(UsageError, match="other nights or options was begun here"):
        fine_tune(read_info(small), (other, *nights[1:]), folder, recipe=RECIPE)


def test_weights_that_learned_features_of_the_signal_are_tuned_by_all_they_measure(site, tmp_path):
    torch.manual_seed(0)
    config = NetworkConfig(width=16, dropout=0.1, n_learned=3, detailed=True, window_epochs=20)
    network = StagingNetwork(config)
    begin_from(network, load_network(read_info(DEFAULT_WEIGHTS)))
    save_network(network.eval(), tmp_path / "raw", summary="raw")
    stager = Stager(str(tmp_path / "raw"), device="cpu")
    nights, _ = measured_nights(reviewed_nights(site)[0], stager, tmp_path / "measures")
    seen = stager.measure(
        (first := reviewed_nights(site)[0][0]).recording, first.channels
    ).channels["eeg"][0]
    np.testing.assert_array_equal(nights[0].powers["eeg"][:, 0], seen.log_powers)
    np.testing.assert_array_equal(nights[0].learned["eeg"][:, 0], seen.measures[:, 5:])
    tuned = fine_tune(read_info(tmp_path / "raw"), nights, tmp_path / "run", recipe=RECIPE)
    assert tuned.comparison.new["kappa"] > 0.7 > tuned.comparison.former["kappa"]
    after = load_network(read_info(tuned.weights))
    assert after.config.window_epochs == 20
    for name, tensor in network.encoder.state_dict().items():
        torch.testing.assert_close(after.encoder.state_dict()[name], tensor, rtol=0, atol=0)
    # What was learned is looked at: without it the heads answer otherwise.
    without = [replace(n, learned={k: 0 * v for k, v in n.learned.items()}) for n in nights]
    with_it, without_it = (
        answers_on(after, each, {"eeg": 0})[0].probabilities for each in (nights, without)
    )
    assert np.abs(with_it - without_it).max() > 1e-3


def compared(former, new, *, ece=(0.03, 0.03)):
    nights = tuple(
        NightKappas(f"n{i}", 100, *pair) for i, pair in enumerate(zip(former, new, strict=True))
    )
    return Comparison(
        {"kappa": float(np.mean(former)), "ece": ece[0], "ece_of_confidence": 0.0},
        {"kappa": float(np.mean(new)), "ece": ece[1], "ece_of_confidence": 0.0},
        nights,
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (compared([0.6, 0.6, 0.6], [0.7, 0.71, 0.69]), None),
        (compared([0.6, 0.6, 0.6], [0.6, 0.6, 0.6]), "kappa on held-out nights is not higher"),
        (compared([0.6, 0.6, 0.6], [0.9, 0.55, 0.5]), "0.050, is within its standard error, 0.126"),
        (compared([0.6, 0.6], [0.7, 0.7], ece=(0.03, 0.051)), "calibration error rises"),
        (compared([0.6, 0.6], [0.7, 0.7], ece=(0.03, 0.049)), None),
    ],
)
def test_better_means_a_higher_kappa_beyond_chance_and_no_worse_calibration(found, said):
    reasons = found.reasons_against()
    if said is None:
        assert reasons == ()
    else:
        assert said in reasons[0]
        assert len(reasons) == 1


# -- the command ---------------------------------------------------------------------------------


def tune(site, run, small, *more):
    arguments = ["train", "--data", "sessions", "--folder", site, "--out", run, "--start", small]
    arguments += ["--device", "cpu", "--tune", "heads"]
    return main([str(each) for each in (*arguments, *more)])


def test_sessions_to_weights_that_score_or_are_not_kept(site, small, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(fine_tuning, "TUNING", RECIPE)
    shipped = [info.name for info in available_weights()]
    assert tune(site, tmp_path / "run", small, "--name", "ours") == 0
    printed, progress = capsys.readouterr()
    lines = printed.splitlines()
    assert lines[0].split() == ["held-out", "nights", "former", "new"]
    assert [line.split()[1] for line in lines if line.startswith("kappa, ")] == [
        f"n{n}" for n in range(10)
    ]
    assert "the new weights are kept as ours" in lines[-1]
    assert "run: 100 %, 0:00:00 left" in progress
    assert main(["models"]) == 0
    assert "ours\n  small with heads tuned on reviewed sessions" in capsys.readouterr().out
    (night, *_), _ = reviewed_nights(site)
    staging = Stager("ours", device="cpu").stage(night.recording, night.channels)
    assert np.mean(staging.stages == stages_of(0)) > 0.8
    # The same command again ends at the same weights; another run can't take their name.
    assert tune(site, tmp_path / "run", small, "--name", "ours") == 0
    capsys.readouterr()
    assert tune(site, tmp_path / "other", small, "--name", "ours") == 2
    assert "weights called 'ours' already" in capsys.readouterr().err
    assert tune(site, tmp_path / "other", small, "--name", DEFAULT_WEIGHTS) == 2
    assert f"weights called '{DEFAULT_WEIGHTS}' already" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()
    # A training that learns nothing: its weights are no better, and nothing lists them.
    nothing = replace(RECIPE, learning_rate=0.0, n_steps=1)
    monkeypatch.setattr(fine_tuning, "TUNING", nothing)
    shutil.copytree(tmp_path / "run" / "measures", tmp_path / "other" / "measures")
    assert tune(site, tmp_path / "other", small, "--quiet") == 0
    printed, error = capsys.readouterr()
    assert printed.startswith("the new weights are not kept: kappa on held-out nights is not hig")
    assert error == ""
    assert [info.name for info in available_weights()] == [*shipped, "ours"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--folds", "5"], "--folds means nothing with --data sessions"),
        (["--only-fold", "1"], "--only-fold means nothing"),
        (["--head", "lstm"], "--head means nothing"),
        (["--start", "none"], "leaves nothing to tune"),
        (["--start", "nowhere"], "there are no weights called 'nowhere'"),
        (["--subject", "(n)"], "10 reviewed nights of 1 person are here"),
        (["--name", "a/b"], "is not a name of weights"),
    ],
)
def test_what_sessions_can_not_do_is_said(site, tmp_path, capsys, options, said):
    arguments = ["train", "--data", "sessions", "--folder", str(site)]
    assert main([*arguments, "--out", str(tmp_path / "run"), *options]) == 2
    assert said in capsys.readouterr().err
    assert main(["train", "--data", "sessions", "--out", str(tmp_path / "run")]) == 2
    assert "needs --folder" in capsys.readouterr().err
