"""Scorings of a night of twelve epochs, in every format that is read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from sleepscorer.core.events import Event
from sleepscorer.files.edf import EdfPlan, SignalHeader, write_edf

_START = datetime(2024, 1, 1, 22, 30)
STAGES = ["W", "W", "N1", "N2", "N2", "N3", "N3", "N2", "R", "R", "R", "W"]
_NSRR = {"W": "Wake|0", "N1": "Stage 1 sleep|1", "N2": "Stage 2 sleep|2", "N3": "Stage 3 sleep|3"}
_NSRR |= {"R": "REM sleep|5"}


def write_edf_scoring(path: Path, *, with_signal: bool = False, later_s: float = 0.0) -> None:
    """An EDF+ hypnogram, which some programs give a signal."""
    events = [Event(30.0 * n, 30.0, f"Sleep stage {stage}") for n, stage in enumerate(STAGES)]
    start = _START + timedelta(seconds=later_s)
    n_epochs = len(STAGES)
    header = SignalHeader("SaO2", 4, 0, 100, "%")
    signals = (header,) if with_signal else ()
    blocks = [[np.full(120, 96.0, np.float32)] if with_signal else []] * n_epochs
    write_edf(path, EdfPlan(signals, n_epochs, 30.0, start), blocks, events=events)


def _write_xml(path: Path) -> None:
    events = "".join(
        f"<ScoredEvent><EventType>Stages|Stages</EventType><EventConcept>{_NSRR[stage]}"
        f"</EventConcept><Start>{30 * n}</Start><Duration>30</Duration></ScoredEvent>"
        for n, stage in enumerate(STAGES)
    )
    path.write_text(f"<PSGAnnotation><ScoredEvents>{events}</ScoredEvents></PSGAnnotation>")


def _write_table(path: Path, separator: str) -> None:
    rows = [f"{n}{separator}{stage}" for n, stage in enumerate(STAGES, start=1)]
    path.write_text("\n".join([f"epoch{separator}stage", *rows]))


SCORINGS: dict[str, Callable[[Path], object]] = {
    "anna.edf": write_edf_scoring,
    "anna.xml": _write_xml,
    "anna.csv": lambda path: _write_table(path, ","),
    "anna.tsv": lambda path: _write_table(path, "\t"),
    "anna.txt": lambda path: path.write_text("\n".join(STAGES)),
}
"""What writes a scoring to a path of this name."""
