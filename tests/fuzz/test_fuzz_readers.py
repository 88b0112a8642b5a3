"""A short run of the fuzz; ``fuzz_readers.py`` itself is run by hand and takes far more inputs."""

import os

import pytest

if not hasattr(os, "fork"):
    pytest.skip("the fuzz forks processes", allow_module_level=True)

from pathlib import Path

from fuzz_inputs import TARGETS, Target
from fuzz_readers import MOST_BYTES, Figures, made_input, run

from sleepscorer.core.errors import SleepScorerError


@pytest.mark.parametrize("reader", [one.name for one in TARGETS])
def test_every_reader_reads_or_refuses_in_words(reader):
    figures = run(40, seed=20, readers=(reader,))
    assert figures.n_inputs == 40
    assert figures.offences == []


def test_the_same_seed_gives_the_same_inputs():
    (target,) = (one for one in TARGETS if one.name == "table")
    goods = target.make()
    inputs = [made_input(target, goods, 3, number) for number in range(50)]
    assert inputs == [made_input(target, goods, 3, number) for number in range(50)]
    assert len({files["n.csv"] for files in inputs}) > 40
    assert inputs != [made_input(target, goods, 4, number) for number in range(50)]


def _raises(_path: Path) -> None:
    raise KeyError("x")


def _wordless(_path: Path) -> None:
    raise SleepScorerError("it is damaged")


def _asks_for_memory(path: Path) -> None:
    try:
        bytearray(4 * MOST_BYTES)
    except MemoryError as error:
        raise SleepScorerError("refused", path=path) from error


def _ends(_path: Path) -> None:
    os._exit(3)


@pytest.mark.parametrize(
    ("outcome", "door"),
    [
        ("traceback", _raises),
        ("wordless", _wordless),
        pytest.param(
            "memory",
            _asks_for_memory,
            marks=pytest.mark.skipif(os.uname().sysname != "Linux", reason="memory is not bounded"),
        ),
        ("crash", _ends),
    ],
)
def test_what_is_neither_read_nor_refused_is_an_offence_and_kept(
    tmp_path, monkeypatch, outcome, door
):
    def only_broken(path: Path) -> None:
        if path.read_bytes() != b"good":
            door(path)

    target = Target("it", lambda: [{"a.txt": b"good"}], ("a.txt",), "a.txt", only_broken)
    monkeypatch.setattr("fuzz_readers.TARGETS", (target,))
    figures: Figures = run(5, keep=tmp_path / "kept")
    assert sum(figures.counts["it"].values()) == 5
    assert len(figures.offences) == figures.counts["it"][outcome] > 0
    kept = sorted((tmp_path / "kept").iterdir())
    assert len(kept) == len(figures.offences)
    assert all((folder / "a.txt").read_bytes() != b"good" for folder in kept)
    assert (kept[0] / "offence.txt").read_text().startswith(f"{outcome}: ")
