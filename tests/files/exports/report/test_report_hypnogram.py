"""What the drawing of a report's hypnogram holds."""

import re

import numpy as np
import pytest
from report_nights import night_of, reader
from test_report_figures import NIGHTS

from sleepscorer.core.stage_colours import ON_LIGHT
from sleepscorer.core.stages import STAGES, Stage

USUAL = np.asarray(NIGHTS["usual"], np.int8)
_GREY = "#b3b3b3"


def _lengths(night, colour):
    """How long the lines of a colour are on the first page, together, points."""
    content = reader(night).pages[0].get_contents().get_data().decode("latin-1")
    wanted = tuple(round(int(colour[at : at + 2], 16) / 255, 3) for at in (1, 3, 5))
    pen, total = None, 0.0
    number = r"(-?\d*\.?\d+)"
    operators = re.compile(
        rf"{number} {number} {number} RG"
        rf"|n {number} {number} m {number} {number} l S"
    )
    for found in operators.finditer(content):
        if found[1] is not None:
            pen = tuple(round(float(found[n]), 3) for n in (1, 2, 3))
        elif pen == wanted:
            total += float(found[6]) - float(found[4])
    return total


@pytest.mark.parametrize("name", ["usual", "no R", "26 hours"])
def test_each_stage_is_as_long_as_its_minutes(name):
    night = night_of(NIGHTS[name])
    drawn = {stage: _lengths(night, ON_LIGHT[stage]) for stage in STAGES}
    whole = sum(drawn.values())
    for stage in STAGES:
        share = np.mean(night.hypnogram.stages == stage)
        assert drawn[stage] / whole == pytest.approx(share, abs=0.003)


def test_what_the_machine_said_is_grey_where_people_said_otherwise():
    corrected = USUAL.copy()
    corrected[100:196] = Stage.W
    machine = night_of(USUAL).staging
    n_edited = int((corrected != USUAL).sum())
    night = night_of(corrected, staging=machine, n_edited=n_edited)
    axis = sum(_lengths(night, ON_LIGHT[stage]) for stage in STAGES)
    assert _lengths(night, _GREY) / axis == pytest.approx(n_edited / 960, abs=0.003)
    assert _lengths(night_of(USUAL), _GREY) == 0


def test_unscored_epochs_have_a_row_of_their_own():
    assert _lengths(night_of(NIGHTS["some unscored"]), ON_LIGHT[Stage.UNSCORED]) > 0
    assert _lengths(night_of(USUAL), ON_LIGHT[Stage.UNSCORED]) == 0
