from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sleepscorer.core.agreement import agreement
from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.recording import Quarantined, Recording
from sleepscorer.core.stages import Stage
from sleepscorer.files.scorings import holds_stages, scoring_of_recording

START = datetime(2024, 3, 1, 22, 30)


def texts(scoring):
    return " ".join(Stage(stage).text for stage in scoring.hypnogram.stages.tolist())


def recording(*events, duration_s=0.0, has_signals=False, warnings=()):
    """An opened file with these (onset_s, duration_s, text[, channel])."""
    return Recording(
        path=Path("night_hyp.edf"),
        format_name="EDF+C",
        start=START,
        duration_s=duration_s,
        signals=(),
        quarantined=(Quarantined("EEG", "flat"),) if has_signals else (),
        events=tuple(Event(*event) for event in events),
        warnings=warnings,
    )


def by_epoch(*stages, onset_s=0.0, duration_s=30.0):
    return [(onset_s + 30 * i, duration_s, f"Sleep stage {s}") for i, s in enumerate(stages)]


def test_one_annotation_an_epoch():
    scoring = scoring_of_recording(
        recording(*by_epoch("W", "N1", "N2", "N3", "R", "?"), (40.0, 3.0, "EEG arousal", "C4-M1"))
    )
    assert texts(scoring) == "W N1 N2 N3 R ?"
    assert scoring.start == START
    assert scoring.events == (Event(40.0, 3.0, "EEG arousal", "C4-M1"),)
    assert scoring.notes == ()


def test_merged_annotations_of_rechtschaffen_and_kales():
    scoring = scoring_of_recording(
        recording(
            (0.0, 60.0, "Sleep stage W"),
            (60.0, 30.0, "Sleep stage 1"),
            (90.0, 30.0, "Sleep stage 2"),
            (120.0, 60.0, "Sleep stage 3"),
            (180.0, 30.0, "Sleep stage 4"),
            (210.0, 30.0, "Movement time"),
            (240.0, 30.0, "Sleep stage R"),
            (270.0, 30.0, "Sleep stage X"),
            (300.0, 6900.0, "Sleep stage ?"),
        )
    )
    assert texts(scoring) == "W W N1 N2 N3 N3 N3 ? R ?"
    assert list(scoring.notes) == [
        "the last 115 min, unscored in one piece, were left out: such a stretch may run past the"
        " end of the recording",
        "stages 3 and 4 of Rechtschaffen & Kales were taken as N3",
        "movement time was taken as unscored (once)",
        "what looks like sleep stages and is not understood was taken as unscored"
        " ('Sleep stage X' once)",
    ]


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("sleep stage w", "W"),
        (" Sleep stage N2 ", "N2"),
        ("Sleep stage N2@@EEG F4-A1", "N2"),
        ("Sleep_stage_2", "N2"),
        ("Sleep stage REM", "R"),
        ("Stage 1 sleep|1", "N1"),
        ("SDO:Sleep stage N3/3", "N3"),
        ("Wake|0", "W"),
        ("REM sleep|5", "R"),
        ("Unscored|9", "?"),
        ("SLEEP-S4", "N3"),
        ("NREM1", "N1"),
        ("SLEEP-WAKE", "W"),
        ("sleep-n2", "N2"),
        ("N2 sleep", "N2"),
        ("Sleep stage: N2", "N2"),
        ("Stage - N2", "N2"),
        ("Stage - No Stage", "?"),
        ("SLEEP-UNSCORED", "?"),
        ("SDO:NonRapidEyeMovementSleep-N1", "N1"),
        ("SDO:RapidEyeMovementSleep", "R"),
        ("NonREM3", "N3"),
        ("Sleep Stage N3 (SWS)", "N3"),
        ("Rem R", "R"),
        ("Stage 3/4", "N3"),
        ("Sleep stage M", "?"),
        ("WK", "W"),
        ("Éveil", "W"),
        ("E\u0301veil", "W"),
        ("Schlafstadium N2", "N2"),
        ("SleepStageN2", "N2"),
        ("Stage2", "N2"),
        ("Stage 3 (N3)", "N3"),
        ("NS", "?"),
        ("Waak", "W"),
    ],
)
def test_spellings(text, stage):
    assert texts(scoring_of_recording(recording((0.0, 30.0, text)))) == stage


def test_bare_letters_are_stages_only_where_nothing_else_is():
    events = [(0.0, 30.0, "W"), (30.0, 30.0, "R"), (30.0, None, "Stage left by the patient")]
    alone = scoring_of_recording(recording(*events))
    assert texts(alone) == "W R"
    assert [e.text for e in alone.events] == ["Stage left by the patient"]
    beside = scoring_of_recording(recording(*by_epoch("N2", "N2"), *events))
    assert texts(beside) == "N2 N2"
    assert [e.text for e in beside.events] == ["W", "Stage left by the patient", "R"]
    assert beside.notes == (
        "stages in another spelling than most, at times that those tell as well, were left out"
        " ('W' once, 'R' once)",
    )


def mixed_night():
    """32 epochs in bare words, 13 min of them sleep."""
    words = ["W"] * 6 + ["S1"] * 2 + ["S2"] * 10 + ["S3"] * 4 + ["S4"] * 4 + ["REM"] * 6
    return [(30.0 * i, 30.0, word) for i, word in enumerate(words)]


@pytest.mark.parametrize(
    ("changed", "stages", "note"),
    [
        ({20: "Movement time"}, {20: "?"}, "movement time was taken as unscored (once)"),
        ({26: "REM sleep"}, {}, ""),
        ({7: "Sleep stage N1", 8: "SLEEP-N2", 9: "Stage - N2"}, {}, ""),
        (
            {7: "Sleep stage X", 8: "Sleep stage X"},
            {7: "?", 8: "?"},
            "not understood was taken as unscored ('Sleep stage X' twice)",
        ),
    ],
)
def test_vocabularies_of_one_file_are_read_together(changed, stages, note):
    events = mixed_night()
    expected = texts(scoring_of_recording(recording(*events))).split()
    for i, word in changed.items():
        events[i] = (30.0 * i, 30.0, word)
    for i, stage in stages.items():
        expected[i] = stage
    found = scoring_of_recording(recording(*events))
    assert texts(found).split() == expected
    assert note in " ".join(found.notes)


@pytest.mark.parametrize("duration_s", [30.0, None])
def test_a_remark_never_wins_over_the_stages(duration_s):
    events = [(onset_s, duration_s, word) for onset_s, _, word in mixed_night()]
    expected = scoring_of_recording(recording(*events))
    found = scoring_of_recording(recording(*events, (700.0, None, "Stage 2")))
    assert texts(found) == texts(expected)
    assert [event.text for event in found.events] == ["Stage 2"]
    assert any("remarks that name a stage" in n and "'Stage 2' once" in n for n in found.notes)


def test_a_remark_alone_is_no_scoring():
    file = recording((700.0, None, "Stage 2"), duration_s=3600.0, has_signals=True)
    with pytest.raises(ScoringError, match="holds no sleep stages"):
        scoring_of_recording(file)
    assert not holds_stages(file.events)
    assert holds_stages(recording(*mixed_night()).events)


def test_a_good_part_that_is_not_understood_is_refused():
    words = ["W"] * 10 + ["N2"] * 10 + ["Sleep stage X"] * 4 + ["Sleep stage Y2"] * 4
    file = recording(*((30.0 * i, 30.0, word) for i, word in enumerate(words)))
    with pytest.raises(ScoringError, match=r"29 % of what looks .* 'Sleep stage X' 4 times, "):
        scoring_of_recording(file)


def test_unheard_of_words_in_the_place_of_stages_are_told():
    words = ["W"] * 20 + ["N2"] * 40 + ["Trance"] * 5 + ["N2"] * 20
    events = [(30.0 * i, 30.0, word) for i, word in enumerate(words)]
    found = scoring_of_recording(recording(*events))
    assert found.hypnogram.stages[60:65].tolist() == [Stage.UNSCORED] * 5
    assert found.notes == (
        "what looks like sleep stages and is not understood was taken as unscored"
        " ('Trance' 5 times)",
    )
    # Of a mark that lies within stages as well, nobody takes it for one.
    within = scoring_of_recording(recording(*events, (60.0, 30.0, "Trance")))
    assert within.notes == ()
    many = [(30.0 * i, 30.0, "Trance" if i > 60 else word) for i, word in enumerate(words)]
    with pytest.raises(ScoringError, match="is not understood: 'Trance' 25 times"):
        scoring_of_recording(recording(*many))


def test_a_long_stretch_of_an_unheard_of_word_is_told_though_it_is_there_once():
    words = [
        (0.0, 300.0, "W"),
        (300.0, 900.0, "N2"),
        (1200.0, 150.0, "Trance"),
        (1350.0, 900.0, "R"),
    ]
    found = scoring_of_recording(recording(*words))
    assert found.hypnogram.stages[40:45].tolist() == [Stage.UNSCORED] * 5
    assert any("'Trance' once" in note for note in found.notes)


def test_what_stands_after_the_scoring_refuses_nothing():
    events = [(0.0, 300.0, "W"), (300.0, 900.0, "N2"), (1200.0, 3000.0, "Disconnected")]
    found = scoring_of_recording(recording(*events))
    assert any("'Disconnected' once" in note for note in found.notes)
    assert texts(found).split()[:11] == ["W"] * 10 + ["N2"]


def test_a_lone_stretch_does_not_win_over_many_labels_however_long_it_is():
    stages = [(30.0 * i, 30.0, "W" if i < 10 else "N2") for i in range(30)]
    found = scoring_of_recording(recording(*stages, (0.0, 1800.0, "Sleep stage R")))
    assert texts(found).split()[:30] == ["W"] * 10 + ["N2"] * 20
    assert any("('Sleep stage R' once)" in note for note in found.notes)


def test_unheard_of_words_without_durations_count_as_the_stages_do():
    words = ["W"] * 20 + ["N2"] * 40 + ["Trance"] * 5 + ["N2"] * 20
    found = scoring_of_recording(recording(*((30.0 * i, None, w) for i, w in enumerate(words))))
    assert any("'Trance' 5 times" in note for note in found.notes)
    words = ["W"] * 20 + ["Trance"] * 20
    with pytest.raises(ScoringError, match="is not understood: 'Trance' 20 times"):
        scoring_of_recording(recording(*((30.0 * i, None, w) for i, w in enumerate(words))))


def heart_beats(step_s, text="R"):
    return [(0.4 + i * step_s, None, text) for i in range(int(600 / step_s))]


@pytest.mark.parametrize("step_s", [0.9, 1.0])
@pytest.mark.parametrize("stages", [["Sleep stage W", "Sleep stage N2"], ["W", "R"]])
def test_heart_beats_are_no_rem(step_s, stages):
    timed = [(30.0 * i, 30.0, stages[i // 10]) for i in range(20)]
    found = scoring_of_recording(recording(*timed, *heart_beats(step_s)))
    expected = scoring_of_recording(recording(*timed))
    assert found.hypnogram.stages.tolist() == expected.hypnogram.stages.tolist()
    assert any("were not taken as stages ('R' " in note for note in found.notes)


def test_heart_beats_beside_stages_without_durations():
    stages = [(30.0 * i, None, f"Sleep stage {'W' if i < 10 else 'N2'}") for i in range(20)]
    found = scoring_of_recording(recording(*stages, *heart_beats(0.9)))
    assert texts(found) == " ".join(["W"] * 10 + ["N2"] * 10)
    bare = [(onset_s, None, text[12:]) for onset_s, _, text in stages]
    with pytest.raises(ScoringError, match="they may be heart beats"):
        scoring_of_recording(recording(*bare, *heart_beats(0.9)))
    with pytest.raises(ScoringError, match="only remarks that name one"):
        scoring_of_recording(recording(*heart_beats(0.9)))


def test_heart_beats_alone_are_no_scoring():
    assert not holds_stages(Event(*beat) for beat in heart_beats(0.9))
    assert holds_stages(Event(*stage) for stage in by_epoch("W", "N2"))


def test_triggers_that_read_like_stages_lie_between_the_epochs():
    stages = [(30.0 * i, None, f"Sleep stage {'W' if i < 10 else 'N2'}") for i in range(20)]
    found = scoring_of_recording(recording(*stages, *heart_beats(7.3, "S1")))
    assert texts(found) == " ".join(["W"] * 10 + ["N2"] * 10)


@pytest.mark.parametrize("duration_s", [1.0, 10.0, 29.0])
def test_stages_that_cover_no_epoch_are_refused(duration_s):
    with pytest.raises(ScoringError, match=f"most stages last {duration_s:g} s"):
        scoring_of_recording(recording(*by_epoch("W", "N2", "R", duration_s=duration_s)))


def test_a_remark_fills_no_hole_of_the_scoring():
    stages = [(30.0 * i, 30.0, "Sleep stage W") for i in range(40) if not 20 <= i < 30]
    found = scoring_of_recording(recording(*stages, (690.0, None, "Sleep stage N2")))
    assert found.hypnogram.stages[23] == Stage.UNSCORED
    assert any("('Sleep stage N2' once)" in note for note in found.notes)


def test_two_scorings_in_one_file_are_refused():
    first = by_epoch(*"WWWW22223333RRRR")
    second = by_epoch(*"W222WWWWRRRR3333")
    with pytest.raises(ScoringError, match="15 of 16 epochs are marked with two stages at once"):
        scoring_of_recording(recording(*first, *second))


@pytest.mark.parametrize("text", ["NREM", "Sleep stage N", "Sleep stage T", "Light sleep"])
def test_sleep_that_is_not_divided_is_refused(text):
    file = recording(*by_epoch("W", "R"), (60.0, 30.0, text))
    with pytest.raises(ScoringError, match=f"'{text}' does not tell N1, N2 and N3 apart"):
        scoring_of_recording(file)


def test_short_epochs_are_read_where_they_change_with_those_of_30_s():
    tens = [(10.0 * i, 10.0, f"Sleep stage {'WWWW222RR'[i // 3]}") for i in range(27)]
    assert texts(scoring_of_recording(recording(*tens))) == "W W W W N2 N2 N2 R R"


def test_lights_become_marks_and_leave_the_events():
    scoring = scoring_of_recording(
        recording(
            *by_epoch("W", "N1", "N2", "W"),
            (15.0, None, "Lights off", "EEG F4-A1"),
            (35.0, None, "lights off"),
            (130.0, 0.0, "LIGHTS ON"),
            (50.0, None, "turned over"),
        )
    )
    assert (scoring.hypnogram.lights_off_s, scoring.hypnogram.lights_on_s) == (15.0, 120.0)
    assert [event.text for event in scoring.events] == ["turned over"]
    assert list(scoring.notes) == [
        "2 lights off marks (15 s, 35 s): the first holds",
        "lights on at 130 s lies outside the scoring: taken as 120 s",
    ]


def test_contradictory_lights_leave_the_stages_readable():
    file = recording(*by_epoch("W", "N1"), (40.0, None, "Lights off"), (40.0, None, "Lights on"))
    scoring = scoring_of_recording(file)
    assert texts(scoring) == "W N1"
    assert (scoring.hypnogram.lights_off_s, scoring.hypnogram.lights_on_s) == (None, None)
    why = "the file marks lights off at 40 s, which is not before lights on"
    assert scoring.lights.contradiction == why
    assert scoring.notes == (f"{why}: none of its lights marks was taken",)
    assert agreement(scoring, scoring).accuracy == 1.0


def test_lights_of_a_calibration_are_left_out():
    file = recording(
        *by_epoch("W", "W", "N2", "N2"), (10.0, None, "Lights on"), (40.0, None, "Lights off")
    )
    scoring = scoring_of_recording(file)
    assert (scoring.hypnogram.lights_off_s, scoring.hypnogram.lights_on_s) == (40.0, None)
    assert scoring.lights.source == "lights off from annotation, lights on = end of recording"
    assert scoring.notes == ("lights on (10 s) before the first lights off (40 s) was left out",)


def test_signals_set_the_number_of_epochs():
    stages = by_epoch("W", "N2", "?", "N3")
    longer = scoring_of_recording(recording(*stages, duration_s=200.0, has_signals=True))
    assert texts(longer) == "W N2 ? N3 ? ?"
    assert longer.notes == ()
    shorter = scoring_of_recording(recording(*stages, duration_s=100.0, has_signals=True))
    assert texts(shorter) == "W N2 ?"
    assert shorter.notes == ("what reaches past the end was left out (stages: 1)",)


def test_unscored_epochs_at_the_end_are_kept_one_by_one():
    assert texts(scoring_of_recording(recording(*by_epoch("W", "?", "?")))) == "W ? ?"
    whole = scoring_of_recording(recording((0.0, 90.0, "Sleep stage ?")))
    assert (texts(whole), whole.notes) == ("? ? ?", ())


def test_gaps_and_what_is_not_covered_by_one_stage_stay_unscored():
    scoring = scoring_of_recording(
        recording(
            (0.0, 45.0, "Sleep stage W"),
            (60.0, 30.0, "Sleep stage N1"),
            (120.0, 15.0, "Sleep stage N2"),
            (135.0, 15.0, "Sleep stage N2"),
            (150.0, 60.0, "Sleep stage N2"),
            (180.0, 30.0, "Sleep stage N3"),
            (210.0, 30.0, "Sleep stage R"),
            (210.0, 30.0, "Sleep stage R"),
        )
    )
    assert texts(scoring) == "W ? N1 ? N2 N2 ? R"
    assert list(scoring.notes) == [
        "epochs marked with two stages at once were taken as unscored: 1",
        "epochs not covered by one stage throughout were taken as unscored: 1",
    ]


def test_grid_shifted_as_a_whole():
    scoring = scoring_of_recording(
        recording(*by_epoch("W", "N1", "N2", onset_s=42.0), (42.0, None, "Lights off"))
    )
    assert texts(scoring) == "? W N1 N2"
    assert scoring.start == datetime(2024, 3, 1, 22, 30, 12)
    assert scoring.hypnogram.lights_off_s == 30.0
    assert scoring.notes == (
        "the stages start 12 s after the start of the file or whole epochs later:"
        " epochs are counted from there",
    )


@pytest.mark.parametrize("onset_s", [0.25, -0.25, 0.0])
def test_fractions_of_a_second_shift_nothing(onset_s):
    scoring = scoring_of_recording(recording(*by_epoch("W", "N1", "N2", onset_s=onset_s)))
    assert (texts(scoring), scoring.start, scoring.notes) == ("W N1 N2", START, ())


def test_stages_before_the_start_are_left_out():
    scoring = scoring_of_recording(recording(*by_epoch("W", "N1", "N2", onset_s=-60.0)))
    assert texts(scoring) == "N2"
    assert scoring.notes == ("what reaches before the start was left out (stages: 2)",)


def test_epochs_of_another_length_are_read_as_they_are():
    file = recording(*[(20.0 * i, 20.0, f"Sleep stage {s}") for i, s in enumerate("W12W12W12")])
    found = scoring_of_recording(file)
    assert (texts(found), found.hypnogram.epoch_s) == ("W N1 N2 W N1 N2 W N1 N2", 20.0)


def test_beside_signals_epochs_are_those_of_the_recording():
    stages = [(20.0 * i, 20.0, f"Sleep stage {s}") for i, s in enumerate("W12W12W12W12W12W12")]
    file = recording(*stages, duration_s=360.0, has_signals=True)
    with pytest.raises(ScoringError, match=r"30 s: most stages last 20 s, and 12 of 18 start"):
        scoring_of_recording(file)


def test_stages_without_duration():
    by_ones = scoring_of_recording(
        recording(*by_epoch("W", "N1", "N2", "R", duration_s=None), (300.0, None, "Sleep stage W"))
    )
    assert texts(by_ones) == "W N1 N2 R ? ? ? ? ? ? W"
    assert by_ones.notes == ("stages without a duration were taken as one epoch each (5 times)",)
    changes = scoring_of_recording(
        recording((0.0, 0.0, "Sleep stage W"), (90.0, 0.0, "SLEEP-S2"), (240.0, 0.0, "SLEEP-REM"))
    )
    assert texts(changes) == "W W W N2 N2 N2 N2 N2 R"
    assert changes.notes == (
        "stages without a duration were taken as lasting until the next (3 times)",
    )


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([], "the file holds no sleep stages"),
        ([(0.0, 10.0, "Hypopnea")], "the file holds no sleep stages"),
        ([(0.0, 10.0, "Sleep stage W")], "cover less than one epoch"),
        ([(0.0, 30.0, "Sleep stage W"), (1_000_020.0, 30.0, "Sleep stage W")], "last 12 days"),
        ([(0.0, 1e15, "Sleep stage W")], "their times are damaged"),
        ([(-90.0, 30.0, "Sleep stage W")], "cover less than one epoch"),
    ],
)
def test_what_is_no_scoring(events, message):
    with pytest.raises(ScoringError, match=message) as caught:
        scoring_of_recording(recording(*events))
    assert caught.value.path == Path("night_hyp.edf")


def test_what_was_odd_about_the_file_is_kept():
    scoring = scoring_of_recording(recording(*by_epoch("W"), warnings=("a bad date",)))
    assert scoring.notes == ("a bad date",)


@settings(max_examples=60, deadline=None)
@given(
    stages=st.lists(st.sampled_from(["W", "N1", "N2", "N3", "R"]), min_size=1, max_size=50),
    merged=st.booleans(),
)
def test_stages_survive_whether_merged_or_not(stages, merged):
    events = by_epoch(*stages)
    if merged:
        events, single = [], events
        for onset_s, duration_s, text in single:
            if events and events[-1][2] == text:
                events[-1] = (events[-1][0], events[-1][1] + duration_s, text)
            else:
                events.append((onset_s, duration_s, text))
    scoring = scoring_of_recording(recording(*events))
    assert texts(scoring).split() == stages
    assert scoring.notes == ()


numbers = st.floats(-1e4, 1e5, allow_nan=False)
labels = st.sampled_from(["Sleep stage W", "Sleep stage 2", "Sleep stage ?", "Lights on", "x"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(numbers, st.none() | numbers, labels), max_size=12))
def test_odd_times_give_a_scoring_or_a_sentence(events):
    try:
        scoring = scoring_of_recording(recording(*sorted(events, key=lambda event: event[0])))
    except ScoringError:
        return
    assert scoring.hypnogram.n_epochs >= 1
    assert scoring.hypnogram.duration_s <= 10 * 86_400
