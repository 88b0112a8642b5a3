"""Scored events in the report: their figures, their rules, and what was not scored."""

import numpy as np
import pytest
from report_nights import looking, night_of, pages_of, text_of

from sleepscorer.core.event_kinds import EventFamily
from sleepscorer.core.event_statistics import Rate, SlowChannels, event_statistics
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.files.event_rules import read_event_rules
from sleepscorer.files.exports.report.languages import language_codes, words_of
from sleepscorer.paths import resource

RULES = read_event_rules(resource("event_rules.toml"))
STAGES = [2] * 40
EVENTS = (
    Event(0.0, None, "Supine"),
    Event(60.0, 20.0, "Obstructive apnea"),
    Event(200.0, 12.0, "Hypopnea"),
    Event(214.0, 4.0, "EEG arousal"),
)
ALL = (EventFamily.AROUSAL, EventFamily.RESPIRATORY, EventFamily.MOVEMENT)


def counted(*, scored, channels=None, language="en"):
    """20 min of N2 with an apnea and a hypopnea."""
    found = event_statistics(
        Hypnogram(np.array(STAGES, np.int8)), EVENTS, scored=scored, rules=RULES, channels=channels
    )
    return night_of(STAGES, events=EVENTS, event_statistics=found, look=looking(language=language))


@pytest.mark.parametrize("code", language_codes())
def test_figures_and_rules_are_told_in_each_language(code):
    channels = SlowChannels(saturation=Rate(np.full(1200, 96.0), 1.0, "SpO2"))
    pages = pages_of(counted(scored=ALL, channels=channels, language=code))
    words, page = words_of(code), pages[1]
    assert len(pages) == 3
    index = f"{words('counted_figures.ahi_per_h')} {words.number(6.0)} 1/h"
    assert index in page
    assert words("counted.rule", rule=words("counted.rule_1a")) in page
    assert f"{words('counted.positions')}: {words('counted.supine')} {words.number(20.0)}" in page
    assert f"{words('counted_figures.spo2_mean_pct')} {words.number(96.0)} %" in page
    assert f"{words('counted_figures.arousals_respiratory')} 1" in page
    assert f"{words('counted_figures.plms')} 0" in page
    # No pulse was recorded.
    assert f"{words('undefined.no_signal')} –" in page


def test_what_was_not_scored_has_a_dash_and_the_reason():
    text = text_of(counted(scored=(EventFamily.AROUSAL,)))
    said = "– (not scored: nobody said that all of them were marked)"
    assert f"Respiratory events {said}" in text
    assert f"Limb movements {said}" in text
    assert "Arousals, spontaneous Respiratory, Movements: not scored –" in text
    assert "Apnea-hypopnea index" not in text


def test_without_anything_to_tell_the_report_is_as_before():
    text = text_of(night_of(STAGES))
    assert "Respiratory events" not in text
