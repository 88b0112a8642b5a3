import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sleepscorer.analysis.display import DisplayFilter, DisplayMontage
from sleepscorer.analysis.filters import AASM_FILTERS
from sleepscorer.analysis.laboratory import (
    AASM,
    HEIGHTS_UV,
    KIND_WORDS,
    KINDS_WITH_DEFAULTS,
    KindDefaults,
    Laboratory,
    as_laboratory,
    in_step,
)
from sleepscorer.analysis.montage_presets import MontagePreset, TraceRule
from sleepscorer.core.channel_aliases import KINDS
from sleepscorer.core.errors import UsageError
from sleepscorer.core.recording import MemorySource, Recording, Signal

MAINS_50 = Laboratory(50.0)


def recording(*labels, units=None):
    source = MemorySource(np.zeros(6000, np.float32), 100.0)
    signals = tuple(
        Signal(label, 100.0, unit := (units or {}).get(label, "uV"), unit, 6000, source)
        for label in labels
    )
    return Recording(Path("night.edf"), "memory", None, 60.0, signals)


def shown(laboratory, *rules, labels=("C4-M1", "E1-M2", "SpO2"), units=None):
    preset = MontagePreset("x", rules, all_signals=not rules)
    return preset.resolve(recording(*labels, units=units), laboratory)


def filters(montage):
    return {trace.channel.name: trace.filter for trace in montage.traces}


def heights(montage):
    return {trace.channel.name: trace.height_uv for trace in montage.traces}


def test_without_a_choice_the_defaults_are_those_of_the_manual():
    for kind, usual in AASM_FILTERS.items():
        assert AASM.filter_of(kind) == usual
        assert AASM.height_of(kind, "uV") == HEIGHTS_UV.get(kind)
    assert AASM.filter_of("spo2") == DisplayFilter()
    assert AASM.height_of("flow", "") is None


def test_each_kind_with_defaults_has_a_word():
    assert set(KINDS_WITH_DEFAULTS) <= set(KIND_WORDS) <= set(KINDS)


def test_the_mains_are_taken_out_of_waves_and_of_no_figures():
    found = filters(shown(MAINS_50))
    assert found == {
        "C4-M1": DisplayFilter(0.3, 35.0, 50.0),
        "E1-M2": DisplayFilter(0.3, 35.0, 50.0),
        "SpO2": DisplayFilter(),
    }


def test_a_kind_can_keep_its_mains():
    laboratory = Laboratory(60.0, {"eog": KindDefaults(notch=False)})
    found = filters(shown(laboratory))
    assert (found["C4-M1"].notch_hz, found["E1-M2"].notch_hz) == (60.0, None)


def test_what_a_laboratory_chose_counts_before_the_presets_own_each_by_itself():
    rule = TraceRule(wants=("C4-M1",), height_uv=150.0, filter=DisplayFilter(1.0, 70.0))
    laboratory = Laboratory(50.0, {"eeg": KindDefaults(high_hz=30.0)})
    (trace,) = shown(laboratory, rule).traces
    assert (trace.filter, trace.height_uv) == (DisplayFilter(1.0, 30.0, 50.0), 150.0)
    (trace,) = shown(AASM, rule).traces
    assert (trace.filter, trace.height_uv) == (DisplayFilter(1.0, 70.0), 150.0)


def test_a_presets_edge_that_a_laboratorys_shuts_out_gives_way():
    rule = TraceRule(wants=("C4-M1",), filter=DisplayFilter(20.0, 70.0))
    (trace,) = shown(Laboratory(kinds={"eeg": KindDefaults(high_hz=15.0)}), rule).traces
    assert trace.filter == DisplayFilter(0.3, 15.0)


def test_a_height_is_that_of_voltages_and_other_units_fit_the_signal():
    laboratory = Laboratory(kinds={"flow": KindDefaults(height_uv=500.0)})
    labels = ("Flow",)
    assert heights(shown(laboratory, labels=labels)) == {"Flow": 500.0}
    # A silent signal fits into any row.
    assert heights(shown(laboratory, labels=labels, units={"Flow": "l/min"})) == {"Flow": 1.0}


def test_an_edge_of_zero_is_open():
    laboratory = Laboratory(kinds={"eeg": KindDefaults(low_hz=0.0, high_hz=0.0)})
    assert laboratory.filter_of("eeg") == DisplayFilter()


def test_a_night_follows_new_defaults_but_for_what_was_set_on_a_trace():
    by_hand = DisplayFilter(0.5, 35.0)
    before = shown(AASM)
    first, *rest = before.traces
    montage = replace(before, traces=(replace(first, filter=by_hand, height_uv=75.0), *rest))
    kinds = {
        "eeg": KindDefaults(low_hz=0.1, high_hz=40.0, height_uv=100.0),
        "eog": KindDefaults(height_uv=500.0),
    }
    after = in_step(montage, AASM, Laboratory(50.0, kinds))
    assert filters(after)["C4-M1"] == DisplayFilter(0.5, 40.0, 50.0)
    assert filters(after)["E1-M2"] == DisplayFilter(0.3, 35.0, 50.0)
    assert heights(after) == {"C4-M1": 75.0, "E1-M2": 500.0, "SpO2": heights(before)["SpO2"]}
    # And back again.
    assert filters(in_step(after, Laboratory(50.0, kinds), AASM))["C4-M1"] == by_hand


def test_where_the_defaults_stay_the_montage_is_the_same():
    montage = shown(MAINS_50)
    assert in_step(montage, MAINS_50, Laboratory(50.0)) is montage


def test_new_defaults_never_leave_a_trace_without_a_pass_band():
    (first, *_) = shown(AASM).traces
    montage = DisplayMontage("x", (replace(first, filter=DisplayFilter(20.0, 35.0)),))
    after = in_step(montage, AASM, Laboratory(50.0, {"eeg": KindDefaults(high_hz=15.0)}))
    assert after.traces[0].filter == DisplayFilter(20.0, 35.0, 50.0)


def test_all_traces_can_be_shown_as_the_laboratorys():
    (first, *rest) = shown(AASM).traces
    changed = replace(first, filter=DisplayFilter(5.0), height_uv=10.0, inverted=True)
    after = as_laboratory(DisplayMontage("x", (changed, *rest)), MAINS_50)
    assert filters(after) == filters(shown(MAINS_50))
    assert after.traces[0].height_uv == 200.0
    assert after.traces[0].inverted


def test_defaults_are_read_back_as_they_were_written():
    kinds = {"eeg": KindDefaults(low_hz=0.0, notch=False), "ecg": KindDefaults(height_uv=500.0)}
    laboratory = Laboratory(60.0, kinds)
    values = json.loads(json.dumps(laboratory.as_values()))
    assert values["kinds"]["eeg"] == {"low_hz": 0.0, "notch": False}
    assert Laboratory.from_values(values) == laboratory
    assert Laboratory.from_values({}) == AASM


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "are no table"),
        ({"mains": 50}, "unknown entry 'mains'"),
        ({"mains_hz": 55}, "50 or 60 Hz, not 55"),
        ({"mains_hz": "50"}, "the mains must be a number"),
        ({"mains_hz": True}, "the mains must be a number"),
        ({"kinds": []}, "kinds of signal are no table"),
        ({"kinds": {"spo2": {}}}, "no defaults for the kind of signal 'spo2'"),
        ({"kinds": {"eeg": {"low": 1}}}, "of EEG have an unknown entry 'low'"),
        ({"kinds": {"eeg": {"low_hz": 40}}}, "EEG: the low edge of 40 Hz is not below"),
        ({"kinds": {"eeg": {"low_hz": -1}}}, "no filter has its edge at -1 Hz"),
        ({"kinds": {"eeg": {"high_hz": float("nan")}}}, "high_hz must be a number"),
        ({"kinds": {"eeg": {"notch": 1}}}, "notch must be true or false"),
        ({"kinds": {"eeg": {"low_hz": 1e-9}}}, "no filter has its edge at 1e-09 Hz"),
        ({"kinds": {"emg": {"height_uv": 1e-9}}}, "a row can't be 1e-09 µV high"),
        ({"kinds": {"emg": {"height_uv": 0}}}, "chin EMG: a row can't be 0 µV high"),
    ],
)
def test_what_can_not_be_is_refused_in_words(values, said):
    with pytest.raises(UsageError, match=said):
        Laboratory.from_values(values)
