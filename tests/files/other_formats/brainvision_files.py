"""Writes small BrainVision recordings, so that tests can break any part of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

START = "20230412233830000000"


def vhdr(
    *,
    codepage: str = "UTF-8",
    channels: Sequence[str] = ("C4-M1,,0.1,µV",),
    interval_us: str = "10000",
    more: str = "",
) -> str:
    lines = [
        "Brain Vision Data Exchange Header File Version 1.0",
        "[Common Infos]",
        f"Codepage={codepage}",
        "DataFile=night.eeg",
        "MarkerFile=night.vmrk",
        "DataFormat=BINARY",
        "DataOrientation=MULTIPLEXED",
        f"NumberOfChannels={len(channels)}",
        f"SamplingInterval={interval_us}",
        *more.splitlines(),
        "[Binary Infos]",
        "BinaryFormat=INT_16",
        "[Channel Infos]",
        *(f"Ch{i}={channel}" for i, channel in enumerate(channels, start=1)),
    ]
    return "\r\n".join(lines) + "\r\n"


def vmrk(*markers: str, codepage: str = "UTF-8") -> str:
    lines = [
        "Brain Vision Data Exchange Marker File, Version 1.0",
        "[Common Infos]",
        f"Codepage={codepage}",
        "DataFile=night.eeg",
        "[Marker Infos]",
        *(f"Mk{i}={marker}" for i, marker in enumerate(markers, start=1)),
    ]
    return "\r\n".join(lines) + "\r\n"


def write_brainvision(
    folder: Path,
    *markers: str,
    header: str | None = None,
    encoding: str = "utf-8",
    samples: np.ndarray | None = None,
) -> Path:
    """Five minutes of one channel at 100 Hz, sample i being i % 1000, unless told otherwise."""
    if samples is None:
        samples = np.arange(30_000) % 1000
    header = vhdr() if header is None else header
    (folder / "night.vhdr").write_bytes(header.encode(encoding))
    (folder / "night.vmrk").write_bytes(vmrk(*markers).encode(encoding))
    (folder / "night.eeg").write_bytes(samples.astype("<i2").tobytes())
    return folder / "night.vhdr"
