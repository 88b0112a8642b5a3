from pathlib import Path

import numpy as np
import pytest

from sleepscorer.core.derivation import resolve
from sleepscorer.core.errors import MontageError
from sleepscorer.core.possible_derivations import AASM_DERIVATIONS, possible_derivations
from sleepscorer.core.recording import MemorySource, Recording, Signal


def recording(*labels, rates=None, units=None):
    signals = []
    for label in labels:
        rate_hz = (rates or {}).get(label, 100.0)
        unit = (units or {}).get(label, "uV")
        source = MemorySource(np.zeros(100, np.float32), rate_hz)
        signals.append(Signal(label, rate_hz, unit, unit, 100, source))
    return Recording(Path("night.edf"), "memory", None, 60.0, tuple(signals))


def names(*labels, **more):
    return [one.name for one in possible_derivations(recording(*labels, **more))]


def test_electrodes_that_share_a_reference_are_offered_against_each_other():
    assert names("C4-REF", "M1-REF", "M2-REF", "E1-REF") == [
        "E1-M2 (derived)",
        "C4-M1 (derived)",
        "C4-M2 (derived)",
        "E1-M1 (derived)",
        "C4-REF",
        "M1-REF",
        "M2-REF",
        "E1-REF",
        "M1-M2 (derived)",
        "E1-C4 (derived)",
    ]


def test_the_manuals_come_first_then_the_opposite_mastoid_then_the_near_one():
    found = names("Pz-Cz", "P4-Cz", "O2-Cz", "M1-Cz", "M2-Cz", "F4-Cz", "Fz-Cz")
    assert found[:3] == ["F4-M1 (derived)", "O2-M1 (derived)", "Fz-Cz"]
    place = [found.index(f"{one} (derived)") for one in ("P4-M1", "P4-M2", "F4-P4")]
    assert place == sorted(place)
    assert found.index("P4-M2 (derived)") < found.index("Pz-Cz") < found.index("F4-P4 (derived)")


def test_a_stored_derivation_is_offered_once_and_as_it_is_stored():
    assert names("EEG C4-A1", "SpO2") == ["C4-M1", "SpO2"]
    assert names("M1-C4") == ["C4-M1 (from M1-C4, inverted)"]


def test_each_pair_is_offered_in_one_direction():
    found = names("F4-Ref", "C4-Ref", "E2-Ref", "Chin1-Ref", "ChinZ-Ref")
    pairs = [frozenset(name.partition(" (")[0].split("-")) for name in found]
    assert len(set(pairs)) == len(pairs)
    assert {"F4-C4 (derived)", "E2-F4 (derived)", "ChinZ-Chin1 (derived)"} <= set(found)


def test_what_differs_in_rate_or_unit_or_place_is_not_offered():
    labels = ("C4-Ref", "M1-Ref")
    assert "C4-M1 (derived)" not in names(*labels, rates={"M1-Ref": 200.0})
    assert "C4-M1 (derived)" not in names(*labels, units={"M1-Ref": ""})
    assert names("C4-Ref", "Chin1-Ref") == ["C4-Ref", "Chin1-Ref"]


def test_two_references_are_not_one():
    assert names("C4-Cz", "O2-Pz") == ["C4-Cz", "O2-Pz"]


def test_all_signals_are_offered_in_the_files_order():
    labels = ("SpO2", "X7", "Flow", "C4-M1", "Pos", "Fpz-Cz")
    assert names(*labels) == ["C4-M1", "SpO2", "X7", "Flow", "Pos", "Fpz-Cz"]
    assert names() == []


def test_each_can_be_had_by_its_name():
    night = recording("C4-REF", "M1-REF", "M2-REF", "E1-REF", "Fpz-Cz", "M2-O1", "SpO2", "Chin1")
    for one in possible_derivations(night):
        again = resolve(night, one.name.partition(" (")[0])
        assert again.parts == one.parts


@pytest.mark.parametrize("name", AASM_DERIVATIONS)
def test_a_derivation_of_the_manual_that_is_not_offered_can_not_be_had(name):
    night = recording("F4-Cz", "C4-Cz", "M1-Cz", "E2-Cz", "Chin2-Ref", "Chin1-Ref", "E1-M2")
    offered = {one.name.partition(" (")[0] for one in possible_derivations(night)}
    if name in offered:
        resolve(night, name)
    else:
        with pytest.raises(MontageError):
            resolve(night, name)
