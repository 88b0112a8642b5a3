"""What a folder is said to hold, beside what opening a recording of it offers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sleepscorer import faults
from sleepscorer.core.progress import silent
from sleepscorer.files import folder
from sleepscorer.files.edf import EdfPlan, SignalHeader, write_edf
from sleepscorer.files.folder import SCORING_ENDS, recording_of, recordings_in, scoring_beside
from sleepscorer.files.recordings import open_recording

_SIGNAL = SignalHeader("EEG C4-M1", 100, -200, 200, "uV")


def _write(folder: Path, recordings: Sequence[str], others: Sequence[str] = ()) -> None:
    for name in recordings:
        header = EdfPlan((_SIGNAL,), 30, 1.0, None)
        write_edf(folder / name, header, [[np.zeros(100, np.float32)]] * 30)
    for name in others:
        (folder / name).write_text("W\n")


def _said(folder: Path) -> dict[str, str]:
    return {found.path.name: found.scoring for found in recordings_in(folder, silent)}


@pytest.mark.parametrize("end", SCORING_ENDS)
@pytest.mark.parametrize("change", [str, str.upper])
def test_every_scoring_that_opening_offers_is_said_and_no_other(
    tmp_path: Path, end: str, change: type
) -> None:
    _write(tmp_path, ["night1.edf", "night10.edf"], [change(f"night10{end}")])
    assert _said(tmp_path) == {"night1.edf": "", "night10.edf": "scoring"}
    assert scoring_beside(open_recording(tmp_path / "night1.edf")) is None
    offered = scoring_beside(open_recording(tmp_path / "night10.edf"))
    assert offered is not None
    assert offered.name == change(f"night10{end}")


@pytest.mark.parametrize(
    ("recording", "beside", "said"),
    [
        ("SC4001E0-PSG.edf", "SC4001EC-Hypnogram.edf", "scoring"),
        ("SC4001E0-PSG.edf", "SC4001E0-Hypnogram.edf", "scoring"),
        ("SC4001E0-PSG.edf", "SC4002EC-Hypnogram.edf", ""),
        ("SC4001E0-PSG.edf", "SC4001EC-2-Hypnogram.edf", ""),
        ("night.of.may.edf", "night.of.may-nsrr.xml", "scoring"),
        ("night.of.may.edf", "night.of-nsrr.xml", ""),
        ("night.edf", "night_report.xlsx", ""),
        ("night.edf", "night_scoring.txt", ""),
        ("night_1.edf", "night_scoring.edf", ""),
    ],
)
def test_names_of_scorings(tmp_path: Path, recording: str, beside: str, said: str) -> None:
    _write(tmp_path, [recording], [beside])
    assert _said(tmp_path) == {recording: said}
    offered = scoring_beside(open_recording(tmp_path / recording))
    assert (offered is not None) is bool(said)


@pytest.mark.parametrize(
    ("recordings", "scoring", "belongs_to"),
    [
        (["night.edf", "other.edf"], "night_scoring.edf", "night.edf"),
        (["night.edf", "other.edf"], "NIGHT-NSRR.xml", "night.edf"),
        (["SC4001E0-PSG.edf", "SC4002E0-PSG.edf"], "SC4001EC-Hypnogram.edf", "SC4001E0-PSG.edf"),
        (["night.edf"], "anna.txt", "night.edf"),
        (["night.edf", "other.edf"], "anna.txt", None),
        ([], "anna.txt", None),
    ],
)
def test_a_scoring_belongs_to_the_recording_that_it_is_called_by_or_that_is_alone(
    tmp_path: Path, recordings: list[str], scoring: str, belongs_to: str | None
) -> None:
    _write(tmp_path, recordings, [scoring, "letter.txt"])
    wanted = None if belongs_to is None else tmp_path / belongs_to
    assert recording_of(tmp_path / scoring) == wanted


def test_a_scoring_in_a_folder_that_is_gone_belongs_to_nothing(tmp_path: Path) -> None:
    assert recording_of(tmp_path / "gone" / "anna.txt") is None


def test_a_session_is_said_before_a_scoring(tmp_path: Path) -> None:
    _write(tmp_path, ["Night.edf"], ["night.sleepscorer", "night_epochs.csv"])
    assert _said(tmp_path) == {"Night.edf": "session"}


def test_a_folder_called_like_a_scoring_is_none(tmp_path: Path) -> None:
    _write(tmp_path, ["night.edf"])
    (tmp_path / "night_epochs.csv").mkdir()
    assert _said(tmp_path) == {"night.edf": ""}


def test_what_has_signals_is_a_recording_whatever_it_is_called(tmp_path: Path) -> None:
    _write(tmp_path, ["nap_scoring.edf"], ["other_scoring.edf"])
    write_edf(tmp_path / "events of May.edf", EdfPlan((), 30, 1.0, None), [])
    assert list(_said(tmp_path)) == ["nap_scoring.edf"]


def test_archives_of_epochs_are_listed_as_they_open(tmp_path: Path) -> None:
    np.savez(tmp_path / "night.npz", x=np.zeros((2, 1, 3000), np.float32), fs=100.0)
    assert _said(tmp_path) == {"night.npz": ""}
    assert open_recording(tmp_path / "night.npz").n_epochs == 2


def test_a_file_that_can_not_be_looked_into_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, ["a.edf", "b.edf", "c.edf"])
    really = folder.beginning_of

    def fails(path: Path) -> bytes:
        if path.name == "b.edf":
            raise PermissionError("Haagse, Harry")
        return really(path)

    monkeypatch.setattr(folder, "beginning_of", fails)
    monkeypatch.setattr(faults, "log_fault", lambda _error: None)
    said = _said(tmp_path)
    assert (said["a.edf"], said["c.edf"]) == ("", "")
    assert said["b.edf"].startswith("can't be read: something went wrong")


def test_a_file_that_goes_while_the_folder_is_read_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, ["a.edf", "b.edf"])
    really = folder.beginning_of

    def goes(path: Path) -> bytes:
        if path.name == "a.edf":
            path.unlink()
        return really(path)

    monkeypatch.setattr(folder, "beginning_of", goes)
    assert [found.path.name for found in recordings_in(tmp_path, silent)] == ["a.edf", "b.edf"]


def test_what_was_written_for_other_programs_is_not_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "SCORING_ENDS", (".annot", *SCORING_ENDS))
    _write(tmp_path, ["night.edf"], ["night.annot", "night_epochs.csv"])
    recording = open_recording(tmp_path / "night.edf")
    offered = scoring_beside(recording)
    assert offered is not None
    assert offered.name == "night.annot"
    (tmp_path / "night.annot").write_text("# W | sleep stage, written by sleepscorer 0.1.0\n")
    offered = scoring_beside(recording)
    assert offered is not None
    # Its own files hold more of the night.
    assert offered.name == "night_epochs.csv"
