"""Good small inputs of every reader, made in code, and the door through which each is opened."""

import hashlib
import io
import json
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sleepscorer.cli.info import _facts
from sleepscorer.core.edits import Author
from sleepscorer.core.errors import CodesNeeded, SleepScorerError
from sleepscorer.core.events import Event
from sleepscorer.core.hypnogram import Hypnogram
from sleepscorer.core.report_form import Person, ReportForm
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.stages import Stage
from sleepscorer.core.staging_result import Staging, StagingProvenance
from sleepscorer.core.statistics import sleep_statistics
from sleepscorer.files.edf import EdfPlan, SignalHeader, write_edf
from sleepscorer.files.epochs_npz import scoring_in_npz
from sleepscorer.files.exports import Night, read_stagings_json, stages_read_from
from sleepscorer.files.exports.formats import write_exports
from sleepscorer.files.exports.report.templates import read_template
from sleepscorer.files.folder import recordings_in
from sleepscorer.files.montages.presets import read_preset
from sleepscorer.files.montages.toml import preset_text
from sleepscorer.files.recordings import open_recording
from sleepscorer.files.scorings import codes_named, in_epochs, read_scoring
from sleepscorer.files.sessions import Fingerprint, SessionPlaces
from sleepscorer.files.sessions.lock import lock_path, take_lock
from sleepscorer.pipeline import survey_recording, write_copy
from sleepscorer.session_documents import open_document
from sleepscorer.staging.programs import read_programs

N_EPOCHS = 12
_AUTHOR = Author("anna", "lab-3")
_START = datetime(2019, 3, 4, 22, 40)

Files = dict[str, bytes]
"""The content of the files of one input, by name."""


@dataclass(frozen=True)
class Target:
    """One reader to be fuzzed.

    Parameters
    ----------
    name
        As the option names it.
    make
        Makes its good inputs.
    mutated
        Names of the files that are broken, one at a time.
    opened
        Which of them is opened.
    door
        Opens it as the program does, and looks at what was read.
    kind
        Which structure the mutations know: "text", "edf", "json", "npz", "sqlite", "tensors".
    share
        Of all inputs, against that of the others.
    """

    name: str
    make: Callable[[], list[Files]]
    mutated: tuple[str, ...]
    opened: str
    door: Callable[[Path], Any]
    kind: str = "text"
    share: float = 1.0


def _in_folder(make: Callable[[Path], Any], *names: str) -> Files:
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        return {name: (Path(folder) / name).read_bytes() for name in names}


def _copied_door(path: Path) -> None:
    """A recording that has a de-identified copy has one that can be opened."""
    with tempfile.TemporaryDirectory() as folder:
        open_recording(write_copy(survey_recording(path), Path(folder)))


# -- recordings ----------------------------------------------------------------------------------

_EEG = SignalHeader("EEG C4-M1", 10, -200, 200, "uV")
_EMG = SignalHeader("EMG chin", 4, -2, 2, "mV")
_EVENTS = (
    Event(0.0, 30.0, "Sleep stage W"),
    Event(30.0, 30.0, "Sleep stage N2"),
    Event(45.0, 3.0, "EEG arousal", "EEG C4-M1"),
    Event(60.0, None, "Lights off"),
)


def _edf(folder: Path, *, starts_s: tuple[float, ...] | None = None, name: str = "n.edf") -> None:
    n_records = N_EPOCHS * 3
    plan = EdfPlan((_EEG, _EMG), n_records, 10.0, _START, record_starts_s=starts_s)
    rng = np.random.default_rng(1)
    blocks = [
        [rng.normal(0, 30, 100).astype(np.float32), rng.normal(0, 1, 40).astype(np.float32)]
        for _ in range(n_records)
    ]
    write_edf(folder / name, plan, blocks, events=_EVENTS)


def _edfs() -> list[Files]:
    hypnogram = EdfPlan((), 1, 0.0, _START)
    events = [Event(30.0 * n, 30.0, "Sleep stage N2") for n in range(N_EPOCHS)]
    return [
        _in_folder(_edf, "n.edf"),
        _in_folder(lambda folder: write_edf(folder / "n.edf", hypnogram, events=events), "n.edf"),
    ]


def _interrupted() -> list[Files]:
    n_records = N_EPOCHS * 3
    starts_s = tuple(10.0 * n + (35.0 if n > n_records // 2 else 0.0) for n in range(n_records))
    return [_in_folder(lambda folder: _edf(folder, starts_s=starts_s), "n.edf")]


def _bdfs() -> list[Files]:
    """A BDF and a BDF+ file, byte by byte: the program writes none."""

    def fields(*columns: tuple[list[str], int]) -> bytes:
        return b"".join(
            text.ljust(width).encode("latin-1") for texts, width in columns for text in texts
        )

    n_records, n_samples, n_tals = 12, 30, 16
    plain, plus = [], []
    for is_plus in (False, True):
        labels = ["C4", "BDF Annotations" if is_plus else "Status"]
        header = b"\xffBIOSEMI" + fields(
            (["X X X X"], 80),
            (["Startdate X X X X"], 80),
            (["02.03.19"], 8),
            (["22.15.30"], 8),
            (["768"], 8),
            (["BDF+C" if is_plus else "24BIT"], 44),
            ([str(n_records)], 8),
            (["30"], 8),
            (["2"], 4),
            (labels, 16),
            (["", ""], 80),
            (["uV", ""], 8),
            (["-262144", "-1"], 8),
            (["262143", "1"], 8),
            (["-8388608"] * 2, 8),
            (["8388607"] * 2, 8),
            (["", ""], 80),
            ([str(n_samples), str(n_tals)], 8),
            (["", ""], 32),
        )
        record = np.arange(n_samples, dtype="<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
        for number in range(n_records):
            tals = f"+{30 * number}\x14\x14\0+{30 * number}\x1530\x14Sleep stage W\x14\0".encode()
            last = tals.ljust(3 * n_tals, b"\0") if is_plus else bytes(3 * n_tals)
            header += record + last
        (plus if is_plus else plain).append(header)
    return [{"n.bdf": plain[0]}, {"n.bdf": plus[0]}]


_VHDR = """Brain Vision Data Exchange Header File Version 1.0

[Common Infos]
Codepage=UTF-8
DataFile=n.eeg
MarkerFile=n.vmrk
DataFormat=BINARY
DataOrientation=MULTIPLEXED
NumberOfChannels=2
SamplingInterval=10000

[Binary Infos]
BinaryFormat=INT_16

[Channel Infos]
Ch1=C4,,0.5,µV
Ch2=SaO2,,1,%
"""
_VMRK = """Brain Vision Data Exchange Marker File, Version 1.0

[Common Infos]
Codepage=UTF-8
DataFile=n.eeg

[Marker Infos]
Mk1=New Segment,,1,1,0,20190302221530250000
Mk2=Comment,Lights off,101,1,0
Mk3=Comment,Sleep stage N2,301,3000,0
Mk4=New Segment,,2001,1,0,20190302221630250000
"""


def _brainvision() -> list[Files]:
    samples = np.stack([np.arange(6000) % 300, np.full(6000, 97)], axis=1)
    return [
        {
            "n.vhdr": _VHDR.encode(),
            "n.vmrk": _VMRK.encode(),
            "n.eeg": samples.astype("<i2").tobytes(),
        }
    ]


def _archives() -> list[Files]:
    x = np.random.default_rng(1).normal(0, 30, (4, 2, 300)).astype(np.float32)
    y = np.array([0, 2, 3, 4])

    def make(folder: Path) -> None:
        names = np.array(["C4-M1", "E1-M2"])
        np.savez(folder / "n.npz", x=x, fs=10, channels=names, y=y)
        np.savez_compressed(folder / "c.npz", x=x.astype(np.float64), fs=10.0, y=y)

    both = _in_folder(make, "n.npz", "c.npz")
    return [{"n.npz": both["n.npz"]}, {"n.npz": both["c.npz"]}]


def _looked_at(path: Path) -> None:
    recording = open_recording(path)
    json.dumps(_facts(recording))
    for signal in recording.signals[:5]:
        for start_s in (0.0, recording.duration_s - 30.0):
            signal.read(start_s, start_s + 30.0)


def _through_all(*doors: Callable[[Path], Any]) -> Callable[[Path], None]:
    """Try every door, also where one before it was shut, and raise what was refused last."""

    def door(path: Path) -> None:
        refused: SleepScorerError | None = None
        for one in doors:
            try:
                one(path)
            except SleepScorerError as error:
                refused = error
        if refused is not None:
            raise refused

    return door


def _listed(path: Path) -> None:
    recordings_in(path.parent, lambda *_: None)


_archive = _through_all(_listed, _looked_at, scoring_in_npz)
_as_scoring_too = _through_all(_listed, _looked_at, read_scoring)


# -- scorings ------------------------------------------------------------------------------------

_CYCLE = ("W", "N1", "N2", "N3", "R", "?")


def _tables() -> list[Files]:
    stages = [_CYCLE[n % len(_CYCLE)] for n in range(N_EPOCHS)]
    own = "\n".join(
        ["epoch,start_s,stage", *(f"{n + 1},{30 * n},{stage}" for n, stage in enumerate(stages))]
    )
    clocks = [
        f"{n + 1};22:{40 + n // 2}:{30 * (n % 2):02d};{stage}" for n, stage in enumerate(stages)
    ]
    bids = [f"{30 * n}\t30\t{stage}" for n, stage in enumerate(stages)]
    decimal = [f'"{30 * n},0";"30,0";{stage}' for n, stage in enumerate(stages)]
    return [
        {"n.csv": own.encode()},
        {"n.csv": "\n".join(["Epoch;Time;Stage", *clocks]).encode("utf-8-sig")},
        {"n.csv": "\n".join(["onset\tduration\tstage", *bids]).encode()},
        {"n.csv": "\r\n".join(["onset;duration;stage", *decimal]).encode("utf-16")},
    ]


def _lines() -> list[Files]:
    return [
        {"n.txt": "\n".join(_CYCLE * 3).encode()},
        {"n.txt": "\r\n".join(["Sleep stage W", "Sleep stage 2", "Sleep stage R"] * 3).encode()},
    ]


_NUMBERS = (0, 0, 1, 2, 2, 3, 4, 2, 5, 5, 7, 0)


def _commented() -> list[Files]:
    codes = "# 1 value per 30 seconds\n# 0: Wake, 1: N1, 2: N2, 3: N3, 4: S4, 5: REM, 7: ?\n"
    numbers = "\n".join(map(str, _NUMBERS))
    floats = "\r\n".join(f"{number:.6e}" for number in _NUMBERS)
    return [
        {"n.txt": f"{codes}{numbers}\n".encode()},
        {"n.txt": f"{floats}\r\n% W=0, N1=1, N2=2, N3=3, R=5\r\n".encode()},
    ]


def _two_columns() -> list[Files]:
    numbered = "\n".join(f"{n} {number}" for n, number in enumerate(_NUMBERS, start=1))
    flagged = "\n".join(f"{number}\t{n % 5 == 3:d}" for n, number in enumerate(_NUMBERS))
    seconds = "\n".join(f"{20 * n},{number}" for n, number in enumerate(_NUMBERS))
    return [{"n.sta": text.encode()} for text in (numbered, flagged, seconds)]


def _hyps() -> list[Files]:
    head = "time_base 10.000000\nsampling_period 0.001\nepoch_nb 36\nepoch_list\n"
    codes = "\n".join(str(number) for number in _NUMBERS for _ in range(3))
    return [{"n.hyp": f"{head}{codes}\n".encode()}]


def _viss() -> list[Files]:
    rows = "1 0    Track  1: Excluded 4-s-FFTs\n3 1\n5 2 F\n8 3\n9 2 _\n11 m\n12 r X\n20 e\n"
    foot = (
        "0\n\n     0     1     2     3     4     r     m  else TOTAL\n"
        "     3     2     5     1     0     8     1     0    20\n"
    )
    return [{"n.vis": f"0\n{rows}{foot}".encode()}, {"n.vis": f"3\n{rows}".encode()}]


def _alices() -> list[Files]:
    head = "a,b,x,24.08.2016,23:58:00,25.08.2016,00:00:35"
    codes = (11, 11, 13, 14, 15)
    seconds = [str(code) for code in codes for _ in range(30)] + ["12"] * 5
    return [{"n.csv": "\r\n".join([head, *seconds]).encode()}]


def _jsons() -> list[Files]:
    stages = ("Wake", "N1", "N2", None, "N3", "REM")
    epochs = [
        {"epoch": i + 1, "start": 30 * i, "end": 30 * (i + 1), "stage": stage, "clean": 1}
        for i, stage in enumerate(stages)
    ]
    event = {"key": "F1", "event": "Spindle", "digit": 1, "epoch": [2], "start": 31.5, "end": 32.5}
    columns = {name: [0.2] * 3 for name in ("WAKE", "N1", "N2", "N3", "REM")}
    yasa = {"values": ["WAKE", "N2", "REM"], "n_stages": 5, "freq": "30s", "proba": columns}
    yasa |= {"start": "2022-12-15T22:30:00+01:00", "scorer": "YASA"}
    named = {"hypnogram": _NUMBERS, "epoch_length": 20}
    documents = ([epochs, [event]], yasa, list(_NUMBERS), named)
    return [{"n.json": json.dumps(document).encode()} for document in documents]


def _coded_door(path: Path) -> None:
    try:
        scoring = read_scoring(path)
    except CodesNeeded:
        scoring = read_scoring(path, codes=codes_named("rk"))
    try:
        in_epochs(scoring, epochs="majority")
    except SleepScorerError as error:
        # It is of no file: whoever asked for it names the file.
        error.path = path
        raise


def _clocks() -> list[str]:
    """Every 30 s of a few minutes around midnight."""
    first = datetime(2019, 3, 4, 23, 57)
    return [f"{first + timedelta(seconds=30 * n):%H:%M:%S}" for n in range(N_EPOCHS)]


def _dominos() -> list[Files]:
    head = (
        "Signal ID: SchlafProfil\\profil\nStart Time: 24.03.2019 23:57:00\nUnit: \n"
        "Signal Type: Discret\nEvents list: N3,N2,N1,Rem,Wach,Artefakt\nRate: 30 s\n\n"
    )
    words = ("Wach", "N1", "N2", "N3", "Rem", "A")
    rows = [f"{clock},000; {words[n % 6]}\n" for n, clock in enumerate(_clocks())]
    events = "Signal ID: Flow\\flow\nUnit: s\n\n00:41:31,513-00:41:42,736; 11;Hypopnea\n"
    return [{"n.txt": (head + "".join(rows)).encode()}, {"n.txt": events.encode("cp1252")}]


def _event_lists() -> list[Files]:
    words = ("SLEEP-S0", "SLEEP-S1", "SLEEP-S2", "SLEEP-S4", "SLEEP-REM", "SLEEP-MT")
    rows = [f"W\t{clock}\t{words[n % 6]}\t30\tC4\n" for n, clock in enumerate(_clocks())]
    remlogic = (
        "RemLogic Event Export\r\nPatient:\tX\r\nRecording Date:\t24/03/2019\r\n\r\n"
        "Sleep Stage\tTime [hh:mm:ss]\tEvent\tDuration[s]\tLocation\r\n" + "\r\n".join(rows)
    )
    nox = "Heure de début,Heure de fin,Événement,Durée,\r\n[],[],[],[s],\r\n" + "".join(
        f"24/03/2019 23:{n:02}:00,24/03/2019 23:{n:02}:30,{word},30,\r\n"
        for n, word in enumerate(("Éveil", "N1", "Micro-éveil", "N2", "REM"))
    )
    snooz = "group\tname\tstart_sec\tduration_sec\tchannels\n" + "".join(
        f"stage\t{n % 6}\t{30 * n}\t30\t[]\nspindle\tA7\t{30 * n + 3}.5\t0.8\t['C4']\n"
        for n in range(N_EPOCHS)
    )
    bids = "onset\tduration\ttrial_type\n" + "".join(
        f"{30 * n}\t{'n/a' if n == 5 else 30}\tsleep_{_CYCLE[n % 5]}\n" for n in range(N_EPOCHS)
    )
    return [
        {"n.txt": remlogic.encode("latin-1")},
        {"n.txt": nox.encode("utf-16")},
        {"n.txt": snooz.encode()},
        {"n.txt": (bids + "33\t4\tarousal\n").encode()},
    ]


def _lunas() -> list[Files]:
    six = "# N2 | stage\nclass\tinstance\tchannel\tstart\tstop\tmeta\n" + "".join(
        f"{_CYCLE[n % 6]}\t.\t.\t{30 * n}\t{30 * n + 30}\t.\n" for n in range(N_EPOCHS)
    )
    clocks = "".join(f"N{n % 3 + 1} {clock} +30\n" for n, clock in enumerate(_clocks()))
    return [
        {"n.annot": (six + "arousal\t1\tC4\t40.5\t+3\tdur=3\n").encode()},
        {"n.annot": clocks.encode()},
        {"n.annot": b"W e:1 e:3\nN2 0+00:01:30 ...\nR 240 300\nlights_on 300 .\n"},
    ]


def _other_texts() -> list[Files]:
    usleep = "EPOCH=30.0s\nSTART=2019/03/24-23:57:00\n" + "\n".join(_CYCLE * 3)
    visbrain = "*Duration_sec\t600\n*Datafile\tn.edf\nWake\t120\nN1\t150\nArt\t180\nREM\t600\n"
    rows = "".join(f"{clock};{_CYCLE[n % 6]}\n" for n, clock in enumerate(_clocks()))
    dreams = "[hypnogram]\n" + "\n".join(
        "5 5 3 2 2 1 4 0 -1 -2".replace(" ", "\n") for _ in range(3)
    )
    mne = "# MNE-Annotations\n# orig_time : 2020-01-02 22:30:00\n# onset, duration, description\n"
    mne += "".join(f"{30 * n},30.0,Sleep stage {_CYCLE[n % 6]}\n" for n in range(N_EPOCHS))
    return [
        {"n.txt": dreams.encode()},
        {"n.txt": mne.encode()},
        {"n.txt": usleep.encode()},
        {"n.txt": visbrain.encode()},
        {"n.txt": rows.encode()},
        {"n.txt": b"0,60,W\n60,90,N1\n90,300,R\n"},
    ]


def _xmls() -> list[Files]:
    rows = "".join(
        "<ScoredEvent><EventType>Stages|Stages</EventType>"
        f"<EventConcept>{concept}</EventConcept><Start>{60 * n}</Start>"
        "<Duration>60</Duration></ScoredEvent>"
        for n, concept in enumerate(
            ("Wake|0", "Stage 1 sleep|1", "Stage 2 sleep|2", "Stage 4 sleep|4", "REM sleep|5")
        )
    )
    arousal = (
        "<ScoredEvent><EventType>Arousals|Arousals</EventType>"
        "<EventConcept>Arousal|Arousal ()</EventConcept><Start>75.5</Start>"
        "<Duration>4.2</Duration><SignalLocation>C4</SignalLocation></ScoredEvent>"
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?><PSGAnnotation>'
        "<SoftwareVersion>Compumedics</SoftwareVersion><EpochLength>30</EpochLength>"
        f"<ScoredEvents>{rows}{arousal}</ScoredEvents></PSGAnnotation>"
    )
    early = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><PSGAnnotation><EpochLength>30</EpochLength>'
        "<ScoredEvents><ScoredEvent><EventConcept>Recording Start Time</EventConcept>"
        "<Start>0</Start><ClockTime>30.01.97 22.00.00</ClockTime></ScoredEvent>"
        + "".join(
            f"<ScoredEvent><EventConcept>{concept}</EventConcept><Duration>30.0</Duration>"
            f"<Start>{30.0 * n}</Start></ScoredEvent>"
            for n, concept in enumerate(
                ("SDO:WakeState", "SDO:NonRapidEyeMovementSleep-N2", "SRO:Stage3Sleep", "SLEEP-REM")
            )
        )
        + "</ScoredEvents></PSGAnnotation>"
    )
    return [{"n.xml": text.encode()}, {"n.xml": early.encode()}]


def _profusions() -> list[Files]:
    text = (
        "<CMPStudyConfig><EpochLength>30</EpochLength><ScoredEvents><ScoredEvent>"
        "<Name>Hypopnea</Name><Start>70.5</Start><Duration>12</Duration><Input>AIRFLOW</Input>"
        "</ScoredEvent></ScoredEvents><SleepStages>"
        + "".join(f"<SleepStage>{stage}</SleepStage>" for stage in (0, 1, 2, 3, 4, 5, 6, 9, 10))
        + "</SleepStages></CMPStudyConfig>"
    )
    return [{"n.xml": text.encode()}]


def _emblas() -> list[Files]:
    rows = "".join(
        f'<Event><Type dt:dt="string">{kind}</Type><Location>C3-M2</Location>'
        f"<StartTime>2010-01-26T22:{42 + n}:00.000000</StartTime>"
        f"<StopTime>2010-01-26T22:{42 + n}:{seconds}.000000</StopTime></Event>"
        for n, (kind, seconds) in enumerate(
            [
                ("SLEEP-S0", 30),
                ("SLEEP-S2", 30),
                ("LIGHTS-OFF", "00"),
                ("AROUSAL", "04"),
                ("SLEEP-S3", 30),
                ("SLEEP-REM", 30),
            ]
        )
    )
    text = (
        '<EventExport xmlns:dt="urn:schemas-microsoft-com:datatypes">'
        f"<Events>{rows}</Events></EventExport>"
    )
    return [{"n.xml": text.encode()}]


def _rmls() -> list[Files]:
    points = "".join(
        f'<Stage Type="{stage}" Start="{60 * n}"/>'
        for n, stage in enumerate(("NotScored", "Wake", "NonREM1", "NonREM2", "NonREM3", "REM"))
    )
    text = (
        '<PatientStudy xmlns="http://www.respironics.com/PatientStudy.xsd"><Sessions><Session>'
        "<RecordingStart>2019-05-02T22:02:55</RecordingStart><Duration>400</Duration>"
        "<LightsOff>60</LightsOff><LightsOn>300</LightsOn></Session></Sessions>"
        '<Channels><Channel EdfSignal="4"><Label>Leg 1</Label></Channel></Channels><ScoringData>'
        '<Events><Event Family="Limbs" Type="LegMovement" Start="150" Duration="2">'
        '<LegMovement EdfSignal="4"/></Event></Events><StagingData><UserStaging>'
        f"<NeuroAdultAASMStaging>{points}</NeuroAdultAASMStaging></UserStaging><MachineStaging>"
        f"<NeuroAdultAASMStaging>{points}</NeuroAdultAASMStaging></MachineStaging></StagingData>"
        "</ScoringData></PatientStudy>"
    )
    return [{"n.rml": text.encode()}]


def _wonambis() -> list[Files]:
    rows = "".join(
        f"<epoch><epoch_start>{30 * n}</epoch_start><epoch_end>{30 * n + 30}</epoch_end>"
        f"<stage>{stage}</stage><quality>{'Poor' if n % 2 else 'Good'}</quality></epoch>"
        for n, stage in enumerate(("Wake", "NREM1", "NREM2", "NREM3", "REM", "Artefact"))
    )
    text = (
        '<annotations version="5"><dataset><start_time>2019-03-04T22:40:00</start_time></dataset>'
        '<rater name="a"><bookmarks><bookmark><bookmark_name>Lights off</bookmark_name>'
        "<bookmark_start>30.0</bookmark_start></bookmark></bookmarks>"
        '<events><event_type type="x"><event><event_start>65</event_start><event_end>66</event_end>'
        f"</event></event_type></events><stages>{rows}</stages></rater>"
        "{0}</annotations>"
    )
    second = f'<rater name="b"><stages>{rows}</stages></rater>'
    return [
        {"n.xml": text.replace("{0}", "").encode()},
        {"n.xml": text.replace("{0}", second).encode()},
    ]


def _edfbrowsers() -> list[Files]:
    texts = ("Sleep stage W", "Lights off", "Sleep stage 2", "EEG arousal", "Sleep stage R")
    rows = [(30 * n, text) for n, text in enumerate(texts)]
    annotations = "".join(
        f"<annotation><onset>2024-03-01T22:{n // 60:02d}:{n % 60:02d}.0000000</onset>"
        f"<duration>30</duration><description>{text}</description></annotation>"
        for n, text in rows
    )
    xml = (
        "<annotationlist><recording_start_time>2024-03-01T22:00:00.0000000"
        f"</recording_start_time>{annotations}</annotationlist>"
    )
    seconds = "".join(f"+{n}.0000000,30,{text}\n" for n, text in rows)
    clocks = "".join(
        f"2024-03-01T22:{n // 60:02d}:{n % 60:02d}\t2024-03-01T22:{n // 60:02d}:59\t{text}\r\n"
        for n, text in rows
    )
    return [
        {"n.txt": xml.encode()},
        {"n.txt": f"Onset,Duration,Annotation\n{seconds}".encode()},
        {"n.txt": f"#Onset\tEnd\tAnnotation\r\n{clocks}".encode()},
    ]


# -- sessions ------------------------------------------------------------------------------------


@cache
def _session() -> Files:
    def make(folder: Path) -> None:
        _edf(folder)
        document = open_document(folder / "n.edf", author=_AUTHOR)
        try:
            document.session.score([0, 1], Stage.N2)
            document.session.score([3], Stage.R)
            document.session.undo()
            document.session.score([4, 5], Stage.W)
            document.session.set_form(ReportForm(Person("Erika", height_cm=170), "fine"))
            document.session.sign("Anna", Meaning.SCORED)
            document.session.unlock("one more")
            document.session.sign("Anna", Meaning.REVIEWED)
        finally:
            document.close()

    return _in_folder(make, "n.edf", "n.sleepscorer")


def _sessions() -> list[Files]:
    return [_session()]


def _locks() -> list[Files]:
    def make(folder: Path) -> None:
        with sqlite3.connect(folder / "lock") as made:
            made.execute(
                "CREATE TABLE holder (only INTEGER PRIMARY KEY CHECK (only = 1),"
                " user TEXT NOT NULL, workstation TEXT NOT NULL,"
                " since TEXT NOT NULL, token TEXT NOT NULL)"
            )
            made.execute(
                "INSERT INTO holder VALUES (1, 'anna', 'lab-3', '2024-03-01T22:10:00+00:00', 'ab')"
            )
        made.close()

    lock = _in_folder(make, "lock")["lock"]
    return [{**_session(), "n.sleepscorer-lock": lock}]


def _read_session(path: Path) -> None:
    open_document(path, author=_AUTHOR, read_only=True).close()


def _edited_session(path: Path) -> None:
    open_document(path.with_suffix(".edf"), author=_AUTHOR).close()


_session_door = _through_all(_read_session, _edited_session)


def _lock_door(path: Path) -> None:
    session_path = path.with_name("n.sleepscorer")
    assert lock_path(session_path) == path
    take_lock(session_path, _AUTHOR).release()


_FINGERPRINT = Fingerprint(1234, "ab" * 32)
_PLACES_FILE = f"1234-{'ab' * 16}.json"


def _places() -> list[Files]:
    return [{_PLACES_FILE: json.dumps(["/nights/n.sleepscorer", "/other/n.sleepscorer"]).encode()}]


def _places_door(path: Path) -> None:
    places = SessionPlaces(path.parent)
    places.of(_FINGERPRINT)
    places.add(_FINGERPRINT, Path("/nights/n.sleepscorer"))


# -- JSON, TOML, weights -------------------------------------------------------------------------


def _stagings() -> list[Files]:
    stages = np.resize(np.array([0, 1, 2, 3, 4, -1], np.int8), N_EPOCHS)
    rng = np.random.default_rng(7)
    probabilities = rng.dirichlet(np.ones(5), N_EPOCHS).astype(np.float32)
    probabilities[stages < 0] = np.nan
    made = StagingProvenance(
        weights_name="w",
        weights_sha256="ab" * 32,
        eeg=("C4-M1",),
        eog=("E1-M2",),
        emg=(),
        device="cpu",
        software="sleepscorer 0.1.0",
        created_utc="2024-01-01T00:00:00Z",
        notes=("no chin EMG was found",),
        review_curve=((0.0, 0.2, 0.8), (1.0, 1.0, 1.0)),
        suggested_lights_s=(30.0, 300.0),
    )
    hypnogram = Hypnogram(stages, 30.0)
    night = Night(
        path=Path("n.edf"),
        format_name="EDF+C",
        start=_START,
        duration_s=N_EPOCHS * 30.0,
        hypnogram=hypnogram,
        statistics=sleep_statistics(hypnogram),
        lights_source="none",
        patient_id="X X X X",
        recording_id="Startdate X X X X",
        staging=Staging(probabilities, made),
        others=(Staging(probabilities, made),),
        events=_EVENTS,
        sha256="0f" * 32,
    )

    def make(folder: Path) -> None:
        write_exports(night, folder, stem="n", formats=("json",), force=True)

    return [_in_folder(make, "n_staging.json")]


_staging_door = _through_all(read_stagings_json, stages_read_from)


def _settings() -> list[Files]:
    settings = {
        "settings_format": 1,
        "theme": "dark",
        "own_keys": {"score.w": ["V", "Ctrl+1"], "go.next": ["Right"]},
        "page_length_s": 30,
        "screen_mm_per_px": 0.25,
        "recent_files": ["/nights/a.edf", "/nights/b.edf"],
        "export_formats": ["edf", "csv"],
        "scorer": "Anna",
        "of_a_newer_version": [1, {"a": 2}],
    }
    return [{"settings.json": json.dumps(settings, indent=1).encode()}]


def _settings_door(path: Path) -> None:
    # Imported here: on a machine without Qt the other readers are fuzzed all the same.
    from sleepscorer.gui.keys import keys_of
    from sleepscorer.gui.look.theme import theme_named
    from sleepscorer.gui.settings import SettingsFile
    from sleepscorer.gui.view_state import layout_of

    settings = SettingsFile(path)
    keys_of(settings.now)
    theme_named(settings.now.theme)
    layout_of(settings.now.window_geometry)
    settings.add_recent_file(Path("/nights/c.edf"))


@cache
def _weights(*, recalibrated: bool) -> Files:
    import torch
    from safetensors.torch import save

    from sleepscorer.staging.checkpoint import weights_files
    from sleepscorer.staging.confidence import ConfidenceModel
    from sleepscorer.staging.networks.staging_network import NetworkConfig, StagingNetwork
    from sleepscorer.staging.recalibration import Recalibration

    torch.manual_seed(1)
    # The threads of a library do not survive a fork.
    torch.set_num_threads(1)
    config = NetworkConfig(front_end="spectrogram_cnn", heads=("lstm",), width=8)
    tensors = save(StagingNetwork(config).state_dict())

    def make(folder: Path) -> None:
        made = weights_files(
            tensors,
            architecture="StagingNetwork",
            network=config.as_dict(),
            summary="Made to be broken.",
            confidence=ConfidenceModel((1.0, 0.5, 0.1), (0.1, 0.2, 0.3, 0.4, 0.5)),
            review_curve=((0.0, 0.2, 0.8), (1.0, 1.0, 1.0)),
            recalibration=Recalibration.identity() if recalibrated else None,
        )
        for name, content in made.items():
            (folder / name).write_bytes(content)

    return _in_folder(make, "config.json", "weights.safetensors")


def _weights_inputs() -> list[Files]:
    return [_weights(recalibrated=False), _weights(recalibrated=True)]


def _config_door(path: Path) -> None:
    from sleepscorer.staging.checkpoint import read_info
    from sleepscorer.staging.loading import load_network

    load_network(read_info(path.parent))


def _tensors_door(path: Path) -> None:
    # Whoever changes the tensors can change the configuration as well.
    config = path.with_name("config.json")
    content = json.loads(config.read_text())
    content["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    config.write_text(json.dumps(content))
    _config_door(path)


_MONTAGE = """name = "ours"
all_signals = false

[[trace]]
wants = ["C4-M1", "C3-M2"]
height_uv = 75.0
filter = { low_hz = 0.3, high_hz = 35, notch_hz = 50 }
colour = "#1f6b45"
inverted = true

[[trace]]
kinds = ["eog"]
most = 2
filter = "none"
visible = true
amplitude_lines = false
"""


def _montages() -> list[Files]:
    return [{"n.toml": _MONTAGE.encode()}]


def _montage_door(path: Path) -> None:
    preset_text(read_preset(path))


_TEMPLATE = """
name = "Moonlight"
language = "de"
pages = [["letterhead", "title", "own.limits"], [["cycles", "transitions"], "notes"]]
[letterhead]
laboratory = "Moonlight"
lines = ["Street 7", "Telephone"]
logo = "logo.png"
logo_height_mm = 12.5
[texts]
"report.page" = "{page} / {pages}"
[[sentence]]
name = "limits"
heading = "Limits"
text = "One night is one night."
"""


def _templates() -> list[Files]:
    logo = io.BytesIO()
    Image.new("RGB", (12, 8), "#1f4e79").save(logo, "PNG")
    return [{"n.toml": _TEMPLATE.encode(), "logo.png": logo.getvalue()}]


_STAGERS = """
[gssc]
title = "GSSC 0.0.9"
command = ["~/gssc/python", "night.py", "{recording}", "{output}", "--eeg={eeg}"]
output = "night.hyp"
time_limit_min = 30
"""


def _stagers() -> list[Files]:
    return [{"stagers.toml": _STAGERS.encode()}]


TARGETS = (
    Target("npz", _archives, ("n.npz",), "n.npz", _archive, "npz", 2.0),
    Target("edf", _edfs, ("n.edf",), "n.edf", _as_scoring_too, "edf", 1.5),
    Target("edf+d", _interrupted, ("n.edf",), "n.edf", _as_scoring_too, "edf"),
    Target("bdf", _bdfs, ("n.bdf",), "n.bdf", _as_scoring_too, "edf"),
    Target("copy", _edfs, ("n.edf",), "n.edf", _copied_door, "edf"),
    Target("copy-bdf", _bdfs, ("n.bdf",), "n.bdf", _copied_door, "edf", 0.5),
    Target(
        "brainvision", _brainvision, ("n.vhdr", "n.vmrk", "n.eeg"), "n.vhdr", _looked_at, share=0.7
    ),
    Target("table", _tables, ("n.csv",), "n.csv", read_scoring, share=2.0),
    Target("lines", _lines, ("n.txt",), "n.txt", read_scoring),
    Target("commented", _commented, ("n.txt",), "n.txt", _coded_door),
    Target("columns", _two_columns, ("n.sta",), "n.sta", _coded_door),
    Target("elan", _hyps, ("n.hyp",), "n.hyp", _coded_door),
    Target("vis", _viss, ("n.vis",), "n.vis", _coded_door),
    Target("alice", _alices, ("n.csv",), "n.csv", _coded_door),
    Target("json", _jsons, ("n.json",), "n.json", _coded_door, "json"),
    Target("domino", _dominos, ("n.txt",), "n.txt", read_scoring),
    Target("events", _event_lists, ("n.txt",), "n.txt", read_scoring, share=1.5),
    Target("luna", _lunas, ("n.annot",), "n.annot", read_scoring),
    Target("other texts", _other_texts, ("n.txt",), "n.txt", read_scoring),
    Target("xml", _xmls, ("n.xml",), "n.xml", read_scoring, share=1.5),
    Target("profusion", _profusions, ("n.xml",), "n.xml", read_scoring),
    Target("embla", _emblas, ("n.xml",), "n.xml", read_scoring),
    Target("rml", _rmls, ("n.rml",), "n.rml", read_scoring),
    Target("wonambi", _wonambis, ("n.xml",), "n.xml", read_scoring),
    Target("edfbrowser", _edfbrowsers, ("n.txt",), "n.txt", read_scoring),
    Target(
        "session",
        _sessions,
        ("n.sleepscorer",),
        "n.sleepscorer",
        _session_door,
        "sqlite",
        share=1.5,
    ),
    Target(
        "lock", _locks, ("n.sleepscorer-lock",), "n.sleepscorer-lock", _lock_door, "sqlite", 0.5
    ),
    Target("staging", _stagings, ("n_staging.json",), "n_staging.json", _staging_door, "json", 1.5),
    Target("stagers", _stagers, ("stagers.toml",), "stagers.toml", read_programs, share=0.5),
    Target("settings", _settings, ("settings.json",), "settings.json", _settings_door, "json"),
    Target("config", _weights_inputs, ("config.json",), "config.json", _config_door, "json"),
    Target(
        "tensors",
        _weights_inputs,
        ("weights.safetensors",),
        "weights.safetensors",
        _tensors_door,
        "tensors",
        0.7,
    ),
    Target("places", _places, (_PLACES_FILE,), _PLACES_FILE, _places_door, "json", 0.3),
    Target("montage", _montages, ("n.toml",), "n.toml", _montage_door),
    Target("template", _templates, ("n.toml", "logo.png"), "n.toml", read_template),
)
"""Every reader of files that come from elsewhere."""
