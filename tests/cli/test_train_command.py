"""``sleepscorer train`` is stopped and goes on; ``evaluate`` says how good weights are."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from scipy.io import savemat

from sleepscorer.cli import main, training
from sleepscorer.core.errors import UsageError
from sleepscorer.staging import stagers
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, read_info
from sleepscorer.staging.loading import load_network
from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
from sleepscorer.training import runs
from sleepscorer.training.splits import held_out

SUBJECTS = (0, 2, 5, 8, 1, 3)


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    """Nights of band powers, in the layout of the published ones."""
    folder = tmp_path_factory.mktemp("data") / "sleepedf_features"
    folder.mkdir()
    rng = np.random.default_rng(0)
    rows = ["record,subject"]
    for index, subject in enumerate(SUBJECTS):
        labels = np.repeat(rng.permutation(np.arange(10) % 5), 12)
        measured = rng.normal(0, 0.1, (120, 3, 10)).astype(np.float32)
        measured[np.arange(120), :, labels] += 3
        np.savez(folder / f"SC{index}.npz", features=measured, labels=labels)
        rows.append(f"SC{index},{subject}")
    (folder / "index.csv").write_text("\n".join(rows) + "\n")
    return folder


def arguments(features, out, *more):
    wanted = ["train", "--data", "features", "--folder", features, "--out", out, "--steps", 2]
    return [str(each) for each in (*wanted, "--folds", 2, "--device", "cpu", *more)]


def weights_in(run):
    return [path.read_bytes() for path in sorted(run.rglob("weights.safetensors"))]


def test_ctrl_c_ends_with_a_word_and_the_same_command_goes_on(
    features, tmp_path, capsys, monkeypatch
):
    @contextmanager
    def interrupted(_name, *, quiet):
        def progress(fraction, _text):
            if fraction > 0.5:
                signal.raise_signal(signal.SIGINT)

        yield progress

    with monkeypatch.context() as patched:
        patched.setattr(training, "training_progress", interrupted)
        assert main(arguments(features, tmp_path / "run")) == 130
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        "sleepscorer: stopped; the same command goes on from the last look at the validation"
        f" nights that is kept in {tmp_path / 'run'}"
    )
    assert (tmp_path / "run" / "fold-01" / "weights" / "config.json").exists()
    assert not (tmp_path / "run" / "metrics.json").exists()
    kept = (tmp_path / "run" / "fold-01" / "state.pt").stat().st_mtime_ns
    assert main(arguments(features, tmp_path / "run", "--quiet")) == 0
    assert (tmp_path / "run" / "fold-01" / "state.pt").stat().st_mtime_ns == kept
    assert main(arguments(features, tmp_path / "whole", "--quiet")) == 0
    assert weights_in(tmp_path / "run") == weights_in(tmp_path / "whole")
    assert len(weights_in(tmp_path / "run")) == 2
    found = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert found == json.loads((tmp_path / "whole" / "metrics.json").read_text())
    assert (found["n_nights"], found["n_folds"]) == (6, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGINT to a child alone")
def test_ctrl_c_ends_the_real_program_without_a_traceback(features, tmp_path):
    command = [sys.executable, "-m", "sleepscorer", *arguments(features, tmp_path / "run")]
    command[command.index("--steps") + 1] = "3000"
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ) as program:
        began_s = time.monotonic()
        while not (tmp_path / "run" / "run.json").exists() and time.monotonic() < began_s + 60:
            time.sleep(0.05)
        program.send_signal(signal.SIGINT)
        _, error = program.communicate(timeout=60)
    assert program.returncode == 130
    assert error.decode().splitlines()[-1].startswith("sleepscorer: stopped; the same command")
    assert b"Traceback" not in error


def test_evaluate_judges_by_all_that_the_folder_holds(features, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(stagers, "offered_stagers", lambda: ())
    data = features.parent
    rng = np.random.default_rng(1)
    (data / "pz_oz_wake").mkdir()
    for number in range(3):
        values = rng.normal(0, 100, (1, 40 * 3000)).round()
        savemat(data / "pz_oz_wake" / f"SC400{number}E0-PSG_edfm.mat", {"val": values})
    (data / "dreams").mkdir()
    samples = rng.normal(0, 20, 60 * 3000)
    text = "[CZ-A1]\n" + "\n".join(f"{value:.2f}" for value in samples) + "\n"
    (data / "dreams" / "excerpt1.txt").write_text(text)
    np.savez(data / "dreams" / "dreams_sp1.npz", y=np.arange(60) % 5)
    wanted = ["evaluate", "--data", str(data), "--weights", DEFAULT_WEIGHTS]
    results = tmp_path / "models" / "RESULTS.md"
    card = tmp_path / "models" / DEFAULT_WEIGHTS / "MODEL_CARD.md"
    card.parent.mkdir(parents=True)
    assert main([*wanted, "--results", str(results)]) == 0
    printed, error = capsys.readouterr()
    written = results.read_text(encoding="utf-8")
    assert written.strip() == printed.strip()
    assert "YASA is not installed" in error
    assert f"{DEFAULT_WEIGHTS} misses: " in error
    for heading in ("## The defaults against the bars", "## Held-out nights: 2 nights of 2"):
        assert heading in written
    assert f"| `{DEFAULT_WEIGHTS}` | Fpz-Cz + EOG | 240 |" in written
    assert f"| `{DEFAULT_WEIGHTS}` | DREAMS, excerpt 1 | Cz-M1 | 60 |" in written
    assert f"| `{DEFAULT_WEIGHTS}` | all together |  | 60 |" in written
    assert "% of 120 |" in written  # three recordings of 40 epochs of wake
    assert card.read_text(encoding="utf-8").startswith(f"# {DEFAULT_WEIGHTS}\n")
    # Every row of a table has as many cells as its heading.
    for block in written.split("\n\n"):
        if block.startswith("|"):
            assert len({line.count(" | ") for line in block.splitlines()}) == 1


def test_evaluate_judges_the_stagers_that_are_named_on_the_same_epochs(
    features, tmp_path, capsys, offer_stagers
):
    offer_stagers(
        calm="other_stagers:Calm", raising="other_stagers:Raising", exiting="other_stagers:Exiting"
    )
    shutil.copytree(features, tmp_path / "sleepedf_features")
    (tmp_path / "dreams").mkdir()
    samples = np.random.default_rng(1).normal(0, 20, 20 * 3000)
    text = "[CZ-A1]\n" + "\n".join(f"{value:.2f}" for value in samples) + "\n"
    (tmp_path / "dreams" / "excerpt1.txt").write_text(text)
    np.savez(tmp_path / "dreams" / "dreams_sp1.npz", y=np.repeat([0, 2], 10))
    wanted = ["evaluate", "--data", str(tmp_path), "--weights", DEFAULT_WEIGHTS]
    assert main([*wanted, "--stagers", "sleepscorer,calm,raising"]) == 0
    printed, error = capsys.readouterr()
    assert "is not installed" not in error
    assert "Exiting" not in printed
    # N2 all night is right in half of the epochs, and by chance alone.
    assert "| Calm 1.2 | DREAMS, excerpt 1 | C4-M1 | 20 | 0.500 | 0.000 " in printed
    assert (
        "| Raising 3 | DREAMS, excerpt 1 |  | 0 | – | none: Raising 3 failed: RuntimeErr" in printed
    )
    both = f"| consensus of `{DEFAULT_WEIGHTS}`, Calm 1.2, Raising 3 | DREAMS, excerpt 1"
    assert f"{both} (without raising) |" in printed
    assert f"Kappa minus that of `{DEFAULT_WEIGHTS}`, person by person" in printed
    assert "**What 20 epochs cannot show**" in printed
    assert "2 stretches of held-out nights" in printed
    for listed, why in (("calm,calm", "named twice"), (",", "names nothing"), ("x", "'x'")):
        assert main([*wanted, "--stagers", listed]) == 2
        assert why in capsys.readouterr().err


def test_evaluate_does_without_recordings_of_wake_and_weights_without_eog(
    features, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(stagers, "offered_stagers", lambda: ())
    data = tmp_path / "data"
    shutil.copytree(features, data / "sleepedf_features")
    eeg = tmp_path / "eeg-alone"
    torch.manual_seed(0)
    runs.save_network(StagingNetwork(NetworkConfig(kinds=("eeg",))).eval(), eeg, summary="For EEG.")
    results = tmp_path / "RESULTS.md"
    wanted = ["evaluate", "--data", str(data), "--weights", str(eeg), "--results", str(results)]
    assert main([*wanted, "--quiet"]) == 0
    assert "eeg-alone misses: accuracy at least .79" in capsys.readouterr().err
    networks = results.read_text(encoding="utf-8").split("## Networks")[1]
    # Neither the front-end's error, nor wake, nor the time was measured.
    assert networks.split("| `eeg-alone` | ")[1].splitlines()[0].split(" | ")[1:4] == ["–"] * 3
    card = tmp_path / "eeg-alone" / "MODEL_CARD.md"
    assert "Not judged on recordings of wake." in card.read_text(encoding="utf-8")


def test_evaluate_needs_some_of_the_people_who_judge(features, tmp_path, capsys):
    folder = tmp_path / "sleepedf_features"
    shutil.copytree(features, folder)
    rows = (folder / "index.csv").read_text().splitlines()
    (folder / "index.csv").write_text(
        "\n".join(row for row in rows if row[-2:] not in (",5", ",8"))
    )
    assert main(["evaluate", "--data", str(tmp_path), "--weights", DEFAULT_WEIGHTS]) == 2
    assert "none of its people is one of those who judge" in capsys.readouterr().err


def test_evaluate_says_which_data_lack(tmp_path, capsys):
    assert main(["evaluate", "--data", str(tmp_path), "--weights", DEFAULT_WEIGHTS]) == 2
    assert "no index.csv of scored nights" in capsys.readouterr().err
    assert main(["evaluate", "--data", str(tmp_path), "--weights", "nobodys"]) == 2
    assert "there are no weights called 'nobodys'" in capsys.readouterr().err


@pytest.mark.parametrize("named", [False, True])
def test_only_weights_that_are_named_lend_their_heads(
    features, tmp_path, capsys, monkeypatch, named
):
    """Those of the program know the stages of people who may be among those that test."""
    begun = []

    def caught(_run, _nights, _splits, _folder, *, start, progress):
        begun.append(start)
        raise UsageError("enough")

    monkeypatch.setattr(runs, "run_folds", caught)
    more = ("--start", DEFAULT_WEIGHTS) if named else ()
    assert main(arguments(features, tmp_path / "run", *more)) == 2
    said = capsys.readouterr().err
    assert ("trained on none of these people" in said) is named
    (start,) = begun
    shipped = load_network(read_info(DEFAULT_WEIGHTS))
    assert len(start.stage_heads) == (len(shipped.stage_heads) if named else 0)
    for name, tensor in start.encoder.state_dict().items():
        torch.testing.assert_close(tensor, shipped.encoder.state_dict()[name])
    network = StagingNetwork(shipped.config)
    before = {name: tensor.clone() for name, tensor in network.heads.state_dict().items()}
    runs.begin_from(network, start)
    found = network.heads.state_dict()
    assert all(torch.equal(found[name], before[name]) for name in before) is not named


def test_those_who_judge_never_train(features):
    from sleepscorer.training.nights import feature_nights

    split = held_out(feature_nights(features))
    assert (split.train, split.validation, split.test) == ({"0", "2", "3"}, {"1"}, {"5", "8"})
