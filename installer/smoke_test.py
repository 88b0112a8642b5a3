"""Tells whether a frozen program works: every build passes this before anybody gets it.

    python installer/smoke_test.py dist/sleepscorer

Run it by the Python that has the source tree's packages: it makes the inputs, and its answers are
those to compare with. The program itself sees no Python, no home but an empty one, no GPU, and,
where the system can cut it off, no network. A line a check, a summary, and 1 if one fails.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from smoke_window import check_window
from trial import ROOT, Trial, by_source, need

_PARTS = ("sleepscorer", "python", "torch", "qt", "mne", "numpy", "scipy", "weights")
_ENDINGS = ("hypnogram.edf", "epochs.csv", "report.xlsx", "staging.json")


def check_versions(trial: Trial) -> str:
    """It says what it is, and of what it is made."""
    trial.run("--version")
    began_s = time.monotonic()
    said = trial.run("--version").stdout.strip()
    took_s = time.monotonic() - began_s
    versions = json.loads(trial.run("--version", "--json").stdout)
    lacking = [part for part in _PARTS if not versions.get(part)]
    need(not lacking, f"--version --json does not say {', '.join(lacking)}")
    here = json.loads(trial.run_source("--version", "--json"))
    differ = [part for part in _PARTS[:-1] if versions[part] != here[part]]
    need(not differ, f"other versions than those of the source tree: {', '.join(differ)}")
    return f"{said} in {took_s:.2f} s, torch {versions['torch']}, Qt {versions['qt']}"


def check_scoring(trial: Trial) -> str:
    """A night is scored without a network, by the source tree's numbers."""
    trial.run("simulate", trial.night, "--hours", 2, "--seed", 3)
    trial.run("score", trial.night, "--out", trial.work / "frozen")
    trial.run_source("score", trial.night, "--out", trial.work / "source", "--device", "cpu")
    for ending in _ENDINGS:
        pair = [trial.work / side / f"night_{ending}" for side in ("frozen", "source")]
        first, second = map(_without_times, pair)
        need(first == second, f"night_{ending} is not the source tree's")
    how = "network cut off" if trial.is_cut_off else "the network could not be cut off here"
    return f"4 files as the source tree's, {how}"


def _without_times(path: Path) -> dict[str, bytes]:
    """Return the content, by member of an archive, without the moments at which it was made."""
    today = datetime.now(UTC)
    moment = re.compile(rf"{today:%Y-%m}-\d\dT\d\d:\d\d:\d\d(\+00:00|Z)?".encode())
    if path.suffix != ".xlsx":
        return {"": moment.sub(b"", path.read_bytes())}
    with zipfile.ZipFile(path) as archive:
        return {name: moment.sub(b"", archive.read(name)) for name in archive.namelist()}


def check_second_opinion(trial: Trial) -> str:
    """YASA answers as it does in the source tree, without numba."""
    arguments = ["score", trial.night, "--stagers", "yasa", "--formats", "json", "--out"]
    began_s = time.monotonic()
    trial.run(*arguments, trial.work / "frozen-yasa")
    took_s = time.monotonic() - began_s
    trial.run_source(*arguments, trial.work / "source-yasa")
    pair = [trial.work / f"{side}-yasa" / "night_staging.json" for side in ("frozen", "source")]
    first, second = map(_without_times, pair)
    need(first == second, "YASA's answer is not the source tree's")
    return f"as the source tree's, {took_s:.1f} s for 2 h"


def check_formats(trial: Trial) -> str:
    """Recordings of every kind of reader are opened."""
    names = ("night.bdf", "night.vhdr", "night_raw.fif", "night.set")
    for path in (trial.night, *(trial.files / name for name in names)):
        facts = json.loads(trial.run("info", path, "--json").stdout)
        need(facts, f"{path.name}: info says nothing")
    return "EDF, BDF, BrainVision, FIF, EEGLAB"


def check_explaining(trial: Trial) -> str:
    """A stage is explained, with a picture."""
    picture = trial.work / "why.png"
    said = trial.run("explain", trial.night, "--epoch", 30, "--png", picture).stdout
    need(picture.is_file() and picture.stat().st_size > 5000, "there is no picture")
    return said.strip().splitlines()[0]


def check_report(trial: Trial) -> str:
    """The report is a PDF, in a language with letters of its own."""
    scoring = trial.work / "frozen" / "night_hypnogram.edf"
    out = trial.work / "report"
    trial.run("report", scoring, "--recording", trial.night, "--out", out, "--language", "de")
    (report,) = out.glob("*.pdf")
    need(report.read_bytes().startswith(b"%PDF"), f"{report.name} is no PDF")
    return f"{report.name}, {report.stat().st_size // 1000} kB"


def check_converting(trial: Trial) -> str:
    """A scoring becomes one of another format."""
    out = trial.work / "night.csv"
    trial.run("convert", trial.work / "frozen" / "night_hypnogram.edf", out)
    need(out.stat().st_size > 100, "it is empty")
    return "EDF+ to CSV"


def check_training(trial: Trial) -> str:
    """Two batches of training, its judgement, and weights that can be read."""
    data = ["--data", "features", "--folder", trial.files / "features"]
    run = trial.work / "run"
    trial.run("train", *data, "--out", run, "--steps", 2, "--folds", 2, "--device", "cpu")
    found = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    return f"{len(list(run.rglob('weights.safetensors')))} folds, {found['n_nights']} nights"


def check_stagers(trial: Trial) -> str:
    """The weights and YASA are inside."""
    said = trial.run("models").stdout
    need("yasa" in said.lower(), "YASA is not among the stagers")
    return f"{len(said.splitlines())} lines"


def check_no_gpu(trial: Trial) -> str:
    """Who asks for a GPU that is not there is told so."""
    done = trial.run("score", trial.night, "--device", "cuda", "--out", trial.work / "gpu", code=2)
    return done.stderr.strip().splitlines()[-1]


def check_exit_codes(trial: Trial) -> str:
    """Broken files, missing files and wrong words end as the manual says."""
    broken = trial.work / "broken.edf"
    broken.write_bytes(b"0       " + bytes(500))
    trial.run("score", broken, code=1)
    trial.run("info", trial.work / "nothing.edf", code=2)
    trial.run("scroe", code=2)
    trial.run(code=2)
    return "1 for a broken recording, 2 for a missing file and for wrong words"


def check_read_only_home(trial: Trial) -> str:
    """Somebody whose home can't be written to scores all the same."""
    if os.name == "nt":
        return "not on Windows"
    home, out = trial.work / "locked-home", trial.work / "out-of-nobody"
    for folder, mode in ((home, 0o555), (out, 0o777)):
        folder.mkdir()
        folder.chmod(mode)
    arguments = ("score", trial.night, "--out", out, "--formats", "csv")
    trial.run(*arguments, home=home, as_nobody=True)
    need(list(out.iterdir()), "nothing was written")
    return "scored"


def check_unwritable_folder(trial: Trial) -> str:
    """Beside a recording that may only be read, it says what to do."""
    if os.name == "nt":
        return "not on Windows"
    trial.night.parent.chmod(0o555)
    home = trial.work / "home-of-nobody"
    home.mkdir()
    home.chmod(0o777)
    try:
        done = trial.run("score", trial.night, code=1, home=home, as_nobody=True)
    finally:
        trial.night.parent.chmod(0o755)
    return done.stderr.strip().splitlines()[-1]


CHECKS: dict[str, Callable[[Trial], str]] = {
    "versions": check_versions,
    "scoring": check_scoring,
    "stagers": check_stagers,
    "second opinion": check_second_opinion,
    "formats": check_formats,
    "explaining": check_explaining,
    "report": check_report,
    "converting": check_converting,
    "training": check_training,
    "no GPU": check_no_gpu,
    "exit codes": check_exit_codes,
    "read-only home": check_read_only_home,
    "unwritable folder": check_unwritable_folder,
    "window": check_window,
}


@contextmanager
def _work_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="smoke", ignore_cleanup_errors=True) as name:
        work = Path(name).resolve()
        # Nobody is to get in.
        work.chmod(0o755)
        yield work


def main() -> int:
    """Run all checks, or those that were named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="PROGRAM_FOLDER")
    parser.add_argument("--only", choices=CHECKS, action="append", help="may be repeated")
    options = parser.parse_args()
    failed = []
    with _work_folder() as work:
        trial = Trial(options.folder.resolve(), work)
        (work / "night").mkdir()
        by_source(ROOT / "installer" / "smoke_files.py", trial.files)
        if options.only and not {"scoring", "versions"} & set(options.only):
            trial.run("simulate", trial.night, "--hours", 2, "--seed", 3)
        for name, check in CHECKS.items():
            if options.only and name not in options.only:
                continue
            began_s = time.monotonic()
            try:
                result, said = "ok  ", check(trial)
            except Exception as error:  # noqa: BLE001 - the other checks go on
                failed.append(name)
                result, said = "FAIL", f"{type(error).__name__}: {error}"
            print(f"{result} {name} ({time.monotonic() - began_s:.1f} s): {said}", flush=True)
    n_run = len(options.only or CHECKS)
    print(
        f"{n_run - len(failed)} of {n_run} checks passed" + (f"; {failed} failed" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
