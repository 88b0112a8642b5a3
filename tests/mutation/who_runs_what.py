"""Which tests run which statements of the program, and how long they take."""

import ast
import functools
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from changed_modules import HIT, ChangedModules, with_hits
from forked_runs import Plugin, Run, forked

# The window's tests are slow; the others are no tests of behaviour or are these here.
_LEFT_OUT = {"gui", "benchmarks", "screenshots", "mutation", "fuzz", "faults"}
_LINES_A_FILE = 100_000
_FILE_LIMIT_S = 1500.0


@dataclass(frozen=True)
class TestCost:
    """A test that passes.

    Attributes
    ----------
    file : str
        Its file, relative to the checkout.
    own_s : float
        How long it takes without what it shares with other tests.
    shared : dict of str to float
        What it shares with other tests, with how long that takes, in s.
    """

    __test__ = False

    file: str
    own_s: float
    shared: dict[str, float]


@dataclass(frozen=True)
class WhoRunsWhat:
    """What a run of all tests has shown.

    Attributes
    ----------
    tests : dict of str to TestCost
        The tests that passed, by pytest's name for them.
    lines : dict of str to dict of int to set of str
        For each file of the program, the first lines of statements inside functions that were
        run, with the tests that did.
    """

    tests: dict[str, TestCost]
    lines: dict[str, dict[int, set[str]]]

    def running(self, file: str, line: int | None = None) -> set[str]:
        """Give the tests that run a statement, or anything of a file."""
        lines = self.lines.get(file, {})
        if line is not None:
            return lines.get(line, set())
        return set().union(*lines.values())


def who_runs_what(root: Path, workers: int) -> WhoRunsWhat:
    """Run all tests once, or read what they did when the tree was the same.

    Parameters
    ----------
    root : path
        Checkout.
    workers : int
        How many test files run at once.
    """
    sources = sorted((root / "sleepscorer").rglob("*.py"))
    beside = [
        file
        for file in sorted((root / "tests").rglob("*.py"))
        if file.relative_to(root).parts[1] not in _LEFT_OUT
    ]
    tests = [file for file in beside if file.name.startswith("test_")]
    # What a test file has shown holds until it or anything but another test file changes.
    all_but_tests = _digest([*sources, *(file for file in beside if file not in tests)])
    kept = {test: _kept_in(root, test, all_but_tests) for test in tests}
    names = [str(source.relative_to(root)) for source in sources]
    runs = (
        Run(test, (test,), lambda: _Watch(root, names), _FILE_LIMIT_S, first_failure_ends=False)
        for test in tests
        if not kept[test].is_file()
    )
    for run, ended in forked(runs, root, workers):
        print(f"  {run.files[0].relative_to(root)}: {ended.took_s:.0f} s", flush=True)
        if ended.exit_code not in {0, 5}:
            print(ended.output[-2000:], flush=True)
        if ended.told is not None:
            kept[run.files[0]].write_text(json.dumps(ended.told))
    return _put_together(
        [
            (str(test.relative_to(root)), json.loads(place.read_text()))
            for test, place in kept.items()
            if place.is_file()
        ]
    )


def _digest(files: list[Path]) -> str:
    state = hashlib.sha256()
    for file in files:
        state.update(str(file).encode() + file.read_bytes())
    return state.hexdigest()


def _kept_in(root: Path, test: Path, all_but_tests: str) -> Path:
    folder = Path(tempfile.gettempdir()) / "sleepscorer-who-runs-what"
    folder.mkdir(exist_ok=True)
    state = hashlib.sha256(f"{root} {all_but_tests} {_digest([test])}".encode()).hexdigest()
    return folder / f"{state[:24]}.json"


def _put_together(files: list[tuple[str, dict[str, dict]]]) -> WhoRunsWhat:
    tests: dict[str, TestCost] = {}
    lines: dict[str, dict[int, set[str]]] = {}
    for file, told in files:
        for name, test in told["tests"].items():
            shared = {key: told["shared"][key] for key in test["shared"] if key in told["shared"]}
            tests[name] = TestCost(
                file,
                test["took_s"],
                {f"{file}:{key}": what["took_s"] for key, what in shared.items()},
            )
            for what in [test, *shared.values()]:
                for source, ran in what["ran"].items():
                    for line in ran:
                        lines.setdefault(source, {}).setdefault(line, set()).add(name)
    return WhoRunsWhat(tests, lines)


class _Watch(Plugin):
    """Notes what each test runs; what is set up for several is counted for each of them."""

    def __init__(self, root: Path, names: list[str]) -> None:
        self._hits: set[int] = set()
        self._names = names
        self._tests: dict[str, dict[str, object]] = {}
        self._shared: dict[str, dict[str, object]] = {}
        self._passed: set[str] = set()
        self._shared_s = 0.0
        first = {Path(name): at * _LINES_A_FILE for at, name in enumerate(names)}

        def change(file: Path) -> ast.Module | None:
            if file not in first:
                return None
            return with_hits(ast.parse((root / file).read_bytes()), first[file])

        ChangedModules(root, change, {HIT: self._hits.add}).install()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        _forget_what_is_kept()
        self._hits.clear()
        self._shared_s = 0.0
        started = time.perf_counter()
        result = yield
        took_s = time.perf_counter() - started - self._shared_s
        shared = [
            _key(definition)
            for definitions in item._fixtureinfo.name2fixturedefs.values()
            for definition in definitions
        ]
        self._tests[item.nodeid] = {"took_s": took_s, "shared": shared, "ran": self._ran()}
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef) -> Iterator[None]:
        if fixturedef.scope == "function":
            return (yield)
        before = set(self._hits)
        self._hits.clear()
        started = time.perf_counter()
        try:
            return (yield)
        finally:
            took_s = time.perf_counter() - started
            self._shared_s += took_s
            self._shared[_key(fixturedef)] = {"took_s": took_s, "ran": self._ran()}
            self._hits |= before

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
            self._passed.add(report.nodeid)
        elif report.failed:
            self._passed.discard(report.nodeid)

    def told(self) -> object:
        tests = {name: test for name, test in self._tests.items() if name in self._passed}
        return {"tests": tests, "shared": self._shared}

    def _ran(self) -> dict[str, list[int]]:
        ran: dict[str, list[int]] = {}
        for hit in sorted(self._hits):
            file, line = divmod(hit, _LINES_A_FILE)
            ran.setdefault(self._names[file], []).append(line)
        return ran


def _forget_what_is_kept() -> None:
    """Empty the program's caches: what one test filled the others would not be seen to run."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "sleepscorer":
            for value in list(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()


def _key(definition: pytest.FixtureDef) -> str:
    return f"{definition.baseid}::{definition.argname}"
