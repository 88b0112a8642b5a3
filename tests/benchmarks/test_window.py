"""The whole program on a 10-h night of 30 channels: start, memory, paging while it auto-scores.

Prints; judges nothing. Run alone on two cores: ``python -m pytest tests/benchmarks -s``.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from test_page_changes import (
    HEIGHT,
    WIDTH,
    Paints,
    anonymous_mib,
    changes_ms,
    pause,
    shown,
    wait_for,
)
from test_page_changes import night as night

ROUNDS = 5
XDG = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")

# The clock is read by a program that has imported nothing but what it shows the page with, in the
# order of the program.
_OURS = """
import sys, time
from sleepscorer.cli import main
from sleepscorer.gui.process.quick_imports import import_quickly
import_quickly()
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

application = QApplication([])
timer = QTimer(interval=2)

def look():
    for window in application.topLevelWidgets():
        workspace = getattr(window, "workspace", None)
        if workspace is not None:
            timer.stop()
            workspace.traces.canvas.page_painted.connect(report)

def report():
    if any(window.workspace.traces.is_current for window in application.topLevelWidgets()
           if getattr(window, "workspace", None) is not None):
        print(time.time(), "torch" in sys.modules, flush=True)
        application.exit()

timer.timeout.connect(look)
timer.start()
main(["open", sys.argv[1]])
"""
_MEMORY = """
import sys
from pathlib import Path

def note(what):
    status = Path("/proc/self/status").read_text()
    line = next(row for row in status.splitlines() if row.startswith("RssAnon"))
    print(what, int(line.split()[1]) / 1024, flush=True)

note("Python")
import numpy
note("numpy")
from sleepscorer.cli import main
from sleepscorer.gui.process.quick_imports import import_quickly
import_quickly()
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
application = QApplication([])
note("Qt")
import sleepscorer.gui.app
note("the program")

def opened():
    note("the night: pages, filters, overview")
    application.exit()

QTimer.singleShot(0, lambda: note("the empty window"))
QTimer.singleShot(10_000, opened)
main(["open", sys.argv[1]])
"""
_MNE = """
import sys, time
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
application = QApplication([])
import mne
raw = mne.io.read_raw_edf(sys.argv[1], preload=False, verbose="error")
with mne.viz.use_browser_backend("qt"):
    browser = raw.plot(
        duration=30, n_channels=30, show=False, block=False, precompute=False, verbose="error"
    )

class Painted(QObject):
    count = 0
    def eventFilter(self, watched, event):
        self.count += event.type() == QEvent.Type.Paint
        return False

painted = Painted()
browser.mne.view.viewport().installEventFilter(painted)
browser.resize(1920, 1080)
browser.show()
while not painted.count:
    application.processEvents()
print(time.time(), False, flush=True)
"""


def new_to(home, night):
    """The night in a folder of its own, with no session beside it."""
    home.mkdir()
    path = home / night.name
    path.hardlink_to(night)
    return path


def run_python(script, home, *arguments):
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(home)} | {name: str(home) for name in XDG},
        check=False,
    )


def seconds_to_first_page(name, script, night, tmp_path):
    """(median seconds from the start of the process, whether torch was imported)."""
    seconds, torch = [], []
    for number in range(ROUNDS):
        home = tmp_path / f"{name}{number}"
        began = time.time()
        done = run_python(script, home, new_to(home, night))
        line = next(row for row in done.stdout.splitlines() if row.endswith(("True", "False")))
        painted, has_torch = line.split()
        seconds.append(float(painted) - began)
        torch.append(has_torch == "True")
    return statistics.median(seconds), any(torch)


def test_start_to_the_first_page(night, tmp_path, capsys):
    pytest.importorskip("mne_qt_browser")
    ours, torch = seconds_to_first_page("ours", _OURS, night, tmp_path)
    theirs, _ = seconds_to_first_page("mne", _MNE, night, tmp_path)
    with capsys.disabled():
        print(
            f"\nfrom the start of the process to the first page of traces, medians of {ROUNDS}:"
            f" sleepscorer {ours:.2f} s (torch imported: {torch}), mne-qt-browser {theirs:.2f} s,"
            f" ratio {theirs / ours:.1f}"
        )


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_after_opening(night, tmp_path, capsys):
    done = run_python(_MEMORY, tmp_path / "home", new_to(tmp_path / "home", night))
    rows = [line.rsplit(" ", 1) for line in done.stdout.splitlines()]
    with capsys.disabled():
        print("\nanonymous memory, MiB, and what each step adds:")
        before = 0.0
        for what, mib in rows:
            print(f"{float(mib):6.0f} {float(mib) - before:+6.0f}  {what}")
            before = float(mib)


@pytest.mark.parametrize(
    "what", ["page_through", "page_while_scoring", "page_while_scoring_on_opening"]
)
def test_window(night, tmp_path, capsys, what):
    script = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]);"
        f"import test_window as b; b.{what}(pathlib.Path(sys.argv[2]))"
    )
    home = tmp_path / what
    done = run_python(script, home, Path(__file__).parent, new_to(home, night))
    assert done.returncode == 0, done.stderr
    with capsys.disabled():
        print(f"\n{done.stdout.strip()}")


def in_window(path, do):
    """Run the program, and in its event loop ``do`` with the window once it shows the night."""
    application = QApplication([])

    def begin():
        window = next(w for w in application.topLevelWidgets() if hasattr(w, "workspace"))
        wait_for(lambda: window.workspace is not None and window.workspace.traces.is_current)
        window.resize(WIDTH, HEIGHT)
        wait_for(lambda: window.workspace.traces.is_current)
        do(window)
        window.close()

    QTimer.singleShot(0, begin)
    # Imported late: the first memory figure is that of Qt and numpy alone.
    from sleepscorer.gui.app import run_window

    run_window(path)


def page_through(path):
    """Page through the night in the whole window; print the most anonymous memory seen."""

    def do(window):
        model, view = window.workspace.model, window.workspace.traces
        most = anonymous_mib()
        for page_s in (30, 300):
            model.set_page_length(page_s)
            model.select_epoch(0)
            for _ in range(int(model.recording.duration_s // page_s)):
                model.turn_page(1)
                wait_for(lambda: view.is_current)
                most = max(most, anonymous_mib())
        print(f"the whole window: RssAnon at most {most:.0f} MiB paging through 10 h")

    in_window(path, do)


def page_while_scoring_on_opening(path):
    """The same from the moment the first page is shown, while the overview is computed."""
    page_while_scoring(path, settled_s=0)


def page_while_scoring(path, settled_s=5):
    """Page and jump from the start of the auto-scorer to its end; print the page changes."""
    from sleepscorer.gui.choices import AutoScoringChoice

    def do(window):
        model, view = window.workspace.model, window.workspace.traces
        paints = Paints(view.canvas)
        pause(settled_s)
        generator = np.random.default_rng(1)
        window.auto_scorer.start(window.document, AutoScoringChoice())
        began, rows = time.perf_counter(), []
        while window.auto_scorer.is_running:
            rows.append(changes_ms(view, paints, lambda _: model.turn_page(1), rounds=1, pause_s=0))
            jump = int(generator.integers(model.n_epochs))
            rows.append(
                changes_ms(
                    view, paints, lambda _, to=jump: model.select_epoch(to), rounds=1, pause_s=0.1
                )
            )
        times = np.concatenate(rows)
        print(
            f"{times.size} page changes in {time.perf_counter() - began:.1f} s of auto-scoring"
            f" begun {settled_s} s after opening: {shown(times)}, the longest {times.max():.0f} ms"
        )

    in_window(path, do)
