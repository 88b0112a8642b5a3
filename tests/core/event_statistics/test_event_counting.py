"""Figures of events, worked by hand."""

import numpy as np
import pytest

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.event_statistics import EventStatistics, event_statistics
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import Stage
from sleepscorer.core.undefined import Reason
from sleepscorer.files.event_rules import read_event_rules
from sleepscorer.paths import resource

RULES = read_event_rules(resource("event_rules.toml"))
ALL = frozenset({EventFamily.RESPIRATORY, EventFamily.MOVEMENT, EventFamily.AROUSAL})
# Epochs 0-19 W, 20-79 N2, 80-99 N3, 100-119 R, 120-129 W, 130-149 unscored; lights from 5 to 140.
# TST 50 min: N2 30, N3 10, R 10.
STAGES = np.repeat(
    [Stage.W, Stage.N2, Stage.N3, Stage.R, Stage.W, Stage.UNSCORED], [20, 60, 20, 20, 10, 20]
).astype(np.int8)
NIGHT = Hypnogram(STAGES, lights_off_s=150.0, lights_on_s=4200.0)
N2_S, N3_S, R_S, W_S, UNSCORED_S = 600.0, 2400.0, 3000.0, 3600.0, 3900.0


def found_of(
    *events: Event, scored: frozenset[EventFamily] = ALL, night: Hypnogram = NIGHT
) -> EventStatistics:
    return event_statistics(night, events, scored=scored, rules=RULES)


def apnea(onset_s: float, duration_s: float = 20.0, kind: str = "Obstructive apnea") -> Event:
    return Event(onset_s, duration_s, kind, "Flow")


def hypopnea(onset_s: float) -> Event:
    return Event(onset_s, 12.0, "Hypopnea")


def arousal(onset_s: float) -> Event:
    return Event(onset_s, 5.0, "EEG arousal")


def limb(onset_s: float, duration_s: float | None = 2.0, leg: str = "LAT") -> Event:
    return Event(onset_s, duration_s, "Limb movement", leg)


BREATHING = (
    apnea(N2_S, 10.0),
    apnea(N2_S + 100),
    apnea(N3_S, 30.0, "Central apnea"),
    apnea(R_S, 15.0, "Mixed apnea"),
    apnea(R_S + 60, 25.0, "Apnea"),
    hypopnea(N2_S + 200),
    hypopnea(R_S + 120),
    Event(N2_S + 300, 14.0, "RERA"),
)


def test_indices_are_of_an_hour_of_sleep() -> None:
    values = found_of(*BREATHING).values
    counts = ("apneas", "apneas_obstructive", "apneas_central", "apneas_mixed", "hypopneas")
    assert [values[key] for key in (*counts, "reras")] == [5, 2, 1, 1, 2, 1]
    # An hour has 60 min, the night 50 of sleep: six fifths.
    assert values["ai_per_h"] == pytest.approx(6.0)
    assert values["oai_per_h"] == pytest.approx(2.4)
    assert values["cai_per_h"] == pytest.approx(1.2)
    assert values["mai_per_h"] == pytest.approx(1.2)
    assert values["hi_per_h"] == pytest.approx(2.4)
    assert values["ahi_per_h"] == pytest.approx(8.4)
    assert values["rdi_per_h"] == pytest.approx(9.6)
    # Four in 40 min of NREM, three in 10 min of R.
    assert values["ahi_nrem_per_h"] == pytest.approx(6.0)
    assert values["ahi_rem_per_h"] == pytest.approx(18.0)


def test_a_kind_has_number_lengths_and_stages() -> None:
    rows = {row.label: row for row in found_of(*BREATHING).kinds}
    obstructive = rows["Obstructive apnea"]
    assert (obstructive.all.n, obstructive.mean_s, obstructive.longest_s) == (2, 15.0, 20.0)
    assert obstructive.by_stage[Stage.N2].index_per_h == pytest.approx(4.0)
    assert obstructive.by_stage[Stage.N1].n == 0
    assert obstructive.by_stage[Stage.N1].index_per_h is None
    both = rows["Apneas and hypopneas"]
    assert [both.by_stage[one].n for one in (Stage.N2, Stage.N3, Stage.R)] == [3, 1, 3]
    assert both.by_stage[Stage.NREM].n == 4
    assert rows["All respiratory events"].all.n == 8


@pytest.mark.parametrize(
    ("onset_s", "is_counted"),
    [
        (N2_S - 0.1, False),  # begins in wake and goes on in sleep
        (N2_S, True),
        (W_S - 0.1, True),  # begins in sleep and goes on in wake
        (W_S, False),
        (W_S - 1e-10, False),  # a sample number by a rate
        (UNSCORED_S, False),
        (10.0, False),
        (4300.0, False),
        (-5.0, False),
    ],
)
def test_an_event_counts_where_it_begins(onset_s: float, is_counted: bool) -> None:
    assert found_of(apnea(onset_s)).values["apneas"] == int(is_counted)


def test_an_event_in_wake_is_told_and_counts_once_restaged() -> None:
    before = found_of(apnea(W_S))
    assert before.values["ahi_per_h"] == 0.0
    row = next(row for row in before.kinds if row.label == "Obstructive apnea")
    assert (row.all.n, row.n_awake, row.mean_s) == (0, 1, None)
    assert any("begin in wake and are not counted" in note for note in before.notes)
    stages = NIGHT.stages.copy()
    stages[120] = Stage.N1
    night = Hypnogram(stages, lights_off_s=150.0, lights_on_s=4200.0)
    assert found_of(apnea(W_S), night=night).values["apneas"] == 1
    assert found_of(apnea(W_S)).values["apneas"] == 0


@pytest.mark.parametrize("onset_s", [149.9, 4200.0])
def test_outside_the_lights_nothing_counts(onset_s: float) -> None:
    asleep = Hypnogram(np.full(150, Stage.N2, np.int8), lights_off_s=150.0, lights_on_s=4200.0)
    found = found_of(apnea(onset_s), arousal(onset_s), limb(onset_s), night=asleep)
    assert (found.values["apneas"], found.values["limb_movements"]) == (0, 0)
    assert found.values["arousals_spontaneous"] == 0
    inside = found_of(apnea(150.0), apnea(4199.9), night=asleep)
    assert inside.values["apneas"] == 2


def test_what_was_scored_and_did_not_occur_is_zero() -> None:
    found = found_of()
    assert found.values["apneas"] == 0
    assert found.values["ahi_per_h"] == 0.0
    assert found.values["plmai_per_h"] == 0.0
    assert {row.label: row.all.n for row in found.kinds}["Hypopnea"] == 0


def test_what_nobody_says_was_scored_has_no_figure() -> None:
    found = found_of(*BREATHING, limb(N2_S), scored=frozenset({EventFamily.MOVEMENT}))
    assert found.values["ahi_per_h"] is None
    why = found.reasons["ahi_per_h"]
    assert (why.reason, why.families) == (
        Reason.EVENTS_NOT_SCORED,
        (EventFamily.RESPIRATORY,),
    )
    assert found.reasons["plmai_per_h"].families == (EventFamily.AROUSAL,)
    assert {row.family for row in found.kinds} == {EventFamily.MOVEMENT}
    assert not found_of(*BREATHING, scored=frozenset()).says_something


@pytest.mark.parametrize(
    ("stage", "reason"), [(Stage.W, Reason.NO_SLEEP), (Stage.UNSCORED, Reason.NOTHING_SCORED)]
)
def test_without_sleep_there_is_no_index(stage: Stage, reason: Reason) -> None:
    found = found_of(apnea(60.0), night=Hypnogram(np.full(10, stage, np.int8)))
    assert found.values["ahi_per_h"] is None
    assert found.reasons["ahi_per_h"].reason is reason


def test_without_an_epoch_there_is_no_figure() -> None:
    found = found_of(night=Hypnogram(np.zeros(0, np.int8)))
    assert set(found.values.values()) == {None}


def test_without_stage_r_there_is_no_index_of_it() -> None:
    found = found_of(night=Hypnogram(np.full(10, Stage.N2, np.int8)))
    assert found.reasons["ahi_rem_per_h"].reason is Reason.NO_STAGE
    assert found.values["ahi_nrem_per_h"] == 0.0


def test_an_event_of_recording_and_session_counts_once_whatever_its_spelling() -> None:
    same = Event(N2_S, 20.0, "Obstructive apnea")
    found = found_of(same, same, Event(N2_S + 60, 20.0, "obstructive  APNEA@@Flow"))
    assert found.values["apneas_obstructive"] == 2
    assert found_of(Event(N2_S, 20.0, "Apnea? ask")).values["apneas"] == 0


def test_three_stages_are_counted_in_nrem_and_r() -> None:
    three = (Stage.W, Stage.NREM, Stage.R)
    stages = np.repeat([Stage.NREM, Stage.R], 20).astype(np.int8)
    found = found_of(apnea(0.0), apnea(600.0), night=Hypnogram(stages, stage_set=three))
    (row,) = (row for row in found.kinds if row.label == "Obstructive apnea")
    assert {stage: share.n for stage, share in row.by_stage.items()} == {Stage.NREM: 1, Stage.R: 1}
    assert found.values["ahi_nrem_per_h"] == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("APNEA", "apneas"),
        ("central apnea", "apneas_central"),
        ("Hypopnea", "hypopneas"),
        ("rera@@Flow", "reras"),
        ("Limb movement", "limb_movements"),
        ("Periodic limb movement", "limb_movements"),
        ("Arousal", "arousals_spontaneous"),
    ],
)
def test_words_of_recordings_are_counted(text: str, key: str) -> None:
    assert found_of(Event(N2_S, 5.0, text)).values[key] == 1


@pytest.mark.parametrize("text", ["Snore", "Cheyne-Stokes respiration", "Body movement", "Supine"])
def test_what_is_of_no_index_changes_none(text: str) -> None:
    found = found_of(Event(N2_S, 5.0, text))
    assert {value for value in found.values.values() if value is not None} == {0}


class TestArousals:
    def test_each_has_one_cause(self) -> None:
        found = found_of(
            apnea(N2_S, 20.0),
            arousal(N2_S + 22),
            limb(N2_S + 200),
            arousal(N2_S + 201),
            arousal(N2_S + 400),
            arousal(W_S + 10),
        )
        causes = ("respiratory", "limb", "spontaneous")
        assert [found.values[f"arousals_{cause}"] for cause in causes] == [1, 1, 2]
        assert found.values["arousal_spontaneous_index_per_h"] == pytest.approx(2.4)

    @pytest.mark.parametrize(
        ("after_s", "n"), [(-20.1, 0), (-20.0, 1), (0.0, 1), (5.0, 1), (5.1, 0)]
    )
    def test_respiratory_ones_begin_within_the_window(self, after_s: float, n: int) -> None:
        found = found_of(apnea(N2_S + 30, 20.0), arousal(N2_S + 50 + after_s))
        assert found.values["arousals_respiratory"] == n

    @pytest.mark.parametrize(("gap_s", "n"), [(0.4, 1), (0.5, 0), (-1.0, 1)])
    def test_those_of_limbs_lie_beside_a_movement(self, gap_s: float, n: int) -> None:
        after = found_of(limb(N2_S, 2.0), arousal(N2_S + 2 + gap_s))
        before = found_of(arousal(N2_S), limb(N2_S + 5 + gap_s))
        assert after.values["arousals_limb"] == before.values["arousals_limb"] == n

    def test_respiratory_alone_needs_no_limbs(self) -> None:
        scored = frozenset({EventFamily.AROUSAL, EventFamily.RESPIRATORY})
        found = found_of(arousal(N2_S), scored=scored)
        assert found.values["arousals_respiratory"] == 0
        assert found.reasons["arousals_spontaneous"].families == (EventFamily.MOVEMENT,)


class TestMovements:
    @pytest.mark.parametrize(
        ("gap_s", "n_movements", "n_periodic"),
        [(4.9, 2, 0), (5.0, 4, 4), (90.0, 4, 4), (90.1, 4, 0), (20.0, 4, 4)],
    )
    def test_neighbours_of_a_series_lie_5_to_90_s_apart(
        self, gap_s: float, n_movements: int, n_periodic: int
    ) -> None:
        found = found_of(*(limb(N2_S + number * gap_s) for number in range(4)))
        assert found.values["limb_movements"] == n_movements
        assert found.values["plms"] == n_periodic

    def test_three_are_no_series(self) -> None:
        found = found_of(*(limb(N2_S + 30 * number) for number in range(3)))
        assert (found.values["plms"], found.values["plm_series"]) == (0, 0)
        assert found.values["lmi_per_h"] == pytest.approx(3.6)

    def test_series_are_counted_apart(self) -> None:
        onsets = [*range(0, 150, 30), *range(300, 420, 30)]
        found = found_of(*(limb(N2_S + onset) for onset in onsets))
        assert (found.values["plms"], found.values["plm_series"]) == (9, 2)
        assert found.values["plmi_per_h"] == pytest.approx(10.8)

    def test_both_legs_move_once(self) -> None:
        legs = [limb(N2_S + 30 * n + side, leg=leg) for n in range(4) for side, leg in LEGS]
        found = found_of(*legs)
        assert (found.values["limb_movements"], found.values["plms"]) == (4, 4)

    @pytest.mark.parametrize(
        ("duration_s", "n"), [(0.4, 0), (0.5, 1), (10.0, 1), (10.1, 0), (None, 1)]
    )
    def test_a_movement_lasts_half_a_second_to_ten(self, duration_s: float | None, n: int) -> None:
        found = found_of(limb(N2_S, duration_s))
        assert found.values["limb_movements"] == n
        # As people scored it, it stays in the table of kinds.
        assert {row.label: row.all.n for row in found.kinds}["Limb movement"] == 1

    @pytest.mark.parametrize(("after_s", "n"), [(0.5, 0), (0.6, 1), (-22.5, 0), (-22.6, 1)])
    def test_movements_beside_respiratory_events_do_not_count(self, after_s: float, n: int) -> None:
        events = (apnea(N2_S + 60, 20.0), limb(N2_S + 80 + after_s))
        assert found_of(*events).values["limb_movements"] == n
        alone = found_of(*events, scored=frozenset({EventFamily.MOVEMENT}))
        assert alone.values["limb_movements"] == 1
        assert any("beside respiratory events" in note for note in alone.notes)

    def test_wake_does_not_count_and_breaks_a_series_only_by_its_length(self) -> None:
        stages = NIGHT.stages.copy()
        stages[22] = Stage.W  # from 660 to 690 s
        night = Hypnogram(stages, lights_off_s=150.0, lights_on_s=4200.0)
        found = found_of(*(limb(onset) for onset in (620, 650, 670, 700, 730)), night=night)
        assert (found.values["limb_movements"], found.values["plms"]) == (4, 4)

    def test_periodic_ones_with_an_arousal(self) -> None:
        legs = [limb(N2_S + 30 * number) for number in range(4)]
        found = found_of(*legs, arousal(N2_S + 1), arousal(N2_S + 32.4), arousal(N2_S + 62.6))
        assert found.values["plms_arousal"] == 2
        assert found.values["plmai_per_h"] == pytest.approx(2.4)
        assert found.values["arousals_limb"] == 2


LEGS = ((0.0, "LAT"), (3.0, "RAT"))


def test_body_positions_divide_sleep_and_events() -> None:
    # Supine over 20 min of N2, left over the rest of sleep.
    found = found_of(
        Event(0.0, None, "Position: supine"),
        Event(N2_S + 1200, None, "Left"),
        *BREATHING,
    )
    assert found.position_min == {"supine": pytest.approx(20.0), "left": pytest.approx(30.0)}
    row = next(row for row in found.kinds if row.label == "Apneas and hypopneas")
    assert {name: share.n for name, share in row.by_position.items()} == {"supine": 3, "left": 4}
    assert row.by_position["supine"].index_per_h == pytest.approx(9.0)


def test_the_figures_are_ready_for_json() -> None:
    told = found_of(*BREATHING).as_dict()
    assert told["scored"] == ["arousal", "respiratory", "movement"]
    assert told["hypopnea_rule"].startswith("1A")
    assert told["figures"]["ahi_per_h"] == pytest.approx(8.4)
    assert told["kinds"][1]["by_stage"]["N2"] == {"n": 2, "index_per_h": pytest.approx(4.0)}
