from datetime import datetime

import pytest

from sleepscorer.core.errors import LightsContradiction, UsageError
from sleepscorer.core.events import Event
from sleepscorer.core.lights import (
    LightsMarks,
    lights_of_events,
    parse_time_mark,
    resolve_lights,
)

START = datetime(2024, 3, 1, 22, 0)
NIGHT_S = 8 * 3600.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("75", 75.0),
        ("75.5", 75.5),
        (" 0 ", 0.0),
        ("28800", 28800.0),
        ("22:00", 0.0),
        ("22:15:30", 930.0),
        ("23:15", 4500.0),
        ("0:10:00", 7800.0),
        ("06:00:00", 28800.0),
        ("22:00:00.5", 0.5),
    ],
)
def test_times(text, expected):
    assert parse_time_mark(text, START, NIGHT_S) == expected


def test_clock_of_a_start_within_a_second():
    start = START.replace(microsecond=400_000)
    assert parse_time_mark("22:00:00", start, NIGHT_S) == 0.0
    assert parse_time_mark("22:00:01", start, NIGHT_S) == pytest.approx(0.6)


def test_seconds_need_no_start():
    assert parse_time_mark("75", None, 90.0) == 75.0


@pytest.mark.parametrize(
    ("text", "start", "message"),
    [
        ("28801", START, r"28801 lies outside the recording \(22:00:00 to 06:00:00, 8 h 0 min\)"),
        ("21:59:59", START, "lies outside the recording"),
        ("91000", None, r"outside the recording \(8 h 0 min\)"),
        ("22:15", None, "the start of the recording is not known"),
        ("24:00:00", START, "is not a clock time"),
        ("23:60", START, "is not a clock time"),
        ("23:15:60", START, "is not a clock time"),
        ("-5", START, "is not a time"),
        ("nan", START, "is not a time"),
        ("1e3", START, "is not a time"),
        ("10 pm", START, "is not a time"),
        ("", START, "is not a time"),
        ("٣", START, "is not a time"),
    ],
)
def test_what_is_no_time_of_the_recording(text, start, message):
    with pytest.raises(UsageError, match=message):
        parse_time_mark(text, start, NIGHT_S)


def marks(*pairs):
    return tuple(Event(onset_s, None, text) for onset_s, text in pairs)


def test_marks_among_events():
    found = lights_of_events(
        marks((30.0, "LIGHTS OFF@@EEG F4-A1"), (700.0, " lights_on "), (50.0, "Lights offered")),
        900.0,
    )
    assert (found.off_s, found.on_s, found.notes) == (30.0, 700.0, ())
    assert found.source == "lights off from annotation, lights on from annotation"
    assert lights_of_events((), 900.0) == LightsMarks(source="no lights marks: the whole recording")


def test_first_off_and_last_on_hold():
    found = lights_of_events(
        marks(
            (60.0, "Lights off"), (30.0, "Lights out"), (400.0, "Lights on"), (800.0, "Lights on")
        ),
        900.0,
    )
    assert (found.off_s, found.on_s) == (30.0, 800.0)
    assert found.notes == (
        "2 lights off marks (30 s, 60 s): the first holds",
        "2 lights on marks (400 s, 800 s): the last holds",
    )


def test_marks_outside_the_scoring_move_to_its_ends():
    found = lights_of_events(marks((-10.0, "Lights off"), (930.0, "Lights on")), 900.0)
    assert (found.off_s, found.on_s) == (0.0, 900.0)
    assert found.notes == (
        "lights off at -10 s lies outside the scoring: taken as 0 s",
        "lights on at 930 s lies outside the scoring: taken as 900 s",
    )


@pytest.mark.parametrize("on_s", [None, 800.0])
def test_lights_on_for_the_calibration_is_left_out(on_s):
    late = () if on_s is None else ((on_s, "Lights on"),)
    found = lights_of_events(marks((10.0, "Lights on"), (100.0, "Lights off"), *late), 900.0)
    assert (found.off_s, found.on_s, found.contradiction) == (100.0, on_s, "")
    assert found.notes == ("lights on (10 s) before the first lights off (100 s) was left out",)
    end = "lights on = end of recording" if on_s is None else "lights on from annotation"
    assert found.source == f"lights off from annotation, {end}"
    assert resolve_lights(found, off_s=None, on_s=None, duration_s=900.0) == found


CONTRADICTIONS = [
    (
        ((60.0, "Lights off"), (60.0, "Lights on")),
        "the file marks lights off at 60 s, which is not before lights on",
    ),
    (
        ((910.0, "Lights off"), (1000.0, "Lights on")),
        "the file has both lights marks past its end at 900 s (lights off at 910 s, lights on at"
        " 1000 s)",
    ),
    (
        ((910.0, "Lights off"),),
        "the file has its lights off mark past its end at 900 s (lights off at 910 s)",
    ),
    (((-5.0, "Lights on"),), "the file has lights on at -5 s, not after its start"),
    (
        ((700.0, "Lights on"), (800.0, "Lights off")),
        "the file marks lights on at 700 s, before lights off at 800 s",
    ),
]


@pytest.mark.parametrize(("pairs", "contradiction"), CONTRADICTIONS)
def test_a_contradiction_is_settled_by_both_options_only(pairs, contradiction):
    found = lights_of_events(marks(*pairs), 900.0)
    assert found.contradiction == contradiction
    assert (found.off_s, found.on_s) == (None, None)
    for off_s, on_s in ((None, None), (30.0, None), (None, 800.0)):
        with pytest.raises(LightsContradiction) as caught:
            resolve_lights(found, off_s=off_s, on_s=on_s, duration_s=900.0)
        assert caught.value.what == contradiction
    settled = resolve_lights(found, off_s=30.0, on_s=800.0, duration_s=900.0)
    assert (settled.off_s, settled.on_s, settled.contradiction) == (30.0, 800.0, "")
    assert settled.notes == (f"{contradiction}: the options hold",)


@pytest.mark.parametrize(
    ("marked", "options", "expected", "source"),
    [
        ((None, None), (None, None), (None, None), "no lights marks: the whole recording"),
        (
            (30.0, 800.0),
            (None, None),
            (30.0, 800.0),
            "lights off from annotation, lights on from annotation",
        ),
        (
            (30.0, 800.0),
            (60.0, None),
            (60.0, 800.0),
            "lights off from option, lights on from annotation",
        ),
        (
            (None, None),
            (60.0, None),
            (60.0, None),
            "lights off from option, lights on = end of recording",
        ),
        (
            (None, 800.0),
            (None, 0.5),
            (None, 0.5),
            "lights off = start of recording, lights on from option",
        ),
    ],
)
def test_options_hold_over_annotations(marked, options, expected, source):
    found = resolve_lights(
        LightsMarks(*marked, notes=("kept",)), off_s=options[0], on_s=options[1], duration_s=900.0
    )
    assert (found.off_s, found.on_s) == expected
    assert found.source == source
    assert found.notes == ("kept",)


@pytest.mark.parametrize("options", [(500.0, 500.0), (600.0, 500.0), (900.0, None), (None, 0.0)])
def test_lights_off_must_come_before_lights_on(options):
    with pytest.raises(UsageError, match="is not before lights on"):
        resolve_lights(LightsMarks(), off_s=options[0], on_s=options[1], duration_s=900.0)


def test_notes_on_marks_that_an_option_stands_in_for_are_left_out():
    pairs = marks(
        (10.0, "Lights on"),
        (-1.0, "Lights out"),
        (60.0, "Lights off"),
        (400.0, "Lights on"),
        (930.0, "Lights on"),
    )
    found = lights_of_events(pairs[1:], 900.0)
    on_notes = (
        "lights on at 930 s lies outside the scoring: taken as 900 s",
        "2 lights on marks (400 s, 930 s): the last holds",
    )
    off_notes = (
        "lights off at -1 s lies outside the scoring: taken as 0 s",
        "2 lights off marks (-1 s, 60 s): the first holds",
    )
    assert set(found.notes) == {*on_notes, *off_notes}
    for off_s, on_s, kept in (
        (None, None, found.notes),
        (20.0, None, on_notes),
        (None, 700.0, off_notes),
        (20.0, 700.0, ()),
    ):
        held = resolve_lights(found, off_s=off_s, on_s=on_s, duration_s=900.0)
        assert set(held.notes) == set(kept)


@pytest.mark.parametrize(
    ("off", "on"),
    [("LightsOff", "LightsOn"), ("lights_out", "light-on"), ("Licht aus", "Licht an")],
)
def test_spellings_of_the_marks(off, on):
    marks = lights_of_events([Event(60.0, None, off), Event(540.0, None, on)], 600.0)
    assert (marks.off_s, marks.on_s) == (60.0, 540.0)
