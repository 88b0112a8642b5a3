"""The rules by which stretches become epochs, at their limits; and where a scoring fits."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram, Scoring
from sleepscorer.core.lights import LightsMarks
from sleepscorer.core.recording import Quarantined, Recording
from sleepscorer.files.scorings import fitted, holds_stages
from sleepscorer.files.scorings.labels import LabelKind, label_of, label_of_word
from sleepscorer.files.scorings.remarks import are_rapid
from sleepscorer.files.scorings.stage_spans import StageSpan, check_n_epochs, counted_texts
from sleepscorer.files.scorings.staged_epochs import epochs_of_spans

START = datetime(2024, 3, 1, 22)


def spans(*stretches):
    """Return spans of (start_s, duration_s, text)."""
    return [StageSpan(start, length, label_of(text), text) for start, length, text in stretches]


def stages(*stretches, **options):
    return epochs_of_spans(spans(*stretches), **options).stages.tolist()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Stage 2", LabelKind.STAGE),
        ("Stage 4", LabelKind.DEEP_R_AND_K),
        ("N4", LabelKind.DEEP_R_AND_K),
        ("N3", LabelKind.STAGE),
        ("?", LabelKind.UNSCORED),
        ("MT", LabelKind.MOVEMENT_TIME),
        ("Sleep", LabelKind.UNDIVIDED),
        ("Quiet sleep", LabelKind.UNDIVIDED),
        ("Sleep stage 7", LabelKind.UNKNOWN),
        ("Stage X Y", LabelKind.UNKNOWN),
        ("sleep-zz", LabelKind.UNKNOWN),
    ],
)
def test_kinds_of_labels(text, kind):
    assert label_of(text).kind is kind


@pytest.mark.parametrize(
    "text",
    [
        "Stage X Y Z",
        "sleep-zzzz",
        "Stage",
        "Deep",
        "Light",
        "2",
        "S 1",
        "N 2",
        "Movement",
        "ART",
        "",
    ],
)
def test_what_is_no_label(text):
    assert label_of(text) is None


@pytest.mark.parametrize("word", ["ART", "artefact", "Movement", "n/a", "NaN", "undefined", "MT"])
def test_words_that_leave_a_row_unscored(word):
    assert label_of_word(word, 1).stage == -1


def test_spans_cover_epochs_within_half_a_second():
    assert stages((0, 29.5, "W"), (30, 30, "N1"), (60, 30, "N2")) == [0, 1, 2]
    # Half of an epoch at the end is none.
    assert stages((0, 30, "W"), (30, 45, "N1")) == [0, 1]
    assert stages((0, 30, "W"), (30, 29.4, "N1"), (60, 30, "N2"), (90, 30, "R")) == [0, -1, 2, 4]
    assert stages((0, 30.5, "W"), (30, 30, "N1"), (60, 30, "N2")) == [0, 1, 2]


def test_a_fifth_may_lie_off_the_grid():
    run = [(30.0 * i, 30.0, "W" if i % 2 else "N2") for i in range(10)]
    run[3] = (95.0, 25.0, "W")
    run[5] = (155.0, 25.0, "W")
    assert stages(*run)[:6] == [2, 0, 2, -1, 2, -1]
    run[7] = (215.0, 25.0, "W")
    with pytest.raises(ScoringError, match="3 of 10 start between epochs"):
        stages(*run)


def test_ten_days_are_the_most():
    check_n_epochs(28_800)
    with pytest.raises(ScoringError, match="more than 10"):
        check_n_epochs(28_801)


def test_the_recording_says_how_long_it_is():
    assert stages((0, 30, "W"), (30, 30, "N1"), duration_s=100.0) == [0, 1, -1]
    assert stages((0, 30, "W"), (30, 30, "N1"), duration_s=59.5) == [0, 1]
    assert stages((0, 30, "W"), (30, 30, "N1"), duration_s=59.4) == [0]
    with pytest.raises(ScoringError, match="less than one epoch"):
        stages((0, 30, "W"), duration_s=29.0)


def test_a_third_may_be_told_twice():
    whole = [(30.0 * i, 30.0, "Stage W") for i in range(9)]
    for n_twice, refused in ((3, False), (4, True)):
        twice = [(30.0 * i, 30.0, "Stage N2") for i in range(n_twice)]
        if refused:
            with pytest.raises(ScoringError, match="4 of 9 epochs are marked with two stages"):
                stages(*whole, *twice)
        else:
            assert stages(*whole, *twice) == [-1] * 3 + [0] * 6


def test_a_fifth_may_not_be_understood():
    known = [(30.0 * i, 30.0, "Stage W") for i in range(8)]
    for n_unknown, refused in ((2, False), (3, True)):
        more = [(240.0 + 30 * i, 30.0, "Stage X") for i in range(n_unknown)]
        if refused:
            with pytest.raises(ScoringError, match="27 % of what looks like sleep stages"):
                stages(*known, *more)
        else:
            assert stages(*known, *more) == [0] * 8 + [-1] * 2


def test_moments_come_too_fast_to_be_stages_below_five_seconds():
    assert are_rapid([4.9 * i for i in range(10)])
    assert not are_rapid([4.9 * i for i in range(9)])
    assert not are_rapid([5.0 * i for i in range(20)])


def test_a_moment_within_any_stretch_is_a_remark():
    # The later stretch ends before the moment, the earlier one behind it.
    found = epochs_of_spans(
        spans((0, 90, "Stage W"), (30, 30, "Stage W"), (80, 0, "Stage 2"), (90, 30, "Stage R"))
    )
    assert found.stages.tolist() == [0, 0, 0, 4]
    assert [span.text for span in found.left_out] == ["Stage 2"]


def test_texts_are_counted_the_most_frequent_first():
    assert counted_texts(["a", "b", "b", "c", "b", "c"]) == "'b' 3 times, 'c' twice, 'a' once"
    assert counted_texts("abcdef").endswith("'d' once, 2 more")
    assert counted_texts(["x" * 50]) == f"'{'x' * 40}' once"


def test_events_are_no_scoring_and_moments_only_where_they_are_many():
    assert not holds_stages([Event(0.0, 30.0, "Hypopnea")])
    assert holds_stages([Event(0.0, 30.0, "N2")])
    moments = [Event(40.0 * i, None, "N2") for i in range(4)]
    assert not holds_stages(moments[:3])
    assert holds_stages(moments)


# Where a scoring fits


def recording(duration_s=300.0, start=START, events=()):
    return Recording(
        path=Path("night.edf"), format_name="EDF+C", start=start, duration_s=duration_s,
        signals=(), quarantined=(Quarantined("EEG", "flat"),), events=events, warnings=(),
    )  # fmt: skip


def scoring(values, start=START, **more):
    return Scoring(Hypnogram(values), start, **more)


@pytest.mark.parametrize(
    ("offset_s", "expected", "note"),
    [
        (0, [0, 1, 2, -1, -1], "the scoring covers epochs 1 to 3 of 5, from its own epoch 1 of 3"),
        (60, [-1, -1, 0, 1, 2], "the scoring covers epochs 3 to 5 of 5, from its own epoch 1 of 3"),
        (60.4, [-1, -1, 0, 1, 2], "epochs 3 to 5 of 5"),
        (-30, [1, 2, -1, -1, -1], "epochs 1 to 2 of 5, from its own epoch 2 of 3"),
        (120, [-1, -1, -1, -1, 0], "epochs 5 to 5 of 5, from its own epoch 1 of 3"),
        (86_430, [-1, 0, 1, 2, -1], "the dates differ (2024-03-01 and 2024-03-02)"),
    ],
)
def test_starts_say_where_a_scoring_lies(offset_s, expected, note):
    found = fitted(scoring([0, 1, 2], START + timedelta(seconds=offset_s)), recording(150.0))
    assert found.hypnogram.stages.tolist() == expected
    assert note in " ".join(found.notes)
    assert found.start == START


def test_what_does_not_fit_is_refused():
    for offset_s, message in ((15, "not a whole number of epochs"), (43_200, "in common|whole")):
        with pytest.raises(ScoringError, match=message):
            fitted(scoring([0, 1, 2], START + timedelta(seconds=offset_s)), recording(150.0))
    with pytest.raises(ScoringError, match="its epochs last 20 s, not 30 s"):
        fitted(Scoring(Hypnogram([0, 1], 20.0), START), recording())


def test_marks_and_events_move_with_the_scoring():
    known = Event(70.0, 3.0, "EEG arousal")
    theirs = Scoring(
        Hypnogram([0, 1, 2], lights_off_s=15.0, lights_on_s=80.0),
        START + timedelta(seconds=60),
        events=(Event(10.0, 3.0, "EEG arousal"), Event(20.0, 4.0, "Hypopnea"),
                Event(500.0, 4.0, "Hypopnea"), Event(0.0, None, "sleepscorer note: x")),
    )  # fmt: skip
    found = fitted(theirs, recording(events=(known,)))
    assert (found.hypnogram.lights_off_s, found.hypnogram.lights_on_s) == (75.0, 140.0)
    # That at 70 s is the recording's own, and the last lies behind its end.
    assert found.events == (Event(80.0, 4.0, "Hypopnea"),)


def test_marks_that_contradict_each_other_are_said_to_be_left_out():
    marks = LightsMarks(contradiction="the file marks lights off at 40 s, not before lights on")
    found = fitted(scoring([0] * 10, lights=marks), recording())
    assert found.notes == (f"its lights marks were left out: {marks.contradiction}",)
