import numpy as np
import pytest

from sleepscorer.core.errors import MontageError, UsageError
from sleepscorer.simulation.channels import (
    MONOPOLAR_MONTAGE,
    SLEEP_EDF_MONTAGE,
    STANDARD_MONTAGE,
    ChannelKind,
    ChannelSpec,
    derivations,
)
from sleepscorer.simulation.electrodes import Electrodes, electrode_name


def test_the_standard_montage_is_a_clinical_one():
    assert " ".join(c.label for c in STANDARD_MONTAGE) == (
        "F4-M1 C4-M1 O2-M1 C3-M2 E1-M2 E2-M2 Chin1-Chin2 ECG LAT RAT Snore Flow Thor Abdo SpO2 Pos"
    )
    assert {c.sampling_rate_hz for c in STANDARD_MONTAGE} == {256, 32, 4, 1}


def test_montages_have_unique_labels_and_sound_ranges():
    for montage in (STANDARD_MONTAGE, SLEEP_EDF_MONTAGE, MONOPOLAR_MONTAGE):
        assert len({c.label for c in montage}) == len(montage)
        assert all(c.physical_range[0] < c.physical_range[1] for c in montage)


def test_derivations_of_any_electrodes():
    made = derivations("Fpz-Cz", "c4-a1", "E1-M2", "T3-REF", sampling_rate_hz=200)
    assert [c.label for c in made] == ["Fpz-Cz", "c4-a1", "E1-M2", "T3-REF"]
    assert [c.electrodes for c in made] == [
        ("Fpz", "Cz"),
        ("C4", "M1"),
        ("E1", "M2"),
        ("T7", "CPz"),
    ]
    assert [c.kind.name for c in made] == ["EEG", "EEG", "EOG", "EEG"]
    assert {c.unit for c in made} == {"uV"}
    assert {c.prefilter for c in made} == {"HP:0.25Hz LP:60Hz"}


@pytest.mark.parametrize("name", ["C4", "X9-M1", "C4-", "-M1", ""])
def test_derivations_that_cannot_be(name):
    with pytest.raises(MontageError):
        derivations(name, sampling_rate_hz=100)


@pytest.mark.parametrize("rate", [0, -1, 0.05, 33.33, 1e6, float("nan"), float("inf")])
def test_rates_that_cannot_be(rate):
    with pytest.raises(UsageError, match="can't be simulated"):
        ChannelSpec("ECG", rate, ChannelKind.ECG)


def test_electrodes_go_with_head_channels_only():
    with pytest.raises(MontageError, match="pair of electrodes"):
        ChannelSpec("C4-M1", 100, ChannelKind.EEG)
    with pytest.raises(MontageError, match="pair of electrodes"):
        ChannelSpec("ECG", 100, ChannelKind.ECG, ("C4", "M1"))


def test_unknown_electrodes_are_named_with_the_known_ones():
    with pytest.raises(MontageError, match="Q7") as raised:
        electrode_name("Q7")
    assert "C4" in raised.value.hint


def test_gains_fall_off_from_their_source():
    e = Electrodes.of(("E1", "E2", "Fpz", "F4", "C4", "O2", "M1", "Cz"))
    gaze = dict(zip(e.names, e.horizontal_gaze(), strict=True))
    assert gaze["E1"] == -1
    assert gaze["E2"] == 1
    assert gaze["Fpz"] == gaze["Cz"] == 0
    assert abs(gaze["O2"]) < 0.01 < gaze["F4"] < 0.4
    lids = dict(zip(e.names, e.lids(), strict=True))
    assert lids["E1"] < 0 < lids["F4"] < lids["E2"] < lids["Fpz"]
    assert lids["O2"] == lids["C4"] == 0
    alpha = dict(zip(e.names, e.posterior(), strict=True))
    assert alpha["O2"] == pytest.approx(1)
    assert alpha["O2"] > alpha["C4"] > alpha["F4"]
    assert np.allclose(np.linalg.norm(e.cortical, axis=1), 1)
