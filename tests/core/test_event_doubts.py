import numpy as np
import pytest

from sleepscorer.core.event_doubts import event_warnings
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.stages import EPOCH_S, Stage

NIGHT = Hypnogram(np.full(4, Stage.N2, dtype=np.int8), EPOCH_S)


@pytest.mark.parametrize(
    ("text", "duration_s", "warnings"),
    [
        ("EEG arousal", 2.9, ("shorter than 3 s (2.90 s)",)),
        ("Hypopnea", 9.0, ("shorter than 10 s (9.00 s)",)),
        ("Hypopnea", None, ("shorter than 10 s (has no duration)",)),
        ("Limb movement", 11.5, ("longer than 10 s (11.50 s)",)),
        ("Limb movement", 5.0, ()),
        ("Snore", None, ()),
        ("Patient asks for water", 0.1, ()),
    ],
)
def test_every_kind_has_its_length(text, duration_s, warnings):
    assert event_warnings(Event(70.0, duration_s, text), NIGHT) == warnings
