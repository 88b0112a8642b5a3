"""Writes the small inputs of the smoke test, with the libraries of the source tree.

python installer/smoke_files.py FOLDER
"""

import sys
from pathlib import Path

import mne
import numpy as np
from scipy.io import savemat

_RATE_HZ = 100
_N_EPOCHS = 10
_NAMES = ("C4-M1", "E1-M2", "Chin")
_N_SAMPLES = _RATE_HZ * 30 * _N_EPOCHS
_VHDR = """Brain Vision Data Exchange Header File Version 1.0
[Common Infos]
Codepage=UTF-8
DataFile=night.eeg
DataFormat=BINARY
DataOrientation=MULTIPLEXED
NumberOfChannels=3
SamplingInterval=10000
[Binary Infos]
BinaryFormat=INT_16
[Channel Infos]
"""
_SUBJECTS = (0, 2, 5, 8, 1, 3)


def make_all(folder: Path) -> None:
    """Write five minutes in every format, and nights of band powers to train on."""
    folder.mkdir(parents=True, exist_ok=True)
    values_uv = np.random.default_rng(1).normal(0, 20, (len(_NAMES), _N_SAMPLES)).round()
    (folder / "night.bdf").write_bytes(_bdf(values_uv))
    channels = "".join(f"Ch{i}={name},,1,µV\n" for i, name in enumerate(_NAMES, start=1))
    (folder / "night.vhdr").write_text(_VHDR + channels, encoding="utf-8")
    (folder / "night.eeg").write_bytes(values_uv.T.astype("<i2").tobytes())
    info = mne.create_info(list(_NAMES), _RATE_HZ, "eeg")
    raw = mne.io.RawArray(values_uv * 1e-6, info, verbose="error")
    raw.save(folder / "night_raw.fif", overwrite=True, verbose="error")
    savemat(folder / "night.set", _eeglab(values_uv))
    _write_band_powers(folder / "features")


def _bdf(values_uv: np.ndarray) -> bytes:
    n_channels, n_of_record = len(_NAMES), _RATE_HZ * 30

    def columns(*fields: tuple[list[str], int]) -> bytes:
        return "".join(text.ljust(width) for texts, width in fields for text in texts).encode()

    header = b"\xffBIOSEMI" + columns(
        (["X X X X", "Startdate X X X X"], 80),
        (["02.03.19", "22.15.30", str(256 * (n_channels + 1))], 8),
        (["24BIT"], 44),
        ([str(_N_EPOCHS), "30"], 8),
        ([str(n_channels)], 4),
        (list(_NAMES), 16),
        ([""] * n_channels, 80),
        (["uV"] * n_channels + ["-8388608"] * n_channels + ["8388607"] * n_channels, 8),
        (["-8388608"] * n_channels + ["8388607"] * n_channels, 8),
        ([""] * n_channels, 80),
        ([str(n_of_record)] * n_channels, 8),
        ([""] * n_channels, 32),
    )
    records = values_uv.reshape(n_channels, _N_EPOCHS, n_of_record).transpose(1, 0, 2)
    integers = np.ascontiguousarray(records, dtype="<i4").view(np.uint8).reshape(-1, 4)
    return header + integers[:, :3].tobytes()


def _eeglab(values_uv: np.ndarray) -> dict[str, object]:
    fields: dict[str, object] = {
        "nbchan": float(len(_NAMES)),
        "pnts": float(_N_SAMPLES),
        "trials": 1.0,
        "srate": float(_RATE_HZ),
        "xmin": 0.0,
        "data": values_uv.astype(np.float32),
        "chanlocs": np.array([(name,) for name in _NAMES], dtype=[("labels", object)]),
        "event": np.array([]),
    }
    return {"EEG": fields}


def _write_band_powers(folder: Path) -> None:
    """In the layout of the published ones, each stage known by one band."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    rows = ["record,subject"]
    for number, subject in enumerate(_SUBJECTS):
        stages = np.repeat(rng.permutation(np.arange(10) % 5), 12)
        powers = rng.normal(0, 0.1, (120, 3, 10)).astype(np.float32)
        powers[np.arange(120), :, stages] += 3
        np.savez(folder / f"SC{number}.npz", features=powers, labels=stages)
        rows.append(f"SC{number},{subject}")
    (folder / "index.csv").write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    make_all(Path(sys.argv[1]))
