"""A night is explained by the weights and the channels that staged it, or it is said why not."""

import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from sleepscorer import paths
from sleepscorer.core.derivation import resolve
from sleepscorer.core.errors import MontageError, RecordingError, WeightsError
from sleepscorer.core.progress import Cancelled
from sleepscorer.core.recording import MemorySource, Recording, Signal
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.core.stages import Stage
from sleepscorer.pipeline import (
    Explanation,
    classical_measures,
    measure_to_explain,
    stage_to_explain,
)
from sleepscorer.staging import native_libraries
from sleepscorer.staging.explanation import ActivationMap, activation_maps
from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
from sleepscorer.staging.stager import Stager
from sleepscorer.training.runs import save_network

N_EPOCHS = 8
LABELS = ("F4-M1", "C4-M1", "E1-M2", "E2-M2", "Chin1-Chin2")


def signal(label: str, seed: int) -> Signal:
    values = np.random.default_rng(seed).normal(0, 20, 3000 * N_EPOCHS).astype(np.float32)
    return Signal(
        label=label,
        sampling_rate_hz=100.0,
        unit="uV",
        stored_unit="uV",
        n_samples=values.size,
        source=MemorySource(values, 100.0),
    )


@pytest.fixture
def recording() -> Recording:
    signals = tuple(signal(label, seed) for seed, label in enumerate(LABELS))
    return Recording(Path("night.edf"), "memory", None, 30.0 * N_EPOCHS, signals)


@pytest.fixture
def models(tmp_path, monkeypatch) -> Path:
    """Two untrained networks, "one" and "two"."""
    for seed, name in enumerate(("one", "two")):
        torch.manual_seed(seed)
        network = StagingNetwork(NetworkConfig("multi_scale_cnn", ("bilstm",), width=8)).eval()
        save_network(network, tmp_path / name, summary="Untrained.")
    monkeypatch.setattr(paths, "models_folder", lambda: tmp_path)
    return tmp_path


def staged(recording, weights="two", **channels):
    chosen = choose_stager_channels(recording, **channels)
    return Stager(weights, device="cpu").stage(recording, chosen)


def test_the_weights_that_staged_it_are_found_whatever_their_name(recording, models):
    staging = staged(recording)
    (models / "two").rename(models / "renamed")
    found = measure_to_explain(recording, staging.provenance).explain(3, Stage.N2)
    stager = Stager("renamed", device="cpu")
    night = stager.located(stager.measure(recording, choose_stager_channels(recording)))
    wanted = activation_maps(stager, night, recording, 3, Stage.N2)
    assert (found.epoch, found.stage) == (3, Stage.N2)
    assert [m.channel for m in found.maps] == ["F4-M1", "C4-M1", "E1-E2 (derived)"]
    assert found.maps[2].stored_labels == ("E1-M2", "E2-M2")
    for one, other in zip(found.maps, wanted, strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def test_other_weights_of_that_name_are_not_taken(recording, models):
    staging = staged(recording)
    shutil.rmtree(models / "two")
    (models / "one").rename(models / "two")
    with pytest.raises(WeightsError, match="the weights that staged this night, two, are not here"):
        measure_to_explain(recording, staging.provenance)


def test_it_looks_at_the_channels_that_staged_it(recording, models):
    staging = staged(recording, eeg="C4-M1", eog="none")
    night = measure_to_explain(recording, staging.provenance)
    found = night.explain(0, Stage.R)
    assert [m.channel for m in found.maps] == ["C4-M1"]
    measured_on = {e.name: e.channel for e in found.evidence}
    # Eyes and chin tell something though the network had neither.
    assert measured_on["eye movements"] == "E1-E2 (derived)"
    assert measured_on["chin tone"] == "Chin1-Chin2"
    assert measured_on["sigma"] == measured_on["slow waves"] == "C4-M1"


def test_rhythms_are_measured_centrally_and_slow_waves_frontally(recording):
    measures = classical_measures(recording, choose_stager_channels(recording))
    assert measures.channels["spindles"] == "C4-M1"
    assert measures.channels["slow waves"] == "F4-M1"
    assert measures.values["sigma"].shape == (N_EPOCHS,)


def test_channels_that_are_gone_are_named(recording, models):
    provenance = replace(staged(recording).provenance, eeg=("O2-M1",))
    with pytest.raises(MontageError, match="'O2-M1' can't be had"):
        measure_to_explain(recording, provenance)


def test_a_missing_recording_is_said(recording, models):
    provenance = staged(recording).provenance
    with pytest.raises(RecordingError, match="the recording is not here"):
        measure_to_explain(replace(recording, signals=()), provenance)


def test_the_network_is_loaded_the_way_that_stops_no_window(recording, models, monkeypatch):
    provenance = staged(recording).provenance

    def loaded() -> None:
        raise Cancelled

    monkeypatch.setattr(native_libraries, "import_stager", loaded)
    with pytest.raises(Cancelled):
        measure_to_explain(recording, provenance)


@pytest.mark.parametrize("at", [0.0, 0.3, 0.56, 0.8])
def test_it_is_cancelled_at_any_step(recording, models, at):
    provenance = staged(recording).provenance

    def stop(fraction: float, _text: str) -> None:
        if fraction >= at:
            raise Cancelled

    with pytest.raises(Cancelled):
        measure_to_explain(recording, provenance, stop)


def heard_within(said, *steps):
    """Whether progress was told inside each step."""
    return [any(low < fraction < high for fraction in said) for low, high in pairwise(steps)]


def test_its_progress_only_grows(recording, models):
    said: list[float] = []
    measure_to_explain(recording, staged(recording).provenance, lambda f, _text: said.append(f))
    assert said == sorted(said)
    assert said[-1] == pytest.approx(1.0)
    assert heard_within(said, 0.0, 0.55, 0.6, 1.0) == [True] * 3
    assert said[-1] == pytest.approx(1.0)


def test_staging_it_at_once_answers_the_same_and_its_progress_only_grows(recording, models):
    said: list[float] = []
    stager = Stager("two", device="cpu")
    channels = choose_stager_channels(recording)
    staging, night = stage_to_explain(
        recording, stager, channels=channels, progress=lambda f, _text: said.append(f)
    )
    assert said == sorted(said)
    assert said[-1] == pytest.approx(1.0)
    assert heard_within(said, 0.0, 0.6, 0.8, 1.0) == [True] * 3
    np.testing.assert_array_equal(staging.probabilities, staged(recording).probabilities)
    explained = night.explain(3, Stage.N2)
    again = measure_to_explain(recording, staging.provenance).explain(3, Stage.N2)
    assert (explained.epoch, explained.stage) == (3, Stage.N2)
    assert explained.evidence == again.evidence
    assert [one.channel for one in explained.maps] == [one.channel for one in again.maps]


def seen(channel: str, strongest: float, *labels: str) -> ActivationMap:
    values = np.zeros(60, np.float32)
    values[7] = strongest
    return ActivationMap(channel, labels or (channel,), "eeg", values)


@pytest.mark.parametrize(
    ("strongest", "is_seen"),
    [((), False), ((0.0, 0.49), False), ((0.5,), True), ((0.0, 1.0), True)],
)
def test_what_is_too_faint_is_not_seen(strongest, is_seen):
    maps = tuple(seen(f"C{number}", one) for number, one in enumerate(strongest))
    explanation = Explanation(0, Stage.N2, (), maps)
    assert explanation.is_seen is is_seen


def test_maps_stand_behind_their_channel_or_one_that_begins_with_a_part_of_it(recording):
    maps = (
        seen("C4-M1", 0.5),
        seen("F4-M1", 0.01),
        seen("E1-E2 (derived)", 0.9, "E1-M2", "E2-M2"),
        seen("O2-M1", 0.7),
    )
    explanation = Explanation(0, Stage.R, (), maps)
    shown = [resolve(recording, label) for label in ("E2-M2", "C4-M1", "F4-M1", "Chin1-Chin2")]
    behind = explanation.behind(shown)
    assert [None if one is None else float(one.max()) for one in behind] == [
        pytest.approx(0.9), 0.5, None, None,
    ]  # fmt: skip
    assert explanation.traces_of(shown) == {
        "C4-M1": ("C4-M1",), "F4-M1": ("F4-M1",), "E1-E2 (derived)": ("E2-M2",), "O2-M1": (),
    }  # fmt: skip
    derived = resolve(recording, "E1-E2")
    # Shown itself it is behind itself alone.
    both = explanation.behind([derived, shown[0]])
    assert (float(both[0].max()), both[1]) == (pytest.approx(0.9), None)
    hidden = [name for name, traces in explanation.traces_of([derived]).items() if not traces]
    assert hidden == ["C4-M1", "F4-M1", "O2-M1"]
