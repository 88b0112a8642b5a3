import re
from dataclasses import replace

import numpy as np
import pytest
from planted_candidates import CALM, CONSENSUS, KEEN, answer, planted_nights
from scipy import stats

from sleepscorer.core.stager_channels import ChannelChoice
from sleepscorer.validation.candidates import Candidate, JudgedNight, Montage
from sleepscorer.validation.compared import comparisons, kappa_difference
from sleepscorer.validation.judging import judged
from sleepscorer.validation.verdict import baseline_of, rule, verdict

OWN = Candidate(("sleepscorer",))
CENTRAL = Montage("C4-M1 + EOG", ChannelChoice(eeg=("C4-M1",)))
KEEN_CENTRAL = Candidate(("keen",), CENTRAL)
CONSENSUS_CENTRAL = Candidate(CONSENSUS.stagers, CENTRAL)
REFERENCE = np.resize(np.repeat([0, 1, 2, 3, 4], 4), 400).astype(np.int8)


def with_errors(n_errors):
    """An answer whose first epochs are wrong."""
    called = REFERENCE.copy()
    called[:n_errors] = (called[:n_errors] + 1) % 5
    return answer(called)


def nights_of(n_people=6, **errors):
    """Nights on which each candidate makes that many errors, and a few more or less."""
    names = {
        "consensus": CONSENSUS,
        "calm": CALM,
        "keen": KEEN,
        "keen_central": KEEN_CENTRAL,
        "consensus_central": CONSENSUS_CENTRAL,
    }
    return [
        JudgedNight(
            f"night{at}.edf",
            f"person{at}",
            REFERENCE,
            {
                names[name]: with_errors(n_errors + (at * (place + 1)) % 4)
                for place, (name, n_errors) in enumerate(errors.items())
            },
        )
        for at in range(n_people)
    ]


def found_on(nights):
    candidates = list(dict.fromkeys(one for night in nights for one in night.answers))
    return verdict(nights, candidates)


def test_the_consensus_stays_where_no_other_is_better():
    found = found_on(nights_of(consensus=80, calm=80, keen=100))
    assert found.choice == found.baseline == CONSENSUS
    assert found.sentences[0] == "Keep the consensus: no other was shown to be better."
    assert any("keen: kappa" in one and "; worse." in one for one in found.sentences)
    assert any("calm: kappa" in one and "not shown to be better" in one for one in found.sentences)
    assert found.is_decisive


def test_another_is_chosen_with_its_difference_and_the_interval_of_the_rule():
    nights = nights_of(consensus=80, calm=80, keen=50)
    found = found_on(nights)
    difference = [kappa_difference([one], KEEN, CONSENSUS).estimate.value for one in nights]
    low, high = stats.t.interval(0.975, 5, np.mean(difference), stats.sem(difference))
    shown = [f"{value:.2f}"[1:] for value in (np.mean(difference), low, high)]
    assert found.choice == KEEN
    assert found.sentences[0] == (
        f"Use keen: its kappa is {shown[0]} higher than the consensus's (97.5 % interval"
        f" {shown[1]} to {shown[2]}, 6 people)."
    )


def test_who_says_the_same_as_the_consensus_is_neither_higher_nor_lower():
    nights = nights_of(consensus=80)
    for one in nights:
        one.answers[KEEN] = one.answers[CONSENSUS]
    assert found_on(nights).sentences[-1] == (
        "keen: kappa the same as the consensus's (95 % interval .00 to .00, 6 people); not shown to"
        " be better."
    )


def test_of_two_that_are_better_the_better_one_is_chosen():
    found = found_on(nights_of(consensus=100, calm=70, keen=50))
    assert found.choice == KEEN
    assert any("calm" in one and "better, but another is more so" in one for one in found.sentences)


def test_more_comparisons_need_a_clearer_difference():
    nights = nights_of(consensus=80, keen=50)
    # Better by one comparison, but not where five are made: between the 95 % and 99 % intervals.
    shifts = [38, 5, 14, 46, 2, 22]
    for one, shift in zip(nights, shifts, strict=True):
        one.answers[KEEN] = with_errors(80 - shift)
        one.answers[CONSENSUS] = with_errors(80)
    low = {
        level: kappa_difference(nights, KEEN, CONSENSUS, level=level).estimate.low
        for level in (0.95, 0.99)
    }
    assert low[0.95] > 0 > low[0.99]
    others = [Candidate((f"other{at}",)) for at in range(4)]
    assert found_on(nights).choice == KEEN
    for one in nights:
        one.answers.update(dict.fromkeys(others, with_errors(80)))
    assert found_on(nights).choice == CONSENSUS


@pytest.mark.parametrize("n_people", [1, 2, 3, 4])
def test_few_people_choose_nobody_however_clear_it_is(n_people):
    found = found_on(nights_of(n_people, consensus=150, keen=5))
    assert found.choice == CONSENSUS
    assert not found.is_decisive
    people = "1 person is" if n_people == 1 else f"{n_people} people are"
    assert found.sentences[0] == (
        f"Keep the consensus: {people} too few for a change, which needs at least 5."
    )
    assert "disasters" in found.sentences[1]
    told = next(one for one in found.sentences if one.startswith("keen"))
    assert ("better, but" in told) == (n_people > 1)


def test_five_people_are_enough_for_what_is_clear():
    assert found_on(nights_of(5, consensus=150, keen=5)).choice == KEEN


def test_many_nights_of_few_people_are_few():
    nights = [
        replace(one, person=f"person{at % 4}")
        for at, one in enumerate(nights_of(12, consensus=150, keen=5))
    ]
    found = found_on(nights)
    assert (found.choice, found.is_decisive) == (CONSENSUS, False)


def test_who_fails_on_more_than_a_fifth_cannot_be_chosen():
    nights = nights_of(10, consensus=120, keen=10)
    for one in nights[:2]:
        del one.answers[KEEN]
    found = found_on(nights)
    assert found.choice == KEEN
    assert "8 people" in found.sentences[0]
    del nights[2].answers[KEEN]
    found = found_on(nights)
    assert found.choice == CONSENSUS
    assert found.sentences[0] == "Keep the consensus: no other can be chosen."
    assert (
        "keen can't be chosen: it gave no answer for 3 of 10 nights, more than a fifth."
        in found.sentences
    )


def test_who_leaves_more_than_a_fifth_of_the_epochs_cannot_be_chosen():
    nights = nights_of(6, consensus=120, keen=10)
    for one in nights:
        one.answers[KEEN].probabilities[300:] = np.nan
        one.answers[KEEN].confidence[300:] = np.nan
    found = found_on(nights)
    assert found.choice == CONSENSUS
    assert any("no stage to 25 % of the epochs that the con" in one for one in found.sentences)
    # Where the signals hold nothing for anybody, it is nobody's fault.
    for one in nights:
        one.answers[CONSENSUS].probabilities[300:] = np.nan
    assert found_on(nights).choice == KEEN


def test_who_cannot_be_chosen_widens_no_interval():
    nights = nights_of(10, consensus=120, calm=10, keen=10)
    for one in nights[:3]:
        del one.answers[CALM]
    assert "95 % interval" in found_on(nights).sentences[0]


def test_the_baseline_says_where_it_failed():
    nights = nights_of(10, consensus=80, keen=80)
    del nights[0].answers[CONSENSUS]
    assert any(
        one.startswith("The consensus agrees with the scorings by a kappa of .7")
        and one.endswith("9 people); it gave no answer for 1 of 10 nights.")
        for one in found_on(nights).sentences
    )


def test_other_channels_are_asked_of_whom_the_first_step_chose():
    nights = nights_of(consensus=100, keen=60, keen_central=20, consensus_central=5)
    found = found_on(nights)
    assert found.choice == KEEN_CENTRAL
    assert re.fullmatch(
        r"Use keen, and stage by C4-M1 \+ EOG: its kappa is \.13 higher than the consensus's"
        r" \(95 % interval .*, 6 people\), and by these channels \.12 higher than by the channels"
        r" that the program chooses \(95 % interval .*, 6 people\)\.",
        found.sentences[0],
    )
    # Those of a stager that was not chosen are compared with nothing.
    assert not any("consensus, C4-M1" in one for one in found.sentences)


def test_the_baseline_may_stage_by_other_channels():
    found = found_on(nights_of(consensus=60, keen=60, consensus_central=20))
    assert (found.baseline, found.choice) == (CONSENSUS, CONSENSUS_CENTRAL)
    assert found.sentences[0].startswith("Keep the consensus, but stage by C4-M1 + EOG: its kappa")


def test_channels_that_are_no_better_change_nothing():
    found = found_on(nights_of(consensus=60, keen=20, keen_central=20))
    assert found.choice == KEEN
    assert any(one.startswith("keen, C4-M1 + EOG: kappa") for one in found.sentences)


def test_an_undefined_kappa_decides_nothing():
    calm_night = np.full(400, 2, np.int8)
    nights = [
        JudgedNight(
            f"{at}", f"{at}", calm_night, dict.fromkeys((CONSENSUS, KEEN), answer(calm_night))
        )
        for at in range(6)
    ]
    found = found_on(nights)
    assert found.choice == CONSENSUS
    assert "The kappa of the consensus is undefined on these nights." in found.sentences
    assert any("could not be compared" in one for one in found.sentences)


def test_the_baseline_is_the_consensus_of_most_or_our_own_stager():
    two = Candidate(("sleepscorer", "calm"))
    assert baseline_of([KEEN, two, CONSENSUS, OWN]) == CONSENSUS
    assert baseline_of([KEEN, OWN, CONSENSUS_CENTRAL]) == OWN
    assert baseline_of([KEEN, CALM]) == KEEN
    assert baseline_of([KEEN_CENTRAL]) is None
    assert verdict([], []) is None


def test_one_stager_alone_has_no_rival():
    nights = [JudgedNight(f"{at}", f"{at}", REFERENCE, {OWN: with_errors(20)}) for at in range(6)]
    found = found_on(nights)
    assert found.sentences[0] == "Keep sleepscorer: there is no other to compare it with."


def test_the_rule_says_beforehand_what_it_asks_and_what_nights_can_show():
    text = rule(12, 1)
    assert text.startswith("12 nights of 1 person count;")
    for part in ("Bonferroni", "At least 5 people", "more than a fifth", "drafted", "disasters"):
        assert part in text
    # A spread of .09: the half widths of Student's t.
    for n, shown in ((3, ".22"), (5, ".11"), (10, ".06"), (20, ".04")):
        width = stats.t.ppf(0.975, n - 1) * 0.09 / np.sqrt(n)
        assert f"{width:.2f}"[1:] == shown
        assert f"{shown} with {n}" in text


def test_planted_stagers_get_the_right_verdict_in_nineteen_of_twenty_seeds(tmp_path):
    n_right = {"better and equal": 0, "equal": 0}
    for seed in range(20):
        nights = planted_nights({CONSENSUS: 0.0, CALM: 0.0, KEEN: 0.07}, seed=seed, spread=0.01)
        found = judged(tmp_path, nights, [], stagers=())
        n_right["better and equal"] += found.verdict.choice == KEEN
        n_right["equal"] += verdict(nights, [CONSENSUS, CALM]).choice == CONSENSUS
    assert min(n_right.values()) >= 19, n_right


def test_planted_stagers_are_as_far_apart_as_they_say():
    nights = [
        one
        for seed in range(8)
        for one in planted_nights({CONSENSUS: 0.0, KEEN: 0.07}, seed=seed, spread=0.01)
    ]
    kappas = [one.agreement.kappa for one in comparisons(nights, CONSENSUS)]
    assert np.mean(kappas) == pytest.approx(0.7, abs=0.03)
    assert np.std(kappas) == pytest.approx(0.09, abs=0.02)
    difference = kappa_difference(nights, KEEN, CONSENSUS).estimate.value
    assert difference == pytest.approx(0.07, abs=0.01)
