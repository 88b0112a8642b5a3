"""A file of which every byte goes by once: what is kept of it is what is read of it otherwise."""

from pathlib import Path

import numpy as np
import pytest
from edf_bytes import Channel, Edf, annotations

from sleepscorer.core.errors import RecordingError
from sleepscorer.core.recording import Recording
from sleepscorer.files.edf import EdfFile, open_edf
from sleepscorer.files.edf import samples as edf_samples

N_RECORDS = 40


def night(*, bdf: bool = False, reserved: str = "") -> Edf:
    values = np.random.default_rng(1).integers(-3000, 3000, (2, 16 * N_RECORDS))
    channels = [
        Channel("C4", values[0], samples_per_record=16),
        Channel("SpO2", np.arange(N_RECORDS), samples_per_record=1),
        Channel("E1", values[1], samples_per_record=16),
    ]
    if bdf and not reserved:
        codes = np.zeros(4 * N_RECORDS, int)
        codes[[5, 90]] = 1 << 16
        channels.append(Channel("Status", codes, transducer="Triggers and Status"))
    if reserved:
        starts = [i if i < 20 else i + 2.5 for i in range(N_RECORDS)]
        texts = [f"+{start}\x14\x14\0" for start in starts]
        texts[3] += "+3.5\x14Lights off\x14\0"
        channels.append(annotations([text.encode() for text in texts]))
    return Edf(channels, n_records=N_RECORDS, bdf=bdf, reserved=reserved)


KINDS = {
    "EDF": {},
    "EDF+C": {"reserved": "EDF+C"},
    "EDF+D": {"reserved": "EDF+D"},
    "BDF": {"bdf": True},
    "BDF+D": {"bdf": True, "reserved": "BDF+D"},
}


def taken(path: Path, content: bytes, labels: tuple[str, ...], step: int) -> Recording:
    file = EdfFile(path)
    file.keep(labels)
    for offset in range(0, len(content), step):
        file.take(offset, content[offset : offset + step])
    return file.recording()


def assert_same(found: Recording, meant: Recording, labels: tuple[str, ...]) -> None:
    for name in ("format_name", "start", "duration_s", "gaps", "events", "warnings"):
        assert getattr(found, name) == getattr(meant, name)
    for label in labels:
        for start_s, stop_s in ((-1.0, meant.duration_s + 1), (3.3, 21.7), (19.5, 22.6)):
            np.testing.assert_array_equal(
                found.signal(label).read(start_s, stop_s), meant.signal(label).read(start_s, stop_s)
            )


@pytest.mark.parametrize("step", [7, 100, 1 << 20])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_kept_is_what_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, step: int
) -> None:
    path = tmp_path / "night.edf"
    # What stands behind the last record belongs to the file and to no channel.
    content = night(**KINDS[kind]).to_bytes() + b"rest"
    path.write_bytes(content)
    meant = open_edf(path)
    read = edf_samples._read_into
    offsets = []

    def noted(path: Path, offset: int, buffer: np.ndarray) -> None:
        offsets.append(offset)
        read(path, offset, buffer)

    monkeypatch.setattr(edf_samples, "_read_into", noted)
    found = taken(path, content, ("C4", "E1"), step)
    kept = found.signal("E1").read(0.0, 40.0)
    assert max(offsets) < 256 * 10  # the header alone
    np.testing.assert_array_equal(kept, meant.signal("E1").read(0.0, 40.0))
    # A channel that was not kept is read when it is asked for.
    assert_same(found, meant, ("C4", "SpO2", "E1"))


def test_what_memory_has_no_room_for_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "night.edf"
    content = night(reserved="EDF+C").to_bytes()
    path.write_bytes(content)
    monkeypatch.setattr(edf_samples, "_MOST_KEPT_BYTES", N_RECORDS * 100)
    assert_same(taken(path, content, ("C4", "E1"), 1000), open_edf(path), ("C4", "E1"))


def test_a_file_cut_short_on_the_way_is_said(tmp_path: Path) -> None:
    path = tmp_path / "night.edf"
    content = night(reserved="EDF+C").to_bytes()
    path.write_bytes(content)
    file = EdfFile(path)
    file.keep(("C4",))
    file.take(0, content[:-200])
    path.write_bytes(content[:-200])
    with pytest.raises(RecordingError, match="has become shorter"):
        file.recording()
