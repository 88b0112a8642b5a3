"""No command replaces a file that sleepscorer did not make, or one that it reads.

The commands and their options come from the parser: a new one that names a file has to be put
into the tables here.
"""

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sleepscorer.cli import main
from sleepscorer.cli.commands import command_parser
from sleepscorer.staging import stagers
from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS

_FOREIGN = b"somebody's work of years"
_READ = {
    ("open", "file"),
    ("score", "files"),
    ("report", "file"),
    ("report", "recording"),
    ("info", "file"),
    ("statistics", "scoring"),
    ("agreement", "reference"),
    ("agreement", "other"),
    ("agreement", "others"),
    ("convert", "file"),
    ("convert", "recording"),
    ("explain", "file"),
    ("deidentify", "file"),
    ("annotate", "file"),
    ("annotate", "scoring"),
    ("train", "folder"),
    ("evaluate", "data"),
    ("validate", "folder"),
    ("validate", "second"),
}


@dataclass(frozen=True)
class _Command:
    """A command that writes.

    Parameters
    ----------
    arguments
        Makes them of the folder written to.
    written
        What it writes there.
    source
        What it reads; None for nothing.
    goes_on
        It has no ``--force``: the same command goes on with what it wrote.
    """

    arguments: Callable[[Path], list[object]]
    written: tuple[str, ...]
    source: Path | None = None
    has_force: bool = True
    goes_on: bool = False


def _features(folder: Path) -> Path:
    """Nights of band powers, in the layout of the published ones."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    rows = ["record,subject"]
    for index, subject in enumerate((0, 2, 5, 8, 1, 3)):
        labels = np.repeat(rng.permutation(np.arange(10) % 5), 12)
        measured = rng.normal(0, 0.1, (120, 3, 10)).astype(np.float32)
        measured[np.arange(120), :, labels] += 3
        np.savez(folder / f"SC{index}.npz", features=measured, labels=labels)
        rows.append(f"SC{index},{subject}")
    (folder / "index.csv").write_text("\n".join(rows) + "\n")
    return folder


def _scored_nights(folder: Path) -> Path:
    """As many as a validation needs, with their true scorings."""
    for seed in range(3):
        night = folder / f"n{seed}.edf"
        wanted = ["simulate", "--hours", "0.5", "--seed", str(seed), str(night)]
        assert main([*wanted, "--derivations", "C4-M1", "--rate", "64"]) == 0
    return folder


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], _Command]:
    """Every option that names what is written, and how it is used."""
    folder = tmp_path_factory.mktemp("read")
    night = folder / "night.edf"
    assert main(["simulate", "--hours", "0.1", "--seed", "3", str(night)]) == 0
    features = _features(folder / "data" / "sleepedf_features")
    scored = _scored_nights(folder / "nights")
    truth = scored / "n0_scoring.edf"
    quick = ["--device", "cpu"]
    endings = ("hypnogram.edf", "epochs.csv", "report.xlsx", "staging.json")
    return {
        ("score", "out"): _Command(
            lambda to: ["score", night, "--out", to, *quick, "--quiet"],
            tuple(f"night_{ending}" for ending in endings),
            night,
        ),
        ("agreement", "out"): _Command(
            lambda to: ["agreement", truth, truth, "--out", to],
            ("agreement.pdf", "agreement.xlsx"),
            truth,
        ),
        ("agreement", "report"): _Command(
            lambda to: ["agreement", truth, truth, "--report", to / "x.pdf"],
            ("x.pdf",),
            truth,
        ),
        ("report", "out"): _Command(
            lambda to: ["report", scored / "n0_scoring.edf", "--out", to, "--quiet"],
            ("n0_scoring_report.pdf",),
            scored / "n0_scoring.edf",
        ),
        ("convert", "out"): _Command(
            lambda to: ["convert", scored / "n0_scoring.edf", to / "x.csv", "--quiet"],
            ("x.csv",),
            scored / "n0_scoring.edf",
        ),
        ("demo", "folder"): _Command(
            lambda to: ["demo", to, "--hours", "0.1", *quick],
            (
                "demo_night.edf",
                "demo_night_scoring.edf",
                *(f"demo_night_{ending}" for ending in endings),
            ),
            has_force=False,
        ),
        ("simulate", "out"): _Command(
            lambda to: ["simulate", "--hours", "0.1", to / "new.edf"],
            ("new.edf", "new_scoring.edf"),
        ),
        ("explain", "png"): _Command(
            lambda to: ["explain", night, "--epoch", "2", "--png", to / "x.png", *quick, "--quiet"],
            ("x.png",),
            night,
        ),
        ("deidentify", "out"): _Command(
            lambda to: ["deidentify", night, to / "x.edf", "--yes", "--quiet"],
            ("x.edf",),
            night,
            has_force=False,
        ),
        ("annotate", "out"): _Command(
            lambda to: [
                *("annotate", night, folder / "night_scoring.edf", to / "x.edf", "--quiet"),
            ],
            ("x.edf",),
            night,
        ),
        ("train", "out"): _Command(
            lambda to: [
                *("train", "--data", "features", "--folder", features, "--out", to),
                *("--steps", "2", "--folds", "2", "--quiet", *quick),
            ],
            ("run.json", "metrics.json", "nights.csv", "fold-01", "fold-02"),
            features / "SC0.npz",
            has_force=False,
            goes_on=True,
        ),
        ("evaluate", "results"): _Command(
            lambda to: [
                *("evaluate", "--data", features.parent, "--weights", DEFAULT_WEIGHTS),
                *("--results", to / "RESULTS.md", "--quiet"),
            ],
            ("RESULTS.md", "reliability.png", "review.png"),
            features / "SC0.npz",
        ),
        ("validate", "out"): _Command(
            lambda to: [
                *("validate", "--folder", scored, "--out", to),
                *("--stagers", "sleepscorer", "--quiet", *quick),
            ],
            ("validation.html", "validation.xlsx"),
            scored / "n0.edf",
        ),
    }


def _options() -> dict[tuple[str, str], argparse.Action]:
    """Every option and argument of every command."""
    (commands,) = (
        a for a in command_parser()._actions if isinstance(a, argparse._SubParsersAction)
    )
    return {
        (name, action.dest): action
        for name, parser in commands.choices.items()
        for action in parser._actions
    }


def test_every_option_that_names_a_file_is_known_here(writing):
    named = {
        where
        for where, action in _options().items()
        if action.type is Path or str(action.metavar).split(".")[0] in ("FILE", "DIR", "OUT")
    }
    assert named == _READ | writing.keys()


def test_every_command_that_replaces_is_known_here(writing):
    forced = {command for command, dest in _options() if dest == "force"}
    assert forced == {command for (command, _), known in writing.items() if known.has_force}


def _run(command: _Command, to: Path, *, force: bool) -> int:
    arguments = [*command.arguments(to), *(["--force"] if force and command.has_force else [])]
    return main([str(argument) for argument in arguments])


def _contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.lstat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


_ALL = [
    ("score", "out"),
    ("agreement", "out"),
    ("agreement", "report"),
    ("report", "out"),
    ("demo", "folder"),
    ("simulate", "out"),
    ("explain", "png"),
    ("deidentify", "out"),
    ("annotate", "out"),
    ("train", "out"),
    ("evaluate", "results"),
    ("validate", "out"),
]


@pytest.fixture(autouse=True)
def _without_other_stagers(monkeypatch):
    monkeypatch.setattr(stagers, "offered_stagers", lambda: ())


@pytest.mark.parametrize("where", _ALL, ids=" ".join)
def test_a_foreign_file_is_kept_even_with_force(where, writing, tmp_path):
    command = writing[where]
    for name in command.written:
        to = tmp_path / name
        to.mkdir()
        (to / name).write_bytes(_FOREIGN)
        for force in (False, True):
            assert _run(command, to, force=force) != 0, name
        assert {p.name: p.read_bytes() for p in to.iterdir()} == {name: _FOREIGN}


@pytest.mark.parametrize("link", [os.link, os.symlink])
@pytest.mark.parametrize("where", _ALL, ids=" ".join)
def test_what_is_read_is_kept_whatever_leads_to_it(where, link, writing, tmp_path):
    command = writing[where]
    source = command.source
    if source is None:
        source = tmp_path / "source"
        source.write_bytes(_FOREIGN)
    before = source.read_bytes()
    for name in command.written:
        to = tmp_path / name
        to.mkdir()
        link(source, to / name)
        assert _run(command, to, force=True) != 0, name
        assert [p.name for p in to.iterdir()] == [name]
        assert (to / name).samefile(source)
        assert source.read_bytes() == before


@pytest.mark.parametrize("where", _ALL, ids=" ".join)
def test_own_output_is_replaced_with_force_alone(where, writing, tmp_path):
    command = writing[where]
    to = tmp_path / "own"
    to.mkdir()
    assert _run(command, to, force=False) == 0
    before = _contents(to)
    assert {Path(name).parts[0] for name in before} == set(command.written)
    if command.goes_on:
        assert _run(command, to, force=False) == 0
        assert {name: c for name, (c, _) in _contents(to).items() if not name.endswith(".pt")} == {
            name: c for name, (c, _) in before.items() if not name.endswith(".pt")
        }
        return
    assert _run(command, to, force=False) != 0
    assert _contents(to) == before
    if command.has_force:
        assert _run(command, to, force=True) == 0
        after = _contents(to)
        assert after.keys() == before.keys()
        assert all(after[name][1] != before[name][1] for name in before)
