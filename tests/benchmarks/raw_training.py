"""Training end to end on simulated nights, by the real command, one or several versions in one run.

python tests/benchmarks/raw_training.py FOLDER [CHECKOUT ...]

writes twelve simulated nights in the layout of Sleep-EDF into FOLDER, trains 250 batches on them
with this checkout and with each other one that is named, each in a folder of its own, and prints
the agreement on people that the network did not see. It takes minutes. Simulated nights show that
training works, never how accurate it is on people.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from sleepscorer.simulated_files import scoring_path, write_simulated_night
from sleepscorer.simulation.channels import ChannelKind, ChannelSpec
from sleepscorer.simulation.night import simulate_night

HERE = Path(__file__).resolve().parents[2]
CHANNELS = (
    ChannelSpec("EEG Fpz-Cz", 100, ChannelKind.EEG, ("Fpz", "Cz")),
    ChannelSpec("EEG Pz-Oz", 100, ChannelKind.EEG, ("Pz", "Oz")),
    ChannelSpec("EOG horizontal", 100, ChannelKind.EOG, ("E1", "E2")),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("checkouts", type=Path, nargs="*", help="other versions of the program")
    parser.add_argument("--nights", type=int, default=12)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--steps", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    options, more = parser.parse_known_args()
    data = options.folder / "nights"
    for number in range(options.nights):
        write_night(data, number, options.hours)
    for checkout in (*options.checkouts, HERE):
        began_s = time.monotonic()
        found = trained(checkout.resolve(), data, options, more)
        print(
            f"{checkout}: kappa {found['kappa']:.3f}, accuracy {found['accuracy']:.3f},"
            f" macro-F1 {found['macro_f1']:.3f}, calibration error {found['ece']:.3f};"
            f" {found['n_nights']} nights of unseen people, {found['n_epochs']} epochs;"
            f" {time.monotonic() - began_s:.0f} s",
            flush=True,
        )


def write_night(folder: Path, number: int, hours: float) -> None:
    """Write a person's only night, unless it is there."""
    psg = folder / f"SC4{number:02d}1E0-PSG.edf"
    hypnogram = folder / f"SC4{number:02d}1EC-Hypnogram.edf"
    if not hypnogram.exists():
        write_simulated_night(simulate_night(hours=hours, seed=number, channels=CHANNELS), psg)
        scoring_path(psg).rename(hypnogram)


def trained(
    checkout: Path, data: Path, options: argparse.Namespace, more: list[str]
) -> dict[str, float]:
    """Train with a version of the program; return what it says of people it did not see."""
    run = options.folder / f"{checkout.name}-seed-{options.seed}-{int(time.time())}"
    command = [sys.executable, "-m", "sleepscorer", "train", "--data", "sleep-edf", "--quiet"]
    command += ["--folder", str(data), "--out", str(run), "--device", "cpu"]
    command += ["--steps", str(options.steps), "--seed", str(options.seed), *more]
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    subprocess.run(command, check=True, env=environment, cwd=checkout)
    found: dict[str, float] = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
