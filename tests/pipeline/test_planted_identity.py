"""A person's name, code and birthdate in every field that a recording has: no output holds them."""

import os
import re
import unicodedata
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from sleepscorer.cli import main
from sleepscorer.core.edits import Author
from sleepscorer.core.events import Event
from sleepscorer.core.report_form import Person, ReportForm
from sleepscorer.core.signatures import Meaning
from sleepscorer.core.stages import Stage
from sleepscorer.files.edf import EdfPlan, SignalHeader, write_edf
from sleepscorer.files.exports import FORMATS
from sleepscorer.logs import LOGGER, log_path, start_logging
from sleepscorer.pipeline import Destination, ScoreOptions, score_recording
from sleepscorer.session_documents import export_document, open_document
from sleepscorer.staging.stager import Stager

NAME, FIRST, CODE = "Müllenbeck", "Annegret", "QZ-0048213"
DATES = (
    *("1951-05-02", "02.05.1951", "2/5/51", "02-MAY-1951", "2 May 1951", "19510502", "020551"),
    "May 2, 1951",
)
PIECES = ("mullenb", "muellenb", "annegr", "0048213", "48213", "qz", "1951", "020551", "hildegund")
N_S = 600


@pytest.fixture(scope="module")
def stager():
    return Stager(device="cpu")


def _spelled(form: str) -> str:
    return unicodedata.normalize(form, f"{NAME} {FIRST}")


def _edf(folder: Path, date: str) -> Path:
    path = folder / unicodedata.normalize("NFD", f"{FIRST}_{NAME}_{date.replace('/', '-')}.edf")
    labels = ("C4-M1", "Muellenbeck E1", f"X {CODE}", "Hildegund Bett 2", "A Muellenbec")
    signals = tuple(
        SignalHeader(
            label, 100, -500, 500, "uV", transducer=f"of Annegret {CODE}", prefilter=f"A {date}"
        )
        for label in labels
    )
    plan = EdfPlan(
        signals,
        N_S,
        1,
        datetime(2024, 3, 1, 22),
        patient_id=f"{CODE} F 02-MAY-1951 Muellenbeck_Annegret",
        recording_id=f"Startdate 01-MAR-2024 {CODE} Hildegund Muellenbeck",
    )
    rng = np.random.default_rng(0)
    blocks = [[rng.normal(0, 20, 100 * N_S).astype(np.float32) for _ in signals]]
    blocks[0][1][: 100 * 200] = 0
    texts = (_spelled("NFC"), _spelled("NFD"), f"Lights off {CODE}", f"born {date}", "Lights off")
    events = [Event(float(n), None, text) for n, text in enumerate(texts)]
    events.append(Event(90.0, 3.0, "EEG arousal", "Muellenbeck E1"))
    write_edf(path, plan, blocks, events=events)
    return path


def _brainvision(folder: Path, date: str) -> Path:
    stem = f"{CODE} {FIRST} {NAME} {date.replace('/', '-')}"
    rng = np.random.default_rng(0)
    names = ("C4", "M1", "Muellenbeck", f"{CODE}")
    rng.normal(0, 200, (100 * N_S, len(names))).astype("<i2").tofile(folder / f"{stem}.eeg")
    lines = "".join(f"Ch{n}={name},,0.1,µV\n" for n, name in enumerate(names, start=1))
    (folder / f"{stem}.vhdr").write_text(
        "Brain Vision Data Exchange Header File Version 1.0\n\n[Common Infos]\nCodepage=UTF-8\n"
        f"DataFile={stem}.eeg\nMarkerFile={stem}.vmrk\nDataFormat=BINARY\n"
        f"DataOrientation=MULTIPLEXED\nNumberOfChannels={len(names)}\nSamplingInterval=10000\n\n"
        f"[Binary Infos]\nBinaryFormat=INT_16\n\n[Channel Infos]\n{lines}\n"
        f"[Comment]\n{FIRST} {NAME}\n",
        encoding="utf-8",
    )
    (folder / f"{stem}.vmrk").write_text(
        "Brain Vision Data Exchange Marker File, Version 1.0\n\n[Common Infos]\nCodepage=UTF-8\n"
        f"DataFile={stem}.eeg\n\n[Marker Infos]\nMk1=New Segment,,1,1,0,20240301220000000000\n"
        f"Mk2=Comment,{FIRST} {NAME} {date},500,1,0\n",
        encoding="utf-8",
    )
    return folder / f"{stem}.vhdr"


def _text_of(path: Path) -> str:
    parts = [path.name.encode(), path.read_bytes()]
    if path.suffix == ".xlsx":
        with ZipFile(path) as archive:
            parts[1:] = [archive.read(name) for name in archive.namelist()]
    plain = b"\n".join(parts).decode("utf-8", "replace")
    folded = unicodedata.normalize("NFKD", plain.casefold())
    return "".join(c for c in folded if not unicodedata.combining(c))


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("make", [_edf, _brainvision])
def test_no_output_and_no_log_holds_a_piece_of_it(make, date, stager, tmp_path, monkeypatch):
    if make is _brainvision:
        pytest.importorskip("mne")
    for name in ("XDG_STATE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "state"))
    monkeypatch.setattr(LOGGER, "handlers", [])
    start_logging()
    folder = tmp_path / unicodedata.normalize("NFD", f"{NAME} {date.replace('/', '_')}") / CODE
    folder.mkdir(parents=True)
    path = make(folder, date)
    (folder / f"{NAME}.json").write_text(f'{{"PatientName": "{NAME}"}}')
    for each in folder.iterdir():
        each.chmod(0o600)
    out = tmp_path / "out"
    scored = score_recording(path, stager, ScoreOptions(folder=out, deidentify=True))
    for handler in LOGGER.handlers:
        handler.close()
    assert len(scored.outputs) == len(FORMATS)
    for written in (*out.iterdir(), log_path()):
        text = _text_of(written)
        # The hash of the file may hold any digits.
        text = re.sub(r"[0-9a-f]{64}|recording_[0-9a-f]{12}", "", text)
        found = {piece: text[max(0, (i := text.find(piece)) - 60) : i + 40] for piece in PIECES
                 if piece in text}  # fmt: skip
        assert not found, written.suffix
        assert os.name == "nt" or written.stat().st_mode & 0o777 == 0o600


def test_a_name_that_stands_in_a_label_alone_is_not_shown(stager, tmp_path):
    path = tmp_path / "n.edf"
    signals = tuple(SignalHeader(label, 100, -500, 500, "uV") for label in ("C4-M1", "Hildegund"))
    rng = np.random.default_rng(0)
    blocks = [[rng.normal(0, 20, 100 * N_S).astype(np.float32) for _ in signals]]
    write_edf(path, EdfPlan(signals, N_S, 1, None), blocks)
    arguments = ["score", str(path), "--deidentify", "--quiet", "--device", "cpu"]
    assert main([*arguments, "--eog", "Hildegund"]) == 0
    written = [each for each in tmp_path.iterdir() if each != path]
    assert len(written) == len(FORMATS)
    assert not [each.name for each in written if "hildegund" in _text_of(each)]
    (staging,) = (each for each in written if each.suffix == ".json")
    assert '"eog": [\n   "channel 2"' in staging.read_text()


def test_no_output_holds_what_form_signature_and_reason_say(tmp_path):
    path = _edf(tmp_path, DATES[0])
    form = ReportForm(
        Person(f"{NAME} {FIRST}", CODE, date(1951, 5, 2), referrer="Dr. Wagenknecht"),
        comment=f"{FIRST} slept badly",
        impression="Hildegund syndrome",
    )
    document = open_document(path, author=Author("wagenknecht", "bett-hildegund"))
    session = document.session
    session.score([0, 1, 2], Stage.N2)
    session.set_form(form)
    session.sign(f"{FIRST} Wagenknecht", Meaning.SCORED)
    session.unlock(f"{FIRST} {NAME} asked for it on 2024-05-06")
    for state, said in (("open", "not signed."), ("locked", "signed: reviewed by a person whose")):
        if state == "locked":
            session.sign("Hildegund Wagenknecht", Meaning.REVIEWED)
        out = tmp_path / state
        outputs = export_document(document.snapshot(), Destination(out, deidentify=True))
        assert len(outputs) == len(FORMATS)
        digests = [one.sha256[:12] for one in session.signatures]
        for written in out.iterdir():
            text = _text_of(written)
            pieces = (*PIECES, "wagenknecht", "2024-05-06", *digests)
            text = re.sub(r"[0-9a-f]{64}|recording_[0-9a-f]{12}", "", text)
            assert not [piece for piece in pieces if piece in text], written.suffix
            if written.suffix in (".xlsx", ".json"):
                assert said in text
    document.close()
