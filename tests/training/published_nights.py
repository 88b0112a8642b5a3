"""Nights in the files and folders of published data sets; their rhythm tells the stage.

Nobody's sleep: they prove that the files are read, never accuracy on people.
"""

from datetime import datetime

import numpy as np

from sleepscorer.core.events import Event
from sleepscorer.core.runs import runs_of
from sleepscorer.files.edf.writer import EdfPlan, SignalHeader, write_edf

START = datetime(1989, 4, 24, 16, 13, 0)
N_WAKE = 70
# Rechtschaffen & Kales: W 1 2 3 4 R, M for movement time; half an hour of sleep.
SLEEP = "1" * 5 + "2" * 15 + "3" * 5 + "4" * 5 + "M" * 2 + "2" * 10 + "R" * 15 + "W" * 1 + "1" * 2
CODES = "W" * N_WAKE + SLEEP + "W" * N_WAKE
N_EPOCHS = len(CODES)
LABELS = np.array([{"W": 0, "1": 1, "2": 2, "3": 3, "4": 3, "R": 4, "M": -100}[c] for c in CODES])
_RHYTHM_HZ = np.array([20.0, 6.0, 14.0, 2.0, 10.0])
_SLEEP_EDF_TEXTS = {"M": "Movement time", "R": "Sleep stage R", "W": "Sleep stage W"}
_SHHS_TEXTS = {
    "W": "Wake|0", "1": "Stage 1 sleep|1", "2": "Stage 2 sleep|2", "3": "Stage 3 sleep|3",
    "4": "Stage 4 sleep|4", "R": "REM sleep|5", "M": "Movement|6",
}  # fmt: skip


def write_psg(path, seed, rates_hz, *, patient="X X X X", events=()):
    """One signal for each label and rate."""
    rng = np.random.default_rng(seed)
    samples = []
    for rate_hz in rates_hz.values():
        t_s = np.arange(round(N_EPOCHS * 30 * rate_hz)) / rate_hz
        hz = np.repeat(_RHYTHM_HZ[np.maximum(LABELS, 0)], round(30 * rate_hz))
        rhythm = 40 * np.sin(2 * np.pi * hz * t_s)
        samples.append((rhythm + rng.normal(0, 10, t_s.size)).astype(np.float32))
    signals = tuple(SignalHeader(label, rate, -500, 500) for label, rate in rates_hz.items())
    plan = EdfPlan(signals, N_EPOCHS, 30, START, patient_id=patient)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_edf(path, plan, [samples], events=events)
    return path


def _stretches():
    """(first epoch, number of epochs, code) of each stretch of one stage."""
    found = []
    for code in sorted(set(CODES)):
        runs = runs_of(np.array([each == code for each in CODES]))
        found += [(int(first), int(stop - first), code) for first, stop in runs]
    return sorted(found)


def stage_events():
    """As the hypnograms of Sleep-EDF have them, with the tail past the recording's end."""
    tail = Event(N_EPOCHS * 30.0, 3000.0, "Sleep stage ?")
    return [
        *(
            Event(30.0 * first, 30.0 * n, _SLEEP_EDF_TEXTS.get(code, f"Sleep stage {code}"))
            for first, n, code in _stretches()
        ),
        tail,
    ]


def write_sleep_edf(folder, nights=("00:1", "01:1", "02:1")):
    """``SC4ssNE0-PSG.edf`` and ``SC4ssNEC-Hypnogram.edf``, of people ss and their nights N."""
    rates = {
        "EEG Fpz-Cz": 100, "EEG Pz-Oz": 100, "EOG horizontal": 100, "Resp oro-nasal": 1,
        "EMG submental": 1, "Temp rectal": 1, "Event marker": 1,
    }  # fmt: skip
    for index, night in enumerate(nights):
        person, number = night.split(":")
        stem = folder / "sleep-cassette" / f"SC4{person}{number}"
        write_psg(stem.with_name(f"{stem.name}E0-PSG.edf"), index, rates)
        plan = EdfPlan((), 1, 0, START)
        write_edf(stem.with_name(f"{stem.name}EC-Hypnogram.edf"), plan, events=stage_events())
    return folder


def write_shhs(folder, numbers=(1, 2, 3), visit=1):
    """``shhs1-2000NN.edf`` and the NSRR's XML, in the folders that the NSRR has."""
    root = folder / "polysomnography"
    annotations = root / "annotations-events-nsrr" / f"shhs{visit}"
    annotations.mkdir(parents=True, exist_ok=True)
    rates = {"EEG(sec)": 125, "EMG": 125, "EOG(L)": 50, "EOG(R)": 50, "EEG": 125}
    for number in numbers:
        stem = f"shhs{visit}-{200000 + number}"
        write_psg(root / "edfs" / f"shhs{visit}" / f"{stem}.edf", number, rates)
        rows = "".join(
            _scored_event("Stages|Stages", _SHHS_TEXTS[code], 30 * first, 30 * n)
            for first, n, code in _stretches()
        )
        breathing = _scored_event("Respiratory|Respiratory", "Hypopnea|Hypopnea", 2400, 14.6)
        (annotations / f"{stem}-nsrr.xml").write_text(
            '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<PSGAnnotation>'
            "<SoftwareVersion>Compumedics</SoftwareVersion><EpochLength>30</EpochLength>"
            f"<ScoredEvents>{breathing}{rows}</ScoredEvents></PSGAnnotation>\n",
            encoding="utf-8",
        )
    return folder


def _scored_event(kind, concept, start_s, duration_s):
    return (
        f"<ScoredEvent><EventType>{kind}</EventType><EventConcept>{concept}</EventConcept>"
        f"<Start>{start_s:.1f}</Start><Duration>{duration_s:.1f}</Duration></ScoredEvent>\n"
    )


def write_folder(folder, names=("n0", "n1", "n2")):
    """Recordings with an expert's EDF+ scoring beside each."""
    for index, name in enumerate(names):
        psg = write_psg(folder / f"{name}.edf", index, {"EEG C4-M1": 128, "EOG E1-M2": 128})
        scoring = psg.with_name(f"{name}_scoring.edf")
        write_edf(scoring, EdfPlan((), 1, 0, START), events=stage_events())
    return folder
