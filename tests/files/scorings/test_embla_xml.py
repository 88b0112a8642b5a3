"""Scorings of Embla and RemLogic."""

from datetime import datetime

import numpy as np
import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.core.events import Event
from sleepscorer.files.edf import EdfPlan, SignalHeader, write_edf
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.scorings import fitted, read_scoring
from sleepscorer.files.scorings.embla_xml import read_embla_xml

STRING = ' dt:dt="string"'


def event(kind, start, stop, location="EEG-C3-M2", typed=STRING):
    fields = (("Type", kind), ("Location", location), ("StartTime", start), ("StopTime", stop))
    inner = "".join(f"<{name}{typed}>{text}</{name}>" for name, text in fields)
    more = "<Parameters><Parameter><Key>1</Key><Value>SLEEP-S4</Value></Parameter></Parameters>"
    return f"<Event>{inner}{more}</Event>"


def at(seconds):
    """A clock time: the recording began at 22:42:00, and midnight comes after 78 minutes."""
    minutes, second = divmod(22 * 3600 + 42 * 60 + seconds, 60)
    hour, minute = divmod(int(minutes), 60)
    return f"2010-01-{26 + hour // 24:02d}T{hour % 24:02d}:{minute:02d}:{second:09.6f}"


def export(*events):
    types = "<EventTypes><EventType>SLEEP-S0</EventType></EventTypes>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n'
        '<EventExport xmlns:dt="urn:schemas-microsoft-com:datatypes">'
        f"<PatientInfo><ID>X</ID></PatientInfo>{types}<Events>{''.join(events)}</Events>"
        "</EventExport>"
    )


STAGES = ("SLEEP-S0", "SLEEP-S1", "SLEEP-S2", "SLEEP-S3", "SLEEP-S4", "SLEEP-REM", "SLEEP-UNSCORED")


def staged(*, first_s=4350.0, epoch_s=30.0, stages=STAGES):
    return [
        event(stage, at(first_s + epoch_s * n), at(first_s + epoch_s * (n + 1)))
        for n, stage in enumerate(stages)
    ]


def test_the_epochs_count_from_the_first_stage_and_start_at_its_time(tmp_path):
    path = tmp_path / "night.xml"
    others = [
        event("ANALYSIS-START", at(4333.551671), at(4333.551671), "SpO2"),
        event("LIGHTS-OFF", at(4380), at(4380)),
        event("AROUSAL", at(4391.25), at(4395.75)),
        event("DESAT", "", ""),
        event("LIGHTS-ON", at(4500), at(4500)),
    ]
    path.write_bytes(export(*others, *staged()).encode())
    found = read_scoring(path)
    assert found.format == "embla"
    assert found.start == datetime(2010, 1, 26, 23, 54, 30)
    assert found.hypnogram.stages.tolist() == [0, 1, 2, 3, 3, 4, -1]
    assert (found.hypnogram.lights_off_s, found.hypnogram.lights_on_s) == (30, 150)
    before, arousal = found.events
    assert before.onset_s == pytest.approx(-16.448329)
    assert arousal == Event(41.25, 4.5, "AROUSAL", "EEG-C3-M2")
    assert found.notes == (
        "events without a time that can be read were left out: 1",
        "stages 3 and 4 of Rechtschaffen & Kales were taken as N3",
    )


def test_the_list_alone_past_midnight():
    bare = "<Events>" + "".join(staged(first_s=4650.0)).replace(STRING, "") + "</Events>"
    found = read_embla_xml(bare)
    assert found.start == datetime(2010, 1, 26, 23, 59, 30)
    assert found.hypnogram.stages.tolist() == [0, 1, 2, 3, 3, 4, -1]


def test_it_comes_to_lie_on_its_recording_with_events_and_lights(tmp_path):
    plan = EdfPlan(
        (SignalHeader("C4-M1", 1, -200, 200, "uV"),), 160, 30.0, datetime(2010, 1, 26, 22, 42)
    )
    blocks = [[np.zeros(30, np.float32)] for _ in range(160)]
    write_edf(tmp_path / "night.edf", plan, blocks)
    path = tmp_path / "night.xml"
    others = [event("LIGHTS-OFF", at(4380), at(4380)), event("AROUSAL", at(4391.25), at(4395.75))]
    path.write_text(export(*others, *staged()), encoding="utf-8")
    found = fitted(read_scoring(path), open_recording(tmp_path / "night.edf"))
    stages = found.hypnogram.stages.tolist()
    assert stages[145:152] == [0, 1, 2, 3, 3, 4, -1]
    assert set(stages[:145] + stages[152:]) == {-1}
    assert found.hypnogram.lights_off_s == 4380
    assert found.events == (Event(4391.25, 4.5, "AROUSAL", "EEG-C3-M2"),)
    assert any("covers epochs 146 to 152 of 160" in note for note in found.notes)


def test_a_gap_is_unscored_and_epochs_of_20_s_are_read():
    rows = staged()
    assert read_embla_xml(export(*rows[:2], *rows[3:])).hypnogram.stages.tolist() == [
        0, 1, -1, 3, 3, 4, -1,
    ]  # fmt: skip
    short = read_embla_xml(export(*staged(epoch_s=20.0)))
    assert (short.hypnogram.epoch_s, short.hypnogram.n_epochs) == (20, 7)


def test_stages_told_twice():
    rows = staged(stages=("SLEEP-S0", "SLEEP-S1") * 6)
    assert read_embla_xml(export(*rows, *rows)).hypnogram.stages.tolist() == [0, 1] * 6
    others = staged(stages=("SLEEP-S2",) * 12)
    with pytest.raises(ScoringError, match="two stages at once"):
        read_embla_xml(export(*rows, *others))


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([event("APNEA", at(0), at(12))], "holds no sleep stages"),
        ([event("SLEEP-S0", at(0), "")], "a stage SLEEP-S0 lasts from .* to ''"),
        ([event("SLEEP-S0", at(30), at(0))], "a stage SLEEP-S0 lasts from"),
        ([event("SLEEP-S0", "2010-01-26T22:00:00Z", "2010-01-26T22:00:30Z")], "lasts from"),
        ([event("SLEEP-S0", "2010-13-26T22:00:00", "2010-13-26T22:00:30")], "lasts from"),
        ([event("SLEEP-S0", at(0), at(30)), event("SLEEP-S1", "2010-06-26T22:42:00.000000",
          "2010-06-26T22:42:30.000000")], "more than 10"),
    ],
)  # fmt: skip
def test_what_can_not_be_true_is_said(events, words):
    with pytest.raises(ScoringError, match=words):
        read_embla_xml(export(*events))
