"""Opens broken inputs of every reader by the hundred thousand, and counts what becomes of them.

    python tests/fuzz/fuzz_readers.py --inputs 100000 --seed 1 [--reader npz]

Each input is made from a good one by the seed and its number alone. An input is *read*, or
*refused* by a sentence that names the file; anything else is an offence, and its files are put
into a folder:

- traceback: another exception;
- wordless: a refusal without words or without the file;
- memory: more than 1 GB above what the program takes before, asked for or used;
- hang: more than 20 s;
- crash: the process ended.

Needs a system that forks processes (Linux, macOS).
"""

import argparse
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path

from fuzz_inputs import TARGETS, Files, Target
from fuzz_mutations import broken

from sleepscorer.core.errors import SleepScorerError

READ, REFUSED = "read", "refused"
OFFENCES = ("traceback", "wordless", "memory", "hang", "crash")
MOST_S = 20.0
MOST_BYTES = 1 << 30
_BATCH = 100


@dataclass
class Figures:
    """What became of the inputs.

    Parameters
    ----------
    counts
        By reader, by outcome.
    offences
        Reader, number and a description of each that is neither read nor refused.
    slowest_s
        By reader.
    """

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    offences: list[tuple[str, int, str]] = field(default_factory=list)
    slowest_s: dict[str, float] = field(default_factory=dict)

    @property
    def n_inputs(self) -> int:
        """How many were opened."""
        return sum(counts.total() for counts in self.counts.values())

    def add(self, reader: str, number: int, outcome: str, text: str, took_s: float) -> None:
        """Count one."""
        self.counts.setdefault(reader, Counter())[outcome] += 1
        self.slowest_s[reader] = max(self.slowest_s.get(reader, 0.0), took_s)
        if outcome in OFFENCES:
            self.offences.append((reader, number, f"{outcome}: {text}"))

    def lines(self) -> Iterator[str]:
        """A table by reader, and a summary."""
        columns = (READ, REFUSED, *OFFENCES)
        yield f"{'reader':<12}" + "".join(f"{name:>10}" for name in columns) + f"{'slowest':>10}"
        for reader, counts in self.counts.items():
            cells = "".join(f"{counts[name]:>10}" for name in columns)
            yield f"{reader:<12}{cells}{self.slowest_s[reader]:>8.2f} s"
        offending = sum(1 for _ in self.offences)
        yield f"{self.n_inputs} inputs, {offending} offending"


# -- one input -----------------------------------------------------------------------------------


def made_input(target: Target, goods: list[Files], seed: int, number: int) -> Files:
    """Return the files of one input."""
    chance = random.Random(f"{seed}/{target.name}/{number}")
    files = dict(chance.choice(goods))
    name = chance.choice(target.mutated)
    others = [one[name] for one in goods]
    files[name] = broken(files[name], target.kind, others, chance)
    return files


def opened(target: Target, files: Files, folder: Path) -> tuple[str, str]:
    """Open one input; return what became of it, and words."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    try:
        target.door(folder / target.opened)
    except SleepScorerError as error:
        if _of_memory(error):
            return "memory", _trail(error)
        if not error.what.strip() or error.path is None:
            return "wordless", f"{type(error).__name__} {error}"
        return REFUSED, str(error)
    except Exception as error:  # noqa: BLE001 - what it is all about
        return ("memory" if _of_memory(error) else "traceback"), _trail(error)
    return READ, ""


def _of_memory(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _trail(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "sleepscorer" in frame.filename and frame.lineno]
    last = ours[-1] if ours else frames[-1]
    place = f"{'/'.join(Path(last.filename).parts[-3:])}:{last.lineno} in {last.name}"
    return f"{type(error).__name__}: {str(error)[:160]!r} at {place}"


# -- workers -------------------------------------------------------------------------------------


def _work(target: Target, goods: list[Files], seed: int, numbers: range, pipe: Connection) -> None:
    """Open inputs one after the other in a process of their own, and tell of each."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    _bound_memory()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in numbers:
        files = made_input(target, goods, seed, number)
        pipe.send(("begun", number, "", 0.0))
        with tempfile.TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True) as folder:
            began_s = time.monotonic()
            outcome, text = opened(target, files, Path(folder))
            took_s = time.monotonic() - began_s
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) * _RSS_UNIT
        if grown > MOST_BYTES and outcome in (READ, REFUSED):
            outcome, text = "memory", f"{grown / 1e9:.1f} GB"
        if took_s > MOST_S:
            outcome, text = "hang", f"{took_s:.0f} s"
        pipe.send((outcome, number, text, took_s))
        if grown > MOST_BYTES:
            # The peak can't be forgotten: another process goes on.
            break
    pipe.close()
    # Threads of libraries may not survive a fork: nothing is waited for.
    os._exit(0)


_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def _bound_memory() -> None:
    if sys.platform != "linux":
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MOST_BYTES + (MOST_BYTES >> 2)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


class _Worker:
    """A process at work on a stretch of one reader's inputs."""

    def __init__(self, target: Target, goods: list[Files], seed: int, numbers: range) -> None:
        self.target, self.numbers = target, numbers
        self.number: int | None = None
        self.is_inside = False
        self.begun_s = time.monotonic()
        fork = multiprocessing.get_context("fork")
        self.pipe, theirs = fork.Pipe(duplex=False)
        self.process = fork.Process(
            target=_work, args=(target, goods, seed, numbers, theirs), daemon=True
        )
        self.process.start()
        theirs.close()

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def run(
    n_inputs: int,
    *,
    seed: int = 1,
    readers: tuple[str, ...] = (),
    keep: Path | None = None,
    n_processes: int = 2,
) -> Figures:
    """Open that many inputs.

    Parameters
    ----------
    n_inputs
        Of all readers together, by their shares.
    seed
        The same gives the same inputs.
    readers
        Names; empty means all.
    keep
        Folder that takes the files of the offending ones.
    n_processes
        At work at the same time.
    """
    targets = [one for one in TARGETS if not readers or one.name in readers]
    whole = sum(one.share for one in targets)
    todo = []
    for target in targets:
        n_own = max(1, round(n_inputs * target.share / whole))
        starts = range(0, n_own, _BATCH)
        todo += [(target, range(start, min(start + _BATCH, n_own))) for start in starts]
    todo.reverse()
    goods = {target.name: _goods(target) for target in targets}
    figures, working = Figures(), []
    while todo or working:
        while todo and len(working) < n_processes:
            target, numbers = todo.pop()
            working.append(_Worker(target, goods[target.name], seed, numbers))
        wait([worker.pipe for worker in working], timeout=1.0)
        for worker in list(working):
            if not _listened(worker, figures):
                continue
            worker.end()
            working.remove(worker)
            done = worker.numbers.start if worker.number is None else worker.number + 1
            if done < worker.numbers.stop:
                todo.append((worker.target, range(done, worker.numbers.stop)))
    if keep is not None:
        _keep(figures, goods, seed, keep)
    return figures


def _goods(target: Target) -> list[Files]:
    """Make the good inputs and open them: what a first use takes along is no input's memory.

    Here, before any process is forked: all of them break the same, and none has to begin anew.
    """
    goods = target.make()
    for files in goods:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            outcome, text = opened(target, files, Path(folder))
        # A recording without stages is good, and refused as a scoring.
        if outcome in OFFENCES:
            raise RuntimeError(f"a good input of {target.name}: {outcome}, {text}")
    return goods


def _listened(worker: _Worker, figures: Figures) -> bool:
    """Take what a worker tells; return whether it has ended, or has to."""
    name = worker.target.name
    try:
        while worker.pipe.poll():
            outcome, number, text, took_s = worker.pipe.recv()
            worker.begun_s = time.monotonic()
            worker.number = number
            if outcome == "begun":
                worker.is_inside = True
                continue
            worker.is_inside = False
            figures.add(name, number, outcome, text, took_s)
    except EOFError:
        if worker.is_inside:
            worker.process.join()
            how = f"ended with {worker.process.exitcode}"
            figures.add(name, worker.number or 0, "crash", how, 0.0)
        elif worker.number is None:
            raise RuntimeError(f"no process opens inputs of {name}") from None
        return True
    waited_s = time.monotonic() - worker.begun_s
    if worker.is_inside and waited_s > MOST_S:
        figures.add(name, worker.number or 0, "hang", f"more than {MOST_S:g} s", waited_s)
        return True
    return False


def _keep(figures: Figures, goods: dict[str, list[Files]], seed: int, folder: Path) -> None:
    by_name = {target.name: target for target in TARGETS}
    for reader, number, text in figures.offences:
        target = by_name[reader]
        place = folder / f"{reader}-{seed}-{number}"
        place.mkdir(parents=True, exist_ok=True)
        for name, content in made_input(target, goods[reader], seed, number).items():
            (place / name).write_bytes(content)
        (place / "offence.txt").write_text(text + "\n")


def main() -> int:
    """Run by hand; return 1 if any input is neither read nor refused in words."""
    parser = argparse.ArgumentParser(description="Open broken inputs of every reader.")
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    names = [target.name for target in TARGETS]
    parser.add_argument("--reader", action="append", choices=names, default=[])
    parser.add_argument("--keep", type=Path, default=Path("fuzz-offences"), help="%(default)s")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    began_s = time.monotonic()
    figures = run(
        options.inputs,
        seed=options.seed,
        readers=tuple(options.reader),
        keep=options.keep,
        n_processes=options.processes,
    )
    for reader, number, text in figures.offences:
        print(f"{reader} {number}: {text}")
    print("\n".join(figures.lines()))
    print(f"seed {options.seed}, {time.monotonic() - began_s:.0f} s")
    if figures.offences:
        print(f"the offending inputs lie in {options.keep}")
    return 1 if figures.offences else 0


if __name__ == "__main__":
    sys.exit(main())
