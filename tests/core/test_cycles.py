import numpy as np
import pytest

from sleepscorer.core.cycles import Cycle, nrem_rem_cycles
from sleepscorer.core.stages import Stage

_BY_TEXT = {stage.text: stage for stage in Stage}


def cycles_of(text, epoch_s=30.0):
    runs = [word.split("*") for word in text.split()]
    stages = np.concatenate([[_BY_TEXT[stage]] * int(n) for stage, n in runs])
    return nrem_rem_cycles(stages.astype(np.int8), epoch_s)


# Start and end epoch of each cycle. The first 17 were confirmed with the HYPNO command of Luna
# 1.7.0 run on the same stages.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("W*10 N2*29 R*20 W*10", []),
        ("W*10 N2*30 R*20 W*10", [(10, 60)]),
        ("W*10 N1*10 N2*20 R*20 W*10", []),
        ("W*10 N2*10 N1*10 N2*10 R*20 W*10", [(10, 60)]),
        ("W*10 N2*10 W*10 N2*10 R*20 W*10", []),
        ("W*10 N2*30 W*29 N2*30 R*20 W*10", [(10, 119)]),
        ("W*10 N2*30 W*20 N1*10 N2*30 R*20 W*10", [(10, 40), (70, 120)]),
        ("W*10 N2*100 W*10", [(10, 110)]),
        # Without REM a cycle ends with its last N2 or N3, not with N1 behind it.
        ("W*10 N2*60 N1*10 W*40", [(10, 70)]),
        ("W*10 N2*30 R*1 N2*60 R*20 W*10", [(10, 41), (41, 121)]),
        ("W*10 N2*30 R*1 N2*29 R*20 W*10", [(10, 90)]),
        ("W*10 N2*30 R*10 N2*60 R*9 N2*60 R*20 W*10", [(10, 50), (50, 199)]),
        ("W*10 N2*30 R*10 N2*60 R*10 N2*60 R*20 W*10", [(10, 50), (50, 120), (120, 200)]),
        ("W*10 N2*40 R*10 N2*60 R*5 N2*10 R*5 N2*60 R*20", [(10, 60), (60, 140), (140, 220)]),
        ("W*10 N2*10 R*10 N2*60 R*20 W*10", [(30, 110)]),
        ("W*10 N2*60 R*20 N2*20 W*10", [(10, 90)]),
        ("W*10 N2*60 R*20 N2*60 W*30 N2*60 R*20", [(10, 90), (90, 150), (180, 260)]),
        ("W*10 N1*3 N3*60 R*20", [(13, 93)]),
        # A REM period in which N2 comes up is none to start from.
        ("W*10 R*10 N2*20 R*10 N2*60 R*20", [(50, 130)]),
        # A long wake after a REM period that is too short ends the cycle.
        ("W*9 N2*60 R*20 N2*50 R*4 W*40 N2*60 R*20", [(9, 89), (89, 143), (183, 263)]),
        # Unscored epochs are a pause as wake is.
        ("N2*30 ?*30 N2*30 R*20", [(0, 30), (60, 110)]),
        ("N2*30 R*2 W*10 R*2 W*5", [(0, 44)]),
        ("W*50", []),
        ("R*50", []),
    ],
)
def test_cycles(text, expected):
    found = [(2 * cycle.start_min, 2 * cycle.end_min) for cycle in cycles_of(text)]
    assert found == expected


def test_contents_of_a_cycle():
    (cycle,) = cycles_of("W*10 N1*4 N2*20 W*3 N1*5 N3*10 ?*1 R*20 W*2 R*2 W*10")
    assert cycle == Cycle(start_min=7.0, end_min=38.5, nrem_min=17.5, rem_min=11.0)
    assert cycle.as_dict() == {"start_min": 7.0, "end_min": 38.5}


def test_minutes_do_not_depend_on_the_length_of_an_epoch():
    coarse = cycles_of("W*10 N2*30 R*11 N2*60 R*10 W*4")
    fine = cycles_of("W*15 N2*45 R*16 R*1 N2*89 N2*1 R*15 W*6", epoch_s=20.0)
    assert len(coarse) == len(fine) == 2
    assert fine[0].start_min == coarse[0].start_min == 5.0


def test_no_epochs():
    assert nrem_rem_cycles(np.empty(0, np.int8), 30.0) == ()


@pytest.mark.parametrize(
    ("night", "cycles", "in_luna"),
    [
        (
            "W*20 N2*80 R*20 W*40 N2*28 R*4 N2*60 R*40 W*10",
            [(10, 60), (80, 146)],
            [(10, 60), (96, 146)],
        ),
        (
            "W*20 N2*80 R*20 N2*60 R*4 W*32 N2*60 R*40 W*10",
            [(10, 60), (60, 92), (108, 158)],
            [(10, 60), (60, 158)],
        ),
    ],
)
def test_departures_from_luna_are_those_that_the_rule_names(night, cycles, in_luna):
    # What Luna 1.7 gives was found by running it on these stages.
    found = [(c.start_min, c.end_min) for c in cycles_of(night)]
    assert found == cycles != in_luna
