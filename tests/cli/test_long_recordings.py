"""Recordings of more than a day: which marks hold, and of which day a time is."""

import json
from datetime import datetime

import numpy as np
import pytest

from sleepscorer.cli import main
from sleepscorer.core.events import Event
from sleepscorer.files.edf import EdfPlan, SignalHeader, write_edf

HOUR_S = 3600


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory):
    """40 h from 21:00 with lights marks of two nights; asleep between the marks."""
    path = tmp_path_factory.mktemp("long") / "d.edf"
    marked = [(2 * HOUR_S, 10 * HOUR_S), (25 * HOUR_S, 33 * HOUR_S)]
    events = [
        Event(onset_s, None, text)
        for off_s, on_s in marked
        for onset_s, text in ((off_s, "Lights off"), (on_s, "Lights on"))
    ]
    for epoch in range(40 * 120):
        asleep = any(off_s <= epoch * 30 < on_s for off_s, on_s in marked)
        events.append(Event(epoch * 30, 30, "Sleep stage N2" if asleep else "Sleep stage W"))
    plan = EdfPlan((SignalHeader("SpO2", 1, 0, 100, "%"),), 2400, 60, datetime(2024, 3, 1, 21))
    samples = np.full(40 * HOUR_S, 97, np.float32)
    write_edf(path, plan, [[samples]], events=events)
    return path


def statistics(path, capsys, *options):
    assert main(["statistics", str(path), *options]) == 0
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note: ")]
    assert main(["statistics", str(path), *options, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["tst_min"], notes


def test_it_says_which_of_two_nights_marks_hold(two_nights, capsys):
    _, notes = statistics(two_nights, capsys)
    assert "note: 2 lights off marks (7200 s, 90000 s): the first holds" in notes
    assert "note: 2 lights on marks (36000 s, 118800 s): the last holds" in notes


@pytest.mark.parametrize("marks", [("90000", "118800"), ("23:00", "07:00")])
def test_beside_options_no_other_mark_is_said_to_hold(two_nights, capsys, marks):
    slept_min, notes = statistics(
        two_nights, capsys, "--lights-off", marks[0], "--lights-on", marks[1]
    )
    assert slept_min == 480.0
    assert notes[0] == "note: lights off from option, lights on from option"
    assert not [note for note in notes if "holds" in note]


def test_beside_one_option_the_note_on_the_other_mark_stays(two_nights, capsys):
    _, notes = statistics(two_nights, capsys, "--lights-off", "90000")
    assert [note for note in notes if "holds" in note] == [
        "note: 2 lights on marks (36000 s, 118800 s): the last holds"
    ]
