"""Puts small changes into the program, one at a time, and counts those that the tests notice.

By hand: ``python tests/mutation/mutate.py --count 500 --seed 1``. Nothing is written into the
checkout: a changed module exists only in the process that runs the tests which reach it.
Processes that tests start run the program as it is, and the window's tests are left out.
A person judges whether a survivor changes anything.
"""

import argparse
import ast
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from changed_modules import ChangedModules
from forked_runs import Ended, Plugin, Run, forked, import_what_is_not_ours
from small_changes import SmallChange, small_changes
from who_runs_what import WhoRunsWhat, who_runs_what

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("core", "files", "staging", "pipeline")


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Attributes
    ----------
    file : str
        Relative to the checkout.
    number : int
        Which of the changes that can be made to it.
    change : SmallChange
        That change.
    """

    file: str
    number: int
    change: SmallChange

    def __str__(self) -> str:
        line = (_ROOT / self.file).read_text().splitlines()[self.change.line - 1].strip()
        return (
            f"{self.file}:{self.change.line} {self.change.kind}: "
            f"{self.change.before}  ->  {self.change.after}    | {line}"
        )


class _OnlyThese(Plugin):
    """Has pytest run chosen tests, and says which one failed."""

    def __init__(self, names: dict[str, float]) -> None:
        self._names = names
        self._families = {name.partition("[")[0]: cost for name, cost in names.items()}
        self._failed = ""

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        # A change can change the names of tests that are made from a table.
        chosen = {
            item: self._names.get(item.nodeid, self._families.get(item.nodeid.partition("[")[0]))
            for item in items
        }
        config.hook.pytest_deselected(items=[item for item in items if chosen[item] is None])
        kept = [item for item in items if chosen[item] is not None]
        files = list(dict.fromkeys(item.path for item in items))
        items[:] = sorted(kept, key=lambda item: (files.index(item.path), chosen[item]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self._failed:
            self._failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self._failed:
            self._failed = f"{report.nodeid} (import)"

    def told(self) -> object:
        return self._failed


def main() -> None:
    """Make mutants, run the tests that reach them and print the figures."""
    options = _options()
    workers = options.workers
    files = sorted(
        str(file.relative_to(_ROOT))
        for only in options.only
        for file in _files_of(_ROOT / "sleepscorer" / only)
    )
    print(f"seed {options.seed}, {options.count} mutants of {len(files)} files", flush=True)
    import_what_is_not_ours()
    print("Which tests run which statements:", flush=True)
    started = time.monotonic()
    known = who_runs_what(_ROOT, workers)
    print(f"  {len(known.tests)} tests, {time.monotonic() - started:.0f} s", flush=True)
    importers = _importers()
    mutants = _drawn(files, options)
    began = time.monotonic()
    noticed: Counter[str] = Counter()
    survivors: list[tuple[Mutant, int]] = []
    runs = (_run(mutant, known, importers, options) for mutant in mutants)
    for done, (run, ended) in enumerate(forked(runs, _ROOT, workers), start=1):
        mutant = run.key
        if _is_noticed(ended):
            noticed[mutant.file] += 1
            if options.verbose:
                print(f"{done} noticed {mutant}    by {ended.told or 'hang'}", flush=True)
        else:
            survivors.append((mutant, len(run.files)))
            print(f"{done} SURVIVED {mutant}  ({ended.took_s:.0f} s)", flush=True)
    _print_figures(mutants, noticed, survivors, time.monotonic() - began, options.seed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=500, help="how many mutants (default 500)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (default 1)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--only", nargs="+", default=_PACKAGES, metavar="PLACE",
        help="folders or files below sleepscorer, as core/cycles.py (default: all four packages)",
    )  # fmt: skip
    parser.add_argument(
        "--tests-s", type=float, default=45.0,
        help="most seconds of tests a mutant, those of its mirror beside (default 45)",
    )  # fmt: skip
    parser.add_argument("--all", action="store_true", help="every change, drawing none")
    parser.add_argument("--sentences", action="store_true", help="change long texts too")
    parser.add_argument(
        "--control", action="store_true", help="change nothing: every mutant must survive"
    )
    parser.add_argument("--verbose", action="store_true", help="name what noticed each mutant")
    return parser.parse_args()


def _files_of(place: Path) -> list[Path]:
    if place.is_dir():
        return sorted(place.rglob("*.py"))
    if not place.is_file():
        sys.exit(f"{place} is no file and no folder of the program")
    return [place]


def _drawn(files: list[str], options: argparse.Namespace) -> list[Mutant]:
    """Draw lines, each as likely as another, and a change of each."""
    lines: dict[tuple[str, int], list[Mutant]] = {}
    for file in files:
        tree = ast.parse((_ROOT / file).read_bytes())
        for number, change in enumerate(small_changes(tree, sentences=options.sentences)):
            lines.setdefault((file, change.line), []).append(Mutant(file, number, change))
    if options.all:
        return [mutant for changes in lines.values() for mutant in changes]
    draw = random.Random(options.seed)
    places = draw.sample(sorted(lines), min(options.count, len(lines)))
    return [draw.choice(lines[place]) for place in places]


def _run(
    mutant: Mutant,
    known: WhoRunsWhat,
    importers: dict[str, set[str]],
    options: argparse.Namespace,
) -> Run:
    names = _chosen(mutant, known, importers, options.tests_s)
    files = list(dict.fromkeys(known.tests[name].file for name in names))
    cost_s = {name: known.tests[name].own_s for name in names}
    order = {name: cost_s[name] + sum(known.tests[name].shared.values()) for name in names}
    known_s = sum(cost_s.values()) + sum(
        {key: s for name in names for key, s in known.tests[name].shared.items()}.values()
    )

    def prepare() -> Plugin:
        if not options.control:

            def change(file: Path) -> ast.Module | None:
                return _changed(mutant, options) if str(file) == mutant.file else None

            ChangedModules(_ROOT, change, {}).install()
        return _OnlyThese(order)

    return Run(mutant, tuple(_ROOT / file for file in files), prepare, 3 * known_s + 20)


def _changed(mutant: Mutant, options: argparse.Namespace) -> ast.Module:
    tree = ast.parse((_ROOT / mutant.file).read_bytes())
    small_changes(tree, sentences=options.sentences)[mutant.number].make()
    return tree


def _chosen(
    mutant: Mutant, known: WhoRunsWhat, importers: dict[str, set[str]], limit_s: float
) -> list[str]:
    """Choose the tests to run: those of the mirror, then the quickest, as long as there is time."""
    line = mutant.change.statement_line
    names = known.running(mutant.file, line) if line is not None else set()
    if not names:
        # What is run at import is reached by whoever runs the module or one that imports it.
        files = (mutant.file, *importers.get(mutant.file, ()))
        names = names.union(*(known.running(file) for file in files))
        names |= {name for name, test in known.tests.items() if _is_mirror(test.file, mutant.file)}

    def rank(name: str) -> tuple[bool, float]:
        test = known.tests[name]
        return not _is_mirror(test.file, mutant.file), test.own_s + sum(test.shared.values())

    chosen: list[str] = []
    paid: set[str] = set()
    spent_s = 0.0
    for name in sorted(names, key=rank):
        test = known.tests[name]
        cost_s = test.own_s + sum(s for key, s in test.shared.items() if key not in paid)
        if spent_s + cost_s > limit_s and not _is_mirror(test.file, mutant.file):
            continue
        paid |= test.shared.keys()
        spent_s += cost_s
        chosen.append(name)
    return chosen


def _is_mirror(test: str, file: str) -> bool:
    """Whether a test file stands where the tests of a file of the program do."""
    test_path, path = Path(test), Path(file)
    if test_path.parts[1:-1] != path.parts[1:-1]:
        return False
    stem, own = test_path.stem.removeprefix("test_"), path.stem
    return stem in own or own in stem


def _importers() -> dict[str, set[str]]:
    """For each file of the program, the files that import something of it."""
    importers: dict[str, set[str]] = {}
    for path in sorted((_ROOT / "sleepscorer").rglob("*.py")):
        for name in _imported(ast.parse(path.read_bytes())):
            file = Path(*name.split("."))
            for found in (file.with_suffix(".py"), file / "__init__.py"):
                importers.setdefault(str(found), set()).add(str(path.relative_to(_ROOT)))
    return importers


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _is_noticed(ended: Ended) -> bool:
    return ended.exit_code not in {0, pytest.ExitCode.NO_TESTS_COLLECTED}


def _print_figures(
    mutants: list[Mutant],
    noticed: Counter[str],
    survivors: list[tuple[Mutant, int]],
    took_s: float,
    seed: int,
) -> None:
    made = Counter(mutant.file for mutant in mutants)
    print(f"\nBy file (noticed of made), seed {seed}:")
    for file in sorted(made):
        print(f"  {noticed[file]:3} of {made[file]:3}  {file}")
    print(f"\n{len(survivors)} survivors:")
    for mutant, files in sorted(survivors, key=lambda one: (one[0].file, one[0].change.line)):
        print(f"  {mutant}{'' if files else '  (no test runs it)'}")
    total = sum(noticed.values())
    share = 100 * total / len(mutants) if mutants else 0.0
    print(
        f"\nseed {seed}: {total} of {len(mutants)} noticed ({share:.1f} %), "
        f"{len(survivors)} survived; {took_s / 60:.1f} min"
    )


if __name__ == "__main__":
    main()
