import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sleepscorer.core.errors import UsageError
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import STAGES, THREE_STAGES, Stage
from sleepscorer.core.statistics import (
    DEFINITIONS,
    scoring_window,
    sleep_statistics,
)

VECTORS = json.loads((Path(__file__).parent / "metric_vectors.json").read_text(encoding="utf-8"))

KEYS_IN_ORDER = """
    trt_min tst_min spt_min sl_min lps_min rem_latency_min waso_min waso_spt_min wafa_min se_pct
    sme_pct w_min n1_min n2_min n3_min r_min unscored_min n1_pct n2_pct n3_pct r_pct latency_n1_min
    latency_n2_min latency_n3_min latency_r_min latency_n1_onset_min latency_n2_onset_min
    latency_n3_onset_min latency_r_onset_min rem_latency_less_wake_min sol_5min_min awakenings
    awakenings_ge1min awakening_index_per_h stage_shifts stage_shift_index_per_h sfi_per_h
    arousal_index_per_h cycles transitions
"""
KEYS = KEYS_IN_ORDER.split()

# Key, unit, label: what tables and reports print.
DEFINED = """
    trt_min                   min  Total recording time (TRT, time in bed)
    tst_min                   min  Total sleep time (TST)
    spt_min                   min  Sleep period time (SPT)
    sl_min                    min  Sleep latency (SL)
    lps_min                   min  Latency to persistent sleep (LPS)
    rem_latency_min           min  REM latency
    waso_min                  min  Wake after sleep onset (WASO)
    waso_spt_min              min  WASO within SPT
    wafa_min                  min  Wake after final awakening (WAFA)
    se_pct                    %    Sleep efficiency (SE)
    sme_pct                   %    Sleep maintenance efficiency (SME)
    w_min                     min  W duration
    n1_min                    min  N1 duration
    n2_min                    min  N2 duration
    n3_min                    min  N3 duration
    r_min                     min  R duration
    unscored_min              min  Unscored
    n1_pct                    %    N1, % of TST
    n2_pct                    %    N2, % of TST
    n3_pct                    %    N3, % of TST
    r_pct                     %    R, % of TST
    latency_n1_min            min  N1 latency from lights off
    latency_n2_min            min  N2 latency from lights off
    latency_n3_min            min  N3 latency from lights off
    latency_r_min             min  R latency from lights off
    latency_n1_onset_min      min  N1 latency from sleep onset
    latency_n2_onset_min      min  N2 latency from sleep onset
    latency_n3_onset_min      min  N3 latency from sleep onset
    latency_r_onset_min       min  R latency from sleep onset
    rem_latency_less_wake_min min  REM latency less wake
    sol_5min_min              min  Latency to 5 min of sleep (SOL 5 min)
    awakenings                n    Awakenings
    awakenings_ge1min         n    Awakenings of 1 min or more
    awakening_index_per_h     1/h  Awakening index
    stage_shifts              n    Stage shifts
    stage_shift_index_per_h   1/h  Stage shift index
    sfi_per_h                 1/h  Sleep fragmentation index (SFI, YASA's definition)
    arousal_index_per_h       1/h  Arousal index
    cycles                    min  NREM-REM cycles (research)
    transitions               n    Stage transitions
"""
DEFINED_IN_THREE = """
    nrem_min                  min  NREM duration
    nrem_pct                  %    NREM, % of TST
    latency_nrem_min          min  NREM latency from lights off
    latency_nrem_onset_min    min  NREM latency from sleep onset
"""

_BY_TEXT = {stage.text: stage for stage in Stage}


def hypnogram(text, lights_off_s=None, lights_on_s=None):
    stages = np.array([_BY_TEXT[word] for word in text.split()], dtype=np.int8)
    return Hypnogram(stages, lights_off_s=lights_off_s, lights_on_s=lights_on_s)


def repeated(*runs):
    return " ".join(" ".join([stage] * n) for stage, n in runs)


@pytest.mark.parametrize("name", VECTORS)
def test_published_vectors(name):
    vector = VECTORS[name]
    night = hypnogram(vector["stages"], vector["lights_off_s"], vector["lights_on_s"])
    values = sleep_statistics(night, vector["n_arousals"]).as_dict()
    assert list(scoring_window(night)) == vector["window_epochs"]
    for key, expected in vector["expected"].items():
        if isinstance(expected, float):
            assert values[key] == pytest.approx(expected, abs=5e-5), key
        else:
            assert values[key] == expected, key
    if "transitions_above_0" in vector:
        found = {
            stage: {to: n for to, n in row.items() if n}
            for stage, row in values["transitions"].items()
        }
        assert found == vector["transitions_above_0"]


def test_keys_are_those_of_the_outputs_in_order_and_each_is_defined():
    values = sleep_statistics(hypnogram("W N1 N2 R W")).as_dict()
    assert list(values) == KEYS
    assert [d.key for d in DEFINITIONS] == KEYS
    assert all(d.label and d.unit and d.text.endswith(".") for d in DEFINITIONS)
    assert list(values["transitions"]) == ["W", "N1", "N2", "N3", "R", "?"]
    assert all(list(row) == list(values["transitions"]) for row in values["transitions"].values())
    json.dumps(values, allow_nan=False)


def _table(text):
    return [tuple(line.split(maxsplit=2)) for line in text.strip().splitlines()]


def test_units_and_labels_of_every_figure():
    assert [(d.key, d.unit, d.label) for d in DEFINITIONS] == _table(DEFINED)
    three = sleep_statistics(Hypnogram(np.array([5], np.int8), stage_set=THREE_STAGES))
    found = [(d.key, d.unit, d.label) for d in three.definitions]
    assert set(found) - set(_table(DEFINED)) == set(_table(DEFINED_IN_THREE))
    # In the place of N1, N2 and N3.
    assert [key.replace("nrem", "n2") for key, *_ in found] == [
        key for key in KEYS if not {"n1", "n3", "cycles"} & set(key.split("_"))
    ]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("n2_min", "Epochs of stage N2 in the window."),
        ("n3_pct", "100 x minutes of stage N3 / TST."),
        ("latency_r_min", "Lights off to the start of the first epoch of stage R."),
        ("latency_n1_onset_min", "Sleep onset to the start of the first epoch of stage N1."),
        ("sme_pct", "100 x TST / SPT."),
    ],
)
def test_a_definition_names_its_own_stage(key, words):
    assert {d.key: d.text for d in DEFINITIONS}[key] == words


def test_exercise_of_sleep_technologists():
    # Lights out in epoch 15, lights on in epoch 931, onset in epoch 30, R in epoch 42, from 1.
    stages = np.full(960, Stage.W, dtype=np.int8)
    stages[29:900] = Stage.N2
    stages[41:60] = Stage.R
    values = sleep_statistics(Hypnogram(stages, 30.0, 14 * 30.0 + 11, 930 * 30.0 + 29))
    assert (values.trt_min, values.sl_min, values.rem_latency_min) == (458.0, 7.5, 6.0)


def test_without_sleep_only_the_zeros_are_defined():
    values = sleep_statistics(hypnogram("W ? W W"), n_arousals=3).as_dict()
    assert values["cycles"] == []
    assert values["transitions"]["W"]["?"] == 1
    defined = {k: v for k, v in values.items() if v is not None and k not in KEYS[-2:]}
    assert defined == {
        "trt_min": 2.0,
        "tst_min": 0.0,
        "spt_min": 0.0,
        "se_pct": 0.0,
        "w_min": 1.5,
        "n1_min": 0.0,
        "n2_min": 0.0,
        "n3_min": 0.0,
        "r_min": 0.0,
        "unscored_min": 0.5,
    }


@pytest.mark.parametrize("marks", [(40.0, 50.0), (0.0, 29.9)])
def test_window_without_a_whole_epoch(marks):
    values = sleep_statistics(hypnogram("N2 N2 N2", *marks))
    assert (values.trt_min, values.tst_min, values.se_pct) == (0.0, 0.0, None)
    assert "no whole epoch lies between lights off and lights on" in values.notes
    assert "1.5 min of sleep lie outside" in values.notes[-1]


def test_window_survives_rounding_of_marks():
    assert scoring_window(hypnogram("W W W W", 30 - 1e-9, 90 - 1e-9)) == (1, 3)
    assert scoring_window(hypnogram("W W W W", 29.9, 89.9)) == (0, 2)


def test_empty_hypnogram():
    values = sleep_statistics(Hypnogram(np.empty(0, np.int8)))
    assert (values.trt_min, values.tst_min, values.se_pct, values.cycles) == (0.0, 0.0, None, ())


@pytest.mark.parametrize(
    ("text", "marks", "notes"),
    [
        ("W N2 R W", (None, None), []),
        ("W W W W", (None, None), ["no sleep recorded"]),
        (
            "? ? ? ?",
            (None, None),
            [
                "nothing was scored",
                "2 min are unscored: they count in TRT, not in TST or WASO, so TRT - SL - TST can"
                " differ from WASO",
            ],
        ),
        ("W N2 N2 W", (None, None), ["no stage R"]),
        ("N2 R W W", (0.0, None), ["sleep precedes or coincides with lights off"]),
        ("N2 R W W", (None, None), ["asleep from the start, and lights off is not marked"]),
        (
            "N2 N2 N1 W N2 R W N2",
            (95.0, 215.0),
            [
                "2 min of sleep lie outside lights off to lights on and are not counted:"
                " check the marks"
            ],
        ),
        (
            "W ? N2 R W",
            (None, None),
            [
                "0.5 min are unscored: they count in TRT, not in TST or WASO, so TRT - SL - TST"
                " can differ from WASO"
            ],
        ),
    ],
)
def test_notes(text, marks, notes):
    assert list(sleep_statistics(hypnogram(text, *marks)).notes) == notes


def test_arousal_index_needs_scored_arousals():
    night = hypnogram(repeated(("N2", 60)))
    assert sleep_statistics(night).arousal_index_per_h is None
    assert sleep_statistics(night, 0).arousal_index_per_h == 0.0
    assert sleep_statistics(night, 7).arousal_index_per_h == 14.0
    with pytest.raises(UsageError, match="can't be negative, as -1 is"):
        sleep_statistics(night, -1)


def test_persistent_sleep_is_uninterrupted():
    night = hypnogram(
        repeated(("W", 2), ("N1", 9), ("W", 1), ("N2", 19), ("?", 1), ("N1", 5), ("R", 15))
    )
    values = sleep_statistics(night)
    assert (values.sl_min, values.sol_5min_min, values.lps_min) == (1.0, 6.0, 16.0)


def test_awakenings_leave_out_the_final_one_and_split_at_unscored_epochs():
    values = sleep_statistics(hypnogram("W N1 W N2 W W N2 W ? W N2 W W W"))
    assert (values.awakenings, values.awakenings_ge1min) == (4, 1)
    assert (values.waso_min, values.waso_spt_min, values.wafa_min) == (4.0, 2.5, 1.5)
    assert values.sfi_per_h == pytest.approx(4 / (2 / 60))


stage_lists = st.lists(st.sampled_from([-1, 0, 0, 1, 2, 2, 3, 4]), min_size=1, max_size=90)


@settings(max_examples=80, deadline=None)
@given(stages=stage_lists, marks=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_parts_add_up(stages, marks):
    end_s = 30.0 * len(stages)
    off_s, on_s = sorted(mark * end_s for mark in marks)
    if off_s == on_s:
        off_s, on_s = 0.0, end_s
    values = sleep_statistics(Hypnogram(np.array(stages, np.int8), 30.0, off_s, on_s))
    minutes = (values.w_min, values.n1_min, values.n2_min, values.n3_min, values.r_min)
    assert sum(minutes) + values.unscored_min == values.trt_min
    assert sum(minutes[1:]) == values.tst_min
    n_epochs = int(2 * values.trt_min)
    assert sum(map(sum, values.transitions)) == max(0, n_epochs - 1)
    if values.tst_min:
        shares = (values.n1_pct, values.n2_pct, values.n3_pct, values.r_pct)
        assert sum(shares) == pytest.approx(100)
        assert values.waso_min == values.waso_spt_min + values.wafa_min
        assert values.spt_min <= values.trt_min - values.sl_min
        assert 0 < values.se_pct <= values.sme_pct + 1e-9
        if not values.unscored_min:
            assert values.waso_min == values.trt_min - values.sl_min - values.tst_min
    if values.rem_latency_min is not None:
        assert values.latency_r_min == values.sl_min + values.rem_latency_min
        assert values.rem_latency_less_wake_min <= values.rem_latency_min


@pytest.fixture(scope="module")
def yasa():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("yasa")


# YASA's name, ours; where YASA's window is the whole hypnogram.
SAME_IN_YASA = {
    "TIB": "trt_min",
    "SPT": "spt_min",
    "TST": "tst_min",
    "WASO": "waso_spt_min",
    "SE": "se_pct",
    "SME": "sme_pct",
    "SFI": "sfi_per_h",
    "SOL": "sl_min",
    "SOL_5min": "sol_5min_min",
    "Lat_REM": "latency_r_min",
    "WAKE": "w_min",
    "N1": "n1_min",
    "N2": "n2_min",
    "N3": "n3_min",
    "REM": "r_min",
    "%N1": "n1_pct",
    "%N2": "n2_pct",
    "%N3": "n3_pct",
    "%REM": "r_pct",
}


@pytest.mark.parametrize("seed", range(6))
def test_equals_yasa_where_definitions_are_the_same(yasa, seed):
    rng = np.random.default_rng(seed)
    moves = np.array([-1, 0, 1, 2, 3, 4])
    stages = np.repeat(rng.choice(moves, 150), rng.integers(1, 16, 150)).astype(np.int8)
    words = {-1: "UNS", 0: "WAKE", 1: "N1", 2: "N2", 3: "N3", 4: "REM"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = yasa.Hypnogram([words[s] for s in stages.tolist()], freq="30s")
        theirs = other.sleep_statistics()
        counts, _ = other.transition_matrix()
    ours = sleep_statistics(Hypnogram(stages)).as_dict()
    for name, key in SAME_IN_YASA.items():
        assert ours[key] == pytest.approx(theirs[name], abs=1e-4), name
    for i, stage in enumerate((*STAGES, Stage.UNSCORED)):
        for j, to in enumerate((*STAGES, Stage.UNSCORED)):
            expected = int(counts.loc[words[int(stage)], words[int(to)]])
            assert sleep_statistics(Hypnogram(stages)).transitions[i][j] == expected


def test_three_stages_have_no_figure_of_n1_n2_n3():
    W, NREM, R = Stage.W, Stage.NREM, Stage.R  # noqa: N806 - the field's names
    stages = np.array([W, W, NREM, NREM, NREM, R, W, NREM, -1, R], np.int8)
    found = sleep_statistics(Hypnogram(stages, stage_set=THREE_STAGES))
    values = found.as_dict()
    five = set(KEYS)
    assert set(values) == {k for k in five if not set(k.split("_")) & {"n1", "n2", "n3"}} - {
        "cycles"
    } | {"nrem_min", "nrem_pct", "latency_nrem_min", "latency_nrem_onset_min"}
    assert not any("N1" in d.label + d.text for d in found.definitions)
    assert (values["tst_min"], values["w_min"], values["r_min"]) == (3.0, 1.5, 1.0)
    assert values["nrem_min"] == 2.0
    assert values["nrem_pct"] == pytest.approx(200 / 3)
    assert (values["latency_nrem_min"], values["latency_nrem_onset_min"]) == (1.0, 0.0)
    assert (values["sl_min"], values["waso_min"], values["stage_shifts"]) == (1.0, 0.5, 3)
    assert values["transitions"] == {
        "W": {"W": 1, "NREM": 2, "R": 0, "?": 0},
        "NREM": {"W": 0, "NREM": 2, "R": 1, "?": 1},
        "R": {"W": 1, "NREM": 0, "R": 0, "?": 0},
        "?": {"W": 0, "NREM": 0, "R": 1, "?": 0},
    }
    assert (found.n1_min, found.n2_pct, found.cycles) == (None, None, ())
    assert found.notes[0].startswith("told in three stages (W, NREM, R)")


def test_stages_that_a_hypnogram_does_not_tell_are_refused():
    with pytest.raises(ValueError, match="must be of W, NREM, R or unscored"):
        Hypnogram(np.array([2], np.int8), stage_set=THREE_STAGES)
    with pytest.raises(ValueError, match="must be of W, N1, N2, N3, R or unscored"):
        Hypnogram(np.array([5], np.int8))
