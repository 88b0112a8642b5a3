"""A night that was measured is not measured again, unless what it depends on has changed."""

import os
from dataclasses import replace

import numpy as np
import pytest
import torch
from measured_nights import note_measured

from sleepscorer import paths
from sleepscorer.core.recording import MemorySource, Recording, Signal
from sleepscorer.core.stager_channels import choose_stager_channels
from sleepscorer.core.stages import Stage
from sleepscorer.files.sessions import KeptMeasures
from sleepscorer.pipeline import kept_nights, measure_to_explain
from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
from sleepscorer.staging.stager import Stager
from sleepscorer.training.runs import save_network

N_EPOCHS = 8
LABELS = ("F4-M1", "C4-M1", "E1-M2", "E2-M2", "Chin1-Chin2")


@pytest.fixture
def recording(tmp_path) -> Recording:
    path = tmp_path / "night.edf"
    path.write_bytes(b"the beginning of a recording")

    def signal(label: str, seed: int) -> Signal:
        values = np.random.default_rng(seed).normal(0, 20, 3000 * N_EPOCHS).astype(np.float32)
        source = MemorySource(values, 100.0)
        return Signal(label, 100.0, "uV", "uV", values.size, source)

    signals = tuple(signal(label, seed) for seed, label in enumerate(LABELS))
    return Recording(path, "memory", None, 30.0 * N_EPOCHS, signals)


@pytest.fixture
def provenance(recording, tmp_path, monkeypatch):
    """Of a staging by one of two untrained networks."""
    models = tmp_path / "models"
    for seed, name in enumerate(("one", "two")):
        torch.manual_seed(seed)
        network = StagingNetwork(NetworkConfig("multi_scale_cnn", ("bilstm",), width=8)).eval()
        save_network(network, models / name, summary="Untrained.")
    monkeypatch.setattr(paths, "models_folder", lambda: models)
    return staging_by("one", recording)


def staging_by(weights: str, recording):
    return (
        Stager(weights, device="cpu").stage(recording, choose_stager_channels(recording)).provenance
    )


@pytest.fixture
def kept(tmp_path) -> KeptMeasures:
    return KeptMeasures(tmp_path / "night.sleepscorer", may_write=True)


@pytest.fixture
def measured(monkeypatch) -> list[str]:
    """The file of each recording that was measured."""
    return note_measured(monkeypatch)


def is_same(one, other) -> bool:
    return one.evidence == other.evidence and all(
        np.array_equal(a.values, b.values) for a, b in zip(one.maps, other.maps, strict=True)
    )


def test_a_night_is_measured_once_and_explained_alike(recording, provenance, kept, measured):
    explained = [
        measure_to_explain(recording, provenance, kept=kept).explain(3, stage)
        for stage in (Stage.N2, Stage.N2)
    ]
    assert len(measured) == 1
    assert is_same(*explained)
    assert explained[1].evidence


def test_each_staging_is_measured_by_its_own_weights(recording, provenance, kept, measured):
    measure_to_explain(recording, provenance, kept=kept)
    other = staging_by("two", recording)
    del measured[:]
    measure_to_explain(recording, other, kept=kept)
    measure_to_explain(recording, other, kept=kept)
    assert len(measured) == 1


def _changed_file(recording, provenance, _monkeypatch):
    recording.path.write_bytes(b"the beginning of a RECORDING")
    return recording, provenance


def _later_file(recording, provenance, _monkeypatch):
    later_s = recording.path.stat().st_mtime + 60
    os.utime(recording.path, (later_s, later_s))
    return recording, provenance


def _fewer_channels(recording, provenance, _monkeypatch):
    return recording, replace(provenance, eeg=provenance.eeg[:1])


def _newer_code(recording, provenance, monkeypatch):
    monkeypatch.setattr(kept_nights, "_MEASURED_BY", -1)
    return recording, provenance


def _newer_program(recording, provenance, monkeypatch):
    monkeypatch.setattr(kept_nights, "__version__", "999")
    return recording, provenance


@pytest.mark.parametrize(
    "change", [_changed_file, _later_file, _fewer_channels, _newer_code, _newer_program]
)
def test_what_depends_on_something_else_is_measured_anew(
    recording, provenance, kept, measured, monkeypatch, change
):
    measure_to_explain(recording, provenance, kept=kept)
    recording, provenance = change(recording, provenance, monkeypatch)
    measure_to_explain(recording, provenance, kept=kept)
    measure_to_explain(recording, provenance, kept=kept)
    assert len(measured) == 2


@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_what_is_gone_or_damaged_is_measured_anew(recording, provenance, kept, measured, content):
    wanted = measure_to_explain(recording, provenance, kept=kept).explain(3, Stage.N2)
    if content is None:
        kept.path.unlink()
    else:
        kept.path.write_bytes(content)
    found = measure_to_explain(recording, provenance, kept=kept).explain(3, Stage.N2)
    assert len(measured) == 2
    assert is_same(found, wanted)
    # What may be somebody's own file stays as it is.
    is_kept = kept.read(kept_nights.key_of(recording, provenance)) is not None
    assert is_kept == (content != b"nonsense")


def test_a_whole_file_that_says_something_else_is_measured_anew(
    recording, provenance, kept, measured
):
    measure_to_explain(recording, provenance, kept=kept)
    key = kept_nights.key_of(recording, provenance)
    found = kept.read(key)
    for broken in (
        replace(found, about={}),
        replace(found, about={**found.about, "channels": {"eeg": ["T3-M2"]}}),
        replace(found, arrays={}),
    ):
        kept.write(key, broken)
        measure_to_explain(recording, provenance, kept=kept)
    assert len(measured) == 4
