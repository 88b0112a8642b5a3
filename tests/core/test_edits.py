"""What an edit makes of a state."""

from itertools import permutations

import pytest

from sleepscorer.core.edits import Change, ScoringState
from sleepscorer.core.events import Event

IN_ORDER = (
    Event(9.0, 8.0, "Z"),
    Event(10.0, None, "Y", "C4"),
    Event(10.0, 0.5, "A"),
    Event(10.0, 0.5, "X"),
    Event(10.0, 0.5, "X", "C3"),
    Event(10.0, 0.5, "X", "C4"),
    Event(10.0, 2.0, "A"),
)


@pytest.mark.parametrize("given", [*permutations(IN_ORDER[1:5]), tuple(reversed(IN_ORDER))])
def test_events_are_in_order_of_onset_duration_text_and_channel_where_none_is_least(given):
    change = Change((), (), (), (), (), events_added=given)
    state = change.applied_to(ScoringState.unscored(4))
    assert state.events == tuple(event for event in IN_ORDER if event in given)
