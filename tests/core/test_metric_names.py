"""Name, label and unit of every figure, as reports print them: a table written by hand."""

import pytest

from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.metrics import DEFINITIONS, FigureGroup
from sleepscorer.core.stages import STAGES, THREE_STAGES
from sleepscorer.core.statistics import sleep_statistics

FIVE = (
    ("trt_min", "Total recording time (TRT, time in bed)", "min"),
    ("tst_min", "Total sleep time (TST)", "min"),
    ("spt_min", "Sleep period time (SPT)", "min"),
    ("sl_min", "Sleep latency (SL)", "min"),
    ("lps_min", "Latency to persistent sleep (LPS)", "min"),
    ("rem_latency_min", "REM latency", "min"),
    ("waso_min", "Wake after sleep onset (WASO)", "min"),
    ("waso_spt_min", "WASO within SPT", "min"),
    ("wafa_min", "Wake after final awakening (WAFA)", "min"),
    ("se_pct", "Sleep efficiency (SE)", "%"),
    ("sme_pct", "Sleep maintenance efficiency (SME)", "%"),
    ("w_min", "W duration", "min"),
    ("n1_min", "N1 duration", "min"),
    ("n2_min", "N2 duration", "min"),
    ("n3_min", "N3 duration", "min"),
    ("r_min", "R duration", "min"),
    ("unscored_min", "Unscored", "min"),
    ("n1_pct", "N1, % of TST", "%"),
    ("n2_pct", "N2, % of TST", "%"),
    ("n3_pct", "N3, % of TST", "%"),
    ("r_pct", "R, % of TST", "%"),
    ("latency_n1_min", "N1 latency from lights off", "min"),
    ("latency_n2_min", "N2 latency from lights off", "min"),
    ("latency_n3_min", "N3 latency from lights off", "min"),
    ("latency_r_min", "R latency from lights off", "min"),
    ("latency_n1_onset_min", "N1 latency from sleep onset", "min"),
    ("latency_n2_onset_min", "N2 latency from sleep onset", "min"),
    ("latency_n3_onset_min", "N3 latency from sleep onset", "min"),
    ("latency_r_onset_min", "R latency from sleep onset", "min"),
    ("rem_latency_less_wake_min", "REM latency less wake", "min"),
    ("sol_5min_min", "Latency to 5 min of sleep (SOL 5 min)", "min"),
    ("awakenings", "Awakenings", "n"),
    ("awakenings_ge1min", "Awakenings of 1 min or more", "n"),
    ("awakening_index_per_h", "Awakening index", "1/h"),
    ("stage_shifts", "Stage shifts", "n"),
    ("stage_shift_index_per_h", "Stage shift index", "1/h"),
    ("sfi_per_h", "Sleep fragmentation index (SFI, YASA's definition)", "1/h"),
    ("arousal_index_per_h", "Arousal index", "1/h"),
    ("cycles", "NREM-REM cycles (research)", "min"),
    ("transitions", "Stage transitions", "n"),
)
THREE = (
    ("trt_min", "Total recording time (TRT, time in bed)", "min"),
    ("tst_min", "Total sleep time (TST)", "min"),
    ("spt_min", "Sleep period time (SPT)", "min"),
    ("sl_min", "Sleep latency (SL)", "min"),
    ("lps_min", "Latency to persistent sleep (LPS)", "min"),
    ("rem_latency_min", "REM latency", "min"),
    ("waso_min", "Wake after sleep onset (WASO)", "min"),
    ("waso_spt_min", "WASO within SPT", "min"),
    ("wafa_min", "Wake after final awakening (WAFA)", "min"),
    ("se_pct", "Sleep efficiency (SE)", "%"),
    ("sme_pct", "Sleep maintenance efficiency (SME)", "%"),
    ("w_min", "W duration", "min"),
    ("nrem_min", "NREM duration", "min"),
    ("r_min", "R duration", "min"),
    ("unscored_min", "Unscored", "min"),
    ("nrem_pct", "NREM, % of TST", "%"),
    ("r_pct", "R, % of TST", "%"),
    ("latency_nrem_min", "NREM latency from lights off", "min"),
    ("latency_r_min", "R latency from lights off", "min"),
    ("latency_nrem_onset_min", "NREM latency from sleep onset", "min"),
    ("latency_r_onset_min", "R latency from sleep onset", "min"),
    ("rem_latency_less_wake_min", "REM latency less wake", "min"),
    ("sol_5min_min", "Latency to 5 min of sleep (SOL 5 min)", "min"),
    ("awakenings", "Awakenings", "n"),
    ("awakenings_ge1min", "Awakenings of 1 min or more", "n"),
    ("awakening_index_per_h", "Awakening index", "1/h"),
    ("stage_shifts", "Stage shifts", "n"),
    ("stage_shift_index_per_h", "Stage shift index", "1/h"),
    ("sfi_per_h", "Sleep fragmentation index (SFI, YASA's definition)", "1/h"),
    ("arousal_index_per_h", "Arousal index", "1/h"),
    ("transitions", "Stage transitions", "n"),
)


@pytest.mark.parametrize(("stage_set", "table"), [(STAGES, FIVE), (THREE_STAGES, THREE)])
def test_every_figure_has_its_name_and_unit(stage_set, table):
    stages = [stage_set[0]] * 20 + [stage_set[1]] * 100
    found = sleep_statistics(Hypnogram(stages, stage_set=stage_set))
    assert tuple((d.key, d.label, d.unit) for d in found.definitions) == table
    # What ends in a unit is in that unit.
    endings = {"_min": "min", "_pct": "%", "_per_h": "1/h"}
    for key, _, unit in table:
        assert unit == next((u for end, u in endings.items() if key.endswith(end)), unit)


GROUPS = {
    FigureGroup.MAIN: "tst_min sl_min rem_latency_min waso_min se_pct",
    FigureGroup.TIME: "trt_min spt_min sme_pct",
    FigureGroup.LATENCIES: "lps_min latency_n1_min latency_n2_min latency_n3_min latency_r_min"
    " latency_n1_onset_min latency_n2_onset_min latency_n3_onset_min latency_r_onset_min"
    " rem_latency_less_wake_min",
    FigureGroup.STAGES: "w_min n1_min n2_min n3_min r_min unscored_min n1_pct n2_pct n3_pct r_pct",
    FigureGroup.CONTINUITY: "waso_spt_min wafa_min awakenings awakenings_ge1min"
    " awakening_index_per_h stage_shifts stage_shift_index_per_h",
    FigureGroup.AROUSALS: "arousal_index_per_h",
    FigureGroup.RESEARCH: "sol_5min_min sfi_per_h cycles transitions",
}


def test_every_figure_is_of_a_group_and_those_of_a_stage_name_it():
    for group, keys in GROUPS.items():
        assert [d.key for d in DEFINITIONS if d.group is group] == keys.split()
    of_stages = {d.key: d.stage.name for d in DEFINITIONS if d.stage is not None}
    assert of_stages == {
        d.key: name
        for d in DEFINITIONS
        for name in ("W", "N1", "N2", "N3", "R", "UNSCORED")
        if name.casefold() in d.key.split("_")
    }
