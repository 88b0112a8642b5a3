"""The colours of the stages, told apart and seen, in numbers."""

from itertools import combinations

import numpy as np
import pytest

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.stages import STAGES, Stage
from sleepscorer.gui.look.theme import DARK, LIGHT, THEMES, contrast, ink_on, trace_colour

# Linear RGB as the eyes of people without one kind of cone see it: Machado, Oliveira and
# Fernandes (IEEE Trans. Vis. Comput. Graph. 2009), table of severity 1.0.
VISIONS = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ_OF_RGB = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193, 0.1192, 0.9503]]
)
# A just noticeable difference is 2.3; far above it nobody mixes up two colours of a legend.
LEAST_DISTANCE = 30.0
# Seven hues more, beside those of the stages, leave less room: words or letters stand by them.
LEAST_BETWEEN_FAMILIES, LEAST_FROM_STAGES = 20.0, 9.0


def lab(colour, vision):
    """CIELAB of a colour as seen with these cones."""
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    xyz = XYZ_OF_RGB @ np.clip(vision @ linear, 0, 1) / (XYZ_OF_RGB @ np.ones(3))
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_the_simulation_confuses_what_such_eyes_confuse():
    red, green = (lab(c, VISIONS["deuteranopia"]) for c in ("#a05a3c", "#6e6e32"))
    assert np.linalg.norm(red - green) < 12
    red, green = (lab(c, VISIONS["all cones"]) for c in ("#a05a3c", "#6e6e32"))
    assert np.linalg.norm(red - green) > 25


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_every_two_stages_are_told_apart(theme, vision):
    seen = {stage: lab(c, VISIONS[vision]) for stage, c in THEMES[theme].stages.items()}
    near = {
        f"{one.name} {other.name}": round(float(np.linalg.norm(seen[one] - seen[other])), 1)
        for one, other in combinations(seen, 2)
        if np.linalg.norm(seen[one] - seen[other]) < LEAST_DISTANCE
    }
    assert near == {}


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_every_two_families_of_events_are_told_apart(theme, vision):
    seen = {family: lab(c, VISIONS[vision]) for family, c in THEMES[theme].families.items()}
    assert set(seen) == set(EventFamily)
    near = {
        f"{one} {other}": round(float(np.linalg.norm(seen[one] - seen[other])), 1)
        for one, other in combinations(seen, 2)
        if np.linalg.norm(seen[one] - seen[other]) < LEAST_BETWEEN_FAMILIES
    }
    assert near == {}


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_no_family_of_events_is_taken_for_a_stage_or_the_cursor(theme, vision):
    colours = THEMES[theme]
    others = {stage.name: colour for stage, colour in colours.stages.items()}
    near = {
        (family.value, name): round(float(distance), 1)
        for family, colour in colours.families.items()
        for name, other in {**others, "cursor": colours.cursor}.items()
        if (distance := np.linalg.norm(lab(colour, VISIONS[vision]) - lab(other, VISIONS[vision])))
        < LEAST_FROM_STAGES
    }
    assert near == {}


@pytest.mark.parametrize("theme", THEMES)
def test_the_words_of_an_event_are_read_on_the_page(theme):
    colours = THEMES[theme]
    for family, colour in colours.families.items():
        for ground in (colours.background, colours.window, colours.panel):
            assert contrast(colour, ground) >= 3.8, (family, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_n2_and_n3_which_lie_on_each_other_are_told_apart_at_a_glance(theme):
    n2, n3 = (THEMES[theme].stages[stage] for stage in (Stage.N2, Stage.N3))
    distance = {
        name: np.linalg.norm(lab(n2, vision) - lab(n3, vision)) for name, vision in VISIONS.items()
    }
    assert distance["all cones"] >= 40.0
    assert min(distance.values()) >= LEAST_DISTANCE


def hue(colour):
    _, a, b = lab(colour, VISIONS["all cones"])
    return np.degrees(np.arctan2(b, a)) % 360


def test_a_night_looks_like_itself_in_both_themes():
    for stage in STAGES:
        turned = abs(hue(LIGHT.stages[stage]) - hue(DARK.stages[stage]))
        assert min(turned, 360 - turned) <= 30, stage
    for theme in (LIGHT, DARK):
        hues = [hue(theme.stages[s]) for s in (Stage.R, Stage.W, Stage.N1, Stage.N2, Stage.N3)]
        assert hues == sorted(hues)
        deeper = [lab(theme.stages[s], np.eye(3))[0] for s in (Stage.N1, Stage.N2, Stage.N3)]
        assert deeper == sorted(deeper, reverse=True)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_the_page_the_chosen_and_errors_are_no_one_colour(theme, vision):
    colours = THEMES[theme]
    said = {
        name: lab(colour, VISIONS[vision])
        for name, colour in (
            ("cursor", colours.cursor),
            ("chosen", colours.chosen),
            ("error", colours.error),
        )
    }
    for one, other in combinations(said, 2):
        assert np.linalg.norm(said[one] - said[other]) >= LEAST_DISTANCE, (one, other)
    rem = lab(colours.stages[Stage.R], VISIONS[vision])
    assert np.linalg.norm(said["cursor"] - rem) >= LEAST_DISTANCE
    for colour in (colours.cursor, colours.chosen, colours.error):
        for ground in (colours.background, colours.window, colours.panel):
            assert contrast(colour, ground) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_every_stage_stands_out_from_every_ground(theme):
    colours = THEMES[theme]
    assert set(colours.stages) == {*STAGES, Stage.UNSCORED}
    for ground in (colours.background, colours.window, colours.panel):
        for stage, colour in colours.stages.items():
            assert contrast(colour, ground) >= 3.0, (stage, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_the_letters_can_be_read_on_their_colours(theme):
    for colour in THEMES[theme].stages.values():
        assert contrast(ink_on(colour), colour) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_word_of_every_kind_of_notice_can_be_read(theme):
    colours = THEMES[theme]
    for kind, colour in colours.notices.items():
        assert contrast(colour, colours.panel) >= 4.5, kind
    for ground in (colours.window, colours.panel):
        assert contrast(colours.error, ground) >= 4.5


def test_night_grounds_are_dark_and_day_grounds_light():
    assert contrast(DARK.background, "#ffffff") > 15
    assert contrast(LIGHT.background, "#000000") > 15


def strongest_tint(theme):
    pairs = [(theme.background[i : i + 2], theme.activation[i : i + 2]) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(0.2 * int(a, 16) + 0.8 * int(b, 16)):02x}" for a, b in pairs)


@pytest.mark.parametrize("theme", THEMES)
def test_every_trace_is_seen_on_the_strongest_tint(theme):
    colours = THEMES[theme]
    ground = strongest_tint(colours)
    for kind in ("eeg", "eog", "emg", "ecg", "resp"):
        assert contrast(trace_colour(colours, kind), ground) >= 3.0, kind


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_the_tint_is_seen_and_is_no_event(theme, vision):
    colours = THEMES[theme]
    tint, ground = (lab(c, VISIONS[vision]) for c in (strongest_tint(colours), colours.background))
    assert np.linalg.norm(tint - ground) >= LEAST_DISTANCE
    # Its lightness alone tells how strong it is.
    assert abs(tint[0] - ground[0]) >= 15
    assert np.linalg.norm(tint - lab(colours.accent, VISIONS[vision])) >= LEAST_DISTANCE
